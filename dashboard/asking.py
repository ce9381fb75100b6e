"""Questions about customers, asked once for everybody: what is asked again within the second gets the
same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

from stream.contract.experience import Experience, Question, Told

KEPT: Final = timedelta(seconds=1)
# More different questions than these at once are turned away: each takes its turn.
PENDING_MOST: Final = 50


class Busy(Exception):
    """Too many questions wait already. Operator: nothing to do."""


class Asking:
    """Asks one question at a time, in a thread of its own, in which nobody else waits."""

    def __init__(self, experience: Experience, *, now: Callable[[], datetime]) -> None:
        self._experience = experience
        self._now = now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="floorwatch-experience")
        self._known: dict[Question, tuple[datetime, Future[Told]]] = {}

    async def ask(self, question: Question) -> Told:
        """The answer to a question. Raises `NotTold` and `Busy`."""
        # Who goes away stops nobody else's answer.
        return await asyncio.shield(asyncio.wrap_future(self._future(question)))

    def _future(self, question: Question) -> Future[Told]:
        moment = self._now()
        self._known = {
            each: (at, future)
            for each, (at, future) in self._known.items()
            if not future.done() or moment - KEPT < at <= moment
        }
        known = self._known.get(question)
        if known is not None:
            return known[1]
        if sum(not future.done() for _, future in self._known.values()) >= PENDING_MOST:
            raise Busy
        future = self._thread.submit(self._experience.ask, question)
        self._known[question] = moment, future
        return future
