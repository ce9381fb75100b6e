"""What customers said, followed in a process of its own: a wall must not wait for it.

The process begins with the first question and ends when nobody has asked for a while, so that a
dashboard whose viewers look at other screens pays nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from threading import Lock
from typing import Final, NamedTuple

from stream.beside import stand_aside
from stream.contract.experience import (
    Experience,
    NotHeld,
    NotTold,
    OtherFloor,
    Question,
    StillToCome,
    Told,
)
from stream.contract.floorplan import FloorPlan
from stream.experience.follow import Follower, Restart
from stream.logs.port import Log, LogError
from stream.logs.urls import open_log

# Who asks looks at a screen meanwhile; a large floor's answer takes a fraction of it.
ANSWERED_S_MAX: Final = 10.0
# The first one waits for the process to begin, which may take long on a machine that is busy.
BEGUN_S_MAX: Final = 60.0
# What failed is tried again only so much later, however many ask.
AGAIN_S: Final = 5.0
IDLE_S: Final = 15 * 60.0
FOLLOW_S: Final = 0.1
# So many days that are over are kept read at once; each is a process.
DAYS_MAX: Final = 2


class _Asked(NamedTuple):
    """A question, and the wall clock when it was asked: a process apart reads no clock but this."""

    question: Question
    wall: int


class _Setting(NamedTuple):
    url: str
    plan: FloorPlan
    comments: bool
    wall: int
    idle_s: float
    then: int | None


class ExperienceApart:
    """Asks the process, which it starts where there is none. `now` is the wall clock in microseconds;
    `is_home` says whether the log's own floor is shown, and not a drill's. With `then` it is asked of
    that instant, and of what came soon after."""

    def __init__(  # noqa: PLR0913  each with its usual value
        self,
        url: str,
        plan: FloorPlan,
        *,
        now: Callable[[], int],
        comments: bool,
        is_home: Callable[[], bool] = lambda: True,
        idle_s: float = IDLE_S,
        again_s: float = AGAIN_S,
        then: int | None = None,
    ) -> None:
        self._url = url
        self._plan = plan
        self._now = now
        self._comments = comments
        self._is_home = is_home
        self._idle_s = idle_s
        self._again_s = again_s
        self._then = then
        self._lock = Lock()
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._has_answered = False
        self._failed: tuple[float, str] | None = None
        self._closed = False

    def ask(self, question: Question) -> Told:
        """The answer to a question. Raises `NotTold`."""
        if not self._is_home():
            raise OtherFloor("a drill's floor is shown: nobody's surveys are read for it")
        with self._lock:
            if self._failed is not None and time.monotonic() - self._failed[0] < self._again_s:
                raise NotTold(self._failed[1])
            self._failed = None
            try:
                return self._asked(question)
            except (EOFError, OSError):
                # It had ended for want of questions, or was killed: begun anew, it reads anew.
                self._end()
            try:
                return self._asked(question)
            except (EOFError, OSError):
                raise self._failure("the process that reads surveys ended; trying again") from None

    @property
    def process(self) -> SpawnProcess | None:
        """The process, where there is one."""
        return self._process

    def close(self) -> None:
        """End the process, and with it the wait of whoever asks."""
        self._closed = True
        process = self._process
        if process is not None:
            # Whoever asks may have let go of it meanwhile.
            with suppress(ValueError):
                process.kill()
        with self._lock:
            self._end()

    def _asked(self, question: Question) -> Told:
        if self._closed:
            raise NotTold("the dashboard ends")
        connection = self._connection or self._begin()
        connection.send(_Asked(question, self._now()))
        limit_s = ANSWERED_S_MAX if self._has_answered else BEGUN_S_MAX
        if not connection.poll(limit_s):
            raise self._failure(f"no answer within {limit_s:g} s; surveys are read anew")
        told = connection.recv()
        self._has_answered = True
        if isinstance(told, Told):
            return told
        if isinstance(told, NotHeld):
            raise told
        raise self._failure(str(told))

    def _failure(self, why: str) -> NotTold:
        self._end()
        self._failed = time.monotonic(), why
        return NotTold(why)

    def _begin(self) -> Connection:
        apart = get_context("spawn")
        ours, theirs = apart.Pipe()
        setting = _Setting(
            self._url, self._plan, self._comments, self._now(), self._idle_s, self._then
        )
        # A daemon, so that it ends with the dashboard.
        self._process = apart.Process(
            target=_tell, args=(setting, theirs), name="floorwatch-experience", daemon=True
        )
        self._process.start()
        theirs.close()
        self._connection = ours
        return ours

    def _end(self) -> None:
        connection, process = self._connection, self._process
        self._connection = self._process = None
        self._has_answered = False
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()


class ExperienceOfAnyTime:
    """What customers said now, or on a day that is over: of each such day that somebody looks at, a
    process of its own reads what the log holds of it. `begin` makes what is asked of an instant."""

    def __init__(self, live: ExperienceApart, begin: Callable[[int], ExperienceApart]) -> None:
        self._live = live
        self._begin = begin
        self._lock = Lock()
        # Whom was asked last stands last.
        self._days: list[ExperienceApart] = []

    def ask(self, question: Question) -> Told:
        """The answer to a question. Raises `NotTold`."""
        at = getattr(question, "at", None)
        try:
            return self._live.ask(question)
        except NotHeld as error:
            if at is None or isinstance(error, StillToCome):
                raise
        with self._lock:
            return self._asked_of_then(question, at)

    def close(self) -> None:
        """End all of them."""
        for one in (self._live, *self._days):
            one.close()

    def _asked_of_then(self, question: Question, at: int) -> Told:
        for day in self._days[::-1]:
            try:
                told = day.ask(question)
            except NotHeld:
                continue
            self._days.remove(day)
            self._days.append(day)
            return told
        day = self._begin(at)
        # Kept before it is asked: one that fails is not begun again for each who asks.
        self._days.append(day)
        for over in self._days[:-DAYS_MAX]:
            self._days.remove(over)
            over.close()
        try:
            return day.ask(question)
        except NotHeld:
            self._days.remove(day)
            day.close()
            raise


@contextmanager
def experience_apart(
    url: str,
    plan: FloorPlan,
    *,
    now: Callable[[], int],
    comments: bool,
    is_home: Callable[[], bool],
) -> Iterator[Experience]:
    """What answers about the customers of the log at a URL, while the block runs."""

    def begin(then: int | None = None) -> ExperienceApart:
        return ExperienceApart(url, plan, now=now, comments=comments, is_home=is_home, then=then)

    with closing(ExperienceOfAnyTime(begin(), begin)) as experience:
        yield experience


class _Wall:
    """The wall clock, as whoever asks told it last and as time went on since."""

    def __init__(self, wall: int) -> None:
        self._wall = wall
        self._at = time.monotonic_ns()

    def set(self, wall: int) -> None:
        self._wall, self._at = wall, time.monotonic_ns()

    def __call__(self) -> int:
        return self._wall + (time.monotonic_ns() - self._at) // 1000


def _tell(setting: _Setting, theirs: Connection) -> None:
    """Follow the log and answer, until nobody asks any more or the log fails."""
    stand_aside()
    wall = _Wall(setting.wall)
    try:
        with closing(open_log(setting.url, now=wall)) as log:
            while _follow(log, setting, theirs, wall):
                pass
    except (EOFError, OSError):
        # Whoever asked has gone.
        return
    except LogError as error:
        _tell_failure(theirs, f"the log cannot be read: {error}")
    except Exception as error:  # noqa: BLE001 - told to whoever asks next, who knows what it means
        _tell_failure(theirs, f"surveys cannot be read ({type(error).__name__})")


def _follow(log: Log, setting: _Setting, theirs: Connection, wall: _Wall) -> bool:
    """Answer until the floor's clock is another (True), or until nobody has asked for long (False)."""
    follower = Follower(log, setting.plan, now=wall, comments=setting.comments, then=setting.then)
    asked_at = time.monotonic()
    with closing(follower):
        while time.monotonic() - asked_at < setting.idle_s:
            if theirs.poll(FOLLOW_S if follower.done else 0):
                asked = theirs.recv()
                wall.set(asked.wall)
                asked_at = time.monotonic()
                theirs.send(_answer(follower, asked.question))
                continue
            try:
                follower.step(FOLLOW_S)
            except Restart:
                return True
    return False


def _answer(follower: Follower, question: Question) -> Told | NotHeld:
    try:
        return follower.answer(question)
    except NotHeld as error:
        return error


def _tell_failure(theirs: Connection, why: str) -> None:
    """Answer the next question with why there is no answer, unless nobody asks."""
    try:
        if theirs.poll(ANSWERED_S_MAX):
            theirs.recv()
            theirs.send(why)
    except (EOFError, OSError):
        return
