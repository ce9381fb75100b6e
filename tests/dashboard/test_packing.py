"""The stream compressed once for everybody."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.app import create_app, serving
from dashboard.packing import GZIP_HEADER, packed, takes_gzip
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

_GZIP = zlib.MAX_WBITS | 16
_MESSAGES = st.binary(max_size=200) | st.sampled_from((b"", b"data: 1\n\n" * 9_000))


@given(st.lists(_MESSAGES, min_size=1), st.data())
def test_packed_messages_may_follow_one_another_in_any_order(
    messages: list[bytes], data: st.DataObject
) -> None:
    """Each is whole as soon as its own bytes are there, whatever the viewer got before."""
    packs = [packed(message) for message in messages]
    order = data.draw(st.permutations(range(len(messages))))
    viewer = zlib.decompressobj(_GZIP)

    assert viewer.decompress(GZIP_HEADER) == b""
    for number in [*order, *order]:
        assert messages[number] == viewer.decompress(packs[number])
    assert not viewer.eof


@pytest.mark.parametrize(
    ("accepts", "takes"),
    [
        ("gzip, deflate, br, zstd", True),
        ("GZip;q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("*;q=0, gzip", True),
        ("br, gzip;q=0.001", True),
        (None, False),
        ("", False),
        ("identity", False),
        ("br;q=1.0", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0.0", False),
    ],
)
def test_gzip_is_for_those_who_take_it(accepts: str | None, takes: bool) -> None:
    """As RFC 9110 reads the header: by name or star, and not with a weight of nothing."""
    assert takes == takes_gzip(accepts)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A dashboard that serves an ordinary morning."""
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock)
    with serving(app) as url:
        yield url


@pytest.mark.parametrize("accepts", ["gzip", "identity"])
def test_a_viewer_gets_the_same_frames_packed_or_not(url: str, accepts: str) -> None:
    """And is told which, so that nobody between keeps one for the other."""
    asked = httpx2.stream("GET", f"{url}/api/v1/stream", headers={"Accept-Encoding": accepts})
    with asked as response:
        unpack = zlib.decompressobj(_GZIP).decompress if accepts == "gzip" else bytes
        told = b""
        for part in response.iter_raw():
            told += unpack(part)
            if told.count(b"event: frame") == 2 and told.endswith(b"\n\n"):
                break

    expected = "gzip" if accepts == "gzip" else None
    assert (expected, "Accept-Encoding") == tuple(
        map(response.headers.get, ("content-encoding", "vary"))
    )
    assert told.startswith(b"retry: 1000\n\nid: ")
