"""What responses do: calls in, overflow, call backs, messages on the line, and what anger does."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from stream.contract.drills import (
    Act,
    Anger,
    Announce,
    CallIn,
    DrillRefused,
    OfferCallbacks,
    SetOverflow,
    Volume,
)
from stream.contract.events import (
    AgentStateChanged,
    CallbackPromised,
    ContactAbandoned,
    ContactAnswered,
    ContactDiverted,
    ContactQueued,
    Event,
    SurveyAnswered,
)
from stream.contract.instants import MINUTE_US
from tests.simulator.drill.floors import deed, floor, minute, played
from tests.simulator.ledger import Ledger

SURGE: Final = deed(2, Volume("snap", 4.0, 40), "trainer")


def surged(*acts: Act, minutes: float = 40, at: float = 8) -> list[Event]:
    """A floor with four times the calls of one line, and what was done about it."""
    events = played([SURGE, *(deed(at, act) for act in acts)], minutes=minutes)
    Ledger().read(events)
    return events


def left(events: list[Event], queue: str = "snap", since: float = 8) -> Counter[str]:
    """How the contacts of a queue left it after an instant."""
    found: Counter[str] = Counter()
    for event in events:
        if event.time < minute(since):
            continue
        if isinstance(event, ContactAbandoned) and event.data.queue == queue:
            found["abandoned"] += 1
        elif isinstance(event, ContactDiverted) and event.data.queue == queue:
            found[event.data.to] += 1
        elif isinstance(event, ContactAnswered) and event.data.queue == queue:
            found["answered"] += 1
    return found


def answerers(events: list[Event], queue: str, since: float) -> set[str]:
    """The teams that answered contacts of a queue after an instant."""
    return {
        event.data.agent.rpartition("-")[0]
        for event in events
        if isinstance(event, ContactAnswered)
        and event.data.queue == queue
        and event.time > minute(since)
    }


def test_overflow_lets_other_people_answer_until_it_is_closed() -> None:
    """The contacts stay in their queue; another team answers them too, and then no more."""
    opened = surged(SetOverflow("snap", "snap-chat"))
    closed = played(
        [SURGE, deed(8, SetOverflow("snap", "snap-chat")), deed(14, SetOverflow("snap", None))],
        minutes=40,
    )

    assert "digital" in answerers(opened, "snap", 20)
    assert "digital" in answerers(closed, "snap", 8)
    assert "digital" not in answerers(closed, "snap", 15)
    assert left(opened)["answered"] > left(surged())["answered"]


def test_who_helps_out_serves_their_own_first() -> None:
    """The chats lose agents to the calls only where no chat waits."""
    chats = [left(surged(*acts), "snap-chat") for acts in ((), (SetOverflow("snap", "snap-chat"),))]

    assert abs(chats[0]["answered"] - chats[1]["answered"]) <= 4


def away_spans(events: list[Event]) -> dict[str, list[tuple[int, int]]]:
    """When each agent was on break or lunch, up to their return."""
    since: dict[str, int] = {}
    found: dict[str, list[tuple[int, int]]] = {}
    for event in events:
        if not isinstance(event, AgentStateChanged):
            continue
        if event.data.state == "away" and event.data.reason in {"break", "lunch"}:
            since.setdefault(event.subject, event.time)
        elif event.subject in since:
            found.setdefault(event.subject, []).append((since.pop(event.subject), event.time))
    return found


def test_who_is_called_in_is_back_within_a_minute_and_gets_their_break_later() -> None:
    """Time on break is lent, not taken."""
    usual, called = played(minutes=120), played([deed(30, CallIn("snap", 1))], minutes=120)
    before, after = away_spans(usual), away_spans(called)
    ended_early = {
        agent
        for agent in after
        for begun, ended in after[agent]
        if begun < minute(30) <= ended <= minute(31) and (begun, ended) not in before[agent]
    }
    (agent,) = ended_early
    lengths = [
        [round((ended - begun) / MINUTE_US) for begun, ended in spans[agent]]
        for spans in (before, after)
    ]

    assert len(lengths[1]) == len(lengths[0]) + 1
    assert abs(sum(lengths[1]) - sum(lengths[0])) <= 2


def test_callers_take_the_call_back_that_they_are_offered() -> None:
    """Promises are made at once to those who have waited, and the queue of callbacks keeps them."""
    offered, usual = surged(OfferCallbacks("snap", 20)), surged()
    promised = [event for event in offered if isinstance(event, CallbackPromised)]

    assert left(offered)["callback"] > 1.3 * left(usual)["callback"]
    assert left(offered)["abandoned"] < left(usual)["abandoned"]
    assert {event.data.queue for event in promised} == {"callbacks"}


def test_an_offer_that_ends_is_made_to_nobody() -> None:
    """The scenario's own included; it can be opened again."""
    ended = surged(OfferCallbacks("snap", None))
    again = played(
        [SURGE, deed(8, OfferCallbacks("snap", None)), deed(20, OfferCallbacks("snap", 20))],
        minutes=40,
    )

    assert left(surged())["callback"] > 0
    assert left(ended)["callback"] == 0
    assert left(again)["callback"] > 0


def short_waits(events: list[Event]) -> int:
    """How many of a queue hung up within twenty seconds."""
    since: dict[str, int] = {}
    found = 0
    for event in events:
        if isinstance(event, ContactQueued) and event.data.queue == "snap":
            since[event.subject] = event.time
        elif isinstance(event, ContactAbandoned) and event.subject in since:
            found += event.time >= minute(8) and event.time - since[event.subject] <= 20_000_000
    return found


def test_told_how_long_it_takes_some_go_at_once_and_the_others_stay_longer() -> None:
    """More hang up early, fewer in all."""
    told, usual = surged(Announce("snap", "expected_wait")), surged()

    assert short_waits(told) > short_waits(usual)
    assert left(told)["abandoned"] < left(usual)["abandoned"]


def test_asked_to_call_later_many_leave_and_come_again_hours_later() -> None:
    """The line gets air now, and these people come back in the afternoon."""
    later, usual = (surged(*acts, minutes=240) for acts in ([Announce("snap", "call_later")], []))
    back = [
        sum(
            isinstance(event, ContactQueued)
            and event.data.redial_of is not None
            and event.time > minute(120)
            for event in events
        )
        for events in (later, usual)
    ]

    assert left(later)["abandoned"] > 1.2 * left(usual)["abandoned"]
    assert back[0] > back[1] + 5


def test_an_answer_without_an_agent_helps_those_with_the_commonest_reason() -> None:
    """They leave to the bot, and only they."""
    events = surged(Announce("snap", "self_service"))
    reasons = {
        event.subject: event.data.intent for event in events if isinstance(event, ContactQueued)
    }
    served = [
        reasons[event.subject]
        for event in events
        if isinstance(event, ContactDiverted)
        and event.data.queue == "snap"
        and event.data.to == "bot"
    ]

    assert len(served) > 5
    assert set(served) == {"interview"}


def test_a_message_that_ends_is_heard_no_more() -> None:
    """From then on the line is as it was."""
    deeds = [SURGE, deed(8, Announce("snap", "self_service")), deed(15, Announce("snap", "none"))]

    assert left(played(deeds, minutes=40), since=16)["bot"] == 0


def test_angry_customers_give_low_scores_for_a_while() -> None:
    """Of one queue, within the minutes named, and the day is as it was otherwise."""

    def scores(events: list[Event], *, angry: bool) -> list[int]:
        return [
            event.data.csat
            for event in events
            if isinstance(event, SurveyAnswered)
            and event.data.csat is not None
            and (event.data.queue == "snap" and minute(60) <= event.time < minute(120)) is angry
        ]

    usual = played(minutes=150)
    angry = played([deed(60, Anger("snap", 60), "trainer")], minutes=150)
    content = [sum(score >= 4 for score in scores(events, angry=True)) for events in (usual, angry)]

    others = scores(angry, angry=False)

    assert content[1] < 0.5 * content[0]
    assert sum(score >= 4 for score in others) > 0.7 * len(others)
    assert len(scores(angry, angry=True)) == len(scores(usual, angry=True))


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (CallIn("snap", 30), "who can serve SNAP Line"),
        (SetOverflow("snap", "snap"), "has its own people already"),
        (SetOverflow("snap", None), "has no overflow open"),
        (OfferCallbacks("email", 30), "expected one of benefits"),
        (OfferCallbacks("snap", -1), "expected an offer after 0 to 3,600 s"),
        (Announce("email", "expected_wait"), "expected one of benefits"),
        (Anger("snap", 0), "expected anger of more than 0 minutes"),
    ],
)
def test_what_cannot_be_done_is_refused(act: Act, why: str) -> None:
    """In one line that says what is possible."""
    with pytest.raises(DrillRefused, match=why):
        floor().do(deed(30, act))
