"""In which order queues stand: the worst first, and in peace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from stream.contract.instants import SECOND_US

# Who reads a wall, or is about to press a row, finds a queue where it was a moment ago.
REST_US: Final = 10 * SECOND_US


class _Group(NamedTuple):
    """The queues of one state as they stand, and when they were last put in order."""

    queues: list[str]
    at: int


class RestedOrder:
    """Queues with the worst first, of which those that keep their state change places among one
    another every ten seconds at most. One that turns better or worse has its new place at once."""

    def __init__(self) -> None:
        self._groups: dict[str, _Group] = {}
        # Told by any thread, and heard by the one that asks for the order.
        self._forgotten = False

    def of(self, worst_first: Sequence[str], states: Mapping[str, str], at: int) -> list[str]:
        """The order in which they stand at an instant of the wall clock, in microseconds.

        `worst_first` has the queues of each state side by side."""
        if self._forgotten:
            self._forgotten, self._groups = False, {}
        fresh: dict[str, list[str]] = {}
        for queue in worst_first:
            fresh.setdefault(states[queue], []).append(queue)
        self._groups = {
            state: _rested(self._groups.get(state), queues, at) for state, queues in fresh.items()
        }
        return [queue for group in self._groups.values() for queue in group.queues]

    def forget(self) -> None:
        """What comes next is of another floor, or of another time. Any thread may say so."""
        self._forgotten = True


def _rested(before: _Group | None, queues: list[str], at: int) -> _Group:
    """Those that were there stand as they stood; each newcomer stands behind the one that it is to
    follow."""
    if before is None or not 0 <= at - before.at < REST_US:
        return _Group(queues, at)
    here, known = set(queues), set(before.queues)
    stand = [queue for queue in before.queues if queue in here]
    for place, queue in enumerate(queues):
        if queue not in known:
            stand.insert(stand.index(queues[place - 1]) + 1 if place else 0, queue)
    return _Group(stand, before.at)
