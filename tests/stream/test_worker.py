"""The worker on a real embedded log, its clock in the test's hand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import structlog

from stream.checkpoint import FORMAT
from stream.clocks import set_clock
from stream.contract.clock import FloorClock
from stream.contract.figures import Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import HeadFrame, decode_frame, head_key
from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US, SECOND_US, format_instant
from stream.logs.database import FILE_NAME
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import LogAway, LogError, Produced, Record
from stream.logs.topics import (
    CONTACT_EVENTS,
    DEAD_LETTERS,
    FLOOR_CHECKPOINTS,
    FLOOR_FRAMES,
    topics,
)
from stream.picture import LogPictureReader
from stream.worker import PAST_EVERY_US, RECORDS_AT_ONCE, Worker
from tests.builders import BASE_US, event

PARTITIONS: Final = 2
QUIET: Final = structlog.wrap_logger(structlog.testing.ReturnLogger(), processors=[])


class Setting:
    """A log, a wall clock, and what reads and shows it."""

    def __init__(self, directory: Path) -> None:
        self.now_us = BASE_US
        self.directory = directory
        self.log = EmbeddedLog(directory, now=self)
        self.log.create(topics(PARTITIONS))
        self.reader = LogPictureReader(self.log, FloorPlan(), now=self, steady=self, title="Test")

    def __call__(self) -> int:
        return self.now_us

    def worker(
        self, *, checkpoint_every_events: int = 100_000, plan: FloorPlan | None = None
    ) -> Worker:
        return Worker(
            self.log,
            plan or FloorPlan(),
            now=self,
            logger=QUIET,
            checkpoint_every_events=checkpoint_every_events,
        )

    def send(self, *lines: bytes, key: str = "c1") -> None:
        self.log.append(CONTACT_EVENTS, [(key, line) for line in lines])

    def settle(self, *workers: Worker) -> None:
        """Let the workers read and tell everything."""
        for _ in range(6):
            self.now_us += SECOND_US // 2
            for worker in workers:
                worker.step(timeout_s=0)

    def picture(self, window: str = "30m") -> Picture:
        self.reader.follow(0)
        return self.reader.picture(window)

    def dead_letters(self) -> list[dict[str, Any]]:
        return [
            json.loads(record.value or b"")
            for partition in range(PARTITIONS)
            for record in self.log.read(DEAD_LETTERS, partition)
        ]


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    setting = Setting(tmp_path / "log")
    yield setting
    setting.reader.close()
    setting.log.close()


def queued(contact: str, at_us: int) -> bytes:
    return event("contact.queued", subject=contact, at_us=at_us, queue="q", channel="voice")


def damaged(**changes: Any) -> bytes:
    """A good event with attributes or data set to something else; None takes one out."""
    whole = json.loads(queued("c1", BASE_US))
    for name, value in changes.items():
        where, key = (whole["data"], name[5:]) if name.startswith("data_") else (whole, name)
        where[key] = value
        if value is None:
            del where[key]
    return json.dumps(whole).encode()


BAD: Final = [
    pytest.param(b"what?", "JSON", "invalid character", id="not JSON"),
    pytest.param(b'{"id":"\xff"}', "JSON", "not UTF-8 at byte 7", id="not UTF-8"),
    pytest.param(damaged(pad="x" * 66_560), "size", "at most 65536", id="65 KiB"),
    pytest.param(damaged(data_queue=None), "data.queue", "missing", id="a missing field"),
    pytest.param(damaged(data_queue=7), "data.queue", "expected str", id="a wrong type"),
    pytest.param(damaged(data_channel="fax"), "data.channel", "voice, chat", id="not a channel"),
    pytest.param(
        event("survey.answered", subject="c1", at_us=BASE_US, queue="q", csat=6),
        "data.csat",
        "<= 5",
        id="out of range",
    ),
    pytest.param(damaged(subject=""), "subject", "1 or more", id="an empty subject"),
    pytest.param(damaged(time="2099-01-01T00:00:00Z"), "time", "5 minutes ahead", id="2099"),
]


@pytest.mark.parametrize(("line", "heading", "reason"), BAD)
def test_a_bad_event_is_counted_kept_and_changes_no_figure(
    setting: Setting, line: bytes, heading: str, reason: str
) -> None:
    """Rejected under its own heading, whole in the dead letters with reason and place, and the
    figures are as if it had never been sent."""
    worker = setting.worker()
    setting.send(queued("c1", BASE_US))
    setting.settle(worker)
    before = setting.picture().figures

    setting.send(line)
    setting.settle(worker)

    after = setting.picture().figures
    [letter] = setting.dead_letters()
    assert before.floor.counts == after.floor.counts
    assert {**before.health, "events": 2, "rejected": 1} == after.health
    assert {heading: 1} == setting.picture().rejected_by_field
    assert letter["reason"].startswith(f"{heading}: ")
    assert reason in letter["reason"]
    assert (letter["topic"], letter["offset"]) == (CONTACT_EVENTS, 1)
    assert line == _payload(letter)


def _payload(letter: dict[str, Any]) -> bytes:
    if "payload_base64" in letter and letter["payload_base64"] is not None:
        return msgspec.json.decode(json.dumps(letter["payload_base64"]), type=bytes)
    payload: str = letter["payload"]
    return payload.encode()


def test_an_unknown_type_is_no_error(setting: Setting) -> None:
    """A later version's events are counted and passed over, not buried."""
    worker = setting.worker()
    setting.send(damaged(type="contact.teleported"))
    setting.settle(worker)

    health = setting.picture().figures.health
    assert (1, 1, 0) == (health["events"], health["unknown_type"], health["rejected"])
    assert [] == setting.dead_letters()


@pytest.mark.parametrize(
    ("ahead_us", "rejected"),
    [
        pytest.param(5 * MINUTE_US, 0, id="five minutes ahead is believed"),
        pytest.param(5 * MINUTE_US + 1, 1, id="a microsecond more is not"),
    ],
)
def test_how_far_ahead_is_judged_by_the_log_s_clock(
    setting: Setting, ahead_us: int, rejected: int
) -> None:
    """The clock at the append decides, however long after it the event is read."""
    setting.send(queued("c1", setting.now_us + ahead_us))
    setting.now_us += 20 * MINUTE_US
    setting.settle(setting.worker())

    assert rejected == setting.picture().figures.health["rejected"]


def test_an_event_ahead_of_the_clock_counts_when_its_time_comes(setting: Setting) -> None:
    """It waits at once, and enters the window once the wall clock is there."""
    worker = setting.worker()
    setting.send(queued("c1", setting.now_us + 2 * MINUTE_US))
    setting.settle(worker)
    early = setting.picture().figures.floor
    assert (1, 0.0) == (early.now["waiting"], early.now["oldest_wait_s"])
    assert 0 == early.counts["offered"]

    setting.now_us += 2 * MINUTE_US
    setting.settle(worker)

    assert 1 == setting.picture().figures.floor.counts["offered"]


def test_a_state_ahead_of_the_clock_that_measures_nothing_does_no_harm(setting: Setting) -> None:
    """An agent whose clock is ahead logs off and on: nothing to count, nothing to break."""
    worker = setting.worker()
    for seconds, state in ((60, "offline"), (90, "available"), (120, "busy")):
        line = event("agent.state", subject="a1", at_us=BASE_US + seconds * SECOND_US, state=state)
        setting.send(line, key="a1")
    setting.settle(worker)
    setting.now_us += 3 * MINUTE_US
    setting.settle(worker)

    figures = setting.picture("5m").figures
    assert 1 == figures.floor.now["agents_busy"]
    assert pytest.approx(0.66, abs=0.05) == figures.floor.figures["occupancy"]


def test_a_replay_of_the_past_may_begin_on_a_floor_that_already_runs(setting: Setting) -> None:
    """Stream and dashboard were there first and told the wall's time; the recording's clock takes
    over, and everything is as of then."""
    worker = setting.worker()
    setting.settle(worker)
    assert (setting.picture().figures.as_of or "").startswith("2026")

    past = BASE_US - 10_000 * DAY_US
    set_clock(setting.log, FloorClock(setting.now_us, past, 60.0), has_events=False)
    setting.send(*(queued(f"c{number}", past + number * SECOND_US) for number in range(5)))
    setting.settle(worker)

    picture = setting.picture()
    assert (picture.figures.as_of or "").startswith("1998-10-15T14:03:0")
    assert (60.0, 5) == (picture.speed, picture.figures.floor.counts["offered"])
    assert 0 == picture.figures.health["expired"]


def test_what_came_due_after_the_last_checkpoint_counts_once(setting: Setting) -> None:
    """A promise falls due on a quiet partition; the worker that takes over knows that it did."""
    worker = setting.worker(checkpoint_every_events=1)
    due = format_instant(setting.now_us + 10 * SECOND_US)
    setting.send(event("callback.promised", subject="c1", at_us=setting.now_us, queue="q", due=due))
    setting.settle(worker)
    setting.now_us += 30 * SECOND_US
    setting.settle(worker)
    assert 1 == setting.picture().figures.floor.counts["callbacks_due"]

    setting.now_us += 20 * SECOND_US
    setting.settle(setting.worker())

    assert 1 == setting.picture().figures.floor.counts["callbacks_due"]


def test_a_zone_may_leave_the_floor_plan(setting: Setting) -> None:
    """Days that settled in a zone nobody asks for any more are let go, not stumbled over."""
    rome = FloorPlan(time_zone="Europe/Rome")
    worker = setting.worker(checkpoint_every_events=1, plan=rome)
    for hours in (0, 5, 5, 5):
        setting.now_us += hours * HOUR_US
        setting.send(queued(f"c{setting.now_us}", setting.now_us))
        setting.settle(worker)

    setting.now_us += 20 * SECOND_US
    successor = setting.worker()
    for _ in range(3):
        setting.now_us += 5 * MINUTE_US
        setting.send(queued(f"c{setting.now_us}", setting.now_us))
        setting.settle(successor)

    assert 7 == setting.picture().figures.health["events"]


def test_two_workers_share_and_one_takes_over(setting: Setting) -> None:
    """Both read; when one leaves, the other goes on where it stopped."""
    first, second = setting.worker(), setting.worker()
    setting.settle(first, second)
    for number in range(40):
        setting.send(queued(f"c{number}", setting.now_us), key=f"c{number}")
    setting.settle(first, second)
    assert first.events > 0
    assert second.events > 0
    assert 40 == first.events + second.events

    first.run(lambda: True)
    for number in range(40, 60):
        setting.send(queued(f"c{number}", setting.now_us), key=f"c{number}")
    setting.settle(second)
    setting.settle(second)

    picture = setting.picture()
    assert 60 == picture.figures.floor.counts["offered"]
    assert 60 == picture.figures.floor.now["waiting"]
    assert [] == picture.freshness.silent


def test_a_paused_worker_that_wakes_is_fenced(setting: Setting) -> None:
    """What a worker read before its lease ran out is told by its successor, and only by it."""
    sleeper = setting.worker()
    setting.settle(sleeper)
    setting.send(*(queued(f"c{number}", setting.now_us) for number in range(5)))
    setting.now_us += 60 * SECOND_US
    successor = setting.worker()
    setting.settle(successor)

    setting.settle(sleeper, successor)
    setting.settle(sleeper, successor)

    assert 5 == setting.picture().figures.floor.counts["offered"]
    assert 5 == setting.picture().figures.health["events"]


def test_a_checkpoint_longer_than_one_record_is_cut_and_put_together(setting: Setting) -> None:
    """Thousands of open contacts make a checkpoint of several records; a shorter one after it
    leaves none of them behind."""
    worker = setting.worker(checkpoint_every_events=1)
    for start in range(0, 12_000, 2_000):
        setting.send(
            *(queued(f"contact-{n:060}", setting.now_us) for n in range(start, start + 2_000))
        )
        setting.settle(worker)
    pieces = [
        record.key
        for partition in range(PARTITIONS)
        for record in setting.log.read(FLOOR_CHECKPOINTS, partition)
    ]
    assert len(pieces) > PARTITIONS

    setting.now_us += 60 * SECOND_US
    successor = setting.worker()
    setting.settle(successor)
    setting.send(queued("one more", setting.now_us))
    setting.settle(successor)

    assert 12_001 == setting.picture().figures.floor.now["waiting"]


def test_a_clock_that_jumped_ahead_and_back_leaves_no_trace(setting: Setting) -> None:
    """For one look the wall clock is eight days ahead: then figures are told for the right time
    again, and nobody who waits has expired."""
    worker = setting.worker()
    setting.send(*(queued(f"c{number}", setting.now_us) for number in range(5)))
    setting.settle(worker)
    right = setting.now_us
    setting.now_us = right + 8 * DAY_US
    setting.settle(worker)
    assert 0 == setting.picture().figures.floor.counts["offered"]

    setting.now_us = right
    setting.settle(worker)
    setting.reader.follow(0)

    picture = setting.picture()
    floor = picture.figures.floor
    assert (5, 5) == (floor.counts["offered"], floor.now["waiting"])
    assert 0 == picture.figures.health["expired"]


def test_a_frame_of_a_later_version_is_passed_over(setting: Setting) -> None:
    """While workers are replaced one by one, a reader meets kinds that it does not know."""
    setting.log.append(FLOOR_FRAMES, [("0/outlook/x", b"\x80")])
    worker = setting.worker()
    setting.send(queued("c1", setting.now_us))
    setting.settle(worker)

    assert 1 == setting.picture().figures.floor.counts["offered"]


def test_a_worker_with_much_to_read_says_that_it_catches_up(setting: Setting) -> None:
    """Its first heads are fresh, but what they tell is of the past; then all is read."""
    setting.send(*(queued(f"c{i}", BASE_US) for i in range(RECORDS_AT_ONCE + 1)))
    setting.now_us += MINUTE_US
    worker = setting.worker()
    worker.step(timeout_s=0)
    unread = setting.picture()
    assert (unread.freshness.behind_s, worker.meters.lag_s) == (None, None)
    setting.now_us += PAST_EVERY_US
    worker.step(timeout_s=0)

    behind = setting.picture()
    [partition] = behind.freshness.catching_up
    assert unread.freshness.catching_up == [partition]
    assert (behind.freshness.silent, behind.freshness.behind_s) == ([], 62)
    state = behind.partitions[partition]
    assert (state.state, state.lag_events, state.behind_s) == ("catching up", 1, 62)
    assert (worker.meters.lag_events, worker.meters.lag_s) == (1, 62)

    setting.settle(worker)
    told = setting.picture()
    assert (told.freshness.catching_up, told.freshness.behind_s) == ([], 0)
    assert [part.state for part in told.partitions] == ["fresh", "fresh"]
    assert (worker.meters.lag_events, worker.meters.lag_s) == (0, 0)


def test_the_past_is_told_every_two_seconds_and_its_end_at_once(setting: Setting) -> None:
    """Telling it costs more than reading it; but a wall must not wait to hear that it is over."""
    setting.send(*(queued(f"c{i}", BASE_US) for i in range(9 * RECORDS_AT_ONCE)))
    setting.now_us += MINUTE_US
    begin = setting.now_us
    worker = setting.worker()
    heads = setting.log.tail(FLOOR_FRAMES, from_start=False)
    told = []
    for _ in range(12):
        worker.step(timeout_s=0)
        for record in heads.poll(1_000, 0):
            head = decode_frame(record.key, record.value or b"")
            if isinstance(head, HeadFrame) and head.end:
                told.append(((head.told_at - begin) / SECOND_US, head.end - head.position))
        setting.now_us += SECOND_US // 2
    heads.close()

    at_once = RECORDS_AT_ONCE
    assert told == [
        (0.0, 9 * at_once),
        (2.0, 5 * at_once),
        (4.0, 1 * at_once),
        (4.5, 0),
        (5.0, 0),
        (5.5, 0),
    ]


def test_an_event_after_a_quiet_hour_is_not_an_hour_behind(setting: Setting) -> None:
    """What was all read an hour ago has been all read until the event came."""
    worker = setting.worker()
    setting.send(queued("c1", BASE_US))
    setting.settle(worker)
    setting.now_us += HOUR_US
    setting.settle(worker)
    setting.send(queued("c2", setting.now_us))
    worker.publish(everybody=True)

    picture = setting.picture()
    assert (picture.freshness.catching_up, picture.freshness.behind_s) == ([], 0)
    assert picture.freshness.lag_events == 1


def test_the_picture_tells_who_works_on_what(setting: Setting) -> None:
    """By the name of each worker, with what it holds and how it has fared."""
    worker = setting.worker()
    setting.send(queued("c1", BASE_US), b"{")
    setting.settle(worker)

    [told] = setting.picture().workers
    assert (told.partitions, told.rebalances, told.commit_failures) == ([0, 1], 1, 0)
    assert {part.worker for part in setting.picture().partitions} == {told.name}
    assert worker.meters.figures() == {
        "events_read": 2,
        "dead_letters": 1,
        "rebalances": 1,
        "commit_failures": 0,
        "log_failures": 0,
        "partitions_assigned": 2,
        "lag_events": 0,
        "lag_s": 0,
    }


def test_a_commit_that_fails_is_counted_and_told_on(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker keeps nothing of what may or may not have been written."""
    worker = setting.worker()
    setting.send(queued("c1", BASE_US))
    setting.settle(worker)

    def fail(*_arguments: object) -> None:
        raise LogAway("the broker is gone")

    monkeypatch.setattr(worker._consumer, "commit", fail)
    with pytest.raises(LogAway, match="gone"):
        worker.publish(everybody=True)

    assert worker.meters.commit_failures == 1
    monkeypatch.undo()
    setting.settle(worker)
    assert setting.picture().figures.floor.counts["offered"] == 1


@pytest.mark.parametrize("age", ["older", "newer"])
def test_a_checkpoint_of_another_version_is_made_up_for_by_the_events(
    setting: Setting, age: str
) -> None:
    """As while workers are upgraded one by one: the lives come back from the log, the panes from
    the frames, and nothing is counted twice."""
    worker = setting.worker(checkpoint_every_events=1)
    setting.send(queued("c1", BASE_US), queued("c2", BASE_US + SECOND_US))
    setting.settle(worker)
    worker.close()
    partition = next(n for n in range(PARTITIONS) if list(setting.log.read(FLOOR_CHECKPOINTS, n)))
    [record] = setting.log.read(FLOOR_CHECKPOINTS, partition)
    position, index, count, content = msgspec.msgpack.decode(record.value or b"")
    lives = msgspec.msgpack.decode(content)
    assert lives["format"] == FORMAT
    lives["format"] += 1 if age == "newer" else -1
    value = msgspec.msgpack.encode([position, index, count, msgspec.msgpack.encode(lives)])
    operator = setting.log.consumer("another", FLOOR_CHECKPOINTS)
    operator.commit({}, [Produced(FLOOR_CHECKPOINTS, partition, record.key, value)])
    operator.close()

    successor = setting.worker(checkpoint_every_events=1)
    setting.settle(successor)
    left = event("contact.abandoned", subject="c1", at_us=setting.now_us, queue="q")
    setting.send(left, queued("c3", setting.now_us))
    setting.settle(successor)

    floor = setting.picture().figures.floor
    assert (floor.counts["offered"], floor.counts["abandoned"], floor.now["waiting"]) == (3, 1, 2)
    assert setting.picture().figures.health["events"] == 4


def test_events_made_anew_under_their_frames_are_not_swallowed(
    setting: Setting, tmp_path: Path
) -> None:
    """The frames know more events than there are: what comes next is not what they counted, and
    who leaves it out says so."""
    setting.send(*(queued(f"c{number}", BASE_US) for number in range(5)))
    setting.settle(setting.worker())
    [(partition, head)] = [
        (record.partition, record)
        for number in range(PARTITIONS)
        for record in setting.log.read(FLOOR_FRAMES, number)
        if record.key == head_key(number) and _position(record) == 5
    ]
    with closing(EmbeddedLog(tmp_path / "anew", now=setting)) as anew:
        anew.create(topics(PARTITIONS))
        operator = anew.consumer("another", FLOOR_FRAMES)
        operator.commit({}, [Produced(FLOOR_FRAMES, partition, head.key, head.value)])
        operator.close()
        anew.append(CONTACT_EVENTS, [("c1", queued("c1", BASE_US))])
        worker = Worker(anew, FloorPlan(), now=setting, logger=QUIET)

        with pytest.raises(LogError, match=r"4 events more than .* made anew\?.* log of its own"):
            setting.settle(worker)
        worker.close()


def _position(record: Record) -> int:
    frame = decode_frame(record.key, record.value or b"")
    assert isinstance(frame, HeadFrame)
    return frame.position


def test_partitions_that_were_added_end_the_work(
    setting: Setting,
) -> None:
    """What is sent to them nobody reads: better a wall that grows old than one that looks whole.
    Asked once a minute, past everything that is kept in memory."""
    worker = setting.worker()
    setting.settle(worker)
    with sqlite3.connect(setting.directory / FILE_NAME) as database:
        database.execute(
            "INSERT INTO partitions (topic, partition) SELECT id, ? FROM topics WHERE name = ?",
            (PARTITIONS, CONTACT_EVENTS),
        )
    database.close()
    setting.settle(worker)

    setting.now_us += MINUTE_US
    with pytest.raises(LogError, match="contact-events has 3 partitions now, and had 2: "):
        worker.step(timeout_s=0)


def test_a_log_that_does_not_say_how_many_partitions_there_are_is_asked_again(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question on the side: who reads and writes as before goes on."""
    worker = setting.worker()
    asked: list[str] = []

    def away(topic: str, *, anew: bool = False) -> int:
        assert anew
        asked.append(topic)
        raise LogAway("no answer")

    monkeypatch.setattr(setting.log, "partitions", away)
    for _ in range(2):
        setting.now_us += MINUTE_US
        setting.settle(worker)

    assert asked == [CONTACT_EVENTS, CONTACT_EVENTS]


def test_a_worker_that_lost_its_partitions_has_no_lag(setting: Setting) -> None:
    """What it had not read is its successor's to tell."""
    setting.send(*(queued(f"c{i}", BASE_US) for i in range(RECORDS_AT_ONCE + 1)))
    setting.now_us += MINUTE_US
    sleeper = setting.worker()
    for _ in range(2):
        setting.now_us += SECOND_US // 2
        sleeper.step(timeout_s=0)
        sleeper.publish(everybody=True)
    _lag_behind(sleeper)
    setting.now_us += MINUTE_US
    setting.settle(setting.worker())
    sleeper.step(timeout_s=0)
    assert sleeper.meters.partitions_assigned == 0
    assert (sleeper.meters.lag_events, sleeper.meters.lag_s) == (0, None)


def _lag_behind(worker: Worker) -> None:
    worker.meters.lag_events, worker.meters.lag_s = 7, 61.0


def test_a_worker_that_ended_or_failed_has_no_lag(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its gauges are asked on while the log is away."""
    worker = setting.worker()
    setting.settle(worker)
    _lag_behind(worker)

    def fail(*_arguments: object) -> None:
        raise LogAway("the broker is gone")

    with monkeypatch.context() as patch:
        patch.setattr(worker._consumer, "commit", fail)
        with pytest.raises(LogAway, match="gone"):
            worker.publish(everybody=True)
    assert (worker.meters.lag_events, worker.meters.lag_s) == (0, None)

    _lag_behind(worker)
    worker.close()
    assert (worker.meters.lag_events, worker.meters.lag_s) == (0, None)


def test_what_fails_while_closing_hides_nothing(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went wrong first is said, and the rest is closed all the same."""
    worker = setting.worker()
    setting.settle(worker)
    leave, closed = worker._consumer.close, []

    def fail(why: str) -> Callable[..., None]:
        def failing(*_arguments: object) -> None:
            closed.append(why)
            raise LogError(why)

        return failing

    monkeypatch.setattr(worker._consumer, "poll", fail("first"))
    monkeypatch.setattr(worker._consumer, "close", fail("leaving the group"))
    monkeypatch.setattr(worker._clock, "close", fail("the clock's tail"))
    with pytest.raises(LogError, match="first"):
        worker.run(lambda: False)

    assert closed == ["first", "leaving the group", "the clock's tail"]
    monkeypatch.undo()
    leave()
    worker.close()
