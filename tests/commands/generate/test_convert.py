"""--convert: a picture becomes what its name says, and the original stays beside it."""

import io
import itertools
import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from krea_cli.flows.download import convert_saved
from krea_cli.flows.files.part_file import PartFile, open_part, part_path
from krea_cli.flows.recipe import convert_image
from krea_cli.flows.recipe.image_metadata import extract_recipe
from krea_cli.local.ledger.file_rows import FileRows
from krea_cli.local.ledger.request_rows import RequestRows
from tests.clocks.fake_clock import FakeClock
from tests.commands.batch.batch_helpers import die_at
from tests.harness.cli import Cli, CliResult
from tests.harness.ledger_rows import read_rows
from tests.pictures import ALL_METADATA, FRAMES, RGB, RGBA, encode_image, picture_bytes

MODEL = "bfl/flux-1-dev"


@pytest.fixture(autouse=True)
def studio(cli: Cli) -> None:
    """A service that makes another PNG each time."""
    shades = itertools.count(1)
    cli.service.content = lambda: picture_bytes(next(shades))


def generate(cli: Cli, *options: str, output: str = "fox.jpg") -> CliResult:
    """Ask for a fox."""
    return cli.krea("generate", "a fox", "-o", output, *options)


def run(cli: Cli, *options: str) -> CliResult:
    """Run the list."""
    return cli.krea("batch", "s.csv", "-o", "out/", *options)


def names(folder: str = ".") -> list[str]:
    """The files in FOLDER, hidden ones too."""
    return sorted(path.name for path in Path(folder).iterdir() if path.is_file())


def format_of(name: str) -> str | None:
    """The format of a picture."""
    with Image.open(name) as image:
        image.load()
        return image.format


def recorded(cli: Cli) -> dict[str, bool]:
    """The recorded files by name, each True if its bytes are those on disk."""
    return {
        os.path.relpath(file.path): os.path.exists(file.path)
        and sha256(Path(file.path).read_bytes()).hexdigest() == file.sha256
        for row in read_rows(cli.home / "state")
        for file in row.files
    }


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("fox.jpg", "JPEG"),
        ("fox.JPEG", "JPEG"),
        ("fox.webp", "WEBP"),
        ("fox.gif", "GIF"),
        ("fox.avif", "AVIF"),
        ("fox.tif", "TIFF"),
        ("fox.bmp", "BMP"),
    ],
)
def test_each_format(cli: Cli, name: str, format: str) -> None:
    """Both files are recorded; history, --reuse and a repetition know either."""
    result = generate(cli, "--convert", output=name)
    assert (result.code, result.out) == (0, f"{name}\n"), result.err
    assert (names(), format_of(name)) == (sorted([name, "fox.original.png"]), format)
    assert format_of("fox.original.png") == "PNG"
    assert recorded(cli) == {name: True, "fox.original.png": True}
    for file in names():
        assert "a fox" in cli.krea("history", file).out
    again = generate(cli, "--convert", output=name)
    assert (again.code, len(cli.service.posts)) == (2, 1)
    cli.service.file_status = 404
    Path(name).unlink()
    reused = generate(cli, "--reuse", "--any-seed", "--convert", output=f"new-{name}")
    assert (reused.code, format_of(f"new-{name}"), len(cli.service.posts)) == (0, format, 1)


def test_without_the_original(cli: Cli) -> None:
    """The converted picture alone stays, and is recorded."""
    assert generate(cli, "--convert", "--no-original").code == 0
    assert (names(), recorded(cli)) == (["fox.jpg"], {"fox.jpg": True})


def test_an_edited_original_is_not_removed(cli: Cli) -> None:
    """Even if its size and its time are those of the original: its content tells."""
    assert generate(cli, "--convert").code == 0
    original = Path("fox.original.png")
    times, edited = original.stat(), bytearray(original.read_bytes())
    edited[-20] ^= 1
    original.write_bytes(edited)
    os.utime(original, ns=(times.st_atime_ns, times.st_mtime_ns))
    again = cli.krea("download", "job-1", "-o", "other.jpg", "--convert", "--no-original")
    assert again.code == 0
    assert original.read_bytes() == edited


def test_what_needs_no_conversion(cli: Cli) -> None:
    """A name of the right format, a folder, and {ext}."""
    for output in ("fox.png", "pics/", "{slug}-{seed}.{ext}"):
        assert generate(cli, "--convert", output=output).code == 0
    files = [*names(), *names("pics")]
    assert not [name for name in files if "original" in name or not name.endswith(".png")]


def test_alpha_goes_onto_white(cli: Cli) -> None:
    """In a JPEG; a WebP keeps it."""
    clear = Image.new("RGBA", (8, 8), (200, 0, 0, 0))
    cli.service.content = lambda: encode_image(clear, "PNG")
    assert generate(cli, "--convert").code == 0
    with Image.open("fox.jpg") as image:
        assert image.getpixel((4, 4)) == (255, 255, 255)
    assert generate(cli, "--convert", output="fox.webp").code == 0
    with Image.open("fox.webp") as image:
        assert image.mode == "RGBA"


@pytest.mark.parametrize("ext", ["jpg", "webp", "avif", "tiff", "png"])
def test_metadata_goes_along(cli: Cli, ext: str) -> None:
    """Profile, EXIF and XMP."""
    source = "PNG" if ext != "png" else "WEBP"
    metadata = {**ALL_METADATA}
    if source == "PNG":
        del metadata["xmp"]
    cli.service.content = lambda: encode_image(RGB, source, **metadata)
    assert generate(cli, "--convert", "--no-original", output=f"fox.{ext}").code == 0
    with Image.open(f"fox.{ext}") as image:
        assert image.info["icc_profile"] == ALL_METADATA["icc_profile"]
        assert image.getexif()[0x010E] == "a description"
        if source == "WEBP":
            assert "adobe:ns:meta" in str(image.info)


@pytest.mark.parametrize("ext", ["jpg", "webp"])
def test_the_recipe_is_kept(cli: Cli, ext: str) -> None:
    """With --embed both files have it; a sidecar describes the result."""
    assert generate(cli, "--convert", "--embed", "--sidecar", output=f"fox.{ext}").code == 0
    recipes = {
        extract_recipe(Path(name).read_bytes()) for name in ("fox.original.png", f"fox.{ext}")
    }
    assert len(recipes) == 1
    assert json.loads(recipes.pop() or "{}")["request"]["prompt"] == "a fox"
    sidecar = json.loads(Path(f"fox.{ext}.json").read_text())
    assert sidecar["sha256"] == sha256(Path(f"fox.{ext}").read_bytes()).hexdigest()


@pytest.mark.parametrize("original", [True, False], ids=["original", "alone"])
def test_a_batch_goes_on_with_either(cli: Cli, original: bool) -> None:
    """The list is done; what is lost comes from the other file, or from the service."""
    Path("s.csv").write_text("prompt,output\na fox,a.jpg\nan owl,b.webp\na hen,c.png\n")
    options = ("--convert", *(() if original else ("--no-original",)))
    done = run(cli, *options, "--report", "out/r.jsonl")
    assert done.code == 0, done.err
    files = ["a.jpg", "b.webp", "c.png"]
    originals = ["a.original.png", "b.original.png"] if original else []
    assert names("out") == sorted([*files, *originals, "r.jsonl"])
    requests = len(cli.service.requests)
    assert run(cli, *options).code == 0
    assert len(cli.service.requests) == requests
    assert cli.krea("verify", "out/r.jsonl").err.startswith(f"{3 + len(originals)} files are as")
    before = Path("out/a.jpg").read_bytes()
    Path("out/a.jpg").unlink()
    if original:
        cli.service.file_status = 404
        assert run(cli, *options).code == 0
        assert Path("out/a.jpg").read_bytes() == before
    Path("out").rename("moved")
    assert cli.krea("batch", "s.csv", "-o", "moved/", *options).code == 0 or not original
    if original:
        moved = [f"moved/{name}" for name in sorted([*files, *originals])]
        assert sorted(name for name, is_true in recorded(cli).items() if is_true) == moved
        assert cli.krea("batch", "s.csv", "-o", "copies/", *options).code == 0
        assert Path("copies/a.jpg").read_bytes() == before
        assert names("copies") == files
    assert len(cli.service.posts) == 3


def test_originals_are_no_files_of_earlier_lines(cli: Cli) -> None:
    """--prune names them with their result, and not before."""
    Path("s.csv").write_text("prompt,output\na fox,a.jpg\nan owl,b.jpg\n")
    assert run(cli, "--convert").code == 0
    assert run(cli, "--prune").out == ""
    Path("s.csv").write_text("prompt,output\na fox,a.jpg\n")
    moved = run(cli, "--prune", "--to", "old")
    assert (moved.code, names("old")) == (0, ["b.jpg", "b.original.png"])
    assert names("out") == ["a.jpg", "a.original.png"]


def test_history_names_the_picture_first(cli: Cli) -> None:
    """The name that was typed is shown, and the original comes second."""
    assert generate(cli, "--convert").code == 0
    assert "\tfox.jpg\t" in cli.krea("history").out
    [record] = [json.loads(line) for line in cli.krea("history", "--json").out.splitlines()]
    assert [os.path.basename(path) for path in record["files"]] == ["fox.jpg", "fox.original.png"]


def test_download_converts_as_the_request_said(cli: Cli) -> None:
    """The request remembers its option; otherwise download has its own."""
    assert generate(cli, "--convert", "--no-wait").code == 0
    cli.clock.sleep(60)
    assert cli.krea("download", "--missing").code == 0
    assert names() == ["fox.jpg", "fox.original.png"]
    assert generate(cli, "--no-wait", output="hen.png").code == 0
    cli.clock.sleep(60)
    job_id = cli.states[-1][1] or ""
    done = cli.krea("download", job_id, "-o", "owl.webp", "--convert", "--no-original")
    assert (done.code, format_of("owl.webp")) == (0, "WEBP"), done.err


def test_an_animated_picture_is_kept_as_it_is(cli: Cli) -> None:
    """The error says where it is; the same command pays nothing, and neither does the hint."""
    cli.service.content = lambda: encode_image(RGB, "GIF", **FRAMES)
    for _ in range(2):
        result = generate(cli, "--convert")
        assert (result.code, result.out, names()) == (10, "", ["fox.original.gif"])
        job_id = cli.states[0][1]
        assert result.err[result.err.index("error") :] == (
            f"error: the result of job {job_id} is paid and in fox.original.gif, and could not be"
            " converted to fox.jpg: it is animated, and would lose its motion\n"
            f"  hint: krea download {job_id} -o 'fox.{{ext}}' saves it as it is\n"
            "  charged: yes\n"
        )
    assert len(cli.service.posts) == 1
    assert cli.krea("download", str(job_id), "-o", "fox.{ext}").out == "fox.gif\n"


def test_what_is_refused_before_anything_is_paid(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Formats that cannot be made, streams, clips, and an installation without Pillow."""
    Path("s.csv").write_text("prompt,output\na fox,a.heic\n")
    clip = ("generate", "a fox", "-m", "veo-3.1-fast", "-o", "clips/", "--convert")
    known = "png, jpg, webp, gif, avif, tiff, bmp"
    for words, message in {
        ("generate", "a fox", "-o", "fox.heic", "--convert"): (
            f"--convert makes no .heic files; it makes {known}"
        ),
        ("generate", "a fox", "-o", "-", "--convert"): "--convert makes files, and -o names none",
        ("generate", "a fox", "-o", "f.jpg", "--no-original"): "--no-original is for --convert",
        clip: "--convert is for pictures, and google/veo-3.1-fast makes video",
        ("batch", "s.csv", "--convert"): (
            "s.csv cannot be run as it stands: line 2: output: --convert makes no .heic files;"
            f" it makes {known}"
        ),
        ("download", "job-1", "-o", "fox.svg", "--convert"): (
            f"--convert makes no .svg files; it makes {known}"
        ),
    }.items():
        result = cli.krea(*words)
        assert (result.code, result.err.splitlines()[0]) == (2, f"error: {message}")
    monkeypatch.setattr(convert_image, "find_spec", lambda _: None)
    for words in (("generate", "a fox", "-o", "fox.jpg"), ("batch", "s.csv")):
        result = cli.krea(*words, "--convert")
        assert result.code == 1
        assert result.err.startswith(
            "error: --convert needs Pillow, which is not installed; nothing was sent\n  hint: "
        )
        assert "install" in result.err
    assert cli.service.posts == []


def test_a_wrong_name_is_told_before_it_is_paid(cli: Cli) -> None:
    """An earlier result of the model tells the format."""
    warning = (
        f"warning: {MODEL} makes .png pictures, and hen.jpg would hold one: --convert makes it"
        " .jpg; -o 'hen.{ext}' names it as it is\n"
    )
    assert warning not in generate(cli, output="hen.jpg").err  # nothing is known yet
    Path("hen.jpg").unlink()
    posts: list[str] = []
    cli.service.on_submit = lambda request: posts.append(request.url.path)
    result = cli.krea("generate", "a hen", "-o", "hen.jpg")
    assert (result.code, result.err.startswith(warning)) == (0, True)
    assert warning not in cli.krea("generate", "a pig", "-o", "pig.jpg", "--convert").err
    assert "makes .png" not in cli.krea("generate", "a cow", "-o", "cow.png").err
    Path("s.csv").write_text("prompt,output\na fox,a.jpg\nan owl,b.jpg\na hen,c.png\n")
    told = (
        f"warning: {MODEL} makes .png pictures, and out/a.jpg and 1 more names would hold one:"
        " --convert makes them .jpg; {ext} in a name stands for what comes\n"
    )
    assert told in run(cli, "--dry-run").err
    assert told in run(cli).err
    assert told not in run(cli).err


def test_the_field_of_the_request_tells_the_format(cli: Cli) -> None:
    """A default too; the warning names the field."""
    Path("day.png").write_bytes(picture_bytes())
    words = ("generate", "-m", "topaz/standard-enhance", "--image", "day.png", "--no-check")
    result = cli.krea(*words, "-o", "day-2.png", "-i", "output_format=webp")
    assert "topaz/standard-enhance makes .webp pictures, and day-2.png would hold one" in result.err
    assert "-i output_format=png asks for it" in result.err


def test_nothing_beside_is_overwritten(cli: Cli) -> None:
    """Another file has the name of the original."""
    Path("fox.original.png").write_text("mine")
    assert generate(cli, "--convert").code == 0
    assert names() == ["fox.jpg", "fox.original-2.png", "fox.original.png"]
    assert Path("fox.original.png").read_text() == "mine"


DEATHS: list[tuple[Any, str, int]] = [
    (convert_saved, "publish", 1),
    (FileRows, "record", 1),
    (convert_image, "convert_image", 1),
    (FileRows, "record", 2),
    (convert_saved, "remove_originals", 1),
    (RequestRows, "mark_saved", 1),
]


@pytest.mark.parametrize("original", [True, False], ids=["original", "alone"])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("kind", "method", "call"), DEATHS)
@pytest.mark.parametrize("command", ["generate", "download"])
def test_a_kill_in_the_middle(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    kind: Any,
    method: str,
    call: int,
    is_after: bool,
    original: bool,
    command: str,
) -> None:
    """The original is not lost, nothing is paid again, and going on completes the conversion."""
    if method == "remove_originals" and original:
        pytest.skip("nothing is removed")
    options = ("--convert", *(() if original else ("--no-original",)))
    assert generate(cli, *options, "--seed", "7", "--no-wait").code == 0
    cli.clock.sleep(60)
    if (child := os.fork()) == 0:
        die_at(monkeypatch, kind, method, call=call, is_after=is_after)
        cli.clock = FakeClock()
        generate(cli, *options, "--seed", "7")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 137
    words = ("download", "--missing")
    done = cli.krea(*words) if command == "download" else generate(cli, *options, "--seed", "7")
    assert done.code in (0, 2), done.err  # 2: it was complete
    wanted = ["fox.jpg", "fox.original.png"] if original else ["fox.jpg"]
    assert (names(), format_of("fox.jpg")) == (wanted, "JPEG")
    assert {name for name, is_true in recorded(cli).items() if is_true} == {*wanted}
    assert [state for state, _ in cli.states] == ["saved"]


def test_two_windows_share_one_conversion(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one takes the part file as soon as the original is saved, and goes on from it."""
    held: list[PartFile | None] = []
    convert, sleep = convert_image.convert_image, FakeClock._sleep

    def lose_the_part_file(*args: Any) -> bytes:
        held.append(open_part(part_path(Path("fox.jpg"))))
        return convert(*args)

    def let_the_other_go_on(clock: FakeClock, seconds: float) -> None:
        while held and (part := held.pop()):
            part.release()
            monkeypatch.setattr(convert_image, "convert_image", convert)
            if (child := os.fork()) == 0:
                os._exit(generate(cli, "--convert").code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        sleep(clock, seconds)

    monkeypatch.setattr(convert_image, "convert_image", lose_the_part_file)
    monkeypatch.setattr(FakeClock, "_sleep", let_the_other_go_on)
    result = generate(cli, "--convert", "-q")
    assert (result.code, result.out, result.err) == (0, "fox.jpg\n", "")
    assert (names(), format_of("fox.jpg")) == (["fox.jpg", "fox.original.png"], "JPEG")
    assert recorded(cli) == {"fox.jpg": True, "fox.original.png": True}
    assert [state for state, _ in cli.states] == ["saved"]


def test_every_mode_of_a_picture() -> None:
    """Each mode that Pillow reads is written in each format."""
    from krea_cli.flows.files.originals import WRITABLE_TYPES

    sources = [RGB, RGBA, RGB.convert("L"), RGBA.convert("LA"), RGB.quantize(), RGB.convert("1")]
    for source in sources:
        path = Path("source.png")
        path.write_bytes(encode_image(source, "PNG"))
        for kind in WRITABLE_TYPES[1:]:
            data = convert_image.convert_image(path, kind)
            with Image.open(io.BytesIO(data)) as image:
                assert (image.size, image.format) == (source.size, kind.mime[6:].upper())
