"""`floorwatch boards`: boards checked before a wall shows them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from stream.commands.options import BoardsPath, read_boards
from stream.commands.terminal import say


def register(app: typer.Typer) -> None:
    """Give the application these commands."""
    group = typer.Typer(no_args_is_help=True, help="Check boards before a wall shows them.")
    group.callback()(_boards)
    group.command("check")(check)
    app.add_typer(group, name="boards")


def _boards() -> None:
    """Check boards before a wall shows them."""


def check(
    path: Annotated[
        BoardsPath, typer.Argument(metavar="FILE", help="boards.yaml, or a folder of such files.")
    ],
) -> None:
    """Tell each board's pages and tiles.

    A file with mistakes is told by line, and then it ends with 2.
    """
    boards = read_boards(path)
    for name, board in boards.items():
        tiles = sum(len(page.tiles) for page in board.pages)
        turned = f", turned every {board.turn_s} s" if board.turn_s and len(board.pages) > 1 else ""
        sys.stdout.write(
            f"{name}: {len(board.pages)} pages, {tiles} tiles{turned}: {board.title}\n"
        )
    say(f"{len(boards)} boards")
