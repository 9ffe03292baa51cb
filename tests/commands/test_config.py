"""`krea config`: reading and changing the settings."""

import pytest

from tests.harness.cli import World

HELP = {
    "model.default": "the model when -m is not given",
    "api.base": "the API's address when KREA_API_BASE is not set",
    "account.shared": "true when other machines or programs use the account: then a lost answer"
    " is never settled without you",
    "budget.day": "the most that may be spent from midnight to midnight, in US dollars; without it,"
    " there is no limit",
    "history.keep": "how long the ledger keeps what is over, such as 1y (1d at least); without it,"
    " for ever. Items of batches stay: a batch would pay for them again",
    "timeout.image": "how long to wait for an image",
    "timeout.other": "how long to wait for video, audio, 3D, enhancing",
}


def test_a_setting_is_set_read_and_taken_back(world: World) -> None:
    """What was set is printed alone on stdout; once unset, nothing is."""
    path = world.home / "config" / "config.toml"
    result = world.krea("config", "set", "model.default", "krea/krea-2/large")
    assert (result.code, result.out, result.err) == (
        0,
        "",
        f"model.default is krea/krea-2/large, in {path}\n",
    )
    assert path.read_text() == '[model]\ndefault = "krea/krea-2/large"\n'
    assert world.krea("config", "get", "model.default").out == "krea/krea-2/large\n"
    assert world.krea("config", "get", "model.default", "--json").records == [
        {"key": "model.default", "value": "krea/krea-2/large"}
    ]

    result = world.krea("config", "unset", "model.default")
    assert result.err == f"model.default is not set, in {path}\n"
    result = world.krea("config", "get", "model.default")
    assert (result.code, result.out) == (0, "")
    assert world.krea("config", "get", "model.default", "--json").records == [
        {"key": "model.default", "value": None}
    ]


def test_the_list_has_every_setting(world: World) -> None:
    """Set or not, each setting is listed with what it is for."""
    world.krea("config", "set", "account.shared", "yes")
    world.krea("config", "set", "timeout.image", "5m")
    values = {"account.shared": "true", "timeout.image": "5m"}
    assert world.krea("config", "list").out == "".join(
        f"{key}\t{values.get(key, '')}\t{help}\n" for key, help in HELP.items()
    )
    typed = {"account.shared": True, "timeout.image": "5m"}
    assert world.krea("config", "list", "--json").records == [
        {"key": key, "value": typed.get(key), "help": help} for key, help in HELP.items()
    ]


def test_the_path_is_told_before_the_file_exists(world: World) -> None:
    """Where the settings would be, for an editor."""
    path = world.home / "config" / "config.toml"
    assert world.krea("config", "path").out == f"{path}\n"
    assert not path.exists()


@pytest.mark.parametrize("verb", [["get"], ["set", "x"], ["unset"]], ids=lambda verb: verb[0])
def test_a_misspelt_setting_gets_a_suggestion(world: World, verb: list[str]) -> None:
    """An unknown key is refused whatever is done with it."""
    result = world.krea("config", verb[0], "model.defualt", *verb[1:])
    assert (result.code, result.out, result.err) == (
        2,
        "",
        "error: there is no setting model.defualt; did you mean model.default?\n"
        "  hint: krea config list\n"
        "  charged: no\n",
    )


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("account.shared", "maybe", "true or false"),
        ("timeout.image", "5 weeks", "a duration (90, 90s, 15m, 2h; 0 is for ever)"),
        ("api.base", "http://example.com", "an https:// address (http:// only for this machine)"),
        ("api.base", "https://me:pw@host", "an https:// address (http:// only for this machine)"),
        ("model.default", " ", "a name"),
    ],
)
def test_a_value_that_does_not_fit(world: World, key: str, value: str, wanted: str) -> None:
    """The sentence says what is wanted, and nothing is written."""
    result = world.krea("config", "set", key, value)
    assert (result.code, result.err) == (
        2,
        f"error: {key} must be {wanted}, not {value!r}\n"
        "  hint: krea config list says what each is for\n  charged: no\n",
    )
    assert not (world.home / "config").exists()


def test_a_broken_file_is_told_with_its_line(world: World) -> None:
    """The sentence says where; the file is not touched."""
    path = world.home / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text("[model]\ndefault = large\n")
    result = world.krea("config", "set", "model.default", "x")
    assert (result.code, result.err) == (
        2,
        f"error: {path} cannot be read: Invalid value (at line 2, column 11)\n"
        f"  hint: correct it, or: rm {path}\n"
        "  charged: no\n",
    )
    assert path.read_text() == "[model]\ndefault = large\n"
