"""Drills: what a trainer sets up, what is done to the simulated floor, and how it went.

The desk runs one drill at a time. Everything that is done to its floor is a `Deed` at an instant of
the floor's time; the same plan with the same deeds gives the same events, which is what a rewind
and a comparison with another course of action rest on.
"""

from __future__ import annotations

from math import floor
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from stream.contract.said import Said

# --- what can be done to a floor ----------------------------------------------------------------

# What callers hear while they wait, or `none`.
Message = Literal["none", "expected_wait", "call_later", "self_service"]


class MoveAgents(Struct, frozen=True, tag="move_agents"):
    """Let so many agents who can serve `from_queue` serve `to_queue` instead, the idle ones first;
    whoever is busy moves once free."""

    from_queue: str
    to_queue: str
    count: int


class CallIn(Struct, frozen=True, tag="call_in"):
    """Call so many people who can serve the queue in from their break or lunch."""

    queue: str
    count: int


class SetOverflow(Struct, frozen=True, tag="overflow"):
    """Let who waits in `queue` be served by the people of `to_queue` as well; None closes it."""

    queue: str
    to_queue: str | None


class OfferCallbacks(Struct, frozen=True, tag="offer_callbacks"):
    """Offer a call back to who has waited `after_s`; None ends the offer."""

    queue: str
    after_s: float | None


class Announce(Struct, frozen=True, tag="announce"):
    """Change what callers of the queue hear."""

    queue: str
    message: Message


class Notice(Struct, frozen=True, tag="notice"):
    """«I see it»: the trainee says where something is wrong; None is the whole floor."""

    queue: str | None = None


Response = MoveAgents | CallIn | SetOverflow | OfferCallbacks | Announce | Notice


class Volume(Struct, frozen=True, tag="volume"):
    """So many times the contacts of a queue for some minutes; None is every queue."""

    queue: str | None
    times: float
    minutes: float


class Leave(Struct, frozen=True, tag="leave"):
    """So many agents of the queue leave, for some minutes or, with None, for the day."""

    queue: str
    count: int
    minutes: float | None = None


class Anger(Struct, frozen=True, tag="anger"):
    """Customers of the queue answer surveys angrily for some minutes; None is every queue."""

    queue: str | None
    minutes: float


Surprise = Volume | Leave | Anger
Act = Response | Surprise
Actor = Literal["trainer", "trainee"]


class Deed(Struct, frozen=True):
    """What was done, by whom, and when by the floor's clock, in microseconds."""

    at: int
    by: Actor
    act: Act


# --- setting one up -----------------------------------------------------------------------------


class QueueOffered(Struct, frozen=True):
    """A queue of a scenario, as forms need it. `agents` is how many can serve it."""

    id: str
    name: str
    channel: str
    agents: int


class Offer(Struct, frozen=True):
    """A scenario or a recording that can be drilled.

    `answers` is False for a recording: what has happened happens again, whatever is done. `begins`
    is the time of day, in minutes, at which it is best begun, and `minutes` how long it is played.
    """

    name: str
    kind: Literal["scenario", "recording"]
    title: str
    about: str
    notice: list[str] = []
    helps: list[str] = []
    begins: int | None = None
    minutes: float = 60.0
    queues: list[QueueOffered] = []
    answers: bool = True


class PlannedSurprise(Struct, frozen=True):
    """A surprise that comes by itself, so many minutes into the drill."""

    minute: float
    surprise: Surprise


class Plan(Struct, frozen=True):
    """A drill as the trainer sets it up. `offer` is the offer's name, `begins` a time of day in
    minutes, None for the offer's own; `speed` is times the pace of the clock on the wall."""

    offer: str
    seed: int = 1
    begins: int | None = None
    minutes: float = 60.0
    speed: float = 1.0
    surprises: list[PlannedSurprise] = []
    trainee: str | None = None


# --- how it stands ------------------------------------------------------------------------------

Phase = Literal["idle", "preparing", "playing", "paused", "reckoning", "over"]


class DrillState(Struct, frozen=True):
    """How the drill stands. Instants are of the floor's clock, in microseconds.

    `round` is raised by every start and every rewind; `problem` says in one line what went wrong.
    `progress` is how much of the preparing or the reckoning is done, from 0 to 1.
    """

    phase: Phase
    version: int = 0
    round: int = 0
    plan: Plan | None = None
    offer: Offer | None = None
    began: int | None = None
    ends: int | None = None
    at: int | None = None
    speed: float = 1.0
    progress: float | None = None
    deeds: list[Deed] = []
    problem: str | None = None


# --- how it went --------------------------------------------------------------------------------


class GroupOutcome(Struct, frozen=True):
    """How one group fared: a queue, a language or a segment; of the latter two `wait_s` is of those
    who wait in person."""

    dimension: Literal["queue", "language", "segment"]
    name: str
    offered: int
    service_level: float | None
    abandonment: float | None
    wait_s: float | None


class Outcome(Struct, frozen=True):
    """What became of the customers and the people of one run, from its beginning to its end.

    Shares are from 0 to 1 and None without evidence; `wait_s` is the mean wait of everybody who
    waits in person (on the telephone, in a chat, at a counter), abandoned ones included, and
    `longest_wait_s` the longest of them; `occupancy` and `strained` (the share of people's time worked without a
    break for longer than is good, science section 8) are of the people on the floor; `equity_gap`
    is the largest difference in service level between two languages, or two segments, with
    evidence. `cost` is what the
    score is made of, in minutes of customers' time (docs/drills.md).
    """

    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    abandonment: float | None
    wait_s: float | None
    longest_wait_s: float | None
    promises_made: int
    promises_kept: int
    promises_broken: int
    csat: float | None
    occupancy: float | None
    strained: float | None
    equity_gap: float | None
    recovered_s: float | None
    cost: float
    groups: list[GroupOutcome] = []

    @property
    def cost_told(self) -> int:
        """The cost as it is told everywhere, in whole minutes, halves up as browsers round."""
        return floor(self.cost + 0.5)


class Minute(Struct, frozen=True):
    """One minute of a run, of all channels as the wall's figures are: how many wait at its end, the
    oldest wait then, what came and what left."""

    at: int
    waiting: int
    oldest_s: float
    offered: int
    abandoned: int
    answered_in_target: int
    answered: int


class Course(Struct, frozen=True):
    """One way the drill could go: what was done, what came of it, minute by minute."""

    name: Literal["yours", "nothing", "best"]
    deeds: list[Deed]
    outcome: Outcome
    minutes: list[Minute]


class Opened(NamedTuple):
    """When an incident opened, by the floor's clock, and what it said then."""

    at: int
    text: str
    said: Said | None = None


class Moment(Struct, frozen=True):
    """One line of the report's timeline; `said` is what other languages write it from."""

    at: int
    kind: Literal["cause", "alert", "deed", "recovery"]
    text: str
    said: Said | None = None


class Report(Struct, frozen=True):
    """A drill from its start to its end.

    `onset` is when the trouble began; the four times are seconds after it, None where that never
    happened. `score` is from 0 (as doing nothing, or worse) to 100 (as the best course found, or
    better), None where doing nothing is as good as anything. `findings` are in English, and
    `findings_said` what other languages write each of them from.
    """

    plan: Plan
    offer: Offer
    time_zone: str
    began: int
    ended: int
    onset: int | None
    noticed_s: float | None
    acknowledged_s: float | None
    acted_s: float | None
    recovered_s: float | None
    score: float | None
    courses: list[Course]
    timeline: list[Moment]
    findings: list[str]
    tried: int = 0
    findings_said: list[Said] = []


class DrillRefused(Exception):
    """What was asked of the desk cannot be done. Operator: the message says why."""


class DrillDesk(Protocol):
    """Where a trainer runs drills; may be asked by any thread, and answers at once."""

    def offers(self) -> list[Offer]:
        """What can be drilled."""
        ...

    def state(self) -> DrillState:
        """How the drill stands now."""
        ...

    def start(self, plan: Plan) -> None:
        """Begin a drill anew. Raises `DrillRefused`."""
        ...

    def pause(self) -> None:
        """Let the floor's time stand still. Raises `DrillRefused`."""
        ...

    def resume(self) -> None:
        """Let it go on. Raises `DrillRefused`."""
        ...

    def set_speed(self, speed: float) -> None:
        """Let it go on faster or slower. Raises `DrillRefused`."""
        ...

    def rewind(self, to: int) -> None:
        """Go back to an instant of the floor's clock: what was done by then stays done, what was
        done later is undone. Raises `DrillRefused`."""
        ...

    def do(self, by: Actor, act: Act) -> None:
        """Do something to the floor now. Raises `DrillRefused` where the floor cannot."""
        ...

    def finish(self) -> None:
        """End the drill now and reckon what came of it. Raises `DrillRefused`."""
        ...

    def leave(self) -> None:
        """Give the drill up and let the screens show the floor they showed before."""
        ...

    def report(self) -> Report | None:
        """How the last drill went, once it is reckoned."""
        ...
