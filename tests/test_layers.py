"""Imports run one way, and heavy ones stand where they are used."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "krea_cli"
FILES = sorted(PACKAGE.rglob("*.py"))

# What the files of each folder may import of this package.
BELOW = {"errors", "clock", "dollars", "text"}
MAY_IMPORT = {
    "errors": {"dollars", "text", "errors"},
    "clock": {"errors"},
    "dollars": set(),
    "text": set(),
    "env": BELOW,
    "api": BELOW | {"api"},
    "catalog": BELOW | {"api", "catalog"},
    "local": BELOW | {"api", "local"},
    "flows": BELOW | {"api", "catalog", "local", "flows"},
    "sandbox": {"sandbox"},
    "terminal": BELOW | {"env", "api", "flows", "terminal"},
    "options": {"dollars", "local", "text"},
    "commands": BELOW
    | {"env", "options", "api", "catalog", "local", "flows", "terminal", "commands", "sandbox"},
    "help": {"env", "help", "terminal"},
    "manual": BELOW
    | {
        "env",
        "help",
        "main",
        "manual",
        "catalog",
        "commands",
        "local",
        "sandbox",
        "terminal",
        "flows",
    },
    "main": BELOW | {"env", "commands", "help", "terminal"},
    "__main__": {"main"},
}
# The rooms of `flows/`: each may import those that stand before it, as far as they are named.
GROUND = {"context", "events"}
ROOMS = {
    "events": set(),
    "context": {"events"},
    "backoff": GROUND,
    "files": set(),
    "jobs": GROUND | {"backoff", "files"},
    "transfer": GROUND | {"backoff", "files"},
    "recipe": {"files", "jobs"},
    "submit": GROUND | {"backoff", "files", "jobs", "transfer"},
    "download": GROUND | {"files", "jobs", "recipe", "transfer"},
    "generate": GROUND | {"files", "jobs", "recipe", "transfer", "submit", "download"},
    "batch": GROUND
    | {"backoff", "files", "jobs", "recipe", "transfer", "submit", "download", "generate"},
}
# The files of `commands/` that several commands share; the others are commands.
SHARED_BY_COMMANDS = {
    "account_profiles",
    "budget",
    "color_option",
    "confirm",
    "connections",
    "conversion",
    "editor",
    "environment_errors",
    "exit_status",
    "hosts",
    "installing",
    "meant_command",
    "meant_option",
    "moments",
    "named_jobs",
    "implied_output",
    "on_end",
    "known_list",
    "other_work",
    "own_options",
    "parallel",
    "preset_lookup",
    "project",
    "rehearsal",
    "request_options",
    "result_line",
    "totals",
    "session",
    "settings_editor",
    "unsaved_jobs",
    "usage_errors",
    "variants",
}
# `again` is a `generate` that starts from an earlier request.
BUILT_ON = {"again": {"generate"}}
# Files whose patterns are still compiled at their import.
COMPILED_AT_IMPORT = {"local/ledger/history.py", "local/ledger/network_mounts.py"}
# Who alone may import a library.
ONLY = {
    "httpx": {"api/http.py", "api/exchange.py", "api/client_pool.py"},
    "rich": {"terminal", "manual/pictures.py"},
    "typer": {"commands", "help", "options.py", "main.py"},
    "sqlite3": {"local"},
    "platformdirs": {"env.py"},
    "PIL": {"sandbox", "flows/recipe/convert_image.py"},
    "markdown_it": {"manual/markdown_roff.py"},
}


@cache
def parsed(path: Path) -> tuple[ast.AST, ...]:
    """Every node of a file, read once for all tests."""
    return tuple(ast.walk(ast.parse(path.read_text())))


def imports(path: Path) -> Iterator[str]:
    """Every module that PATH imports, wherever in the file."""
    for node in parsed(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def layer(path: Path) -> str:
    """The folder of PATH, or its own name at the top."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_imports_only_what_lies_below_it(path: Path) -> None:
    """Imports run from main down to errors; a folder that is not in the table has no place."""
    if layer(path) == "__init__":
        return
    own = [name.split(".")[1] for name in imports(path) if name.startswith("krea_cli.")]
    assert set(own) - MAY_IMPORT[layer(path)] == set()


def own_imports(path: Path) -> set[str]:
    """The modules of this package that PATH imports, with the modules named behind `import`."""
    names = {
        f"{node.module}.{alias.name}"
        for node in parsed(path)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    modules = {module_name(file) for file in FILES}
    return {
        name if name in modules else name.rpartition(".")[0]
        for name in names | set(imports(path))
        if name.startswith("krea_cli.")
    }


def module_name(path: Path) -> str:
    """The name under which PATH is imported."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def part(module: str, folder: str) -> str | None:
    """The part of FOLDER that MODULE belongs to: a file or a folder in it; None outside."""
    inside = module.removeprefix(f"krea_cli.{folder}.")
    return inside.partition(".")[0] if inside != module else None


@pytest.mark.parametrize("path", sorted((PACKAGE / "flows").rglob("*.py")), ids=module_name)
def test_a_room_of_flows_uses_only_the_rooms_before_it(path: Path) -> None:
    """A room without a row in the table has no place."""
    room = part(module_name(path), "flows")
    if room is not None:
        rooms = {part(module, "flows") for module in own_imports(path)} - {None, room}
        assert rooms - ROOMS[room] == set()


@pytest.mark.parametrize("path", sorted((PACKAGE / "commands").rglob("*.py")), ids=module_name)
def test_a_command_imports_no_other_command(path: Path) -> None:
    """Files that several commands share stand beside them."""
    command = part(module_name(path), "commands")
    used = {part(module, "commands") for module in own_imports(path)} - {None, command}
    assert used - SHARED_BY_COMMANDS - BUILT_ON.get(str(command), set()) == set()


def test_no_files_form_a_circle() -> None:
    """A file never reaches itself through imports, wherever in a file they stand."""
    graph = {module_name(path): own_imports(path) for path in FILES}
    graph = {
        name: {each for each in used if each in graph} - {name} for name, used in graph.items()
    }
    while leaves := {name for name, used in graph.items() if not used}:
        graph = {name: used - leaves for name, used in graph.items() if name not in leaves}
    assert graph == {}


@pytest.mark.parametrize("library", ONLY)
def test_a_library_has_one_place(library: str) -> None:
    """A library with one place can be replaced in one place."""
    found = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        if any(name.split(".")[0] == library for name in imports(path))
    }
    strays = {name for name in found if not {name, name.split("/")[0]} & ONLY[library]}
    assert strays == set()


def test_one_function_quotes_for_a_shell() -> None:
    """All lines to paste come from `shell_line`: cleaning them later changes nothing."""
    quoting = [path for path in FILES if "shlex" in imports(path)]
    names = [str(path.relative_to(PACKAGE)) for path in quoting]
    assert names == ["manual/bash.py", "text.py"]


@pytest.mark.parametrize("folder", ["api", "catalog", "flows", "local"])
def test_the_library_part_never_prints_exits_or_reads_the_environment(folder: str) -> None:
    """The library part can be used by others."""
    for path in sorted((PACKAGE / folder).rglob("*.py")):
        if path.name == "build_snapshot.py":
            continue  # a script that can be run by itself
        for node in parsed(path):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ast.unparse(node)
            assert name not in {"print", "input", "exit", "sys.exit", "os.environ", "os.getenv"}


def loaded(*argv: str) -> set[str]:
    """The modules that a run of `krea ARGV` leaves loaded."""
    code = (
        "import sys; sys.argv = ['krea', *sys.argv[1:]]\n"
        "from krea_cli.main import main\n"
        "main(sys.argv[1:])\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *argv], capture_output=True, text=True)
    return set(done.stderr.split())


def test_the_version_is_told_before_anything_is_imported() -> None:
    """--version is asked for by scripts, often."""
    assert not loaded("--version") & {"typer", "rich", "httpx", "json", "pathlib", "dataclasses"}


def test_a_command_loads_only_what_it_needs() -> None:
    """A usage error needs neither the wire, nor the ledger, nor a picture of the terminal."""
    heavy = {"httpx", "rich.console", "sqlite3", "asyncio", "PIL", "krea_cli.sandbox"}
    assert not loaded("status", "--no-such-option") & heavy


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_pattern_is_compiled_when_it_is_first_used(path: Path) -> None:
    """`re.match(PATTERN, text)` keeps what it compiled; at the import, each command would pay."""
    if str(path.relative_to(PACKAGE)) in COMPILED_AT_IMPORT:
        return
    for node in ast.parse(path.read_text()).body:
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        assert not isinstance(value, ast.Call) or ast.unparse(value.func) != "re.compile"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_and_no_function_has_grown_a_tail(path: Path) -> None:
    """Files stay within 300 lines, functions within 50; a command has an option on each line."""
    assert path.read_text().count("\n") <= 300
    for node in parsed(path):
        if isinstance(node, ast.FunctionDef):
            parameters = [each.arg for each in node.args.args]
            is_command = "commands" in path.parts and parameters[:1] == ["context"]
            start = node.body[0] if is_command else node
            assert (node.end_lineno or 0) - start.lineno < 50, node.name
