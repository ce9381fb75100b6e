"""The contacts behind an alert over HTTP: one reading at a time, and an answer for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Event

import httpx2
import pytest

from dashboard.api import alert_models as models
from dashboard.api.reading import Reading
from dashboard.app import RuleTools, create_app, serving
from stream.contract.alerts import Alert
from stream.contract.behind import Behind, ContactBehind, Group, NotHeld, OtherFloor, TooManyEvents
from tests.builders import BASE_US, instant
from tests.dashboard.floors import TOOLS, alert_floor
from tests.dashboard.pictures import TableReader, ordinary, wall_clock
from tests.incidents import RULES, notice_incident, resolved_incident, surge_incident

SURGE, NOTICE, OVER = (
    make(BASE_US) for make in (surge_incident, notice_incident, resolved_incident)
)
CONTACT = ContactBehind(
    id="c1", queue="benefits", channel="voice", agent="a1", since=instant(0), at=instant(90),
    wait_us=90_500_000, due=instant(20), over_target=True, priority=2, language="es",
)  # fmt: skip


class Reader:
    """Reads what a test says, when it says so, and remembers who was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.may_end = Event()
        self.began = Event()
        self.failure: Exception | None = None

    def __call__(self, alert: Alert, rules_text: str | None) -> Behind:
        self.asked.append((alert.id, rules_text))
        self.began.set()
        assert self.may_end.wait(10)
        if self.failure is not None:
            raise self.failure
        return Behind(
            alert.id,
            instant(120),
            [Group("waiting", 0, []), Group("answered_late", 201, [CONTACT])],
            since=instant(-1680),
            unplaced=2,
        )


@pytest.fixture
def reader() -> Reader:
    """One that answers at once."""
    made = Reader()
    made.may_end.set()
    return made


@pytest.fixture
def client(tmp_path: Path, reader: Reader) -> Iterator[httpx2.Client]:
    """Of a dashboard that knows three incidents."""
    tools = RuleTools(TOOLS.check, contacts=reader)
    with alert_floor(tmp_path) as floor:
        floor.evaluator.tell(SURGE, NOTICE, OVER)
        app = create_app(
            TableReader(ordinary(), wall_clock), now=wall_clock, alerts=floor.board, rules=tools
        )
        with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
            while not client.get("/api/v1/alerts").json()["incidents"]:
                Event().wait(0.05)
            yield client


def path(id_: str) -> str:
    """Where the contacts are."""
    return f"/api/v1/alerts/{id_}/contacts"


def test_contacts_are_told_with_times_and_seconds(client: httpx2.Client, reader: Reader) -> None:
    """In the shape that the reference has, and read by the rules in force."""
    answer = client.get(path(SURGE.alerts[1].id))

    told = models.Contacts.model_validate(answer.json())
    assert reader.asked == [(SURGE.alerts[1].id, RULES)]
    assert (told.alert, told.as_of, told.since) == (
        SURGE.alerts[1].id,
        "2026-03-02T14:02:00.000Z",
        "2026-03-02T13:32:00.000Z",
    )
    assert (told.unplaced, told.held_since) == (2, None)
    assert [(group.became, group.count) for group in told.groups] == [
        ("waiting", 0),
        ("answered_late", 201),
    ]
    [one] = told.groups[1].contacts
    assert one.model_dump() == {
        "id": "c1", "queue": "benefits", "channel": "voice", "agent": "a1",
        "since": "2026-03-02T14:00:00.000Z", "at": "2026-03-02T14:01:30.000Z", "wait_s": 90.5,
        "due": "2026-03-02T14:00:20.000Z", "over_target": True, "priority": 2, "segment": None,
        "language": "es", "intent": None, "journey_stage": None, "redial_of": None,
    }  # fmt: skip


@pytest.mark.parametrize("incident", [SURGE, NOTICE, OVER], ids=["surge", "notice", "over"])
def test_of_an_incident_the_gravest_alert_is_asked_for(
    client: httpx2.Client, reader: Reader, incident: object
) -> None:
    """Open ones before those that are over."""
    assert client.get(path(incident.id)).status_code == 200  # type: ignore[attr-defined]
    assert reader.asked[0][0] == incident.alerts[0].id  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("failure", "status", "detail"),
    [
        (NotHeld(BASE_US), 410, "no longer there: the log begins at 2026-03-02T14:00:00.000Z"),
        (TooManyEvents(), 503, "too many events to be read while somebody waits"),
        (OtherFloor(), 503, "the contacts of a drill are not to be read"),
        (OSError("c-1 of Ada Lovelace"), 503, "not read (OSError)"),
    ],
)
def test_why_there_is_no_list_is_said(
    client: httpx2.Client, reader: Reader, failure: Exception, status: int, detail: str
) -> None:
    """In a line without what an error may hold; and the next one is read."""
    reader.failure = failure
    answer = client.get(path(SURGE.id))
    reader.failure = None

    assert (answer.status_code, answer.json()) == (status, {"detail": detail})
    assert "retry-after" not in answer.headers
    assert client.get(path(SURGE.id)).status_code == 200


def test_nobody_is_behind_what_is_not_there(client: httpx2.Client, reader: Reader) -> None:
    """404, and nothing is read."""
    assert client.get(path("nowhere")).status_code == 404
    assert reader.asked == []


def test_one_alerts_contacts_are_read_at_a_time(client: httpx2.Client, reader: Reader) -> None:
    """Who asks for the same gets the same; who asks for another's is told when to ask again."""
    reader.may_end.clear()
    with ThreadPoolExecutor(2) as people:
        first = people.submit(client.get, path(SURGE.alerts[0].id))
        assert reader.began.wait(5)
        other = client.get(path(NOTICE.id))
        second = people.submit(client.get, path(SURGE.alerts[0].id))
        # The server's threads are free meanwhile.
        assert client.post(
            f"/api/v1/alerts/{NOTICE.id}/note", json={"by": "Ada", "text": "x"}
        ).is_success
        reader.may_end.set()
        assert first.result().json() == second.result().json()

    assert (other.status_code, other.headers["retry-after"]) == (503, "2")
    assert {asked for asked, _ in reader.asked} == {SURGE.alerts[0].id}
    assert client.get(path(NOTICE.id)).status_code == 200


def test_who_asks_for_what_is_being_read_waits_for_the_same(reader: Reader) -> None:
    """Nobody waits for another's."""
    reader.may_end.clear()
    reading = Reading()
    alert, other = SURGE.alerts[0], NOTICE.alerts[0]
    first = reading.ask(alert.id, partial(reader, alert, RULES))
    assert first is not None
    assert reading.ask(alert.id, partial(reader, alert, RULES)) is first
    assert reading.ask(other.id, partial(reader, other, RULES)) is None
    reader.may_end.set()

    assert first.result(5).alert == alert.id
    assert reading.ask(other.id, partial(reader, other, RULES)) is not None


def test_a_dashboard_that_cannot_read_them_says_so(tmp_path: Path) -> None:
    """As one without a log of its own."""
    with alert_floor(tmp_path) as floor:
        floor.evaluator.tell(SURGE)
        app = create_app(
            TableReader(ordinary(), wall_clock), now=wall_clock, alerts=floor.board, rules=TOOLS
        )
        with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
            while not client.get("/api/v1/alerts").json()["incidents"]:
                Event().wait(0.05)
            answer = client.get(path(SURGE.id))

    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "this dashboard cannot read contacts",
    )
