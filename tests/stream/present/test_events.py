"""What happened lately: a queue's newest events, what agents have behind them, and what was before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from operator import attrgetter
from pathlib import Path

import pytest

from stream.contract.detail import EventTold, Load, PresentAsked
from stream.contract.instants import SECOND_US
from stream.logs.port import LogError
from stream.present.contacts import PresentFloors
from stream.present.events import KEPT_EVENTS, Loads
from stream.present.log import FollowedContacts
from tests.builders import (
    HOUR,
    MINUTE,
    answered,
    ended,
    event,
    held,
    instant,
    promised,
    queued,
    state,
    survey,
    transferred,
)
from tests.stream.behind.test_behind import Ground


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A floor of its own."""
    made = Ground(tmp_path / "log")
    with closing(made.log):
        yield made


def followed(ground: Ground, *, back: bool = True) -> FollowedContacts:
    """As of the newest event, with all that was before."""
    now = ground.now
    found = FollowedContacts(ground.log, ground.plan, now=lambda: now)
    while back and found.look_back():
        pass
    return found


def kinds(told: list[EventTold]) -> list[tuple[str, str]]:
    """What happened to whom."""
    return [(one.type.split(".")[1], one.contact) for one in told]


def test_events_are_told_without_what_people_wrote(ground: Ground) -> None:
    """No customer, no comment, no word of a source's own; and all that the contract names."""
    ground.append(
        event("contact.queued", subject="c1", at=0, queue="snap", channel="voice", customer="Ada"),
        event("contact.declined", subject="c1", at=1, queue="snap", agent="a1", reason="no_answer"),
        event("bot.escalated", subject="c2", at=2, queue="snap", keyword="Ada", reason="Ada"),
        answered("c1", 3, "snap", "a2"),
        held("c1", 4, "a2"),
        event(
            "contact.transferred", subject="c1", at=5, queue="snap", agent="a2", kind="blind",
            to_queue="tax",
        ),
        promised("c3", 6, due=60, queue="snap"),
        survey("c1", 7, "snap", csat=1, comment="Ada was rude", pain_point="Ada"),
        queued("c4", 8, "tax"),
        state("a1", 9, "away", reason="Ada"),
    )  # fmt: skip
    with closing(followed(ground)) as found:
        told = found.events("snap", 0)

    assert "Ada" not in repr(told)
    first = told[0].number
    assert told == [
        EventTold(first, instant(0), "contact.queued", "c1", "snap", channel="voice"),
        EventTold(
            first + 1, instant(1), "contact.declined", "c1", "snap", agent="a1", reason="no_answer"
        ),
        EventTold(first + 2, instant(2), "bot.escalated", "c2", "snap"),
        EventTold(first + 3, instant(3), "contact.answered", "c1", "snap", agent="a2"),
        EventTold(first + 4, instant(4), "contact.held", "c1", "snap", agent="a2"),
        EventTold(
            first + 5, instant(5), "contact.transferred", "c1", "snap", agent="a2", kind="blind",
            to_queue="tax",
        ),
        EventTold(first + 6, instant(6), "callback.promised", "c3", "snap", due=instant(60)),
        EventTold(first + 7, instant(7), "survey.answered", "c1", "snap"),
    ]  # fmt: skip


def test_the_newest_are_kept_and_what_came_is_told_once(ground: Ground) -> None:
    """Fifty of a queue; of another as many as there are; a copy is none."""
    copy = queued("twice", 500)
    ground.append(*(queued(f"c{n}", n) for n in range(KEPT_EVENTS + 5)), copy, copy)
    ground.append(queued("other", 501, "other"))
    with closing(followed(ground)) as found:
        told = found.events("benefits", 0)
        assert kinds(told)[-2:] == [("queued", f"c{KEPT_EVENTS + 4}"), ("queued", "twice")]
        assert len(told) == KEPT_EVENTS
        assert kinds(found.events("other", 0)) == [("queued", "other")]
        assert found.events("nowhere", 0) == []
        last = told[-1].number
        assert found.events("benefits", last) == []

        ground.append(queued("new", 502))
        found.follow()
        assert kinds(found.events("benefits", last)) == [("queued", "new")]


def test_what_was_before_the_checkpoint_is_put_in_front(ground: Ground) -> None:
    """In order, however long ago within the last hours; and what follows goes on behind it."""
    ground.append(queued("c1", -90 * MINUTE), queued("c2", -5 * MINUTE), queued("c3", -60))
    ground.work()
    ground.append(queued("c4", 0))
    with closing(followed(ground, back=False)) as found:
        assert kinds(found.events("benefits", 0)) == [("queued", "c4")]
    with closing(followed(ground)) as found:
        told = found.events("benefits", 0)
    assert kinds(told) == [("queued", f"c{n}") for n in (1, 2, 3, 4)]
    assert sorted(one.number for one in told) == [one.number for one in told]


def test_what_was_told_before_the_checkpoint_is_found(ground: Ground) -> None:
    """Of who waits since this morning, and of who was answered since; newer facts stay."""
    ground.append(
        event(
            "contact.queued", subject="old", at=-8 * HOUR, queue="benefits", channel="email",
            language="es",
        ),
        event("contact.queued", subject="talk", at=-90, queue="benefits", channel="voice", priority=1),
        answered("talk", -60),
        event("contact.queued", subject="late", at=-55, queue="benefits", channel="voice", priority=2),
        event("contact.queued", subject="again", at=-50, queue="benefits", channel="voice", priority=1),
        answered("again", -40),
    )  # fmt: skip
    ground.work()
    ground.append(
        answered("late", -25),
        transferred("again", -20, to_queue="benefits"),
        event("contact.queued", subject="again", at=-10, queue="benefits", channel="voice", priority=9),
    )  # fmt: skip
    with closing(followed(ground, back=False)) as found:
        told = found.contacts(PresentAsked("waiting")).contacts
        assert [(one.contact, one.language, one.priority) for one in told] == [
            ("old", None, None),
            ("again", None, 9),
        ]
    with closing(followed(ground)) as found:
        told = found.contacts(PresentAsked("waiting")).contacts
        assert [(one.contact, one.language, one.priority) for one in told] == [
            ("old", "es", None),
            ("again", None, 9),
        ]
        told = found.contacts(PresentAsked("in_conversation")).contacts
    assert [(one.contact, one.priority, one.waited_us) for one in told] == [
        ("talk", 1, 30 * SECOND_US),
        ("late", 2, 30 * SECOND_US),
    ]


def test_what_agents_have_behind_them(ground: Ground) -> None:
    """Breaks of five minutes or more, of whatever reasons; dissatisfied customers; parts that ended."""
    ground.append(
        state("a1", -100 * MINUTE, "available"),
        state("a1", -90 * MINUTE, "away", reason="lunch"),
        state("a1", -87 * MINUTE, "away", reason="meeting"),
        state("a1", -85 * MINUTE, "available"),
        state("a1", -50 * MINUTE, "away"),
        state("a1", -46 * MINUTE, "available"),
        queued("c1", -40 * MINUTE), answered("c1", -39 * MINUTE), ended("c1", -30 * MINUTE),
        survey("c1", -29 * MINUTE, agent="a1", csat=2), survey("c1", -28 * MINUTE, agent="a1", csat=3),
        state("resting", -20 * MINUTE, "away"),
        state("new", -1 * MINUTE, "available"),
    )  # fmt: skip
    ground.work()
    ground.append(queued("c2", 0))
    with closing(followed(ground)) as found:
        told = {load.agent: load for load in found.loads()}

    assert told == {
        "a1": Load(
            "a1", instant(-100 * MINUTE), instant(-85 * MINUTE), [instant(-29 * MINUTE)],
            [(instant(-30 * MINUTE), 9 * 60 * SECOND_US)],
        ),
        "resting": Load("resting", instant(-20 * MINUTE), instant(0), [], []),
        "new": Load("new", instant(-1 * MINUTE), None, [], []),
    }  # fmt: skip


def test_an_agent_is_seen_since_its_state_began(ground: Ground) -> None:
    """Where that was before all that is read back."""
    ground.append(state("a1", -5 * HOUR, "available"))
    ground.work()
    ground.append(queued("c2", 0))
    with closing(followed(ground)) as found:
        assert found.loads() == [Load("a1", instant(-5 * HOUR), None, [], [])]


def test_what_comes_hours_late_ends_nothing(ground: Ground) -> None:
    """It is of no stretch any more that is told of; whoever follows goes on."""
    ground.append(state("a1", -1 * MINUTE, "available"))
    ground.work()
    ground.append(state("a1", 0, "away"), state("a2", -5 * HOUR, "available"))
    ground.append(state("a2", -2 * MINUTE, "away"))
    with closing(followed(ground)) as found:
        told = {load.agent: load for load in found.loads()}
    assert set(told) == {"a1", "a2"}
    assert told["a2"].seen_since == instant(-2 * MINUTE)


def test_a_part_that_spans_two_stretches_is_behind_its_agent(ground: Ground) -> None:
    """Answered before the last ten minutes and over within them; and once only, as what lies within
    one. Until all is read, nobody is told to have nothing behind it."""
    ground.append(
        state("a1", -60 * MINUTE, "available"),
        queued("c1", -40 * MINUTE), answered("c1", -39 * MINUTE), ended("c1", -30 * MINUTE),
        queued("c2", -21 * MINUTE), answered("c2", -20 * MINUTE), ended("c2", -5 * MINUTE),
        queued("c3", -4 * MINUTE), answered("c3", -3 * MINUTE), ended("c3", -1 * MINUTE),
        survey("c3", -30, agent="a1", csat=1),
    )  # fmt: skip
    ground.work()
    ground.append(queued("c4", 0))
    with closing(followed(ground, back=False)) as found:
        assert found.loads() == []
        while found.look_back():
            pass
        (told,) = found.loads()
        events = [one.contact for one in found.events("benefits", 0)]

    assert told.parts == [
        (instant(-30 * MINUTE), 9 * 60 * SECOND_US),
        (instant(-5 * MINUTE), 15 * 60 * SECOND_US),
        (instant(-1 * MINUTE), 2 * 60 * SECOND_US),
    ]
    assert told.dissatisfied == [instant(-30)]
    assert sorted(set(events)) == ["c1", "c2", "c3", "c4"]
    assert events.count("c2") == 3


def test_what_spans_two_readings_of_the_past_is_read_as_one(ground: Ground) -> None:
    """The hard parts of conversations that began before the nearest stretch, the wait of who was
    answered in it, and events without a queue of their own: all as one reading of everything."""
    lines = [
        state("a1", -100 * MINUTE, "available"),
        queued("long", -31 * MINUTE), answered("long", -30 * MINUTE),
        queued("asked", -20 * MINUTE),
        state("a2", -14 * MINUTE, "away"), state("a2", -6 * MINUTE, "available"),
        ended("long", -5 * MINUTE), survey("long", -4 * MINUTE, "benefits", agent="a1", csat=1),
        answered("asked", -3 * MINUTE, agent="a2"), held("asked", -2 * MINUTE, "a2"),
    ]  # fmt: skip
    whole = PresentFloors(ground.plan)
    whole.begin(0, None)
    whole.read(0, [*lines, queued("new", 0)])
    whole.show(instant(0))
    ground.append(*lines)
    ground.work()
    ground.append(queued("new", 0))

    with closing(followed(ground)) as found:
        by_agent = attrgetter("agent")
        told = sorted(found.loads(), key=by_agent)
        assert told == sorted(whole.loads(instant(0)), key=by_agent)
        assert told[0].parts == [(instant(-5 * MINUTE), 25 * MINUTE * SECOND_US)]
        assert kinds(found.events("benefits", 0)) == kinds(whole.events("benefits"))
        talked_to = PresentAsked("in_conversation"), PresentAsked("on_hold")
        assert [found.contacts(each) for each in talked_to] == [
            whole.contacts(each, instant(0)) for each in talked_to
        ]


def test_the_wait_of_who_came_long_before_its_answer_is_known(ground: Ground) -> None:
    """Where the answer is of the last hours, and the wait began before them."""
    ground.append(queued("mail", -5 * HOUR, channel="email"), answered("mail", -1 * HOUR))
    ground.work()
    ground.append(queued("new", 0))
    with closing(followed(ground)) as found:
        (told,) = found.contacts(PresentAsked("in_conversation")).contacts
    assert told.waited_us == 4 * HOUR * SECOND_US


def test_who_is_forgotten_whole_is_nobody() -> None:
    """An agent of whom everything happened after the instant that is gone back to."""
    loads = Loads()
    loads.part_ended("a1", instant(10), SECOND_US)
    loads.forget_after(instant(0))
    assert loads.told([("a1", "available", instant(-5))], instant(0)) == [
        Load("a1", instant(-5), None, [], [])
    ]


def test_what_cannot_be_read_back_is_for_another_to_read(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told to be rested by a reading that broke off: it ends, and who asks next begins anew."""
    ground.append(state("a1", -30 * MINUTE, "available"))
    ground.work()
    with closing(followed(ground, back=False)) as found:

        def away(*_: object, **__: object) -> None:
            raise LogError("the log is away")

        monkeypatch.setattr(ground.log, "read", away)
        with pytest.raises(LogError):
            found.look_back()
