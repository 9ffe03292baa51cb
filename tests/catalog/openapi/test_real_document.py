"""The real document of May 2026, read whole; skipped if it is not at hand."""

from collections import Counter

import pytest

from krea_cli.catalog.model import Model
from krea_cli.catalog.request.prepare import prepare_request
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import load_real_catalog, make_inputs


def test_every_model_of_the_real_document_is_read() -> None:
    """56 models with times of tables and old names are read, and none is dropped."""
    catalog = load_real_catalog()
    assert Counter(model.kind for model in catalog.models()) == {
        "image": 22,
        "enhance": 3,
        "video": 31,
    }
    assert catalog.dropped == ()
    flux = catalog.model("bfl/flux-1-dev")
    assert (flux.title, flux.typical_seconds) == ("Flux", 7.0)
    assert flux.aliases["presetStyles"] == "styles"


def test_constants_and_shapes_of_the_real_document_are_read() -> None:
    """Durations are nested anyOf of const; camera moves are oneOf of objects."""
    catalog = load_real_catalog()
    ltx = catalog.model("lightricks/ltx-video-2.3-22b").field("duration")
    assert ltx is not None and ltx.choices == (5, 10, 15, 20)
    camera = catalog.model("kling/kling-1").field("camera_control")
    assert camera is not None and len(camera.variants) > 3
    assert camera.variants[0].properties[0].choices == ("simple",)


def test_the_real_examples_are_accepted_filled_in_or_refused_in_a_sentence() -> None:
    """Two examples lack a field that nobody can guess, one a field with a single choice."""
    catalog = load_real_catalog()
    incomplete = {"runway/gen-4-image", "topaz/standard-enhance"}
    notes = {}
    for model in catalog.models():
        if model.id not in incomplete:
            notes[model.id] = prepare_request(model, make_inputs(fields=model.example)).notes
    filled_in = {model_id: texts for model_id, texts in notes.items() if texts}
    assert filled_in == {"topaz/bloom-enhance": ("model Reimagine filled in",)}
    assert refusal_message(catalog.model("runway/gen-4-image")) == (
        "runway/gen-4-image does not take this request: "
        "reference_images: required; it takes {url, tag}, at most 3 of them"
    )
    assert refusal_message(catalog.model("topaz/standard-enhance")) == (
        "topaz/standard-enhance does not take this request: model: required; it takes "
        "Standard V2, Low Resolution V2, CGI, High Fidelity V2, Text Refine"
    )


def refusal_message(model: Model) -> str:
    """Return the error of MODEL for its own example."""
    with pytest.raises(InvalidRequest) as caught:
        prepare_request(model, make_inputs(fields=model.example))
    return caught.value.message
