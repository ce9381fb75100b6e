"""How many viewers a dashboard serves here: real processes on the loopback, and as many connections.

Simulator, worker and dashboard are started as their commands and ended with the measurement. Every
viewer takes the whole stream; the delay of a frame runs from the instant that its picture is of to
its last byte at the viewer. The viewers share the machine's processors with what they watch.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
import resource
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from stream.capacity import AT_ONCE_MS, Tried
from stream.commands.terminal import Failure
from stream.contract.instants import parse_instant

# Beside the connections: what a process has open anyway.
FILES_BESIDE: Final = 100
CONNECT_AT_ONCE: Final = 50
CONNECT_S_MAX: Final = 10.0
START_S_MAX: Final = 30.0
STOP_S_MAX: Final = 5.0
SETTLE_S: Final = 1.5
# How long a frame is waited for after the time that is measured.
LATE_S_MAX: Final = 1.0

_REQUEST: Final = b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"
_BEGIN: Final = re.compile(rb'id: (\d+)\nevent: frame\ndata: \{"as_of":"([^"]+)"')
_BEGIN_BYTES_MAX: Final = 2_000
# A frame's last bytes as a chunk of the answer.
_END: Final = b"\n\n\r\n"

Now = Callable[[], int]


class Watch:
    """What all viewers saw: of each frame by number its instant, and when it came to each."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.told_at: dict[int, int] = {}
        self.came: dict[int, list[int]] = {}
        self.lost = 0

    def delays_ms(self, viewers: int, since: int, until: int) -> list[float]:
        """The delays of the frames of a stretch of time, shortest first. A frame that did not come
        to one of the viewers is late without end."""
        delays = []
        for seq, told_at in self.told_at.items():
            if since <= told_at < until:
                came = self.came.get(seq, [])
                delays += [(at - told_at) / 1_000 for at in came]
                delays += [math.inf] * (viewers - len(came))
        return sorted(delays)


class Viewer(asyncio.Protocol):
    """One connection to the stream, which does no more than note when a frame is whole."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._begin = b""
        self._end = b""
        self._seq: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(_REQUEST)

    def data_received(self, data: bytes) -> None:
        """Take in a piece of the stream."""
        if self._seq is None:
            self._begin = (self._begin + data[:_BEGIN_BYTES_MAX])[-2 * _BEGIN_BYTES_MAX :]
            found = _BEGIN.search(self._begin)
            if found is None:
                return
            self._seq = int(found[1])
            if self._seq not in self._watch.told_at:
                self._watch.told_at[self._seq] = parse_instant(found[2].decode())
        self._end = (self._end + data[-len(_END) :])[-len(_END) :]
        if self._end == _END:
            self._watch.came.setdefault(self._seq, []).append(self._watch.now())
            self._seq, self._begin, self._end = None, b"", b""

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio's name
        """Count it: the stream has no end of its own."""
        self._watch.lost += 1


def sizes_here(sizes: Sequence[int]) -> list[int]:
    """The sizes that the limit of open files allows; one above it becomes the most that it does.

    Raises `Failure` where it leaves none for viewers.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = soft - FILES_BESIDE if soft != resource.RLIM_INFINITY else max(sizes)
    if most <= 0:
        raise Failure(f"a limit of {soft} open files leaves none for viewers; see `ulimit -n`")
    return sorted({min(size, most) for size in sizes})


def viewers_served(
    sizes: Sequence[int],
    directory: Path,
    *,
    now: Now,
    frames: int,
    on_tried: Callable[[], object] = lambda: None,
) -> list[Tried]:
    """The delay that 99 of 100 frames keep, by number of viewers, from sizes that grow; the first
    that is over `AT_ONCE_MS` is the last that is tried. Each is watched for some `frames` seconds.

    Raises `Failure` where a service does not start, or a viewer is let go.
    """
    return asyncio.run(_viewers_served(sizes, directory, now, frames, on_tried))


async def _viewers_served(
    sizes: Sequence[int],
    directory: Path,
    now: Now,
    frames: int,
    on_tried: Callable[[], object],
) -> list[Tried]:
    log = ("--log", f"embedded:{directory / 'floor'}")
    tried: list[Tried] = []
    async with contextlib.AsyncExitStack() as parts:

        async def start(*arguments: str) -> asyncio.subprocess.Process:
            return await parts.enter_async_context(_service(directory, *arguments))

        dashboard = await start("dashboard", *log, "--port", "0")
        url = urlsplit(await _address(dashboard, directory))
        await start("stream", *log)
        await start("simulate", *log, "--seed", "7", "--showing", "10:30")
        watch = Watch(now)
        transports: list[asyncio.Transport] = []
        parts.callback(_let_go, transports)
        for size in sizes:
            while len(transports) < size:
                more = min(CONNECT_AT_ONCE, size - len(transports))
                transports += await _connected(watch, url.hostname or "", url.port or 0, more)
            await asyncio.sleep(SETTLE_S)
            delay_ms = await _delay_ms(watch, size, frames)
            tried.append(Tried(size, delay_ms))
            on_tried()
            if watch.lost:
                raise Failure(f"the dashboard let {watch.lost} of {size} viewers go")
            if delay_ms > AT_ONCE_MS:
                break
    return tried


async def _delay_ms(watch: Watch, viewers: int, frames: int) -> float:
    """The delay that 99 of 100 frames keep to; without end where it is longer than is waited."""
    since = watch.now()
    await asyncio.sleep(frames)
    until = watch.now()
    await asyncio.sleep(LATE_S_MAX)
    delays = watch.delays_ms(viewers, since, until)
    return delays[math.ceil(0.99 * len(delays)) - 1] if delays else math.inf


async def _connected(watch: Watch, host: str, port: int, count: int) -> list[asyncio.Transport]:
    loop = asyncio.get_running_loop()
    each = (loop.create_connection(lambda: Viewer(watch), host, port) for _ in range(count))
    try:
        made = await asyncio.wait_for(asyncio.gather(*each), CONNECT_S_MAX)
    except OSError as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else error.strerror
        raise Failure(f"the dashboard takes no more viewers: {why}") from None
    return [transport for transport, _ in made]


def _let_go(transports: Sequence[asyncio.Transport]) -> None:
    for transport in transports:
        transport.abort()


async def _address(dashboard: asyncio.subprocess.Process, directory: Path) -> str:
    assert dashboard.stdout is not None
    with contextlib.suppress(TimeoutError):
        line = await asyncio.wait_for(dashboard.stdout.readline(), START_S_MAX)
        if found := re.search(rb"http://\S+", line):
            return found[0].decode()
    said = (directory / "dashboard.txt").read_text(errors="replace").splitlines()
    raise Failure(f"the dashboard did not start: {said[-1] if said else 'it said nothing'}")


@contextlib.asynccontextmanager
async def _service(directory: Path, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `floorwatch` command as a process of its own, ended with the block."""
    with (directory / f"{arguments[0]}.txt").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "floorwatch", *arguments),
            # A folder of ours: no module of the user's is taken for one of the product's.
            cwd=directory,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            # Ctrl-C is for the command, which ends its parts in order.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.communicate(), STOP_S_MAX)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
