"""What customers said, as screens read it: scores, waits and scores, pain points, words (docs/experience.md).

A share without evidence is None, never 0. Instants are RFC 3339, seconds are numbers. `comment`
and the reason of a thanks are personal data: they are in an answer only where the question says so.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol

from msgspec import Struct

from stream.contract.figures import LIVE_WINDOWS

# The scores of a survey in the order in which people read them: how it was as a whole, what it
# did to trust, and why.
Measure = Literal["csat", "trust", "ease", "effectiveness", "emotion", "manner", "resolved"]
MEASURES: Final[tuple[Measure, ...]] = (
    "csat",
    "trust",
    "ease",
    "effectiveness",
    "emotion",
    "manner",
    "resolved",
)
By = Literal["floor", "channel", "queue", "segment", "language", "journey_stage"]
BYS: Final[tuple[By, ...]] = (
    "floor",
    "channel",
    "queue",
    "segment",
    "language",
    "journey_stage",
)
WINDOWS: Final = LIVE_WINDOWS
# Under so many answers a share says nothing (METRICS.md); each side of a comparison needs more.
FEW: Final = 10
FEW_COMPARED: Final = 30
# A loss of fewer points of CSAT than these is called none that matters.
MARGIN: Final = 0.05
# «Does it cost anything to wait between these?» is asked where people wait in person.
SHORT_WAIT_S: Final = 20
LONG_WAIT_S: Final = 90
ROWS_MAX: Final = 100
COMMENTS_MAX: Final = 500
THANKS_TOLD_MAX: Final = 200
PROMISES_TOLD_MAX: Final = 200
# What fewer have told is not named: it might be one person's own words.
NAMED_FROM: Final = 2
NAME_LENGTH_MAX: Final = 64


# --- questions: as of now, or of an instant `at` in microseconds of the floor's clock ----------


class ScoresAsked(Struct, frozen=True):
    """The scores of a window, by a dimension."""

    window: str
    by: By
    at: int | None = None


class CurveAsked(Struct, frozen=True):
    """CSAT against the wait, of a channel and, if given, of one queue."""

    window: str
    channel: str
    queue: str | None = None
    at: int | None = None


class PainsAsked(Struct, frozen=True):
    """What customers named as their pain point."""

    window: str
    at: int | None = None


class CommentsAsked(Struct, frozen=True):
    """The newest comments. Whoever asks has the right to see them."""

    most: int
    at: int | None = None


class ThanksAsked(Struct, frozen=True):
    """Who was thanked; `reasons` where whoever asks has the right to see them."""

    window: str
    reasons: bool
    at: int | None = None


class PromisesAsked(Struct, frozen=True):
    """The promises to call back that are open."""


Question = ScoresAsked | CurveAsked | PainsAsked | CommentsAsked | ThanksAsked | PromisesAsked


# --- answers -------------------------------------------------------------------------------


class Told(Struct, frozen=True, kw_only=True):
    """What every answer says of itself: as of when, and up to where the log was read for it.

    `reading` is while the past is still read back; until then counts are too low. `let_go` is of
    how many surveys of the window nothing is known any more because there were too many.
    """

    as_of: str
    reading: bool
    read_until: str | None
    let_go: int = 0


class Score(Struct, frozen=True):
    """A share of good scores (4 and 5; of `resolved`, yes), with its 95 % Wilson interval."""

    n: int
    top: int
    share: float | None
    low: float | None
    high: float | None


class ScoreRow(Struct, frozen=True):
    """The scores of one queue, channel, … or, where `name` is None, of surveys that say none."""

    name: str | None
    label: str | None
    surveys_sent: int
    surveys: int
    csat_mean: float | None
    nps: float | None
    scores: dict[Measure, Score]


class Scores(Told, frozen=True, kw_only=True):
    """The floor's scores and those by a dimension, most surveys first. `rows_left_out` is how many
    rows there are beside them."""

    window: str
    by: By
    floor: ScoreRow
    rows: list[ScoreRow]
    rows_left_out: int = 0


class Bin(Struct, frozen=True):
    """The answers after a wait of `from_s` up to, and without, `to_s` (None has no end)."""

    from_s: float
    to_s: float | None
    csat: Score


class BandPoint(Struct, frozen=True):
    """The smoothed share at a wait, with its pointwise 95 % interval, and on how many answers of
    about that wait it rests."""

    wait_s: float
    share: float
    low: float
    high: float
    n: float


class Loss(Struct, frozen=True):
    """How much lower the share is after the long wait than after the short one, 95 % interval."""

    loss: float
    low: float
    high: float


Verdict = Literal["too_few", "costs", "costs_little", "none_that_matters", "not_known"]


class Comparison(Struct, frozen=True):
    """CSAT after short waits (up to `short_s`) against longer ones (up to `long_s`, None has no end).

    `loss` is over all, `alike` within the same queues: on it rests the verdict, because queues
    differ in their waits and in much else. `needed` is about how many answers, both kinds together,
    would tell a loss of `margin` from none.
    """

    short_s: float
    long_s: float | None
    short: Score
    long: Score
    loss: Loss | None
    alike: Loss | None
    queues: int
    margin: float
    needed: int | None
    verdict: Verdict


class Curve(Told, frozen=True, kw_only=True):
    """CSAT by wait. `channels` have answers whose wait is known; `without_wait` of this channel's
    answers have none. `comparisons` are the answers to what waiting costs, none where nobody waits
    in person."""

    window: str
    channel: str
    queue: str | None
    channels: dict[str, int]
    n: int
    without_wait: int
    bins: list[Bin]
    band: list[BandPoint]
    comparisons: list[Comparison]


class Pain(Struct, frozen=True):
    """A pain point: how many named it, its share of all that were named, and the share of it and
    all before it."""

    name: str
    n: int
    share: float
    cumulative: float


class Pains(Told, frozen=True, kw_only=True):
    """Pain points, most named first. `rare` were each told once only and are not named."""

    window: str
    surveys: int
    named: int
    rare: int
    points: list[Pain]


class Comment(Struct, frozen=True):
    """What a customer wrote. Personal data."""

    at: str
    contact: str
    queue: str
    label: str
    channel: str | None
    agent: str | None
    csat: int | None
    resolved: bool | None
    pain_point: str | None
    comment: str


class Comments(Told, frozen=True, kw_only=True):
    """The newest comments, newest first."""

    comments: list[Comment]
    more: bool


class Thanks(Struct, frozen=True):
    """Somebody thanked an agent. `reason` is personal data."""

    at: str
    agent: str
    by: str
    contact: str | None
    reason: str | None


class ThanksTold(Told, frozen=True, kw_only=True):
    """The newest thanks of a window, newest first, and how many there are by who gave them."""

    window: str
    total: int
    by: dict[str, int]
    thanks: list[Thanks]
    more: bool


class OpenPromise(Struct, frozen=True):
    """A promise to call back that nobody has come to yet."""

    contact: str
    queue: str
    label: str
    due: str
    overdue: bool


class OpenPromises(Told, frozen=True, kw_only=True):
    """All open promises: how many, how many are overdue, and the first that are due."""

    total: int
    overdue: int
    promises: list[OpenPromise]
    more: bool


class NotTold(Exception):
    """It cannot be answered now. Operator: the message says why."""


class NotHeld(NotTold):
    """It is of a time of which nothing is known here any more, or not yet.

    Operator: nothing to do; the message says from when on something is known.
    """


class StillToCome(NotHeld):
    """It is of a time that has not come yet.

    Operator: nothing to do.
    """


class OtherFloor(NotTold):
    """A drill's floor is shown, whose customers are nobody.

    Operator: nothing to do.
    """


class Experience(Protocol):
    """Answers what customers said. Any thread may ask."""

    def ask(self, question: Question) -> Told:
        """The answer to a question. Raises `NotTold`."""
        ...
