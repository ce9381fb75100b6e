"""The best course found: a greedy search with local improvement, with the same random numbers.

Every course is the same floor with the same customers; what differs is what was done. The search
knows what is coming, as nobody on a floor does: it says what was possible, not what was to be
expected of anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol

from simulator.drill.policies import candidates, helped_by, merged, undoings, variants
from simulator.drill.runs import Cause, Ground, Job, Ran, run
from stream.contract.drills import Deed

RUNS_MAX: Final = 240
# The responses that helped most, of all and for each queue, are tried first beside what was taken:
# those that helped most of all are often one remedy in many sizes. Where none helps, all are tried.
AGAIN_MAX: Final = 14
AGAIN_EACH: Final = 4
DEEDS_MAX: Final = 8
# A response must save so many minutes to be worth doing.
WORTH_MINUTES: Final = 2.0
BATCH: Final = 8


class Each(Protocol):
    """Makes runs, here (`map`) or in processes of their own (an executor's `map`)."""

    def __call__(self, make: Callable[[Job], Ran], jobs: Iterable[Job], /) -> Iterable[Ran]: ...


class GivenUp(Exception):
    """Nobody wants the result any more."""


class Runs:
    """Makes the runs of a reckoning, counts them and tells how far it is."""

    def __init__(
        self,
        ground: Ground,
        onset: int | None,
        *,
        each: Each,
        progress: Callable[[float], None],
        stopped: Callable[[], bool],
        most: int = RUNS_MAX,
    ) -> None:
        self._ground = ground
        self._onset = onset
        self._each = each
        self._progress = progress
        self._stopped = stopped
        self.most = most
        self.made = 0

    @property
    def left(self) -> int:
        """How many more may be made."""
        return max(0, self.most - self.made)

    def of(self, courses: Sequence[Sequence[Deed]]) -> Iterator[Ran]:
        """What comes of each of these courses, in order. Raises `GivenUp`."""
        jobs = [Job(self._ground, list(deeds), self._onset) for deeds in courses]
        for begin in range(0, len(jobs), BATCH):
            if self._stopped():
                raise GivenUp
            for ran in self._each(run, jobs[begin : begin + BATCH]):
                self.made += 1
                yield ran
            self._progress(min(0.99, self.made / self.most))


class Search:
    """Looks for the best course beside the surprises that come in any case."""

    def __init__(
        self, runs: Runs, ground: Ground, causes: Sequence[Cause], surprises: Sequence[Deed]
    ) -> None:
        self._runs = runs
        self._ground = ground
        self._causes = causes
        self._surprises = surprises

    def best(self, nothing: Ran, known: Sequence[tuple[Sequence[Deed], Ran]]) -> Ran:
        """The best course found: never worse than doing nothing or than one of those known, each
        given by its responses."""
        taken, best = self._greedy(nothing)
        for responses, ran in known:
            if ran.outcome.cost < best.outcome.cost:
                taken, best = list(responses), ran
        return self._improved(taken, best)

    def _try(self, courses: Sequence[Sequence[Deed]]) -> list[tuple[float, int, Ran]]:
        """What each course costs, the cheapest first, as many as may still be run."""
        asked = [merged(self._surprises, deeds) for deeds in courses[: self._runs.left]]
        ran = enumerate(self._runs.of(asked))
        return sorted((one.outcome.cost, nth, one) for nth, one in ran)

    def _greedy(self, nothing: Ran) -> tuple[list[Deed], Ran]:
        """Take what helps most, again and again, while it is worth it."""
        taken: list[Deed] = []
        best = nothing
        pool = everything = candidates(self._ground, self._causes, nothing)
        while pool and len(taken) < DEEDS_MAX and self._runs.left > self._kept_back():
            tried = self._try([[*taken, deed] for deed in pool])
            if not tried or tried[0][0] > best.outcome.cost - WORTH_MINUTES:
                if pool is everything:
                    break
                pool = everything
                continue
            _, nth, best = tried[0]
            taken.append(pool[nth])
            undone = undoings(taken[-1:], self._causes, self._ground)
            pool = _most_helpful([pool[place] for _, place, _ in tried[1:]]) + undone
        return taken, best

    def _kept_back(self) -> int:
        """Runs kept for the improvement after the greedy part."""
        return self._runs.most // 6

    def _improved(self, taken: list[Deed], best: Ran) -> Ran:
        """Change one response at a time while that helps: leave it out, move it, resize it."""
        earliest = min((cause.at for cause in self._causes), default=int(self._ground.began))
        again = bool(taken)
        while again and self._runs.left:
            again = False
            for place, deed in enumerate(taken):
                rest = [*taken[:place], *taken[place + 1 :]]
                others = [rest] + [
                    merged(rest, [other]) for other in variants(deed, self._ground, earliest)
                ]
                tried = self._try(others)
                if tried and tried[0][0] < best.outcome.cost - WORTH_MINUTES:
                    _, nth, best = tried[0]
                    taken, again = list(others[nth]), True
                    break
        return best


def _most_helpful(deeds: Sequence[Deed]) -> list[Deed]:
    """Of deeds in order of their worth, the first ones and the first few for each queue."""
    counts: Counter[str | None] = Counter()
    found = []
    for place, deed in enumerate(deeds):
        queue = helped_by(deed.act)
        counts[queue] += 1
        if place < AGAIN_MAX or counts[queue] <= AGAIN_EACH:
            found.append(deed)
    return found
