"""Serving the dashboard: a port that is free or said to be taken, and an end without waiting."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

_GRACE_S: Final = 3
_START_S_MAX: Final = 15.0
_BACKLOG: Final = 2048


class PortUnavailable(Exception):
    """The address cannot be listened on. Operator: choose another port, or stop what has it."""


class NoHost(Exception):
    """What is to be listened on can be no host's name. Operator: give an address or a name."""


class DashboardServer(uvicorn.Server):
    """Uvicorn, but ending open streams first: it would wait for them for ever."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=_GRACE_S,
                ws_max_size=1 << 16,
            )
        )
        self._feed = app.state.feed
        self.running = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell who waits for it."""
        await super().startup(sockets)
        self.running.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all streams, then what uvicorn does."""
        self._feed.viewers.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as the wish to end, and return to the caller after it.

        Uvicorn raises them again at the end, which would skip whatever the caller has to close.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        taken = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in taken}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def bind(host: str, port: int) -> socket.socket:
    """Listen on an address; port 0 takes a free one. Raises `PortUnavailable`, or `NoHost`."""
    try:
        is_name = bool(host.encode("idna"))
    except UnicodeError:
        is_name = False
    if not is_name:
        # Looked up, it would be a TypeError.
        raise NoHost("expected an address or a host's name")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        raise PortUnavailable(f"cannot listen on {host}:{port}: {reason}") from None
    return listener


def serve(
    app: FastAPI,
    host: str,
    port: int,
    *,
    listener: socket.socket | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Serve until SIGINT or SIGTERM, then return. `listener` is one bound before, if any.

    Who asked before the server listened to signals, as `stopped` tells, is heard as it starts.
    """
    begin = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        async with begin(served) as state:
            if stopped():
                signal.raise_signal(signal.SIGINT)
            yield state

    app.router.lifespan_context = lifespan
    with listener or bind(host, port) as bound:
        DashboardServer(app).run(sockets=[bound])


@contextlib.contextmanager
def serving(app: FastAPI, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve from a thread of this process while the block runs; gives the address to open."""
    with bind(host, port) as bound:
        server = DashboardServer(app)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [bound]}, name="floorwatch-server", daemon=True
        )
        thread.start()
        try:
            if not server.running.wait(_START_S_MAX) or not server.started:
                raise PortUnavailable(f"the server did not start on {host}:{port}")
            yield address(bound)
        finally:
            server.should_exit = True
            thread.join(_GRACE_S * 2)


def address(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared with, not bound to
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
