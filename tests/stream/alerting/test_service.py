"""The active evaluator on a real embedded log: one judges, another takes over, nothing is told twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from stream.alerting.service import AlertService, Setting, evaluating
from stream.alerts.rule_file import default_text
from stream.alerts.tries import Outcome
from stream.commands.services import alert_setting
from stream.contract import alerts as al
from stream.contract.alerts import Acknowledge, AddNote, Mark, Notification, Retry, SetRules
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import head_key
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.groups import LEASE_US
from stream.logs.topics import ALERTS, FLOOR_FRAMES
from tests.builders import BASE_US
from tests.stream.alert_ground import RULES, Delivered, Ground, held
from tests.stream.notify.servers import http_receiver

LEASE_S: Final = LEASE_US / SECOND_US + 1
ONCE: Final = [("lead", "fired")]
TWICE: Final = [("lead", "fired"), ("lead", "resolved")]


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A new floor."""
    made = Ground(tmp_path / "log")
    yield made
    made.close()


def test_what_waits_is_told_and_that_it_is_over(ground: Ground) -> None:
    """From the events to the log's topic, through the worker's frames."""
    one = ground.member("one")
    ground.goes_on(one)
    assert (ground.incidents, ground.told) == ([], [])

    ground.come("c1", "c2")
    ground.goes_on(one)
    (incident,) = ground.incidents
    assert (incident.title, incident.state) == ("benefits: waiting is 2, above 1", "firing")
    assert ground.told == ONCE

    ground.leave("c1", "c2")
    ground.goes_on(one)
    assert ground.incidents[0].state == "resolved"
    assert ground.told == TWICE


def test_within_a_second_of_the_event(ground: Ground) -> None:
    """Half a second passes between two looks, and the alert is told with the look."""
    one = ground.member("one")
    ground.goes_on(one)
    ground.come("c1", "c2")
    ground.goes_on(one, seconds=1)

    assert ground.told == ONCE


def test_the_head_says_who_judged_and_what(ground: Ground) -> None:
    """As of the floor's time that was judged."""
    one = ground.member("one")
    ground.come("c1", "c2")
    ground.goes_on(one)
    head = ground.head

    assert (head.evaluator, head.rules, head.targets, head.problems) == ("one", 1, 1, [])
    assert head.told_at == ground.now_us
    assert BASE_US < head.as_of <= ground.now_us
    assert head.evaluated_ms is not None


def test_where_nobody_tells_of_the_floor_nobody_judges_it(ground: Ground) -> None:
    """And nothing is said to be known of alerts."""
    one = ground.member("one")
    ground.goes_on(one, works=False)

    assert one.is_active
    assert {} == held(ground.log)


def test_a_stream_that_falls_silent_is_an_alert(ground: Ground) -> None:
    """The figures are as they were, and nobody knows whether they are true."""
    silent = "rules: {silent: {kind: no_data, scope: {floor: true}, for: 5s, clear_after: 0}}"
    one = ground.member("one", silent)
    ground.goes_on(one)
    ground.goes_on(one, seconds=20, works=False)
    assert [each.state for each in ground.incidents] == ["firing"]
    assert ground.now_us - ground.head.told_at < SECOND_US

    ground.goes_on(one, seconds=5)
    assert [each.state for each in ground.incidents] == ["resolved"]


def test_what_fired_when_the_stream_fell_silent_has_no_data(ground: Ground) -> None:
    """Until it speaks again; nobody is told a second time."""
    one = ground.member("one")
    ground.come("c1", "c2")
    ground.goes_on(one)
    ground.goes_on(one, seconds=25, works=False)
    assert [each.state for each in ground.incidents] == ["no_data"]

    ground.goes_on(one, seconds=5)
    assert [each.state for each in ground.incidents] == ["firing"]
    assert ground.told == ONCE


def test_who_cannot_judge_does_not_say_that_somebody_watches(ground: Ground) -> None:
    """The frames are gone, as of a topic made anew: the head stays as old as what was judged, and
    screens say that nobody watches."""
    one = ground.member("one")
    ground.goes_on(one)
    judged = ground.head
    one.close()
    frames = {record.key for record in ground.log.read(FLOOR_FRAMES, 0)}
    ground.log.append(FLOOR_FRAMES, [(key, None) for key in sorted(frames)])

    two = ground.member("two")
    ground.goes_on(two, works=False)
    assert two.is_active
    assert (ground.head.told_at, ground.head.as_of) == (judged.told_at, judged.as_of)


# --- one of several ----------------------------------------------------------------------------


def test_one_judges_and_the_other_stands_by(ground: Ground) -> None:
    """Whoever came first."""
    one, two = ground.member("one"), ground.member("two")
    ground.come("c1", "c2")
    ground.goes_on(one, two)

    assert (one.is_active, two.is_active) == (True, False)
    assert ground.told == ONCE


def test_when_the_active_one_leaves_another_goes_on_at_once(ground: Ground) -> None:
    """It knows what was told."""
    one, two = ground.member("one"), ground.member("two")
    ground.come("c1", "c2")
    ground.goes_on(one, two)
    one.close()
    ground.goes_on(two)
    assert (two.is_active, ground.head.evaluator) == (True, "two")
    assert ground.told == ONCE

    ground.leave("c1", "c2")
    ground.goes_on(two)
    assert ground.told == TWICE


def test_when_the_active_one_is_lost_another_takes_over_after_its_lease(ground: Ground) -> None:
    """And where it wakes again it is one of those that stand by."""
    one, two = ground.member("one"), ground.member("two")
    ground.come("c1", "c2")
    ground.goes_on(one, two)
    ground.leave("c1", "c2")
    ground.goes_on(two, seconds=LEASE_S)
    assert (two.is_active, ground.told) == (True, TWICE)

    ground.come("c3", "c4")
    ground.goes_on(one, two)
    assert (one.is_active, two.is_active) == (False, True)
    assert ground.told == [*TWICE, *ONCE]


def test_what_one_decided_that_was_replaced_is_not_written(ground: Ground) -> None:
    """It wakes after the other took over, judges, and is fenced off."""
    one, two = ground.member("one"), ground.member("two")
    ground.goes_on(one, two)
    ground.goes_on(two, seconds=LEASE_S)
    ground.come("c1", "c2")
    ground.goes_on(two)
    for _ in range(4):
        one.step(timeout_s=0)

    assert (one.is_active, two.is_active) == (False, True)
    ground.goes_on(one, two)
    assert ground.told == ONCE


def test_what_is_decided_too_late_is_fenced_off(ground: Ground) -> None:
    """Another takes over while one has judged, and before it has written."""

    class Late(Delivered):
        """Between the two it takes longer than the lease."""

        armed = False

        def outcomes(self, now: int) -> Sequence[Outcome]:
            if self.armed:
                self.armed = False
                ground.goes_on(two, seconds=LEASE_S)
            return super().outcomes(now)

    late = Late()
    one, two = ground.member("one", deliveries=late), ground.member("two")
    ground.goes_on(one, two)
    ground.come("c1", "c2")
    ground.goes_on(seconds=1)
    late.armed = True
    one.step(timeout_s=0)

    assert (one.is_active, two.is_active) == (False, True)
    assert ground.told == ONCE
    ground.goes_on(one, two)
    assert (ground.told, ground.head.evaluator) == (ONCE, "two")
    assert late.offered == []


def test_a_timer_goes_on_with_who_takes_over(ground: Ground) -> None:
    """What had held for seven of ten seconds fires three later."""
    slow = RULES.replace("clear_after", "for: 10s, clear_after")
    one = ground.member("one", slow)
    ground.goes_on(one)
    ground.come("c1", "c2")
    ground.goes_on(one, seconds=7)
    one.close()
    two = ground.member("two", slow)
    ground.goes_on(two, seconds=2)
    assert (two.is_active, ground.told) == (True, [])

    ground.goes_on(two, seconds=2)
    assert ground.told == ONCE
    (alert,) = ground.incidents[0].alerts
    assert alert.fired_at is not None
    assert 10 * SECOND_US <= alert.fired_at - alert.began < 11 * SECOND_US


# --- what people do ----------------------------------------------------------------------------


def by(ground: Ground) -> dict[str, Any]:
    """Somebody who acts on the one incident."""
    return {"by": "Ann", "at": ground.now_us, "incident": ground.incidents[0].id}


def test_what_a_dashboard_appends_is_done(ground: Ground) -> None:
    """With the next look, and by whoever is active."""
    one = ground.member("one")
    ground.come("c1", "c2")
    ground.goes_on(one)
    at = ground.now_us
    ground.act(Acknowledge(**by(ground)), AddNote(**by(ground), text="on it"))
    ground.goes_on(one)

    (incident,) = ground.incidents
    assert incident.acknowledged == Mark("Ann", at)
    assert [entry.text for entry in incident.history if entry.what == "note"] == ["on it"]


def test_what_is_done_is_done_once(ground: Ground) -> None:
    """Its position goes with it."""
    one = ground.member("one")
    ground.come("c1", "c2")
    ground.goes_on(one)
    ground.act(AddNote(**by(ground), text="before"))
    ground.goes_on(one)
    one.close()
    ground.act(AddNote(**by(ground), text="between"))
    two = ground.member("two")
    ground.goes_on(two)
    ground.act(AddNote(**by(ground), text="after"))
    ground.goes_on(two)

    notes = [entry.text for entry in ground.incidents[0].history if entry.what == "note"]
    assert notes == ["before", "between", "after"]


def test_what_was_heard_while_there_was_no_floor_to_judge_is_not_forgotten(
    tmp_path: Path,
) -> None:
    """Whoever heard it may be gone by the time that the floor is there."""
    ground = Ground(tmp_path / "log")
    one = ground.member("one")
    mine = RULES.replace("above: 1", "above: 5")
    ground.act(SetRules(by="Ann", at=ground.now_us, text=mine))
    ground.goes_on(one, works=False)
    one.close()
    two = ground.member("two")
    ground.goes_on(two)

    assert ground.rules.text == mine
    ground.close()


def test_what_was_heard_is_not_done_because_something_else_was_written(ground: Ground) -> None:
    """As where all that workers told is to be told anew."""
    one = ground.member("one")
    ground.goes_on(one)
    one.close()
    ground.log.append(FLOOR_FRAMES, [(head_key(0), None)])
    two = ground.member("two")
    mine = RULES.replace("above: 1", "above: 5")
    ground.act(SetRules(by="Ann", at=ground.now_us, text=mine))
    ground.goes_on(two, works=False)
    assert (ground.head.evaluator, ground.rules.text) == ("two", RULES)
    two.close()

    ground.goes_on(ground.member("three"))
    assert ground.rules.text == mine


def test_an_action_that_cannot_be_read_is_told_and_passed_over(ground: Ground) -> None:
    """Five of them at the most."""
    one = ground.member("one")
    ground.come("c1", "c2")
    ground.goes_on(one)
    ground.act(*[b"{}"] * 7, Acknowledge(**by(ground)))
    ground.goes_on(one)

    assert [each.split(":")[0] for each in ground.head.problems] == [
        "an action that cannot be read"
    ] * 5
    assert ground.incidents[0].acknowledged is not None


# --- rules -------------------------------------------------------------------------------------

MINE: Final = RULES.replace("above: 1", "above: 5")
OTHER: Final = RULES.replace("above: 1", "above: 3")


def test_rules_that_ship_are_told_where_no_file_was_given(ground: Ground) -> None:
    """And who set them."""
    one = ground.member("one", None)
    ground.goes_on(one)

    assert (ground.rules.text, ground.rules.by) == (default_text(), al.SHIPPED)


def test_a_files_rules_are_told_with_who_set_them(ground: Ground) -> None:
    """With the first step that is written."""
    ground.goes_on(ground.member("one"))

    assert (ground.rules.text, ground.rules.by) == (RULES, al.FILE)


def test_what_people_set_outlives_restarts_with_the_same_file(ground: Ground) -> None:
    """And gives way to another file."""
    one = ground.member("one")
    ground.goes_on(one)
    ground.act(SetRules(by="Ann", at=ground.now_us, text=MINE))
    ground.goes_on(one)
    assert (ground.rules.text, ground.rules.by) == (MINE, "Ann")
    one.close()

    two = ground.member("two")
    ground.goes_on(two)
    assert (ground.rules.text, ground.rules.by) == (MINE, "Ann")
    ground.act(SetRules(by="Bob", at=ground.now_us, text=OTHER))
    ground.goes_on(two)
    two.close()

    three = ground.member("three")
    ground.goes_on(three)
    assert (ground.rules.text, ground.rules.by) == (OTHER, "Bob")
    three.close()

    ground.goes_on(ground.member("four", RULES + "# another\n"))
    assert (ground.rules.text, ground.rules.by) == (RULES + "# another\n", al.FILE)


def test_rules_that_are_none_change_nothing(ground: Ground) -> None:
    """But that it is told."""
    one = ground.member("one")
    ground.goes_on(one)
    ground.act(SetRules(by="Ann", at=ground.now_us, text="rules: 5"))
    ground.goes_on(one)

    assert ground.rules.text == RULES
    assert ground.head.problems == [
        "rules from Ann: alerts.yaml:1: rules: input should be a valid dictionary"
    ]


def test_another_file_withdraws_what_its_rules_do_not_look_at(ground: Ground) -> None:
    """With an all-clear, and for good."""
    one = ground.member("one")
    ground.come("c1", "c2")
    ground.goes_on(one)
    one.close()
    ground.goes_on(ground.member("two", RULES.replace("many:", "several:")))

    assert [[alert.rule for alert in each.alerts] for each in ground.incidents] == [
        ["many"],
        ["several"],
    ]
    assert [each.state for each in ground.incidents] == ["resolved", "firing"]
    assert ground.told[:2] == TWICE
    lives = {record.key for record in ground.log.read(ALERTS, 0) if record.value is not None}
    assert [key for key in sorted(lives) if key.startswith("life/")] == [
        'life/["several","queue","benefits"]'
    ]


# --- deliveries --------------------------------------------------------------------------------


def notifications(ground: Ground) -> list[Notification]:
    """Those that the log holds still."""
    return [each for each in held(ground.log).values() if isinstance(each, Notification)]


def test_what_was_delivered_is_done_with(ground: Ground) -> None:
    """It was offered once it was written, and goes from the log."""
    delivered = Delivered()
    one = ground.member("one", deliveries=delivered)
    ground.come("c1", "c2")
    ground.goes_on(one)

    (incident,) = ground.incidents
    assert delivered.offered == [f"{incident.id}-1"]
    assert notifications(ground) == []


def test_what_failed_is_seen_and_goes_on_with_who_takes_over(ground: Ground) -> None:
    """Who knows of it by the log alone."""
    one = ground.member("one", deliveries=Delivered("no such host"))
    ground.come("c1", "c2")
    ground.goes_on(one)
    (failed,) = notifications(ground)
    assert (failed.tries, failed.failure, failed.given_up) == (1, "no such host", False)
    one.close()

    delivered = Delivered()
    ground.goes_on(ground.member("two", deliveries=delivered))
    assert delivered.offered == [failed.id]
    assert notifications(ground) == []


def test_what_failed_begins_anew_when_somebody_asks(ground: Ground) -> None:
    """At once, whoever evaluates; why it failed stays until it is sent, and other names are none."""
    one = ground.member("one", deliveries=Delivered("no such host"))
    ground.come("c1", "c2")
    ground.goes_on(one)
    (failed,) = notifications(ground)

    by: dict[str, Any] = {"incident": failed.incident.id, "by": "Ada", "at": ground.now_us}
    ground.act(Retry(**by, notification="gone"), Retry(**by, notification=failed.id))
    ground.goes_on(one, seconds=0.5)

    anew = replace(failed, tries=0, tried_at=None, not_before=ground.now_us)
    assert notifications(ground) == [anew]
    one.close()
    delivered = Delivered()
    ground.goes_on(ground.member("two", deliveries=delivered))
    assert delivered.offered == [failed.id]
    assert notifications(ground) == []
    assert ground.head.problems == []


def test_what_is_under_way_when_the_log_goes_away_is_not_sent_again(
    ground: Ground, tmp_path: Path
) -> None:
    """The service is made anew then, of the same setting; a receiver that hangs has it already."""
    with http_receiver() as web:
        web.fates = ["hang"]
        rules = tmp_path / "alerts.yaml"
        rules.write_text(RULES.replace("https://lead.example/", f"{web.url}/hook"))
        setting = alert_setting("one", FloorPlan(), rules)
        ground.come("c1", "c2")
        for _ in range(2):
            service = AlertService(ground.log, FloorPlan(), setting, now=ground, steady=ground)
            ground.goes_on(service)
            assert service.is_active
            service.close()
        web.let_go.set()
        for thread in threading.enumerate():
            if thread.name == "delivery":
                thread.join()
        last = AlertService(ground.log, FloorPlan(), setting, now=ground, steady=ground)
        ground.goes_on(last)
        last.close()

        assert len(web.requests) == 1
        assert notifications(ground) == []


def test_an_evaluator_that_fails_is_ready_again(ground: Ground, tmp_path: Path) -> None:
    """By whatever fault: where it is the only one, nobody else would ever watch."""
    faults = [KeyError("a fault")]

    def problems(_receivers: object) -> list[str]:
        if faults:
            raise faults.pop()
        return []

    def opened() -> closing[EmbeddedLog]:
        return closing(EmbeddedLog(tmp_path / "log", now=ground))

    ground.goes_on()
    setting = Setting("one", RULES, problems=problems)
    with (
        closing(ground.log.tail(ALERTS, from_start=True)) as tail,
        evaluating(opened, FloorPlan(), setting, now=ground),
    ):
        told = [record.key for record in tail.poll(100, 20)]

    assert (faults, al.HEAD_KEY in told) == ([], True)


def test_time_is_as_it_says() -> None:
    """The lease is shorter than what counts as a gap in which nobody looked."""
    assert LEASE_US < 2 * MINUTE_US
