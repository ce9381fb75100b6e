"""Many viewers of a stream in one process: `python -m tests.bench.viewers HOST PORT PATH COUNT`.

Each reads all bytes that come and notes when each chunk of its answer was there whole; a server
sends a frame as one chunk. Nothing is parsed but the chunks' lengths. Of a few viewers the bytes are
kept, so that whoever started this can tell which chunk was which frame: to all viewers a frame is
the same bytes, however they are packed.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from tests.bench.processes import ROOT

_KEPT: Final = 4
_MARK_BYTES: Final = 48
_AT_ONCE: Final = 50
_READY: Final = b"ready\n"
_END_OF_LINE: Final = b"\r\n"


class Chunk(Struct, frozen=True, array_like=True):
    """When a chunk had come whole (`time.perf_counter`), its length, its first bytes, and where
    they are kept all of them."""

    at: float
    length: int
    mark: bytes
    data: bytes | None

    @property
    def key(self) -> tuple[int, bytes]:
        """What tells it from the chunks of other frames."""
        return self.length, self.mark


class Seen(Struct, frozen=True):
    """What one viewer saw: its chunks in order, and whether they are packed with gzip."""

    packed: bool
    chunks: list[Chunk]

    def texts(self) -> Iterator[tuple[Chunk, bytes]]:
        """Each chunk of a viewer whose bytes were kept, with what it says."""
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        for chunk in self.chunks:
            assert chunk.data is not None
            yield chunk, unpacker.decompress(chunk.data) if self.packed else chunk.data


class Crowd:
    """Viewers of a URL, in a process of their own, from when all of them have their first frame."""

    def __init__(self, url: str, count: int) -> None:
        address = urlsplit(url)
        command = [sys.executable, "-m", "tests.bench.viewers"]
        command += [str(address.hostname), str(address.port), address.path, str(count)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        if self._process.stdout.readline() != _READY:
            # And closes its pipes.
            self._process.communicate()
            raise RuntimeError(f"{count} viewers of {url}: they could not all connect")

    def end(self) -> list[Seen]:
        """Let all of them go, and tell what they saw."""
        told, _ = self._process.communicate(b"\n")
        if self._process.returncode:
            raise RuntimeError(f"the viewers' process ended with {self._process.returncode}")
        return msgspec.msgpack.decode(told, type=list[Seen])


class _Viewer(asyncio.Protocol):
    """One connection; `seen` grows by a chunk at a time."""

    def __init__(self, request: bytes, *, keeps: bool) -> None:
        self.chunks: list[Chunk] = []
        self.packed = False
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request = request
        self._keeps = keeps
        self._line = b""
        self._in_head = True
        self._length = self._left = 0
        self._parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        place = 0
        while place < len(data):
            if self._in_head:
                place = self._read_head(data)
            elif self._left:
                place = self._read_body(data, place)
            else:
                place = self._read_length(data, place)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.first.done():
            self.first.set_exception(exc or ConnectionError("ended before a frame came"))

    def _read_head(self, data: bytes) -> int:
        before = len(self._line)
        self._line += data
        head, end, _ = self._line.partition(2 * _END_OF_LINE)
        if not end:
            return len(data)
        self.packed = b"content-encoding: gzip" in head.lower()
        if b" 200 " not in head.partition(_END_OF_LINE)[0]:
            raise ConnectionError(head.decode(errors="replace"))
        self._in_head, self._line = False, b""
        return len(head) + len(end) - before

    def _read_length(self, data: bytes, place: int) -> int:
        end = data.find(b"\n", place)
        if end < 0:
            self._line += data[place:]
            return len(data)
        self._length = int(self._line + data[place:end], 16)
        self._line, self._parts = b"", []
        self._left = self._length + len(_END_OF_LINE)
        return end + 1

    def _read_body(self, data: bytes, place: int) -> int:
        part = min(self._left, len(data) - place)
        # The first bytes are enough to know it by; a part that is whole is not copied.
        if self._keeps or not self._parts or len(self._parts[0]) < _MARK_BYTES:
            self._parts.append(data[place : place + part])
        self._left -= part
        if not self._left:
            self._chunk_is_whole()
        return place + part

    def _chunk_is_whole(self) -> None:
        at = time.perf_counter()
        data = b"".join(self._parts)[: self._length]
        kept = data if self._keeps else None
        self.chunks.append(Chunk(at, self._length, data[:_MARK_BYTES], kept))
        if not self.first.done():
            self.first.set_result(None)


def _same(viewer: _Viewer) -> _Viewer:
    return viewer


async def _watch(host: str, port: int, path: str, count: int) -> list[Seen]:
    loop = asyncio.get_running_loop()
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n"
        "Accept-Encoding: gzip\r\n\r\n"
    ).encode()
    viewers = [_Viewer(request, keeps=number < _KEPT) for number in range(count)]
    transports = []
    for first in range(0, count, _AT_ONCE):
        some = viewers[first : first + _AT_ONCE]
        made = [loop.create_connection(partial(_same, viewer), host, port) for viewer in some]
        transports += [transport for transport, _ in await asyncio.gather(*made)]
        await asyncio.gather(*(viewer.first for viewer in some))
    sys.stdout.buffer.write(_READY)
    sys.stdout.buffer.flush()
    # Not before: where a viewer fails, nothing may wait for a line that never comes.
    await loop.run_in_executor(None, sys.stdin.buffer.readline)
    for transport in transports:
        transport.close()
    return [Seen(viewer.packed, viewer.chunks) for viewer in viewers]


def allow_connections() -> None:
    """Let this process, and those it starts, hold as many connections as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main(arguments: Sequence[str]) -> None:
    """Watch until a line comes in, then print what was seen."""
    host, port, path, count = arguments
    allow_connections()
    seen = asyncio.run(_watch(host, int(port), path, int(count)))
    sys.stdout.buffer.write(msgspec.msgpack.encode(seen))


if __name__ == "__main__":
    main(sys.argv[1:])
