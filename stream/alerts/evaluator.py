"""The evaluator: every rule on everything in its scope, once an instant, and what follows of it.

    readings ──▶ signals ──▶ lives ──▶ alerts ──▶ incidents ──▶ notifications
                    ▲          ▲          ▲            ▲
                 charts     timings     reasons      actions of people

It is pure: the same readings, actions and clocks give the same decisions, and all that it
remembers is plain values by key. A service writes these to the log in the same step as the
position of the actions taken, so that another evaluator goes on from there as this one would have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from msgspec.structs import replace

from stream.alerts import history
from stream.alerts import life as lives
from stream.alerts import memory as mem
from stream.alerts.as_told import fired, gone_on
from stream.alerts.charts import Charts
from stream.alerts.incidents import Incidents
from stream.alerts.life import GAP_US, INACTIVE, Life, Timing
from stream.alerts.memory import Key
from stream.alerts.readings import Readings
from stream.alerts.records import Records
from stream.alerts.rule_file import RECEIVERS_STAY, RuleSet, parse_rules
from stream.alerts.rules import AnyRule, Drop, NoData, Surge
from stream.alerts.signals import BREACH, HOLD, SIGNAL, UNTOLD, Judged, judge, places
from stream.alerts.telling import NOTHING, Clocks, Told, tell
from stream.contract import alerts as al
from stream.contract.alerts import Decisive, Judge, SetRules, State, Target
from stream.contract.figures import Value
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.contract.yaml_lines import YamlError

# More alerts than these are not followed at once: something is wrong with the rules.
LIVES_MAX: Final = 20_000
# The figures of an open alert are told anew this often.
REFRESH_US: Final = 5 * SECOND_US
RULES_FROM_PEOPLE: Final = "alerts.yaml"

FLOOR: Final = Target("floor")

Produced = dict[str, bytes | None]


class Evaluator:
    """Judges the floor by rules, again and again.

    `records` are the values of the topic `alerts` by key, as the last evaluator left them.
    """

    def __init__(
        self, plan: FloorPlan, rules: RuleSet, records: Mapping[str, bytes] | None = None
    ) -> None:
        self._plan = plan
        self._rules = rules
        self._lives: dict[str, dict[Target, Life]] = {}
        self._told: dict[str, Told] = {}
        self._last: int | None = None
        # What was remembered may be of rules that are gone.
        self._rules_are_new = True
        self._file_digest: str | None = None
        self._produced: Produced = {}
        self.problems: list[str] = []
        self.limits: dict[str, int] = {}
        self.targets = 0
        known = records or {}
        self.incidents = Incidents(mem.of_kind(known, al.INCIDENT, al.Incident))
        self._records = Records(mem.of_kind(known, al.RECORD, al.RuleRecord))
        self._charts = Charts(plan, known)
        self._restore(known)

    @property
    def as_of(self) -> int | None:
        """The floor's time that was judged last, by this one or by one before; None where none
        ever was."""
        return self._last

    @property
    def rules(self) -> RuleSet:
        """The rules in force."""
        return self._rules

    def states(self) -> dict[Key, State]:
        """Where each alert stands that is neither inactive nor over."""
        return {
            Key(name, target): life.state
            for name, known in self._lives.items()
            for target, life in known.items()
            if life.state not in ("inactive", "resolved")
        }

    def step(self, readings: Readings, actions: Sequence[Decisive], wall: int) -> Produced:
        """Judge the floor as of the readings and do what people asked for; returns what changed,
        as values of the topic `alerts` by key. `wall` is the wall clock in microseconds."""
        for action in actions:
            self._act(action, readings.as_of)
        if self._rules_are_new:
            self._withdraw_uncovered(readings.as_of)
        if self._last is not None and abs(readings.as_of - self._last) > GAP_US:
            self._forget_timers(readings.as_of)
        self._last = readings.as_of
        for name, judged in self._judge_all(readings).items():
            self._live(name, judged, readings)
        self._tell(Clocks(readings.as_of, wall, self._plan.zone))
        return self._collected(readings.as_of)

    def set_rules(self, text: str, by: str, at: int, *, file_digest: str | None = None) -> None:
        """Let other rules be in force from the next step on, which tells of them. `at` is on the
        wall clock. Raises `YamlError` where the text is none."""
        self._rules = parse_rules(text, RULES_FROM_PEOPLE)
        self._rules_are_new = True
        self._file_digest = file_digest
        told = al.RulesInForce(text, by, at, file_digest)
        self._produced[al.RULES_KEY] = al.encode_told(told)

    # --- what people do -----------------------------------------------------------------------

    def _act(self, action: Decisive, now: int) -> None:
        if isinstance(action, SetRules):
            self._set_by_people(action)
            return
        before = self.incidents.by_id.get(action.incident)
        self.incidents.act(action, now)
        if isinstance(action, Judge) and before is not None:
            self._records.judge(before, action.true)

    def _set_by_people(self, action: SetRules) -> None:
        """Screens check rules before they send them; what comes all the same changes nothing.

        Receivers say where this process connects to, and with which secrets. Only who runs it may
        change that, in its file.
        """
        self.problems = []
        try:
            rules = parse_rules(action.text, RULES_FROM_PEOPLE)
        except YamlError as error:
            self.problems = [f"rules from {action.by}: {error}".splitlines()[0]]
            return
        if rules.receivers != self._rules.receivers:
            self.problems = [f"rules from {action.by}: {RECEIVERS_STAY}"]
            return
        self.set_rules(action.text, action.by, action.at, file_digest=self._file_digest)

    def _withdraw_uncovered(self, now: int) -> None:
        """Let go of what no rule looks at any more, and of the alerts of it."""
        rules = self._enabled()
        for name, known in sorted(self._lives.items()):
            rule = rules.get(name)
            for target in sorted(known):
                if rule is not None and rule.scope.covers(target):
                    self._regrade(Key(name, target), rule, now)
                    continue
                life = known.pop(target)
                self._produced[mem.life_key(Key(name, target))] = None
                if life.is_open:
                    self._withdraw(Key(name, target), now)
        self._rules_are_new = False

    def _regrade(self, key: Key, rule: AnyRule, now: int) -> None:
        """What is open is as grave as its rule says now, and that rule's owner's."""
        alert = self.incidents.newest_of(key.rule, key.target)
        if alert is not None:
            graded = replace(alert, severity=rule.severity, owner=rule.owner)
            self.incidents.regrade(alert, graded, now)

    def _withdraw(self, key: Key, now: int) -> None:
        alert = self.incidents.newest_of(key.rule, key.target)
        if alert is not None:
            self.incidents.withdraw(alert, now)

    # --- signals ------------------------------------------------------------------------------

    def _enabled(self) -> dict[str, AnyRule]:
        return {name: rule for name, rule in self._rules.rules.items() if rule.enabled}

    def _judge_all(self, readings: Readings) -> dict[str, Judged]:
        rules = self._enabled()
        judged: dict[str, Judged] = {}
        if readings.known:
            self._charts.look(readings, rules)
        for name, rule in rules.items():
            if isinstance(rule, NoData):
                judged[name] = judge(rule, readings)
            elif not readings.tells(rule):
                judged[name] = UNTOLD
            elif isinstance(rule, Surge | Drop):
                judged[name] = self._charts.judge(name)
            else:
                judged[name] = judge(rule, readings)
        # By what the others see themselves, whether or not anything agrees with them.
        return {
            name: self._agreed(rules[name], own, judged) if rules[name].agrees else own
            for name, own in judged.items()
        }

    def _agreed(self, rule: AnyRule, own: Judged, judged: Mapping[str, Judged]) -> Judged:
        """The signals, but that what no other rule agrees with is no breach."""
        agree: set[Target] = set()
        for other in rule.agrees:
            if other in judged:
                agree |= self._holds_for(other, judged[other])
        signals = own.signals.copy()
        for place in np.flatnonzero(signals == BREACH).tolist():
            if agree.isdisjoint((FLOOR, Target(rule.scope.dimension, own.names[place]))):
                signals[place] = HOLD
        return own._replace(signals=signals)

    def _holds_for(self, name: str, judged: Judged) -> set[Target]:
        """What a rule breaches on now, or has an alert for that is not over."""
        scope = self._rules.rules[name].scope
        places = np.flatnonzero(judged.signals == BREACH).tolist()
        now = {Target(scope.dimension, judged.names[place]) for place in places}
        known = self._lives.get(name, {})
        return {target for target in now if scope.covers(target)} | {
            target for target, life in known.items() if life.is_open or life.state == "pending"
        }

    # --- lives --------------------------------------------------------------------------------

    def _live(self, name: str, judged: Judged, readings: Readings) -> None:
        rule = self._rules.rules[name]
        known = self._lives.setdefault(name, {})
        timing = Timing(rule.hold_us, rule.clear_us)
        # Whatever order they are told in, incidents open in the same.
        for target, place in sorted(places(rule, judged, known).items()):
            before = known.get(target, INACTIVE)
            if before is INACTIVE and not self._has_room():
                continue
            signal = judged.absent if place is None else SIGNAL[judged.signals[place]]
            after = lives.step(before, signal, readings.as_of, timing)
            figures = judged.figures(place) if place is not None and after.is_told else {}
            self._lived(Key(name, target), before, after, figures, readings)

    def _lived(
        self, key: Key, before: Life, after: Life, figures: dict[str, Value], readings: Readings
    ) -> None:
        known = self._lives[key.rule]
        if after.may_be_forgotten(readings.as_of):
            if known.pop(key.target, None) is not None:
                self._produced[mem.life_key(key)] = None
            return
        known[key.target] = after
        if after != before:
            self._produced[mem.life_key(key)] = mem.encode(after)
        if before.is_open or after.is_open:
            self._alert(key, before, after, figures, readings)

    def _has_room(self) -> bool:
        if sum(map(len, self._lives.values())) < LIVES_MAX:
            return True
        self.limits["alerts_followed"] = self.limits.get("alerts_followed", 0) + 1
        return False

    def _forget_timers(self, now: int) -> None:
        for name, known in self._lives.items():
            for target, life in known.items():
                after = lives.after_gap(life, now)
                if after != life:
                    known[target] = after
                    self._produced[mem.life_key(Key(name, target))] = mem.encode(after)

    # --- alerts -------------------------------------------------------------------------------

    def _alert(
        self, key: Key, before: Life, after: Life, figures: dict[str, Value], readings: Readings
    ) -> None:
        if not before.is_open:
            self._fire(key, after, figures, readings)
            return
        if after.unknown_since is not None:
            # Nobody knows whether anything changed: it is as old as its figures.
            return
        known = self.incidents.newest_of(key.rule, key.target)
        if known is None:
            # Its incident is forgotten; only an alert that outlived 30 days is.
            return
        as_of = readings.as_of
        changed = after.state != known.state
        if not changed and abs(as_of - known.as_of) < REFRESH_US:
            return
        rule, called = self._rules.rules[key.rule], self._called(key.target)
        alert = gone_on(known, rule, called, after, figures, as_of)
        self.incidents.take(self._records.followed(alert, readings))

    def _fire(self, key: Key, life: Life, figures: dict[str, Value], readings: Readings) -> None:
        rule, target = self._rules.rules[key.rule], key.target
        alert = fired(key, rule, self._called(target), life, figures, readings.as_of)
        again = self.incidents.newest_of(key.rule, target) if life.flaps else None
        why = self._charts.why(rule, key.rule, target, readings)
        alert = replace(alert, id=alert.id if again is None else again.id, why=why)
        self._records.fired(alert)
        incident = self.incidents.take(self._records.followed(alert, readings))
        self._records.joined(alert, incident)

    def _called(self, target: Target) -> str:
        name = target.name or ""
        return self._plan.name_of(name) if target.dimension == "queue" else name

    # --- what is told -------------------------------------------------------------------------

    def _tell(self, clocks: Clocks) -> None:
        receivers = self._rules.receivers
        rules = self._rules.rules
        for incident in [*self.incidents.by_id.values()]:
            told = self._told.get(incident.id, NOTHING)
            if not incident.is_open and not told.severities:
                continue
            after, notifications = tell(incident, told, rules, receivers, clocks)
            if after != told:
                self._told[incident.id] = after
                self._produced[mem.told_key(incident.id)] = mem.encode(after)
            for each in notifications:
                if each.occasion == "escalated":
                    entry = history.escalated(clocks.floor, each.receiver)
                    self.incidents.note(incident.id, entry)
                self._produced[al.notification_key(each.id)] = al.encode_told(each)

    def _collected(self, now: int) -> Produced:
        incidents = self.incidents
        incidents.forget_old(now)
        if incidents.gone or al.RULES_KEY in self._produced:
            self._records.forget_but(self._rules.rules.keys() | incidents.rules())
        # What could not be told for an error is told with the next step.
        produced, self._produced = self._produced, {}
        for each in incidents.changed & incidents.by_id.keys():
            produced[al.incident_key(each)] = al.encode_told(incidents.by_id[each])
        for each in incidents.gone:
            produced[al.incident_key(each)] = None
            told = self._told.pop(each, None)
            if told is not None:
                produced[mem.told_key(each)] = None
                # Those that failed for good were kept to be seen.
                sent = (al.notification_key(id_) for id_ in told.ids(each))
                produced.update(dict.fromkeys(sent))
        incidents.changed.clear()
        incidents.gone.clear()
        produced.update(self._records.changed())
        produced.update(self._charts.changed())
        self.targets = sum(map(len, self._lives.values()))
        if self._charts.left_out:
            self.limits["queues_watched"] = self._charts.left_out
        return produced

    def _restore(self, records: Mapping[str, bytes]) -> None:
        for key, value in records.items():
            match key.partition("/")[0]:
                case mem.LIFE:
                    rule, target = mem.rule_and_target(key)
                    self._lives.setdefault(rule, {})[target] = mem.life_decoder.decode(value)
                case mem.TOLD:
                    self._told[key.partition("/")[2]] = mem.told_decoder.decode(value)
                case _:
                    # Incidents, records and watches are restored by who keeps them.
                    pass
        rules = records.get(al.RULES_KEY)
        if rules is not None:
            self._file_digest = msgspec.msgpack.decode(rules, type=al.RulesInForce).file_digest
        head = records.get(al.HEAD_KEY)
        if head is not None:
            known = al.decode_told(al.HEAD_KEY, head)
            assert isinstance(known, al.AlertsHead)
            self._last = known.as_of
