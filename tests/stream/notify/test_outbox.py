"""Messages on their way out: nobody waits for a server that hangs, nothing is sent twice, and an
all-clear never comes before its alarm."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import pytest
from msgspec.structs import replace

from stream.alerts.receivers import Receiver
from stream.alerts.tries import Outcome, next_due, tried
from stream.contract.alerts import Notification, Occasion
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.notify.outbox import UNDER_WAY_MAX, Outbox
from stream.notify.sending import DeliveryFailed, Sender
from tests.stream.alerts.told import HERE, NOON, SURGE_INCIDENT, notification
from tests.stream.notify.servers import (
    WAITED_S_MAX,
    HttpReceiver,
    http_receiver,
    mail_server,
    refusing_port,
    silent_server,
)

# The wall clock of these tests is a number; what is waited for is an answer.
TIMEOUT_S: Final = 5.0
ABANDONED: Final = NOON + 15 * SECOND_US

Receivers = Mapping[str, Receiver]


@pytest.fixture
def web() -> Iterator[HttpReceiver]:
    with http_receiver() as receiver:
        yield receiver


def hook(url: str) -> Receiver:
    return Receiver.model_validate({"kind": "webhook", "url": url})


def outbox() -> Outbox:
    sender = Sender(here=HERE, environment={})
    return Outbox(sender.deliver, timeout_s=TIMEOUT_S)


def message(at: int, occasion: Occasion = "fired", receiver: str = "hook") -> Notification:
    """A message of the one incident to the receiver, decided so many seconds after noon."""
    when = NOON + at * SECOND_US
    made = notification(occasion, SURGE_INCIDENT)
    return replace(
        made, id=f"{at}-{occasion}-{receiver}", receiver=receiver, at=when, not_before=when
    )


def of_incident(nth: int, receiver: str = "hook") -> Notification:
    """An alarm of an incident of its own."""
    incident = replace(SURGE_INCIDENT, id=f"i{nth:03}")
    made = notification("fired", incident)
    return replace(made, id=f"i{nth:03}-fired-{receiver}", receiver=receiver)


def all_outcomes(out: Outbox, now: int) -> list[Outcome]:
    """What becomes of everything that is under way."""
    found = out.outcomes(now)
    while out.under_way:
        more = out.outcomes(now, wait_s=WAITED_S_MAX)
        assert more, "nothing came"
        found += more
    return sorted(found, key=lambda outcome: outcome.notification)


def told(web: HttpReceiver) -> list[str | None]:
    """The names of the messages that a server was sent."""
    return [request.key for request in web.requests]


class Evaluator:
    """Whoever decides messages and keeps what became of them, with a wall clock of its own."""

    def __init__(self, out: Outbox, receivers: Receivers, known: Iterable[Notification]) -> None:
        self.out = out
        self.receivers = receivers
        self.known = {each.id: each for each in known}
        self.now = NOON + MINUTE_US
        self.failures: list[str] = []

    def step(self) -> bool:
        """Go to where something is due, offer it and take in what became of it."""
        at = next_due(self.known.values(), self.now)
        if at is None:
            return False
        self.now = max(self.now, at)
        self.out.offer(self.known.values(), self.receivers, self.now)
        for outcome in all_outcomes(self.out, self.now):
            self.known[outcome.notification] = tried(self.known[outcome.notification], outcome)
            self.failures += [outcome.failure] if outcome.failure is not None else []
        return True

    def run(self) -> None:
        """Until nothing is left to be told."""
        while self.step():
            pass


# --- what is taken ------------------------------------------------------------------------------


def test_what_is_due_is_delivered_and_reported(web: HttpReceiver) -> None:
    """What is not due yet is left alone."""
    out = outbox()
    later = replace(of_incident(2), not_before=NOON + MINUTE_US)
    out.offer([of_incident(1), later], {"hook": hook(web.url)}, NOON)

    assert all_outcomes(out, NOON + SECOND_US) == [Outcome("i001-fired-hook", NOON + SECOND_US)]
    assert told(web) == ["i001-fired-hook"]


def test_the_same_may_be_offered_again_and_again(web: HttpReceiver) -> None:
    """While it is under way, and when whoever asks has forgotten that it was sent."""
    out, hooks = outbox(), {"hook": hook(web.url)}
    web.fates = ["hang"]
    out.offer([message(0)], hooks, NOON)
    out.offer([message(0)], hooks, NOON + SECOND_US)
    web.let_go.set()
    first = all_outcomes(out, NOON + 2 * SECOND_US)
    out.offer([message(0)], hooks, NOON + 3 * SECOND_US)
    again = all_outcomes(out, NOON + 3 * SECOND_US)

    assert first == again == [Outcome("0-fired-hook", NOON + 2 * SECOND_US)]
    assert told(web) == ["0-fired-hook"]


def test_mail_and_webhooks_go_out_together(web: HttpReceiver) -> None:
    """By real servers of both."""
    with mail_server() as mailbox:
        url = f"mailto://127.0.0.1:{mailbox.port}?from=floor@example.org&to=desk@example.org"
        receivers = {
            "hook": hook(web.url),
            "mail": Receiver.model_validate({"kind": "apprise", "urls": [url]}),
        }
        both = Evaluator(outbox(), receivers, [message(0), message(0, receiver="mail")])
        both.run()

    assert all(each.sent_at is not None for each in both.known.values())
    assert (len(mailbox.messages), told(web)) == (1, ["0-fired-hook"])


# --- what is not --------------------------------------------------------------------------------


def test_each_failure_is_reported(web: HttpReceiver) -> None:
    """With its reason: one that refuses, one that answers with an error, one that is not there."""
    web.fates = [401]
    with refusing_port() as port:
        receivers = {"hook": hook(web.url), "gone": hook(f"http://127.0.0.1:{port}/")}
        out = outbox()
        names = ("hook", "gone", "nobody")
        out.offer([message(0, receiver=name) for name in names], receivers, NOON)
        found = all_outcomes(out, NOON)

    assert found == [
        Outcome("0-fired-gone", NOON, "http: connection refused"),
        Outcome("0-fired-hook", NOON, "http: answered 401"),
        Outcome("0-fired-nobody", NOON, "there is no receiver nobody in the rules"),
    ]


def test_a_server_that_comes_back_is_told_once_and_in_order(web: HttpReceiver) -> None:
    """The alarm is tried until it is taken; what came of it meanwhile follows."""
    web.fates = [500, 503, 401]
    lane = [message(0), message(10, "worse"), message(20, "resolved")]
    floor = Evaluator(outbox(), {"hook": hook(web.url)}, lane)
    floor.run()

    assert told(web) == ["0-fired-hook"] * 4 + ["10-worse-hook", "20-resolved-hook"]
    assert floor.failures == ["http: answered 500", "http: answered 503", "http: answered 401"]
    assert [(each.tries, each.failure) for each in floor.known.values()] == [
        (4, None),
        (1, None),
        (1, None),
    ]


def test_a_server_that_is_started_again_is_told() -> None:
    """Nobody listens at first; then somebody does, at the same place."""
    with http_receiver() as before:
        port = before.port
    lane = [message(0), message(20, "resolved")]
    floor = Evaluator(outbox(), {"hook": hook(f"http://127.0.0.1:{port}/")}, lane)
    floor.step()
    floor.step()
    with http_receiver(port) as web:
        floor.run()

    assert floor.failures == ["http: connection refused"] * 2
    assert told(web) == ["0-fired-hook", "20-resolved-hook"]


def test_what_is_never_taken_is_given_up_and_says_why(web: HttpReceiver) -> None:
    """Within little more than an hour; then what follows is tried."""
    web.fates = [500] * 20
    floor = Evaluator(outbox(), {"hook": hook(web.url)}, [message(0), message(20, "resolved")])
    floor.run()
    alarm, clear = floor.known.values()

    assert (alarm.given_up, alarm.failure, alarm.sent_at) == (True, "http: answered 500", None)
    assert (clear.given_up, clear.failure, clear.tries) == (False, None, 1)
    assert floor.now - NOON < 75 * MINUTE_US


# --- what hangs ---------------------------------------------------------------------------------


def test_a_server_that_hangs_holds_nobody_else(web: HttpReceiver) -> None:
    """Others are told meanwhile, and the one who offers gets its thread back at once."""
    with http_receiver() as hanging:
        hanging.fates = ["hang"]
        out = outbox()
        receivers = {"hook": hook(web.url), "slow": hook(hanging.url)}
        out.offer([message(0, receiver="slow"), message(0)], receivers, NOON)
        found = out.outcomes(NOON, wait_s=WAITED_S_MAX)

        assert found == [Outcome("0-fired-hook", NOON)]
        assert out.under_way == 1


def test_many_that_hang_leave_room_for_the_others(web: HttpReceiver) -> None:
    """A network that lets nothing back: whoever is nearer is told all the same."""
    with silent_server() as port:
        hanging = {f"h{nth:02}": hook(f"http://127.0.0.1:{port}/") for nth in range(20)}
        alarms = [of_incident(nth, name) for nth in range(5) for name in hanging]
        out = outbox()
        out.offer([*alarms, of_incident(9)], {**hanging, "hook": hook(web.url)}, NOON)
        found = out.outcomes(NOON, wait_s=WAITED_S_MAX)

    assert found == [Outcome("i009-fired-hook", NOON)]
    assert out.limits == {"deliveries_under_way": 0, "deliveries_of_a_receiver": 20}


def test_what_hangs_is_reported_and_its_late_answer_counts(web: HttpReceiver) -> None:
    """Nobody waits for ever: the try has failed; what was delivered after all is delivered."""
    web.fates = ["hang"]
    out, hooks = outbox(), {"hook": hook(web.url)}
    out.offer([message(0)], hooks, NOON)

    assert out.outcomes(ABANDONED - 1) == []
    assert out.outcomes(ABANDONED) == [
        Outcome("0-fired-hook", ABANDONED, "not done within 15 s"),
    ]
    assert out.under_way == 0
    web.let_go.set()
    assert out.outcomes(ABANDONED + 1, wait_s=WAITED_S_MAX) == [
        Outcome("0-fired-hook", ABANDONED + 1, late=True),
    ]
    out.offer([message(0)], hooks, ABANDONED + 2)

    assert all_outcomes(out, ABANDONED + 2) == [Outcome("0-fired-hook", ABANDONED + 1)]
    assert told(web) == ["0-fired-hook"]


def test_an_answer_that_never_ends_is_abandoned(web: HttpReceiver) -> None:
    """A letter now and then keeps every single silence short."""
    web.fates = ["drip"]
    out = outbox()
    out.offer([message(0)], {"hook": hook(web.url)}, NOON)

    assert out.outcomes(ABANDONED) == [
        Outcome("0-fired-hook", ABANDONED, "not done within 15 s"),
    ]


def test_an_all_clear_does_not_overtake_an_alarm_that_hangs(web: HttpReceiver) -> None:
    """The alarm was given up but may still arrive, so the all-clear is tried later."""
    web.fates = ["hang"]
    out, hooks = outbox(), {"hook": hook(web.url)}
    alarm, clear = message(0), message(20, "resolved")
    out.offer([alarm], hooks, NOON)
    (failed,) = out.outcomes(ABANDONED)
    given_up = replace(tried(alarm, failed), given_up=True)
    now = NOON + MINUTE_US
    out.offer([given_up, clear], hooks, now)
    assert out.outcomes(now) == [
        Outcome(clear.id, now, "an earlier message of this incident has not ended"),
    ]
    web.let_go.set()
    assert out.outcomes(now, wait_s=WAITED_S_MAX) == [Outcome(alarm.id, now, late=True)]
    out.offer([clear], hooks, now)

    assert all_outcomes(out, now) == [Outcome(clear.id, now)]
    assert told(web) == [alarm.id, clear.id]


def test_a_receiver_that_hangs_has_two_deliveries_and_no_more(web: HttpReceiver) -> None:
    """Each further one is reported as failed, and the bound as reached."""
    web.fates = ["hang"] * 9
    out, hooks = outbox(), {"hook": hook(web.url)}
    alarms = [of_incident(nth) for nth in range(4)]
    out.offer(alarms, hooks, NOON)
    assert out.under_way == 2
    assert [o.notification for o in out.outcomes(ABANDONED)] == [a.id for a in alarms[:2]]
    out.offer(alarms[2:], hooks, ABANDONED)

    assert out.outcomes(ABANDONED) == [
        Outcome(alarm.id, ABANDONED, "2 earlier deliveries have not ended") for alarm in alarms[2:]
    ]
    assert out.limits == {"deliveries_under_way": 0, "deliveries_of_a_receiver": 2}


# --- bounds -------------------------------------------------------------------------------------


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Opens at the end at the latest, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


def test_so_many_are_under_way_and_no_more(gate: threading.Event) -> None:
    """The rest waits its turn, and the bound is counted."""
    sent: list[str] = []

    def deliver(
        receiver: Receiver, notification: Notification, *, timeout_s: float, told: set[int]
    ) -> None:
        gate.wait(WAITED_S_MAX)
        sent.append(notification.id)

    count = UNDER_WAY_MAX + 5
    receivers = {f"r{nth:03}": hook("http://127.0.0.1/") for nth in range(count)}
    alarms = [message(0, receiver=name) for name in receivers]
    out = Outbox(deliver, timeout_s=TIMEOUT_S)
    out.offer(alarms, receivers, NOON)
    under_way = out.under_way
    gate.set()
    first = all_outcomes(out, NOON)
    done = {outcome.notification for outcome in first}
    out.offer([a for a in alarms if a.id not in done], receivers, NOON)
    rest = all_outcomes(out, NOON)

    assert (under_way, len(first), len(rest)) == (UNDER_WAY_MAX, UNDER_WAY_MAX, 5)
    assert out.limits == {"deliveries_under_way": 1, "deliveries_of_a_receiver": 0}
    assert sorted(sent) == [a.id for a in alarms]


def test_what_a_library_raises_is_reported_without_its_words() -> None:
    """They may hold an address."""

    def deliver(
        receiver: Receiver, notification: Notification, *, timeout_s: float, told: set[int]
    ) -> None:
        raise ValueError("https://hooks.example.org/T0KEN")

    out = Outbox(deliver, timeout_s=TIMEOUT_S)
    out.offer([message(0)], {"hook": hook("http://127.0.0.1/")}, NOON)

    assert all_outcomes(out, NOON) == [Outcome("0-fired-hook", NOON, "failed by ValueError")]


def test_a_repetition_knows_which_addresses_have_it() -> None:
    """Of a receiver with several, only those that failed are sent to again."""
    seen: list[set[int]] = []

    def deliver(
        receiver: Receiver, notification: Notification, *, timeout_s: float, told: set[int]
    ) -> None:
        seen.append(set(told))
        told.add(0)
        if len(seen) == 1:
            raise DeliveryFailed("json: not taken")

    floor = Evaluator(
        Outbox(deliver, timeout_s=TIMEOUT_S), {"hook": hook("http://127.0.0.1/")}, [message(0)]
    )
    floor.run()

    assert seen == [set(), {0}]
