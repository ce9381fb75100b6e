"""`floor.yaml`: what it sets, what stays as it was, and errors with file and line."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Final, get_args
from zoneinfo import ZoneInfo

import pytest

from stream.contract.events import Channel
from stream.contract.floorplan import (
    DEFAULT_TARGET_S,
    FloorPlan,
    load_floor_plan,
    parse_floor_plan,
)
from stream.contract.instants import SECOND_US
from stream.contract.yaml_lines import YAML_BYTES_MAX, YamlError

WHOLE: Final = """\
    time_zone: Europe/Rome
    service_level: abandons_ignored
    short_abandon_s: 4
    target_s: {voice: 25, email: 7200}
    queues:
      benefits:
        {target_s: 30, short_abandon_s: 2.5, service_level: stuck_proof, time_zone: America/Denver,
         name: Benefits & appeals}
      empty:
    """

KEYS: Final = "time_zone, service_level, short_abandon_s, target_s, queues"
QUEUE_KEYS: Final = "name, target_s, short_abandon_s, service_level, time_zone"
CHANNELS: Final = "voice, chat, sms, whatsapp, email, social, callback, video, in_person"
ZONE: Final = "expected an IANA time zone such as Europe/Rome"


def plan(text: str) -> FloorPlan:
    """The plan of an indented text."""
    return parse_floor_plan(dedent(text), "floor.yaml")


def told(content: FloorPlan, queue: str, channel: Channel = "voice") -> tuple[object, ...]:
    """All that a plan says of one queue."""
    return (
        content.target_us(queue, channel) / SECOND_US,
        content.short_abandon_us(queue) / SECOND_US,
        content.variant(queue),
        content.zone_of(queue),
        content.name_of(queue),
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing set\n",
        "{}",
        "queues: {}\ntarget_s: {}",
        "queues:\n  # benefits:\ntarget_s:\n",
        "queues: null",
        "target_s: ~",
    ],
)
def test_nothing_need_be_set(text: str) -> None:
    """The default is a plain UTC floor."""
    assert told(plan(text), "benefits") == (20, 5, "abandons_count", ZoneInfo("UTC"), "benefits")


def test_every_channel_has_a_target() -> None:
    """METRICS.md names one for each."""
    targets = [plan("").target_us("any", channel) for channel in get_args(Channel)]

    assert targets == [DEFAULT_TARGET_S[channel] * SECOND_US for channel in get_args(Channel)]


@pytest.mark.parametrize(
    ("queue", "channel", "expected"),
    [
        pytest.param(
            "benefits",
            "email",
            (30, 2.5, "stuck_proof", ZoneInfo("America/Denver"), "Benefits & appeals"),
            id="a queue's own settings, its target for every channel",
        ),
        pytest.param(
            "empty",
            "voice",
            (25, 4, "abandons_ignored", ZoneInfo("Europe/Rome"), "empty"),
            id="a queue with nothing set",
        ),
        pytest.param(
            "other",
            "email",
            (7200, 4, "abandons_ignored", ZoneInfo("Europe/Rome"), "other"),
            id="a queue that is not named",
        ),
        pytest.param(
            "other",
            "chat",
            (60, 4, "abandons_ignored", ZoneInfo("Europe/Rome"), "other"),
            id="a channel that is not named",
        ),
    ],
)
def test_a_queue_takes_the_floors_settings_unless_it_has_its_own(
    queue: str, channel: Channel, expected: tuple[object, ...]
) -> None:
    """Setting by setting, not all or nothing."""
    assert told(plan(WHOLE), queue, channel) == expected


def test_a_target_of_zero_is_a_target() -> None:
    """Nought is set, not absent."""
    content = plan("target_s: {voice: 0}\nqueues: {a: {target_s: 0, short_abandon_s: 0}}")

    assert told(content, "a")[:2] == (0, 0)
    assert told(content, "b")[:2] == (0, 5)


@pytest.mark.parametrize(
    "name", ["201", "007", "0x10", "1_000", "1:30", "2.5", "no", "null", "2026-03-02", "a.b", "é"]
)
def test_a_queues_name_is_what_is_written(name: str) -> None:
    """YAML would make 7 of 007 and false of `no`."""
    assert plan(f"queues: {{{name}: {{target_s: 7}}}}").target_us(name, "voice") == 7 * SECOND_US


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        pytest.param("colour: red", [f"1: colour: unknown key, expected one of {KEYS}"], id="key"),
        pytest.param(
            "\n\nqueues:\n  a:\n    target_s: 3\n    targets: 5",
            [f"6: queues.a.targets: unknown key, expected one of {QUEUE_KEYS}"],
            id="a key of a queue",
        ),
        pytest.param(
            "queues:\n  a.b: {x: 1}",
            [f"2: queues.a.b.x: unknown key, expected one of {QUEUE_KEYS}"],
            id="a key of a queue with a point in its name",
        ),
        pytest.param(
            "target_s:\n  voice: 20\n  fax: 3",
            [f"3: target_s.fax: unknown key, expected one of {CHANNELS}"],
            id="a channel",
        ),
        pytest.param("time_zone: Mars/Phobos", [f"1: time_zone: {ZONE}"], id="a zone"),
        pytest.param("time_zone: europe/rome", [f"1: time_zone: {ZONE}"], id="a zone in small"),
        pytest.param(
            "queues:\n  a: {time_zone: CEST}",
            [f"2: queues.a.time_zone: {ZONE}"],
            id="a zone of a queue",
        ),
        pytest.param(
            "service_level: best",
            [
                "1: service_level: input should be 'abandons_count', 'abandons_ignored', 'abandons_in_target_ignored', 'abandons_in_target_met' or 'stuck_proof'"
            ],
            id="a variant",
        ),
        pytest.param(
            "# waits\nshort_abandon_s: -1",
            ["2: short_abandon_s: input should be greater than or equal to 0"],
            id="below zero",
        ),
        pytest.param(
            "short_abandon_s: .nan",
            ["1: short_abandon_s: input should be a finite number"],
            id="not a number",
        ),
        pytest.param(
            "target_s: {voice: .inf}",
            ["1: target_s.voice: input should be a finite number"],
            id="infinity",
        ),
        pytest.param(
            "target_s: {voice: '20'}",
            ["1: target_s.voice: input should be a valid number"],
            id="a number in quotes",
        ),
        pytest.param(
            "target_s: {voice: yes}",
            ["1: target_s.voice: input should be a valid number"],
            id="yes for a number",
        ),
        pytest.param(
            "target_s: 20", ["1: target_s: input should be a valid dictionary"], id="one target"
        ),
        pytest.param(
            "queues: [a, b]", ["1: queues: input should be a valid dictionary"], id="a list"
        ),
        pytest.param(
            "queues:\n  a:\n    name: 5",
            ["3: queues.a.name: input should be a valid string"],
            id="a number for a name",
        ),
        pytest.param(
            "time_zone: UTC\ntime_zone: Europe/Rome", ["2: time_zone: set twice"], id="twice"
        ),
        pytest.param(
            "queues:\n  a: {target_s: 3}\n  b:\n  a: {target_s: 4,\n      target_s: 5}",
            ["4: queues.a: set twice", "5: queues.a.target_s: set twice"],
            id="a queue twice",
        ),
        pytest.param(
            "colour: red\nshort_abandon_s: x",
            [
                "2: short_abandon_s: input should be a valid number",
                f"1: colour: unknown key, expected one of {KEYS}",
            ],
            id="every error at once",
        ),
        pytest.param(
            "[]", ["1: expected keys such as time_zone, service_level, short_abandon_s"], id="list"
        ),
        pytest.param(
            "floor",
            ["1: expected keys such as time_zone, service_level, short_abandon_s"],
            id="word",
        ),
        pytest.param(
            "5: 6", [f"1: 5: unknown key, expected one of {KEYS}"], id="a number for a key"
        ),
        pytest.param(
            "target_s: {no: 6}",
            [f"1: target_s.no: unknown key, expected one of {CHANNELS}"],
            id="`no` is a word and not false",
        ),
        pytest.param(
            "? |\n  a\n  b\n: 3",
            [f"1: a\\nb\\n: unknown key, expected one of {KEYS}"],
            id="a key of several lines is told in one",
        ),
        pytest.param(
            "queues:\n  a: &a {target_s: 3}\n  b:\n    <<: *a\n    target_s: x",
            ["5: queues.b.target_s: input should be a valid number"],
            id="beside a merge, the queue's own line",
        ),
        pytest.param(
            "x:\n- a: 1\n  a: 2",
            ["3: x.0.a: set twice"],
            id="twice in a list's item",
        ),
        pytest.param(
            "short_abandon_s: 2026-13-45",
            [" month must be in 1..12"],
            id="a day that is none",
        ),
        pytest.param("? [a]\n: 3", ["1: found unhashable key"], id="a list for a key"),
        pytest.param(
            "\ntime_zone: [UTC",
            ["2: expected ',' or ']', but got '<stream end>'"],
            id="not YAML",
        ),
        pytest.param(
            "queues:\n\ta: 5",
            ["2: found character '\\t' that cannot start any token"],
            id="a tab",
        ),
        pytest.param("a: UTC\n---\nb: UTC", ["2: but found another document"], id="two documents"),
        pytest.param(
            "time_zone: !!python/name:os.system",
            [
                "1: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'"
            ],
            id="an object of Python's",
        ),
    ],
)
def test_an_error_names_file_and_line(text: str, errors: list[str]) -> None:
    """One line an error, each with what is allowed."""
    with pytest.raises(YamlError) as refused:
        parse_floor_plan(text, "floor.yaml")
    assert str(refused.value).splitlines() == [f"floor.yaml:{error}" for error in errors]


@pytest.mark.parametrize("text", ["x: &a [*a]", "queues: &q {a: *q}", "&p {queues: *p}"])
def test_a_file_that_holds_itself_is_refused(text: str) -> None:
    """An alias may point at what it stands in."""
    with pytest.raises(YamlError, match=r"^floor\.yaml:1: "):
        parse_floor_plan(text, "floor.yaml")


@pytest.mark.parametrize(
    "text", ["[" * 1_500, "{a: " * 1_500, "? " * 1_500, "- " * 1_500], ids=lambda text: text[:4]
)
def test_a_file_nested_too_deeply_is_refused(text: str) -> None:
    """Whatever the nesting is made of."""
    with pytest.raises(YamlError, match=r"^floor\.yaml: nested too deeply$"):
        parse_floor_plan(text, "floor.yaml")


def test_a_queue_may_take_over_anothers_settings() -> None:
    """YAML's merge, with the queue's own setting on top."""
    text = "queues:\n  a: &a {target_s: 3, name: A}\n  b: {<<: *a, name: B}"

    assert told(plan(text), "b") == (3, 5, "abandons_count", ZoneInfo("UTC"), "B")


def test_text_that_is_no_yaml_at_all_is_refused() -> None:
    """Where there is no line to name, the file is named."""
    with pytest.raises(YamlError, match=r"^floor\.yaml: unacceptable character"):
        parse_floor_plan("\x00", "floor.yaml")


def test_a_file_is_read_and_named(tmp_path: Path) -> None:
    """The path stands before the line."""
    path = tmp_path / "floor.yaml"
    path.write_text(dedent(WHOLE), encoding="utf-8")
    assert load_floor_plan(path) == plan(WHOLE)

    path.write_text("colour: red", encoding="utf-8")
    with pytest.raises(YamlError) as refused:
        load_floor_plan(path)
    assert str(refused.value).startswith(f"{path}:1: colour: ")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Absent, a folder, not text, no floor plan by its size."""
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"time_zone: \xe9")
    long = tmp_path / "long.yaml"
    long.write_bytes(b"#" * (YAML_BYTES_MAX + 1))
    for path, reason in (
        (tmp_path / "none.yaml", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (latin, "not UTF-8"),
        (long, "more than 1,048,576 bytes; name a smaller file"),
    ):
        with pytest.raises(YamlError) as refused:
            load_floor_plan(path)
        assert str(refused.value) == f"{path}: {reason}"
