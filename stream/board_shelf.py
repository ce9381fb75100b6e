"""Keeps boards in the log, so that every dashboard of a floor has those that people saved
(docs/boards.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Event, Lock
from typing import Any, Final

import msgspec
import structlog

from stream.contract.boards import (
    Board,
    BoardsAway,
    KeptBoard,
    LimitLeftOut,
    SavedBoard,
    boards_text,
    parse_saved,
)
from stream.contract.yaml_lines import YamlError
from stream.logs.port import Log, LogError, Record
from stream.logs.topics import BOARDS
from stream.reopening import Hearing, Open, working_on

RECORDS_AT_ONCE: Final = 200
# How long one look at the log waits for news: bounds how soon a following thread ends.
FOLLOW_S: Final = 0.5
# Nobody tells of boards for days: a log that was moved or made anew is found by opening it again.
REOPENED_AFTER_S: Final = 300.0


class LogBoardShelf:
    """The boards of this dashboard's own file, and those that people saved to the log.

    A board of the file is nobody's to change from a screen: it stands before a saved one of its
    name. Any thread may ask; `follow` is for one.
    """

    def __init__(self, given: Mapping[str, Board]) -> None:
        self._given = {name: KeptBoard(board) for name, board in given.items()}
        self._saved: dict[str, KeptBoard] = {}
        self._log: Log | None = None
        self._lock = Lock()
        self._version = 1
        # Set once all that the log held is known.
        self.ready = Event()

    def version(self) -> int:
        """Rises with every change."""
        return self._version

    def boards(self) -> Mapping[str, KeptBoard]:
        """All boards by name, as of the last look."""
        with self._lock:
            return dict(sorted({**self._saved, **self._given}.items()))

    def keep(self, name: str, board: Board, by: str, at: int) -> None:
        """Keep a board for all dashboards, durable on return. Raises `BoardsAway`."""
        saved = SavedBoard(boards_text({name: board}), by, at)
        self._append(name, msgspec.json.encode(saved))
        self._put(name, KeptBoard(board, by, at))

    def drop(self, name: str) -> None:
        """Let go of a saved one. Raises `BoardsAway`."""
        self._append(name, None)
        self._put(name, None)

    def follow(self, log: Log, stopped: Callable[[], bool]) -> None:
        """Keep up with an open log until `stopped`, or until it was silent for so long that it
        should be opened anew. Raises `LogError`."""
        self._log, heard_at = log, time.monotonic()
        try:
            with closing(log.tail(BOARDS, from_start=True)) as tail:
                # What was known before this opening and is gone meanwhile is not told again.
                missing: set[str] | None = set(self._saved)
                while not stopped() and time.monotonic() - heard_at < REOPENED_AFTER_S:
                    for record in tail.poll(RECORDS_AT_ONCE, FOLLOW_S):
                        self._take(record)
                        if missing is not None:
                            missing.discard(record.key)
                        heard_at = time.monotonic()
                    if missing is not None and tail.caught_up():
                        for name in missing:
                            self._put(name, None)
                        missing = None
                        self.ready.set()
        finally:
            self._log = None

    def _take(self, record: Record) -> None:
        if record.value is None:
            self._put(record.key, None)
            return
        try:
            saved = msgspec.json.decode(record.value, type=SavedBoard)
            board, left_out = parse_saved(record.key, saved.text)
        except (msgspec.MsgspecError, YamlError, KeyError) as error:
            # A newer dashboard may save what this one cannot read: the others are shown.
            _log.warning("board_unreadable", board=record.key, why=str(error) or "not in its text")
            self._put(record.key, None)
            return
        # Said once, and not each time the log is opened anew.
        if self._put(record.key, KeptBoard(board, saved.by, saved.at)):
            _tell(record.key, left_out)

    def _put(self, name: str, kept: KeptBoard | None) -> bool:
        """Whether that changed anything."""
        with self._lock:
            if self._saved.get(name) == kept:
                return False
            if kept is None:
                self._saved.pop(name, None)
            else:
                self._saved[name] = kept
            self._version += 1
            return True

    def _append(self, name: str, value: bytes | None) -> None:
        if self._log is None:
            raise BoardsAway("the log cannot be reached; trying again")
        try:
            self._log.append(BOARDS, [(name, value)])
        except LogError as error:
            raise BoardsAway(str(error)) from error


def _tell(name: str, left_out: list[LimitLeftOut]) -> None:
    for one in left_out:
        _log.warning(
            "board_limit_left_out", board=name, figure=one.figure, limit=one.limit, why=one.why
        )


@contextmanager
def following_boards(opened: Open, given: Mapping[str, Board]) -> Iterator[LogBoardShelf]:
    """The shelf of the log that `opened` opens, kept up by a thread while the block runs."""
    shelf = LogBoardShelf(given)
    hearing = Hearing(
        failure=lambda error, pause_s: _log.warning(
            "boards_log_failed", why=str(error), next_try_s=pause_s
        ),
        back=lambda: _log.warning("boards_log_is_back"),
        # Boards that are known stay; none can be saved.
        end=lambda error: _log.error("boards_not_followed", why=str(error) or type(error).__name__),
    )
    with working_on(opened, shelf.follow, hearing, name="floorwatch-boards"):
        yield shelf


_log: Any = structlog.get_logger("floorwatch.dashboard")
