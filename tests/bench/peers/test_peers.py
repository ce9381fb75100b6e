"""What the comparison with peers stands on, without any of their packages."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from tests.bench.figures import Results, Timing, throughput_rows
from tests.bench.peers.__main__ import OUR_SIDE, PEERS, Ground, Unmeasured, WrongCounts, main, run
from tests.bench.peers.expected import counted, differences
from tests.bench.peers.page import (
    OURS,
    PEERS_BEGIN,
    PEERS_END,
    with_lead,
    with_measured_beside_peers,
)
from tests.bench.peers.script import WINDOWS
from tests.bench.workload import events_file

START_S: Final = 1_772_551_800


def _line(second: int, kind: str, **data: object) -> bytes:
    time = datetime.fromtimestamp(START_S + second, UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"type": kind, "time": time, "data": data}).encode()


LINES: Final = [
    _line(0, "contact.queued", queue="q"),
    _line(1, "agent.state", state="available"),
    _line(9, "survey.answered", queue="q", csat=4),
    _line(10, "contact.answered", queue="q"),
]


def test_an_event_counts_in_each_window_that_it_lies_in() -> None:
    """One that tumbles; thirty that slide, of which all but one hold both tens of seconds."""
    tumbling = counted(LINES, WINDOWS["tumbling"])
    sliding = counted(LINES, WINDOWS["sliding"])

    assert tumbling == {
        ("q", START_S): (2, 1, 0, 0, 1, 4),
        ("q", START_S + 10): (1, 0, 1, 0, 0, 0),
    }
    assert len(sliding) == 31
    assert sliding["q", START_S - 290] == (2, 1, 0, 0, 1, 4)
    assert sliding["q", START_S - 280] == (3, 1, 1, 0, 1, 4)
    assert sliding["q", START_S + 10] == (1, 0, 1, 0, 0, 0)


def test_a_peer_that_does_nothing_is_found() -> None:
    """So is one that counts an event too few."""
    right = counted(LINES, WINDOWS["tumbling"])
    one_too_few = {**right, ("q", START_S): (1, 1, 0, 0, 1, 4)}

    assert differences(right, right) == []
    assert len(differences({}, right)) == 2
    assert differences(one_too_few, right) == [
        f"('q', {START_S}): (1, 1, 0, 0, 1, 4), not (2, 1, 0, 0, 1, 4)"
    ]


@pytest.mark.parametrize("window", WINDOWS)
def test_ours_counts_what_plain_python_does(tmp_path: Path, window: str) -> None:
    """As its script runs in the bench: in a process of its own, held against the right rows."""
    ground = Ground(events_file(tmp_path, 20_000), 20_000, tmp_path)

    timing, _ = ground.measure(OUR_SIDE, window)

    assert timing.events == 16_000
    assert timing.cpu_s > 0
    assert timing.peak_bytes > 0


def test_wrong_rows_are_refused(tmp_path: Path) -> None:
    """Here the right answer is made wrong."""
    ground = Ground(events_file(tmp_path, 20_000), 20_000, tmp_path)
    ground._right[20_000, "tumbling"] = {("nobody's", 0): (1, 1, 0, 0, 0, 0)}

    with pytest.raises(WrongCounts, match="not None"):
        ground.measure(OUR_SIDE, "tumbling")


def test_a_script_that_fails_is_not_measured() -> None:
    """It says how it ended."""
    with pytest.raises(Unmeasured, match="ended with 1"):
        run(Path(sys.executable), "no_such_peer")


def test_one_that_reads_from_kafka_is_not_measured_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what there is no broker for the want of."""
    monkeypatch.setenv("PATH", "")
    ground = Ground(events_file(tmp_path, 20_000), 20_000, tmp_path)
    peer = next(peer for peer in PEERS if peer.from_kafka)

    with pytest.raises(Unmeasured, match="Java 17"):
        ground.measure(peer, "tumbling")


def test_an_unknown_peer_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """With those that there are."""
    with pytest.raises(SystemExit):
        main(["--only", "duckdb,druid"])

    assert "no peer druid; there are flink, spark" in capsys.readouterr().err


def test_how_far_ahead_ours_is_has_a_place_of_its_own() -> None:
    """Twice as many events/s, a goal that is just met; the other parts of the page stay."""
    timed = {
        "typed decode": Timing(100, 1.0, 1.0),
        f"tumbling: {OURS}": Timing(100, 2.0, 2.0),
        "tumbling: bytewax, one core": Timing(50, 2.0, 4.0),
    }
    rows = with_lead(throughput_rows([timed]), [timed])
    page = f"mine\n{PEERS_BEGIN}\nold\n{PEERS_END}\n"

    told = with_measured_beside_peers(page, Results("the command", {}, tuple(rows)))

    assert rows[2].ahead == (2.0,)
    assert rows[2].ahead_cpu == (4.0,)
    assert "| tumbling: bytewax, one core (50 events) | 25 |" in told
    assert "| tumbling | bytewax | 2 | 2.00 | met |" in told
    assert told.startswith("mine\n")
    assert "old" not in told


def _run_of(*peers: str, seconds: float, command: str = "make bench-peers") -> Results:
    """A run where ours takes a second for what each of the peers takes so many for."""
    names = [f"tumbling: {peer}" for peer in peers]
    timed = {
        "typed decode": Timing(100, 1.0, 1.0),
        f"tumbling: {OURS}": Timing(100, 1.0, 1.0),
        **{name: Timing(100, seconds, seconds) for name in names},
    }
    rows = with_lead(throughput_rows([timed]), [timed])
    return Results(command, {"load before": f"{seconds:g}"}, tuple(rows))


def _page_of(*runs: Results) -> str:
    page = f"mine\n{PEERS_BEGIN}\nold\n{PEERS_END}\nmine as well\n"
    page = with_measured_beside_peers(page, runs[0])
    for run_ in runs[1:]:
        page = with_measured_beside_peers(page, run_, others_stay=True)
    return page


def test_rows_that_were_not_measured_again_stay() -> None:
    """Under the command and the machine that they were measured with, with the verdict on them."""
    every = _run_of("bytewax, one core", "Pathway", "duckdb, micro-batches", seconds=3)
    again = _run_of("Pathway", seconds=20, command='make bench-peers ARGS="--only pathway"')

    page = _page_of(every, again)

    earlier, _, later = page.partition("\n`make bench-peers ARGS=")
    assert "| tumbling: bytewax, one core (100 events) | 33.3 |" in earlier
    assert "| tumbling: duckdb, micro-batches (100 events) | 33.3 |" in earlier
    assert "| tumbling | bytewax | 2 | 3.00 | met |" in earlier
    assert "- load before: 3" in earlier
    assert "Pathway" not in earlier
    assert "| tumbling: Pathway (100 events) | 5 |" in later
    assert "| tumbling | Pathway | 10 | 20.00 | met |" in later
    assert "- load before: 20" in later
    assert page.startswith("mine\n")
    assert page.endswith("\nmine as well\n")
    assert "old" not in page


def test_a_run_of_which_nothing_is_left_goes() -> None:
    """So does a table of goals of which none is; and one run again is told once."""
    every = _run_of("bytewax, one core", "duckdb, micro-batches", seconds=3)
    first = _run_of("bytewax, one core", seconds=4, command='make bench-peers ARGS="--only b"')
    second = _run_of("bytewax, one core", seconds=5, command='make bench-peers ARGS="--only b"')

    page = _page_of(every, first, second)

    assert page == _page_of(every, second)
    assert page.count("\n`make bench-peers`") == 1
    assert page.count("\n`make bench-peers ARGS=") == 1
    assert page.count("| goal |") == 1
    assert _page_of(_run_of("bytewax, one core", seconds=3), second) == _page_of(second)


def test_a_small_ratio_is_told() -> None:
    """A peer that is thousands of times slower than the floor does not stand at nothing."""
    page = _page_of(_run_of("faust-streaming over Kafka", seconds=2_500))

    assert "| 0.0004 | 0.0004 |" in page
