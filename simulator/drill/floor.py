"""A simulated floor that can be acted on, the same for the same seed and the same deeds."""

from __future__ import annotations

from simulator.causes import Whom
from simulator.centre import Centre, new_run
from simulator.deliveries import Held, has_faults
from simulator.drill.ledger import DrillLedger
from simulator.drill.people import call_in, leave, move, open_overflow
from simulator.drill.waiters import Waiters
from simulator.plans import Scenario
from simulator.scenario import floor_plan_of
from simulator.shapes import steady
from simulator.waves import USUAL, Wave
from simulator.world import Line
from stream.contract.drills import (
    Anger,
    Announce,
    CallIn,
    Deed,
    DrillRefused,
    Leave,
    MoveAgents,
    Notice,
    OfferCallbacks,
    Response,
    SetOverflow,
    Surprise,
    Volume,
)
from stream.contract.events import Event
from stream.contract.instants import DAY_US, MINUTE_US, Instant

TIMES_MAX = 20.0


class DrillFloor:
    """A scenario's floor from `start` on. `advance` lets time go on, `do` acts at an instant.

    Everything before the instant of a deed has happened when it is done, and what falls on that
    very instant comes after it; so the events do not depend on how time was cut into advances.
    The ledger counts from `began` on, and what happened, whatever faulty systems make of it.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        seed: int,
        start: Instant,
        began: int | None = None,
        profile_offset_us: int = 0,
    ) -> None:
        run = new_run(
            scenario,
            seed=seed,
            start=start,
            # Nothing is made before it is asked for: the end lies beyond any drill.
            duration_us=2 * DAY_US,
            profile_offset_us=profile_offset_us,
        )
        self.ledger = DrillLedger(floor_plan_of(scenario), start if began is None else began)
        self._centre = Centre(run)
        self._held = Held(run) if has_faults(run) else None
        self._surges = 0
        self._waiters = Waiters(self._centre)
        self._centre.start()

    @property
    def now(self) -> int:
        """How far the floor's time has come, in microseconds."""
        return self._centre.run.agenda.now

    def advance(self, to: int) -> list[Event]:
        """Let everything before `to` happen and give what was delivered since the last advance."""
        self._centre.advance(max(to, self.now))
        events = self._centre.written()
        self.ledger.read(events)
        if self._held is None:
            return events
        found: list[Event] = []
        for event in events:
            found += (earlier for _, earlier in self._held.due(event.time))
            self._held.take(event)
        found += (earlier for _, earlier in self._held.due(self.now - 1))
        return found

    def do(self, deed: Deed) -> None:
        """Do something at its instant, which is not before now. Raises `DrillRefused`, and then
        nothing was done."""
        if deed.at < self.now:
            raise DrillRefused("the floor's time is past that instant, expected one from now on")
        self._centre.advance(deed.at)
        if isinstance(deed.act, Surprise):
            self._surprise(deed.act)
        else:
            self._respond(deed.act)

    def _surprise(self, act: Surprise) -> None:
        match act:
            case Leave():
                leave(self._centre, act, self._line(act.queue))
            case Volume():
                self._surge(act)
            case Anger():
                self._anger(act)

    def _respond(self, act: Response) -> None:
        match act:
            case MoveAgents():
                move(self._centre, act, self._line(act.from_queue), self._line(act.to_queue))
            case CallIn():
                call_in(self._centre, act, self._line(act.queue))
            case SetOverflow():
                to = None if act.to_queue is None else self._line(act.to_queue)
                open_overflow(self._centre, self._line(act.queue), to)
            case OfferCallbacks():
                self._waiters.offer_callbacks(act, self._line(act.queue))
            case Announce():
                self._waiters.announce(act, self._line(act.queue))
            case Notice():
                if act.queue is not None:
                    self._line(act.queue)

    def _line(self, queue: str) -> Line:
        lines = self._centre.lines
        if queue not in lines:
            raise DrillRefused(f"there is no such queue here, expected one of {', '.join(lines)}")
        return lines[queue]

    def _lines(self, queue: str | None) -> list[Line]:
        return [*self._centre.lines.values()] if queue is None else [self._line(queue)]

    def _anger(self, act: Anger) -> None:
        if not act.minutes > 0:
            raise DrillRefused("expected anger of more than 0 minutes")
        until = self.now + round(act.minutes * MINUTE_US)
        for line in self._lines(act.queue):
            self._centre.surveys.angry_until[line.id] = until

    def _surge(self, act: Volume) -> None:
        if not 1.0 < act.times <= TIMES_MAX:
            raise DrillRefused(f"expected more than 1 and at most {TIMES_MAX:g} times the contacts")
        if not act.minutes > 0:
            raise DrillRefused("expected a surge of more than 0 minutes")
        self._surges += 1
        queues = [line.id for line in self._lines(act.queue)]
        wave = Wave(
            name=f"surge.{self._surges}",
            whom=Whom(at=0, queues=queues),
            level=steady(self.now, act.minutes),
            on_top=act.times - 1.0,
            full=USUAL,
        )
        self._centre.arrivals.add(wave, queues)
