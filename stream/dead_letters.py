"""Dead letters: events that cannot be read, kept whole with the reason and the place."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from stream.contract.instants import format_millis
from stream.logs.port import Produced, Record
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS


class DeadLetter(Struct, frozen=True):
    """A rejected event, whole, with its reason and its place. `key` is that of its record,
    `payload` the text where it is UTF-8, else `payload_base64` holds the bytes."""

    reason: str
    topic: str
    partition: int
    offset: int
    appended_at: str
    payload: str | None = None
    payload_base64: bytes | None = None
    key: str = ""


def dead_letter(record: Record, reason: str) -> Produced:
    """The letter of an event that was read from `contact-events`, as its worker writes it."""
    payload = record.value or b""
    try:
        text, raw = payload.decode(), None
    except UnicodeDecodeError:
        text, raw = None, payload
    letter = DeadLetter(
        reason=reason,
        topic=CONTACT_EVENTS,
        partition=record.partition,
        offset=record.offset,
        appended_at=format_millis(record.appended_at),
        payload=text,
        payload_base64=raw,
        key=record.key,
    )
    key = f"{record.partition}/{record.offset}"
    return Produced(DEAD_LETTERS, record.partition, key, _encoder.encode(letter))


def read_dead_letter(value: bytes) -> DeadLetter:
    """The letter that `dead_letter` wrote."""
    return _decoder.decode(value)


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(DeadLetter)
