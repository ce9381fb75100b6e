"""What is under way at a moment of a recording: enough of it to begin there, and how it is ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal, assert_never

from simulator.recording import Moment
from stream.contract import events as ev
from stream.contract.instants import MINUTE_US, Instant

SOURCE: Final = "floorwatch/replay"
# Who is said to have tried the callbacks that were still promised when somebody sought.
_NOBODY: Final = "replay"

_Moving = (
    ev.ContactQueued
    | ev.ContactAnswered
    | ev.ContactTransferred
    | ev.ContactAbandoned
    | ev.ContactDiverted
    | ev.ContactEnded
    | ev.ContactWrapped
    | ev.MessageReceived
    | ev.MessageSent
    | ev.CallbackPromised
    | ev.CallbackAttempted
)
# An event without its envelope: its type, its subject and its data.
_Told = tuple[type[Any], str, ev.Data]


@dataclass(slots=True)
class _Contact:
    """A contact as the recording has left it, and all that it told of it since it began."""

    state: Literal["gone", "waiting", "answered", "passed on"] = "gone"
    queue: str = ""
    agent: str = ""
    channel: ev.Channel | None = None
    wraps: list[tuple[str, str]] = field(default_factory=list)
    promised: str | None = None
    unanswered: bool = False
    told: list[Moment] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        open_ends = self.wraps or self.promised is not None or self.unanswered
        return self.state == "gone" and not open_ends


class UnderWay:
    """Folds a recording's moments, in their order, into what is still under way after them."""

    def __init__(self) -> None:
        self._contacts: dict[str, _Contact] = {}
        # Of each agent, who they are (team, queues) and their newest state, in one or two events.
        self._agents: dict[str, tuple[Moment, Moment]] = {}
        self._plans: dict[tuple[str, int], tuple[int, Moment]] = {}

    def take(self, moment: Moment) -> None:
        """Go on by one moment; what is no good event changes nothing."""
        event = moment.event
        if isinstance(event, ev.AgentStateChanged):
            is_whole = event.data.team is not None or event.subject not in self._agents
            whole = moment if is_whole else self._agents[event.subject][0]
            self._agents[event.subject] = whole, moment
        elif isinstance(event, ev.PlanInterval):
            ends = event.data.start + event.data.minutes * MINUTE_US
            self._plans[event.subject, event.data.start] = ends, moment
        elif isinstance(event, _Moving):
            contact = self._contacts.setdefault(event.subject, _Contact())
            contact.told.append(moment)
            _move(contact, event)
            if contact.is_over:
                del self._contacts[event.subject]
        elif (
            isinstance(event, ev.ContactHeld | ev.ContactResumed)
            and (held := self._contacts.get(event.subject)) is not None
        ):
            held.told.append(moment)

    def contacts(self) -> list[Moment]:
        """What was told of the contacts under way, in the order of its times."""
        told = (moment for contact in self._contacts.values() for moment in contact.told)
        return sorted(told, key=lambda moment: moment.time)

    def agents(self) -> list[Moment]:
        """The agents as they are: who each is, and what they do."""
        return [
            one
            for whole, newest in self._agents.values()
            for one in ((newest,) if newest is whole else (whole, newest))
        ]

    def plans(self, since: int) -> list[Moment]:
        """The plan for the intervals that have not ended by then (microseconds)."""
        return [moment for ends, moment in self._plans.values() if ends > since]

    def endings(
        self, at: int, tag: str, *, staying: UnderWay, named: Callable[[str], str]
    ) -> list[ev.KnownEvent]:
        """How all of this is ended at `at`, microseconds: who waits is told that it is closed, a
        conversation is ended by the system, and agents whom `staying` does not have go home.

        `tag` makes the events' ids, one for each time that a recording is sought; `named` is what
        its contacts are called by now.
        """
        away = ev.AgentStateData(state="offline")
        told: list[_Told] = [
            ending
            for subject, contact in self._contacts.items()
            for ending in _ended(named(subject), contact)
        ]
        told += [
            (ev.AgentStateChanged, agent, away)
            for agent, (_, newest) in self._agents.items()
            if agent not in staying._agents and not _is_offline(newest)
        ]
        return [
            kind(
                specversion="1.0",
                id=f"{tag}-{nth}",
                source=SOURCE,
                time=Instant(at),
                subject=subject,
                data=data,
            )
            for nth, (kind, subject, data) in enumerate(told, 1)
        ]


def _is_offline(moment: Moment) -> bool:
    event = moment.event
    return isinstance(event, ev.AgentStateChanged) and event.data.state == "offline"


def _move(contact: _Contact, event: _Moving) -> None:
    """What an event makes of its contact, as the contract has it, of a recording in order."""
    match event:
        case ev.ContactQueued(data=data):
            contact.state, contact.queue, contact.channel = "waiting", data.queue, data.channel
        case ev.ContactAnswered(data=data):
            contact.state, contact.queue, contact.agent = "answered", data.queue, data.agent
        case ev.ContactAbandoned() | ev.ContactDiverted():
            contact.state, contact.unanswered = "gone", False
        case ev.ContactTransferred() | ev.ContactEnded() | ev.ContactWrapped():
            _move_part(contact, event)
        case ev.MessageReceived() | ev.MessageSent():
            contact.unanswered = isinstance(event, ev.MessageReceived)
        case ev.CallbackPromised() | ev.CallbackAttempted():
            is_promise = isinstance(event, ev.CallbackPromised)
            contact.promised = event.data.queue if is_promise else None
        case _:
            assert_never(event)


def _move_part(
    contact: _Contact, event: ev.ContactTransferred | ev.ContactEnded | ev.ContactWrapped
) -> None:
    """The same of what an agent's part ends with."""
    part = event.data.queue, event.data.agent
    if isinstance(event, ev.ContactWrapped):
        if part in contact.wraps:
            contact.wraps.remove(part)
        return
    contact.wraps.append(part)
    if isinstance(event, ev.ContactEnded):
        contact.state, contact.unanswered = "gone", False
    else:
        contact.state, contact.queue = "passed on", event.data.to_queue or event.data.queue


def _ended(subject: str, contact: _Contact) -> Iterator[_Told]:
    """What takes a contact to its end from wherever it is."""
    wraps = list(contact.wraps)
    if contact.state == "answered":
        ended = ev.EndedData(queue=contact.queue, agent=contact.agent, by="system")
        yield ev.ContactEnded, subject, ended
        wraps.append((contact.queue, contact.agent))
    elif contact.channel is not None and (contact.state != "gone" or contact.unanswered):
        if contact.state != "waiting":
            # Nothing ends a transfer, nor a message alone, but another wait.
            queued = ev.QueuedData(queue=contact.queue, channel=contact.channel)
            yield ev.ContactQueued, subject, queued
        yield ev.ContactDiverted, subject, ev.DivertedData(queue=contact.queue, to="closed")
    for queue, agent in wraps:
        yield ev.ContactWrapped, subject, ev.WrappedData(queue=queue, agent=agent)
    if contact.promised is not None:
        tried = ev.AttemptedData(queue=contact.promised, agent=_NOBODY, reached=False)
        yield ev.CallbackAttempted, subject, tried
