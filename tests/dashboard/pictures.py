"""Pictures made from data, and a reader that tells them: floors to draw without a stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil, sin, sqrt
from threading import Event, Lock
from typing import Final

from msgspec import structs

from stream.contract.figures import (
    COUNTS,
    FIGURES,
    HEALTH,
    NOW,
    SERVICE_LEVEL_VARIANTS,
    AgentSection,
    DrillMark,
    Figures,
    Freshness,
    Hour,
    HourOfQueue,
    MinuteOfQueue,
    NoPicture,
    PartitionState,
    Picture,
    QueueLabel,
    Section,
    Value,
    WorkerState,
)


def wall_clock() -> datetime:
    """The real time, for servers that really run."""
    return datetime.now(UTC)  # noqa: TID251


START: Final = datetime(2026, 3, 2, 9, 42, 18, tzinfo=UTC)
_Z: Final = 1.959963984540054


@dataclass(frozen=True)
class Q:
    """A queue in a supervisor's words; everything else of its section follows from these."""

    name: str
    channel: str = "voice"
    target_s: float = 20.0
    answered: int = 60
    in_target: int = 54
    abandoned: int = 2
    asa_s: float = 12.0
    waiting: int = 0
    over: int = 0
    oldest_s: float | None = None
    csat: tuple[int, int] = (24, 28)
    agents: tuple[int, int, int, int] = (3, 9, 2, 1)
    unanswered: int | None = None
    unanswered_s: float | None = None
    reply_s: float | None = None
    promises: tuple[int, int, int, int] = (0, 0, 0, 0)
    hour: tuple[float | None, ...] | None = None


def section(queue: Q) -> Section:
    """All figures of a queue, the rest of them null or 0 as METRICS has it."""
    resolved = queue.answered + queue.abandoned
    top, n = queue.csat
    open_, overdue, due, kept = queue.promises
    counts: dict[str, Value] = dict.fromkeys(COUNTS, 0)
    counts |= {
        "offered": resolved + queue.waiting,
        "answered": queue.answered,
        "answered_waited": queue.answered,
        "answered_in_target": queue.in_target,
        "abandoned": queue.abandoned,
        "csat_n": n,
        "csat_top": top,
        "callbacks_due": due,
        "callbacks_kept": kept,
        "wait_sum_s": queue.asa_s * queue.answered,
    }
    low, high = wilson(top, n)
    levels: dict[str, float | None] = dict.fromkeys(
        SERVICE_LEVEL_VARIANTS, _share(queue.in_target, resolved)
    )
    levels["stuck_proof"] = _share(queue.in_target, resolved + queue.over)
    figures: dict[str, Value | dict[str, float | None]] = dict.fromkeys(FIGURES)
    figures |= {
        "service_level": levels["abandons_count"],
        "service_levels": levels,
        "average_speed_of_answer_s": queue.asa_s if queue.answered else None,
        "abandonment_rate": _share(queue.abandoned, resolved),
        "csat_score": _share(top, n),
        "csat_low": low,
        "csat_high": high,
        "average_response_time_s": queue.reply_s,
        "callbacks_kept_rate": _share(kept, due),
        "occupancy": 0.81 if sum(queue.agents) else None,
    }
    free, busy, wrap_up, away = queue.agents
    now: dict[str, Value] = dict.fromkeys(NOW, 0)
    now |= {
        "waiting": queue.waiting,
        "waiting_over_target": queue.over,
        "oldest_wait_s": queue.oldest_s,
        "agents_available": free,
        "agents_busy": busy,
        "agents_wrap_up": wrap_up,
        "agents_away": away,
        "agents_staffed": sum(queue.agents),
        "conversations_unanswered": queue.unanswered or 0,
        "oldest_unanswered_s": queue.unanswered_s,
        "callbacks_open": open_,
        "callbacks_overdue": overdue,
        "expected_wait_s": None,
    }
    return Section(counts, figures, now)


def wilson(top: int, n: int) -> tuple[float | None, float | None]:
    """The 95 % interval of a share."""
    if not n:
        return None, None
    share = top / n
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
    return middle - half, middle + half


def picture(
    queues: dict[str, Q],
    *,
    at: datetime = START,
    window: str = "30m",
    age_s: float | None = 0.2,
    silent: tuple[int, ...] = (),
    catching_up: tuple[int, ...] = (),
    behind_s: float | None = 0.0,
    speed: float = 1.0,
    agents: dict[str, AgentSection] | None = None,
    events: int = 48_211,
    title: str = "Benefits centre",
) -> Picture:
    """A whole picture of these queues, from four partitions and two workers."""
    whole = section(_floor(list(queues.values())))
    sections = {queue: section(told) for queue, told in queues.items()}
    figures = Figures(
        as_of=_rfc(at),
        window=window,
        floor=whole,
        queues=sections,
        channels={"voice": whole} if queues else {},
        teams={"north": whole} if queues else {},
        health={**dict.fromkeys(HEALTH, 0), "events": events, "rejected": 10},
        agents=agents,
    )
    hours = {
        queue: Hour(list(told.hour or _hour(told, index)), [1] * 60)
        for index, (queue, told) in enumerate(queues.items())
    }
    labels = {
        queue: QueueLabel(told.name, "abandons_count", {told.channel: told.target_s})
        for queue, told in queues.items()
    }
    partitions = [
        partition(number, age_s, silent=number in silent, catching_up=number in catching_up,
                  behind_s=behind_s)
        for number in range(4)
    ]  # fmt: skip
    freshness = Freshness(
        age_s, 4, list(silent), sum(one.lag_events or 0 for one in partitions), 0.1, _rfc(at),
        catching_up=list(catching_up), behind_s=behind_s,
    )  # fmt: skip
    return Picture(
        figures,
        freshness,
        speed,
        title,
        labels,
        "abandons_count",
        Hour(_mean(list(hours.values())), [8] * 60),
        hours,
        events_by_type={
            "agent.state": 20_311,
            "contact.queued": 15_000,
            "contact.answered": 12_890,
        },
        rejected_by_field={"data.queue": 7, "time": 3},
        partitions=partitions,
        workers=_workers(at, age_s),
    )


def partition(
    number: int, age_s: float | None, *, silent: bool, catching_up: bool, behind_s: float | None
) -> PartitionState:
    """One partition; those that are not silent told just now, and only who catches up is behind."""
    end = 12_000 + number
    told_s = age_s if silent else min(0.2, age_s) if age_s is not None else None
    lag = 4_100 if catching_up else 0
    return PartitionState(
        partition=number,
        state="silent" if silent or told_s is None else "catching up" if catching_up else "fresh",
        worker=None if told_s is None else "floor-1" if number < 2 else "floor-2",
        age_s=told_s,
        position=None if told_s is None else end - lag,
        end=None if told_s is None else end,
        lag_events=None if told_s is None else lag,
        behind_s=None if told_s is None else behind_s if catching_up else 0.0,
    )


def _workers(at: datetime, age_s: float | None) -> list[WorkerState]:
    if age_s is None:
        return []
    started = _rfc(at - timedelta(hours=3))
    return [
        WorkerState("floor-1", started, 0.2, [0, 1], 2, 0, 0),
        WorkerState("floor-2", started, 0.2, [2, 3], 1, 1, 4),
    ]


def ordinary() -> dict[str, Q]:
    """An ordinary morning of twelve queues of every kind."""
    return {
        "benefits": Q("Benefits", answered=212, in_target=186, abandoned=9, waiting=4, over=1,
                      oldest_s=31, asa_s=14, csat=(86, 102), agents=(6, 31, 4, 3)),
        "medicaid": Q("Medicaid renewals", answered=74, in_target=56, abandoned=5, waiting=6,
                      over=2, oldest_s=44, asa_s=22, csat=(17, 22), agents=(1, 12, 2, 1)),
        "snap-chat": Q("SNAP chat", "chat", 60, answered=52, in_target=46, waiting=3, oldest_s=22,
                       asa_s=28, csat=(28, 35), unanswered=5, unanswered_s=41, reply_s=38),
        "spanish": Q("Línea en español", answered=91, in_target=80, waiting=1, oldest_s=9,
                     asa_s=11, csat=(10, 12), agents=(2, 8, 1, 0)),
        "tax-sms": Q("Tax filing SMS", "sms", 300, answered=120, in_target=111, abandoned=0,
                     waiting=21, over=0, oldest_s=250, asa_s=151, csat=(50, 58), unanswered=27,
                     unanswered_s=312, reply_s=171),
        "nurse-wa": Q("WhatsApp nurse", "whatsapp", 300, answered=33, in_target=31, abandoned=0,
                      waiting=2, oldest_s=40, asa_s=31, csat=(13, 14), unanswered=4,
                      unanswered_s=95, reply_s=64),
        "email": Q("E-mail", "email", 3600, answered=61, in_target=58, abandoned=0, waiting=112,
                   over=0, oldest_s=3120, asa_s=2460, csat=(15, 19), unanswered=131,
                   unanswered_s=4320, reply_s=5460, agents=(0, 6, 0, 1)),
        "callbacks": Q("Callbacks", "callback", 600, answered=28, in_target=25, waiting=2,
                       oldest_s=140, csat=(7, 9), promises=(7, 0, 10, 9), agents=(1, 3, 0, 0)),
        "records": Q("Records clearance and expungement requests", answered=17, in_target=17,
                     abandoned=0, asa_s=6, csat=(3, 4), agents=(4, 2, 0, 1)),
        "vip": Q("VIP hospital", answered=44, in_target=41, abandoned=1, waiting=1, oldest_s=12,
                 asa_s=14, csat=(22, 25), agents=(3, 5, 1, 0)),
        "video": Q("Telehealth video", "video", answered=12, in_target=12, abandoned=0, asa_s=9,
                   csat=(10, 11), agents=(2, 3, 0, 0)),
        "night": Q("Night line", answered=0, in_target=0, abandoned=0, csat=(0, 0),
                   agents=(0, 0, 0, 0), hour=(None,) * 60),
    }  # fmt: skip


def surge() -> dict[str, Q]:
    """The same floor when the letters have gone out: two queues break, others strain."""
    queues = ordinary()
    falling = tuple(0.9 - 0.7 * max(0, minute - 25) / 35 for minute in range(60))
    queues["benefits"] = replace(
        queues["benefits"], answered=151, in_target=62, abandoned=44, waiting=38, over=31,
        oldest_s=372, asa_s=224, csat=(29, 41), agents=(0, 40, 4, 0), hour=falling,
    )  # fmt: skip
    queues["callbacks"] = replace(queues["callbacks"], promises=(11, 2, 12, 8))
    queues["email"] = replace(
        queues["email"], waiting=1240, over=310, oldest_s=7460, in_target=44, unanswered_s=9_200
    )
    return queues


def _floor(queues: list[Q]) -> Q:
    """The floor as one queue: what adds up added, the rest worst or weighted."""
    waits = [told.oldest_s for told in queues if told.oldest_s is not None]
    answered = sum(told.answered for told in queues)
    waited = sum(told.asa_s * told.answered for told in queues)
    return Q(
        "floor",
        answered=answered,
        in_target=sum(told.in_target for told in queues),
        abandoned=sum(told.abandoned for told in queues),
        asa_s=waited / answered if answered else 0,
        waiting=sum(told.waiting for told in queues),
        over=sum(told.over for told in queues),
        oldest_s=max(waits, default=None),
        csat=(sum(told.csat[0] for told in queues), sum(told.csat[1] for told in queues)),
        agents=(
            sum(told.agents[0] for told in queues),
            sum(told.agents[1] for told in queues),
            sum(told.agents[2] for told in queues),
            sum(told.agents[3] for told in queues),
        ),
    )


def _hour(told: Q, index: int) -> list[float | None]:
    level = _share(told.in_target, told.answered + told.abandoned)
    if level is None:
        return [None] * 60
    return [
        max(0.0, min(1.0, level + 0.07 * sin(minute / 5 + index) + 0.03 * sin(minute * 1.7)))
        for minute in range(60)
    ]


def _mean(hours: list[Hour]) -> list[float | None]:
    means: list[float | None] = []
    for minute in range(60):
        told = [level for hour in hours if (level := hour.service_level[minute]) is not None]
        means.append(sum(told) / len(told) if told else None)
    return means


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _rfc(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


@dataclass
class TableReader:
    """A reader over queues in memory, whose floor a test changes, silences or breaks.

    `news` ends a wait of `follow` at once, as the log's news would. Safe to change from another
    thread than the feed's.
    """

    queues: dict[str, Q]
    now: Callable[[], datetime]
    speed: float = 1.0
    events: int = 48_211
    title: str = "Benefits centre"
    time_zone: str = "UTC"
    silent: tuple[int, ...] = ()
    catching_up: tuple[int, ...] = ()
    behind_s: float | None = 0.0
    limits: dict[str, int] = field(default_factory=dict)
    queues_left_out: int = 0
    # Queues that floor.yaml names and in which nothing happened.
    planned: frozenset[str] = frozenset()
    nothing_yet: str | None = None
    drill: DrillMark | None = None
    broken: bool = False
    unreadable: bool = False
    built: int = 0
    told_at: datetime | None = None
    _stopped_at: datetime | None = None
    _news: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def follow(self, timeout_s: float) -> bool:
        """Wait for news."""
        if self.unreadable:
            raise OSError("the log is gone")
        came = self._news.wait(timeout_s)
        self._news.clear()
        return came

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor as it was set, as of now."""
        with self._lock:
            self.built += 1
            if self.nothing_yet is not None:
                raise NoPicture(self.nothing_yet)
            if self.broken:
                raise ValueError("no picture")
            moment = self.now()
            began = self.told_at or moment
            aged = {queue: _aged(told, moment - began) for queue, told in self.queues.items()}
            told = picture(
                aged,
                at=moment,
                window=window,
                age_s=self._age_s(moment),
                silent=self.silent,
                catching_up=self.catching_up,
                behind_s=self.behind_s,
                speed=self.speed,
                events=self.events,
                title=self.title,
                agents=_agents() if agents else None,
            )
            return structs.replace(
                told,
                limits=self.limits,
                queues_left_out=self.queues_left_out,
                time_zone=self.time_zone,
                drill=self.drill,
            )

    def hour(self, queue: str) -> HourOfQueue | None:
        """An hour in which nothing happened, but for its last minute."""
        if self.nothing_yet is not None:
            raise NoPicture(self.nothing_yet)
        if queue not in self.queues and queue not in self.planned:
            return None
        # Minutes are those of a clock, whenever somebody looks.
        as_of = START.replace(second=0, microsecond=0)
        minutes = [
            MinuteOfQueue(minute, 0, 0, 0, 0, None, None)
            for minute in (_minute(as_of, before) for before in range(59, -1, -1))
        ]
        if queue in self.queues:
            minutes[-1] = MinuteOfQueue(_minute(as_of, 0), 3, 2, 1, 1, 1 / 3, 25.5)
        return HourOfQueue(_minute(as_of, 0), queue, "abandons_count", minutes)

    def change(self, queues: dict[str, Q] | None = None) -> None:
        """Something happened on the floor."""
        with self._lock:
            if queues is not None:
                self.queues = queues
            self.events += 1
            self.told_at = self.now()
        self._news.set()

    def stop(self) -> None:
        """The stream tells nothing any more."""
        self.told_s_ago(0)

    def told_s_ago(self, seconds: float) -> None:
        """The stream told its state so long ago, and nothing since."""
        self._stopped_at = self.now() - timedelta(seconds=seconds)

    def resume(self) -> None:
        """The stream is back."""
        self._stopped_at = None
        self._news.set()

    def _age_s(self, moment: datetime) -> float | None:
        if not self.events:
            return None
        return (moment - (self._stopped_at or moment)).total_seconds() + 0.2


def _aged(told: Q, by: timedelta) -> Q:
    more_s = by.total_seconds()
    return replace(
        told,
        oldest_s=None if told.oldest_s is None else told.oldest_s + more_s,
        unanswered_s=None if told.unanswered_s is None else told.unanswered_s + more_s,
    )


def _agents() -> dict[str, AgentSection]:
    told = section(Q("agent"))
    return {
        "a-17": AgentSection(
            "busy", None, "2026-03-02T09:28:03.000Z", "north", told.counts, told.figures
        )
    }


def many(count: int) -> dict[str, Q]:
    """A floor of `count` queues."""
    told = list(ordinary().values())
    copies = [replace(told[index % 11], name=f"Queue {index + 1}") for index in range(count)]
    assert len(copies) == ceil(count)
    return {f"q{index}": queue for index, queue in enumerate(copies)}


def _minute(as_of: datetime, before: int) -> str:
    moment = as_of - timedelta(minutes=before)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
