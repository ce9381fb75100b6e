"""Bytes to events and back: the one place where an event is found good or bad.

`decode` checks size, JSON, attributes and data in one pass and raises `Rejected` with a reason
that names the field and what is allowed there, and never repeats the value: it may be
somebody's name.
"""

from __future__ import annotations

import re
from typing import Any, Final, get_args

import msgspec

from stream.contract.events import Event, KnownEvent, UnknownEvent
from stream.contract.instants import Instant, format_instant, parse_instant

EVENT_BYTES_MAX: Final = 65_536


class Rejected(Exception):
    """An event that cannot be read. Operator: the dead letters hold it whole, with this reason."""


def decode(payload: bytes) -> KnownEvent | UnknownEvent:
    """Read one event; a type of a later version comes back as `UnknownEvent`.

    Raises `Rejected` with a reason such as `data.queue: missing`.
    """
    if len(payload) > EVENT_BYTES_MAX:
        raise Rejected(f"size: {len(payload)} bytes, at most {EVENT_BYTES_MAX} are allowed")
    if not payload.isascii():
        # The decoder does not look inside the strings it skips, so their bytes are checked here.
        try:
            payload.decode()
        except UnicodeDecodeError as error:
            raise Rejected(f"JSON: not UTF-8 at byte {error.start}") from None
    try:
        return _known.decode(payload)
    except msgspec.ValidationError as error:
        if _UNKNOWN_TYPE.search(str(error)):
            return _decode_unknown(payload)
        raise Rejected(_reason(str(error))) from None
    except msgspec.DecodeError as error:
        raise Rejected(_malformed(error)) from None
    except RecursionError:
        raise Rejected("JSON: nested too deeply") from None


def _decode_unknown(payload: bytes) -> UnknownEvent:
    try:
        return _unknown.decode(payload)
    except msgspec.ValidationError as error:
        raise Rejected(_reason(str(error))) from None
    except msgspec.DecodeError as error:
        raise Rejected(_malformed(error)) from None
    except RecursionError:
        raise Rejected("JSON: nested too deeply") from None


def encode(event: Event) -> bytes:
    """The event as one line of JSON, without a line ending."""
    return _encoder.encode(event)


def type_of(event: Event | UnknownEvent) -> str:
    """The event's `type` attribute, such as `contact.queued`."""
    if isinstance(event, UnknownEvent):
        return event.type
    return TAG_OF[type(event)]


def _tag(struct: type[Event]) -> str:
    tag = struct.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


EVENT_STRUCTS: Final[tuple[type[Event], ...]] = get_args(KnownEvent)
TAG_OF: Final[dict[type[Event], str]] = {struct: _tag(struct) for struct in EVENT_STRUCTS}


def _read_instant(kind: type, value: Any) -> Any:
    if kind is Instant:
        if isinstance(value, str):
            return parse_instant(value)
        raise ValueError("missing" if value is None else "expected a string")
    raise NotImplementedError(f"no way to read {kind}")


def _write_instant(value: Any) -> Any:
    if isinstance(value, Instant):
        return format_instant(value)
    raise NotImplementedError(f"no way to write {type(value)}")


_known: Final[msgspec.json.Decoder[KnownEvent]] = msgspec.json.Decoder(
    KnownEvent, dec_hook=_read_instant
)
_unknown: Final = msgspec.json.Decoder(UnknownEvent, dec_hook=_read_instant)
_encoder: Final = msgspec.json.Encoder(enc_hook=_write_instant)

_UNKNOWN_TYPE: Final = re.compile(r"^Invalid value '.*' - at `\$\.type`$", re.DOTALL)
_PLACE: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?$", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")
_INVALID_VALUE: Final = re.compile(r"Invalid enum value|Invalid value", re.DOTALL)


def _malformed(error: msgspec.DecodeError) -> str:
    detail = str(error).removeprefix("JSON is malformed: ")
    return f"JSON: {detail[0].lower()}{detail[1:]}"


def _reason(message: str) -> str:
    """A decoder's message in the product's form: where, then what is allowed there."""
    match = _PLACE.match(message)
    assert match is not None
    what, where = match["what"], match["where"] or ""
    if missing := _MISSING.match(what):
        return f"{where}.{missing[1]}: missing" if where else f"{missing[1]}: missing"
    if not where:
        return f"JSON: {what[0].lower()}{what[1:]}"
    if what.endswith("got `null`"):
        return f"{where}: missing"
    if _INVALID_VALUE.match(what):
        return f"{where}: {_allowed(where.rpartition('.')[2])}"
    what = what.replace("`", "").replace("Expected str of length >= 1", "empty, expected 1 or more")
    return f"{where}: {what[0].lower()}{what[1:]}"


def _allowed(field: str) -> str:
    """What a field with named values may hold; a name stands for the same values in every type
    except for `reason`, `by` and `kind`, where all that any type allows are listed."""
    values: dict[str, None] = {}
    for struct in EVENT_STRUCTS:
        for info in _fields_named(struct, field):
            values.update(dict.fromkeys(info))
    return "expected one of " + ", ".join(values) if values else "not an allowed value"


def _fields_named(struct: type[Event], field: str) -> list[tuple[str, ...]]:
    found = []
    envelope = msgspec.structs.fields(struct)
    data_type = next(info.type for info in envelope if info.name == "data")
    for info in (*envelope, *msgspec.structs.fields(data_type)):
        if info.name != field:
            continue
        for part in (info.type, *get_args(info.type)):
            values = get_args(part)
            if values and all(isinstance(value, str) for value in values):
                found.append(values)
    return found
