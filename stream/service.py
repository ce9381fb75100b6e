"""The stream as a service: a worker that outlives the log being away, and tells how it fares."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import structlog
from prometheus_client.exposition import make_wsgi_app

from stream.contract.floorplan import FloorPlan
from stream.logs.port import Log, LogError
from stream.meters import WorkerMeters, registry_of
from stream.reopening import Open, work_on
from stream.worker import Worker

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class NoSuchHost(Exception):
    """What is to be listened on is no address and no host's name. Operator: correct it."""


def worker_name(log: str) -> str:
    """The worker's own name, `member=` in the log's URL; else the machine's and the process's, which
    no other worker has at the same time."""
    given = parse_qs(urlsplit(log).query).get("member")
    return given[0] if given else f"{socket.gethostname()}-{os.getpid()}"


def run_stream(
    opened: Open,
    plan: FloorPlan,
    *,
    now: Callable[[], int],
    meters: WorkerMeters,
    stopped: Callable[[], bool],
) -> None:
    """Work on the log until `stopped`, and open it anew whenever it fails.

    Raises `NameTaken`, and the `LogError` of a first opening that cannot come right by itself.
    """
    logger = structlog.get_logger("floorwatch.stream").bind(worker=meters.name)

    def failed(error: LogError, pause_s: float) -> None:
        meters.away = str(error)
        meters.log_failures += 1
        logger.warning("log_failed", why=str(error), next_try_s=pause_s)

    def returned() -> None:
        meters.away = None
        logger.info("log_is_back", log_failures=meters.log_failures)

    def work(log: Log) -> None:
        Worker(log, plan, now=now, meters=meters, logger=logger).run(stopped)

    work_on(opened, work, stopped=stopped, on_failure=failed, on_return=returned)


@contextlib.contextmanager
def telling(meters: WorkerMeters, host: str, port: int, *, now: Callable[[], int]) -> Iterator[str]:
    """Serve `/metrics`, `/healthz` and `/readyz` of a worker while the block runs; gives host and
    port as URLs have them. Raises `NoSuchHost`, and `OSError` where they cannot be listened on."""
    with _Server((host, port), _family(host)) as server:
        server.set_app(_answers(meters, now))
        Thread(target=server.serve_forever, name="floorwatch-meters", daemon=True).start()
        try:
            yield place_in_url(host, server.server_port)
        finally:
            server.shutdown()


def place_in_url(host: str, port: int) -> str:
    """`HOST:PORT`, with the brackets that an IPv6 address needs."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _family(host: str) -> socket.AddressFamily:
    """Which kind of address the host has: IPv4 where it has both."""
    try:
        # An empty one would be every address there is.
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM) if host else []
    except UnicodeError:
        found = []
    except socket.gaierror as error:
        # Any other may pass by itself, as when no name server answers.
        if error.errno not in {socket.EAI_NONAME, socket.EAI_NODATA}:
            raise
        found = []
    families = {family for family, *_ in found}
    if not families:
        raise NoSuchHost(host)
    return socket.AF_INET if socket.AF_INET in families else socket.AF_INET6


def _answers(meters: WorkerMeters, now: Callable[[], int]) -> WSGIApplication:
    metrics = make_wsgi_app(registry_of(meters))

    def answer(environment: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        match environment.get("PATH_INFO"):
            case "/metrics":
                return list(metrics(environment, start))
            case "/healthz":
                return _say(start, "200 OK", "up")
            case "/readyz":
                reason = meters.unready(now())
                if reason is None:
                    return _say(start, "200 OK", "ready")
                return _say(start, "503 Service Unavailable", reason)
            case _:
                return _say(start, "404 Not Found", "here are /metrics, /healthz and /readyz")

    return answer


def _say(start: StartResponse, status: str, line: str) -> list[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{line}\n".encode()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, place: tuple[str, int], family: socket.AddressFamily) -> None:
        self.address_family = family
        super().__init__(place, _Quiet)

    def server_bind(self) -> None:
        """Bind, without asking the name service who this machine is."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        self.setup_environ()


class _Quiet(WSGIRequestHandler):
    """Answers without writing a line for each request."""

    # A client that says nothing must not keep the others waiting.
    timeout = 5.0

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""
