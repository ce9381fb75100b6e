"""Figures as tables for a terminal."""

from __future__ import annotations

from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from stream.contract.figures import Figures, Levels, Section, Value
from stream.contract.floorplan import FloorPlan

NOTHING: Final = "–"


def figures_table(figures: Figures, plan: FloorPlan) -> list[Table | Text]:
    """What a supervisor asks first, the floor's line above its queues' and channels'."""
    if figures.as_of is None:
        return [Text(_health(figures))]
    title = f"{figures.window} up to {figures.as_of}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in (
        "",
        "waiting",
        "oldest",
        "offered",
        "answered",
        "abandoned",
        "service level",
        "ASA",
        "AHT",
        "CSAT (n)",
        "staffed",
    ):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    table.add_row(*_row("Floor", figures.floor), style="bold", end_section=True)
    for queue, section in figures.queues.items():
        table.add_row(*_row(plan.name_of(queue), section))
    table.add_section()
    for channel, section in figures.channels.items():
        table.add_row(*_row(channel, section))
    if figures.agents is not None:
        return [table, _agents_table(figures), Text(_health(figures))]
    return [table, Text(_health(figures))]


def duration(seconds: float | None) -> str:
    """Seconds as 0:48, 6:12 or 1:12:05."""
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"


def _row(name: str, section: Section) -> tuple[str, ...]:
    counts, figures, now = section.counts, section.figures, section.now
    csat = _share(figures["csat_score"])
    return (
        name,
        _count(now["waiting"]),
        duration(_number(now["oldest_wait_s"])),
        _count(counts["offered"]),
        _count(counts["answered"]),
        _count(counts["abandoned"]),
        _share(figures["service_level"]),
        duration(_number(figures["average_speed_of_answer_s"])),
        duration(_number(figures["average_handle_time_s"])),
        f"{csat} ({_count(counts['csat_n'])})",
        _count(now["agents_staffed"]),
    )


def _agents_table(figures: Figures) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("agent", "team", "state", "answered", "handled", "AHT", "occupancy"):
        table.add_column(heading)
    for name, agent in (figures.agents or {}).items():
        table.add_row(
            name,
            agent.team or NOTHING,
            " ".join(filter(None, (agent.state, agent.reason))) or NOTHING,
            _count(agent.counts["answered"]),
            _count(agent.counts["handled"]),
            duration(_number(agent.figures["average_handle_time_s"])),
            _share(agent.figures["occupancy"]),
        )
    return table


def _health(figures: Figures) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in figures.health.items())


def _number(value: Value | Levels) -> float | None:
    return value if isinstance(value, int | float) else None


def _count(value: Value) -> str:
    return NOTHING if value is None else f"{value:,}"


def _share(value: Value | Levels) -> str:
    number = _number(value)
    return NOTHING if number is None else f"{100 * number:.1f} %"
