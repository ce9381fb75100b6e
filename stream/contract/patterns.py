"""The patterns of short texts that people write, and what each allows in words: an error says that,
not the pattern."""

from __future__ import annotations

from typing import Final

# A board's name stands in a link, so it is what needs no quoting there.
BOARD_NAME: Final = r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$"
TILE_SIZE: Final = r"^[1-4]x[1-4]$"
SCENARIO_NAME: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"

_IN_WORDS: Final = {
    BOARD_NAME: "small letters a to z, digits, - and _, a letter or digit first and last",
    TILE_SIZE: "columns by rows, from 1x1 to 4x4",
    SCENARIO_NAME: "at most 40 small letters a to z, digits and -, a letter or digit first",
}


def in_words(pattern: str) -> str:
    """What a pattern allows."""
    return _IN_WORDS.get(pattern, f"text that matches {pattern}")
