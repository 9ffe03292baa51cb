"""A relay in front of an embedded Krea: it speaks TLS, can be far away, and keeps the moments.

`python tests/bench/relay.py --target PORT --chain FILE [--round-trip SECONDS] [--log FILE]` prints
its address, and serves until its standard input closes.

With --round-trip it is as if the service were that far away. Bytes take half of it each way. A
connection on loopback stands at once. So the first bytes of a client wait for one round trip more,
as for the TCP handshake. Windows, losses and bandwidth are not simulated.

The log has a JSON line for each exchange. Its moments are those of the service, in seconds of the
monotonic clock. All processes share that clock.
"""

import argparse
import asyncio
import contextlib
import json
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TextIO

MAX_PIECE_BYTES = 1 << 18
HEAD_END = b"\r\n\r\n"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Distance:
    """A stretch of wire in front of the service at PORT, ROUND_TRIP seconds long."""

    def __init__(self, port: int, round_trip: float) -> None:
        self._port = port
        self._round_trip = round_trip

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry the bytes of one connection, late, both ways."""
        loop = asyncio.get_running_loop()
        stands_at = loop.time() + self._round_trip
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.suppress(OSError):
            await asyncio.gather(
                self._carry(reader, far_writer, not_before=stands_at),
                self._carry(far_reader, writer, not_before=0.0),
            )
        for each in (writer, far_writer):
            each.close()

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, not_before: float
    ) -> None:
        """Each piece is due half a round trip after it came, and pieces overtake none."""
        loop = asyncio.get_running_loop()
        on_their_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            piece = b"-"
            while piece:
                due, piece = await on_their_way.get()
                await asyncio.sleep(due - loop.time())
                if piece:
                    sink.write(piece)
                    await sink.drain()
            if sink.can_write_eof():
                sink.write_eof()

        delivery = asyncio.create_task(deliver())
        try:
            piece = b"-"
            while piece:
                try:
                    piece = await source.read(MAX_PIECE_BYTES)
                except OSError:
                    piece = b""
                sent_at = max(loop.time(), not_before)
                on_their_way.put_nowait((sent_at + self._round_trip / 2, piece))
            await delivery
        finally:
            delivery.cancel()


class Service:
    """The end that speaks TLS: it passes each exchange to the Krea at PORT, and logs it."""

    def __init__(self, port: int, log: TextIO | None) -> None:
        self._port = port
        self._log = log

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after the other."""
        stood_at = time.monotonic()
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", self._port)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while head := await self._exchange(reader, writer, behind_reader, behind_writer):
                self._note(stood_at, *head)
        behind_writer.close()
        writer.close()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        behind_reader: asyncio.StreamReader,
        behind_writer: asyncio.StreamWriter,
    ) -> tuple[str, float, float] | None:
        """One request and its answer: its first line and both moments; None at the end."""
        first = await reader.read(1)
        if not first:
            return None
        began_at = time.monotonic()
        head = first + await reader.readuntil(HEAD_END)
        body = await _read_body(reader, head)
        behind_writer.write(self._with_own_host(head) + body)
        answer = await behind_reader.readuntil(HEAD_END)
        # The last piece of the answer leaves at this moment, whatever the wire makes of it.
        answer += await _read_body(behind_reader, answer)
        answered_at = time.monotonic()
        writer.write(answer)
        await writer.drain()
        return head.partition(b"\r\n")[0].decode("latin-1"), began_at, answered_at

    def _with_own_host(self, head: bytes) -> bytes:
        """The embedded Krea answers to its own name only."""
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"host:")]
        lines.insert(1, b"Host: 127.0.0.1:%d" % self._port)
        return b"\r\n".join(lines)

    def _note(self, stood_at: float, line: str, began_at: float, answered_at: float) -> None:
        if self._log:
            fields = {"stood": stood_at, "line": line, "began": began_at, "answered": answered_at}
            self._log.write(json.dumps(fields) + "\n")
            self._log.flush()


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return await reader.readexactly(int(line.partition(b":")[2]))
    return b""


async def _open(serve: Handler, tls: ssl.SSLContext | None = None) -> int:
    """Serve connections on a free port, and return it."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, backlog=512)
    return int(server.sockets[0].getsockname()[1])


async def _run(options: argparse.Namespace, log: TextIO | None) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(options.chain)
    port = await _open(Service(options.target, log).serve, tls)
    if options.round_trip:
        port = await _open(Distance(port, options.round_trip).serve)
    sys.stdout.write(f"https://127.0.0.1:{port}\n")
    sys.stdout.flush()
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve until the standard input closes."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--target", type=int, required=True, help="port of the embedded Krea")
    options.add_argument("--chain", required=True, help="its certificate and key")
    options.add_argument("--round-trip", type=float, default=0.0, help="seconds")
    options.add_argument("--log", type=Path, help="a file for a line each exchange")
    chosen = options.parse_args()
    with contextlib.ExitStack() as files:
        log = files.enter_context(chosen.log.open("w")) if chosen.log else None
        asyncio.run(_run(chosen, log))


if __name__ == "__main__":
    main()
