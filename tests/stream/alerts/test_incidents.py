"""Incidents: which alerts belong together, what is written of them, and what people do."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from msgspec.structs import replace

from stream.alerts import history
from stream.alerts.incidents import (
    ALERTS_MAX,
    HISTORY_MAX,
    KEPT_MAX,
    KEPT_US,
    SAME_CAUSE_US,
    SAME_ON_FLOOR_US,
    Incidents,
    id_of,
)
from stream.contract.alerts import (
    NOTE_MAX,
    Acknowledge,
    AddNote,
    Alert,
    Assign,
    Entry,
    Factor,
    Incident,
    Judge,
    Mark,
    Part,
    Severity,
    Snooze,
    State,
    Target,
    Why,
    decode_told,
)
from stream.contract.incidents import changed_at
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.contract.said import Said
from tests.builders import BASE_US

BENEFITS: Final = Target("queue", "benefits")
HOUSING: Final = Target("queue", "housing")


def alert(
    rule: str = "slow",
    target: Target = BENEFITS,
    *,
    at: int = 0,
    kind: str = "threshold",
    severity: Severity = "notice",
    cause: Factor | None = None,
    **more: Any,
) -> Alert:
    """An alert that fires, so many microseconds after the base instant."""
    fired_at = BASE_US + at
    why = None if cause is None else Why("so", [Part(cause, 1.0, 2.0, 1.0)])
    return Alert(
        id=id_of(rule, target, fired_at),
        rule=rule,
        kind=kind,
        target=target,
        severity=severity,
        state="firing",
        began=fired_at,
        changed_at=fired_at,
        as_of=fired_at,
        message=f"{rule} {target.name}",
        figures={},
        fired_at=fired_at,
        why=why,
        **more,
    )


def turned(alert: Alert, state: State, at: int) -> Alert:
    """The alert in another state."""
    over = BASE_US + at if state == "resolved" else None
    return replace(alert, state=state, changed_at=BASE_US + at, resolved_at=over)


def taken(*alerts: Alert) -> Incidents:
    """Incidents that took the alerts, one after the other."""
    incidents = Incidents()
    for each in alerts:
        incidents.take(each)
    return incidents


def rules_of(incidents: Incidents) -> list[list[str]]:
    """The rules that each incident has alerts of, oldest incident first."""
    told = sorted(incidents.by_id.values(), key=lambda one: (one.opened_at, one.title))
    return [[each.rule for each in one.alerts] for one in told]


def lines(incident: Incident) -> list[str]:
    """What happened to an incident."""
    return [entry.what for entry in incident.history]


# --- what belongs together ---------------------------------------------------------------------


def test_an_alert_opens_an_incident_under_its_own_name() -> None:
    """Whose id is the alert's, and whose time is that of the firing."""
    fired = alert(severity="page", cause="people")
    incident = Incidents().take(fired)

    assert incident == Incident(
        id=fired.id,
        title="slow benefits",
        severity="page",
        state="firing",
        opened_at=BASE_US,
        alerts=[fired],
        history=[Entry(BASE_US, "opened", "slow benefits", alert=fired.id)],
        cause="people",
    )


def test_an_id_is_the_same_for_the_same_alert_alone() -> None:
    """Rule, target and time of firing make it; it fits an address."""
    ids = {
        id_of("a", BENEFITS, 1),
        id_of("b", BENEFITS, 1),
        id_of("a", HOUSING, 1),
        id_of("a", Target("team", "benefits"), 1),
        id_of("a", Target("floor"), 1),
        id_of("a", BENEFITS, 2),
    }

    assert len(ids) == 6
    assert id_of("a", BENEFITS, 1) in ids
    assert all(each.isalnum() and len(each) == 12 for each in ids)


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        pytest.param(alert("a"), alert("b"), True, id="one target"),
        pytest.param(alert("a"), alert("b", at=60 * MINUTE_US), True, id="one target, hours later"),
        pytest.param(alert("a"), alert("b", HOUSING), False, id="two targets, causes unknown"),
        pytest.param(
            alert("a", cause="people"),
            alert("b", HOUSING, at=SAME_CAUSE_US, cause="people"),
            True,
            id="one cause, half an hour later",
        ),
        pytest.param(
            alert("a", cause="people"),
            alert("b", HOUSING, at=SAME_CAUSE_US + 1, cause="people"),
            False,
            id="one cause, later than that",
        ),
        pytest.param(
            alert("a", cause="people"),
            alert("b", Target("floor"), at=SAME_ON_FLOOR_US, cause="people"),
            True,
            id="one cause, of a queue and an hour later of the floor",
        ),
        pytest.param(
            alert("a", Target("floor"), cause="people"),
            alert("b", HOUSING, at=SAME_ON_FLOOR_US, cause="people"),
            True,
            id="one cause, of the floor and an hour later of a queue",
        ),
        pytest.param(
            alert("a", Target("floor"), cause="people"),
            alert("b", HOUSING, at=SAME_ON_FLOOR_US + 1, cause="people"),
            False,
            id="one cause, later than that of the floor",
        ),
        pytest.param(
            alert("a", cause="people"),
            alert("b", HOUSING, cause="volume"),
            False,
            id="two targets and two causes",
        ),
        pytest.param(
            alert("a", cause="people"),
            alert("b", cause="volume"),
            True,
            id="one target, two causes",
        ),
        pytest.param(
            alert("a", kind="surge"),
            alert("b", HOUSING, cause="volume"),
            True,
            id="a surge is a cause by itself",
        ),
        pytest.param(
            alert("a", kind="surge"),
            alert("b", Target("floor"), cause="volume"),
            True,
            id="the floor feels it",
        ),
        pytest.param(
            alert("a", kind="surge"),
            alert("b", Target("channel", "voice"), cause="volume"),
            True,
            id="a channel feels it",
        ),
        pytest.param(
            alert("a", cause="people"),
            alert("b", Target("team", "north"), cause="people"),
            False,
            id="a team is no place where contacts wait",
        ),
        pytest.param(alert("a"), alert("b", kind="drop"), False, id="a drop is no slow queue"),
        pytest.param(alert("a", kind="drop"), alert("b"), False, id="nor the other way about"),
        pytest.param(
            alert("a", kind="drop"),
            alert("b", HOUSING, kind="drop"),
            True,
            id="drops are one outage",
        ),
        pytest.param(
            alert("a", Target("floor"), kind="no_data"),
            alert("b", Target("floor")),
            False,
            id="silence says nothing of the floor",
        ),
        pytest.param(alert("a"), alert("b", kind="promise"), False, id="promises are apart"),
        pytest.param(
            alert("a", kind="promise"),
            alert("b", HOUSING, kind="promise"),
            True,
            id="promises are one",
        ),
    ],
)
def test_what_belongs_together(first: Alert, second: Alert, together: bool) -> None:
    """Of one target, or of one cause within ten minutes; some have nothing to do with others."""
    expected = [["a", "b"]] if together else [["a"], ["b"]]

    assert expected == rules_of(taken(first, second))


def test_what_is_over_is_joined_by_nothing() -> None:
    """Neither an incident that is over, nor by an alert of it that is."""
    first, joined = alert("a", cause="people"), alert("b", HOUSING, cause="people")
    whole = taken(first, turned(first, "resolved", SECOND_US), alert("c", at=2 * SECOND_US))
    half = taken(first, joined, turned(joined, "resolved", 1), alert("c", HOUSING, at=2))

    assert rules_of(whole) == [["a"], ["c"]]
    assert rules_of(half) == [["a", "b"], ["c"]]


def test_the_oldest_of_several_is_joined() -> None:
    """As when two queues that were slow by themselves turn out to lack people."""
    first = alert("a", cause="people")
    second = alert("a", HOUSING, at=SAME_CAUSE_US + 1, cause="people")
    third = alert("a", Target("floor"), at=SAME_ON_FLOOR_US + 1, cause="people")
    other = alert("b", at=SAME_ON_FLOOR_US + 2)

    assert rules_of(taken(first, second, third, other)) == [["a", "b"], ["a", "a"]]


def test_an_incident_takes_its_cause_from_the_first_that_knows_it() -> None:
    """And keeps it."""
    incidents = taken(alert("a"), alert("b", cause="people"), alert("c", cause="volume"))

    assert [one.cause for one in incidents.by_id.values()] == ["people"]


def test_where_an_incident_is_full_the_next_one_opens() -> None:
    """No alert is left out."""
    many = [alert(f"r{n:03}", at=n) for n in range(ALERTS_MAX + 2)]
    incidents = taken(*many)

    assert [len(one.alerts) for one in incidents.by_id.values()] == [ALERTS_MAX, 2]
    for each in many:
        assert incidents.newest_of(each.rule, each.target) == each


# --- what becomes of it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["firing", "recovering"], "firing"),
        (["no_data", "recovering"], "no_data"),
        (["recovering", "no_data"], "no_data"),
        (["resolved", "recovering"], "recovering"),
        (["resolved", "firing"], "firing"),
        (["resolved", "resolved"], "resolved"),
    ],
)
def test_an_incident_stands_as_the_gravest_of_its_alerts(
    states: list[State], expected: State
) -> None:
    """That is open; over when none is."""
    alerts = [alert("a"), alert("b")]
    turns = [turned(each, state, 1) for each, state in zip(alerts, states, strict=True)]
    (incident,) = taken(*alerts, *turns).by_id.values()

    assert incident.state == expected
    assert incident.is_open is (expected != "resolved")
    assert incident.resolved_at == (BASE_US + 1 if expected == "resolved" else None)


def test_it_is_as_grave_as_it_ever_was() -> None:
    """That it is worse is written once."""
    first, second = alert("a", severity="ticket"), alert("b", at=1, severity="page")
    incidents = taken(first, second, turned(second, "resolved", 2))
    (incident,) = incidents.by_id.values()

    assert incident.severity == "page"
    assert incident.history[1:] == [
        Entry(BASE_US + 1, "joined", "b benefits", alert=second.id),
        history.worse(BASE_US + 1, "ticket", "page"),
    ]


def test_the_history_says_what_happened_in_its_order() -> None:
    """Each line once, however often an alert is told the same."""
    first, second = alert("a"), alert("b", at=1)
    steps = [
        *(first, first, second),
        *(turned(first, "recovering", 2), turned(second, "no_data", 3)),
        *(turned(first, "no_data", 4), turned(first, "firing", 5), turned(second, "firing", 6)),
        *(turned(first, "resolved", 7), turned(second, "resolved", 8)),
        turned(second, "resolved", 8),
    ]
    (incident,) = taken(*steps).by_id.values()

    assert [(entry.at - BASE_US, entry.what) for entry in incident.history] == [
        (0, "opened"),
        (1, "joined"),
        (3, "no_data"),
        (5, "data_again"),
        (8, "resolved"),
    ]
    assert incident.resolved_at == BASE_US + 8


def test_what_flaps_reopens_its_incident() -> None:
    """The same alert again, by its id, fired anew."""
    first = alert()
    again = replace(first, fired_at=BASE_US + 9, changed_at=BASE_US + 9, flaps=1)
    incidents = taken(first, turned(first, "resolved", 5), again)
    (incident,) = incidents.by_id.values()

    assert incident.alerts == [again]
    assert (incident.state, incident.resolved_at, incident.opened_at) == ("firing", None, BASE_US)
    assert (incident.reopened_at, incident.since) == (BASE_US + 9, BASE_US + 9)
    over = incidents.take(turned(again, "resolved", 12))
    assert (over.since, over.resolved_at) == (BASE_US + 9, BASE_US + 12)
    assert lines(incident) == ["opened", "resolved", "reopened"]


def test_it_is_told_by_what_fires_still() -> None:
    """By the gravest of that, and by one that recovers only where all of it does; over, by what the
    last that was open said as it fired."""
    page, notice = alert("a", severity="page"), alert("b", at=1)
    clear = replace(turned(page, "recovering", 2), message="a clears", fired_message=page.message)
    also = replace(
        turned(notice, "recovering", 3), message="b clears", fired_message=notice.message
    )
    over = [turned(one.as_fired, "resolved", at) for at, one in ((4, clear), (5, also))]
    incidents, told = Incidents(), []
    for each in (page, notice, clear, also, *over):
        incident = incidents.take(each)
        told.append((incident.title, changed_at(incident) - BASE_US))

    assert told == [
        ("a benefits", 0),
        ("a benefits", 0),
        ("b benefits", 0),
        ("a clears", 3),
        ("b clears", 3),
        ("b benefits", 5),
    ]


def test_it_is_clear_since_the_last_of_it_is() -> None:
    """Also once that one is over, before another that has been clear for longer."""
    first, last = alert("a"), alert("b", at=1)
    steps = [
        turned(first, "recovering", 2),
        turned(last, "recovering", 60),
        turned(last, "resolved", 80),
        turned(first, "resolved", 90),
    ]
    incidents, told = taken(first, last), []
    for each in steps:
        incident = incidents.take(each)
        told.append((incident.state, changed_at(incident) - BASE_US))

    assert told == [("firing", 0), ("recovering", 60), ("recovering", 60), ("resolved", 90)]


def test_an_incident_of_an_older_log_goes_on() -> None:
    """Nobody kept since when it stands as it did: as far as its alerts tell that, and exactly from
    its next change on."""
    clear = turned(alert("a"), "recovering", 7)
    known = msgspec.to_builtins(Incidents().take(clear))
    del known["changed_at"]
    written = decode_told("incident/", msgspec.msgpack.encode(known))
    assert isinstance(written, Incident)

    assert changed_at(written) == BASE_US + 7
    over = Incidents([written]).take(turned(clear, "resolved", 9))
    assert (over.changed_at, changed_at(over)) == (BASE_US + 9, BASE_US + 9)


def test_a_reason_of_an_older_log_is_read_without_what_others_write_it_from() -> None:
    """Nobody kept that: it stays in English. One of now is read as it was written."""
    said = [Said("{what} explains it", values={"what": Said("volume"), "share": 0.5})]
    why = Why("Volume explains it.", [Part("volume", 1.0, 2.0, 1.0)], said=said)
    known = msgspec.to_builtins(Incidents().take(replace(alert("a"), why=why)))
    new = decode_told("incident/", msgspec.msgpack.encode(known))
    del known["alerts"][0]["why"]["said"]
    old = decode_told("incident/", msgspec.msgpack.encode(known))
    assert isinstance(new, Incident)
    assert isinstance(old, Incident)

    assert msgspec.to_builtins(new.alerts[0].why) == msgspec.to_builtins(why)
    assert old.alerts[0].why == replace(why, said=None)


def test_an_alert_is_followed_where_it_fired_last() -> None:
    """Whatever else happens in the incident that had one of its rule and target before."""
    first, other = alert("a", cause="people"), alert("b", HOUSING, cause="people")
    later = alert("a", at=40 * MINUTE_US, cause="people")
    incidents = taken(first, other, turned(first, "resolved", 1), later)
    assert rules_of(incidents) == [["a", "b"], ["a"]]

    incidents.take(turned(other, "no_data", 41 * MINUTE_US))
    assert incidents.newest_of("a", BENEFITS) == later

    again = Incidents(reversed([*incidents.by_id.values()]))
    assert again.newest_of("a", BENEFITS) == later
    assert again.take(turned(later, "resolved", 42 * MINUTE_US)).id == later.id
    assert again.newest_of("c", BENEFITS) is None


def test_one_that_is_open_is_the_newest_even_where_a_clock_was_set_back() -> None:
    """Of two that are over it is the one that fired last."""
    first = alert("a", at=MINUTE_US)
    earlier = alert("a")
    incidents = taken(first, turned(first, "resolved", MINUTE_US + 1), earlier)

    assert Incidents(incidents.by_id.values()).newest_of("a", BENEFITS) == earlier
    incidents.take(turned(earlier, "resolved", 1))
    last = Incidents(incidents.by_id.values()).newest_of("a", BENEFITS)
    assert last == turned(first, "resolved", MINUTE_US + 1)


def test_only_what_changed_is_told_anew() -> None:
    """The same again is no change."""
    incidents = taken(alert())
    assert incidents.changed == {alert().id}

    incidents.changed.clear()
    incidents.take(alert())
    assert incidents.changed == set()


# --- what people do ----------------------------------------------------------------------------

NOW: Final = BASE_US + 30 * SECOND_US
BY: Final[dict[str, Any]] = {"by": "Ann", "at": 77, "incident": alert().id}


@pytest.mark.parametrize(
    ("actions", "changes", "written"),
    [
        pytest.param(
            [Acknowledge(**BY)],
            {"acknowledged": Mark("Ann", 77)},
            [("acknowledged", "")],
            id="somebody has it",
        ),
        pytest.param(
            [Acknowledge(**BY), Acknowledge(**{**BY, "by": "Bob"})],
            {"acknowledged": Mark("Ann", 77)},
            [("acknowledged", "")],
            id="the first who has it keeps it",
        ),
        pytest.param(
            [Acknowledge(**BY), Acknowledge(**BY, undo=True)],
            {},
            [("acknowledged", ""), ("unacknowledged", "")],
            id="nobody has it after all",
        ),
        pytest.param([Acknowledge(**BY, undo=True)], {}, [], id="nobody had it"),
        pytest.param(
            [Snooze(**BY, until=99)],
            {"snoozed_until": 99},
            [("snoozed", "1970-01-01T00:00:00.000Z")],
            id="silent",
        ),
        pytest.param(
            [Snooze(**BY, until=99), Snooze(**BY, until=None)],
            {},
            [("snoozed", "1970-01-01T00:00:00.000Z"), ("woken", "")],
            id="woken",
        ),
        pytest.param(
            [Assign(**BY, to="Bob"), Assign(**BY, to="Bob")],
            {"assigned_to": "Bob"},
            [("assigned", "Bob")],
            id="given to somebody",
        ),
        pytest.param(
            [Assign(**BY, to="Bob"), Assign(**BY, to=None)],
            {},
            [("assigned", "Bob"), ("assigned", "")],
            id="taken from them",
        ),
        pytest.param(
            [AddNote(**BY, text="look"), AddNote(**BY, text="look")],
            {},
            [("note", "look"), ("note", "look")],
            id="a note may be said twice",
        ),
        pytest.param(
            [AddNote(**BY, text="x" * (NOTE_MAX + 1))],
            {},
            [("note", "x" * NOTE_MAX)],
            id="a note has a longest",
        ),
        pytest.param([Judge(**BY, true=False)], {"true": False}, [], id="judged"),
        pytest.param(
            [Judge(**BY, true=True), Judge(**BY, true=None)], {}, [], id="judged and taken back"
        ),
    ],
)
def test_people_act_on_an_incident(
    actions: list[Any], changes: dict[str, Any], written: list[tuple[str, str]]
) -> None:
    """Marks on the wall clock, lines on the floor's."""
    incidents = taken(alert())
    (before,) = incidents.by_id.values()
    for action in actions:
        incidents.act(action, NOW)
    (after,) = incidents.by_id.values()
    lines = [Entry(NOW, what, text, "Ann") for what, text in written]  # type: ignore[arg-type]

    assert after == replace(before, history=[*before.history, *lines], **changes)


def test_what_gets_worse_is_silent_no_longer() -> None:
    """Who silenced a notice for days has not silenced the page that joins it; another notice is
    as silent as the first."""
    incidents = Incidents()
    opened = incidents.take(alert())
    incidents.act(Snooze(**{**BY, "incident": opened.id}, until=99), BASE_US)

    joined = incidents.take(alert("other", at=MINUTE_US))
    assert joined.snoozed_until == 99
    worse = incidents.take(alert("gone", at=2 * MINUTE_US, severity="page"))
    assert (worse.id, worse.severity, worse.snoozed_until) == (opened.id, "page", None)


def test_what_is_no_longer_there_is_acted_on_by_nobody() -> None:
    """And nothing comes of it."""
    incidents = Incidents()
    incidents.act(Acknowledge(**BY), NOW)

    assert not incidents.by_id
    assert not incidents.changed


# --- bounds ------------------------------------------------------------------------------------


def test_the_newest_lines_of_a_history_are_kept() -> None:
    """As many as a screen may want."""
    incidents = taken(alert())
    for nth in range(HISTORY_MAX + 5):
        incidents.act(AddNote(**BY, text=str(nth)), NOW)
    (incident,) = incidents.by_id.values()

    assert [entry.text for entry in incident.history] == [str(n) for n in range(5, HISTORY_MAX + 5)]


@pytest.mark.parametrize(("after_us", "kept"), [(KEPT_US, True), (KEPT_US + 1, False)])
def test_what_is_long_over_is_forgotten(after_us: int, kept: bool) -> None:
    """What is open never is."""
    over, still = alert("a"), alert("b", HOUSING)
    incidents = taken(over, still, turned(over, "resolved", 0))
    incidents.forget_old(BASE_US + after_us)

    assert (over.id in incidents.by_id) is kept
    assert incidents.gone == (set() if kept else {over.id})
    assert (incidents.newest_of("a", BENEFITS) is not None) is kept
    assert still.id in incidents.by_id


def test_of_those_that_are_over_the_newest_are_kept() -> None:
    """Those that were over first go first, whenever they opened."""
    alerts = [alert("a", Target("queue", str(n))) for n in range(KEPT_MAX + 2)]
    over = [turned(each, "resolved", KEPT_MAX - n) for n, each in enumerate(alerts)]
    incidents = taken(*alerts, *over)
    incidents.forget_old(BASE_US)

    assert incidents.gone == {alerts[-1].id, alerts[-2].id}
    assert len(incidents.by_id) == KEPT_MAX


def test_an_alert_that_fired_elsewhere_since_outlives_its_old_incident() -> None:
    """It is found still when that is forgotten."""
    first = alert("a")
    later = alert("a", at=KEPT_US)
    incidents = taken(first, turned(first, "resolved", 0), later)
    incidents.forget_old(BASE_US + KEPT_US + 1)

    assert incidents.gone == {first.id}
    assert incidents.newest_of("a", BENEFITS) == later


def test_what_somebody_took_calls_again_when_it_gets_worse() -> None:
    """Who took a notice has not heard of the page that joins it."""
    incidents = taken(alert("a"))
    [known] = incidents.by_id
    incidents.act(Acknowledge(by="Ann", at=77, incident=known), BASE_US + 1)
    incidents.take(alert("b", at=2 * SECOND_US, severity="page"))
    [incident] = incidents.by_id.values()

    assert incident.acknowledged is None
    assert [each.what for each in incident.history[-3:]] == ["acknowledged", "joined", "worse"]


def test_a_title_says_what_is_open() -> None:
    """The gravest of it; once nothing is, what was open last."""
    page = replace(alert("a", severity="page"), message="a page")
    notice = replace(alert("b", at=SECOND_US), message="a notice")
    incidents = taken(notice, page)
    titles = [one.title for one in incidents.by_id.values()]
    incidents.take(turned(page, "resolved", 2 * SECOND_US))
    titles += [one.title for one in incidents.by_id.values()]
    incidents.take(turned(notice, "resolved", 3 * SECOND_US))
    titles += [one.title for one in incidents.by_id.values()]

    assert titles == ["a page", "a notice", "a notice"]
