"""What customers said against the oracle: the scores of the wall, on nasty logs cut anyhow."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from stream.contract.experience import MEASURES, By, ScoreRow
from stream.contract.figures import LIVE_WINDOWS
from stream.contract.floorplan import FloorPlan
from stream.experience.follow import Partition
from stream.experience.scores import score_rows
from stream.experience.spans import Spans
from stream.experience.store import Store
from stream.logs.port import Record
from stream.windows.days import DayClock
from tests import oracle
from tests.builders import BASE_US, event
from tests.oracle_life import PANE_US, read
from tests.properties import nasty

NEWEST: Final = BASE_US + 3_141_592
_LENGTHS_US: Final = tuple(minutes * nasty.MINUTE_US for minutes in (5, 15, 30, 60, 240))
# Where windows and days begin, as of the newest, and a pane further on either side.
_EDGES: Final = (
    *(NEWEST // PANE_US * PANE_US + PANE_US - length for length in _LENGTHS_US),
    *(NEWEST - length for length in _LENGTHS_US),
    *(DayClock(ZoneInfo(zone)).midnight_before(NEWEST) for zone in nasty.ZONES),
    NEWEST,
)
_TIMES: Final = st.builds(
    lambda edge, by: min(edge + by, NEWEST),
    st.sampled_from(_EDGES),
    st.sampled_from((-PANE_US, -1, 0, 0, 1, PANE_US)),
)
_SCORES: Final = st.fixed_dictionaries(
    {"csat": st.integers(1, 5)},
    optional={
        **dict.fromkeys(("trust", "ease", "effectiveness", "emotion", "manner"), st.integers(1, 5)),
        "resolved": st.booleans(),
        "nps": st.integers(0, 10),
    },
)


@st.composite
def surveys(draw: st.DrawFn) -> list[bytes]:
    """Surveys on the edges of windows and days, in any order, some of them told twice; the newest of
    all somewhere among them, so that what comes after it may be too late."""
    lines = []
    for number in range(draw(st.integers(1, 12))):
        is_answer = draw(st.integers(0, 3)) > 0
        scores: dict[str, Any] = draw(_SCORES) if is_answer else {}
        lines.append(
            event(
                "survey.answered" if is_answer else "survey.sent",
                subject=draw(st.sampled_from(nasty.CONTACTS)),
                at_us=draw(_TIMES),
                event_id=f"s{number}",
                queue=draw(st.sampled_from(nasty.QUEUES)),
                channel=draw(st.sampled_from((*nasty.CHANNELS, None))),
                **scores,
            )
        )
    lines += draw(st.lists(st.sampled_from(lines), max_size=3))
    newest = event("agent.state", subject="a9", at_us=NEWEST, state="away")
    return draw(st.permutations([*lines, newest]))


@st.composite
def cases(draw: st.DrawFn) -> nasty.Case:
    """Such surveys, under any floor.yaml."""
    zones = draw(st.dictionaries(st.sampled_from(nasty.QUEUES), st.sampled_from(nasty.ZONES)))
    plan = {
        "time_zone": draw(st.sampled_from(nasty.ZONES)),
        "queues": {queue: {"time_zone": zone} for queue, zone in zones.items()},
    }
    # Half of them of the day, which has edges of its own in each zone.
    window = draw(st.sampled_from(LIVE_WINDOWS) | st.just("today"))
    return nasty.Case(draw(surveys()), plan, window, None)


def _told(row: ScoreRow) -> dict[str, Any]:
    """A row under the names of METRICS."""
    csat = row.scores["csat"]
    shares = {f"{name}_score": row.scores[name].share for name in MEASURES if name != "resolved"}
    return {
        "surveys": row.surveys,
        "surveys_sent": row.surveys_sent,
        **{f"{name}_n": row.scores[name].n for name in MEASURES},
        **shares,
        "resolution_rate": row.scores["resolved"].share,
        "csat_low": csat.low,
        "csat_high": csat.high,
        "csat_mean": row.csat_mean,
        "nps": row.nps,
    }


def _of(section: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    """The same names of a section of figures."""
    return {name: {**section["counts"], **section["figures"]}[name] for name in names}


def _near(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)


def _alike(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) < 1e-9


@given(cases(), st.data())
def test_scores_are_those_of_the_oracle(case: nasty.Case, data: st.DataObject) -> None:
    """Of the floor, each queue and each channel, in every live window."""
    lines, window = [line for line in case.lines if line], case.window
    times = [one.time for one in read(lines) if one is not None]
    if not times:
        return
    expected = oracle.compute(lines, window=window, plan=case.plan)
    plan = FloorPlan.model_validate(case.plan)
    partition, store, as_of = Partition(plan), Store(comments=True), max(times)
    records = [Record(0, place, "", line, as_of) for place, line in enumerate(lines)]
    for batch in nasty.cut(records, data.draw):
        partition.read(batch, [as_of] * len(batch), as_of)
        store.take(partition.notes.take())

    floor, _, _ = score_rows(store, Spans(plan), plan, window, "floor", as_of)
    assert _near(_told(floor), _of(expected["floor"], _told(floor)))
    bys: tuple[tuple[By, str], ...] = (("queue", "queues"), ("channel", "channels"))
    for by, dimension in bys:
        _, rows, _ = score_rows(store, Spans(plan), plan, window, by, as_of)
        told = {row.name: _told(row) for row in rows if row.name is not None}
        for name, section in expected[dimension].items():
            names = next(iter(told.values()), _told(floor))
            if name in told:
                assert _near(told[name], _of(section, names)), (by, name)
            else:
                assert not section["counts"]["surveys"] + section["counts"]["surveys_sent"]
        assert told.keys() <= expected[dimension].keys()
