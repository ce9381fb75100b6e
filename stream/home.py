"""The floor that a dashboard is there for: all that screens are given of its log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import NamedTuple

from stream.alerting.backtest_apart import last_day
from stream.alerting.board import following_alerts
from stream.alerts.rule_file import problems_of_change
from stream.behind.apart import behind_alerts
from stream.board_shelf import following_boards
from stream.commands.terminal import open_floor_log
from stream.contract.backtest import BackTest
from stream.contract.behind import ContactsBehind
from stream.contract.boards import Board, BoardShelf
from stream.contract.detail import Detail
from stream.contract.experience import Experience
from stream.contract.floorplan import FloorPlan
from stream.contract.past import Past
from stream.contract.shifts import NoShift, Shift, ShiftReport, ShiftReports
from stream.experience.apart import experience_apart
from stream.lasting_picture import lasting_reader
from stream.past.apart import LogPast
from stream.present.apart import PresentApart
from stream.shift.apart import shift_reports
from stream.switching import NoFloor, PastAtHome, SwitchingReader


class Home(NamedTuple):
    """What screens read, and what is asked of the log; None where there is no log."""

    shown: SwitchingReader
    check_rules: Callable[[str, str | None], list[str]]
    backtest: Callable[[str], BackTest] | None
    contacts_behind: ContactsBehind | None
    detail: Detail
    experience: Experience | None
    boards: BoardShelf | None
    shifts: ShiftReports | None
    past: Past | None


@contextmanager
def home_floor(
    url: str | None,
    plan: FloorPlan,
    *,
    now: Callable[[], int],
    title: str,
    comments: bool = False,
    boards: Mapping[str, Board] | None = None,
) -> Iterator[Home]:
    """The floor at the log's URL, or none; `now` is the wall clock in microseconds. What customers
    wrote is read only where `comments` says that somebody may see it; `boards` are those of a file."""
    with ExitStack() as parts:
        if url is None:
            shown = parts.enter_context(closing(SwitchingReader(NoFloor(), None)))
            yield Home(shown, problems_of_change, None, None, shown.detail, None, None, None, None)
            return
        opened = partial(open_floor_log, url, now=now)
        alerts = parts.enter_context(following_alerts(opened))
        reader = lasting_reader(opened, plan, now=now, title=title)
        present = parts.enter_context(closing(PresentApart(url, plan, now=now)))
        shown = parts.enter_context(closing(SwitchingReader(reader, alerts, present)))
        experience = parts.enter_context(
            experience_apart(url, plan, now=now, comments=comments, is_home=shown.is_home)
        )
        yield Home(
            shown,
            problems_of_change,
            last_day(url, plan, now=now),
            shown.at_home(behind_alerts(url, plan, now=now)),
            shown.detail,
            experience,
            parts.enter_context(following_boards(opened, boards or {})),
            _at_home(shift_reports(url, plan, now=now, title=title), shown.is_home),
            PastAtHome(LogPast(url, plan, now=now, title=title), shown.is_home),
        )


def _at_home(reports: ShiftReports, is_home: Callable[[], bool]) -> ShiftReports:
    def read(shift: Shift, on_progress: Callable[[float], None]) -> ShiftReport:
        if not is_home():
            raise NoShift("a drill is shown, which has a report of its own at /training")
        return reports(shift, on_progress)

    return read
