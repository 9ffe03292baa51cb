"""Type hints into the real parser, and run nothing."""

import io
import json
import re
from collections.abc import Iterator, Sequence, Set
from contextlib import redirect_stdout
from functools import cache
from types import SimpleNamespace
from typing import Any

import typer

from krea_cli import VERSION_OPTIONS
from krea_cli.env import Env
from krea_cli.main import build_app

# A word as a shell reads it, where a lone quote mark is an apostrophe.
WORD = re.compile(r"""(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|\S)+""")
TEXT_HINT = re.compile(r"^ *hint: (.+(?:\n    .+)*)$", re.MULTILINE)
CLAUSE_ENDS = (";", ",", ":", ")", ".")
REDIRECTIONS = ("|", "<", ">", "&&")
PROSE = ("…", "cannot", "is", "then")  # behind "krea" where a sentence is about it
OTHER_PROGRAMS = ("iconv", "jq", "pipx", "sbatch", "uv")


RECORDED: set[tuple[str, tuple[str, ...]]] = set()


def record_hints(argv: Sequence[str], text: str) -> None:
    """Keep the hints in the output TEXT of `krea ARGV`, for `take_problems`."""
    RECORDED.update((hint, _path_of(argv)) for hint in printed_hints(text))


def take_problems() -> list[str]:
    """Whatever the parser refuses of the hints that were recorded since the last call."""
    hints, problems = sorted(RECORDED), list[str]()
    RECORDED.clear()
    for hint, argv in hints:
        problems += hint_problems(hint, argv)
    return problems


def printed_hints(text: str) -> list[str]:
    """The hints in what a command printed, as text or as JSON lines."""
    hints = [" ".join(hint.split()) for hint in TEXT_HINT.findall(text)]
    for line in text.splitlines():
        if line.startswith("{") and "hint" in line:
            try:
                hints += _hints_in(json.loads(line))
            except ValueError:
                continue
    return hints


def hint_problems(hint: str, argv: Sequence[str] | None = None) -> list[str]:
    """Whatever in HINT, an answer to `krea ARGV` or to any command, the parser would not take."""
    problems = []
    paths = list(_paths(_root())) if argv is None else [_path_of(argv)]
    options = set[str]().union(*map(_options, paths))
    for words in _clauses(hint):
        if words[0] == "krea":
            problems += _command_problems(words[1:], options)
            options |= _options(_path_of(words[1:]))
        elif words[0] not in OTHER_PROGRAMS and not words[0].startswith("/"):
            names = [word.partition("=")[0] for word in words if _is_option(word)]
            problems += [f"no option {name}" for name in names if name not in options]
    return [f"{problem}: in the hint {hint!r} of krea {list(argv or [])}" for problem in problems]


def _hints_in(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "hint" and isinstance(value, str):
                yield value
            elif key == "hint" and isinstance(value, dict):
                yield str(value.get("message"))
            else:
                yield from _hints_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from _hints_in(value)


def _clauses(hint: str) -> Iterator[list[str]]:
    """The words of HINT, cut at both ends of each command."""
    clause: list[str] = []
    for word in WORD.findall(hint):
        bare = word.lstrip("(")
        if clause and (bare == "krea" or word in REDIRECTIONS):
            yield clause
            clause = []
        stripped = bare.rstrip("".join(CLAUSE_ENDS)) if bare.endswith(CLAUSE_ENDS) else bare
        if stripped:
            clause.append(stripped)
        if clause and stripped != bare:
            yield clause
            clause = []
    if clause:
        yield clause


def _command_problems(words: list[str], options: Set[str]) -> list[str]:
    """Problems of a clause that begins with krea: a command, and perhaps prose behind it.

    OPTIONS are those that the prose may speak of.
    """
    if not words or words[0] in PROSE:
        return []
    for end in range(len(words), 0, -1):
        if (problem := _parse(tuple(words[:end]))) is None:
            left = [word for word in words[end:] if _is_option(word) and word not in options]
            return [f"no option {word} behind krea {' '.join(words[:end])}" for word in left]
    return [f"krea {' '.join(words)} is refused ({str(problem).splitlines()[0]})"]


def _is_option(word: str) -> bool:
    return re.match(r"--?[A-Za-z]", word) is not None


@cache
def _root() -> Any:
    """The real command tree, whose commands do nothing."""
    root: Any = typer.main.get_command(build_app())
    for path in _paths(root):
        _at(root, path).callback = None
    return root


def _paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from _paths(child, (*path, name))


def _at(command: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        command = command.commands[name]
    return command


def _path_of(words: Sequence[str]) -> tuple[str, ...]:
    """The command that WORDS begin with; empty without one."""
    command, path = _root(), ()
    for word in words:
        if word not in getattr(command, "commands", {}):
            break
        command, path = command.commands[word], (*path, word)
    return path


@cache
def _options(path: tuple[str, ...]) -> frozenset[str]:
    """The names of the options of the command at PATH."""
    command = _at(_root(), path)
    context = typer.Context(command, info_name="krea", **command.context_settings)
    return frozenset(context.help_option_names).union(
        *(each.opts for each in command.params if each.param_type_name == "option")
    )


@cache
def _parse(words: tuple[str, ...]) -> str | None:
    """The parser's sentence about WORDS behind krea; None if it takes them."""
    output = SimpleNamespace(json=False, quiet=False, verbose=False)
    if words[:1] and words[0] in VERSION_OPTIONS:
        return None  # answered before the parser is asked
    session = SimpleNamespace(output=output, env=Env(environ={}))
    unquoted = [re.sub(r"""^(["'])(.*)\1$""", r"\2", word) for word in words]
    try:
        with redirect_stdout(io.StringIO()):
            _root()(args=unquoted, prog_name="krea", obj=session, standalone_mode=False)
    except Exception as refusal:
        return str(refusal) or type(refusal).__name__
    return None
