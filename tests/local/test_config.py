"""The settings file, and how it is edited."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from krea_cli.errors import KreaError, UsageError
from krea_cli.local.config import Config
from krea_cli.local.credentials import load_logins, store_login

COMMENTED = """\
# my settings
[model]
# the good one
default = "bfl/flux-1-dev"  # for now

[future]
list = [1, 2]

[timeout]
image = 90
"""


def test_values_are_typed(tmp_path: Path) -> None:
    """Text, switches and seconds; numbers and text are durations alike."""
    (tmp_path / "config.toml").write_text(
        '[api]\nbase = "https://api.example.com/"\n[account]\nshared = true\n'
        '[timeout]\nimage = 90\nother = "2.5h"\n'
    )
    config = Config.load(tmp_path)
    assert config.get("api.base") == "https://api.example.com"
    assert config.get("account.shared") is True
    assert config.get("timeout.image") == 90.0
    assert config.get("timeout.other") == 9000.0
    assert config.get("model.default") is None
    assert Config.load(tmp_path / "missing").list() == {}


def test_editing_keeps_all_the_rest(tmp_path: Path) -> None:
    """Comments, order and what another version of krea wrote stay as they are."""
    path = tmp_path / "config.toml"
    path.write_text(COMMENTED)
    config = Config.load(tmp_path).set("timeout.other", "1h").set("account.shared", "no")
    assert path.read_text() == (COMMENTED + 'other = "1h"\n\n[account]\nshared = false\n')
    config.unset("account.shared").unset("timeout.other").unset("model.default")
    assert Config.load(tmp_path).list() == {"timeout.image": 90}
    assert path.read_text() == (
        COMMENTED.replace('default = "bfl/flux-1-dev"  # for now\n', "") + "\n[account]\n"
    )


@pytest.mark.parametrize(
    "text",
    ['model.default = "old"\n', '[ model ]\ndefault="old"\n', '[model]\n  default = "old"'],
)
def test_every_plain_way_of_writing_is_edited(tmp_path: Path, text: str) -> None:
    """Dotted keys, spaces and a missing line end are understood."""
    (tmp_path / "config.toml").write_text(text)
    Config.load(tmp_path).set("model.default", 'a "new" one')
    assert Config.load(tmp_path).get("model.default") == 'a "new" one'


@pytest.mark.parametrize(
    "text",
    [
        'model = { default = "old" }\n',
        '["model"]\ndefault = "old"\n',
        '[model]\ndefault = """\nold"""',
    ],
)
def test_what_cannot_be_edited_is_left_alone(tmp_path: Path, text: str) -> None:
    """Rarer ways of writing are read, and never damaged."""
    (tmp_path / "config.toml").write_text(text)
    config = Config.load(tmp_path)
    assert config.get("model.default") == "old"
    with pytest.raises(UsageError, match="is written in a way that krea cannot edit: edit it"):
        config.set("model.default", "new")
    assert (tmp_path / "config.toml").read_text() == text


def test_a_wrong_value_hurts_only_where_it_is_used(tmp_path: Path) -> None:
    """Other settings work, and `set` mends it."""
    path = tmp_path / "config.toml"
    path.write_text('[timeout]\nimage = "soon"\n[account]\nshared = "yes"\n')
    config = Config.load(tmp_path)
    assert config.get("account.shared") is True
    with pytest.raises(UsageError) as raised:
        config.get("timeout.image")
    assert raised.value.message == (
        f"{path}: timeout.image must be a duration (90, 90s, 15m, 2h; 0 is for ever), not 'soon'"
    )
    assert config.set("timeout.image", "15m").get("timeout.image") == 900.0


def test_a_linked_file_stays_linked(tmp_path: Path) -> None:
    """Settings are often kept elsewhere: the file behind the link is written."""
    real = tmp_path / "dotfiles" / "krea.toml"
    real.parent.mkdir()
    real.write_text("")
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "config.toml").symlink_to(real)
    Config.load(folder).set("model.default", "x")
    assert (folder / "config.toml").is_symlink()
    assert real.read_text() == '[model]\ndefault = "x"\n'


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A folder in its place, and bytes that are no text, are one sentence each."""
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(KreaError, match=r"config\.toml cannot be read: Is a directory"):
        Config.load(tmp_path)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "config.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"cannot be read: it is not UTF-8 text"):
        Config.load(tmp_path / "b")


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ('default = "a/b"   # my favourite', 'default = "c/d"   # my favourite'),
        ('default = "a#b" # why', 'default = "c/d" # why'),
        ("default = 'a#b'", 'default = "c/d"'),
    ],
)
def test_a_comment_behind_a_value_stays(tmp_path: Path, line: str, written: str) -> None:
    """A comment beside a setting is kept when the setting changes."""
    (tmp_path / "config.toml").write_text(f"[model]\n{line}\n")
    Config.load(tmp_path).set("model.default", "c/d")
    assert (tmp_path / "config.toml").read_text() == f"[model]\n{written}\n"


@pytest.mark.parametrize("base", ["https://x.com/?q", "https://x.com/#f", "https://x.com:99999"])
def test_an_address_that_nobody_has(tmp_path: Path, base: str) -> None:
    """A base with a query, a fragment or an impossible port is refused when it is set."""
    with pytest.raises(UsageError, match=r"api\.base must be an"):
        Config.load(tmp_path).set("api.base", base)


@pytest.mark.parametrize("written", ["20", "20.5", '"$20"', '"0.50"'])
def test_a_budget_is_an_amount(tmp_path: Path, written: str) -> None:
    """A number, or text as one types it."""
    (tmp_path / "config.toml").write_text(f"[budget]\nday = {written}\n")
    assert Config.load(tmp_path).get("budget.day") == float(written.strip('"$'))


@pytest.mark.parametrize("written", ["0", "-1", "true", "nan", "1e9", '"20 EUR"', '""'])
def test_what_is_no_budget_lets_nothing_through(tmp_path: Path, written: str) -> None:
    """A slip in a cap is an error, never no cap."""
    (tmp_path / "config.toml").write_text(f"[budget]\nday = {written}\n")
    with pytest.raises(UsageError, match=r"budget\.day must be an amount in US dollars above 0"):
        Config.load(tmp_path).get("budget.day")


def test_changes_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    """Of settings and of logins, by as many processes as there are."""
    values = {
        "budget.day": "5", "timeout.image": "5m", "timeout.other": "1h", "history.keep": "1y",
        "model.default": "flux", "account.shared": "no", "api.base": "https://api.example.com",
    }  # fmt: skip
    configs = {key: Config.load(tmp_path) for key in values}  # each knows an empty file

    def change(key: str) -> None:
        configs[key].set(key, values[key])
        store_login(tmp_path, key, token="id:secret", base="https://api.example.com")

    with ThreadPoolExecutor(len(values)) as threads:
        list(threads.map(change, values))
    assert set(Config.load(tmp_path).list()) == set(values)
    assert set(load_logins(tmp_path)) == set(values)
