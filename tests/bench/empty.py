"""The floor under a stream of frames: a server of nothing else, whose frame is the moment at which
it was sent. `python -m tests.bench.empty` prints its address and serves until it is ended."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from threading import Event
from typing import Any, Final

import uvicorn

from tests.bench.processes import ROOT
from tests.bench.viewers import Crowd, Seen, allow_connections

_PERIOD_S: Final = 1.0
_HEADERS: Final = [(b"content-type", b"text/event-stream")]


class _Frames:
    """The application: hands the same few bytes to everybody, once a second."""

    def __init__(self) -> None:
        self._beat = asyncio.Event()
        self._data = b""
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        body = {"type": "http.response.body", "more_body": True}
        await send({**body, "body": b"retry: 1000\n\n"})
        # Ends with its server; who has gone meanwhile is not worth a look.
        while True:
            await self._beat.wait()
            await send({**body, "body": self._data})

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_PERIOD_S)
            self._data = f"event: frame\ndata: {time.perf_counter()!r}\n\n".encode()
            beat, self._beat = self._beat, asyncio.Event()
            beat.set()


@contextlib.contextmanager
def serving() -> Iterator[str]:
    """The server in a process of its own: its address."""
    with served() as (url, _):
        yield url


@contextlib.contextmanager
def served() -> Iterator[tuple[str, int]]:
    """The same with the process's number."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.empty"], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().decode().strip(), process.pid
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


def delays_ms(url: str, viewers: int, seconds: float) -> list[float]:
    """How long each frame took to each viewer, for so long."""
    crowd = Crowd(url, viewers)
    Event().wait(seconds)
    return list(_delays_ms(crowd.end()))


def _delays_ms(crowd: list[Seen]) -> Iterator[float]:
    for viewer in crowd:
        for chunk in viewer.chunks:
            # So short that its mark is all of it.
            sent = chunk.mark.partition(b"data: ")[2]
            if sent:
                yield (chunk.at - float(sent)) * 1000


def main() -> None:
    """Serve on a port of the system's choice."""
    allow_connections()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    # Before its address is told: who connects is answered as soon as there is a server.
    listening.listen(4096)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}/", flush=True)
    config = uvicorn.Config(_Frames(), log_level="error", lifespan="off", backlog=4096)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
