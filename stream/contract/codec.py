"""Bytes to events and back: the one place where an event is found good or bad.

`decode` checks size, JSON, attributes and data in one pass and raises `Rejected` with a reason
that names the field and what is allowed there, and never repeats the value: it may be
somebody's name. `batch.decode_batch` finds the same of many events at once.
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


def field_at_fault(reason: str) -> str:
    """The field that a `Rejected` names, by which rejections are counted. A list's index is the
    sender's; the field is ours, so the number of names is bounded."""
    return reason.partition(":")[0].partition("[")[0]


def decode(payload: bytes) -> KnownEvent | UnknownEvent:
    """Read one event; a type of a later version comes back as `UnknownEvent`.

    Raises `Rejected` with a reason such as `data.queue: missing`.
    """
    check_bytes(payload)
    try:
        return _known.decode(payload)
    except msgspec.ValidationError as error:
        return _look_again(payload, str(error))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Rejected(_malformed(error)) from None


def check_bytes(payload: bytes) -> None:
    """Raise `Rejected` for a wrong size, or bytes that are not UTF-8."""
    if len(payload) > EVENT_BYTES_MAX:
        raise Rejected(f"size: {len(payload)} bytes, at most {EVENT_BYTES_MAX} are allowed")
    if not payload.isascii():
        # The decoder does not look inside the strings it skips, so their bytes are checked here.
        try:
            payload.decode()
        except UnicodeDecodeError as error:
            raise Rejected(f"JSON: not UTF-8 at byte {error.start}") from None


def _look_again(payload: bytes, message: str) -> KnownEvent | UnknownEvent:
    """Find the fault that the contract names first; `message` is about the first in the text.

    Sound JSON comes before attributes, attributes come before data, and the data of an unknown
    type is not looked at.
    """
    try:
        _object.decode(payload)
        envelope = _unknown.decode(payload)
    except msgspec.ValidationError as error:
        raise Rejected(_reason(str(error))) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Rejected(_malformed(error)) from None
    if envelope.type not in _STRUCT_OF:
        return envelope
    if _FRACTION.match(message):
        return _decode_whole(payload, envelope.type)
    raise Rejected(_reason(message, envelope.type))


def _decode_whole(payload: bytes, event_type: str) -> KnownEvent:
    """An event with a number such as 4.0 where a whole one belongs: to JSON it is the same as 4."""
    try:
        event = _raw.decode(payload)
        data = _raw.decode(event["data"])
        plain = {name: msgspec.Raw(_plain_number(bytes(raw))) for name, raw in data.items()}
        event["data"] = msgspec.Raw(_encoder.encode(plain))
        return _known.decode(_encoder.encode(event))
    except msgspec.ValidationError as error:
        raise Rejected(_reason(str(error), event_type)) from None


def _plain_number(raw: bytes) -> bytes:
    """A JSON value, without fraction and exponent where it is a whole number written with them."""
    if _WRITTEN_WITH_FRACTION.fullmatch(raw) is None or not float(raw).is_integer():
        return raw
    return b"%d" % int(float(raw))


def encode(event: Event) -> bytes:
    """The event as one line of JSON, without a line ending."""
    return _encoder.encode(event)


def _tag(struct: type[Event]) -> str:
    tag = struct.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


EVENT_STRUCTS: Final[tuple[type[Event], ...]] = get_args(KnownEvent)
TAG_OF: Final[dict[type[Event], str]] = {struct: _tag(struct) for struct in EVENT_STRUCTS}
_STRUCT_OF: Final[dict[str, type[Event]]] = {tag: struct for struct, tag in TAG_OF.items()}


def read_instant(kind: type, value: Any) -> Any:
    if kind is Instant:
        if isinstance(value, str):
            return parse_instant(value)
        raise ValueError("missing" if value is None else "expected a string")
    raise NotImplementedError(f"no way to read {kind}")


def _write_instant(value: Any) -> Any:
    if isinstance(value, Instant):
        return format_instant(value)
    raise NotImplementedError(f"no way to write {type(value)}")


class _Object(msgspec.Struct):
    """Any JSON object: all that it holds is skipped, so only its form is checked."""


_known: Final[msgspec.json.Decoder[KnownEvent]] = msgspec.json.Decoder(
    KnownEvent, dec_hook=read_instant
)
_unknown: Final = msgspec.json.Decoder(UnknownEvent, dec_hook=read_instant)
_object: Final = msgspec.json.Decoder(_Object)
_raw: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encoder: Final = msgspec.json.Encoder(enc_hook=_write_instant)

_WRITTEN_WITH_FRACTION: Final = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_FRACTION: Final = re.compile(r"Expected `int( \| null)?`, got `float`")
_PLACE: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<where>[^`]*)`)?$", re.DOTALL)
_MISSING: Final = re.compile(r"Object missing required field `(\w+)`")
_INVALID_VALUE: Final = re.compile(r"Invalid enum value|Invalid value", re.DOTALL)


def _malformed(error: msgspec.DecodeError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "JSON: nested too deeply"
    detail = str(error).removeprefix("JSON is malformed: ")
    return f"JSON: {detail[0].lower()}{detail[1:]}"


def _reason(message: str, event_type: str | None = None) -> str:
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
        return f"{where}: {_allowed(where, event_type)}"
    what = what.replace("`", "").replace("Expected str of length >= 1", "empty, expected 1 or more")
    return f"{where}: {what[0].lower()}{what[1:]}"


def _allowed(where: str, event_type: str | None) -> str:
    """What a field with named values may hold."""
    kind: Any = UnknownEvent if event_type is None else _STRUCT_OF[event_type]
    for name in where.split("."):
        types = {info.name: info.type for info in msgspec.structs.fields(kind)}
        if name not in types:
            # The text has the key `type` twice, and the other one's type was being read.
            return "not an allowed value"
        kind = types[name]
    return f"expected one of {', '.join(_named_values(kind))}"


def _named_values(kind: Any) -> list[str]:
    """The strings of the `Literal` that a field's type is or holds."""
    parts = get_args(kind)
    if parts and all(isinstance(part, str) for part in parts):
        return list(parts)
    return [value for part in parts for value in _named_values(part)]
