"""`GET /api/v1/agents`: what each agent does, has at hand, and has behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response
from msgspec.structs import replace

from dashboard import strain as strains
from dashboard.api import detail_models as models
from dashboard.api.contacts import Identifier, answered
from dashboard.api.figures import WindowName, ask_figures
from dashboard.api.known import refuse_unknown
from dashboard.api.models import Problem
from dashboard.api.past import LookAsked, feed_of, look_of
from dashboard.cadence import PERIOD
from dashboard.feed import WINDOW, Answer, Feed
from dashboard.past import Looks
from dashboard.strain import strain
from stream.contract.detail import AtHand, Detail, Load
from stream.contract.figures import AgentSection, DrillMark
from stream.contract.instants import (
    SECOND_US,
    UNREADABLE,
    format_millis,
    parse_instant,
    parse_instants,
)
from stream.contract.past import PastFloor

_JSON: Final = "application/json"
# What agents have at hand is as new as a frame; what they have behind them changes slowly, and is much.
_AT_HAND_KEPT_S: Final = 0.9
_LOADS_KEPT_S: Final = 10.0
# So many different answers are kept, each until a frame or two later.
_MADE_MAX: Final = 100
_MADE_KEPT: Final = 2 * PERIOD
# Agents are told without their contacts rather than late.
_KNOWN_S_MAX: Final = 1.0
_FIGURES: Final = ("average_handle_time_s", "csat_score", "csat_low", "csat_high", "occupancy")
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": Problem, "description": "No such queue is on the floor."},
    422: {"model": Problem, "description": "The window is not one of those there are."},
    503: {"model": Problem, "description": "It cannot be told just now."},
}


class Known(NamedTuple):
    """What is known of agents beside their figures; None where it is not known in time."""

    at_hand: dict[str, AtHand] | None
    loads: dict[str, Load] | None
    hour: dict[str, AgentSection] | None


class Made(NamedTuple):
    """An answer that was made, and of what: who asks the same meanwhile gets it."""

    of: Answer
    known: Known
    body: bytes


def agents_router(feed: Feed, detail: Detail | None, looks: Looks) -> APIRouter:
    """The route to agents; without `detail` nothing is told of their contacts."""
    router = APIRouter(prefix="/api/v1", tags=["detail"])

    kept = _Kept()
    made: dict[Hashable, Made] = {}

    @router.get("/agents", response_model=models.AgentsNow, responses=_PROBLEMS)
    async def agents(
        window: WindowName = WINDOW,
        queue: Annotated[
            Identifier | None, Query(description="Of this queue's agents alone.")
        ] = None,
        team: Annotated[
            Identifier | None, Query(description="Of this team's agents alone.")
        ] = None,
        look: LookAsked = None,
    ) -> Response:
        """Each agent's state, what it has at hand, its figures of the window, and its strain."""
        shown = feed_of(feed, looks, look)
        # Asked at once, so that all are of the same instant.
        then = None if look is None else _Then(shown, look_of(looks, look).floor)
        answer = await ask_figures(shown, window, agents=True)
        if then is None:
            known = await _known(kept, shown, detail, answer.picture.drill)
        else:
            known = await then.known()
        asked = window, queue, team
        before = made.get(asked)
        if before is not None and before.of is answer and before.known == known:
            return Response(before.body, media_type=_JSON)
        wanted = {
            name: section
            for name, section in (answer.picture.figures.agents or {}).items()
            if (queue is None or queue in answer.picture.agent_queues.get(name, ()))
            and team in {None, section.team}
        }
        if not wanted:
            await refuse_unknown(shown, queue=queue)
        body = msgspec.json.encode(_told(answer, wanted, known))
        keep(made, asked, Made(answer, known, body))
        return Response(body, media_type=_JSON)

    return router


def keep(made: dict[Hashable, Made], asked: Hashable, one: Made) -> None:
    """Keep an answer, and let go of those that nobody can get any more: each holds a whole floor."""
    for each, other in list(made.items()):
        if abs(one.of.built_at - other.of.built_at) > _MADE_KEPT:
            del made[each]
    if len(made) >= _MADE_MAX:
        made.clear()
    made[asked] = one


class _Then:
    """What is known of agents of the past; it is asked for as this is made."""

    def __init__(self, feed: Feed, floor: PastFloor) -> None:
        self._feed = feed
        self._at_hand = feed.ask_for(floor.at_hand)
        self._loads = feed.ask_for(floor.loads)

    async def known(self) -> Known:
        """It, as far as it comes in time."""
        at_hand, loads = await _by_agent(self._at_hand), await _by_agent(self._loads)
        return Known(at_hand, loads, await _last_hour(self._feed))


async def _known(kept: _Kept, feed: Feed, detail: Detail | None, drill: DrillMark | None) -> Known:
    """What is known of the agents of the floor that is shown: a drill's has others of the same names."""

    def at_hand() -> Awaitable[dict[str, Any] | None]:
        return _by_agent(None if detail is None else detail.at_hand())

    def loads() -> Awaitable[dict[str, Any] | None]:
        return _by_agent(None if detail is None else detail.loads())

    return Known(
        await kept.get(("at hand", drill), _AT_HAND_KEPT_S, at_hand),
        await kept.get(("loads", drill), _LOADS_KEPT_S, loads),
        await kept.get(("hour", drill), _LOADS_KEPT_S, lambda: _last_hour(feed)),
    )


async def _last_hour(feed: Feed) -> dict[str, AgentSection]:
    """The agents' figures that strain goes by."""
    hour = await ask_figures(feed, strains.WINDOW, agents=True)
    return hour.picture.figures.agents or {}


class _Kept:
    """What was told lately, for all who look at the same floor."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[Hashable, float, dict[str, Any]]] = {}

    async def get(
        self,
        what: tuple[str, Hashable],
        for_s: float,
        ask: Callable[[], Awaitable[dict[str, Any] | None]],
    ) -> dict[str, Any] | None:
        """What was told within so many seconds of the same floor, or is told now; what is not known
        is asked anew."""
        name, floor = what
        now = asyncio.get_running_loop().time()
        kept = self._told.get(name)
        if kept is None or kept[0] != floor or now - kept[1] >= for_s:
            told = await ask()
            if told is None:
                return None
            kept = self._told[name] = floor, now, told
        return kept[2]


async def _by_agent(asked: Future[list[Any]] | None) -> dict[str, Any] | None:
    """What is told of each agent; None where that is not known in time, or nobody tells it."""
    if asked is None:
        return None
    try:
        told = await answered(asked, most_s=_KNOWN_S_MAX)
    except HTTPException:
        return None
    return {each.agent: each for each in told}


def _told(answer: Answer, wanted: dict[str, AgentSection], known: Known) -> dict[str, Any]:
    picture = answer.picture
    as_of = None if picture.figures.as_of is None else int(parse_instant(picture.figures.as_of))
    # One after the other they would take longer than all the rest.
    since = parse_instants([section.since or "" for section in wanted.values()])
    return {
        "as_of": picture.figures.as_of,
        "window": picture.figures.window,
        "contacts_known": known.at_hand is not None,
        "agents": [
            _agent(name, section)
            | {"in_state_s": _in_state_s(began, as_of)}
            | {"queues": list(picture.agent_queues.get(name, ()))}
            | _has(name, known.at_hand)
            | {"strain": _strain(name, section, known, as_of)}
            for (name, section), began in zip(wanted.items(), since, strict=True)
        ],
    }


def _in_state_s(since: int, as_of: int | None) -> float | None:
    if since == UNREADABLE or as_of is None:
        return None
    return max(0, as_of - since) / SECOND_US


def _agent(name: str, section: AgentSection) -> dict[str, Any]:
    return {
        "agent": name,
        "state": section.state,
        "reason": section.reason,
        "since": section.since,
        "team": section.team,
        "handled": section.counts["handled"],
        "csat_n": section.counts["csat_n"],
        **{name: section.figures[name] for name in _FIGURES},
    }


def _has(name: str, at_hand: dict[str, AtHand] | None) -> dict[str, Any]:
    has = None if at_hand is None else at_hand.get(name)
    number = None if at_hand is None else 0
    return {
        "contact": has.contact if has else None,
        "contact_state": has.state if has else None,
        "contact_since": format_millis(has.since) if has else None,
        "contacts": has.others + 1 if has else number,
        "channel": has.channel if has else None,
        "queue": has.queue if has else None,
    }


def _strain(name: str, section: AgentSection, known: Known, as_of: int | None) -> dict[str, Any]:
    hour = (known.hour or {}).get(name)
    if hour is None or as_of is None:
        return {"level": None, "why": None, "whys": [], "signs": []}
    # The state is that of now.
    told = strain(replace(hour, state=section.state), (known.loads or {}).get(name), as_of)
    return {
        "level": told.level,
        "why": told.why,
        "whys": [{"text": one.text, "said": one.said} for one in told.gravest],
        "signs": [{"of": one.of, "level": one.level, "value": one.value} for one in told.signs],
    }
