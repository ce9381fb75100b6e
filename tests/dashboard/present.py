"""Contacts of the present as a busy queue has them: who waits, and what was promised."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Final

from msgspec import structs

from stream.contract.detail import PresentAsked, PresentContact, PresentContacts
from stream.contract.instants import SECOND_US
from tests.clock import now_us
from tests.dashboard.test_detail_api import Desk

# What somebody might call a segment, to see it harmless.
BAD: Final = "<img src=x onerror=alert(1)>"


class Present(Desk):
    """A floor whose contacts wait since it was made, a second apart."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = now_us()

    def contacts(self, asked: PresentAsked) -> Future[PresentContacts]:
        """38 who wait for benefits, the oldest for 6:12, and two promises."""
        self.asked.append(asked)
        if asked.of == "callbacks_open":
            found = [self._promise(1, -75), self._promise(2, 90), self._promise(3, 1500)]
        elif asked.of in {"waiting", "waiting_over_target"}:
            found = [self._waiting(number, asked.queue or "benefits") for number in range(38)]
        elif asked.of == "on_hold":
            found = [structs.replace(self._waiting(0, "benefits"), contact="c-of-a-long-name" * 4)]
        else:
            found = []
        told = PresentContacts(now_us(), asked.of, len(found), found[: asked.most])
        return self._told(told)

    def _waiting(self, number: int, queue: str) -> PresentContact:
        since = self.opened - (372 - 10 * number) * SECOND_US
        due = since + 20 * SECOND_US
        return PresentContact(
            contact=f"c-{number}", queue=queue, channel="voice", state="waiting", since=since,
            waited_us=now_us() - since, target_us=20 * SECOND_US, over_target=due < now_us(),
            agent=None, due=due, overdue=due < now_us(), priority=2, language="es", segment=BAD,
            intent="renewal_form",
        )  # fmt: skip

    def _promise(self, number: int, due_s: int) -> PresentContact:
        due = self.opened + due_s * SECOND_US
        return PresentContact(
            contact=f"p-{number}", queue="callbacks", channel=None, state="promised", since=None,
            waited_us=None, target_us=None, over_target=None, agent=None, due=due,
            overdue=due < now_us(),
        )  # fmt: skip
