"""Questions answered from what was heard: pure, as of an instant that is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from stream.contract.experience import (
    MEASURES,
    NAMED_FROM,
    PROMISES_TOLD_MAX,
    THANKS_TOLD_MAX,
    Comment,
    Comments,
    CommentsAsked,
    Curve,
    CurveAsked,
    OpenPromise,
    OpenPromises,
    Pain,
    Pains,
    PainsAsked,
    Question,
    Scores,
    ScoresAsked,
    Thanks,
    ThanksAsked,
    ThanksTold,
    Told,
)
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import format_millis
from stream.experience.curve import Waited, band_of, bins_of, comparisons_of
from stream.experience.scores import score_rows
from stream.experience.spans import Spans
from stream.experience.store import Answer, Store
from stream.floor.promises import KEPT_PAST_DUE_US, Promises
from stream.floor.surveys import TOP_BOX_FROM

_CSAT = MEASURES.index("csat")


class Standing(NamedTuple):
    """As of when the log is known, whether its past is still read back, and up to where it is read
    (None where nothing is). Microseconds of the floor's clock."""

    as_of: int
    reading: bool
    read_until: int | None


class Answers:
    """Answers from one store; `promises` are those of each partition."""

    def __init__(self, store: Store, spans: Spans, plan: FloorPlan) -> None:
        self._store = store
        self._spans = spans
        self._plan = plan

    def answer(self, asked: Question, stands: Standing, promises: Iterable[Promises]) -> Told:
        """The answer to a question, as of an instant."""
        match asked:
            case ScoresAsked():
                return self._scores(asked, stands)
            case CurveAsked():
                return self._curve(asked, stands)
            case PainsAsked():
                return self._pains(asked, stands)
            case CommentsAsked():
                return self._comments(asked, stands)
            case ThanksAsked():
                return self._thanks(asked, stands)
            case _:
                return self._promises(promises, stands)

    def _scores(self, asked: ScoresAsked, stands: Standing) -> Scores:
        floor, rows, left_out = score_rows(
            self._store, self._spans, self._plan, asked.window, asked.by, stands.as_of
        )
        return Scores(
            window=asked.window,
            by=asked.by,
            floor=floor,
            rows=rows,
            rows_left_out=left_out,
            **self._told(stands, asked.window),
        )

    def _curve(self, asked: CurveAsked, stands: Standing) -> Curve:
        scored = [
            one
            for one in self._within(asked.window, stands.as_of, asked.queue)
            if one.scores[_CSAT] is not None
        ]
        channels = Counter(
            one.groups.channel
            for one in scored
            if one.wait_us is not None and one.groups.channel is not None
        )
        ours = [one for one in scored if one.groups.channel == asked.channel]
        waited = [
            Waited(one.wait_us, (one.scores[_CSAT] or 0) >= TOP_BOX_FROM, one.groups.queue)
            for one in ours
            if one.wait_us is not None
        ]
        return Curve(
            window=asked.window,
            channel=asked.channel,
            queue=asked.queue,
            channels=dict(sorted(channels.items(), key=lambda told: (-told[1], told[0]))),
            n=len(waited),
            without_wait=len(ours) - len(waited),
            bins=bins_of(waited, asked.channel),
            band=band_of(waited),
            comparisons=comparisons_of(waited, asked.channel),
            **self._told(stands, asked.window),
        )

    def _pains(self, asked: PainsAsked, stands: Standing) -> Pains:
        answers = self._within(asked.window, stands.as_of, None)
        counts = Counter(one.pain_point for one in answers if one.pain_point is not None)
        named = sum(counts.values())
        # It may be told once in the window and often before; of what came after nobody knows yet.
        told = self._store.pains_until(stands.as_of)
        points: list[Pain] = []
        so_far = 0
        for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
            if told[name] >= NAMED_FROM:
                so_far += count
                points.append(Pain(name, count, count / named, so_far / named))
        return Pains(
            window=asked.window,
            surveys=len(answers),
            named=named,
            rare=named - so_far,
            points=points,
            **self._told(stands, asked.window),
        )

    def _comments(self, asked: CommentsAsked, stands: Standing) -> Comments:
        past = [one for one in self._store.written if one.time <= stands.as_of]
        newest = sorted(past, key=lambda one: one.time, reverse=True)
        return Comments(
            comments=[
                Comment(
                    at=format_millis(one.time),
                    contact=one.contact,
                    queue=one.data.queue,
                    label=self._plan.name_of(one.data.queue),
                    channel=one.data.channel,
                    agent=one.data.agent,
                    csat=one.data.csat,
                    resolved=one.data.resolved,
                    pain_point=one.data.pain_point,
                    comment=one.data.comment or "",
                )
                for one in newest[: asked.most]
            ],
            more=len(newest) > asked.most,
            **self._told(stands, None),
        )

    def _thanks(self, asked: ThanksAsked, stands: Standing) -> ThanksTold:
        span = self._spans.of(asked.window, stands.as_of)
        within = [one for one in self._store.thanked if span.holds(one.time, late=one.late)]
        newest = sorted(within, key=lambda one: one.time, reverse=True)
        return ThanksTold(
            window=asked.window,
            total=len(within),
            by=dict(sorted(Counter(one.data.by for one in within).items())),
            thanks=[
                Thanks(
                    at=format_millis(one.time),
                    agent=one.agent,
                    by=one.data.by,
                    contact=one.data.contact,
                    reason=one.data.reason if asked.reasons else None,
                )
                for one in newest[:THANKS_TOLD_MAX]
            ],
            more=len(newest) > THANKS_TOLD_MAX,
            **self._told(stands, None),
        )

    def _promises(self, promises: Iterable[Promises], stands: Standing) -> OpenPromises:
        as_of = stands.as_of
        open_ = sorted(
            (due, contact, queue)
            for each in promises
            for contact, told in each.by_contact.items()
            for queue, due in told
            if as_of - due <= KEPT_PAST_DUE_US
        )
        return OpenPromises(
            total=len(open_),
            overdue=sum(as_of > due for due, _, _ in open_),
            promises=[
                OpenPromise(
                    contact=contact,
                    queue=queue,
                    label=self._plan.name_of(queue),
                    due=format_millis(due),
                    overdue=as_of > due,
                )
                for due, contact, queue in open_[:PROMISES_TOLD_MAX]
            ],
            more=len(open_) > PROMISES_TOLD_MAX,
            **self._told(stands, None),
        )

    def _within(self, window: str, as_of: int, queue: str | None) -> list[Answer]:
        """The answers of a window, of all queues or of one."""
        if queue is None:
            span = self._spans.of(window, as_of)
        else:
            span = self._spans.of_queue(window, as_of, queue)
        return [
            one
            for one in self._store.answers
            if span.holds(one.time, late=one.late) and queue in {None, one.groups.queue}
        ]

    def _told(self, stands: Standing, window: str | None) -> dict[str, Any]:
        """What every answer says of itself."""
        let_go = 0
        if window is not None:
            let_go = self._store.let_go_since(self._spans.of(window, stands.as_of).start)
        until = stands.read_until
        return {
            "as_of": format_millis(stands.as_of),
            "reading": stands.reading,
            "read_until": None if until is None else format_millis(until),
            "let_go": let_go,
        }
