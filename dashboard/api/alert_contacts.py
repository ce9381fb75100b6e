"""`GET /api/v1/alerts/{id}/contacts`: the contacts behind an alert, read when somebody asks."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import msgspec
from fastapi import APIRouter, HTTPException, Response

from dashboard.api import alert_models as models
from dashboard.api.alert_rules import RuleTools
from dashboard.api.alerts import Acting
from dashboard.api.models import Problem
from dashboard.api.reading import Reading, read_once, turned_away
from stream.contract.behind import Behind, ContactBehind
from stream.contract.instants import SECOND_US, format_millis

_JSON: Final = "application/json"
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": Problem, "description": "No such incident, and no alert of this id."},
    410: {"model": Problem, "description": "The log holds the events behind it no longer."},
    503: {
        "model": Problem,
        "description": "They cannot be read here, or not now. With `Retry-After` another alert's "
        "are being read.",
    },
}


def contacts_router(acting: Acting, tools: RuleTools | None) -> APIRouter:
    """The route to the contacts behind an alert; without tools it says that it cannot be done."""
    router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"])
    read = None if tools is None else tools.contacts
    reading = Reading()

    @router.get("/{id:path}/contacts", response_model=models.Contacts, responses=_PROBLEMS)
    async def contacts(id: str) -> Response:  # noqa: A002
        """The contacts behind an alert, or behind the gravest alert of an incident."""
        alert = acting.alert(id)
        if read is None:
            raise HTTPException(503, "this dashboard cannot read contacts")
        # Figures move on while somebody reads; they are the same people.
        key = (alert.id, alert.fired_at or 0)
        found = await read_once(reading, key, partial(read, alert, acting.rules_in_force()))
        if found is None:
            return turned_away("another alert")
        return Response(msgspec.json.encode(contacts_answer(found)), media_type=_JSON)

    return router


def contacts_answer(found: Behind) -> dict[str, Any]:
    """The contacts with their times as RFC 3339 and their waits in seconds."""
    return {
        "alert": found.alert,
        "as_of": format_millis(found.as_of),
        "since": _time(found.since),
        "held_since": _time(found.held_since),
        "unplaced": found.unplaced,
        "groups": [
            {
                "became": group.became,
                "count": group.count,
                "contacts": [_contact(one) for one in group.contacts],
            }
            for group in found.groups
        ],
    }


def _contact(one: ContactBehind) -> dict[str, Any]:
    told = msgspec.structs.asdict(one)
    wait_us = told.pop("wait_us")
    for name in ("since", "at", "due"):
        told[name] = _time(told[name])
    return told | {"wait_s": None if wait_us is None else wait_us / SECOND_US}


def _time(instant: int | None) -> str | None:
    return None if instant is None else format_millis(instant)
