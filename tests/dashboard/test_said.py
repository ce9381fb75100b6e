"""What is said of a floor makes the same English again: no text and its values can part."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest

from dashboard.fires import with_alerts
from dashboard.said import Amount, Said, capital, say, say_n
from dashboard.status import standing
from dashboard.trust import behind_of, trust
from dashboard.words import duration, listed, number, percent, span, span_up
from stream.contract.figures import Picture
from stream.contract.instants import from_datetime
from tests.dashboard.pictures import START, Q, ordinary, picture, surge
from tests.incidents import surge_incident

NOW: Final = from_datetime(START)
WRITTEN: Final[dict[str, Callable[[float], str]]] = {
    "duration": duration,
    "span": span,
    "span_up": span_up,
    "share": percent,
}


def english(said: Said) -> str:
    """What a browser would write in English, from nothing but what is said, as the wire has it."""
    return written(msgspec.json.decode(msgspec.json.encode(said)))


def written(told: Any) -> str:
    match told:
        case {"as": kind, "of": value}:
            return WRITTEN[kind](value)
        case {"id": str(text)}:
            more: dict[str, Any] = told
            n = more.get("n")
            values = {**more.get("values", {}), **({} if n is None else {"n": number(n)})}
            chosen = text if n is None or n == 1 else more["many"]
            return re.sub(r"\{(\w+)\}", lambda place: written(values[place[1]]), chosen)
        case list():
            return listed(map(written, told))
        case float():
            return f"{told:.1f}"
        case int():
            return f"{told:,}"
        case _:
            return str(told)


def test_a_text_has_its_english_and_its_values() -> None:
    """Numbers, amounts, lists and texts within it."""
    told = say(
        "{who}: {n} in {time}, {share}",
        who=say("Partitions {numbers}", numbers=["0", "1", "3"]),
        n=12_000,
        time=Amount("span", 130),
        share=Amount("share", 0.816),
    )

    assert told.text == "Partitions 0, 1 and 3: 12,000 in 2\u00a0min, 82 %"
    assert msgspec.json.decode(msgspec.json.encode(told.said)) == {
        "id": "{who}: {n} in {time}, {share}",
        "values": {
            "who": {"id": "Partitions {numbers}", "values": {"numbers": ["0", "1", "3"]}},
            "n": 12_000,
            "time": {"as": "span", "of": 130},
            "share": {"as": "share", "of": 0.816},
        },
    }


def test_two_texts_by_how_many_they_are_of() -> None:
    """English writes small numbers as words; the number itself is told."""
    two = capital(say_n("{n} queue to watch.", "{n} queues to watch.", 2))

    assert two.text == "Two queues to watch."
    assert two.said == Said("{n} queue to watch.", many="{n} queues to watch.", n=2)
    assert say_n("{n} alert:", "{n} alerts:", 1).text == "one alert:"


FLOORS: Final = {
    "ordinary": ordinary(),
    "surge": surge(),
    "overdue": {"q": Q("Callbacks", channel="callback", promises=(9, 3, 20, 10))},
    "unanswered": {"q": Q("Chat", channel="chat", unanswered=3, unanswered_s=9_000.0)},
    "none": {},
}


@pytest.mark.parametrize("floor", FLOORS.values(), ids=FLOORS.keys())
def test_what_is_said_of_a_floor_is_its_sentence(floor: dict[str, Q]) -> None:
    """The lead, the rest and every reason of every queue."""
    told = standing(picture(floor))

    assert english(told.said.lead).casefold() == told.lead.casefold()
    rest = " ".join(english(one) for one in told.said.rest)
    assert rest.casefold() == told.rest.casefold()
    for queue in told.queues.values():
        assert [english(one).casefold() for one in queue.said] == [
            reason.casefold() for reason in queue.reasons
        ]


def test_what_is_said_of_alerts_is_their_sentence() -> None:
    """A title that somebody wrote stays as it is."""
    told = with_alerts(
        standing(picture({"q": Q("Benefits", answered=40, in_target=38)})),
        [surge_incident(NOW)],
        0,
    )

    assert english(told.said.lead).casefold() == told.lead.casefold()
    rest = " ".join(english(one) for one in told.said.rest)
    assert rest.casefold() == told.rest.casefold()


def floor_of(age_s: float | None, silent: tuple[int, ...], behind: tuple[int, ...]) -> Picture:
    """Four partitions."""
    return picture(
        {"q": Q("Benefits")}, age_s=age_s, silent=silent, catching_up=behind, behind_s=715.0
    )


@pytest.mark.parametrize(
    "told",
    [
        floor_of(0.2, (), ()),
        floor_of(12.4, (3,), ()),
        floor_of(12.4, (0, 1, 3), ()),
        floor_of(None, (0, 1, 2, 3), ()),
        floor_of(0.2, (), (0, 1, 2)),
        floor_of(7, (3,), (0,)),
    ],
)
def test_what_is_said_of_trust_is_its_headline(told: Picture) -> None:
    """Each of its four texts, and none where there is none."""
    trusted = trust(told, behind_of(told))
    said = trusted.said

    assert english(said.lead) == trusted.lead
    for text, one in (
        (trusted.rest, said.rest),
        (trusted.warning, said.warning),
        (trusted.age, said.age),
    ):
        assert (text or None) == (None if one is None else english(one))
