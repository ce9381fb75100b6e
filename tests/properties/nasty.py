"""Nasty logs: plausible lives of few contacts and agents, then damaged, aimed at every edge.

Uniform times almost never land on an edge, where the mistakes are, so times are drawn as an
edge after the subject's last event: a target, a short limit, a pane, a keep time, each ±1 µs.
"""

from __future__ import annotations

import enum
import itertools
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.builders import BASE_US, SECOND_US, text
from tests.oracle_life import FIELDS, PANE_US, parse_instant, read

Item = TypeVar("Item")
Drawn = TypeVar("Drawn")


class Draw(Protocol):
    """What a composite strategy's `draw` and `st.data()`'s have in common."""

    def __call__(self, strategy: st.SearchStrategy[Drawn], label: Any = None) -> Drawn: ...


MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US

# Few of each, so that they collide; a contact may even bear an agent's name.
CONTACTS: Final = ("c1", "c2", "c3", "a1")
AGENTS: Final = ("a1", "a2", "a3")
QUEUES: Final = ("benefits", "appeals", "été")
TEAMS: Final = ("north", "south")
CHANNELS: Final = ("voice", "chat", "sms", "email")
ZONES: Final = ("UTC", "Europe/Rome", "America/Denver", "Asia/Kolkata", "America/Havana")
VARIANTS: Final = (
    "abandons_count",
    "abandons_ignored",
    "abandons_in_target_ignored",
    "abandons_in_target_met",
    "stuck_proof",
)
WINDOWS: Final = ("5m", "15m", "30m", "60m", "240m", "today", "all")


class Span(enum.Enum):
    """How far apart the events of a log may lie, so that what depends on reading order is known.

    HOURS: nothing is too late or too far ahead, whatever the order of reading.
    WEEK: `too_late` may depend on the order, nothing is too far ahead.
    WILD: both may; compare with the oracle only in the log's own order.
    """

    HOURS = 239 * MINUTE_US
    WEEK = 8 * DAY_US
    WILD = 400 * DAY_US


@dataclass(frozen=True)
class Case:
    """A log and what is asked of it, as `compute` takes them."""

    lines: list[bytes]
    plan: dict[str, Any]
    window: str
    at: int | None


# === Edges =================================================================================


def _around(*micros: int) -> tuple[int, ...]:
    return tuple(each + by for each in micros for by in (-1, 0, 1))


def _midnight(zone: str, year: int, month: int, day: int) -> int:
    moment = datetime(year, month, day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return round(moment.timestamp()) * SECOND_US


# The two last are the days on which the clocks of Denver and Havana go forward.
MIDNIGHTS: Final = (
    *(_midnight(zone, 2026, 3, 3) for zone in ZONES),
    _midnight("America/Denver", 2026, 3, 8),
    _midnight("America/Havana", 2026, 3, 8),
)
_LIMITS: Final = tuple(
    s * SECOND_US // 2 for s in (5, 6, 10, 40, 60, 120, 600)
)  # 2.5 s, 3 s, 5 s, 20 s, 30 s, 60 s, 300 s
_STEPS: Final = st.sampled_from((0, 0, 1, 2, SECOND_US, 3 * SECOND_US, 7 * SECOND_US, 61_000_003))
_AIMS: Final = st.sampled_from(_around(0, *_LIMITS))
_LATENESS: Final = {
    Span.HOURS: (1, SECOND_US, PANE_US, MINUTE_US, 10 * MINUTE_US, HOUR_US),
    Span.WEEK: (1, PANE_US, MINUTE_US, HOUR_US, *_around(240 * MINUTE_US), DAY_US),
    Span.WILD: (
        1,
        MINUTE_US,
        HOUR_US,
        *_around(240 * MINUTE_US - PANE_US, 240 * MINUTE_US, 240 * MINUTE_US + PANE_US),
        9 * DAY_US,
    ),
}
_SHORT_JUMPS: Final = (
    *_around(5 * MINUTE_US, 15 * MINUTE_US, 30 * MINUTE_US, HOUR_US),
    HOUR_US + PANE_US,
)
_JUMPS: Final = {
    Span.HOURS: _SHORT_JUMPS,
    Span.WEEK: (*_SHORT_JUMPS, *_around(240 * MINUTE_US, DAY_US, 7 * DAY_US)),
    Span.WILD: (*_SHORT_JUMPS, *_around(240 * MINUTE_US, DAY_US, 7 * DAY_US, 8 * DAY_US)),
}
_BASES: Final = st.sampled_from(
    (
        *(BASE_US, BASE_US, BASE_US + 2 * SECOND_US, BASE_US - 1),
        *(each - by for each in MIDNIGHTS for by in (10 * SECOND_US, HOUR_US)),
    )
)


# === One contact's plausible next =========================================================

# What may follow, by the state that a life seems to be in; the likelier the more often.
_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "gone": (
        *("contact.queued",) * 5,
        "contact.answered",
        "message.received",
        "message.sent",
        "bot.escalated",
        "callback.promised",
        "callback.attempted",
        "survey.sent",
        "survey.answered",
        "contact.wrapped",
    ),
    "waiting": (
        *("contact.answered",) * 5,
        *("contact.abandoned",) * 3,
        "contact.diverted",
        "contact.offered",
        "contact.declined",
        "message.received",
        "contact.queued",
    ),
    "answered": (
        *("contact.ended",) * 3,
        *("contact.transferred",) * 2,
        *("contact.held",) * 2,
        "message.received",
        "message.sent",
        "contact.resumed",
        "contact.queued",
    ),
    "held": (
        *("contact.resumed",) * 3,
        "contact.ended",
        "contact.transferred",
        "contact.held",
        "message.received",
    ),
    "in_transfer": (
        *("contact.queued",) * 3,
        *("contact.answered",) * 3,
        "contact.abandoned",
        "contact.wrapped",
        "contact.ended",
    ),
    "wrapping": (
        *("contact.wrapped",) * 4,
        "contact.queued",
        "contact.answered",
        "survey.answered",
        "message.received",
        "contact.ended",
    ),
}
_LEADS_TO: Final = {
    "contact.queued": "waiting",
    "contact.answered": "answered",
    "contact.held": "held",
    "contact.resumed": "answered",
    "contact.transferred": "in_transfer",
    "contact.ended": "wrapping",
    "contact.wrapped": "gone",
    "contact.abandoned": "gone",
    "contact.diverted": "gone",
}
_PLAUSIBLE: Final = {state: st.sampled_from(types) for state, types in _NEXT.items()}
_ANY_TYPE: Final = st.sampled_from((*sorted(FIELDS), "contact.sneezed"))
_DICE: Final = st.integers(0, 99)
_CONTACT: Final = st.sampled_from(CONTACTS)
_AGENT: Final = st.sampled_from(AGENTS)
_QUEUE: Final = st.sampled_from(QUEUES)
_TEAM: Final = st.sampled_from(TEAMS)
_CHANNEL: Final = st.sampled_from(CHANNELS)


@dataclass
class _Life:
    """Where the writer of a log believes a contact to be."""

    state: str = "gone"
    queue: str = QUEUES[0]
    agent: str = AGENTS[0]
    last_us: int | None = None
    unanswered: bool = False
    due_us: int | None = None


_STATE_EVENTS: Final = st.fixed_dictionaries(
    {"state": st.sampled_from(("offline", "available", "busy", "wrap_up", "away"))},
    optional={
        "reason": st.sampled_from((None, "lunch", "break")),
        "team": st.sampled_from((None, *TEAMS)),
        "queues": st.one_of(st.none(), st.lists(_QUEUE, max_size=3)),
    },
)
_SURVEYS: Final = st.fixed_dictionaries(
    {"csat": st.one_of(st.none(), st.integers(0, 6))},
    optional={
        "agent": _AGENT,
        "channel": _CHANNEL,
        "resolved": st.sampled_from((True, False, None)),
        "nps": st.integers(-1, 11),
        **{
            name: st.sampled_from((1, 3, 4, 5, None))
            for name in ("manner", "ease", "effectiveness", "emotion", "trust")
        },
    },
)
_DUES: Final = st.sampled_from((*_around(0, PANE_US, MINUTE_US), HOUR_US, -MINUTE_US, DAY_US))
_PASSED_ON: Final[st.SearchStrategy[dict[str, Any]]] = st.sampled_from(
    (
        {"to_agent": "a2"},
        {"to_agent": "a3", "to_queue": "benefits"},
        {"to_agent": None},
        {"to_queue": "appeals"},
        {},
    )
)


@dataclass
class _Writer:
    """Writes one log, event by event, remembering just enough to be plausible."""

    draw: Draw
    span: Span
    base: int
    now: int
    lives: dict[str, _Life] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)
    copies: list[bytes] = field(default_factory=list)
    written: int = 0

    def step(self) -> None:
        """One more line: an event, a copy of one, or junk."""
        dice = self.draw(_DICE)
        if dice >= 96:
            junk = junk_lines(self.now, len(self.lines))
            self.lines.append(junk[self.draw(st.integers(0, len(junk) - 1))])
        elif dice >= 88 and self.copies:
            self.lines.append(self.draw(st.sampled_from(self.copies[-3:])))
        elif dice >= 72:
            self._agent_event()
        else:
            self._contact_event()

    def _agent_event(self) -> None:
        agent = self.draw(_AGENT)
        self._write("agent.state", agent, self._time(None), self.draw(_STATE_EVENTS))

    def _contact_event(self) -> None:
        subject = self.draw(_CONTACT)
        life = self.lives.setdefault(subject, _Life())
        type_ = self._type(life)
        # Now and then somebody else's queue or agent; a wait begins where it likes.
        dice = self.draw(_DICE)
        if dice >= 92 or type_ == "contact.queued":
            life.queue = self.draw(_QUEUE)
        if dice >= 92 or type_ == "contact.answered":
            life.agent = self.draw(_AGENT)
        aim = life.due_us if type_ == "callback.attempted" else life.last_us
        time = self._time(aim)
        data = self._data(type_, life, time)
        self._write(type_, subject, time, data)
        self._believe(life, type_, time, data)

    def _type(self, life: _Life) -> str:
        dice = self.draw(_DICE)
        if life.unanswered and dice in range(60, 75):
            return "message.sent"
        if life.due_us is not None and dice in range(30, 50):
            return "callback.attempted"
        return self.draw(_ANY_TYPE if dice < 8 else _PLAUSIBLE[life.state])

    def _believe(self, life: _Life, type_: str, time: int, data: Mapping[str, Any]) -> None:
        life.last_us = time
        life.state = _LEADS_TO.get(type_, life.state)
        if type_.startswith("message."):
            life.unanswered = type_ == "message.received"
        if type_ == "callback.promised":
            life.due_us = parse_instant(data["due"])

    def _time(self, last_us: int | None) -> int:
        """A little later than before, at an edge after the subject's last, on a pane, or late."""
        dice = self.draw(_DICE)
        if dice < 45 and last_us is not None:
            time = last_us + self.draw(_AIMS)
        elif dice < 80:
            time = self.now + self.draw(_STEPS)
        elif dice < 88:
            time = (self.now // PANE_US + 1) * PANE_US + self.draw(st.sampled_from((-1, 0, 1)))
        elif dice < 94:
            time = (last_us or self.now) + self.draw(st.sampled_from(_JUMPS[self.span]))
        else:
            time = self.now - self.draw(st.sampled_from(_LATENESS[self.span]))
        if self.span is not Span.WILD:
            time = max(self.base, min(time, self.base + self.span.value))
        self.now = max(self.now, time)
        return time

    def _data(self, type_: str, life: _Life, time: int) -> dict[str, Any]:
        """What the type needs, with the queue and agent that the life believes in."""
        data: dict[str, Any] = {}
        fields = FIELDS.get(type_, {})
        if "queue" in fields:
            data["queue"] = life.queue
        if "agent" in fields:
            data["agent"] = life.agent
        more = _MORE.get(type_)
        return data | (more(self.draw, time) if more else {})

    def _write(self, type_: str, subject: str, time: int, data: Mapping[str, Any]) -> None:
        # An id used again makes a copy of the same subject's, and is none of another subject's.
        self.written += self.draw(_DICE) >= 4
        whole = {
            "specversion": "1.0",
            "id": f"e{self.written}",
            "source": "/acd",
            "type": type_,
            "time": text(time),
            "subject": subject,
            "data": data,
        }
        line = json.dumps(whole, ensure_ascii=False).encode()
        self.lines.append(line)
        if self.draw(_DICE) < 20:
            self.copies.append(line if self.draw(st.booleans()) else _changed(whole, time))


def _changed(whole: dict[str, Any], time: int) -> bytes:
    """A copy that tells another story under the same id and source."""
    other = whole | {"type": "contact.queued", "time": text(time + SECOND_US)}
    other["data"] = {"queue": QUEUES[1], "channel": "chat"}
    return json.dumps(other).encode()


def _plan_interval(draw: Draw, time: int) -> dict[str, Any]:
    forecast = draw(st.sampled_from((0, 12.5, -1)))
    start = text(time)
    return {"start": start, "minutes": 15, "forecast_contacts": forecast, "forecast_aht_s": 300}


_MORE: Final[Mapping[str, Callable[[Draw, int], dict[str, Any]]]] = {
    "contact.queued": lambda draw, time: {"channel": draw(_CHANNEL)},
    "contact.declined": lambda draw, time: {"reason": "no_answer"},
    "contact.transferred": lambda draw, time: {"kind": "blind"} | draw(_PASSED_ON),
    "contact.diverted": lambda draw, time: {"to": "voicemail"},
    "contact.ended": lambda draw, time: {"by": "customer"},
    "callback.promised": lambda draw, time: {"due": text(time + draw(_DUES))},
    "callback.attempted": lambda draw, time: {"reached": draw(st.booleans())},
    "agent.state": lambda draw, time: draw(_STATE_EVENTS),
    "survey.sent": lambda draw, time: {"agent": draw(_AGENT), "channel": draw(_CHANNEL)},
    "survey.answered": lambda draw, time: {"agent": None} | draw(_SURVEYS),
    "recognition.given": lambda draw, time: {"by": "peer"},
    "plan.interval": _plan_interval,
}


# === Junk ==================================================================================


def junk_lines(time: int, nonce: int) -> list[bytes]:
    """Lines that are bad each in its own way, and some that only look so."""
    good: dict[str, Any] = {
        "specversion": "1.0",
        "id": f"j{nonce}",
        "source": "/junk",
        "type": "contact.queued",
        "time": text(time),
        "subject": "c1",
        "data": {"queue": QUEUES[0], "channel": "voice"},
    }
    queued: dict[str, Any] = good["data"]
    survey = {**good, "type": "survey.answered"}
    line = json.dumps(good).encode()
    return [
        b"",
        b"not json",
        b"null",
        b"[]",
        line[:-1],
        line + b"}",
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf" + line,
        line[:-1] + b',"x":"\xff"}',
        line[:-1] + b',"x":NaN}',
        line[:-1] + b',"x":-Infinity}',
        line[:-1] + b',"x":"\x01"}',
        line[:-1] + b"\r}\r",
        *(json.dumps({k: v for k, v in good.items() if k != name}).encode() for name in good),
        *(json.dumps({**good, name: None}).encode() for name in good),
        *(json.dumps({**good, name: ""}).encode() for name in good),
        *(json.dumps({**good, name: 1}).encode() for name in good),
        *(json.dumps({**good, "time": bad}).encode() for bad in _bad_times(time)),
        *(json.dumps({**good, "time": odd}).encode() for odd in _odd_times(time)),
        *(json.dumps({**good, "data": {**queued, **bad}}).encode() for bad in _BAD_QUEUED),
        *(json.dumps({**good, "data": {**queued, **odd}}).encode() for odd in _ODD_QUEUED),
        *(
            json.dumps({**survey, "data": {"queue": QUEUES[0], **answers}}).encode()
            for answers in _SURVEY_ANSWERS
        ),
        *(
            json.dumps({**good, "type": "agent.state", "data": state}).encode()
            for state in _AGENT_STATES
        ),
        json.dumps({**good, "type": "x.unknown", "data": 7}).encode(),
        json.dumps({**good, "type": "x.unknown", "subject": ""}).encode(),
        json.dumps({**good, "type": "y" * 200}).encode(),
        json.dumps({**good, "id": "\U0001f4de" * 128}).encode(),
        json.dumps({**good, "id": "i" * 129}).encode(),
        json.dumps({**good, "subject": "s" * 129}).encode(),
        json.dumps({**good, "specversion": "1.1"}).encode(),
        _padded(good, 65_536),
        _padded(good, 65_537),
    ]


def _bad_times(time: int) -> list[str]:
    whole = text(time)
    return [
        whole[:-1],
        whole.replace("T", " "),
        whole[:10],
        whole[:16] + "Z",
        whole[:17] + "60Z",
        whole[:19] + ".Z",
        whole[:-1] + "+0100",
        whole[:-1] + "+24:00",
        "2026-02-30T00:00:00Z",
    ]


def _odd_times(time: int) -> list[str]:
    """Readable: other offsets, no fraction, more digits than are kept."""
    whole = text(time)
    an_hour_on = text(time + HOUR_US)
    return [
        whole[:-1] + "999Z",
        whole[:-1] + "-00:00",
        an_hour_on[:-1] + "+01:00",
        whole[:19] + "Z",
    ]


_BAD_QUEUED: Final[tuple[dict[str, Any], ...]] = (
    {"queue": None},
    {"queue": ""},
    {"queue": "q" * 129},
    {"queue": 7},
    {"channel": "fax"},
    {"channel": None},
    {"priority": True},
    {"priority": 4.5},
    {"priority": "1"},
    {"customer": 7},
    {"redial_of": ""},
)
_ODD_QUEUED: Final[tuple[dict[str, Any], ...]] = (
    {"priority": None},
    {"priority": -3},
    {"customer": ""},
    {"surprise": {"deep": [1, None]}},
    {"queue": "é" * 128},
)
_SURVEY_ANSWERS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"csat": None},
    {"comment": "fine"},
    {"csat": 0},
    {"csat": 6},
    {"csat": 4.5},
    {"csat": True},
    {"csat": "5"},
    {"nps": 11},
    {"nps": 0},
    {"resolved": False},
    {"resolved": 1},
    {"csat": 5, "channel": "fax"},
    {"csat": 5, "agent": ""},
)
_AGENT_STATES: Final[tuple[dict[str, Any], ...]] = (
    {"state": "asleep"},
    {"state": None},
    {"state": "away", "queues": [""]},
    {"state": "away", "queues": [None]},
    {"state": "away", "queues": "benefits"},
    {"state": "away", "team": ""},
    {"state": "away", "reason": 7},
    {"state": "away", "reason": "reading", "queues": None, "team": None},
    {"state": "busy", "queues": ["benefits", "benefits"]},
)


def _padded(good: Mapping[str, Any], size: int) -> bytes:
    """A good event of exactly so many bytes."""
    bare = json.dumps({**good, "id": f"{good['id']}-{size}", "pad": ""}).encode()
    return bare[:-2] + b"x" * (size - len(bare)) + bare[-2:]


# === Strategies ============================================================================


@st.composite
def logs(draw: st.DrawFn, span: Span = Span.WILD, most: int = 40) -> list[bytes]:
    """A damaged log of at most `most` lines and a few, in the order in which it is read."""
    base = draw(_BASES)
    writer = _Writer(draw, span, base, base)
    for _ in range(draw(st.integers(0, most))):
        writer.step()
    lines = writer.lines
    for _ in range(draw(st.integers(0, 3)) if len(lines) > 1 else 0):
        place = draw(st.integers(0, len(lines) - 2))
        lines[place], lines[place + 1] = lines[place + 1], lines[place]
    for _ in range(draw(st.integers(0, min(2, len(lines))))):
        del lines[draw(st.integers(0, len(lines) - 1))]
    return without_forgettable_copies(lines, any_order=span is not Span.WILD)


def without_forgettable_copies(lines: Sequence[bytes], *, any_order: bool) -> list[bytes]:
    """Leave out the copies that a stream need not find: those read when the newest time seen is
    over 10 minutes past their own or the first copy's. With `any_order` the rest is to be found
    however the subjects are interleaved.
    """
    events = iter(read(lines))
    readings = [(line, next(events) if line else None) for line in lines]
    end = max((event.time for _, event in readings if event is not None), default=0)
    newest: int | None = None
    first_times: dict[tuple[str, str, str], int] = {}
    left: list[bytes] = []
    for line, event in readings:
        if event is not None:
            newest = event.time if newest is None else max(newest, event.time)
            pair = (event.subject, event.source, event.id)
            is_copy = pair in first_times
            earliest = min(first_times.setdefault(pair, event.time), event.time)
            if is_copy and (end if any_order else newest) > earliest + 10 * MINUTE_US:
                continue
        left.append(line)
    # Without a line that was newest another may be too far ahead, and so a copy be the first.
    return (
        left if len(left) == len(lines) else without_forgettable_copies(left, any_order=any_order)
    )


_TARGETS: Final = st.sampled_from((2.5, 3, 5, 20, 30, 60, 300))
_QUEUE_PLANS: Final = st.fixed_dictionaries(
    {},
    optional={
        "target_s": _TARGETS,
        "short_abandon_s": st.sampled_from((0, 2.5, 3, 5, 20)),
        "service_level": st.sampled_from(VARIANTS),
        "time_zone": st.sampled_from(ZONES),
        "name": st.just("A name"),
    },
)


def plans() -> st.SearchStrategy[dict[str, Any]]:
    """What a floor.yaml may hold, as parsed."""
    return st.fixed_dictionaries(
        {},
        optional={
            "time_zone": st.sampled_from(ZONES),
            "service_level": st.sampled_from(VARIANTS),
            "short_abandon_s": st.sampled_from((0, 2.5, 3, 5, 20)),
            "target_s": st.dictionaries(_CHANNEL, _TARGETS, max_size=2),
            "queues": st.dictionaries(_QUEUE, _QUEUE_PLANS, max_size=2),
        },
    )


def windows() -> st.SearchStrategy[str]:
    """Every window there is."""
    return st.sampled_from(WINDOWS)


_AFTERWARDS: Final = st.sampled_from(
    _around(
        0,
        PANE_US,
        20 * SECOND_US,
        5 * MINUTE_US,
        30 * MINUTE_US,
        HOUR_US,
        240 * MINUTE_US,
        240 * MINUTE_US + PANE_US,
        DAY_US,
        7 * DAY_US,
    )
)


@st.composite
def instants(draw: st.DrawFn, lines: Sequence[bytes]) -> int | None:
    """What `--at` may ask of a log: nothing, one of its times, a pane's edge, or long after."""
    times = [event.time for event in read(lines) if event is not None]
    if not times or draw(st.booleans()):
        return None
    time = draw(st.sampled_from(sorted(set(times))))
    after = draw(st.one_of(st.just(0), _AFTERWARDS))
    edge = draw(st.sampled_from((None, None, 0, PANE_US - 1)))
    at = time + after
    return at if edge is None else at // PANE_US * PANE_US + edge


@st.composite
def cases(draw: st.DrawFn, span: Span = Span.WILD, most: int = 40) -> Case:
    """A log with all that is asked of it."""
    lines = draw(logs(span, most))
    return Case(lines, draw(plans()), draw(windows()), draw(instants(lines)))


# === The same log, read otherwise ==========================================================


def subject_of(line: bytes) -> str | None:
    """The key under which a line would be produced: None for junk that names no subject."""
    try:
        whole = json.loads(line)
    except (ValueError, RecursionError):
        return None
    subject = whole.get("subject") if isinstance(whole, dict) else None
    return subject if isinstance(subject, str) else None


def interleave(lines: Sequence[bytes], draw: Draw) -> list[bytes]:
    """The same lines in another order that keeps each subject's own."""
    subjects = [subject_of(line) or f"junk {place}" for place, line in enumerate(lines)]
    queues: dict[str, list[bytes]] = {subject: [] for subject in subjects}
    for subject, line in zip(subjects, lines, strict=True):
        queues[subject].append(line)
    return [queues[subject].pop(0) for subject in draw(st.permutations(subjects))]


def split(lines: Sequence[bytes], partitions: int) -> list[list[bytes]]:
    """The lines by partition, each subject in one, in their order; the same in every run."""
    parted: list[list[bytes]] = [[] for _ in range(partitions)]
    for line in lines:
        key = subject_of(line)
        of = zlib.crc32(line if key is None else key.encode("utf-8", "surrogatepass"))
        parted[of % partitions].append(line)
    return parted


def cut(items: Sequence[Item], draw: Draw) -> list[list[Item]]:
    """The items in order, cut into batches, empty ones among them."""
    cuts = sorted(draw(st.lists(st.integers(0, len(items)), max_size=8)))
    edges = [0, *cuts, len(items)]
    return [list(items[a:b]) for a, b in itertools.pairwise(edges)]
