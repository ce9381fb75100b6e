"""The loop that every event goes through: to its contact's or agent's step, and into its pane.

This is what a busy hour does a million times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from stream.contract import events as ev
from stream.contract.batch import TWIN_OF, TYPE_OF, Batch
from stream.contract.figures import PANE_US, PANES_HELD
from stream.floor.agents import Agents
from stream.floor.contacts import FINISHED_KEPT_US, Contact, Contacts
from stream.floor.ledger import Ledger
from stream.floor.life import ContactLife
from stream.windows.panes import Piece, PlainPiece

# What a contact's event does: id, contact, time on its clock, data; False where out of place.
ContactStep = Callable[[str, Contact, int, Any], bool]
# What any other event does: subject, time, data.
Telling = Callable[[str, int, Any], None]

# The events that an unknown contact may begin with.
_BEGINNINGS: Final = frozenset(
    kind
    for struct in (ev.ContactQueued, ev.ContactAnswered, ev.MessageReceived, ev.MessageSent)
    for kind in (struct, TWIN_OF[struct])
)


class _Copy:
    """Stands for the type of an event that was read before."""


class Outcome(Struct, frozen=True):
    """What became of a batch: the good events by type, and how many came to nothing, and why."""

    good: dict[str, int]
    duplicates: int
    unknown_type: int
    out_of_place: int
    too_late: int


class Steps:
    """The steps of one partition. `ended` collects the stretches of agents' time that are over
    and may be seen."""

    def __init__(
        self,
        contacts: Contacts,
        agents: Agents,
        life: ContactLife,
        ledger: Ledger,
        tellings: Mapping[type[ev.Event], Telling],
    ) -> None:
        self.ended: list[PlainPiece] = []
        self._contacts = contacts
        self._agents = agents
        self._ledger = ledger
        self._shown: int | None = None
        self._steps = _with_twins(
            {
                ev.ContactQueued: life.queued,
                ev.ContactOffered: life.offered,
                ev.ContactDeclined: life.declined,
                ev.ContactAnswered: life.answered,
                ev.ContactHeld: life.held,
                ev.ContactResumed: life.resumed,
                ev.ContactTransferred: life.transferred,
                ev.ContactAbandoned: life.abandoned,
                ev.ContactDiverted: life.diverted,
                ev.ContactEnded: life.ended,
                ev.ContactWrapped: life.wrapped,
                ev.MessageReceived: life.received,
                ev.MessageSent: life.sent,
            }
        )
        self._tellings = _with_twins({ev.AgentStateChanged: self._agent_told, **tellings})

    def take(
        self, batch: Batch, copies: Sequence[int], newest: int | None, shown: int | None
    ) -> Outcome:
        """Move every event's subject on, but for those at the places of `copies`. `newest` is the
        newest time before them; what is later than `shown` is held back."""
        kinds: list[type] = list(map(type, batch.events))
        for place in copies:
            kinds[place] = _Copy
        self._shown = shown
        idle, too_late = self._step_all(batch, kinds, newest, shown)
        nothing = Counter(idle)
        good: Counter[str] = Counter()
        for kind, count in (Counter(kinds) - nothing).items():
            good[TYPE_OF[kind]] += count
        unknown = nothing[ev.UnknownEvent]
        return Outcome(
            good=dict(good),
            duplicates=len(copies),
            unknown_type=unknown,
            out_of_place=nothing.total() - len(copies) - unknown,
            too_late=too_late,
        )

    def _step_all(  # noqa: C901, PLR0912 - no call is spared
        self, batch: Batch, kinds: list[type], newest: int | None, shown: int | None
    ) -> tuple[list[type], int]:
        """Returns the kinds of those that did nothing, and how many were too late."""
        contacts, ledger = self._contacts, self._ledger
        by_id, past = contacts.by_id, contacts.past
        measured = ledger.measured
        step_of, tell_of = self._steps.get, self._tellings.get
        newest_pane = None if newest is None else newest // PANE_US
        idle: list[type] = []
        too_late = 0
        # Events from `start` up to `end` go on in the run that was begun last.
        start = end = 0
        is_late = is_ahead = False
        for event, kind, time in zip(batch.events, kinds, batch.times, strict=True):
            if not start <= time < end:
                pane = time // PANE_US
                if newest_pane is None or pane > newest_pane:
                    newest_pane = pane
                measured.begin(pane)
                is_late = pane <= newest_pane - PANES_HELD
                is_ahead = not is_late and shown is not None and time > shown
                start = pane * PANE_US
                end = start + PANE_US if shown is None else min(start + PANE_US, shown + 1)
                if is_late or is_ahead:
                    # This one's measurements are taken out again, so it has a run of its own.
                    end = start
            step = step_of(kind)
            if step is not None:
                subject = event.subject
                contact = by_id.get(subject)
                if contact is None or time - contact.clock > FINISHED_KEPT_US:
                    contact = contacts.find(subject, time, begins=kind in _BEGINNINGS)
                    if contact is None:
                        idle.append(kind)
                        continue
                clock = contact.clock
                now = time if time > clock else clock  # noqa: FURB136 - max() takes twice as long
                if not step(subject, contact, now, event.data):
                    idle.append(kind)
                    continue
                contact.clock = now
                if past and subject in past:
                    contacts.recall(subject)
            else:
                tell = tell_of(kind)
                if tell is None:
                    idle.append(kind)
                    continue
                tell(event.subject, time, event.data)
            if is_late:
                too_late += 1
                ledger.panes.measured_late.extend(measured.cut())
            elif is_ahead:
                ledger.hold(measured.cut(), time)
        return idle, too_late

    def _agent_told(self, agent: str, time: int, data: ev.AgentStateData) -> None:
        stretch = self._agents.tell(agent, time, data)
        if stretch is None:
            return
        state, start, end = stretch
        if self._shown is None or end <= self._shown:
            self.ended.append((agent, state, start, end))
        else:
            # It may be seen only once its end is reached.
            self._agents.by_id[agent].closing.append(stretch)
            self._ledger.hold_piece(Piece(agent, state, start, end))


def _with_twins(steps: Mapping[type[ev.Event], Any]) -> dict[type, Any]:
    """The same steps, for the structs of events and for their twins."""
    return {**steps, **{TWIN_OF[struct]: step for struct, step in steps.items()}}
