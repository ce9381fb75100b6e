"""The evaluator step by step: from readings to alerts, and what becomes of them with other rules.

That it may be killed anywhere, tests/properties/test_alerts.py holds.
"""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any, Final

import msgspec
import pytest

from stream.alerts import evaluator as ev
from stream.alerts import history
from stream.alerts import memory as mem
from stream.alerts.charts import FORGOTTEN_US
from stream.alerts.incidents import KEPT_US
from stream.alerts.life import GAP_US, UNKNOWN_FOR_US
from stream.contract import alerts as al
from stream.contract.alerts import Alert, Incident, Judge, RuleRecord, SetRules, Target
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.builders import BASE_US
from tests.stream.alerts.evaluations import (
    AHEAD_US,
    Evaluation,
    Kill,
    Step,
    incidents,
    still_open,
)
from tests.stream.alerts.floors import Metrics, reading
from tests.stream.staffing.saying import english


class Floor:
    """An evaluation whose queues are said by how many wait in each."""

    def __init__(self, rules: str) -> None:
        self.evaluation = Evaluation(dedent(rules))
        self.at_us = BASE_US

    def waits(self, after_s: float = 0, *actions: al.Decisive, **queues: float | None) -> None:
        """So many seconds later so many wait in each queue."""
        told: dict[str, Metrics] = {name: {"waiting": count} for name, count in queues.items()}
        self.step(after_s, *actions, queues=told)

    def step(
        self, after_s: float = 0, *actions: al.Decisive, kill: Kill | None = None, **floor: Any
    ) -> None:
        """So many seconds later the floor stands like that."""
        self.at_us += round(after_s * SECOND_US)
        self.evaluation(Step(reading(at_us=self.at_us, **floor), actions), kill)

    def set_rules(self, text: str) -> SetRules:
        """What somebody does who sets these rules."""
        return SetRules(by="Ann", at=self.at_us + AHEAD_US, text=dedent(text))

    @property
    def open(self) -> set[tuple[str, str | None]]:
        """Rule and name of what an alert is open for."""
        return still_open(self.evaluation.records)

    @property
    def incidents(self) -> list[Incident]:
        """Those of the log, oldest first."""
        return incidents(self.evaluation.records)

    @property
    def lives(self) -> set[tuple[str, str | None]]:
        """Rule and name of each life that the log remembers."""
        keys = (mem.rule_and_target(key) for key in self.evaluation.records if key[:5] == "life/")
        return {(key.rule, key.target.name) for key in keys}


SLOW: Final = """
rules:
  slow:
    {kind: threshold, metric: waiting, above: 5, clear: 2, for: 10s, clear_after: 20s,
     severity: page, owner: desk, message: "{name}: {waiting} wait"}
"""
AT_ONCE: Final = "{kind: threshold, metric: waiting, above: 5, clear_after: 0}"


def test_an_alert_is_told_with_its_figures() -> None:
    """Which are those of its firing, and every five seconds those of now."""
    floor = Floor(SLOW)
    for waiting in (6, 7, 9):
        floor.waits(5, benefits=waiting)
    (incident,) = floor.incidents
    began, fired = BASE_US + 5 * SECOND_US, BASE_US + 15 * SECOND_US

    (alert,) = incident.alerts
    assert msgspec.structs.replace(alert, why=None) == Alert(
        id=incident.id,
        rule="slow",
        kind="threshold",
        target=Target("queue", "benefits"),
        severity="page",
        state="firing",
        began=began,
        changed_at=fired,
        as_of=fired,
        message="benefits: 9 wait",
        figures={"waiting": 9},
        fired_at=fired,
        peak=9.0,
        owner="desk",
    )
    floor.waits(4, benefits=12)
    assert [each.alerts[0].figures for each in floor.incidents] == [{"waiting": 9}]
    floor.waits(1, benefits=8)
    (alert,) = floor.incidents[0].alerts
    assert (alert.figures, alert.peak, alert.as_of) == ({"waiting": 8}, 9.0, floor.at_us)
    assert (alert.message, floor.incidents[0].title) == ("benefits: 8 wait", "benefits: 8 wait")


TIMED: Final = "{kind: threshold, metric: waiting, above: 5, clear: 2, clear_after: 20s}"


def test_what_an_alert_says_is_true_now() -> None:
    """While it fires, between its levels, and as it recovers; of one that is over, what it said
    as it fired, whoever tells it."""
    floor = Floor(f"rules: {{slow: {TIMED}}}")
    said = []
    for waiting in (9, 7, 4, 1, 0, 9, 0, 0, 0, 0, 0):
        floor.step(5, queues={"benefits": {"waiting": waiting}}, kill="after")
        (incident,) = floor.incidents
        assert incident.alerts[0].message == incident.title
        said.append(incident.title.removeprefix("benefits: "))

    assert said == [
        "waiting is 9, above 5",
        "waiting is 7, above 5",
        "waiting is 4, above 2",
        "recovering, waiting is 1",
        "recovering, waiting is 0",
        "waiting is 9, above 5",
        *["recovering, waiting is 0"] * 4,
        "waiting is 9, above 5",
    ]
    (alert,) = floor.incidents[0].alerts
    assert (alert.state, alert.as_fired) == ("resolved", alert)
    assert [entry.text for entry in floor.incidents[0].history] == [
        "benefits: waiting is 9, above 5",
        "nothing of it is left",
    ]


def test_what_recovers_by_being_told_of_no_more_has_no_number() -> None:
    """Neither in what it says nor among its figures."""
    floor = Floor("rules: {due: {kind: promise, clear_after: 1m}}")
    due = {"callbacks": {"benefits": [BASE_US + 60 * SECOND_US]}}
    floor.step(promises=due)
    (alert,) = floor.incidents[0].alerts
    assert (alert.message, alert.figures) == (
        "benefits: 1 callback is due within 10 min",
        {"callbacks_at_risk": 1},
    )

    floor.step(5, promises={})
    (alert,) = floor.incidents[0].alerts
    assert (alert.state, alert.message, alert.figures) == (
        "recovering",
        "benefits: recovering, no callback is due within 10 min",
        {"callbacks_at_risk": None},
    )


def test_of_an_alert_without_data_what_was_known_last_is_said() -> None:
    """As that, and once; then again what is true."""
    floor = Floor(f"rules: {{slow: {TIMED}}}")
    floor.waits(benefits=9)
    said = []
    for after_s, known in ((1, False), (UNKNOWN_FOR_US // SECOND_US, False), (9, False), (1, True)):
        floor.step(after_s, known=known, queues={"benefits": {"waiting": 8}})
        said.append(floor.incidents[0].title)

    assert said == [
        "benefits: waiting is 9, above 5",
        "Last known: benefits: waiting is 9, above 5",
        "Last known: benefits: waiting is 9, above 5",
        "benefits: waiting is 8, above 5",
    ]


@pytest.mark.parametrize(
    ("rule", "breach", "clear", "says", "figures"),
    [
        (
            "{kind: waiting, over: 60s, clear_after: 3m}",
            {"queues": {"benefits": {"oldest_wait_s": 90, "waiting": 9}}},
            {"queues": {"benefits": {"oldest_wait_s": 50, "waiting": 2}}},
            "benefits: recovering, who waits longest has for 50 s",
            {"oldest_wait_s": 50, "waiting": 2},
        ),
        (
            "{kind: promise, more_than: 1, clear_after: 3m}",
            {"promises": {"callbacks": {"benefits": [BASE_US + 5 * MINUTE_US] * 2}}},
            {"promises": {"callbacks": {"benefits": [BASE_US + 5 * MINUTE_US]}}},
            "benefits: recovering, due within 10 min: 1",
            {"callbacks_at_risk": 1},
        ),
    ],
)
def test_of_a_recovering_alert_without_data_what_was_known_last_is_said(
    rule: str,
    breach: dict[str, Any],
    clear: dict[str, Any],
    says: str,
    figures: dict[str, float],
) -> None:
    """Nobody knows that it is empty, so it is as old as its figures, from the first moment on."""
    floor = Floor(f"rules: {{it: {rule}}}")
    floor.step(5, **breach)
    floor.step(5, **clear)
    known_at, told = floor.at_us, []
    for after_s in (5, 10, 5, 9):
        floor.step(after_s, known=False, **clear)
        (alert,) = floor.incidents[0].alerts
        told.append((alert.state, floor.incidents[0].title))
        assert (alert.as_of, alert.figures) == (known_at, figures)

    lost = ("no_data", f"Last known: {says}")
    assert told == [("recovering", says), ("recovering", says), lost, lost]


def test_the_worst_of_what_should_be_much_is_the_least() -> None:
    """As of a service level."""
    floor = Floor(
        "rules: {low: {kind: threshold, metric: service_level, below: 0.6, clear_after: 0}}"
    )
    for level in (0.5, 0.2, 0.4):
        floor.step(5, queues={"benefits": {"service_level": level}})

    assert [each.alerts[0].peak for each in floor.incidents] == [0.2]


def test_what_is_not_told_of_any_more_has_nothing_in_it() -> None:
    """A queue that is gone from the figures is clear, where anything is known at all."""
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}")
    floor.waits(benefits=9, housing=9)
    floor.waits(5, housing=9)

    assert floor.open == {("slow", "housing")}


def test_what_nobody_knows_is_not_clear() -> None:
    """The alert has no data after fifteen seconds, and fires still when there are any."""
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}")
    floor.waits(benefits=9)
    unknown_s = UNKNOWN_FOR_US // SECOND_US
    states = []
    for after_s, known in ((5, False), (unknown_s, False), (5, True)):
        floor.step(after_s, known=known, queues={"benefits": {"waiting": 9}})
        states.append(floor.incidents[0].state)

    assert states == ["firing", "no_data", "firing"]
    assert [entry.what for entry in floor.incidents[0].history] == [
        "opened",
        "no_data",
        "data_again",
    ]


def test_how_long_nobody_knows_goes_on_with_who_takes_over() -> None:
    """Killed in the middle of the fifteen seconds."""
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}")
    floor.waits(benefits=9)
    unknown_s = UNKNOWN_FOR_US // SECOND_US
    for after_s in (1, unknown_s - 1, 1):
        floor.step(after_s, kill="after", known=False)

    assert floor.incidents[0].state == "no_data"
    assert floor.incidents[0].alerts[0].changed_at == floor.at_us


def test_what_comes_back_soon_is_the_same_alert_again() -> None:
    """In its own incident, and fired anew."""
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}")
    for waiting in (9, 0, 9):
        floor.waits(60, benefits=waiting)
    (incident,) = floor.incidents
    (alert,) = incident.alerts

    assert (alert.flaps, alert.fired_at, alert.state) == (1, floor.at_us, "firing")
    assert (incident.opened_at, incident.since) == (BASE_US + 60 * SECOND_US, floor.at_us)
    assert [entry.what for entry in incident.history] == ["opened", "resolved", "reopened"]


def test_after_a_gap_nobody_knows_whether_it_went_on() -> None:
    """What is timed begins anew."""
    floor = Floor(SLOW)
    floor.waits(benefits=9)
    floor.waits(GAP_US / SECOND_US + 1, benefits=9)
    assert floor.open == set()

    floor.waits(10, benefits=9)
    assert floor.open == {("slow", "benefits")}


def test_a_clock_that_is_set_back_holds_nothing_open() -> None:
    """It is over after its time by the new clock, and what fires then is followed."""
    floor = Floor(f"rules: {{slow: {AT_ONCE.replace('after: 0', 'after: 10s')}}}")
    floor.waits(benefits=9)
    floor.waits(5, benefits=0)
    floor.waits(-24 * 3600, benefits=0)
    floor.waits(10, benefits=0)
    assert floor.open == set()

    floor.waits(3600, benefits=9)
    floor.waits(5, benefits=0)
    floor.waits(80, benefits=0)
    assert floor.open == set()


def test_a_rules_record_counts_what_fired_and_what_people_say() -> None:
    """One that flaps is the same again; a word that is taken back counts no more."""
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}")
    for waiting in (9, 0, 9, 0):
        floor.waits(60, benefits=waiting)
    floor.waits(3600, benefits=9)
    first, second = floor.incidents
    who = {"by": "Ann", "at": 0}

    def record(*judged: tuple[str, bool | None]) -> RuleRecord:
        actions = [Judge(**who, incident=one, true=true) for one, true in judged]  # type: ignore[arg-type]
        floor.waits(1, *actions, benefits=9)
        value = floor.evaluation.records[al.record_key("slow")]
        return msgspec.msgpack.decode(value, type=RuleRecord)

    assert record() == RuleRecord("slow", fired=2)
    assert record((first.id, True), (second.id, True)) == RuleRecord("slow", 2, true=2)
    assert record((second.id, False)) == RuleRecord("slow", 2, true=1, false=1)
    assert record((second.id, None), ("gone", True)) == RuleRecord("slow", 2, true=1)


def test_what_joins_an_incident_that_was_judged_is_judged_with_it() -> None:
    """So a word that is taken back takes back only what it counted; no record falls below 0."""
    floor = Floor(f"rules: {{slow: {AT_ONCE}, late: {{kind: waiting, over: 1m}}}}")
    floor.waits(1, benefits=9)
    (first,) = floor.incidents
    who = {"by": "Ann", "at": 0, "incident": first.id}

    def records() -> list[RuleRecord]:
        told = (floor.evaluation.records[al.record_key(rule)] for rule in ("slow", "late"))
        return [msgspec.msgpack.decode(each, type=RuleRecord) for each in told]

    joined: dict[str, Metrics] = {"benefits": {"waiting": 9, "oldest_wait_s": 90}}
    floor.step(1, Judge(**who, true=True), queues={"benefits": {"waiting": 9}})  # type: ignore[arg-type]
    floor.step(queues=joined)
    assert len(floor.incidents[0].alerts) == 2
    assert records() == [RuleRecord("slow", 1, true=1), RuleRecord("late", 1, true=1)]

    floor.step(1, Judge(**who, true=None), queues=joined)  # type: ignore[arg-type]
    assert records() == [RuleRecord("slow", 1), RuleRecord("late", 1)]


def test_a_surge_of_a_queue_that_is_told_of_no_more_is_over() -> None:
    """A queue that nothing came to for hours is left out of the readings: nothing comes to it."""
    floor = Floor("rules: {surge: {kind: surge, clear_after: 0}}")
    counts = [6] * 120 + [40] * 5

    def goes_on(minutes: int, *queues: str) -> None:
        for _ in range(minutes):
            told = dict.fromkeys((None, *queues), counts[-60:])
            floor.step(60, arrivals=told)
            counts.append(0)

    for end in range(60, 126):
        hour = counts[end - 60 : end]
        floor.step(60, arrivals={None: hour, "benefits": hour})
    assert floor.open == {("surge", "benefits")}
    goes_on(60)
    assert floor.open == set()


@pytest.mark.parametrize(
    ("level", "ended", "known", "leads_s"),
    [
        (0.79, 10, True, [20.0]),
        (0.8, 10, True, []),
        (0.79, 9, True, []),
        (0.79, 10, False, []),
        (None, 10, True, []),
    ],
)
def test_how_early_an_alert_was_is_kept_once_the_target_breaks(
    level: float | None, ended: int, known: bool, leads_s: list[float]
) -> None:
    """Fewer than eight in ten of at least ten in time, as far as anything is known; once."""
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}")
    floor.waits(benefits=9)
    told: Metrics = {
        "waiting": 9,
        "stuck_proof": level,
        "answered_waited": ended,
        "abandoned": 0,
    }
    for _ in range(3):
        floor.step(20, known=known, queues={"benefits": told})

    record = msgspec.msgpack.decode(
        floor.evaluation.records[al.record_key("slow")], type=RuleRecord
    )
    assert record.leads_s == leads_s


# --- what has to agree -------------------------------------------------------------------------

AGREE: Final = """
rules:
  waits: {kind: waiting, over: 1m, clear_after: 0, agrees: [slow]}
  slow: {kind: threshold, metric: waiting, above: 5, clear_after: 0%s}
"""


def agreed(rules: str, **floor: Any) -> set[tuple[str, str | None]]:
    """What is open once `benefits` has waited for two minutes on a floor like that."""
    made = Floor(rules)
    queues = {"benefits": {"oldest_wait_s": 120}, **floor.pop("queues", {})}
    made.step(queues=queues, **floor)
    return {each for each in made.open if each[0] == "waits"}


def test_a_rule_fires_where_another_agrees() -> None:
    """For the same thing, in the same step, whichever stands first."""
    both: dict[str, Metrics] = {"benefits": {"oldest_wait_s": 120, "waiting": 9}}

    assert agreed(AGREE % "", queues=both) == {("waits", "benefits")}
    assert agreed(AGREE % "") == set()


def test_another_things_alert_is_no_agreement() -> None:
    """Neither another queue's, nor that of a team by the same name."""
    other: dict[str, Metrics] = {"housing": {"waiting": 9}}
    team = AGREE % ", scope: {team: '*'}"
    answered = team.replace("metric: waiting", "metric: answered")

    assert agreed(AGREE % "", queues=other) == set()
    assert agreed(answered, teams={"benefits": {"answered": 9}}) == set()


def test_the_floors_alert_agrees_with_everything() -> None:
    """It is about all of it."""
    assert agreed(AGREE % ", scope: {floor: true}", floor={"waiting": 9}) == {("waits", "benefits")}


@pytest.mark.parametrize(
    "more", [", scope: {queue: '*', except: benefits}", ", enabled: false"], ids=str
)
def test_a_rule_that_does_not_look_there_does_not_agree(more: str) -> None:
    """Whatever it would see."""
    both: dict[str, Metrics] = {"benefits": {"oldest_wait_s": 120, "waiting": 9}}

    assert agreed(AGREE % more, queues=both) == set()


def test_an_alert_that_is_open_agrees_still_and_one_that_is_over_does_not() -> None:
    """Until its own time to clear is over."""
    floor = Floor(AGREE.replace("5, clear_after: 0%s", "5, clear_after: 10s"))
    floor.step(queues={"benefits": {"waiting": 9}})
    floor.step(5, queues={"benefits": {"waiting": 0, "oldest_wait_s": 120}})
    assert floor.open == {("slow", "benefits"), ("waits", "benefits")}

    floor.step(5, queues={"benefits": {"waiting": 0, "oldest_wait_s": 0}})
    floor.step(5, queues={"benefits": {"waiting": 0, "oldest_wait_s": 0}})
    assert floor.open == set()
    floor.step(0.5, queues={"benefits": {"waiting": 0, "oldest_wait_s": 120}})
    assert floor.open == set()


def test_what_fires_goes_on_when_nothing_agrees_any_more() -> None:
    """To agree is needed to begin, and not to go on."""
    floor = Floor(AGREE % "")
    floor.step(queues={"benefits": {"waiting": 9, "oldest_wait_s": 120}})
    for _ in range(3):
        floor.step(5, queues={"benefits": {"waiting": 0, "oldest_wait_s": 120}})

    assert floor.open == {("waits", "benefits")}


# --- other rules -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("rules: {}", id="it is gone"),
        pytest.param(
            f"rules: {{slow: {AT_ONCE}}}".replace("{kind", "{enabled: false, kind"), id="off"
        ),
        pytest.param(
            f"rules: {{slow: {AT_ONCE}}}".replace("{kind", "{scope: {queue: a}, kind"),
            id="elsewhere",
        ),
        pytest.param(
            f"rules: {{slow: {AT_ONCE}}}".replace("{kind", "{scope: {floor: true}, kind"),
            id="another dimension",
        ),
    ],
)
def test_an_alert_whose_rule_looks_there_no_longer_is_over(text: str) -> None:
    """With a line that says why, on the floor's clock, and nothing of it is left to follow."""
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}")
    floor.waits(benefits=9)
    floor.waits(5, floor.set_rules(text), benefits=9)
    (incident,) = floor.incidents

    assert (incident.state, incident.resolved_at) == ("resolved", floor.at_us)
    assert incident.history[1:] == [
        history.over(floor.at_us),
        history.withdrawn(floor.at_us, "slow"),
    ]
    assert (floor.open, floor.lives) == (set(), set())


def test_timers_go_on_under_other_rules_that_look_there_too() -> None:
    """Even where what the new ones ask for is told from the next step on only."""
    floor = Floor(SLOW)
    floor.waits(benefits=9)
    floor.waits(5, floor.set_rules(SLOW.replace("above: 5", "above: 6")), benefits=9)
    floor.waits(5, benefits=9)
    assert floor.open == {("slow", "benefits")}

    longer = SLOW.replace("metric: waiting", "metric: offered, window: 240m")
    told: Metrics = {"waiting": 9, "offered": 9}
    floor.step(1, floor.set_rules(longer), queues={"benefits": told}, every=("30m",))
    assert [each.state for each in floor.incidents] == ["firing"]
    floor.step(1, queues={"benefits": told})
    assert [each.state for each in floor.incidents] == ["firing"]
    assert [entry.what for entry in floor.incidents[0].history] == ["opened"]


def test_the_rules_in_force_are_told_with_who_set_them() -> None:
    """And not those that cannot be read, or that would tell others."""
    floor = Floor(SLOW)
    floor.waits(benefits=0)
    assert al.RULES_KEY not in floor.evaluation.records

    good = floor.set_rules(SLOW.replace("page", "notice"))
    floor.waits(1, good, benefits=0)
    kept = floor.evaluation.records[al.RULES_KEY]
    told = msgspec.msgpack.decode(kept, type=al.RulesInForce)
    assert (told.text, told.by, told.at) == (good.text, "Ann", good.at)

    hook = "receivers: {x: {kind: webhook, url: 'https://x.example/'}}"
    for text in ("rules: 5", hook):
        floor.waits(1, floor.set_rules(text), benefits=0)
        assert floor.evaluation.records[al.RULES_KEY] == kept
        assert len(floor.evaluation.evaluator.problems) == 1
    floor.waits(1, good, benefits=0)
    assert floor.evaluation.evaluator.problems == []


def test_rules_that_are_set_before_the_first_step_are_told_with_it() -> None:
    """As where another file is given at the start."""
    floor = Floor(SLOW)
    floor.evaluation.evaluator.set_rules(SLOW, al.FILE, 5, file_digest="d")
    floor.waits(benefits=0)

    told = msgspec.msgpack.decode(floor.evaluation.records[al.RULES_KEY], type=al.RulesInForce)
    assert told == al.RulesInForce(SLOW, al.FILE, 5, "d")


# --- bounds ------------------------------------------------------------------------------------


def test_more_alerts_than_can_be_followed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are followed go on, and where one is over another has room."""
    monkeypatch.setattr(ev, "LIVES_MAX", 2)
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}")
    floor.waits(a=9, b=9, c=9, d=9)
    assert floor.open == {("slow", "a"), ("slow", "b")}
    assert floor.evaluation.evaluator.limits == {"alerts_followed": 2}

    floor.waits(5, b=9, c=9)
    floor.waits(3600, b=9, c=9)
    floor.waits(1, b=9, c=9)
    assert floor.open == {("slow", "b"), ("slow", "c")}


def test_what_is_forgotten_leaves_nothing_in_the_log() -> None:
    """Lives as soon as they cannot come back; incidents after thirty days, with all about them."""
    hook = "receivers: {x: {kind: webhook, url: 'https://x.example/'}}"
    floor = Floor(f"rules: {{slow: {AT_ONCE}}}\n{hook}")
    floor.waits(benefits=9)
    floor.waits(5, benefits=0)
    kinds = {key.partition("/")[0] for key in floor.evaluation.records}
    assert {"life", "incident", "told", "notification"} <= kinds

    floor.waits(3600, benefits=0)
    assert floor.lives == set()
    floor.waits(31 * 24 * 3600, benefits=0)
    assert {key.partition("/")[0] for key in floor.evaluation.records} == {"head", "record"}


def test_every_key_names_what_lies_under_it() -> None:
    """Whatever a rule, queue or team is called."""
    for name in ("a", "a/b", 'q"uote', "é\n", "[1]", ""):
        for target in (Target("queue", name), Target("team", name), Target("floor")):
            key = mem.Key(name, target)
            assert mem.rule_and_target(mem.life_key(key)) == key
        assert mem.queue_of(mem.watch_key(name)) == name
    assert mem.queue_of(mem.watch_key(None)) is None


@pytest.mark.parametrize(
    ("before", "after", "severity", "told"),
    [
        pytest.param("notice", "page", "page", "worse", id="graver"),
        pytest.param("page", "ticket", "ticket", "note", id="less grave"),
    ],
)
def test_what_is_open_is_as_grave_as_its_rule_says_now(
    before: str, after: str, severity: str, told: str
) -> None:
    """The alert and its incident; with a line that says so, and its new owner."""
    floor = Floor(f"rules: {{slow: {AT_ONCE.replace('{', '{severity: ' + before + ', ')}}}")
    floor.waits(benefits=9)
    text = f"rules: {{slow: {AT_ONCE.replace('{', '{owner: desk, severity: ' + after + ', ')}}}"
    floor.waits(5, floor.set_rules(text), benefits=9)
    (incident,) = floor.incidents

    assert (incident.state, incident.severity) == ("firing", severity)
    assert [(one.severity, one.owner) for one in incident.alerts] == [(severity, "desk")]
    assert [entry.what for entry in incident.history] == ["opened", told]


def test_the_record_of_a_rule_that_is_gone_goes_with_its_last_incident() -> None:
    """It may be judged for as long as that is kept; other rules' records stay."""
    floor = Floor(f"rules: {{old: {AT_ONCE}, new: {AT_ONCE}}}")
    floor.waits(benefits=9)
    floor.waits(5, floor.set_rules(f"rules: {{new: {AT_ONCE}}}"), benefits=9)
    records = floor.evaluation.records
    assert {key for key in records if key.startswith("record/")} == {"record/old", "record/new"}
    floor.waits(5, benefits=0)
    floor.waits(KEPT_US // SECOND_US + 60, benefits=0)

    assert floor.incidents == []
    assert {key for key in records if key.startswith("record/")} == {"record/new"}


def test_a_queue_that_is_told_of_no_more_is_forgotten_in_the_end() -> None:
    """Its weeks are kept for eight of them, and its place is then another's."""
    floor = Floor("rules: {surge: {kind: surge}}")
    hour = [5] * 60
    floor.step(60, arrivals={None: hour, "benefits": hour})
    floor.step(60, arrivals={None: hour, "benefits": hour})
    records = floor.evaluation.records
    watches = {"watch/null", 'watch/"benefits"'}
    assert {key for key in records if key.startswith("watch/")} == watches

    floor.step(FORGOTTEN_US // SECOND_US - 600, arrivals={None: hour})
    floor.step(60, arrivals={None: hour})
    assert {key for key in records if key.startswith("watch/")} == watches
    floor.step(1_200, arrivals={None: hour})
    assert {key for key in records if key.startswith("watch/")} == {"watch/null"}


def test_a_fresh_surge_is_explained_by_its_own_rate() -> None:
    """As many times the usual as its chart has counted since it began."""
    floor = Floor("rules: {surge: {kind: surge}}")
    counts = [6] * 120 + [40] * 5
    for end in range(60, 126):
        hour = counts[end - 60 : end]
        floor.step(60, arrivals={None: hour, "benefits": hour})
        if floor.open:
            break
    (incident,) = floor.incidents
    (alert,) = incident.alerts

    assert alert.why is not None
    (volume,) = alert.why.parts
    assert volume.factor == "volume"
    assert volume.before is not None
    assert volume.now is not None
    assert volume.now == pytest.approx(volume.before * (alert.why.size or 0))
    assert volume.now > 2 * volume.before


@pytest.mark.parametrize(
    ("rule", "counts", "queue", "text"),
    [
        pytest.param(
            "surge",
            [40] * 5,
            {"average_handle_time_s": 60.0, "agents_staffed": 90.0, "agents_away": 0.0},
            r"More contacts come than usual: \d{4} contacts an hour against \d{3}\."
            r" By the model the wait is not longer than usual\.",
            id="a surge that people enough are there for",
        ),
        pytest.param(
            "drop",
            [0] * 30,
            {"average_handle_time_s": 60.0},
            r"Fewer contacts come than usual: [\d.]+ contacts an hour against \d{3}\.",
            id="a drop",
        ),
    ],
)
def test_what_is_seen_in_arrivals_is_told_by_them(
    rule: str, counts: list[int], queue: Metrics, text: str
) -> None:
    """Where the model finds no longer wait, and where a wait is not what it is about."""
    floor = Floor(f"rules: {{it: {{kind: {rule}}}}}")
    told = [6] * 14 * 24 * 60 + counts
    for end in (*range(60, len(told) - 60, 60), *range(len(told) - 60, len(told) + 1)):
        after_s = 60 if end > len(told) - 60 else 3600
        hour = told[end - 60 : end]
        floor.step(after_s, queues={"benefits": queue}, arrivals={None: hour, "benefits": hour})
        if floor.open:
            break
    why = floor.incidents[0].alerts[0].why

    assert why is not None
    assert re.fullmatch(text, why.text)
    assert english(why.said) == why.text
    assert (why.parts, why.since is not None) == ([], True)
