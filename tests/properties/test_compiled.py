"""The compiled core against the plain one: the same verdicts, frames and lives, whatever comes."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.compiled import CORE, is_compiled
from stream.contract.batch import decode_batch, decode_plainly
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import plain_int, queue_key
from stream.contract.schema.examples import EXAMPLES, example
from stream.floor.floor import LIVES, Floor
from stream.floor.lives import Limits, Lives
from stream.floor.telling import changes
from stream.windows.columns import STRIDE
from tests.properties import nasty
from tests.properties.test_edges import _cases as edges
from tests.repository.sources import ROOT

# Where nothing could be compiled there is nothing to compare; CI asks for the core.
if not is_compiled() and not os.environ.get("FLOORWATCH_COMPILED"):
    pytest.skip("the core is not compiled here", allow_module_level=True)

AHEAD_US: Final = 90_000_000


def test_the_core_is_the_one_of_these_sources() -> None:
    """Whoever changes a source must compile again, or the tests say nothing about it."""
    sources = [
        path
        for name in CORE
        for path in ROOT.glob(f"{name.replace('.', '/')}.p[xy][dx]")
        if path.suffix in {".pyx", ".pxd"}
    ]
    changed = max(path.stat().st_mtime_ns for path in sources)
    for name in CORE:
        module = import_module(name)
        assert module.__file__ is not None
        made = Path(module.__file__).stat().st_mtime_ns

        assert made >= changed, f"{name} is older than its sources: `python scripts/compile.py`"


@pytest.mark.parametrize("payload", [bytearray(b"{}"), "{}", None])
def test_what_is_not_bytes_is_refused(payload: Any) -> None:
    """The scanner looks into memory, and must know what lies there."""
    with pytest.raises(TypeError):
        decode_batch([payload])


def test_rejected_events_use_up_no_names() -> None:
    """A sender of rubbish must not take the names away from all others."""
    data = {"queues": [f"q{number}" for number in range(6_000)], "team": "t"}
    bad = msgspec.json.encode({**example("agent.state"), "data": data})
    for _ in range(60):
        decode_batch([bad])
    good = {**example("agent.state"), "subject": "ann", "data": {"state": "busy"}}
    floor = Floor(FloorPlan(), make=LIVES)
    floor.take(decode_batch([msgspec.json.encode(good)]))
    told = [agent.agent for bucket in range(64) for agent in floor.lives.agents_in(bucket)]

    assert told == ["ann"]
    assert floor.limits_reached == {}


# None that a few events reach, and some that they do.
_LIMITS: Final = st.sampled_from((Limits(), Limits(contacts=2, agents=1, seen=4)))


@given(st.one_of(nasty.cases(), edges()), st.lists(st.integers(1, 9)), st.booleans(), _LIMITS)
def test_both_makes_tell_the_same(
    case: nasty.Case, lengths: Sequence[int], live: bool, limits: Limits
) -> None:
    """Batch by batch: refusals, health, frames and what a checkpoint would hold."""
    plan = FloorPlan.model_validate(case.plan)
    compiled = Floor(plan, make=LIVES, limits=limits)
    plain = Floor(plan, make=Lives, limits=limits)
    start = 0
    for length in [*lengths, len(case.lines)]:
        payloads = case.lines[start : start + length]
        start += length
        shown = _shown(plain) if live else None
        assert compiled.take(decode_batch(payloads), shown=shown) == plain.take(
            decode_plainly(payloads), shown=shown
        )
        as_of = shown if shown is not None else plain.newest or 0
        for floor in (compiled, plain):
            floor.show(as_of)

        assert _told(compiled, as_of) == _told(plain, as_of)
        assert _whole(compiled, as_of) == _whole(plain, as_of)
        assert compiled.health == plain.health
        assert compiled.limits_reached == plain.limits_reached
        assert _saved(compiled) == _saved(plain)


def _shown(floor: Floor) -> int:
    """An instant before the newest event, so that some of what comes must be held back."""
    return 0 if floor.newest is None else floor.newest - AHEAD_US


def _told(floor: Floor, as_of: int, *, everything: bool = False) -> dict[str, Any]:
    """What changed, by key; cells are numbered as they are met, so sums are told by their names."""
    return {
        key: _named(msgspec.to_builtins(frame, enc_hook=plain_int))
        for key, frame in changes(floor, 0, as_of, everything=everything)
        # A contact that was only written to stands in no queue, and leaves it.
        if key != queue_key(0, "")
    }


def _whole(floor: Floor, as_of: int) -> dict[str, Any]:
    """All that there is to tell; which queues are empty is not."""
    told = _told(floor, as_of, everything=True)
    return {key: frame for key, frame in told.items() if frame is not None}


def _named(told: Any) -> Any:
    if isinstance(told, list) and len(told) == 5 and isinstance(told[1], str):
        cells, codes, amounts, longest_cells, longest_us = told
        numbers = [np.frombuffer(base64.b64decode(text), "<i8").tolist() for text in told[1:]]
        codes, amounts, longest_cells, longest_us = numbers
        return {
            "sums": {
                (*cells[code // STRIDE], code % STRIDE): amount
                for code, amount in zip(codes, amounts, strict=True)
            },
            "longest": {
                tuple(cells[cell]): wait
                for cell, wait in zip(longest_cells, longest_us, strict=True)
            },
        }
    if isinstance(told, list):
        return [_named(each) for each in told]
    return told


def _saved(floor: Floor) -> Any:
    return floor.lives.save()


_EVENTS: Final = [msgspec.json.encode(example(name)) for name in EXAMPLES]
# What a fault is made of: pieces of JSON, of events, and bytes that belong nowhere.
_PIECES: Final = st.sampled_from(
    [
        *(bytes([byte]) for byte in b'{}[]:,"\\ \n\t0159.-eEZT+tfn\x00\x1f\x7f'),
        *("é".encode(), b"\xff", b"\\u00e9", b"\\ud800", b"null", b"true", b"4.0", b"1e3", b"-0"),
        *(b'"id":"x",', b'"extra":[{"a":1}],', b'"subject":"",', b'"time":"2026-03-02T14:00:60Z",'),
        *(b'"queue":"q",', b'"csat":6,', b'"resolved":1,', b'"channel":"fax",', b'"x":1.5,'),
        b"a" * 129,
    ]
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(_EVENTS),
            st.lists(st.tuples(st.integers(0, 400), st.integers(0, 3), _PIECES), max_size=3),
        ),
        max_size=8,
    )
)
def test_the_scanner_finds_what_the_codec_finds(
    told: list[tuple[bytes, list[tuple[int, int, bytes]]]],
) -> None:
    """However an event is damaged: read alike, or rejected for the same reason."""
    payloads = []
    for payload, faults in told:
        damaged = payload
        for place, length, piece in faults:
            damaged = damaged[:place] + piece + damaged[place + length :]
        payloads.append(damaged)
    scanned, plain = decode_batch(payloads), decode_plainly(payloads)

    assert list(scanned.times) == list(plain.times)
    assert list(scanned.places) == list(plain.places)
    assert scanned.rejected == plain.rejected
