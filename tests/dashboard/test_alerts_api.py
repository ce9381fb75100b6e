"""Alerts over HTTP: what fires, what people do about it, rules, and who may write at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import msgspec
import pytest
from msgspec.structs import replace

from dashboard.api import alert_models as models
from dashboard.app import create_app, serving
from stream.contract.alerts import (
    Acknowledge,
    Action,
    AddNote,
    Assign,
    Judge,
    RuleRecord,
    SetRules,
    Snooze,
)
from stream.contract.instants import SECOND_US
from tests.builders import BASE_US
from tests.clock import now_us
from tests.dashboard.floors import TOOLS, AlertFloor, alert_floor
from tests.dashboard.pictures import TableReader, ordinary, wall_clock
from tests.incidents import (
    RULES,
    failed_message,
    notice_incident,
    resolved_incident,
    surge_incident,
)

AT = BASE_US
SURGE, NOTICE, OVER = surge_incident(AT), notice_incident(AT), resolved_incident(AT)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AlertFloor]:
    """A floor with a page, a notice, and one that is over."""
    with alert_floor(tmp_path_factory.mktemp("log")) as floor:
        message = failed_message(SURGE, AT)
        record = RuleRecord("surge", fired=5, true=3, false=1, leads_s=[240.0, 600.0, 300.0])
        floor.evaluator.tell(SURGE, NOTICE, OVER, message, record)
        yield floor


@pytest.fixture(scope="module")
def client(floor: AlertFloor) -> Iterator[httpx2.Client]:
    """A client of a dashboard over it, which has seen the incidents."""
    app = create_app(
        TableReader(ordinary(), wall_clock), now=wall_clock, alerts=floor.board, rules=TOOLS
    )
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        frames(client, 1)
        yield client


def frames(client: httpx2.Client, count: int) -> list[dict[str, Any]]:
    """So many frames of the stream, and what they carry of alerts."""
    told: list[dict[str, Any]] = []
    with client.stream("GET", "/api/v1/stream") as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line[6:])["frame"])
                if len(told) == count:
                    break
    return told


def done(floor: AlertFloor, answer: httpx2.Response) -> Action:
    """What an accepted request left for the evaluator."""
    assert answer.status_code == 202, answer.text
    models.Accepted.model_validate(answer.json())
    return floor.actions()[-1]


def test_what_fires_is_told_whole(client: httpx2.Client) -> None:
    """With figures, why, history, and who watches."""
    answer = client.get("/api/v1/alerts").json()

    told = models.Alerts.model_validate(answer)

    assert (told.evaluator.watching, told.evaluator.rules, told.open) == (True, 12, 2)
    assert [one.id for one in told.incidents] == [SURGE.id, NOTICE.id]
    surge = told.incidents[0]
    assert surge.alerts[0].why is not None
    assert [part.share for part in surge.alerts[0].why.parts] == [0.78, 0.15, 0.12, 0.04, -0.09]
    assert surge.alerts[1].figures["expected_wait_s"] is None
    assert told.incidents[1].acknowledged is not None
    assert told.incidents[1].acknowledged.by == "Ada"
    assert [one.receiver for one in told.undelivered] == ["duty phone"]
    assert answer["incidents"][0]["opened_at"].endswith("Z")


def test_what_other_languages_write_a_reason_and_a_history_from_is_told(
    client: httpx2.Client,
) -> None:
    """Which texts they are, and their values; of what was written before that was kept, nothing."""
    surge, notice = client.get("/api/v1/alerts").json()["incidents"]
    why = SURGE.alerts[0].why

    assert why is not None
    assert why.said is not None
    assert SURGE.history[0].said is not None
    assert surge["alerts"][0]["why"]["said"] == msgspec.to_builtins(why.said)
    assert [entry["said"] for entry in surge["history"]] == [
        msgspec.to_builtins(SURGE.history[0].said),
        None,
    ]
    assert [entry["said"] for entry in notice["history"]] == [None, None]


def test_metrics_tell_of_what_is_open_and_what_does_not_get_through(client: httpx2.Client) -> None:
    """For who watches the watcher: what is over is counted by its rule alone."""
    told = client.get("/metrics").text.splitlines()

    assert 'floorwatch_incidents_open{acknowledged="false",severity="page"} 1.0' in told
    assert 'floorwatch_incidents_open{acknowledged="true",severity="notice"} 1.0' in told
    assert 'floorwatch_incidents_open{acknowledged="false",severity="ticket"} 0.0' in told
    assert 'floorwatch_alerts_fired_total{rule="surge"} 5.0' in told
    assert "floorwatch_messages_failing 1.0" in told
    assert any(line.startswith("floorwatch_alerts_age_seconds ") for line in told)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, [SURGE.id, NOTICE.id]),
        ({"state": "resolved"}, [OVER.id]),
        ({"state": "all"}, [SURGE.id, NOTICE.id, OVER.id]),
        ({"state": "all", "limit": 1}, [SURGE.id]),
    ],
)
def test_incidents_are_asked_for_by_state(
    client: httpx2.Client, asked: dict[str, str | int], ids: list[str]
) -> None:
    """Open ones unless told otherwise; at most so many."""
    answer = client.get("/api/v1/alerts", params=asked).json()

    assert sorted(one["id"] for one in answer["incidents"]) == sorted(ids)


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({"state": "closed"}, "state: expected 'open', 'resolved' or 'all'"),
        ({"limit": 0}, "limit: expected 1 or more"),
    ],
)
def test_a_bad_question_says_what_is_allowed(
    client: httpx2.Client, asked: dict[str, str | int], detail: str
) -> None:
    """In one line."""
    answer = client.get("/api/v1/alerts", params=asked)

    assert (answer.status_code, answer.json()) == (422, {"detail": detail})


@pytest.mark.parametrize(
    ("what", "body", "left"),
    [
        ("acknowledge", {"by": " Ada "}, Acknowledge(incident=SURGE.id, by="Ada", at=0)),
        (
            "acknowledge",
            {"by": "Ada", "undo": True},
            Acknowledge(incident=SURGE.id, by="Ada", at=0, undo=True),
        ),
        ("snooze", {"by": "Ada", "until": None}, Snooze(incident=SURGE.id, by="Ada", at=0, until=None)),
        ("assign", {"by": "Ada", "to": "Bo"}, Assign(incident=SURGE.id, by="Ada", at=0, to="Bo")),
        ("assign", {"by": "Ada", "to": None}, Assign(incident=SURGE.id, by="Ada", at=0, to=None)),
        (
            "note",
            {"by": "Ada", "text": "<b>called</b> the vendor"},
            AddNote(incident=SURGE.id, by="Ada", at=0, text="<b>called</b> the vendor"),
        ),
        ("judge", {"by": "Ada", "true": False}, Judge(incident=SURGE.id, by="Ada", at=0, true=False)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("id_", [SURGE.id, SURGE.alerts[2].id], ids=["incident", "alert"])
def test_what_people_do_is_left_for_the_evaluator(
    client: httpx2.Client,
    floor: AlertFloor,
    id_: str,
    what: str,
    body: dict[str, Any],
    left: Action,
) -> None:
    """By the incident's name or by that of one of its alerts, spaces and slashes and all."""
    action = done(floor, client.post(f"/api/v1/alerts/{id_}/{what}", json=body))

    assert replace(action, at=0) == left
    assert abs(now_us() - action.at) < 30 * SECOND_US


def test_a_snooze_is_for_a_while_or_until_a_time(client: httpx2.Client, floor: AlertFloor) -> None:
    """On the wall clock."""
    path = f"/api/v1/alerts/{SURGE.id}/snooze"
    for_a_while = done(floor, client.post(path, json={"by": "Ada", "for_s": 900}))
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)  # noqa: TID251
    until = done(floor, client.post(path, json={"by": "Ada", "until": end.isoformat()}))

    assert isinstance(for_a_while, Snooze)
    assert for_a_while.until is not None
    assert abs(for_a_while.until - for_a_while.at - 900 * SECOND_US) < SECOND_US
    assert isinstance(until, Snooze)
    assert until.until == int(end.timestamp()) * SECOND_US


@pytest.mark.parametrize(
    ("what", "body", "detail"),
    [
        ("acknowledge", {}, "by: missing"),
        ("acknowledge", {"by": "  "}, "by: expected at least 1 character"),
        ("acknowledge", {"by": "x" * 81}, "by: expected at most 80 characters"),
        ("acknowledge", {"by": "Ada", "undone": 1}, "undone: unknown field"),
        ("snooze", {"by": "Ada"}, "until, for_s: expected one of the two"),
        ("snooze", {"by": "Ada", "for_s": 5}, "for_s: expected 60 or more"),
        (
            "snooze",
            {"by": "Ada", "until": "2020-01-01T00:00:00Z"},
            "until: expected a time within the next 7 days",
        ),
        ("note", {"by": "Ada", "text": "x" * 2001}, "text: expected at most 2000 characters"),
        ("assign", {"by": "Ada"}, "to: missing"),
        ("judge", {"by": "Ada", "true": "maybe"}, "true: expected true or false"),
    ],
)
def test_a_bad_body_is_told_in_one_line(
    client: httpx2.Client, floor: AlertFloor, what: str, body: dict[str, Any], detail: str
) -> None:
    """And nothing is done."""
    before = len(floor.actions())
    answer = client.post(f"/api/v1/alerts/{SURGE.id}/{what}", json=body)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(detail)
    assert len(floor.actions()) == before


def test_a_body_that_is_none_is_told(client: httpx2.Client) -> None:
    """What is no JSON, and nothing at all."""
    path = f"/api/v1/alerts/{SURGE.id}/acknowledge"
    headers = {"content-type": "application/json"}

    assert client.post(path, content=b"{", headers=headers).json() == {
        "detail": "the body: expected JSON"
    }
    assert client.post(path).json() == {"detail": "the body: missing"}


@pytest.mark.parametrize(
    ("id_", "what", "body", "status"),
    [
        ("nowhere", "acknowledge", {"by": "Ada"}, 404),
        (OVER.id, "acknowledge", {"by": "Ada"}, 409),
        (OVER.id, "snooze", {"by": "Ada", "for_s": 900}, 409),
        (OVER.id, "assign", {"by": "Ada", "to": "Bo"}, 409),
        (OVER.id, "note", {"by": "Ada", "text": "it was the vendor"}, 202),
        (OVER.id, "judge", {"by": "Ada", "true": True}, 202),
    ],
)
def test_what_is_over_can_be_judged_and_noted_alone(
    client: httpx2.Client, id_: str, what: str, body: dict[str, Any], status: int
) -> None:
    """And what is not there, not at all."""
    assert client.post(f"/api/v1/alerts/{id_}/{what}", json=body).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 202, id="a program"),
        pytest.param({"Origin": "HERE"}, 202, id="a page of ours"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another site's page"),
        pytest.param({"Origin": "null"}, 403, id="a page that hides where it is from"),
        pytest.param({"Sec-Fetch-Site": "same-origin"}, 202, id="as the browser says"),
        pytest.param(
            {"Sec-Fetch-Site": "same-origin", "Origin": "https://wall.example"},
            202,
            id="behind a proxy that changes the address",
        ),
        pytest.param({"Sec-Fetch-Site": "cross-site", "Origin": "HERE"}, 403, id="cross-site"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, 403, id="another host of the same site"),
    ],
)
def test_another_sites_page_cannot_write(
    client: httpx2.Client, headers: dict[str, str], status: int
) -> None:
    """Whatever it sends, the browser says where it came from."""
    here = str(client.base_url).rstrip("/")
    told = {name: here if value == "HERE" else value for name, value in headers.items()}
    answer = client.post(f"/api/v1/alerts/{SURGE.id}/acknowledge", json={"by": "Ada"}, headers=told)

    assert answer.status_code == status


def test_a_body_has_a_length_and_a_limit(client: httpx2.Client, floor: AlertFloor) -> None:
    """Nothing endless is read."""
    before = len(floor.actions())
    long = client.put("/api/v1/alerts/rules", content=b"x" * (512 * 1024 + 1))
    endless = client.post("/api/v1/alerts/backtest", content=iter([b"{", b"}"]))

    assert (long.status_code, long.json()) == (413, {"detail": "the body is longer than 524,288 bytes"})  # fmt: skip
    assert (endless.status_code, endless.json()["detail"]) == (
        411, "Content-Length: say how long the body is"
    )  # fmt: skip
    assert len(floor.actions()) == before


def test_rules_are_told_with_their_records(client: httpx2.Client) -> None:
    """As text, with who set them, and the median of the leads."""
    told = models.Rules.model_validate(client.get("/api/v1/alerts/rules").json())

    assert (told.text, told.by, told.can_backtest) == (RULES, "file", True)
    assert told.records["surge"].model_dump() == {
        "fired": 5, "true": 3, "false": 1, "lead_median_s": 300.0
    }  # fmt: skip


def test_good_rules_are_set(client: httpx2.Client, floor: AlertFloor) -> None:
    """They go to the evaluator as they were written."""
    text = RULES.replace("300", "240")
    answer = client.put("/api/v1/alerts/rules", json={"by": "Ada", "text": text})

    assert answer.status_code == 202
    action = floor.actions()[-1]
    assert isinstance(action, SetRules)
    assert (action.by, action.text) == ("Ada", text)


BAD = RULES.replace("above", "abvoe")


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/api/v1/alerts/rules"), ("POST", "/api/v1/alerts/backtest")]
)
def test_bad_rules_are_refused_by_line(
    client: httpx2.Client, floor: AlertFloor, method: str, path: str
) -> None:
    """And not set."""
    before = len(floor.actions())
    body = {"text": BAD, "by": "Ada"} if method == "PUT" else {"text": BAD}
    answer = client.request(method, path, json=body)

    told = models.RuleProblems.model_validate(answer.json())
    assert answer.status_code == 422
    assert told.detail.startswith("line 7: rules.long wait.abvoe: unknown key, expected one of ")
    assert [one.line for one in told.problems] == [7]
    assert len(floor.actions()) == before


def test_other_receivers_are_refused(client: httpx2.Client, floor: AlertFloor) -> None:
    """By the evaluator in any case; here it is said before anybody believes them in force."""
    before = len(floor.actions())
    text = f"{RULES}\nreceivers: {{x: {{kind: webhook, url: 'https://x.example/'}}}}\n"
    answer = client.put("/api/v1/alerts/rules", json={"by": "Ada", "text": text})
    checked = client.post("/api/v1/alerts/rules/check", json={"text": text}).json()

    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "receivers: only a file's are taken",
    )
    assert checked["problems"] == answer.json()["problems"]
    assert len(floor.actions()) == before


@pytest.mark.parametrize("name", ["file", "floorwatch"])
def test_nobody_sets_rules_as_one_who_is_nobody(client: httpx2.Client, name: str) -> None:
    """Rules under these names are replaced at the next start by those that ship."""
    answer = client.put("/api/v1/alerts/rules", json={"by": name, "text": RULES})

    assert answer.status_code == 422
    assert answer.json()["detail"] == "by: expected the name of a person or a program"


def test_rules_are_checked_while_they_are_written(client: httpx2.Client) -> None:
    """What is wrong, and the values a form can change, each with its place in the text."""
    answer = client.post("/api/v1/alerts/rules/check", json={"text": BAD})
    told = models.RulesChecked.model_validate(answer.json())

    assert [one.line for one in told.problems] == [7]
    assert [rule.name for rule in told.rules] == [
        "long wait", "surge", "service level burns", "csat falls"
    ]  # fmt: skip
    values = {one.path: BAD[one.start : one.end] for one in told.rules[0].fields}
    assert values == {
        "kind": "threshold",
        "severity": "page",
        "metric": "oldest_wait_s",
        "abvoe": "300",
        "for": "1m",
        "clear": "180",
        "message": '"{name}: oldest waits {oldest_wait_s}"',
    }


def test_rules_are_tried_on_the_past(client: httpx2.Client) -> None:
    """How often each would have fired, and when."""
    answer = client.post("/api/v1/alerts/backtest", json={"text": RULES})
    told = models.BackTested.model_validate(answer.json())

    assert told.by_rule == {"surge": 2, "long wait": 1}
    assert [one.resolved_at is None for one in told.firings] == [False, False, True]
    assert told.firings[1].target.model_dump() == {"dimension": "floor", "name": None}


def test_a_back_test_that_fails_says_so(client: httpx2.Client) -> None:
    """Without the error's own words."""
    answer = client.post("/api/v1/alerts/backtest", json={"text": f"# broken\n{RULES}"})

    assert (answer.status_code, answer.json()) == (
        503, {"detail": "the back-test failed (OSError)"}
    )  # fmt: skip


def test_a_frame_carries_the_open_incidents_in_short(client: httpx2.Client) -> None:
    """The gravest first, the last few that are over, and what failed to be told."""
    told = frames(client, 1)[0]["alerts"]

    assert [one["id"] for one in told["incidents"]] == [SURGE.id, NOTICE.id]
    assert [one["id"] for one in told["resolved"]] == [OVER.id]
    assert (told["open"], told["calling"], told["undelivered_count"]) == (2, 1, 1)
    assert told["incidents"][0] == {
        "id": SURGE.id,
        "title": "Benefits will not recover",
        "severity": "page",
        "state": "firing",
        "message": "Benefits: arrivals 1.6 times the baseline",
        "targets": 2,
        "opened_at": told["incidents"][0]["opened_at"],
        "since": told["incidents"][0]["opened_at"],
        "changed_at": told["incidents"][0]["opened_at"],
        "resolved_at": None,
        "acknowledged_by": None,
        "assigned_to": None,
        "snoozed_until": None,
        "title_said": None,
        "message_said": None,
    }


def test_an_alert_reaches_the_stream_at_once(client: httpx2.Client, floor: AlertFloor) -> None:
    """Without waiting for the second to be over, also on a floor where nothing else happens."""
    asked: list[tuple[float, int]] = []
    with client.stream("GET", "/api/v1/stream") as response:
        lines = response.iter_lines()
        for number in range(4):
            next(line for line in lines if line.startswith("data: "))
            floor.evaluator.tell(surge_incident(AT + number + 1))
            began = now_us()
            line = next(line for line in lines if line.startswith("data: "))
            asked.append(((now_us() - began) / SECOND_US, json.loads(line[6:])["frame"]["alerts"]["open"]))  # fmt: skip
    floor.evaluator.tell(gone=tuple(surge_incident(AT + number + 1).id for number in range(4)))

    assert [count for _, count in asked] == [3, 4, 5, 6]
    assert max(seconds for seconds, _ in asked) < 0.8


def test_an_evaluator_that_stops_is_no_calm_floor(client: httpx2.Client, floor: AlertFloor) -> None:
    """After 5 s the API says that nobody watches; frames carry how long ago it told."""
    floor.evaluator.tell()
    pause = Event()
    until = now_us() + 15 * SECOND_US
    fresh = client.get("/api/v1/alerts").json()["evaluator"]
    while not fresh["watching"] and now_us() < until:
        pause.wait(0.1)
        fresh = client.get("/api/v1/alerts").json()["evaluator"]
    told = fresh
    while told["watching"] and now_us() < until:
        pause.wait(0.3)
        told = client.get("/api/v1/alerts").json()["evaluator"]
    # The first frame may be from up to a second before.
    age_s = frames(client, 3)[-1]["alerts"]["age_s"]
    floor.evaluator.tell()

    assert fresh["watching"]
    assert not told["watching"]
    assert 5 < told["age_s"] < 7
    assert age_s > 5


def test_without_alerts_they_are_not_told_of(tmp_path: Path) -> None:
    """Neither in a frame nor by the API, which says why."""
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        frame = frames(client, 1)[0]
        asked = client.get("/api/v1/alerts")
        rules = client.post("/api/v1/alerts/rules/check", json={"text": RULES})

    assert frame["alerts"] is None
    assert (asked.status_code, asked.json()) == (
        503,
        {"detail": "this dashboard follows no alerts"},
    )
    assert (rules.status_code, rules.json()) == (
        503,
        {"detail": "this dashboard cannot check rules"},
    )


def test_an_action_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """503 with the reason, so that whoever acts tries again."""
    with alert_floor(tmp_path) as floor:
        floor.evaluator.tell(SURGE)
        app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, alerts=floor.board)
        with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
            frames(client, 1)
            floor.log.close()
            answer = client.post(f"/api/v1/alerts/{SURGE.id}/acknowledge", json={"by": "Ada"})

    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("not written: ")
