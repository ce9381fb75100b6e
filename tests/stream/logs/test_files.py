"""Event files: what a line is, compressed or not, and what is said of a file that cannot be read."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from stream.contract.codec import EVENT_BYTES_MAX, Rejected, decode
from stream.logs.files import (
    CHUNK_BYTES,
    LINE_BYTES_MAX,
    LineWriter,
    read_blocks,
    read_lines,
    read_stretches,
    size_of,
)
from stream.logs.port import LogError

ENDS = ("events.jsonl", "events.jsonl.zst")


@pytest.fixture(params=ENDS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file's path, plain and compressed."""
    return tmp_path / str(request.param)


def put(path: Path, content: bytes) -> Path:
    """A file with this content, compressed where its name says so."""
    packed = zstandard.ZstdCompressor().compress(content) if path.suffix == ".zst" else content
    path.write_bytes(packed)
    return path


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        pytest.param(b"", [], id="an empty file"),
        pytest.param(b"a\nb\n", [(1, b"a"), (2, b"b")], id="two lines"),
        pytest.param(b"a\nb", [(1, b"a"), (2, b"b")], id="the last line needs no line feed"),
        pytest.param(b"\n\na\n\nb\n\n", [(3, b"a"), (5, b"b")], id="blank lines are counted"),
        pytest.param(b" \n\t\r\n \t\r\na", [(4, b"a")], id="spaces, tabs and returns are blank"),
        pytest.param(b"a\r\nb\r", [(1, b"a\r"), (2, b"b\r")], id="a carriage return is content"),
        pytest.param(b"a\rb\x0bc\x0cd\n", [(1, b"a\rb\x0bc\x0cd")], id="other ends end nothing"),
        pytest.param(
            "a\u2028b\u0085c\n".encode(), [(1, "a\u2028b\u0085c".encode())], id="nor Unicode's"
        ),
        pytest.param(b"\x0b\n\x00\n", [(1, b"\x0b"), (2, b"\0")], id="other blanks are content"),
        pytest.param(b"\xef\xbb\xbf{}\n", [(1, b"\xef\xbb\xbf{}")], id="a mark is content"),
        pytest.param(b"\xff\xfe\n", [(1, b"\xff\xfe")], id="bytes that are no text"),
        pytest.param(b" a \n", [(1, b" a ")], id="spaces around are kept"),
    ],
)
def test_what_a_line_is(path: Path, content: bytes, lines: list[tuple[int, bytes]]) -> None:
    """Only a line feed ends a line; a blank line is nothing, but has a number."""
    assert list(read_lines(put(path, content))) == lines


@given(content=st.lists(st.sampled_from([b"\n", b"\r", b" ", b"ab", b"{"])).map(b"".join))
def test_lines_are_what_splitting_gives(content: bytes) -> None:
    """However the file is cut into chunks, the lines are the content split at line feeds."""
    expected = [
        (number, line)
        for number, line in enumerate(content.split(b"\n"), 1)
        if line.strip(b" \t\r")
    ]
    read, write = os.pipe()
    writer = threading.Thread(target=_dribble, args=(write, content))
    writer.start()
    try:
        assert list(read_lines(Path(f"/dev/fd/{read}"))) == expected
    finally:
        writer.join()
        os.close(read)


def _dribble(write: int, content: bytes) -> None:
    for i in range(0, len(content), 3):
        os.write(write, content[i : i + 3])
    os.close(write)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_line_at_the_events_limit(path: Path, over: int) -> None:
    """Lines of about 64 KiB come whole, so that the codec draws the line."""
    line = b"x" * (EVENT_BYTES_MAX + over)
    put(path, b"a\n" + line + b"\nb\n")

    assert list(read_lines(path)) == [(1, b"a"), (2, line), (3, b"b")]


def test_a_line_of_many_chunks_is_one_line(path: Path) -> None:
    """Its true length is in the codec's reason, and the next line is read."""
    put(path, b"a\n" + b"x" * 5_000_000 + b"\nb\n")
    lines = list(read_lines(path))

    assert [(number, len(line)) for number, line in lines] == [(1, 1), (2, 5_000_000), (3, 1)]
    with pytest.raises(Rejected, match="size: 5000000 bytes"):
        decode(lines[1][1])


def test_lines_that_end_together_come_together(path: Path) -> None:
    """Each keeps the number that it has in the file, with blank lines among them and without."""
    put(path, b"a\n\n \t\r\n\x0c\nb\nc")

    blocks = [(list(numbers), lines) for numbers, lines in read_blocks(path)]

    assert blocks == [([1, 4, 5], [b"a", b"\x0c", b"b"]), ([6], [b"c"])]


def test_stretches_are_whole_lines_and_all_of_them(path: Path) -> None:
    """Cut at line feeds alone, wherever chunks end; some half a MiB or more at a time."""
    content = b"".join(b"%d" % number * (number % 60) + b"\n" for number in range(60_000)) + b"end"
    put(path, content)

    stretches = list(read_stretches(path))

    assert b"".join(stretches) == content
    assert all(stretch.endswith(b"\n") for stretch in stretches[:-1])
    assert min(map(len, stretches[:-1])) >= CHUNK_BYTES // 2


def test_an_endless_line_is_cut(path: Path) -> None:
    """A file that is one line, larger than memory may be, is still one line too long."""
    put(path, b"x" * (LINE_BYTES_MAX + 3_000_000) + b"\nb")

    lines = list(read_lines(path))

    assert b"".join(read_stretches(path)).split(b"\n") == [line for _, line in lines]

    assert [(number, len(line)) for number, line in lines] == [(1, LINE_BYTES_MAX), (2, 1)]


def test_a_file_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    """A compressed file under another name is still read."""
    packed = put(tmp_path / "events.jsonl.zst", b"a\nb\n")

    assert list(read_lines(packed.rename(tmp_path / "events"))) == [(1, b"a"), (2, b"b")]


def test_compressed_files_may_be_joined(tmp_path: Path) -> None:
    """`cat monday.jsonl.zst tuesday.jsonl.zst` is the two after each other, as with plain files."""
    pack = zstandard.ZstdCompressor().compress
    path = tmp_path / "week.jsonl.zst"
    path.write_bytes(pack(b"a\nb") + pack(b"c\n") + pack(b"") + pack(b"d"))

    assert list(read_lines(path)) == [(1, b"a"), (2, b"bc"), (3, b"d")]


def test_a_small_file_that_unpacks_to_much_is_read_in_parts(tmp_path: Path) -> None:
    """Half a gigabyte in 16 KB is read on, holding no more of it than the bound."""
    path = tmp_path / "events.jsonl.zst"
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as packer:
        for _ in range(500):
            packer.write(bytes(1_000_000))

    tracemalloc.start()
    lines = [(number, len(line)) for number, line in read_lines(path)]
    _, most_held = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert lines == [(1, LINE_BYTES_MAX)]
    assert most_held < 120_000_000


# --- what cannot be read ------------------------------------------------------------------------


def message(path: Path) -> str:
    """The one line said of a file that cannot be read."""
    with pytest.raises(LogError) as error:
        list(read_lines(path))
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_missing_file(path: Path) -> None:
    """The message names it and says that it is not there."""
    assert message(path) == f"{path}: cannot be read: No such file or directory"


def test_a_directory(tmp_path: Path) -> None:
    """The message says what to name instead."""
    assert message(tmp_path) == f"{tmp_path}: is a directory; name the files in it"


@pytest.mark.parametrize("kept", [1, 3, 10, 0.5, 0.99])
def test_a_truncated_file(tmp_path: Path, kept: float) -> None:
    """Half a download is an error, never a shorter day."""
    path = put(tmp_path / "events.jsonl.zst", os.urandom(300_000).hex().encode())
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(len(whole) * kept)])

    assert message(path) == f"{path}: ends in the middle of its zstd data; get it again"


@pytest.mark.parametrize("damage", [b"this is no zstd", b"\x28\xb5\x2f\xfd" + b"\xff" * 40])
def test_a_damaged_file(tmp_path: Path, damage: bytes) -> None:
    """What claims to be compressed and is not is named."""
    path = tmp_path / "events.jsonl.zst"
    path.write_bytes(damage)

    assert message(path).startswith(f"{path}: damaged, or not zstd (")


def test_garbage_after_the_compressed_data(tmp_path: Path) -> None:
    """What follows the last frame must be a frame."""
    path = put(tmp_path / "events.jsonl.zst", b"a\n")
    path.write_bytes(path.read_bytes() + b"garbage")

    assert message(path).startswith(f"{path}: damaged, or not zstd (")


# --- progress -----------------------------------------------------------------------------------


def test_progress_adds_up_to_the_size(path: Path) -> None:
    """A progress bar that is fed the stretches read ends at the file's size."""
    put(path, os.urandom(3_000_000).hex().encode())
    told: list[int] = []

    list(read_lines(path, on_bytes=told.append))

    assert sum(told) == path.stat().st_size == size_of([path])
    assert len(told) > 1


def test_the_size_of_several_files(tmp_path: Path) -> None:
    """Sizes add up; one that is unknown makes the whole unknown; a missing file is an error."""
    first, second = put(tmp_path / "a", b"12345"), put(tmp_path / "b", b"123")

    assert size_of([first, second]) == 8
    assert size_of([]) == 0
    assert size_of([first, "-"]) is None
    assert size_of([Path("/dev/null")]) is None
    with pytest.raises(LogError, match="cannot be read"):
        size_of(["-", tmp_path / "nowhere"])


# --- writing ------------------------------------------------------------------------------------


def test_what_was_written_is_read(path: Path) -> None:
    """Lines come back as they were; a compressed file is compressed, and nothing is left over."""
    lines = [b'{"n":%d}' % n for n in range(10_000)]

    with LineWriter(path) as writer:
        for line in lines:
            writer.write(line)

    assert [line for _, line in read_lines(path)] == lines
    assert path.read_bytes().startswith(b"\x28\xb5\x2f\xfd") == (path.suffix == ".zst")
    assert list(path.parent.iterdir()) == [path]


def test_a_line_feed_within_a_line_does_not_end_it(path: Path) -> None:
    """What is one to its writer stays one, and means to JSON what it meant."""
    good, bad = b'{\n "n": 1\n}', b'{"n": "\n"}'
    with LineWriter(path) as writer:
        writer.write(good)
        writer.write(bad)

    (_, first), (_, second) = read_lines(path)
    assert json.loads(first) == json.loads(good)
    for text in (bad, second):
        with pytest.raises(json.JSONDecodeError, match="control character"):
            json.loads(text)


def test_nothing_written_is_an_empty_file(path: Path) -> None:
    """A recording of a quiet hour can be read."""
    with LineWriter(path):
        pass

    assert list(read_lines(path)) == []


def test_a_half_file_never_has_the_name(path: Path) -> None:
    """Until the block ends well the old file stands; when it ends badly nothing else is left."""
    put(path, b"before")
    before = path.read_bytes()

    def write_half() -> None:
        with LineWriter(path) as writer:
            writer.write(b"half")
            assert path.read_bytes() == before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file it points to is replaced, wherever that is."""
    (tmp_path / "disk").mkdir()
    link = tmp_path / "events.jsonl"
    link.symlink_to(tmp_path / "disk" / "real.jsonl")

    with LineWriter(link) as writer:
        writer.write(b"a")

    assert link.is_symlink()
    assert (tmp_path / "disk" / "real.jsonl").read_bytes() == b"a\n"


def test_what_is_no_file_is_written_to() -> None:
    """`--out /dev/null` must not replace the device."""
    with LineWriter(Path("/dev/null")) as writer:
        writer.write(b"a")

    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nowhere/events.jsonl", "No such file or directory"), (".", "Is a directory")],
)
def test_a_place_that_cannot_be_written(tmp_path: Path, name: str, reason: str) -> None:
    """The message names the place and the system's reason."""
    place = tmp_path / name

    with pytest.raises(LogError) as error, LineWriter(place):
        pass

    assert str(error.value) == f"{place}: cannot be written: {reason}"


def test_a_full_disk_is_named() -> None:
    """What cannot be written out is an error, never a file that is too short."""
    with pytest.raises(LogError) as error, LineWriter(Path("/dev/full")) as writer:
        writer.write(b"a" * 3_000_000)

    assert str(error.value) == "/dev/full: cannot be written: No space left on device"


_ECHO = """
from stream.logs.files import LineWriter, read_lines
with LineWriter("-") as writer:
    for number, line in read_lines("-"):
        writer.write(b"%d:%s" % (number, line))
"""


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_and_output(packed: bool) -> None:
    """The dash is standard input, compressed or not, and standard output, never compressed."""
    content = b"a\n\nb"
    sent = zstandard.ZstdCompressor().compress(content) if packed else content

    done = subprocess.run(
        [sys.executable, "-c", _ECHO], input=sent, capture_output=True, check=True
    )

    assert done.stdout == b"1:a\n3:b\n"


def test_a_pipe_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """`tail -f calls.jsonl | floorwatch …`: a line is there when its line feed is."""
    read, write = os.pipe()
    with os.fdopen(read, "rb") as stdin, os.fdopen(write, "wb", buffering=0) as sender:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stdin))
        lines = read_lines("-")
        sender.write(b"alpha\nbe")

        assert next(lines) == (1, b"alpha")
        sender.write(b"ta\n")
        assert next(lines) == (2, b"beta")
