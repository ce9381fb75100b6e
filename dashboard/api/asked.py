"""What a feed was asked, in time, or else why it is not told."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Final, TypeVar

from fastapi import HTTPException

from stream.contract.figures import NoPicture

_ANSWER_S_MAX: Final = 5.0
Told = TypeVar("Told")


async def in_time(future: Future[Told]) -> Told:
    """What was asked for. Raises an HTTPException, 503, where it does not come."""
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), _ANSWER_S_MAX)
    except TimeoutError:
        raise HTTPException(503, "the feed does not answer") from None
    except NoPicture as error:
        raise HTTPException(503, str(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
        reason = f"the figures cannot be computed ({type(error).__name__})"
        raise HTTPException(503, reason) from None
