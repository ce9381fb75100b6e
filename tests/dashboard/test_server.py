"""Serving: an address that is free or said to be taken, and an end that waits for nobody."""

import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.app import PortUnavailable, bind
from dashboard.server import address

_ROOT = Path(__file__).parents[2]
_SERVED = """
from dashboard.app import bind, create_app, serve
import dashboard.server
from dashboard.server import address
from tests.dashboard.pictures import TableReader, ordinary, wall_clock
# Whoever waited for the browsers would wait for so long that no busy machine is taken for it.
dashboard.server._GRACE_S = 60
app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock)
listener = bind("127.0.0.1", 0)
print(address(listener), flush=True)
serve(app, "127.0.0.1", 0, listener=listener)
print("returned", flush=True)
"""


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A dashboard in a process of its own, and its address."""
    command = [sys.executable, "-c", _SERVED]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process, process.stdout.readline().strip()
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once_with_streams_open(
    served: tuple[subprocess.Popen[str], str], number: signal.Signals
) -> None:
    """Ctrl-C does not wait for the browsers to leave, and the caller gets to close its log."""
    process, url = served
    streams = [urllib.request.urlopen(f"{url}/api/v1/stream", timeout=20) for _ in range(5)]
    first = [stream.readline() for stream in streams]
    process.send_signal(number)
    rest, _ = process.communicate(timeout=20)
    for stream in streams:
        stream.close()

    assert first == [b"retry: 1000\n"] * 5
    assert (process.returncode, rest) == (0, "returned\n")


def test_a_taken_port_is_said_in_one_line() -> None:
    """What is wrong and where, without a traceback's worth of words."""
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortUnavailable) as raised:
            bind("127.0.0.1", port)

    assert str(raised.value) == f"cannot listen on 127.0.0.1:{port}: Address already in use"


@pytest.mark.parametrize("port", [-1, 70_000])
def test_no_port_of_that_number(port: int) -> None:
    """A number that cannot be a port is the same kind of error."""
    with pytest.raises(PortUnavailable, match="no such port"):
        bind("127.0.0.1", port)


def test_an_address_for_everybody_is_opened_as_localhost() -> None:
    """0.0.0.0 is no address a browser opens."""
    with bind("0.0.0.0", 0) as listener:
        assert address(listener) == f"http://localhost:{listener.getsockname()[1]}"
        assert listener.family == socket.AF_INET
