"""Names of models: several forms, one meaning, no guessing."""

import pytest

from krea_cli.catalog.catalog import Catalog
from krea_cli.catalog.resolve import resolve
from krea_cli.errors import UnknownModel
from tests.catalog.documents import document, operation

ROUTES = (
    "/generate/image/bfl/flux-1-dev",
    "/generate/image/bfl/flux-1.1-pro",
    "/generate/image/bfl/flux-1.1-pro-ultra",
    "/generate/image/krea/krea-2/large",
    "/generate/image/krea/krea-2/medium",
    "/generate/video/kling/kling-2.5",
    "/generate/image/x/twin",
    "/generate/video/y/twin",
)


def catalog(**more: object) -> Catalog:
    """A few models with names that resemble each other."""
    return Catalog.of(document({route: operation() for route in ROUTES}, **more), source="test")


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
    resolution = resolve(catalog(), text)
    assert (resolution.model_id, resolution.alias) == (model_id, alias)
    assert resolution.begun == (text in ("flux-1-", "kling", "krea-2/m"))


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
def test_what_is_not_one_model_is_told(text: str, message: str, hint: str | None) -> None:
    """What fits several is listed, what fits none gets what is close."""
    with pytest.raises(UnknownModel) as caught:
        resolve(catalog(), text)
    assert caught.value.message == message
    assert hint is None or caught.value.hint == hint


def test_an_alias_lives_as_long_as_its_target() -> None:
    """Neither the document's aliases nor ours lead to a model that is gone."""
    named = {"x-krea-aliases": {"big": "krea/krea-2/large", "old": "gone/model", "bad": 3}}
    assert catalog(**named).aliases == {"big": "krea/krea-2/large"}
    assert "flux-kontext" not in catalog().aliases


def test_the_default_has_to_exist() -> None:
    """The document's default counts, then ours; neither stands for a missing model."""
    assert catalog().default == "bfl/flux-1-dev"
    assert catalog(**{"x-krea-default": "x/twin"}).default == "x/twin"
    assert catalog(**{"x-krea-default": "gone/model"}).default is None
