"""`krea models compare`: models side by side."""

import pytest

from tests.harness.cli import Cli


def test_models_stand_side_by_side(cli: Cli) -> None:
    """Facts first, then each field of any of them; long cells are broken."""
    cli.environ["COLUMNS"] = "64"
    result = cli.krea("models", "compare", "microsoft/trellis-2", "music", terminal=True)
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[:8] == [
        "                    microsoft/trellis-2   elevenlabs/music",
        "title               TRELLIS 2             ElevenLabs Music",
        "kind                3d                    audio",
        "takes               text, image           text",
        "usually             ?                     ?",
        "price               about $0.30           ?",
        "a job costs         $0.30                 ?",
        "prompt              text                  at most 4100",
    ]
    assert all(len(line) < 64 for line in lines)


@pytest.mark.parametrize("columns", [30, 40, 80, 200])
def test_a_comparison_fits_the_window(cli: Cli, columns: int) -> None:
    """A narrow one has a line for each cell."""
    cli.environ["COLUMNS"] = str(columns)
    names = ("krea-2/large", "z-image", "flux-1-dev")
    lines = cli.krea("models", "compare", *names, terminal=True).out.splitlines()
    assert all(len(line) <= columns for line in lines)
    assert any("0.007" in line for line in lines)


def test_a_comparison_for_a_script(cli: Cli) -> None:
    """Tab-separated in a pipe; one object with the whole records as JSON."""
    piped = cli.krea("models", "compare", "z-image", "Krea 2 Large").out.splitlines()
    assert piped[:3] == [
        "\tz-image/z-image\tkrea/krea-2/large",
        "title\tZ Image\tKrea 2 Large",
        "kind\timage\timage",
    ]
    (record,) = cli.krea("models", "compare", "z-image", "krea-2/large", "--json").records
    assert [each["id"] for each in record["models"]] == ["z-image/z-image", "krea/krea-2/large"]
    assert record["models"][0]["price_to"] == 0.003


@pytest.mark.parametrize("names", [(), ("z-image",)])
def test_one_model_is_no_comparison(cli: Cli, names: tuple[str, ...]) -> None:
    """Exit 2 with a command that works."""
    result = cli.krea("models", "compare", *names)
    assert result.err == (
        "error: krea models compare takes two or more models\n"
        "  hint: krea models compare krea-2/large flux-1-dev\n"
    )


def test_a_model_that_is_none_is_told(cli: Cli) -> None:
    """As by -m."""
    result = cli.krea("models", "compare", "z-image", "flux-1-dv")
    assert result.error(charged="no") == (
        "there is no model called 'flux-1-dv'; close to it: bfl/flux-1-dev"
    )


def test_the_time_is_that_of_this_ledger_where_the_catalogue_has_none(cli: Cli) -> None:
    """As in the list and on the card of a model."""
    for number in range(3):
        assert cli.krea("generate", "a fox", "-m", "krea-2/large", "-o", f"{number}.png").code == 0
    piped = cli.krea("models", "compare", "z-image", "krea-2/large").out.splitlines()
    assert piped[4] == "usually\t5 s\t5 s here"
