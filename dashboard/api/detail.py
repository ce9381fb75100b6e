"""What is behind the figures, over HTTP: contacts, agents and events, as one router."""

from __future__ import annotations

from fastapi import APIRouter

from dashboard.api.agents import agents_router
from dashboard.api.contacts import contacts_now_router
from dashboard.api.events import events_router
from dashboard.feed import Feed
from dashboard.past import Looks
from stream.contract.detail import Detail


def detail_router(feed: Feed, detail: Detail | None, looks: Looks) -> APIRouter:
    """All routes that lead from figures to people; without `detail` they say what cannot be told."""
    router = APIRouter()
    for each in (
        contacts_now_router(feed, detail, looks),
        agents_router(feed, detail, looks),
        events_router(feed, detail, looks),
    ):
        router.include_router(each)
    return router
