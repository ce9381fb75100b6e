"""The names of every figure and the shape in which figures are read (docs/metrics.md).

A value without evidence, or without meaning where it stands, is None: never 0, never 100 %.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol

from msgspec import Struct

from stream.contract.instants import MINUTE_US, SECOND_US

PANE_US: Final = 5_000_000

Window = Literal["5m", "15m", "30m", "60m", "240m", "today", "all"]
# Panes in each sliding window; `today` and `all` begin at a moment instead of sliding.
PANES_OF_WINDOW: Final[dict[str, int]] = {
    f"{minutes}m": minutes * MINUTE_US // PANE_US for minutes in (5, 15, 30, 60, 240)
}
LIVE_WINDOWS: Final = (*PANES_OF_WINDOW, "today")
WINDOWS: Final = (*LIVE_WINDOWS, "all")
PANES_HELD: Final = PANES_OF_WINDOW["240m"]

ServiceLevelVariant = Literal[
    "abandons_count",
    "abandons_ignored",
    "abandons_in_target_ignored",
    "abandons_in_target_met",
    "stuck_proof",
]
SERVICE_LEVEL_VARIANTS: Final[tuple[ServiceLevelVariant, ...]] = (
    "abandons_count",
    "abandons_ignored",
    "abandons_in_target_ignored",
    "abandons_in_target_met",
    "stuck_proof",
)

DRIVERS: Final = ("manner", "ease", "effectiveness", "emotion", "trust")
COUNTS: Final = (
    "offered",
    "answered",
    "abandoned",
    "short_abandoned",
    "diverted",
    "abandoned_in_target",
    "answered_in_target",
    "answered_waited",
    "handled",
    "transferred_out",
    "declined",
    "surveys",
    "csat_n",
    "csat_sum",
    "csat_top",
    *(f"{driver}_{part}" for driver in DRIVERS for part in ("n", "top")),
    "resolved_n",
    "resolved_yes",
    "nps_n",
    "nps_promoters",
    "nps_detractors",
    "callbacks_due",
    "callbacks_kept",
    "surveys_sent",
    "responses",
    "wait_sum_s",
    "talk_sum_s",
    "hold_sum_s",
    "wrap_sum_s",
    "response_sum_s",
)
FIGURES: Final = (
    "service_level",
    "service_levels",
    "average_speed_of_answer_s",
    "wait_p50_s",
    "wait_p90_s",
    "wait_p95_s",
    "wait_max_s",
    "abandonment_rate",
    "average_handle_time_s",
    "average_talk_time_s",
    "average_hold_time_s",
    "average_wrap_time_s",
    "transfer_rate",
    "decline_rate",
    "csat_score",
    "csat_low",
    "csat_high",
    "csat_mean",
    *(f"{driver}_score" for driver in DRIVERS),
    "resolution_rate",
    "nps",
    "survey_response_rate",
    "callbacks_kept_rate",
    "average_response_time_s",
    "occupancy",
    "utilisation",
)
# Figures that are parts of a whole, told in percent. Most are from 0 to 1; what is divided by what
# came before it (an answer, a survey sent) can be more.
SHARES: Final = frozenset(
    {
        "service_level",
        *SERVICE_LEVEL_VARIANTS,
        "csat_low",
        "csat_high",
        "occupancy",
        "utilisation",
        *(name for name in FIGURES if name.endswith(("_rate", "_score"))),
    }
)
SHARES_ABOVE_1: Final = frozenset({"transfer_rate", "survey_response_rate"})
NOW: Final = (
    "waiting",
    "waiting_over_target",
    "oldest_wait_s",
    "in_conversation",
    "on_hold",
    "wrapping",
    "agents_available",
    "agents_busy",
    "agents_wrap_up",
    "agents_away",
    "agents_staffed",
    "expected_wait_s",
    "callbacks_open",
    "callbacks_overdue",
    "conversations_unanswered",
    "oldest_unanswered_s",
)
HEALTH: Final = (
    "events",
    "duplicates",
    "rejected",
    "unknown_type",
    "out_of_place",
    "too_late",
    "expired",
)

_CALLBACKS: Final = frozenset(
    {
        "callbacks_due",
        "callbacks_kept",
        "callbacks_kept_rate",
        "callbacks_open",
        "callbacks_overdue",
    }
)
MEANINGLESS_IN_CHANNELS: Final = _CALLBACKS | {
    "occupancy",
    "utilisation",
    "agents_available",
    "agents_busy",
    "agents_wrap_up",
    "agents_away",
    "agents_staffed",
    "expected_wait_s",
}
MEANINGLESS_IN_TEAMS: Final = _CALLBACKS | {
    "offered",
    "abandoned",
    "short_abandoned",
    "abandoned_in_target",
    "diverted",
    "service_level",
    "service_levels",
    "abandonment_rate",
    "waiting",
    "waiting_over_target",
    "oldest_wait_s",
    "conversations_unanswered",
    "oldest_unanswered_s",
    "expected_wait_s",
}

# What was told, or lay unread in the log, for longer than this is no longer the present.
STALE_US: Final = 5 * SECOND_US

Value = float | int | None
Levels = dict[str, float | None]


class Section(Struct, frozen=True):
    """The figures of the floor, a queue, a channel or a team."""

    counts: dict[str, Value]
    figures: dict[str, Value | Levels]
    now: dict[str, Value]


def nothing_in_queue() -> Section:
    """The figures of a queue in which nothing happened, and which nobody is in or for."""
    counts: dict[str, Value] = dict.fromkeys(COUNTS, 0)
    figures: dict[str, Value | Levels] = dict.fromkeys(FIGURES)
    figures["service_levels"] = dict.fromkeys(SERVICE_LEVEL_VARIANTS)
    now: dict[str, Value] = dict.fromkeys(NOW, 0)
    now |= dict.fromkeys(("oldest_wait_s", "oldest_unanswered_s", "expected_wait_s"))
    return Section(counts, figures, now)


class AgentSection(Struct, frozen=True):
    """The figures of one agent. `state` and `since` are None where no state was ever told."""

    state: str | None
    reason: str | None
    since: str | None
    team: str | None
    counts: dict[str, Value]
    figures: dict[str, Value | Levels]


class Figures(Struct, frozen=True, omit_defaults=True):
    """All figures of one window at one instant: the shape of INTERFACES, times as RFC 3339.

    `as_of` is None where a log holds no good event, and so has no time of its own.
    """

    as_of: str | None
    window: str
    floor: Section
    queues: dict[str, Section]
    channels: dict[str, Section]
    teams: dict[str, Section]
    health: dict[str, int]
    agents: dict[str, AgentSection] | None = None


class QueueLabel(Struct, frozen=True):
    """What a screen must name beside a queue's figures."""

    name: str
    service_level: ServiceLevelVariant
    # The targets of the channels seen in the queue, in seconds; one entry where they agree.
    target_s: dict[str, float]
    # The time zone of the queue's own `today`; None where it is the floor's.
    time_zone: str | None = None


class Hour(Struct, frozen=True):
    """The last 60 minutes, oldest first, one point a minute.

    `service_level` is that of the 5 minutes up to each point (None without evidence), `offered`
    the contacts offered in that minute.
    """

    service_level: list[float | None]
    offered: list[int]


class MinuteOfQueue(Struct, frozen=True):
    """What happened in a queue in one minute, which begins at `minute`, RFC 3339; None without
    evidence. Of the last one only what is over counts."""

    minute: str
    offered: int
    answered: int
    abandoned: int
    answered_in_target: int
    service_level: float | None
    average_speed_of_answer_s: float | None


class HourOfQueue(Struct, frozen=True):
    """The last 60 minutes of a queue, oldest first. The variant is the queue's own, but for
    `stuck_proof`: who waits is known of now alone, so that the minutes go by `abandons_count`."""

    as_of: str
    queue: str
    service_level_variant: ServiceLevelVariant
    minutes: list[MinuteOfQueue]


class Freshness(Struct, frozen=True):
    """What is known of the picture's own truth.

    `age_s` is how long ago, in seconds of the wall clock, the slowest partition last told its
    state; None while any partition has never told one. `silent` are the partitions older than
    the stale limit. `lag_events` and `lag_s` as METRICS has them, summed and at their worst.
    `catching_up` are the partitions whose figures are of the past, though told now: their worker
    has more to read than the stale limit's worth, for `behind_s` seconds at most where known.
    """

    age_s: float | None
    partitions: int
    silent: list[int]
    lag_events: int | None
    lag_s: float | None
    last_event_at: str | None
    # Up to which instant of the floor every partition has told its state, as RFC 3339.
    known_until: str | None = None
    catching_up: list[int] = []
    behind_s: float | None = None


class PartitionState(Struct, frozen=True):
    """One partition as its worker last told it: `age_s` ago, having read up to `position` of
    `end`. All but the number is None while none has told anything."""

    partition: int
    state: Literal["fresh", "catching up", "silent"]
    worker: str | None
    age_s: float | None
    position: int | None
    end: int | None
    lag_events: int | None
    behind_s: float | None


class WorkerState(Struct, frozen=True):
    """One worker by what it told with its partitions' heads, `age_s` ago; the counts are since its
    start. One that holds nothing tells nothing."""

    name: str
    started_at: str
    age_s: float
    partitions: list[int]
    rebalances: int
    commit_failures: int
    log_failures: int


class DrillMark(Struct, frozen=True):
    """That a picture is of a drill's floor: of which round, and whose drill it is where that was
    said."""

    round: int
    trainee: str | None = None


class Picture(Struct, frozen=True):
    """One frame for the screens: the figures, and what must stand beside them."""

    figures: Figures
    freshness: Freshness
    # How many seconds of the floor pass in one second of the wall clock; 1.0 when live, 0 paused.
    speed: float
    title: str
    labels: dict[str, QueueLabel]
    floor_service_level: ServiceLevelVariant
    hour: Hour
    hours: dict[str, Hour]
    # Good events by type, and rejected ones by the field at fault, since the log's start.
    events_by_type: dict[str, int] = {}
    rejected_by_field: dict[str, int] = {}
    partitions: list[PartitionState] = []
    workers: list[WorkerState] = []
    # How many queues there are beside those told: more than are told in one picture.
    queues_left_out: int = 0
    # Each bound that was reached, by workers or by this reader, and how often.
    limits: dict[str, int] = {}
    # Which queues each agent is for; told where the agents' figures are.
    agent_queues: dict[str, tuple[str, ...]] = {}
    # None on the floor itself. What another mark has is another floor, at another time.
    drill: DrillMark | None = None
    # The floor's time zone, by its IANA name: by it screens tell times of day.
    time_zone: str = "UTC"


class NoPicture(Exception):
    """There is nothing to draw yet. Operator: the message says why, in words fit for a screen."""


class PictureReader(Protocol):
    """Where screens get their figures: whoever follows the workers' frames."""

    def follow(self, timeout_s: float) -> bool:
        """Take in what the log has to tell, waiting at most `timeout_s`; True where anything
        came."""
        ...

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor as it stands now, as far as it is known. Raises `NoPicture` while nothing
        is."""
        ...

    def hour(self, queue: str) -> HourOfQueue | None:
        """The queue's last hour by the minute; None where no such queue is known. Raises
        `NoPicture` while nothing is."""
        ...
