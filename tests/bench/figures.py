"""What was measured, as rows: each measured several times, told as median, spread and ratio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import linear_regression, median
from typing import Final

from msgspec import Struct

FLOOR: Final = "typed decode"
MIB: Final = 1024 * 1024


class Timing(Struct, frozen=True):
    """One run over a number of events; the memory is the whole process's at its largest."""

    events: int
    wall_s: float
    cpu_s: float
    peak_bytes: int = 0


class Row(Struct, frozen=True):
    """One line of the table: a value of every round, in `unit`; throughputs also as ratios to the
    typed decode of the same round, by the clock and by the processor's time. Of a peer `ahead` is
    how many times as many events/s ours does in that round, by both."""

    name: str
    unit: str
    values: tuple[float, ...]
    ratios: tuple[float, ...] = ()
    ratios_cpu: tuple[float, ...] = ()
    peak_mib: tuple[float, ...] = ()
    ahead: tuple[float, ...] = ()
    ahead_cpu: tuple[float, ...] = ()


class Results(Struct, frozen=True):
    """One bench: the command, the machine, and the rows."""

    command: str
    machine: Mapping[str, str]
    rows: tuple[Row, ...]


def throughput_rows(rounds: Sequence[Mapping[str, Timing]], floor: str = FLOOR) -> list[Row]:
    """A row of events/s for each thing timed, in the first round's order, beside that of the thing
    named `floor`."""
    floors = [each[floor] for each in rounds]
    return [_throughput(name, [each[name] for each in rounds], floors) for name in rounds[0]]


def _throughput(name: str, timings: Sequence[Timing], floors: Sequence[Timing]) -> Row:
    pairs = list(zip(timings, floors, strict=True))
    peaks = tuple(timing.peak_bytes / MIB for timing in timings)
    return Row(
        name,
        "events/s",
        tuple(timing.events / timing.wall_s for timing in timings),
        tuple(_per_event(floor.wall_s, floor) / _per_event(t.wall_s, t) for t, floor in pairs),
        tuple(_per_event(floor.cpu_s, floor) / _per_event(t.cpu_s, t) for t, floor in pairs),
        peaks if any(peaks) else (),
    )


def _per_event(seconds: float, timing: Timing) -> float:
    return max(seconds, 1e-9) / timing.events


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the values such that at least `share` of them, in thousandths, are no
    longer."""
    ordered = sorted(values)
    rank = -(-len(ordered) * round(share * 1000) // 1000)
    return ordered[max(rank, 1) - 1]


def told(value: float) -> str:
    """A number as a person reads it."""
    size = abs(value)
    if size >= 10_000:
        return f"{round(value, -2):,.0f}"
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spread(values: Sequence[float]) -> str:
    """The smallest and the largest, where there is more than one."""
    return f"{told(min(values))}–{told(max(values))}" if len(values) > 1 else ""


def cells(row: Row) -> tuple[str, ...]:
    """The row as the table's columns have it."""
    return (
        row.name,
        told(median(row.values)),
        spread(row.values),
        row.unit,
        _ratio(row.ratios),
        _ratio(row.ratios_cpu),
        told(median(row.peak_mib)) if row.peak_mib else "",
        f"{median(row.ahead):.2f}" if row.ahead else "",
        f"{median(row.ahead_cpu):.2f}" if row.ahead_cpu else "",
    )


def _ratio(ratios: Sequence[float]) -> str:
    """The median to three places, or to one digit where those would not show it."""
    if not ratios:
        return ""
    middle = median(ratios)
    return f"{middle:.3f}" if middle >= 0.001 else f"{middle:.1g}"


COLUMNS: Final = (
    "what",
    "median",
    "min–max",
    "unit",
    "× decode",
    "× decode, CPU",
    "peak MiB",
)


class Goal(Struct, frozen=True):
    """What the project aims at, what was measured, and whether that is enough."""

    what: str
    aim: str
    measured: str
    met: bool


class Grid(Struct, frozen=True):
    """Values in words that are easier to compare side by side than one under the other."""

    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]


class Family(Struct, frozen=True):
    """Rows that belong together: one section of the bench, and of the page. `floor` is what the
    ratios are to; `over` says what was measured over. Where there is a `grid`, pages show it in
    the place of the rows."""

    name: str
    title: str
    over: str
    rows: tuple[Row, ...]
    floor: str | None = None
    goals: tuple[Goal, ...] = ()
    grid: Grid | None = None


class Report(Struct, frozen=True):
    """A run of the bench: the command, the machine, and each section that was asked for."""

    command: str
    machine: Mapping[str, str]
    families: tuple[Family, ...]


class Line(Struct, frozen=True):
    """The straight line through points that leaves the least squares: y is about
    `intercept + slope * x`, and `off_max` away from that at the most."""

    slope: float
    intercept: float
    off_max: float


def line_through(points: Sequence[tuple[float, float]]) -> Line:
    """The line through points (x, y), of which at least two differ in x."""
    slope, intercept = linear_regression(*zip(*points, strict=True))
    off_max = max(abs(y - intercept - slope * x) for x, y in points)
    return Line(slope, intercept, off_max)


def line_rows(what: str, unit: str, points: Sequence[tuple[float, float]], a: str) -> list[Row]:
    """How something grows with its work, as the line's two numbers and the largest deviation;
    `a` is what one step along x is."""
    line = line_through(points)
    return [
        Row(f"{what}: for each {a}", unit, (line.slope,)),
        Row("… at none of them", unit, (line.intercept,)),
        Row("… off that line by at most", unit, (line.off_max,)),
    ]


def goal_at_least(what: str, aim: float, value: float, unit: str = "×") -> Goal:
    """A goal that more is better for."""
    return Goal(what, f"≥ {told(aim)} {unit}", f"{told(value)} {unit}", value >= aim)


def goal_below(what: str, aim: float, value: float, unit: str) -> Goal:
    """A goal that less is better for."""
    return Goal(what, f"< {told(aim)} {unit}", f"{told(value)} {unit}", value < aim)
