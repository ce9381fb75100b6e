"""Which past a feed is of, and what its frames tell of that."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dashboard.frames import PastTold
from stream.contract.instants import format_millis
from stream.contract.past import PastState


class PastShown(NamedTuple):
    """That a feed is of the past: the number of the look, and how it stands."""

    look: int
    state: Callable[[], PastState]

    def told(self) -> PastTold:
        """What a frame tells of it now."""
        state = self.state()
        return PastTold(
            look=self.look,
            at=format_millis(state.at),
            speed=state.speed,
            ready=state.ready,
            progress=state.progress,
            left_s=state.left_s,
            ended=state.ended,
        )
