"""Scores by a dimension: shares of good scores with their intervals, counted over a window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from stream.contract.experience import BYS, MEASURES, ROWS_MAX, By, Score, ScoreRow
from stream.contract.floorplan import FloorPlan
from stream.experience.spans import Span, Spans
from stream.experience.store import Answer, Groups, Sent, Store
from stream.floor.surveys import DETRACTOR_UP_TO, PROMOTER_FROM, TOP_BOX_FROM
from stream.measures.satisfaction import wilson_interval

_CSAT: Final = MEASURES.index("csat")
_RESOLVED: Final = MEASURES.index("resolved")
_PLACE: Final[dict[By, int]] = {by: Groups._fields.index(by) for by in BYS if by in Groups._fields}


class _Tally:
    """What a row adds up to."""

    def __init__(self) -> None:
        self.sent = 0
        self.surveys = 0
        self.csat_sum = 0
        self.nps_n = 0
        self.nps_sum = 0
        self.n = [0] * len(MEASURES)
        self.top = [0] * len(MEASURES)

    def answered(self, one: Answer) -> None:
        self.surveys += 1
        self.csat_sum += one.scores[_CSAT] or 0
        for place, score in enumerate(one.scores):
            if score is not None:
                self.n[place] += 1
                self.top[place] += score >= (1 if place == _RESOLVED else TOP_BOX_FROM)
        if one.nps is not None:
            self.nps_n += 1
            self.nps_sum += (one.nps >= PROMOTER_FROM) - (one.nps <= DETRACTOR_UP_TO)


def score_rows(
    store: Store, spans: Spans, plan: FloorPlan, window: str, by: By, as_of: int
) -> tuple[ScoreRow, list[ScoreRow], int]:
    """The floor's row, the rows of a dimension with most surveys first, and how many are left out."""
    whole = spans.of(window, as_of)
    floor = _Tally()
    rows: dict[str | None, _Tally] = {}
    queues: dict[str | None, Span] = {}
    place = _PLACE.get(by)

    def span_of(name: str | None) -> Span:
        if by != "queue" or name is None:
            return whole
        if name not in queues:
            queues[name] = spans.of_queue(window, as_of, name)
        return queues[name]

    heard: list[Answer | Sent] = [*store.sent, *store.answers]
    for one in heard:
        if whole.holds(one.time, late=one.late):
            _add(floor, one)
        if place is None:
            continue
        name = one.groups[place]
        if span_of(name).holds(one.time, late=one.late):
            _add(rows.setdefault(name, _Tally()), one)
    order = sorted(rows, key=lambda name: (name is None, -rows[name].surveys, name or ""))
    kept = order[:ROWS_MAX]
    told = _told([None, *kept], [floor, *(rows[name] for name in kept)], plan, by)
    return told[0], told[1:], len(order) - len(kept)


def scores_of(n: Sequence[int], top: Sequence[int]) -> list[Score]:
    """Shares of so many good ones of so many, with their 95 % Wilson intervals."""
    trials, successes = np.array(n, np.int64), np.array(top, np.int64)
    low, high = wilson_interval(successes, trials)
    return [
        Score(n_, top_, top_ / n_, float(low_), float(high_))
        if n_
        else Score(0, 0, None, None, None)
        for n_, top_, low_, high_ in zip(n, top, low, high, strict=True)
    ]


def _add(tally: _Tally, one: Answer | Sent) -> None:
    if isinstance(one, Answer):
        tally.answered(one)
    else:
        tally.sent += 1


def _told(
    names: Sequence[str | None], tallies: Sequence[_Tally], plan: FloorPlan, by: By
) -> list[ScoreRow]:
    flat = scores_of(
        [n for tally in tallies for n in tally.n], [top for tally in tallies for top in tally.top]
    )
    width = len(MEASURES)
    return [
        ScoreRow(
            name=name,
            label=plan.name_of(name) if by == "queue" and name is not None else name,
            surveys_sent=tally.sent,
            surveys=tally.surveys,
            csat_mean=tally.csat_sum / tally.n[_CSAT] if tally.n[_CSAT] else None,
            nps=100 * tally.nps_sum / tally.nps_n if tally.nps_n else None,
            scores=dict(zip(MEASURES, flat[index * width : (index + 1) * width], strict=True)),
        )
        for index, (name, tally) in enumerate(zip(names, tallies, strict=True))
    ]
