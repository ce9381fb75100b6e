"""Who stood where at an instant of the past, and who was with whom.

The floor that every figure comes from knows how many they are, and since when; not what was told of
each. So a floor of those who are known begins beside it when somebody asks: with the same lives, and
from there on with the same events. What was told before is read back from the log while nothing else
is to be done, and is None until then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stream import checkpoint as cp
from stream.contract.batch import decode_batch
from stream.contract.detail import AtHand, PresentAsked, PresentContacts
from stream.contract.floorplan import FloorPlan
from stream.floor.floor import Floor
from stream.logs.port import Log, LogError, Record
from stream.logs.topics import CONTACT_EVENTS
from stream.past.log import Place
from stream.present.contacts import PresentFloors
from stream.present.past import until

# A look is one floor, whatever partitions its events came from.
_ALL: Final = 0
_OVER: Final = object()


class PeopleThen:
    """The contacts of a floor as of `at`, for which the log was read up to `place`. What was told
    of them is looked for from `since` on, by the wall clock."""

    def __init__(
        self, log: Log, plan: FloorPlan, floor: Floor, *, at: int, place: Place, since: int
    ) -> None:
        self._log = log
        self._plan = plan
        self._floors = PresentFloors(plan)
        self._floors.begin(_ALL, cp.copied(floor))
        self._missing = self._read_back(at, place, since)

    def read(self, payloads: Sequence[bytes]) -> None:
        """Go on with the events that the floor goes on with."""
        self._floors.read(_ALL, payloads)

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

    def _read_back(self, at: int, place: Place, since: int) -> Iterator[None]:
        wanted = self._floors.unknown(_ALL)
        for partition, end in place.offsets.items() if wanted else ():
            before = PresentFloors(self._plan)
            before.begin(_ALL, None)
            records = self._log.read(CONTACT_EVENTS, partition, since=since)
            for some in until(records, end):
                own = [record for record in some if record.key in wanted]
                before.read(_ALL, _up_to(at, own))
                yield
            self._floors.put_before(_ALL, before)


def _up_to(at: int, records: Sequence[Record]) -> list[bytes]:
    """What happened up to an instant; what came before it may be of a time after."""
    payloads = [record.value or b"" for record in records]
    batch = decode_batch(payloads)
    return [
        payloads[place] for place, time in zip(batch.places, batch.times, strict=True) if time <= at
    ]
