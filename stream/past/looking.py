"""A look at the past as its own process has it: what it is asked, and what it answers."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from stream.beside import stand_aside
from stream.contract.detail import AtHand, EventsThen, Load, PresentAsked, PresentContacts
from stream.contract.figures import HourOfQueue, Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import plain_int
from stream.logs.port import LogError
from stream.logs.urls import open_log
from stream.past.floor import PastReading

# How long it reads before it looks whether anything is asked.
SLICE_S: Final = 0.1


class Start(NamedTuple):
    """What a process needs to begin."""

    url: str
    plan: FloorPlan
    title: str


class Question(Struct, frozen=True):
    """The picture of an instant, by then on the wall clock. It goes on from what was shown unless
    `seek` is another than before. With `queue` its last hour is asked for instead, with `contacts`
    who stood so, with `at_hand` what agents had at hand, with `events_of` what had happened lately
    in that queue, and with `loads` what agents had behind them."""

    number: int
    seek: int
    wall: int
    at: int
    speed: float
    window: str = ""
    agents: bool = False
    queue: str | None = None
    contacts: PresentAsked | None = None
    at_hand: bool = False
    events_of: str | None = None
    loads: bool = False


class Answer(Struct, frozen=True):
    """What was asked for as bytes, or how far reading is, or why there is none. `at` is what is shown, which
    is not after `until`, the floor's time by the wall clock that was asked by."""

    number: int
    at: int
    until: int
    progress: float
    found: bytes | None = None
    failure: str | None = None


def look(start: Start, pipe: Connection) -> None:
    stand_aside()
    looking = _Looking(start)
    try:
        while True:
            while not pipe.poll(0) and looking.read_on():
                pass
            pipe.send(looking.answer(pipe.recv()))
    except (EOFError, BrokenPipeError):
        # The dashboard is gone.
        pass
    finally:
        looking.close()


class _Looking:
    """The look as its process has it."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._wall = 0
        self._seek: int | None = None
        self._failure: str | None = None
        self._reading: PastReading | None = None
        self._log = open_log(start.url, now=lambda: self._wall)

    def read_on(self) -> bool:
        """Read a little of what is still to be read; False where nothing is."""
        reading = self._reading
        if self._seek is None or reading is None:
            return False
        try:
            if reading.ready:
                return reading.look_back()
            reading.load(SLICE_S)
        except LogError as error:
            self._fail(error)
        return True

    def answer(self, question: Question) -> Answer:
        self._wall = question.wall
        try:
            return self._answered(question)
        except LogError as error:
            self._fail(error)
            return self._none(question, question.at)

    def close(self) -> None:
        self._log.close()

    def _answered(self, question: Question) -> Answer:
        reading = self._reading
        if reading is None:
            reading = self._reading = PastReading(
                self._log, self._start.plan, title=self._start.title
            )
        until = reading.now(question.wall)
        at = min(question.at, until)
        if question.seek != self._seek:
            reading.seek(at)
            self._seek, self._failure = question.seek, None
        reading.load(SLICE_S)
        if not reading.ready:
            return self._none(question, until)
        reading.advance(at)
        encoded = msgspec.msgpack.encode(_found(reading, question), enc_hook=plain_int)
        return Answer(question.number, reading.at, until, 1.0, encoded)

    def _none(self, question: Question, until: int) -> Answer:
        progress = 0.0 if self._reading is None else self._reading.progress
        return Answer(question.number, question.at, until, progress, failure=self._failure)

    def _fail(self, error: LogError) -> None:
        # All is read anew at the next question.
        self._reading = self._seek = None
        self._failure = f"the log cannot be read: {error}"


def _found(
    reading: PastReading, question: Question
) -> Picture | HourOfQueue | PresentContacts | EventsThen | list[AtHand] | list[Load] | None:
    if question.queue is not None:
        return reading.hour(question.queue)
    if question.contacts is not None:
        return reading.contacts(question.contacts)
    if question.at_hand:
        return reading.at_hand()
    if question.events_of is not None:
        return reading.events(question.events_of)
    if question.loads:
        return reading.loads()
    return reading.picture(question.window, agents=question.agents, speed=question.speed)
