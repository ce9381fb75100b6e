"""Scores from the log: those of the wall where both tell them, and of the same surveys elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from stream.appended import appended
from stream.clocks import turn_clock
from stream.compute import compute
from stream.contract.clock import FloorClock
from stream.contract.experience import (
    MEASURES,
    By,
    Comments,
    CommentsAsked,
    Curve,
    CurveAsked,
    NotHeld,
    OpenPromises,
    Pains,
    PainsAsked,
    PromisesAsked,
    ScoreRow,
    Scores,
    ScoresAsked,
    StillToCome,
    ThanksAsked,
    ThanksTold,
)
from stream.contract.figures import LIVE_WINDOWS, Figures, Section
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, MINUTE_US, format_millis
from stream.experience.follow import LATE_US, PLAYED_US, Follower, Restart
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.worker import Worker
from tests.builders import BASE_US, attempted, event, instant, promised
from tests.stream.alert_ground import QUIET
from tests.stream.experience.days import PLAN, Clock, a_day, append, plainly

NOON: Final = BASE_US - 3 * HOUR_US


class Day:
    """A log that holds a day, its lines, and who follows it."""

    def __init__(self, log: EmbeddedLog, clock: Clock, lines: list[bytes]) -> None:
        self.log = log
        self.clock = clock
        self.lines = lines
        self._figures: dict[str, Figures] = {}

    def figures(self, window: str) -> Figures:
        """What `floorwatch compute` gives."""
        if window not in self._figures:
            numbered = list(enumerate(self.lines, 1))
            self._figures[window] = compute(PLAN, [("day", numbered)], at=BASE_US, window=window)
        return self._figures[window]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Appended as it happened."""
    lines, clock = list(a_day()), Clock(0)
    with closing(EmbeddedLog(tmp_path_factory.mktemp("log"), now=clock)) as log:
        log.create(topics(3))
        append(log, lines, clock)
        clock.now = BASE_US
        yield Day(log, clock, [line for _, _, line in lines])


@pytest.fixture(scope="module")
def follower(day: Day) -> Iterator[Follower]:
    """One that has read it all."""
    with closing(Follower(day.log, PLAN, now=day.clock, comments=True)) as follower:
        read_all(follower)
        yield follower


def read_all(follower: Follower) -> None:
    """Read to the end."""
    while follower.reading:
        follower.step(0)
    follower.step(0)


def scores(follower: Follower, window: str, by: By = "floor") -> Scores:
    """The scores, of a floor that is read."""
    told = follower.answer(ScoresAsked(window, by))
    assert isinstance(told, Scores)
    assert not told.reading
    return told


def as_on_the_wall(section: Section) -> dict[str, Any]:
    """What the wall tells of surveys, under the names that are used here."""
    counts, figures = section.counts, section.figures
    shares = {name: figures[f"{name}_score"] for name in MEASURES if name != "resolved"}
    return {
        "sent": counts["surveys_sent"],
        "surveys": counts["surveys"],
        "n": {name: counts[f"{name}_n"] for name in MEASURES},
        "share": shares | {"resolved": figures["resolution_rate"]},
        "csat": (figures["csat_low"], figures["csat_high"], figures["csat_mean"]),
        "nps": figures["nps"],
    }


def as_told(row: ScoreRow) -> dict[str, Any]:
    """The same of a row of scores."""
    csat = row.scores["csat"]
    return {
        "sent": row.surveys_sent,
        "surveys": row.surveys,
        "n": {name: row.scores[name].n for name in MEASURES},
        "share": {name: row.scores[name].share for name in MEASURES},
        "csat": (csat.low, csat.high, row.csat_mean),
        "nps": row.nps,
    }


@pytest.mark.parametrize("window", LIVE_WINDOWS)
def test_scores_are_those_of_the_wall(day: Day, follower: Follower, window: str) -> None:
    """Of the floor, of each queue and of each channel; late ones and copies among them."""
    figures = day.figures(window)

    assert as_told(scores(follower, window).floor) == as_on_the_wall(figures.floor)
    by: By
    for by, sections in (("queue", figures.queues), ("channel", figures.channels)):
        told = {row.name: as_told(row) for row in scores(follower, window, by).rows}
        surveyed = {
            name: as_on_the_wall(section)
            for name, section in sections.items()
            if section.counts["surveys"] or section.counts["surveys_sent"]
        }
        assert told == surveyed
    if window in {"240m", "today"}:
        assert as_on_the_wall(figures.floor)["surveys"] > 100


@pytest.mark.parametrize("window", ["60m", "today"])
def test_the_past_is_as_compute_tells_it(day: Day, follower: Follower, window: str) -> None:
    """At noon, by queue and channel as well; before what is held it is said from when on."""
    numbered = list(enumerate(day.lines, 1))
    figures = compute(PLAN, [("day", numbered)], at=NOON, window=window)
    by: By
    for by, sections in (("queue", figures.queues), ("channel", figures.channels)):
        told = follower.answer(ScoresAsked(window, by, NOON))
        assert isinstance(told, Scores)
        assert as_told(told.floor) == as_on_the_wall(figures.floor)
        surveyed = {
            name: as_on_the_wall(section)
            for name, section in sections.items()
            if section.counts["surveys"] or section.counts["surveys_sent"]
        }
        assert {row.name: as_told(row) for row in told.rows} == surveyed
    assert figures.floor.counts["surveys"]
    comments = follower.answer(CommentsAsked(500, NOON))
    assert isinstance(comments, Comments)
    assert 0 < len(comments.comments)
    assert max(one.at for one in comments.comments) <= format_millis(NOON)
    with pytest.raises(NotHeld, match=r"is known from 2026-03-02T05:00:00\.000Z on"):
        follower.answer(ScoresAsked(window, "queue", BASE_US - 10 * HOUR_US))
    with pytest.raises(NotHeld, match="still to come"):
        follower.answer(ScoresAsked(window, "queue", BASE_US + 1))


@pytest.mark.parametrize("window", ["60m", "today"])
def test_a_day_that_is_over_is_as_compute_tells_it(day: Day, window: str) -> None:
    """Read back from the log when it is asked for, and some way on; outside of that, and of the log,
    nothing is told."""
    clock = Clock(BASE_US + 30 * HOUR_US)
    # What was told still later is told of no past.
    until = NOON + PLAYED_US + LATE_US
    by_then = [one.value or b"" for one in appended(day.log) if one.appended_at <= until]
    numbered = list(enumerate(by_then, 1))
    with closing(Follower(day.log, PLAN, now=clock, comments=True, then=NOON)) as follower:
        read_all(follower)
        assert follower.done
        for at in (NOON, NOON + PLAYED_US):
            figures = compute(PLAN, [("day", numbered)], at=at, window=window)
            told = follower.answer(ScoresAsked(window, "queue", at))
            assert isinstance(told, Scores)
            assert as_told(told.floor) == as_on_the_wall(figures.floor)
            assert figures.floor.counts["surveys"]
        with pytest.raises(NotHeld, match="is known up to"):
            follower.answer(ScoresAsked(window, "queue", NOON + PLAYED_US + 1))
        with pytest.raises(StillToCome):
            follower.answer(ScoresAsked(window, "queue", clock.now + 1))
    first = BASE_US - 40 * HOUR_US
    with closing(Follower(day.log, PLAN, now=clock, comments=True, then=first)) as follower:
        read_all(follower)
        with pytest.raises(NotHeld, match="is known from"):
            follower.answer(ScoresAsked(window, "queue", first))


def test_segments_stages_and_languages_are_of_the_same_surveys(
    day: Day, follower: Follower
) -> None:
    """What a survey does not say of its customer is known from the contact's queueing."""
    found = plainly(day.lines, BASE_US - 14 * HOUR_US, BASE_US)
    bys: tuple[By, ...] = ("segment", "journey_stage", "language")
    for by in bys:
        rows = scores(follower, "today", by).rows
        surveyed = {row.name: row.surveys for row in rows if row.surveys}

        assert surveyed == Counter(one.get(by) for one in found)
        assert len(surveyed) > 2


def test_waits_and_scores_belong_to_the_same_contacts(day: Day, follower: Follower) -> None:
    """Every answer with a score whose contact's wait is known stands in the bin of that wait."""
    found = [one for one in plainly(day.lines, BASE_US - 14 * HOUR_US, BASE_US) if one.get("csat")]
    voice = [one for one in found if one["channel"] == "voice"]
    told = follower.answer(CurveAsked("today", "voice"))

    assert isinstance(told, Curve)
    known = [one for one in voice if one["wait_us"] is not None]
    assert (told.n, told.without_wait) == (len(known), len(voice) - len(known))
    assert told.without_wait >= 7
    for each in told.bins:
        end = float("inf") if each.to_s is None else each.to_s
        inside = [one for one in known if each.from_s <= one["wait_us"] / 1e6 < end]
        assert (each.csat.n, each.csat.top) == (
            len(inside),
            sum(one["csat"] >= 4 for one in inside),
        )
    assert sum(each.csat.n for each in told.bins) == told.n > 50
    assert told.channels == Counter(one["channel"] for one in found if one["wait_us"] is not None)


def test_pain_points_are_in_order_and_a_single_one_is_not_named(follower: Follower) -> None:
    """It might be somebody's own words."""
    told = follower.answer(PainsAsked("today"))

    assert isinstance(told, Pains)
    counts = [point.n for point in told.points]
    assert counts == sorted(counts, reverse=True)
    assert min(counts) >= 2
    assert sum(counts) + told.rare == told.named > 10
    assert told.points[-1].cumulative == pytest.approx(1 - told.rare / told.named)


def test_a_pain_point_is_named_from_the_minute_when_a_second_customer_told_it(
    tmp_path: Path,
) -> None:
    """Wound back, nobody learns of words that one customer alone had said by then."""
    clock = Clock(BASE_US)
    with closing(EmbeddedLog(tmp_path, now=clock)) as log:
        log.create(topics(1))
        for name, minute in (("a", 10), ("b", 20)):
            at_us = BASE_US - HOUR_US + minute * MINUTE_US
            line = event(
                "survey.answered", subject=name, at_us=at_us, queue="q", csat=1,
                pain_point="lost letter",
            )  # fmt: skip
            log.append(CONTACT_EVENTS, [(name, line)])
        with closing(Follower(log, FloorPlan(), now=clock, comments=False)) as follower:
            read_all(follower)

            def told(minute: int) -> tuple[list[str], int]:
                at = BASE_US - HOUR_US + minute * MINUTE_US
                pains = follower.answer(PainsAsked("today", at))
                assert isinstance(pains, Pains)
                return [point.name for point in pains.points], pains.rare

            assert told(5) == ([], 0)
            assert told(19) == ([], 1)
            assert told(20) == (["lost letter"], 0)


def test_comments_are_kept_only_where_somebody_may_see_them(day: Day, follower: Follower) -> None:
    """Newest first; and of who thanked, the reason only where it is asked for."""
    told = follower.answer(CommentsAsked(500))

    assert isinstance(told, Comments)
    written = [one for one in plainly(day.lines, 0, BASE_US) if one.get("comment")]
    assert Counter(one.comment for one in told.comments) == Counter(
        one["comment"] for one in written
    )
    assert [one.at for one in told.comments] == sorted(
        (one.at for one in told.comments), reverse=True
    )
    with closing(Follower(day.log, PLAN, now=day.clock, comments=False)) as other:
        read_all(other)
        without = other.answer(CommentsAsked(500))
        assert isinstance(without, Comments)
        assert without.comments == []
        assert scores(other, "today").floor == scores(follower, "today").floor


def test_thanks_are_told_with_their_reasons_where_those_are_asked_for(
    day: Day, follower: Follower
) -> None:
    """Each once, whoever gave it."""
    seen = {line for line in day.lines if b"recognition.given" in line}
    told = follower.answer(ThanksAsked("today", reasons=True))
    quiet = follower.answer(ThanksAsked("today", reasons=False))

    assert isinstance(told, ThanksTold)
    assert isinstance(quiet, ThanksTold)
    assert told.total == len(seen) == sum(told.by.values())
    assert any(one.reason for one in told.thanks)
    assert not any(one.reason for one in quiet.thanks)
    assert [one.agent for one in quiet.thanks] == [one.agent for one in told.thanks]


class BusyLog:
    """A log to which others append just when somebody has begun to follow it."""

    def __init__(self, log: EmbeddedLog, then: Callable[[], None]) -> None:
        self._log = log
        self._then = then

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def tail(self, topic: str, *, from_start: bool) -> Any:
        tail = self._log.tail(topic, from_start=from_start)
        if topic == CONTACT_EVENTS:
            self._then()
        return tail


def test_what_comes_while_it_begins_and_reads_back_is_read_once(tmp_path: Path) -> None:
    """And what comes after it. Between is more than the ten minutes in which copies are found."""
    lines, clock = list(a_day(5))[-6_000:], Clock(0)
    with closing(EmbeddedLog(tmp_path, now=clock)) as log:
        log.create(topics(2))
        append(log, lines[:2_000], clock)
        busy: Any = BusyLog(log, lambda: append(log, lines[2_000:5_000], clock))
        with closing(Follower(busy, PLAN, now=clock, comments=False)) as follower:
            follower.step(0)
            append(log, lines[5_000:5_500], clock)
            assert follower.reading
            read_all(follower)
            append(log, lines[5_500:], clock)
            clock.now = BASE_US
            for _ in range(4):
                read_all(follower)

            numbered = list(enumerate((line for _, _, line in lines), 1))
            figures = compute(PLAN, [("day", numbered)], at=BASE_US, window="240m")
            told = as_told(scores(follower, "240m").floor)
            assert told == as_on_the_wall(figures.floor)
            assert told["surveys"] > 20


def test_only_so_many_surveys_are_kept_and_that_is_said(day: Day) -> None:
    """The oldest are let go."""
    with closing(Follower(day.log, PLAN, now=day.clock, comments=False, most=80)) as follower:
        read_all(follower)
        told = scores(follower, "today")

        assert told.floor.surveys <= 80
        assert told.let_go > 80
        whole = as_on_the_wall(day.figures("5m").floor)
        assert as_told(scores(follower, "5m").floor) == whole


def test_what_no_window_holds_is_forgotten(day: Day) -> None:
    """At midnight a new day begins, four hours are kept."""
    clock = Clock(BASE_US)
    with closing(Follower(day.log, FloorPlan(), now=clock, comments=True)) as follower:
        read_all(follower)
        assert scores(follower, "today").floor.surveys > 100
        clock.now = BASE_US + 11 * HOUR_US
        follower.step(0)

        assert follower.kept == 0
        assert scores(follower, "today").floor.surveys == 0


def test_a_promise_from_before_what_is_read_is_known_from_the_checkpoint(tmp_path: Path) -> None:
    """Unless somebody has called since."""
    clock = Clock(instant(-20 * 3600))
    with closing(EmbeddedLog(tmp_path, now=clock)) as log:
        log.create(topics(1))
        worker = Worker(log, FloorPlan(), now=clock, logger=QUIET, checkpoint_every_events=1)
        old = [("last", 1800), ("called", 1800), ("open", 900), ("open", 900), ("late", -60)]
        lines: list[tuple[str, bytes | None]] = [
            (name, promised(name, -20 * 3600, due)) for name, due in old
        ]
        log.append(CONTACT_EVENTS, lines)
        for _ in range(3):
            worker.step(timeout_s=0)
        worker.publish(everybody=True)
        clock.now = instant(-60)
        log.append(
            CONTACT_EVENTS,
            [
                ("called", attempted("called", -60)),
                ("new", promised("new", -60, 600)),
            ],
        )
        clock.now = BASE_US
        with closing(Follower(log, FloorPlan(), now=clock, comments=False)) as follower:
            read_all(follower)
            told = follower.answer(PromisesAsked())
        worker.close()

    assert isinstance(told, OpenPromises)
    assert [(one.contact, one.overdue) for one in told.promises] == [
        ("late", True),
        ("new", False),
        ("open", False),
        ("open", False),
        ("last", False),
    ]
    assert (told.total, told.overdue) == (5, 1)


def test_another_clock_is_another_floor(tmp_path: Path) -> None:
    """All is read anew where the floor has another time now."""
    clock = Clock(BASE_US)
    with closing(EmbeddedLog(tmp_path, now=clock)) as log:
        log.create(topics(1))
        with closing(Follower(log, FloorPlan(), now=clock, comments=False)) as follower:
            read_all(follower)
            clock.now += MINUTE_US
            turn_clock(log, FloorClock(clock.now, BASE_US - HOUR_US, 1.0))
            with pytest.raises(Restart):
                follower.step(0)
        with closing(Follower(log, FloorPlan(), now=clock, comments=False)) as follower:
            assert scores_as_of(follower) == format_millis(BASE_US - HOUR_US)


def scores_as_of(follower: Follower) -> str:
    """As of when it answers."""
    read_all(follower)
    return scores(follower, "60m").as_of


def test_a_survey_ahead_of_the_clock_counts_when_its_time_comes(tmp_path: Path) -> None:
    """As everywhere, and one too far ahead never does."""
    clock = Clock(BASE_US)
    with closing(EmbeddedLog(tmp_path, now=clock)) as log:
        log.create(topics(1))
        for at_s in (240, 400):
            line = event("survey.answered", subject="c", at=at_s, queue="q", csat=5)
            log.append(CONTACT_EVENTS, [("c", line)])
        with closing(Follower(log, FloorPlan(), now=clock, comments=False)) as follower:
            read_all(follower)
            assert scores(follower, "60m").floor.surveys == 0
            clock.now = BASE_US + 10 * MINUTE_US
            assert scores(follower, "60m").floor.surveys == 1
