"""Events of a log in the order of their times, as far as they were appended at about the same time.

Partitions are read side by side by when their records were appended. What was there before the floor
was, and what a sender had kept back, is appended at once, and then the one partition's hour comes
before the other's. What was appended within some seconds of each other is put in order here. What came
later than that was told late, and is not moved to before it was known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.contract.batch import decode_batch
from stream.contract.instants import SECOND_US
from stream.logs.port import Record

# Longer than a round of appends takes on a busy machine.
TOGETHER_US: Final = 10 * SECOND_US
# More than these do not wait: some hundred MiB.
HELD_MOST: Final = 200_000


def in_order(
    blocks: Iterable[Sequence[Record]], *, together_us: int = TOGETHER_US, most: int = HELD_MOST
) -> Iterator[list[bytes]]:
    """The lines of blocks of records, which come in the order of their appends. A line that is no
    event comes at once."""
    held = _Held()
    for records in blocks:
        lines = [record.value or b"" for record in records]
        batch = decode_batch(lines)
        yield [lines[place] for place, _ in batch.rejected]
        good = np.array(batch.places, np.int64)
        times = np.array(batch.times, np.int64)
        appended = np.array([record.appended_at for record in records], np.int64)[good]
        # In turns much shorter than what waits for others.
        turns = np.flatnonzero(np.diff(appended // (together_us // 4))) + 1
        for some in np.split(np.arange(len(good)), turns):
            if not len(some):
                continue
            settled = held.before(int(appended[some[0]]) - together_us)
            yield held.taken(max(settled, len(held) - most))
            held.add([lines[place] for place in good[some]], times[some], appended[some])
    yield held.taken(len(held))


class _Held:
    """Lines by the times of their events, with when each was appended."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._times: npt.NDArray[np.int64] = np.empty(0, np.int64)
        self._appended: npt.NDArray[np.int64] = np.empty(0, np.int64)

    def __len__(self) -> int:
        return len(self._lines)

    def add(
        self, lines: list[bytes], times: npt.NDArray[np.int64], appended: npt.NDArray[np.int64]
    ) -> None:
        """Put some among them; of one time, the first that was appended comes first."""
        all_times = np.concatenate([self._times, times])
        order = np.argsort(all_times, kind="stable")
        together = [*self._lines, *lines]
        self._lines = [together[index] for index in order]
        self._times = all_times[order]
        self._appended = np.concatenate([self._appended, appended])[order]

    def before(self, appended_at: int) -> int:
        """How many come before the first that was appended after an instant: nothing that is still
        to come was appended along with them."""
        late = np.flatnonzero(self._appended > appended_at)
        return int(late[0]) if len(late) else len(self)

    def taken(self, count: int) -> list[bytes]:
        """The first of them, which are then gone."""
        taken, self._lines = self._lines[:count], self._lines[count:]
        self._times, self._appended = self._times[count:], self._appended[count:]
        return taken
