"""`krea auth`: store a token, show the one in use, forget it."""

import json
import os
import re
import sys
from pathlib import Path

import httpx
import pexpect
import pytest

from tests.fakes.krea_service import BASE
from tests.fakes.sandbox_process import SandboxProcess
from tests.harness.cli import Cli
from tests.tokens import LOGIN, OTHER_KEY

TOKEN = LOGIN
PAGE = "https://www.krea.ai/settings/api-tokens"


@pytest.fixture
def cli_without_token(cli: Cli) -> Cli:
    """A command line without a token."""
    del cli.environ["KREA_API_KEY"]
    return cli


def test_a_login_is_checked_stored_and_used(cli_without_token: Cli) -> None:
    """The token comes from stdin, is private on disk, and is found from then on."""
    result = cli_without_token.krea("auth", "login", "--with-token", stdin=f" “Bearer {TOKEN}”\n")
    assert (result.code, result.out, result.err) == (
        0,
        f"token 0123… is stored as default, for {BASE}\n",
        "",
    )
    path = cli_without_token.home / "config" / "credentials.json"
    assert json.loads(path.read_text()) == {"default": {"token": TOKEN, "base": BASE}}
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700

    assert cli_without_token.krea("auth", "status").out == (
        f"token    0123…\nfrom     stored login default\nbase     {BASE}\ncheck    accepted\n"
    )
    assert cli_without_token.krea("auth", "status", "--json").records == [
        {
            "key": "0123…",
            "source": "stored login default",
            "profile": "default",
            "base": BASE,
            "accepted": True,
            "check": "accepted",
        }
    ]


def test_a_refused_token_is_not_stored(cli_without_token: Cli) -> None:
    """A token that the service refuses ends with 3, and nothing is kept."""
    cli_without_token.service.list_status = 401
    result = cli_without_token.krea("auth", "login", "--with-token", stdin=TOKEN)
    assert (result.code, result.out, result.err) == (
        3,
        "",
        f"error: {BASE} refuses the token\n"
        f"  hint: copy it again, whole, from {PAGE}\n"
        "  charged: no\n",
    )
    assert not (cli_without_token.home / "config").exists()


def test_an_empty_balance_is_no_reason_to_refuse(cli_without_token: Cli) -> None:
    """402 means that the token is good: it is stored, and the balance is told."""
    cli_without_token.service.list_status = 402
    result = cli_without_token.krea("auth", "login", "--with-token", stdin=TOKEN)
    assert (result.code, result.err) == (
        0,
        "warning: the token is fine, but the API balance is used up:"
        " top it up at krea.ai/app/api\n",
    )
    assert (cli_without_token.home / "config" / "credentials.json").exists()


def test_a_token_that_cannot_be_checked_is_not_stored(cli_without_token: Cli) -> None:
    """Without the service there is no login: exit 8, nothing kept."""

    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused")

    cli_without_token.service.transport = lambda: httpx.MockTransport(refuse)  # type: ignore[method-assign]
    result = cli_without_token.krea("auth", "login", "--with-token", stdin=TOKEN)
    assert (result.code, result.out) == (8, "")
    assert result.err.startswith("error: ")
    assert not (cli_without_token.home / "config").exists()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        ("Bearer ", "is empty"),
        ("two words", "has a space or a line break inside"),
        ("käse:geheim", "has a character that cannot be in a token"),
        ("a\x1b[31mb", "has a character that cannot be in a token"),
    ],
)
def test_what_no_header_can_carry_is_refused(
    cli_without_token: Cli, text: str, problem: str
) -> None:
    """The sentence names the fault and never shows the token; the service is not asked."""
    result = cli_without_token.krea("auth", "login", "--with-token", stdin=text)
    assert (result.code, result.err) == (
        3,
        f"error: the token from stdin {problem}\n"
        f"  hint: copy it again from {PAGE}\n"
        "  charged: no\n",
    )
    assert cli_without_token.service.requests == []


def test_without_a_terminal_there_is_no_prompt(cli_without_token: Cli) -> None:
    """The hint names the way for scripts."""
    result = cli_without_token.krea("auth", "login")
    assert (result.code, result.err) == (
        2,
        "error: there is no terminal to type the token at\n"
        "  hint: krea auth login --with-token < FILE; or export KREA_API_KEY=…\n",
    )


def test_without_a_token_status_ends_with_3(cli_without_token: Cli) -> None:
    """Without a token anywhere, the hint tells how to get one."""
    result = cli_without_token.krea("auth", "status")
    assert (result.code, result.out, result.err) == (
        3,
        "",
        "error: there is no token: no variable holds one and no login is stored\n"
        "  hint: krea auth login; or export KREA_API_KEY=…;"
        " https://www.krea.ai/settings/api-tokens makes a token\n"
        "  charged: no\n",
    )


def test_status_warns_of_two_tokens(cli: Cli) -> None:
    """If both variables are set and differ, a warning names the one in use."""
    cli.environ["KREA_API_TOKEN"] = "another:token"
    result = cli.krea("auth", "status")
    assert result.code == 0
    assert result.err == (
        "warning: KREA_API_KEY and KREA_API_TOKEN are both set and differ: KREA_API_KEY is used\n"
    )
    assert "from     KREA_API_KEY\n" in result.out
    assert "secret" not in result.out


def test_status_of_a_refused_token_ends_with_3(cli: Cli) -> None:
    """The refused token is shown all the same."""
    cli.service.list_status = 401
    result = cli.krea("auth", "status")
    assert (result.code, result.out) == (
        3,
        "token    …\n"
        "from     KREA_API_KEY\n"
        f"base     {BASE}\n"
        f"check    not accepted: {BASE} refuses the token\n",
    )


def test_a_stored_token_goes_to_its_own_service_only(cli_without_token: Cli) -> None:
    """A login made for one address is never sent to another."""
    cli_without_token.krea("auth", "login", "--with-token", stdin=TOKEN)
    cli_without_token.environ["KREA_API_BASE"] = "http://127.0.0.1:10"
    cli_without_token.service.requests.clear()
    result = cli_without_token.krea("auth", "status")
    assert (result.code, result.err) == (
        3,
        f"error: the stored login default is for {BASE} and is not sent to http://127.0.0.1:10\n"
        "  hint: export KREA_API_KEY=… with a token for http://127.0.0.1:10\n"
        "  charged: no\n",
    )
    assert cli_without_token.service.requests == []


def test_profiles_are_kept_apart(cli: Cli) -> None:
    """A named login goes before the variables; logging out forgets only that one."""
    result = cli.krea("auth", "login", "--with-token", "--profile", "work", stdin=TOKEN)
    assert result.err == "hint: use it with --profile work\n"
    assert "from     stored login work\n" in cli.krea("auth", "status", "--profile", "work").out
    assert "from     KREA_API_KEY\n" in cli.krea("auth", "status").out

    missing = cli.krea("auth", "status", "--profile", "home")
    assert (missing.code, missing.err) == (
        3,
        "error: no login is stored as home (stored: work)\n"
        "  hint: krea auth login --profile home\n"
        "  charged: no\n",
    )
    result = cli.krea("auth", "logout", "--profile", "work", "--json")
    assert result.records == [{"profile": "work", "removed": True}]
    assert cli.krea("auth", "status", "--profile", "work").code == 3


def test_logout_says_what_still_counts(cli: Cli) -> None:
    """A variable outlives the stored login, and an absent login is no error."""
    result = cli.krea("auth", "logout")
    assert (result.code, result.out, result.err) == (
        0,
        "no login was stored as default\n",
        "warning: KREA_API_KEY is set and still in use\n",
    )


def test_a_file_open_to_others_is_told(cli_without_token: Cli) -> None:
    """A warning about readable credentials names the command that closes them."""
    cli_without_token.krea("auth", "login", "--with-token", stdin=TOKEN)
    path = cli_without_token.home / "config" / "credentials.json"
    path.chmod(0o644)
    assert cli_without_token.krea("auth", "status").err == (
        f"warning: {path} is open to other users (mode 644): chmod 600 {path}\n"
    )


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory):
    """The variables of a real terminal session with a Krea to log in to."""
    home = tmp_path_factory.mktemp("home")
    with SandboxProcess() as sandbox:
        inherited = {"PATH": os.environ["PATH"], "TERM": "xterm"}
        yield inherited | sandbox.environ(home) | {"KREA_API_KEY": ""}


def spawn_login(environment: dict[str, str]) -> "pexpect.spawn[str]":
    """`krea auth login` in a terminal, at its prompt."""
    arguments = ["-m", "krea_cli.main", "auth", "login"]
    child = pexpect.spawn(sys.executable, arguments, env=environment, encoding="utf-8", timeout=20)
    child.expect("Token: ")
    # The echo is off once the prompt stands: only then may the token be typed.
    assert child.waitnoecho(10)
    return child


def test_the_typed_token_is_not_shown(environment: dict[str, str]) -> None:
    """On a terminal the token is asked for, and never appears on it."""
    child = spawn_login(environment)
    child.sendline(TOKEN)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "is stored as default" in child.before
    assert "secret" not in child.before
    stored = Path(environment["KREA_CONFIG_DIR"]) / "credentials.json"
    assert json.loads(stored.read_text())["default"]["token"] == TOKEN


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 3)], ids=["ctrl-c", "ctrl-d"])
def test_the_prompt_can_be_left(environment: dict[str, str], key: str, code: int) -> None:
    """Ctrl-C ends with 130, Ctrl-D with a sentence; no traceback in either."""
    child = spawn_login(environment)
    child.send(key)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    # On a line of its own, not behind the prompt; it may be coloured.
    assert re.search(r"\n(?:\x1b\[[0-9;]*m)?error:", child.before)
    assert "Traceback" not in child.before


def test_what_is_too_long_is_not_cut(cli_without_token: Cli) -> None:
    """A wrong file on stdin is refused whole; the service is not asked."""
    result = cli_without_token.krea("auth", "login", "--with-token", stdin="a" * 10_001)
    assert (result.code, cli_without_token.service.requests) == (3, [])
    assert result.err == (
        "error: the text from stdin is too long for a token\n"
        "  hint: krea auth login --with-token < FILE, with a file that holds the token and nothing "
        "else\n  charged: no\n"
    )


def test_ctrl_z_does_not_turn_the_echo_on(environment: dict[str, str]) -> None:
    """A shell would give the terminal back with its echo: the prompt does not let go."""
    child = spawn_login(environment)
    child.send("\x1a")
    child.sendline(TOKEN)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "secret" not in child.before


def test_a_password_in_the_address_is_not_shown(cli: Cli) -> None:
    """Wherever the address is printed, or refused."""
    cli.environ["KREA_API_BASE"] = "https://me:s3/cr@t@127.0.0.1:9"
    commands = (
        ("auth", "status"),
        ("auth", "status", "--json"),
        ("doctor",),
        ("status", "550e8400-e29b-41d4-a716-446655440000"),
        ("config", "set", "api.base", cli.environ["KREA_API_BASE"]),
    )
    for command in commands:
        result = cli.krea(*command)
        assert result.code, command
        assert not re.search("s3|cr@t", result.out + result.err), (command, result)
    refused = cli.krea(*commands[3]).error(charged="no")
    assert refused.endswith(
        "is not a valid address of the API: a user or a password has no place in it"
    )
    stored = cli.krea("auth", "login", "--with-token", stdin=OTHER_KEY)
    assert "s3" not in stored.out + stored.err
