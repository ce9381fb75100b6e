"""When a frame is due: one a second, and at once when a quiet floor moves or an alert changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

PERIOD: Final = timedelta(seconds=1)
# A quiet floor still tells its state every second or so; looking whether anything changed costs
# a picture, so it is not done more often than this.
PEEK_PERIOD: Final = timedelta(milliseconds=100)
# How long one look at the log may wait: bounds the wait of a question and of stopping.
FOLLOW_S_MAX: Final = 0.1


class Cadence:
    """Decides from the times of frames and changes alone; asks no clock."""

    def __init__(self) -> None:
        self._sent_at: datetime | None = None
        self._changed_at: datetime | None = None
        self._peeked_at: datetime | None = None

    def wait_s(self, moment: datetime) -> float:
        """How long the log may be waited for before the next frame."""
        if self._sent_at is None or self.due(moment):
            return 0.0
        left = (self._sent_at + PERIOD - moment).total_seconds()
        return min(FOLLOW_S_MAX, left)

    def due(self, moment: datetime) -> bool:
        """Whether a frame is due, changed or not; also when the clock was set back."""
        return self._sent_at is None or not timedelta() <= moment - self._sent_at < PERIOD

    def may_peek(self, moment: datetime) -> bool:
        """Whether a change, if there is one, goes out at once."""
        return _past(self._changed_at, PERIOD, moment) and _past(
            self._peeked_at, PEEK_PERIOD, moment
        )

    def may_alert(self, moment: datetime) -> bool:
        """Whether the change of an alert goes out: at once, but no flood of them."""
        return _past(self._sent_at, PEEK_PERIOD, moment)

    def peeked(self, moment: datetime) -> None:
        """It was looked whether anything changed."""
        self._peeked_at = moment

    def sent(self, moment: datetime, *, changed: bool) -> None:
        """A frame went out: the second begins anew."""
        self._sent_at = moment
        if changed:
            self._changed_at = moment


def _past(since: datetime | None, period: timedelta, moment: datetime) -> bool:
    return since is None or not timedelta() <= moment - since < period
