"""Figures as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stream.contract.figures import Figures, Levels, Section, Value
from stream.contract.floorplan import FloorPlan

NOTHING: Final = "–"
NAME_LENGTH_MAX: Final = 32
# Wide enough for any table: what it would be if nothing hindered it.
_UNHINDERED: Final = 10_000


class Column(NamedTuple):
    """A heading and what stands under it for a section of the floor."""

    heading: str
    cell: Callable[[Section], str]


def _satisfaction(told: Section) -> str:
    return f"{_share(told.figures['csat_score'])} ({_count(told.counts['csat_n'])})"


COLUMNS: Final = (
    Column("waiting", lambda told: _count(told.now["waiting"])),
    Column("oldest", lambda told: duration(_number(told.now["oldest_wait_s"]))),
    Column("offered", lambda told: _count(told.counts["offered"])),
    Column("answered", lambda told: _count(told.counts["answered"])),
    Column("abandoned", lambda told: _count(told.counts["abandoned"])),
    Column("service level", lambda told: _share(told.figures["service_level"])),
    Column("ASA", lambda told: _length(told, "average_speed_of_answer_s")),
    Column("AHT", lambda told: _length(told, "average_handle_time_s")),
    Column("CSAT (n)", _satisfaction),
    Column("staffed", lambda told: _count(told.now["agents_staffed"])),
)
# What is left out first where the terminal is narrow: a cut figure would be a wrong one.
SPARED: Final = ("CSAT (n)", "AHT", "answered", "ASA", "staffed", "abandoned", "offered")


def figures_table(figures: Figures, plan: FloorPlan, width: int) -> list[Table | Text]:
    """What a supervisor asks first, the floor's line above its queues' and channels'."""
    health = Text(
        ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in figures.health.items())
    )
    if figures.as_of is None:
        return [health]
    columns: tuple[Column, ...] = COLUMNS
    table = _sections_table(figures, plan, columns, roomy=True)
    for spared in (None, *SPARED):
        if Console(width=_UNHINDERED).measure(table).maximum <= width:
            break
        columns = tuple(column for column in columns if column.heading != spared)
        table = _sections_table(figures, plan, columns, roomy=False)
    tables: list[Table | Text] = [table]
    missing = [column.heading for column in COLUMNS if column not in columns]
    if missing:
        tables.append(Text(f"In a wider terminal also: {', '.join(missing)}.\n"))
    if figures.agents is not None:
        tables.append(_agents_table(figures))
    return [*tables, health]


def duration(seconds: float | None) -> str:
    """Seconds as 0:48, 6:12 or 1:12:05."""
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours}:{minutes:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"


def _sections_table(
    figures: Figures, plan: FloorPlan, columns: Iterable[Column], *, roomy: bool
) -> Table:
    title = f"{figures.window} up to {figures.as_of}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=roomy)
    table.padding = (0, 1) if roomy else (0, 1, 0, 0)
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column.heading, justify="right", no_wrap=True)

    def row(name: str, section: Section) -> list[Text | str]:
        return [_name(name), *(column.cell(section) for column in columns)]

    table.add_row(*row("Floor", figures.floor), style="bold", end_section=True)
    for queue, section in figures.queues.items():
        table.add_row(*row(plan.name_of(queue), section))
    table.add_section()
    for channel, section in figures.channels.items():
        table.add_row(*row(channel, section))
    return table


def _agents_table(figures: Figures) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("agent", "team", "state"):
        table.add_column(heading)
    for heading in ("answered", "handled", "AHT", "occupancy"):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, agent in (figures.agents or {}).items():
        table.add_row(
            _name(name),
            _name(agent.team or NOTHING),
            _name(" ".join(filter(None, (agent.state, agent.reason))) or NOTHING),
            _count(agent.counts["answered"]),
            _count(agent.counts["handled"]),
            duration(_number(agent.figures["average_handle_time_s"])),
            _share(agent.figures["occupancy"]),
        )
    return table


def _name(name: str) -> Text:
    """A name of the events' as it can stand in a table: it may hold anything, a terminal's
    commands and this library's markup included."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in name)
    if len(shown) > NAME_LENGTH_MAX:
        shown = shown[: NAME_LENGTH_MAX - 1] + "…"
    return Text(shown)


def _length(told: Section, figure: str) -> str:
    return duration(_number(told.figures[figure]))


def _number(value: Value | Levels) -> float | None:
    return value if isinstance(value, int | float) else None


def _count(value: Value) -> str:
    return NOTHING if value is None else f"{value:,}"


def _share(value: Value | Levels) -> str:
    number = _number(value)
    return NOTHING if number is None else f"{100 * number:.1f} %"
