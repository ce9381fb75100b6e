"""Who stood where at an instant of the past, who was with whom, and what had just happened.

The floor that every figure comes from knows how many they are, and since when; not what was told of
each. So a floor of those who are known begins beside it when somebody asks: with the same lives, and
from there on with the same events. What was told before is read back from the log while nothing else
is to be done: what happened lately first, then what agents had behind them, and of a shift's events
those of contacts that still stood. What is not read back yet is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Final

from stream import checkpoint as cp
from stream.appended import appended
from stream.contract.batch import decode_batch
from stream.contract.detail import AtHand, EventsThen, Load, PresentAsked, PresentContacts
from stream.contract.floorplan import FloorPlan
from stream.floor.floor import Floor
from stream.logs.port import Log, LogError, Record
from stream.past.log import BATCH, Place
from stream.present.contacts import PresentFloors
from stream.present.events import KEPT_EVENTS
from stream.present.past import SHIFT_US, STRETCHES_US

# A look is one floor, whatever partitions its events came from.
_ALL: Final = 0
_OVER: Final = object()


class PeopleThen:
    """The contacts of a floor as of `at`, for which the log was read up to `place`. `wall_at` is
    the wall clock's time at an instant of the floor."""

    def __init__(
        self,
        log: Log,
        plan: FloorPlan,
        floor: Floor,
        *,
        at: int,
        place: Place,
        wall_at: Callable[[int], int],
    ) -> None:
        self._log = log
        self._plan = plan
        self._at = at
        self._wall_at = wall_at
        self._floors = self._standing_on(floor)
        # What happened just before, until all is read back that is told of before.
        self._just_before: PresentFloors | None = self._standing_on(None)
        self._missing = self._read_back(place)

    def read(self, payloads: Sequence[bytes]) -> None:
        """Go on with the events that the floor goes on with."""
        self._floors.read(_ALL, payloads)

    def go_back(self, floor: Floor, at: int) -> None:
        """Go on from a floor as of an earlier instant: what was told by then stays."""
        earlier, self._at = self._floors, min(at, self._at)
        earlier.forget_after(at)
        if self._just_before is not None:
            self._just_before.forget_after(at)
        self._floors = self._standing_on(floor)
        self._floors.put_before(_ALL, earlier)

    def look_back(self) -> bool:
        """Read a little of what was told before; False where nothing is left to be read, or it
        cannot be: what follows from it stays unknown."""
        try:
            return next(self._missing, _OVER) is not _OVER
        except LogError:
            return False

    def contacts(self, asked: PresentAsked, at: int) -> PresentContacts:
        """Who stands so as of an instant, to which all events are read."""
        self._floors.show(at)
        return self._floors.contacts(asked, at)

    def at_hand(self, at: int) -> list[AtHand]:
        """What each agent has at hand as of an instant."""
        self._floors.show(at)
        return self._floors.at_hand()

    def events(self, queue: str) -> EventsThen:
        """The newest events of the queue's contacts, in the order of their times."""
        before = self._just_before
        found = [*(before.events(queue) if before else ()), *self._floors.events(queue)]
        newest = sorted(found, key=lambda one: one.at)[-KEPT_EVENTS:]
        return EventsThen(newest, all_read=before is None)

    def loads(self, at: int) -> list[Load]:
        """What each agent had behind it as of an instant; of nobody while that is read back."""
        return self._floors.loads(at) if self._just_before is None else []

    def _read_back(self, place: Place) -> Iterator[None]:
        # What spans two stretches is known of neither: each goes up to the place.
        wanted, (soon, lately) = self._floors.unknown(_ALL), STRETCHES_US
        self._just_before = yield from self._stretch(place, soon)
        before = yield from self._stretch(place, lately)
        self._floors.put_before(_ALL, before)
        self._just_before = None
        if wanted:
            before = yield from self._stretch(place, SHIFT_US, wanted.__contains__)
            self._floors.learn(_ALL, before)

    def _stretch(
        self, end: Place, back: int, wanted: Callable[[str], bool] = lambda _: True
    ) -> Generator[None, None, PresentFloors]:
        """Read from so long before the instant on up to a place."""
        before = self._standing_on(None)
        with closing(appended(self._log, since=self._wall_at(self._at - back))) as records:
            for some in _until(records, end):
                own = [record for record in some if wanted(record.key)]
                before.read(_ALL, _up_to(self._at, own))
                yield
        # It may have gone back meanwhile.
        before.forget_after(self._at)
        return before

    def _standing_on(self, floor: Floor | None) -> PresentFloors:
        floors = PresentFloors(self._plan)
        floors.begin(_ALL, None if floor is None else cp.copied(floor))
        return floors


def _until(records: Iterator[Record], end: Place) -> Iterator[list[Record]]:
    """The records of all partitions before a place, some thousands at a time."""
    while some := list(islice(records, BATCH)):
        yield [one for one in some if one.offset < end.offsets.get(one.partition, 0)]
        if end.since is not None and some[-1].appended_at > end.since:
            return


def _up_to(at: int, records: Sequence[Record]) -> list[bytes]:
    """What happened up to an instant; what came before it may be of a time after."""
    payloads = [record.value or b"" for record in records]
    batch = decode_batch(payloads)
    return [
        payloads[place] for place, time in zip(batch.places, batch.times, strict=True) if time <= at
    ]
