"""A log computed in parts against one floor and the oracle: the same figures, counts and rejected
events, however many parts there are and however the log is cut into stretches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.compute import FileReading, Problem
from stream.compute_parts import (
    Misplaced,
    PartReading,
    decode_told,
    encode_told,
    joined_figures,
    joined_health,
    joined_problems,
    windows_for,
)
from stream.contract.floorplan import FloorPlan
from stream.floor.health import Health
from stream.merge import WHOLE_LOG
from tests import oracle
from tests.builders import answered, promised, queued, state
from tests.properties import nasty
from tests.properties.comparison import differences

# What a line is made into so that a look at it is not enough, or tells the wrong thing.
ODDITIES = (
    (b'"subject"', b'"subject" :\t'),
    (b'"subject":"', b'"subject":"\\u0063'),
    (b'"subject"', b'"su\\u0062ject"'),
    (b'"time"', b'"t\\u0069me"'),
    (b"{", b'{"subject":"c2",'),
    (b"{", b'{"time":"2026-03-02T14:00:00Z",'),
    (b'"data":{', b'"data":{"subject":"c3","time":"2020-01-01T00:00:00Z",'),
    (b'Z"', b'+00:00"'),
    (b'"time"', b'"subject":7,"time"'),
)


def _one(case: nasty.Case, files: Sequence[Sequence[bytes]]) -> tuple[Any, Health, list[Problem]]:
    """Figures, health and rejected events as one floor finds them."""
    problems: list[Problem] = []
    reading = FileReading(
        FloorPlan.model_validate(case.plan),
        at=case.at,
        all_time=case.window == WHOLE_LOG,
        on_problem=problems.append,
    )
    for name, lines in enumerate(files):
        reading.read(str(name), [(n, line) for n, line in enumerate(lines, 1) if line])
    figures = msgspec.to_builtins(reading.figures(case.window, agents=True))
    return figures, reading.floor.health, problems


def _parts(
    case: nasty.Case, files: Sequence[Sequence[Sequence[bytes]]], parts: int
) -> tuple[Any, Health, list[Problem]]:
    """The same, by so many parts of files of stretches of lines. Raises `Misplaced`."""
    plan = FloorPlan.model_validate(case.plan)
    told = []
    for part in range(parts):
        reading = PartReading(
            plan, part=part, parts=parts, at=case.at, all_time=case.window == WHOLE_LOG
        )
        for stretches in files:
            reading.read(b"".join(line + b"\n" for line in lines) for lines in stretches if lines)
        # Through its bytes, as another process would send it.
        told.append(decode_told(encode_told(reading.told(windows_for(case.window)))))
    figures = msgspec.to_builtins(joined_figures(plan, told, case.window, agents=True))
    names = [str(name) for name in range(len(files))]
    return figures, joined_health(told), joined_problems(names, told)


@given(nasty.cases(), st.integers(1, 4), st.data())
def test_parts_find_what_one_floor_and_the_oracle_find(
    case: nasty.Case, parts: int, data: st.DataObject
) -> None:
    """Cut into any stretches, over two files, the log's own order kept."""
    half = data.draw(st.integers(0, len(case.lines)))
    files = [case.lines[:half], case.lines[half:]]
    expected = oracle.compute(case.lines, at=case.at, window=case.window, plan=case.plan)
    try:
        figures, health, problems = _parts(
            case, [nasty.cut(lines, data.draw) for lines in files], parts
        )
    except Misplaced:
        # Then one floor reads it all. Which logs are such is the next test's.
        return

    assert [] == differences(expected, figures)
    assert (figures, health, problems) == _one(case, files)


@given(nasty.cases(), st.integers(2, 3), st.data())
def test_an_odd_line_is_its_own_subjects_or_sends_the_log_to_one_floor(
    case: nasty.Case, parts: int, data: st.DataObject
) -> None:
    """Keys twice, escaped or nested: no part counts what is another's."""
    odd = st.tuples(st.integers(0, max(0, len(case.lines) - 1)), st.sampled_from(ODDITIES))
    lines = list(case.lines)
    for place, (plain, oddly) in data.draw(st.lists(odd, max_size=6)) if lines else ():
        lines[place] = lines[place].replace(plain, oddly, 1)
    try:
        told = _parts(case, [nasty.cut(lines, data.draw)], parts)
    except Misplaced:
        return

    assert told == _one(case, [lines])


PLAIN = (
    state("a1", 0, "available", queues=["benefits"]),
    *(queued(f"c{number}", number) for number in range(20)),
    *(answered(f"c{number}", 30 + number) for number in range(10)),
    promised("c1", 60, due=90),
    queued("c30", -9_000),
    queued("c31", -14_405),
    b"junk",
    queued("c32", 9 * 86_400),
    queued("c33", 100),
)


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_ordinary_lines_are_never_misplaced(parts: int, size: int) -> None:
    """Late, far ahead and junk among them: the parts do it, and all of it."""
    case = nasty.Case(list(PLAIN), {}, "30m", None)
    stretches = [PLAIN[start : start + size] for start in range(0, len(PLAIN), size)]
    told = _parts(case, [stretches], parts)

    assert told == _one(case, [PLAIN])
    assert (told[1].rejected, told[1].too_late) == (2, 1)
    assert [problem.line for problem in told[2]] == [PLAIN.index(b"junk") + 1, len(PLAIN) - 1]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            queued("c1", 5).replace(b"{", b'{"subject":"c%d",' % number, 1), id=f"twice, {number}"
        )
        for number in range(2, 6)
    ],
)
def test_a_line_of_two_subjects_is_noticed_or_harmless(line: bytes) -> None:
    """Whoever takes it for its own reads it, and finds whose it is."""
    case = nasty.Case([queued("c1", 0), line], {}, "30m", None)
    try:
        told = _parts(case, [[case.lines]], 2)
    except Misplaced:
        return

    assert told == _one(case, [case.lines])
