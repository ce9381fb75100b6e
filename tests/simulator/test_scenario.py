"""Scenario files: what is wrong is told with file, line, field and what is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

import simulator
from simulator import ScenarioError, load_scenario, parse_scenario, scenario_names

WEEKDAY_FILE: Final = Path(simulator.__file__).parent / "scenarios" / "weekday.yaml"
TEXT: Final = WEEKDAY_FILE.read_text(encoding="utf-8")


def line_with(piece: str) -> int:
    """The number of the first line that holds the piece."""
    return TEXT[: TEXT.index(piece)].count("\n") + 1


def test_every_shipped_scenario_is_sound() -> None:
    """What `scenario_names` lists can be loaded, and names itself."""
    assert scenario_names() == [load_scenario(name).name for name in scenario_names()]
    assert "weekday" in scenario_names()


def test_a_scenario_of_ones_own_is_loaded_by_its_path(tmp_path: Path) -> None:
    """Any file will do."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(TEXT, encoding="utf-8")

    assert load_scenario(str(mine)) == load_scenario("weekday")


@pytest.mark.parametrize(
    ("piece", "instead", "said"),
    [
        pytest.param(
            "talk: {mean_s: 265",
            "talk: {mean_s: -1",
            "queues.benefits.talk.mean_s: input should be greater than or equal to 0",
            id="a value out of range",
        ),
        pytest.param(
            "profile: calls",
            "profile: cals",
            "queues.benefits.profile: unknown profile, expected one of calls, messages",
            id="a profile that is not there",
        ),
        pytest.param(
            "queues: [spanish]",
            "queues: [spanich]",
            "teams.oeste.queues.0: unknown queue, expected one of benefits, medicaid, snap, "
            "spanish, records-line, crisis, snap-chat, web-chat, tax-sms, family-whatsapp, "
            "email, callbacks",
            id="a queue that is not there",
        ),
        pytest.param(
            "to: {web-chat: 1}",
            "to: {benefits: 1}",
            "queues.snap-chat.transfers.to.benefits: unknown other queue of channel chat, "
            "expected one of web-chat",
            id="a transfer to another channel",
        ),
        pytest.param(
            '"08:00": 3.4',
            '"8h": 3.4',
            "profiles.calls.8h: expected a time of day such as 08:30",
            id="no time of day",
        ),
        pytest.param(
            "channel: sms",
            "channel: fax",
            "queues.tax-sms.channel: input should be 'voice', 'chat', 'sms', 'whatsapp', "
            "'email', 'social', 'callback', 'video' or 'in_person'",
            id="an unknown channel",
        ),
        pytest.param(
            "hold: {share: 0.20, length: {mean_s: 55,",
            "hold: {share: 0.20, much: 1, length: {mean_s: 55,",
            "queues.benefits.hold.much: unknown key, expected one of share, length",
            id="an unknown key",
        ),
        pytest.param(
            "reason: lunch",
            "reason: siesta",
            "people.activities.1.reason: input should be 'break', 'lunch', 'training', "
            "'coaching', 'meeting' or 'decompression'",
            id="an unknown reason, in a list",
        ),
        pytest.param(
            "time_zone: America/New_York",
            "time_zone: Mars/Olympus",
            "time_zone: expected an IANA time zone such as America/New_York",
            id="an unknown time zone",
        ),
        pytest.param(
            "callbacks: {queue: callbacks,",
            "callbacks: {queue: snap,",
            "callbacks.queue: unknown queue of channel callback, expected one of callbacks",
            id="callbacks by a queue of calls",
        ),
        pytest.param(
            "per_day: 370",
            "per_day: many",
            "queues.tax-sms.per_day: input should be a valid number",
            id="not a number",
        ),
    ],
)
def test_an_error_names_file_line_field_and_what_is_allowed(
    piece: str, instead: str, said: str
) -> None:
    """Each fault is found where it stands."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(TEXT.replace(piece, instead, 1), "mine.yaml")

    assert str(caught.value) == f"mine.yaml:{line_with(piece)}: {said}"


def test_what_is_missing_is_told() -> None:
    """A file of nothing lacks everything that has no default."""
    with pytest.raises(ScenarioError) as caught:
        parse_scenario("name: mine\n", "mine.yaml")

    assert "mine.yaml:1: title: missing" in str(caught.value).splitlines()


def test_yaml_that_cannot_be_read_is_told_with_its_line() -> None:
    """A bracket left open."""
    with pytest.raises(ScenarioError, match=r"^mine\.yaml:3: "):
        parse_scenario("name: mine\nweek: {mon: 1\n", "mine.yaml")


def test_an_unquoted_time_of_day_is_the_minute_meant() -> None:
    """YAML reads 10:30 as the number 630: half past ten all the same."""
    unquoted = TEXT.replace('"10:30"', "10:30")

    assert parse_scenario(unquoted, "mine.yaml") == load_scenario("weekday")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("monday", "no such scenario, expected one of", id="no such name"),
        pytest.param("nowhere.yaml", "No such file or directory", id="no such file"),
    ],
)
def test_a_scenario_that_is_not_there_is_told(name: str, said: str) -> None:
    """With what there is."""
    with pytest.raises(ScenarioError, match=f"^{name}: {said}"):
        load_scenario(name)


EVENTS: Final = """
events:
  storm:
    kind: surge
    queues: [benefits]
    at: "10:20"
    times: 6
    shape: {kind: outage, half_life_minutes: 30}
  flu: {kind: absence, team: north, share: 0.5, at: 08:00}
  line: {kind: drop, channels: [voice], at: 09:30, minutes: 36, share: 0.1}
  bot: {kind: bot_failure, at: 13:00, minutes: 60}
  callers: {kind: abuse, segments: [seniors], at: 11:00, minutes: 60, share: 0.2}
  acd: {kind: silence, at: 14:00, minutes: 5, then: never}
  clock: {kind: faults, channels: [chat], at: 15:00, minutes: 5, skew_s: -90}
"""


def test_every_kind_of_event_can_be_written() -> None:
    """One of each, by the example that the fields' own words give."""
    events = parse_scenario(TEXT + EVENTS, "mine.yaml").events

    assert [event.kind for event in events.values()] == [
        "surge",
        "absence",
        "drop",
        "bot_failure",
        "abuse",
        "silence",
        "faults",
    ]


@pytest.mark.parametrize(
    ("piece", "instead", "said"),
    [
        pytest.param(
            "queues: [benefits]",
            "queues: [benefit]",
            "events.storm.queues.0: unknown queue, expected one of benefits, medicaid, snap, "
            "spanish, records-line, crisis, snap-chat, web-chat, tax-sms, family-whatsapp, "
            "email, callbacks",
            id="a queue that is not there",
        ),
        pytest.param(
            "kind: surge",
            "kind: wave",
            "events.storm.kind: expected one of surge, drop, absence, bot_failure, abuse, "
            "silence, faults",
            id="an unknown kind",
        ),
        pytest.param(
            "half_life_minutes: 30",
            "onset_minutes: 30",
            "events.storm.shape.onset_minutes: unknown key, expected one of kind, peak_minutes, "
            "half_life_minutes",
            id="a field of another shape",
        ),
        pytest.param(
            "team: north",
            "team: nord",
            "events.flu.team: unknown team, expected one of north, south, oeste, priority, "
            "digital, letters",
            id="a team that is not there",
        ),
        pytest.param(
            "share: 0.5, at: 08:00",
            "at: 08:00",
            "events.flu: expected one of share, agents",
            id="nobody absent",
        ),
        pytest.param(
            "times: 6",
            "times: 0.5",
            "events.storm.times: input should be greater than or equal to 1",
            id="a surge that is none",
        ),
        pytest.param(
            "segments: [seniors]",
            "segments: [elders]",
            "events.callers.segments.0: unknown segment, expected one of families, seniors, "
            "disabled, veterans, students, newcomers",
            id="a segment that is not there",
        ),
    ],
)
def test_an_error_in_an_event_is_told_like_any_other(piece: str, instead: str, said: str) -> None:
    """File, line, field and what is allowed."""
    text = TEXT + EVENTS
    line = text[: text.index(piece, len(TEXT))].count("\n") + 1

    with pytest.raises(ScenarioError) as caught:
        parse_scenario(TEXT + EVENTS.replace(piece, instead, 1), "mine.yaml")

    assert str(caught.value) == f"mine.yaml:{line}: {said}"


def test_several_chats_at_once_are_for_chat_alone() -> None:
    """A caller has the whole of an agent."""
    text = TEXT.replace("per_day: 870", "per_day: 870\n    concurrency: {chats: 2}")

    with pytest.raises(ScenarioError, match=r"medicaid\.concurrency: expected on a queue of"):
        parse_scenario(text, "mine.yaml")
