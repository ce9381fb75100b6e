"""What was done in a drill, and when, in words for its timeline and its findings: in English, and
what other languages write it from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import to_builtins

from stream.contract.drills import (
    Act,
    Anger,
    Announce,
    CallIn,
    Leave,
    Message,
    MoveAgents,
    Notice,
    OfferCallbacks,
    SetOverflow,
    Volume,
)
from stream.contract.instants import to_datetime
from stream.contract.said import Told, Value, say, say_n

_HEARD: Final[dict[Message, str]] = {
    "none": "Callers of {} hear no message any more",
    "expected_wait": "Callers of {} are told how long it takes",
    "call_later": "Callers of {} are asked to call later",
    "self_service": "Callers of {} are told where to find an answer without waiting",
}


class Words:
    """Names of queues and times of day of one floor."""

    def __init__(self, names: Mapping[str, str], time_zone: str) -> None:
        self._names = names
        self._zone = ZoneInfo(time_zone)

    def queue(self, queue: str | None) -> Value:
        """What a queue is called; the floor for None."""
        if queue is None:
            return say("the floor")
        name = self._name(queue)
        return name, name

    def time(self, at: int) -> Value:
        """The time of day at an instant: 10:42."""
        told = to_datetime(at).astimezone(self._zone).strftime("%H:%M")
        return told, told

    def act(self, act: Act) -> Value:
        """What was done: the beginning of a sentence without its end. Screens have words for acts."""
        return self._english(act), {"as": "act", "of": to_builtins(act)}

    def _name(self, queue: str | None) -> str:
        return "the floor" if queue is None else self._names.get(queue, queue)

    def _english(self, act: Act) -> str:
        if isinstance(act, MoveAgents | CallIn):
            return self._people(act)
        if isinstance(act, SetOverflow | OfferCallbacks | Announce):
            return self._line(act)
        if isinstance(act, Notice):
            return f"Trouble was seen: {self._name(act.queue)}"
        return self._surprise(act)

    def _people(self, act: MoveAgents | CallIn) -> str:
        who = f"{people(act.count)} {'was' if act.count == 1 else 'were'}"
        if isinstance(act, CallIn):
            return f"{who} called in from a break for {self._name(act.queue)}"
        return f"{who} moved from {self._name(act.from_queue)} to {self._name(act.to_queue)}"

    def _line(self, act: SetOverflow | OfferCallbacks | Announce) -> str:
        queue = self._name(act.queue)
        if isinstance(act, Announce):
            return _HEARD[act.message].format(queue)
        if isinstance(act, SetOverflow):
            if act.to_queue is None:
                return f"The overflow of {queue} was closed"
            return f"The overflow of {queue} to {self._name(act.to_queue)} was opened"
        if act.after_s is None:
            return f"Calls back were offered no longer in {queue}"
        return f"Calls back were offered in {queue} after {act.after_s:g} s"

    def _surprise(self, act: Volume | Leave | Anger) -> str:
        whom = "every queue" if act.queue is None else self._name(act.queue)
        lasts = "for the day" if act.minutes is None else f"for {act.minutes:g} minutes"
        match act:
            case Volume():
                return f"{act.times:g} times the contacts came to {whom} {lasts}"
            case Leave():
                return f"{people(act.count)} left {whom} {lasts}"
            case Anger():
                return f"Customers of {whom} were angry {lasts}"


def people(count: int) -> str:
    """So many people: the beginning of a sentence."""
    return "1 person" if count == 1 else f"{count} people"


def customers(count: int) -> Told:
    """So many customers."""
    return say_n("{n} customer", "{n} customers", count)


def length(seconds: float) -> Value:
    """A length of time: 4:10, or 1:04:10. Whole seconds, cut off as screens do."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    told = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    return told, {"as": "duration", "of": int(seconds)}


def minutes_of(cost: int) -> Told:
    """So many minutes of customers' time."""
    return say_n("{n} minute", "{n} minutes", cost)


def percent(share: float) -> Value:
    """A share, in whole percent, halves up as screens do."""
    return f"{int(100 * share + 0.5)} %", {"as": "share", "of": share}


def count(number: int) -> Value:
    """A number."""
    return f"{number:,}", number
