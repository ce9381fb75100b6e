"""Reasons in words: each can be said in other languages, and says the same in English."""

from __future__ import annotations

import math
from typing import Final

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import to_builtins

from stream.contract.alerts import Factor, Part
from stream.contract.said import Said
from stream.staffing.wording import Values, Yardstick, tell, tell_arrivals
from tests.repository.sources import ROOT
from tests.repository.texts import in_python
from tests.stream.staffing.saying import english, texts_of

_FILE: Final = "stream/staffing/wording.py"
MARKED: Final = {text.one for text in in_python((ROOT / _FILE).read_text(encoding="utf-8"), _FILE)}
_AMOUNTS: Final[dict[Factor, st.SearchStrategy[float]]] = {
    "volume": st.floats(0, 5_000),
    "redials": st.floats(0, 1),
    "handle_time": st.floats(0, 5_000),
    "people": st.floats(0, 200),
    "patience": st.floats(0, 5_000),
}
amounts = st.fixed_dictionaries({}, optional=_AMOUNTS)


@st.composite
def divided(draw: st.DrawFn) -> tuple[list[Part], Values, Values]:
    """Two times, and any division of what is worse among what is known of both, or none."""
    before, now = draw(amounts), draw(amounts)
    known = [factor for factor in _AMOUNTS if factor in before and factor in now]
    sizes = draw(st.lists(st.floats(-0.3, 1), min_size=len(known), max_size=len(known)))
    whole = math.fsum(sizes)
    if whole < 0.01:
        return [], before, now
    parts = [
        Part(factor, before[factor], now[factor], size / whole)
        for factor, size in zip(known, sizes, strict=True)
    ]
    return sorted(parts, key=lambda part: -part.share), before, now


@given(divided(), st.sampled_from(["wait", "load", None]))
@example(([], {}, {}), None)
@example(([], {"people": 14.0}, {"people": 0.0}), None)
@example(([], {"people": 0.0}, {"people": 0.0}), None)
@example(([], {}, {"people": 0.0}), None)
@example(([Part("volume", None, 1_200.0, 1.0)], {"volume": 600.0}, {"volume": 1_200.0}), "load")
def test_a_reason_is_said_for_every_language_and_in_english_it_is_its_text(
    known: tuple[list[Part], Values, Values], yardstick: Yardstick | None
) -> None:
    """Whatever it names, by whichever yardstick, and what is not known; by texts that are marked."""
    told = tell(*known, yardstick)

    assert english(told.said) == told.text
    assert texts_of(told.said) <= MARKED


@given(st.none() | _AMOUNTS["volume"], st.none() | _AMOUNTS["volume"])
@example(100.4, 99.6)
def test_what_is_said_of_arrivals_is_in_english_its_text(
    now: float | None, usual: float | None
) -> None:
    """More, fewer, as many, or not known."""
    told = tell_arrivals(now, usual)

    assert english(told.said) == told.text
    assert texts_of(told.said) <= MARKED


def test_each_language_writes_amounts_itself_rounded_as_in_english() -> None:
    """Numbers, shares and times as such, not as English writes them; a dash stays one."""
    parts = [
        Part("volume", 84.64, 139.84, 0.45),
        Part("handle_time", None, 369.6, 0.35),
        Part("redials", 0.08, 0.244, 0.3),
        Part("people", 14.0, 14.66, -0.1),
    ]
    now: Values = {"volume": 139.84, "redials": 0.244, "people": 14.66, "handle_time": 369.6}
    told = tell(parts, {"volume": 84.64, "redials": 0.08, "people": 14.0}, now, "wait")

    clauses = [
        Said(
            "{clause} ({share})",
            values={"clause": Said(text, values=values), "share": {"as": "share", "of": share}},
        )
        for text, values, share in (
            (
                "volume: {now} new contacts an hour against {was}",
                {"now": 140.0, "was": 85.0},
                0.41,
            ),
            (
                "handle time: {now} against {was}",
                {"now": {"as": "duration", "of": 370}, "was": "–"},
                0.32,
            ),
            (
                "transfers and repeated calls: {now} of contacts against {was}",
                {"now": {"as": "share", "of": 0.24}, "was": {"as": "share", "of": 0.08}},
                0.27,
            ),
        )
    ]
    people = Said("people: {now} staffed against {was}", values={"now": 14.7, "was": 14.0})
    last = Said("the other way {clause}", values={"clause": people})
    for clause in reversed(clauses):
        last = Said("{clause}; {rest}", values={"clause": clause, "rest": last})
    assert to_builtins(told.said) == to_builtins(
        [
            Said("several things explain it"),
            last,
            Said("How long a contact takes as a rule is not known."),
        ]
    )
