"""Each section of the bench on a tiny floor: that it works and counts right, never how fast."""

from __future__ import annotations

import socket
from collections import Counter
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from stream.compute import FileReading
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US
from stream.logs.files import read_lines
from tests.bench import (
    delay,
    empty,
    frames,
    huge,
    memory,
    simulating,
    starts,
    week,
    week_parts,
    week_traffic,
    windows,
)
from tests.bench.__main__ import SECTIONS
from tests.bench.command import PAGE
from tests.bench.compute import Choices, _works
from tests.bench.delay import Shown, delays_s
from tests.bench.page import MACHINE, marks
from tests.bench.producer import Probe
from tests.bench.sites import SIZES, WIDE, Size, site, size_file
from tests.bench.viewers import Chunk, Crowd, Seen

TINY = Size("tiny", 2, 0.1, 20)
EVENTS = 2_000


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a tiny floor."""
    return size_file(tmp_path_factory.mktemp("tiny"), TINY, EVENTS)


def test_sizes_are_what_they_are_called() -> None:
    """The largest floor is that of the goals; a thousand queues come with as many people."""
    told = [(size.queues, size.agents, size.open_contacts) for size in (*SIZES, WIDE)]

    assert told == [
        (10, 100, 1_000),
        (50, 1_000, 10_000),
        (200, 10_000, 100_000),
        (1_000, 10_000, 100_000),
    ]
    scenario = site(3)
    assert len({queue.channel for queue in scenario.queues.values()}) == 5
    assert sum(team.count for team in scenario.teams.values()) == 100
    assert all(name.endswith("-003") for name in (*scenario.queues, *scenario.teams))


def test_a_floor_is_believable(tiny: Path, tmp_path: Path) -> None:
    """Every event is good and in its place, each site works, and the backlog still waits."""
    reading = FileReading(FloorPlan())
    reading.read("tiny", read_lines(tiny))
    figures = reading.figures("60m")
    health = Counter(reading.floor.health_counts())

    assert health == Counter(events=EVENTS)
    assert len(figures.queues) == TINY.queues
    waiting = [figures.queues[f"email-{number:03d}"].now["waiting"] for number in (0, 1)]
    assert all(count is not None and count >= TINY.backlog for count in waiting)
    assert figures.floor.counts["answered"]
    again = size_file(tmp_path, TINY, EVENTS)
    assert again.read_bytes() == tiny.read_bytes()


@pytest.mark.parametrize("events", [80, 10_000_000])
def test_a_floor_that_has_not_so_many_events_is_refused(tmp_path: Path, events: int) -> None:
    """Too few for the backlog, or more than its days hold."""
    with pytest.raises(ValueError, match="tiny: 20 queues"):
        size_file(tmp_path, Size("tiny", 2, 0.01, 20) if events > 80 else TINY, events)


def test_what_is_timed_follows_what_there_is(tiny: Path) -> None:
    """A row for all cores where the command has them, one for pure Python where it is not all."""
    counts = [
        len(_works(tiny, EVENTS, Choices(cores=cores, compiled=compiled), whole=False))
        for cores, compiled in ((False, False), (True, False), (True, True))
    ]

    assert counts == [2, 3, 4]
    assert Choices.found() is not None


def test_a_second_is_told_by_stages(tiny: Path, tmp_path: Path) -> None:
    """Real frames, each whole and as what makes it of the one before."""
    seconds = frames.measured(tiny, TINY, EVENTS, 3, tmp_path)

    assert [list(each.stages_ms) for each in seconds] == [list(frames.STAGES)] * 3
    assert all(0 < each.difference < each.whole for each in seconds)
    assert all(0 < each.difference_packed < each.whole_packed for each in seconds)


def test_a_merge_patch_has_what_changed_alone() -> None:
    """RFC 7396: objects by member, all else whole, null for what went."""
    before = {"a": 1, "b": {"c": [1], "d": 2}, "e": 3}
    after = {"a": 1, "b": {"c": [2], "d": 2}, "f": 4}

    assert frames.merge_patch(before, after) == {"b": {"c": [2]}, "f": 4, "e": None}
    assert frames.merge_patch(before, before) == {}


def test_every_window_slides(tiny: Path) -> None:
    """So many panes of each, over frames that reach past the longest."""
    told, as_of = windows.frames_of(tiny, TINY, EVENTS)
    slid = windows.slide(told, "240m", as_of, 4)

    assert (len(slid.sliding), len(slid.figures)) == (4, 4)
    assert slid.whole > 0


def test_starts_are_timed_to_true_figures(tiny: Path, tmp_path: Path) -> None:
    """Away, stopped, killed: each time the real worker catches up, and then the dashboard."""
    found = starts.measure_starts(tiny, TINY, EVENTS, tmp_path / "log")

    assert min(found.empty_s, found.away_s, found.stopped_s, found.dashboard_s) > 0
    assert found.killed_s > found.stopped_s
    assert found.peak_bytes > 0


def test_sizes_of_services_are_read_while_they_run(tiny: Path) -> None:
    """At the most is never less than at rest."""
    mib = memory.measure_sizes(tiny, EVENTS, 0.0).mib()

    assert mib["worker, at the most"] >= mib["worker, at rest"] > 10
    assert mib["dashboard, at the most"] >= mib["dashboard, at rest"] > 10
    assert mib["compute, at the most"] > 10


def test_probes_reach_every_viewer(tiny: Path) -> None:
    """The whole chain with real processes, for two seconds."""
    (cell,) = delay.measure_cells(tiny, 50, [3], 2)

    assert len(cell.delays_ms) % 3 == 0
    assert len(cell.delays_ms) == len(cell.beyond_ms) > 0
    assert all(0 < b <= d for b, d in zip(cell.beyond_ms, cell.delays_ms, strict=True))
    assert cell.frame_bytes > 1_000


def test_a_delay_ends_with_the_first_frame_that_counts_the_probe() -> None:
    """What waited for its frame's second is told apart, a second of it at the most."""
    shown = {
        (1, b"a"): Shown(10.0, {"q": 0}),
        (2, b"b"): Shown(11.0, {"q": 1}),
        (3, b"c"): Shown(12.0, {"q": 2}),
    }
    chunks = [Chunk(at, n, mark, None) for at, n, mark in ((10.1, 1, b"a"), (11.25, 2, b"b"))]
    chunks += [Chunk(11.5, 9, b"no frame", None), Chunk(12.5, 3, b"c", None)]
    probes = [Probe(10.5, "q", 1), Probe(10.75, "q", 2)]

    assert list(delays_s(probes, Seen(False, chunks), shown)) == [(0.75, 0.25), (1.75, 0.75)]
    with pytest.raises(ValueError, match="1 of 1 probes"):
        list(delays_s([Probe(10.5, "q", 3)], Seen(False, chunks), shown))


def test_an_empty_frame_is_timed_to_every_viewer() -> None:
    """The floor under the stream: nothing is lost, nothing comes before it was sent."""
    with empty.serving() as url:
        told = empty.delays_ms(url, 3, 2.2)

    assert len(told) >= 6
    assert min(told) > 0


def test_viewers_that_cannot_connect_say_so() -> None:
    """And do not wait for ever."""
    with closing(socket.socket()) as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}/"

        with pytest.raises(RuntimeError, match=r"3 viewers of .*: they could not all connect"):
            Crowd(url, 3)


def test_a_year_is_good_events_of_different_days(tmp_path: Path) -> None:
    """Exactly so many; the same day's names and dates are never told twice."""
    file = tmp_path / "year.jsonl.zst"
    days = huge.write_year(file, huge.Asked(20_000, 0.1))
    reading = FileReading(FloorPlan())
    reading.read("year", read_lines(file))
    dates = {msgspec.json.decode(line)["time"][:10] for _, line in read_lines(file)}

    health = reading.floor.health_counts()
    assert (health["events"], health["rejected"], health["duplicates"]) == (20_000, 0, 0)
    assert health["out_of_place"] == 0
    assert len(dates) > days - 1 > 1


def test_a_week_is_served_day_by_day(tmp_path: Path) -> None:
    """The real worker and dashboard take in every event of each day, on a clock that is set: else a
    part ends, and with it the week. New people are met, and the log goes on alone."""
    asked = week.Asked(0.1, 2, 2, 1, 60 * MINUTE_US)
    file = week_traffic.day_file(tmp_path, asked.scale)
    first, second, alone = week.served(file, asked, tmp_path / "log")

    assert [list(day.parts) for day in (first, second, alone)] == [["worker", "dashboard"]] * 2 + [
        []
    ]
    assert first.events == second.events > 1_000
    for part in first.parts:
        before, after = first.parts[part], second.parts[part]
        assert after.held["agents"] > before.held["agents"] > 0
        assert 10 < after.resident_mib <= after.peak_mib
    assert second.parts["worker"].held["contacts"] > first.parts["worker"].held["contacts"]
    assert first.parts["worker"].held["panes"] > 500
    assert first.directory_mib > 0 < alone.frames == second.frames


def test_a_week_told_is_a_day_a_column() -> None:
    """A goal for each part of each make, and what is not known of the log's days alone left empty."""
    sizes = week_parts.Sizes(100.0, 110.0, {"agents": 7})
    days = [week.Day(10, {"worker": sizes, "dashboard": sizes}, 5.0, 3, 1.0)] * 7
    days[6] = week.Day(
        10,
        {"worker": week_parts.Sizes(100.0, 116.0, {"agents": 9}), "dashboard": sizes},
        5.0,
        3,
        1.0,
    )
    alone = week.Day(10, {}, 6.0, 3, 1.0)
    family = week.family(msgspec.structs.replace(week.FULL, alone=1), {"compiled": [*days, alone]})

    assert family.grid is not None
    assert family.grid.columns == ("what", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed")
    assert family.grid.lines[2] == ("worker, compiled: agents", *"7777779", "")
    assert family.grid.lines[7] == ("the log's directory, MiB", *"5555555", "6")
    assert [(goal.measured, goal.met) for goal in family.goals] == [
        ("1.055 ×", False),
        ("1.000 ×", True),
    ]


def test_each_day_of_the_week_is_its_own(tmp_path: Path) -> None:
    """Good events in their place, no identifier of a contact on two days, every slice there."""
    file = week_traffic.day_file(tmp_path, 0.1)
    reading = FileReading(FloorPlan())
    subjects: list[set[str]] = []
    counts = []
    for number in (0, 1, 3):
        slices = list(week_traffic.slices(file, 0.1, number, 60 * MINUTE_US))
        events = [event for each in slices for event in each.events]
        reading.read("day", enumerate((line for _, line in events), start=1))
        subjects.append({key for key, _ in events if key.startswith("c-")})
        counts.append(len(events))
        assert [each.until for each in slices] == [
            week_traffic.begin_of(number) + hour * 60 * MINUTE_US for hour in range(1, 25)
        ]

    health = Counter(reading.floor.health_counts())
    assert (health["rejected"], health["duplicates"], health["out_of_place"]) == (0, 0, 0)
    assert not subjects[0] & subjects[1]
    assert counts[0] == counts[1] > 2 * counts[2] > 0


def test_simulating_is_timed_over_what_it_wrote(tmp_path: Path) -> None:
    """The events of the file, and the same bytes as many."""
    timings, written = simulating.one_round(simulating.Asked(1, 0.1, 1), tmp_path)

    assert {timing.events for timing in timings.values()} == {written.events}
    assert written.events > 5_000 > written.waits > 400
    assert set(timings) == {simulating.FLOOR, "floorwatch simulate --out FILE"}
    assert all(timing.cpu_s > 0 and timing.peak_bytes for timing in timings.values())


def test_the_page_has_a_place_for_every_section() -> None:
    """`--write` must not fail after half an hour of measuring."""
    page = PAGE.read_text(encoding="utf-8")

    assert [
        name for name in (MACHINE, *SECTIONS) if any(mark not in page for mark in marks(name))
    ] == []
