"""OpenAPI documents: the models of a sandbox."""

import json
from pathlib import Path

import pytest

from krea_cli.sandbox.openapi import ServedDocument
from krea_cli.sandbox.settings import SNAPSHOT, SandboxError


def test_every_model_of_the_snapshot_accepts_its_own_example() -> None:
    """The examples pass the sandbox's own check, and several models share a job type."""
    document = ServedDocument.read(SNAPSHOT)
    problems_by_route = {}
    for route in document.routes.values():
        operation = document.root["paths"][route.path]["post"]
        example = operation["requestBody"]["content"]["application/json"].get("example", {})
        if example and (problems := document.find_problems(route, example)):
            problems_by_route[route.path] = list(map(str, problems))

    assert problems_by_route == {}
    types = {route.job_type for route in document.routes.values()}
    assert {"flux", "k1", "externalImage", "videoV2"} <= types
    assert len(types) < 8


@pytest.mark.parametrize(
    ("operation", "seconds"),
    [
        ({"x-krea-typical-seconds": 12.5}, 12.5),
        ({"description": "| Units | Time |\n|---|---|\n| ~3 | ~9 seconds |"}, 9.0),
        ({"description": "| ~3 | ~2 minutes |"}, 120.0),
        ({}, 60.0),
    ],
)
def test_typical_seconds_have_three_sources(
    tmp_path: Path, operation: dict[str, object], seconds: float
) -> None:
    """The extension comes first, then the table in the prose, then the default of the kind."""
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps({"paths": {"/generate/video/x/y": {"post": operation}}}))

    assert ServedDocument.read(file).routes["/generate/video/x/y"].typical_seconds == seconds


@pytest.mark.parametrize(
    ("settings", "seconds"), [({"speed": 10.0}, 6.0), ({"speed": 2.0, "seconds": 8.0}, 4.0)]
)
def test_the_served_document_has_the_times_of_the_sandbox(
    tmp_path: Path, settings: dict[str, float], seconds: float
) -> None:
    """Other times are written into the document; without them it is served as it is."""
    file = tmp_path / "openapi.json"
    file.write_text('{"paths": {"/generate/video/x/y": {"post": {}}}}')

    usual, other = ServedDocument.read(file), ServedDocument.read(file, **settings)

    operation = {"post": {"x-krea-typical-seconds": seconds}}
    assert usual.content == file.read_bytes()
    assert json.loads(other.content) == {"paths": {"/generate/video/x/y": operation}}
    assert usual.etag != other.etag


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot read {file}: No such file or directory"),
        ("<html>", "{file} is not an OpenAPI document"),
        ("[]", "{file} is not an OpenAPI document"),
        ('{"paths": {"/jobs": {}}}', "{file} has no /generate/ routes"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str | None, sentence: str) -> None:
    """The error is one sentence with the file's name."""
    file = tmp_path / "openapi.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(SandboxError) as raised:
        ServedDocument.read(file)

    assert str(raised.value) == sentence.format(file=file)


@pytest.mark.parametrize(
    "operation", [5, {"requestBody": 5}, {"requestBody": []}, {"description": 5}, None]
)
def test_a_malformed_operation_is_refused(tmp_path: Path, operation: object) -> None:
    """A malformed document gives a sentence, not a bug, before a port is opened."""
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({"paths": {"/generate/image/x/y": {"post": operation}}}))
    with pytest.raises(SandboxError, match="is not an OpenAPI document"):
        ServedDocument.read(path)
