"""A recording as something to drill: what has happened happens again, whatever is done about it.

There is nothing to compare with and no score. What is told is what came of it, and how soon it was
seen and taken, after the first alert of the drill: a recording does not say what caused it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from simulator.drill.ports import Course, Playable, Records
from simulator.drill.runs import course_of
from simulator.drill.staging import Staging, check_plan
from simulator.player import Stretch
from simulator.recording import Moment, moments
from stream.contract.drills import (
    Deed,
    DrillRefused,
    Notice,
    Offer,
    Plan,
    QueueOffered,
    Report,
)
from stream.contract.drills import (
    Moment as Line,
)
from stream.contract.events import ContactQueued, Event
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, SECOND_US, from_datetime, to_datetime
from stream.contract.said import say

# So much of a recording is history for its figures, where it is long enough.
HISTORY_MINUTES: Final = 60
QUEUES_MAX: Final = 500


class Recorded(NamedTuple):
    """A recording that can be drilled."""

    offer: Offer
    stretch: Stretch

    def floor_plan(self) -> FloorPlan:
        """A recording tells no names and targets but its events' own."""
        return FloorPlan()

    def staged(self, plan: Plan) -> Staging:
        """When the plan is played: at its time of day in UTC, or once there is history. Raises
        `DrillRefused`."""
        check_plan(plan, self.offer)
        if plan.surprises:
            raise DrillRefused("surprises: a recording takes none")
        first, last = self.stretch.first, self.stretch.end
        began = _best_begun(self.stretch) if plan.begins is None else _at(first, plan.begins)
        if not first <= began < last:
            raise DrillRefused(
                f"begins: expected a time in the recording, from {_time(first)} to {_time(last)} UTC"
            )
        return Staging(first, began, min(began + round(plan.minutes * MINUTE_US), last))

    def floor(self, plan: Plan, staging: Staging) -> Playable:  # noqa: ARG002  the port's
        """The recording at its beginning."""
        return _Again(moments(self.stretch.lines(), self.stretch.first), staging.start)


class _Again:
    """A recording, played once more."""

    def __init__(self, left: Iterator[Moment], start: int) -> None:
        self.now = start
        self._left = left
        self._next = next(left, None)

    def advance(self, to: int) -> Records:
        self.now = max(self.now, to)
        records: Records = []
        while self._next is not None and self._next.time < self.now:
            _, key, payload = self._next.played(0)
            records.append((key, payload))
            self._next = next(self._left, None)
        return records

    def do(self, deed: Deed) -> None:
        if not isinstance(deed.act, Notice):
            raise DrillRefused("a recording does not answer: what has happened happens again")


def recorded(name: str, stretch: Stretch) -> Recorded:
    """A recording as an offer of that name."""
    queues = sorted(
        {
            (one.event.data.queue, one.event.data.channel)
            for one in moments(stretch.lines(), stretch.first)
            if isinstance(one.event, ContactQueued)
        }
    )
    length = max(1.0, (stretch.end - _best_begun(stretch)) / MINUTE_US)
    offer = Offer(
        name=name,
        kind="recording",
        title=f"Recording: {Path(name).name}",
        about=f"Recorded from {_time(stretch.first)} to {_time(stretch.end)} UTC.",
        begins=_minute(_best_begun(stretch)),
        minutes=min(60.0, float(int(length))),
        queues=[QueueOffered(queue, queue, channel, 0) for queue, channel in queues[:QUEUES_MAX]],
        answers=False,
    )
    return Recorded(offer, stretch)


def report_of_recording(course: Course, stretch: Stretch) -> Report:
    """What can be told of a drill on a recording: the times, and what came of it in any case."""
    alerts, taken = course.seen.alerts, course.seen.acknowledged
    onset = alerts[0].at if alerts else None
    seen = [deed.at for deed in course.deeds]
    yours = course_of(
        _events(stretch, course.ended),
        course.offered.floor_plan(),
        began=course.staging.began,
        ended=course.ended,
        onset=onset,
        deeds=course.deeds,
    )
    seen_it = say("Trouble was seen.")
    told = [Line(one.at, "alert", one.text, one.said) for one in alerts]
    told += [Line(deed.at, "deed", seen_it.text, seen_it.said) for deed in course.deeds]
    return Report(
        plan=course.plan,
        offer=course.offered.offer,
        time_zone="UTC",
        began=course.staging.began,
        ended=course.ended,
        onset=onset,
        noticed_s=_after(onset, seen),
        acknowledged_s=_after(onset, taken),
        acted_s=None,
        recovered_s=None if onset is None else yours.outcome.recovered_s,
        score=None,
        courses=[yours],
        timeline=sorted(told, key=lambda line: line.at),
        findings=[],
    )


def _events(stretch: Stretch, ended: int) -> Iterator[Event]:
    """The good events that are due before an instant."""
    for one in moments(stretch.lines(), stretch.first):
        if one.time >= ended:
            return
        if isinstance(one.event, Event):
            yield one.event


def _after(onset: int | None, instants: list[int]) -> float | None:
    later = [at for at in instants if onset is not None and at >= onset]
    return None if onset is None or not later else (min(later) - onset) / SECOND_US


def _best_begun(stretch: Stretch) -> int:
    """Once there is an hour of history, or half of what there is; a whole minute."""
    history = min(HISTORY_MINUTES * MINUTE_US, (stretch.end - stretch.first) // 2)
    began = stretch.first + history
    whole = began - began % MINUTE_US
    return whole if whole >= stretch.first else began


def _at(first: int, minute: int) -> int:
    """That time of day at or after the recording's beginning, but for its first minute."""
    day = to_datetime(first).replace(hour=0, minute=0, second=0, microsecond=0)
    at = from_datetime(day + timedelta(minutes=minute))
    if at < first - first % MINUTE_US:
        at = from_datetime(day + timedelta(days=1, minutes=minute))
    return max(int(at), first)


def _minute(at: int) -> int:
    told: datetime = to_datetime(at).astimezone(UTC)
    return told.hour * 60 + told.minute


def _time(at: int) -> str:
    return to_datetime(at).astimezone(UTC).strftime("%Y-%m-%d %H:%M")
