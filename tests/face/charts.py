"""Small line charts as SVG: two or three series over one axis, told apart without colour too."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

WIDTH: Final = 720
HEIGHT: Final = 300
LEFT: Final = 52
RIGHT: Final = 30
TOP: Final = 34
BOTTOM: Final = 40
TEXT: Final = 'font-family="system-ui,sans-serif" font-size="12" fill="#334"'
# Colour, width and dashes of each series, in order.
STROKES: Final = (("#1f5fa8", 2.4, "none"), ("#c4511d", 2.2, "7 4"))

Scale = Callable[[float], float]


class Axis(NamedTuple):
    """An axis: its bounds, the ticks with their words, and what it tells."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    title: str
    log: bool = False

    def place(self, value: float, begin: float, end: float) -> float:
        """Where a value lies between two pixels."""
        value = min(max(value, self.low), self.high)
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return begin + share * (end - begin)


class Series(NamedTuple):
    """A line through points, broken where a value is missing."""

    name: str
    points: Sequence[tuple[float, float | None]]


def chart(title: str, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """The SVG of a chart."""

    def across(value: float) -> float:
        return x.place(value, LEFT, WIDTH - RIGHT)

    def up(value: float) -> float:
        return y.place(value, HEIGHT - BOTTOM, TOP)

    named = f'role="img" aria-label="{escape(title)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {named}>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fbfbfd"/>',
    ]
    parts += _grid(x, y, across, up)
    for line, stroke in zip(series, STROKES, strict=False):
        parts += _line(line, stroke, across, up)
    parts += _legend(title, series)
    return "\n".join([*parts, "</svg>", ""])


def _grid(x: Axis, y: Axis, across: Scale, up: Scale) -> list[str]:
    parts = []
    for value, words in y.ticks:
        at = up(value)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#dde"/>'
        )
        parts.append(
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end" {TEXT}>{words}</text>'
        )
    for value, words in x.ticks:
        place = f'x="{across(value):.1f}" y="{HEIGHT - BOTTOM + 16}"'
        parts.append(f'<text {place} text-anchor="middle" {TEXT}>{words}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle" {TEXT}>{escape(x.title)}</text>'
    )
    return parts


def _line(series: Series, stroke: tuple[str, float, str], across: Scale, up: Scale) -> list[str]:
    colour, width, dashes = stroke
    runs: list[list[str]] = [[]]
    for at, value in series.points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{across(at):.1f},{up(value):.1f}")
    return [
        f'<polyline fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-dasharray="{dashes}" points="{" ".join(run)}"/>'
        for run in runs
        if run
    ]


def _legend(title: str, series: Sequence[Series]) -> list[str]:
    parts = [f'<text x="{LEFT}" y="20" font-weight="600" {TEXT}>{escape(title)}</text>']
    at = WIDTH - RIGHT - 136 * len(series)
    for nth, (line, (colour, width, dashes)) in enumerate(zip(series, STROKES, strict=False)):
        x = at + 136 * nth
        parts.append(
            f'<line x1="{x}" x2="{x + 28}" y1="16" y2="16" stroke="{colour}" '
            f'stroke-width="{width}" stroke-dasharray="{dashes}"/>'
        )
        parts.append(f'<text x="{x + 34}" y="20" {TEXT}>{escape(line.name)}</text>')
    return parts
