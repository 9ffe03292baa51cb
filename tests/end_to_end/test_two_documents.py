"""The client's request for every model is accepted by a service of that document."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.catalog import Catalog
from tests.catalog.documents import REAL_FILE, load_real_catalog
from tests.fakes.sandbox_process import Sandbox, SandboxThreads
from tests.harness.cli import run_main

SHORT_JOBS = ("--seconds", "0.01", "--spread", "0", "--concurrency", "500")
# The document's own examples of these lack a required field that nobody can guess.
LACKING_FIELDS = {
    "runway/gen-4-image": "reference_images: required",
    "topaz/standard-enhance": "model: required",
}


def typed_options(example: dict[str, Any]) -> Iterator[str]:
    """EXAMPLE as command-line words: the prompt as PROMPT, each other field with -i."""
    for name, value in example.items():
        if name != "prompt":
            text = value if isinstance(value, str) else json.dumps(value)
            yield from ("-i", f"{name}={text}")
    if "prompt" in example:
        yield from ("--", example["prompt"])


def test_the_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All 108 models of the embedded document."""
    monkeypatch.chdir(tmp_path)
    with SandboxThreads(*SHORT_JOBS) as sandbox:
        assert submit_examples(sandbox, load_snapshot(), tmp_path) == {}


def test_the_real_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All 56 models of May 2026: two examples are refused here, the rest is accepted there."""
    monkeypatch.chdir(tmp_path)
    catalog = load_real_catalog()
    with SandboxThreads(*SHORT_JOBS, "--openapi", str(REAL_FILE)) as sandbox:
        refused = submit_examples(sandbox, catalog, tmp_path)
    assert set(refused) == set(LACKING_FIELDS)
    for model_id, reason in LACKING_FIELDS.items():
        assert reason in refused[model_id]


def submit_examples(sandbox: Sandbox, catalog: Catalog, folder: Path) -> dict[str, str]:
    """Submit the example of every model; return the errors of the refused ones by model."""
    environ = sandbox.environ(folder)
    refused = {}
    jobs = 0
    for model in catalog.models():
        argv = ["generate", "-m", model.id, "--no-wait", *typed_options(model.example)]
        ended = run_main(argv, environ=environ)
        if ended.code == 0:
            jobs += 1
            assert is_last_request(sandbox, model.example), f"{model.id}: {ended.err}"
        else:
            refused[model.id] = ended.error(charged="no")
    assert (sandbox.stats()["jobs"], jobs + len(refused)) == (jobs, len(catalog.models()))
    return refused


def is_last_request(sandbox: Sandbox, example: dict[str, Any]) -> bool:
    """True when the last request had every field of EXAMPLE as it stands there."""
    body = sandbox.stats()["bodies"][-1]
    return bool(body | example == body)
