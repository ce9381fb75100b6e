"""The lives of one partition: its contacts and agents, moved on by events, and what is so now.

This is the plain make of what every event goes through. Where the project is compiled, the class
of the same name in `_lives.pyx` takes its place: same arguments, same answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from stream.contract import events as ev
from stream.contract.batch import Batch
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import AgentFrame
from stream.floor.agents import AGENTS_MAX, Agent, Agents
from stream.floor.contacts import CONTACTS_MAX, Contact, Contacts, Phase
from stream.floor.duplicates import SEEN_MAX, SeenEvents
from stream.floor.ledger import CELLS_MAX, Ledger
from stream.floor.life import ContactLife
from stream.floor.promises import PROMISES_MAX
from stream.floor.steps import Outcome, Steps, Telling
from stream.floor.surveys import SurveyBook
from stream.windows.panes import PlainPiece

_ACTIVE = (Phase.ANSWERED, Phase.HELD, Phase.WRAPPING)


class QueuePresent(Struct, frozen=True):
    """Who stands in a queue. `waiting`: channel to when each wait began; `active`: (channel,
    agent) to how many are in conversation, on hold, wrapping; `unanswered`: channel to when each
    thread's first unanswered message came. Microseconds."""

    waiting: dict[str, list[int]]
    active: dict[tuple[str | None, str], list[int]]
    unanswered: dict[str | None, list[int]]


class Limits(Struct, frozen=True):
    """How much is kept at most on one partition: contacts, agents, pairs that find copies,
    combinations of queue, channel and agent, and promises to call back."""

    contacts: int = CONTACTS_MAX
    agents: int = AGENTS_MAX
    seen: int = SEEN_MAX
    cells: int = CELLS_MAX
    promises: int = PROMISES_MAX


class SavedLives(Struct, frozen=True):
    """All that lives hold, as a checkpoint keeps it."""

    seen: SeenEvents
    contacts: dict[str, Contact]
    dropped: int
    agents: dict[str, Agent]


class Lives:
    """Contacts, agents and the memory of copies. `tellings` take the events that are neither."""

    _life_of_contacts: type[ContactLife] = ContactLife

    def __init__(
        self,
        plan: FloorPlan,
        ledger: Ledger,
        tellings: Mapping[type[ev.Event], Telling],
        limits: Limits,
    ) -> None:
        self._seen = SeenEvents.none_yet(limits.seen)
        self._contacts = Contacts(limits.contacts)
        self._agents = Agents(limits.agents)
        self._life = self._life_of_contacts(self._contacts, ledger, plan)
        surveys = self._book_of(ledger)
        self._steps = Steps(
            self._contacts,
            self._agents,
            self._life,
            ledger,
            self._heard(
                {
                    **tellings,
                    ev.SurveySent: surveys.sent,
                    ev.SurveyAnswered: surveys.answered,
                }
            ),
        )

    def _heard(
        self, tellings: Mapping[type[ev.Event], Telling]
    ) -> Mapping[type[ev.Event], Telling]:
        """What takes the events that are no step of a contact's life."""
        return tellings

    def _book_of(self, ledger: Ledger) -> SurveyBook:
        return SurveyBook(ledger)

    @property
    def ended(self) -> list[PlainPiece]:
        """Stretches of agents' time that ended and may be seen; who enters them empties it."""
        return self._steps.ended

    @property
    def expired(self) -> int:
        """How many contacts were dropped while standing somewhere, as of the last `sweep`."""
        return self._contacts.expired

    @property
    def have_changed(self) -> bool:
        """Whether any queue changed since it was last told."""
        return bool(self._contacts.changed_queues)

    def take(self, batch: Batch, newest: int | None, shown: int | None) -> Outcome:
        """Move the subject of every event on that is no copy. `newest` is the newest time before
        them; what is later than `shown` is held back."""
        copies = self._seen.copies(batch.marks, batch.times, newest)
        return self._steps.take(batch, copies, newest, shown)

    @property
    def limits_reached(self) -> dict[str, int]:
        """How often each limit was reached, of those that were."""
        reached = {
            "contacts": self._contacts.cut_short,
            "agents": self._agents.turned_away,
            "duplicates": self._seen.cut_short,
        }
        return {name: times for name, times in reached.items() if times}

    @property
    def are_many(self) -> bool:
        """Whether so many contacts came since the last `sweep` that another is due."""
        return self._contacts.are_many

    def sweep(self, moment: int, newest: int) -> None:
        """Find who is past their time as of `moment`, and forget old ones by the `newest` time."""
        self._contacts.sweep(moment, newest)

    def touch(self, queue: str) -> None:
        """Something else in the queue changed, that is told with it."""
        self._contacts.changed_queues.add(queue)

    def changed_queues(self, *, everything: bool) -> set[str]:
        """The queues that changed since the last call, or all in which somebody stands too."""
        contacts = self._contacts
        changed = set(contacts.changed_queues)
        contacts.changed_queues.clear()
        if everything:
            changed |= {*contacts.standing, *contacts.threads}
        return changed

    def changed_buckets(self, *, everything: bool) -> set[int]:
        """The groups of agents in which somebody changed since the last call, or all of them."""
        agents = self._agents
        changed = agents.changed_buckets()
        agents.changed.clear()
        return changed | agents.buckets.keys() if everything else changed

    def present(self, queue: str) -> QueuePresent:
        """Who stands in the queue, without the contacts whose time is over."""
        told = QueuePresent({}, {}, {})
        contacts = self._contacts
        for identifier, contact in contacts.standing.get(queue, {}).items():
            if identifier in contacts.lapsed:
                continue
            if contact.phase is Phase.WAITING:
                assert contact.channel is not None
                told.waiting.setdefault(contact.channel, []).append(contact.since)
            else:
                counts = told.active.setdefault((contact.channel, contact.agent), [0, 0, 0])
                counts[_ACTIVE.index(contact.phase)] += 1
        for identifier, contact in contacts.threads.get(queue, {}).items():
            if identifier not in contacts.lapsed:
                assert contact.unanswered_since is not None
                told.unanswered.setdefault(contact.channel, []).append(contact.unanswered_since)
        return told

    def agents_in(self, bucket: int) -> list[AgentFrame]:
        """The agents of a group."""
        return [
            AgentFrame(
                identifier,
                agent.state,
                agent.reason,
                agent.since,
                agent.team,
                agent.queues,
                agent.closing,
            )
            for identifier, agent in self._agents.buckets.get(bucket, {}).items()
        ]

    def close_stretches(self, agents: Iterable[str]) -> None:
        """The first stretch that each of these agents had ahead of what is shown is reached."""
        for agent in agents:
            del self._agents.by_id[agent].closing[0]
            self._agents.changed.add(agent)

    def save(self) -> SavedLives:
        """All that is held, to be encoded before the next event."""
        contacts = self._contacts
        return SavedLives(self._seen, contacts.by_id, contacts.dropped, self._agents.by_id)

    def restore(self, saved: SavedLives) -> None:
        """Take over what was saved, by this make or the other."""
        self._seen = saved.seen
        self._contacts.restore(saved.contacts, saved.dropped)
        for identifier, agent in saved.agents.items():
            self._agents.restore(identifier, agent)
