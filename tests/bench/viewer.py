"""A viewer of the dashboard's stream: notes when each frame came, and reads them afterwards."""

from __future__ import annotations

import contextlib
import http.client
import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

_SOON_S: Final = 0.02


class Came(NamedTuple):
    """A frame's bytes, and when its last one was there (`time.perf_counter`)."""

    at: float
    data: bytes

    def events(self) -> int:
        """How many events the frame counts in all; 0 in a broken one."""
        return _frames.decode(self.data).health.get("events", 0)


class Viewer:
    """Reads `/api/v1/stream` in a thread, which does no more than note the time."""

    def __init__(self, url: str) -> None:
        self.came: list[Came] = []
        address = urlsplit(url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port or 80)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_for(self, seen: Callable[[Came], bool], timeout_s: float) -> Came:
        """The first frame from now on, or the newest one, that has what is looked for."""
        give_up = time.perf_counter() + timeout_s
        looked = max(0, len(self.came) - 1)
        while True:
            for frame in self.came[looked:]:
                looked += 1
                if seen(frame):
                    return frame
            if time.perf_counter() > give_up:
                raise TimeoutError(f"not seen in {timeout_s:.0f} s and {len(self.came)} frames")
            threading.Event().wait(_SOON_S)

    def _read(self) -> None:
        # The server ends the stream when it is ended, in whatever way it likes.
        with (
            contextlib.closing(self._connection),
            contextlib.suppress(OSError, http.client.HTTPException),
        ):
            self._connection.request("GET", "/api/v1/stream")
            with self._connection.getresponse() as response:
                while line := response.readline():
                    if line.startswith(b"data: "):
                        self.came.append(Came(time.perf_counter(), line[6:]))


class _Frame(msgspec.Struct):
    health: dict[str, int] = {}


_frames: Final = msgspec.json.Decoder(_Frame)
