"""The shapes of answers, as OpenAPI tells them: made from the names of the contract."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from stream.contract.figures import (
    COUNTS,
    FIGURES,
    HEALTH,
    LIVE_WINDOWS,
    NOW,
    SERVICE_LEVEL_VARIANTS,
)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _numbers(name: str, doc: str, names: tuple[str, ...], **more: Any) -> type[BaseModel]:
    """A model of numbers, each null where it has no evidence or no meaning."""
    fields: dict[str, Any] = dict.fromkeys(names, (float | None, None))
    return create_model(name, __base__=_Shape, __doc__=doc, **{**fields, **more})


ServiceLevels = _numbers(
    "ServiceLevels", "The five variants of service level, side by side.", SERVICE_LEVEL_VARIANTS
)
Counts = _numbers("Counts", "What happened in the window.", COUNTS)
Ratios = _numbers(
    "Figures",
    "Ratios, means and quantiles of the window; null without evidence, never 0.",
    FIGURES,
    service_levels=(ServiceLevels | None, None),
)
Present = _numbers("Now", "How it stands at `as_of`, without a window.", NOW)
Health: type[BaseModel] = create_model(
    "Health",
    __base__=_Shape,
    __doc__="What the stream itself met since its start.",
    **dict.fromkeys(HEALTH, (int, 0)),  # type: ignore[call-overload]
)


class Section(_Shape):
    """The figures of the floor, a queue, a channel or a team."""

    counts: Counts  # type: ignore[valid-type]
    figures: Ratios  # type: ignore[valid-type]
    now: Present  # type: ignore[valid-type]


class Agent(_Shape):
    """The figures of one agent."""

    state: str | None
    reason: str | None
    since: str | None
    team: str | None
    counts: Counts  # type: ignore[valid-type]
    figures: Ratios  # type: ignore[valid-type]


class Floor(_Shape):
    """All figures of one window at one instant."""

    as_of: str = Field(examples=["2026-03-02T14:30:00.000Z"])
    window: str = Field(examples=list(LIVE_WINDOWS))
    floor: Section
    queues: dict[str, Section]
    channels: dict[str, Section]
    teams: dict[str, Section]
    health: Health  # type: ignore[valid-type]
    agents: dict[str, Agent] | None = None


class Queue(Section):
    """The figures of one queue."""

    as_of: str = Field(examples=["2026-03-02T14:30:00.000Z"])
    window: str = Field(examples=list(LIVE_WINDOWS))
    queue: str


class Problem(_Shape):
    """What is wrong, in one line."""

    detail: str


class Alive(_Shape):
    """The process is up."""

    status: str = "ok"


class Readiness(_Shape):
    """Whether the newest frame is fresh, and if not, why."""

    ready: bool
    reason: str | None
    age_s: float | None


class Freshness(_Shape):
    """How true the newest picture is, as of its frame."""

    age_s: float | None = Field(description="How long ago the slowest partition told its state.")
    partitions: int
    silent: list[int] = Field(description="Partitions that have told nothing for 5 s.")
    lag_events: int | None
    lag_s: float | None
    last_event_at: str | None
    known_until: str | None
    catching_up: list[int] = Field(
        description="Partitions whose figures are of the past, though told now."
    )
    behind_s: float | None


class Partition(_Shape):
    """One partition as its worker last told it, its age and state by now; null while none has."""

    partition: int
    state: Literal["fresh", "catching up", "silent"]
    worker: str | None
    age_s: float | None
    position: int | None
    end: int | None
    lag_events: int | None
    behind_s: float | None


class Worker(_Shape):
    """One worker that holds partitions, its age by now; its counts are since its start."""

    name: str
    started_at: str = Field(examples=["2026-03-02T06:00:00.000Z"])
    age_s: float
    partitions: list[int]
    rebalances: int
    commit_failures: int
    log_failures: int


class DashboardHealth(_Shape):
    """What the dashboard counted of itself since its start."""

    viewers: int
    viewers_max: int
    viewers_refused: int = Field(description="Viewers turned away because there were too many.")
    frames_built: int
    frames_sent: int
    frames_dropped: int
    picture_failures: int
    pictures_built: int
    picture_build_last_s: float | None
    picture_build_mean_s: float | None


class ReceiverHealth(_Shape):
    """One that alerts tell outside: how many messages to it fail, and how many were given up."""

    name: str
    failing: int
    given_up: int
    failure: str | None = Field(description="Why the newest of them failed.")


class EvaluatorHealth(_Shape):
    """Who judges the floor since when, by whose rules, and when it last did."""

    name: str
    since: str | None
    judged_at: str
    rules: int
    rules_by: str | None = Field(
        description="Who set the rules; file: the one given at the start, floorwatch: those that ship."
    )
    rules_at: str | None
    targets: int
    receivers: list[ReceiverHealth]


class AlertsHealth(_Shape):
    """Whether anybody watches: the evaluator judged the floor within the last 5 s."""

    watching: bool
    age_s: float | None
    problems: list[str]
    evaluator: EvaluatorHealth | None


class StreamHealth(_Shape):
    """How the stream fares; what needs a picture is null while there is none."""

    ready: bool
    reason: str | None = Field(description="Why it is not ready, as on /readyz.")
    headline: str | None = Field(examples=["All 4 partitions are fresh, read by 2 workers."])
    as_of: str | None = Field(examples=["2026-03-02T14:30:00.000Z"])
    age_s: float | None = Field(description="How old the figures are by now.")
    frame_age_s: float | None = Field(description="How long ago all this was put together.")
    freshness: Freshness | None
    partitions: list[Partition] | None
    workers: list[Worker] | None
    health: Health | None  # type: ignore[valid-type]
    events_by_type: dict[str, int] | None
    rejected_by_field: dict[str, int] | None
    limits: dict[str, int] | None = Field(
        description="Each bound that was reached, and how often.", examples=[{"agents_kept": 12}]
    )
    queues_left_out: int | None = Field(description="Queues beside those that frames tell.")
    alerts: AlertsHealth | None = Field(description="Null where the dashboard follows none.")
    dashboard: DashboardHealth
    version: str
