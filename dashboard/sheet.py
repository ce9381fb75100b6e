"""Figures as a table that spreadsheets and programs read: CSV with a row for each thing there is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from stream.contract.figures import (
    COUNTS,
    FIGURES,
    NOW,
    SERVICE_LEVEL_VARIANTS,
    AgentSection,
    Figures,
    Section,
)

Cell = str | int | float | None

BOM: Final = "\ufeff"
# What a spreadsheet would take for a formula where a cell begins with it; and where one that parts
# cells by semicolons, as in many languages, would see one begin: to it a quote within a line is none,
# and a line break within a text begins a row.
_FORMULA: Final = re.compile(r"^(?=[=+\-@\t\r])|(?<=[;\t\r\n])(?=\s*[=+\-@])")
# The levels stand side by side under names of their own.
_FIGURE_COLUMNS: Final = tuple(name for name in FIGURES if name != "service_levels")
_LEVEL_COLUMNS: Final = tuple(f"service_level_{variant}" for variant in SERVICE_LEVEL_VARIANTS)
_AGENT_COLUMNS: Final = ("state", "reason", "since", "team")
COLUMNS: Final = (
    *("as_of", "window", "dimension", "name"),
    *_AGENT_COLUMNS,
    *COUNTS,
    *_FIGURE_COLUMNS,
    *_LEVEL_COLUMNS,
    *NOW,
)


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: what would be is led by an apostrophe."""
    return _FORMULA.sub("'", text)


def csv_text(rows: Iterator[Sequence[Cell]] | Sequence[Sequence[Cell]], *, guard: bool) -> str:
    """Rows as CSV (RFC 4180). None is an empty cell; numbers are as exact as they are, and never
    guarded: a negative one is no formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    for row in rows:
        writer.writerow(
            [guarded(cell) if guard and isinstance(cell, str) else cell for cell in row]
        )
    return written.getvalue()


def floor_csv(figures: Figures, *, guard: bool = True) -> str:
    """All figures of a window: the floor, then each queue, channel, team and agent, a row each."""
    rows: list[Sequence[Cell]] = [COLUMNS, _row(figures, "floor", None, figures.floor)]
    for dimension, sections in (
        ("queue", figures.queues),
        ("channel", figures.channels),
        ("team", figures.teams),
        ("agent", figures.agents or {}),
    ):
        for name, section in sections.items():
            rows.append(_row(figures, dimension, name, section))
    return csv_text(rows, guard=guard)


def _row(
    figures: Figures, dimension: str, name: str | None, section: Section | AgentSection
) -> list[Cell]:
    told: dict[str, Cell] = {
        "as_of": figures.as_of,
        "window": figures.window,
        "dimension": dimension,
        "name": name,
    }
    if isinstance(section, AgentSection):
        told |= {column: getattr(section, column) for column in _AGENT_COLUMNS}
    else:
        told |= section.now
    told |= section.counts
    for figure, value in section.figures.items():
        if isinstance(value, Mapping):
            told |= {f"service_level_{variant}": level for variant, level in value.items()}
        else:
            told[figure] = value
    return [told.get(column) for column in COLUMNS]
