"""What happened before a follower began: read back from the log, bit by bit, while nothing else is to
be done.

It goes back by ever longer stretches. Of each it fills in what is missing: what was told of contacts
that stand, the newest events of quiet queues, what agents have behind them. What spans two stretches is
known of neither, so each goes up to where the follower began, in the place of the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from stream.clocks import ClockFollower
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, MINUTE_US
from stream.logs.port import Log, Record
from stream.logs.topics import CONTACT_EVENTS
from stream.present.contacts import PresentFloors

# Where each stretch begins, before the follower did: what is longer ago is asked for less. The last
# is as long as a shift, of whose events only those of contacts that stand are looked at.
STRETCHES_US: Final = (10 * MINUTE_US, 2 * HOUR_US)
SHIFT_US: Final = 12 * HOUR_US
BATCH: Final = 2048


class Begun(NamedTuple):
    """Where a partition was begun: the first offset that was read, and when it was appended, or
    the record before it, by the wall clock."""

    partition: int
    position: int
    at: int


class Past:
    """Reads back what is missing in `floors`. `loads_known` is whether what agents have behind them
    is in it."""

    def __init__(
        self, log: Log, plan: FloorPlan, clock: ClockFollower, floors: PresentFloors
    ) -> None:
        self._log = log
        self._plan = plan
        self._clock = clock
        self._floors = floors
        self.loads_known = False

    def read(self, begun: Iterable[Begun]) -> Iterator[None]:
        """Fill in what is missing; gives the word back after every some thousand events, so that
        who follows can do something else in between. Raises `LogError`."""
        begun, (soon, lately) = tuple(begun), STRETCHES_US
        just_before = {}
        for each in begun:
            before = yield from self._stretch(each, soon)
            self._floors.put_before(each.partition, before)
            just_before[each.partition] = before
        for each in begun:
            before = yield from self._stretch(each, lately)
            self._floors.take_out(just_before.pop(each.partition))
            self._floors.put_before(each.partition, before)
        self.loads_known = True
        for each in begun:
            wanted = self._floors.unknown(each.partition)
            if wanted:
                before = yield from self._stretch(each, SHIFT_US, wanted.__contains__)
                self._floors.learn(each.partition, before)

    def _stretch(
        self, end: Begun, back: int, wanted: Callable[[str], bool] = lambda _: True
    ) -> Generator[None, None, PresentFloors]:
        """Read from so long before on up to the end."""
        shown = self._clock.at(end.at)
        since = self._clock.clock.wall_at(shown - back)
        before = PresentFloors(self._plan)
        before.begin(end.partition, None)
        records = self._log.read(CONTACT_EVENTS, end.partition, since=since)
        for some in until(records, end.position):
            own = [record for record in some if wanted(record.key)]
            if own:
                before.read(
                    end.partition,
                    [record.value or b"" for record in own],
                    self._clock.at_each([record.appended_at for record in own]),
                    shown,
                )
            yield
        return before


def until(records: Iterable[Record], end: int) -> Iterator[list[Record]]:
    """The records of one partition before that offset, some thousands at a time."""
    rest = iter(records)
    while some := list(islice(rest, BATCH)):
        own = [record for record in some if record.offset < end]
        if own:
            yield own
        if len(own) < len(some):
            return
