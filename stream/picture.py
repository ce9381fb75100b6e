"""Follows the workers' frames in the log and makes the picture that every screen draws."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from stream.clocks import ClockFollower
from stream.contract import frames as fr
from stream.contract.clock import SKEW_US
from stream.contract.figures import (
    LIVE_WINDOWS,
    STALE_US,
    Freshness,
    HourOfQueue,
    PartitionState,
    Picture,
    QueueLabel,
    WorkerState,
)
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US, format_millis
from stream.figures import QUEUES_TOLD_MAX, floor_figures
from stream.hours import hour_of_queue
from stream.logs.port import Log, Record, Tail
from stream.logs.topics import FLOOR_FRAMES
from stream.merge import Merge
from stream.picture_parts import hours_of, label_of

# A pane of a busy floor is some 60 kB: more at once would be more memory than all that is kept.
RECORDS_AT_ONCE: Final = 500
# So many bytes of frames may wait for the next picture; a log that is read from its beginning has
# many times that.
TOLD_BYTES_MAX: Final = 4 << 20


def steady_clock() -> int:
    """Microseconds on a clock that nobody sets."""
    return time.monotonic_ns() // 1_000


class _Heard(Struct, frozen=True):
    """When this process took in a partition's head, by the steady clock. `doubtful` is one that
    lay in the log before and says that it was told in the future: how old it is, nobody knows."""

    offset: int
    at: int
    doubtful: bool


class LogPictureReader:
    """The merged floor, kept up with a log; `now` is the wall clock in microseconds.

    Worker and dashboard may disagree on the time, and either's clock may be set. So what was told
    is as old as the wall clock says, or as long known here by the `steady` clock, in microseconds
    since whenever: whichever is longer.
    """

    def __init__(
        self,
        log: Log,
        plan: FloorPlan,
        *,
        now: Callable[[], int],
        title: str,
        steady: Callable[[], int] = steady_clock,
    ) -> None:
        self._plan = plan
        self._now = now
        self._steady = steady
        self._title = title
        self._log = log
        self._clock = ClockFollower(log, now)
        self._partitions = log.partitions(FLOOR_FRAMES)
        # Frames of a commit wait for its head, so that no picture shows half of one; then, the
        # newest of each key, for the next picture, since most are told again before it.
        self._waiting: dict[int, dict[str, bytes | None]] = {}
        self._waiting_bytes = 0
        self._told: dict[str, bytes | None] = {}
        self._told_bytes = 0
        self._heard: dict[int, _Heard] = {}
        self._labels: dict[str, QueueLabel] = {}
        self._tail: Tail | None = None
        self._begin()

    def follow(self, timeout_s: float) -> bool:
        """Take in the frames that the log has, waiting at most `timeout_s` for the first.

        Where that fails, all frames are read anew by the next call: what was missed must not be
        missing from a picture that looks whole.
        """
        if self._clock.look() or self._clock_set_back():
            # Another time: what was merged for the old one is read again.
            self._end()
        if self._tail is None:
            self._begin()
        assert self._tail is not None
        try:
            old = not self._tail.caught_up()
            records = self._tail.poll(RECORDS_AT_ONCE, timeout_s)
            came = bool(records)
            while records:
                for record in records:
                    self._take(record, old=old)
                if self._told_bytes > TOLD_BYTES_MAX:
                    self._merge_told()
                old = not self._tail.caught_up()
                records = self._tail.poll(RECORDS_AT_ONCE, 0)
        except Exception:
            self._end()
            raise
        return came

    @property
    def caught_up(self) -> bool:
        """Whether all that the log held when it was opened is in the picture."""
        return self._tail is not None and self._tail.caught_up()

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor as it stands now, or as it was last known."""
        merge, ages = self._advanced()
        figures = floor_figures(merge, window, agents=agents, queues_max=QUEUES_TOLD_MAX)
        self._labels = labels = {queue: self._label(queue) for queue in figures.queues}
        hour, hours = hours_of(merge, figures.queues)
        return Picture(
            figures=figures,
            freshness=self._freshness(ages),
            speed=self._clock.clock.speed_at(self._now()),
            title=self._title,
            labels=labels,
            floor_service_level=self._plan.service_level,
            hour=hour,
            hours=hours,
            events_by_type=_added(head.events_by_type for head in merge.heads.values()),
            rejected_by_field=_added(head.rejected_by_field for head in merge.heads.values()),
            partitions=[self._partition(number, ages) for number in range(self._partitions)],
            workers=_workers(merge.heads, ages),
            queues_left_out=max(0, merge.rows.queue_count - len(figures.queues)),
            limits=_added([merge.limits(), *(head.limits for head in merge.heads.values())]),
            agent_queues={one.agent: one.queues for one in merge.agents.known.values()}
            if agents
            else {},
            time_zone=self._plan.time_zone,
        )

    def hour(self, queue: str) -> HourOfQueue | None:
        """The queue's last hour by the minute; None where no such queue is known."""
        merge, _ = self._advanced()
        return hour_of_queue(merge, queue)

    def look(self) -> tuple[Merge, Freshness]:
        """The merged floor as it stands now, or as it was last known, and how far to trust it. It
        is the reader's own, and good until the next call of any of its methods."""
        merge, ages = self._advanced()
        return merge, self._freshness(ages)

    def floor_now(self) -> int:
        """Now on the floor's clock, in microseconds, whether or not anything is heard of the floor:
        what is shown stands still meanwhile."""
        return int(self._clock.at(self._now()))

    def close(self) -> None:
        self._end()
        self._clock.close()

    def _advanced(self) -> tuple[Merge, Mapping[int, int]]:
        """The merged floor brought to now, and how long ago each partition told its state."""
        wall = self._now()
        self._merge_told()
        ages = self._ages(wall)
        self._merge.advance(self._as_of(wall, ages))
        return self._merge, ages

    def _clock_set_back(self) -> bool:
        return self._merge.as_of - self._clock.at(self._now()) > SKEW_US

    def _end(self) -> None:
        tail, self._tail = self._tail, None
        if tail is not None:
            tail.close()

    def _begin(self) -> None:
        self._tail = self._log.tail(FLOOR_FRAMES, from_start=True)
        self._merge = Merge(self._plan, LIVE_WINDOWS)
        self._waiting.clear()
        self._waiting_bytes = 0
        self._told.clear()
        self._told_bytes = 0

    def _take(self, record: Record, *, old: bool) -> None:
        """Take in a record; an `old` one may have been in the log before this reader."""
        partition, kind, _ = fr.split_key(record.key)
        waiting = self._waiting.setdefault(partition, {})
        if kind != "head":
            waiting[record.key] = record.value
            self._waiting_bytes += len(record.value or b"")
            # What the log held before is many commits, whose heads but the last are superseded; it
            # ends with a commit's end, and no picture is shown before it.
            if old and self._waiting_bytes > TOLD_BYTES_MAX:
                for each in self._waiting.values():
                    self._tell(each)
                self._waiting_bytes = 0
                self._merge_told()
            return
        self._tell(waiting)
        head = None if record.value is None else fr.decode_frame(record.key, record.value)
        self._merge.take(record.key, head)
        if isinstance(head, fr.HeadFrame):
            self._hear(partition, record.offset, head, old=old)

    def _tell(self, waiting: dict[str, bytes | None]) -> None:
        """Let what waited be in the next picture."""
        size = sum(len(value) for value in waiting.values() if value is not None)
        self._told.update(waiting)
        self._told_bytes += size
        self._waiting_bytes = max(0, self._waiting_bytes - size)
        waiting.clear()

    def _merge_told(self) -> None:
        """Merge what was told since the last time. Where that fails, all is read anew."""
        told, self._told, self._told_bytes = self._told, {}, 0
        try:
            for key, value in told.items():
                self._merge.take(key, None if value is None else fr.decode_frame(key, value))
        except Exception:
            self._end()
            raise

    def _hear(self, partition: int, offset: int, head: fr.HeadFrame, *, old: bool) -> None:
        known = self._heard.get(partition)
        # What is read once more is no news.
        if not old or known is None or offset > known.offset:
            doubtful = old and head.told_at > self._now()
            self._heard[partition] = _Heard(offset, self._steady(), doubtful)

    def _ages(self, wall: int) -> dict[int, int]:
        """How long ago each partition that has told its state did so, in microseconds."""
        steady = self._steady()
        ages = {}
        for number, head in self._merge.heads.items():
            heard = self._heard[number]
            known_for = max(0, steady - heard.at)
            if heard.doubtful:
                known_for += STALE_US + 1
            ages[number] = max(wall - head.told_at, known_for)
        return ages

    def _as_of(self, wall: int, ages: Mapping[int, int]) -> int:
        """Now on the floor's clock; while nothing is heard, the last instant that was told.

        Counting on without news would let windows run empty and waits grow for contacts that may
        be answered long since.
        """
        now = self._clock.at(wall)
        heads = self._merge.heads.values()
        # A head from before the clock was set tells another time; its partition tells again soon.
        told = max((head.as_of for head in heads if head.as_of <= now + SKEW_US), default=None)
        if told is None or min(ages.values()) <= STALE_US:
            return now if told is None else max(now, told)
        return told

    def _freshness(self, ages: Mapping[int, int]) -> Freshness:
        heads = self._merge.heads
        states = [_state(heads.get(number), ages.get(number)) for number in range(self._partitions)]
        newest = max(
            (head.newest for head in heads.values() if head.newest is not None), default=None
        )
        age_us = max(ages.values(), default=None)
        whole = len(heads) == self._partitions
        return Freshness(
            age_s=age_us / SECOND_US if age_us is not None and whole else None,
            partitions=self._partitions,
            silent=[number for number, state in enumerate(states) if state == "silent"],
            lag_events=sum(head.end - head.position for head in heads.values()) if heads else None,
            lag_s=(self._merge.as_of - newest) / SECOND_US if newest is not None else None,
            last_event_at=format_millis(newest) if newest is not None else None,
            known_until=format_millis(min(head.as_of for head in heads.values()))
            if whole
            else None,
            catching_up=[number for number, state in enumerate(states) if state == "catching up"],
            behind_s=_worst_s(head.behind_us for head in heads.values()),
        )

    def _partition(self, number: int, ages: Mapping[int, int]) -> PartitionState:
        head = self._merge.heads.get(number)
        state = _state(head, ages.get(number))
        if head is None:
            return PartitionState(number, state, None, None, None, None, None, None)
        return PartitionState(
            partition=number,
            state=state,
            worker=None if head.worker is None else head.worker.name,
            age_s=ages[number] / SECOND_US,
            position=head.position,
            end=head.end,
            lag_events=head.end - head.position,
            behind_s=_worst_s([head.behind_us]),
        )

    def _label(self, queue: str) -> QueueLabel:
        plan, channels = self._plan, self._merge.rows.channels.get(queue, set())
        known = self._labels.get(queue)
        if known is None or known.target_s.keys() != channels:
            known = self._labels[queue] = label_of(plan, queue, channels)
        return known


def _state(head: fr.HeadFrame | None, age: int | None) -> Literal["fresh", "catching up", "silent"]:
    if head is None or age is None or age > STALE_US:
        return "silent"
    # However fresh the head, what it tells is of the past.
    if head.behind_us is None or head.behind_us > STALE_US:
        return "catching up"
    return "fresh"


def _worst_s(behind: Iterable[int | None]) -> float | None:
    """The longest, in seconds; None where there is none, or one is not known."""
    known = list(behind)
    worst = None if None in known else max((us for us in known if us is not None), default=None)
    return None if worst is None else worst / SECOND_US


def _workers(heads: Mapping[int, fr.HeadFrame], ages: Mapping[int, int]) -> list[WorkerState]:
    """Who told the heads, by name."""
    held: dict[str, list[int]] = {}
    newest: dict[str, fr.HeadFrame] = {}
    for number, head in sorted(heads.items()):
        if head.worker is None:
            continue
        name = head.worker.name
        held.setdefault(name, []).append(number)
        if name not in newest or head.told_at > newest[name].told_at:
            newest[name] = head
    return [
        _worker(head, held[name], min(ages[number] for number in held[name]))
        for name, head in sorted(newest.items())
    ]


def _worker(head: fr.HeadFrame, partitions: list[int], age: int) -> WorkerState:
    note = head.worker
    assert note is not None
    return WorkerState(
        name=note.name,
        started_at=format_millis(note.started_at),
        age_s=age / SECOND_US,
        partitions=partitions,
        rebalances=note.rebalances,
        commit_failures=note.commit_failures,
        log_failures=note.log_failures,
    )


def _added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))
