"""Many events read at once: the same verdicts as `codec.decode`, several times as fast.

Where the project is compiled, `_scan.pyx` reads what is written in the usual way, and a batch is
its `Rows`; this module is the plain way, and finds why an event is rejected for both.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

import msgspec

from stream.compiled import compiled
from stream.contract.codec import (
    EVENT_BYTES_MAX,
    EVENT_STRUCTS,
    TAG_OF,
    Rejected,
    check_bytes,
    decode,
    read_instant,
)
from stream.contract.events import IDENTIFIER_LENGTH_MAX, Event, KnownEvent, UnknownEvent
from stream.contract.instants import UNREADABLE, parse_instants

_LENGTHS: Final = tuple(map(chr, range(IDENTIFIER_LENGTH_MAX + 1)))


def marks_of(events: Iterable[Any]) -> list[str]:
    """One text for (subject, source, id) of each, by which copies are found: a third of a tuple's
    memory. The two lengths before keep ("ab", "c") and ("a", "bc") apart."""
    return [
        f"{_LENGTHS[len(subject := event.subject)]}{_LENGTHS[len(source := event.source)]}"
        f"{subject}{source}{event.id}"
        for event in events
    ]


class Batch:
    """Many events read at once: the good ones in order, when each was and its place in the
    batch, from 0; and of each bad one its place and why it was rejected.

    An event's own `time` may be text here: `times` has it in microseconds.
    """

    def __init__(
        self,
        events: list[Any],
        times: list[int],
        places: Sequence[int],
        rejected: list[tuple[int, str]],
    ) -> None:
        self.events = events
        self.times = times
        self.places = places
        self.rejected = rejected

    def __len__(self) -> int:
        return len(self.events)

    @property
    def latest(self) -> int:
        """The latest time among them; there is at least one."""
        return max(self.times)

    @property
    def marks(self) -> list[str]:
        """What each event is known by, for finding copies."""
        return marks_of(self.events)

    def only(self, kept: Sequence[int]) -> Batch:
        """The batch with the events at these indices alone."""
        return Batch(
            [self.events[index] for index in kept],
            [self.times[index] for index in kept],
            [self.places[index] for index in kept],
            self.rejected,
        )

    def rejecting(self, bad: Collection[int], reason: str) -> Batch:
        """The batch with the events at these indices rejected, for one reason."""
        kept = self.only([index for index in range(len(self.events)) if index not in bad])
        rejected = [*self.rejected, *((self.places[index], reason) for index in bad)]
        return Batch(kept.events, kept.times, kept.places, sorted(rejected))


def decode_batch(payloads: Sequence[bytes]) -> Batch:
    """Read many events."""
    return _scan(payloads, _event_or_reason)


def decode_plainly(payloads: Sequence[bytes]) -> Batch:
    """Read many events. Each is an instance of its struct or of the struct's twin in `TWIN_OF`."""
    if not payloads:
        return Batch([], [], (), [])
    events: list[Any] = []
    odd: dict[int, KnownEvent | UnknownEvent | Rejected] = {}
    read = _texts.decode if _are_decodable(payloads) else _checked
    rest = map(read, payloads)
    while len(events) < len(payloads):
        try:
            # Without a loop in Python. Those before a bad one stay, and it is the next in place.
            events.extend(rest)
        except (Rejected, msgspec.DecodeError, RecursionError):
            odd[len(events)] = _verdict(payloads[len(events)])
            events.append(_NOBODY)
    times = parse_instants([event.time for event in events])
    if UNREADABLE in times:
        unreadable = [place for place, time in enumerate(times) if time == UNREADABLE]
        odd |= {place: _verdict(payloads[place]) for place in unreadable}
    if odd:
        return _sorted_out(events, times, odd)
    return Batch(events, times, range(len(events)), [])


def _are_decodable(payloads: Sequence[bytes]) -> bool:
    """Whether size and UTF-8 of all are as they must be."""
    if max(map(len, payloads)) > EVENT_BYTES_MAX:
        return False
    if all(map(bytes.isascii, payloads)):
        return True
    try:
        # A character cut off at the end of one cannot go on behind a line feed.
        b"\n".join(payload for payload in payloads if not payload.isascii()).decode()
    except UnicodeDecodeError:
        return False
    return True


def _checked(payload: bytes) -> Any:
    check_bytes(payload)
    return _texts.decode(payload)


def _verdict(payload: bytes) -> KnownEvent | UnknownEvent | Rejected:
    """What `decode` says of an event that could not be read the quick way."""
    try:
        return decode(payload)
    except Rejected as rejected:
        return rejected


def _sorted_out(
    events: list[Any],
    times: list[int],
    odd: dict[int, KnownEvent | UnknownEvent | Rejected],
) -> Batch:
    """The batch with each odd one where it belongs."""
    good: list[tuple[Any, int, int]] = []
    rejected = []
    for place, (event, time) in enumerate(zip(events, times, strict=True)):
        verdict = odd.get(place, event)
        if isinstance(verdict, Rejected):
            rejected.append((place, str(verdict)))
        else:
            good.append((verdict, verdict.time if place in odd else time, place))
    return Batch(
        [event for event, _, _ in good],
        [time for _, time, _ in good],
        [place for _, _, place in good],
        rejected,
    )


def _decoded_plainly(payloads: Sequence[bytes], *_: object) -> Batch:
    return decode_plainly(payloads)


def _event_or_reason(payload: bytes) -> KnownEvent | UnknownEvent | str:
    verdict = _verdict(payload)
    return str(verdict) if isinstance(verdict, Rejected) else verdict


def _twin(struct: type[Event]) -> type[msgspec.Struct]:
    """The struct with its time as text: calling back for each would take longer than all the
    rest of reading the event."""
    return msgspec.defstruct(
        struct.__name__,
        [
            (field.name, str if field.name == "time" else field.type)
            for field in msgspec.structs.fields(struct)
        ],
        tag=TAG_OF[struct],
        tag_field=struct.__struct_config__.tag_field,
        frozen=True,
        gc=False,
    )


TWIN_OF: Final[dict[type[Event], type[msgspec.Struct]]] = {
    struct: _twin(struct) for struct in EVENT_STRUCTS
}
TYPE_OF: Final[dict[type, str]] = {
    **TAG_OF,
    **{twin: TAG_OF[struct] for struct, twin in TWIN_OF.items()},
}


class _Nobody(msgspec.Struct):
    """Holds the place of a bad event."""

    time: str


_NOBODY: Final = _Nobody("1970-01-01T00:00:00.000Z")

# Their union, which mypy cannot see: the twins are made while the module is loaded.
_texts: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(
    functools.reduce(operator.or_, TWIN_OF.values()),
    dec_hook=read_instant,
)
_scan: Final[Callable[..., Batch]] = compiled("stream.contract._scan", "scan", _decoded_plainly)
