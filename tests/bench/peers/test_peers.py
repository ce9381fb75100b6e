"""What the comparison with peers stands on, without any of their packages."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from tests.bench.figures import Results, Timing, throughput_rows
from tests.bench.peers.__main__ import OUR_SIDE, Ground, Unmeasured, WrongCounts, run
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
