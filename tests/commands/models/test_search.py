"""`krea models` with wishes: words and options, and hints where nothing fits."""

import re

import pytest

from tests.harness.cli import Cli


def listed(cli: Cli, *argv: str) -> list[str]:
    """The ids that `krea models ARGV` lists."""
    return [str(record["id"]) for record in cli.krea("models", *argv, "--json").records]


def uncolored(text: str) -> str:
    """TEXT without escape sequences."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize(
    ("argv", "ids"),
    [
        (("--takes", "audio", "--kind", "3d", "image"), None),
        (
            ("--takes", "image", "--sort", "price", "--max-price", "0.007"),
            ["z-image/z-image", "bfl/flux-1-dev"],
        ),
        (("--with", "loop"), ["luma/ray-2"]),
        (("--with", "--negative-prompt"), ["qwen/2512"]),
        (("--with", "voice-id", "--with", "model_id"), ["elevenlabs/tts"]),
        (("VOICE",), ["elevenlabs/tts"]),
        (("flux-1-d",), ["bfl/flux-1-dev"]),
        (
            ("--kind", "video", "--sort", "time", "seedance", "pro"),
            ["bytedance/seedance-1.0-pro-fast", "bytedance/seedance-1.0-pro"],
        ),
        (("--sort", "name", "krea-2/large"), ["krea/krea-2/large"]),
    ],
    ids=["none", "cheap", "field", "as option", "two fields", "case", "prefix", "time", "no card"],
)
def test_a_wish_lists_models(cli: Cli, argv: tuple[str, ...], ids: list[str] | None) -> None:
    """Whatever fulfils all of it, and nothing else."""
    if ids is None:
        assert cli.krea("models", *argv).code == 2
    else:
        assert listed(cli, *argv) == ids


@pytest.mark.parametrize(
    ("name", "is_card"),
    [
        ("krea/krea-2/large", True),
        ("krea-2/large", True),
        ("large", True),
        ("krea-2-large", True),
        ("Krea 2 Large", True),
        ("KREA-2/LARGE", True),
        ("flux-kontext", True),
        ("krea-2", False),
        ("flux", False),
        ("kontext", False),
        ("flux-1-d", False),
    ],
)
def test_a_name_shows_a_card_and_words_a_list(cli: Cli, name: str, *, is_card: bool) -> None:
    """One rule: an id, its end, a title or an alias; the beginning of a name is a word."""
    records = cli.krea("models", name, "--json").records
    assert ["command" in record for record in records] == [is_card] * len(records)
    assert len(records) == 1 or not is_card


def test_a_record_of_the_list_has_numbers_and_fields(cli: Cli) -> None:
    """For scripts that choose a model."""
    (record,) = cli.krea("models", "seedance-2-fast", "--sort", "name", "--json").records
    assert record == {
        "id": "bytedance/seedance-2-fast",
        "kind": "video",
        "title": "Seedance 2.0 Fast*",
        "route": "/generate/video/bytedance/seedance-2-fast",
        "inputs": ["text", "image", "video", "audio"],
        "field_names": record["field_names"],
        "typical_seconds": None,
        "price": "about $0.0677 to $0.254/s",
        "price_from": 0.2708,
        "price_to": 3.81,
        "price_about": True,
        "priced_at": "2026-07-01",
        "deprecated": False,
        "sunset": None,
        "default": False,
    }
    assert "generate_audio" in record["field_names"]
    defaults = [
        record["id"] for record in cli.krea("models", "--json").records if record["default"]
    ]
    assert defaults == ["bfl/flux-1-dev"]


@pytest.mark.parametrize(
    ("argv", "sentence", "hint"),
    [
        (("cheap",), "there is no model for 'cheap'", "krea models --sort price lists 108"),
        (
            ("cheap", "image"),
            "there is no model for 'cheap', of the kind image",
            "krea models --kind image --sort price lists 34",
        ),
        (
            ("lipsync",),
            "there is no model for 'lipsync'",
            "krea models --kind video --takes audio lists 8",
        ),
        (
            ("reference", "unicorn"),
            "there is no model for 'reference unicorn'",
            "krea models reference lists 22",
        ),
        (
            ("--kind", "audio", "--max-price", "0.05"),
            "there is no model of the kind audio, for $0.05 or less",
            "krea models --kind audio --sort price lists 5",
        ),
        (
            ("--with", "loop", "--takes", "audio"),
            "there is no model that takes audio, with the field loop",
            "krea models --takes audio lists 8",
        ),
        (
            ("unicorn",),
            "there is no model called 'unicorn'",
            "krea models lists all of them; --refresh asks the API",
        ),
        (
            ("--takes", "sound"),
            "--takes sound: a model takes text, image, video, audio",
            "krea models --takes image",
        ),
        (
            ("--sort", "size"),
            "--sort size: models are sorted by price, time, name",
            "krea models --sort price",
        ),
        (
            ("--with", "stepz"),
            "no model has a field 'stepz'; did you mean steps?",
            "krea models --with steps",
        ),
        (
            ("--with", "it's"),
            'no model has a field "it\'s"',
            "krea models MODEL shows the fields of a model",
        ),
    ],
)
def test_nothing_is_told_with_what_to_try(
    cli: Cli, argv: tuple[str, ...], sentence: str, hint: str
) -> None:
    """Exit 2, and the hint lists something."""
    result = cli.krea("models", *argv)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: {sentence}\n  hint: {hint}\n"


def test_a_table_for_a_person_marks_the_default(cli: Cli) -> None:
    """One line says what the marks mean; a pipe has none of them."""
    cli.environ |= {"COLUMNS": "100", "NO_COLOR": "1", "KREA_MODEL": "z-image"}
    result = cli.krea("models", "--kind", "image", "--max-price", "0.01", terminal=True)
    assert [line.rstrip() for line in uncolored(result.out).splitlines()] == [
        "model              kind   takes        usually  price    title",
        "bfl/flux-1-dev     image  text, image  7 s      ~$0.007  Flux.1 Dev",
        "meta/muse-image    image  text, image  ?        ~$0.01   Muse Image",
        "z-image/z-image *  image  text, image  5 s      ~$0.003  Z Image",
    ]
    assert result.err.splitlines()[0] == (
        "* the default; ~ an old or uncertain price; ? the service publishes none"
    )
    assert "  ~$0.05-$0.16/s" in uncolored(
        cli.krea("models", "h3-max", "--sort", "name", terminal=True).out
    )
    piped = cli.krea("models", "z-image", "--sort", "name")
    assert (piped.err, piped.out) == (
        "",
        "z-image/z-image\timage\ttext, image\t5 s\tabout $0.003\tZ Image\n",
    )


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 120, 200])
def test_a_table_fits_the_window(cli: Cli, columns: int) -> None:
    """With fewer columns where it is narrow; the name and the price always stay."""
    cli.environ |= {"COLUMNS": str(columns), "NO_COLOR": "1"}
    lines = uncolored(cli.krea("models", "--kind", "image", terminal=True).out).splitlines()
    assert all(len(line.rstrip()) <= columns for line in lines)
    assert any("openai/gpt-image-2.5-sunburst" in line for line in lines)
    assert any("~$0.063-$0.1575" in line for line in lines)


def test_a_time_that_only_the_ledger_knows(cli: Cli) -> None:
    """The jobs made here tell it, without a token; a pipe has what the service publishes."""
    cli.krea("generate", "waves", "-m", "nano-banana", "-o", "waves.png")
    del cli.environ["KREA_API_KEY"]
    cli.environ |= {"COLUMNS": "100", "NO_COLOR": "1"}
    card = cli.krea("models", "nano-banana").out.splitlines()[1]
    taken = re.search(r"usually (\d+ s here), price", card)
    assert taken
    table = uncolored(cli.krea("models", "nano-banana", "--sort", "name", terminal=True).out)
    assert f"  {taken[1]}  ~$0.0429  " in table
    assert "\t?\tabout $0.0429\t" in cli.krea("models", "nano-banana", "--sort", "name").out


def test_no_ledger_is_made_for_a_list(cli: Cli) -> None:
    """Whoever only looks leaves nothing behind."""
    cli.krea("models", "--kind", "audio", terminal=True)
    cli.krea("models", "z-image")
    assert not (cli.home / "state").exists()
