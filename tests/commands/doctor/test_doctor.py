"""`krea doctor`: what is wrong with the set-up, and what helps."""

from pathlib import Path

import pytest

from tests.fakes.krea_service import BASE
from tests.harness.cli import World
from tests.tokens import LOGIN


def found(world: World, *argv: str) -> tuple[int, dict[str, list[dict[str, object]]]]:
    """The exit code, and what was found, by the name of the check."""
    result = world.krea("doctor", "--json", *argv)
    assert "Traceback" not in result.err
    checks: dict[str, list[dict[str, object]]] = {}
    for record in result.records:
        checks.setdefault(str(record["name"]), []).append(record)
    return result.code, checks


def test_all_is_well(world: World) -> None:
    """A working set-up: every check is told on a line of its own, exit 0."""
    world.environ["KREA_API_KEY"] = LOGIN
    result = world.krea("doctor")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [line.split()[1] for line in lines] == [
        "version",
        "libraries",
        "command",
        "folders",
        "folders",
        "folders",
        "settings",
        "token",
        "network",
        "service",
        "catalogue",
        "ledger",
        "terminal",
    ]
    assert "ok     token      0123… from KREA_API_KEY" in lines
    assert f"ok     service    {BASE} accepts the token" in lines
    assert "ok     network    no proxy is set" in lines
    assert "secret" not in result.out


def test_what_is_wrong_is_named_with_what_helps(world: World) -> None:
    """No token: exit 1, the finding carries the hint, the other checks still run."""
    del world.environ["KREA_API_KEY"]
    result = world.krea("doctor")
    assert (result.code, result.err) == (
        1,
        "error: something is wrong with: token\n"
        "  hint: krea auth login, or export KREA_API_KEY=…\n"
        "  charged: no\n",
    )
    assert f"ok     service    {BASE} answers\n" in result.out
    assert "ok     ledger " in result.out


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (401, f"{BASE} refuses the token"),
        (402, f"{BASE} accepts the token; the API balance is used up"),
    ],
)
def test_what_the_service_says_of_the_token(world: World, status: int, text: str) -> None:
    """A refused token and an empty balance are told apart."""
    world.service.list_status = status
    code, checks = found(world)
    assert (code, checks["service"][0]["state"], checks["service"][0]["text"]) == (1, "wrong", text)


def test_everything_broken_at_once(world: World) -> None:
    """Whatever is broken, doctor says it all and shows no traceback."""
    for folder in ("config", "state", "cache"):
        (world.home / folder).mkdir()
    (world.home / "config" / "config.toml").write_text("= nonsense")
    (world.home / "config" / "credentials.json").write_text("[]")
    (world.home / "state" / "ledger.sqlite3").write_text("no database " * 100)
    world.environ |= {"KREA_API_KEY": "two words", "SSL_CERT_FILE": "/nowhere/cert.pem"}
    code, checks = found(world)
    assert code == 1
    assert [name for name, each in checks.items() if each[-1]["state"] == "wrong"] == [
        "settings",
        "token",
        "ledger",
    ]
    assert checks["token"][-1]["text"] == (
        "the token from KREA_API_KEY has a space or a line break inside"
    )
    assert checks["network"][0]["text"] == (
        "SSL_CERT_FILE is set: certificates of /nowhere/cert.pem, which does not exist"
    )
    assert str(checks["ledger"][0]["hint"]).startswith("krea doctor --repair")


def test_folders_that_cannot_be(world: World) -> None:
    """A file where a folder should be is wrong, and the variable that moves it is named."""
    (world.home / "state").write_text("")
    code, checks = found(world)
    assert code == 1
    assert checks["folders"][1] == {
        "name": "folders",
        "state": "wrong",
        "text": f"state: {world.home / 'state'} cannot be written to",
        "hint": "set KREA_STATE_DIR to a folder that you can write to",
    }


def test_a_proxy_is_named_without_its_password(world: World) -> None:
    """The proxy may be why nothing works; its password is nobody's business."""
    world.environ["HTTPS_PROXY"] = "http://me:hidden@proxy.example:3128"
    result = world.krea("doctor")
    assert (
        "note   network    HTTPS_PROXY is set: requests go through proxy.example:3128\n"
        in result.out
    )
    assert "hidden" not in result.out


def test_another_krea_on_path_is_noticed(world: World) -> None:
    """The official client installs a `krea` as well; which one runs depends on PATH."""
    package = world.home / "lib" / "node_modules" / "cli" / "krea.js"
    package.parent.mkdir(parents=True)
    package.write_text("#!/usr/bin/env node\n")
    package.chmod(0o755)
    folder = world.home / "bin"
    folder.mkdir()
    (folder / "krea").symlink_to(package)
    world.environ["PATH"] = str(folder)
    code, checks = found(world)
    assert code == 0
    assert checks["command"][0]["state"] == "note"
    assert checks["command"][0]["text"] == (
        f"another krea is on PATH and comes first: {folder / 'krea'} (of npm)"
    )


def test_a_damaged_ledger_is_set_aside(world: World) -> None:
    """`--repair` renames it and says what that means; the next look finds all well."""
    path = world.home / "state" / "ledger.sqlite3"
    path.parent.mkdir(mode=0o700)
    path.write_text("no database " * 100)
    assert found(world)[0] == 1

    result = world.krea("doctor", "--repair")
    [aside] = Path(path.parent).glob("ledger.sqlite3.damaged-*")
    assert (result.code, result.err) == (
        0,
        f"warning: the damaged ledger is now {aside}; what it held in doubt is forgotten:"
        " look at krea.ai before you send a request again\n",
    )
    assert aside.read_text() == "no database " * 100
    assert not path.exists()

    result = world.krea("doctor", "--repair")
    assert (result.code, result.err) == (
        0,
        "the ledger is not damaged: there is nothing to repair\n",
    )


def test_requests_in_doubt_are_counted(world: World) -> None:
    """The ledger's line says how many requests may have been charged."""
    from krea_cli.local.ledger.ledger import Ledger
    from krea_cli.local.ledger.rows import Draft

    ledger = Ledger.open(world.home / "state")
    book = ledger.for_account(BASE, "a")
    draft = Draft(model="m", kind="image", route="/generate/m", body={}, given={})
    book.sending(book.begin(draft).id, 1.0)
    book.begin(draft)
    ledger.close()
    code, checks = found(world)
    assert (code, checks["ledger"][0]["state"], checks["ledger"][0]["text"]) == (
        0,
        "note",
        f"{world.home / 'state' / 'ledger.sqlite3'}: 2 requests, 1 in doubt",
    )


def test_settings_that_are_not_known(world: World) -> None:
    """A misspelt setting is named: the command would otherwise use another model in silence."""
    config = world.home / "config"
    config.mkdir(mode=0o700)
    (config / "config.toml").write_text('timeout = 3\n[model]\ndefualt = "veo-2"\n')
    assert (
        f"note   settings   {config}/config.toml sets what this krea does not know: "
        "timeout, model.defualt (krea config list shows every setting there is)"
    ) in world.krea("doctor").out.splitlines()
