"""Screens switched from one floor to another and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from stream.contract.alerts import Action, AlertsAway, Board, SetRules
from stream.contract.figures import DrillMark, HourOfQueue, NoPicture, Picture
from stream.switching import NO_DRILL, NoFloor, Shown, SwitchingReader
from tests.dashboard.pictures import START, ordinary, picture
from tests.incidents import surge_incident

HOME, DRILL = picture(ordinary()), picture(ordinary(), at=START - timedelta(days=9))
MARK = DrillMark(1, "Ada")


class Floor:
    """A floor with a picture, or without one yet."""

    def __init__(self, told: Picture | None) -> None:
        self.told = told
        self.followed = 0
        self.closed = False

    def follow(self, timeout_s: float) -> bool:
        self.followed += 1
        return False

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        if self.told is None:
            raise NoPicture("not yet")
        return self.told

    def hour(self, queue: str) -> HourOfQueue | None:
        return None

    def close(self) -> None:
        self.closed = True


class Alerts:
    """A board, and what was done."""

    def __init__(self, board: Board) -> None:
        self.told = board
        self.acts: list[Action] = []

    def board(self) -> Board:
        return self.told

    def act(self, action: Action) -> None:
        self.acts.append(action)


def test_a_floor_is_shown_once_there_is_a_picture_of_it() -> None:
    """Until then the one before; then with its mark, and the one before is left alone."""
    home, drill = Floor(HOME), Floor(None)
    reader = SwitchingReader(home, None)
    reader.show(shown := Shown(drill, None, MARK))
    reader.follow(0)
    assert reader.picture("30m") == HOME
    assert not shown.there.is_set()
    drill.told = DRILL

    assert reader.follow(0)
    assert reader.picture("30m") == replace(DRILL, drill=MARK)
    assert shown.there.is_set()
    followed = home.followed
    reader.follow(0)
    assert (home.followed, home.closed) == (followed, False)


def test_home_is_shown_again_and_the_drill_let_go() -> None:
    """At once, whatever its picture."""
    home, drill = Floor(HOME), Floor(DRILL)
    reader = SwitchingReader(home, None)
    reader.show(Shown(drill, None, MARK))
    reader.follow(0)
    back = reader.show_home()
    assert not back.there.is_set()
    reader.follow(0)

    assert reader.picture("30m") == HOME
    assert back.there.is_set()
    assert (home.closed, drill.closed) == (False, True)


def test_a_floor_that_another_overtakes_is_let_go() -> None:
    """It was never shown."""
    first, second = Floor(None), Floor(DRILL)
    reader = SwitchingReader(Floor(HOME), None)
    reader.show(Shown(first, None, MARK))
    reader.follow(0)
    reader.show(Shown(second, None, DrillMark(2)))
    reader.follow(0)

    assert first.closed
    assert reader.picture("30m").drill == DrillMark(2)


def test_where_no_floor_is_that_is_said() -> None:
    """In words fit for a screen."""
    reader = SwitchingReader(NoFloor(), None)
    reader.follow(0)

    with pytest.raises(NoPicture, match=NO_DRILL):
        reader.picture("30m")
    with pytest.raises(AlertsAway, match=NO_DRILL):
        reader.alerts.act(SetRules(by="Ada", at=0, text=""))


def test_alerts_switch_with_the_picture_and_their_version_goes_on() -> None:
    """Whoever compares versions sees another floor as a change, and each board's own changes."""
    incident = surge_incident(0)
    home = Alerts(Board([], version=7))
    drill = Alerts(Board([incident], version=7))
    reader = SwitchingReader(Floor(HOME), home)
    seen: list[Any] = [reader.alerts.board()]
    reader.show(Shown(Floor(DRILL), drill, MARK))
    seen.append(reader.alerts.board())
    reader.follow(0)
    seen.append(reader.alerts.board())
    drill.told = Board([], version=9)
    seen.append(reader.alerts.board())
    reader.alerts.act(action := SetRules(by="Ada", at=0, text=""))
    reader.show_home()
    reader.follow(0)
    seen.append(reader.alerts.board())

    assert [len(board.incidents) for board in seen] == [0, 0, 1, 0, 0]
    versions = [board.version for board in seen]
    assert versions == sorted(versions)
    assert versions[0] == versions[1] < versions[2] < versions[3] < versions[4]
    assert (home.acts, drill.acts) == ([], [action])
