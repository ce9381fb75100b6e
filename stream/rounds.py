"""A drill's floor while it lasts: a log in a directory of its own, and the real product on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Final

from stream.alerting.board import FollowedAlerts, following_alerts
from stream.alerting.service import Setting, evaluating
from stream.clocks import turn_clock
from stream.contract.alerts import Incident
from stream.contract.clock import FloorClock
from stream.contract.drills import Opened
from stream.contract.figures import DrillMark
from stream.contract.floorplan import FloorPlan
from stream.lasting_picture import lasting_reader
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.meters import WorkerMeters
from stream.present.apart import PresentApart
from stream.service import run_stream
from stream.switching import Shown, SwitchingReader

# Screens have the next floor within a second or so; who has no screens does not wait longer.
SHOWN_S_MAX: Final = 10.0
# One worker reads it all, and the fewer partitions the fewer heads.
PARTITIONS: Final = 1
ENDING_S_MAX: Final = 10.0


class Rounds:
    """Makes the rounds of drills, and shows them on the screens of `reader`; `now` is the wall clock
    in microseconds."""

    def __init__(self, reader: SwitchingReader, *, now: Callable[[], int]) -> None:
        self._reader = reader
        self._now = now

    def open(self, plan: FloorPlan, title: str, mark: DrillMark, clock: FloorClock) -> Round:
        """A floor without events whose time goes by `clock`. Raises `LogError`."""
        return Round(plan, title, mark, clock, reader=self._reader, now=self._now)

    def leave(self) -> None:
        """Let screens show what they showed before any drill."""
        self._reader.show_home().there.wait(SHOWN_S_MAX)


class Round:
    """One floor: its history is appended, then figures and alerts are made of it, then it is shown.

    Nothing is ever sent to anybody of a drill's alerts.
    """

    def __init__(
        self,
        plan: FloorPlan,
        title: str,
        mark: DrillMark,
        clock: FloorClock,
        *,
        reader: SwitchingReader,
        now: Callable[[], int],
    ) -> None:
        self._plan = plan
        self._title = title
        self._mark = mark
        self._reader = reader
        self._now = now
        self._clock = clock
        self._parts = ExitStack()
        self._meters = WorkerMeters("drill", now())
        self._alerts: FollowedAlerts | None = None
        # The stream at work on it, once that has begun; done only where it has failed.
        self._work: Future[None] | None = None
        # Half of the history would be judged as if it were all.
        self._read = Event()
        try:
            made = TemporaryDirectory(prefix="floorwatch-drill-", ignore_cleanup_errors=True)
            self._directory = Path(self._parts.enter_context(made))
            self._log = self._parts.enter_context(self._opened())
            self.turn(clock)
        except BaseException:
            self._parts.close()
            raise

    def append(self, events: Sequence[tuple[str, bytes | None]]) -> None:
        """Let these events happen. Raises `LogError`, and what the stream failed of."""
        self._check()
        if events:
            self._log.append(CONTACT_EVENTS, events)

    def turn(self, clock: FloorClock) -> None:
        """Let the floor's time run by this clock from now on. Raises `LogError`."""
        self._clock = clock
        turn_clock(self._log, clock)

    def begin(self) -> None:
        """All that was before is appended: make figures of it, and judge it."""
        work = partial(run_stream, self._opened, self._plan, now=self._now, meters=self._meters)
        self._work = self._parts.enter_context(_in_thread(work))
        self._parts.enter_context(
            evaluating(self._opened, self._plan, Setting("drill"), now=self._now, there=self._read)
        )
        self._alerts = self._parts.enter_context(following_alerts(self._opened))

    def is_ready(self) -> bool:
        """Whether all that was appended is in the figures, and the floor was judged. Raises what
        the stream failed of."""
        self._check()
        if self._meters.told_at is None or self._meters.lag_events:
            return False
        self._read.set()
        return self._alerts is not None and self._alerts.board().head is not None

    def show(self) -> None:
        """Let screens show this floor; waits until they do, some seconds at most."""
        reader = lasting_reader(self._opened, self._plan, now=self._now, title=self._title)
        url = f"embedded:{self._directory}"
        detail = self._parts.enter_context(closing(PresentApart(url, self._plan, now=self._now)))
        shown = Shown(reader, self._alerts, self._mark, detail)
        self._reader.show(shown)
        shown.there.wait(SHOWN_S_MAX)

    def alerts(self) -> list[Opened]:
        """When which incident began, by the floor's clock."""
        board = None if self._alerts is None else self._alerts.board()
        return [] if board is None else [_opened_as(one) for one in board.incidents]

    def acknowledged(self) -> list[int]:
        """When somebody took an incident, by the floor's clock."""
        board = None if self._alerts is None else self._alerts.board()
        marks = [] if board is None else [one.acknowledged for one in board.incidents]
        return sorted(int(self._clock.at(mark.at)) for mark in marks if mark is not None)

    def close(self) -> None:
        """End everything on this floor, and remove it."""
        self._parts.close()

    def _check(self) -> None:
        # Without its stream the floor would stand still and look calm.
        if self._work is not None and self._work.done():
            self._work.result()

    @contextmanager
    def _opened(self) -> Iterator[Log]:
        with closing(EmbeddedLog(self._directory, now=self._now)) as log:
            log.create(topics(PARTITIONS))
            yield log


def _opened_as(incident: Incident) -> Opened:
    """What it said as it opened; by now it may say something else."""
    opened = (
        Opened(incident.opened_at, entry.text, entry.said)
        for entry in incident.history
        if entry.what == "opened"
    )
    return next(opened, Opened(incident.opened_at, incident.title))


@contextmanager
def _in_thread(work: Callable[..., None]) -> Iterator[Future[None]]:
    """Do the work in a thread until the block ends; gives what became of it, once it is over."""
    ending = Event()
    over: Future[None] = Future()

    def run() -> None:
        try:
            work(stopped=ending.is_set)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever asks
            over.set_exception(error)
        else:
            over.set_result(None)

    thread = Thread(target=run, name="floorwatch-drill-stream", daemon=True)
    thread.start()
    try:
        yield over
    finally:
        ending.set()
        thread.join(ENDING_S_MAX)
