"""`compute` and `check`: figures and faults of files, as JSON and as a table."""

from __future__ import annotations

import json
import os
import subprocess
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import zstandard

from stream.compiled import is_compiled
from stream.compute_cores import SHARED_FROM_BYTES, cores_for
from stream.contract.figures import WINDOWS
from tests.builders import event, queued, state
from tests.commands.conftest import Run, Start, Told

TOP = ["as_of", "window", "floor", "queues", "channels", "teams"]


def figures(told: Told) -> Any:
    """The JSON that a command printed."""
    assert (told.code, told.err) == (0, "")
    return json.loads(told.out)


@pytest.mark.parametrize(
    ("more", "keys"), [((), [*TOP, "health"]), (("--agents",), [*TOP, "agents", "health"])]
)
def test_json_has_the_keys_of_the_contract(
    run: Run, more: tuple[str, ...], keys: list[str]
) -> None:
    """`agents` comes only when it is asked for."""
    told = figures(run("compute", "events.jsonl", "--json", *more))

    assert sorted(told) == sorted(keys)
    assert list(told["health"].values()) == [5, 0, 0, 0, 0, 0, 0]
    assert told["queues"].keys() == {"benefits"}
    assert told["floor"]["counts"]["abandoned"] == 1


def test_times_are_told_to_the_millisecond(run: Run) -> None:
    """As of the newest event, or of the instant that was asked for."""
    newest = figures(run("compute", "events.jsonl", "--json", "--agents"))
    at = figures(
        run("compute", "events.jsonl", "--json", "--at", "2026-03-02T15:00:20.250999+01:00")
    )

    assert newest["as_of"] == "2026-03-02T14:00:50.500Z"
    assert newest["agents"]["a1"]["since"] == "2026-03-02T14:00:00.000Z"
    assert at["as_of"] == "2026-03-02T14:00:20.250Z"
    assert at["floor"]["now"]["waiting"] == 1


def test_an_instant_to_the_microsecond_is_kept(run: Run) -> None:
    """One microsecond before the event it has not happened."""
    at = "2026-03-02T14:00:20.249999Z"

    assert (
        figures(run("compute", "events.jsonl", "--json", "--at", at))["floor"]["now"]["waiting"]
        == 0
    )


def test_before_all_events_there_is_nothing_to_tell(run: Run) -> None:
    """The instant is told all the same, with a word on why all is empty."""
    code, out, err = run("compute", "events.jsonl", "--json", "--at", "2020-01-01T00:00:00Z")
    told = json.loads(out)

    assert (code, told["as_of"], told["health"]["events"]) == (0, "2020-01-01T00:00:00.000Z", 0)
    assert err == "floorwatch: no events up to 2020-01-01T00:00:00Z, so there is nothing to tell\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty", "no events, so there is nothing to tell"),
        ("/dev/null", "no events, so there is nothing to tell"),
        ("only-bad.jsonl", "1 of 1 events were rejected; `floorwatch check FILE` names them"),
        ("bad.jsonl", "2 of 3 events were rejected; `floorwatch check FILE` names them"),
        ("junk", "41 of 41 events were rejected; `floorwatch check FILE` names them"),
    ],
)
def test_what_was_not_counted_is_said(run: Run, name: str, said: str) -> None:
    """Beside the figures, never among them."""
    code, out, err = run("compute", name, "--json")

    assert (code, err) == (0, f"floorwatch: {said}\n")
    assert sorted(json.loads(out)) == sorted([*TOP, "health"])


def test_the_same_file_twice_counts_once(run: Run) -> None:
    """The second copy of each event is a duplicate."""
    once = figures(run("compute", "events.jsonl", "--json"))
    twice = figures(run("compute", "events.jsonl", "events.jsonl", "--json"))

    assert twice["health"] == {**once["health"], "events": 10, "duplicates": 5}
    assert twice | {"health": None} == once | {"health": None}


def test_standard_input_is_a_file_too(start: Start, folder: Path) -> None:
    """`-`, as everywhere."""
    process = start("compute", "-", "--json")
    out, err = process.communicate((folder / "events.jsonl").read_text(), timeout=20)

    assert json.loads(out)["health"]["events"] == 5
    assert err == ""


@pytest.mark.parametrize("window", WINDOWS)
def test_every_window_has_its_figures(run: Run, window: str) -> None:
    """By its name."""
    told = figures(run("compute", "events.jsonl", "--json", "--window", window))

    assert (told["window"], told["floor"]["counts"]["offered"]) == (window, 2)


def test_the_table_names_queues_as_the_floor_plan_does(run: Run) -> None:
    """And ends with what became of the events."""
    lines = run("compute", "events.jsonl", "--config", "floor.yaml").out.splitlines()

    assert lines[0].rstrip() == "30m up to 2026-03-02T14:00:50.500Z"
    assert [line.split()[0] for line in lines if line.startswith("  ") and line.strip()][1:] == [
        "Floor",
        "Benefits",
        "voice",
    ]
    assert lines[-1].startswith("5 events, 0 duplicates, 0 rejected")


def test_a_name_may_hold_anything(run: Run, folder: Path) -> None:
    """Neither the terminal nor the table's markup takes orders from an event."""
    lines = [
        queued("c1", 0, queue="[/bold]\x1b[31m\n" + "x" * 100),
        state("a[1]", 1, "away", reason="[/i]", team="[/b]"),
    ]
    (folder / "odd.jsonl").write_bytes(b"\n".join(lines))
    code, out, err = run("compute", "odd.jsonl", "--agents")

    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert f"[/bold]�[31m�{'x' * 18}…" in out
    assert [line.split()[:4] for line in out.splitlines() if "a[1]" in line] == [
        ["a[1]", "[/b]", "away", "[/i]"]
    ]


def test_a_pipe_is_as_wide_as_need_be(run: Run, folder: Path) -> None:
    """No figure and no name of ordinary length is cut."""
    ids = count()
    lines = [queued(f"c{next(ids)}", 0, queue=f"{letter * 32}") for letter in "abc" * 30]
    (folder / "long.jsonl").write_bytes(b"\n".join(lines))

    assert "…" not in run("compute", "long.jsonl").out


def test_check_names_each_bad_line(run: Run) -> None:
    """File, line and reason, then the sum; a blank line is counted but is nothing."""
    told = run("check", "events.jsonl", "bad.jsonl")

    assert told == Told(
        1,
        "bad.jsonl:1: JSON: invalid character (byte 0)\n"
        "bad.jsonl:3: specversion: missing\n"
        "6 good (among them 1 duplicates), 2 bad\n",
        "",
    )


def test_check_of_good_events_ends_with_0(run: Run, folder: Path) -> None:
    """Unknown types and what is out of place are good, and told."""
    lines = [event("contact.cloned", subject="c1"), event("contact.held", subject="c1", agent="a")]
    (folder / "odd.jsonl").write_bytes(b"\n".join(lines))

    assert run("check", "events.jsonl") == Told(0, "5 good, 0 bad\n", "")
    assert run("check", "empty") == Told(0, "0 good, 0 bad\n", "")
    assert run("check", "odd.jsonl") == Told(
        0, "2 good (among them 1 of unknown type, 1 out of place), 0 bad\n", ""
    )


def test_a_name_that_cannot_be_written_is_written_in_another_way(
    start: Start, folder: Path
) -> None:
    """A file's name is bytes, and need not be text."""
    name = b"b\xff.jsonl".decode(errors="surrogateescape")
    (folder / name).write_bytes(b"x\n")
    process = start("check", name, stderr=subprocess.STDOUT)
    out, _ = process.communicate(timeout=20)

    assert out == "b\\udcff.jsonl:1: JSON: invalid character (byte 0)\n0 good, 1 bad\n"


# --- several cores ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more", [(), ("--at", "2026-03-02T14:00:30Z"), ("--window", "all"), ("--config", "floor.yaml")]
)
def test_several_cores_tell_what_one_tells(run: Run, folder: Path, more: tuple[str, ...]) -> None:
    """Real processes, over several files, one of them compressed and one with bad lines."""
    lines = [queued(f"c{number}", number / 10) for number in range(400)]
    (folder / "more.jsonl.zst").write_bytes(zstandard.compress(b"\n".join(lines)))
    names = ("events.jsonl", "bad.jsonl", "more.jsonl.zst")
    command = ("compute", *names, "--agents", "--json", *more)
    one = run(*command, "--cores", "1")
    three = run(*command, "--cores", "3")

    assert one.code == 0
    assert json.loads(one.out)["health"]["events"] > 100
    assert three == one


def test_a_line_that_several_cores_cannot_share_is_read_by_one(run: Run, folder: Path) -> None:
    """A key that stands there twice: the last one counts, the first one is looked at."""
    line = queued("c1", 5)
    twice = [line.replace(b"{", b'{"subject":"x%d",' % number, 1) for number in range(9)]
    (folder / "twice.jsonl").write_bytes(b"\n".join(twice))
    command = ("compute", "twice.jsonl", "--json")

    assert figures(run(*command, "--cores", "2")) == figures(run(*command, "--cores", "1"))


@pytest.mark.parametrize(
    ("names", "asked", "expected"),
    [
        pytest.param(("events.jsonl",), None, 1, id="a small file is not worth it"),
        pytest.param(("events.jsonl",), 3, 3, id="who asks gets it"),
        pytest.param(("events.jsonl", "-"), 3, 1, id="standard input is read once"),
        pytest.param(("/dev/null",), 3, 1, id="no ordinary file"),
        pytest.param(("missing",), 3, 1, id="a missing file is for the reader to name"),
    ],
)
def test_who_reads_alone(
    folder: Path, names: tuple[str, ...], asked: int | None, expected: int
) -> None:
    """One process, unless the files can be read by each and are worth it."""
    assert cores_for(names, asked) == expected


def test_a_large_file_is_read_on_all_cores(folder: Path) -> None:
    """Whatever is in it: only its size is looked at. In plain Python it would bring nothing."""
    with (folder / "large.jsonl").open("wb") as file:
        file.truncate(SHARED_FROM_BYTES)

    all_cores = len(os.sched_getaffinity(0)) if is_compiled() else 1
    assert cores_for(["large.jsonl"], None) == all_cores
    assert cores_for(["large.jsonl"], 1) == 1


def test_a_file_that_breaks_off_is_one_line_on_several_cores(run: Run, folder: Path) -> None:
    """The helpers end with it, and say nothing of their own."""
    whole = zstandard.compress(b"\n".join(queued(f"c{n}", n) for n in range(400)))
    (folder / "broken.jsonl.zst").write_bytes(whole[:-9])
    told = run("compute", "broken.jsonl.zst", "--cores", "2")

    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("floorwatch: broken.jsonl.zst: ")
    assert told.err.count("\n") == 1


# --- more names than are kept -------------------------------------------------------------------

QUEUES = "more than 20,000 queues and channels"
AGENTS = "more than 50,000 agents"


@pytest.mark.parametrize(
    ("queues", "agents", "cores", "said"),
    [
        (20_001, 0, "1", QUEUES),
        (20_001, 0, "2", QUEUES),
        (0, 50_001, "1", AGENTS),
        (20_001, 50_001, "1", f"{QUEUES} and {AGENTS}"),
    ],
)
def test_names_that_are_left_out_are_told_of(
    run: Run, folder: Path, queues: int, agents: int, cores: str, said: str
) -> None:
    """In one line beside the figures, whose JSON is as ever."""
    lines = [queued(f"c{n}", 0, queue=f"q{n}") for n in range(queues)]
    lines += [state(f"a{n}", 0, "available") for n in range(agents)]
    (folder / "many.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))

    code, out, err = run("compute", "many.jsonl", "--json", "--cores", cores)

    told = f"floorwatch: there are {said}: those met last have no figures of their own; "
    assert (code, err) == (0, told + "what they did counts for the floor\n")
    assert sorted(json.loads(out)) == sorted([*TOP, "health"])
