"""Who stood where at an instant of the past: those, and as many, as one reading of the log up to
then gives, with all that was told of them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from stream.contract.codec import decode
from stream.contract.detail import (
    LISTED_MOST,
    PRESENT,
    AtHand,
    EventTold,
    Load,
    PresentAsked,
    PresentContacts,
)
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import LogAway
from stream.past.floor import LATE_US, PEOPLE_ASKED_S, PastReading
from stream.past.keyframes import Keyframe
from stream.present.contacts import PresentFloors
from stream.present.events import KEPT_EVENTS
from stream.present.past import STRETCHES_US
from tests.past_ground import CROWD, PastGround
from tests.stream.past.days import BATCH, BEGIN, END, PHASES, PLAN, Ground, instants, show

PROMISES: Final = ("callbacks_open", "callbacks_overdue")
# Of what happened so long before, all is read back, but for who was answered before that.
BACK_US: Final = STRETCHES_US[-1]
NO_TALK_US: Final = HOUR_US
EVERYBODY: Final = [PresentAsked(of, most=LISTED_MOST) for of in PRESENT]


def people_by(ground: Ground, at: int) -> PresentFloors:
    """Those of one reading of all that happened up to an instant."""
    floors = PresentFloors(PLAN)
    floors.begin(0, None)
    floors.read(0, [line for line in ground.lines if decode(line).time <= at])
    floors.show(at)
    return floors


def expected(ground: Ground, at: int) -> list[PresentContacts]:
    floors = people_by(ground, at)
    return [floors.contacts(asked, at) for asked in EVERYBODY]


def by_agent(hands: list[AtHand]) -> dict[str, AtHand]:
    return {one.agent: one for one in hands}


def told(look: PastReading) -> list[PresentContacts]:
    return [look.contacts(asked) for asked in EVERYBODY]


def known(lists: list[PresentContacts]) -> list[PresentContacts]:
    """Without what was told of those who went away with a promise: it is not kept."""
    return [
        *bare([one for one in lists if one.of in PROMISES]),
        *(one for one in lists if one.of not in PROMISES),
    ]


def all_since(events: list[EventTold]) -> int:
    """The instant after which none is missing: where there is no room for more, one that came later
    than it was may have left before others that were before it."""
    return min(one.at for one in events) + LATE_US if len(events) == KEPT_EVENTS else 0


def happened(events: list[EventTold], since: int) -> list[EventTold]:
    """Those from an instant on, in the order of their times, without the numbers."""
    bare_ = [replace(one, number=0) for one in events if one.at > since]
    return sorted(bare_, key=lambda one: (one.at, one.contact, one.type))


def behind(loads: list[Load], at: int) -> dict[str, tuple[Any, ...]]:
    """What each agent had behind it, as far back as it is read back for certain."""
    since, talked = at - BACK_US, at - BACK_US + NO_TALK_US
    return {
        one.agent: (
            one.break_ended if one.break_ended is not None and one.break_ended > talked else None,
            sorted(each for each in one.dissatisfied if each > since),
            sorted(each for each in one.parts if each[0] > talked),
        )
        for one in loads
    }


def bare(lists: list[PresentContacts]) -> list[PresentContacts]:
    """Without what was told of each, and how long those had waited who were answered."""
    nothing = dict.fromkeys(
        ("priority", "language", "segment", "intent", "journey_stage", "redial_of")
    )
    return [
        replace(
            some,
            contacts=[
                replace(
                    one,
                    **nothing,
                    waited_us=one.waited_us if one.due is not None else None,
                    over_target=one.over_target if one.due is not None else None,
                )
                for one in some.contacts
            ],
        )
        for some in lists
    ]


@given(moments=st.lists(instants, min_size=1, max_size=3))
@settings(max_examples=5, deadline=None, phases=PHASES)
def test_people_are_those_of_one_reading(day: Ground, moments: list[int]) -> None:
    """At once who they are, and once it was read back what was told of them; as many as are counted."""
    look = PastReading(day.log, PLAN, title="Floor", batch=BATCH)
    for at in moments:
        show(look, at)
        now = look.picture("30m").figures.floor.now
        then = expected(day, at)

        assert bare(told(look)) == bare(then)
        while look.look_back():
            pass
        assert known(told(look)) == known(then)
        assert {some.of: some.total for some in then if some.total} == {
            of: value for of in PRESENT if (value := now[of])
        }
        assert by_agent(look.at_hand()) == by_agent(people_by(day, at).at_hand())


@given(
    at=instants,
    steps=st.lists(st.integers(min_value=1, max_value=5 * MINUTE_US), min_size=1, max_size=6),
)
@settings(max_examples=5, deadline=None, phases=PHASES)
def test_who_comes_while_it_plays_is_known(day: Ground, at: int, steps: list[int]) -> None:
    """They go on with the floor, also while it is read back what was told before."""
    look = PastReading(day.log, PLAN, title="Floor", batch=BATCH, steady=lambda: 0.0)
    show(look, at)
    told(look)
    for step in steps:
        if look.at + step > END:
            break
        look.look_back()
        look.advance(look.at + step)
    told(look)
    while look.look_back():
        pass
    assert known(told(look)) == known(expected(day, look.at))


def test_nobody_is_followed_for_whom_nobody_asks(tmp_path: Path) -> None:
    """A minute after the last question they cost nothing any more; who asks again is told all."""
    ground, steady = PastGround(tmp_path / "log"), [0.0]
    with closing(EmbeddedLog(tmp_path / "log", now=lambda: ground.end)) as log:
        look = PastReading(log, FloorPlan(), title="Floor", steady=lambda: steady[0])
        show(look, ground.trouble)
        told(look)
        steady[0] = PEOPLE_ASKED_S
        look.advance(ground.trouble + SECOND_US)
        assert look.look_back()

        steady[0] = 2 * PEOPLE_ASKED_S + 1
        look.advance(ground.trouble + 2 * SECOND_US)
        assert not look.look_back()
        waiting = look.contacts(PresentAsked("waiting"))
        assert (waiting.total, len(waiting.contacts)) == (CROWD, CROWD)
        assert waiting.contacts[0].contact == "crowd-0"


def test_where_it_cannot_be_read_back_they_stand_all_the_same(tmp_path: Path) -> None:
    """Without what was told of them; the figures are as they were."""
    ground = PastGround(tmp_path / "log")
    with closing(EmbeddedLog(tmp_path / "log", now=lambda: ground.end)) as log:
        look = PastReading(log, FloorPlan(), title="Floor")
        show(look, ground.trouble)

        def away(*_args: Any, **_more: Any) -> Any:
            raise LogAway("the disk is away")

        log.read = away  # type: ignore[method-assign]
        waiting = look.contacts(PresentAsked("waiting"))
        assert not look.look_back()
        assert waiting.total == CROWD
        assert look.ready
        assert look.contacts(PresentAsked("waiting")).contacts[0].channel == "voice"


def all_is_told(look: PastReading, ground: Ground, asked_at: int) -> None:
    """What had happened by now is what one reading tells, as far back as it was read from when
    somebody asked first."""
    then = people_by(ground, look.at)
    for queue in PLAN.queues:
        found, expected_ = look.events(queue), then.events(queue)
        since = max(asked_at - BACK_US, all_since(found.events), all_since(expected_))
        assert found.all_read
        assert happened(found.events, since) == happened(expected_, since)
    assert behind(look.loads(), asked_at) == behind(then.loads(look.at), asked_at)


@given(at=instants, steps=st.lists(st.integers(1, 20 * MINUTE_US), max_size=3))
@settings(max_examples=5, deadline=None, phases=PHASES)
def test_what_had_happened_is_that_of_one_reading(day: Ground, at: int, steps: list[int]) -> None:
    """Read back, and heard while it is played; also where it is put in order on the way."""
    look = PastReading(day.log, PLAN, title="Floor", batch=BATCH, steady=lambda: 0.0)
    show(look, at)
    look.loads()
    for step in steps:
        look.look_back()
        if look.at + step <= END:
            look.advance(look.at + step)
    while look.look_back():
        pass
    all_is_told(look, day, at)


def test_what_is_not_read_back_is_not_told(tmp_path: Path) -> None:
    """Nobody is called rested by what is not known; then all is told, the newest last."""
    ground = PastGround(tmp_path / "log")
    with closing(EmbeddedLog(tmp_path / "log", now=lambda: ground.end)) as log:
        look = PastReading(log, FloorPlan(), title="Floor")
        show(look, ground.trouble)
        assert (look.loads(), look.events("benefits").all_read) == ([], False)

        while look.look_back():
            pass
        found = look.events("benefits")

        assert found.all_read
        crowd = [one for one in found.events if one.contact.startswith("crowd")]
        assert [one.contact for one in crowd] == [f"crowd-{number}" for number in range(CROWD)]
        assert {one.type for one in crowd} == {"contact.queued"}
        assert [one.at for one in found.events] == sorted(one.at for one in found.events)
        assert look.events("nowhere").events == []


class Restored(PastReading):
    """Counts how often it was put in order."""

    restores = 0

    def _restore(self, near: Keyframe) -> None:
        self.restores += 1
        super()._restore(near)


def test_what_was_read_back_stays_as_a_look_is_put_in_order(day: Ground) -> None:
    """It is read back once, not each time that something overtook."""
    look = Restored(day.log, PLAN, title="Floor", batch=BATCH, steady=lambda: 0.0)
    begun = BEGIN + 2 * HOUR_US
    show(look, begun)
    assert look.loads() == []
    while look.look_back():
        pass
    before = look.restores
    for _ in range(20):
        look.advance(look.at + MINUTE_US)
        assert look.loads()
    assert look.restores > before
    all_is_told(look, day, begun)
