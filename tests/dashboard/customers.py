"""Customers who said something, for screens and the API: what is answered of them is reckoned for real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from stream.contract import experience as ex
from stream.contract.events import RecognitionData, SurveyAnsweredData, SurveySentData
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.experience.answers import Answers, Standing
from stream.experience.spans import Spans
from stream.experience.store import Store
from stream.floor.hearing import Heard, Known
from stream.floor.promises import Promises
from tests.builders import BASE_US

SECRET: Final = "My caseworker Ana was kind."


class Customers:
    """Answers of `many` surveys up to `as_of`, and remembers what was asked. Two calls are promised,
    one of them overdue."""

    def __init__(self, many: int = 40, *, as_of: int = BASE_US) -> None:
        self.asked: list[ex.Question] = []
        self.failure: Exception | None = None
        self.reading = False
        self.store = Store(comments=True)
        self.store.take(heard(many, as_of))
        self.promises = promises = Promises()
        promises.promise("c9", "benefits", as_of + 600 * SECOND_US)
        promises.promise("c8", "benefits", as_of - 60 * SECOND_US)
        plan = FloorPlan()
        self._as_of = as_of
        self._answers = Answers(self.store, Spans(plan), plan)
        self._promises = [promises]

    @property
    def as_of_ms(self) -> int:
        """Of when all is, as it is told: to the millisecond."""
        return self._as_of // 1_000 * 1_000

    def ask(self, question: ex.Question) -> ex.Told:
        """As of that instant."""
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        stands = Standing(self._as_of, self.reading, self._as_of)
        return self._answers.answer(question, stands, self._promises)


def heard(many: int, as_of: int) -> Iterator[Heard]:
    """Surveys of families who speak Spanish, half of them after long waits and half of these
    annoyed, and one thanks."""
    for number in range(many):
        time = as_of - number * SECOND_US
        known = Known("families", "es", None, "benefits", (10 + 60 * (number % 2)) * SECOND_US)
        data = SurveyAnsweredData(
            queue="benefits",
            channel="voice",
            agent="a1",
            csat=5 - 4 * (number % 4 == 1),
            trust=4,
            pain_point="unclear_letter" if number % 4 == 1 else None,
            comment=SECRET if number == 3 else None,
        )
        yield Heard(f"c{number}", time, data, False, known)
        if many > 40:
            asked = SurveySentData(queue="benefits", channel="voice")
            yield Heard(f"c{number}", time, asked, False, known)
    thanks = RecognitionData(by="customer", contact="c3", reason="For her patience.")
    yield Heard("a1", as_of - 5 * SECOND_US, thanks, False, None)
