"""Dead letters: events that cannot be read, kept whole with the reason and the place.

A letter is never changed. That its event was sent once more is a record of its own, the letter's
key without a value, written in one step with the event; the letter is the older of the two, so the
log does not forget that it was redriven while it still holds the letter.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import Any, Final

import msgspec
from msgspec import Struct

from stream.contract.codec import Rejected, decode, field_at_fault
from stream.contract.instants import format_millis
from stream.floor.floor import AHEAD_LIVE
from stream.logs.port import Log, Produced, Record
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS

REDRIVE_GROUP: Final = "floorwatch-redrive"
# Events in one step: some megabytes at most, well within the time that a transaction may take.
SENT_AT_ONCE: Final = 100


class DeadLetter(Struct, frozen=True):
    """A rejected event, whole, with its reason and its place. `key` is that of its record, empty
    in letters of old; `payload` is the text where it is UTF-8, else `payload_base64` holds the
    bytes. Times are RFC 3339 in UTC, to the millisecond."""

    reason: str
    topic: str
    partition: int
    offset: int
    appended_at: str
    payload: str | None = None
    payload_base64: bytes | None = None
    key: str = ""

    @property
    def place(self) -> str:
        """Where the event lies in its topic, as `3/75`: by this a letter is named."""
        return f"{self.partition}/{self.offset}"

    @property
    def event(self) -> bytes:
        """The event as it came."""
        return (self.payload_base64 or b"") if self.payload is None else self.payload.encode()

    @property
    def field(self) -> str:
        """The field at fault, as the stream counts rejections by it."""
        return field_at_fault(self.reason)


class KeptLetter(DeadLetter, frozen=True):
    """A letter as the log tells it, with the time at which its event was last sent once more."""

    redriven_at: str | None = None


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
    return Produced(DEAD_LETTERS, record.partition, letter.place, _encoder.encode(letter))


def read_letter(line: bytes) -> KeptLetter:
    """A letter as `write_letter` or a worker wrote it. Raises `ValueError` where it is none."""
    try:
        return _decoder.decode(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def write_letter(letter: KeptLetter) -> bytes:
    """The letter as one line of JSON, without its line ending."""
    return _encoder.encode(letter)


# --- the log's letters ----------------------------------------------------------------------


def letters(log: Log) -> Iterator[KeptLetter]:
    """All letters that the log holds, in the order in which their events were appended."""
    partitions = range(log.partitions(DEAD_LETTERS))
    # First, since a letter comes before its mark; there are few of them, and letters may be many.
    marks = {record.key: record for number in partitions for record in _marks(log, number)}
    each = [_letters_of(log, number, marks) for number in partitions]
    return heapq.merge(*each, key=lambda letter: letter.appended_at)


def _marks(log: Log, partition: int) -> Iterator[Record]:
    return (record for record in log.read(DEAD_LETTERS, partition) if record.value is None)


def _letters_of(log: Log, partition: int, marks: Mapping[str, Record]) -> Iterator[KeptLetter]:
    for record in log.read(DEAD_LETTERS, partition):
        if record.value is None:
            continue
        try:
            letter = read_letter(record.value)
        except ValueError:
            # Anybody may write to a topic; what no worker wrote must not hide what they did.
            continue
        if (mark := marks.get(letter.place)) is not None:
            letter = msgspec.structs.replace(letter, redriven_at=format_millis(mark.appended_at))
        yield letter


# --- sending an event once more -------------------------------------------------------------

Step = tuple[Produced, Produced]


def step_again(letter: DeadLetter, event: bytes, *, latest: int) -> Step:
    """What sends the letter's event once more, mended or not, and what marks the letter.

    Raises `Rejected` where the workers would reject it again, `latest` being the newest time in
    microseconds that they would take now; and where its subject is another than it came with: the
    subject's other events may then lie in another partition, and nobody there would see this one.
    """
    read = decode(event)
    if read.time > latest:
        raise Rejected(AHEAD_LIVE)
    came_with = {letter.key, _subject(letter.event)} - {""}
    if came_with and read.subject not in came_with:
        raise Rejected("subject: not the one it came with; let its sender send it instead")
    key = letter.key or read.subject
    return (
        Produced(CONTACT_EVENTS, letter.partition, key, event),
        Produced(DEAD_LETTERS, letter.partition, letter.place, None),
    )


def send(log: Log, steps: Iterable[Step]) -> int:
    """Write the steps, each whole or not at all; gives how many. Raises `LogError`: then what was
    written until then stays, and is marked."""
    rest = iter(steps)
    batch = list(islice(rest, SENT_AT_ONCE))
    if not batch:
        return 0
    count = 0
    # It reads nothing; it is there because only a member of a group writes to several topics in
    # one step.
    with closing(log.consumer(REDRIVE_GROUP, DEAD_LETTERS)) as member:
        while batch:
            member.commit({}, [record for step in batch for record in step])
            count += len(batch)
            batch = list(islice(rest, SENT_AT_ONCE))
    return count


def on_one_line(event: bytes) -> bytes:
    """The event as its sender would have written it, whatever an editor or `jq` has made of it."""
    if b"\n" not in event:
        return event
    try:
        return msgspec.json.format(event, indent=-1)
    except (ValueError, RecursionError):
        return event


def _subject(event: bytes) -> str:
    """The subject of an event that may be as bad as can be, empty where it cannot be told."""
    try:
        subject = _envelope.decode(event).subject
    except (ValueError, RecursionError):
        return ""
    return subject if isinstance(subject, str) else ""


class _Envelope(Struct):
    subject: Any = None


_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(KeptLetter)
_envelope: Final = msgspec.json.Decoder(_Envelope)
