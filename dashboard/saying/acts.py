"""What was done to a drill's floor, in the words of dashboard/assets/training/training_acts.js."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dashboard.amounts import decimal, span, whole
from dashboard.i18n import _, _n, marked
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

_MESSAGES: Final[Mapping[Message, str]] = {
    "none": marked("nothing special"),
    "expected_wait": marked("how long the wait is"),
    "call_later": marked("please call later"),
    "self_service": marked("it can be done online"),
}


def words(act: Act, names: Mapping[str, str]) -> str:
    """What was done; `names` are those of the queues."""
    match act:
        case MoveAgents() | CallIn():
            return _people(act, names)
        case SetOverflow() | OfferCallbacks() | Announce():
            return _line(act, names)
        case Notice():
            if not act.queue:
                return _("Seen: something is wrong on the floor")
            return _("Seen: something is wrong in {queue}").format(queue=_named(act.queue, names))
        case _:
            return _surprise(act, names)


def _named(queue: str, names: Mapping[str, str]) -> str:
    return names.get(queue, queue)


def _people(act: MoveAgents | CallIn, names: Mapping[str, str]) -> str:
    n = whole(act.count)
    if isinstance(act, CallIn):
        text = _n("{n} person called in for {queue}", "{n} people called in for {queue}", act.count)
        return text.format(n=n, queue=_named(act.queue, names))
    text = _n(
        "{n} person moved from {from} to {to}", "{n} people moved from {from} to {to}", act.count
    )
    # «from» is no name of an argument.
    places = {"from": _named(act.from_queue, names), "to": _named(act.to_queue, names)}
    return text.format(n=n, **places)


def _line(act: SetOverflow | OfferCallbacks | Announce, names: Mapping[str, str]) -> str:
    queue = _named(act.queue, names)
    if isinstance(act, Announce):
        message = _(_MESSAGES[act.message])
        return _("Callers of {queue} hear {message}").format(queue=queue, message=message)
    if isinstance(act, SetOverflow):
        if not act.to_queue:
            return _("Overflow of {queue} closed").format(queue=queue)
        places = {"from": queue, "to": _named(act.to_queue, names)}
        return _("Overflow opened from {from} to {to}").format(**places)
    if act.after_s is None:
        return _("No more calls back offered in {queue}").format(queue=queue)
    wait = span(act.after_s)
    return _("Calls back offered in {queue} after {wait}").format(queue=queue, wait=wait)


def _surprise(act: Volume | Leave | Anger, names: Mapping[str, str]) -> str:
    queue = _named(act.queue, names) if act.queue else _("every queue")
    lasts = _lasts(act.minutes)
    match act:
        case Volume():
            text = _("{times} times the contacts of {queue} {span}")
            return text.format(times=decimal(act.times), queue=queue, span=lasts)
        case Leave():
            text = _n("{n} person of {queue} leave {span}", "{n} people of {queue} leave {span}",
                      act.count)  # fmt: skip
            return text.format(n=whole(act.count), queue=queue, span=lasts)
        case Anger():
            return _("Customers of {queue} are angry {span}").format(queue=queue, span=lasts)


def _lasts(minutes: float | None) -> str:
    return _("for the day") if minutes is None else _("for {n} min").format(n=decimal(minutes))
