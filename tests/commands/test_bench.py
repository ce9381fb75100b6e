"""`bench`: what this machine carries, with small sizes and all parts real."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import resource
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from stream.capacity import Tried, carried, file_rate, live_rate, picture_time, sample_of, served
from stream.commands.capacity import FULL, QUICK, Capacity, Found, Sizes, measured, sentences
from stream.commands.capacity_viewers import FILES_BESIDE, Viewer, Watch, sizes_here
from stream.commands.terminal import Failure
from stream.contract.instants import parse_instant
from tests.builders import queued
from tests.clock import now_us
from tests.commands.conftest import EVENTS, Run, Start

SMALL = Sizes(2_000, 1, 1.0, (2, 5), (3, 5), 2)


@pytest.fixture
def recording(folder: Path) -> Path:
    """Three minutes of one, two and three events, and a line that is none."""
    path = folder / "recording.jsonl"
    minutes = [(1, 0), (2, 60), (2, 61), (3, 120), (3, 121), (3, 122)]
    lines = [queued(f"c{minute}-{at}", at) for minute, at in minutes]
    path.write_bytes(b"\n".join([*lines, b"x"]) + b"\n")
    return path


# --- the sample and its rates -----------------------------------------------------------------


def test_a_recording_is_sampled_with_its_busiest_minute(recording: Path) -> None:
    """A bad line is part of it, under no key, and in no minute."""
    sample = sample_of(recording, 100)

    assert sample is not None
    assert [key for key, _ in sample.pairs] == [
        *("c1-0", "c2-60", "c2-61", "c3-120", "c3-121", "c3-122"),
        "",
    ]
    assert (sample.busiest_minute, sample.whole) == (3, True)
    assert sample.newest == parse_instant("2026-03-02T14:02:02Z")


def test_of_a_long_recording_the_beginning_is_taken(recording: Path) -> None:
    sample = sample_of(recording, 4)

    assert sample is not None
    assert (len(sample.pairs), sample.whole) == (4, False)


def test_without_a_good_event_there_is_no_sample(folder: Path) -> None:
    assert sample_of(folder / "only-bad.jsonl", 10) is None


def test_rates_are_of_the_events_that_were_read(recording: Path, tmp_path: Path) -> None:
    """No rate can be higher than all events in no more than the time that passed."""
    sample = sample_of(recording, 100)
    assert sample is not None
    began = time.perf_counter()
    rates = (
        file_rate(sample, rounds=1),
        live_rate(sample, tmp_path / "live", now=now_us),
    )
    passed = time.perf_counter() - began

    assert all(rate >= len(sample.pairs) / passed for rate in rates)


def test_a_picture_of_more_queues_takes_longer(tmp_path: Path) -> None:
    few, many = (picture_time(size, tmp_path / str(size), now=now_us) for size in (2, 200))

    assert (few.size, many.size) == (2, 200)
    assert 0 < few.ms < many.ms


@pytest.mark.parametrize(
    ("tried", "found", "within"),
    [
        pytest.param([(200, 50.0), (1000, 250.0)], (1000, True), (1000, True), id="all fit"),
        pytest.param([(200, 50.0), (1000, 450.0)], (600, False), (200, False), id="between"),
        pytest.param([(200, 500.0)], (100, False), (0, False), id="below the first"),
        pytest.param([(200, 50.0), (1000, math.inf)], (200, False), (200, False), id="never came"),
    ],
)
def test_what_fits_into_a_quarter_of_a_second(
    tried: list[tuple[int, float]], found: tuple[int, bool], within: tuple[int, bool]
) -> None:
    sizes = [Tried(size, ms) for size, ms in tried]

    assert (found, within) == (carried(sizes), served(sizes))


# --- viewers ----------------------------------------------------------------------------------


class _Asked(asyncio.WriteTransport):
    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert bytes(data).startswith(b"GET /api/v1/stream ")


@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_a_frame_has_come_with_its_last_byte(step: int) -> None:
    """In whatever pieces; the delay counts from the instant of its picture."""
    told_at = parse_instant("2026-03-02T14:00:00Z")
    watch = Watch(lambda: told_at + 40_000)
    viewer = Viewer(watch)
    viewer.connection_made(_Asked())
    frame = b'id: 5\nevent: frame\ndata: {"as_of":"2026-03-02T14:00:00.000Z","a":1}\n\n'
    sent = b"HTTP/1.1 200 OK\r\n\r\nd\r\nretry: 1000\n\n\r\n46\r\n" + frame + b"\r\n"
    for start in range(0, len(sent), step):
        assert not watch.came
        viewer.data_received(sent[start : start + step])

    assert watch.delays_ms(1, told_at, told_at + 1) == [40.0]
    assert watch.delays_ms(2, told_at, told_at + 1) == [40.0, math.inf]
    assert watch.delays_ms(1, told_at + 1, told_at + 2) == []


def test_no_more_viewers_than_the_limit_of_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_BESIDE + 300, hard))
        assert sizes_here([100, 400, 1000]) == [100, 300]
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_BESIDE, hard))
        with pytest.raises(Failure, match="open files"):
            sizes_here([100])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# --- the command ------------------------------------------------------------------------------


def test_all_of_it_is_measured_with_real_parts(recording: Path, tmp_path: Path) -> None:
    directory = tmp_path / "scratch"
    directory.mkdir()
    told = measured(str(recording), SMALL, directory, now=now_us)

    assert (told.events, told.busiest_minute_events) == (7, 3)
    assert told.live_times_busiest_minute == pytest.approx(
        told.live_events_per_s * 60 / 3, rel=0.01, abs=30
    )
    assert [each.size for each in told.queues.tried] == [2, 5]
    assert [each.size for each in told.viewers.tried] == [3, 5]
    assert all(0 < each.ms < math.inf for each in told.viewers.tried)


def test_the_command_prints_one_object_and_leaves_nothing(start: Start, folder: Path) -> None:
    process = start("bench", "--quick", "--json")
    out, err = process.communicate(timeout=120)

    assert (process.returncode, err) == (0, "")
    told = json.loads(out)
    assert told["events"] > 10_000
    assert told["busiest_minute_events"] is None
    assert [each["size"] for each in told["queues"]["tried"]] == list(QUICK.queues)
    assert list((folder / "directory").iterdir()) == []


def working_in(directory: Path) -> list[str]:
    """The processes whose working directory is, or was, below this one."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if str(link.readlink()).startswith(f"{directory}/"):
                found.append(link.parent.name)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_ctrl_c_ends_it_and_leaves_nothing(start: Start, folder: Path) -> None:
    """Also while its services run."""
    process = start("bench", "--quick", "events.jsonl")
    scratch = folder / "directory"
    give_up = time.monotonic() + 60
    while not working_in(scratch) and time.monotonic() < give_up:
        threading.Event().wait(0.05)
    assert working_in(scratch)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (130, "", "")
    assert list(scratch.iterdir()) == []
    assert working_in(scratch) == []


@pytest.mark.parametrize(
    ("argument", "code", "line"),
    [
        ("missing.jsonl", 1, "floorwatch: missing.jsonl: "),
        ("directory", 1, "floorwatch: directory: "),
        ("only-bad.jsonl", 1, "floorwatch: only-bad.jsonl: no good event"),
        ("-", 2, "floorwatch: FILE: "),
        ("--fast", 2, "floorwatch: --fast: no such option"),
    ],
)
def test_what_cannot_be_measured_is_one_line(run: Run, argument: str, code: int, line: str) -> None:
    told = run("bench", argument)

    assert (told.code, told.out) == (code, "")
    assert told.err.startswith(line)
    assert told.err.count("\n") == 1


def test_the_sentences_say_what_was_measured() -> None:
    """Rates to two digits; `at least` where more was not tried."""
    told = Capacity(
        compiled=True,
        processors=2,
        events=300_000,
        whole_file=False,
        file_events_per_s=433_210,
        live_events_per_s=181_900,
        busiest_minute_events=12_000,
        file_times_busiest_minute=2166.1,
        live_times_busiest_minute=909.5,
        queues=Found(917, False, [Tried(200, 50.0), Tried(1000, 270.0)]),
        viewers=Found(400, True, [Tried(100, 10.0), Tried(400, 30.0)]),
    )

    assert sentences(told) == [
        (
            "This machine carries about 430,000 events/s from a file and 180,000/s live, 910 times "
            "the busiest minute of the first 300,000 events of your recording."
        ),
        "A dashboard tells about 920 queues once a second, each picture within 250 ms.",
        "It serves at least 400 viewers, 99 of 100 frames there within 250 ms.",
        "The core is compiled.",
    ]


def test_the_sizes_grow() -> None:
    """What fits is looked for from below."""
    for sizes in (FULL, QUICK):
        assert list(sizes.queues) == sorted(set(sizes.queues))
        assert list(sizes.viewers) == sorted(set(sizes.viewers))


def test_few_events_are_said_to_be_few(run: Run) -> None:
    told = run("bench", "--quick", "events.jsonl")

    assert told.code == 0
    assert told.err == (f"floorwatch: only {len(EVENTS)} events; of so few a rate says little\n")
    assert told.out.startswith("This machine carries about ")
    assert "times the busiest minute of your recording." in told.out
