"""What holds for alerts whatever the floor does, people do, and wherever the evaluator is killed.

None is lost, none is told twice, none is left open that is over, and one who takes over decides
what the one before would have decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from stream.alerts.life import DAMPED_MAX, GAP_US
from stream.alerts.readings import Readings
from stream.contract.alerts import (
    Acknowledge,
    AddNote,
    Alert,
    Assign,
    Decisive,
    Judge,
    Notification,
    SetRules,
    Snooze,
)
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.builders import BASE_US
from tests.stream.alerts.evaluations import (
    AHEAD_US,
    Evaluation,
    Kill,
    Step,
    incidents,
    run,
    still_open,
)
from tests.stream.alerts.floors import reading

RULES: Final = """
rules:
  slow: {kind: threshold, metric: waiting, above: 5, clear: 2, clear_after: 10s}
  floor_slow:
    {kind: threshold, scope: {floor: true}, metric: waiting, above: 5, for: 5s, clear_after: 10s,
     severity: page}
  lost: {kind: waiting, over: 1m, for: 5s, clear_after: 10s, agrees: [slow], notify: [boss]}
  surge: {kind: surge, clear_after: 1m, severity: page}
  stopped: {kind: drop, clear_after: 1m}
  promised: {kind: promise, severity: ticket, clear_after: 10s}
  silent: {kind: no_data, scope: {floor: true}, for: 15s, clear_after: 10s, severity: page}
receivers:
  lead: {kind: webhook, url: "https://a.example/", escalate_after: 1m, escalate_to: [boss]}
  boss: {kind: webhook, url: "https://b.example/", quiet_hours: 19:01-19:05}
  pager: {kind: webhook, url: "https://c.example/", severities: [page], resolved: false}
"""
OTHER_RULES: Final = (
    RULES.replace("above: 5, clear: 2, clear", "scope: {queue: a}, above: 5, clear", 1)
    .replace("  lost: {", "  lost: {enabled: false, ")
    .replace("ratio: 2", "ratio: 3")
    .replace("  pager:", "  spare: {kind: webhook, url: 'https://d.example/'}\n  pager:")
)
# Who does not want all-clears, and who may be gone when one is due: told anew without one.
NO_ALL_CLEAR: Final = frozenset({"pager", "spare"})
TEXTS: Final = (RULES, OTHER_RULES, "rules: {slow: {kind: none}}")
# After how long `slow` is over.
CLEAR_US: Final = 10 * SECOND_US
QUEUES: Final = ("a", "b")
# A minute's contacts where nothing is the matter, and so long before the first look.
USUAL: Final = 6
PAST: Final = 59
WINDOWS: Final = ("5m", "15m", "30m")


class Moment(Struct, frozen=True):
    """How a queue stands at a step: how many wait, for how long, and promises due in a minute."""

    waiting: int | None
    oldest_wait_s: int
    promised: bool


class Look(Struct, frozen=True):
    """A step: so long after the one before, whether the floor is known, its queues, the contacts of
    a minute, and what somebody does, to which of the open incidents."""

    after_us: int
    known: bool
    queues: tuple[Moment, ...]
    contacts: int
    does: str | None
    to: int


_moments = st.builds(
    Moment,
    waiting=st.sampled_from([None, 0, 2, 3, 5, 6, 9]),
    oldest_wait_s=st.sampled_from([0, 60, 61]),
    promised=st.booleans(),
)
_after = st.sampled_from([1, 5, 5, 10, 15, 15, 60, 60, 60, 121, 16 * 60]).map(
    lambda s: s * SECOND_US
)
_looks = st.builds(
    Look,
    after_us=_after,
    known=st.sampled_from([True, True, True, True, False]),
    queues=st.tuples(*[_moments for _ in QUEUES]),
    contacts=st.sampled_from([USUAL, USUAL, 0, 40, 80]),
    does=st.none()
    | st.sampled_from(["acknowledge", "undo", "snooze", "assign", "note", "judge", "rules"]),
    to=st.integers(0, 3),
)
scripts = st.lists(_looks, max_size=25)
kills = st.dictionaries(st.integers(0, 25), st.sampled_from(["before", "after"]), max_size=8)
late_kills = st.dictionaries(st.integers(0, 25), st.just("late") | st.just("after"), max_size=8)

_QUIET: Final = Moment(0, 0, promised=False)
# After whatever was: long enough for every chart to fall and every damped alert to be over.
EPILOGUE: Final = [Look(MINUTE_US, True, (_QUIET, _QUIET), USUAL, None, 0)] * 75


class Floor:
    """Makes readings of looks, one after the other."""

    def __init__(self, *, reverse: bool) -> None:
        self._at = BASE_US
        self._counts = {BASE_US - n * MINUTE_US: USUAL for n in range(PAST + 1)}
        self._reverse = reverse

    def look(self, look: Look) -> Readings:
        """The floor at the next step; queues are told in either order."""
        before, self._at = self._at, self._at + look.after_us
        minute = before - before % MINUTE_US + MINUTE_US
        while minute <= self._at:
            self._counts[minute] = look.contacts
            minute += MINUTE_US
        names = [*reversed(QUEUES)] if self._reverse else [*QUEUES]
        stands = dict(zip(QUEUES, look.queues, strict=True))
        now = self._at - self._at % MINUTE_US
        counts = [self._counts[now - n * MINUTE_US] for n in range(PAST, -1, -1)]
        due = [self._at + MINUTE_US]
        return reading(
            at_us=self._at,
            known=look.known,
            floor={"waiting": sum(each.waiting or 0 for each in look.queues)},
            queues={
                name: {"waiting": stands[name].waiting, "oldest_wait_s": stands[name].oldest_wait_s}
                for name in names
            },
            arrivals=dict.fromkeys(names, counts),
            promises={"callbacks": {name: due if stands[name].promised else [] for name in names}},
            every=WINDOWS,
        )


def action(look: Look, known: Sequence[str], wall: int) -> Decisive | None:
    """What somebody does at a look, to an incident of those that are open."""
    if look.does == "rules":
        return SetRules(by="Ann", at=wall, text=TEXTS[look.to % len(TEXTS)])
    if look.does is None or not known:
        return None
    who: dict[str, Any] = {"by": "Ann", "at": wall, "incident": known[look.to % len(known)]}
    until = None if look.to == 0 else wall + look.to * MINUTE_US
    done: dict[str, Decisive] = {
        "acknowledge": Acknowledge(**who),
        "undo": Acknowledge(**who, undo=True),
        "snooze": Snooze(**who, until=until),
        "assign": Assign(**who, to="Bob"),
        "note": AddNote(**who, text="seen"),
        "judge": Judge(**who, true=[True, False, None][look.to % 3]),
    }
    return done[look.does]


def lived(looks: Sequence[Look]) -> tuple[Evaluation, list[Step], list[dict[str, bytes]]]:
    """A run that is never killed: in the end, step by step, and what the log held after each."""
    floor, evaluation = Floor(reverse=False), Evaluation(RULES)
    steps: list[Step] = []
    logs: list[dict[str, bytes]] = []
    for look in looks:
        readings = floor.look(look)
        still = [each.id for each in incidents(evaluation.records) if each.is_open]
        done = action(look, still, readings.as_of + AHEAD_US)
        steps.append(Step(readings, [] if done is None else [done]))
        evaluation(steps[-1])
        logs.append(dict(evaluation.records))
    return evaluation, steps, logs


@given(scripts, kills)
def test_whoever_takes_over_decides_what_the_one_before_would_have(
    looks: list[Look], kills: Mapping[int, Kill]
) -> None:
    """Killed before or after what it decided was written, again and again: after each step the log
    holds the same, byte for byte, and the same was told in the same order."""
    whole, steps, logs = lived(looks)
    floor, killed = Floor(reverse=True), Evaluation(RULES)
    for nth, (look, step, log) in enumerate(zip(looks, steps, logs, strict=True)):
        killed(Step(floor.look(look), step.actions), kills.get(nth))
        assert log == killed.records

    assert told(whole) == told(killed)


@given(scripts, late_kills)
def test_nothing_is_told_twice_nor_left_open(looks: list[Look], kills: Mapping[int, Kill]) -> None:
    """Even where who takes over never sees the floor as the one before saw it last: each alarm has
    one all-clear, and once all is well for long enough nothing is open."""
    _, steps, _ = lived([*looks, *EPILOGUE])
    ended = run(RULES, steps, kills)

    assert set() == still_open(ended.records)
    assert [] == [each.id for each in incidents(ended.records) if each.is_open]
    alarmed: set[tuple[str, str]] = set()
    for each in ended.notifications:
        lane = (each.incident.id, each.receiver)
        if each.occasion == "resolved":
            alarmed.remove(lane)
        else:
            goes_on = each.occasion in {"worse", "joined", "still"}
            assert goes_on is (lane in alarmed) or each.receiver in NO_ALL_CLEAR
            alarmed.add(lane)
    assert {receiver for _, receiver in alarmed} <= NO_ALL_CLEAR


@given(scripts)
def test_what_breaches_is_open_and_what_is_clear_for_long_is_not(looks: list[Look]) -> None:
    """Of a rule that fires at once and clears after ten seconds, by the log after each step."""
    looks = [look for look in looks if look.does != "rules"]
    _, steps, logs = lived(looks)
    clear_us = dict.fromkeys(QUEUES, 0)
    for step, log, look in zip(steps, logs, looks, strict=True):
        still = still_open(log)
        gap = look.after_us > GAP_US
        for name, stands in zip(QUEUES, look.queues, strict=True):
            is_clear = look.known and (stands.waiting or 0) <= 2
            # From the first look at which it is clear; and while nobody looks nobody knows.
            first = clear_us[name] < 0 or gap
            clear_us[name] = -1 if not is_clear else 0 if first else clear_us[name] + look.after_us
            if look.known and (stands.waiting or 0) > 5:
                assert ("slow", name) in still
            if clear_us[name] >= DAMPED_MAX * CLEAR_US:
                assert ("slow", name) not in still
        assert step.readings.known is look.known


@given(scripts)
def test_while_nobody_knows_no_alert_has_newer_figures(looks: list[Look]) -> None:
    """Whatever it was in: what is not known is neither nothing nor news."""
    _, steps, logs = lived(looks)
    before: dict[str, Alert] = {}
    for step, log in zip(steps, logs, strict=True):
        alerts = {one.id: one for each in incidents(log) for one in each.alerts}
        if not step.readings.known:
            for id_ in before.keys() & alerts.keys():
                one, was = alerts[id_], before[id_]
                if one.kind != "no_data":
                    assert (one.as_of, one.figures) == (was.as_of, was.figures)
        before = alerts


def told(evaluation: Evaluation) -> list[Notification]:
    """In order, but that those of one step may be told in any."""
    return sorted(evaluation.notifications, key=lambda each: (each.at, each.id))
