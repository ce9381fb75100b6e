"""The contacts of the present, followed in a process of its own: a wall must not wait for it.

The process begins when somebody asks, and ends when nobody has for some minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, Final, NamedTuple

from stream.behind.apart import counted_apart
from stream.beside import stand_aside
from stream.contract.detail import (
    AtHand,
    CountAsked,
    CountContacts,
    EventTold,
    Load,
    PresentAsked,
    PresentContacts,
)
from stream.contract.floorplan import FloorPlan
from stream.logs.urls import open_log
from stream.present.log import FollowedContacts

# All who look at a floor ask within seconds.
IDLE_S: Final = 300.0
# Who asks looks at a screen meanwhile.
READ_S_MAX: Final = 30.0
# So often what came is taken in; an answer is not older.
LOOK_S: Final = 0.1
# So long what was before is read back before the first answer.
LOOKED_BACK_S: Final = 0.5
# Who asks the same within a frame gets the same: a hundred people look at one floor.
FRESH_S: Final = 0.9
LATELY_MAX: Final = 500
# A process that failed is not begun again at once.
AGAIN_AFTER_S: Final = 2.0
# More different questions than these do not wait at once.
WAITING_MAX: Final = 200
ENDING_S_MAX: Final = 5.0


class Gone(Exception):
    """The process that reads contacts is gone. Operator: nothing to do; the next who asks begins
    another."""


class _Setting(NamedTuple):
    url: str
    plan: FloorPlan
    idle_s: float
    read_s_max: float


class _Question(NamedTuple):
    number: int
    # The wall clock in microseconds.
    wall: int
    method: str
    arguments: tuple[Any, ...]


class _Follower:
    """One process, and who waits for its answers."""

    def __init__(self, setting: _Setting) -> None:
        apart = get_context("spawn")
        self._ours, theirs = apart.Pipe()
        # A daemon, so that it ends with the dashboard.
        self._process: BaseProcess = apart.Process(
            target=_follow, args=(setting, theirs), daemon=True
        )
        self._process.start()
        theirs.close()
        self._lock = Lock()
        # Who asks for what is asked already waits for the same answer.
        self._asked: dict[tuple[Any, ...], int] = {}
        self._waiting: dict[int, Future[Any]] = {}
        self._number = 0
        self._over: Exception | None = None
        self._ended = Event()
        self._to_send: SimpleQueue[_Question | None] = SimpleQueue()
        self._sender = Thread(target=self._send, name="floorwatch-contacts-asked", daemon=True)
        self._sender.start()
        Thread(target=self._listen, name="floorwatch-contacts-now", daemon=True).start()

    def ask(self, wall: int, method: str, *arguments: Any) -> Future[Any] | None:
        """What will be the answer; None where the process is over. It never waits."""
        future: Future[Any] = Future()
        key = (method, *arguments)
        with self._lock:
            if self._over is not None:
                return None
            if key in self._asked:
                return self._waiting[self._asked[key]]
            if len(self._waiting) >= WAITING_MAX:
                return _failed(Gone("too many ask at once; try again"))
            self._number += 1
            self._asked[key] = self._number
            self._waiting[self._number] = future
            self._to_send.put(_Question(self._number, wall, method, arguments))
        return future

    def close(self) -> None:
        """End the process, and wait until it has let go of the log."""
        self._process.kill()
        self._ended.wait(ENDING_S_MAX)

    def _send(self) -> None:
        """A full pipe holds up nobody but this thread: who asks may be the server's loop."""
        while (question := self._to_send.get()) is not None:
            try:
                self._ours.send(question)
            except OSError:
                # The process is gone, as who listens hears too.
                return

    def _listen(self) -> None:
        why: Exception = Gone("the process that reads contacts is gone")
        while True:
            try:
                number, answer = self._ours.recv()
            except (EOFError, OSError):
                break
            if number is None:
                # All is over, and this is why.
                why = answer
                continue
            with self._lock:
                future = self._waiting.pop(number, None)
                self._asked = {key: each for key, each in self._asked.items() if each != number}
            if future is not None:
                _settle(future, answer)
        with self._lock:
            self._over = why
            waiting, self._waiting, self._asked = self._waiting, {}, {}
        for future in waiting.values():
            _settle(future, why)
        self._process.kill()
        self._process.join()
        # Who sends to a process that is gone is held up no longer.
        self._to_send.put(None)
        self._sender.join()
        self._ours.close()
        self._ended.set()


class PresentApart:
    """The contacts of the floor at the log's URL; `now` is the wall clock in microseconds. It is a
    `stream.contract.detail.Detail`, for any thread."""

    def __init__(
        self,
        url: str,
        plan: FloorPlan,
        *,
        now: Callable[[], int],
        idle_s: float = IDLE_S,
        read_s_max: float = READ_S_MAX,
        fresh_s: float = FRESH_S,
    ) -> None:
        self._setting = _Setting(url, plan, idle_s, read_s_max)
        self._now = now
        self._fresh_s = fresh_s
        # What was asked lately, and when.
        self._lately: dict[tuple[Any, ...], tuple[float, Future[Any]]] = {}
        self._lock = Lock()
        self._follower: _Follower | None = None
        self._begun_at: float | None = None

    def contacts(self, asked: PresentAsked) -> Future[PresentContacts]:
        """The contacts that stand so by now."""
        return self._ask("contacts", asked)

    def counted(self, asked: CountAsked) -> CountContacts:
        """The contacts behind a count, read back in another process."""
        setting = self._setting
        return counted_apart(setting.url, setting.plan, asked, self._now(), setting.read_s_max)

    def at_hand(self) -> Future[list[AtHand]]:
        """What each agent who has a contact has at hand."""
        return self._ask("at_hand")

    def events(self, queue: str, after: int) -> Future[list[EventTold]]:
        """The newest events of the queue's contacts, after the one of that number."""
        return self._ask("events", queue, after)

    def loads(self) -> Future[list[Load]]:
        """What each agent has behind it."""
        return self._ask("loads")

    def close(self) -> None:
        """End what is running."""
        with self._lock:
            if self._follower is not None:
                self._follower.close()

    def _ask(self, method: str, *arguments: Any) -> Future[Any]:
        key = (method, *arguments)
        with self._lock:
            at = time.monotonic()
            before = self._lately.get(key)
            if before is not None and at - before[0] < self._fresh_s and _is_good(before[1]):
                return before[1]
            future = self._asked_now(method, *arguments)
            if len(self._lately) >= LATELY_MAX:
                self._lately = {
                    each: kept
                    for each, kept in self._lately.items()
                    if at - kept[0] < self._fresh_s
                }
            self._lately[key] = at, future
            return future

    def _asked_now(self, method: str, *arguments: Any) -> Future[Any]:
        wall = self._now()
        if self._follower is not None:
            future = self._follower.ask(wall, method, *arguments)
            if future is not None:
                return future
        if self._begun_at is not None and time.monotonic() - self._begun_at < AGAIN_AFTER_S:
            return _failed(Gone("the process that reads contacts is gone; try again"))
        self._begun_at = time.monotonic()
        self._follower = _Follower(self._setting)
        future = self._follower.ask(wall, method, *arguments)
        return future or _failed(Gone("the process that reads contacts did not begin"))


class _WallClock:
    """The wall clock of who asks: set by each question, and running on between them."""

    def __init__(self, wall: int) -> None:
        self.set(wall)

    def set(self, wall: int) -> None:
        self._wall, self._at = wall, time.monotonic_ns()

    def now(self) -> int:
        return self._wall + (time.monotonic_ns() - self._at) // 1_000


def _follow(setting: _Setting, theirs: Connection) -> None:
    """What the process does: begin, and then take in what comes and answer in turn."""
    try:
        # Those who draw the floor come first, but everybody looks at these.
        stand_aside(5)
        question = theirs.recv()
        clock = _WallClock(question.wall)
        end = time.monotonic() + setting.read_s_max
        with (
            closing(open_log(setting.url, now=clock.now)) as log,
            closing(
                FollowedContacts(
                    log, setting.plan, now=clock.now, give_up=lambda: time.monotonic() > end
                )
            ) as followed,
        ):
            asked_at = time.monotonic()
            # What happened just before is part of the first answers; the rest comes later.
            more = True
            while more and time.monotonic() - asked_at < LOOKED_BACK_S:
                more = followed.look_back()
            while question is not None or time.monotonic() - asked_at < setting.idle_s:
                if question is not None:
                    clock.set(question.wall)
                    followed.follow()
                    theirs.send((question.number, _answered(followed, question)))
                    asked_at = time.monotonic()
                    question = None
                else:
                    followed.follow()
                more = more and followed.look_back()
                if theirs.poll(0 if more else LOOK_S):
                    question = theirs.recv()
    except EOFError:
        # Who asked is gone.
        return
    except Exception as error:  # noqa: BLE001 - told to who asked, who knows what it means
        theirs.send((None, error))


def _answered(followed: FollowedContacts, question: _Question) -> Any:
    try:
        return getattr(followed, question.method)(*question.arguments)
    except Exception as error:  # noqa: BLE001 - told to who asked
        return error


def _is_good(future: Future[Any]) -> bool:
    """Whether it has an answer, or will have one."""
    return not future.done() or (not future.cancelled() and future.exception() is None)


def _settle(future: Future[Any], answer: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
