"""A desk for tests: a clock in hand, stages that keep what is appended, and no reckoning but asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from simulator.drill.desk import Desk
from simulator.drill.ports import Course, Drillable, Offered, Ports, Progress, Stopped
from simulator.drill.staging import offer_of
from stream.contract.clock import FloorClock
from stream.contract.drills import DrillState, Opened, Plan, Report
from stream.contract.figures import DrillMark
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from tests.simulator.days import WEEKDAY

WALL: Final = 1_700_000_000 * SECOND_US
# A quarter of an hour into the day: a short history.
PLAN: Final = Plan("weekday", begins=8 * 60 + 15, minutes=10, trainee="Ada")


@dataclass
class Kept:
    """A stage that keeps what it is given; it is ready two looks after it was begun."""

    plan: FloorPlan
    mark: DrillMark
    clocks: list[FloorClock]
    events: list[tuple[str, bytes | None]] = field(default_factory=list)
    fired: list[Opened] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    looks: int = 0

    def append(self, events: Sequence[tuple[str, bytes | None]]) -> None:
        assert "close" not in self.done
        self.events += events

    def turn(self, clock: FloorClock) -> None:
        self.clocks.append(clock)

    def begin(self) -> None:
        self.done.append("begin")

    def is_ready(self) -> bool:
        self.looks += 1
        return self.looks > 2

    def show(self) -> None:
        self.done.append("show")

    def alerts(self) -> list[Opened]:
        return self.fired

    def acknowledged(self) -> list[int]:
        return self.taken

    def close(self) -> None:
        self.done.append("close")


class Table:
    """A desk and all that lies on it."""

    def __init__(self, offered: Mapping[str, Drillable] | None = None) -> None:
        self.now = WALL
        self.stages: list[Kept] = []
        self.left = 0
        self.courses: list[tuple[Course, Progress, Stopped, Future[Report]]] = []
        weekday = {"weekday": Offered(offer_of(WEEKDAY), WEEKDAY)}
        self.desk = Desk(
            offered or weekday, Ports(lambda: self.now, self._open, self._leave, self._reckon)
        )

    @property
    def state(self) -> DrillState:
        return self.desk.state()

    @property
    def stage(self) -> Kept:
        """The newest round's."""
        return self.stages[-1]

    def began(self, plan: Plan = PLAN) -> int:
        """Start a drill and wait for it; gives the instant at which it began."""
        self.desk.start(plan)
        self.prepared()
        began = self.state.began
        assert began is not None
        return began

    def prepared(self) -> None:
        """Let the desk work until the floor is there."""
        for _ in range(500):
            if self.state.phase != "preparing":
                return
            self.desk.step()
        raise AssertionError("still preparing")

    def passes(self, seconds: float, step_s: float = 0.25) -> None:
        """So long of the wall clock goes by."""
        until = self.now + round(seconds * SECOND_US)
        while self.now < until:
            self.now = min(until, self.now + round(step_s * SECOND_US))
            self.desk.step()

    def _open(self, plan: FloorPlan, _title: str, mark: DrillMark, clock: FloorClock) -> Kept:
        self.stages.append(Kept(plan, mark, [clock]))
        return self.stages[-1]

    def _leave(self) -> None:
        self.left += 1

    def _reckon(self, course: Course, progress: Progress, stopped: Stopped) -> Future[Report]:
        future: Future[Report] = Future()
        self.courses.append((course, progress, stopped, future))
        return future
