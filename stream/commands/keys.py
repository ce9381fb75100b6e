"""Keys that a person presses while a command runs, and the line that it redraws for them."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import Final

Keys = Callable[[], list[str]]


_NAMED: Final = {
    b"\x1b[A": "up",
    b"\x1b[B": "down",
    b"\x1b[C": "right",
    b"\x1b[D": "left",
    b"\x1bOA": "up",
    b"\x1bOB": "down",
    b"\x1bOC": "right",
    b"\x1bOD": "left",
    b"\x1b": "escape",
    b"\r": "enter",
    b"\n": "enter",
    b"\x7f": "backspace",
    b"\x08": "backspace",
}
_ARROW_BYTES: Final = 3
_READ_BYTES: Final = 1024


def keys_in(pressed: bytes) -> list[str]:
    """The keys in what a terminal sent: characters as they are, others by their names."""
    found: list[str] = []
    at = 0
    while at < len(pressed):
        arrow = pressed[at : at + _ARROW_BYTES]
        length = _ARROW_BYTES if arrow in _NAMED else 1
        key = pressed[at : at + length]
        found.append(_NAMED.get(key) or key.decode("latin-1"))
        at += length
    return found


@contextlib.contextmanager
def pressed_keys() -> Iterator[Keys | None]:
    """What gives the keys pressed since it was last asked; None where nobody sits at a terminal.

    The terminal is as it was when the block ends.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        yield None
        return
    try:
        import termios
        import tty
    except ImportError:  # a system whose terminals are another kind
        yield None
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)

    def read() -> list[str]:
        pressed = b""
        while select.select([terminal], [], [], 0)[0]:
            more = os.read(terminal, _READ_BYTES)
            if not more:
                break
            pressed += more
        return keys_in(pressed)

    try:
        tty.setcbreak(terminal)
        yield read
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        draw_line("")


def draw_line(line: str) -> None:
    """Draw the line in place of the one before, cut to the terminal's width."""
    width = shutil.get_terminal_size().columns
    sys.stderr.write(f"\r{line[: width - 1]}\x1b[K")
    sys.stderr.flush()
