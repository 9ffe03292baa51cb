"""The card of a model in windows of any width."""

import pytest

from tests.harness.cli import Cli


@pytest.mark.parametrize("columns", [30, 40, 60, 80, 120, 200])
def test_a_card_fits_the_window(cli: Cli, columns: int) -> None:
    """Only commands may be wider: whoever copies one wants it whole."""
    cli.environ["COLUMNS"] = str(columns)
    for model in ("seedance-2", "krea-2/large", "topaz/video-upscale"):
        lines = cli.krea("models", model, terminal=True).out.splitlines()
        wide = [line for line in lines if len(line) > columns and "krea generate" not in line]
        assert [line for line in wide if "=" not in line] == []


def test_dimensions_of_a_price_are_words(cli: Cli) -> None:
    """Names of the service are written as words, and its tiers say their meaning."""
    assert (
        "prices\n"
        "  with neither style reference nor moodboard  $0.06\n"
        "  with style references                       $0.065\n"
        "  with a moodboard                            $0.07\n"
    ) in cli.krea("models", "krea-2/large").out
    card = cli.krea("models", "seedream-5-pro").out
    assert "  resolution tier 1.5k, reference image count 0   $0.045\n" in card


def test_a_card_in_a_narrow_window(cli: Cli) -> None:
    """Values stand below their option, and a pair of commands on two lines."""
    cli.environ["COLUMNS"] = "40"
    assert cli.krea("models", "nano-banana", terminal=True).out == (
        "google/nano-banana  Nano Banana\n"
        "image, takes text and image, price\n"
        "about $0.0429 (of 2026-09-20, 117 days\n"
        "old)\n"
        "\n"
        "  PROMPT *\n"
        "      text\n"
        "  --width\n"
        "      number\n"
        "  --height\n"
        "      number\n"
        "  --image FILE\n"
        "      image_urls: a file or an address\n"
        "  --aspect-ratio\n"
        "      21:9, 1:1, 4:3, 3:2, 2:3, 5:4,\n"
        "      4:5, 3:4, 16:9, 9:16\n"
        "\n"
        "* required\n"
        "\n"
        'krea generate "a serene mountain landscape at sunset" -m google/nano-banana\n'
        'krea generate "a red fox" -o fox.png &&\n'
        '  krea generate "the fox runs through deep snow" -m google/nano-banana --image fox.png\n'
    )


def test_the_default_is_told_on_its_card(cli: Cli) -> None:
    """Of the setting, the variable or the catalog."""
    assert cli.krea("models", "flux-1-dev").out.splitlines()[1].endswith(", the default")
    cli.environ["KREA_MODEL"] = "z-image"
    assert not cli.krea("models", "flux-1-dev").out.splitlines()[1].endswith("the default")


def test_a_size_is_taken_from_the_picture(cli: Cli) -> None:
    """Required by the service, and filled in: no star."""
    lines = cli.krea("models", "bloom-enhance").out.splitlines()
    assert "  --width                   1 to 10000; as the picture has it if left out" in lines
    assert "  --image FILE *            image_url: a file or an address" in lines


def test_a_file_that_needs_more_is_no_option(cli: Cli) -> None:
    """A reference with a tag of its own is written as JSON."""
    lines = cli.krea("models", "runway/gen-4-image").out.splitlines()
    assert "  -i reference_images= *  {url, tag}, at most 3 of them" in lines
