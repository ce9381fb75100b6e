"""The bench's pieces on a thousand events: that they work, never how fast."""

from __future__ import annotations

from pathlib import Path

from tests.bench import work
from tests.bench.__main__ import delay_rows
from tests.bench.delay import Delays, Probe, delays_ms
from tests.bench.figures import FLOOR, Results, Row, Timing, cells, quantile, throughput_rows
from tests.bench.page import (
    BEGIN,
    END,
    KAFKA_BEGIN,
    KAFKA_END,
    with_measured,
    with_measured_over_kafka,
)
from tests.bench.viewer import Came
from tests.bench.workload import HISTORY_US, events_file, items_of

# A small floor's first moment alone is some 350.
EVENTS = 1_000


def test_every_throughput_becomes_a_row(tmp_path: Path) -> None:
    """A small workload goes through all the work that is timed, and into the page."""
    file = events_file(tmp_path, EVENTS)
    timings = (
        work.typed_decode(file)
        | work.codec_decoder(file)
        | work.codec_decode(file)
        | work.file_reading(file)
        | work.live(file, str(EVENTS), f"embedded:{tmp_path / 'log'}")
    )
    rows = throughput_rows([timings, timings])
    results = Results("the command", {"Python": "3"}, tuple(rows))
    page = with_measured(f"# Title\n{BEGIN}\nold\n{END}\nwords\n", results)

    assert {timing.events for timing in timings.values()} == {EVENTS}
    assert rows[0].name == FLOOR
    assert rows[0].ratios == (1.0, 1.0)
    assert [row.name for row in rows] == list(timings)
    assert all(f"| {row.name} |" in page for row in rows)
    assert "old" not in page
    assert page.endswith(f"{END}\nwords\n")


def test_what_was_measured_over_kafka_has_a_place_of_its_own() -> None:
    """Each command rewrites its own part of the page, and compares with its own floor."""
    timings = {"reading": Timing(100, 1.0, 1.0), "worker": Timing(100, 4.0, 0.0)}
    rows = throughput_rows([timings], "reading")
    page = f"{BEGIN}\nmine\n{END}\n{KAFKA_BEGIN}\nold\n{KAFKA_END}\n"

    told = with_measured_over_kafka(page, Results("the command", {}, tuple(rows)))

    assert "| worker | 25 |  | events/s | 0.250 |" in told
    assert "mine" in told
    assert "old" not in told


def test_the_workload_lasts_as_long_as_asked(tmp_path: Path) -> None:
    """Squeezed or stretched, the events keep their order and their number."""
    items = items_of(events_file(tmp_path, EVENTS), EVENTS, 60_000_000)
    times = [item.time for item in items]

    assert len(times) == EVENTS
    assert times == sorted(times)
    assert times[-1] - times[0] == 60_000_000
    assert HISTORY_US > 60_000_000


def test_a_probe_is_seen_in_the_first_frame_that_counts_it() -> None:
    """Whichever probes a frame brings at once, each is told its own delay."""
    frames = [_frame(1.0, None), _frame(2.0, 0), _frame(3.0, 2)]
    probes = [Probe(0.5, "q", 1), Probe(1.5, "q", 2)]

    told = delays_ms(probes, frames)

    assert told == [2500.0, 1500.0]
    assert delay_rows("few agents", [Delays(told, 1, 1, 1, 1, 1, 1)])[1].values == (2500.0,)


def test_a_row_is_told_as_its_median_and_its_spread() -> None:
    """Three rounds, one line."""
    row = Row("decode", "events/s", (1_234_567.0, 900_000.0, 2_000_000.0), (0.5, 0.25, 1.0))

    assert cells(row) == (
        "decode",
        "1,234,600",
        "900,000–2,000,000",
        "events/s",
        "0.500",
        *[""] * 4,
    )
    assert [quantile(range(1, 101), share) for share in (0.5, 0.99, 1)] == [50, 99, 100]


def _frame(at: float, offered: int | None) -> Came:
    if offered is None:
        return Came(at, b'{"frame":{}}')
    section = b'{"counts":{"offered":%d}}' % offered
    return Came(at, b'{"health":{},"queues":{"q":%s},"frame":{}}' % section)
