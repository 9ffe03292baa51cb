"""A request is prepared whole, or every problem is reported at once."""

import pytest

from krea_cli.catalog.cache import load_snapshot
from krea_cli.catalog.request.prepare import has_unknown_field, prepare_request
from krea_cli.errors import InvalidRequest
from tests.catalog.documents import make_inputs
from tests.catalog.request.brush import BRUSH


def test_every_problem_is_reported_at_once() -> None:
    """One run is enough to learn every problem."""
    with pytest.raises(InvalidRequest) as caught:
        prepare_request(BRUSH, make_inputs(inputs=("number=x", "txet=1", "flag=2"), seed=3))
    assert caught.value.message == (
        "maker/brush does not take this request, for 4 reasons:\n"
        "  - number: 'x' is not a number\n"
        "  - txet: there is no such field; did you mean text?\n"
        "  - flag: '2' is neither true nor false\n"
        "  - seed: this model takes no seed; leave --seed out"
    )
    assert has_unknown_field(caught.value)


def test_a_field_without_effect_gets_a_note() -> None:
    """A field may need another field to be switched on."""
    inputs = ("grain_size=2", "enhancement_sharpen=0", "enhancement_parameters=Manual")
    model = load_snapshot().model("topaz/video-upscale")
    request = prepare_request(model, make_inputs(videos=("https://x",), inputs=inputs))
    assert request.notes == (
        "--video goes to video_url",
        "grain_size counts only when grain is true",
    )
