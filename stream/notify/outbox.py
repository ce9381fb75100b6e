"""Messages on their way out, each in a thread of its own: whoever evaluates never waits.

A server that hangs holds the threads of its own receiver and no other's. What is delivered is
known by its name for a while, so that it is not sent twice when whoever asks has forgotten.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from msgspec import Struct

from stream.alerts.receivers import Receiver
from stream.alerts.tries import Outcome, due
from stream.contract.alerts import Notification
from stream.contract.instants import SECOND_US
from stream.notify.sending import DeliveryFailed

# So many that some thirty receivers that hang at once leave room for the others.
UNDER_WAY_MAX: Final = 64
UNDER_WAY_PER_RECEIVER_MAX: Final = 2
REMEMBERED_MAX: Final = 10_000
# How many silences a delivery may have before nobody waits for it any more: an SMTP server is
# spoken with in some ten steps.
TIMEOUTS_WAITED: Final = 3


class Deliver(Protocol):
    """Sends a message (`Sender.deliver`). Raises `DeliveryFailed`."""

    def __call__(
        self, receiver: Receiver, notification: Notification, *, timeout_s: float, told: set[int]
    ) -> None: ...


class _Delivery(Struct, eq=False):
    notification: Notification
    begun_at: int
    abandoned: bool = False


class Outbox:
    """Delivers what is due, tells what became of it. To be used by one thread.

    `timeout_s` bounds each silence of the other side. Wall-clock times are arguments.
    """

    def __init__(self, deliver: Deliver, *, timeout_s: float = 10.0) -> None:
        self._deliver = deliver
        self._timeout_s = timeout_s
        self._under_way: list[_Delivery] = []
        self._ended: queue.SimpleQueue[tuple[_Delivery, str | None]] = queue.SimpleQueue()
        self._known: list[Outcome] = []
        # Which addresses of a receiver have a message already, by message.
        self._told: OrderedDict[str, set[int]] = OrderedDict()
        self._sent: OrderedDict[str, int] = OrderedDict()
        # How often each bound was reached.
        self.limits = {"deliveries_under_way": 0, "deliveries_of_a_receiver": 0}

    @property
    def under_way(self) -> int:
        """How many deliveries are waited for."""
        return sum(not delivery.abandoned for delivery in self._under_way)

    def offer(
        self,
        notifications: Iterable[Notification],
        receivers: Mapping[str, Receiver],
        now: int,
    ) -> None:
        """Begin to deliver what is due of `notifications`, all that are not delivered.

        What is under way already is left alone, so the same may be offered again and again.
        """
        busy = {d.notification.id for d in self._under_way if not d.abandoned}
        busy |= {outcome.notification for outcome in self._known}
        full: set[str] = set()
        for notification in due(notifications, now):
            if notification.id in busy:
                continue
            if notification.id in self._sent:
                self._know(notification, self._sent[notification.id])
            elif notification.receiver not in receivers:
                failure = f"there is no receiver {notification.receiver} in the rules"
                self._know(notification, now, failure)
            elif self.under_way >= UNDER_WAY_MAX:
                self.limits["deliveries_under_way"] += 1
                break
            elif not self._begin(notification, receivers[notification.receiver], now):
                full.add(notification.receiver)
        self.limits["deliveries_of_a_receiver"] += len(full)

    def outcomes(self, now: int, *, wait_s: float = 0.0) -> list[Outcome]:
        """What became known since it was last asked, waiting at most `wait_s` for the first."""
        if wait_s > 0 and self._under_way and not self._known:
            self._end_one(now, wait_s)
        while self._end_one(now, None):
            pass
        for delivery in self._under_way:
            waited_s = (now - delivery.begun_at) / SECOND_US
            if not delivery.abandoned and waited_s >= TIMEOUTS_WAITED * self._timeout_s:
                delivery.abandoned = True
                self._know(delivery.notification, now, f"not done within {waited_s:.0f} s")
        known, self._known = self._known, []
        return known

    def _begin(self, notification: Notification, receiver: Receiver, now: int) -> bool:
        """Begin a delivery, or say why it cannot be; False where its receiver has enough."""
        same = [d for d in self._under_way if d.notification.receiver == notification.receiver]
        if len(same) >= UNDER_WAY_PER_RECEIVER_MAX:
            if all(delivery.abandoned for delivery in same):
                self._know(notification, now, f"{len(same)} earlier deliveries have not ended")
            return False
        if any(_goes_before(delivery.notification, notification) for delivery in same):
            # It may still arrive, and then it must not come after this one.
            self._know(notification, now, "an earlier message of this incident has not ended")
            return True
        delivery = _Delivery(notification, now)
        self._under_way.append(delivery)
        told = self._told.setdefault(notification.id, set())
        _bound(self._told)
        # A process that ends does not wait for a server that hangs.
        threading.Thread(
            target=self._run, args=(delivery, receiver, told), name="delivery", daemon=True
        ).start()
        return True

    def _run(self, delivery: _Delivery, receiver: Receiver, told: set[int]) -> None:
        failure: str | None = None
        try:
            self._deliver(receiver, delivery.notification, timeout_s=self._timeout_s, told=told)
        except DeliveryFailed as error:
            failure = str(error)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, it is told
            # Without its words, which may hold an address.
            failure = f"failed by {type(error).__name__}"
        self._ended.put((delivery, failure))

    def _end_one(self, now: int, wait_s: float | None) -> bool:
        """Take in one delivery that ended, where there is one."""
        try:
            delivery, failure = self._ended.get(block=wait_s is not None, timeout=wait_s)
        except queue.Empty:
            return False
        self._under_way.remove(delivery)
        name = delivery.notification.id
        if failure is None:
            self._told.pop(name, None)
            self._sent[name] = now
            _bound(self._sent)
        # That it failed in the end was told when it was abandoned.
        if failure is None or not delivery.abandoned:
            self._know(delivery.notification, now, failure, late=delivery.abandoned)
        return True

    def _know(
        self, notification: Notification, at: int, failure: str | None = None, *, late: bool = False
    ) -> None:
        self._known.append(Outcome(notification.id, at, failure, late))


def _goes_before(earlier: Notification, later: Notification) -> bool:
    return earlier.incident.id == later.incident.id and earlier.id != later.id


def _bound(remembered: OrderedDict[str, set[int]] | OrderedDict[str, int]) -> None:
    while len(remembered) > REMEMBERED_MAX:
        remembered.popitem(last=False)
