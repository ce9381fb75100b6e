"""While a drill's floor is shown, nobody is looked for behind its alerts in another floor's log."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from stream.contract.alerts import Alert, Target
from stream.contract.behind import Behind, OtherFloor
from stream.contract.detail import CountAsked, Detail, PresentAsked
from stream.contract.figures import NoPicture
from stream.switching import NoFloor, Shown, SwitchingReader
from tests.builders import BASE_US
from tests.dashboard.pictures import TableReader, ordinary, wall_clock
from tests.stream.behind.test_behind import told


class Drill(TableReader):
    """A drill's floor, of which there is a picture at once."""

    def close(self) -> None:
        """Nothing."""


def test_contacts_are_read_of_the_floor_that_was_there_first() -> None:
    """Before a drill and after it."""
    alert = told("waits", Target("floor"), BASE_US)
    found = Behind(alert.id, BASE_US, [])

    def read(asked: Alert, _rules_text: str | None) -> Behind:
        assert asked is alert
        return found

    shown = SwitchingReader(NoFloor(), None)
    contacts = shown.at_home(read)
    assert contacts(alert, None) is found
    shown.show(Shown(Drill(ordinary(), wall_clock), None, None))
    shown.follow(0)
    with pytest.raises(OtherFloor):
        contacts(alert, None)
    shown.show_home()
    shown.follow(0)

    assert contacts(alert, None) is found
    with pytest.raises(NoPicture):
        shown.picture("5m")


class Told:
    """Tells of a floor by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def contacts(self, asked: PresentAsked) -> Future[Any]:
        return self._told(asked.of)

    def counted(self, asked: CountAsked) -> Any:
        return self._name, asked.of

    def at_hand(self) -> Future[Any]:
        return self._told("at hand")

    def events(self, queue: str, after: int) -> Future[Any]:
        return self._told(f"{queue} {after}")

    def loads(self) -> Future[Any]:
        return self._told("loads")

    def _told(self, what: str) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result((self._name, what))
        return future


def every(detail: Detail) -> list[Any]:
    """All that it can tell."""
    return [
        detail.contacts(PresentAsked("waiting")).result(),
        detail.counted(CountAsked("offered", "5m")),
        detail.at_hand().result(),
        detail.events("benefits", 7).result(),
        detail.loads().result(),
    ]


def test_contacts_of_the_present_are_those_of_the_floor_that_is_shown() -> None:
    """A drill's while it is shown, and the floor's own again after it."""
    shown = SwitchingReader(NoFloor(), None, Told("home"))
    detail = shown.detail
    told = ["waiting", "offered", "at hand", "benefits 7", "loads"]
    assert every(detail) == [("home", each) for each in told]
    shown.show(Shown(Drill(ordinary(), wall_clock), None, None, Told("drill")))
    shown.follow(0)
    assert every(detail) == [("drill", each) for each in told]
    shown.show_home()
    shown.follow(0)
    assert every(detail) == [("home", each) for each in told]


def test_where_there_is_no_floor_there_is_nobody() -> None:
    """As on a training floor before the first drill."""
    detail = SwitchingReader(NoFloor(), None).detail
    with pytest.raises(NoPicture, match="no drill is running"):
        detail.contacts(PresentAsked("waiting")).result()
    with pytest.raises(NoPicture):
        detail.counted(CountAsked("offered", "5m"))
    for future in (detail.at_hand(), detail.events("q", 0), detail.loads()):
        assert isinstance(future.exception(), NoPicture)
