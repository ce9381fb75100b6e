"""When a message outside is tried, tried again and given up, and in what order: decisions alone.

All messages of one incident to one receiver form a lane, and go out one after the other in the
order of what they tell, so that an all-clear never overtakes its alarm. Times are microseconds of
the wall clock, an argument.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from stream.contract.alerts import Notification, Occasion
from stream.contract.instants import MINUTE_US, SECOND_US

FIRST_WAIT_US: Final = 5 * SECOND_US
WAIT_US_MAX: Final = 5 * MINUTE_US
# They take 35 to 70 minutes, which outlasts a restart of a mail server; whoever would be told
# still later has seen it on a screen.
TRIES_MAX: Final = 20

# Where two changes were decided at the same instant, the all-clear comes last.
_ORDER: Final[dict[Occasion, int]] = {
    "fired": 0,
    "joined": 1,
    "worse": 1,
    "still": 1,
    "escalated": 2,
    "resolved": 3,
}

Lane = tuple[str, str]


class Outcome(Struct, frozen=True):
    """What became of one try, known at `at`: `failure` says why it failed, None is delivered.
    `late` is of a try that was counted as failed before, since its answer took too long."""

    notification: str
    at: int
    failure: str | None = None
    late: bool = False


def next_try(notification: Notification, now: int) -> int | None:
    """When it is to be tried next; None where it is delivered or given up.

    The wait doubles from 5 s to 5 min. Up to half of it is taken off, by a draw that the message
    and the count of its tries name, so that what failed together does not come again together.
    """
    over = notification.sent_at is not None or notification.given_up
    if over or notification.tries >= TRIES_MAX:
        return None
    if notification.tried_at is None:
        return notification.not_before
    wait = min(FIRST_WAIT_US << max(notification.tries - 1, 0), WAIT_US_MAX)
    # A clock that was set back must not hold a message for longer than its wait.
    tried_at = min(notification.tried_at, now)
    return tried_at + wait - int(wait / 2 * _draw(f"{notification.id}/{notification.tries}"))


def tried(notification: Notification, outcome: Outcome) -> Notification:
    """The message after the outcome of a try: delivered, to be tried again, or given up."""
    if outcome.failure is None:
        return msgspec.structs.replace(
            notification,
            tries=notification.tries + (not outcome.late),
            tried_at=notification.tried_at if outcome.late else outcome.at,
            sent_at=outcome.at,
            failure=None,
            given_up=False,
        )
    failed = msgspec.structs.replace(
        notification, tries=notification.tries + 1, tried_at=outcome.at, failure=outcome.failure
    )
    return msgspec.structs.replace(failed, given_up=next_try(failed, outcome.at) is None)


def begun_anew(notification: Notification, now: int) -> Notification:
    """The message as somebody asked to send it once more; why it failed is told until it is sent."""
    return msgspec.structs.replace(
        notification, tries=0, tried_at=None, given_up=False, not_before=now
    )


def due(notifications: Iterable[Notification], now: int) -> list[Notification]:
    """What is to be tried now, oldest first: of each lane the first message that is left."""
    return sorted((n for n in _firsts(notifications, now) if _is_due(n, now)), key=_place)


def next_due(notifications: Iterable[Notification], now: int) -> int | None:
    """When `due` has something to tell again; None where nothing is left."""
    times = (next_try(notification, now) for notification in _firsts(notifications, now))
    return min((at for at in times if at is not None), default=None)


def overtaken(notifications: Iterable[Notification], now: int) -> list[Notification]:
    """Messages that quiet hours held back until a later one made them needless, as given up
    without a failure.

    The later one tells all of the incident. Where it is an all-clear, and the alarm itself was
    held back, the all-clear is needless too: what came and went in the night is not told.
    """
    return [
        msgspec.structs.replace(notification, given_up=True)
        for lane in _lanes(notifications, now).values()
        for notification in lane[: _overtaken(lane, now)]
    ]


def _firsts(notifications: Iterable[Notification], now: int) -> Iterator[Notification]:
    for lane in _lanes(notifications, now).values():
        yield from lane[_overtaken(lane, now) :][:1]


def _lanes(notifications: Iterable[Notification], now: int) -> dict[Lane, list[Notification]]:
    lanes: dict[Lane, list[Notification]] = {}
    for notification in sorted(notifications, key=_place):
        if next_try(notification, now) is not None:
            lane = (notification.receiver, notification.incident.id)
            lanes.setdefault(lane, []).append(notification)
    return lanes


def _overtaken(lane: list[Notification], now: int) -> int:
    """How many of the first messages of a lane are needless."""
    held = 0
    while held < len(lane) and lane[held].tries == 0 and lane[held].not_before > now:
        held += 1
    *earlier, newest = lane[: held + 1]
    if earlier and newest.occasion == "resolved" and earlier[0].occasion == "fired":
        return len(earlier) + 1
    return len(earlier)


def _is_due(notification: Notification, now: int) -> bool:
    at = next_try(notification, now)
    return at is not None and at <= now


def _place(notification: Notification) -> tuple[int, int, str]:
    return notification.at, _ORDER[notification.occasion], notification.id


def _draw(name: str) -> float:
    """A number from 0 to less than 1 that the name alone decides."""
    digest = hashlib.blake2b(f"retries/{name}".encode(), digest_size=7).digest()
    return int.from_bytes(digest) / (1 << 8 * len(digest))
