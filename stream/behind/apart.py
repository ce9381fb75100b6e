"""The contacts behind an alert or a count, read in a process of its own: a wall must not wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final, Generic, NamedTuple, TypeVar

from stream.behind.counts import contacts_counted
from stream.behind.log import contacts_behind
from stream.beside import stand_aside
from stream.contract.alerts import Alert
from stream.contract.behind import Behind, ContactsBehind, TooManyEvents
from stream.contract.detail import CountAsked, CountContacts
from stream.contract.floorplan import FloorPlan
from stream.logs.urls import open_log

# Who asks looks at a screen meanwhile.
READ_S_MAX: Final = 30.0
# What was read is told soon after; else something hangs.
TOLD_S_MAX: Final = 15.0


def behind_alerts(
    url: str, plan: FloorPlan, *, now: Callable[[], int], read_s_max: float = READ_S_MAX
) -> ContactsBehind:
    """What gives the contacts behind an alert of the floor at the log's URL. `now` is the wall
    clock in microseconds.

    It raises what `ContactsBehind` may, and `EOFError` where the process was killed.
    """

    def read(alert: Alert, rules_text: str | None) -> Behind:
        job = partial(contacts_behind, plan=plan, alert=alert, rules_text=rules_text)
        return _apart(_Asked(url, job, now(), read_s_max))

    return read


def counted_apart(
    url: str, plan: FloorPlan, asked: CountAsked, wall: int, read_s_max: float = READ_S_MAX
) -> CountContacts:
    """The contacts behind a count of the floor at the log's URL, by the wall clock in microseconds.
    It raises what `Detail.counted` may, and `EOFError` where the process was killed."""
    job = partial(contacts_counted, plan=plan, asked=asked, wall=wall)
    return _apart(_Asked(url, job, wall, read_s_max))


Told = TypeVar("Told")


class _Asked(NamedTuple, Generic[Told]):
    """What is to be done with the log, and until when that may take."""

    url: str
    # Given the log and, as `give_up`, what says that there is no more time.
    job: Callable[..., Told]
    wall: int
    read_s_max: float


def _apart(asked: _Asked[Told]) -> Told:
    """Do it in a process of its own."""
    apart = get_context("spawn")
    ours, theirs = apart.Pipe(duplex=False)
    # A daemon, so that it ends with the dashboard.
    process = apart.Process(target=_tell, args=(asked, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(asked.read_s_max + TOLD_S_MAX):
            raise TooManyEvents
        told = ours.recv()
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()
    if isinstance(told, Exception):
        raise told
    result: Told = told
    return result


def _tell(asked: _Asked[Any], theirs: Connection) -> None:
    stand_aside()
    end = time.monotonic() + asked.read_s_max
    try:
        with closing(open_log(asked.url, now=lambda: asked.wall)) as log:
            told = asked.job(log, give_up=lambda: time.monotonic() > end)
    except Exception as error:  # noqa: BLE001 - told to who asked, who knows what it means
        told = error
    theirs.send(told)
