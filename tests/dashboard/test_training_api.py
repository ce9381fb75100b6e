"""Drills over HTTP: what can be drilled, leading one, acting in it, and what a trainee is not told."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import httpx2
import pytest
from pypdf import PdfReader

from dashboard.app import create_app, serving
from stream.contract.drills import Deed, Leave, MoveAgents, Notice
from stream.contract.instants import MINUTE_US, SECOND_US, format_millis
from tests.dashboard.pictures import TableReader, ordinary, wall_clock
from tests.dashboard.training.reports import report
from tests.simulator.drill.desks import Table

PLAN = {"offer": "weekday", "begins": "08:15", "minutes": 10, "trainee": "Ada"}
SURPRISE = {"minute": 2, "surprise": {"type": "leave", "queue": "snap", "count": 3}}
JSON = dict[str, Any]


@pytest.fixture
def table() -> Table:
    """The desk."""
    return Table()


@pytest.fixture
def client(table: Table) -> Iterator[httpx2.Client]:
    """A client of a dashboard with the desk."""
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, training=table.desk)
    with serving(app) as url, httpx2.Client(base_url=f"{url}/api/v1") as client:
        yield client


def started(client: httpx2.Client, table: Table, **plan: object) -> int:
    """A drill begins; gives the instant at which."""
    assert client.post("/training/start", json=PLAN | plan).status_code == 202
    table.prepared()
    began = table.state.began
    assert began is not None
    return began


def told(response: httpx2.Response) -> JSON:
    """The answer of something that was done."""
    assert response.status_code == 202, response.text
    answer: JSON = response.json()
    return answer


def test_what_can_be_drilled_is_told_with_its_queues(client: httpx2.Client) -> None:
    """As forms need it."""
    (offer,) = client.get("/training/offers").json()["offers"]

    assert (offer["name"], offer["title"]) == ("weekday", "An ordinary weekday")
    assert offer["begins"] == "10:00"
    queue = next(one for one in offer["queues"] if one["id"] == "benefits")
    assert queue == {"id": "benefits", "name": "Benefits", "channel": "voice", "agents": 51}


def test_a_drill_is_led_from_its_start_to_its_end(client: httpx2.Client, table: Table) -> None:
    """Each answer tells how it stands then."""
    assert client.get("/training").json()["phase"] == "idle"
    answer = told(client.post("/training/start", json=PLAN))
    assert (answer["phase"], answer["plan"]["begins"]) == ("preparing", "08:15")
    table.prepared()
    began = table.state.began or 0
    table.passes(60.5)
    assert told(client.post("/training/pause"))["phase"] == "paused"
    assert told(client.post("/training/speed", json={"speed": 4}))["speed"] == 4
    assert told(client.post("/training/resume"))["phase"] == "playing"
    table.passes(10)
    answer = told(
        client.post("/training/rewind", json={"to": format_millis(began + 5 * SECOND_US)})
    )
    assert (answer["phase"], answer["round"]) == ("preparing", 2)
    table.prepared()
    assert client.get("/training").json()["at"] == format_millis(began + 5 * SECOND_US)
    table.passes(60.5)
    told(client.post("/training/rewind", json={"back_minutes": 1}))
    table.prepared()
    assert client.get("/training").json()["at"] == format_millis(
        began + 3 * MINUTE_US + 5 * SECOND_US
    )
    assert told(client.post("/training/finish"))["phase"] == "reckoning"
    assert told(client.post("/training/leave"))["phase"] == "idle"
    assert table.left == 1


def test_what_is_done_reaches_the_floor(client: httpx2.Client, table: Table) -> None:
    """From the trainee unless somebody else is named."""
    at = started(client, table)
    move = {"type": "move_agents", "from_queue": "benefits", "to_queue": "snap", "count": 2}
    leave = {"type": "leave", "queue": "medicaid", "count": 1}
    told(client.post("/training/do", json={"act": {"type": "notice"}}))
    told(client.post("/training/do", json={"act": move}))
    answer = told(client.post("/training/do", json={"by": "trainer", "act": leave}))

    assert table.state.deeds == [
        Deed(at, "trainee", Notice(None)),
        Deed(at, "trainee", MoveAgents("benefits", "snap", 2)),
        Deed(at, "trainer", Leave("medicaid", 1)),
    ]
    assert answer["deeds"][2] == {
        "at": format_millis(at),
        "by": "trainer",
        "act": leave | {"minutes": None},
    }


def test_a_trainee_is_not_told_what_is_to_come(client: httpx2.Client, table: Table) -> None:
    """Neither which scenario it is, nor the trainer's surprises; all of it once it is over."""
    started(client, table, surprises=[SURPRISE])
    table.passes(130)
    client.post("/training/do", json={"act": {"type": "notice", "queue": "snap"}})

    trainee, trainer = (
        client.get("/training", params={"as": who}).json() for who in ("trainee", "trainer")
    )

    assert [deed["by"] for deed in trainee["deeds"]] == ["trainee"]
    assert [deed["by"] for deed in trainer["deeds"]] == ["trainer", "trainee"]
    assert "weekday" not in str(trainee)
    assert trainee["plan"]["surprises"] == []
    assert trainee["offer"]["title"] == trainee["offer"]["about"] == ""
    assert trainee["offer"]["queues"] == trainer["offer"]["queues"]
    assert trainer["plan"]["surprises"] == [
        SURPRISE | {"surprise": {**SURPRISE["surprise"], "minutes": None}}  # type: ignore[dict-item]
    ]


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("/training/pause", None, "cannot pause the drill now: none is running"),
        (
            "/training/start",
            PLAN | {"speed": 99},
            "speed: expected 0.25 to 60 times the clock's pace",
        ),
        (
            "/training/start",
            PLAN | {"offer": "monday"},
            "offer: there is no 'monday', expected one of weekday",
        ),
    ],
)
def test_what_the_desk_refuses_is_one_line(
    client: httpx2.Client, path: str, body: JSON | None, detail: str
) -> None:
    """409, in the desk's own words."""
    answer = client.post(path, json=body)

    assert (answer.status_code, answer.json()) == (409, {"detail": detail})


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("/training/start", {}, "offer: missing"),
        ("/training/start", PLAN | {"begins": "8"}, "begins: expected a time of day such as 10:30"),
        ("/training/start", PLAN | {"pace": 2}, "pace: unknown field"),
        ("/training/speed", {"speed": "fast"}, "speed: expected a number"),
        ("/training/do", {"act": {"type": "shout"}}, "act: expected "),
        (
            "/training/do",
            {"act": {"type": "call_in", "queue": "snap", "count": 0}},
            "act.call_in.count: ",
        ),
        ("/training/rewind", {}, "the body: expected either `to` or `back_minutes`"),
    ],
)
def test_what_is_no_request_is_one_line(
    client: httpx2.Client, path: str, body: JSON, detail: str
) -> None:
    """422, with the field."""
    answer = client.post(path, json=body)

    assert answer.status_code == 422
    assert detail in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]


def test_pages_of_other_sites_may_not_touch_a_drill(client: httpx2.Client) -> None:
    """As with every write."""
    answer = client.post(
        "/training/start", json=PLAN, headers={"Origin": "https://elsewhere.example"}
    )

    assert answer.status_code == 403


def test_there_is_no_report_before_one_is_reckoned(client: httpx2.Client) -> None:
    """Said so."""
    answer = client.get("/training/report")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "there is no report yet: a drill is reckoned when it is over"


@pytest.mark.parametrize(
    ("path", "kind", "begins"),
    [("report.html", "text/html", b"<!doctype html>"), ("report.pdf", "application/pdf", b"%PDF")],
)
def test_a_report_can_be_had_as_a_page_and_as_a_pdf(
    client: httpx2.Client, table: Table, path: str, kind: str, begins: bytes
) -> None:
    """Once the drill is reckoned; before that there is none in any form."""
    started(client, table)
    client.post("/training/finish")
    early = client.get(f"/training/{path}")
    table.courses[-1][-1].set_result(report())
    table.desk.step()
    answer = client.get(f"/training/{path}")

    assert early.status_code == 404
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.content.startswith(begins)


@pytest.mark.parametrize(
    ("params", "headers"),
    [
        ({"lang": "it"}, {"Accept-Language": "fr", "Cookie": "floorwatch.lang=es"}),
        ({}, {"Referer": "http://localhost/training?lang=it", "Cookie": "floorwatch.lang=es"}),
        ({}, {"Cookie": "floorwatch.lang=it", "Accept-Language": "fr"}),
        ({}, {"Accept-Language": "it-CH"}),
    ],
    ids=["address", "screen", "cookie", "browser"],
)
def test_a_report_is_in_the_language_of_who_asks(
    client: httpx2.Client, table: Table, params: dict[str, str], headers: dict[str, str]
) -> None:
    """As screens are: page and PDF, each written in a thread of the server's pool."""
    started(client, table)
    client.post("/training/finish")
    table.courses[-1][-1].set_result(report())
    table.desk.step()
    page = client.get("/training/report.html", params=params, headers=headers)
    pdf = client.get("/training/report.pdf", params=params, headers=headers)
    written = "".join(one.extract_text() for one in PdfReader(BytesIO(pdf.content)).pages)

    assert '<html lang="it">' in page.text
    assert page.headers["content-language"] == "it"
    assert "Che cosa se ne impara" in page.text
    assert "Che cosa se ne impara" in written


def test_a_dashboard_of_a_real_log_says_where_drills_run() -> None:
    """And never touches its log."""
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock)
    with serving(app) as url, httpx2.Client(base_url=f"{url}/api/v1") as client:
        answers = [
            client.get("/training"),
            client.get("/training/offers"),
            client.post("/training/start", json=PLAN),
        ]

    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[0].json()["detail"] == (
        "no drills here: they run on a floor of their own, never on this log; "
        "`floorwatch training` makes one"
    )
