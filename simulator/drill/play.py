"""One round of a drill: a floor that is made up to an instant and then played by a clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from simulator.drill.ports import Drillable, Playable, Seen, Stage
from simulator.drill.staging import Staging, surprises_of
from stream.contract.clock import FloorClock
from stream.contract.drills import Deed, DrillRefused, Plan
from stream.contract.instants import MINUTE_US, SECOND_US

# All that follow the clock hear of a turn before it takes hold.
LEAD_US: Final = SECOND_US // 2
# History is made in pieces, so that whoever asks meanwhile is answered.
PIECE_US: Final = 5 * MINUTE_US
TURNS_MAX: Final = 900
# Deeds and pauses are at whole milliseconds, as they are told: so a rewind to what is told of one is
# a rewind to that very instant.
MILLI_US: Final = 1_000


class Opening:
    """What a round is to begin with: the deeds done by `to`, the surprises still to come, and
    whether it then plays on."""

    def __init__(
        self,
        plan: Plan,
        offered: Drillable,
        staging: Staging,
        *,
        deeds: list[Deed],
        to: int,
        playing: bool,
    ) -> None:
        self.plan = plan
        self.offered = offered
        self.staging = staging
        self.deeds = deeds
        planned = surprises_of(plan, staging)
        self.coming = [deed for deed in planned if deed.at >= to and deed not in deeds]
        self.to = to
        self.playing = playing


@dataclass(slots=True)
class Round:
    """A floor on its stage. `coming` are the surprises that the plan has still in store, in order,
    and `deeds` what was done so far."""

    plan: Plan
    offered: Drillable
    staging: Staging
    floor: Playable
    stage: Stage
    clock: FloorClock
    coming: list[Deed]
    deeds: list[Deed] = field(default_factory=list)

    def make_history(self, to: int) -> Iterator[float]:
        """Let everything up to `to` happen at once, with the deeds in it; gives after each piece
        how much of it is done."""
        floor, deeds = self.floor, list(self.deeds)
        while floor.now < to or deeds:
            self._let_happen(min(to, floor.now + PIECE_US, *(deed.at for deed in deeds[:1])))
            while deeds and deeds[0].at <= floor.now:
                floor.do(deeds.pop(0))
            yield (floor.now - self.staging.start) / max(1, to - self.staging.start)
        self._let_happen(to)

    def advance(self, now: int) -> str | None:
        """Let everything happen that is due at an instant of the wall clock, planned surprises
        too; gives which of those could not come."""
        to = min(_whole(self.clock.at(now)), self.staging.ends)
        problem = None
        while self.coming and self.coming[0].at <= to:
            deed = self.coming.pop(0)
            self._let_happen(deed.at)
            try:
                self.perform(deed)
            except DrillRefused as error:
                problem = f"a planned surprise could not come: {error}"
        self._let_happen(to)
        return problem

    def perform(self, deed: Deed) -> None:
        """Do something at its instant, up to which everything has happened. Raises
        `DrillRefused`."""
        self.floor.do(deed)
        self.deeds = [*self.deeds, deed]
        self._let_happen(self.floor.now)

    def turn(self, now: int, speed: float) -> None:
        """Let the floor's time run at another speed. Raises `DrillRefused`."""
        if len(self.clock.before) >= TURNS_MAX:
            raise DrillRefused("the clock was turned too often in this round: rewind, or finish")
        self._turn(now, speed)

    def _turn(self, now: int, speed: float) -> None:
        wall = max(now + LEAD_US, self.clock.wall + 1)
        self.clock = self.clock.turned(wall, _whole(self.clock.at(wall) + MILLI_US - 1), speed)
        self.stage.turn(self.clock)

    def stop_at_end(self, now: int) -> None:
        """Let the clock stop at the drill's end and not beyond it, told in time."""
        clock, ends = self.clock, self.staging.ends
        if not clock.speed:
            return
        wall = clock.wall + round((ends - clock.floor) / clock.speed)
        if now < wall <= now + 2 * LEAD_US and wall > clock.wall:
            self.clock = clock.turned(wall, ends, 0.0)
            self.stage.turn(self.clock)

    def finish(self, now: int) -> int:
        """Stop the clock as soon as all can know of it, let everything up to there happen, and give
        that instant: the end."""
        if self.clock.speed:
            # Never refused: whoever has turned it too often is told to finish.
            self._turn(now, 0.0)
        ended = min(self.clock.floor, self.staging.ends)
        self._let_happen(ended)
        return ended

    def lag_us(self, now: int) -> int:
        """How far the floor is behind its clock at an instant of the wall clock."""
        return min(int(self.clock.at(now)), self.staging.ends) - self.floor.now

    def seen(self, kept: Seen, *, until: int) -> Seen:
        """What was seen of alerts within the drill by then, on this round and those before it."""
        since = self.staging.began
        alerts = {(one.at, one.text): one for one in [*kept.alerts, *self.stage.alerts()]}
        marks = {*kept.acknowledged, *self.stage.acknowledged()}
        return Seen(
            [alerts[which] for which in sorted(alerts) if since <= which[0] <= until],
            sorted(at for at in marks if since <= at <= until),
        )

    def _let_happen(self, to: int) -> None:
        self.stage.append(self.floor.advance(to))


def _whole(at: int) -> int:
    return at - at % MILLI_US
