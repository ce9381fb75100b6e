"""`dead-letters`: what was rejected, told, shown, mended and sent once more, and counted once."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import floorwatch
from stream.clocks import set_clock
from stream.contract.clock import FloorClock
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US, format_millis
from stream.dead_letters import dead_letter
from stream.logs.port import Log, Produced, Record
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS, topics
from stream.logs.urls import open_log
from tests.builders import BASE_US, event
from tests.commands.conftest import Run, Start, Told
from tests.repository.sources import ROOT
from tests.repository.test_docs import example, session
from tests.stream import floors

LOG: Final = ("--log", "embedded:log")
READ_WITHIN_S: Final = 20
HEADING: Final = f"place  {'appended':<24}  {'redriven':<24}  reason"

Work = Callable[[], None]


@pytest.fixture
def log(folder: Path) -> Iterator[Log]:
    """The log that the commands are pointed at, of one partition."""
    log = open_log(f"embedded:{folder / 'log'}", now=floorwatch.now_us)
    log.create(topics(1))
    yield log
    log.close()


@pytest.fixture
def work(log: Log, start: Start) -> Work:
    """Lets a real worker read all that there is, and end."""

    def work() -> None:
        began = floorwatch.now_us()
        worker = start("stream", *LOG)
        told: dict[int, int] = {}
        until = time.monotonic() + READ_WITHIN_S
        while time.monotonic() < until:
            newest = {number: heads[-1] for number, heads in floors.heads(log).items()}
            told = {n: head.position for n, head in newest.items() if head.told_at > began}
            if told == floors.ends(log):
                break
            threading.Event().wait(0.05)
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=READ_WITHIN_S)
        assert (worker.returncode, told) == (0, floors.ends(log)), said

    return work


def waiting(contact: str, at_us: int | None = None, **data: Any) -> bytes:
    """The contact began to wait, a minute ago unless it is said when."""
    at_us = floorwatch.now_us() - MINUTE_US if at_us is None else at_us
    return event("contact.queued", subject=contact, at_us=at_us, **data)


def good(contact: str) -> bytes:
    return waiting(contact, queue="benefits", channel="voice")


def bad(contact: str) -> bytes:
    """Its queue is missing."""
    return waiting(contact, channel="voice")


def mended(line: str) -> dict[str, Any]:
    """A letter as `list --json` printed it, its queue given."""
    letter: dict[str, Any] = json.loads(line)
    payload = json.loads(letter["payload"])
    payload["data"]["queue"] = "benefits"
    return {**letter, "payload": json.dumps(payload, indent=1)}


def reject(log: Log, *events: bytes, reason: str = "data.queue: missing", key: str = "c1") -> None:
    """Letters as a worker would have written them, of events a second apart."""
    places = range(count := len(list(log.read(DEAD_LETTERS, 0))), count + len(events))
    letters = [
        dead_letter(Record(0, place, key, value, BASE_US + place * SECOND_US), reason)
        for place, value in zip(places, events, strict=True)
    ]
    member = log.consumer("test", DEAD_LETTERS)
    member.commit({}, letters)
    member.close()


def held(log: Log, topic: str) -> list[tuple[str, bytes | None]]:
    return [(record.key, record.value) for record in log.read(topic, 0)]


def counted(log: Log) -> dict[str, Any]:
    """What a dashboard would show of the last 30 minutes."""
    told: dict[str, Any] = floors.told(log, floorwatch.now_us())["30m"]
    return {
        "offered": told["floor"]["counts"]["offered"],
        "waiting": told["floor"]["now"]["waiting"],
        **{name: told["health"][name] for name in ("events", "rejected", "duplicates")},
    }


# --- with a worker --------------------------------------------------------------------------


def test_what_is_redriven_after_a_fix_counts_once(
    run: Run, work: Work, log: Log, folder: Path
) -> None:
    """One by hand, the rest from the list, then all that is left: however often, by a real worker
    each counts once."""
    events = [good("c1"), bad("c2"), bad("c3"), bad("c4"), b'{"id":"\xff"}']
    log.append(CONTACT_EVENTS, [(f"c{n}", line) for n, line in enumerate(events, 1)])
    work()
    before = counted(log)
    (folder / "c2.json").write_text(run("dead-letters", "show", "0/1", *LOG).out)
    lines = run("dead-letters", "list", "--json", *LOG).out.splitlines()
    (folder / "c2.json").write_text(mended(lines[0])["payload"] + "\n")
    (folder / "letters.jsonl").write_text("\n".join(json.dumps(mended(line)) for line in lines[:2]))

    asked = ("dead-letters", "redrive", *LOG)
    first = run(*asked, "0/1", "--event", "c2.json")
    twice = run(*asked, "0/1", "--event", "c2.json")
    listed = run(*asked, "--from", "letters.jsonl")
    work()
    after = counted(log)
    all_of_them = run(*asked, "--all")
    work()

    assert before == {"offered": 1, "waiting": 1, "events": 5, "rejected": 4, "duplicates": 0}
    assert first == Told(0, "1 sent\n", "")
    assert twice == Told(0, "0 sent, 1 redriven before (--again sends them once more)\n", "")
    assert listed == Told(0, "1 sent, 1 redriven before (--again sends them once more)\n", "")
    assert after == {"offered": 3, "waiting": 3, "events": 7, "rejected": 4, "duplicates": 0}
    assert all_of_them == Told(
        1,
        "0/3: data.queue: missing\n0/4: JSON: not UTF-8 at byte 7\n"
        "0 sent, 2 still bad, 2 redriven before (--again sends them once more)\n",
        "",
    )
    assert counted(log) == after


def test_a_copy_that_is_sent_all_the_same_is_dropped(run: Run, work: Work, log: Log) -> None:
    """`--again` is for who must; the workers know the event by its id."""
    log.append(CONTACT_EVENTS, [("c1", good("c1"))])
    reject(log, good("c2"), key="c2")
    for more in ((), ("--again",)):
        assert run("dead-letters", "redrive", "0/0", *more, *LOG) == Told(0, "1 sent\n", "")
    work()

    assert counted(log) == {
        "offered": 2,
        "waiting": 2,
        "events": 3,
        "rejected": 0,
        "duplicates": 1,
    }


def test_a_worker_and_the_command_agree_on_what_is_bad(
    run: Run, work: Work, log: Log, folder: Path
) -> None:
    """The reasons are the same, that of an event ahead of the clock too."""
    ahead = waiting("c1", floorwatch.now_us() + HOUR_US, queue="benefits", channel="voice")
    lines = [ahead, bad("c1"), b"what?", (folder / "junk").read_bytes(), b""]
    log.append(CONTACT_EVENTS, [("c1", line) for line in lines])
    work()
    letters = [
        json.loads(line) for line in run("dead-letters", "list", "--json", *LOG).out.splitlines()
    ]
    told = run("dead-letters", "redrive", "--all", "--dry-run", *LOG)

    assert letters[0]["reason"] == "time: more than 5 minutes ahead of the clock"
    assert told == Told(
        1,
        "".join(f"0/{one['offset']}: {one['reason']}\n" for one in letters)
        + "0 would be sent, 5 still bad\n",
        "",
    )


# --- list -----------------------------------------------------------------------------------


def test_the_list_tells_places_times_and_reasons_and_no_payload(run: Run, log: Log) -> None:
    """The newest last, and whether each was redriven; totals apart from it."""
    reject(log, good("maria"), bad("c1"), key="maria")
    reject(log, b"\xff", reason="JSON: not UTF-8 at byte 0")
    reject(log, b"x", reason="data.queues[3]: \x1b[31mred")
    assert run("dead-letters", "redrive", "0/0", *LOG).code == 0
    (mark,) = (record for record in log.read(DEAD_LETTERS, 0) if record.value is None)
    told = run("dead-letters", "list", *LOG)

    assert told.code == 0
    assert told.out.splitlines() == [
        HEADING,
        f"0/0    2026-03-02T14:00:00.000Z  {format_millis(mark.appended_at)}  data.queue: missing",
        f"0/1    2026-03-02T14:00:01.000Z  {'–':<24}  data.queue: missing",
        f"0/2    2026-03-02T14:00:02.000Z  {'–':<24}  JSON: not UTF-8 at byte 0",
        f"0/3    2026-03-02T14:00:03.000Z  {'–':<24}  data.queues[3]: �[31mred",
    ]
    assert told.err == "4 dead letters: 2 data.queue, 1 JSON, 1 data.queues; 1 redriven\n"
    assert "maria" not in told.out + told.err


def test_json_is_the_letters_whole(run: Run, log: Log) -> None:
    """One a line, with what `redrive --from` needs."""
    reject(log, "Çağrı ☎".encode(), b"\xff\0")
    told = run("dead-letters", "list", "--json", *LOG)
    first, second = map(json.loads, told.out.splitlines())

    assert first == {
        "reason": "data.queue: missing",
        "topic": "contact-events",
        "partition": 0,
        "offset": 0,
        "appended_at": "2026-03-02T14:00:00.000Z",
        "payload": "Çağrı ☎",
        "payload_base64": None,
        "key": "c1",
        "redriven_at": None,
    }
    assert (second["payload"], second["payload_base64"]) == (None, "/wA=")
    assert told.err == "2 dead letters: 2 data.queue\n"


@pytest.mark.parametrize(
    ("more", "offsets", "said"),
    [
        pytest.param((), range(10, 60), "the newest 50 of 60; --limit 60 shows all\n", id="many"),
        pytest.param(("--json",), range(60), "", id="as JSON all"),
        pytest.param(("--limit", "60"), range(60), "", id="all"),
        pytest.param(
            ("--limit", "2"), (58, 59), "the newest 2 of 60; --limit 60 shows all\n", id="few"
        ),
        pytest.param(
            ("--limit", "1", "--json"),
            (59,),
            "the newest 1 of 60; --limit 60 shows all\n",
            id="one",
        ),
    ],
)
def test_of_many_the_newest_are_told(
    run: Run, log: Log, more: tuple[str, ...], offsets: range | tuple[int, ...], said: str
) -> None:
    """With a word on how many more there are; a program gets all."""
    reject(log, *[b"x"] * 60)
    told = run("dead-letters", "list", *more, *LOG)
    lines = told.out.splitlines()
    if "--json" in more:
        seen = [json.loads(line)["offset"] for line in lines]
    else:
        seen = [int(line.split()[0].removeprefix("0/")) for line in lines[1:]]

    assert seen == list(offsets)
    assert told.err == f"{said}60 dead letters: 60 data.queue\n"


@pytest.mark.parametrize(
    ("more", "offsets", "said"),
    [
        (("--reason", "queue"), [0, 1], "2 dead letters: 2 data.queue"),
        (("--reason", "at byte"), [2], "1 dead letter: 1 JSON"),
        (("--since", "2026-03-02T15:00:01+01:00"), [1, 2], "2 dead letters: 1 data.queue, 1 JSON"),
        (
            ("--since", "2026-03-02T14:00:01Z", "--reason", "miss"),
            [1],
            "1 dead letter: 1 data.queue",
        ),
        (("--since", "now"), [], "no dead letters"),
        (("--reason", "c1"), [], "no dead letters"),
    ],
)
def test_a_list_may_be_narrowed(
    run: Run, log: Log, more: tuple[str, ...], offsets: list[int], said: str
) -> None:
    """By what the reason says and by when the event came."""
    reject(log, b"x", b"x")
    reject(log, b"\xff", reason="JSON: not UTF-8 at byte 0")
    told = run("dead-letters", "list", "--json", *more, *LOG)

    assert [json.loads(line)["offset"] for line in told.out.splitlines()] == offsets
    assert told.err == f"{said}\n"


# --- show -----------------------------------------------------------------------------------


def test_the_page_for_operators_is_true(run: Run, log: Log, folder: Path) -> None:
    """Its example is what one sees: listed, shown into a file, mended there and sent."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    written = example(page, "a dead letter").replace("embedded:/var/lib/floorwatch/log", LOG[1])
    record = Record(0, 75, "c-481", waiting("c-481", BASE_US, channel="voice"), BASE_US + 671_000)
    member = log.consumer("test", DEAD_LETTERS)
    member.commit({}, [dead_letter(record, "data.queue: missing")])
    member.close()
    for (_, *arguments), answer in session(written):
        command, _, file = " ".join(arguments).partition(" > ")
        told = run(*command.split())
        if file:
            letter = mended(json.dumps({"payload": told.out}))
            (folder / file).write_text(letter["payload"])
        seen = (told.err if file else told.out + told.err).splitlines()
        assert (told.code, seen) == (0, answer)


@pytest.mark.parametrize("payload", [b"", b"what?\r\n", b"\xff\0\xed\xa0\x80", "☎ {}".encode()])
def test_an_event_is_shown_byte_for_byte(
    log: Log, folder: Path, capsysbinary: pytest.CaptureFixture[bytes], payload: bytes
) -> None:
    """So that it can be put into a file and mended; what was wrong is said beside it."""
    reject(log, payload)
    code = floorwatch.main(["dead-letters", "show", "0/0", *LOG])
    told = capsysbinary.readouterr()

    assert (code, told.out) == (0, payload)
    assert told.err == b"0/0 of 2026-03-02T14:00:00.000Z: data.queue: missing\n"


def test_several_are_shown_one_a_line(run: Run, log: Log) -> None:
    """In the order of the log, each once; one that was redriven says so."""
    reject(log, good("c1"), b"a", b"b")
    run("dead-letters", "redrive", "0/0", *LOG)
    told = run("dead-letters", "show", "0/2", "0/0", "00/02", *LOG)

    assert run("dead-letters", "show", "0/1", "0/1", *LOG).out == "a"
    assert told.out.splitlines()[1:] == ["b"]
    assert ", redriven 20" in told.err.splitlines()[0]
    assert told.err.splitlines()[1] == "0/2 of 2026-03-02T14:00:02.000Z: data.queue: missing"


# --- redrive --------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["show", "redrive"])
def test_a_place_without_a_letter_is_named(run: Run, log: Log, command: str) -> None:
    """Before anything is shown or sent."""
    reject(log, good("c1"))
    told = run("dead-letters", command, "0/0", "7/1", *LOG)

    line = "7/1: no dead letter of that place; `floorwatch dead-letters list` tells all"
    assert told == Told(1, "", f"floorwatch: {line}\n")
    assert held(log, CONTACT_EVENTS) == []


def test_good_ones_are_sent_and_marked_and_bad_ones_named(run: Run, log: Log) -> None:
    """Each with the key that it came with; the command fails where any stays behind."""
    events = [good("c1"), bad("c1"), good("c1")]
    reject(log, *events)
    told = run("dead-letters", "redrive", "0/2", "0/0", "0/1", "0/0", *LOG)

    assert told == Told(1, "0/1: data.queue: missing\n2 sent, 1 still bad\n", "")
    assert held(log, CONTACT_EVENTS) == [("c1", events[0]), ("c1", events[2])]
    assert held(log, DEAD_LETTERS)[3:] == [("0/0", None), ("0/2", None)]


def test_a_dry_run_sends_nothing(run: Run, log: Log) -> None:
    """It says what would be, and ends as it would."""
    reject(log, good("c1"), bad("c1"), good("c1"))
    for _ in range(2):
        told = run("dead-letters", "redrive", "--all", "--dry-run", *LOG)
        assert told == Told(1, "0/1: data.queue: missing\n2 would be sent, 1 still bad\n", "")

    assert held(log, CONTACT_EVENTS) == []


def test_all_may_be_narrowed_by_the_reason(run: Run, log: Log) -> None:
    """After one fault of several was mended."""
    reject(log, good("c1"))
    reject(log, good("c1"), reason="time: more than 5 minutes ahead of the clock")

    told = run("dead-letters", "redrive", "--all", "--reason", "ahead", *LOG)

    assert told == Told(0, "1 sent\n", "")
    assert [key for key, value in held(log, DEAD_LETTERS) if value is None] == ["0/1"]


def test_mended_letters_come_by_a_pipe(run: Run, start: Start, log: Log) -> None:
    """As `jq` writes them; what was several lines is one in the log."""
    reject(log, bad("c1"))
    line = run("dead-letters", "list", "--json", *LOG).out
    process = start("dead-letters", "redrive", "--from", "-", *LOG)
    out, err = process.communicate(json.dumps(mended(line)) + "\n", timeout=20)
    ((key, sent),) = held(log, CONTACT_EVENTS)

    assert (process.returncode, out, err) == (0, "1 sent\n", "")
    assert (key, json.loads(sent or b"")) == ("c1", json.loads(mended(line)["payload"]))
    assert b"\n" not in (sent or b"")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"offset": 9}, "0/9: no dead letter of that place", id="another place"),
        pytest.param({"offset": -9}, "0/-9: no dead letter of that place", id="no place"),
        pytest.param({"offset": None}, "letters.jsonl:2: no letter as", id="no offset"),
        pytest.param({"payload": "\ud800"}, "letters.jsonl:2: no letter as", id="no text"),
        pytest.param({}, "letters.jsonl:2: 0/0 once more; a letter is sent once", id="twice"),
    ],
)
def test_a_wrong_file_of_letters_sends_nothing(
    run: Run, log: Log, folder: Path, change: dict[str, Any], said: str
) -> None:
    """The line is named."""
    reject(log, good("c1"))
    letter = json.loads(run("dead-letters", "list", "--json", *LOG).out)
    (folder / "letters.jsonl").write_text(json.dumps(letter) + "\n" + json.dumps(letter | change))
    told = run("dead-letters", "redrive", "--from", "letters.jsonl", *LOG)

    assert (told.code, told.out) == (1, "")
    assert told.err.startswith(f"floorwatch: {said}")
    assert told.err.count("\n") == 1
    assert held(log, CONTACT_EVENTS) == []


def test_what_was_mended_must_keep_its_subject(run: Run, log: Log, folder: Path) -> None:
    """Another subject's events may lie in another partition."""
    reject(log, bad("c1"), key="c1")
    (folder / "other.json").write_bytes(good("c2"))
    told = run("dead-letters", "redrive", "0/0", "--event", "other.json", *LOG)

    reason = "subject: not the one it came with; let its sender send it instead"
    assert told == Told(1, f"0/0: {reason}\n0 sent, 1 still bad\n", "")


def test_the_time_is_held_against_the_floors_clock(run: Run, log: Log) -> None:
    """In a replay of the past, the present is far ahead."""
    now = floorwatch.now_us()
    set_clock(log, FloorClock(now, BASE_US, 60.0), has_events=False)
    reject(log, good("c1"), waiting("c1", BASE_US, queue="benefits", channel="voice"))
    told = run("dead-letters", "redrive", "--all", *LOG)

    reason = "time: more than 5 minutes ahead of the clock"
    assert told == Told(1, f"0/0: {reason}\n1 sent, 1 still bad\n", "")


def test_a_log_without_letters_is_no_error(run: Run, log: Log) -> None:
    """There is nothing to tell, and nothing to send."""
    assert run("dead-letters", "list", *LOG) == Told(0, "", "no dead letters\n")
    assert run("dead-letters", "list", "--json", *LOG) == Told(0, "", "no dead letters\n")
    assert run("dead-letters", "redrive", "--all", *LOG) == Told(0, "0 sent\n", "")


def test_a_reader_of_the_list_may_go_away(start: Start, log: Log) -> None:
    """As when the output goes to `head`."""
    reject(log, *[b"x" * 10_000] * 50)
    process = start("dead-letters", "list", "--json", *LOG)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None

    assert (process.stderr.read(), process.wait(20)) == ("", 1)


def test_letters_of_old_go_by_their_events_subject(run: Run, log: Log) -> None:
    """They have no key."""
    reject(log, good("c7"))
    (record,) = log.read(DEAD_LETTERS, 0)
    letter = json.loads(record.value or b"") | {"offset": 5}
    del letter["key"]
    member = log.consumer("test", DEAD_LETTERS)
    member.commit({}, [Produced(DEAD_LETTERS, 0, "0/5", json.dumps(letter).encode())])
    member.close()

    assert run("dead-letters", "redrive", "0/5", *LOG) == Told(0, "1 sent\n", "")
    assert [key for key, _ in held(log, CONTACT_EVENTS)] == ["c7"]
