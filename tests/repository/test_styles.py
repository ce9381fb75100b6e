"""Habits of the style sheets that a browser pays for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.repository.sources import text_files

# What an element has inside is told by a class or an attribute of its own: with selectors that look
# down into a page, a browser looks through all of it whenever anything in it changes. On a wall of
# 200 tiles that was 14 ms a frame.
_LOOKS_DOWN: Final = ":has" + "("


def looking_down(files: Mapping[str, str]) -> list[str]:
    """Lines of style sheets whose selectors depend on what is inside an element."""
    return [
        f"{path}:{number}"
        for path, text in sorted(files.items())
        if path.endswith(".css")
        for number, line in enumerate(text.splitlines(), 1)
        if _LOOKS_DOWN in line
    ]


def test_no_selector_looks_down_into_the_page() -> None:
    """A change costs what has changed."""
    assert looking_down(text_files()) == []


def test_a_planted_one_is_found() -> None:
    """In style sheets alone."""
    line = "a { color: red; }\n.wall" + _LOOKS_DOWN + "> .page) { margin: 0; }"

    assert looking_down({"a.css": line, "docs/a.md": line}) == ["a.css:2"]
