"""The embedded log: the suite of every log, and what only this make promises."""

from __future__ import annotations

import errno
import multiprocessing
import os
import resource
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.contract.instants import DAY_US, SECOND_US
from stream.logs.database import FILE_NAME, reason_of
from stream.logs.embedded import EmbeddedLog
from stream.logs.groups import LEASE_US, share_out
from stream.logs.port import Fenced, Log, LogError, Topic
from stream.logs.records import PRUNED_MIN, TOMBSTONE_KEPT_US
from tests.builders import BASE_US
from tests.stream.logs.log_suite import (
    PARTITIONS,
    LogSuite,
    contacts,
    drain,
    everything,
    pairs,
    settle,
)
from tests.stream.logs.processes import append_and_acknowledge, copy_exactly_once, start


class EmbeddedSetting:
    """A directory of its own, and a clock that stands until it is moved."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.url = f"embedded:{directory}"
        self.now_us = BASE_US
        self._opened: list[Log] = []

    def open(self) -> EmbeddedLog:
        """One more opening of the same log."""
        log = EmbeddedLog(self.directory, now=lambda: self.now_us, busy_s=2.0)
        self._opened.append(log)
        return log

    def outlast_lease(self) -> None:
        """Move the clock past every lease."""
        self.now_us += LEASE_US + 1

    def tick(self) -> None:
        """Move the clock on by as little as it tells."""
        self.now_us += 1

    def close(self) -> None:
        """Close all that was opened."""
        for log in self._opened:
            log.close()


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[EmbeddedSetting]:
    """A new embedded log."""
    made = EmbeddedSetting(tmp_path / "log")
    yield made
    made.close()


class TestEmbedded(LogSuite):
    """The embedded log is a log."""


# --- nothing is lost ----------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "acknowledged"), [(1, 40), (10, 3), (10, 25), (700, 1), (700, 5)])
def test_all_that_was_acknowledged_outlives_a_kill(
    setting: EmbeddedSetting, size: int, acknowledged: int
) -> None:
    """A kill -9 at any moment: every acknowledged batch is there, in order, and no batch in part;
    the process after it goes on where it stopped."""
    log = setting.open()
    log.create([Topic("calls", PARTITIONS)])
    known = -1
    for _life in range(2):
        mine, theirs = multiprocessing.Pipe(duplex=False)
        adapter = start(append_and_acknowledge, setting.url, "calls", known + 1, size, theirs)
        theirs.close()
        last = -1
        for _ in range(acknowledged):
            assert mine.poll(20)
            last = mine.recv()
        adapter.kill()
        adapter.join()
        last = _rest_of(mine, last)

        numbers = [int(record.value or b"") for record in everything(log, "calls")]
        assert numbers == list(range(len(numbers)))
        assert len(numbers) % size == 0
        assert numbers[-1] in (last, last + size)  # a batch may be in and not yet acknowledged
        known = numbers[-1]


def test_a_killed_worker_counts_nothing_twice_and_nothing_never(setting: EmbeddedSetting) -> None:
    """Worker after worker is killed at work; what they wrote together is each record once."""
    log = setting.open()
    log.create([Topic("calls", PARTITIONS), Topic("copies", PARTITIONS)])
    log.append("calls", contacts(1_500))
    for life, commits in enumerate((1, 30, 12)):
        _kill_after(commits, setting.url, life)
    worker, acknowledged = _worker(setting.url, life=3)
    while len(everything(log, "copies")) < 1_500:
        assert acknowledged.poll(20)
        acknowledged.recv()
    worker.kill()
    worker.join()

    assert pairs(everything(log, "copies")) == pairs(everything(log, "calls"))


def _worker(url: str, life: int) -> tuple[BaseProcess, Connection]:
    mine, theirs = multiprocessing.Pipe(duplex=False)
    worker = start(copy_exactly_once, url, "calls", "copies", life, theirs)
    theirs.close()
    return worker, mine


def _kill_after(commits: int, url: str, life: int) -> None:
    worker, acknowledged = _worker(url, life)
    for _ in range(commits):
        assert acknowledged.poll(20)
        acknowledged.recv()
    worker.kill()
    worker.join()


def _rest_of(pipe: Connection, last: int) -> int:
    """What the killed process had still sent, or was sending: a torn message ends the pipe."""
    try:
        while pipe.poll(0):
            last = pipe.recv()
    except (EOFError, OSError):
        pass
    return last


def test_many_open_a_new_log_at_once(setting: EmbeddedSetting) -> None:
    """All services start together on an empty disk, and all of them find the same log."""
    together = threading.Barrier(8)

    def serve(number: int) -> None:
        together.wait()
        log = setting.open()
        log.create([Topic("calls", PARTITIONS)])
        log.append("calls", contacts(10, first=10 * number))

    with ThreadPoolExecutor(8) as services:
        list(services.map(serve, range(8)))

    assert sorted(pairs(everything(setting.open(), "calls"))) == sorted(contacts(80))


# --- what is kept, and for how long -------------------------------------------------------------


def test_a_compacted_topic_holds_one_record_a_key(setting: EmbeddedSetting) -> None:
    """The file does not grow with every second's frames, and offsets are never given again."""
    log = setting.open()
    log.create([Topic("frames", 1, compacted=True)])
    for value in (b"1", b"2", b"3"):
        log.append("frames", [("pane-1", value), ("pane-2", value), ("pane-1", value + b"!")])

    held = [(record.offset, record.key, record.value) for record in log.read("frames", 0)]

    assert held == [(7, "pane-2", b"3"), (8, "pane-1", b"3!")]


def test_a_tombstone_goes_after_a_day(setting: EmbeddedSetting) -> None:
    """It stays for those who follow, and then makes room; its offset stays taken."""
    log = setting.open()
    log.create([Topic("frames", 1, compacted=True)])
    log.append("frames", [("pane-1", b"1")])
    log.append("frames", [("pane-1", None)])

    setting.now_us += TOMBSTONE_KEPT_US
    log.append("frames", [("pane-2", b"1")])
    kept = [(record.offset, record.key) for record in log.read("frames", 0)]
    setting.now_us += 1
    log.append("frames", [("pane-2", b"2")])
    later = [(record.offset, record.key) for record in log.read("frames", 0)]

    assert kept == [(1, "pane-1"), (2, "pane-2")]
    assert later == [(3, "pane-2")]


def test_a_key_that_came_back_is_not_dropped_with_its_tombstone(setting: EmbeddedSetting) -> None:
    """The day counts for keys that are gone, not for those that were once gone."""
    log = setting.open()
    log.create([Topic("frames", 1, compacted=True)])
    log.append("frames", [("pane-1", None)])
    log.append("frames", [("pane-1", b"back")])

    setting.now_us += TOMBSTONE_KEPT_US + 1
    log.append("frames", [("pane-2", b"1")])

    assert pairs(log.read("frames", 0)) == [("pane-1", b"back"), ("pane-2", b"1")]


def test_old_records_go_as_new_ones_come(setting: EmbeddedSetting) -> None:
    """Retention is the age allowed: at it a record is kept, past it a later append removes it."""
    log = setting.open()
    log.create([Topic("calls", 1, retention_us=DAY_US)])
    log.append("calls", [("c-1", b"old")])
    setting.now_us += DAY_US
    log.append("calls", [("c-2", b"new")])
    at_the_limit = pairs(log.read("calls", 0))
    setting.now_us += 1
    log.append("calls", [("c-3", b"newer")])
    past_it = [(record.offset, record.key) for record in log.read("calls", 0)]

    assert at_the_limit == [("c-1", b"old"), ("c-2", b"new")]
    assert past_it == [(1, "c-2"), (2, "c-3")]


def test_a_backlog_of_old_records_is_removed_a_part_at_a_time(setting: EmbeddedSetting) -> None:
    """After a long pause the first append is not held up by all there is to remove."""
    log = setting.open()
    log.create([Topic("calls", 1, retention_us=DAY_US)])
    log.append("calls", contacts(PRUNED_MIN + 200))
    setting.now_us += 2 * DAY_US

    log.append("calls", [("c", b"1")])
    left = [record.offset for record in log.read("calls", 0)]
    log.append("calls", [("c", b"2")])

    assert left == list(range(PRUNED_MIN, PRUNED_MIN + 201))
    assert pairs(log.read("calls", 0)) == [("c", b"1"), ("c", b"2")]


def test_a_reader_whose_place_was_pruned_goes_on_with_the_oldest(setting: EmbeddedSetting) -> None:
    """A worker that was away for longer than the log remembers is not stuck."""
    log = setting.open()
    log.create([Topic("calls", 1, retention_us=DAY_US)])
    log.append("calls", contacts(5))
    setting.now_us += 2 * DAY_US
    log.append("calls", contacts(2, first=5))

    worker = log.consumer("workers", "calls")
    tail = log.tail("calls", from_start=True)

    assert [record.offset for record in drain(worker, 2)] == [5, 6]
    assert [record.offset for record in drain(tail, 2)] == [5, 6]
    assert tail.caught_up()


def test_everything_may_have_been_pruned(setting: EmbeddedSetting) -> None:
    """A topic whose records are all gone is read to its end at once, and offsets go on."""
    log = setting.open()
    log.create([Topic("frames", 1, compacted=True)])
    log.append("frames", [("pane-1", b"1")])
    log.append("frames", [("pane-1", None)])
    setting.now_us += TOMBSTONE_KEPT_US + 1
    log.append("frames", [("pane-2", None)])
    setting.now_us += TOMBSTONE_KEPT_US + 1
    log.append("frames", [("pane-3", None)])

    tail = log.tail("frames", from_start=True)

    assert [(record.offset, record.key) for record in tail.poll(10, 0)] == [(3, "pane-3")]
    assert tail.caught_up()


def test_the_length_of_retention_follows_the_newest_version(setting: EmbeddedSetting) -> None:
    """An update of the product may keep calls longer; the log takes it up and keeps its records."""
    log = setting.open()
    log.create([Topic("calls", 1, retention_us=1)])
    log.append("calls", [("c-1", b"1")])

    later = setting.open()
    later.create([Topic("calls", 1, retention_us=DAY_US)])
    setting.now_us += SECOND_US
    later.append("calls", [("c-2", b"2")])

    assert pairs(later.read("calls", 0)) == [("c-1", b"1"), ("c-2", b"2")]


def test_reading_holds_one_moment(setting: EmbeddedSetting) -> None:
    """A pane rewritten while frames are read is read as it stood, not lost between two places."""
    log = setting.open()
    log.create([Topic("frames", 1, compacted=True)])
    log.append("frames", [(f"pane-{i}", b"old") for i in range(3_000)])

    read = {}
    for number, record in enumerate(log.read("frames", 0)):
        read[record.key] = record.value
        if number == 0:
            log.append("frames", [("pane-2999", b"new"), ("pane-2998", None)])

    assert set(read.values()) == {b"old"}
    assert len(read) == 3_000


# --- groups -------------------------------------------------------------------------------------


@given(
    partitions=st.integers(1, 12),
    members=st.sets(st.integers(1, 9), min_size=1),
    holders=st.dictionaries(st.integers(0, 11), st.integers(1, 9)),
)
def test_partitions_are_shared_out_evenly_and_change_hands_rarely(
    partitions: int, members: set[int], holders: dict[int, int]
) -> None:
    """Every partition has one live holder, shares differ by one at most, the same state gives
    the same shares in every process, and no more partitions move than evenness asks for."""
    shares = share_out(partitions, sorted(members), holders)

    counts = [sum(holder == member for holder in shares.values()) for member in members]
    assert shares.keys() == set(range(partitions))
    assert sum(counts) == partitions
    assert max(counts) - min(counts) <= 1
    assert shares == share_out(partitions, sorted(members, reverse=True), holders)
    assert share_out(partitions, sorted(members), shares) == shares
    held = [sum(holders.get(p) == m for p in range(partitions)) for m in members]
    least, one_more = divmod(partitions, len(members))
    keepable = sum(min(count, least) for count in held)
    keepable += min(one_more, sum(count > least for count in held))
    assert sum(holders.get(p) == holder for p, holder in shares.items()) == keepable


def test_a_lease_that_nobody_missed_is_good(setting: EmbeddedSetting) -> None:
    """A lone worker that was paused goes on: nobody has taken anything over."""
    log = setting.open()
    log.create([Topic("calls", PARTITIONS)])
    worker = log.consumer("workers", "calls")
    settle(worker)

    setting.outlast_lease()
    worker.commit({0: 1}, [])

    assert worker.committed(0) == 1


def test_a_partition_lent_to_a_visitor_is_fenced_for_its_old_holder(
    setting: EmbeddedSetting,
) -> None:
    """A worker that joins and leaves between two polls of another has moved positions on: what
    the other, a member throughout, knew before is not written where it passed through."""
    log = setting.open()
    log.create([Topic("calls", PARTITIONS)])
    stayer = log.consumer("workers", "calls")
    settle(stayer)
    visitor = log.consumer("workers", "calls")
    visitor.poll(1, 0)
    lent = visitor.assignment()
    visitor.commit(dict.fromkeys(lent, 5), [])
    visitor.close()

    for partition in range(PARTITIONS):
        if partition in lent:
            with pytest.raises(Fenced):
                stayer.commit({partition: 3}, [])
        else:
            stayer.commit({partition: 3}, [])

    assert len(lent) == 2
    assert [stayer.committed(p) for p in range(PARTITIONS)] == [
        5 if p in lent else 3 for p in range(PARTITIONS)
    ]
    stayer.poll(1, 0)
    assert stayer.assignment() == frozenset(range(PARTITIONS)) - lent
    settle(stayer)


def test_a_polling_member_outlives_its_lease_again_and_again(setting: EmbeddedSetting) -> None:
    """Polling is what keeps a membership alive, and nothing else is needed."""
    log = setting.open()
    log.create([Topic("calls", PARTITIONS)])
    north, south = log.consumer("workers", "calls"), log.consumer("workers", "calls")
    settle(north, south)
    before = north.assignment(), south.assignment()

    for _ in range(10):
        setting.now_us += LEASE_US // 2
        north.poll(1, 0)
        south.poll(1, 0)

    assert (north.assignment(), south.assignment()) == before


def test_a_clock_set_back_does_not_keep_the_dead(setting: EmbeddedSetting) -> None:
    """A dead worker whose heartbeat now lies in the future is replaced all the same."""
    log = setting.open()
    log.create([Topic("calls", PARTITIONS)])
    north, south = log.consumer("workers", "calls"), log.consumer("workers", "calls")
    settle(north, south)

    setting.now_us -= DAY_US

    settle(south)
    assert south.assignment() == frozenset(range(PARTITIONS))


def test_a_waiting_member_takes_over_without_being_asked_again(setting: EmbeddedSetting) -> None:
    """Whoever waits in one long poll hears that another has left, within that poll."""
    log = setting.open()
    log.create([Topic("calls", PARTITIONS)])
    north, south = log.consumer("workers", "calls"), log.consumer("workers", "calls")
    settle(north, south)

    north.close()
    south.poll(1, 20.0)

    assert south.assignment() == frozenset(range(PARTITIONS))


# --- what can be wrong --------------------------------------------------------------------------


def one_line(error: pytest.ExceptionInfo[LogError]) -> str:
    """The message, which must be one line."""
    message = str(error.value)
    assert "\n" not in message
    return message


def test_a_file_in_the_directorys_place(tmp_path: Path) -> None:
    """The message says that the path is a file."""
    path = tmp_path / "log"
    path.write_text("notes")

    with pytest.raises(LogError) as error:
        EmbeddedLog(path, now=lambda: BASE_US)

    assert one_line(error) == f"embedded:{path}: is a file; give a directory for the log"


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """The message names the directory, the system's reason and what to do."""
    (tmp_path / "file").write_text("notes")
    path = tmp_path / "file" / "log"

    with pytest.raises(LogError) as error:
        EmbeddedLog(path, now=lambda: BASE_US)

    assert one_line(error) == (
        f"embedded:{path}: the directory cannot be made ({os.strerror(errno.ENOTDIR)}); "
        "give one that can be written"
    )


def test_a_file_that_is_no_log(tmp_path: Path) -> None:
    """A damaged file is said to be damaged, and is left as it is."""
    path = tmp_path / FILE_NAME
    path.write_bytes(b"not a database" * 1_000)

    with pytest.raises(LogError) as error:
        EmbeddedLog(tmp_path, now=lambda: BASE_US)

    assert one_line(error) == (
        f"embedded:{tmp_path}: {FILE_NAME} is damaged or not a log; "
        "move it away or give another directory"
    )
    assert path.read_bytes() == b"not a database" * 1_000


def test_another_programs_database(tmp_path: Path) -> None:
    """A database of something else is not written to."""
    path = tmp_path / FILE_NAME
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(LogError, match="belongs to another program"):
        EmbeddedLog(tmp_path, now=lambda: BASE_US)

    assert path.read_bytes() == before


def test_a_log_of_a_later_version(setting: EmbeddedSetting) -> None:
    """An older floorwatch does not guess at a newer one's file."""
    setting.open().close()
    with sqlite3.connect(setting.directory / FILE_NAME) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()

    with pytest.raises(LogError, match="another version of floorwatch"):
        setting.open()


def test_a_log_that_stays_locked(setting: EmbeddedSetting) -> None:
    """Another process that never lets go is waited for only so long; nothing was written."""
    log = EmbeddedLog(setting.directory, now=lambda: BASE_US, busy_s=0.05)
    log.create([Topic("calls", 1)])
    holder = sqlite3.connect(setting.directory / FILE_NAME, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(LogError, match=r"kept locked by another process for 0\.05 s") as error:
        log.append("calls", contacts(1))
    holder.close()

    assert one_line(error)
    assert everything(log, "calls") == []
    log.append("calls", contacts(1))
    assert pairs(everything(log, "calls")) == contacts(1)
    log.close()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (sqlite3.SQLITE_FULL, "the disk is full and nothing was written"),
        (sqlite3.SQLITE_CORRUPT, "is damaged or not a log"),
        (sqlite3.SQLITE_BUSY | 2 << 8, "kept locked by another process"),
        (sqlite3.SQLITE_READONLY, "cannot be opened for writing"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be opened for writing"),
        (sqlite3.SQLITE_TOOBIG, "a record is too large"),
        (sqlite3.SQLITE_IOERR, "the disk or the file failed"),
    ],
)
def test_what_sqlite_says_in_plain_words(code: int, says: str) -> None:
    """Each failure says what it is and, after a semicolon, what to do."""
    error = sqlite3.OperationalError("as SQLite puts it")
    error.sqlite_errorcode = code

    reason = reason_of(error)

    assert says in reason
    assert "; " in reason


def _in_a_child(do: Callable[[], str]) -> str:
    """What `do` answers in a forked child, which then ends without any clean-up."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        answer = "another error"
        try:
            answer = do()
        except LogError as error:
            answer = f"{type(error).__name__}: {error}"
        finally:
            os.write(send, answer.encode())
            os._exit(0)
    os.close(send)
    with os.fdopen(receive, "rb") as pipe:
        answered = pipe.read().decode()
    os.waitpid(child, 0)
    return answered


def test_a_disk_that_takes_no_more(setting: EmbeddedSetting) -> None:
    """An append that finds no room is one error; what was there before it still is."""
    setting.open().create([Topic("calls", 1)])
    setting.close()

    def fill() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
        log = setting.open()
        log.append("calls", contacts(10))
        try:
            log.append("calls", [("c", bytes(1_000_000))])
        except LogError as error:
            return f"{len(everything(log, 'calls'))} kept; {error}"
        return "no error"

    answered = _in_a_child(fill)

    assert answered.startswith(f"10 kept; embedded:{setting.directory}: the disk ")
    assert pairs(everything(setting.open(), "calls")) == contacts(10)


def test_a_log_is_not_used_across_a_fork(setting: EmbeddedSetting) -> None:
    """A child that uses its parent's connection is told to open its own."""
    log = setting.open()
    log.create([Topic("calls", 1)])

    def use() -> str:
        log.append("calls", contacts(1))
        return "appended"

    assert "was opened before this process was forked; open it again" in _in_a_child(use)
    log.append("calls", contacts(1))


def test_a_closed_log_says_so(setting: EmbeddedSetting) -> None:
    """Using a closed log is an error in words, and closing twice is none."""
    log = setting.open()
    log.create([Topic("calls", 1)])
    worker, tail = log.consumer("workers", "calls"), log.tail("calls", from_start=True)
    for closed in (worker, tail, log):
        closed.close()
        closed.close()

    for use in (
        lambda: log.append("calls", contacts(1)),
        lambda: worker.poll(1, 0),
        lambda: tail.poll(1, 0),
    ):
        with pytest.raises(LogError, match="was closed; open it again"):
            use()


def test_a_key_that_is_no_text(setting: EmbeddedSetting) -> None:
    """Half a surrogate pair cannot be stored anywhere; the error says so."""
    log = setting.open()
    log.create([Topic("calls", 1)])

    with pytest.raises(LogError, match="half a surrogate pair"):
        log.append("calls", [("\ud800", b"1")])
