"""Whom outside is told what and when: once a change, and to others where nobody acknowledges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from stream.alerts.rule_file import RuleSet, parse_rules
from stream.alerts.telling import NOTHING, Clocks, Told, tell
from stream.contract.alerts import (
    Alert,
    Incident,
    Mark,
    Notification,
    Severity,
    State,
    Target,
)
from stream.contract.instants import HOUR_US, MINUTE_US
from tests.builders import BASE_US

# The wall clock; the floor's is at the base instant, 14:00 on 2 March 2026.
WALL: Final = BASE_US + 5 * HOUR_US
ZONE: Final = ZoneInfo("UTC")
URL: Final = "https://hook.example/x"


def rule_set(receivers: Mapping[str, str], **rules: str) -> RuleSet:
    """Receivers by name, and rules beside `slow`, which tells everybody."""
    lines = ["rules:", "  slow: {kind: surge}"]
    lines += [f"  {name}: {{kind: surge, {fields}}}" for name, fields in rules.items()]
    lines += ["receivers:"]
    lines += [
        f"  {name}: {{kind: webhook, url: '{URL}', {more}}}" for name, more in receivers.items()
    ]
    return parse_rules("\n".join(lines), "alerts.yaml")


def alert(rule: str = "slow", severity: Severity = "notice", state: State = "firing") -> Alert:
    """One that is open, or over."""
    return Alert(
        id=rule,
        rule=rule,
        kind="surge",
        target=Target("queue", "benefits"),
        severity=severity,
        state=state,
        began=BASE_US,
        changed_at=BASE_US,
        as_of=BASE_US,
        message=rule,
        figures={},
        fired_at=BASE_US,
    )


def incident(*alerts: Alert, state: State = "firing", **more: Any) -> Incident:
    """One with these alerts."""
    return Incident(
        id="i",
        title="slow",
        severity="notice",
        state=state,
        opened_at=BASE_US,
        alerts=[*(alerts or (alert(),))],
        history=[],
        **more,
    )


OVER: Final = incident(alert(state="resolved"), state="resolved")


class Teller:
    """Asks again and again, and keeps what was told."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.told = NOTHING
        self.all: list[Notification] = []

    def __call__(
        self, incident: Incident, after_us: int = 0, *, floor_us: int = 0
    ) -> list[tuple[str, str]]:
        """Receiver and occasion of what is said so long after the first time."""
        clocks = Clocks(BASE_US + floor_us, WALL + after_us, ZONE)
        rules = self.rules
        self.told, said = tell(incident, self.told, rules.rules, rules.receivers, clocks)
        self.all += said
        return [(each.receiver, each.occasion) for each in said]


def teller(receivers: Mapping[str, str] | None = None, **rules: str) -> Teller:
    """With one receiver, `lead`, where nothing else is said."""
    return Teller(rule_set({"lead": ""} if receivers is None else receivers, **rules))


def test_a_message_has_all_that_is_needed_to_send_it() -> None:
    """Its id counts the messages of its incident."""
    ask = teller()
    firing = incident()
    ask(firing)
    ask(OVER, 5)

    assert ask.all == [
        Notification("i-1", "lead", "fired", firing, BASE_US, WALL),
        Notification("i-2", "lead", "resolved", OVER, BASE_US, WALL + 5),
    ]
    assert ask.told == Told(count=2)
    assert ask.told.ids("i") == ["i-1", "i-2"]


def test_one_change_is_one_message() -> None:
    """Worse is a change, and better none; it is over once."""
    ask = teller()
    page = incident(alert(), alert("slow", "page"))

    assert ask(incident()) == [("lead", "fired")]
    assert ask(incident()) == []
    assert ask(page) == [("lead", "worse")]
    assert ask(page) == []
    assert ask(incident()) == []
    assert ask(page) == []
    assert ask(OVER) == [("lead", "resolved")]
    assert ask(OVER) == []


def test_what_comes_back_is_told_anew() -> None:
    """Since its end was told as well."""
    ask = teller()

    assert [ask(each) for each in (incident(), OVER, incident(), OVER)] == [
        [("lead", "fired")],
        [("lead", "resolved")],
        [("lead", "fired")],
        [("lead", "resolved")],
    ]
    assert ask.told.ids("i") == [each.id for each in ask.all]


@pytest.mark.parametrize("state", ["recovering", "no_data"])
def test_only_what_fires_is_told_of_first(state: State) -> None:
    """Who was not told while it fired need not hear of it any more."""
    ask = teller({"lead": ""})

    assert ask(incident(alert(state=state), state=state)) == []
    assert ask(OVER) == []
    assert ask(incident()) == [("lead", "fired")]
    assert ask(incident(alert(state=state), state=state)) == []


def test_a_receiver_hears_what_it_wants_to() -> None:
    """By how grave it is; the all-clear only where it wants that, and was told."""
    ask = teller({"all": "", "pages": "severities: [page]", "mute": "resolved: false"})
    page = incident(alert("slow", "page"))

    assert ask(incident()) == [("all", "fired"), ("mute", "fired")]
    assert ask(page) == [("all", "worse"), ("mute", "worse"), ("pages", "fired")]
    assert ask(OVER) == [("all", "resolved"), ("pages", "resolved")]
    assert ask(OVER) == []


def test_a_rule_says_whom_it_tells() -> None:
    """Each receiver by the gravest alert that is told to it."""
    ask = teller({"a": "", "b": ""}, only_b="notify: [b]", nobody="notify: []")

    assert ask(incident(alert("nobody", "page"))) == []
    assert ask(incident(alert("nobody", "page"), alert("only_b"))) == [("b", "fired")]
    assert ask(incident(alert("only_b"), alert("slow", "ticket"))) == [("a", "fired")]
    assert ask(incident(alert("only_b", "page"), alert("slow", "ticket"))) == [("b", "worse")]


def test_an_alert_that_is_over_makes_nothing_worse() -> None:
    """Though its incident is open."""
    ask = teller()

    assert ask(incident(alert(), alert("slow", "page", "resolved"))) == [("lead", "fired")]
    assert ask.told.severities == {"lead": "notice"}


def test_a_rule_or_receiver_that_is_gone_says_nothing() -> None:
    """Rules may be replaced while an incident is open."""
    ask = teller({"a": "", "b": ""})
    assert ask(incident(alert("gone"))) == []
    assert ask(incident()) == [("a", "fired"), ("b", "fired")]

    ask.rules = rule_set({"b": ""})
    assert ask(OVER) == [("b", "resolved")]


# --- what joins --------------------------------------------------------------------------------


def joined(*ids: str) -> list[Alert]:
    """Further alerts of the same cause, by id."""
    return [replace(alert(), id=id_) for id_ in ids]


def test_what_joins_without_being_graver_is_told_as_such() -> None:
    """Once, with what is new; and it says so by ids."""
    ask = teller()
    ask(incident())
    more = incident(alert(), *joined("a", "b"))

    assert ask(more, 5 * MINUTE_US) == [("lead", "joined")]
    assert ask.all[-1].news == ["a", "b"]
    assert ask(more, 60 * MINUTE_US) == []
    assert ask(OVER, 61 * MINUTE_US) == [("lead", "resolved")]


def test_a_storm_is_a_few_messages_and_not_one_a_rule() -> None:
    """After 5 minutes, and then after twice as long each time, up to an hour."""
    ask = teller()
    said = {}
    for minute in range(200):
        ids = [str(nth) for nth in range(minute)]
        for receiver, occasion in ask(incident(alert(), *joined(*ids)), minute * MINUTE_US):
            said[minute] = (receiver, occasion)

    assert said == {
        0: ("lead", "fired"),
        5: ("lead", "joined"),
        15: ("lead", "joined"),
        35: ("lead", "joined"),
        75: ("lead", "joined"),
        135: ("lead", "joined"),
        195: ("lead", "joined"),
    }


def test_what_joined_and_is_over_by_then_is_not_told() -> None:
    """Nor what comes back as the same alert."""
    ask = teller()
    ask(incident())
    over = [replace(each, state="resolved") for each in joined("a")]

    assert ask(incident(alert(), *joined("a")), MINUTE_US) == []
    assert ask(incident(alert(), *over), 6 * MINUTE_US) == []
    assert ask(incident(alert()), 7 * MINUTE_US) == []


def test_who_has_it_is_not_told_of_what_joins() -> None:
    """Unless they give it back, or it is worse."""
    ask = teller()
    ask(incident())
    more = [alert(), *joined("a")]

    assert ask(incident(*more, **HAVE_IT), 10 * MINUTE_US) == []
    assert ask(incident(*more), 11 * MINUTE_US) == [("lead", "joined")]


def test_what_joins_puts_off_no_escalation() -> None:
    """The time of the first message counts."""
    ask = teller({"lead": "escalate_after: 6m, escalate_to: [boss]", "boss": ""})
    ask(incident())
    more = incident(alert(), *joined("a"))

    assert ask(more, 5 * MINUTE_US) == [("lead", "joined")]
    assert ask(more, 6 * MINUTE_US) == [("boss", "escalated")]


def test_a_receiver_of_notices_alone_hears_of_one_in_a_page() -> None:
    """It is told of what it wants to hear, whatever else the incident has in it."""
    ask = teller({"all": "", "notices": "severities: [notice]"})
    page = alert("slow", "page")
    assert ask(incident(page)) == [("all", "fired")]

    assert ask(incident(page, *joined("a")), MINUTE_US) == [("notices", "fired")]
    assert ask(incident(page, *joined("a")), 5 * MINUTE_US) == [("all", "joined")]
    assert ask(incident(page, *joined("a", "b")), 6 * MINUTE_US) == [("notices", "joined")]


def test_who_forgets_by_itself_is_told_that_it_goes_on() -> None:
    """An Alertmanager twice a day, whoever has it or has silenced it; nobody else."""
    ask = teller({"am": "", "lead": ""})
    text = f"{{kind: alertmanager, url: '{URL}'}}"
    ask.rules = parse_rules(
        f"rules: {{slow: {{kind: surge}}}}\nreceivers: {{am: {text}, lead: {text}}}".replace(
            f"lead: {text}", f"lead: {{kind: webhook, url: '{URL}'}}"
        ),
        "alerts.yaml",
    )
    ask(incident())
    later = 12 * HOUR_US

    assert ask(incident(), later - 1) == []
    assert ask(incident(**HAVE_IT), later) == [("am", "still")]
    assert ask(incident(), later + 1) == []
    assert ask(incident(snoozed_until=WALL + 99 * HOUR_US), 2 * later) == [("am", "still")]
    assert ask(OVER, 2 * later + 1) == [("am", "resolved"), ("lead", "resolved")]


def test_who_was_told_by_an_older_version_has_heard_of_all() -> None:
    """What was joined long ago is no news after an update."""
    ask = teller()
    ask.told = Told({"lead": "notice"}, {"lead": WALL - HOUR_US}, 1)

    assert ask(incident(alert(), *joined("a"))) == []
    assert ask(incident(alert(), *joined("a", "b")), 1) == [("lead", "joined")]


# --- when not ----------------------------------------------------------------------------------


def test_a_snoozed_incident_is_silent_until_then() -> None:
    """Nothing is worse, nobody else is told; that it is over is said."""
    ask = teller({"lead": "escalate_after: 1m, escalate_to: [boss]", "boss": ""})
    until = WALL + 10 * MINUTE_US
    snoozed = incident(alert("slow", "page"), snoozed_until=until)
    assert ask(incident()) == [("lead", "fired")]

    assert ask(snoozed, 10 * MINUTE_US - 1) == []
    assert ask(snoozed, 10 * MINUTE_US) == [("lead", "worse")]
    assert ask(snoozed, 11 * MINUTE_US) == [("boss", "escalated")]
    assert ask(replace(OVER, snoozed_until=until + HOUR_US), 12 * MINUTE_US) == [
        ("boss", "resolved"),
        ("lead", "resolved"),
    ]


def test_what_opens_while_it_is_snoozed_is_told_when_that_ends() -> None:
    """If it is open still."""
    ask = teller()
    snoozed = incident(snoozed_until=WALL + MINUTE_US)

    assert ask(snoozed) == []
    assert ask(snoozed, MINUTE_US) == [("lead", "fired")]


def test_a_rules_quiet_hours_are_on_the_floors_clock() -> None:
    """It is told when they end, if it is open still."""
    ask = teller(night="quiet_hours: 13:00-14:30")
    quiet = incident(alert("night"))

    assert ask(quiet) == []
    assert ask(quiet, floor_us=30 * MINUTE_US - 1) == []
    assert ask(quiet, floor_us=30 * MINUTE_US) == [("lead", "fired")]


def test_a_quiet_rule_does_not_silence_another() -> None:
    """Each says whether it is told."""
    ask = teller(night="quiet_hours: 13:00-14:30")

    assert ask(incident(alert("night", "page"), alert("slow"))) == [("lead", "fired")]
    assert ask.told.severities == {"lead": "notice"}


def test_a_receivers_quiet_hours_hold_its_messages_back() -> None:
    """On the wall clock, but for pages; they are decided all the same."""
    ask = teller({"lead": "quiet_hours: 18:00-20:00"})

    ask(incident())
    ask(incident(alert("slow", "page")), 1)

    assert [each.not_before - WALL for each in ask.all] == [HOUR_US, 1]


# --- escalation --------------------------------------------------------------------------------

CHAIN: Final = {
    "lead": "escalate_after: 5m, escalate_to: [boss, deputy]",
    "boss": "escalate_after: 10m, escalate_to: [owner]",
    "deputy": "",
    "owner": "",
}
HAVE_IT: Final[dict[str, Any]] = {"acknowledged": Mark("Ann", WALL)}


def test_who_comes_second_is_told_when_nobody_acknowledges() -> None:
    """Each once, and after the time of the one before."""
    ask = teller(CHAIN)

    assert ask(incident()) == [("lead", "fired")]
    assert ask(incident(), 5 * MINUTE_US - 1) == []
    assert ask(incident(), 5 * MINUTE_US) == [("boss", "escalated"), ("deputy", "escalated")]
    assert ask(incident(), 15 * MINUTE_US - 1) == []
    assert ask(incident(), 15 * MINUTE_US) == [("owner", "escalated")]
    assert ask(incident(), 60 * MINUTE_US) == []
    assert ask(OVER, 61 * MINUTE_US) == [
        (name, "resolved") for name in ("boss", "deputy", "lead", "owner")
    ]


def test_nobody_else_is_told_once_somebody_has_it() -> None:
    """Unless they give it back."""
    ask = teller(CHAIN)
    ask(incident())

    assert ask(incident(**HAVE_IT), 60 * MINUTE_US) == []
    assert ask(incident(), 61 * MINUTE_US) == [("boss", "escalated"), ("deputy", "escalated")]


def test_who_comes_second_is_no_ones_first_address() -> None:
    """But where a rule names them."""
    ask = teller(CHAIN, mine="notify: [boss]")

    assert ask(incident(alert("mine"))) == [("boss", "fired")]
    assert ask(incident(alert("mine"), alert("slow"))) == [("lead", "fired")]
    assert ask(incident(alert("mine"), alert("slow")), 5 * MINUTE_US) == [("deputy", "escalated")]


def test_escalation_waits_for_the_message_to_be_heard() -> None:
    """Quiet hours are no time in which somebody failed to answer."""
    ask = teller({**CHAIN, "lead": CHAIN["lead"] + ", quiet_hours: 18:00-20:00"})
    ask(incident())

    assert ask(incident(), HOUR_US + 5 * MINUTE_US - 1) == []
    assert ask(incident(), HOUR_US + 5 * MINUTE_US) == [
        ("boss", "escalated"),
        ("deputy", "escalated"),
    ]


def test_who_was_told_as_second_hears_when_it_is_worse_by_their_rules_alone() -> None:
    """An escalation tells how grave it is; what grows worse is told to first addresses."""
    ask = teller(CHAIN)
    ask(incident())
    ask(incident(), 5 * MINUTE_US)
    page = incident(alert("slow", "page"))

    assert ask(page, 6 * MINUTE_US) == [("lead", "worse")]
    assert {each.receiver: each.occasion for each in ask.all} == {
        "lead": "worse",
        "boss": "escalated",
        "deputy": "escalated",
    }


def test_what_comes_back_escalates_anew() -> None:
    """After its own time."""
    ask = teller(CHAIN)
    for at in (0, 60):
        assert ask(incident(), at * MINUTE_US) == [("lead", "fired")]
        later = ask(incident(), (at + 5) * MINUTE_US)
        assert later == [("boss", "escalated"), ("deputy", "escalated")]
        ask(OVER, (at + 6) * MINUTE_US)


def test_a_second_is_told_once_it_is_grave_enough_for_them() -> None:
    """So long after the first was told that it is."""
    ask = teller({"lead": "escalate_after: 5m, escalate_to: [boss]", "boss": "severities: [page]"})
    page = incident(alert("slow", "page"))
    ask(incident())
    assert ask(incident(), 5 * MINUTE_US) == []

    assert ask(page, 6 * MINUTE_US) == [("lead", "worse")]
    assert ask(page, 11 * MINUTE_US - 1) == []
    assert ask(page, 11 * MINUTE_US) == [("boss", "escalated")]


def test_a_second_who_does_not_hear_such_things_is_left_out() -> None:
    """And not told that it is over either."""
    ask = teller({"lead": CHAIN["lead"], "boss": "severities: [page]", "deputy": ""})
    ask(incident())

    assert ask(incident(), 5 * MINUTE_US) == [("deputy", "escalated")]
    assert ask(OVER, 6 * MINUTE_US) == [("deputy", "resolved"), ("lead", "resolved")]


# --- properties --------------------------------------------------------------------------------

_severities = st.sampled_from(["page", "notice", "ticket"])
_states = st.sampled_from(["firing", "recovering", "no_data", "resolved"])
_names = st.sampled_from(["slow", "only_b", "night", "gone"])
_marks = st.none() | st.just(Mark("Ann", WALL))
_snoozes = st.none() | st.integers(0, 40).map(lambda minutes: WALL + minutes * MINUTE_US)


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    """One incident at some time of its life."""
    alerts = draw(st.lists(st.builds(alert, _names, _severities, _states), min_size=1, max_size=3))
    still = [each.state for each in alerts if each.state != "resolved"]
    state: State = "resolved" if not still else "firing" if "firing" in still else still[0]
    return incident(*alerts, state=state, acknowledged=draw(_marks), snoozed_until=draw(_snoozes))


lives = st.lists(st.tuples(incidents(), st.integers(0, 12)), max_size=15)
ROUND: Final = {
    "a": "escalate_after: 5m, escalate_to: [b, c]",
    "b": "severities: [page, notice], quiet_hours: 19:05-19:20",
    "c": "resolved: false",
    "d": "severities: [page]",
}
ROUND_RULES: Final = rule_set(ROUND, only_b="notify: [b]", night="quiet_hours: 13:00-14:30")


@given(lives)
def test_asking_twice_says_nothing_twice(lives: list[tuple[Incident, int]]) -> None:
    """Whatever happens: what was told is kept, and only what differs from it is said."""
    once, twice = Teller(ROUND_RULES), Teller(ROUND_RULES)
    minutes = 0
    for incident, later in lives:
        minutes += later
        once(incident, minutes * MINUTE_US, floor_us=minutes * MINUTE_US)
        twice(incident, minutes * MINUTE_US, floor_us=minutes * MINUTE_US)
        assert twice(incident, minutes * MINUTE_US, floor_us=minutes * MINUTE_US) == []

    assert once.all == twice.all
    assert once.told == twice.told


@given(lives)
def test_every_alarm_has_its_all_clear(lives: list[tuple[Incident, int]]) -> None:
    """Who was told of it, and nobody else, hears that it is over, and no id comes twice."""
    ask = Teller(ROUND_RULES)
    minutes = 0
    for incident, later in lives:
        minutes += later
        ask(incident, minutes * MINUTE_US, floor_us=minutes * MINUTE_US)
    ask(OVER, (minutes + 1) * MINUTE_US)

    open_to: dict[str, str] = {}
    for each in ask.all:
        if each.occasion == "resolved":
            del open_to[each.receiver]
        else:
            assert (each.occasion in ("worse", "joined")) is (each.receiver in open_to)
            open_to[each.receiver] = each.occasion
        if not each.incident.is_open:
            assert each.occasion == "resolved"
            # Who does not want to hear the all-clear is done with by it, too.
            open_to.pop("c", None)
    assert set(open_to) <= {"c"}
    assert len({each.id for each in ask.all}) == len(ask.all)
    assert [each.id for each in ask.all] == ask.told.ids("i")
