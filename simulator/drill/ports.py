"""What the desk needs of the world: floors to play on, and somebody to reckon what came of a drill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from simulator.drill.floor import DrillFloor
from simulator.drill.staging import Staging, floor_of, staged
from simulator.plans import Scenario
from simulator.scenario import floor_plan_of
from stream.contract.clock import FloorClock
from stream.contract.codec import encode
from stream.contract.drills import Deed, Offer, Opened, Plan, Report
from stream.contract.figures import DrillMark
from stream.contract.floorplan import FloorPlan


class Stage(Protocol):
    """A floor's log, and what makes figures of it (`stream/rounds.py`)."""

    def append(self, events: Sequence[tuple[str, bytes | None]]) -> None:
        """Let these events happen."""
        ...

    def turn(self, clock: FloorClock) -> None:
        """Let the floor's time run by this clock from now on."""
        ...

    def begin(self) -> None:
        """All that was before is appended: make figures of it."""
        ...

    def is_ready(self) -> bool:
        """Whether all that was appended is in the figures."""
        ...

    def show(self) -> None:
        """Let screens show this floor; waits until they do."""
        ...

    def alerts(self) -> list[Opened]:
        """When which incident began, by the floor's clock."""
        ...

    def acknowledged(self) -> list[int]:
        """When somebody took an incident, by the floor's clock."""
        ...

    def close(self) -> None:
        """End the floor."""
        ...


Records = list[tuple[str, bytes | None]]


class Playable(Protocol):
    """A floor in a desk's hands."""

    @property
    def now(self) -> int:
        """How far the floor's time has come, in microseconds."""
        ...

    def advance(self, to: int) -> Records:
        """Let everything before `to` happen and give what came of it, as a log takes it."""
        ...

    def do(self, deed: Deed) -> None:
        """Do something at its instant. Raises `DrillRefused`."""
        ...


class Drillable(Protocol):
    """What can be drilled."""

    @property
    def offer(self) -> Offer:
        """What a trainer is told of it."""
        ...

    def floor_plan(self) -> FloorPlan:
        """How its floor is told."""
        ...

    def staged(self, plan: Plan) -> Staging:
        """When the plan is played on it. Raises `DrillRefused`."""
        ...

    def floor(self, plan: Plan, staging: Staging) -> Playable:
        """The plan's floor at its start."""
        ...


class Offered(NamedTuple):
    """A scenario that can be drilled."""

    offer: Offer
    scenario: Scenario

    def floor_plan(self) -> FloorPlan:
        """How the scenario's floor is told."""
        return floor_plan_of(self.scenario)

    def staged(self, plan: Plan) -> Staging:
        """When the plan is played. Raises `DrillRefused`."""
        return staged(plan, self.offer, self.scenario)

    def floor(self, plan: Plan, staging: Staging) -> Playable:
        """The plan's floor at its start."""
        return _Simulated(floor_of(plan, self.scenario, staging))


class _Simulated:
    """A simulated floor, its events as a log takes them."""

    def __init__(self, floor: DrillFloor) -> None:
        self._floor = floor
        self.do = floor.do

    @property
    def now(self) -> int:
        return self._floor.now

    def advance(self, to: int) -> Records:
        return [(event.subject, encode(event)) for event in self._floor.advance(to)]


class Seen(NamedTuple):
    """What people and the evaluator did on earlier rounds and this one, by the floor's clock."""

    alerts: list[Opened]
    acknowledged: list[int]


class Course(NamedTuple):
    """A drill that is over, to be reckoned."""

    plan: Plan
    offered: Drillable
    staging: Staging
    ended: int
    deeds: list[Deed]
    seen: Seen


Progress = Callable[[float], None]
Stopped = Callable[[], bool]


class Ports(NamedTuple):
    """What the desk needs of the world. `now` is the wall clock in microseconds; `open` makes a
    stage, `leave` shows the screens what they showed before, and `reckon` begins to reckon a drill
    elsewhere: it tells how far it is, and asks whether anybody still wants it."""

    now: Callable[[], int]
    open: Callable[[FloorPlan, str, DrillMark, FloorClock], Stage]
    leave: Callable[[], None]
    reckon: Callable[[Course, Progress, Stopped], Future[Report]]
