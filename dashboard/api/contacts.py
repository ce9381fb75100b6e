"""`GET /api/v1/contacts`: who is behind a figure, of the present, of an instant or of a window."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from concurrent.futures import Future
from functools import partial
from typing import Annotated, Any, Final, TypeVar, get_args

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, StringConstraints

from dashboard.api import detail_models as models
from dashboard.api.asked import in_time
from dashboard.api.figures import WINDOWS_TOLD
from dashboard.api.known import refuse_unknown
from dashboard.api.models import Problem
from dashboard.api.past import LookAsked, look_of
from dashboard.api.reading import Reading, not_read, read_once, turned_away
from dashboard.feed import WINDOW, Feed
from dashboard.past import Look, Looks
from stream.contract.behind import ContactBehind
from stream.contract.detail import (
    LISTED_MOST,
    PRESENT,
    CountAsked,
    CountContacts,
    Detail,
    PresentAsked,
    PresentContact,
    PresentContacts,
)
from stream.contract.events import IDENTIFIER_LENGTH_MAX, Channel
from stream.contract.figures import (
    COUNTS,
    LIVE_WINDOWS,
    MEANINGLESS_IN_CHANNELS,
    MEANINGLESS_IN_TEAMS,
)
from stream.contract.instants import HOUR_US, SECOND_US, format_millis, parse_instant

_JSON: Final = "application/json"
# An answer comes at once, but for the first, which reads the log.
_ANSWER_S_MAX: Final = 40.0
# A screen's clock may be a little ahead of the floor's.
AHEAD_US_MAX: Final = 10 * SECOND_US
# No window is longer.
SPAN_US_MAX: Final = 25 * HOUR_US
_ASKED_FOR: Final = (*PRESENT, *COUNTS)
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": Problem, "description": "No such queue or agent is on the floor."},
    410: {
        "model": Problem,
        "description": "The log holds the events behind it no longer, or the look is over.",
    },
    422: {"model": Problem, "description": "What is asked for is not there to be asked for."},
    503: {
        "model": Problem,
        "description": "They cannot be read here, or not now. With `Retry-After` those behind another "
        "number are being read.",
    },
}
# Whom and when a figure cannot be asked for.
_MEANINGLESS: Final[dict[str, Collection[str]]] = {
    "channel": MEANINGLESS_IN_CHANNELS,
    "agent": MEANINGLESS_IN_TEAMS,
    "team": MEANINGLESS_IN_TEAMS.union(PRESENT),
    "as_of": PRESENT,
    "since": PRESENT,
}
_OF: Final = "A figure of the present, or a count of a window."
# What is longer names nothing in the contract, and is not passed on.
Identifier = Annotated[str, StringConstraints(max_length=IDENTIFIER_LENGTH_MAX)]
Told = TypeVar("Told")


class _Wanted(BaseModel):
    """Whose contacts, and as of when."""

    queue: str | None
    channel: str | None
    agent: str | None
    team: str | None
    as_of: str | None
    since: str | None


def _wanted(
    queue: Identifier | None = None,
    channel: str | None = None,
    agent: Identifier | None = None,
    team: Annotated[Identifier | None, Query(description="Of counts alone.")] = None,
    as_of: Annotated[
        str | None,
        Query(description="Of counts alone: the instant of the figure, now unless said."),
    ] = None,
    since: Annotated[
        str | None,
        Query(
            description="Of counts alone, with `as_of`: where the window begins, rather than by "
            "`window`; a minute is counted from its first second `as_of` its last."
        ),
    ] = None,
) -> _Wanted:
    return _Wanted(queue=queue, channel=channel, agent=agent, team=team, as_of=as_of, since=since)


def contacts_now_router(feed: Feed, detail: Detail | None, looks: Looks) -> APIRouter:
    """The route to contacts; without `detail` it says that none can be read."""
    router = APIRouter(prefix="/api/v1", tags=["detail"])
    reading = Reading()

    @router.get("/contacts", response_model=models.Contacts, responses=_PROBLEMS)
    async def contacts(
        wanted: Annotated[_Wanted, Depends(_wanted)],
        of: Annotated[str, Query(description=_OF, json_schema_extra={"enum": list(_ASKED_FOR)})],
        window: Annotated[
            str, Query(description=WINDOWS_TOLD, json_schema_extra={"enum": list(LIVE_WINDOWS)})
        ] = WINDOW,
        most: Annotated[int, Query(ge=0, le=LISTED_MOST)] = 200,
        look: LookAsked = None,
    ) -> Response:
        """The contacts that a figure counts: of the present, or of the instant that a look at the past
        shows, the oldest first; of a count of a window the newest first, read back from the log when
        somebody asks."""
        _check(of, window, wanted)
        then = None if look is None else look_of(looks, look)
        if of in PRESENT:
            told = _present(await _stood(_present_asked(of, wanted, most), detail, then))
        else:
            asked = _count_asked(of, window, wanted, most, then)
            found = await read_once(reading, asked, partial(_readable(detail).counted, asked))
            if found is None:
                return turned_away("another number")
            if asked.as_of is not None and asked.as_of > found.as_of + AHEAD_US_MAX:
                raise HTTPException(422, "as_of: expected a time that is past on the floor")
            told = _counted(found)
        if not told["total"]:
            shown = feed if then is None else then.feed
            await refuse_unknown(shown, queue=wanted.queue, agent=wanted.agent)
        return Response(msgspec.json.encode(told), media_type=_JSON)

    return router


async def _stood(asked: PresentAsked, detail: Detail | None, then: Look | None) -> PresentContacts:
    """Who stands so now, or stood so at the instant that a look shows. Raises an HTTPException."""
    if then is None:
        return await answered(_readable(detail).contacts(asked))
    return await in_time(then.feed.ask_for(partial(then.floor.contacts, asked)))


def _readable(detail: Detail | None) -> Detail:
    if detail is None:
        raise HTTPException(503, "this dashboard cannot read contacts")
    return detail


async def answered(future: Future[Told], *, most_s: float = _ANSWER_S_MAX) -> Told:
    """What was asked for. Raises an HTTPException where it does not come."""
    try:
        # Who goes away stops nobody else's answer.
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), most_s)
    except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
        raise not_read(error) from None


def _check(of: str, window: str, wanted: _Wanted) -> None:
    """Raises an HTTPException, in one line, for what cannot be asked."""
    for name, value, allowed in (
        ("of", of, _ASKED_FOR),
        ("window", window, LIVE_WINDOWS),
        ("channel", wanted.channel, (None, *get_args(Channel))),
    ):
        if value not in allowed:
            told = ", ".join(each for each in allowed if each is not None)
            raise HTTPException(422, f"{name}: expected one of {told}")
    for name, meaningless in _MEANINGLESS.items():
        if getattr(wanted, name) is not None and of in meaningless:
            raise HTTPException(422, f"{name}: {of} cannot be asked by it")


def _present_asked(of: Any, wanted: _Wanted, most: int) -> PresentAsked:
    return PresentAsked(
        of, queue=wanted.queue, channel=wanted.channel, agent=wanted.agent, most=most
    )


def _count_asked(of: str, window: str, wanted: _Wanted, most: int, then: Look | None) -> CountAsked:
    as_of = None if then is None else then.floor.state().at
    if wanted.as_of is not None:
        as_of = _instant("as_of", wanted.as_of)
    since = None if wanted.since is None else _since(_instant("since", wanted.since), as_of)
    return CountAsked(
        of=of,
        window=window,
        queue=wanted.queue,
        channel=wanted.channel,
        agent=wanted.agent,
        team=wanted.team,
        most=most,
        as_of=as_of,
        since=since,
    )


def _instant(name: str, text: str) -> int:
    try:
        return int(parse_instant(text))
    except ValueError as error:
        raise HTTPException(422, f"{name}: {error}") from None


def _since(since: int, as_of: int | None) -> int:
    """Where a window begins that ends then. Raises an HTTPException where there is none."""
    if as_of is None:
        raise HTTPException(422, "since: expected with as_of")
    if not 0 <= as_of - since <= SPAN_US_MAX:
        raise HTTPException(422, "since: expected at most 25 hours before as_of")
    return since


def _present(found: PresentContacts) -> dict[str, Any]:
    return {
        "as_of": format_millis(found.as_of),
        "since": None,
        "of": found.of,
        "counted": found.of,
        "total": found.total,
        "contacts": [_standing(one) for one in found.contacts],
        "more": len(found.contacts) < found.total,
        "unplaced": 0,
        "held_since": None,
    }


def _counted(found: CountContacts) -> dict[str, Any]:
    return {
        "as_of": format_millis(found.as_of),
        "since": format_millis(found.since),
        "of": found.of,
        "counted": found.counted,
        "total": found.total,
        "contacts": [_happened(one) for one in found.contacts],
        "more": len(found.contacts) < found.total,
        "unplaced": found.unplaced,
        "held_since": _time(found.held_since),
    }


def _standing(one: PresentContact) -> dict[str, Any]:
    told = msgspec.structs.asdict(one)
    return told | {
        "since": _time(one.since),
        "at": None,
        "due": _time(one.due),
        "waited_s": _seconds(told.pop("waited_us")),
        "target_s": _seconds(told.pop("target_us")),
    }


def _happened(one: ContactBehind) -> dict[str, Any]:
    told = msgspec.structs.asdict(one)
    target_us = None if one.due is None or one.since is None else one.due - one.since
    return told | {
        "contact": told.pop("id"),
        "state": None,
        "since": _time(one.since),
        "at": _time(one.at),
        "due": _time(one.due),
        "overdue": one.over_target,
        "waited_s": _seconds(told.pop("wait_us")),
        "target_s": _seconds(target_us),
    }


def _time(instant: int | None) -> str | None:
    return None if instant is None else format_millis(instant)


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / SECOND_US
