"""Keys as a terminal sends them."""

from __future__ import annotations

import pytest

from stream.commands.keys import keys_in, pressed_keys


@pytest.mark.parametrize(
    ("pressed", "keys"),
    [
        (b"", []),
        (b" +-", [" ", "+", "-"]),
        (b"\x1b[D\x1b[C\x1bOA\x1b[B", ["left", "right", "up", "down"]),
        (b"14:30\r", ["1", "4", ":", "3", "0", "enter"]),
        (b"\x1b", ["escape"]),
        (b"\x7f\n", ["backspace", "enter"]),
        (b"\xff", ["\xff"]),
    ],
)
def test_keys_have_names(pressed: bytes, keys: list[str]) -> None:
    """Those that are no characters."""
    assert keys_in(pressed) == keys


def test_without_a_terminal_there_are_no_keys() -> None:
    """Nobody presses any, and standard input may be somebody's data."""
    with pressed_keys() as keys:
        assert keys is None
