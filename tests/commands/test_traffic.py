"""`import`, `simulate`, `replay` and `record`: events made, played into a log, and kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

import floorwatch
from stream.adapters.anonymous_bank_rows import COLUMNS, PHANTOM
from stream.contract.clock import LIVE, FloorClock
from stream.contract.codec import decode
from stream.contract.instants import DAY_US, SECOND_US
from stream.logs.database import FILE_NAME
from stream.logs.port import Record
from stream.logs.topics import CONTACT_EVENTS, FLOOR_CLOCK
from stream.logs.urls import open_log
from tests.builders import BASE_US, queued
from tests.commands.conftest import EVENTS, Run, Told

ROW: Final = {
    "vru+line": "XX0101",
    "call_id": "7001",
    "customer_id": "0",
    "priority": "2",
    "type": "PS",
    "date": "990301",
    "vru_entry": "10:00:00",
    "vru_exit": "10:00:06",
    "vru_time": "6",
    "q_start": "10:00:06",
    "q_exit": "10:00:36",
    "q_time": "30",
    "outcome": "HANG",
    "ser_start": "0:00:00",
    "ser_exit": "0:00:00",
    "ser_time": "0",
    "server": "NO_SERVER",
}
OTHER_CLOCK: Final = "the log holds events of another clock; play this into a log of its own"


def held(folder: Path, topic: str = CONTACT_EVENTS) -> list[Record]:
    """All that a log holds of a topic."""
    log = open_log(f"embedded:{folder / 'log'}", now=floorwatch.now_us)
    records = [one for number in range(log.partitions(topic)) for one in log.read(topic, number)]
    log.close()
    return records


def lines(path: Path) -> list[Any]:
    """The events of a file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def calls(*rows: dict[str, str]) -> str:
    """A file of the bank's."""
    return "\n".join("\t".join(row) for row in (COLUMNS, *((ROW | row).values() for row in rows)))


def test_several_files_are_imported_in_the_order_of_time(run: Run, folder: Path) -> None:
    """Whatever the order in which they are named, and each has its own summary."""
    (folder / "march.txt").write_text(calls({}, {"call_id": "7003", "q_start": "9:00:00", "x": ""}))
    (folder / "february.txt").write_text(
        calls({"call_id": "7002", "date": "990301", "q_exit": "10:00:20"}, {"outcome": "PHANTOM"})
    )
    (folder / "broken.txt").write_text(calls({"date": "x"}))
    told = run(
        "import", "march.txt", "february.txt", "broken.txt", "--from", "anonymous-bank",
        "--out", "calls.jsonl",
    )  # fmt: skip

    assert (told.code, told.out) == (0, "")
    assert told.err.splitlines() == [
        "march.txt:3: expected 17 tab-separated fields, found 18",
        "march.txt: 2 rows, 2 events, 1 malformed; no event for: none",
        f"february.txt: 2 rows, 2 events, 0 malformed; no event for: 1 {PHANTOM}",
        "broken.txt:2: date: expected a day that exists, as yymmdd",
        "broken.txt: 1 rows, 0 events, 1 malformed; no event for: none",
    ]
    assert [one["id"] for one in lines(folder / "calls.jsonl")] == [
        "XX0101-7001/queued",
        "XX0101-7002/queued",
        "XX0101-7002/abandoned",
        "XX0101-7001/abandoned",
    ]


def test_a_gap_that_no_reader_believes_is_told(run: Run, folder: Path) -> None:
    """Everything after it would be rejected, as a broken clock's."""
    (folder / "calls.txt").write_text(calls({}, {"call_id": "7002", "date": "990310"}))
    told = run("import", "calls.txt", "--from", "anonymous-bank", "--out", "calls.jsonl")

    assert told.code == 0
    assert told.err.splitlines()[0] == (
        "floorwatch: calls.jsonl: nothing from 1999-03-01T08:00:36.000Z to "
        "1999-03-10T08:00:06.000Z; read as one, what follows a gap of 8 days is rejected, so "
        "import what lies after it to a file of its own"
    )
    assert run("check", "calls.jsonl").out.splitlines()[-1] == "2 good, 2 bad"


def test_a_simulated_file_is_the_same_for_the_same_seed(run: Run, folder: Path) -> None:
    """Bytes and all, compressed or not; another seed gives another."""
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        told = run("simulate", "--duration", "10m", "--seed", seed, "--out", name)
        assert told.code == 0
    a, b, c = ((folder / name).read_bytes() for name in "abc")

    assert a == b != c
    assert run("check", "a").code == 0


def test_a_start_may_show_another_time_of_day(run: Run, folder: Path) -> None:
    """A demo at night shows a busy morning, at the time that it is."""
    night = ("simulate", "--duration", "20m", "--start", "2026-03-03T08:00:00.123456Z")
    run(*night, "--out", "night")
    run(*night, "--out", "busy", "--showing", "10:30")
    night_queued, busy_queued = (
        [one["time"] for one in lines(folder / name) if one["type"] == "contact.queued"]
        for name in ("night", "busy")
    )

    assert len(busy_queued) > 10 * (len(night_queued) + 1)
    assert min(busy_queued) >= "2026-03-03T08:00:00"
    assert max(busy_queued) < "2026-03-03T08:20:01"


def test_a_recording_is_played_at_its_own_time_and_kept_again(run: Run, folder: Path) -> None:
    """Byte for byte, on a clock that runs as it does; and only into a log of its own."""
    played = run("replay", "events.jsonl", "--log", "embedded:log", "--speed", "1000")
    kept = run(
        "record",
        "--log",
        "embedded:log",
        "--out",
        "kept.jsonl",
        "--from-start",
        "--duration",
        "0.2s",
    )
    again = run("replay", "events.jsonl", "--log", "embedded:log")
    live = run("simulate", "--log", "embedded:log", "--duration", "1s", "--showing", "10:30")

    said = "5 events played, from 2026-03-02T14:00:00.000Z to 2026-03-02T14:00:50.500Z\n"
    assert played == Told(0, "", said)
    assert kept == Told(0, "", "5 events in kept.jsonl\n")
    assert (folder / "kept.jsonl").read_bytes() == (folder / "events.jsonl").read_bytes()
    assert again == live == Told(1, "", f"floorwatch: {OTHER_CLOCK}\n")
    (clock,) = (FloorClock(**json.loads(one.value or b"")) for one in held(folder, FLOOR_CLOCK))
    assert (clock.floor, clock.speed) == (BASE_US, 1000)


def test_no_event_is_ahead_of_the_floors_clock(run: Run, folder: Path) -> None:
    """It is appended when it is due, so that no worker finds it too far ahead; and its worker
    had time to hear of the clock."""
    run("replay", "events.jsonl", "--log", "embedded:log", "--speed", "1000")
    records = held(folder)
    (told,) = held(folder, FLOOR_CLOCK)
    clock = FloorClock(**json.loads(told.value or b""))

    assert sorted(one.value or b"" for one in records) == sorted(EVENTS)
    assert all(decode(one.value or b"").time <= clock.at(one.appended_at) for one in records)
    assert min(one.appended_at for one in records) - told.appended_at > SECOND_US


def test_a_recording_is_moved_to_the_present(run: Run, folder: Path) -> None:
    """With the distances that it has, to the microsecond."""
    before = floorwatch.now_us()
    told = run(
        "replay", "events.jsonl", "--log", "embedded:log", "--speed", "1000", "--shift-to", "now"
    )
    times = sorted(decode(one.value or b"").time for one in held(folder))

    assert (0, "") == (told.code, told.out)
    assert told.err.startswith("5 events played, from ")
    assert before <= times[0] <= floorwatch.now_us()
    assert [time - times[0] for time in times] == [
        decode(line).time - decode(EVENTS[0]).time for line in EVENTS
    ]


def test_live_traffic_goes_on_where_the_clock_is_the_walls(run: Run, folder: Path) -> None:
    """One may stop and begin again; faster than the wall, only into a log of its own."""
    busy = ("simulate", "--log", "embedded:log", "--duration", "1s", "--showing", "10:30")
    for seed in ("1", "2"):
        assert run(*busy, "--seed", seed) == Told(0, "", "")
    faster = run(*busy, "--speed", "2")

    assert faster == Told(1, "", f"floorwatch: {OTHER_CLOCK}\n")
    assert len(held(folder)) > 0
    assert {one.value for one in held(folder, FLOOR_CLOCK)} == {b'{"wall":0,"floor":0,"speed":1.0}'}
    assert FloorClock(wall=0, floor=0, speed=1.0) == LIVE


def test_what_a_log_holds_is_recorded_in_the_order_in_which_it_happened(
    run: Run, folder: Path
) -> None:
    """Its partitions have no order between them; one broken clock holds up nothing."""
    run("topics", "create", "--log", "embedded:log")
    run("record", "--log", "embedded:log", "--out", "none", "--duration", "0.1s")
    told = [queued(f"c{second}", second) for second in range(40)]
    told[7] = queued("c7", 9 * DAY_US // SECOND_US)
    appended = iter(range(BASE_US, BASE_US + 99 * SECOND_US, SECOND_US))
    log = open_log(f"embedded:{folder / 'log'}", now=lambda: next(appended))
    for line in told:
        log.append(CONTACT_EVENTS, [(decode(line).subject, line)])
    log.append(CONTACT_EVENTS, [("c1", b"junk")])
    log.close()
    run("record", "--log", "embedded:log", "--out", "all", "--from-start", "--duration", "0.1s")
    kept = (folder / "all").read_bytes().splitlines()

    assert (folder / "none").read_bytes() == b""
    assert [line for line in kept if line != b"junk"] == told
    assert sorted(kept) == sorted([*told, b"junk"])


def test_recording_makes_no_log(run: Run, folder: Path) -> None:
    """A mistyped address would else be a quiet floor for ever; what fails leaves nothing behind."""
    before = sorted(folder.iterdir())
    told = run("record", "--log", "embedded:mistyped", "--out", "x", "--duration", "0.1s")
    (folder / "directory" / FILE_NAME).touch()
    begun = run("record", "--log", "embedded:directory", "--out", "x", "--duration", "0.1s")

    assert (told.code, begun.code) == (1, 1)
    assert begun.err.startswith("floorwatch: embedded:directory: there is no log")
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("speed", ["0.5", "60"])
def test_a_duration_is_of_the_floors_time(run: Run, folder: Path, speed: str) -> None:
    """A minute at 60 times the speed is a second of the wall's."""
    duration = f"{float(speed):g}s"
    began = floorwatch.now_us()
    command = ("simulate", "--log", "embedded:log", "--duration", duration, "--speed", speed)
    told = run(*command, "--showing", "10:30")

    assert told == Told(0, "", "")
    assert floorwatch.now_us() - began < 10 * SECOND_US
    assert all(decode(one.value or b"").time >= began for one in held(folder))


def test_an_event_that_came_on_several_lines_is_recorded_on_one(run: Run, folder: Path) -> None:
    """It is as good in the file as it was in the log, and a bad one stays as bad."""
    wide = json.dumps(json.loads(EVENTS[1]), indent=2).encode()
    broken = EVENTS[3].replace(b'"subject":"', b'"subject":"\n', 1)
    run("topics", "create", "--log", "embedded:log")
    log = open_log(f"embedded:{folder / 'log'}", now=floorwatch.now_us)
    log.append(CONTACT_EVENTS, [("c1", wide), ("c2", broken)])
    log.close()
    run("record", "--log", "embedded:log", "--out", "all", "--from-start", "--duration", "0.1s")
    checked = run("check", "all")

    assert len((folder / "all").read_bytes().splitlines(keepends=True)) > 2
    assert (folder / "all").read_bytes().count(b"\n") == 2
    assert (checked.code, checked.out.splitlines()[-1]) == (1, "1 good, 1 bad")
