"""The report of a shift from a real log: figures, incidents, and what the log does not know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stream.clocks import set_clock
from stream.compute import compute
from stream.contract.clock import FloorClock
from stream.contract.codec import decode
from stream.contract.instants import HOUR_US, MINUTE_US
from stream.contract.shifts import NoShift, Shift, TooLong
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.shift.apart import shift_reports
from stream.shift.log import shift_report
from tests.stream.shifts import BEGIN, PLAN, SHIFT, Ground, two_hours


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """Two hours of a small floor, and an hour before them."""
    ground = two_hours(tmp_path)
    yield ground
    ground.log.close()


def test_the_figures_are_those_of_compute(ground: Ground) -> None:
    """Of the shift and of each hour, by the same events."""
    report = shift_report(ground.log, PLAN, SHIFT, ground.now_us, title="Centre")
    lines = [("log", list(enumerate(ground.lines, start=1)))]

    for hour in report.hours:
        told = compute(PLAN, lines, at=hour.end - 1, window="60m")
        assert hour.figures.floor == told.floor
        assert hour.figures.queues == told.queues
    assert [hour.figures.floor.counts["offered"] for hour in report.hours] == [6, 6]
    assert report.whole.floor.counts["offered"] == 12
    assert report.whole.agents is not None
    assert report.whole.agents["a-1"].counts["handled"] == 12
    assert report.labels["benefits"].target_s == {"voice": 20.0}


def test_incidents_of_the_shift_are_told_with_what_people_did(ground: Ground) -> None:
    """Those open at any time of it: not one that was over before, nor one that came after."""
    ground.incident("before", -40, -1)
    ground.incident("into", -10, 10)
    ground.incident("still", 100, None)
    ground.incident("after", 121, None)

    report = shift_report(ground.log, PLAN, SHIFT, ground.now_us, title="Centre")

    assert [one.id for one in report.incidents] == ["into", "still"]
    assert report.incidents[0].history[0].by == "Kim"


def test_incidents_are_told_as_the_shift_had_them(ground: Ground) -> None:
    """By what they said in it, and not for as long as they were over in between."""
    ground.incident("after", 10, None, came_back=130)
    ground.incident("between", -40, None, came_back=130)
    ground.incident("within", 20, 60, came_back=50)

    report = shift_report(ground.log, PLAN, SHIFT, ground.now_us, title="Centre")

    assert [(one.id, one.title, one.since, one.resolved_at) for one in report.incidents] == [
        ("after", "Benefits is slow", BEGIN + 10 * MINUTE_US, BEGIN + 11 * MINUTE_US),
        ("within", "Benefits is slow again", BEGIN + 50 * MINUTE_US, BEGIN + 60 * MINUTE_US),
    ]


def test_a_shift_that_goes_on_is_told_up_to_now(ground: Ground) -> None:
    """And one that has not begun not at all."""
    report = shift_report(
        ground.log, PLAN, Shift(BEGIN + HOUR_US, BEGIN + 9 * HOUR_US), ground.now_us, title="Centre"
    )

    assert report.shift.end == ground.now_us
    assert report.asked_end == BEGIN + 9 * HOUR_US
    with pytest.raises(NoShift, match="from: expected a time that is past on the floor"):
        shift_report(
            ground.log, PLAN, Shift(BEGIN + 9 * HOUR_US, BEGIN + 10 * HOUR_US), ground.now_us,
            title="Centre",
        )  # fmt: skip


def test_what_the_log_does_not_hold_is_said(ground: Ground) -> None:
    """A log that begins in the shift; rubbish in it, and silence."""
    report = shift_report(ground.log, PLAN, SHIFT, ground.now_us, title="Centre")
    early = Shift(BEGIN - 3 * HOUR_US, BEGIN + HOUR_US)
    before = shift_report(ground.log, PLAN, early, ground.now_us, title="Centre")

    assert report.unknown.held_since is None
    assert report.unknown.rejected == {"JSON": 1}
    assert before.unknown.held_since == BEGIN - 50 * MINUTE_US
    assert report.unknown.gaps != []
    assert [begin for begin, _ in before.unknown.gaps if begin < BEGIN - 50 * MINUTE_US] == []


def test_a_shift_before_the_log_has_no_report(ground: Ground) -> None:
    """Rather than one of zeros; up to the very instant at which the log begins."""
    begins = BEGIN - 50 * MINUTE_US
    for end in (begins - HOUR_US, begins):
        with pytest.raises(
            NoShift, match=r"expected a shift that the log holds; it begins at \S+Z$"
        ):
            shift_report(ground.log, PLAN, Shift(end - HOUR_US, end), ground.now_us, title="Centre")
    held = Shift(begins - HOUR_US, begins + MINUTE_US)
    assert shift_report(ground.log, PLAN, held, ground.now_us, title="Centre").hours


def test_what_was_told_at_once_is_held_from_its_own_time(ground: Ground, tmp_path: Path) -> None:
    """As a centre's hours before its floor was there: they are told, and what came before is not."""
    end = SHIFT.end
    with closing(EmbeddedLog(tmp_path / "at once", now=lambda: end)) as log:
        log.create(topics(2))
        set_clock(log, FloorClock(end, end, 1.0), has_events=False)
        log.append(CONTACT_EVENTS, [(decode(line).subject, line) for line in ground.lines[:-2]])

        report = shift_report(log, PLAN, SHIFT, end, title="Centre")
        assert report.unknown.held_since is None
        assert [hour.figures.floor.counts["offered"] for hour in report.hours] == [6, 6]
        early = Shift(BEGIN - 3 * HOUR_US, BEGIN - HOUR_US)
        with pytest.raises(NoShift, match="expected a shift that the log holds"):
            shift_report(log, PLAN, early, end, title="Centre")


def test_reading_ends_when_there_is_no_more_time(ground: Ground) -> None:
    """Rather than let somebody wait for ever."""
    with pytest.raises(TooLong):
        shift_report(ground.log, PLAN, SHIFT, ground.now_us, title="Centre", give_up=lambda: True)


def test_a_process_apart_tells_the_same(ground: Ground) -> None:
    """With how far it is meanwhile; what it may raise comes through."""
    read = shift_reports(ground.url, PLAN, now=lambda: ground.now_us, title="Centre")
    heard: list[float] = []

    assert read(SHIFT, heard.append) == shift_report(
        ground.log, PLAN, SHIFT, ground.now_us, title="Centre"
    )
    assert heard
    assert all(0 < share <= 1 for share in heard)
    with pytest.raises(NoShift):
        read(Shift(BEGIN + 9 * HOUR_US, BEGIN + 10 * HOUR_US), heard.append)
