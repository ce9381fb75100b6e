"""The contacts of the present: each list has as many as the figure of the same log and instant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from stream.contract.behind import TooManyEvents
from stream.contract.detail import PRESENT, AtHand, PresentAsked, PresentContact
from stream.contract.figures import MEANINGLESS_IN_CHANNELS
from stream.contract.instants import HOUR_US, SECOND_US
from stream.logs.topics import CONTACT_EVENTS, FLOOR_CHECKPOINTS
from stream.picture import LogPictureReader
from stream.present.log import FollowedContacts
from stream.worker import Worker
from tests.builders import (
    BASE_US,
    DAY,
    HOUR,
    abandoned,
    answered,
    attempted,
    ended,
    event,
    held,
    instant,
    promised,
    queued,
    received,
    transferred,
)
from tests.stream.alert_ground import QUIET
from tests.stream.behind.test_behind import PLAN, Day, Ground, day, ground, sections

__all__ = ["day", "ground"]


def followed(ground: Ground, at: float | None = None) -> FollowedContacts:
    """As of an instant, by default that of the newest event."""
    now = ground.now if at is None else instant(at)
    return FollowedContacts(ground.log, ground.plan, now=lambda: now)


def who(found: FollowedContacts, of: str, **more: object) -> list[str]:
    """Who stands so, the oldest first."""
    told = found.contacts(PresentAsked(of, **more))  # type: ignore[arg-type]
    assert told.total == len(told.contacts)
    return [one.contact for one in told.contacts]


# --- a day --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def present(day: Day) -> Iterator[FollowedContacts]:
    """The contacts of that day's end."""
    with closing(FollowedContacts(day.log, PLAN, now=lambda: BASE_US)) as made:
        yield made


@pytest.mark.parametrize("of", PRESENT)
def test_a_list_has_as_many_as_the_figure(day: Day, present: FollowedContacts, of: str) -> None:
    """On the floor, in every queue, and in every channel in which the figure has a meaning."""
    seen = 0
    for target, section in sections(day.figures(BASE_US, "30m")):
        if target.dimension == "channel" and of in MEANINGLESS_IN_CHANNELS:
            continue
        where = {} if target.name is None else {target.dimension: target.name}
        told = present.contacts(PresentAsked(of, **where, most=10))  # type: ignore[arg-type]
        assert (told.as_of, told.total) == (BASE_US, section.now[of]), target
        assert len(told.contacts) == min(told.total, 10)
        seen += told.total
    # Nobody happens to be on hold then, and no promise is open.
    assert seen > 0 or of in {"on_hold", "callbacks_open", "callbacks_overdue"}


def test_a_list_has_as_many_as_stand_on_the_wall(day: Day, present: FollowedContacts) -> None:
    """By the frames that workers told of the same log, at the same instant, in every queue."""
    with closing(LogPictureReader(day.log, PLAN, now=lambda: BASE_US, title="")) as wall:
        while not wall.caught_up:
            wall.follow(0)
        figures = wall.picture("30m").figures
    assert len(figures.queues) > 5
    for name, section in figures.queues.items():
        for of in PRESENT:
            told = present.contacts(PresentAsked(of, queue=name, most=0))
            assert (told.total, told.contacts) == (section.now[of], []), (name, of)


def test_the_oldest_is_as_old_as_the_figure_says(day: Day, present: FollowedContacts) -> None:
    """Of those who wait and of those who wrote, in every queue."""
    for name, section in day.figures(BASE_US, "30m").queues.items():
        for of, oldest in (
            ("waiting", "oldest_wait_s"),
            ("conversations_unanswered", "oldest_unanswered_s"),
        ):
            told = present.contacts(PresentAsked(of, queue=name, most=1))  # type: ignore[arg-type]
            ages = [one.waited_us / SECOND_US for one in told.contacts]  # type: ignore[operator]
            assert section.now[oldest] == (ages[0] if ages else None)


def test_what_agents_have_at_hand_adds_up(day: Day, present: FollowedContacts) -> None:
    """To all who are talked to, held or wrapped up; and each is found again by its agent."""
    hands = present.at_hand()
    now = day.figures(BASE_US, "30m").floor.now
    having = ("in_conversation", "on_hold", "wrapping")
    assert sum(each.others + 1 for each in hands) == sum(now[name] for name in having)  # type: ignore[misc]
    assert len(hands) > 10
    for each in hands:
        lists = [
            present.contacts(PresentAsked(of, agent=each.agent)).contacts  # type: ignore[arg-type]
            for of in having
        ]
        ones = [one for some in lists for one in some]
        assert (ones[0].contact, len(ones)) == (each.contact, each.others + 1)


# --- one contact --------------------------------------------------------------------------------


def test_a_contact_comes_with_all_that_is_known_of_it(ground: Ground) -> None:
    """And never with who the customer is."""
    ground.append(
        event(
            "contact.queued", subject="c1", at=0, queue="benefits", channel="voice", priority=2,
            customer="Ada Lovelace", segment="gold", language="es", intent="move",
            journey_stage="apply", redial_of="c0",
        ),
        queued("c2", 10),
    )  # fmt: skip
    with closing(followed(ground, 30)) as found:
        first, second = found.contacts(PresentAsked("waiting")).contacts
        assert who(found, "waiting_over_target") == ["c1"]

    assert first == PresentContact(
        contact="c1", queue="benefits", channel="voice", state="waiting", since=instant(0),
        waited_us=30 * SECOND_US, target_us=20 * SECOND_US, over_target=True, agent=None,
        due=instant(20), overdue=True, priority=2, language="es", segment="gold", intent="move",
        journey_stage="apply", redial_of="c0",
    )  # fmt: skip
    # Exactly at its target a wait is in it.
    assert (second.contact, second.over_target, second.overdue) == ("c2", False, False)


def test_a_conversation_says_how_long_it_was_waited_for(ground: Ground) -> None:
    """On hold it says since when it is, and in wrap-up since when it is over."""
    ground.append(queued("c1", 0), queued("c2", 1), queued("c3", 2))
    ground.append(answered("c1", 25), answered("c2", 26, agent="a2"), answered("c3", 27))
    ground.append(held("c2", 40, agent="a2"), ended("c3", 50))
    with closing(followed(ground, 60)) as found:
        told = [
            found.contacts(PresentAsked(of)).contacts[0]
            for of in ("in_conversation", "on_hold", "wrapping")
        ]
        hands = found.at_hand()

    assert [(one.contact, one.agent, one.since, one.waited_us) for one in told] == [
        ("c1", "a1", instant(25), 25 * SECOND_US),
        ("c2", "a2", instant(40), 25 * SECOND_US),
        ("c3", "a1", instant(50), 25 * SECOND_US),
    ]
    assert [one.over_target for one in told] == [True, True, True]
    assert sorted(hands, key=lambda each: each.agent) == [
        AtHand("a1", "c1", "benefits", "voice", "in_conversation", instant(25), 1),
        AtHand("a2", "c2", "benefits", "voice", "on_hold", instant(40), 0),
    ]


def test_promises_and_replies_say_until_when(ground: Ground) -> None:
    """A promise that was come to is none, and an overdue one is called so."""
    ground.append(
        promised("given up", -3, due=-DAY), promised("c1", 0, due=50),
        promised("c2", 1, due=500), promised("c3", 2, due=400),
        attempted("c3", 3), queued("m1", 4, channel="chat"), received("m1", 5),
    )  # fmt: skip
    with closing(followed(ground, 70)) as found:
        promises = found.contacts(PresentAsked("callbacks_open")).contacts
        assert [(one.contact, one.due, one.overdue, one.since) for one in promises] == [
            ("c1", instant(50), True, None),
            ("c2", instant(500), False, None),
        ]
        assert who(found, "callbacks_overdue") == ["c1"]
        [reply] = found.contacts(PresentAsked("conversations_unanswered")).contacts

    assert (reply.contact, reply.since, reply.due) == ("m1", instant(5), instant(65))
    assert (reply.waited_us, reply.over_target, reply.state) == (65 * SECOND_US, True, "unanswered")


def test_who_stood_before_the_checkpoint_is_there(ground: Ground) -> None:
    """Days before, and what became of them since is known; nothing is read twice."""
    ground.append(queued("old", -3 * DAY), queued("gone", -2 * HOUR), queued("taken", -1 * HOUR))
    ground.work()
    ground.append(abandoned("gone", 0), answered("taken", 1), queued("new", 2))
    with closing(followed(ground, 10)) as found:
        assert who(found, "waiting") == ["old", "new"]
        [taken] = found.contacts(PresentAsked("in_conversation")).contacts
    assert (taken.contact, taken.waited_us) == ("taken", HOUR_US + SECOND_US)


def test_what_comes_is_taken_in(ground: Ground) -> None:
    """Each event once, in whatever order the ends of what was read and of what follows lie."""
    ground.append(queued("c1", 0), queued("c2", 1))
    now = ground.now
    with closing(FollowedContacts(ground.log, ground.plan, now=lambda: now)) as found:
        ground.append(answered("c1", 5), queued("c3", 6))
        now = ground.now
        assert found.follow() == 2
        assert who(found, "waiting") == ["c2", "c3"]
        ground.append(transferred("c1", 8, to_queue="other"), queued("c1", 9, "other"))
        now = ground.now
        assert found.follow() == 2
        assert who(found, "waiting") == ["c2", "c3", "c1"]
        assert who(found, "waiting", queue="other") == ["c1"]


def test_who_was_silent_for_a_week_waits_no_longer(ground: Ground) -> None:
    """As on the wall."""
    ground.append(queued("lost", -8 * DAY), queued("c1", 0))
    with closing(followed(ground)) as found:
        assert who(found, "waiting") == ["c1"]


def test_a_log_that_is_too_much_to_read_says_so(ground: Ground) -> None:
    """Rather than a list without some."""
    ground.append(queued("c1", 0))
    with pytest.raises(TooManyEvents):
        FollowedContacts(ground.log, ground.plan, now=lambda: ground.now, give_up=lambda: True)


def test_what_is_behind_a_checkpoint_is_found_however_old(ground: Ground) -> None:
    """A worker that is behind writes a checkpoint hours after the next event was appended."""
    many = 4096 + 20
    ground.append(queued("c0", 0))
    lines = [(f"c{number}", queued(f"c{number}", 1)) for number in range(1, many)]
    ground.log.append(CONTACT_EVENTS, lines)
    ground.now += 10 * HOUR_US
    worker = Worker(
        ground.log, ground.plan, now=lambda: ground.now, logger=QUIET, checkpoint_every_events=1
    )
    while not worker.step(timeout_s=0):
        pass
    worker.publish(everybody=True)
    worker.close()
    assert next(iter(ground.log.read(FLOOR_CHECKPOINTS, 0))).appended_at == ground.now

    ground.append(queued("new", 11 * HOUR))
    with closing(followed(ground)) as found:
        assert found.contacts(PresentAsked("waiting")).total == many + 1


def test_what_the_checkpoint_knows_is_not_read_again(ground: Ground) -> None:
    """Also of events so old that a copy of them would be none."""
    ground.append(queued("c1", 0))
    ground.log.append(CONTACT_EVENTS, [("p1", promised("p1", -HOUR, due=900))])
    ground.append(queued("c2", 1))
    ground.work()
    ground.append(queued("c3", 2))
    with closing(followed(ground)) as found:
        assert who(found, "callbacks_open") == ["p1"]
        assert who(found, "waiting") == ["c1", "c2", "c3"]
