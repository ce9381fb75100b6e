"""The viewers of the stream: each is handed the newest frame, and skips what it was slow for."""

from __future__ import annotations

import asyncio
from threading import Lock
from typing import Final, Protocol

from dashboard.meters import FeedMeters

VIEWERS_MAX: Final = 5_000


class Message(Protocol):
    """What is handed out: numbered, and ready to send."""

    @property
    def seq(self) -> int:
        """The number of the frame."""
        ...

    @property
    def data(self) -> bytes:
        """The frame as a server-sent event."""
        ...

    @property
    def packed(self) -> bytes:
        """The same as `dashboard/packing.py` compresses it."""
        ...


class Viewer:
    """One program on the stream, with a queue of one. Belongs to its event loop."""

    def __init__(self, meters: FeedMeters, last_seq: int | None, *, packed: bool = False) -> None:
        self.packed = packed
        self._meters = meters
        self._handed_seq = last_seq
        self._waiting: Message | None = None
        self._awake = asyncio.Event()
        self._closed = False

    def hand(self, message: Message) -> None:
        """Take in a message in the place of an older one; what the viewer has is not repeated."""
        if message.seq == self._handed_seq:
            return
        if self._waiting is not None:
            self._meters.frames_dropped.inc()
        self._waiting, self._handed_seq = message, message.seq
        self._awake.set()

    def close(self) -> None:
        """End the stream at once."""
        self._closed = True
        self._awake.set()

    async def next(self) -> bytes | None:
        """Wait for the next message; None once the stream has ended."""
        await self._awake.wait()
        message = self._waiting
        if self._closed or message is None:
            return None
        self._waiting = None
        self._awake.clear()
        self._meters.frames_sent.inc()
        return message.packed if self.packed else message.data


class Viewers:
    """All viewers, by the event loop each lives in."""

    def __init__(self, meters: FeedMeters, *, most: int) -> None:
        self._meters = meters
        self._most = most
        self._lock = Lock()
        self._by_loop: dict[asyncio.AbstractEventLoop, set[Viewer]] = {}
        self._closed = False

    def join(self, last_seq: int | None, *, packed: bool = False) -> Viewer:
        """Add a viewer from inside its event loop. `last_seq` is the frame it has already, and
        `packed` is whether it takes frames compressed."""
        viewer = Viewer(self._meters, last_seq, packed=packed)
        with self._lock:
            if self._closed:
                viewer.close()
            else:
                self._by_loop.setdefault(asyncio.get_running_loop(), set()).add(viewer)
                self._meters.viewers.inc()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Forget a viewer, from inside its event loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            viewers = self._by_loop.get(loop, set())
            if viewer in viewers:
                viewers.remove(viewer)
                self._meters.viewers.dec()
            if not viewers:
                self._by_loop.pop(loop, None)

    def __len__(self) -> int:
        with self._lock:
            return sum(map(len, self._by_loop.values()))

    @property
    def most(self) -> int:
        """How many viewers are let in at most."""
        return self._most

    @property
    def closed(self) -> bool:
        """Whether every stream is to end."""
        return self._closed

    def full(self, *, beside: int) -> bool:
        """Whether no more viewers are let in where there are so many others; who then asks is
        counted as turned away."""
        full = len(self) + beside >= self._most
        if full:
            self._meters.viewers_refused.inc()
        return full

    def hand_out(self, message: Message) -> None:
        """Hand a message to everybody, from any thread: one call an event loop."""
        with self._lock:
            loops = list(self._by_loop)
            packed = any(viewer.packed for viewers in self._by_loop.values() for viewer in viewers)
        if packed:
            # Here, where nobody waits for an event loop.
            _ = message.packed
        for loop in loops:
            self._call(loop, message)

    def close(self) -> None:
        """End every stream, and those that would begin."""
        with self._lock:
            self._closed = True
            loops = list(self._by_loop)
        for loop in loops:
            self._call(loop, None)

    def _call(self, loop: asyncio.AbstractEventLoop, message: Message | None) -> None:
        try:
            loop.call_soon_threadsafe(self._deliver, loop, message)
        except RuntimeError:  # The loop has ended, and its viewers with it.
            with self._lock:
                gone = self._by_loop.pop(loop, set())
                self._meters.viewers.dec(len(gone))

    def _deliver(self, loop: asyncio.AbstractEventLoop, message: Message | None) -> None:
        with self._lock:
            viewers = list(self._by_loop.get(loop, ()))
        for viewer in viewers:
            if message is None:
                viewer.close()
            else:
                viewer.hand(message)
