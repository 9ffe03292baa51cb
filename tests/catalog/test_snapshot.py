"""The embedded snapshot: all models, and each takes its own example."""

from collections import Counter

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.model import Model
from krea_cli.catalog.request.prepare import prepare_request
from tests.catalog.documents import make_inputs

SNAPSHOT = load_snapshot()
MODELS = SNAPSHOT.models()


def test_the_snapshot_holds_all_current_models() -> None:
    """108 models are read, also ids of three parts, and none is dropped."""
    assert Counter(model.kind for model in MODELS) == {
        "image": 34,
        "enhance": 18,
        "video": 41,
        "3d": 10,
        "audio": 5,
    }
    assert SNAPSHOT.dropped == ()
    assert {"krea/krea-2/large", "krea/krea-2/medium-turbo"} <= set(SNAPSHOT.ids)
    assert SNAPSHOT.default_id == "bfl/flux-1-dev"


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_a_model_of_the_snapshot_takes_its_own_example(model: Model) -> None:
    """Nothing of the example has to be filled in or is refused."""
    prepared = prepare_request(model, make_inputs(fields=model.example))
    assert (prepared.body, prepared.notes) == (model.example, ())


def size_family(model: Model) -> str:
    """Return "ratio", "pixels", "both" or "none": the way to ask MODEL for a size."""
    ratio = model.field("aspect_ratio") is not None
    pixels = model.field("width") is not None and model.field("height") is not None
    return "both" if ratio and pixels else "ratio" if ratio else "pixels" if pixels else "none"


def test_the_families_have_the_counted_sizes() -> None:
    """Models are counted by their fields for sizes, seeds and prompts."""
    images = [model for model in MODELS if model.kind == "image"]
    assert Counter(size_family(model) for model in images) == {
        "ratio": 10,
        "pixels": 15,
        "both": 6,
        "none": 3,
    }
    assert sum(model.seed_field is None for model in images) == 14
    videos = [model for model in MODELS if model.kind == "video"]
    assert sum(model.seed_field is None for model in videos) == 28
    assert Counter(size_family(model) for model in videos)["ratio"] == 32
    enhancers = [model for model in MODELS if model.kind == "enhance"]
    assert sum(model.field("prompt") is None for model in enhancers) == 9
    assert sum(model.field("video_url") is not None for model in enhancers) == 9
    shapes = [model for model in MODELS if model.kind == "3d"]
    prompts = [model.field("prompt") for model in shapes]
    assert all(prompt and not prompt.required for prompt in prompts)


def test_no_seed_has_a_default() -> None:
    """Default seeds of the document are random numbers, and left out."""
    seeds = [model.seed_field for model in MODELS if model.seed_field]
    assert not any(seed.has_default for seed in seeds)
