"""Names of models: several forms, one meaning each, no guesses."""

import pytest

from krea_cli.catalog.resolve import resolve_model
from krea_cli.errors import UnknownModel
from tests.catalog.documents import make_catalog


@pytest.mark.parametrize(
    ("text", "model_id", "alias"),
    [
        ("bfl/flux-1-dev", "bfl/flux-1-dev", None),
        ("flux-1-dev", "bfl/flux-1-dev", None),
        ("image/bfl/flux-1-dev", "bfl/flux-1-dev", None),
        ("/generate/image/bfl/flux-1-dev", "bfl/flux-1-dev", None),
        ("krea-2/large", "krea/krea-2/large", None),
        ("large", "krea/krea-2/large", None),
        ("flux-1.1-pro", "bfl/flux-1.1-pro", None),
        ("flux", "bfl/flux-1-dev", "flux"),
        ("krea-2-large", "krea/krea-2/large", "krea-2-large"),
        ("flux-1-", "bfl/flux-1-dev", "flux-1-"),
        ("kling", "kling/kling-2.5", "kling"),
        ("krea-2/m", "krea/krea-2/medium", "krea-2/m"),
        ("y/twin", "y/twin", None),
        ("  bfl/flux-1-dev/ ", "bfl/flux-1-dev", None),
    ],
)
def test_every_form_of_a_name_is_understood(text: str, model_id: str, alias: str | None) -> None:
    """Exact id, exact last segments, alias, unique prefix of segments."""
    model = resolve_model(make_catalog(), text)
    assert (model.model_id, model.alias) == (model_id, alias)
    assert model.is_partial == model.is_prefix == (text in ("flux-1-", "kling", "krea-2/m"))


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "twin",
            "'twin' fits 2 models: x/twin, y/twin",
            "krea models twin",
        ),
        (
            "krea-2",
            "'krea-2' fits 2 models: krea/krea-2/large, krea/krea-2/medium",
            "krea models krea-2",
        ),
        (
            "flux-1-dv",
            "there is no model called 'flux-1-dv'; close to it: bfl/flux-1-dev",
            "krea models bfl/flux-1-dev",
        ),
        (
            "qqq\x1b[31m",
            "there is no model called 'qqq'",
            "krea models lists all of them; --refresh asks the API",
        ),
        ("lux-1-dev", "there is no model called 'lux-1-dev'; close to it: bfl/flux-1-dev", None),
        (" / ", "no model is named", "krea models lists all of them"),
    ],
)
def test_no_model_or_several_are_an_error(text: str, message: str, hint: str | None) -> None:
    """The error lists the models that fit, or similar names."""
    with pytest.raises(UnknownModel) as caught:
        resolve_model(make_catalog(), text)
    assert caught.value.message == message
    assert hint is None or caught.value.hint == hint
