"""What moves through the simulated floor: its lines, contacts and agents, and the run they share."""

from __future__ import annotations

import heapq
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from simulator.calendar import Calendar
from simulator.course import Course, Courses
from simulator.customers import Customer
from simulator.engine import Agenda, Journal
from simulator.plans import LIVE_CHANNELS, ChannelPlan, QueuePlan, Scenario
from simulator.randomness import Streams
from simulator.waves import USUAL, Mood, Waves
from stream.contract.events import AgentState, Channel

# Who helps in a line that is not their trade takes longer, as a new colleague does [D].
STRANGE_TIMES: Final = 1.25

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
    tag: str
    first_day: date
    waves: Waves
    # Contacts that got the engaged tone, by queue: no event tells of them.
    engaged: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, eq=False)
class Line:
    """A queue: who waits in it and who is free for it, both longest first."""

    id: str
    plan: QueuePlan
    channel: Channel
    # First parts of contacts and later ones draw apart, so that a transfer moves no arrival, and
    # so do those whom a wave brought, so that without it everybody else's matter stays the same.
    make_courses: Callable[[str], Courses]
    is_live: bool
    specialists_first: bool = False
    is_open: bool = True
    staff: list[Agent] = field(default_factory=list)
    idle: OrderedDict[Agent, None] = field(default_factory=OrderedDict)
    # Who has chats here but room for more.
    with_room: OrderedDict[Agent, None] = field(default_factory=OrderedDict)
    waiting: list[WaitingEntry] = field(default_factory=list)
    # Whose people serve this line as well when they have nothing of their own, and the reverse.
    overflow: Line | None = None
    helped: list[Line] = field(default_factory=list)
    # Whether the scenario's own offers of a call back hold.
    offers_callbacks: bool = True
    # How many wait or talk, each of whom takes a trunk.
    inside: int = 0
    courses: dict[str, Courses] = field(default_factory=dict)

    def courses_of(self, name: str) -> Courses:
        """The courses of that name in this queue; the same each time."""
        found = self.courses.get(name)
        if found is None:
            found = self.courses[name] = self.make_courses(f"{name}{self.id}")
        return found

    def later_course(self, contact: Contact) -> Course:
        """What comes next of a contact that comes to this queue again or is passed on to it."""
        origin = contact.origin
        name = f"later.{origin}." if origin else "later."
        return self.courses_of(name).draw(contact.mood)

    @property
    def chats_at_once(self) -> int:
        """How many of its contacts an agent can have at once."""
        return self.plan.concurrency.chats if self.plan.concurrency is not None else 1

    def next_agent(self) -> Agent | None:
        """Who takes the next contact: the longest idle, else the least loaded with room, else
        the longest idle of those who help out."""
        if self.idle:
            if self.specialists_first:
                return min(self.idle, key=_breadth)
            return next(iter(self.idle))
        if self.with_room:
            return min(self.with_room, key=_load)
        return next(iter(self.overflow.idle), None) if self.overflow is not None else None

    @property
    def is_full(self) -> bool:
        """Whether who comes now gets the engaged tone."""
        return self.plan.trunks is not None and self.inside >= self.plan.trunks

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
    # The wave that brought them; empty for those who come anyway.
    origin: str = ""
    mood: Mood = USUAL
    # What all contacts of one matter begin their identifiers with, and which this one is.
    root: str = ""
    redials: int = 0
    returns: int = 0
    waiting: bool = False
    # Counts the contact's waits, so that what was planned for an earlier one is known as over.
    wait_number: int = 0
    queued_at: int = 0
    waited_us: int = 0
    ringing: Agent | None = None
    declined: bool = False
    stays: bool = False
    # Until when they will not hang up, whatever their course says; 0 is no matter.
    patient_until: int = 0
    transfers: int = 0
    attempts: int = 0
    agent: Agent | None = None
    steps: list[Step] = field(default_factory=list)
    # How strained the agent was who answered, from 0 to 1.
    strained: float = 0.0
    # Of a chat beside others: the work left to its next step in microseconds, as of when, and a
    # count by which a step that was put down for another pace is known as void.
    work_left: float = 0.0
    paced_at: int = 0
    step_number: int = 0


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
    shift_number: int = 0
    # Several chats at once: how many are talked in or wrapped up, which are talked in, and whether
    # there is room for one more.
    chats: int = 0
    talking: list[Contact] = field(default_factory=list)
    spare: bool = False
    # Whether a contact rings at them.
    offered: bool = False
    # Breaks and the like that came while they were busy: (reason, microseconds).
    due: deque[tuple[str, int]] = field(default_factory=deque)
    away_number: int = 0
    away_since: int = 0
    back_at: int = 0
    # The lines that they will take once free, where somebody moved them while they were busy.
    next_lines: tuple[Line, ...] | None = None
    # The lines that they know by trade.
    trade: tuple[Line, ...] = ()
    # Since when they have worked without a break.
    fresh_since: int = 0

    def __post_init__(self) -> None:
        self.trade = self.trade or self.lines

    def speed_in(self, line: Line) -> float:
        """How long they take in a line, as a factor of what its work takes."""
        return self.speed if line in self.trade else self.speed * STRANGE_TIMES

    def withdraw(self) -> None:
        """Take the agent out of every line's idle ones, and of those with room for a chat."""
        if self.idle:
            self.idle = False
            for line in self.lines:
                del line.idle[self]
        if self.spare:
            self.spare = False
            for line in self.lines:
                line.with_room.pop(self, None)


def _breadth(agent: Agent) -> int:
    return len(agent.queues)


def _load(agent: Agent) -> int:
    return agent.chats


def make_lines(run: Run) -> dict[str, Line]:
    """The lines of a scenario, empty."""
    made = {}
    for queue, plan in run.scenario.queues.items():
        channel = run.scenario.channels[plan.channel]
        made[queue] = Line(
            id=queue,
            plan=plan,
            channel=plan.channel,
            make_courses=partial(_courses, plan, channel, run.streams),
            is_live=plan.channel in LIVE_CHANNELS,
            specialists_first=run.scenario.routing == "specialists_first",
        )
    return made


def _courses(plan: QueuePlan, channel: ChannelPlan, streams: Streams, name: str) -> Courses:
    return Courses(name, plan, channel, streams)
