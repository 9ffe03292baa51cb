"""The script that makes a snapshot from any document."""

import json
from pathlib import Path

from krea_cli.catalog.cache import SNAPSHOT_FILE
from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.openapi.build_snapshot import build_snapshot, main
from krea_cli.catalog.openapi.document import parse_document
from krea_cli.catalog.request.prepare import prepare_request
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import (
    REAL_FILE,
    ROUTE,
    load_real_catalog,
    make_document,
    make_inputs,
    make_operation,
)


def test_a_snapshot_of_the_snapshot_is_the_snapshot() -> None:
    """The snapshot has no part to leave out."""
    content = SNAPSHOT_FILE.read_bytes()
    assert build_snapshot(content) == content.decode()


def test_only_numbers_and_names_are_kept(tmp_path: Path) -> None:
    """Sentences, seeds, labels and responses are left out."""
    fields = {
        "prompt": {"type": "string", "description": "What to draw."},
        "seed": {"type": "number", "default": 3317551338},
        "ratio": {"type": "string", "enum": ["1:1"], "default": "1:1", "x-krea-enum-labels": {}},
        "note": {"type": "string", "default": "a whole sentence that somebody else wrote"},
    }
    table = "Nice.\n| Average Completion Time |\n|---|\n| ~7 seconds |\n"
    operation = make_operation(
        fields,
        "prompt",
        description=table,
        responses={"200": {}},
        example={"prompt": "Words of their own."},
        **{
            "x-krea-pricing": {
                "unit": "request",
                "label": "Per picture",
                "price_points": [{"amount": "1", "label": "x"}],
            }
        },
    )
    file, out = tmp_path / "in.json", tmp_path / "out.json"
    file.write_text(json.dumps(make_document({ROUTE: operation}, info={"version": "v9"})))
    main([str(file), "-o", str(out)])
    assert json.loads(out.read_text()) == {
        "openapi": "3.1.0",
        "info": {"title": "Krea API, a snapshot of facts", "version": "v9"},
        "x-krea-aliases": {},
        "paths": {
            ROUTE: {
                "post": {
                    "summary": "Brush",
                    "x-krea-typical-seconds": 7,
                    "x-krea-pricing": {"unit": "request", "price_points": [{"amount": "1"}]},
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "prompt": {"type": "string"},
                                        "seed": {"type": "number"},
                                        "ratio": {
                                            "type": "string",
                                            "enum": ["1:1"],
                                            "default": "1:1",
                                        },
                                        "note": {"type": "string"},
                                    },
                                    "required": ["prompt"],
                                    "additionalProperties": False,
                                },
                                "example": {"prompt": "a serene mountain landscape at sunset"},
                            }
                        },
                    },
                }
            }
        },
    }


def test_the_real_document_makes_a_whole_snapshot() -> None:
    """Models and fields stay, each example is accepted, and a second run changes nothing."""
    before = load_real_catalog()
    text = build_snapshot(REAL_FILE.read_bytes())
    assert build_snapshot(text.encode()) == text
    after = Catalog(parse_document(text.encode()), source="test")
    assert after.ids == before.ids
    for model in after.models():
        assert [field.name for field in model.fields] == [
            field.name for field in before.model(model.id).fields
        ]
        try:
            prepare_request(model, make_inputs(fields=model.example))
        except InvalidRequest as error:
            raise AssertionError(model.id) from error
