"""What frames carry of alerts: the gravest first, at once when one changes, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from dashboard.alerting import OPEN_TOLD_MAX, Watch, alerts_told, is_calling
from dashboard.feed import Feed
from stream.contract.alerts import Action, AlertsHead, Board, Incident, Mark
from stream.contract.instants import DAY_US, MINUTE_US, SECOND_US, format_millis, from_datetime
from tests.dashboard.pictures import START
from tests.dashboard.test_feed import Clock, ScriptedReader, sent_at_s
from tests.incidents import (
    failed_message,
    notice_incident,
    resolved_incident,
    surge_incident,
    ticket_incident,
)

AT = int(from_datetime(START))


def head(told_at: int = AT) -> AlertsHead:
    """The evaluator's head, as it told it then."""
    return AlertsHead(as_of=told_at, told_at=told_at, evaluator="floor-1", rules=12, targets=148)


@dataclass
class ScriptedBoard:
    """A board whose incidents change at given moments of a clock."""

    clock: Clock
    changes: list[tuple[float, Incident]] = field(default_factory=list)
    broken: bool = False
    acted: list[Action] = field(default_factory=list)
    _board: Board = field(default_factory=lambda: Board([], head()))

    def board(self) -> Board:
        """What is known by now."""
        if self.broken:
            raise OSError("a secret")
        passed_s = (self.clock.moment - START).total_seconds()
        while self.changes and self.changes[0][0] <= passed_s:
            incident = self.changes.pop(0)[1]
            others = [one for one in self._board.incidents if one.id != incident.id]
            version = self._board.version + 1
            self._board = replace(self._board, incidents=[incident, *others], version=version)
        return self._board

    def act(self, action: Action) -> None:
        """Keep what was done."""
        self.acted.append(action)


def test_the_gravest_stand_first_then_the_longest_open() -> None:
    """However they lie on the board; those that are over stand apart, the latest first."""
    page, older = surge_incident(AT), surge_incident(AT - MINUTE_US)
    notice, ticket = notice_incident(AT - 60 * MINUTE_US), ticket_incident(AT)
    over = [resolved_incident(AT - minutes * MINUTE_US) for minutes in (40, 20)]
    told = alerts_told(Board([ticket, notice, page, *over, older], head()), 0.2, START)

    assert [one.id for one in told.incidents] == [older.id, page.id, notice.id, ticket.id]
    assert [one.id for one in told.resolved] == [over[1].id, over[0].id]
    assert (told.open, told.calling) == (4, 3)


def test_what_recovers_stands_behind_what_fires_as_gravely() -> None:
    """However long it is open; and it is told since when it is clear, by what is true now."""
    fires = surge_incident(AT)
    clear_at = AT - MINUTE_US
    alerts = [
        replace(one, state="recovering", changed_at=clear_at, message=f"{one.rule} clears")
        for one in surge_incident(AT - 9 * MINUTE_US).alerts
    ]
    recovers = replace(
        surge_incident(AT - 9 * MINUTE_US),
        state="recovering",
        alerts=alerts,
        title=alerts[0].message,
        reopened_at=AT - 5 * MINUTE_US,
    )
    told = alerts_told(Board([recovers, notice_incident(AT), fires], head()), 0.2, START)

    first, second, _ = told.incidents
    assert (first.id, second.id) == (fires.id, recovers.id)
    assert (first.since, first.changed_at) == (format_millis(AT), format_millis(AT))
    assert (second.title, second.message) == ("surge clears", "surge clears")
    assert (second.opened_at, second.since, second.changed_at) == (
        format_millis(AT - 9 * MINUTE_US),
        format_millis(AT - 5 * MINUTE_US),
        format_millis(clear_at),
    )


def test_a_frame_has_a_bound_but_counts_all() -> None:
    """Two hundred queues in trouble are a number, not a megabyte."""
    many = [ticket_incident(AT, number) for number in range(OPEN_TOLD_MAX + 7)]
    told = alerts_told(Board(many, head()), 0.2, START)

    assert (len(told.incidents), told.open) == (OPEN_TOLD_MAX, OPEN_TOLD_MAX + 7)


@pytest.mark.parametrize(
    ("change", "calls"),
    [
        pytest.param({}, True, id="nobody has it"),
        pytest.param({"acknowledged": Mark("Ada", AT)}, False, id="somebody has it"),
        pytest.param({"snoozed_until": AT + SECOND_US}, False, id="silenced"),
        pytest.param({"snoozed_until": AT}, True, id="silenced until now"),
        pytest.param({"state": "no_data"}, True, id="not known any more"),
        pytest.param({"state": "recovering"}, True, id="not over yet"),
        pytest.param({"state": "resolved"}, False, id="over"),
    ],
)
def test_who_still_calls_for_somebody(change: dict[str, object], calls: bool) -> None:
    """What is counted in the browser's tab."""
    assert is_calling(replace(surge_incident(AT), **change), AT) is calls


@pytest.mark.parametrize(
    ("told_s", "heard", "passed_s", "age_s"),
    [
        pytest.param(None, True, 9, None, id="never told"),
        pytest.param(0, True, 0, 0.0, id="just told"),
        pytest.param(0, True, 7, 7.0, id="silent since"),
        pytest.param(-60, True, 1, 61.0, id="old when it was first seen"),
        pytest.param(30, True, 7, None, id="from a clock ahead, before we were there"),
        pytest.param(30, False, 7, 7.0, id="from a clock ahead, since we are there"),
        pytest.param(0, True, -5, 0.0, id="a clock set back"),
    ],
)
def test_the_evaluator_is_as_old_as_it_says_or_as_known_here(
    told_s: float | None, heard: bool, passed_s: float, age_s: float | None
) -> None:
    """Whichever is longer; and unknown is not fresh."""
    watch = Watch()
    if not heard:
        watch.look(Board([], head(AT - SECOND_US)), START)
    told = None if told_s is None else head(AT + int(told_s * SECOND_US))
    watch.look(Board([], told), START)
    # Looked at once more without news: its age goes on.
    watch.look(Board([], told), START + timedelta(seconds=max(0.0, passed_s)))

    assert watch.age_s(START + timedelta(seconds=passed_s)) == age_s


def test_an_alert_goes_out_at_once_on_any_floor() -> None:
    """Within a tenth of a second, however busy the floor, and each change of it."""
    clock = Clock()
    fired = surge_incident(AT)
    taken = replace(fired, acknowledged=Mark("Ada", AT))
    news = [tenth / 10 for tenth in range(1, 30)]
    board = ScriptedBoard(clock, [(1.35, fired), (1.62, taken)])
    feed = Feed(ScriptedReader(clock, news_at_s=news), now=clock, alerts=board)

    assert sent_at_s(feed, clock, 2.8) == [0.0, 1.0, 1.4, 1.7, 2.7]


def test_figures_that_move_alone_start_no_extra_frames() -> None:
    """They come with the next frame of the second."""
    clock = Clock()
    fired = surge_incident(AT)
    moved = [
        (0.3 + tenth / 10, replace(fired, alerts=[replace(one, as_of=AT + tenth) for one in fired.alerts]))
        for tenth in range(1, 12)
    ]  # fmt: skip
    feed = Feed(
        ScriptedReader(clock), now=clock, alerts=ScriptedBoard(clock, [(0.0, fired), *moved])
    )

    assert sent_at_s(feed, clock, 2.05) == [0.0, 1.0, 2.0]


def test_a_broken_picture_still_tells_of_alerts() -> None:
    """The evaluator may well be alive."""
    clock = Clock()
    board = ScriptedBoard(clock, [(0.0, surge_incident(AT))])
    feed = Feed(ScriptedReader(clock, broken=True), now=clock, alerts=board)
    feed.step()

    assert feed.newest is not None
    assert feed.newest.frame.state == "broken"
    assert feed.newest.frame.alerts is not None
    assert feed.newest.frame.alerts.open == 1


def test_the_floor_is_no_calmer_than_what_fires() -> None:
    """Its sentence in a frame is that of the picture and the board together."""
    clock = Clock()
    board = ScriptedBoard(clock, [(0.0, surge_incident(AT))])
    feed = Feed(ScriptedReader(clock), now=clock, alerts=board)
    feed.step()

    assert feed.newest is not None
    assert feed.newest.frame.standing is not None
    assert feed.newest.frame.standing.state == "trouble"
    assert feed.newest.frame.standing.lead == "One urgent alert:"


def test_a_board_that_cannot_be_read_grows_old() -> None:
    """What was known stays, its age goes on, and the process's log says why, once."""
    clock = Clock()
    board = ScriptedBoard(clock, [(0.0, surge_incident(AT))])
    feed = Feed(ScriptedReader(clock), now=clock, alerts=board)
    feed.step()
    board.broken = True
    with capture_logs() as logs:
        sent_at_s(feed, clock, 8.05)

    assert feed.newest is not None
    assert feed.newest.frame.alerts is not None
    assert feed.newest.frame.alerts.open == 1
    assert feed.alerts_age_s() == pytest.approx(8.0, abs=0.2)
    assert [log["event"] for log in logs] == ["alerts_unreadable"]


@pytest.mark.parametrize(
    ("given_up", "age_us", "told"),
    [(False, 2 * DAY_US, 1), (True, DAY_US, 1), (True, DAY_US + 1, 0)],
)
def test_what_was_given_up_is_told_for_a_day(given_up: bool, age_us: int, told: int) -> None:
    """It is kept with its incident; said for a month, nobody would read it any more."""
    failed = failed_message(surge_incident(AT), AT)
    failed = replace(failed, given_up=given_up, tried_at=AT - age_us)
    board = Board([], head(), undelivered=[failed])

    frame = alerts_told(board, 0.0, START)
    assert (frame.undelivered_count, len(frame.undelivered)) == (told, told)
