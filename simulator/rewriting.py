"""A recorded event written anew: at another time, or as one that had not happened before."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Final

import msgspec

from stream.contract.events import (
    IDENTIFIER_LENGTH_MAX,
    CallbackPromised,
    KnownEvent,
    PlanInterval,
    UnknownEvent,
)
from stream.contract.instants import format_instant, parse_instant

_Fields = dict[str, msgspec.Raw]

_fields = msgspec.json.Decoder(_Fields)

# The types whose subject is an agent or a queue, who are the same however often a day is played.
_LASTING: Final = ("agent.", "recognition.", "plan.")
_DIGEST_BYTES: Final = 16


def is_of_contact(event: KnownEvent | UnknownEvent) -> bool:
    """Whether the event's subject is a contact, as far as its type says."""
    return not type_of(event).startswith(_LASTING)


def type_of(event: KnownEvent | UnknownEvent) -> str:
    """The event's type as it is written."""
    if isinstance(event, UnknownEvent):
        return event.type
    return str(event.__struct_config__.tag)


def moved(payload: bytes, event: KnownEvent | UnknownEvent, shift_us: int) -> bytes:
    """The event with the moments that belong to its own time moved along with it."""
    fields = _fields.decode(payload)
    try:
        fields["time"] = _moved(fields["time"], shift_us)
        if isinstance(event, CallbackPromised | PlanInterval):
            name = "due" if isinstance(event, CallbackPromised) else "start"
            data = _fields.decode(fields["data"])
            data[name] = _moved(data[name], shift_us)
            fields["data"] = msgspec.Raw(msgspec.json.encode(data))
    except OverflowError:
        # Beyond the year 9999 there is no time to move to.
        return payload
    return msgspec.json.encode(fields)


def renamed(payload: bytes, event: KnownEvent | UnknownEvent, nth: int) -> bytes:
    """The event as of the `nth` time that it is played: with an id of its own, or the stream
    would drop it as a copy, and of a contact of its own."""
    fields = _fields.decode(payload)
    fields["id"] = _written(again(event.id, nth))
    if is_of_contact(event):
        fields["subject"] = _written(again(event.subject, nth))
    if type_of(event) in ("contact.queued", "recognition.given"):
        data = _fields.decode(fields["data"])
        for name in ("redial_of", "contact"):
            _rename(data, name, lambda text: again(text, nth))
        fields["data"] = msgspec.Raw(msgspec.json.encode(data))
    return msgspec.json.encode(fields)


def again(identifier: str, nth: int) -> str:
    """An identifier for the `nth` time that it is played; the first time it stays what it is."""
    if nth == 1:
        return identifier
    suffix = f"~{nth}"
    if len(identifier) + len(suffix) > IDENTIFIER_LENGTH_MAX:
        written = identifier.encode("utf-8", "surrogatepass")
        identifier = blake2b(written, digest_size=_DIGEST_BYTES).hexdigest()
    return identifier + suffix


def _rename(data: _Fields, name: str, rename: Callable[[str], str]) -> None:
    """Rename what the field holds, where it holds a name; what has no such field ignores it."""
    value = msgspec.json.decode(data[name]) if name in data else None
    if isinstance(value, str):
        data[name] = _written(rename(value))


def _written(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))


def _moved(text: msgspec.Raw, shift_us: int) -> msgspec.Raw:
    moment = parse_instant(msgspec.json.decode(text, type=str))
    return _written(format_instant(moment + shift_us))
