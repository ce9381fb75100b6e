"""The memory of duplicates: nothing is forgotten by the batch, and no two events are confused."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from stream.contract.batch import marks_of
from stream.contract.instants import MINUTE_US
from stream.floor.duplicates import SeenEvents


class Named(NamedTuple):
    """What an event is known by."""

    subject: str
    source: str
    id: str


# Few letters, so that one name's end is often another's beginning.
names = st.text("ab\x01\x02", min_size=1, max_size=3)
triples = st.tuples(names, names, names)


@given(triples, triples)
def test_only_the_same_event_has_the_same_mark(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    """However subject, source and id run into each other."""
    first, second = marks_of([Named(*one), Named(*other)])

    assert (one == other) == (first == second)


@given(
    st.lists(st.tuples(st.integers(0, 40).map(str), st.integers(0, 30 * MINUTE_US))),
    st.lists(st.integers(1, 7)),
)
def test_the_cut_into_batches_changes_neither_copies_nor_memory(
    read: list[tuple[str, int]], lengths: list[int]
) -> None:
    """One by one, or in batches of any lengths."""
    alone, together = SeenEvents.none_yet(), SeenEvents.none_yet()
    expected = [place for place, event in enumerate(read) if _copies(alone, [event], read[:place])]

    found = []
    start = 0
    for length in [*lengths, len(read)]:
        batch = read[start : start + length]
        found += [start + place for place in _copies(together, batch, read[:start])]
        start += length

    assert expected == found
    assert alone == together


def _copies(
    seen: SeenEvents, batch: list[tuple[str, int]], before: list[tuple[str, int]]
) -> list[int]:
    if not batch:
        return []
    newest = max((time for _, time in before), default=None)
    return seen.copies([text for text, _ in batch], [time for _, time in batch], newest)
