"""Every model of the snapshot and of the real document takes its own example."""

from collections import Counter

import pytest

from krea_cli.catalog.cache import snapshot
from krea_cli.catalog.model import Model
from krea_cli.catalog.request.prepare import prepare
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import real, wishes

SNAPSHOT = snapshot()
MODELS = SNAPSHOT.models()


def refusal(model: Model) -> str:
    """Why MODEL does not take its own example."""
    with pytest.raises(InvalidRequest) as caught:
        prepare(model, wishes(fields=model.example))
    return caught.value.message


def test_the_snapshot_holds_all_current_models() -> None:
    """108 of them, three-part ids included, none dropped."""
    assert Counter(model.kind for model in MODELS) == {
        "image": 34,
        "enhance": 18,
        "video": 41,
        "3d": 10,
        "audio": 5,
    }
    assert SNAPSHOT.dropped == ()
    assert {"krea/krea-2/large", "krea/krea-2/medium-turbo"} <= set(SNAPSHOT.ids)
    assert SNAPSHOT.default == "bfl/flux-1-dev"


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_model_of_the_snapshot_takes_its_own_example(model: Model) -> None:
    """As it stands: nothing has to be filled in, nothing is refused."""
    prepared = prepare(model, wishes(fields=model.example))
    assert (prepared.body, prepared.notes) == (model.example, ())


def sizing(model: Model) -> str:
    """How MODEL is asked for a size."""
    ratio = model.field("aspect_ratio") is not None
    pixels = model.field("width") is not None and model.field("height") is not None
    return "both" if ratio and pixels else "ratio" if ratio else "pixels" if pixels else "none"


def test_the_families_are_those_that_were_counted() -> None:
    """How sizes are asked for, who takes a seed, who takes a prompt."""
    images = [model for model in MODELS if model.kind == "image"]
    assert Counter(sizing(model) for model in images) == {
        "ratio": 10,
        "pixels": 15,
        "both": 6,
        "none": 3,
    }
    assert sum(model.seed_field is None for model in images) == 14
    videos = [model for model in MODELS if model.kind == "video"]
    assert sum(model.seed_field is None for model in videos) == 28
    assert Counter(sizing(model) for model in videos)["ratio"] == 32
    enhancers = [model for model in MODELS if model.kind == "enhance"]
    assert sum(model.prompt_field is None for model in enhancers) == 9
    assert sum(model.field("video_url") is not None for model in enhancers) == 9
    shapes = [model for model in MODELS if model.kind == "3d"]
    assert all(model.prompt_field and not model.prompt_field.required for model in shapes)


def test_no_seed_has_a_default() -> None:
    """The document's own default seeds are random numbers, and left out."""
    seeds = [model.seed_field for model in MODELS if model.seed_field]
    assert not any(seed.has_default for seed in seeds)


def test_every_model_of_the_real_document_is_read() -> None:
    """56 models, nothing dropped, times from the tables, old names."""
    catalog = real()
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
    """Durations as nested anyOf of const; camera moves as oneOf of objects."""
    catalog = real()
    ltx = catalog.model("lightricks/ltx-video-2.3-22b").field("duration")
    assert ltx is not None and ltx.choices == (5, 10, 15, 20)
    camera = catalog.model("kling/kling-1").field("camera_control")
    assert camera is not None and len(camera.variants) > 3
    assert camera.variants[0].properties[0].choices == ("simple",)


def test_the_real_examples_are_accepted_filled_in_or_refused_in_a_sentence() -> None:
    """Two examples lack a field that nobody can guess, one a field with a single value."""
    catalog = real()
    broken = {"runway/gen-4-image", "topaz/standard-enhance"}
    notes = {}
    for model in catalog.models():
        if model.id not in broken:
            notes[model.id] = prepare(model, wishes(fields=model.example)).notes
    filled = {name: told for name, told in notes.items() if told}
    assert filled == {"topaz/bloom-enhance": ("model Reimagine filled in",)}
    assert refusal(catalog.model("runway/gen-4-image")) == (
        "runway/gen-4-image does not take this request: "
        "reference_images: required; it takes {url, tag}, at most 3 of them"
    )
    assert refusal(catalog.model("topaz/standard-enhance")) == (
        "topaz/standard-enhance does not take this request: model: required; it takes "
        "Standard V2, Low Resolution V2, CGI, High Fidelity V2, Text Refine"
    )
