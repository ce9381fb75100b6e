"""What came of a run in figures: the outcome, what it cost, and when the floor had recovered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from simulator.drill.ledger import DrillLedger
from simulator.drill.tallies import Dimension, QueueMinute, Tally
from simulator.plans import LIVE_CHANNELS
from stream.contract.drills import GroupOutcome, Outcome
from stream.contract.events import Channel
from stream.contract.floorplan import DEFAULT_TARGET_S
from stream.contract.instants import MINUTE_US

# What things cost, in minutes of customers' time [D]; docs/drills.md has the reasons.
ABANDONED_MINUTES: Final = 10.0
BROKEN_PROMISE_MINUTES: Final = 15.0
UNFINISHED_MINUTES: Final = 3.0
STRAINED_SHARE: Final = 0.25
UNFAIR_MINUTES: Final = 5.0
# Below this many outcomes a group's service level is no evidence (science 5.4).
EVIDENCE_MIN: Final = 20
# A group may be so far behind the floor before that counts as unfair.
UNFAIR_FROM: Final = 0.05

# A queue is hit when so many wait past target at once, or when ten minutes of it are so bad.
HIT_WAITING: Final = 5
HIT_LEVEL: Final = 0.5
HIT_EVIDENCE: Final = 5
WORST_SHARE: Final = 0.25
# It is well when ten minutes of it are so good and hardly anybody waits past target in them.
WELL_MINUTES: Final = 10
WELL_LEVEL: Final = 0.7
WELL_WAITING: Final = 2

_BY_NAME: Final = ("language", "segment")


def outcome_of(ledger: DrillLedger, ended: int, onset: int | None) -> Outcome:
    """The outcome of a run whose ledger was closed at `ended`."""
    total, people, promises = ledger.total, ledger.people, ledger.promises
    return Outcome(
        offered=total.offered,
        answered=total.answered_waited,
        abandoned=total.abandoned,
        service_level=total.service_level(),
        abandonment=total.abandonment(),
        wait_s=ledger.live.wait_s(),
        longest_wait_s=ledger.longest_us / 1e6 if ledger.live.ended else None,
        promises_made=promises.made,
        promises_kept=promises.kept,
        promises_broken=promises.broken,
        csat=_share(ledger.scores.top, ledger.scores.answered),
        occupancy=_share(people.busy_us, people.worked_us),
        strained=_share(people.strained_us, people.worked_us),
        equity_gap=equity_gap(ledger),
        recovered_s=None if onset is None else recovered_s(ledger, onset),
        cost=round(cost_minutes(ledger, ended), 1),
        groups=_groups(ledger),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _groups(ledger: DrillLedger) -> list[GroupOutcome]:
    return [
        GroupOutcome(
            dimension=dimension,
            name=name,
            offered=tally.offered,
            service_level=tally.service_level(),
            abandonment=tally.abandonment(),
            wait_s=_wait_s(ledger, dimension, name),
        )
        for (dimension, name), tally in sorted(ledger.groups.items())
        if tally.offered or tally.ended
    ]


def _wait_s(ledger: DrillLedger, dimension: Dimension, name: str) -> float | None:
    """The mean wait of a queue's contacts, and of those of a language or a segment who wait in
    person, as that of the whole run."""
    tallies = ledger.groups if dimension == "queue" else ledger.live_groups
    tally = tallies.get((dimension, name))
    return None if tally is None else tally.wait_s()


def _with_evidence(ledger: DrillLedger) -> dict[str, list[Tally]]:
    """The languages and the segments whose service level is evidence."""
    return {
        dimension: [
            tally
            for (of, _), tally in ledger.groups.items()
            if of == dimension and tally.known >= EVIDENCE_MIN
        ]
        for dimension in _BY_NAME
    }


def equity_gap(ledger: DrillLedger) -> float | None:
    """The largest difference in service level between two languages, or between two segments."""
    gaps = []
    for tallies in _with_evidence(ledger).values():
        levels = [level for tally in tallies if (level := tally.service_level()) is not None]
        if len(levels) > 1:
            gaps.append(max(levels) - min(levels))
    return max(gaps, default=None)


def weight_of(channel: Channel) -> float:
    """What a minute of waiting on a channel weighs beside one on the telephone: as much less as
    its target is longer."""
    return min(1.0, DEFAULT_TARGET_S["voice"] / DEFAULT_TARGET_S[channel])


def cost_minutes(ledger: DrillLedger, ended: int) -> float:
    """What the run cost its customers and its people, in minutes of customers' time."""
    waited = sum(
        spent_us / MINUTE_US * weight_of(channel) for channel, spent_us in ledger.waited_us.items()
    )
    unfinished = sum(weight_of(wait.channel) for wait in ledger.waiting.values())
    unfinished += ledger.open_promises(ended)
    return (
        waited
        + ABANDONED_MINUTES * ledger.total.abandoned
        + BROKEN_PROMISE_MINUTES * ledger.promises.broken
        + UNFINISHED_MINUTES * unfinished
        + STRAINED_SHARE * ledger.people.strained_us / MINUTE_US
        + UNFAIR_MINUTES * _unfair(ledger)
    )


def _unfair(ledger: DrillLedger) -> float:
    """How many contacts of groups far behind the floor were late on top of their share."""
    floor_level = ledger.total.service_level()
    if floor_level is None:
        return 0.0
    return sum(
        max(0.0, (floor_level - UNFAIR_FROM) * tally.known - tally.answered_in_target)
        for tallies in _with_evidence(ledger).values()
        for tally in tallies
    )


def hit_queues(ledger: DrillLedger, onset: int) -> dict[str, int]:
    """The queues of waiting customers that were hit worst after `onset`, the worst first, and in
    which minute first: those with a quarter as many late contacts as the worst one, or more."""
    first = max(0, (onset - ledger.began) // MINUTE_US)
    found: dict[str, tuple[int, int]] = {}
    for queue, rows in _live_rows(ledger).items():
        late = sum(row.late for row in rows[first:])
        for minute in range(first, len(rows)):
            last = rows[max(first, minute - WELL_MINUTES + 1) : minute + 1]
            if rows[minute].over_target >= HIT_WAITING or _is_bad(last):
                found[queue] = late, minute
                break
    worst = max((late for late, _ in found.values()), default=0)
    by_late = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    return {queue: minute for queue, (late, minute) in by_late if late >= WORST_SHARE * worst}


def late_by_queue(ledger: DrillLedger) -> dict[str, int]:
    """How many were not answered in target, by queue of waiting customers, the worst first."""
    found = {queue: sum(row.late for row in rows) for queue, rows in _live_rows(ledger).items()}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def recovered_s(ledger: DrillLedger, onset: int) -> float | None:
    """Seconds from `onset` until the queues that were hit had begun ten good minutes on end;
    0 where none was hit, None where that had not happened by the end."""
    hit = hit_queues(ledger, onset)
    if not hit:
        return 0.0
    rows = _live_rows(ledger)
    for minute in range(max(hit.values()) + 1, len(ledger.minutes) - WELL_MINUTES + 1):
        if all(_is_well(rows[queue][minute : minute + WELL_MINUTES]) for queue in hit):
            return max(0.0, (ledger.began + minute * MINUTE_US - onset) / 1e6)
    return None


def _live_rows(ledger: DrillLedger) -> dict[str, list[QueueMinute]]:
    """Each minute of each queue whose customers wait in person."""
    count = len(ledger.minutes)
    return {
        queue: rows + [QueueMinute() for _ in range(count - len(rows))]
        for queue, rows in ledger.queue_minutes.items()
        if ledger.queue_channels[queue] in LIVE_CHANNELS
    }


def _level(rows: Sequence[QueueMinute]) -> tuple[int, float | None]:
    known = sum(row.answered_waited + row.abandoned for row in rows)
    in_target = sum(row.answered_in_target for row in rows)
    return known, in_target / known if known else None


def _is_bad(rows: Sequence[QueueMinute]) -> bool:
    known, level = _level(rows)
    return level is not None and known >= HIT_EVIDENCE and level < HIT_LEVEL


def _is_well(rows: Sequence[QueueMinute]) -> bool:
    _, level = _level(rows)
    return all(row.over_target <= WELL_WAITING for row in rows) and (
        level is None or level >= WELL_LEVEL
    )
