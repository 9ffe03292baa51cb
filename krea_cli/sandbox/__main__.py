"""`python -m krea_cli.sandbox`: serve a sandbox in a process of its own, for tests and benches.

Prints its addresses as one JSON line when it is ready: {"api": URL, "files": URL}. Serves until
SIGTERM or SIGINT. With --until-eof it also ends when its standard input closes.
"""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from krea_cli.sandbox.faults import FAULT_KINDS
from krea_cli.sandbox.server import SandboxServer
from krea_cli.sandbox.settings import SNAPSHOT, SandboxError, Settings


def main(arguments: list[str]) -> int:
    """Serve a sandbox with the options in ARGUMENTS; return 0, or 2 if it cannot start."""
    options = vars(build_parser().parse_args(arguments))
    until_eof = options.pop("until_eof")
    options["faults"] = tuple(options["faults"])
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        sandbox = SandboxServer(Settings(**options))
    except SandboxError as failure:
        sys.stderr.write(f"krea sandbox: {failure}\n")
        return 2
    with sandbox:
        sys.stdout.write(json.dumps({"api": sandbox.api, "files": sandbox.files}) + "\n")
        sys.stdout.flush()
        if until_eof:
            threading.Thread(target=_stop_at_eof, args=(stop,), daemon=True).start()
        # A wait without a time-out would keep Python from running the signal handlers.
        while not stop.wait(0.5):
            pass
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The command line's parser; every option except --until-eof is a field of `Settings`."""
    kinds = "\n".join(f"  {name:13} {kind.description}" for name, kind in FAULT_KINDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m krea_cli.sandbox",
        description="An embedded stand-in for the Krea API on the loopback interface.",
        epilog=f"kinds of faults, as KIND[:PROBABILITY][:xTIMES][:SECONDSs]:\n{kinds}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add, default = parser.add_argument, Settings()
    add("--port", type=int, default=0, help="of the API; 0: any that is free")
    add("--files-port", type=int, default=0, help="of the results")
    add("--speed", type=float, default=default.speed, help="times faster than real")
    add("--seconds", type=float, help="typical seconds of every model")
    add("--spread", type=float, default=default.spread, help="0: exact times")
    add("--seed", type=int, help="makes ids, times and faults repeatable")
    add("--concurrency", type=int, default=default.concurrency, help="jobs at once")
    add("--backlog", type=int, help="jobs that may wait before 429")
    add("--openapi", dest="document", type=Path, default=SNAPSHOT, metavar="FILE")
    add(
        "--big",
        dest="min_result_bytes",
        type=int,
        default=0,
        metavar="BYTES",
        help="pad results to this",
    )
    add("--fault", dest="faults", action="append", default=[], metavar="KIND")
    add("--until-eof", action="store_true", help="end when stdin closes")
    return parser


def _stop_at_eof(stop: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stop.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
