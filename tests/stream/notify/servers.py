"""Servers on loopback that take messages, refuse them, hang, or come back: SMTP and HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, Literal

import pytest
import requests
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from msgspec import Struct
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

LOOPBACK: Final = "127.0.0.1"
WAITED_S_MAX: Final = 10.0

# What becomes of one request: an answer of that status, none at all, or one whose head or whose
# body never ends.
Fate = int | Literal["hang", "drip", "endless"]


_ALERTMANAGERS: Final = ("prometheus-alertmanager", "alertmanager")
_CONFIG: Final = """\
route: {{receiver: hook, group_by: [incident], group_wait: 100ms, group_interval: 100ms}}
receivers: [{{name: hook, webhook_configs: [{{url: "{url}"}}]}}]
"""


class Request(Struct, frozen=True):
    """What an HTTP server was sent."""

    path: str
    key: str | None
    body: Any


class HttpReceiver:
    """Takes what is posted; `fates` are what becomes of the next requests, all later are taken."""

    def __init__(self, port: int) -> None:
        self.fates: list[Fate] = []
        self.requests: list[Request] = []
        self.arrived = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.server = ThreadingHTTPServer((LOOPBACK, port), self._handler())
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                key = self.headers["Idempotency-Key"]
                receiver.requests.append(Request(self.path, key, json.loads(body)))
                receiver.arrived.release()
                fate = receiver.fates.pop(0) if receiver.fates else 200
                if fate == "hang":
                    receiver.let_go.wait(WAITED_S_MAX)
                    fate = 200
                if fate == "drip":
                    self.send_response(200)
                    self.flush_headers()
                    receiver.drip(self)
                    return
                if fate == "endless":
                    self.send_response(200)
                    self.end_headers()
                    receiver.drip(self)
                    return
                self.send_response(fate)
                if fate == 302:
                    self.send_header("Location", f"{receiver.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                # As a page to sign in does: whoever is sent there is told that all is well.
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        return Handler

    def drip(self, handler: BaseHTTPRequestHandler) -> None:
        """Goes on for ever, a letter every tenth of a second."""
        try:
            while not self.let_go.wait(0.1):
                handler.wfile.write(b"x")
        except OSError:
            return


@contextmanager
def http_receiver(port: int = 0) -> Iterator[HttpReceiver]:
    """An HTTP server until the block ends."""
    receiver = HttpReceiver(port)
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.let_go.set()
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join(WAITED_S_MAX)


class Mailbox:
    """What an SMTP server took; `refuses` is how it answers to every message where it is set, and
    `password` what it asks for."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuses: str | None = None
        self.password: str | None = None
        self.port = 0

    async def handle_DATA(  # noqa: N802 - as the library calls it
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """As aiosmtpd wants it."""
        if self.refuses is not None:
            return self.refuses
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"

    def judge(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Whether the password is the one."""
        return AuthResult(success=data.password == (self.password or "").encode(), handled=False)


@contextmanager
def mail_server(password: str | None = None) -> Iterator[Mailbox]:
    """An SMTP server until the block ends."""
    mailbox = Mailbox()
    mailbox.password = password
    ready, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loop = asyncio.get_running_loop()

        def session() -> SMTP:
            return SMTP(
                mailbox,
                hostname="mail.example.org",
                authenticator=mailbox.judge if password is not None else None,
                auth_required=password is not None,
                auth_require_tls=False,
                loop=loop,
            )

        server = await loop.create_server(session, LOOPBACK, 0)
        mailbox.port = server.sockets[0].getsockname()[1]
        loops.append(loop)
        ready.set()
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(WAITED_S_MAX)
    try:
        yield mailbox
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(WAITED_S_MAX)


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that lets everybody in and never says a word."""
    with socket.create_server((LOOPBACK, 0), backlog=20) as listening:
        yield listening.getsockname()[1]


@contextmanager
def refusing_port() -> Iterator[int]:
    """A port that nobody listens on, and that nobody else is given."""
    with socket.socket() as bound:
        bound.bind((LOOPBACK, 0))
        yield bound.getsockname()[1]


@contextmanager
def alertmanager(hook_url: str, folder: Path) -> Iterator[str]:
    """The address of a real Alertmanager that sends all it has to a webhook; skips the test where
    there is none (FLOORWATCH_ALERTMANAGER, or on the path)."""
    found = map(shutil.which, (os.environ.get("FLOORWATCH_ALERTMANAGER", ""), *_ALERTMANAGERS))
    program = next(filter(None, found), None)
    if program is None:
        pytest.skip("no Alertmanager: install prometheus-alertmanager")
    with refusing_port() as port:
        pass
    config = folder / "alertmanager.yml"
    config.write_text(_CONFIG.format(url=hook_url), encoding="utf-8")
    command = [
        program,
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={LOOPBACK}:{port}",
        "--cluster.listen-address=",
    ]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            with requests.Session() as session:
                patient = HTTPAdapter(max_retries=Retry(connect=9, backoff_factor=0.05))
                session.mount("http://", patient)
                ready = session.get(f"http://{LOOPBACK}:{port}/-/ready", timeout=WAITED_S_MAX)
            assert ready.status_code == 200
            yield f"http://{LOOPBACK}:{port}"
        finally:
            process.terminate()
            process.wait(WAITED_S_MAX)
