"""The desk: runs one drill at a time on floors that it has made for it, by the clock it is given."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Any, Final

from msgspec.structs import replace

from simulator.drill.play import MILLI_US, Opening, Round
from simulator.drill.ports import Course, Drillable, Ports, Seen
from simulator.drill.staging import check_speed
from stream.contract.clock import FloorClock
from stream.contract.drills import (
    Act,
    Actor,
    Deed,
    DrillRefused,
    DrillState,
    Notice,
    Offer,
    Phase,
    Plan,
    Report,
    Surprise,
)
from stream.contract.figures import DrillMark
from stream.contract.instants import SECOND_US

BEHIND_US: Final = 3 * SECOND_US
# Of the preparing, so much is the making of the history; the rest is the reading of it.
MAKING: Final = 0.8
# The scenario's title would tell the trainee what is to come.
TITLE: Final = "Training floor"
TOO_FAST: Final = "this machine cannot keep up with that speed"
_RUNNING: Final[tuple[Phase, ...]] = ("playing", "paused")


class Desk:
    """A `DrillDesk`. `step` lets time go on and is called some twenty times a second by one thread;
    all else may be asked by any."""

    def __init__(self, offered: Mapping[str, Drillable], ports: Ports) -> None:
        self._offered = offered
        self._ports = ports
        self._lock = RLock()
        self._state = DrillState("idle")
        self._clock: FloorClock | None = None
        self._round: Round | None = None
        self._preparing: Generator[None, None, None] | None = None
        self._reckoning: Future[Report] | None = None
        self._reckonings = 0
        self._report: Report | None = None
        self._kept = Seen([], [])

    # --- asking ---------------------------------------------------------------------------------

    def offers(self) -> list[Offer]:
        """What can be drilled."""
        return [each.offer for each in self._offered.values()]

    def state(self) -> DrillState:
        """How the drill stands now."""
        # Not under the lock: whoever draws a frame must not wait for whoever starts a drill.
        state, clock = self._state, self._clock
        if clock is None or state.ends is None:
            return state
        at = int(clock.at(self._ports.now()))
        return replace(state, at=min(at - at % MILLI_US, state.ends))

    def report(self) -> Report | None:
        """How the last drill went, once it is reckoned."""
        return self._report

    # --- doing ----------------------------------------------------------------------------------

    def start(self, plan: Plan) -> None:
        """Begin a drill anew. Raises `DrillRefused`."""
        offered = self._offered.get(plan.offer)
        if offered is None:
            names = ", ".join(self._offered)
            raise DrillRefused(f"offer: there is no {plan.offer!r}, expected one of {names}")
        staging = offered.staged(plan)
        with self._lock:
            self._give_up()
            self._report, self._kept = None, Seen([], [])
            self._tell(speed=plan.speed)
            self._prepare(Opening(plan, offered, staging, deeds=[], to=staging.began, playing=True))

    def pause(self) -> None:
        """Let the floor's time stand still. Raises `DrillRefused`."""
        with self._lock:
            round_ = self._running("pause", "playing")
            self._turn(round_, 0.0)
            self._tell(phase="paused")

    def resume(self) -> None:
        """Let it go on. Raises `DrillRefused`."""
        with self._lock:
            round_ = self._running("go on with", "paused")
            self._turn(round_, self._state.speed)
            self._tell(phase="playing")

    def set_speed(self, speed: float) -> None:
        """Let it go on faster or slower. Raises `DrillRefused`."""
        check_speed(speed)
        with self._lock:
            round_ = self._running("set the speed of", *_RUNNING)
            if self._state.phase == "playing":
                self._turn(round_, speed)
            self._tell(speed=speed)

    def rewind(self, to: int) -> None:
        """Go back to an instant of the floor's clock. Raises `DrillRefused`."""
        with self._lock:
            round_ = self._running("rewind", *_RUNNING, "over")
            now = int(round_.clock.at(self._ports.now()))
            if not round_.staging.began <= to <= now:
                raise DrillRefused("to: expected an instant from the drill's beginning to now")
            self._kept, self._report = round_.seen(self._kept, until=to), None
            opening = Opening(
                round_.plan,
                round_.offered,
                round_.staging,
                deeds=[deed for deed in round_.deeds if deed.at <= to],
                to=to,
                playing=self._state.phase == "playing",
            )
            self._prepare(opening)

    def do(self, by: Actor, act: Act) -> None:
        """Do something to the floor now. Raises `DrillRefused` where the floor cannot."""
        if by == "trainee" and isinstance(act, Surprise):
            raise DrillRefused("surprises are the trainer's")
        with self._lock:
            round_ = self._running("act in", *_RUNNING)
            if not round_.offered.offer.answers and not isinstance(act, Notice):
                raise DrillRefused("a recording does not answer: what has happened happens again")
            with self._telling():
                self._advance(round_)
                round_.perform(Deed(round_.floor.now, by, act))
            self._tell(deeds=round_.deeds)

    def finish(self) -> None:
        """End the drill now and reckon what came of it. Raises `DrillRefused`."""
        with self._lock:
            round_ = self._running("finish", *_RUNNING)
            with self._telling():
                self._advance(round_)
                self._finish(round_)

    def leave(self) -> None:
        """Give the drill up and let the screens show the floor they showed before."""
        with self._lock:
            self._give_up()
            round_, self._round = self._round, None
            if round_ is not None:
                self._ports.leave()
            self._clock, self._report = None, None
            version = self._state.version + 1
            self._state = DrillState("idle", version=version, round=self._state.round)
            if round_ is not None:
                round_.stage.close()

    def step(self) -> None:
        """Let what is due happen."""
        with self._lock:
            if self._preparing is not None:
                self._go_on_preparing(self._preparing)
            elif self._reckoning is not None:
                self._look_at_reckoning(self._reckoning)
            elif self._round is not None and self._state.phase in _RUNNING:
                with suppress(DrillRefused), self._telling():
                    self._play(self._round)

    def close(self) -> None:
        """End whatever runs, when nobody looks any more."""
        with self._lock:
            self._give_up()
            round_, self._round = self._round, None
            if round_ is not None:
                round_.stage.close()

    # --- preparing ------------------------------------------------------------------------------

    def _prepare(self, opening: Opening) -> None:
        """Begin a round; the old one stands still until it is there."""
        self._give_up()
        if self._round is not None and self._state.phase == "playing":
            self._turn(self._round, 0.0)
        self._tell(
            phase="preparing",
            round=self._state.round + 1,
            plan=opening.plan,
            offer=opening.offered.offer,
            began=opening.staging.began,
            ends=opening.staging.ends,
            progress=0.0,
            deeds=opening.deeds,
            problem=None,
        )
        self._preparing = self._prepared(opening)

    def _prepared(self, opening: Opening) -> Generator[None, None, None]:
        """The preparing, a piece a turn."""
        clock = FloorClock(wall=self._ports.now(), floor=opening.to, speed=0.0)
        mark = DrillMark(self._state.round, opening.plan.trainee)
        offered = opening.offered
        stage = self._ports.open(offered.floor_plan(), TITLE, mark, clock)
        there = False
        try:
            made = Round(
                plan=opening.plan,
                offered=offered,
                staging=opening.staging,
                floor=offered.floor(opening.plan, opening.staging),
                stage=stage,
                clock=clock,
                coming=opening.coming,
                deeds=opening.deeds,
            )
            for share in made.make_history(opening.to):
                self._tell(progress=round(MAKING * share, 2))
                yield
            stage.begin()
            while not stage.is_ready():
                yield
            stage.show()
            there = True
        finally:
            if not there:
                stage.close()
        self._take_over(made, playing=opening.playing)

    def _go_on_preparing(self, preparing: Generator[None, None, None]) -> None:
        try:
            next(preparing)
        except StopIteration:
            self._preparing = None
        except Exception as error:  # noqa: BLE001 - said to the trainer, who begins anew
            self._preparing = None
            self._fall_back(f"the floor could not be prepared: {_why(error)}")

    def _fall_back(self, problem: str) -> None:
        """No floor came of it: the round before, if there was one, stands as it stood."""
        round_ = self._round
        if round_ is None:
            self._tell(phase="idle", progress=None, problem=problem)
            return
        self._tell(
            phase="paused",
            plan=round_.plan,
            offer=round_.offered.offer,
            began=round_.staging.began,
            ends=round_.staging.ends,
            deeds=round_.deeds,
            progress=None,
            problem=problem,
        )

    def _take_over(self, made: Round, *, playing: bool) -> None:
        left, self._round, self._clock = self._round, made, made.clock
        if left is not None:
            left.stage.close()
        self._tell(phase="playing" if playing else "paused", progress=None)
        if playing:
            self._turn(made, self._state.speed)

    def _give_up(self) -> None:
        """Let go of what is being prepared or reckoned."""
        preparing, self._preparing = self._preparing, None
        if preparing is not None:
            preparing.close()
        self._reckoning = None
        self._reckonings += 1

    # --- playing --------------------------------------------------------------------------------

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell where the floor breaks meanwhile. Raises `DrillRefused` then, too."""
        try:
            yield
        except DrillRefused:
            raise
        except Exception as error:
            # Something that happened may not be in the log: another round can go on, not this one.
            problem = f"the floor broke, rewind it: {_why(error)}"
            self._tell(phase="over", problem=problem)
            raise DrillRefused(problem) from error

    def _play(self, round_: Round) -> None:
        self._advance(round_)
        now = self._ports.now()
        round_.stop_at_end(now)
        self._clock = round_.clock
        if round_.floor.now >= round_.staging.ends:
            self._finish(round_)
        elif round_.lag_us(now) > BEHIND_US * max(1.0, round_.clock.speed):
            if self._state.problem != TOO_FAST:
                self._tell(problem=TOO_FAST)
        elif self._state.problem == TOO_FAST:
            self._tell(problem=None)

    def _advance(self, round_: Round) -> None:
        problem, done = round_.advance(self._ports.now()), round_.deeds
        if problem is not None:
            self._tell(problem=problem)
        if done is not self._state.deeds:
            self._tell(deeds=done)

    def _turn(self, round_: Round, speed: float) -> None:
        with self._telling():
            round_.turn(self._ports.now(), speed)
        self._clock = round_.clock

    # --- ending ---------------------------------------------------------------------------------

    def _finish(self, round_: Round) -> None:
        ended = round_.finish(self._ports.now())
        self._clock = round_.clock
        course = Course(
            round_.plan,
            round_.offered,
            round_.staging,
            ended,
            round_.deeds,
            round_.seen(self._kept, until=ended),
        )
        self._tell(phase="reckoning", progress=0.0, ends=ended)
        number = self._reckonings

        def progress(share: float) -> None:
            # Of one that is given up meanwhile nothing is told.
            with self._lock:
                if number == self._reckonings:
                    self._tell(progress=round(share, 2))

        self._reckoning = self._ports.reckon(course, progress, lambda: number != self._reckonings)

    def _look_at_reckoning(self, reckoning: Future[Report]) -> None:
        if not reckoning.done():
            return
        self._reckoning = None
        error = reckoning.exception()
        if error is not None:
            problem = f"the drill could not be reckoned: {_why(error)}"
            self._tell(phase="over", progress=None, problem=problem)
            return
        self._report = reckoning.result()
        self._tell(phase="over", progress=None)

    # --- telling --------------------------------------------------------------------------------

    def _running(self, doing: str, *phases: Phase) -> Round:
        """The round, in one of these phases. Raises `DrillRefused`."""
        phase = self._state.phase
        if self._round is None or phase not in phases:
            raise DrillRefused(f"cannot {doing} the drill now: {_PHASES[phase]}")
        return self._round

    def _tell(self, **changes: Any) -> None:
        with self._lock:
            self._state = replace(self._state, version=self._state.version + 1, **changes)


_PHASES: Final[dict[Phase, str]] = {
    "idle": "none is running",
    "preparing": "its floor is being prepared",
    "playing": "it is running",
    "paused": "it is paused",
    "reckoning": "it is being reckoned",
    "over": "it is over",
}


def _why(error: BaseException) -> str:
    return str(error) or type(error).__name__
