"""`krea models`: the list, the search, the card, the refresh."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fakes.krea_service import KreaService
from tests.harness.cli import Cli

Z_IMAGE_PRICED_AT = 1_782_864_000  # 2026-07-01


def operation(title: str, **fields: Any) -> dict[str, Any]:
    """Return a POST operation with FIELDS and a required prompt."""
    schema = {
        "type": "object",
        "properties": {"prompt": {"type": "string"}, **fields},
        "required": ["prompt"],
        "additionalProperties": False,
    }
    return {"summary": title, "requestBody": {"content": {"application/json": {"schema": schema}}}}


class ServiceWithDocument(KreaService):
    """A service with an OpenAPI document, or with another answer."""

    def __init__(self, cli: Cli) -> None:
        super().__init__(cli.clock.now)
        cli.service = self
        self.paths: dict[str, Any] = {
            "/generate/image/maker/brush": {"post": operation("Brush")},
            "/generate/video/maker/film": {"post": operation("Film")},
        }
        self.instead: httpx.Response | None = None
        self.tokens: list[str | None] = []

    def _handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/openapi.json":
            return super()._handle(request)
        self.requests.append("GET /openapi.json")
        self.tokens.append(request.headers.get("authorization"))
        if self.instead is not None:
            return self.instead
        etag = f'"{len(self.paths)}"'
        if request.headers.get("if-none-match") == etag:
            return httpx.Response(304)
        content = json.dumps({"openapi": "3.1.0", "paths": self.paths})
        return httpx.Response(200, text=content, headers={"etag": etag})


def test_all_models_are_listed_without_a_token_or_a_request(cli: Cli) -> None:
    """A line each, tab-separated for a pipe: model, kind, inputs, usual time, price, title."""
    del cli.environ["KREA_API_KEY"]
    result = cli.krea("models")
    lines = result.out.splitlines()
    assert (result.code, result.err, len(lines)) == (0, "", 108)
    assert lines[5] == "bfl/flux-1-dev\timage\ttext, image\t7 s\tabout $0.007\tFlux.1 Dev"
    assert "kling/kling-2.6\tvideo\ttext, image\t?\t$0.07 to about $0.14/s\tKling 2.6" in lines
    assert cli.service.requests == []


@pytest.mark.parametrize(
    ("argv", "ids"),
    [
        (("--kind", "audio", "elevenlabs", "music"), ["music", "music-v2", "music-v2.5"]),
        (("flux", "pro"), ["flux-1.1-pro", "flux-1.1-pro-ultra"]),
        (("grok",), ["grok-imagine-2", "grok-imagine-2-edit", "grok-video", "grok-video-1.5"]),
        (("kling",), ["kling-2.5", "kling-2.6", "kling-3.0", "kling-o1"]),
        (("krea-2",), ["medium", "large", "medium-turbo"]),
    ],
)
def test_models_are_looked_for_by_words(cli: Cli, argv: tuple[str, ...], ids: list[str]) -> None:
    """In ids and titles; all words have to be there."""
    result = cli.krea("models", *argv, "--json")
    assert [str(record["id"]).split("/")[-1] for record in result.records] == ids


def test_a_model_is_shown_with_all_it_takes(cli: Cli) -> None:
    """Fields, bounds, defaults, price, time, and a command to begin with."""
    days = int(cli.clock.now() - Z_IMAGE_PRICED_AT) // 86_400
    result = cli.krea("models", "z-image")
    assert result.out == (
        "z-image/z-image  Z Image\n"
        "image, takes text and image, usually 5 s,"
        f" price about $0.003 (of 2026-07-01, {days} days old)\n"
        "\n"
        "  PROMPT *                   text\n"
        "  --seed                     number\n"
        "  -i denoising_strength=     0 to 1; default 0.6\n"
        "  --style ID                 or ID=STRENGTH; at most 3 of them\n"
        "  -i skip_prompt_expansion=  true or false; default false\n"
        "  --aspect-ratio             1:1, 4:3, 2:3, 16:9, 9:16; 1:1 if left out\n"
        "  --resolution               1K; 1K if left out\n"
        "  --image FILE               image_url: a file or an address\n"
        "  -i style_images=@FILE      {strength, url?}, at most one\n"
        "\n"
        "* required\n"
        "\n"
        'krea generate "a serene mountain landscape at sunset" -m z-image/z-image'
        " --aspect-ratio 1:1 --resolution 1K\n"
        'krea generate "a red fox" -o fox.png && krea generate "the fox runs through deep snow"'
        " -m z-image/z-image --aspect-ratio 1:1 --resolution 1K --image fox.png\n"
    )


def test_a_model_as_json_holds_the_facts_of_each_field(cli: Cli) -> None:
    """One object, for a script."""
    (record,) = cli.krea("models", "krea-2/large", "--json").records
    assert (record["id"], record["kind"], record["price"]) == (
        "krea/krea-2/large",
        "image",
        "$0.06 to $0.07",
    )
    fields = record["fields"]
    assert isinstance(fields, list)
    assert fields[7] == {
        "name": "intensity",
        "type": ["integer"],
        "required": False,
        "nullable": False,
        "option": "-i intensity=",
        "default": 0,
        "minimum": -100,
        "maximum": 100,
    }


def test_a_model_that_ends_is_shown_with_its_sunset_date(cli: Cli) -> None:
    """On its card and in its record; a model without a date has neither."""
    service = ServiceWithDocument(cli)
    service.paths["/generate/image/maker/brush"]["post"]["x-krea-sunset-date"] = "2027-01-31"
    cli.krea("models", "--refresh")
    assert cli.krea("models", "brush").out == (
        "maker/brush  Brush\n"
        "image, takes text, price unknown, ends on 2027-01-31\n"
        "\n"
        "  PROMPT *  text\n"
        "\n"
        "* required\n"
        "\n"
        'krea generate "a serene mountain landscape at sunset" -m maker/brush\n'
        'krea generate "a serene mountain landscape at sunset" -m maker/brush --dry-run\n'
    )
    (brush,) = cli.krea("models", "brush", "--json").records
    assert brush["sunset"] == "2027-01-31"

    assert cli.krea("models", "film").out.splitlines()[1] == "video, takes text, price unknown"
    (film,) = cli.krea("models", "film", "--json").records
    assert film["sunset"] is None


def test_every_model_can_be_shown(cli: Cli) -> None:
    """Each of the 108, by its full id."""
    for name in cli.krea("models").out.splitlines():
        model_id = name.split("\t")[0]
        result = cli.krea("models", model_id)
        assert (result.code, result.out.split("  ")[0]) == (0, model_id)


def test_a_refresh_says_what_changed_and_sends_no_token(cli: Cli) -> None:
    """Everything is new at first, then nothing, then one model and one unusable route."""
    service = ServiceWithDocument(cli)
    result = cli.krea("models", "--refresh")
    assert result.code == 0
    assert result.out == (
        "maker/brush\timage\ttext\t?\t?\tBrush\nmaker/film\tvideo\ttext\t?\t?\tFilm\n"
    )
    assert "new model maker/brush\n" in result.err
    assert cli.krea("models", "--refresh").err == "the catalog is up to date\n"
    service.paths |= {
        "/generate/image/maker/pen": {"post": operation("Pen")},
        "/generate/image/../jobs": {"post": operation("Trap")},
    }
    result = cli.krea("models", "--refresh", "--kind", "image")
    assert result.err == (
        "new model maker/pen\n"
        "warning: left out of the catalog: /generate/image/../jobs: "
        "not a route of the agreed shape\n"
    )
    assert result.out == (
        "maker/brush\timage\ttext\t?\t?\tBrush\nmaker/pen\timage\ttext\t?\t?\tPen\n"
    )
    assert service.tokens == [None, None, None]
    assert Path(cli.home, "cache", "models.tsv").read_text() == (
        "maker/brush\timage, price unknown\t\tprompt=;string\n"
        "maker/film\tvideo, price unknown\t\tprompt=;string\n"
        "maker/pen\timage, price unknown\t\tprompt=;string\n"
    )


def test_a_broken_answer_keeps_the_last_catalog(cli: Cli) -> None:
    """Exit 1 and a sentence; the list is still there."""
    service = ServiceWithDocument(cli)
    cli.krea("models", "--refresh")
    service.instead = httpx.Response(200, text="<html>down for maintenance</html>")
    result = cli.krea("models", "--refresh")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "error: the service's catalog cannot be used: the OpenAPI document is not valid JSON; "
        "the last one is kept\n"
        "  hint: krea models --refresh fetches it again; krea doctor shows where it is kept\n"
        "  charged: no\n"
    )
    assert len(cli.krea("models").out.splitlines()) == 2


def test_a_model_that_is_new_is_found_by_one_refresh(cli: Cli) -> None:
    """Before it is called unknown, the service is asked once."""
    service = ServiceWithDocument(cli)
    result = cli.krea("models", "brush")
    assert (result.code, result.out.splitlines()[0]) == (0, "maker/brush  Brush")
    assert service.requests == ["GET /openapi.json"]


def test_a_name_that_fits_nothing_is_told_with_what_is_close(cli: Cli) -> None:
    """Exit 2, and offline stays silent."""
    result = cli.krea("models", "flux-1-dv")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "error: there is no model called 'flux-1-dv'; close to it: bfl/flux-1-dev\n"
        "  hint: krea models bfl/flux-1-dev\n"
    )


def test_a_kind_that_is_none_is_told(cli: Cli) -> None:
    """With the kinds there are."""
    result = cli.krea("models", "--kind", "sound")
    assert result.code == 2
    assert result.err == (
        "error: there is no kind 'sound'; there are image, enhance, video, 3d, audio\n"
        "  hint: krea models\n"
    )


def test_a_damaged_cache_is_told_and_costs_nothing(cli: Cli) -> None:
    """The snapshot stands in."""
    ServiceWithDocument(cli)
    cli.krea("models", "--refresh")
    (file,) = Path(cli.home, "cache", "catalog").iterdir()
    file.write_text("{")
    result = cli.krea("models", "--kind", "audio")
    assert (result.code, len(result.out.splitlines())) == (0, 5)
    assert result.err == "warning: the cached catalog is damaged and was ignored\n"


def test_a_word_is_found_at_its_start_only(cli: Cli) -> None:
    """ "text" is no part of "kontext"; the end of one id hides no other model."""
    assert "kontext" not in cli.krea("models", "text", "--takes", "video").out
    nothing = cli.krea("models", "ext")
    assert (nothing.code, nothing.out) == (2, "")
    assert "there is no model called 'ext'" in nothing.err
    music = cli.krea("models", "music")
    assert music.out.startswith("elevenlabs/music  ")
    assert music.err == ("also with these words: elevenlabs/music-v2, elevenlabs/music-v2.5\n")
    assert cli.krea("models", "elevenlabs/music").err == ""


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("krea2", "; close to it: krea/krea-2/medium, krea/krea-2/large, krea/krea-2/medium-turbo"),
        ("flux1dev", "; close to it: bfl/flux-1-dev"),
        ("unicorn", ""),
        (
            "sora",
            ": openai/sora-2 was retired on 2026-04-27; other video models: alibaba/wan-3.0,"
            " runway/gen-4.5, minimax/h3-max",
        ),
        (
            "image/bytedance/seedream-3",
            ": bytedance/seedream-3 was retired on 2026-05-13;"
            " bytedance/seedream-5-lite replaces it",
        ),
    ],
)
def test_a_model_that_is_none(cli: Cli, name: str, close: str) -> None:
    """Names that differ in signs alone come first; unlike ones are not named.

    Of a retired model, its replacement is named, else others of its kind.
    """
    result = cli.krea("generate", "a fox", "-m", name)
    assert result.err.startswith(f"error: there is no model called '{name}'{close}\n")


@pytest.mark.parametrize("name", ["KREA-2/Large", "Krea 2 Large", "krea  2 large"])
def test_the_title_and_any_case_are_taken(cli: Cli, name: str) -> None:
    """`krea models` prints the title: it is a name of the model."""
    (record,) = cli.krea("generate", "a fox", "-m", name, "--dry-run", "--json").records
    assert record["model"] == "krea/krea-2/large"


def test_the_prices_of_a_model_are_shown_by_their_dimensions(cli: Cli) -> None:
    """Prices of each duration as one of a second, and uncertain ones as about."""
    lines = cli.krea("models", "seedance-2").out.splitlines()
    assert lines[1] == (
        "video, takes text, image, video and audio, price about $0.0849 to $2.8671/s,"
        " $0.3396 to $43.0065 a job (of 2026-10-06, 101 days old)"
    )
    start = lines.index("prices")
    assert lines[start + 3 : start + 6] == [
        "  resolution 720p, without video reference   $0.30/s",
        "  resolution 720p, with video reference      about $0.18/s",
        "  resolution 1080p, without video reference  $0.68/s",
    ]


def test_the_age_of_old_prices_is_told(cli: Cli) -> None:
    """Nothing on the day of the catalog; later on its card and below the list."""
    service = ServiceWithDocument(cli)
    points = {"unit": "request", "price_points": [{"amount": 1}]}
    service.paths["/generate/image/maker/brush"]["post"]["x-krea-pricing"] = points
    cli.krea("models", "--refresh")
    assert cli.krea("models").err == ""
    assert cli.krea("models", "brush").out.splitlines()[1] == "image, takes text, price $1.00"
    cli.clock.advance(3 * 86_400)
    assert cli.krea("models").err == (
        "the prices are 3 days old; krea models --refresh asks for today's\n"
    )
    assert cli.krea("models", "brush").out.splitlines()[1] == (
        "image, takes text, price $1.00 (of 2027-01-15, 3 days old)"
    )


def test_a_refresh_is_not_advised_right_after_one(cli: Cli) -> None:
    """A document may date its prices itself, as the embedded one does.

    Without other words or options, a person sees the news alone.
    """
    service = ServiceWithDocument(cli)
    post = service.paths["/generate/image/maker/brush"]["post"]
    post["x-krea-pricing"] = {"unit": "request", "price_points": [{"amount": 1}]}
    cli.krea("models", "--refresh")
    cli.clock.advance(3 * 86_400)
    assert cli.krea("models", "--refresh", terminal=True).err == "the catalog is up to date\n"
    assert cli.krea("models", "--refresh", terminal=True).out == ""
    post["x-krea-pricing"]["date"] = "2026-12-31"
    del service.paths["/generate/video/maker/film"]
    said = cli.krea("models", "--refresh", "--sort", "name", terminal=True).err.splitlines()[1]
    assert said.startswith("the prices are ")
    assert said.endswith(" days old; the service has no newer ones")
