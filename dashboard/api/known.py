"""Whether a name in a question is one of the floor that is shown: what names nothing is said, not
answered with nothing. Of teams nobody knows which there are: they are what agents say, and one that
all have left is a team still."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fastapi import HTTPException

from dashboard.api.asked import in_time
from dashboard.feed import WINDOW, Feed
from stream.contract.figures import Picture

# So many names are read in one line; of more it is said where they are.
NAMES_TOLD_MAX: Final = 20
_FLOOR: Final = "/api/v1/floor"
_AGENTS: Final = "/api/v1/agents"


async def refuse_unknown(feed: Feed, *, queue: str | None = None, agent: str | None = None) -> None:
    """Raises an HTTPException, 404, where there is no such queue or agent on the floor; not while
    that cannot be told. For who found nothing: a name may be in the log alone."""
    try:
        missing = await missing_of(feed, queue=queue, agent=agent)
    except HTTPException:
        # What was found stands: nobody is told that there is none.
        return
    if missing is not None:
        raise missing


async def missing_of(
    feed: Feed, *, queue: str | None = None, agent: str | None = None
) -> HTTPException | None:
    """What is told, 404, of the first of them that is not on the floor; None where all are. Raises
    an HTTPException, 503, where that cannot be told."""
    # Its hour knows a queue also before anything happens in it, and one too small to be told.
    if queue is not None and await in_time(feed.ask_hour(queue)) is None:
        return await no_such_queue(feed)
    if agent is not None:
        agents = (await _picture(feed, agents=True)).figures.agents or {}
        if agent not in agents:
            return _no_such("agent", agents, _of_look(feed, _AGENTS))
    return None


async def no_such_queue(feed: Feed) -> HTTPException:
    """What is told of a queue that is none. Raises an HTTPException, 503, where it cannot be."""
    picture = await _picture(feed)
    where, left_out = _of_look(feed, _FLOOR), picture.queues_left_out
    return _no_such("queue", picture.figures.queues, where, left_out=left_out)


def _no_such(kind: str, names: Collection[str], where: str, *, left_out: int = 0) -> HTTPException:
    """What is told of a name that is none of these and of those left out; `where` has them."""
    lead = f"{kind}: there is no {kind} of this id on the floor"
    if not names:
        return HTTPException(404, f"{lead}, and none at all yet")
    if left_out:
        return HTTPException(404, f"{lead}: {where} has the largest {len(names):,}")
    if len(names) > NAMES_TOLD_MAX:
        return HTTPException(404, f"{lead}: {where} has all {len(names):,}")
    return HTTPException(404, f"{lead}; there are {', '.join(sorted(names))}")


def _of_look(feed: Feed, path: str) -> str:
    """The path that tells of the floor that this feed shows."""
    return path if feed.look is None else f"{path}?look={feed.look}"


async def _picture(feed: Feed, *, agents: bool = False) -> Picture:
    return (await in_time(feed.ask(WINDOW, agents=agents))).picture
