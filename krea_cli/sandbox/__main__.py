"""`python -m krea_cli.sandbox`: a sandbox as a process of its own, for tests and benches.

Prints one JSON line with its addresses when it is ready, {"api": URL, "files": URL}, and serves
until SIGTERM or SIGINT, or, with --until-eof, until its standard input closes.
"""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from krea_cli.sandbox.faults import KINDS
from krea_cli.sandbox.server import RunningSandbox
from krea_cli.sandbox.settings import SNAPSHOT, SandboxError, Settings


def main(arguments: list[str]) -> int:
    """Serve as ARGUMENTS say; 0 after an orderly end, 2 when it cannot start."""
    asked = vars(parser().parse_args(arguments))
    until_eof = asked.pop("until_eof")
    asked["faults"] = tuple(asked["faults"])
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    try:
        sandbox = RunningSandbox(Settings(**asked))
    except SandboxError as failure:
        sys.stderr.write(f"krea sandbox: {failure}\n")
        return 2
    with sandbox:
        sys.stdout.write(json.dumps({"api": sandbox.api, "files": sandbox.files}) + "\n")
        sys.stdout.flush()
        if until_eof:
            threading.Thread(target=_await_eof, args=(done,), daemon=True).start()
        # A wait without a time-out would keep Python from running the signal handlers.
        while not done.wait(0.5):
            pass
    return 0


def parser() -> argparse.ArgumentParser:
    """The options; every one but --until-eof is a field of Settings."""
    kinds = "\n".join(f"  {name:13} {kind.does}" for name, kind in KINDS.items())
    made = argparse.ArgumentParser(
        prog="python -m krea_cli.sandbox",
        description="An embedded stand-in for the Krea API on the loopback interface.",
        epilog=f"kinds of faults, as KIND[:PROBABILITY][:xTIMES][:SECONDSs]:\n{kinds}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = Settings()
    made.add_argument("--port", type=int, default=0, help="of the API; 0: any that is free")
    made.add_argument("--files-port", type=int, default=0, help="of the results")
    made.add_argument("--speed", type=float, default=usual.speed, help="times faster than real")
    made.add_argument("--seconds", type=float, help="typical seconds of every model")
    made.add_argument("--spread", type=float, default=usual.spread, help="0: exact times")
    made.add_argument("--seed", type=int, help="makes ids, times and faults repeatable")
    made.add_argument("--concurrency", type=int, default=usual.concurrency, help="jobs at once")
    made.add_argument("--backlog", type=int, help="jobs that may wait before 429")
    made.add_argument("--openapi", dest="document", type=Path, default=SNAPSHOT, metavar="FILE")
    made.add_argument("--big", type=int, default=0, metavar="BYTES", help="pad results to this")
    made.add_argument("--fault", dest="faults", action="append", default=[], metavar="KIND")
    made.add_argument("--until-eof", action="store_true", help="end when stdin closes")
    return made


def _await_eof(done: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    done.set()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
