"""`floorwatch report`: a shift of a log as a page of HTML, a PDF or CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Protocol

import typer

from stream.commands.terminal import (
    MISUSE,
    ConfigOption,
    Failure,
    LogOption,
    floor_plan,
    instant_of,
    open_existing_log,
    progress,
    say,
)
from stream.contract.shifts import NoShift, ShiftReport, shift_of
from stream.logs.topics import ALERTS, CONTACT_EVENTS, FLOOR_CLOCK

_STEPS: Final = 1_000
# What the API calls fields, and commands options.
_FIELD: Final = re.compile(r"\b(from|to)\b(?=[:,]|$)")
_ENDINGS: Final = frozenset({".html", ".pdf", ".csv"})
_EXPECTED: Final = "--out: expected a name that ends in .html, .pdf or .csv"
# By which Excel knows UTF-8.
_BOM: Final = b"\xef\xbb\xbf"


class Writers(Protocol):
    """What makes files of a report."""

    def shift_html(self, report: ShiftReport) -> str: ...
    def shift_pdf(self, report: ShiftReport) -> bytes: ...
    def shift_csv(self, report: ShiftReport) -> str: ...


def register(app: typer.Typer, writers: Writers, *, now: Callable[[], int]) -> None:
    """Give the application this command; `now` is the wall clock in microseconds."""

    def report(
        log: LogOption,
        from_: Annotated[str, typer.Option("--from", metavar="TIME", help="The shift's begin.")],
        to: Annotated[str, typer.Option("--to", metavar="TIME", help="Its end, not with it.")],
        out: Annotated[str, typer.Option("--out", metavar="FILE", help=".html, .pdf or .csv")],
        config: ConfigOption = None,
        title: Annotated[
            str, typer.Option(metavar="TEXT", help="The centre's name.")
        ] = "Floorwatch",
    ) -> None:
        """Write what happened in a shift, as a page, a PDF or CSV.

        With incidents, thanks and what the data does not know. Figures are those of
        `floorwatch compute` over the same events.
        """
        from stream.shift.log import shift_report

        ending = Path(out).suffix.lower()
        if ending not in _ENDINGS:
            raise Failure(_EXPECTED, MISUSE)
        plan = floor_plan(config)
        begin, end = instant_of(from_, "--from", now), instant_of(to, "--to", now)
        try:
            shift = shift_of(int(begin), int(end))
            with (
                open_existing_log(
                    log, now=now, topics=(CONTACT_EVENTS, FLOOR_CLOCK, ALERTS)
                ) as source,
                progress("reading", _STEPS) as advance,
            ):
                told = shift_report(
                    source, plan, shift, now(), title=title, on_progress=_steps(advance)
                )
        except NoShift as error:
            raise Failure(_FIELD.sub(r"--\1", str(error)), MISUSE) from None
        Path(out).write_bytes(_written(told, ending, writers))
        say(f"{out}: {told.whole.floor.counts['offered']} contacts offered")

    app.command()(report)


def _written(told: ShiftReport, ending: str, writers: Writers) -> bytes:
    if ending == ".csv":
        return _BOM + writers.shift_csv(told).encode()
    return writers.shift_html(told).encode() if ending == ".html" else writers.shift_pdf(told)


def _steps(advance: Callable[[int], None]) -> Callable[[float], None]:
    """Tells a bar of shares done, in its own steps."""
    done = 0

    def on_progress(share: float) -> None:
        nonlocal done
        step = int(share * _STEPS) - done
        done += step
        advance(step)

    return on_progress
