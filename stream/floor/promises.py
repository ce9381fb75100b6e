"""Promises to call back: open from the promise to the first attempt, each on its own."""

from __future__ import annotations

from typing import Final

from stream.contract.instants import HOUR_US

KEPT_PAST_DUE_US: Final = 24 * HOUR_US
# Open promises, or happenings held back until they are due, beyond so many on one partition (some
# 50 MB of them) are not taken on, which is counted: a promise may be due in a hundred years.
PROMISES_MAX: Final = 100_000


class Promises:
    """The open promises: contact to (queue, due) pairs, due in microseconds."""

    def __init__(self) -> None:
        self.count = 0
        self.by_contact: dict[str, list[tuple[str, int]]] = {}
        self.by_queue: dict[str, dict[str, int]] = {}

    def promise(self, contact: str, queue: str, due: int) -> None:
        self.by_contact.setdefault(contact, []).append((queue, due))
        self.count += 1
        contacts = self.by_queue.setdefault(queue, {})
        contacts[contact] = contacts.get(contact, 0) + 1

    def attempt(self, contact: str) -> list[tuple[str, int]]:
        """Close the contact's open promises and return them."""
        closed = self.by_contact.pop(contact, [])
        for queue, _ in closed:
            self._take_out(contact, queue)
        return closed

    def open_in(self, queue: str, as_of: int) -> list[int]:
        """When the queue's open promises are due, those long past it left out."""
        return [
            due
            for contact in self.by_queue.get(queue, ())
            for of_queue, due in self.by_contact[contact]
            if of_queue == queue and as_of - due <= KEPT_PAST_DUE_US
        ]

    def forget_before(self, moment: int) -> None:
        """Forget the promises that were due more than 24 h before `moment`."""
        for contact in list(self.by_contact):
            kept = []
            for queue, due in self.by_contact[contact]:
                if moment - due <= KEPT_PAST_DUE_US:
                    kept.append((queue, due))
                else:
                    self._take_out(contact, queue)
            if kept:
                self.by_contact[contact] = kept
            else:
                del self.by_contact[contact]

    def _take_out(self, contact: str, queue: str) -> None:
        self.count -= 1
        contacts = self.by_queue[queue]
        contacts[contact] -= 1
        if not contacts[contact]:
            del contacts[contact]
        if not contacts:
            del self.by_queue[queue]
