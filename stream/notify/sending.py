"""One message to one receiver: by the library apprise, or over HTTP in Alertmanager's forms.

Whatever goes wrong is one class of error with a reason of one line, in which no part of an address
stands but its scheme.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator, Mapping
from typing import Any, Final

import apprise
import requests

from stream.alerts.alertmanager import posted, webhook
from stream.alerts.messages import Whereabouts, bounded, message_of
from stream.alerts.receivers import Receiver
from stream.contract.alerts import Notification
from stream.notify.secrets import SecretMissing, with_secrets, without_secrets

REASON_MAX: Final = 200
LOGGERS: Final = ("apprise", "urllib3")
_SEVERITY_TYPES: Final = {
    "page": apprise.NotifyType.FAILURE,
    "notice": apprise.NotifyType.WARNING,
    "ticket": apprise.NotifyType.INFO,
}


class DeliveryFailed(Exception):
    """A message did not get to where it should. Operator: the message says why."""


class Sender:
    """Sends from this floor; `environment` is where secrets come from."""

    def __init__(self, *, here: Whereabouts, environment: Mapping[str, str]) -> None:
        self._here = here
        self._environment = environment
        # Both libraries log addresses, whose parts are secret; what matters of it is told.
        for name in LOGGERS:
            logging.getLogger(name).propagate = False

    def deliver(
        self, receiver: Receiver, notification: Notification, *, timeout_s: float, told: set[int]
    ) -> None:
        """Send to each address of the receiver whose place is not in `told`, and add those that
        took it: a repetition goes only to the others.

        `timeout_s` bounds each silence of the other side, not the whole. Raises `DeliveryFailed`
        when one or more did not take it.
        """
        failures = []
        for place, address in enumerate(receiver.addresses):
            if place in told:
                continue
            try:
                self._send(receiver, address, notification, timeout_s)
                told.add(place)
            except (DeliveryFailed, SecretMissing) as error:
                scheme = address.partition("://")[0] if "://" in address else "secret"
                failures.append(bounded(f"{scheme}: {error}", REASON_MAX))
        if failures:
            more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
            raise DeliveryFailed(failures[0] + more)

    def problems(self, receivers: Mapping[str, Receiver]) -> list[str]:
        """What can be known to fail before anything is sent: a missing secret, an address that
        apprise does not take. One line each."""
        return [
            f"receiver {name}: {problem}"
            for name, receiver in receivers.items()
            for problem in self._problems_of(receiver)
        ]

    def _problems_of(self, receiver: Receiver) -> Iterator[str]:
        for address in receiver.addresses:
            try:
                url = with_secrets(address, self._environment)
                if receiver.kind == "apprise":
                    _service(url, 1.0)
            except (DeliveryFailed, SecretMissing) as error:
                yield str(error)

    def _send(
        self, receiver: Receiver, address: str, notification: Notification, timeout_s: float
    ) -> None:
        url = with_secrets(address, self._environment)
        match receiver.kind:
            case "apprise":
                _send_by_apprise(url, notification, self._here, timeout_s)
            case "alertmanager":
                target = f"{url.rstrip('/')}/api/v2/alerts"
                _post(target, posted(notification, self._here), notification.id, timeout_s)
            case "webhook":
                _post(url, webhook(notification, self._here), notification.id, timeout_s)


# --- apprise ------------------------------------------------------------------------------------


def _service(url: str, timeout_s: float) -> tuple[apprise.Apprise, Any]:
    """The library with the one address. Raises `DeliveryFailed`."""
    # Without a limit of its own it sends in the calling thread; with one, in threads that it
    # shares with all others and that one server that hangs would use up.
    asset = apprise.AppriseAsset(
        app_id="Floorwatch",
        app_desc="Floorwatch alerts",
        async_mode=False,
        service_timeout=0,
        storage_mode=apprise.PersistentStoreMode.MEMORY.value,
        # A page to sign in, where a message is sent on to, would be taken for a delivery.
        http_redirects=False,
    )
    service = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if service is None:
        raise DeliveryFailed("apprise does not take this address")
    service.socket_connect_timeout = service.socket_read_timeout = timeout_s
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    return sender, service


def _send_by_apprise(
    url: str, notification: Notification, here: Whereabouts, timeout_s: float
) -> None:
    sender, _ = _service(url, timeout_s)
    message = message_of(notification, here)
    over = notification.occasion == "resolved"
    kind = apprise.NotifyType.SUCCESS if over else _SEVERITY_TYPES[notification.incident.severity]
    with sender.notify(
        body=message.body,
        title=message.title,
        notify_type=kind,
        body_format=apprise.NotifyFormat.TEXT,
    ) as result:
        if result:
            return
        told = [entry.message for entry in result.logs()]
    raise DeliveryFailed(without_secrets(told[0], url) if told else "not taken")


# --- HTTP ---------------------------------------------------------------------------------------


def _post(url: str, body: object, name: str, timeout_s: float) -> None:
    try:
        # Where it is sent to next is not for the answer to say; and only its first line counts, so
        # that an endless body holds nobody.
        with requests.post(
            url,
            json=body,
            headers={"Idempotency-Key": name, "User-Agent": "Floorwatch"},
            timeout=timeout_s,
            allow_redirects=False,
            stream=True,
        ) as answer:
            status = answer.status_code
    except requests.RequestException as error:
        # Its own words hold the address.
        raise DeliveryFailed(_reason(error, timeout_s)) from None
    if not 200 <= status < 300:
        raise DeliveryFailed(f"answered {status}")


def _reason(error: requests.RequestException, timeout_s: float) -> str:
    if isinstance(error, requests.Timeout):
        return f"no answer within {timeout_s:g} s"
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection: its certificate or its protocol is not accepted"
    causes = list(_causes(error))
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "connection refused"
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "the host's name is not known"
    if isinstance(error, requests.ConnectionError):
        return "the connection was lost"
    return f"not a request that can be sent ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
