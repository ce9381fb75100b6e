"""Events in files: one a line in `.jsonl`, or the same compressed as `.jsonl.zst`; "-" stands for
standard input or output.

Only a line feed ends a line. Lines come out as bytes, not yet looked at, so that the codec finds
what is wrong with each and the file's other lines are still read.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Literal, NamedTuple, Self

import zstandard

from stream.logs.port import LogError

Place = Path | Literal["-"]

# A longer line comes out cut to this: enough for the codec to reject it and for most to name its
# true length, and all that one bad file can make the reader hold.
LINE_BYTES_MAX: Final = 16 * 1024 * 1024
CHUNK_BYTES: Final = 1024 * 1024
# 4 bytes of zstd may stand for 128 KiB: what one step can unpack to is bounded by 32 MiB.
_COMPRESSED_STEP_BYTES: Final = 1024
_ZST_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_BLANKS: Final = b" \t\r"


class Block(NamedTuple):
    """Lines read together, without their line feeds, and the number of each, from 1."""

    numbers: Sequence[int]
    lines: list[bytes]


def read_lines(
    place: Place, *, on_bytes: Callable[[int], None] | None = None
) -> Iterator[tuple[int, bytes]]:
    """Each line of `read_blocks` with its number, one by one."""
    for numbers, lines in read_blocks(place, on_bytes=on_bytes):
        yield from zip(numbers, lines, strict=True)


def read_blocks(place: Place, *, on_bytes: Callable[[int], None] | None = None) -> Iterator[Block]:
    """The lines in blocks as they come, none of them empty; a last line needs no line feed.

    Blank lines (nothing, or only spaces, tabs and carriage returns) are left out but counted.
    `on_bytes` is told of each stretch read how many bytes it has in the file, for a progress bar
    up to `size_of`. Raises `LogError` naming the file where it cannot be read to its end.
    """
    with _reading(place) as file:
        chunks = _told(_chunks(file), on_bytes)
        first = 1
        for lines in _split(_unpacked(chunks, place)):
            numbers = range(first, first + len(lines))
            first = numbers.stop
            # Blanks are some of what `strip` takes off: of most blocks this is all there is to ask.
            block = (
                Block(numbers, lines) if all(map(bytes.strip, lines)) else _filled(numbers, lines)
            )
            if block.lines:
                yield block


def read_stretches(
    place: Place, *, on_bytes: Callable[[int], None] | None = None
) -> Iterator[bytes]:
    """What `read_blocks` reads as it lies: whole lines together with their line feeds, blank ones
    among them, some `CHUNK_BYTES` at a time; a line that is too long is cut alike."""
    with _reading(place) as file:
        parts: list[bytes] = []
        gathered = 0
        for part in _whole_lines(_unpacked(_told(_chunks(file), on_bytes), place)):
            parts.append(part)
            gathered += len(part)
            # What is compressed comes in small parts, and a stretch costs something of its own.
            if gathered >= CHUNK_BYTES // 2:
                yield parts[0] if len(parts) == 1 else b"".join(parts)
                parts, gathered = [], 0
        if parts:
            yield b"".join(parts)


def size_of(places: Iterable[Place]) -> int | None:
    """Bytes in the files together, as `on_bytes` counts them; None where a size is unknown, as
    of standard input or a pipe. Raises `LogError` where a file is missing or is a directory."""
    total: int | None = 0
    for place in places:
        size = None if place == "-" else _size(place)
        total = None if total is None or size is None else total + size
    return total


class LineWriter:
    """Writes lines to a file, compressed where its name ends in `.zst`, or to standard output.

    A context manager: the file appears under its name when the block ends without an exception,
    complete; until then it is written beside it as `.NAME.part`. What is not an ordinary file (a
    pipe, `/dev/null`) is written straight away. Raises `LogError` naming the file.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._part: Path | None = None
        self._file: BinaryIO | zstandard.ZstdCompressionWriter | None = None

    def __enter__(self) -> Self:
        with _os_errors(self._place, "written"):
            self._file = self._open()
        return self

    def write(self, line: bytes) -> None:
        """Write one line; its line feed is added. Those within it become carriage returns, which
        are the same to JSON: as good between its values, and as bad in one."""
        assert self._file is not None, "LineWriter is used in a `with` block"
        with _os_errors(self._place, "written"):
            self._file.write(line.replace(b"\n", b"\r") + b"\n")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            with _os_errors(self._place, "written"):
                self._finish(complete=kind is None)
        finally:
            if self._part is not None:
                self._part.unlink(missing_ok=True)

    def _open(self) -> BinaryIO | zstandard.ZstdCompressionWriter:
        if self._place == "-":
            return sys.stdout.buffer
        target = self._place
        if not target.exists() or target.is_file():
            # A link is followed, so that the file it points to is replaced and not the link.
            target = target.resolve()
            self._part = target.with_name(f".{target.name}.part")
        file = (self._part or target).open("wb", buffering=CHUNK_BYTES)
        if self._place.suffix == ".zst":
            return zstandard.ZstdCompressor().stream_writer(file)
        return file

    def _finish(self, *, complete: bool) -> None:
        assert self._file is not None
        if self._place == "-":
            self._file.flush()
            return
        self._file.close()
        if complete and self._part is not None:
            with self._part.open("rb+") as file:
                os.fsync(file.fileno())
            self._part.replace(self._place.resolve())


@contextmanager
def _reading(place: Place) -> Iterator[BinaryIO]:
    with _os_errors(place, "read"):
        if place == "-":
            yield sys.stdin.buffer
            return
        _size(place)
        with place.open("rb") as file:
            yield file


@contextmanager
def _os_errors(place: Place, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LogError(f"{_name(place)}: cannot be {done}: {error.strerror or error}") from error


def _name(place: Place) -> str:
    return "standard input or output" if place == "-" else str(place)


def _size(path: Path) -> int | None:
    """The file's size, None where it has none. Raises `LogError` where it cannot be a file."""
    with _os_errors(path, "read"):
        status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise LogError(f"{path}: is a directory; name the files in it")
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    # `read1` gives what a pipe holds instead of waiting until a whole chunk is there.
    read1: Callable[[int], bytes] = getattr(file, "read1", file.read)
    while chunk := read1(CHUNK_BYTES):
        yield chunk


def _told(chunks: Iterable[bytes], on_bytes: Callable[[int], None] | None) -> Iterator[bytes]:
    for chunk in chunks:
        if on_bytes is not None:
            on_bytes(len(chunk))
        yield chunk


def _unpacked(chunks: Iterator[bytes], place: Place) -> Iterator[bytes]:
    """The chunks as they are, or decompressed where the file begins as zstd files do."""
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= len(_ZST_MAGIC):
            break
    whole = chain((start,), chunks)
    named = place != "-" and place.suffix == ".zst"
    if named or start.startswith(_ZST_MAGIC):
        yield from _decompressed(whole, place)
    else:
        yield from whole


def _decompressed(chunks: Iterable[bytes], place: Place) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor()
    frame: zstandard.ZstdDecompressionObj | None = None
    try:
        for piece in _pieces(chunks):
            left = piece
            while left:
                frame = frame or decompressor.decompressobj()
                unpacked = frame.decompress(left)
                for i in range(0, len(unpacked), CHUNK_BYTES):
                    yield unpacked[i : i + CHUNK_BYTES]
                left = b""
                if frame.eof:  # a file may hold several frames, as `cat a.zst b.zst` makes them
                    left, frame = frame.unused_data, None
    except zstandard.ZstdError as error:
        raise LogError(f"{_name(place)}: damaged, or not zstd ({error}); get it again") from error
    if frame is not None:
        raise LogError(f"{_name(place)}: ends in the middle of its zstd data; get it again")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for i in range(0, len(chunk), _COMPRESSED_STEP_BYTES):
            yield chunk[i : i + _COMPRESSED_STEP_BYTES]


def _filled(numbers: Sequence[int], lines: list[bytes]) -> Block:
    """The lines that are not blank, each with its own number."""
    kept = [place for place, line in enumerate(lines) if line.strip(_BLANKS)]
    return Block([numbers[place] for place in kept], [lines[place] for place in kept])


def _split(chunks: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Lines of the chunks joined, those that end in one chunk together; what goes beyond
    `LINE_BYTES_MAX` of one is let go."""
    begun: list[bytes] = []
    begun_bytes = 0
    for chunk in chunks:
        head, *rest = chunk.split(b"\n")
        kept = head[: LINE_BYTES_MAX - begun_bytes]
        begun.append(kept)
        begun_bytes += len(kept)
        if not rest:
            continue
        last = rest.pop()
        yield [b"".join(begun), *rest]
        begun = [last]
        begun_bytes = len(last)
    if begun_bytes:
        yield [b"".join(begun)]


def _whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks cut anew behind line feeds; what goes beyond `LINE_BYTES_MAX` of a line that
    does not end in the chunk in which it began is let go, as in `_split`."""
    begun: list[bytes] = []
    begun_bytes = 0
    for chunk in chunks:
        first = chunk.find(b"\n")
        head = chunk[: first if first >= 0 else None] if begun or first < 0 else b""
        if head:
            kept = head[: LINE_BYTES_MAX - begun_bytes]
            begun.append(kept)
            begun_bytes += len(kept)
        if first < 0:
            continue
        last = chunk.rfind(b"\n") + 1
        if begun:
            yield b"".join((*begun, memoryview(chunk)[first:last]))
        else:
            yield chunk[:last]
        rest = chunk[last:]
        begun, begun_bytes = ([rest], len(rest)) if rest else ([], 0)
    if begun_bytes:
        yield b"".join(begun)
