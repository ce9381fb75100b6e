"""What every log must do, whichever make it is: one suite, run against each.

It knows the port alone. A make's own test file gives the `setting` to run it in and adds what only
that make promises.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol
from uuid import uuid4

import pytest

from stream.logs.port import Consumer, Fenced, Log, LogError, Produced, Record, Tail, Topic
from tests.stream.logs.processes import append_numbers, start

PARTITIONS = 4
PATIENCE_S = 20.0
# Shorter than any lease: a member hears that another has left, and does not wait for it to lapse.
HAND_OVER_S = 2.5


class Setting(Protocol):
    """Where the log under test lives."""

    url: str

    def open(self) -> Log:
        """The log, as another part of the product would open it; closed by the setting."""
        ...

    def tick(self) -> None:
        """Let the log's clock go on, so that what comes next was appended later."""
        ...

    def outlast_lease(self) -> None:
        """Let so much time go by that a member that did not poll has lost its lease."""
        ...


def drain(reader: Consumer | Tail, count: int) -> list[Record]:
    """The next `count` records, with patience."""
    found: list[Record] = []
    give_up = time.monotonic() + PATIENCE_S
    while len(found) < count and time.monotonic() < give_up:
        found += reader.poll(count - len(found), 0.1)
    assert len(found) == count
    return found


def settle(*members: Consumer) -> None:
    """Poll until the members share all partitions; the topic must hold nothing new."""
    held: list[int] = []
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        assert not any(member.poll(1, 0) for member in members)
        held = sorted(partition for member in members for partition in member.assignment())
        if held == list(range(PARTITIONS)) and all(member.assignment() for member in members):
            return
    pytest.fail(f"the members hold {held}")


def after(records: Iterable[Record]) -> dict[int, int]:
    """The positions after these records."""
    return {record.partition: record.offset + 1 for record in records}


def pairs(records: Iterable[Record]) -> list[tuple[str, bytes | None]]:
    """Keys and values alone."""
    return [(record.key, record.value) for record in records]


def newest(records: Iterable[Record]) -> dict[str, bytes]:
    """What a reader of a compacted topic knows after these records."""
    known: dict[str, bytes | None] = {}
    for record in records:
        known[record.key] = record.value
    return {key: value for key, value in known.items() if value is not None}


def everything(log: Log, topic: str) -> list[Record]:
    """All records of all partitions."""
    return [record for p in range(log.partitions(topic)) for record in log.read(topic, p)]


def contacts(count: int, first: int = 0) -> list[tuple[str, bytes | None]]:
    """A record for each of so many contacts."""
    return [(f"c-{number}", str(number).encode()) for number in range(first, first + count)]


class LogSuite:
    """Run it by deriving a class whose file has the fixture `setting`."""

    @pytest.fixture
    def log(self, setting: Setting) -> Log:
        """The log under test."""
        return setting.open()

    # Names of their own for each test, since a served log keeps what earlier tests wrote.

    @pytest.fixture
    def calls(self, log: Log) -> str:
        """An ordinary topic."""
        name = f"calls-{uuid4().hex}"
        log.create([Topic(name, PARTITIONS)])
        return name

    @pytest.fixture
    def frames(self, log: Log) -> str:
        """A compacted topic."""
        name = f"frames-{uuid4().hex}"
        log.create([Topic(name, PARTITIONS, compacted=True)])
        return name

    @pytest.fixture
    def workers(self) -> str:
        """A group."""
        return f"workers-{uuid4().hex}"

    # --- topics ---------------------------------------------------------------------------------

    def test_a_topic_may_be_created_again(self, log: Log, setting: Setting, calls: str) -> None:
        """Every service creates the topics when it starts, whoever was first."""
        log.append(calls, contacts(1))
        again = setting.open()

        again.create([Topic(calls, PARTITIONS)])

        assert again.partitions(calls) == PARTITIONS
        assert again.partitions(calls, anew=True) == PARTITIONS
        assert pairs(everything(again, calls)) == contacts(1)

    @pytest.mark.parametrize("changed", [{"partitions": 5}, {"compacted": True}])
    def test_a_topic_stays_as_it_was_created(
        self, log: Log, calls: str, changed: dict[str, Any]
    ) -> None:
        """Another number of partitions would part a contact from its past; the error says so."""
        asked = Topic(calls, changed.get("partitions", PARTITIONS), changed.get("compacted", False))

        with pytest.raises(LogError, match=calls) as error:
            log.create([asked])

        assert "\n" not in str(error.value)

    def test_an_unknown_topic_is_named(self, log: Log, calls: str, workers: str) -> None:
        """A misspelt topic is an error that names it, however it is used."""
        worker = log.consumer(workers, calls)
        uses: list[Callable[[], object]] = [
            lambda: log.partitions("nowhere"),
            lambda: log.partitions("nowhere", anew=True),
            lambda: log.append("nowhere", contacts(1)),
            lambda: log.consumer(workers, "nowhere"),
            lambda: log.tail("nowhere", from_start=True),
            lambda: list(log.read("nowhere", 0)),
            lambda: worker.commit({}, [Produced("nowhere", 0, "k", b"v")]),
        ]

        for use in uses:
            with pytest.raises(LogError, match="nowhere"):
                use()

    def test_a_partition_that_is_not_there_is_an_error(
        self, log: Log, calls: str, workers: str
    ) -> None:
        """Partitions are counted from 0, and asking past the last is said to be wrong."""
        worker = log.consumer(workers, calls)
        settle(worker)

        uses: list[Callable[[], object]] = [
            lambda: list(log.read(calls, PARTITIONS)),
            lambda: worker.end(PARTITIONS),
            lambda: worker.committed(PARTITIONS),
            lambda: worker.seek(PARTITIONS, 0),
            lambda: worker.commit({}, [Produced(calls, PARTITIONS, "k", b"v")]),
        ]
        for use in uses:
            with pytest.raises(LogError):
                use()

    # --- append and read ------------------------------------------------------------------------

    def test_a_contacts_records_keep_their_order_and_partition(self, log: Log, calls: str) -> None:
        """What happened to one contact is read as it happened, from one partition."""
        written = [(f"c-{i % 7}", str(i).encode()) for i in range(210)]
        for start_at in range(0, 210, 30):
            log.append(calls, written[start_at : start_at + 30])

        read = everything(log, calls)

        for contact in {key for key, _ in written}:
            own = [record for record in read if record.key == contact]
            assert len({record.partition for record in own}) == 1
            assert pairs(own) == [pair for pair in written if pair[0] == contact]

    def test_a_key_keeps_its_partition_over_a_restart(
        self, log: Log, setting: Setting, calls: str
    ) -> None:
        """Tomorrow's process puts a contact where today's did."""
        log.append(calls, contacts(50))
        log.close()
        again = setting.open()
        again.append(calls, contacts(50))

        homes: dict[str, set[int]] = {}
        for record in everything(again, calls):
            homes.setdefault(record.key, set()).add(record.partition)

        assert [len(home) for home in homes.values()] == [1] * 50

    def test_offsets_count_up_in_each_partition(self, log: Log, calls: str) -> None:
        """Each partition counts its records from 0, and none is given twice."""
        log.append(calls, contacts(60))
        log.append(calls, contacts(60, first=60))

        for partition in range(PARTITIONS):
            offsets = [record.offset for record in log.read(calls, partition)]
            assert offsets == list(range(len(offsets)))
            assert {record.partition for record in log.read(calls, partition)} == {partition}

    def test_thousands_in_one_append(self, log: Log, calls: str) -> None:
        """A replay appends thousands of events a call, and every one is there."""
        log.append(calls, contacts(5_000))

        assert sorted(pairs(everything(log, calls))) == sorted(contacts(5_000))

    def test_nothing_to_append_is_fine(self, log: Log, calls: str) -> None:
        """A quiet floor appends nothing, and that is no error."""
        log.append(calls, [])

        assert everything(log, calls) == []

    def test_values_and_keys_of_every_kind(self, log: Log, calls: str) -> None:
        """Empty, a megabyte, every byte there is; keys in any script come back as they were."""
        written: list[tuple[str, bytes | None]] = [
            ("empty", b""),
            ("large", bytes(range(256)) * 4_096),
            ("none", None),
            ("Çağrilar 客服 ☎️", "naïve".encode()),
            ("e\u0301", b"decomposed"),
            ("\u00e9", b"composed"),
            ("a\0b", b"\0"),
        ]
        log.append(calls, written)

        assert sorted(pairs(everything(log, calls)), key=str) == sorted(written, key=str)

    def test_reading_stops_at_what_is_there(self, log: Log, calls: str) -> None:
        """`read` ends, even while somebody keeps appending."""
        log.append(calls, [("c-1", b"1"), ("c-1", b"2")])
        partition = next(r.partition for r in everything(log, calls))

        read = []
        for record in log.read(calls, partition):
            read.append(record.value)
            log.append(calls, [("c-1", b"more")])

        assert read == [b"1", b"2"]

    def test_reading_begins_at_an_instant(self, log: Log, setting: Setting, calls: str) -> None:
        """At the first record that was appended then or later, wherever that is."""
        for number in range(40):
            log.append(calls, [("c-1", str(number).encode())])
            setting.tick()
        whole = [record for record in everything(log, calls) if record.key == "c-1"]
        partition = whole[0].partition

        for first in (0, 1, 17, 39):
            read = log.read(calls, partition, since=whole[first].appended_at)
            assert pairs(read) == pairs(whole[first:])
        assert pairs(log.read(calls, partition, since=0)) == pairs(whole)
        assert pairs(log.read(calls, partition, since=whole[-1].appended_at + 60_000_000)) == []
        empty = (partition + 1) % PARTITIONS
        assert pairs(log.read(calls, empty, since=whole[0].appended_at)) == []

    # --- compacted topics -----------------------------------------------------------------------

    def test_a_compacted_topic_keeps_each_keys_newest(self, log: Log, frames: str) -> None:
        """A dashboard that starts reads what stands, also where a batch writes a key twice."""
        log.append(frames, [("pane-1", b"1"), ("pane-2", b"1"), ("pane-1", b"2")])
        log.append(frames, [("pane-2", b"3"), ("pane-3", b"1")])

        expected = {"pane-1": b"2", "pane-2": b"3", "pane-3": b"1"}
        assert newest(everything(log, frames)) == expected
        assert newest(self._all_of(log.tail(frames, from_start=True))) == expected

    def test_a_tombstone_removes_its_key(self, log: Log, frames: str) -> None:
        """A pane that slid out of every window is gone for who starts now."""
        log.append(frames, [("pane-1", b"1"), ("pane-2", b"1")])
        log.append(frames, [("pane-1", None)])

        assert newest(everything(log, frames)) == {"pane-2": b"1"}
        assert newest(self._all_of(log.tail(frames, from_start=True))) == {"pane-2": b"1"}

    def test_who_follows_sees_the_tombstone(self, log: Log, frames: str) -> None:
        """A dashboard that runs learns that the pane is gone, and that it came back."""
        log.append(frames, [("pane-1", b"1")])
        tail = log.tail(frames, from_start=True)
        drain(tail, 1)

        log.append(frames, [("pane-1", None)])

        assert pairs(drain(tail, 1)) == [("pane-1", None)]
        log.append(frames, [("pane-1", b"2")])
        assert pairs(drain(tail, 1)) == [("pane-1", b"2")]

    def test_no_key_is_missing_from_a_tail_that_has_caught_up(self, log: Log) -> None:
        """Frames go on being rewritten while a dashboard reads up: it is right when it says so."""
        frames = f"frames-{uuid4().hex}"
        log.create([Topic(frames, 1, compacted=True)])
        panes = [f"pane-{i}" for i in range(40)]
        log.append(frames, [(pane, b"old") for pane in panes])
        tail = log.tail(frames, from_start=True)
        seen: list[Record] = []
        rewritten = list(panes)

        give_up = time.monotonic() + PATIENCE_S
        while not tail.caught_up() and time.monotonic() < give_up:
            if rewritten:
                log.append(frames, [(rewritten.pop(), b"new")])
            seen += tail.poll(5, 0.1)

        assert tail.caught_up()
        assert newest(seen).keys() == set(panes)

    def _all_of(self, tail: Tail) -> Sequence[Record]:
        found: list[Record] = []
        give_up = time.monotonic() + PATIENCE_S
        while not tail.caught_up() and time.monotonic() < give_up:
            found += tail.poll(1_000, 0.1)
        assert tail.caught_up()
        return found

    # --- tails ----------------------------------------------------------------------------------

    def test_a_tail_from_the_start(self, log: Log, calls: str) -> None:
        """It reads what is there, says when it has, and goes on with what comes."""
        log.append(calls, contacts(25))
        tail = log.tail(calls, from_start=True)
        log.append(calls, contacts(5, first=25))

        assert not tail.caught_up()
        assert sorted(pairs(drain(tail, 30))) == sorted(contacts(30))
        assert tail.caught_up()
        log.append(calls, contacts(1, first=30))
        assert pairs(drain(tail, 1)) == contacts(1, first=30)
        assert tail.caught_up()

    def test_a_tail_from_the_end(self, log: Log, calls: str) -> None:
        """It reads only what comes after it was opened, and has nothing to catch up with."""
        log.append(calls, contacts(25))
        tail = log.tail(calls, from_start=False)

        assert tail.caught_up()
        log.append(calls, contacts(5, first=25))
        assert sorted(pairs(drain(tail, 5))) == sorted(contacts(5, first=25))
        assert not tail.poll(10, 0)

    def test_a_poll_never_gives_more_than_asked(self, log: Log, calls: str) -> None:
        """`records_max` is a limit, and what was left comes next, in order."""
        log.append(calls, [("c-1", str(i).encode()) for i in range(10)] + contacts(20, first=2))
        tail = log.tail(calls, from_start=True)

        found: list[Record] = []
        while len(found) < 30:
            some = tail.poll(7, 1.0)
            assert 0 < len(some) <= 7
            found += some

        own = [record.value for record in found if record.key == "c-1"]
        assert own == [str(i).encode() for i in range(10)]

    def test_a_waiting_poll_wakes(self, log: Log, calls: str) -> None:
        """What another part of the product appends reaches a waiting reader well within a second."""
        tail = log.tail(calls, from_start=False)
        later = threading.Timer(0.1, lambda: log.append(calls, contacts(1)))
        began = time.monotonic()
        later.start()

        found = tail.poll(10, PATIENCE_S)

        later.join()
        assert pairs(found) == contacts(1)
        assert time.monotonic() - began < 1.0

    # --- consumer groups ------------------------------------------------------------------------

    def test_a_group_takes_up_where_it_committed(
        self, log: Log, setting: Setting, calls: str, workers: str
    ) -> None:
        """After a restart, not one record is left out or read again."""
        worker = log.consumer(workers, calls)
        settle(worker)
        log.append(calls, contacts(20))
        first = drain(worker, 12)
        worker.commit(after(first), [])
        drain(worker, 8)  # read, but lost with the process, which did not commit
        worker.close()
        log.close()

        worker = setting.open().consumer(workers, calls)
        second = drain(worker, 8)

        assert sorted(pairs(first + second)) == sorted(contacts(20))
        for partition, position in after(first).items():
            assert worker.committed(partition) == position

    def test_nothing_was_committed_at_first(self, log: Log, calls: str, workers: str) -> None:
        """A new group's positions are 0, and it begins with what was there before it."""
        log.append(calls, contacts(10))
        worker = log.consumer(workers, calls)

        assert sorted(pairs(drain(worker, 10))) == sorted(contacts(10))
        assert [worker.committed(p) for p in range(PARTITIONS)] == [0] * PARTITIONS

    def test_a_new_assignment_comes_without_records(
        self, log: Log, calls: str, workers: str
    ) -> None:
        """A worker takes up a partition's checkpoint, and seeks, before it is given records."""
        log.append(calls, contacts(40))
        worker = log.consumer(workers, calls)

        give_up = time.monotonic() + PATIENCE_S
        while not worker.assignment() and time.monotonic() < give_up:
            assert not worker.poll(10, 1.0)

        for partition in range(PARTITIONS):
            worker.seek(partition, worker.end(partition))
        assert not worker.poll(10, 0)

    def test_the_end_is_where_the_next_record_goes(
        self, log: Log, calls: str, workers: str
    ) -> None:
        """How far a worker is behind is the end less its position."""
        worker = log.consumer(workers, calls)
        log.append(calls, contacts(30))

        read = everything(log, calls)

        for partition in range(PARTITIONS):
            assert worker.end(partition) == sum(r.partition == partition for r in read)

    def test_seeking_reads_again(self, log: Log, calls: str, workers: str) -> None:
        """A worker goes back to its checkpoint and reads the log after it once more."""
        worker = log.consumer(workers, calls)
        settle(worker)
        log.append(calls, [("c-1", str(i).encode()) for i in range(10)])
        partition = drain(worker, 10)[0].partition

        worker.seek(partition, 4)

        assert [record.offset for record in drain(worker, 6)] == [4, 5, 6, 7, 8, 9]

    def test_the_position_is_what_is_read_next(self, log: Log, calls: str, workers: str) -> None:
        """It counts what was given, not what was fetched ahead, and follows a seek."""
        worker = log.consumer(workers, calls)
        settle(worker)
        log.append(calls, [("c-1", str(i).encode()) for i in range(10)])
        partition = drain(worker, 3)[0].partition

        assert worker.position(partition) == 3
        drain(worker, 7)
        assert worker.position(partition) == worker.end(partition) == 10
        worker.seek(partition, 4)
        assert worker.position(partition) == 4
        assert worker.position((partition + 1) % PARTITIONS) == 0

    def test_the_position_of_a_partition_not_held_is_refused(
        self, log: Log, calls: str, workers: str
    ) -> None:
        """Somebody else reads there."""
        with pytest.raises(LogError, match="position in partition 0, not held"):
            log.consumer(workers, calls).position(0)

    def test_a_commit_writes_and_moves_together(
        self, log: Log, calls: str, frames: str, workers: str
    ) -> None:
        """The records go where they were told to, and the positions move with them."""
        worker = log.consumer(workers, calls)
        settle(worker)

        worker.commit({2: 17}, [Produced(frames, 3, "pane-1", b"1"), Produced(calls, 0, "c", b"2")])

        assert worker.committed(2) == 17
        assert [(r.partition, r.key, r.value) for r in everything(log, frames)] == [
            (3, "pane-1", b"1")
        ]
        assert [(r.partition, r.key, r.value) for r in everything(log, calls)] == [(0, "c", b"2")]

    def test_a_commit_that_fails_leaves_no_trace(
        self, log: Log, calls: str, frames: str, workers: str
    ) -> None:
        """All or nothing: a record that cannot be written keeps the others and the positions."""
        worker = log.consumer(workers, calls)
        settle(worker)

        with pytest.raises(LogError):
            worker.commit(
                {0: 5}, [Produced(frames, 0, "pane-1", b"1"), Produced(frames, 99, "pane-2", b"1")]
            )

        assert worker.committed(0) == 0
        assert everything(log, frames) == []

    def test_members_share_the_partitions_evenly(
        self, log: Log, setting: Setting, calls: str, workers: str
    ) -> None:
        """Two workers hold two partitions each, and every record is read by one of them."""
        north, south = log.consumer(workers, calls), setting.open().consumer(workers, calls)
        settle(north, south)
        log.append(calls, contacts(40))

        assert [len(north.assignment()), len(south.assignment())] == [2, 2]
        found: list[Record] = []
        give_up = time.monotonic() + PATIENCE_S
        while len(found) < 40 and time.monotonic() < give_up:
            for member in (north, south):
                some = member.poll(10, 0.1)
                assert {record.partition for record in some} <= member.assignment()
                found += some
        assert sorted(pairs(found)) == sorted(contacts(40))

    def test_more_members_than_partitions(self, log: Log, calls: str, workers: str) -> None:
        """The fifth worker of four partitions waits in reserve, and polling it is no error."""
        members = [log.consumer(workers, calls) for _ in range(PARTITIONS + 1)]
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up:
            for member in members:
                member.poll(1, 0)
            if sorted(len(m.assignment()) for m in members) == [0, 1, 1, 1, 1]:
                return

        pytest.fail(f"{[m.assignment() for m in members]}")

    def test_who_leaves_is_replaced_at_once(
        self, log: Log, calls: str, frames: str, workers: str
    ) -> None:
        """A worker that is shut down hands over without waiting for any lease."""
        north, south = log.consumer(workers, calls), log.consumer(workers, calls)
        settle(north, south)
        log.append(calls, contacts(40))
        taken = drain(north, sum(north.end(p) for p in north.assignment()))
        north.commit(after(taken), [])

        north.close()

        began = time.monotonic()
        left = drain(south, 40 - len(taken))
        settle(south)
        assert time.monotonic() - began < HAND_OVER_S
        assert sorted(pairs(taken + left)) == sorted(contacts(40))

    def test_who_dies_is_replaced_after_its_lease(
        self, log: Log, setting: Setting, calls: str, workers: str
    ) -> None:
        """A worker that says nothing any more loses its partitions to the others."""
        north, south = log.consumer(workers, calls), log.consumer(workers, calls)
        settle(north, south)

        setting.outlast_lease()

        settle(south)
        log.append(calls, contacts(40))
        assert sorted(pairs(drain(south, 40))) == sorted(contacts(40))
        with pytest.raises(Fenced):
            north.commit(dict.fromkeys(north.assignment(), 1), [])

    def test_a_member_that_was_paused_is_fenced(
        self, log: Log, setting: Setting, calls: str, frames: str, workers: str
    ) -> None:
        """A laptop wakes up: what it computed before others took over is not written."""
        sleeper = log.consumer(workers, calls)
        settle(sleeper)
        log.append(calls, contacts(20))
        stale = drain(sleeper, 20)
        setting.outlast_lease()
        other = log.consumer(workers, calls)
        fresh: list[Record] = []
        give_up = time.monotonic() + PATIENCE_S
        while len(fresh) < 20 and time.monotonic() < give_up:
            fresh += other.poll(20, 0.1)
        other.commit(after(fresh), [Produced(frames, 0, "by", b"other")])

        with pytest.raises(Fenced):
            sleeper.commit(
                {p: offset - 1 for p, offset in after(stale).items()},
                [Produced(frames, 0, "by", b"sleeper")],
            )

        assert newest(everything(log, frames)) == {"by": b"other"}
        assert {p: other.committed(p) for p in after(fresh)} == after(fresh)

    def test_a_partition_that_came_back_is_still_fenced(
        self, log: Log, setting: Setting, calls: str, workers: str
    ) -> None:
        """Lost to another and given back between two polls: the old picture must not count, and
        the assignment shows the partitions gone once before they are there again."""
        sleeper = log.consumer(workers, calls)
        settle(sleeper)
        log.append(calls, [("c-1", str(i).encode()) for i in range(10)])
        partition = drain(sleeper, 10)[0].partition
        setting.outlast_lease()
        other = log.consumer(workers, calls)
        give_up = time.monotonic() + PATIENCE_S
        while partition not in other.assignment() and time.monotonic() < give_up:
            other.poll(10, 0.1)
        other.commit({partition: 6}, [])
        other.close()

        with pytest.raises(Fenced):
            sleeper.commit({partition: 10}, [])

        assert not sleeper.poll(10, 0.1)
        assert partition not in sleeper.assignment()
        assert [record.offset for record in drain(sleeper, 4)] == [6, 7, 8, 9]
        sleeper.commit({partition: 10}, [])
        assert sleeper.committed(partition) == 10

    def test_a_member_that_wakes_is_not_taken_for_its_successor(
        self, log: Log, setting: Setting, calls: str, workers: str
    ) -> None:
        """Somebody joined after the sleeper was given up: they are two, with partitions apart."""
        north, sleeper = log.consumer(workers, calls), log.consumer(workers, calls)
        settle(north, sleeper)
        setting.outlast_lease()
        settle(north)
        successor = log.consumer(workers, calls)
        settle(north, successor)

        settle(north, sleeper, successor)

    def test_a_newcomer_does_not_fence_what_stays(self, log: Log, calls: str, workers: str) -> None:
        """Scaling out takes two partitions from the first worker; only those are fenced."""
        first = log.consumer(workers, calls)
        settle(first)
        second = log.consumer(workers, calls)
        settle(first, second)

        for partition in range(PARTITIONS):
            # A late rebalance waits in a commit for both, and who does not poll meanwhile is
            # rightly given up: here, where one thread polls for both, they settle once more.
            settle(first, second)
            holder = first if partition in first.assignment() else second
            stranger = second if holder is first else first
            with pytest.raises(Fenced):
                stranger.commit({partition: 1}, [])
            holder.commit({partition: 2}, [])
            assert first.committed(partition) == 2

    def test_groups_do_not_disturb_each_other(self, log: Log, calls: str, workers: str) -> None:
        """Workers and history read the same calls, each at its own pace."""
        log.append(calls, contacts(20))
        live, history = log.consumer(workers, calls), log.consumer(f"{workers}-2", calls)

        fast = drain(live, 20)
        live.commit(after(fast), [])

        assert [history.committed(p) for p in range(PARTITIONS)] == [0] * PARTITIONS
        assert sorted(pairs(drain(history, 20))) == sorted(contacts(20))
        assert live.assignment() == history.assignment() == frozenset(range(PARTITIONS))

    # --- processes ------------------------------------------------------------------------------

    def test_two_processes_append_at_once(self, log: Log, setting: Setting, calls: str) -> None:
        """Two adapters write to one log at the same time, and nothing is lost or out of order."""
        names = ["north", "south"]
        adapters = [start(append_numbers, setting.url, calls, name, 25, 20) for name in names]
        for adapter in adapters:
            adapter.join(PATIENCE_S)

        assert [adapter.exitcode for adapter in adapters] == [0, 0]
        read = everything(log, calls)
        for name in names:
            own = [record.value for record in read if record.key == name]
            assert own == [str(number).encode() for number in range(500)]
        offsets = {(record.partition, record.offset) for record in read}
        assert len(offsets) == 1_000
