"""Whether a name in a question is one of the floor that is shown: what names nothing is said, not
answered with nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from concurrent.futures import Future
from typing import Final, TypeVar

from fastapi import HTTPException

from dashboard.feed import WINDOW, Feed
from stream.contract.figures import Figures

# So many names are read in one line; of more it is said where they are.
NAMES_TOLD_MAX: Final = 20
_ANSWER_S_MAX: Final = 5.0
_FLOOR: Final = "/api/v1/floor"
_AGENTS: Final = "/api/v1/agents"
Told = TypeVar("Told")


async def refuse_unknown(
    feed: Feed, *, queue: str | None = None, agent: str | None = None, team: str | None = None
) -> None:
    """Raises an HTTPException, 404, where there is no such queue, agent or team on the floor; not
    while the floor is not known. For who found nothing: a name may be in the log alone."""
    try:
        missing = await _missing(feed, queue=queue, agent=agent, team=team)
    except Exception:  # noqa: BLE001 - whatever it was, nobody is told that there is none
        return
    if missing is not None:
        raise missing


async def _missing(
    feed: Feed, *, queue: str | None, agent: str | None, team: str | None
) -> HTTPException | None:
    # Also a queue that is not told, for its smallness, is known by its hour.
    if queue is not None and await _in_time(feed.ask_hour(queue)) is None:
        return no_such("queue", (await _figures(feed)).queues)
    if team is not None and team not in (teams := (await _figures(feed)).teams):
        return no_such("team", teams)
    if agent is not None:
        agents = (await _figures(feed, agents=True)).agents or {}
        if agent not in agents:
            return no_such("agent", agents, _AGENTS)
    return None


def no_such(kind: str, names: Collection[str], where: str = _FLOOR) -> HTTPException:
    """What is told of a name that is none of these, which `where` tells in full."""
    lead = f"{kind}: there is no {kind} of this id on the floor"
    if not names:
        return HTTPException(404, f"{lead}, and none at all yet")
    if len(names) > NAMES_TOLD_MAX:
        return HTTPException(404, f"{lead}: {where} has all {len(names)}")
    return HTTPException(404, f"{lead}; there are {', '.join(sorted(names))}")


async def _figures(feed: Feed, *, agents: bool = False) -> Figures:
    return (await _in_time(feed.ask(WINDOW, agents=agents))).picture.figures


async def _in_time(future: Future[Told]) -> Told:
    return await asyncio.wait_for(asyncio.wrap_future(future), _ANSWER_S_MAX)
