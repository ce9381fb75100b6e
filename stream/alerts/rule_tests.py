"""Tests of rules as data: how the figures go, and which alerts there must be at what time.

    every: 10s
    tests:
      a queue that is lost pages:
        series:
          - {queue: benefits, metric: service_level, window: 30m, values: 0.9x6 0.2x60 0.9}
        expect:
          - {at: 5m, alerts: [{rule: service_level_lost, queue: benefits, state: firing}]}

The rules are those of the file itself, those of the file it names, or those that ship. The same
evaluator as live is told one reading a step, in the way of Prometheus' unit tests for rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal, Self

import msgspec
import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from stream.alerts import memory as mem
from stream.alerts.baseline import Memory
from stream.alerts.evaluator import Evaluator
from stream.alerts.memory import Key
from stream.alerts.profile import SLOT_MINUTES, SLOTS, Day
from stream.alerts.readings import Arrivals, Floats, Promised, Readings, Table
from stream.alerts.rule_file import RuleSet, problems_between
from stream.alerts.rules import METRICS, NOW_METRICS, Duration, LiveWindow, Name
from stream.alerts.usual import HANDLE_WINDOW, PATIENCE, RATE_WINDOW
from stream.alerts.watch import Watched
from stream.contract import alerts as al
from stream.contract.alerts import (
    DIMENSIONS,
    OPEN_STATES,
    Dimension,
    Notification,
    Occasion,
    State,
    Target,
)
from stream.contract.figures import COUNTS
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US, MINUTE_US, SECOND_US
from stream.contract.yaml_lines import Place, parse_yaml

# Wednesday, 4 March 2026, 10:00 UTC: the middle of a morning, far from any day's end.
START_US: Final = 1_772_618_400 * SECOND_US
VALUES_MAX: Final = 100_000
# So many days of every weekday make a baseline that is settled.
_KNOWN_WEEKS: Final = 4
_HOUR_MINUTES: Final = 60
_EPOCH_ORDINAL: Final = 719_163
_TOKEN: Final = re.compile(r"(_|-?\d+(?:\.\d+)?)(?:\.\.(-?\d+(?:\.\d+)?))?(?:x(\d+))?", re.ASCII)

Values = tuple[float, ...]


def _values(written: object) -> object:
    """`0.9x10 0.4 _x3 5..50x10` as numbers: a value so many times, nothing known, a ramp."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return (float(written),)
    if not isinstance(written, str) or not written.split():
        raise ValueError("expected values such as 0.9x10 0.4 _x3 5..50x10")
    told: list[float] = []
    for token in written.split():
        match = _TOKEN.fullmatch(token)
        if match is None or (match[1] == "_" and match[2] is not None):
            raise ValueError(f"{token}: expected a value such as 0.9, 0.9x10, _x3 or 5..50x10")
        times = int(match[3] or 1)
        if len(told) + times > VALUES_MAX:
            raise ValueError(f"more than {VALUES_MAX:,} values")
        first = np.nan if match[1] == "_" else float(match[1])
        last = first if match[2] is None else float(match[2])
        told += np.linspace(first, last, times).tolist()
    return tuple(told)


Written = Annotated[Values, BeforeValidator(_values)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


class _OfTarget(_Strict):
    floor: Literal[True] | None = None
    queue: Name | None = None
    channel: Name | None = None
    team: Name | None = None
    agent: Name | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len([each for each in DIMENSIONS if getattr(self, each) is not None]) != 1:
            raise ValueError("expected one of floor: true, queue, channel, team, agent")
        return self

    @property
    def target(self) -> Target:
        """What it is about."""
        dimension = next(each for each in DIMENSIONS if getattr(self, each) is not None)
        return Target(dimension, None if self.floor else getattr(self, dimension))


class Series(_OfTarget):
    """A metric of one thing, a value a step; the last one stays."""

    metric: Literal[(*METRICS, PATIENCE)]  # type: ignore[valid-type]
    window: LiveWindow = "30m"
    values: Written


class Coming(_Strict):
    """Contacts of a queue by the minute, where so many a minute are `usual` at any time."""

    queue: Name
    usual: Annotated[float, Field(ge=0)]
    by_minute: Written


class Promise(_Strict):
    """When what was promised is due, known from `made` until it is `met`."""

    queue: Name
    of: Promised = "callbacks"
    due: list[Duration]
    made: Duration = 0
    met: Duration | None = None


class Silence(_Strict):
    """A stretch in which the stream tells nothing."""

    begin: Duration = Field(alias="from")
    end: Duration = Field(alias="to")


class ExpectedAlert(_OfTarget):
    """How a rule stands on one thing."""

    rule: Name
    state: Literal["inactive", "pending", "firing", "recovering", "resolved", "no_data"] = "firing"


class Expected(_Strict):
    """How alerts stand at a time: all that are open then are named, others may be."""

    at: Duration
    alerts: list[ExpectedAlert]


class ExpectedNotification(_Strict):
    """A message at a time."""

    at: Duration
    receiver: Name
    occasion: Occasion = "fired"


class Case(_Strict):
    """One test. With `notifications`, no others may be sent."""

    series: list[Series] = []
    arrivals: list[Coming] = []
    promises: list[Promise] = []
    target_s: Annotated[float, Field(gt=0)] = 20.0
    silence: list[Silence] = []
    expect: Annotated[list[Expected], Field(min_length=1)]
    notifications: list[ExpectedNotification] | None = None


class RuleTests(RuleSet):
    """All of a file of tests; with neither rules nor `rules_file`, of the rules that ship."""

    rules_file: Name | None = None
    every_us: Annotated[Duration, Field(ge=SECOND_US)] = Field(
        default=10 * SECOND_US, alias="every"
    )
    tests: Annotated[dict[Name, Case], Field(min_length=1)]


def parse_tests(text: str, where: str) -> RuleTests:
    """Read the text of a file of tests; `where` names it in errors. Raises `YamlError`."""
    return parse_yaml(text, where, RuleTests, _spanning)


def _spanning(made: RuleTests) -> Iterator[tuple[Place, str]]:
    if made.rules and made.rules_file is not None:
        yield ("rules_file",), "expected either rules or rules_file"
    yield from problems_between(made)


def run(case: Case, rules: RuleSet, every_us: int) -> list[str]:
    """What differs from what was expected, a line each; nothing where the test passes."""
    differences = list(_unknown_rules(case, rules))
    if differences:
        return differences
    evaluator = Evaluator(FloorPlan(), rules, _learned(case.arrivals))
    sent: list[Notification] = []
    left = sorted(case.expect, key=lambda one: one.at)
    length = max(left[-1].at, *(each.at for each in case.notifications or ()), 0)
    for at in range(0, length + every_us, every_us):
        readings = _readings(case, at, every_us)
        for key, value in evaluator.step(readings, (), readings.as_of).items():
            if key.startswith(f"{al.NOTIFICATION}/") and value is not None:
                sent.append(msgspec.msgpack.decode(value, type=Notification))
        while left and left[0].at <= at:
            differences += _compared(left.pop(0), evaluator)
    return [*differences, *_compared_messages(case, sent)]


def _unknown_rules(case: Case, rules: RuleSet) -> Iterator[str]:
    for expected in case.expect:
        for alert in expected.alerts:
            if alert.rule not in rules.rules:
                yield f"at {_time(expected.at)}: there is no rule {alert.rule}"


def _compared(expected: Expected, evaluator: Evaluator) -> Iterator[str]:
    """How the alerts stand against how they should."""
    states = evaluator.states()
    wanted: dict[tuple[str, Target], State] = {
        (each.rule, each.target): each.state for each in expected.alerts
    }
    found = {pair: state for pair, state in states.items() if state in OPEN_STATES}
    for rule, target in sorted(wanted.keys() | found.keys()):
        alert = evaluator.incidents.newest_of(rule, target)
        over: State = "inactive" if alert is None or alert.state != "resolved" else "resolved"
        is_now = states.get(Key(rule, target), over)
        should = wanted.get((rule, target), "inactive")
        # What is over fired once, and is as inactive as what never did.
        if is_now != should and (is_now, should) != ("resolved", "inactive"):
            told = "" if alert is None else f" ({alert.message})"
            yield (
                f"at {_time(expected.at)}: {rule} on {target.name or 'the floor'}: "
                f"expected {should}, found {is_now}{told}"
            )


def _compared_messages(case: Case, sent: Iterable[Notification]) -> Iterator[str]:
    if case.notifications is None:
        return
    wanted = [(each.at, each.receiver, each.occasion) for each in case.notifications]
    found = [(each.at - START_US, each.receiver, each.occasion) for each in sent]
    for each in wanted:
        if each in found:
            found.remove(each)
        else:
            yield f"at {_time(each[0])}: expected {each[1]} to be told {each[2]}, which it was not"
    for at, receiver, occasion in found:
        yield f"at {_time(at)}: {receiver} was told {occasion}, which nobody expected"


# --- how the floor stands ---------------------------------------------------------------------


def _readings(case: Case, at: int, every_us: int) -> Readings:
    as_of = START_US + at
    return Readings(
        as_of=as_of,
        known=not any(each.begin <= at < each.end for each in case.silence),
        tables=_tables(case.series, at // every_us),
        arrivals=_arrivals(case.arrivals, as_of),
        promises=_promises(case.promises, at),
        targets_us={each: round(case.target_s * SECOND_US) for each in _queues(case)},
    )


def _queues(case: Case) -> set[str]:
    named = {each.target.name or "" for each in case.series if each.target.dimension == "queue"}
    arriving = {each.queue for each in case.arrivals}
    return named | arriving | {each.queue for each in case.promises}


def _tables(series: Sequence[Series], step: int) -> dict[tuple[Dimension, str], Table]:
    """Every dimension in every window; what is so now is in each of them."""
    windows = {RATE_WINDOW, HANDLE_WINDOW, *(each.window for each in series)}
    names: dict[Dimension, dict[str | None, int]] = {"floor": {None: 0}}
    for each in series:
        of_dimension = names.setdefault(each.target.dimension, {})
        of_dimension.setdefault(each.target.name, len(of_dimension))
    told: dict[tuple[Dimension, str], Table] = {}
    for dimension, places in names.items():
        for window in windows:
            columns: dict[str, Floats] = {
                metric: np.full(len(places), 0.0 if metric in COUNTS else np.nan)
                for metric in METRICS
            }
            for each in series:
                if each.target.dimension == dimension and (
                    each.window == window or each.metric in NOW_METRICS
                ):
                    column = columns.setdefault(each.metric, np.full(len(places), np.nan))
                    column[places[each.target.name]] = each.values[min(step, len(each.values) - 1)]
            told[dimension, window] = Table(list(places), columns)
    return told


def _arrivals(coming: Sequence[Coming], as_of: int) -> Mapping[str | None, Arrivals]:
    last = as_of // MINUTE_US
    minutes = range(last - _HOUR_MINUTES + 1, last + 1)
    told: dict[str | None, Arrivals] = {}
    for each in coming:
        counts = [_count(each, minute) for minute in minutes]
        # Of the minute under way, what came so far.
        counts[-1] = counts[-1] * (as_of % MINUTE_US) // MINUTE_US
        told[each.queue] = Arrivals(minutes[0] * MINUTE_US, counts)
    if told:
        floor = [
            sum(column) for column in zip(*(one.offered for one in told.values()), strict=True)
        ]
        told[None] = Arrivals(minutes[0] * MINUTE_US, floor)
    return told


def _count(coming: Coming, minute: int) -> int:
    since = minute - START_US // MINUTE_US
    if since < 0:
        # Evenly, and whole: half a contact a minute is one in every second.
        return int(coming.usual * (minute + 1)) - int(coming.usual * minute)
    return int(coming.by_minute[min(since, len(coming.by_minute) - 1)])


def _promises(promises: Sequence[Promise], at: int) -> Mapping[Promised, Mapping[str, list[int]]]:
    told: dict[Promised, dict[str, list[int]]] = {"callbacks": {}, "replies": {}}
    for each in promises:
        dues = told[each.of].setdefault(each.queue, [])
        if each.made <= at and (each.met is None or at < each.met):
            dues += [START_US + due for due in each.due]
        dues.sort()
    return told


def _learned(coming: Sequence[Coming]) -> dict[str, bytes]:
    """What an evaluator remembers to which so many a minute are usual, at any time of any day."""
    today = START_US // DAY_US + _EPOCH_ORDINAL
    told = {}
    usual = [(each.queue, each.usual) for each in coming]
    for queue, a_minute in (*usual, (None, sum(rate for _, rate in usual))):
        counts: list[int | None] = [round(a_minute * SLOT_MINUTES)] * SLOTS
        days = [Day(ordinal, counts) for ordinal in range(today - 7 * _KNOWN_WEEKS, today)]
        told[mem.watch_key(queue)] = mem.encode(Watched(Memory(days=days), {}))
    return told if coming else {}


def _time(at: int) -> str:
    """As files have it: whole minutes as such, all else in seconds."""
    return f"{at // SECOND_US}s" if at % MINUTE_US else f"{at // MINUTE_US}m"
