"""Dead letters: read from a log with their marks, and sent once more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stream.contract.codec import Rejected
from stream.contract.instants import SECOND_US, format_millis
from stream.dead_letters import (
    SENT_AT_ONCE,
    DeadLetter,
    KeptLetter,
    dead_letter,
    letters,
    on_one_line,
    read_letter,
    send,
    step_again,
    write_letter,
)
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log, LogError, Produced, Record
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS, topics
from tests.builders import BASE_US, queued

LATEST = BASE_US + 300 * SECOND_US
APPENDED = "2026-03-02T14:00:00.000Z"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """A log of two partitions whose clock ticks once an append."""
    ticks = iter(range(BASE_US, LATEST, SECOND_US))
    log = EmbeddedLog(tmp_path / "log", now=lambda: next(ticks))
    log.create(topics(2))
    yield log
    log.close()


def rejected(
    offset: int, value: bytes = b"what?", *, partition: int = 0, key: str = "c1", at: int = 0
) -> Produced:
    """A letter as a worker would write it."""
    record = Record(partition, offset, key, value, BASE_US + at * SECOND_US)
    return dead_letter(record, "data.queue: missing")


def write(log: Log, *records: Produced) -> None:
    member = log.consumer("test", DEAD_LETTERS)
    member.commit({}, records)
    member.close()


def held(log: Log, topic: str) -> list[tuple[int, str, bytes | None]]:
    return [
        (record.partition, record.key, record.value)
        for partition in range(log.partitions(topic))
        for record in log.read(topic, partition)
    ]


def letter(key: str = "c1", payload: bytes = b"what?") -> DeadLetter:
    value = rejected(75, payload, partition=1, key=key).value
    assert value is not None
    return read_letter(value)


def test_letters_come_in_the_order_in_which_their_events_did(log: EmbeddedLog) -> None:
    """Over all partitions, with the time at which they were last redriven."""
    write(log, rejected(0, at=5), rejected(0, partition=1, at=3), rejected(7, partition=1, at=9))
    write(log, Produced(DEAD_LETTERS, 1, "1/0", None))
    write(log, Produced(DEAD_LETTERS, 1, "1/0", None), Produced(DEAD_LETTERS, 0, "nobody", None))

    told = [(one.place, one.appended_at[17:19], one.redriven_at) for one in letters(log)]
    *_, first, last = [mark.appended_at for mark in log.read(DEAD_LETTERS, 1) if not mark.value]

    assert first < last
    assert told == [
        ("1/0", "03", format_millis(last)),
        ("0/0", "05", None),
        ("1/7", "09", None),
    ]


def test_what_no_worker_wrote_is_passed_over(log: EmbeddedLog) -> None:
    """Anybody may write to the topic; the letters are told all the same."""
    junk = (b"", b"junk", b"{}", b'{"x":' + b"[" * 5_000, b'{"reason":1}', b"\xff")
    write(log, *(Produced(DEAD_LETTERS, 0, "junk", value) for value in junk))
    write(log, rejected(1))

    assert [one.place for one in letters(log)] == ["0/1"]


@pytest.mark.parametrize(
    "payload", [b"", b"what?", "Çağrı ☎".encode(), b"\xff\0\n", b"\xed\xa0\x80"]
)
def test_an_event_is_kept_as_it_came(log: EmbeddedLog, payload: bytes) -> None:
    """Every byte of it, in the log and on a line of JSON."""
    write(log, rejected(0, payload))
    (one,) = letters(log)
    line = write_letter(one)

    assert one.event == payload
    assert read_letter(line) == one
    assert b"\n" not in line


def test_a_letter_of_old_has_no_key(log: EmbeddedLog) -> None:
    """Its event goes by its subject then."""
    whole = json.loads(rejected(3).value or b"")
    del whole["key"]
    write(log, Produced(DEAD_LETTERS, 0, "0/3", json.dumps(whole).encode()))
    (one,) = letters(log)
    event, _mark = step_again(one, queued("c9", 0), latest=LATEST)

    assert (one.key, event.key) == ("", "c9")


def test_an_event_goes_where_it_came_from_and_its_letter_is_marked() -> None:
    """To the partition and with the key of its record, whatever the log's own choice would be."""
    event = queued("c1", 0)

    assert step_again(letter(), event, latest=LATEST) == (
        Produced(CONTACT_EVENTS, 1, "c1", event),
        Produced(DEAD_LETTERS, 1, "1/75", None),
    )


@pytest.mark.parametrize(
    ("key", "came", "subject", "goes"),
    [
        pytest.param("c1", b"what?", "c1", True, id="the key's"),
        pytest.param("c1", b"what?", "c2", False, id="another one than the key's"),
        pytest.param("c1", queued("c1", 0), "c2", False, id="another one than it came with"),
        pytest.param("north", queued("c1", 0), "c1", True, id="a sender with keys of its own"),
        pytest.param("north", queued("c1", 0), "c2", False, id="such a sender's, changed"),
        pytest.param("", b"what?", "c2", True, id="no key and no subject to be seen"),
        pytest.param("", queued("c1", 0), "c2", False, id="no key, and changed"),
        pytest.param("", b'{"subject":7}', "c2", True, id="no subject that is one"),
        pytest.param("", b"[" * 5_000, "c2", True, id="nothing that can be read"),
    ],
)
def test_an_event_goes_only_where_its_subjects_events_lie(
    key: str, came: bytes, subject: str, goes: bool
) -> None:
    """A subject has one partition; mended to another subject, an event would be in a wrong one."""
    event = queued(subject, 0)
    if goes:
        sent, _mark = step_again(letter(key, came), event, latest=LATEST)
        assert (sent.partition, sent.key) == (1, key or subject)
        return
    with pytest.raises(Rejected) as error:
        step_again(letter(key, came), event, latest=LATEST)

    said = "subject: not the one it came with; let its sender send it instead"
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        pytest.param(queued("c1", 0).replace(b"voice", b"fax"), "data.channel: expected", id="bad"),
        pytest.param(
            queued("c1", 300.000001), "time: more than 5 minutes ahead of the clock", id="ahead"
        ),
    ],
)
def test_what_would_be_rejected_again_is_not_sent(event: bytes, reason: str) -> None:
    """With the reason that a worker would give."""
    with pytest.raises(Rejected) as error:
        step_again(letter(), event, latest=LATEST)

    assert str(error.value).startswith(reason)


def test_many_are_sent_in_several_steps(log: EmbeddedLog) -> None:
    """Each event with its mark; none where there is nothing to send."""
    events = {f"0/{n}": queued("c1", n) for n in range(2 * SENT_AT_ONCE + 1)}
    write(log, *(rejected(n) for n in range(len(events))))
    steps = (step_again(one, events[one.place], latest=LATEST) for one in letters(log))

    assert send(log, steps) == len(events)
    assert held(log, CONTACT_EVENTS) == [(0, "c1", event) for event in events.values()]
    assert all(one.redriven_at is not None for one in letters(log))
    assert send(log, iter(())) == 0


def test_a_step_that_fails_leaves_no_trace(log: EmbeddedLog) -> None:
    """Neither an event without its mark nor a mark without its event; what was sent before stays."""
    good = [step_again(letter(), queued("c1", n), latest=LATEST) for n in range(SENT_AT_ONCE)]
    event, mark = good[0]
    lost = KeptLetter("r", CONTACT_EVENTS, 7, 0, APPENDED)
    event_lost, mark_lost = step_again(lost, queued("c1", 0), latest=LATEST)

    for bad in ((event, mark_lost), (event_lost, mark)):
        with pytest.raises(LogError):
            send(log, [*good, good[0], bad])

    assert len(held(log, CONTACT_EVENTS)) == len(held(log, DEAD_LETTERS)) == 2 * SENT_AT_ONCE


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param(b'{"a":1.0}\n', b'{"a":1.0}', id="an editor's last line feed"),
        pytest.param(b'{\n  "a": "x\\n y"\n}\n', b'{"a":"x\\n y"}', id="as jq prints it"),
        pytest.param(b'{ "a": 1 }', b'{ "a": 1 }', id="one line already"),
        pytest.param(b"{\n", b"{\n", id="no JSON"),
        pytest.param(b"\n" + b"[" * 5_000, b"\n" + b"[" * 5_000, id="no end of brackets"),
    ],
)
def test_an_event_is_sent_on_one_line(written: bytes, sent: bytes) -> None:
    """As a recording needs it, whatever it was mended with."""
    assert on_one_line(written) == sent


@pytest.mark.parametrize(
    ("reason", "field"),
    [
        ("data.queue: missing", "data.queue"),
        ("data.queues[3]: expected str, got int", "data.queues"),
        ("JSON: not UTF-8 at byte 7", "JSON"),
    ],
)
def test_the_field_at_fault_is_the_one_that_is_counted(reason: str, field: str) -> None:
    """As `rejected_by_field` has it."""
    fields: dict[str, Any] = {"topic": CONTACT_EVENTS, "partition": 0, "offset": 0}

    assert DeadLetter(reason=reason, appended_at=APPENDED, **fields).field == field
