"""The report of a shift, read in a process of its own: a wall must not wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final, NamedTuple

from stream.beside import stand_aside
from stream.contract.floorplan import FloorPlan
from stream.contract.shifts import Shift, ShiftReport, ShiftReports, TooLong
from stream.logs.urls import open_log
from stream.shift.log import shift_report

# Who asks sees how far it is.
READ_S_MAX: Final = 120.0
# What was read is told soon after; else something hangs.
TOLD_S_MAX: Final = 30.0
# Progress is told when it is seen to move.
_STEP: Final = 0.01


def shift_reports(
    url: str,
    plan: FloorPlan,
    *,
    now: Callable[[], int],
    title: str,
    read_s_max: float = READ_S_MAX,
) -> ShiftReports:
    """What gives reports of the floor at the log's URL. `now` is the wall clock in microseconds.

    It raises what `ShiftReports` may, and `EOFError` where the process was killed.
    """

    def read(shift: Shift, on_progress: Callable[[float], None]) -> ShiftReport:
        apart = get_context("spawn")
        ours, theirs = apart.Pipe(duplex=False)
        asked = _Asked(url, plan, shift, now(), title, read_s_max)
        # A daemon, so that it ends with the dashboard.
        process = apart.Process(target=_tell, args=(asked, theirs), daemon=True)
        process.start()
        theirs.close()
        try:
            return _told(ours, on_progress, time.monotonic() + read_s_max + TOLD_S_MAX)
        finally:
            ours.close()
            process.kill()
            process.join()
            process.close()

    return read


def _told(ours: Connection, on_progress: Callable[[float], None], end: float) -> ShiftReport:
    while ours.poll(max(0.0, end - time.monotonic())):
        told = ours.recv()
        if isinstance(told, float):
            on_progress(told)
            continue
        if isinstance(told, Exception):
            raise told
        assert isinstance(told, ShiftReport)
        return told
    raise TooLong


class _Asked(NamedTuple):
    url: str
    plan: FloorPlan
    shift: Shift
    wall: int
    title: str
    read_s_max: float


def _tell(asked: _Asked, theirs: Connection) -> None:
    stand_aside()
    end = time.monotonic() + asked.read_s_max
    sent = 0.0

    def on_progress(share: float) -> None:
        nonlocal sent
        if share - sent >= _STEP:
            theirs.send(share)
            sent = share

    told: ShiftReport | Exception
    try:
        with closing(open_log(asked.url, now=lambda: asked.wall)) as log:
            told = shift_report(
                log,
                asked.plan,
                asked.shift,
                asked.wall,
                title=asked.title,
                on_progress=on_progress,
                give_up=lambda: time.monotonic() > end,
            )
    except Exception as error:  # noqa: BLE001 - told to who asked, who knows what it means
        told = error
    theirs.send(told)
