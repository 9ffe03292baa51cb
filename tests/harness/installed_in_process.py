"""`main(argv, env)` of the installed command in this process: many command lines in little time."""

import io
from pathlib import Path

from krea_cli.env import Env
from krea_cli.main import main
from tests.harness.installed_cli import Ended


def enter(argv: list[str], environ: dict[str, str], stdin: str = "") -> Ended:
    """Run `krea ARGV` against whatever ENVIRON points at, with the real clock and network."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    env = Env(environ=environ, stdin=io.StringIO(stdin), stdout=out, stderr=err)
    code = main(argv, env)
    return Ended(code, _text(out), _text(err))


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def picture(path: Path) -> None:
    """A small picture at PATH, of the type that its name says."""
    from PIL import Image

    Image.new("RGB", (64, 48), "teal").save(path)
