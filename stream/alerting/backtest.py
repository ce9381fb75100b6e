"""What rules would have told of a past that is known: a recording, or the last day in the log.

The same floor, merge and evaluator as live judge it, at instants of the events' own time. Each
event is read before the first instant that is not earlier, as if it had come without delay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import numpy as np
from msgspec.structs import replace

from stream.alerting.in_order import in_order
from stream.alerting.source import readings_of
from stream.alerts import memory as mem
from stream.alerts.baseline import Memory
from stream.alerts.evaluator import Evaluator
from stream.alerts.rule_file import RuleSet, parse_rules
from stream.alerts.usual import HANDLE_WINDOW, RATE_WINDOW
from stream.alerts.watch import Watched
from stream.appended import appended_between
from stream.clocks import current_clock
from stream.compute import head_of
from stream.contract import alerts as al
from stream.contract.alerts import Alert, Incident, State
from stream.contract.backtest import Firing
from stream.contract.batch import Batch, decode_batch
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import head_key
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US
from stream.figures import EXPECTATION_WINDOW
from stream.floor.floor import Floor
from stream.floor.telling import changes
from stream.logs.port import Log
from stream.logs.topics import ALERTS
from stream.merge import Merge

EVERY_US: Final = 10 * SECOND_US
# Nothing came for so long: no window but the day's moves any more, and a look now and then will do.
QUIET_AFTER_US: Final = HOUR_US
# Often enough that charts, which look back an hour, miss no minute.
QUIET_EVERY_US: Final = 10 * MINUTE_US
# Contacts that were open and agents who were there when a look into the log begins.
READ_BEFORE_US: Final = 12 * HOUR_US
BATCH: Final = 4096

_PARTITION: Final = 0
_TIMED: Final[frozenset[State]] = frozenset({"pending", "recovering"})


class Backtest:
    """Rules in force over a past, from its first event on; `firings` is what they told so far.

    The floor is judged every `every_us` of the events' time, from `since` on where that is given;
    what comes before only makes known who waits and who is there. `records` are values of the
    topic `alerts` by key, for what an evaluator had learned by then.
    """

    def __init__(
        self,
        plan: FloorPlan,
        rules: RuleSet,
        *,
        every_us: int = EVERY_US,
        since: int | None = None,
        records: Mapping[str, bytes] | None = None,
    ) -> None:
        self._rules = rules
        self._every_us = every_us
        self._floor = Floor(plan)
        self._merge = Merge(plan, _windows(rules))
        self._evaluator = Evaluator(plan, rules, records)
        # By id, with the name of the incident that each alert is in.
        self._alerts: dict[str, tuple[Alert, str]] = {}
        self._incidents: dict[str, Incident] = {}
        self._next = None if since is None else _upwards(since, every_us)
        self.began: int | None = since
        self.ended: int | None = None
        # At how many instants the floor was judged.
        self.looks = 0
        # Events that were rejected, as `floorwatch check` would name them.
        self.rejected = 0

    @property
    def firings(self) -> list[Firing]:
        """Every alert that fired, in the order in which they did."""
        told = [_firing(alert, self._incidents[name]) for alert, name in self._alerts.values()]
        return sorted(told, key=lambda each: (each.fired_at, each.rule, each.target))

    def read(self, lines: Sequence[bytes]) -> None:
        """Read the events that come next, and judge the floor at each instant before them."""
        batch = self._floor.without_far_ahead(decode_batch(lines))
        self.rejected += len(batch.rejected)
        if not len(batch):
            return
        # By the newest time so far: an event that was told late was not known before.
        known = np.maximum.accumulate(np.array(batch.times, np.int64))
        if self.ended is not None:
            known = np.maximum(known, self.ended)
        if self.began is None:
            self.began = int(known[0])
        if self._next is None:
            self._next = _upwards(int(known[0]), self._every_us)
        begin = 0
        while begin < len(batch):
            end = int(np.searchsorted(known, self._next, "right"))
            if end > begin:
                self._take(batch, begin, end)
            if end < len(batch):
                self._judge_up_to(int(known[end]))
            begin = max(begin, end)
        self.ended = int(known[-1])

    def finish(self, until: int | None = None) -> None:
        """Judge the floor up to an instant, or for the last time after the last event."""
        if self._next is None:
            return
        self._judge_up_to(self._next + 1 if until is None else until + 1)

    def _take(self, batch: Batch, begin: int, end: int) -> None:
        assert self._next is not None
        whole = begin == 0 and end == len(batch)
        self._floor.take(batch if whole else batch.only(range(begin, end)), shown=self._next)

    def _judge_up_to(self, moment: int) -> None:
        """Judge the floor at each instant before a moment; all events before it are read."""
        assert self._next is not None
        while self._next < moment:
            self._judge(self._next)
            self._next += self._every_us
            if self._is_quiet(self._next):
                last = _upwards(moment, self._every_us) - self._every_us
                further = _upwards(self._next, QUIET_EVERY_US)
                self._next = max(self._next, min(further, last))

    def _is_quiet(self, now: int) -> bool:
        newest = self._floor.newest
        return (
            newest is not None
            and now - newest > QUIET_AFTER_US
            # While a rule's `for` or `clear_after` runs, it matters when the floor is judged next.
            and _TIMED.isdisjoint(self._evaluator.states().values())
        )

    def _judge(self, as_of: int) -> None:
        floor, merge, evaluator = self._floor, self._merge, self._evaluator
        self.looks += 1
        floor.show(as_of)
        for key, frame in changes(floor, _PARTITION, as_of):
            merge.take(key, frame)
        merge.take(head_key(_PARTITION), head_of(floor, as_of))
        merge.advance(as_of)
        readings = readings_of(merge, self._rules.rules.values(), known=True)
        for key in evaluator.step(readings, (), as_of):
            kind, _, name = key.partition("/")
            if kind == al.INCIDENT and name in evaluator.incidents.by_id:
                self._note(evaluator.incidents.by_id[name])

    def _note(self, incident: Incident) -> None:
        self._incidents[incident.id] = incident
        for alert in incident.alerts:
            began = self._alerts.get(alert.id)
            # One that came back is the same alert: it fired when it first did.
            first = alert if began is None else replace(alert, fired_at=began[0].fired_at)
            self._alerts[alert.id] = (first, incident.id)


def backtest(
    plan: FloorPlan,
    rules: RuleSet,
    blocks: Iterable[Sequence[bytes]],
    *,
    every_us: int = EVERY_US,
) -> list[Firing]:
    """Every alert that rules would have told of a recording, given as blocks of its lines."""
    run = Backtest(plan, rules, every_us=every_us)
    for lines in blocks:
        run.read(lines)
    run.finish()
    return run.firings


def backtest_of_log(
    log: Log,
    plan: FloorPlan,
    rules_text: str,
    since: int,
    until: int,
    *,
    every_us: int = EVERY_US,
) -> list[Firing]:
    """Every alert that rules would have told from `since` to `until` on the floor's clock, by the
    events that the log holds. What days are like is taken from what was learned before `since`'s
    day. Raises `YamlError` where the text is no rules, and `LogError`."""
    rules = parse_rules(rules_text, "alerts.yaml")
    records = dict(_learned_before(log, plan, since))
    run = Backtest(plan, rules, every_us=every_us, since=since, records=records)
    held = appended_between(log, current_clock(log), since - READ_BEFORE_US, until)
    for lines in in_order(iter(lambda: list(islice(held, BATCH)), [])):
        run.read(lines)
    run.finish(until)
    return run.firings


def _learned_before(log: Log, plan: FloorPlan, since: int) -> Iterator[tuple[str, bytes]]:
    """What the evaluator's watches had learned of days before that of an instant, by key."""
    kept: dict[str, bytes | None] = {}
    for record in log.read(ALERTS, _PARTITION):
        if record.key.partition("/")[0] == mem.WATCH:
            kept[record.key] = record.value
    for key, value in kept.items():
        if value is None:
            continue
        known, queue = mem.watch_decoder.decode(value).memory, mem.queue_of(key)
        zone = plan.zone if queue is None else plan.zone_of(queue)
        today = datetime.fromtimestamp(since // SECOND_US, zone).toordinal()
        days = [day for day in known.days if day.ordinal < today]
        yield key, mem.encode(Watched(Memory(days=days, level=known.level), {}))


def _windows(rules: RuleSet) -> set[str]:
    """The windows that the rules look through, and alerts are explained by."""
    asked = {
        window
        for rule in rules.rules.values()
        if rule.enabled
        for _, window in rule.metrics()
        if window is not None
    }
    return asked | {RATE_WINDOW, HANDLE_WINDOW, EXPECTATION_WINDOW}


def _firing(alert: Alert, incident: Incident) -> Firing:
    assert alert.fired_at is not None
    return Firing(
        rule=alert.rule,
        target=alert.target,
        severity=alert.severity,
        fired_at=alert.fired_at,
        resolved_at=alert.resolved_at,
        peak=alert.peak,
        message=alert.as_fired.message,
        incident=incident.id,
        cause=incident.cause,
        why=alert.why.text if alert.why is not None else None,
        flaps=alert.flaps,
    )


def _upwards(moment: int, step: int) -> int:
    """The first multiple of a step that is not before the moment."""
    return -(-moment // step) * step
