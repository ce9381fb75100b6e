"""Boards in the log: kept for every dashboard, and a file's own before them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import msgspec
import pytest
from structlog.testing import capture_logs

from stream.board_shelf import LogBoardShelf
from stream.contract.boards import (
    BoardsAway,
    FigureTile,
    KeptBoard,
    Limit,
    SavedBoard,
    boards_text,
)
from stream.logs.topics import BOARDS
from tests.boards import every_kind, log_at, shelf_at

FRONT, LINES = every_kind()["front"], every_kind()["lines"]
TRIES = 200


def in_time(holds: Callable[[], bool]) -> bool:
    """Whether it holds within some seconds."""
    return any(holds() or Event().wait(0.05) for _ in range(TRIES))


def test_a_board_is_there_for_every_dashboard(tmp_path: Path) -> None:
    """At once for who saved it, soon for the others, and after a restart; until it is let go of."""
    kept = {"lines": KeptBoard(LINES, "Ada", 5)}
    with shelf_at(tmp_path) as mine, shelf_at(tmp_path) as other:
        before = mine.version()
        mine.keep("lines", LINES, "Ada", 5)
        assert mine.boards() == kept
        assert mine.version() > before
        assert in_time(lambda: other.boards() == kept)
    with shelf_at(tmp_path) as later:
        assert later.boards() == kept
        later.drop("lines")
        assert later.boards() == {}
    with shelf_at(tmp_path) as last:
        assert last.boards() == {}


def test_a_files_board_stands_before_a_saved_one(tmp_path: Path) -> None:
    """And the saved one is there again where no file has its name."""
    with shelf_at(tmp_path) as shelf:
        shelf.keep("front", LINES, "Ada", 5)
    with shelf_at(tmp_path, {"front": FRONT}) as shelf:
        assert shelf.boards() == {"front": KeptBoard(FRONT)}
    with shelf_at(tmp_path) as shelf:
        assert shelf.boards() == {"front": KeptBoard(LINES, "Ada", 5)}


def test_one_that_cannot_be_read_keeps_no_other_away(tmp_path: Path) -> None:
    """As a newer dashboard may write it, or any other program."""
    newer = msgspec.json.encode(SavedBoard("boards: {b: {title: B, pages: 3}}", "Ada", 5))
    with log_at(tmp_path) as log:
        log.append(BOARDS, [("a", b"no JSON"), ("b", newer)])
    with capture_logs() as logs, shelf_at(tmp_path) as shelf:
        shelf.keep("lines", LINES, "Ada", 5)
        assert list(shelf.boards()) == ["lines"]
    assert [(line["event"], line["board"]) for line in logs] == [
        ("board_unreadable", "a"),
        ("board_unreadable", "b"),
    ]


def test_a_board_of_before_loses_a_limit_that_is_refused_now_and_nothing_else(
    tmp_path: Path,
) -> None:
    """Which of which figure is said once; what was refused before is refused still."""
    tiles = (
        "{kind: figure, figure: service_level, watch: {above: 0.9}, trouble: {below: 0.6}}, "
        "{kind: figure, figure: waiting, watch: {below: 5}}, {kind: clock}"
    )
    older = SavedBoard(f"boards: {{b: {{title: B, pages: [{{tiles: [{tiles}]}}]}}}}", "Ada", 5)
    order = "{kind: figure, figure: waiting, watch: {above: 5}, trouble: {above: 4}}"
    wrong = SavedBoard(f"boards: {{c: {{title: C, pages: [{{tiles: [{order}]}}]}}}}", "Ada", 5)
    with log_at(tmp_path) as log:
        log.append(BOARDS, [("b", msgspec.json.encode(older)), ("c", msgspec.json.encode(wrong))])
    with capture_logs() as logs, shelf_at(tmp_path) as shelf:
        assert in_time(lambda: len(logs) == 3)
        kept = shelf.boards()
        with log_at(tmp_path) as log:
            again = SavedBoard(boards_text({"z": LINES}), "Ada", 5)
            log.append(
                BOARDS, [("b", msgspec.json.encode(older)), ("z", msgspec.json.encode(again))]
            )
        assert in_time(lambda: "z" in shelf.boards())

    assert list(kept) == ["b"]
    level, waiting, clock = kept["b"].board.pages[0].tiles
    assert level == FigureTile(kind="figure", figure="service_level", trouble=Limit(below=0.6))
    assert waiting == FigureTile(kind="figure", figure="waiting")
    assert (clock.kind, kept["b"].by, kept["b"].at) == ("clock", "Ada", 5)
    assert [
        (line["event"], line["board"], line.get("figure"), line.get("limit")) for line in logs
    ] == [
        ("board_limit_left_out", "b", "service_level", "watch"),
        ("board_limit_left_out", "b", "waiting", "watch"),
        ("board_unreadable", "c", None, None),
    ]


def test_nothing_is_kept_while_the_log_is_away() -> None:
    """What a file has is shown all the same."""
    shelf = LogBoardShelf({"front": FRONT})

    with pytest.raises(BoardsAway, match="cannot be reached"):
        shelf.keep("lines", LINES, "Ada", 5)
    assert shelf.boards() == {"front": KeptBoard(FRONT)}
