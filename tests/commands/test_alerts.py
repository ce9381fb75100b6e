"""`alerts`: rules told and checked, tested as data, and tried on a recording."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders import abandoned, queued
from tests.commands.conftest import Run

LONG_WAIT = """\
rules:
  too_long:
    kind: waiting
    scope: {queue: "*"}
    severity: page
    over: 60s
    for: 20s
    clear_after: 30s
    reason: Nobody waits for longer than a minute here.
"""
A_TEST = """\
rules_file: alerts.yaml
every: 10s
tests:
  somebody waits too long:
    series:
      - {queue: benefits, metric: oldest_wait_s, values: 10..110x11 _}
    expect:
      - {at: 60s, alerts: [{rule: too_long, queue: benefits, state: pending}]}
      - {at: 80s, alerts: [{rule: too_long, queue: benefits, state: STATE}]}
"""


@pytest.fixture
def rules(folder: Path) -> Path:
    """A file of one rule, and a recording in which it fires once."""
    (folder / "alerts.yaml").write_text(LONG_WAIT)
    lines = [queued("c1", 0), queued("c2", 30), abandoned("c2", 40), abandoned("c1", 100)]
    more = [queued(f"d{nth}", 100 + 10 * nth) for nth in range(10)]
    ended = [abandoned(f"d{nth}", 105 + 10 * nth) for nth in range(10)]
    later = [line for pair in zip(more, ended, strict=True) for line in pair]
    (folder / "waits.jsonl").write_bytes(b"".join(line + b"\n" for line in [*lines, *later]))
    return folder / "alerts.yaml"


def test_rules_are_named_with_or_without_the_option(run: Run, folder: Path) -> None:
    """One file alone, wherever it stands; two are one line of error."""
    (folder / "alerts.yaml").write_text("rules:\n  late: {kind: surge}\n")
    (folder / "other.yaml").write_text("rules:\n  other: {kind: surge}\n")

    by_argument = run("alerts", "rules", "alerts.yaml")
    assert by_argument == run("alerts", "rules", "--rules", "alerts.yaml")
    assert by_argument[0] == 0
    assert "late" in by_argument[1]
    code, out, said = run("alerts", "rules", "alerts.yaml", "--rules", "other.yaml")
    assert (code, out) == (2, "")
    assert said == "floorwatch: name one file of rules: alerts.yaml, or --rules other.yaml\n"


def test_rules_are_told_with_their_reasons(run: Run, rules: Path) -> None:
    """What a rule is for stands beside it."""
    told = run("alerts", "rules", "--rules", "alerts.yaml")

    assert told.code == 0
    assert "too_long" in told.out
    assert "Nobody waits for longer than a minute here." in told.out
    assert told.err == "1 rules; receivers: none, so alerts are on screens alone\n"


def test_the_rules_that_ship_all_have_a_reason(run: Run) -> None:
    """Without a file it is these that are told."""
    told = run("alerts", "rules")
    rows = [line for line in told.out.splitlines() if "queue *" in line or "the floor" in line]

    assert told.code == 0
    assert len(rows) >= 10
    assert all(len(row) > 120 for row in rows)


def test_a_mistake_in_rules_is_told_by_line(run: Run, rules: Path) -> None:
    """One line an error, with file, line and field; nothing else is done."""
    rules.write_text(LONG_WAIT.replace("waiting", "wating").replace("page", "loud"))

    told = run("alerts", "rules", "--rules", "alerts.yaml")

    assert told.code == 2
    assert told.err.startswith("floorwatch: alerts.yaml:3: ")


def test_a_recording_tells_each_firing(run: Run, rules: Path) -> None:
    """When it fired, on what, for how long and how bad it was."""
    told = run("alerts", "backtest", "--rules", "alerts.yaml", "waits.jsonl", "--json")

    [firing] = json.loads(told.out)
    assert told.code == 0
    assert firing["rule"] == "too_long"
    assert firing["target"] == {"dimension": "queue", "name": "benefits"}
    # Past 60 s at the look at 70 s, for 20 s at that of 90 s; clear from 100 s on for 30 s.
    assert firing["fired_at"] - firing["resolved_at"] == -40_000_000
    assert firing["peak"] == 90.0
    assert firing["message"] == "benefits: somebody has waited for 1 min 30 s"


def test_a_recording_is_summed_up_by_rule(run: Run, rules: Path) -> None:
    """For people: a table of firings, and one of how often each rule fired."""
    told = run("alerts", "backtest", "--rules", "alerts.yaml", "waits.jsonl")

    assert told.code == 0
    assert "2026-03-02 14:01:30" in told.out
    assert told.out.count("too_long") == 2
    assert "incidents" in told.out


def test_a_recording_without_events_has_nothing_to_judge(run: Run) -> None:
    """It is said, and is no failure."""
    told = run("alerts", "backtest", "empty")

    assert (told.code, told.out) == (0, "")
    assert told.err == "floorwatch: no events, so there is nothing to judge\n"


def test_rejected_events_are_counted(run: Run) -> None:
    """As `compute` does."""
    told = run("alerts", "backtest", "bad.jsonl")

    assert told.code == 0
    assert told.err.startswith("floorwatch: 2 events were rejected")


def test_rules_are_tested_by_data(run: Run, rules: Path) -> None:
    """What was expected came: that is all there is to say."""
    (rules.parent / "tests.yaml").write_text(A_TEST.replace("STATE", "firing"))

    assert run("alerts", "test", "tests.yaml") == (0, "1 passed, 0 failed\n", "")


def test_other_rules_than_those_a_test_names_may_be_tested(run: Run, rules: Path) -> None:
    """With the option, as a back-test takes them."""
    (rules.parent / "tests.yaml").write_text(A_TEST.replace("STATE", "firing"))
    (rules.parent / "slower.yaml").write_text(LONG_WAIT.replace("for: 20s", "for: 60s"))

    told = run("alerts", "test", "tests.yaml", "--rules", "slower.yaml")

    assert told.code == 1
    assert "expected firing, found pending" in told.out


def test_a_rule_that_does_otherwise_fails_its_test(run: Run, rules: Path) -> None:
    """What was expected, and what was found; it ends with 1."""
    (rules.parent / "tests.yaml").write_text(A_TEST.replace("STATE", "recovering"))

    told = run("alerts", "test", "tests.yaml")

    assert told == (
        1,
        (
            "tests.yaml: somebody waits too long: at 80s: too_long on benefits: expected recovering, "
            "found firing (benefits: somebody has waited for 1 min 30 s)\n0 passed, 1 failed\n"
        ),
        "",
    )


def test_a_mistake_in_a_test_is_told_by_line(run: Run, rules: Path) -> None:
    """So is a file that is not there."""
    (rules.parent / "tests.yaml").write_text(A_TEST.replace("STATE", "angry"))

    told = run("alerts", "test", "tests.yaml")
    missing = run("alerts", "test", "nowhere.yaml")

    assert told.code == missing.code == 2
    assert told.err.startswith("floorwatch: tests.yaml:9: ")
    assert missing.err == "floorwatch: nowhere.yaml: No such file or directory\n"
