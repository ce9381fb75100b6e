"""Which build of the dashboard serves a screen, so that one left open for weeks knows of a newer."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Final

from msgspec import Struct

from stream.contract.boards import BoardShelf

_SUFFIXES: Final = frozenset({".py", ".js", ".css"})


class ScreensTold(Struct, frozen=True):
    """What a frame says of the screens themselves: the build that serves them, and a number that
    rises when any board is changed."""

    build: str
    boards: int


class ScreensFollowed:
    """The build, and how the boards stand."""

    def __init__(self, build: str, boards: BoardShelf | None) -> None:
        self._build = build
        self._boards = boards

    def told(self) -> ScreensTold:
        """What a frame carries now."""
        return ScreensTold(self._build, 0 if self._boards is None else self._boards.version())


def build_of(version: str, folder: Path = Path(__file__).parent) -> str:
    """The version, and a mark of all that screens are made of: a page that was served with another
    one is no longer what this dashboard would serve."""
    told = sha256()
    for path in sorted(one for one in folder.rglob("*") if one.suffix in _SUFFIXES):
        told.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{version}+{told.hexdigest()[:12]}"
