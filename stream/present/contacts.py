"""The contacts of the present: who stands where, by the floors of all partitions.

The floors are the same as everywhere, so a list has as many contacts as the figure counts. What is
counted in windows is not kept. No clock and no I/O here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from typing import Any, Final

from stream import checkpoint as cp
from stream.contract import detail as told
from stream.contract.batch import Batch, decode_plainly
from stream.contract.events import QueuedData
from stream.contract.floorplan import FloorPlan
from stream.floor.contacts import Contact, Phase
from stream.floor.floor import Floor
from stream.floor.known import KnownLives
from stream.floor.promises import KEPT_PAST_DUE_US
from stream.present.events import Loads, RecentEvents

_STATES: Final[dict[Phase, told.State]] = {
    Phase.WAITING: "waiting",
    Phase.ANSWERED: "in_conversation",
    Phase.HELD: "on_hold",
    Phase.WRAPPING: "wrapping",
}
_WITH_AGENT: Final = ("in_conversation", "on_hold", "wrapping")
# Whom an agent talks to comes before whom it keeps on hold, and before what it wraps up.
_AT_HAND_FIRST: Final = {state: rank for rank, state in enumerate(_WITH_AGENT)}
_PROMISES: Final = ("callbacks_open", "callbacks_overdue")


class PresentFloors:
    """The floors of all partitions, as far as they are read, and who stands there."""

    def __init__(self, plan: FloorPlan, first_number: int = 0) -> None:
        self._plan = plan
        self._floors: dict[int, Floor] = {}
        self._events = RecentEvents(first_number)
        self._loads = Loads()

    def begin(self, partition: int, checkpoint: cp.Checkpoint | None) -> None:
        """Begin with those who stood there as of a checkpoint, or with nobody."""
        floor = self._floors[partition] = floor_of_known(self._plan)
        if checkpoint is not None:
            cp.restore_lives(floor, checkpoint)
        lives = lives_of(floor)

        def queue_of(identifier: str) -> str | None:
            contact = lives.contact(identifier)
            return None if contact is None else contact.queue or None

        def heard(batch: Batch, copies: Sequence[int]) -> None:
            self._events.take(batch, copies, queue_of)
            self._loads.take(batch, copies)

        lives.listen(heard, self._loads.part_ended)

    def read(
        self,
        partition: int,
        payloads: Sequence[bytes],
        appended_at: Sequence[int] | None = None,
        shown: int | None = None,
    ) -> None:
        """Read events in order, `appended_at` the floor's time at each record's append; `shown` is
        the instant up to which they may be seen. As from files both are None."""
        batch = decode_plainly(payloads)
        self._floors[partition].take(batch, appended_at=appended_at, shown=shown)

    def unknown(self, partition: int) -> set[str]:
        """The contacts that stand there and of which it is not known what was told of them."""
        lives = lives_of(self._floors[partition])
        return {
            identifier
            for some in (lives.standing(), lives.unanswered())
            for identifier, _ in some
            if (known := lives.facts.get(identifier)) is None or known.queued is None
        }

    def learn(self, partition: int, earlier: PresentFloors) -> None:
        """Take over what others know of contacts, and not what happened."""
        lives_of(self._floors[partition]).learn(lives_of(earlier._floors[partition]))

    def put_before(self, partition: int, earlier: PresentFloors) -> None:
        """Take over what is missing from floors that were begun earlier and read up to where these
        begin."""
        self.learn(partition, earlier)
        self._events.put_before(earlier._events)
        self._loads.put_before(earlier._loads)

    def take_out(self, earlier: PresentFloors) -> None:
        """Let go of what was put in front from floors that knew less than others that come now."""
        self._events.take_out(earlier._events)
        self._loads.take_out(earlier._loads)

    def show(self, as_of: int) -> None:
        """Bring all floors to an instant: find who is past their time."""
        for floor in self._floors.values():
            floor.show(as_of)

    def contacts(self, asked: told.PresentAsked, as_of: int) -> told.PresentContacts:
        """Who stands so as of the instant that `show` was given last."""
        found = list(self._found(asked, as_of))
        listed = nsmallest(asked.most, found, key=_age)
        return told.PresentContacts(
            as_of=as_of,
            of=asked.of,
            total=len(found),
            contacts=[self._told(*each, as_of) for each in listed],
        )

    def at_hand(self) -> list[told.AtHand]:
        """What each agent has at hand, of those who have a contact."""
        by_agent: dict[str, list[tuple[int, int, str, Contact]]] = {}
        for floor in self._floors.values():
            for identifier, contact in lives_of(floor).standing():
                if contact.phase is not Phase.WAITING:
                    state = _STATES[contact.phase]
                    each = (_AT_HAND_FIRST[state], _since(contact), identifier, contact)
                    by_agent.setdefault(contact.agent, []).append(each)
        made = []
        for agent, every in by_agent.items():
            _, since, identifier, contact = min(every, key=lambda each: each[:3])
            made.append(
                told.AtHand(
                    agent=agent,
                    contact=identifier,
                    queue=contact.queue,
                    channel=contact.channel,
                    state=_STATES[contact.phase],
                    since=since,
                    others=len(every) - 1,
                )
            )
        return made

    def forget_after(self, at: int) -> None:
        """Let go of what was heard to happen after an instant."""
        self._events.forget_after(at)
        self._loads.forget_after(at)

    def events(self, queue: str, after: int | None = None) -> list[told.EventTold]:
        """The newest events of the queue's contacts, or those after the one of that number."""
        return self._events.of_queue(queue, after)

    def loads(self, as_of: int) -> list[told.Load]:
        """What each agent has behind it."""
        agents = (one for floor in self._floors.values() for one in lives_of(floor).agents())
        return self._loads.told(agents, as_of)

    def _found(self, asked: told.PresentAsked, as_of: int) -> Iterator[_Found]:
        for floor in self._floors.values():
            lives = lives_of(floor)
            if asked.of in _PROMISES:
                yield from _promised(floor, asked, as_of)
            elif asked.of == "conversations_unanswered":
                for identifier, contact in lives.unanswered(asked.queue):
                    if asked.channel in {None, contact.channel}:
                        since = contact.unanswered_since or 0
                        yield floor, identifier, contact, "unanswered", since
            else:
                yield from self._in_state(floor, asked, as_of)

    def _in_state(self, floor: Floor, asked: told.PresentAsked, as_of: int) -> Iterator[_Found]:
        late = asked.of == "waiting_over_target"
        state = "waiting" if late else asked.of
        for identifier, contact in lives_of(floor).standing(asked.queue):
            here = _STATES[contact.phase]
            if (
                here == state
                and asked.channel in {None, contact.channel}
                and asked.agent in {None, contact.agent}
                and not (late and as_of - contact.since <= self._target_us(contact))
            ):
                yield floor, identifier, contact, here, _since(contact)

    def _target_us(self, contact: Contact) -> int:
        assert contact.channel is not None
        return self._plan.target_us(contact.queue, contact.channel)

    def _told(
        self,
        floor: Floor,
        identifier: str,
        contact: Contact | str,
        state: told.State,
        since: int,
        as_of: int,
    ) -> told.PresentContact:
        known = lives_of(floor).facts.get(identifier)
        waited_us = None if known is None else known.waited_us
        queue, channel, agent = contact if isinstance(contact, str) else contact.queue, None, None
        due: int | None = None
        if not isinstance(contact, str):
            channel = contact.channel
            agent = contact.agent if state in _WITH_AGENT else None
            queue = contact.unanswered_queue if state == "unanswered" else contact.queue
        target_us = None if channel is None else self._plan.target_us(queue, channel)
        if state in {"waiting", "unanswered"}:
            # An event a little ahead of the clock began to wait, as far as we know, just now.
            waited_us = max(as_of - since, 0)
            due = None if target_us is None else since + target_us
        elif state == "promised":
            waited_us, due = None, since
        over = None if waited_us is None or target_us is None else waited_us > target_us
        return told.PresentContact(
            contact=identifier,
            queue=queue,
            channel=channel,
            state=state,
            since=None if state == "promised" else since,
            waited_us=waited_us,
            target_us=target_us,
            over_target=over,
            agent=agent,
            due=due,
            overdue=None if due is None else as_of > due,
            **_what_was_told(None if known is None else known.queued),
        )


# A floor, who, the contact or the queue of a promise, how it stands, and since when (or until when).
_Found = tuple[Floor, str, Contact | str, told.State, int]


def floor_of_known(plan: FloorPlan) -> Floor:
    """A floor without anybody, of which it is known who they are, and of which nothing is counted."""
    floor = Floor(plan, make=KnownLives)
    floor.panes.replaying = True
    return floor


def lives_of(floor: Floor) -> KnownLives:
    """Its lives."""
    assert isinstance(floor.lives, KnownLives)
    return floor.lives


def _promised(floor: Floor, asked: told.PresentAsked, as_of: int) -> Iterator[_Found]:
    promises = floor.promises
    contacts: Iterable[str] = promises.by_contact
    if asked.queue is not None:
        contacts = promises.by_queue.get(asked.queue, ())
    for identifier in contacts:
        for queue, due in promises.by_contact[identifier]:
            if (
                asked.queue in {None, queue}
                and as_of - due <= KEPT_PAST_DUE_US
                and (asked.of == "callbacks_open" or as_of > due)
            ):
                yield floor, identifier, queue, "promised", due


def _since(contact: Contact) -> int:
    """When it came to stand as it does."""
    match contact.phase:
        case Phase.HELD:
            return contact.held_at
        case Phase.WRAPPING:
            return next((part.ended_at for part in contact.parts[::-1] if part.last), contact.clock)
        case _:
            return contact.since


def _age(found: _Found) -> tuple[int, str]:
    return found[4], found[1]


def _what_was_told(queued: QueuedData | None) -> dict[str, Any]:
    names = ("priority", "language", "segment", "intent", "journey_stage", "redial_of")
    return {} if queued is None else {name: getattr(queued, name) for name in names}
