"""The contacts behind an alert, read from the log.

Read are the events from an hour before the window on. Of a contact that had begun by then, earlier
events are looked for by its key; who stood there all the while is known from the checkpoint.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, NamedTuple

from msgspec import Struct

from stream import checkpoint as cp
from stream.alerts.rule_file import parse_rules
from stream.alerts.rules import AnyRule
from stream.behind.answering import Asked, Trace, asked, groups
from stream.behind.sought import BEGINS, PROMISED, kinds, sought
from stream.clocks import current_clock
from stream.contract.alerts import OPEN_STATES, Alert
from stream.contract.batch import TYPE_OF, decode_plainly
from stream.contract.behind import Behind, ContactBehind, NotHeld, TooManyEvents
from stream.contract.clock import FloorClock
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US
from stream.contract.yaml_lines import YamlError
from stream.floor.contacts import Contact, Phase
from stream.logs.port import Log, Record
from stream.logs.topics import CONTACT_EVENTS, FLOOR_CHECKPOINTS

# Nearly all who wait began within it, and who is gone is forgotten after it (EVENTS.md).
BEFORE_US: Final = HOUR_US
# Of an alert that is over, so much after its end is looked through for who began before.
AFTER_US: Final = HOUR_US
# Whose beginning is looked for is found in here, unless it is older than a shift.
SHIFT_US: Final = 12 * HOUR_US
BATCH: Final = 4096
# More contacts than these, begun before what is read, are not kept at once.
EARLIER_MAX: Final = 200_000

Found = list[tuple[str, ContactBehind]]


class Standing(Struct, frozen=True):
    """A contact that stood before what is read begins, by the newest checkpoint of its partition:
    it waits, its message is unanswered, or it was promised a call."""

    contact: Contact | None
    promises: list[tuple[str, int]]


class Known(NamedTuple):
    """What the newest checkpoint of a partition tells: who stands, and the teams of agents."""

    standing: dict[str, Standing]
    teams: dict[str, str | None]


def contacts_behind(
    log: Log,
    plan: FloorPlan,
    alert: Alert,
    rules_text: str | None,
    *,
    give_up: Callable[[], bool] = lambda: False,
) -> Behind:
    """The contacts behind an alert, by the events that the log holds.

    Raises `NotHeld`, `TooManyEvents` where `give_up` says so before the window is read, and
    `LogError`.
    """
    what = asked(alert, _rule_of(alert, rules_text), plan)
    if not what.became:
        return Behind(alert.id, what.as_of, [])
    end = alert.resolved_at if alert.resolved_at is not None else alert.as_of
    until = None if alert.state in OPEN_STATES else end + AFTER_US
    read = read_behind(log, plan, what, until=until, give_up=give_up)
    return Behind(
        alert.id,
        what.as_of,
        groups(what, read.found),
        since=what.since,
        unplaced=read.unplaced,
        held_since=read.held_since,
    )


class Read(NamedTuple):
    """What was found; of how many the beginning was not, and when the log begins, where that is
    after the window does."""

    found: Found
    unplaced: int
    held_since: int | None


def read_behind(
    log: Log,
    plan: FloorPlan,
    what: Asked,
    *,
    until: int | None = None,
    give_up: Callable[[], bool] = lambda: False,
) -> Read:
    """All that is asked for, by the events that the log holds and that were appended `until` an
    instant on the floor's clock, None for its end. Raises as `contacts_behind`."""
    clock = current_clock(log)
    held_since = _held_since(log, clock)
    if held_since is not None and held_since > what.as_of:
        raise NotHeld(held_since)
    found: Found = []
    teams: dict[str, str | None] = {}
    unplaced = 0
    for partition in range(log.partitions(CONTACT_EVENTS)):
        reading = _Reading(_Source(log, clock, until, give_up), plan, what, partition)
        reading.read()
        found += reading.found()
        teams |= reading.teams
        unplaced += reading.unplaced
    scope = what.scope
    if scope.agent is not None:
        found = [one for one in found if one[1].agent == scope.agent]
    if scope.team is not None:
        members = {agent for agent, team in teams.items() if team == scope.team}
        found = [one for one in found if one[1].agent in members]
    cut = held_since is not None and what.since is not None and held_since > what.since
    return Read(found, unplaced, held_since if cut else None)


class _Source(NamedTuple):
    """Where is read, and how far: the log, its clock, up to which append on the floor's clock (None
    is its end), and what says that there is no more time."""

    log: Log
    clock: FloorClock
    until: int | None
    give_up: Callable[[], bool]


class _Reading:
    """One partition, as far as it is behind what is asked for."""

    def __init__(self, source: _Source, plan: FloorPlan, what: Asked, partition: int) -> None:
        self._log, self._clock, self._until, self._give_up = source
        self._partition = partition
        self._asked = what
        self._sought = sought(what)
        self._kinds = kinds(what)
        self._begin = what.first - BEFORE_US
        # Of contacts that begin in what is read, and of those that had begun before.
        self._begun, self._earlier = Trace(plan, what), Trace(plan, what)
        self._are_begun: set[str] = set()
        # The records of contacts that had begun before, and of which what is asked for may be.
        self._records: dict[str, list[Record]] = {}
        self._wanted: set[str] = set()
        self._standing: dict[str, Standing] = {}
        self.teams: dict[str, str | None] = {}
        self.unplaced = 0

    def read(self) -> None:
        """Read all of it. Raises `TooManyEvents` and `LogError`."""
        known = _known(self._log, self._partition, what=self._asked, before=self._begin)
        self.teams |= known.teams
        self._standing = known.standing
        self._records = {identifier: [] for identifier in known.standing}
        for records in _blocks(self._all()):
            if self._give_up():
                raise TooManyEvents
            self._take(records)
            if len(self._records) > EARLIER_MAX:
                raise TooManyEvents
        self._trace_earlier(self._look_back())
        for trace in (self._begun, self._earlier):
            trace.finish()

    def found(self) -> Found:
        """What is behind it in this partition."""
        return [*self._begun.found(), *self._earlier.found()]

    def _all(self) -> Iterator[Record]:
        """The records that what is asked for may be in."""
        if not PROMISED.issuperset(self._asked.became):
            return self._from(self._begin, self._until)
        # A promise may have been made at any time before it is due.
        every = self._log.read(CONTACT_EVENTS, self._partition)
        return (record for record in every if b"callback." in (record.value or b""))

    def _from(self, begin: int, until: int | None) -> Iterator[Record]:
        """The records appended from then on, up to `until` where that is given."""
        last = None if until is None else self._clock.wall_at(until)
        since = self._clock.wall_at(begin)
        for record in self._log.read(CONTACT_EVENTS, self._partition, since=since):
            if last is not None and record.appended_at > last:
                return
            yield record

    def _take(self, records: list[Record]) -> None:
        batch = decode_plainly([record.value or b"" for record in records])
        taken: list[int] = []
        for index, (event, time) in enumerate(zip(batch.events, batch.times, strict=True)):
            kind = TYPE_OF.get(type(event), "")
            if kind == "agent.state" and event.data.team is not None:
                self.teams[event.subject] = event.data.team
            if kind not in self._kinds:
                continue
            subject: str = event.subject
            if kind == BEGINS and subject not in self._records:
                self._are_begun.add(subject)
            if subject in self._are_begun:
                taken.append(index)
                continue
            self._records.setdefault(subject, []).append(records[batch.places[index]])
            if (
                kind in self._sought.ends
                and time >= self._asked.first
                and self._is_asked_for(event.data.queue)
            ):
                self._wanted.add(subject)
        self._begun.read(batch.only(taken), [self._floor_time(record) for record in records])

    def _is_asked_for(self, queue: str | None) -> bool:
        return self._asked.scope.queue in {None, queue}

    def _floor_time(self, record: Record) -> int:
        return self._clock.at(record.appended_at)

    def _look_back(self) -> dict[str, list[Record]]:
        """What contacts did before of which the beginning is missing, oldest first: within a shift,
        and then in all that the log holds, as far as there is time. Of those that stand, what was
        told when their wait began may stay unknown."""
        found: dict[str, list[Record]] = {}
        missing = self._missing(found)
        if missing or self._standing:
            found = self._keyed(missing | self._standing.keys(), self._begin - SHIFT_US)
            missing = self._missing(found)
        if missing:
            found |= self._keyed(missing, None)
            missing = self._missing(found)
        self.unplaced = len(missing)
        return found

    def _missing(self, found: Mapping[str, list[Record]]) -> set[str]:
        return {
            one
            for one in self._wanted
            if not self._is_begun([*found.get(one, ()), *self._records[one]])
        }

    def _is_begun(self, records: list[Record]) -> bool:
        """Whether a contact's records hold the beginning of what they end first."""
        for event in _events(records):
            kind = TYPE_OF[type(event)]
            if kind == self._sought.begins:
                return True
            if kind in self._sought.ends:
                return False
        return False

    def _keyed(self, wanted: set[str], begin: int | None) -> dict[str, list[Record]]:
        """The records of these contacts before what was read."""
        found: dict[str, list[Record]] = {}
        end = self._clock.wall_at(self._begin)
        since = None if begin is None else self._clock.wall_at(begin)
        records = self._log.read(CONTACT_EVENTS, self._partition, since=since)
        for number, record in enumerate(records):
            if record.appended_at >= end or (number % BATCH == 0 and self._give_up()):
                break
            if record.key in wanted:
                found.setdefault(record.key, []).append(record)
        return found

    def _trace_earlier(self, found: Mapping[str, list[Record]]) -> None:
        records: list[Record] = []
        for one, later in self._records.items():
            standing = self._standing.get(one)
            if standing is None:
                records += found.get(one, ())
            else:
                self._resume(one, standing, found.get(one, []), later)
            records += later
        records.sort(key=lambda record: record.offset)
        for some in _blocks(iter(records)):
            batch = decode_plainly([record.value or b"" for record in some])
            self._earlier.read(batch, [self._floor_time(record) for record in some])

    def _resume(
        self, one: str, standing: Standing, before: list[Record], later: list[Record]
    ) -> None:
        if standing.contact is not None:
            queued = [each.data for each in _events(before) if TYPE_OF[type(each)] == BEGINS]
            self._earlier.resume(one, standing.contact, self._begin, queued[-1] if queued else None)
        promised = Counter(standing.promises)
        # Those that are read are no others.
        promised.subtract(
            (each.data.queue, each.data.due)
            for each in _events(later)
            if TYPE_OF[type(each)] == "callback.promised"
        )
        for queue, due in promised.elements():
            self._earlier.promise(one, queue, due)


def _blocks(records: Iterator[Record]) -> Iterator[list[Record]]:
    while some := list(islice(records, BATCH)):
        yield some


def _events(records: list[Record]) -> list[Any]:
    """The known events among them."""
    events = decode_plainly([record.value or b"" for record in records]).events
    return [event for event in events if type(event) in TYPE_OF]


def _rule_of(alert: Alert, rules_text: str | None) -> AnyRule | None:
    """The alert's rule; None where it is gone, or the rules are another version's."""
    if rules_text is None:
        return None
    try:
        return parse_rules(rules_text, "alerts.yaml").rules.get(alert.rule)
    except YamlError:
        return None


def _held_since(log: Log, clock: FloorClock) -> int | None:
    """The floor's time at which a log begins that has let go of its first events; None where it
    holds all there ever were."""
    firsts = []
    for partition in range(log.partitions(CONTACT_EVENTS)):
        first = next(iter(log.read(CONTACT_EVENTS, partition)), None)
        if first is not None and first.offset > 0:
            firsts.append(int(clock.at(first.appended_at)))
    return max(firsts, default=None)


def _known(log: Log, partition: int, *, what: Asked, before: int) -> Known:
    """Who stood before an instant and did so still at the newest checkpoint, of what is asked for."""
    values = {record.key: record.value for record in log.read(FLOOR_CHECKPOINTS, partition)}
    try:
        checkpoint, _ = cp.decode_pieces([each for each in values.values() if each is not None])
    except cp.UnreadableCheckpoint:
        checkpoint = None
    if checkpoint is None:
        return Known({}, {})
    standing: dict[str, Standing] = {}
    for identifier, contact in checkpoint.lives.contacts.items():
        if _stood(contact, what, before):
            standing[identifier] = Standing(contact, [])
    if "callbacks_open" in what.became:
        for identifier, promises in checkpoint.promises.items():
            if any(what.is_of(queue, None) for queue, _ in promises):
                standing[identifier] = Standing(None, list(promises))
    teams = {name: agent.team for name, agent in checkpoint.lives.agents.items()}
    return Known(standing, teams)


def _stood(contact: Contact, what: Asked, before: int) -> bool:
    if (
        "waiting" in what.became
        and contact.phase is Phase.WAITING
        and contact.since < before
        and what.is_of(contact.queue, contact.channel)
    ):
        return True
    return (
        "unanswered" in what.became
        and contact.unanswered_since is not None
        and contact.unanswered_since < before
        and what.is_of(contact.unanswered_queue, contact.channel)
    )
