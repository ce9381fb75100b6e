"""Boards to show and to keep: a file with a tile of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Final

from stream.board_shelf import LogBoardShelf, following_boards
from stream.contract.boards import Board, parse_boards
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log
from stream.logs.topics import topics
from tests.clock import now_us

EVERY_KIND: Final = dedent("""\
    boards:
      front:
        title: Front hall
        turn_s: 15
        thanks: names
        names: {a-17: Maria}
        pages:
          - title: Calls
            columns: 4
            tiles:
              - {kind: queue, queue: benefits, size: 2x1}
              - {kind: group, queues: [spanish, vip], title: Special lines}
              - {kind: channel, channel: voice}
              - {kind: team, team: north}
              - {kind: floor}
              - kind: figure
                figure: occupancy
                window: 60m
                watch: {above: 0.8}
                trouble: {above: 0.9}
          - title: Beside
            tiles:
              - {kind: figure, figure: waiting, queue: benefits, watch: {above: 3}}
              - {kind: trend, queue: benefits}
              - {kind: alerts, size: 2x2}
              - {kind: thanks}
              - {kind: text, text: Fire drill at three, title: Today}
              - {kind: clock}
      lines:
        title: Lines
        floor: false
        pages: [{tiles: [{kind: queue, queue: "007"}]}]
    """)


def every_kind() -> dict[str, Board]:
    """The boards of that file."""
    return parse_boards(EVERY_KIND)


@contextmanager
def log_at(directory: Path) -> Iterator[Log]:
    """A log with the product's topics."""
    with closing(EmbeddedLog(directory, now=now_us)) as log:
        log.create(topics(1))
        yield log


@contextmanager
def shelf_at(directory: Path, given: dict[str, Board] | None = None) -> Iterator[LogBoardShelf]:
    """A shelf of the log there, which can keep boards by now."""
    with following_boards(lambda: log_at(directory), given or {}) as shelf:
        assert shelf.ready.wait(10)
        yield shelf
