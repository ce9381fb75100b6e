"""The health of the stream on /metrics: whole, by partition, by worker."""

from datetime import datetime, timedelta

import pytest

from dashboard.api.gauges import FigureCollector
from dashboard.feed import Feed
from tests.dashboard.pictures import START, TableReader, ordinary

LABELS = tuple[tuple[str, str], ...]


def clock() -> datetime:
    """A clock that stands."""
    return START


def samples(
    reader: TableReader, *, later: timedelta = timedelta()
) -> dict[tuple[str, LABELS], float]:
    """Every sample by name and labels, so much later than the newest frame."""
    since = timedelta()
    feed = Feed(reader, now=lambda: clock() + since)
    feed.step()
    since = later
    return {
        (sample.name, tuple(sample.labels.items())): sample.value
        for family in FigureCollector(feed).collect()
        for sample in family.samples
    }


@pytest.fixture
def reader() -> TableReader:
    """An ordinary morning, its clock standing."""
    return TableReader(ordinary(), clock)


def test_a_fresh_stream_is_told_whole(reader: TableReader) -> None:
    """Dead letters are the rejected; nothing is silent, behind or catching up."""
    told = samples(reader)
    names = ("dead_letters_total", "rejected_total", "silent_partitions",
             "catching_up_partitions", "behind_seconds", "lag_events")  # fmt: skip

    assert [told[f"floorwatch_{name}", ()] for name in names] == [10, 10, 0, 0, 0, 0]


def test_each_partition_is_told_by_its_number(reader: TableReader) -> None:
    """Its lag, how far it is behind, its age and its one state."""
    reader.catching_up, reader.behind_s, reader.silent = (1,), 715.0, (3,)
    reader.told_s_ago(8)
    told = samples(reader)

    def of(name: str, number: int, **labels: str) -> float:
        at = (("partition", str(number)), *labels.items())
        return told[f"floorwatch_partition_{name}", at]

    states = ("fresh", "catching_up", "silent")
    assert [of("lag_events", number) for number in range(4)] == [0, 4100, 0, 0]
    assert [of("behind_seconds", number) for number in range(4)] == [0, 715, 0, 0]
    assert [of("age_seconds", number) for number in range(4)] == [0.2, 0.2, 0.2, 8.2]
    assert [[of("state", number, state=state) for state in states] for number in range(4)] == [
        [1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1],
    ]  # fmt: skip
    assert told["floorwatch_silent_partitions", ()] == 1
    assert told["floorwatch_catching_up_partitions", ()] == 1
    assert told["floorwatch_behind_seconds", ()] == 715


def test_the_states_grow_old_with_the_frame(reader: TableReader) -> None:
    """A dashboard that builds no frames any more keeps nothing fresh: 0.2 s and 4.9 are too many."""
    reader.catching_up, reader.behind_s = (1,), 715.0
    still, silent = (samples(reader, later=timedelta(seconds=seconds)) for seconds in (4.7, 4.9))

    def states(told: dict[tuple[str, LABELS], float]) -> list[str]:
        """The one state of each partition."""
        return [
            dict(labels)["state"]
            for (name, labels), value in told.items()
            if name == "floorwatch_partition_state" and value
        ]

    assert states(still) == ["fresh", "catching_up", "fresh", "fresh"]
    assert states(silent) == ["silent"] * 4
    counts = ("silent_partitions", "catching_up_partitions")
    assert [still[f"floorwatch_{name}", ()] for name in counts] == [0, 1]
    assert [silent[f"floorwatch_{name}", ()] for name in counts] == [4, 0]


def test_each_worker_is_told_by_its_name(reader: TableReader) -> None:
    """Under the names of its own /metrics."""
    told = samples(reader)
    names = ("partitions_assigned", "rebalances_total", "commit_failures_total",
             "log_failures_total")  # fmt: skip
    by_worker = {
        worker: [told[f"floorwatch_worker_{name}", (("worker", worker),)] for name in names]
        for worker in ("floor-1", "floor-2")
    }

    assert by_worker == {"floor-1": [2, 2, 0, 0], "floor-2": [2, 1, 1, 4]}


def test_what_no_partition_has_told_is_left_out(reader: TableReader) -> None:
    """Never 0: nobody knows how far a partition is that never told."""
    reader.events = 0
    told = samples(reader)

    known = {name for name, labels in told if ("partition", "0") in labels}
    assert known == {"floorwatch_partition_state"}
    assert told["floorwatch_partition_state", (("partition", "0"), ("state", "silent"))] == 1


def test_without_a_picture_there_are_no_figures(reader: TableReader) -> None:
    """The feed's own counts stand by themselves."""
    reader.nothing_yet = "the log cannot be reached yet"

    assert samples(reader) == {}
