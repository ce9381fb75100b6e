"""What a report is made of, whatever it is written on: figures, tables, lines."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """A large figure: its value, what it is, and how it is meant."""

    value: str
    label: str
    note: str


class Table(NamedTuple):
    """A table with its heads; the first cell of a row is what the row is of. `note` says what holds
    for all of it."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
    note: str = ""


class Lines(NamedTuple):
    """Sentences under a caption."""

    caption: str
    lines: list[str]


class Entry(NamedTuple):
    """A line of what happened: when, and what."""

    when: str
    text: str


class Story(NamedTuple):
    """What happened, in the order of time, under a caption and a line of what it came to."""

    caption: str
    note: str
    entries: list[Entry]


class Document(NamedTuple):
    """A whole report. What has no rows, lines or entries is left out."""

    title: str
    about: str
    figures: list[Figure]
    parts: list[Table | Lines | Story]
    footnote: str
