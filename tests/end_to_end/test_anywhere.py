"""Odd surroundings: locales, closed streams, users without a home, folders that are read-only."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipapp
import zipfile
from importlib.metadata import files, requires
from pathlib import Path

import pytest
from PIL import Image

from tests.harness.installed_cli import KREA, InstalledCli

ROOT = Path(__file__).parents[2]
FOX = ("generate", "a fox")
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
JAPANESE = "日本の狐"


def make_locale(folder: Path, language: str, encoding: str) -> dict[str, str]:
    """The variables of a locale of old, made in FOLDER for this test."""
    name = f"{language}.{encoding}"
    command = ["localedef", "-i", language, "-f", encoding, os.fspath(folder / name)]
    # Status 1 is a warning: EUC-JP is no superset of ASCII to it.
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode in (0, 1), done.stderr
    return {"LOCPATH": os.fspath(folder), "LC_ALL": name}


def file_names(installed: InstalledCli) -> list[bytes]:
    """The names in the working folder, as the system has them."""
    return sorted(os.listdir(os.fsencode(installed.folder)))


def make_in_japanese(installed: InstalledCli, **variables: str) -> None:
    """Make two pictures, named by a prompt and by a list."""
    made = installed.krea("generate", "--prompt-file", "-", stdin=JAPANESE.encode(), **variables)
    assert made.code == 0, made.err
    name = made.out.removesuffix("\n")
    assert name.startswith(JAPANESE)
    line = '{"prompt": "a fox", "output": "狐.png"}\n'
    (installed.folder / "list.jsonl").write_text(line, encoding="utf-8")
    listed = installed.krea("batch", "list.jsonl", **variables)
    assert (listed.code, listed.out) == (0, "狐.png\n"), listed.err
    assert file_names(installed) == sorted([name.encode(), b"list.jsonl", "狐.png".encode()])
    again = installed.krea("batch", "list.jsonl", LC_ALL="C.UTF-8")
    assert (again.code, "1 of 1 done" in again.err) == (0, True), again.err


def test_a_process_without_utf_8_names_its_files(installed: InstalledCli) -> None:
    """Names from a prompt or a list are UTF-8, and the ledger knows them in every locale."""
    make_in_japanese(installed, **ASCII)


def test_what_such_a_process_cannot_print_is_escaped(installed: InstalledCli) -> None:
    """Standard streams keep the encoding of the locale."""
    done = installed.krea("generate", JAPANESE, "--dry-run", **ASCII)
    assert done.code == 0
    assert "\\u65e5\\u672c" in done.out
    assert done.out.isascii()


@pytest.mark.machine
def test_a_german_locale_of_old(installed: InstalledCli, tmp_path: Path) -> None:
    """The prompt is read in the locale's encoding, and a name keeps the bytes that were typed."""
    latin_1 = make_locale(tmp_path, "de_DE", "ISO-8859-1")
    make_in_japanese(installed, **latin_1)
    argv = [b"krea", b"generate", b"caf\xe9", b"-o", b"caf\xe9.png", b"--json"]
    made = installed.run([os.fsdecode(word) for word in argv], **latin_1)
    assert (made.code, made.records[0]["prompt"]) == (0, "café"), made.err
    assert b"caf\xe9.png" in file_names(installed)


@pytest.mark.machine
@pytest.mark.parametrize("encoding", ["euc_jp", "utf-8"])
def test_a_japanese_locale_of_old(installed: InstalledCli, tmp_path: Path, encoding: str) -> None:
    """Words that Python cannot encode again are handed on as they were typed."""
    euc = make_locale(tmp_path, "ja_JP", "EUC-JP")
    name = f"{JAPANESE}.png".encode(encoding)
    argv = [b"krea", b"generate", b"a fox", b"-o", name]
    made = installed.run([os.fsdecode(word) for word in argv], **euc)
    assert made.code == 0, made.err
    assert file_names(installed) == [name]


@pytest.mark.parametrize(
    ("command", "code"),
    [("doctor", 0), ("config list", 0), ("history", 0), ("generate fox -o fox.png", 0)],
)
def test_closed_streams(installed: InstalledCli, command: str, code: int) -> None:
    """With `<&- >&-` each command does its work."""
    done = installed.sh(f"krea {command} <&- >&-")
    assert (done.code, done.out) == (code, "")
    assert "bug" not in done.err


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the content of the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", os.fspath(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def copy_dependencies(folder: Path) -> None:
    """Copy all packages that the wheel needs into FOLDER."""
    waiting, copied = ["krea-cli"], {"krea-cli"}
    while waiting:
        for text in requires(waiting.pop()) or ():
            name = re.split(r"[^\w.-]", text, maxsplit=1)[0].lower()
            if ";" not in text and name not in copied:
                waiting.append(name)
                copied.add(name)
                for file in files(name) or ():
                    if file.suffix in (".py", ".pem", ".typed", ".json") and ".." not in file.parts:
                        (folder / file).parent.mkdir(parents=True, exist_ok=True)
                        shutil.copyfile(str(file.locate()), folder / file)


def test_a_wheel(installed: InstalledCli, site: Path) -> None:
    """The installed package makes a picture, by `python -m` as well."""
    code = "import krea_cli, sys; sys.stdout.write(krea_cli.__file__)"
    where = installed.run([sys.executable, "-c", code], PYTHONPATH=str(site))
    assert where.out == str(site / "krea_cli" / "__init__.py")
    command = [sys.executable, "-m", "krea_cli", *FOX, "-o", "fox.png"]
    made = installed.run(command, PYTHONPATH=str(site))
    assert (made.code, made.out) == (0, "fox.png\n"), made.err


def test_a_zipapp(installed: InstalledCli, site: Path, tmp_path: Path) -> None:
    """One file with all packages: models, a picture, the sandbox's models."""
    source, archive = tmp_path / "source", tmp_path / "krea.pyz"
    shutil.copytree(site, source)
    copy_dependencies(source)
    zipapp.create_archive(source, archive, main="krea_cli.main:run")
    krea = [sys.executable, "-I", "-S", str(archive)]
    listed = installed.run([*krea, "models", "flux"], KREA_CACHE_DIR=str(tmp_path / "none"))
    assert (listed.code, listed.out[:14]) == (0, "bfl/flux-1-dev"), listed.err
    made = installed.run([*krea, *FOX, "-o", "fox.png"])
    assert (made.code, made.out) == (0, "fox.png\n"), made.err
    assert installed.run([*krea, "doctor"]).code == 0
    code = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "from krea_cli.sandbox.openapi import ServedDocument\n"
        "from krea_cli.sandbox.settings import SNAPSHOT\n"
        "sys.stdout.write(str(len(ServedDocument.read(SNAPSHOT).routes) > 50))\n"
    )
    assert installed.run([sys.executable, "-I", "-S", "-c", code]).out == "True"


def bare(installed: InstalledCli, **variables: str) -> list[str]:
    """`env -i` with the sandbox's address and token, and VARIABLES."""
    kept = {name: installed.environ[name] for name in ("KREA_API_BASE", "KREA_API_KEY")}
    return ["env", "-i", *(f"{name}={value}" for name, value in (kept | variables).items())]


def test_no_variables_at_all(installed: InstalledCli, tmp_path: Path) -> None:
    """Under `env -i`, with a state folder."""
    command = [*bare(installed, KREA_STATE_DIR=str(tmp_path / "s")), KREA, *FOX, "-o", "fox.png"]
    made = installed.run(command)
    assert (made.code, made.out) == (0, "fox.png\n"), made.err


@pytest.fixture
def homeless(tmp_path: Path) -> dict[str, str]:
    """Variables by which the system knows no home: no HOME, and no entry for the user."""
    folder = tmp_path / "homeless"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import pwd\ndef getpwuid(uid):\n    raise KeyError('uid not found')\n"
        "pwd.getpwuid = getpwuid\n"
    )
    return {"PYTHONPATH": str(folder)}


NO_STATE = (
    "error: there is no folder for the ledger: this user has no home\n"
    "  hint: export KREA_STATE_DIR=FOLDER with a folder that you can write to\n"
    "  charged: no\n"
)


def test_a_user_without_a_home(
    installed: InstalledCli, homeless: dict[str, str], tmp_path: Path
) -> None:
    """KREA_STATE_DIR is enough; without it nothing is sent, and `--no-ledger` still works."""
    alone = installed.run([*bare(installed, **homeless), KREA, *FOX, "-o", "fox.png"])
    assert (alone.code, alone.out, alone.err) == (1, "", NO_STATE)
    told = installed.run([*bare(installed, **homeless), KREA, "doctor"])
    assert "wrong  ledger     there is no folder for the ledger: this user has no home" in told.out
    # Two of them with a catalog that knows how quick the embedded Krea is.
    quick = {**homeless, "KREA_CACHE_DIR": installed.environ["KREA_CACHE_DIR"]}
    without = [*bare(installed, **quick), KREA, *FOX, "--no-ledger", "-o", "without.png"]
    assert installed.run(without).code == 0
    state = {"KREA_STATE_DIR": str(tmp_path / "s")}
    made = installed.run([*bare(installed, **homeless, **state), KREA, *FOX, "-o", "fox.png"])
    assert (made.code, made.out) == (0, "fox.png\n"), made.err
    (installed.folder / "list.txt").write_text("an owl\n")
    listed = [*bare(installed, **quick, **state), KREA, "batch", "list.txt"]
    assert installed.run(listed).code == 0


def test_a_home_that_does_not_exist(installed: InstalledCli) -> None:
    """`~nobody-of-that-name` is told of, with the variable to change."""
    done = installed.krea(*FOX, KREA_STATE_DIR="~nouser/x")
    assert (done.code, done.err) == (
        2,
        "error: KREA_STATE_DIR is ~nouser/x, and there is no such home folder\n"
        "  hint: export KREA_STATE_DIR=FOLDER with an absolute path\n",
    )


@pytest.mark.parametrize("name", ["sqlite3", "ssl"])
def test_a_python_without(installed: InstalledCli, name: str, tmp_path: Path) -> None:
    """A module that was left out when Python was built is named; nothing was sent."""
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys\nsys.modules['{name}'] = sys.modules['_{name}'] = None\n"
    )
    sentence = f" was built without the module {name}"
    for command in (FOX, ("batch", "list.txt"), ("history",), ("recover",)):
        (installed.folder / "list.txt").write_text("a fox\n")
        done = installed.krea(*command, PYTHONPATH=str(tmp_path))
        if command == ("history",) and name == "ssl":
            assert (done.code, done.err) == (0, "no request in the ledger matches\n")
            continue
        assert done.code == 1, command
        assert done.error(charged="no").startswith("this Python (")
        assert done.error(charged="no").endswith(sentence)
    assert sentence in installed.krea("doctor", PYTHONPATH=str(tmp_path)).out


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_the_bytes_of_a_picture_on_stdout(installed: InstalledCli, unbuffered: str) -> None:
    """A non-blocking, unbuffered stdout gets the whole picture; a full or closed one is told of."""
    code = (
        "import os, subprocess, sys\n"
        "reader, writer = os.pipe()\n"
        "os.set_blocking(writer, False)\n"
        "child = subprocess.Popen(['krea', 'generate', 'a fox', '-o', '-'], stdout=writer)\n"
        "os.close(writer)\n"
        "pieces = []\n"
        "while piece := os.read(reader, 500): pieces.append(piece)\n"
        "open('out.png', 'wb').write(b''.join(pieces))\n"
        "sys.exit(child.wait())\n"
    )
    done = installed.run([sys.executable, "-c", code], PYTHONUNBUFFERED=unbuffered)
    assert done.code == 0, done.err
    with Image.open(installed.folder / "out.png") as image:
        image.load()
    full = installed.sh("krea generate 'a fox' -o - > /dev/full", PYTHONUNBUFFERED=unbuffered)
    cause = "the result could not be written to standard output: No space left on device"
    assert full.code == 10
    assert full.error(charged="yes").endswith(f" is paid and could not be saved: {cause}")
    closed = installed.sh("krea generate 'a fox' -o - >&-", PYTHONUNBUFFERED=unbuffered)
    assert (closed.code, closed.error(charged="no")) == (
        2,
        "standard output is closed, and -o - writes to it",
    )


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.mark.machine
@needs_root
def test_a_uid_without_an_entry(installed: InstalledCli, tmp_path: Path) -> None:
    """A container's own user: no name, no home, but a state folder."""
    state = tmp_path / "own"
    state.mkdir()
    os.chown(state, 54321, 54321)
    os.chmod(tmp_path, 0o755)
    caps = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    user = ["setpriv", "--reuid", "54321", "--clear-groups", *caps, "--"]
    alone = installed.run([*user, *bare(installed), KREA, "history"])
    assert (alone.code, alone.out, alone.err) == (1, "", NO_STATE)
    command = [*bare(installed, KREA_STATE_DIR=str(state)), KREA, *FOX, "-o", f"{state}/fox.png"]
    made = installed.run([*user, *command])
    assert (made.code, made.out) == (0, f"{state}/fox.png\n"), made.err


@pytest.mark.machine
@needs_root
def test_a_root_that_is_read_only(installed: InstalledCli, tmp_path: Path) -> None:
    """Only KREA_STATE_DIR can be written to: -o - works, and -o below it."""
    state = tmp_path / "state-only"
    state.mkdir()
    command = shlex.join([*bare(installed, KREA_STATE_DIR=str(state)), KREA, *FOX])
    alone = f"mount --bind {state} {state} && mount -o remount,ro,bind / && cd /"
    script = f"{alone} && {command} -o {state}/fox.png && {command} -o - > {state}/out.png"
    made = installed.run(["unshare", "-m", "sh", "-c", script])
    assert (made.code, made.out) == (0, f"{state}/fox.png\n"), made.err
    for name in ("fox.png", "out.png"):
        with Image.open(state / name) as image:
            image.load()


def test_no_folder_for_temporary_files(installed: InstalledCli, tmp_path: Path) -> None:
    """`-o -` and `batch` then keep their bytes in memory."""
    (tmp_path / "sitecustomize.py").write_text(
        "import tempfile\n"
        "def refuse(*_, **__):\n    raise FileNotFoundError(2, 'No usable temporary directory')\n"
        "tempfile.TemporaryFile = tempfile.TemporaryDirectory = refuse\n"
    )
    path = {"PYTHONPATH": str(tmp_path)}
    made = installed.sh("krea generate 'a fox' -o - > out.png", **path)
    assert made.code == 0, made.err
    with Image.open(installed.folder / "out.png") as image:
        image.load()
    (installed.folder / "list.txt").write_text("an owl\n")
    assert installed.krea("batch", "list.txt", **path).code == 0
    sandbox = installed.krea("sandbox", "--", "true", **path)
    assert (sandbox.code, sandbox.error(charged="no")) == (
        1,
        "no folder for temporary files can be written to",
    )
