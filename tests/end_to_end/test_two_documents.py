"""What the client sends for every model is what a service of that document accepts."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from krea_cli.catalog.catalog import Catalog
from tests.catalog.documents import REAL, real, snapshot
from tests.fakes.sandbox_process import Nearby, Sandbox
from tests.harness.installed_in_process import enter

HURRIED = ("--seconds", "0.01", "--spread", "0", "--concurrency", "500")
# The document's own examples of these lack a required field that nobody can guess.
LACKING = {
    "runway/gen-4-image": "reference_images: required",
    "topaz/standard-enhance": "model: required",
}


def typed(example: dict[str, Any]) -> Iterator[str]:
    """EXAMPLE as a user would type it: the prompt as PROMPT, each other field with -i."""
    for name, value in example.items():
        if name != "prompt":
            text = value if isinstance(value, str) else json.dumps(value)
            yield from ("-i", f"{name}={text}")
    if "prompt" in example:
        yield from ("--", example["prompt"])


def test_the_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All 108 models of the embedded document."""
    monkeypatch.chdir(tmp_path)
    with Nearby(*HURRIED) as sandbox:
        assert refused_by(sandbox, snapshot(), tmp_path) == {}


def test_the_real_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All 56 models of May 2026: two examples are refused here, the rest is accepted there."""
    monkeypatch.chdir(tmp_path)
    catalog = real()
    with Nearby(*HURRIED, "--openapi", str(REAL)) as sandbox:
        refused = refused_by(sandbox, catalog, tmp_path)
    assert set(refused) == set(LACKING)
    for model_id, reason in LACKING.items():
        assert reason in refused[model_id]


def refused_by(sandbox: Sandbox, catalog: Catalog, folder: Path) -> dict[str, str]:
    """Submit the example of every model; those that were refused, by id, with the error."""
    environ = sandbox.environment(folder)
    refused = {}
    jobs = 0
    for model in catalog.models():
        argv = ["generate", "-m", model.id, "--no-wait", *typed(model.example)]
        ended = enter(argv, environ)
        if ended.code == 0:
            jobs += 1
            assert arrived(sandbox, model.example), f"{model.id}: {ended.err}"
        else:
            refused[model.id] = ended.error(charged="no")
    assert (sandbox.stats()["jobs"], jobs + len(refused)) == (jobs, len(catalog.models()))
    return refused


def arrived(sandbox: Sandbox, example: dict[str, Any]) -> bool:
    """True when the last request had every field of EXAMPLE as it stands there."""
    body = sandbox.stats()["bodies"][-1]
    return bool(body | example == body)
