"""A look at the past in a process of its own: neither a wall nor the live figures wait for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Event, Lock
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from stream.contract.detail import AtHand, EventsThen, Load, PresentAsked, PresentContacts
from stream.contract.figures import HourOfQueue, NoPicture, Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.contract.past import HeldSpan, PastFloor, PastState
from stream.logs.urls import open_log
from stream.past.log import held_span
from stream.past.looking import Answer, Question, Start, look

# Who asks looks at a screen meanwhile; what answers nothing for so long hangs.
ANSWER_S_MAX: Final = 20.0
# A process that was killed is made anew, but not for ever.
STARTS_MAX: Final = 3
# What is asked for first, which is what screens show.
FIRST_WINDOW: Final = "30m"
# How much must be read before it is said how long the rest will take.
TOLD_FROM: Final = 0.02

_pictures: Final = msgspec.msgpack.Decoder(Picture)
_hours: Final = msgspec.msgpack.Decoder(HourOfQueue | None)
_contacts: Final = msgspec.msgpack.Decoder(PresentContacts)
_hands: Final = msgspec.msgpack.Decoder(list[AtHand])
_events: Final = msgspec.msgpack.Decoder(EventsThen)
_loads: Final = msgspec.msgpack.Decoder(list[Load])


class LogPast:
    """The past of the floor at a log's URL; `now` is the wall clock in microseconds."""

    def __init__(self, url: str, plan: FloorPlan, *, now: Callable[[], int], title: str) -> None:
        self._start = Start(url, plan, title)
        self._now = now

    def held(self) -> HeldSpan:
        """What can be looked at. Raises `LogError`."""
        with closing(open_log(self._start.url, now=self._now)) as log:
            return held_span(log, self._now())

    def open(self) -> PastFloor:
        """A look, whose process begins when a picture is asked of it first."""
        return LookApart(self._start, now=self._now)


class LookApart:
    """One look: which instant is shown goes by the wall clock here, what was then is found there."""

    def __init__(self, start: Start, *, now: Callable[[], int]) -> None:
        self._start = start
        self._now = now
        self._lock = Lock()
        # Who asks for another instant does not wait for the answer that is on its way.
        self._wishing = Lock()
        self._wished: tuple[int, float] | None = None
        self._closed = Event()
        self._state = PastState(0, 0.0, ready=False)
        self._seek = self._number = self._starts = 0
        # When it began to read, or once it is ready to play, by the wall clock; and from where.
        self._since = now()
        self._from = 0
        self._shown: int | None = None
        self._known: dict[tuple[str, bool], Picture] = {}
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def seek(self, at: int, speed: float) -> None:
        """Show that instant from now on, and play on from it at that speed."""
        with self._wishing:
            self._wished = at, speed
            self._state = PastState(at, speed, ready=False)

    def state(self) -> PastState:
        """How it stands; without waiting."""
        return self._state

    def distance(self, at: int) -> int:
        """How far that instant is from what was shown last."""
        return at if self._shown is None else abs(at - self._shown)

    def follow(self, timeout_s: float) -> bool:
        """Wait, and see whether the log is read up to the instant; once it is, what was does not
        change."""
        self._closed.wait(timeout_s)
        if not self._state.ready and (self._seek or self._wished):
            with suppress(NoPicture):
                self.picture(FIRST_WINDOW)
        return False

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor as it was at the instant that is shown by now. Raises `NoPicture` while the log
        is read up to there."""
        with self._lock:
            self._grant()
            at = self._moved_on()
            known = self._known.get((window, agents)) if at == self._shown else None
            if known is None:
                found = self._asked(at, window=window, agents=agents)
                known = self._known[window, agents] = _pictures.decode(found)
            return known

    def hour(self, queue: str) -> HourOfQueue | None:
        """The queue's last hour as of that instant. Raises `NoPicture` as `picture` does."""
        with self._lock:
            self._grant()
            told: HourOfQueue | None = _hours.decode(self._asked(self._moved_on(), queue=queue))
            return told

    def contacts(self, asked: PresentAsked) -> PresentContacts:
        """Who stood so as of the picture that was told last. Raises `NoPicture` as it does."""
        with self._lock:
            self._grant()
            return _contacts.decode(self._asked(self._told_of(), contacts=asked))

    def at_hand(self) -> list[AtHand]:
        """What each agent had at hand as of that picture. Raises `NoPicture` as `picture` does."""
        with self._lock:
            self._grant()
            return _hands.decode(self._asked(self._told_of(), at_hand=True))

    def events(self, queue: str) -> EventsThen:
        """What had happened lately in a queue by that picture. Raises `NoPicture` as it does."""
        with self._lock:
            self._grant()
            return _events.decode(self._asked(self._told_of(), events_of=queue))

    def loads(self) -> list[Load]:
        """What each agent had behind it as of that picture. Raises `NoPicture` as `picture` does."""
        with self._lock:
            self._grant()
            return _loads.decode(self._asked(self._told_of(), loads=True))

    def close(self) -> None:
        """End the process."""
        self._closed.set()
        process = self._process
        if process is not None:
            # Whoever waits for its answer waits no longer, and may let go of it meanwhile.
            with suppress(ValueError):
                process.kill()
        with self._lock:
            self._end()

    def _grant(self) -> None:
        """Turn to what was wished for last, if anything."""
        with self._wishing:
            wished, self._wished = self._wished, None
        if wished is not None:
            if self._process is None:
                # What went wrong with another instant is over: it is tried anew.
                self._starts = 0
            self._seek_anew(*wished)

    def _seek_anew(self, at: int, speed: float) -> None:
        self._stand(PastState(at, speed, ready=False))
        self._seek += 1
        self._since, self._from = self._now(), at
        self._shown = None
        self._known.clear()

    def _stand(self, state: PastState) -> None:
        """It stands so, unless something else was wished for meanwhile. Raises `NoPicture` then."""
        with self._wishing:
            if self._wished is not None:
                raise NoPicture(_reading(self._state))
            self._state = state

    def _moved_on(self) -> int:
        state = self._state
        if not state.ready or not state.speed:
            return state.at
        return self._from + round((self._now() - self._since) * state.speed)

    def _told_of(self) -> int:
        """The instant that screens show, so that numbers and lists beside them are of the same."""
        return self._moved_on() if self._shown is None else self._shown

    def _asked(self, at: int, **what: Any) -> bytes:
        self._number += 1
        speed = self._state.speed
        question = Question(self._number, self._seek, self._now(), at, speed, **what)
        try:
            answer = self._answer(question)
        except (EOFError, OSError) as error:
            self._end()
            # It goes on from where it was.
            self._seek_anew(at, speed)
            self._stand(replace(self._state, dead=self._starts >= STARTS_MAX))
            raise NoPicture(_why_ended(self._starts)) from error
        if answer.failure is not None:
            raise NoPicture(answer.failure)
        if answer.found is None:
            self._tell_progress(answer.progress)
            raise NoPicture(_reading(self._state))
        self._tell_shown(answer)
        return answer.found

    def _answer(self, question: Question) -> Answer:
        pipe = self._opened()
        pipe.send(question)
        while pipe.poll(ANSWER_S_MAX):
            answer = pipe.recv()
            assert isinstance(answer, Answer)
            # One that came too late for its question is passed over.
            if answer.number == question.number:
                return answer
        raise NoPicture("the floor as it was then takes long to find; still trying")

    def _opened(self) -> Connection:
        if self._pipe is None:
            if self._starts >= STARTS_MAX or self._closed.is_set():
                raise NoPicture(_why_ended(STARTS_MAX))
            self._starts += 1
            apart = get_context("spawn")
            self._pipe, theirs = apart.Pipe()
            # A daemon, so that it ends with the dashboard.
            self._process = apart.Process(target=look, args=(self._start, theirs), daemon=True)
            self._process.start()
            theirs.close()
        return self._pipe

    def _tell_progress(self, progress: float) -> None:
        passed_s = (self._now() - self._since) / SECOND_US
        left_s = passed_s / progress - passed_s if progress > TOLD_FROM else None
        self._stand(replace(self._state, progress=progress, left_s=left_s))

    def _tell_shown(self, answer: Answer) -> None:
        state = self._state
        if not state.ready:
            # Its time runs from when it is seen.
            self._since, self._from = self._now(), answer.at
        if answer.at != self._shown:
            self._known.clear()
        self._shown = answer.at
        ended = answer.at >= answer.until
        speed = 0.0 if ended else state.speed
        self._stand(PastState(answer.at, speed, ready=True, ended=ended))

    def _end(self) -> None:
        pipe, process = self._pipe, self._process
        self._pipe = self._process = None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()


def _reading(state: PastState) -> str:
    words = "the floor as it was then is being read from the log"
    if state.progress is None or state.left_s is None:
        return words
    return f"{words}: {state.progress:.0%}, about {max(1, round(state.left_s))} s more"


def _why_ended(starts: int) -> str:
    if starts >= STARTS_MAX:
        return "the process that looks at the past has ended; go back to now, and look again"
    return "the process that looks at the past has ended; another begins"
