"""A back-test over the last day in the log, in a process of its own: a wall must not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from typing import Final

from stream.alerting.backtest import backtest_of_log
from stream.clocks import current_clock
from stream.contract.backtest import BackTest
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US
from stream.logs.urls import open_log

PERIOD_US: Final = DAY_US


def last_day(url: str, plan: FloorPlan, *, now: Callable[[], int]) -> Callable[[str], BackTest]:
    """What tells of the text of rules what they would have done in the last day of the floor at
    the log's URL. `now` is the wall clock in microseconds.

    It raises what the log or the rules do, and `BrokenProcessPool` where the process was killed.
    """

    def tested(text: str) -> BackTest:
        # Anew each time, so that what a day took is given back.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            return apart.submit(_of_last_day, url, plan, text, now()).result()

    return tested


def _of_last_day(url: str, plan: FloorPlan, text: str, wall: int) -> BackTest:
    with closing(open_log(url, now=lambda: wall)) as log:
        until = int(current_clock(log).at(wall))
        since = until - PERIOD_US
        return BackTest(since, until, backtest_of_log(log, plan, text, since, until))
