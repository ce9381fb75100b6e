"""What moves through the simulated floor: its lines, contacts and agents, and the run they share."""

from __future__ import annotations

import heapq
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.calendar import Calendar
from simulator.course import Course, Courses
from simulator.customers import Customer
from simulator.engine import Agenda, Journal
from simulator.plans import LIVE_CHANNELS, QueuePlan, Scenario
from simulator.randomness import Streams
from stream.contract.events import AgentState, Channel

WaitingEntry = tuple[int, int, int, "Contact", int]
Step = tuple[int, Callable[["Contact"], None]]


@dataclass(slots=True, frozen=True)
class Run:
    """What the parts of one simulated floor share."""

    scenario: Scenario
    agenda: Agenda
    journal: Journal
    streams: Streams
    calendar: Calendar
    end: int
    scale: float
    volume: float


@dataclass(slots=True, eq=False)
class Line:
    """A queue: who waits in it and who is free for it, both longest first."""

    id: str
    plan: QueuePlan
    channel: Channel
    # First parts of contacts and later ones draw apart, so that a transfer moves no arrival.
    first_courses: Courses
    later_courses: Courses
    is_live: bool
    is_open: bool = True
    staff: list[Agent] = field(default_factory=list)
    idle: OrderedDict[Agent, None] = field(default_factory=OrderedDict)
    waiting: list[WaitingEntry] = field(default_factory=list)

    def first(self) -> WaitingEntry | None:
        """The contact to serve next; those who left meanwhile are dropped from the front."""
        waiting = self.waiting
        while waiting:
            entry = waiting[0]
            if entry[3].waiting and entry[3].wait_number == entry[4]:
                return entry
            heapq.heappop(waiting)
        return None


@dataclass(slots=True, eq=False)
class Contact:
    """One customer's matter on the floor."""

    id: str
    customer: Customer
    intent: str
    channel: Channel
    line: Line
    course: Course
    priority: int
    redial_of: str | None = None
    waiting: bool = False
    # Counts the contact's waits, so that what was planned for an earlier one is known as over.
    wait_number: int = 0
    queued_at: int = 0
    waited_us: int = 0
    ringing: Agent | None = None
    declined: bool = False
    stays: bool = False
    transfers: int = 0
    attempts: int = 0
    agent: Agent | None = None
    steps: list[Step] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Agent:
    """One agent: what they can take, how they work and what they are at."""

    id: str
    team: str
    lines: tuple[Line, ...]
    queues: tuple[str, ...]
    speed: float
    liked: float
    state: AgentState = "offline"
    reason: str | None = None
    # Free and not spoken for; a ringing or consulted agent is not idle, though available.
    idle: bool = False
    shift_over: bool = False
    # Breaks and the like that came while they were busy: (reason, microseconds).
    due: deque[tuple[str, int]] = field(default_factory=deque)
    away_number: int = 0

    def withdraw(self) -> None:
        """Take the agent out of every line's idle ones."""
        self.idle = False
        for line in self.lines:
            del line.idle[self]


def make_lines(run: Run) -> dict[str, Line]:
    """The lines of a scenario, empty."""
    made = {}
    for queue, plan in run.scenario.queues.items():
        channel = run.scenario.channels[plan.channel]
        made[queue] = Line(
            id=queue,
            plan=plan,
            channel=plan.channel,
            first_courses=Courses(queue, plan, channel, run.streams),
            later_courses=Courses(f"later.{queue}", plan, channel, run.streams),
            is_live=plan.channel in LIVE_CHANNELS,
        )
    return made
