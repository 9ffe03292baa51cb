"""Finding a token, and cleaning a pasted one."""

from pathlib import Path

import pytest

from krea_cli.errors import KreaError, NoToken
from krea_cli.local.credentials import (
    Token,
    account_of,
    clean_token,
    describe_token_conflict,
    find_token,
    load_logins,
    mask_token,
    remove_login,
    store_login,
)

BASE = "https://api.krea.ai"


def find(
    folder: Path,
    variables: dict[str, str] | None = None,
    *,
    token_file: str | None = None,
    profile: str | None = None,
    base: str = BASE,
) -> Token:
    """Find the token in FOLDER with VARIABLES set."""
    get = (variables or {}).get
    return find_token(get, folder=folder, token_file=token_file, profile=profile, base=base)


def test_the_order_of_the_sources(tmp_path: Path) -> None:
    """--profile, --token-file, KREA_API_KEY, KREA_API_TOKEN, the stored login."""
    variables = {"KREA_API_KEY": "key", "KREA_API_TOKEN": "token"}
    file = tmp_path / "token.txt"
    file.write_text("filed\n")
    store_login(tmp_path, "work", token="worked", base=BASE)
    store_login(tmp_path, "default", token="stored", base=BASE)

    found = find(tmp_path, variables, token_file=str(file), profile="work")
    assert (found.value, found.source, found.profile) == ("worked", "stored login work", "work")
    assert find(tmp_path, variables, token_file=str(file)) == Token("filed", str(file))
    assert find(tmp_path, variables) == Token("key", "KREA_API_KEY")
    del variables["KREA_API_KEY"]
    assert find(tmp_path, variables) == Token("token", "KREA_API_TOKEN")
    assert find(tmp_path) == Token("stored", "stored login default", "default")
    assert remove_login(tmp_path, "default")
    assert not remove_login(tmp_path, "default")
    with pytest.raises(NoToken, match="there is no token"):
        find(tmp_path)


def test_a_login_ignores_the_slash_behind_its_base(tmp_path: Path) -> None:
    """An address with a slash at its end is still the address; another one is not."""
    store_login(tmp_path, "default", token="stored", base=BASE + "/")
    assert find(tmp_path).value == "stored"
    with pytest.raises(NoToken, match=r"is for https://api\.krea\.ai/ and is not sent to"):
        find(tmp_path, base="https://api.krea.ai.example.com")


@pytest.mark.parametrize(
    "pasted",
    [
        "id:secret",
        "  id:secret\r\n",
        "\ufeffid:secret\u200b",
        "\u00a0id:sec\u200bret\u00a0",
        '"id:secret"',
        "“id:secret”",
        "'Bearer id:secret'",
        "bearer\u00a0id:secret",
        "\u2009id:secret\u2028\u0085",
        "\u2066id:secret\u2069\ufe0f\u180e",
        "' \u201cid:secret\u201d '",
        "Bearer “id:secret”",
        "KREA_API_KEY=id:secret\n",
        "export KREA_API_KEY='id:secret'\n",
        "$env:KREA_API_KEY = 'id:secret'",
        "set KREA_TOKEN=id:secret",
        "krea_api_key: str\nkrea_api_key=id:secret # mine",
        "KREA_API_TOKEN=b:c\nKREA_API_KEY=a:b\nexport KREA_API_KEY=id:secret\n",
        '# Krea\r\nOTHER=1\r\nKREA_API_TOKEN = "id:secret"\r\nMORE=2\r\n',
    ],
)
def test_what_copying_adds_is_taken_off(pasted: str) -> None:
    """Spaces, invisible characters, quotes, "Bearer" and other lines of an .env file."""
    assert clean_token(pasted, "stdin") == "id:secret"


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        " ",
        '""',
        "Bearer",
        "a b",
        "a\nb",
        "a\x00b",
        "schlüssel",
        "KREA_API_KEY=",
        '{"token": "i:s"}',
        '{"a":1}',
    ],
)
def test_what_no_header_can_carry_is_an_error(pasted: str) -> None:
    """The error names the source, and never what was pasted."""
    with pytest.raises(NoToken, match=r"the token from stdin (is empty|has a)") as raised:
        clean_token(pasted, "stdin")
    assert not pasted.strip('" ') or pasted not in raised.value.message


def test_a_token_does_not_show_itself() -> None:
    """Neither a trace nor a log prints a token by accident."""
    assert repr(Token("id:secret", "KREA_API_KEY")) == "Token(source='KREA_API_KEY', profile=None)"
    assert mask_token("0123456789abcdef:secret") == "0123…"
    assert mask_token("short:secret-that-is-long") == "…"


def test_an_account_is_the_key_s_id() -> None:
    """A new secret of the same key is the same account; nothing of the token can be read back."""
    assert account_of("id:secret") == account_of("id:another") == "a56145270ce6b3be"
    assert account_of("other:secret") != account_of("id:secret")
    assert account_of("whole") != account_of("")


def test_two_variables_that_differ() -> None:
    """Only a true difference is worth a word."""
    sentence = "KREA_API_KEY and KREA_API_TOKEN are both set and differ: KREA_API_KEY is used"
    assert describe_token_conflict({"KREA_API_KEY": "a", "KREA_API_TOKEN": "b"}.get) == sentence
    assert describe_token_conflict({"KREA_API_KEY": "a", "KREA_API_TOKEN": "a\n"}.get) is None
    assert describe_token_conflict({"KREA_API_KEY": "a"}.get) is None


def test_credentials_are_private(tmp_path: Path) -> None:
    """The folder is made 0700, the file 0600; one that is open becomes private when rewritten."""
    path = store_login(tmp_path / "config", "default", token="t", base=BASE)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o666)
    store_login(tmp_path / "config", "work", token="u", base=BASE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [name.name for name in path.parent.iterdir()] == ["credentials.json"]
    assert list(load_logins(tmp_path / "config")) == ["default", "work"]


@pytest.mark.parametrize("content", ["", "[]", '{"default": "token"}', '{"a": {"token": 1}}'])
def test_damaged_credentials_are_left_alone(tmp_path: Path, content: str) -> None:
    """A file that does not hold logins is told, and not overwritten."""
    path = tmp_path / "credentials.json"
    path.write_text(content)
    for use in (find, lambda folder: store_login(folder, "default", token="t", base=BASE)):
        with pytest.raises(KreaError, match="is damaged") as raised:
            use(tmp_path)
        assert raised.value.hint == f"rm {path}; krea auth login"
    assert path.read_text() == content


def test_a_token_file_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file is no token, and bytes that are no text are none."""
    with pytest.raises(NoToken, match="cannot be read: No such file or directory"):
        find(tmp_path, token_file=str(tmp_path / "missing"))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(NoToken, match="is not text"):
        find(tmp_path, token_file=str(tmp_path / "bytes"))


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    """The sentence names the file; the hint the variable that moves it."""
    (tmp_path / "config").write_text("")
    with pytest.raises(KreaError, match=r"credentials\.json cannot be") as raised:
        store_login(tmp_path / "config", "default", token="t", base=BASE)
    assert raised.value.exit_code == 1
