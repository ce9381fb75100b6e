"""What services do while the log is away: say so once, try again after growing pauses, go on.

A log that was never there is another thing: a wrong host, a wrong password or a missing grant
does not mend itself, so the first opening fails at once but for what may pass.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Thread
from typing import Any, Final, NamedTuple

from stream.logs.port import Log, LogAway, LogError, NameTaken

FIRST_PAUSE_S: Final = 0.5
# Who waits for figures must not wait much longer than the broker was away.
LONGEST_PAUSE_S: Final = 5.0
# A log that held for this long was well: the next failure is a new one.
HELD_S: Final = 30.0
LOOK_EVERY_S: Final = 0.1
# A thread that does not end by then is left to end with the process.
ENDING_S_MAX: Final = 10.0

Open = Callable[[], AbstractContextManager[Log]]


class Pauses:
    """Pauses that double from try to try, up to a bound."""

    def __init__(self) -> None:
        self._next_s = FIRST_PAUSE_S

    def next_s(self) -> float:
        """How long to wait before the next try, in seconds."""
        pause_s, self._next_s = self._next_s, min(2 * self._next_s, LONGEST_PAUSE_S)
        return pause_s

    def reset(self) -> None:
        """It worked: the next failure is the first again."""
        self._next_s = FIRST_PAUSE_S


def wait(seconds: float, stopped: Callable[[], bool]) -> None:
    """Wait, or less where it is stopped meanwhile."""
    give_up, pause = time.monotonic() + seconds, Event()
    while not stopped() and (left_s := give_up - time.monotonic()) > 0:
        pause.wait(min(LOOK_EVERY_S, left_s))


def work_on(
    opened: Open,
    work: Callable[[Log], None],
    *,
    stopped: Callable[[], bool],
    on_failure: Callable[[LogError, float], None],
    on_return: Callable[[], None],
) -> None:
    """Open the log and do the work, again and again until `stopped`, whatever the log does.

    `on_failure` hears of each failure and of the seconds until the next try, `on_return` of the
    log being open again. Raises `NameTaken`, and the `LogError` of a first opening that cannot
    come right by itself.
    """
    pauses = Pauses()
    worked = failed = False
    while not stopped():
        # An opening holds nothing, however long it takes until it fails.
        began: float | None = None
        try:
            with opened() as log:
                began = time.monotonic()
                worked = True
                if failed:
                    failed = False
                    on_return()
                work(log)
        except NameTaken:
            # Whoever took it would be driven out in turn, and come back.
            raise
        except LogError as error:
            if not worked and not isinstance(error, LogAway):
                raise
            if began is not None and time.monotonic() - began > HELD_S:
                pauses.reset()
            failed = True
            pause_s = pauses.next_s()
            on_failure(error, pause_s)
            wait(pause_s, stopped)


def insist(
    do: Callable[[], Any],
    *,
    stopped: Callable[[], bool],
    on_failure: Callable[[LogError, float], None],
) -> None:
    """Do what the log is away for until it works, or until `stopped`; it may be done twice."""
    pauses = Pauses()
    while True:
        try:
            do()
        except LogAway as error:
            pause_s = pauses.next_s()
            on_failure(error, pause_s)
            wait(pause_s, stopped)
            if stopped():
                return
        else:
            return


class Hearing(NamedTuple):
    """Who hears of a thread that works on a log: of each failure and the seconds until the next
    try, of the log being open again, and of what ended the work before its time."""

    failure: Callable[[LogError, float], None]
    back: Callable[[], None]
    end: Callable[[Exception], None]


@contextmanager
def working_on(
    opened: Open,
    work: Callable[[Log, Callable[[], bool]], None],
    hearing: Hearing,
    *,
    name: str,
    there: Event | None = None,
) -> Iterator[None]:
    """Do what `work_on` does in a thread of that name until the block ends; `work` is told what says
    so. With `there`, begin once that is set: what is wrong with a log is then said once, by who
    opens it first."""
    ending = Event()

    def run() -> None:
        while there is not None and not there.wait(LOOK_EVERY_S):
            if ending.is_set():
                return
        try:
            work_on(
                opened,
                lambda log: work(log, ending.is_set),
                stopped=ending.is_set,
                on_failure=hearing.failure,
                on_return=hearing.back,
            )
        except Exception as error:  # noqa: BLE001 - told to who knows what it means
            hearing.end(error)

    thread = Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(ENDING_S_MAX)
