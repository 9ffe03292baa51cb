"""`krea config`: reading and changing the settings."""

import re
from pathlib import Path

import pytest

from tests.fakes.krea_service import BASE
from tests.harness.cli import Cli
from tests.harness.project_file import write_project

HELP = {
    "model.default": "the model when -m is not given",
    "api.base": "the API's address when KREA_API_BASE is not set",
    "account.shared": "true if other machines or programs use the account: krea then never decides"
    " about a lost answer without you",
    "budget.day": "the most to spend from midnight to midnight, in US dollars; without it, there is"
    " no limit",
    "budget.month": "the most to spend in a month of the calendar, in US dollars; without it, no"
    " limit",
    "confirm.above": "ask at the terminal before what may cost more than this, in US dollars (1"
    " without it), or sends more than 10 jobs of unknown price; 0 always asks, off never does",
    "price.assume": "the price to assume where the price is unknown, in US dollars, as"
    " --assume-price does",
    "history.keep": "how long the ledger keeps requests that are over, such as 1y (1d at least);"
    " without it, for ever. Items of batches stay: a batch would pay for them again",
    "ledger.name": "which ledger on a network disk is this machine's, where host names change;"
    " without it, the one that is named like the host",
    "submit.parallel": "how many requests of the account may be under way at once, 1 to 16"
    " (1 without it); with more, a crash leaves more in doubt",
    "output.folder": "the folder for results without -o: of a batch, of generate, and of download;"
    " a relative one is below the current folder",
    "output.template": "the names of results without -o, such as {slug}-{seed}.{ext}, below"
    " output.folder",
    "vary.folder": "the folder of the words for --vary: of __name__ in name.txt; a relative one is"
    " below the folder of the list, or the current one",
    "terminal.notify": "at the end of what took longer than 20 s: bell rings, off does nothing;"
    " without it, the terminal shows a notification",
    "timeout.image": "how long to wait for an image",
    "timeout.other": "how long to wait for video, audio, 3D, enhancing",
}
# Settings that are not here have no default.
DEFAULTS = {
    "model.default": "bfl/flux-1-dev",
    "confirm.above": "1",
    "submit.parallel": "1",
    "output.folder": ".",
    "vary.folder": "wildcards",
    "timeout.image": "15m",
    "timeout.other": "150m",
}


def test_a_setting_is_set_read_and_taken_back(cli: Cli) -> None:
    """A value is printed alone on stdout; an unset one prints nothing."""
    path = cli.home / "config" / "config.toml"
    result = cli.krea("config", "set", "model.default", "krea/krea-2/large")
    assert (result.code, result.out, result.err) == (
        0,
        "",
        f"model.default is krea/krea-2/large, in {path}\n",
    )
    assert path.read_text() == '[model]\ndefault = "krea/krea-2/large"\n'
    assert cli.krea("config", "get", "model.default").out == "krea/krea-2/large\n"
    assert cli.krea("config", "get", "model.default", "--json").records == [
        {"key": "model.default", "value": "krea/krea-2/large"}
    ]

    result = cli.krea("config", "unset", "model.default")
    assert result.err == f"model.default is not set, in {path}\n"
    result = cli.krea("config", "get", "model.default")
    assert (result.code, result.out) == (0, "")
    assert cli.krea("config", "get", "model.default", "--json").records == [
        {"key": "model.default", "value": None}
    ]


def test_the_list_has_every_setting_in_force(cli: Cli) -> None:
    """Each is listed with its value, its origin and its purpose: set, by default, or by neither."""
    cli.krea("config", "set", "account.shared", "yes")
    cli.krea("config", "set", "timeout.image", "5m")
    cli.environ["KREA_SUBMIT_PARALLEL"] = "3"
    path = str(cli.home / "config" / "config.toml")
    found = {
        "api.base": (BASE, "environment", "KREA_API_BASE"),
        "account.shared": (True, "settings", path),
        "timeout.image": ("5m", "settings", path),
        "submit.parallel": ("3", "environment", "KREA_SUBMIT_PARALLEL"),
    }
    rows = {key: found.get(key, (DEFAULTS.get(key), "default", None)) for key in HELP}
    text = {None: "none", True: "true"}
    result = cli.krea("config", "list")
    assert (result.code, result.err) == (0, "")
    assert result.out == "".join(
        f"{key}\t{text.get(value, value)}\t{source or 'default'}\t{HELP[key]}\n"
        for key, (value, _, source) in rows.items()
    )
    assert cli.krea("config", "list", "--json").records == [
        {"key": key, "value": value, "origin": origin, "source": source, "help": HELP[key]}
        for key, (value, origin, source) in rows.items()
    ]


def test_the_list_shows_where_a_value_comes_from(cli: Cli) -> None:
    """A variable goes before krea.toml, that before the settings; a path is shown short."""
    cli.environ |= {"HOME": str(cli.home), "KREA_MODEL": "krea/krea-2/large"}
    cli.krea("config", "set", "output.folder", "~/pictures")
    cli.krea("config", "set", "output.template", "{slug}-{seed}.{ext}")
    write_project('model = "z-image"\noutput.folder = "out"\n')
    rows = [line.split("\t")[:3] for line in cli.krea("config", "list").out.splitlines()]
    assert [row for row in rows if row[0].startswith(("model", "output"))] == [
        ["model.default", "krea/krea-2/large", "KREA_MODEL"],
        ["output.folder", "out", "krea.toml"],
        ["output.template", "{slug}-{seed}.{ext}", "~/config/config.toml"],
    ]
    record = cli.krea("config", "list", "--json").records[list(HELP).index("output.folder")]
    assert (record["origin"], record["source"]) == ("krea.toml", str(Path("krea.toml").absolute()))


def test_a_wrong_value_in_a_file_is_listed_and_told(cli: Cli) -> None:
    """The value stands in the list as it does in the file."""
    path = cli.home / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text('[timeout]\nimage = "5 weeks"\n[model]\nname = "x"\n')
    write_project("count = 3\n")
    result = cli.krea("config", "list")
    assert (result.code, result.out.splitlines()[-2].split("\t")[:2]) == (
        0,
        ["timeout.image", "5 weeks"],
    )
    assert result.err == (
        f"warning: {path}: there is no setting model.name; did you mean model.default?\n"
        f"warning: {path}: timeout.image must be a duration (90, 90s, 15m, 2h; 0 is for ever),"
        " not '5 weeks'\n"
        "warning: krea.toml: count may not stand in it\n"
    )


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_list_fits_the_window(cli: Cli, columns: int) -> None:
    """No line is wider than the terminal, but for a path that can be copied whole."""
    cli.environ |= {"COLUMNS": str(columns), "NO_COLOR": "1"}
    result = cli.krea("config", "list", terminal=True)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", result.out).splitlines()
    assert lines[0].split()[:2] == ["setting", "value"]
    assert (result.code, max(map(len, lines)) <= columns) == (0, True)


def test_the_path_is_told_before_the_file_exists(cli: Cli) -> None:
    """An editor needs the path before there is a file."""
    path = cli.home / "config" / "config.toml"
    assert cli.krea("config", "path").out == f"{path}\n"
    assert not path.exists()


@pytest.mark.parametrize("verb", [["get"], ["set", "x"], ["unset"]], ids=lambda verb: verb[0])
def test_a_misspelt_setting_gets_a_suggestion(cli: Cli, verb: list[str]) -> None:
    """An unknown key is refused whatever is done with it."""
    result = cli.krea("config", verb[0], "model.defualt", *verb[1:])
    assert (result.code, result.out, result.err) == (
        2,
        "",
        "error: there is no setting model.defualt; did you mean model.default?\n"
        "  hint: krea config list\n",
    )


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("account.shared", "maybe", "true or false"),
        ("timeout.image", "5 weeks", "a duration (90, 90s, 15m, 2h; 0 is for ever)"),
        ("api.base", "http://example.com", "an https:// address (http:// only for this machine)"),
        ("api.base", "https://host?key=1", "an https:// address (http:// only for this machine)"),
        ("model.default", " ", "a name"),
        ("submit.parallel", "0", "a number from 1 to 16"),
        ("submit.parallel", "17", "a number from 1 to 16"),
        ("submit.parallel", "many", "a number from 1 to 16"),
        ("output.folder", "-", "a folder such as pictures or ~/pictures"),
        ("output.folder", "a\\b", "a folder such as pictures or ~/pictures"),
        ("output.template", "fox.png", "a template that ends in .{ext}, or in / for a folder"),
        (
            "output.template",
            "{date}.{ext}",
            "a template with {slug}, {seed} or {job_id}: else all results are one",
        ),
        (
            "output.template",
            "../{slug}.{ext}",
            "a template below output.folder, such as {date}/{slug}-{seed}.{ext}",
        ),
        (
            "output.template",
            "{line}.{ext}",
            "a template of {slug} {job_id} {model} {seed} {n} {index} {ext} {date} and other text;"
            " {{ is a literal brace",
        ),
    ],
)
def test_a_value_that_does_not_fit(cli: Cli, key: str, value: str, wanted: str) -> None:
    """The sentence names valid values, and nothing is written."""
    result = cli.krea("config", "set", key, value)
    assert (result.code, result.err) == (
        2,
        f"error: {key} must be {wanted}, not {value!r}\n"
        "  hint: krea config list says what each is for\n",
    )
    assert not (cli.home / "config").exists()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nosuch", "there is no model called 'nosuch'"),
        (
            "veo-3.1-fats",
            "there is no model called 'veo-3.1-fats'; close to it: google/veo-3.1-fast",
        ),
        ("kling", "'kling' fits 4 models: "),
    ],
    ids=["unknown", "misspelt", "several"],
)
def test_a_default_model_that_is_none_is_refused(cli: Cli, name: str, sentence: str) -> None:
    """Every later generate would fail for it, far from here. The old one stays."""
    assert cli.krea("config", "set", "model.default", "flux-1-dev").code == 0
    result = cli.krea("config", "set", "model.default", name)
    assert result.code == 2
    assert result.err.startswith(f"error: {sentence}")
    assert cli.krea("config", "get", "model.default").out == "flux-1-dev\n"


@pytest.mark.parametrize("variable", [True, False], ids=["variable", "setting"])
def test_a_default_model_that_is_gone_is_told_with_its_origin(cli: Cli, variable: bool) -> None:
    """Neither was on the command line: the sentence says where the name comes from."""
    if variable:
        cli.environ["KREA_MODEL"] = "nosuch"
        origin = "the variable KREA_MODEL"
    else:
        (cli.home / "config").mkdir()
        (cli.home / "config" / "config.toml").write_text('[model]\ndefault = "nosuch"\n')
        origin = "the setting model.default"
    sentence = f"there is no model called 'nosuch'; {origin} names it"
    assert f"error: {sentence}\n" in cli.krea("generate", "a fox").err
    Path("b.txt").write_text("a fox\nan owl\n")
    result = cli.krea("batch", "b.txt", "--dry-run")
    assert f"error: b.txt cannot be run as it stands: lines 1-2: {sentence}\n" in result.err
    assert cli.service.posts == []


def test_a_broken_file_is_told_with_its_line(cli: Cli) -> None:
    """The sentence says where; the file is not touched."""
    path = cli.home / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text("[model]\ndefault = large\n")
    result = cli.krea("config", "set", "model.default", "flux-1-dev")
    assert (result.code, result.err) == (
        2,
        f"error: {path} cannot be read: Invalid value (at line 2, column 11)\n"
        f"  hint: correct it, or: rm {path}\n",
    )
    assert path.read_text() == "[model]\ndefault = large\n"


@pytest.mark.parametrize(
    ("text", "key", "meant"),
    [
        ("[budget]\ndaily = 5\n", "budget.daily", "budget.day"),
        ("budget = 5\n", "budget", "budget.day"),
        ("[budgets]\nday = 5\n", "budgets.day", "budget.day"),
        ("budget.Day = 5\n", "budget.Day", "budget.day"),
        ("[[budget]]\nday = 5\n", "budget", "budget.day"),
    ],
)
def test_a_setting_that_is_not_understood_stops_what_spends(
    cli: Cli, text: str, key: str, meant: str
) -> None:
    """A limit may be meant by it. Commands that spend nothing go on."""
    path = cli.home / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text(text)
    Path("b.txt").write_text("a fox\n")
    for command in (["generate", "a fox", "-o", "fox.png"], ["batch", "b.txt", "-o", "out/"],
                    ["recover", "--resubmit", "all", "--older", "1s"]):  # fmt: skip
        result = cli.krea(*command)
        assert (result.code, result.err) == (
            2,
            f"error: {path}: there is no setting {key}; did you mean {meant}?\n"
            f"  hint: krea config unset {key}\n",
        )
    assert cli.service.posts == []
    assert cli.krea("history").code == 0


def test_the_hint_removes_a_setting_that_is_not_understood(cli: Cli) -> None:
    """Typed as it is printed; the rest of the file stays."""
    path = cli.home / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text("# mine\n[budget]\ndaily = 5\nday = 9\n")
    assert cli.krea("config", "unset", "budget.daily").code == 0
    assert path.read_text() == "# mine\n[budget]\nday = 9\n"
    assert cli.krea("config", "get", "budget.day").out == "9\n"


def test_a_value_that_no_command_of_today_reads_stops_what_spends(cli: Cli) -> None:
    """A wrong time for clips stops a picture as well: all settings are understood, or none."""
    path = cli.home / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text('[timeout]\nother = "soon"\n')
    result = cli.krea("generate", "a fox", "-o", "fox.png")
    assert (result.code, cli.service.posts) == (2, [])
    assert "timeout.other must be a duration" in result.error(charged="no")


def test_a_byte_order_mark_before_the_settings_goes(cli: Cli) -> None:
    """Editors of Windows write one."""
    path = cli.home / "config" / "config.toml"
    path.parent.mkdir()
    path.write_text('\ufeff[model]\ndefault = "krea/krea-2/large"\n')
    assert cli.krea("config", "get", "model.default").out == "krea/krea-2/large\n"
    assert cli.krea("config", "set", "budget.day", "5").code == 0
    assert path.read_text() == '[model]\ndefault = "krea/krea-2/large"\n\n[budget]\nday = "5"\n'
