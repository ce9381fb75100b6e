"""What happens to a floor: each cause does what it says, to those it names, and to nobody else."""

from __future__ import annotations

import math
from collections import Counter
from statistics import fmean
from typing import Any, Final

import pytest

from simulator.plans import Scenario
from stream.contract.events import (
    AgentStateChanged,
    BotEscalated,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    SurveyAnswered,
)
from tests.simulator.floors import (
    between,
    events_of,
    floor,
    law,
    life_of,
    queue,
    queued,
    roomy,
    run_of,
    states,
    talked,
    team,
)


def surveyed(scenario: Scenario, *, answered: float, **opinion: float) -> Scenario:
    """The same floor with everybody asked."""
    voice = scenario.channels["voice"]
    asked = voice.survey.model_copy(update={"asked": 1.0, "answered": answered})
    return scenario.model_copy(
        update={
            "channels": {"voice": voice.model_copy(update={"survey": asked})},
            "opinion": scenario.opinion.model_copy(update=opinion),
        }
    )


STORM: Final = {
    "kind": "surge",
    "queues": ["calls"],
    "at": "01:00",
    "times": 4,
    "shape": {"kind": "plateau", "onset_minutes": 0.0, "minutes": 60.0, "end_minutes": 0.0},
}


def test_a_surge_brings_so_many_more_while_it_lasts() -> None:
    """Three times the usual on top for an hour, in its queue alone."""
    contacts = queued(events_of(run_of(roomy({"storm": STORM}), 1, 180)))
    extra = [event for event in contacts if "-storm-" in event.subject]

    assert len(extra) == pytest.approx(3 * 20 * 60, abs=4 * math.sqrt(3 * 20 * 60))
    assert extra == [event for event in between(extra, 60, 120) if event.data.queue == "calls"]


def test_without_a_surge_everybody_else_comes_as_they_did() -> None:
    """The same customers, at the same time, with the same matter and the same course."""
    surge = {**STORM, "intent": "bill", "talk_times": 2.0, "resolved_less": 0.5}
    with_storm = events_of(run_of(roomy({"storm": surge}), 1, 150))
    usual = events_of(run_of(roomy({}), 1, 150))
    first = min(event.time for event in with_storm if "-storm-" in event.subject)

    before = [life for life in life_of(with_storm, "-storm-") if life[0] < first]
    assert before == [life for life in life_of(usual, "-storm-") if life[0] < first]
    # Those whom it befalls are changed; who comes, and when, is not.
    assert [(e.time, e.data) for e in queued(with_storm) if "-storm-" not in e.subject] == [
        (e.time, e.data) for e in queued(usual)
    ]


def test_a_surge_of_no_effect_leaves_every_other_event_as_it_was() -> None:
    """Conversations, wrap-ups and surveys too, where nobody has to wait."""
    again = {"share": 0.5, "after_mean_s": 600.0}
    scenarios = [
        surveyed(roomy(events, repeat=again), answered=1.0, agent_sigma=0.0)
        for events in ({"storm": STORM}, {})
    ]
    stormy, calm = (events_of(run_of(scenario, 3, 150)) for scenario in scenarios)

    assert Counter(map(repr, life_of(stormy, "-storm-"))) == Counter(
        map(repr, life_of(calm, "-storm-"))
    )
    assert any(isinstance(event, SurveyAnswered) for event in calm)


def test_a_surge_finds_whom_it_names() -> None:
    """Those on top are of its language and segment, and come for its reason."""
    narrow = {**STORM, "languages": ["es"], "segments": ["old"], "intent": "bill", "times": 100}
    contacts = queued(events_of(run_of(roomy({"storm": narrow}), 1, 130)))
    extra = [event.data for event in contacts if "-storm-" in event.subject]

    assert {(data.language, data.segment, data.intent) for data in extra} == {("es", "old", "bill")}
    # A quarter speaks the language and half is of the segment.
    expected = 99 * 20 * 60 / 8
    assert len(extra) == pytest.approx(expected, abs=4 * math.sqrt(expected))


@pytest.mark.parametrize(
    ("whom", "trait", "value"),
    [
        ({"languages": ["es"]}, "language", "es"),
        ({"segments": ["old"]}, "segment", "old"),
        ({"intents": ["card"]}, "intent", "card"),
        ({"channels": ["voice"]}, "channel", "voice"),
    ],
)
def test_a_surge_changes_those_whom_it_befalls_and_nobody_else(
    whom: dict[str, Any], trait: str, value: str
) -> None:
    """Twice as long conversations, of those of its trait alone, while it lasts."""
    longer = {**STORM, **whom, "times": 1, "talk_times": 2.0}
    usual, changed = (
        events_of(run_of(roomy(events), 1, 150)) for events in ({}, {"storm": longer})
    )
    before, after = talked(usual), talked(changed)
    befallen = {
        event.subject
        for event in between(queued(usual), 60, 120)
        if event.data.queue == "calls" and getattr(event.data, trait) == value
    }
    ratios = {subject: after[subject] / before[subject] for subject in after if subject in before}

    assert len(befallen) > 200
    for subject, ratio in ratios.items():
        # To the millisecond that lengths are rounded to.
        assert ratio == pytest.approx(2.0 if subject in befallen else 1.0, rel=0.01)


def test_a_surge_costs_resolutions_and_nerves() -> None:
    """Fewer are resolved, more of those who hung up call again, and more is hard."""
    effects = {
        "times": 1,
        "resolved_less": 0.4,
        "redial_times": 3.0,
        "hard": 0.5,
    }
    plans = {"calls": queue(10.0, law(60.0), patience_law={"law": "exponential", "mean_s": 60.0})}
    found = {}
    for name, events in (("usual", {}), ("storm", {"storm": {**STORM, **effects}})):
        scenario = floor(plans, {"few": team(5, "calls")}, events=events, redial=0.2)
        within = between(events_of(run_of(scenario, 5, 125)), 60, 120)
        ended = [event for event in within if isinstance(event, ContactEnded)]
        found[name] = {
            "resolved": fmean(bool(event.data.resolved) for event in ended),
            "redials": sum(e.data.redial_of is not None for e in queued(within)),
            "recover": sum(
                isinstance(event, AgentStateChanged) and event.data.reason == "decompression"
                for event in within
            ),
        }
    usual, storm = found["usual"], found["storm"]

    assert usual["resolved"] - storm["resolved"] == pytest.approx(0.4, abs=0.15)
    assert storm["redials"] > 2 * usual["redials"] > 0
    assert storm["recover"] > 10 > usual["recover"] == 0


def test_a_surge_follows_its_shape() -> None:
    """Of a hump's hour the middle third brings 1 / 3 + sqrt(3) / (2 pi), the first 0.0288."""
    hump = {**STORM, "times": 11, "shape": {"kind": "hump", "minutes": 60.0}}
    contacts = queued(events_of(run_of(roomy({"storm": hump}), 1, 130)))
    extra = [event for event in contacts if "-storm-" in event.subject]
    whole = 10 * 20 * 60 / 2

    assert len(extra) == pytest.approx(whole, abs=4 * math.sqrt(whole))
    for first, last, share in ((80, 100, 0.6090), (60, 70, 0.0288), (110, 120, 0.0288)):
        expected = share * whole
        assert len(between(extra, first, last)) == pytest.approx(
            expected, abs=4 * math.sqrt(expected)
        )


def test_a_surge_shortens_patience() -> None:
    """Half of it: with nobody there to answer, half the wait of the same people."""
    plan = queue(20.0, law(60.0), patience=1.0)
    plans = {"calls": plan, "others": queue(0.0, law(60.0))}
    found = []
    for events in ({}, {"storm": {**STORM, "times": 1, "patience_times": 0.5}}):
        scenario = floor(plans, {"all": team(1, "others")}, events=events)
        happened = events_of(run_of(scenario, 5, 180))
        came = {event.subject: event.time for event in between(queued(happened), 60, 120)}
        found.append(
            {
                event.subject: event.time - came[event.subject]
                for event in happened
                if isinstance(event, ContactAbandoned) and event.subject in came
            }
        )
    usual, storm = found

    assert len(usual) > 800
    for subject, wait in usual.items():
        assert storm[subject] == pytest.approx(wait / 2, abs=1_000)


def test_an_outage_draws_apart_for_each_queue() -> None:
    """More traffic in one queue leaves those of another who get through as they were."""
    drop = {"line": {"kind": "drop", "at": "01:00", "minutes": 30.0, "share": 0.5}}
    through = []
    for per_minute in (20.0, 40.0):
        plans = {"calls": queue(per_minute, law(60.0)), "others": queue(20.0, law(60.0))}
        scenario = floor(plans, {"all": team(400, "calls", "others")}, events=drop)
        came = queued(events_of(run_of(scenario, 1, 100)))
        through.append([event.subject for event in came if event.data.queue == "others"])

    assert through[0] == through[1]


def test_angry_people_say_so() -> None:
    """A logit of two less, and satisfaction falls as the model of science 3 has it."""
    shares = []
    for angry in (0.0, 2.0):
        scenario = roomy({"storm": {**STORM, "times": 1, "angry": angry}})
        alike = {"resolved": 1.0, "unresolved": 1.0, "dissatisfied_answer_more": 1.0}
        asked = surveyed(scenario, answered=0.5, agent_sigma=0.0, **alike)
        answers = [
            event.data.csat >= 4
            for event in between(events_of(run_of(asked, 2, 125)), 70, 120)
            if isinstance(event, SurveyAnswered)
            and event.data.queue == "calls"
            and event.data.csat is not None
        ]
        shares.append(fmean(answers))
        expected = 1 / (1 + math.exp(angry - 1.0))
        assert shares[-1] == pytest.approx(expected, abs=4 * math.sqrt(0.25 / len(answers)))


def test_an_outage_upstream_drops_then_storms_then_ends_hard() -> None:
    """A tenth gets through for half an hour, then six times the usual, then the usual."""
    drop = {
        "kind": "drop",
        "queues": ["calls"],
        "at": "01:00",
        "minutes": 30.0,
        "share": 0.1,
        "storm": {"times": 6, "minutes": 20.0},
    }
    usual, struck = (
        [e for e in queued(events_of(run_of(roomy(events), 1, 150))) if e.data.queue == "calls"]
        for events in ({}, {"line": drop})
    )
    came = {event.subject for event in usual}
    through = between(struck, 60, 90)

    assert len(through) == pytest.approx(60, abs=4 * math.sqrt(60 * 0.9))
    assert {event.subject for event in through} <= came
    storm = [event for event in struck if "-line-" in event.subject]
    assert len(storm) == pytest.approx(5 * 20 * 20, abs=4 * math.sqrt(5 * 20 * 20))
    assert storm == between(storm, 90, 110)
    assert [e.subject for e in between(struck, 110, 150)] == [
        e.subject for e in between(usual, 110, 150)
    ]


@pytest.mark.parametrize(
    ("who", "left"), [({"share": 0.5}, 5), ({"agents": 3}, 7), ({"agents": 99}, 0)]
)
def test_an_absence_takes_agents_away_and_gives_them_back(who: dict[str, Any], left: int) -> None:
    """From one hour to the next, when what they are at is over."""
    ill = {"flu": {"kind": "absence", "team": "ten", "at": "01:00", "minutes": 60.0, **who}}
    scenario = floor({"calls": queue(3.0, law(20.0))}, {"ten": team(10, "calls")}, events=ill)
    events = events_of(run_of(scenario, 1, 180))

    assert states(events, 59)["offline"] == 0
    assert states(events, 90)["offline"] == 10 - left
    assert states(events, 125)["offline"] == 0
    answered = [e for e in between(events, 65, 120) if isinstance(e, ContactAnswered)]
    assert len({event.data.agent for event in answered}) == left


def test_a_larger_absence_holds_everybody_of_a_smaller_one() -> None:
    """So that the two can be compared."""
    off = []
    for count in (2, 5):
        ill = {"flu": {"kind": "absence", "team": "ten", "at": "00:00", "agents": count}}
        scenario = floor({"calls": queue(3.0, law(20.0))}, {"ten": team(10, "calls")}, events=ill)
        logged_in = {
            event.subject
            for event in events_of(run_of(scenario, 1, 60))
            if isinstance(event, AgentStateChanged)
        }
        off.append({f"ten-{number:02d}" for number in range(1, 11)} - logged_in)

    assert [len(names) for names in off] == [2, 5]
    assert off[0] < off[1]


def test_a_bot_that_fails_hands_over_more() -> None:
    """All instead of a quarter of its conversations: four times as many, and more of nothing else."""
    fails = {
        "kind": "bot_failure",
        "queues": ["calls"],
        "at": "01:00",
        "minutes": 60.0,
        "usually": 0.25,
    }
    usual, failing = (
        events_of(run_of(roomy(events, from_bot=0.3), 1, 130)) for events in ({}, {"bot": fails})
    )
    escalated = [
        sum(
            isinstance(e, BotEscalated) and e.data.queue == "calls"
            for e in between(events, 60, 120)
        )
        for events in (usual, failing)
    ]

    assert escalated[0] == pytest.approx(360, abs=4 * math.sqrt(360))
    assert escalated[1] - escalated[0] == pytest.approx(3 * 360, abs=4 * math.sqrt(3 * 360))
    more = len(between(queued(failing), 60, 120)) - len(between(queued(usual), 60, 120))
    assert more == escalated[1] - escalated[0]


def test_abusive_callers_send_agents_to_recover() -> None:
    """One conversation in five is hard, in its hour and queue."""
    abuse = {"kind": "abuse", "queues": ["calls"], "at": "01:00", "minutes": 60.0, "share": 0.2}
    scenario = floor(
        {"calls": queue(10.0, law(60.0, 0.5))}, {"all": team(60, "calls")}, events={"bad": abuse}
    )
    events = events_of(run_of(scenario, 1, 130))
    recovers = [
        event
        for event in events
        if isinstance(event, AgentStateChanged) and event.data.reason == "decompression"
    ]

    assert len(recovers) == pytest.approx(0.2 * 600, abs=4 * math.sqrt(0.16 * 600 + 5))
    assert recovers == between(recovers, 60, 130)


# --- what queues and people have on top -------------------------------------------------------
