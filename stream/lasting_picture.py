"""A picture that outlives the log: what was last known stays, and grows old, until news comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from threading import Event, Thread
from typing import Any, Final

import structlog

from stream.contract.figures import HourOfQueue, NoPicture, Picture
from stream.contract.floorplan import FloorPlan
from stream.picture import LogPictureReader
from stream.reopening import Open, Pauses

# Workers tell their heads twice a second. Who hears none of them for so long may be listening in
# the wrong place: to a broker that has moved, or to a log that was made anew.
REOPENED_AFTER_S: Final = 30.0

Opened = Callable[[], AbstractContextManager[LogPictureReader]]


def lasting_reader(
    opened: Open, plan: FloorPlan, *, now: Callable[[], int], title: str
) -> LastingPictureReader:
    """A lasting reader of the log that `opened` opens; `now` is the wall clock in microseconds."""

    @contextmanager
    def reading() -> Iterator[LogPictureReader]:
        with opened() as log, closing(LogPictureReader(log, plan, now=now, title=title)) as reader:
            yield reader

    return LastingPictureReader(reading)


class _Source:
    """One opening of the log, and the reader on it."""

    def __init__(self, opened: Opened) -> None:
        self._stack = ExitStack()
        self.reader = self._stack.enter_context(opened())
        self.heard_at = time.monotonic()

    def close(self) -> None:
        """Let go of the log; the reader keeps its picture."""
        try:
            self._stack.close()
        except Exception as error:  # noqa: BLE001 - what is given up may be broken already
            _log.debug("closing", why=str(error))


class LastingPictureReader:
    """Follows a log that may be away: opens it in a thread of its own, anew after a failure, and
    goes on giving the last whole picture meanwhile."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._opening: Future[_Source] | None = None
        self._next_try = 0.0
        self._pauses = Pauses()
        self._source: _Source | None = None
        # The reader whose picture is shown: the source's own once it has read all there was.
        self._shown: LogPictureReader | None = None
        self._why = "the figures so far are being read"
        self._failed = False

    def follow(self, timeout_s: float) -> bool:
        """Take in what the log has to tell, waiting at most `timeout_s`; True where anything came.
        Never raises: what is wrong is said in this process's log, and shown by the age."""
        source = self._source
        if source is None:
            return self._open(timeout_s)
        try:
            came = source.reader.follow(timeout_s)
        except Exception as error:  # noqa: BLE001 - a wall outlives whatever the log does
            self._fail(error)
            return False
        if self._shown is not source.reader and source.reader.caught_up:
            self._shown = source.reader
            if self._failed:
                self._failed = False
                _log.warning("log_is_back")
            self._pauses.reset()
        if came:
            source.heard_at = time.monotonic()
        elif time.monotonic() - source.heard_at > REOPENED_AFTER_S:
            self._let_go()
        return came

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor as it stands now, or as it was last known. Raises `NoPicture` until all that
        the log held when it was first opened is read."""
        if self._shown is None:
            raise NoPicture(self._why)
        return self._shown.picture(window, agents=agents)

    def hour(self, queue: str) -> HourOfQueue | None:
        """The queue's last hour by the minute, as `picture` knows it."""
        if self._shown is None:
            raise NoPicture(self._why)
        return self._shown.hour(queue)

    def close(self) -> None:
        """Let go of the log; who is still opening it is not waited for, nor when Python ends."""
        if self._opening is not None:
            self._opening.add_done_callback(_close_late)
        self._let_go()

    def _open(self, timeout_s: float) -> bool:
        now = time.monotonic()
        if self._opening is None:
            if now < self._next_try:
                Event().wait(min(timeout_s, self._next_try - now))
                return False
            self._opening = _begin_opening(self._opened)
        # Not `result(timeout_s)`: who opens may raise a TimeoutError of their own.
        wait([self._opening], timeout_s)
        if not self._opening.done():
            return False
        try:
            self._source = self._opening.result()
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)
        self._opening = None
        return False

    def _fail(self, error: Exception) -> None:
        pause_s = self._pauses.next_s()
        self._next_try = time.monotonic() + pause_s
        self._failed = True
        self._why = "the log cannot be reached; trying again"
        _log.warning("log_failed", why=str(error) or type(error).__name__, next_try_s=pause_s)
        self._let_go()

    def _let_go(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()


def _begin_opening(opened: Opened) -> Future[_Source]:
    """Open in a daemon thread: Python waits at its end for those of an executor."""
    opening: Future[_Source] = Future()

    def run() -> None:
        try:
            source = _Source(opened)
        except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
            opening.set_exception(error)
        else:
            opening.set_result(source)

    Thread(target=run, name="floorwatch-opening", daemon=True).start()
    return opening


def _close_late(opening: Future[_Source]) -> None:
    if opening.exception() is None:
        opening.result().close()


_log: Any = structlog.get_logger("floorwatch.dashboard")
