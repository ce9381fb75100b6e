"""`/healthz`, `/readyz`, `/metrics` and `GET /api/v1/health`: whether the service is up and fresh, and
how it and the stream fare."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Response
from msgspec.structs import replace
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dashboard.alerting import WATCHED_S_MAX, evaluator_told
from dashboard.api import models
from dashboard.api.gauges import FigureCollector
from dashboard.api.stream_gauges import by_now
from dashboard.feed import Feed


def health_router(feed: Feed, *, version: str) -> APIRouter:
    """The routes that machines ask."""
    router = APIRouter(tags=["service"])
    feed.meters.registry.register(FigureCollector(feed))

    @router.get(
        "/healthz",
        response_model=models.Alive,
        responses={503: {"model": models.Alive, "description": "No frame will come any more."}},
    )
    async def healthz(response: Response) -> models.Alive:
        """The process is up, and frames can come: where not, it must be started again."""
        response.status_code = 503 if feed.dead else 200
        return models.Alive(status="the feed has ended" if feed.dead else "ok")

    @router.get(
        "/readyz",
        response_model=models.Readiness,
        responses={503: {"model": models.Readiness, "description": "Not fresh, and why."}},
    )
    async def readyz(response: Response) -> models.Readiness:
        """The newest frame is fresh: all partitions told their state within 5 s, and none of them
        tells the past."""
        reason = feed.unready()
        response.status_code = 200 if reason is None else 503
        return models.Readiness(ready=reason is None, reason=reason, age_s=feed.age_s())

    # Probes ask by HEAD, too: the same without a body, of which the API's description need not tell.
    router.add_api_route("/healthz", healthz, methods=["HEAD"], include_in_schema=False)
    router.add_api_route("/readyz", readyz, methods=["HEAD"], include_in_schema=False)

    @router.get("/api/v1/health", response_model=models.StreamHealth)
    async def health() -> Response:
        """How the stream fares, by partition and worker, and what became of the events; answers
        also while there is no picture."""
        return Response(msgspec.json.encode(_health(feed, version)), media_type="application/json")

    @router.get("/metrics", response_class=Response)
    def metrics() -> Response:
        """Figures of floor and queues, the health of the stream, and the feed's own counts, for
        Prometheus."""
        return Response(generate_latest(feed.meters.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _alerts(feed: Feed) -> dict[str, object] | None:
    """Who judges the floor and whom it tells; None where this dashboard follows no alerts."""
    board = feed.board()
    if board is None:
        return None
    age_s, told = feed.alerts_age_s(), evaluator_told(board)
    evaluator = {} if told is None else msgspec.structs.asdict(told)
    problems = [] if board.head is None else board.head.problems
    watching = age_s is not None and age_s <= WATCHED_S_MAX
    return {
        "watching": watching,
        "age_s": age_s,
        "problems": problems,
        "evaluator": evaluator or None,
    }


def _health(feed: Feed, version: str) -> dict[str, object]:
    newest = feed.newest
    frame = None if newest is None else newest.frame
    picture = None if frame is None else frame.picture
    trusted = None if frame is None else frame.trust
    reason = feed.unready()
    frame_age_s = feed.frame_age_s()
    since_s = max(0.0, frame_age_s or 0.0)
    return {
        "ready": reason is None,
        "reason": reason,
        "headline": f"{trusted.lead} {trusted.rest}".strip() if trusted else None,
        "as_of": picture.figures.as_of if picture else None,
        "age_s": feed.age_s(),
        "frame_age_s": frame_age_s,
        "freshness": picture.freshness if picture else None,
        "partitions": by_now(picture.partitions, since_s) if picture else None,
        "workers": [replace(one, age_s=one.age_s + since_s) for one in picture.workers]
        if picture
        else None,
        "health": picture.figures.health if picture else None,
        "events_by_type": picture.events_by_type if picture else None,
        "rejected_by_field": picture.rejected_by_field if picture else None,
        "limits": picture.limits if picture else None,
        "queues_left_out": picture.queues_left_out if picture else None,
        "alerts": _alerts(feed),
        "dashboard": {**feed.meters.figures(), "viewers_max": feed.viewers.most},
        "version": version,
    }
