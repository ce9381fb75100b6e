"""The engine against the oracle, on nasty logs read in every way there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from stream.compute import FileReading
from stream.contract.figures import Figures
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import HeadFrame, decode_frame, encode_frame, head_key
from stream.figures import EXPECTATION_WINDOW, floor_figures
from stream.floor.floor import Floor
from stream.floor.telling import changes
from stream.merge import WHOLE_LOG, Merge
from tests import oracle
from tests.properties import nasty
from tests.properties.comparison import differences


def _plain(figures: Figures) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(figures)
    return plain


def _computed(case: nasty.Case) -> dict[str, Any]:
    plan = FloorPlan.model_validate(case.plan)
    reading = FileReading(plan, at=case.at, all_time=case.window == WHOLE_LOG)
    # A blank line is nothing, and never leaves the file.
    reading.read("log", [(n, line) for n, line in enumerate(case.lines, 1) if line])
    return _plain(reading.figures(case.window, agents=True))


def _merged(
    case: nasty.Case, partitions: Sequence[Sequence[Sequence[bytes]]], as_of: int
) -> dict[str, Any]:
    """Figures of partitions, each read batch by batch, told after every batch and merged."""
    plan = FloorPlan.model_validate(case.plan)
    merge = Merge(plan, {case.window, EXPECTATION_WINDOW})
    for number, batches in enumerate(partitions):
        floor = Floor(plan, all_time=case.window == WHOLE_LOG)
        for batch in batches:
            floor.apply([line for line in batch if line])
            if floor.newest is not None:
                floor.show(floor.newest)
                _tell(merge, floor, number, floor.newest)
        floor.show(as_of)
        _tell(merge, floor, number, as_of)
    merge.advance(as_of)
    return _plain(floor_figures(merge, case.window, agents=True))


def _tell(merge: Merge, floor: Floor, partition: int, as_of: int) -> None:
    head = HeadFrame(as_of, as_of, 0, 0, floor.newest, floor.health_counts(), {}, {})
    for key, frame in [*changes(floor, partition, as_of), (head_key(partition), head)]:
        # Through its bytes, as a reader in another process would get it.
        merge.take(key, None if frame is None else decode_frame(key, encode_frame(frame)))


@given(nasty.cases())
def test_a_log_gives_the_figures_of_the_oracle(case: nasty.Case) -> None:
    """Whatever is in a log, every count and figure is what the slow, obvious way finds."""
    expected = oracle.compute(case.lines, at=case.at, window=case.window, plan=case.plan)

    assert [] == differences(expected, _computed(case))


@given(nasty.cases(nasty.Span.HOURS), st.data())
def test_interleaving_batches_and_partitions_change_nothing(
    case: nasty.Case, data: st.DataObject
) -> None:
    """Subjects interleaved in any order, cut into any batches, split over any number of
    partitions and merged: the figures are the same."""
    newest = _newest(case)
    if newest is None:
        return
    expected = oracle.compute(case.lines, window=case.window, plan=case.plan)

    shuffled = nasty.interleave(case.lines, data.draw)
    count = data.draw(st.integers(1, 4))
    partitions = [nasty.cut(part, data.draw) for part in nasty.split(shuffled, count)]
    actual = _merged(case, partitions, newest)

    assert [] == differences(expected, actual)


def _newest(case: nasty.Case) -> int | None:
    floor = Floor(FloorPlan())
    floor.apply([line for line in case.lines if line])
    return floor.newest
