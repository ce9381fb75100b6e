"""The engine against the oracle on short scenes that stand on an edge: a target, a keep time, a
pane, a window's beginning.

`nasty` finds what nobody thought of; these are the edges that everybody should have thought of,
few events each, so that every run of the properties meets each of them many times.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from stream.compute import FileReading
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import HeadFrame, decode_frame, encode_frame, head_key
from stream.figures import EXPECTATION_WINDOW, floor_figures
from stream.floor.floor import Floor
from stream.floor.telling import changes
from stream.merge import WHOLE_LOG, Merge
from tests import oracle
from tests.builders import BASE_US, SECOND_US, text
from tests.oracle_life import PANE_US
from tests.properties import nasty
from tests.properties.comparison import differences

# (type, subject, time, data); a scene's events are numbered where they are written.
Told = tuple[str, str, int, dict[str, Any]]
Scene = Callable[[nasty.Draw, str, int], Iterator[Told]]

ZONE: Final = "Europe/Rome"
LIMITS_S: Final = (5, 20)
_QUEUE: Final = "benefits"
_NEAR: Final = st.sampled_from((-1, 0, 0, 1))
_LIMIT: Final = st.sampled_from(LIMITS_S)
_AGENT: Final = st.sampled_from(("a1", "a2"))
# The length that a log is laid out for; where the window has none, any will do.
_LENGTHS_US: Final = {
    name: int(name.removesuffix("m")) * nasty.MINUTE_US if name.endswith("m") else nasty.HOUR_US
    for name in nasty.WINDOWS
}
_BEFORE_MIDNIGHT: Final = nasty.MIDNIGHTS[nasty.ZONES.index(ZONE)] - 7 * SECOND_US
_BASES: Final = st.sampled_from((BASE_US, BASE_US - 1))


def _queued(subject: str, time: int) -> Told:
    return "contact.queued", subject, time, {"queue": _QUEUE, "channel": "voice"}


def _answered(subject: str, time: int, agent: str = "a1") -> Told:
    return "contact.answered", subject, time, {"queue": _QUEUE, "agent": agent}


def _wait(draw: nasty.Draw, subject: str, time: int) -> Iterator[Told]:
    """A wait just as long as a limit, or one that is not over."""
    yield _queued(subject, time)
    over = time + draw(_LIMIT) * SECOND_US + draw(_NEAR)
    how = draw(st.sampled_from(("answered", "answered", "abandoned", "abandoned", "not yet")))
    if how == "answered":
        yield _answered(subject, over)
    elif how == "abandoned":
        yield "contact.abandoned", subject, over, {"queue": _QUEUE}
    else:
        yield "contact.offered", subject, time, {"queue": _QUEUE, "agent": "a1"}


def _passed_on(draw: nasty.Draw, subject: str, time: int) -> Iterator[Told]:
    """A conversation in two parts, perhaps both the same agent's, and the wrap-ups after it."""
    second = draw(_AGENT)
    part = {"queue": _QUEUE, "agent": "a1"}
    yield _queued(subject, time)
    yield _answered(subject, time + SECOND_US)
    if draw(st.booleans()):
        yield "contact.held", subject, time + 2 * SECOND_US, part
    to = {"to_agent": second} if draw(st.booleans()) else {"to_queue": _QUEUE}
    yield "contact.transferred", subject, time + 6 * SECOND_US, {**part, **to, "kind": "blind"}
    if draw(st.booleans()):
        yield _queued(subject, time + 6 * SECOND_US)
    yield _answered(subject, time + 9 * SECOND_US, second)
    part = {"queue": _QUEUE, "agent": second}
    yield "contact.ended", subject, time + 20 * SECOND_US, {**part, "by": "customer"}
    for number in range(draw(st.integers(0, 2))):
        yield "contact.wrapped", subject, time + (31 + number) * SECOND_US, part


def _late(draw: nasty.Draw, subject: str, time: int) -> Iterator[Told]:
    """A contact whose next event is written with a time before the last one's."""
    yield _queued(subject, time)
    yield _answered(subject, time - draw(st.sampled_from((1, SECOND_US, PANE_US))))


def _kept(draw: nasty.Draw, subject: str, time: int) -> Iterator[Told]:
    """A contact that comes back when it is just still known, or just no longer."""
    yield _queued(subject, time)
    if draw(st.booleans()):
        yield "contact.abandoned", subject, time, {"queue": _QUEUE}
        yield _answered(subject, time + nasty.HOUR_US + draw(_NEAR))
    else:
        yield _answered(subject, time + 7 * nasty.DAY_US + draw(_NEAR))


def _promise(draw: nasty.Draw, subject: str, time: int) -> Iterator[Told]:
    """A promise to call back, and an attempt just in time or just not."""
    due = time + nasty.MINUTE_US
    yield "callback.promised", subject, time, {"queue": _QUEUE, "due": text(due)}
    if draw(st.booleans()):
        attempted = {"queue": _QUEUE, "agent": "a1", "reached": True}
        yield "callback.attempted", subject, due + draw(_NEAR), attempted


def _work(draw: nasty.Draw, subject: str, time: int) -> Iterator[Told]:
    """An agent's states: stretches that end on a pane's edge or are long, one told late."""
    agent = draw(_AGENT)
    lengths = st.sampled_from((-SECOND_US, PANE_US, 2 * PANE_US + 1, 6 * nasty.MINUTE_US))
    time = time // PANE_US * PANE_US + draw(_NEAR)
    for state in ("available", "busy", "wrap_up", "available"):
        yield "agent.state", agent, time, {"state": state, "team": "north", "queues": [_QUEUE]}
        time += draw(lengths)


def _survey(draw: nasty.Draw, subject: str, time: int) -> Iterator[Told]:
    """An answer on either side of the top scores."""
    scores = {"csat": draw(st.sampled_from((3, 4, 5))), "nps": draw(st.sampled_from((6, 7, 8, 9)))}
    yield "survey.answered", subject, time, {"queue": _QUEUE, **scores}


_SCENES: Final[tuple[Scene, ...]] = (
    _wait,
    _wait,
    _passed_on,
    _passed_on,
    _late,
    _kept,
    _promise,
    _work,
    _work,
    _survey,
)


@st.composite
def _cases(draw: st.DrawFn) -> nasty.Case:
    """A few scenes one after the other, read in the order of their times but for what is late."""
    window = draw(nasty.windows())
    length = _LENGTHS_US[window]
    gaps = st.sampled_from((0, PANE_US, length - PANE_US, length, length))
    time = _BEFORE_MIDNIGHT if window == "today" else draw(_BASES)
    told: list[Told] = []
    for number in range(draw(st.integers(1, 4))):
        told += draw(st.sampled_from(_SCENES))(draw, f"c{number}", time)
        time += draw(gaps)
    lines = [_line(number, *each) for number, each in enumerate(told)]
    if draw(st.booleans()):
        lines += draw(_leftovers(told))
    plan: dict[str, Any] = {
        "time_zone": ZONE,
        "target_s": {"voice": draw(_LIMIT)},
        "short_abandon_s": draw(_LIMIT),
        "service_level": draw(st.sampled_from(nasty.VARIANTS)),
    }
    return nasty.Case(lines, plan, window, draw(_instants(told, length, plan["target_s"]["voice"])))


@st.composite
def _instants(draw: st.DrawFn, told: list[Told], length: int, target_s: int) -> int | None:
    """When something has waited just as long as the target, or its pane just leaves the window."""
    if draw(st.booleans()):
        return None
    time = draw(st.sampled_from([time for _, _, time, _ in told]))
    leaves = time // PANE_US * PANE_US + length
    return draw(st.sampled_from((time, time + target_s * SECOND_US, leaves - 1, leaves)))


@st.composite
def _leftovers(draw: st.DrawFn, told: list[Told]) -> list[bytes]:
    """What comes last: something from the edge of the panes held, or another source's event."""
    if draw(st.booleans()):
        pane = max(time for _, _, time, _ in told) // PANE_US - 2_880 + draw(_NEAR)
        type_, subject, _, data = _answered("c-late", 0)
        return [_line(0, type_, subject, pane * PANE_US, data)]
    return [_line(0, *told[0], source="/elsewhere")]


def _line(
    number: int, type_: str, subject: str, time: int, data: dict[str, Any], source: str = "/acd"
) -> bytes:
    event = {"specversion": "1.0", "id": f"e{number}", "source": source, "type": type_}
    return json.dumps({**event, "time": text(time), "subject": subject, "data": data}).encode()


class _Dashboard:
    """A floor whose merged picture is brought up to date after every event, as on a wall."""

    def __init__(self, case: nasty.Case) -> None:
        plan = FloorPlan.model_validate(case.plan)
        self._window = case.window
        self._floor = Floor(plan, all_time=case.window == WHOLE_LOG)
        self._merge = Merge(plan, {case.window, EXPECTATION_WINDOW})

    def read(self, line: bytes) -> None:
        """Apply an event, tell what changed, and slide the windows to the newest time."""
        floor = self._floor
        floor.apply([line])
        assert floor.newest is not None
        floor.show(floor.newest)
        head = HeadFrame(
            floor.newest, floor.newest, 0, 0, floor.newest, floor.health_counts(), {}, {}
        )
        for key, frame in [*changes(floor, 0, floor.newest), (head_key(0), head)]:
            told = None if frame is None else decode_frame(key, encode_frame(frame))
            self._merge.take(key, told)
        self._merge.advance(floor.newest)

    def figures(self) -> dict[str, Any]:
        """What it shows."""
        plain: dict[str, Any] = msgspec.to_builtins(
            floor_figures(self._merge, self._window, agents=True)
        )
        return plain


@given(_cases())
def test_an_edge_lies_where_the_oracle_has_it(case: nasty.Case) -> None:
    """Targets, limits, keep times, panes and windows begin and end at the same microsecond."""
    plan = FloorPlan.model_validate(case.plan)
    reading = FileReading(plan, at=case.at, all_time=case.window == WHOLE_LOG)
    reading.read("log", list(enumerate(case.lines, 1)))
    actual: dict[str, Any] = msgspec.to_builtins(reading.figures(case.window, agents=True))

    expected = oracle.compute(case.lines, at=case.at, window=case.window, plan=case.plan)
    assert [] == differences(expected, actual)


@given(_cases())
def test_windows_that_slid_all_the_way_show_what_the_log_holds(case: nasty.Case) -> None:
    """A picture kept up after every event, adding what enters and taking away what leaves, ends
    as one that is made from the whole log at once."""
    dashboard = _Dashboard(case)
    for line in case.lines:
        dashboard.read(line)

    expected = oracle.compute(case.lines, window=case.window, plan=case.plan)
    assert [] == differences(expected, dashboard.figures())
