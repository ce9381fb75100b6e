"""What screens read, switched from one floor to another: to a drill's and back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Event, Lock
from typing import Any, Final, Protocol

from msgspec.structs import replace

from stream.contract.alerts import Action, Alert, AlertBoard, AlertsAway, Board
from stream.contract.behind import Behind, ContactsBehind, OtherFloor
from stream.contract.detail import (
    AtHand,
    CountAsked,
    CountContacts,
    Detail,
    EventTold,
    Load,
    PresentAsked,
    PresentContacts,
)
from stream.contract.figures import DrillMark, HourOfQueue, NoPicture, Picture, PictureReader
from stream.contract.past import HeldSpan, Past, PastFloor

NO_DRILL: Final = "no drill is running: begin one at /training"


class ClosableReader(PictureReader, Protocol):
    """A reader that is let go of when another takes its place."""

    def close(self) -> None: ...


class Shown:
    """A floor on its way to the screens: its reader is taken over, and closed by whoever reads."""

    def __init__(
        self,
        reader: ClosableReader,
        alerts: AlertBoard | None,
        mark: DrillMark | None,
        detail: Detail | None = None,
    ) -> None:
        self.reader = reader
        self.alerts = alerts
        self.mark = mark
        self.detail = detail
        # Set once screens have this floor.
        self.there = Event()


class SwitchingAlerts:
    """The board of whichever floor is shown. Any thread may ask and act."""

    def __init__(self, home: AlertBoard | None) -> None:
        self._board = home
        self._lock = Lock()
        self._newest: tuple[AlertBoard | None, Board, int] = (home, Board([]), 0)

    def board(self) -> Board:
        """All that is known of the floor that is shown. Its version goes on from floor to floor, so
        that another floor's board is a change."""
        with self._lock:
            board = Board([]) if self._board is None else self._board.board()
            owner, before, added = self._newest
            if owner is not self._board:
                added = before.version + added + 1 - board.version
            self._newest = (self._board, board, added)
            return replace(board, version=board.version + added)

    def act(self, action: Action) -> None:
        """Hand an action to the evaluator of that floor. Raises `AlertsAway`."""
        board = self._board
        if board is None:
            raise AlertsAway(NO_DRILL)
        board.act(action)

    def show(self, board: AlertBoard | None) -> None:
        """Tell of another floor from now on."""
        with self._lock:
            self._board = board


class SwitchingReader:
    """The picture of whichever floor is shown, `home` at first.

    A floor that is to be shown is read beside the one that is, until there is a picture of it.
    `follow` and `picture` are for one thread, and the others for any.
    """

    def __init__(
        self, home: ClosableReader, alerts: AlertBoard | None, detail: Detail | None = None
    ) -> None:
        self.alerts = SwitchingAlerts(alerts)
        self._home = Shown(home, alerts, None, detail)
        self._now = self._home
        self._lock = Lock()
        self._next: Shown | None = None

    def show(self, floor: Shown) -> None:
        """Show a floor as soon as there is a picture of it; another that waited for that is let
        go."""
        with self._lock:
            waiting, self._next = self._next, floor
        if waiting is not None and waiting is not self._home:
            waiting.reader.close()

    def show_home(self) -> Shown:
        """Show again what was shown at first."""
        self._home.there = Event()
        self.show(self._home)
        return self._home

    def follow(self, timeout_s: float) -> bool:
        """Take in what is new, waiting at most `timeout_s`; True where anything came, and where
        another floor is shown."""
        coming = self._next
        if coming is None:
            return self._now.reader.follow(timeout_s)
        coming.reader.follow(timeout_s)
        if coming is not self._home and not _has_picture(coming.reader):
            self._now.reader.follow(0)
            return True
        return self._switch(coming)

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor that is shown, as it stands. Raises `NoPicture` while there is none."""
        shown = self._now
        picture = shown.reader.picture(window, agents=agents)
        return picture if shown.mark is None else replace(picture, drill=shown.mark)

    def hour(self, queue: str) -> HourOfQueue | None:
        """A queue's last hour, of the floor that is shown. Raises `NoPicture`."""
        return self._now.reader.hour(queue)

    def close(self) -> None:
        """Let go of all floors, when nobody follows any more."""
        for floor in {self._home, self._now, self._next or self._now}:
            floor.reader.close()

    def at_home(self, read: ContactsBehind) -> ContactsBehind:
        """Who is behind an alert of the floor that was shown at first, which `read` reads. Raises
        `OtherFloor` while a drill's is shown."""

        def behind(alert: Alert, rules_text: str | None) -> Behind:
            if self._now is not self._home:
                raise OtherFloor
            return read(alert, rules_text)

        return behind

    def is_home(self) -> bool:
        """Whether the floor that was shown at first is shown, and not a drill's."""
        return self._now is self._home

    @property
    def detail(self) -> Detail:
        """Who stands on whichever floor is shown. What comes of it raises `NoPicture` where there is
        none."""
        return _ShownDetail(lambda: self._now.detail)

    def _switch(self, coming: Shown) -> bool:
        with self._lock:
            if self._next is not coming:
                return True
            left, self._now, self._next = self._now, coming, None
        self.alerts.show(coming.alerts)
        coming.there.set()
        if left is not coming and left is not self._home:
            left.reader.close()
        return True


class PastAtHome:
    """The past of the floor that was shown at first, which a drill's has none of."""

    def __init__(self, past: Past, is_home: Callable[[], bool]) -> None:
        self._past = past
        self._is_home = is_home

    def held(self) -> HeldSpan:
        """What can be looked at. Raises `OtherFloor` while a drill's floor is shown."""
        if not self._is_home():
            raise OtherFloor
        return self._past.held()

    def open(self) -> PastFloor:
        return self._past.open()


class _ShownDetail:
    """Tells of the floor that is shown when it is asked."""

    def __init__(self, shown: Callable[[], Detail | None]) -> None:
        self._shown = shown

    def contacts(self, asked: PresentAsked) -> Future[PresentContacts]:
        detail = self._shown()
        return _nobody() if detail is None else detail.contacts(asked)

    def counted(self, asked: CountAsked) -> CountContacts:
        detail = self._shown()
        if detail is None:
            raise NoPicture(NO_DRILL)
        return detail.counted(asked)

    def at_hand(self) -> Future[list[AtHand]]:
        detail = self._shown()
        return _nobody() if detail is None else detail.at_hand()

    def events(self, queue: str, after: int) -> Future[list[EventTold]]:
        detail = self._shown()
        return _nobody() if detail is None else detail.events(queue, after)

    def loads(self) -> Future[list[Load]]:
        detail = self._shown()
        return _nobody() if detail is None else detail.loads()


def _nobody() -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(NoPicture(NO_DRILL))
    return future


def _has_picture(reader: PictureReader) -> bool:
    try:
        return reader.picture("5m").freshness.age_s is not None
    except NoPicture:
        return False


class NoFloor:
    """Where there is no floor but a drill's."""

    def follow(self, timeout_s: float) -> bool:
        Event().wait(timeout_s)
        return False

    def picture(self, window: str, *, agents: bool = False) -> Picture:  # noqa: ARG002  the port's
        raise NoPicture(NO_DRILL)

    def hour(self, queue: str) -> HourOfQueue | None:  # noqa: ARG002  the port's
        raise NoPicture(NO_DRILL)

    def close(self) -> None:
        """Nothing."""
