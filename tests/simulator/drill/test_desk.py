"""The desk: a drill from its start to its end, by a clock that the test holds."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from msgspec.structs import replace

from simulator.drill.play import LEAD_US
from stream.contract.clock import TURNS_MAX
from stream.contract.codec import Rejected, decode
from stream.contract.drills import (
    Deed,
    DrillRefused,
    DrillState,
    Leave,
    MoveAgents,
    Notice,
    Opened,
    PlannedSurprise,
    Report,
    Volume,
)
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.simulator.drill.desks import PLAN, Kept, Table

SEEN = Notice("benefits")
# So many that some of them are free.
MOVE = MoveAgents("benefits", "snap", 20)
SURGE = Volume("benefits", times=3, minutes=5)


@pytest.fixture
def table() -> Table:
    """A desk with nothing on it yet."""
    return Table()


def times(stage: Kept) -> list[int]:
    """When each event on this stage happened."""
    found = []
    for _, payload in stage.events:
        event = decode(payload or b"")
        assert not isinstance(event, Rejected)
        found.append(int(event.time))
    return found


def until(stage: Kept, at: int) -> list[tuple[str, bytes | None]]:
    """What was appended of before an instant."""
    return [one for one, time in zip(stage.events, times(stage), strict=True) if time < at]


def test_a_start_makes_the_morning_before_and_then_lets_time_run(table: Table) -> None:
    """The clock stands while the history is read, and runs half a second after screens have it."""
    began = table.began()

    assert table.stage.done == ["begin", "show"]
    assert table.stage.mark.trainee == "Ada"
    assert [clock.speed for clock in table.stage.clocks] == [0.0, 1.0]
    assert max(times(table.stage)) < began
    assert table.state.at == began
    table.passes(60 + LEAD_US / SECOND_US)
    assert table.state.at == began + MINUTE_US
    assert began + 50 * SECOND_US < max(times(table.stage)) < began + MINUTE_US
    assert len(times(table.stage)) == len(set(table.stage.events))


def test_paused_time_stands_still_and_goes_on_at_its_speed(table: Table) -> None:
    """A pause takes hold when all that follow the clock have heard of it."""
    began = table.began()
    table.passes(10.5)
    table.desk.pause()
    table.passes(30)
    paused = table.state

    assert (paused.phase, paused.at) == ("paused", began + round(10.5 * SECOND_US))
    table.desk.set_speed(20)
    assert table.state.phase == "paused"
    table.desk.resume()
    table.passes(3.5)
    assert table.state.at == began + round(70.5 * SECOND_US)
    clock = table.stage.clocks[-1]
    assert [line.speed for line in clock.before] + [clock.speed] == [0.0, 1.0, 0.0, 20.0]


def test_what_is_done_happens_at_that_instant(table: Table) -> None:
    """By whom, when by the floor's clock, and with its events at once on the floor."""
    began = table.began()
    table.passes(20.5)
    before = len(table.stage.events)

    table.desk.do("trainee", SEEN)
    table.desk.do("trainee", MOVE)
    table.desk.do("trainer", Leave("medicaid", 3))

    at = began + 20 * SECOND_US
    assert table.state.deeds == [
        Deed(at, "trainee", SEEN),
        Deed(at, "trainee", MOVE),
        Deed(at, "trainer", Leave("medicaid", 3)),
    ]
    assert len(table.stage.events) > before


def test_planned_surprises_come_by_themselves(table: Table) -> None:
    """At their own instant, however time is cut."""
    plan = replace(
        PLAN, surprises=[PlannedSurprise(1, SURGE), PlannedSurprise(0, Leave("snap", 1))]
    )
    began = table.began(plan)
    assert table.state.deeds == []
    table.passes(30)
    assert table.state.deeds == [Deed(began, "trainer", Leave("snap", 1))]
    table.passes(60, step_s=7)

    assert table.state.deeds[1:] == [Deed(began + MINUTE_US, "trainer", SURGE)]


def test_a_planned_surprise_that_cannot_come_is_told(table: Table) -> None:
    """The drill goes on."""
    table.began(replace(PLAN, surprises=[PlannedSurprise(0, Leave("snap", 0))]))
    table.passes(1)

    assert table.state.problem == (
        "a planned surprise could not come: nobody was asked to leave, expected at least 1"
    )
    assert table.state.phase == "playing"


def test_a_rewind_repeats_exactly(table: Table) -> None:
    """What was done by then stays done, with the same events to the byte; what was done later is
    undone, and planned surprises come again."""
    plan = replace(PLAN, surprises=[PlannedSurprise(2, SURGE)])
    began = table.began(plan)
    table.passes(30.5)
    table.desk.do("trainee", MOVE)
    table.passes(120)
    table.desk.do("trainee", MoveAgents("snap", "benefits", 4))
    table.passes(30)
    to = began + 75 * SECOND_US

    table.desk.rewind(to)
    assert table.state.phase == "preparing"
    table.prepared()

    first, second = table.stages
    assert first.done == ["begin", "show", "close"]
    assert second.done == ["begin", "show"]
    assert second.events == until(first, to)
    assert table.state.deeds == [Deed(began + 30 * SECOND_US, "trainee", MOVE)]
    assert (table.state.phase, table.state.round, table.state.at) == ("playing", 2, to)
    table.passes(75)
    # Up to what was done otherwise the first time, the same floor.
    again = began + 149 * SECOND_US
    assert until(second, again) == until(first, again)
    assert table.state.deeds[1:] == [Deed(began + 2 * MINUTE_US, "trainer", SURGE)]


def test_a_rewind_of_a_paused_drill_stays_paused(table: Table) -> None:
    """It may be rewound to its very beginning, and to now."""
    began = table.began()
    table.passes(20.5)
    table.desk.pause()
    table.passes(5)
    now = table.state.at
    assert now is not None

    for to in (now, began):
        table.desk.rewind(to)
        table.prepared()
        table.passes(5)
        assert (table.state.phase, table.state.at) == ("paused", to)


def test_its_end_is_reckoned_from_all_that_was_done_and_seen(table: Table) -> None:
    """At the instant at which it is over; what people saw on an earlier round counts up to the
    rewind."""
    began = table.began()
    table.passes(60.5)
    table.desk.do("trainee", SEEN)
    first = table.stage
    first.fired = [
        Opened(began - 5, "before"),
        Opened(began + 9, "Surge"),
        Opened(began + 2 * MINUTE_US, "later"),
    ]
    first.taken = [began + 10, began + 3 * MINUTE_US]
    table.desk.rewind(began + MINUTE_US)
    table.prepared()
    table.stage.taken = [began + 4 * MINUTE_US]
    table.passes(600)

    ((course, _, _, _),) = table.courses
    assert table.state.phase == "reckoning"
    assert course.ended == course.staging.ends == began + 10 * MINUTE_US == table.state.at
    # Screens stand still at the very end, too.
    assert table.stage.clocks[-1].at(table.now + MINUTE_US) == course.ended
    assert course.deeds == table.state.deeds == [Deed(began + MINUTE_US, "trainee", SEEN)]
    assert course.seen.alerts == [Opened(began + 9, "Surge")]
    assert course.seen.acknowledged == [began + 10, began + 4 * MINUTE_US]
    table.passes(10)
    assert table.state.at == began + 10 * MINUTE_US
    assert len(table.courses) == 1


def report(table: Table) -> Report:
    """A report of the drill that is over."""
    course = table.courses[-1][0]
    return Report(
        course.plan, course.offered.offer, "UTC", course.staging.began, course.ended,
        None, None, None, None, None, None, [], [], [],
    )  # fmt: skip


def test_a_finished_drill_has_its_report_when_it_is_reckoned(table: Table) -> None:
    """Until then, how far the reckoning is; afterwards it can be rewound and tried again."""
    began = table.began()
    table.passes(100.5)
    table.desk.finish()
    course, progress, stopped, future = table.courses[0]
    # When all that follow the clock can have heard of it, and with all that happened until then.
    assert course.ended == began + 100 * SECOND_US + LEAD_US == table.state.ends
    assert table.stage.clocks[-1].at(table.now + MINUTE_US) == course.ended
    assert course.ended - 5 * SECOND_US < max(times(table.stage)) < course.ended
    progress(0.254)
    assert (table.state.phase, table.state.progress) == ("reckoning", 0.25)
    assert not stopped()
    future.set_result(told := report(table))
    table.passes(1)

    assert (table.state.phase, table.desk.report()) == ("over", told)
    table.desk.rewind(began)
    table.prepared()
    assert (table.state.phase, table.state.ends) == ("paused", began + 10 * MINUTE_US)
    assert table.desk.report() is None


def test_a_reckoning_that_fails_is_said(table: Table) -> None:
    """The drill is over all the same, and without a report."""
    table.began()
    table.desk.finish()
    table.courses[0][3].set_exception(RuntimeError("out of memory"))
    table.passes(1)

    state = table.state
    assert state.phase == "over"
    assert state.problem == "the drill could not be reckoned: out of memory"
    assert table.desk.report() is None


def test_a_reckoning_that_nobody_wants_any_more_is_given_up(table: Table) -> None:
    """Whoever begins anew does not get the report of the drill before."""
    table.began()
    table.desk.finish()
    _, progress, stopped, future = table.courses[0]
    table.desk.start(PLAN)

    assert stopped()
    progress(0.5)
    assert table.state.progress != 0.5
    future.set_result(report(table))
    table.prepared()
    assert (table.state.phase, table.desk.report()) == ("playing", None)


def test_a_progress_that_comes_while_the_drill_is_left_is_not_told(table: Table) -> None:
    """An idle desk has none: the reckoning's thread tells its own as others give it up."""
    table.began()
    table.desk.finish()
    _, progress, _, _ = table.courses[0]
    telling, told = Event(), Event()

    class Share(float):
        """A share whose rounding takes as long as the test likes."""

        def __round__(self, digits: int | None = None) -> float:  # type: ignore[override]
            telling.set()
            told.wait(0.5)
            return 0.5

    reckoning = Thread(target=progress, args=(Share(0.5),))
    reckoning.start()
    assert telling.wait(5)
    table.desk.leave()
    told.set()
    reckoning.join(5)

    assert (table.state.phase, table.state.progress) == ("idle", None)


def test_a_floor_that_cannot_be_prepared_leaves_the_one_before(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as what it is, not as the one that was asked for, and it can go on."""
    began = table.began()
    table.passes(5)
    before = table.state

    def full(_: Kept) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Kept, "begin", full)
        table.desk.start(replace(PLAN, begins=9 * 60, minutes=30, seed=2, trainee="Grace"))
        table.prepared()
    state = table.state

    assert (state.phase, state.progress) == ("paused", None)
    assert state.problem == "the floor could not be prepared: no space left on device"
    assert (state.plan, state.began, state.ends) == (before.plan, began, before.ends)
    assert [stage.done[-1] for stage in table.stages] == ["show", "close"]
    table.desk.resume()
    table.passes(10)
    assert table.state.at is not None
    assert table.state.at > began + 10 * SECOND_US


def test_a_floor_that_breaks_says_so_and_can_be_rewound(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happened and is in no log would be missing for good: it does not go on as if it were
    whole, but is played again."""
    began = table.began()
    table.passes(5)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Kept, "append", full)
        table.passes(5)
    state = table.state

    assert (state.phase, state.problem) == (
        "over",
        "the floor broke, rewind it: no space left on device",
    )
    with pytest.raises(DrillRefused):
        table.desk.resume()
    table.desk.rewind(began)
    table.prepared()
    assert table.state.problem is None
    assert table.state.phase == "paused"


def test_a_drill_whose_pace_was_changed_too_often_can_be_finished(table: Table) -> None:
    """As whoever asks for one more change is told."""
    table.began()

    def turn_again_and_again() -> None:
        for _ in range(TURNS_MAX + 1):
            table.desk.set_speed(2.0)

    with pytest.raises(DrillRefused, match="too often"):
        turn_again_and_again()
    table.desk.finish()

    assert table.state.phase == "reckoning"


def test_who_acts_on_a_floor_that_breaks_is_told(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As who asks for what cannot be, in one line."""
    table.began()

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Kept, "append", full)
    with pytest.raises(DrillRefused, match="the floor broke, rewind it: no space left"):
        table.desk.do("trainee", Notice())
    assert table.state.phase == "over"


def test_leaving_gives_screens_their_floor_back_and_ends_the_drill_s(table: Table) -> None:
    """Also where the next round was being prepared."""
    began = table.began()
    table.passes(5)
    table.desk.rewind(began)
    table.desk.step()
    table.desk.leave()
    table.passes(1)

    assert table.left == 1
    assert [stage.done[-1] for stage in table.stages] == ["close", "close"]
    assert replace(table.state, version=0) == DrillState("idle", round=2)


def test_a_start_gives_up_what_runs(table: Table) -> None:
    """The old floor stays on screens, standing still, until the new one is there."""
    table.began()
    table.passes(10)
    table.desk.start(replace(PLAN, seed=2))
    table.desk.step()

    first, second = table.stages
    assert first.done == ["begin", "show"]
    assert first.clocks[-1].speed == 0.0
    table.prepared()
    assert first.done[-1] == "close"
    assert second.events != first.events[: len(second.events)]


REFUSED = {
    "speed: expected 0.25 to 60 times the clock's pace": replace(PLAN, speed=61),
    "minutes: expected 1 to 480": replace(PLAN, minutes=0.5),
    "begins: expected a time while the centre is open, from 08:00 to 18:00": replace(
        PLAN, begins=7 * 60
    ),
    "offer: there is no 'monday', expected one of weekday": replace(PLAN, offer="monday"),
    "surprises.0.minute: expected a minute of the drill, 0 to 10": replace(
        PLAN, surprises=[PlannedSurprise(10, SURGE)]
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_plan_that_cannot_be_is_refused_in_one_line(table: Table, why: str) -> None:
    """And changes nothing."""
    with pytest.raises(DrillRefused) as refused:
        table.desk.start(REFUSED[why])

    assert str(refused.value) == why
    assert table.state == DrillState("idle")


def test_what_cannot_be_now_is_refused_in_one_line(table: Table) -> None:
    """With what the drill is at."""
    for do in (table.desk.pause, table.desk.finish, lambda: table.desk.do("trainee", SEEN)):
        with pytest.raises(DrillRefused, match="the drill now: none is running"):
            do()
    began = table.began()
    with pytest.raises(DrillRefused, match="cannot go on with the drill now: it is running"):
        table.desk.resume()
    with pytest.raises(DrillRefused, match="surprises are the trainer's"):
        table.desk.do("trainee", SURGE)
    for to in (began - 1, began + MINUTE_US):
        with pytest.raises(DrillRefused, match="from the drill's beginning to now"):
            table.desk.rewind(to)
    with pytest.raises(DrillRefused, match="there is no such queue here"):
        table.desk.do("trainee", Notice("nowhere"))
    assert table.state.deeds == []
