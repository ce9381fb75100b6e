"""What was heard of customers, kept for the longest window and within a bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from msgspec import Struct

from stream.contract.events import RecognitionData, SurveyAnsweredData, SurveySentData
from stream.contract.experience import COMMENTS_MAX, MEASURES, NAME_LENGTH_MAX
from stream.floor.hearing import Heard

# Answers, and as many askings again (some 100 MB of them): beyond, the oldest are let go.
SURVEYS_MAX: Final = 200_000
THANKS_MAX: Final = 20_000


class Groups(NamedTuple):
    """To whom a survey counts in each dimension; None where nobody said."""

    channel: str | None
    queue: str
    segment: str | None
    language: str | None
    journey_stage: str | None


class Answer(Struct, frozen=True, gc=False):
    """One answered survey. `scores` are in the order of `MEASURES`, of `resolved` 1 or 0; `wait_us`
    is that of the contact's last wait, in the queue that the survey names."""

    time: int
    late: bool
    groups: Groups
    wait_us: int | None
    scores: tuple[int | None, ...]
    nps: int | None
    pain_point: str | None


class Sent(Struct, frozen=True, gc=False):
    """One survey that was sent."""

    time: int
    late: bool
    groups: Groups


class Written(Struct, frozen=True, gc=False):
    """A comment. Personal data."""

    time: int
    contact: str
    data: SurveyAnsweredData


class Thanked(Struct, frozen=True, gc=False):
    """Somebody thanked an agent."""

    time: int
    late: bool
    agent: str
    data: RecognitionData


class Store:
    """All that was heard; comments only where `comments` says so."""

    def __init__(self, *, comments: bool, most: int = SURVEYS_MAX) -> None:
        self.answers: list[Answer] = []
        self.sent: list[Sent] = []
        self.written: list[Written] = []
        self.thanked: list[Thanked] = []
        # How many answers and askings were let go of for their number, and the newest time of any.
        self.let_go = 0
        self.let_go_until: int | None = None
        self._comments = comments
        self._most = most

    @property
    def kept(self) -> int:
        """How many surveys are kept, sent and answered, and how many thanks."""
        return len(self.answers) + len(self.sent) + len(self.thanked)

    def take(self, heard: Iterable[Heard]) -> None:
        """Take in what was heard."""
        for one in heard:
            data: Any = one.data
            if isinstance(data, SurveyAnsweredData):
                self._answered(one, data)
            elif isinstance(data, SurveySentData):
                self.sent.append(Sent(one.time, one.late, _groups(one, data)))
            else:
                self.thanked.append(Thanked(one.time, one.late, one.subject, data))
        if len(self.answers) > self._most:
            self.answers = self._bounded(self.answers)
        if len(self.sent) > self._most:
            self.sent = self._bounded(self.sent)
        if len(self.thanked) > THANKS_MAX:
            self.thanked = sorted(self.thanked, key=_time)[THANKS_MAX // 10 :]
        if len(self.written) > 2 * COMMENTS_MAX:
            self.written = sorted(self.written, key=_time)[-COMMENTS_MAX:]

    def forget_before(self, moment: int) -> None:
        """Forget what no window can hold any more."""
        self.answers = [one for one in self.answers if one.time >= moment]
        self.sent = [one for one in self.sent if one.time >= moment]
        self.thanked = [one for one in self.thanked if one.time >= moment]
        self.written = [one for one in self.written if one.time >= moment]

    def pains_until(self, moment: int) -> Counter[str]:
        """How often each pain point was told up to and with a moment, of all that is kept."""
        return Counter(
            one.pain_point
            for one in self.answers
            if one.pain_point is not None and one.time <= moment
        )

    def let_go_since(self, start: int) -> int:
        """How many were let go of, where any can be of a window that begins then."""
        return self.let_go if self.let_go_until is not None and self.let_go_until >= start else 0

    def _answered(self, one: Heard, data: SurveyAnsweredData) -> None:
        known = one.known
        is_waited = known is not None and known.queue == data.queue
        self.answers.append(
            Answer(
                time=one.time,
                late=one.late,
                groups=_groups(one, data),
                wait_us=known.wait_us if known is not None and is_waited else None,
                scores=tuple(map(_score, (getattr(data, name) for name in MEASURES))),
                nps=data.nps,
                pain_point=_named(data.pain_point),
            )
        )
        if self._comments and data.comment:
            self.written.append(Written(one.time, one.subject, data))

    def _bounded(self, kept: list[Any]) -> list[Any]:
        """All but the oldest tenth, so that it is seldom done."""
        ordered = sorted(kept, key=_time)
        gone = len(ordered) - self._most + self._most // 10
        self.let_go += gone
        self.let_go_until = max(self.let_go_until or 0, ordered[gone - 1].time)
        return ordered[gone:]


def _time(one: Any) -> int:
    return int(one.time)


def _score(told: int | bool | None) -> int | None:
    return None if told is None else int(told)


def _named(told: str | None) -> str | None:
    return told[:NAME_LENGTH_MAX] if told else None


def _groups(one: Heard, data: SurveySentData | SurveyAnsweredData) -> Groups:
    """A survey counts in the queue and channel that it names. What it does not say of its customer
    is what the contact's last `contact.queued` said."""
    known = one.known
    segment = getattr(data, "segment", None)
    stage = getattr(data, "journey_stage", None)
    if known is not None:
        segment = segment if segment is not None else known.segment
        stage = stage if stage is not None else known.journey_stage
    language = None if known is None else known.language
    return Groups(data.channel, data.queue, _named(segment), _named(language), _named(stage))
