"""`/healthz`, `/readyz` and `/metrics`: whether the service is up, fresh, and how it fares."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dashboard.api import models
from dashboard.api.gauges import FigureCollector
from dashboard.feed import Feed


def health_router(feed: Feed) -> APIRouter:
    """The routes that machines ask."""
    router = APIRouter(tags=["service"])
    feed.meters.registry.register(FigureCollector(feed))

    @router.get("/healthz", response_model=models.Alive)
    async def healthz() -> models.Alive:
        """The process is up."""
        return models.Alive()

    @router.get(
        "/readyz",
        response_model=models.Readiness,
        responses={503: {"model": models.Readiness, "description": "Not fresh, and why."}},
    )
    async def readyz(response: Response) -> models.Readiness:
        """The newest frame is fresh: all partitions told their state within 5 s."""
        reason = feed.unready()
        response.status_code = 200 if reason is None else 503
        return models.Readiness(ready=reason is None, reason=reason, age_s=feed.age_s())

    @router.get("/metrics", response_class=Response)
    def metrics() -> Response:
        """Figures of floor and queues, and the feed's own counts, for Prometheus."""
        return Response(generate_latest(feed.meters.registry), media_type=CONTENT_TYPE_LATEST)

    return router
