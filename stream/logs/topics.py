"""The topics of the product: what is kept of a contact centre, where, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from stream.contract.instants import DAY_US
from stream.logs.port import Log, LogAway, LogError, Topic

CONTACT_EVENTS: Final = "contact-events"
FLOOR_FRAMES: Final = "floor-frames"
FLOOR_CHECKPOINTS: Final = "floor-checkpoints"
DEAD_LETTERS: Final = "dead-letters"
ALERTS: Final = "alerts"
ALERT_ACTIONS: Final = "alert-actions"
FLOOR_CLOCK: Final = "floor-clock"
BOARDS: Final = "boards"

# As many workers can share the floor as it has partitions, and the number cannot be changed in a
# log that is there.
PARTITIONS_DEFAULT: Final = 4

# The same weekday of last week is still there to be replayed from its first event to its last.
CONTACT_EVENTS_KEPT_US: Final = 8 * DAY_US
DEAD_LETTERS_KEPT_US: Final = 30 * DAY_US
# What people did to alerts is kept with the incidents; here it only waits for the evaluator.
ALERT_ACTIONS_KEPT_US: Final = 8 * DAY_US


def topics(partitions: int = PARTITIONS_DEFAULT) -> tuple[Topic, ...]:
    """All topics, for a floor whose events lie in `partitions`.

    A worker writes what follows from a partition of events to the partition of the same number,
    so frames, checkpoints and dead letters have as many. Alerts, what people do to them, the clock
    and boards have one, because their order over the whole floor matters and they are few.
    """
    return (
        Topic(CONTACT_EVENTS, partitions, retention_us=CONTACT_EVENTS_KEPT_US),
        Topic(FLOOR_FRAMES, partitions, compacted=True),
        Topic(FLOOR_CHECKPOINTS, partitions, compacted=True),
        Topic(DEAD_LETTERS, partitions, retention_us=DEAD_LETTERS_KEPT_US),
        Topic(ALERTS, 1, compacted=True),
        Topic(ALERT_ACTIONS, 1, retention_us=ALERT_ACTIONS_KEPT_US),
        Topic(FLOOR_CLOCK, 1, compacted=True),
        Topic(BOARDS, 1, compacted=True),
    )


def partitions_there(log: Log, place: Callable[[], str]) -> int | None:
    """In how many partitions the floor's events lie; None where the log has no topics yet.

    Raises `LogError`, naming the `place`, where some were added, and `LogAway` where the log is
    away, which is not the same as one without topics.
    """
    events, frames = (_partitions_of(log, topic) for topic in (CONTACT_EVENTS, FLOOR_FRAMES))
    if events is not None and frames is not None and events != frames:
        raise LogError(
            f"{place()}: {CONTACT_EVENTS} has {events} partitions and {FLOOR_FRAMES} {frames}: "
            "partitions cannot be added; make a log of its own"
        )
    return events


def _partitions_of(log: Log, topic: str) -> int | None:
    try:
        return log.partitions(topic)
    except LogAway:
        raise
    except LogError:
        return None
