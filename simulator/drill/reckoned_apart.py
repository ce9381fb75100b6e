"""A drill reckoned in processes of its own, so that the floor's screens stay live meanwhile."""

from __future__ import annotations

import os
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from threading import Thread
from typing import Final

from simulator.drill.ports import Course, Offered, Progress, Stopped
from simulator.drill.reckoning import Played, reckon
from simulator.drill.recordings import Recorded, report_of_recording
from simulator.drill.runs import Ground
from stream.contract.drills import Report
from stream.contract.instants import Instant

WORKERS_MAX: Final = 4


def reckoned_apart(course: Course, progress: Progress, stopped: Stopped) -> Future[Report]:
    """Begin to reckon; what goes wrong is raised where the result is taken."""
    reckoned: Future[Report] = Future()

    def run() -> None:
        try:
            reckoned.set_result(_reckoned(course, progress, stopped))
        except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
            reckoned.set_exception(error)

    Thread(target=run, name="floorwatch-reckoning", daemon=True).start()
    return reckoned


def _reckoned(course: Course, progress: Progress, stopped: Stopped) -> Report:
    if isinstance(course.offered, Recorded):
        return report_of_recording(course, course.offered.stretch)
    assert isinstance(course.offered, Offered)
    staging, scenario = course.staging, course.offered.scenario
    played = Played(
        plan=course.plan,
        offer=course.offered.offer,
        ground=Ground(
            scenario,
            course.plan.seed,
            start=Instant(staging.start),
            began=Instant(staging.began),
            ended=Instant(course.ended),
        ),
        deeds=course.deeds,
        alerts=course.seen.alerts,
        acknowledged=course.seen.acknowledged,
    )
    # A new interpreter, not a copy of this one: it has threads and open logs.
    with ProcessPoolExecutor(
        max_workers=min(WORKERS_MAX, os.cpu_count() or 1),
        mp_context=get_context("spawn"),
        initializer=_step_back,
    ) as workers:
        return reckon(played, each=workers.map, progress=progress, stopped=stopped)


def _step_back() -> None:
    """Let whatever else runs on the machine go first."""
    if hasattr(os, "nice"):
        os.nice(10)
