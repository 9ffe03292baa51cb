"""Profile three commands: `python tests/bench/profile_commands.py [status|generate|batch]...`

One `status` and one `generate` over TLS, and one batch of 1,000 items. For each it prints the CPU
time by module and by function, of all threads. Imports are listed by themselves, in wall time.

A profile makes small functions look slower than they are: compare its lines with each other only.
"""

import argparse
import cProfile
import pstats
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.batch import SIZE, write_prompts
from tests.bench.checkout import HERE, Checkout
from tests.bench.sandbox_client import submit
from tests.bench.tls_service import serve_tls

ROOT = Path(__file__).parents[2]
COMMANDS = ("status", "generate", "batch")
MAX_ROWS = 20
BUILT_IN = "~"  # the file of built-in functions in a profile
AT_ONCE = 40
IMPORT_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")
CHILD = """
import sys
from tests.bench.profile_commands import profile_main
sys.exit(profile_main(sys.argv[1], sys.argv[2:]))
"""


def profile_main(stats_file: str, argv: list[str]) -> int:
    """Run `krea ARGV` in this process under a profile of all threads, and keep it in STATS_FILE."""
    profiles = [cProfile.Profile(time.thread_time)]
    if sys.version_info < (3, 12):  # from then on, one profile listens to all threads
        run_thread = threading.Thread.run

        def run_profiled(thread: threading.Thread) -> None:
            profile = cProfile.Profile(time.thread_time)
            profiles.append(profile)
            profile.runcall(run_thread, thread)

        threading.Thread.run = run_profiled  # type: ignore
    code = profiles[0].runcall(_import_and_run, argv)
    stats = pstats.Stats(profiles[0])
    for profile in profiles[1:]:
        if profile.getstats():  # a thread that is still at work has none
            stats.add(profile)
    stats.dump_stats(stats_file)
    return code


def _import_and_run(argv: list[str]) -> int:
    from krea_cli.main import main

    return main(argv)


def profile_command(name: str, checkout: Checkout, *, items: int = 1000) -> str:
    """The tables of one command as text."""
    with TemporaryDirectory() as scratch, serve_tls("--concurrency", "40", "--seconds", "1") as s:
        folder = Path(scratch)
        own = s.environ(folder) | s.certificates.as_folder
        environment = checkout.environ(own)
        argv = {
            "status": ["status", submit(s.sandbox)],
            "generate": ["generate", "a red fox", *SIZE],
            "batch": ["batch", "prompts.txt", "-j", str(AT_ONCE), *SIZE],
        }[name]
        write_prompts(folder, items)
        stats = _run_profiled(argv, checkout, environment, folder)
        total = sum(row[2] for row in stats.stats.values())  # type: ignore[attr-defined]
        title = f"krea {name}, {items:,} items" if name == "batch" else f"krea {name}"
        tables = [f"## {title}: {total * 1e3:,.0f} ms of CPU under the profile"]
        tables += [_by_module(stats), _by_function(stats)]
        if name != "batch":
            again = argv if name == "status" else ["generate", "a blue fox", *SIZE]
            tables.append(_by_import(again, checkout, environment, folder))
    return "\n\n".join(tables) + "\n"


def _run_profiled(
    argv: Sequence[str], checkout: Checkout, environment: Mapping[str, str], folder: Path
) -> pstats.Stats:
    """The profile of a first run, as after an update: nothing but byte code is cached."""
    stats_file = folder / "profile.stats"
    paths = f"{checkout.folder}:{ROOT}:{environment.get('PYTHONPATH', '')}"
    command = [checkout.python, "-P", "-c", CHILD, str(stats_file), *argv]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"krea {argv[0]} failed under the profile:\n{done.stderr}")
    return pstats.Stats(str(stats_file))


def _by_module(stats: pstats.Stats) -> str:
    """CPU time by module: of this project each file, of others each package.

    Built-in functions count for the module that calls them.
    """
    times: dict[str, float] = defaultdict(float)
    for (file, _, _), (_, _, own, _, callers) in stats.stats.items():  # type: ignore[attr-defined]
        if file != BUILT_IN or not callers:
            times[_module(file)] += own
            continue
        for (caller, _, _), (_, _, called, _) in callers.items():
            times[_module(caller)] += called
    return _table("by module", times)


def _by_function(stats: pstats.Stats) -> str:
    times: dict[str, float] = defaultdict(float)
    for (file, line, function), row in stats.stats.items():  # type: ignore[attr-defined]
        place = f"{_module(file)}:{line} " if line else ""
        times[f"{place}{function}"] += row[2]
    return _table("by function, without what it calls", times)


def _by_import(
    argv: Sequence[str], checkout: Checkout, environment: Mapping[str, str], folder: Path
) -> str:
    """Wall time of the imports, without what each imports in turn."""
    command = [checkout.python, "-X", "importtime", checkout.krea, *argv]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    times: dict[str, float] = defaultdict(float)
    for micros, module in IMPORT_LINE.findall(done.stderr):
        times[module.partition(".")[0]] += int(micros) / 1e6
    return _table("by imported package", times)


def _module(file: str) -> str:
    """A file of this project, else the package that FILE belongs to."""
    if file == BUILT_IN:
        return "built in"
    parts = Path(file.removeprefix("<frozen ").removesuffix(">")).parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    if "krea_cli" in parts:
        return "/".join(parts[parts.index("krea_cli") :])
    library = [place for place, name in enumerate(parts) if name.startswith("python3")]
    name = parts[library[-1] + 1] if library else parts[-1].partition(".")[0]
    return f"python: {name.removesuffix('.py')}"


def _table(title: str, seconds: Mapping[str, float]) -> str:
    rows = [f"| {title} | ms | share |", "| --- | --- | --- |"]
    total = sum(seconds.values()) or 1.0
    for name, spent in sorted(seconds.items(), key=lambda item: -item[1])[:MAX_ROWS]:
        rows.append(f"| {name} | {spent * 1e3:,.1f} | {spent / total:.0%} |")
    return "\n".join(rows)


def main() -> None:
    """Print the tables of the commands, one after the other."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("command", nargs="*", help=f"some of {', '.join(COMMANDS)}")
    options.add_argument("--items", type=int, default=1000, help="of the batch")
    options.add_argument("--checkout", type=Path, default=HERE, help="another checkout")
    chosen = options.parse_args()
    if unknown := set(chosen.command) - set(COMMANDS):
        options.error(f"no such command: {', '.join(sorted(unknown))}")
    checkout = Checkout(chosen.checkout.resolve())
    checkout.check()
    for name in chosen.command or COMMANDS:
        sys.stdout.write(profile_command(name, checkout, items=chosen.items) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
