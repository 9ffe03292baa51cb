"""`krea doctor`: problems of the set-up, and how to fix them."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.krea_service import BASE
from tests.harness.cli import Cli
from tests.tokens import LOGIN


def run_doctor(cli: Cli, *argv: str) -> tuple[int, dict[str, list[dict[str, object]]]]:
    """Run krea doctor; return its exit code and the findings of each check."""
    result = cli.krea("doctor", "--json", *argv)
    assert "Traceback" not in result.err
    checks: dict[str, list[dict[str, object]]] = {}
    for record in result.records:
        checks.setdefault(str(record["name"]), []).append(record)
    return result.code, checks


def test_all_is_well(cli: Cli) -> None:
    """A working set-up: every check is told on a line of its own, exit 0."""
    cli.environ["KREA_API_KEY"] = LOGIN
    result = cli.krea("doctor")
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
        "files",
        "terminal",
    ]
    assert "ok     token      0123… from KREA_API_KEY" in lines
    assert f"ok     service    {BASE} accepts the token" in lines
    assert "ok     network    no proxy is set" in lines
    assert "secret" not in result.out


def test_what_is_wrong_is_named_with_what_helps(cli: Cli) -> None:
    """No token: exit 1, the finding carries the hint, the other checks still run."""
    del cli.environ["KREA_API_KEY"]
    result = cli.krea("doctor")
    assert (result.code, result.err) == (
        1,
        "error: something is wrong with: token\n"
        "  hint: krea auth login; or export KREA_API_KEY=…;"
        " https://www.krea.ai/settings/api-tokens makes a token\n"
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
def test_what_the_service_says_of_the_token(cli: Cli, status: int, text: str) -> None:
    """A refused token and an empty balance are told apart."""
    cli.service.list_status = status
    code, checks = run_doctor(cli)
    assert (code, checks["service"][0]["state"], checks["service"][0]["text"]) == (1, "wrong", text)


def test_everything_broken_at_once(cli: Cli) -> None:
    """Whatever is broken, doctor says it all and shows no traceback."""
    for folder in ("config", "state", "cache"):
        (cli.home / folder).mkdir()
    (cli.home / "config" / "config.toml").write_text("= nonsense")
    (cli.home / "config" / "credentials.json").write_text("[]")
    (cli.home / "state" / "ledger.sqlite3").write_text("no database " * 100)
    cli.environ |= {"KREA_API_KEY": "two words", "SSL_CERT_FILE": "/nowhere/cert.pem"}
    code, checks = run_doctor(cli)
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


def test_folders_that_cannot_be(cli: Cli) -> None:
    """A file in place of a folder is wrong; the hint names the variable to set."""
    (cli.home / "state").write_text("")
    code, checks = run_doctor(cli)
    assert code == 1
    assert checks["folders"][1] == {
        "name": "folders",
        "state": "wrong",
        "text": f"state: {cli.home / 'state'} cannot be written to: Not a directory",
        "hint": "set KREA_STATE_DIR to a folder that you can write to",
    }


@pytest.mark.parametrize("proxy", ["ht!tp://me:hidden@h", "me:hidden", "http://me:x#hidden@h:9"])
def test_a_proxy_that_cannot_be_read_is_not_shown(cli: Cli, proxy: str) -> None:
    """Its password may be anywhere in it."""
    cli.environ["https_proxy"] = proxy
    out = cli.krea("doctor").out
    assert "wrong  network    https_proxy is set: its address cannot be read\n" in out
    assert "hidden" not in out


def test_a_proxy_is_named_without_its_password(cli: Cli) -> None:
    """The proxy may be why nothing works; its password is nobody's business."""
    cli.environ["HTTPS_PROXY"] = "http://me:hidden@proxy.example:3128"
    result = cli.krea("doctor")
    assert (
        "note   network    HTTPS_PROXY is set: requests go through proxy.example:3128\n"
        in result.out
    )
    assert "hidden" not in result.out


@pytest.mark.parametrize(
    ("variables", "findings"),
    [
        (
            {"HTTPS_PROXY": "http://me:hid@den@proxy.example:3128"},
            ["note HTTPS_PROXY is set: requests go through proxy.example:3128"],
        ),
        (
            {"https_proxy": "http://a.example:1", "HTTPS_PROXY": "x", "ALL_PROXY": "http://b:2"},
            [
                "note https_proxy is set: requests go through a.example:1",
                "note HTTPS_PROXY is set, and https_proxy counts instead",
                "note ALL_PROXY is set, and https_proxy counts instead",
            ],
        ),
        ({"https_proxy": "", "HTTPS_PROXY": "http://a:1"}, ["ok no proxy is set"]),
        (
            {"HTTPS_PROXY": "socks5://me:hidden@a.example:1080"},
            ["wrong HTTPS_PROXY is set: a.example:1080 is a SOCKS proxy, which is not supported"],
        ),
        (
            {"ALL_PROXY": "ftp://me:hidden@a.example"},
            [
                "wrong ALL_PROXY is set: the address of a.example begins with neither http://"
                " nor https://"
            ],
        ),
        (
            {"HTTPS_PROXY": "http://a.example:99999"},
            ["wrong HTTPS_PROXY is set: its address cannot be read"],
        ),
    ],
    ids=["at", "both spellings", "switched off", "socks", "ftp", "port"],
)
def test_proxies_are_told_as_they_are_used(
    cli: Cli, variables: dict[str, str], findings: list[str]
) -> None:
    """One counts, and one that cannot be used is wrong; no password is shown."""
    cli.environ |= variables
    _, checks = run_doctor(cli)
    texts = [f"{each['state']} {each['text']}" for each in checks["network"]]
    if findings[0].startswith("ok"):
        assert texts == findings
    else:
        last = "note 127.0.0.1 is this machine, and is asked without a proxy"
        assert texts == [*findings, last]


@pytest.mark.parametrize(
    "no_proxy", ["krea.example", ".example", "*", "other, https://krea.example:443"]
)
def test_a_host_without_a_proxy_is_told(cli: Cli, no_proxy: str) -> None:
    """NO_PROXY counts for the service; other hosts have results."""
    cli.environ |= {"HTTPS_PROXY": "http://me:hidden@a:1", "NO_PROXY": no_proxy}
    cli.environ["KREA_API_BASE"] = "https://krea.example"
    _, checks = run_doctor(cli)
    assert [each["text"] for each in checks["network"]] == [
        "HTTPS_PROXY is set; NO_PROXY exempts krea.example, and only other hosts are reached"
        " through a:1"
    ]
    cli.environ["NO_PROXY"] = "krea.example.org, api.krea.example"
    _, checks = run_doctor(cli)
    assert checks["network"][0]["text"] == "HTTPS_PROXY is set: requests go through a:1"


def test_another_krea_on_path_is_noticed(cli: Cli) -> None:
    """The official client installs a `krea` as well; which one runs depends on PATH."""
    package = cli.home / "lib" / "node_modules" / "cli" / "krea.js"
    package.parent.mkdir(parents=True)
    package.write_text("#!/usr/bin/env node\n")
    package.chmod(0o755)
    folder = cli.home / "bin"
    folder.mkdir()
    (folder / "krea").symlink_to(package)
    cli.environ["PATH"] = str(folder)
    code, checks = run_doctor(cli)
    assert code == 0
    assert checks["command"][0]["state"] == "note"
    assert checks["command"][0]["text"] == (
        f"another krea is on PATH and comes first: {folder / 'krea'} (of npm)"
    )


def test_a_damaged_ledger_is_set_aside(cli: Cli) -> None:
    """`--repair` renames it and warns of the consequences; after that all is well."""
    path = cli.home / "state" / "ledger.sqlite3"
    path.parent.mkdir(mode=0o700)
    path.write_text("no database " * 100)
    assert run_doctor(cli)[0] == 1

    result = cli.krea("doctor", "--repair")
    [aside] = Path(path.parent).glob("ledger.sqlite3.damaged-*")
    assert (result.code, result.err) == (
        0,
        f"warning: the damaged ledger is now {aside}; what it held in doubt is forgotten:"
        " look at krea.ai before you send a request again\n",
    )
    assert aside.read_text() == "no database " * 100
    assert not path.exists()

    result = cli.krea("doctor", "--repair")
    assert (result.code, result.err) == (
        0,
        "the ledger is not damaged: there is nothing to repair\n",
    )


def test_wrong_sums_are_told_and_mended(cli: Cli) -> None:
    """Sums that are not those of the requests would make caps wrong; `--repair` sums up again."""
    from krea_cli.local.ledger.ledger import Ledger

    with closing(Ledger.open(cli.home / "state", clock_now=lambda: 0.0)) as ledger:
        ledger._database.execute(
            "INSERT INTO batch_sums VALUES ('b', 'a', 'list.txt', 1, 0, 0)", ()
        )
    code, checks = run_doctor(cli)
    [_, finding] = checks["ledger"]
    assert (code, finding["state"], finding["text"], finding["hint"]) == (
        1,
        "wrong",
        "the sums for --max-cost, budget.day and budget.month are not those of the requests",
        "krea doctor --repair sums up again",
    )
    result = cli.krea("doctor", "--repair")
    assert (result.code, result.err) == (0, "the sums for caps are those of the requests again\n")
    assert run_doctor(cli)[0] == 0


def test_requests_in_doubt_are_counted(cli: Cli) -> None:
    """The ledger's line says how many requests may have been charged."""
    from krea_cli.local.ledger.ledger import Ledger
    from krea_cli.local.ledger.rows import RequestDraft

    ledger = Ledger.open(cli.home / "state")
    account_ledger = ledger.for_account(BASE, "a")
    draft = RequestDraft(model="m", kind="image", route="/generate/m", body={}, given={})
    account_ledger.requests.mark_sending(account_ledger.requests.insert(draft).id, 1.0)
    account_ledger.requests.insert(draft)
    ledger.close()
    code, checks = run_doctor(cli)
    assert (code, checks["ledger"][0]["state"], checks["ledger"][0]["text"]) == (
        0,
        "note",
        "2 requests, 1 in doubt",
    )


def test_part_files_of_dead_commands_are_counted(cli: Cli) -> None:
    """Until `krea recover` removes them; one that a living process holds does not count."""
    from krea_cli.flows.files.part_records import open_recorded_part
    from krea_cli.local.ledger.ledger import Ledger

    ledger = Ledger.open(cli.home / "state")
    account_ledger = ledger.for_account(BASE, "a")
    paths = [Path(name).absolute() for name in (".a.part", ".b.part", ".c.part")]
    parts = [open_recorded_part(path, account_ledger, request_id=None) for path in paths]
    for part in parts[:2]:
        assert part
        os.close(part.fd)
    _, checks = run_doctor(cli)
    assert [(each["state"], each["text"]) for each in checks["ledger"][1:]] == [
        ("note", "2 part files of commands that died: krea recover removes them")
    ]
    assert cli.krea("recover").code == 0
    assert [path.exists() for path in paths] == [False, False, True]
    _, checks = run_doctor(cli)
    assert len(checks["ledger"]) == 1
    ledger.close()


def test_settings_that_are_not_known(cli: Cli) -> None:
    """A misspelt setting is named: what spends stops at it."""
    config = cli.home / "config"
    config.mkdir(mode=0o700)
    (config / "config.toml").write_text('timeout = 3\n[model]\ndefualt = "veo-2"\n')
    assert (
        f"wrong  settings   {config}/config.toml: there is no setting timeout; did you mean"
        " timeout.other?; there is no setting model.defualt; did you mean model.default?"
        " (krea config unset timeout)"
    ) in cli.krea("doctor").out.splitlines()


def test_a_folder_is_tried_and_not_only_looked_at(cli: Cli) -> None:
    """One that cannot be made is wrong, for the ledger too, with the reason. Nothing is left."""
    (cli.home / "state").symlink_to(cli.home / "gone" / "state")
    cli.environ["KREA_CACHE_DIR"] = str(cli.home / ("long" * 70))
    before = sorted(cli.home.rglob("*"))
    _, checks = run_doctor(cli)
    assert [(check["state"], check["text"]) for check in checks["folders"]] == [
        ("ok", f"settings: {cli.home / 'config'}"),
        ("wrong", f"state: {cli.home / 'state'} cannot be written to: No such file or directory"),
        (
            "wrong",
            f"cache: {cli.home / ('long' * 70)} cannot be written to: File name too long",
        ),
    ]
    assert [(check["state"], check["text"]) for check in checks["ledger"]] == [
        (
            "wrong",
            f"the ledger {cli.home / 'state' / 'ledger.sqlite3'} cannot be made:"
            " No such file or directory",
        )
    ]
    assert sorted(cli.home.rglob("*")) == before


def test_a_ledger_that_cannot_be_opened_has_a_reason(cli: Cli) -> None:
    """SQLite only says that it is unable; the system says why."""
    path = cli.home / "state" / "ledger.sqlite3"
    path.mkdir(mode=0o700, parents=True)
    _, checks = run_doctor(cli)
    assert checks["ledger"][0]["text"] == f"the ledger {path} cannot be used: Is a directory"


@pytest.mark.parametrize(
    ("variable", "origin"),
    [(True, "the variable KREA_MODEL"), (False, "the setting model.default")],
)
def test_a_default_model_that_does_not_exist(cli: Cli, variable: bool, origin: str) -> None:
    """Every generate would fail for it."""
    if variable:
        cli.environ["KREA_MODEL"] = "nosuch"
    else:
        (cli.home / "config").mkdir(mode=0o700)
        (cli.home / "config" / "config.toml").write_text('[model]\ndefault = "nosuch"\n')
    code, checks = run_doctor(cli)
    assert (code, checks["settings"][0]["state"], checks["settings"][0]["text"]) == (
        1,
        "wrong",
        f"there is no model called 'nosuch'; {origin} names it",
    )


def test_states_have_colours_on_a_terminal(cli: Cli) -> None:
    """Wrong states stand out; --color never leaves colours out, --color always keeps them."""
    del cli.environ["KREA_API_KEY"]
    for options, terminal, has_colours in (
        ((), True, True),
        (("--color", "never"), True, False),
        (("--color", "always"), False, True),
        ((), False, False),
    ):
        out = cli.krea("doctor", *options, terminal=terminal).out
        wrong, ok = (
            ("\x1b[1;31mwrong\x1b[0m", "\x1b[32mok\x1b[0m") if has_colours else ("wrong", "ok")
        )
        assert f"{wrong}  token      there is no token" in out
        assert f"{ok}     version    krea " in out
