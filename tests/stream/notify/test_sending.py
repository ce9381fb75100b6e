"""One message to one receiver: what arrives, and what is said when it does not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from io import StringIO
from typing import Final

import pytest

from stream.alerts.alertmanager import posted, webhook
from stream.alerts.messages import message_of
from stream.alerts.receivers import Receiver
from stream.contract.instants import SECOND_US
from stream.notify.sending import LOGGERS, DeliveryFailed, Sender
from tests.clock import now_us
from tests.stream.alerts.told import HERE, notification
from tests.stream.notify.servers import (
    HttpReceiver,
    Mailbox,
    Request,
    http_receiver,
    mail_server,
    refusing_port,
    silent_server,
)

# Long enough for a busy machine where an answer comes, short where none will.
ANSWERED_S: Final = 10.0
SILENT_S: Final = 0.3

TOLD: Final = notification()
# The test's server asks for a password without encryption, and says so.
NO_TLS: Final = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
SECRETS: Final = {
    "FLOORWATCH_SECRET_TOKEN": "Tok3n-of/Ours",
    "FLOORWATCH_SECRET_PASSWORD": "Pa55 & word",
}


@pytest.fixture
def web() -> Iterator[HttpReceiver]:
    with http_receiver() as receiver:
        yield receiver


@pytest.fixture
def mail() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


def by_apprise(*urls: str) -> Receiver:
    return Receiver.model_validate({"kind": "apprise", "urls": list(urls)})


def over_http(kind: str, url: str) -> Receiver:
    return Receiver.model_validate({"kind": kind, "url": url})


def sender(secrets: dict[str, str] = SECRETS) -> Sender:
    return Sender(here=HERE, environment=secrets)


def mail_url(port: int, user: str = "") -> str:
    return f"mailto://{user}127.0.0.1:{port}?from=floor@example.org&to=desk@example.org"


def send(
    receiver: Receiver, *, timeout_s: float = ANSWERED_S, told: set[int] | None = None
) -> None:
    sender().deliver(receiver, TOLD, timeout_s=timeout_s, told=set() if told is None else told)


def failure(receiver: Receiver, *, timeout_s: float = ANSWERED_S) -> str:
    """Why it does not arrive."""
    with pytest.raises(DeliveryFailed) as raised:
        send(receiver, timeout_s=timeout_s)
    return str(raised.value)


# --- what arrives -------------------------------------------------------------------------------


def test_a_mail_arrives_as_it_is_read(mail: Mailbox) -> None:
    """Title as the subject, text as it is, by apprise's mailto."""
    send(by_apprise(mail_url(mail.port)))

    (message,) = mail.messages
    body = message.get_body(("plain",))
    assert body is not None
    assert message["To"] == "desk@example.org"
    assert "floor@example.org" in message["From"]
    assert message["Subject"] == "Urgent: Benefits & appeals: surge of contacts"
    assert body.get_content().strip().splitlines() == message_of(TOLD, HERE).body.splitlines()


@NO_TLS
def test_a_mail_is_signed_in_for_with_its_secret() -> None:
    """The password comes from the environment, whatever letters it has."""
    with mail_server(password=SECRETS["FLOORWATCH_SECRET_PASSWORD"]) as mailbox:
        send(by_apprise(mail_url(mailbox.port, "floor:${FLOORWATCH_SECRET_PASSWORD}@")))

    assert len(mailbox.messages) == 1


def test_apprise_posts_json(web: HttpReceiver) -> None:
    """As one of the many services it knows; a page is a failure to it, an all-clear a success."""
    receiver = by_apprise(f"json://127.0.0.1:{web.port}/take")
    send(receiver)
    sender().deliver(receiver, notification("resolved"), timeout_s=ANSWERED_S, told=set())

    message = message_of(TOLD, HERE)
    assert [(r.path, r.body["type"]) for r in web.requests] == [
        ("/take", "failure"),
        ("/take", "success"),
    ]
    assert (web.requests[0].body["title"], web.requests[0].body["message"]) == (
        message.title,
        message.body,
    )


def test_an_alertmanager_is_posted_to(web: HttpReceiver) -> None:
    """At its version 2, a slash more or less; the message's name tells a repetition."""
    send(over_http("alertmanager", f"{web.url}/alertmanager/"))

    assert web.requests == [
        Request("/alertmanager/api/v2/alerts", TOLD.id, posted(TOLD, HERE)),
    ]


def test_a_webhook_gets_what_an_alertmanager_would_send(web: HttpReceiver) -> None:
    """With its secret put in, percent-encoded."""
    send(over_http("webhook", f"{web.url}/hook/${{FLOORWATCH_SECRET_TOKEN}}?a=b"))

    assert web.requests == [
        Request("/hook/Tok3n-of%2FOurs?a=b", TOLD.id, webhook(TOLD, HERE)),
    ]


# --- what does not ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [302, 400, 401, 404, 500, 503])
@pytest.mark.parametrize("kind", ["alertmanager", "webhook"])
def test_any_other_answer_is_a_failure(web: HttpReceiver, kind: str, status: int) -> None:
    """A redirection too: it is not followed to where nobody wrote down."""
    web.fates = [status]

    assert failure(over_http(kind, web.url)) == f"http: answered {status}"
    assert len(web.requests) == 1


def test_apprise_follows_no_redirection_either(web: HttpReceiver) -> None:
    """What sends it on to a page that says «fine» has not taken the message."""
    web.fates = [302]

    assert "302" in failure(by_apprise(f"json://127.0.0.1:{web.port}/take"))
    assert len(web.requests) == 1


def test_a_server_that_refuses() -> None:
    """Nobody listens."""
    with refusing_port() as port:
        assert failure(over_http("webhook", f"http://127.0.0.1:{port}/x")) == (
            "http: connection refused"
        )
        assert failure(by_apprise(f"json://127.0.0.1:{port}/x")).startswith(
            "json: A Connection error"
        )
        assert failure(by_apprise(mail_url(port))).startswith("mailto: Connection error")


def test_a_server_that_hangs() -> None:
    """It accepts and says nothing: each of its silences is bounded."""
    # What apprise takes long to load is loaded.
    assert sender().problems({"mail": by_apprise(mail_url(25))}) == []
    with silent_server() as port:
        assert failure(over_http("webhook", f"http://127.0.0.1:{port}/x"), timeout_s=SILENT_S) == (
            "http: no answer within 0.3 s"
        )
        for url in (f"json://127.0.0.1:{port}/x", mail_url(port)):
            begun = now_us()
            assert "onnection error" in failure(by_apprise(url), timeout_s=SILENT_S)
            # Left to itself, apprise waits for 4 s.
            assert now_us() - begun < 3 * SECOND_US


def test_only_the_first_line_of_an_answer_counts(web: HttpReceiver) -> None:
    """A body that never ends is not waited for."""
    web.fates = ["endless"]
    send(over_http("webhook", web.url))

    assert [request.key for request in web.requests] == [TOLD.id]


def test_a_server_without_a_certificate(web: HttpReceiver) -> None:
    """What speaks no TLS is not spoken with."""
    assert failure(over_http("webhook", f"https://127.0.0.1:{web.port}/x")) == (
        "https: no secure connection: its certificate or its protocol is not accepted"
    )


def test_a_host_that_is_not_known() -> None:
    """RFC 2606 keeps `.invalid` for that."""
    assert failure(over_http("webhook", "https://floor.invalid/x")) == (
        "https: the host's name is not known"
    )


def test_a_mail_that_is_refused(mail: Mailbox) -> None:
    """By the server, after all was said."""
    mail.refuses = "554 no such mailbox"

    assert failure(by_apprise(mail_url(mail.port))) == 'mailto: Sending email to "…@…" failed.'


@NO_TLS
def test_a_mail_with_a_wrong_password() -> None:
    """Nothing of it is told."""
    with mail_server(password="another") as mailbox:
        told = failure(by_apprise(mail_url(mailbox.port, "floor:${FLOORWATCH_SECRET_PASSWORD}@")))

    assert mailbox.messages == []
    assert told.startswith("mailto: ")


def test_an_address_that_apprise_does_not_take() -> None:
    """A service that there is not; the address is not repeated."""
    assert failure(by_apprise("pigeon://hunter2/loft")) == (
        "pigeon: apprise does not take this address"
    )


def test_a_secret_that_is_missing() -> None:
    """The variable is named, by which an operator finds it."""
    assert failure(by_apprise("${FLOORWATCH_SECRET_SLACK}")) == (
        "secret: FLOORWATCH_SECRET_SLACK is not set"
    )


def test_of_several_addresses_only_those_that_failed_are_tried_again(
    web: HttpReceiver, mail: Mailbox
) -> None:
    """A mail server that is down does not make a chat repeat itself."""
    mail.refuses = "451 later"
    receiver = by_apprise(f"json://127.0.0.1:{web.port}/x", mail_url(mail.port), "pigeon://a/b")
    told: set[int] = set()
    with pytest.raises(DeliveryFailed, match=r"^mailto: .* failed\. \(and 1 more\)$"):
        send(receiver, told=told)
    mail.refuses = None
    with pytest.raises(DeliveryFailed, match=r"^pigeon: apprise does not take this address$"):
        send(receiver, told=told)

    assert (told, len(web.requests), len(mail.messages)) == ({0, 1}, 1, 1)


def test_what_will_fail_is_known_before() -> None:
    """At the start, without sending anything."""
    receivers = {
        "desk": by_apprise("json://10.0.0.5/x", "pigeon://hunter2/loft"),
        "hook": over_http("webhook", "https://e.org/${FLOORWATCH_SECRET_NONE}"),
        "good": over_http("webhook", "https://e.org/${FLOORWATCH_SECRET_TOKEN}"),
    }

    assert sender().problems(receivers) == [
        "receiver desk: apprise does not take this address",
        "receiver hook: FLOORWATCH_SECRET_NONE is not set",
    ]


# --- secrets ------------------------------------------------------------------------------------


SECRET_URLS: Final = (
    "json://floor:${FLOORWATCH_SECRET_PASSWORD}@127.0.0.1:{port}/${FLOORWATCH_SECRET_TOKEN}",
    "json://127.0.0.1:{port}/x?+X-Token=${FLOORWATCH_SECRET_TOKEN}",
    "form://${FLOORWATCH_SECRET_TOKEN}@127.0.0.1:{port}/${FLOORWATCH_SECRET_TOKEN}",
    "xml://127.0.0.1:{port}/${FLOORWATCH_SECRET_TOKEN}",
    "mattermost://127.0.0.1:{port}/${FLOORWATCH_SECRET_TOKEN}",
    "gotify://127.0.0.1:{port}/${FLOORWATCH_SECRET_TOKEN}",
    "mailto://floor:${FLOORWATCH_SECRET_PASSWORD}@127.0.0.1:{port}?from=a@e.org&to=b@e.org",
    "webhook+http://127.0.0.1:{port}/${FLOORWATCH_SECRET_TOKEN}",
    "alertmanager+http://127.0.0.1:{port}/x?a=${FLOORWATCH_SECRET_TOKEN}",
    "webhook+http://floor:${FLOORWATCH_SECRET_PASSWORD}@127.0.0.1:{port}/x",
)


def leaks(text: str) -> list[str]:
    """The secrets, as they are and percent-encoded, that a text tells."""
    forms = ("Tok3n-of/Ours", "Tok3n-of%2FOurs", "Tok3n", "Pa55 & word", "Pa55%20", "Pa55")
    return [form for form in forms if form.lower() in text.lower()]


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """All that a process would write whose logs are at their most talkative."""
    root, written = logging.getLogger(), StringIO()
    handler, level = logging.StreamHandler(written), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize("url", SECRET_URLS)
@pytest.mark.parametrize("trouble", ["refuses", "hangs", "answers 500", "answers 401"])
def test_no_secret_is_told_when_it_fails(url: str, trouble: str, logged: StringIO) -> None:
    """Neither by the error, nor by what it was raised from, nor in a log."""
    with ExitStack() as stack:
        if trouble == "refuses":
            port = stack.enter_context(refusing_port())
        elif trouble == "hangs":
            port = stack.enter_context(silent_server())
        else:
            web = stack.enter_context(http_receiver())
            web.fates = [500 if trouble == "answers 500" else 401]
            port = web.port
        address = url.replace("{port}", str(port))
        kind, _, plain = address.rpartition("+http:")
        receiver = over_http(kind, f"http:{plain}") if kind else by_apprise(address)
        with pytest.raises(DeliveryFailed) as raised:
            send(receiver, timeout_s=SILENT_S)
    error = raised.value
    told = [str(error), repr(error), repr(error.__cause__), repr(receiver), logged.getvalue()]

    assert leaks("\n".join(told)) == []


def test_the_check_finds_a_planted_secret(web: HttpReceiver, logged: StringIO) -> None:
    """A check that cannot fail checks nothing: the libraries do log addresses where they may."""
    outside = sender()
    for name in LOGGERS:
        logging.getLogger(name).propagate = True
    outside.deliver(
        over_http("webhook", f"{web.url}/${{FLOORWATCH_SECRET_TOKEN}}"),
        TOLD,
        timeout_s=ANSWERED_S,
        told=set(),
    )

    assert leaks(logged.getvalue()) == ["Tok3n-of%2FOurs", "Tok3n"]
