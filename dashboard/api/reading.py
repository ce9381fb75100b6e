"""Contacts read back from the log when somebody asks: one list at a time, whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, Final, TypeVar

from fastapi import HTTPException
from fastapi.responses import JSONResponse

from stream.contract.behind import NotHeld, OtherFloor, TooManyEvents
from stream.contract.figures import NoPicture
from stream.contract.instants import format_millis

# When who was turned away may ask again: most lists are read within it.
AGAIN_S: Final = 2
Told = TypeVar("Told")


class Reading:
    """One reading at a time; who asks for what is being read already gets the same answer."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: tuple[Hashable, Future[Any]] | None = None

    def ask(self, key: Hashable, read: Callable[[], Told]) -> Future[Told] | None:
        """What will be the answer; None while something else is being read."""
        with self._lock:
            if self._running is not None:
                known, running = self._running
                return running if known == key else None
            future: Future[Told] = Future()
            self._running = key, future
        # Not of the server's pool, in which whoever acknowledges something would wait for it.
        Thread(
            target=self._run, args=(future, read), name="floorwatch-contacts", daemon=True
        ).start()
        return future

    def _run(self, future: Future[Told], read: Callable[[], Told]) -> None:
        try:
            found = read()
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            self._end()
            future.set_exception(error)
        else:
            self._end()
            future.set_result(found)

    def _end(self) -> None:
        with self._lock:
            self._running = None


async def read_once(reading: Reading, key: Hashable, read: Callable[[], Told]) -> Told | None:
    """What is read; None while something else is. Raises an HTTPException where it cannot be."""
    future = reading.ask(key, read)
    if future is None:
        return None
    try:
        # Who goes away stops nobody else's reading.
        return await asyncio.shield(asyncio.wrap_future(future))
    except NotHeld as error:
        since = format_millis(error.held_since)
        raise HTTPException(410, f"no longer there: the log begins at {since}") from None
    except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
        raise not_read(error) from None


def not_read(error: Exception) -> HTTPException:
    """What is told of contacts that could not be read: nothing of what an error may hold."""
    match error:
        case TooManyEvents():
            return HTTPException(503, "too many events to be read while somebody waits")
        case OtherFloor():
            return HTTPException(503, "the contacts of a drill are not to be read")
        case NoPicture():
            # Its words are meant for a screen.
            return HTTPException(503, str(error))
        case _:
            return HTTPException(503, f"not read ({type(error).__name__})")


def turned_away(other: str) -> JSONResponse:
    """What is told while the contacts behind something else are being read."""
    detail = f"the contacts behind {other} are being read; try again"
    return JSONResponse({"detail": detail}, 503, {"Retry-After": str(AGAIN_S)})
