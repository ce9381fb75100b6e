"""What customers said over HTTP, and who may see their own words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from dashboard.api.experience import COOKIE
from dashboard.api.shapes import model_of
from dashboard.app import create_app, serving
from dashboard.rights import (
    GRANTED,
    KEY_LENGTH_MIN,
    PEERS_MAX,
    WRONG_MOST,
    WRONG_WITHIN,
    BadKey,
    Rights,
    TooManyTries,
    rights_of,
)
from stream.contract import experience as ex
from tests.builders import instant, millis
from tests.dashboard.customers import SECRET, Customers
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

KEY: Final = "correct horse battery"
BASE: Final = "/api/v1/experience"


@pytest.fixture
def customers() -> Customers:
    """Who is asked."""
    return Customers()


def served(customers: ex.Experience | None, rights: Rights) -> Any:
    """A dashboard with these rights."""
    reader = TableReader(ordinary(), wall_clock, planned=frozenset({"opens-at-eight"}))
    return serving(create_app(reader, now=wall_clock, experience=customers, rights=rights))


@pytest.fixture
def client(customers: Customers) -> Iterator[httpx2.Client]:
    """Of a dashboard with a key."""
    with served(customers, Rights(KEY)) as url, httpx2.Client(base_url=url, timeout=10) as client:
        yield client


def test_answers_are_told_in_the_shapes_that_the_reference_has(client: httpx2.Client) -> None:
    """All of them."""
    scores = client.get(BASE, params={"by": "language"}).json()
    model_of(ex.Scores).model_validate(scores)
    assert (scores["as_of"], scores["window"], scores["by"]) == (millis(0), "today", "language")
    (row,) = scores["rows"]
    assert (row["name"], row["surveys"], row["surveys_sent"]) == ("es", 40, 0)
    assert row["scores"]["csat"] | {"low": 0, "high": 0} == {
        "n": 40, "top": 30, "share": 0.75, "low": 0, "high": 0,
    }  # fmt: skip
    assert row["scores"]["ease"] == {"n": 0, "top": 0, "share": None, "low": None, "high": None}

    curve = client.get(f"{BASE}/curve", params={"window": "60m", "channel": "voice"}).json()
    model_of(ex.Curve).model_validate(curve)
    assert [(each["from_s"], each["csat"]["n"]) for each in curve["bins"] if each["csat"]["n"]] == [
        (10, 20),
        (45, 20),
    ]
    assert curve["comparisons"][0]["verdict"] == "too_few"

    pains = client.get(f"{BASE}/pains").json()
    model_of(ex.Pains).model_validate(pains)
    assert pains["points"] == [{"name": "unclear_letter", "n": 10, "share": 1.0, "cumulative": 1.0}]


def test_promises_are_the_walls_and_the_open_ones_count_down(client: httpx2.Client) -> None:
    """Kept and broken are as the figures have it; what is due first stands first."""
    told = client.get(f"{BASE}/promises", params={"window": "30m"}).json()
    wall = client.get("/api/v1/floor", params={"window": "30m"}).json()
    counts = wall["floor"]["counts"]

    assert (told["due"], told["kept"]) == (counts["callbacks_due"], counts["callbacks_kept"])
    assert told["broken"] == told["due"] - told["kept"]
    assert {one["queue"]: (one["due"], one["kept"]) for one in told["queues"]} == {
        name: (queue["counts"]["callbacks_due"], queue["counts"]["callbacks_kept"])
        for name, queue in wall["queues"].items()
        if queue["counts"]["callbacks_due"]
    }
    assert len(told["queues"]) == 1
    assert [(one["contact"], one["overdue"]) for one in told["promises"]] == [
        ("c8", True),
        ("c9", False),
    ]
    assert (told["total"], told["overdue"], told["more"]) == (2, 1, False)
    schema = client.get("/openapi.json").json()["components"]["schemas"]["OpenPromises"]
    assert told.keys() == set(schema["properties"])


WINDOWS: Final = "5m, 15m, 30m, 60m, 240m, today"
BYS: Final = "floor, channel, queue, segment, language, journey_stage"
CHANNELS: Final = "voice, chat, sms, whatsapp, email, social, callback, video, in_person"


@pytest.mark.parametrize(
    ("path", "params", "detail"),
    [
        ("", {"window": "all"}, f"window: expected one of {WINDOWS}"),
        ("", {"by": "agent"}, f"by: expected one of {BYS}"),
        ("/curve", {"channel": "fax"}, f"channel: expected one of {CHANNELS}"),
        ("/pains", {"window": "1h"}, f"window: expected one of {WINDOWS}"),
        ("/thanks", {"at": "noon"}, "at: expected RFC 3339 with date, T, seconds and an offset"),
    ],
)
def test_what_there_is_not_is_told_in_one_line(
    client: httpx2.Client, path: str, params: dict[str, str], detail: str
) -> None:
    """With what is allowed."""
    answer = client.get(BASE + path, params=params)

    assert (answer.status_code, answer.json()) == (422, {"detail": detail})


def test_waits_of_a_queue_that_there_is_not_are_not_told(client: httpx2.Client) -> None:
    """An empty chart would be of a queue that nobody was asked about."""
    answer = client.get(f"{BASE}/curve", params={"queue": "nowhere"})

    assert answer.status_code == 404
    assert answer.json()["detail"].startswith("queue: there is no queue of this id on the floor; ")


def test_a_queue_of_the_plan_has_waits_to_come(client: httpx2.Client) -> None:
    """Nobody is told that there is none because nobody called it yet."""
    answer = client.get(f"{BASE}/curve", params={"queue": "opens-at-eight"})

    assert (answer.status_code, answer.json()["channels"]) == (200, {})


def test_comments_are_for_whoever_has_told_the_key(
    client: httpx2.Client, customers: Customers
) -> None:
    """Nobody is asked for any before that; the browser keeps a cookie that scripts cannot read."""
    assert client.get(f"{BASE}/right").json() == {"key_set": True, "may_read": False}
    refused = client.get(f"{BASE}/comments")
    assert refused.status_code == 401
    assert SECRET not in refused.text
    assert customers.asked == []
    assert client.post(f"{BASE}/key", json={"key": "wrong horse"}).status_code == 401
    assert client.get(f"{BASE}/comments").status_code == 401

    told = client.post(f"{BASE}/key", json={"key": KEY})
    assert told.status_code == 204
    cookie = told.headers["set-cookie"]
    assert KEY not in cookie
    for rule in ("HttpOnly", "SameSite=strict", f"Path={BASE}", "Max-Age=43200"):
        assert rule in cookie
    assert client.get(f"{BASE}/right").json() == {"key_set": True, "may_read": True}
    comments = client.get(f"{BASE}/comments")
    assert [one["comment"] for one in comments.json()["comments"]] == [SECRET]
    model_of(ex.Comments).model_validate(comments.json())
    assert comments.headers["cache-control"] == "no-store"

    assert client.post(f"{BASE}/key/forget").status_code == 204
    assert client.get(f"{BASE}/comments").status_code == 401


def test_reasons_of_thanks_are_personal_too(client: httpx2.Client) -> None:
    """Who thanked whom is not."""
    (thanks,) = client.get(f"{BASE}/thanks").json()["thanks"]
    assert (thanks["agent"], thanks["by"], thanks["reason"]) == ("a1", "customer", None)
    with_key = client.get(f"{BASE}/thanks", headers={"Authorization": f"Bearer {KEY}"}).json()
    assert with_key["thanks"][0]["reason"] == "For her patience."


def test_without_a_key_nobody_sees_a_comment(customers: Customers) -> None:
    """Whatever is told; and it is said why."""
    with served(customers, Rights()) as url, httpx2.Client(base_url=url, timeout=10) as client:
        for headers in ({}, {"Authorization": "Bearer x"}, {"Cookie": f"{COOKIE}=9999999999."}):
            answer = client.get(f"{BASE}/comments", headers=headers)
            assert answer.status_code == 403
            assert "FLOORWATCH_COMMENTS_KEY is not set" in answer.json()["detail"]
        assert client.get(f"{BASE}/right").json() == {"key_set": False, "may_read": False}
        assert client.post(f"{BASE}/key", json={"key": ""}).status_code == 403


def test_nobody_guesses_the_key(client: httpx2.Client) -> None:
    """After ten wrong ones the right one is not looked at either, for a minute."""
    for _ in range(WRONG_MOST):
        assert client.post(f"{BASE}/key", json={"key": "wrong"}).status_code == 401
    answer = client.post(f"{BASE}/key", json={"key": KEY})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


def test_who_guesses_locks_out_nobody_else() -> None:
    """They are told apart by address, and no more of them are remembered than there may be."""
    rights, now = Rights(KEY), wall_clock()
    for _ in range(WRONG_MOST):
        assert not rights.is_key("wrong", now, peer="10.0.0.1")
    with pytest.raises(TooManyTries):
        rights.is_key(KEY, now, peer="10.0.0.1")
    assert rights.is_key(KEY, now, peer="10.0.0.2")
    assert rights.is_key(KEY, now + WRONG_WITHIN, peer="10.0.0.1")

    for number in range(2 * PEERS_MAX):
        rights.is_key("wrong", now, peer=f"peer {number}")
    assert len(rights._wrong) == PEERS_MAX


def test_what_a_browser_keeps_ends_and_cannot_be_made() -> None:
    """It holds for a shift, with the same key alone, as it was written."""
    rights, now = Rights(KEY), wall_clock()
    kept = rights.grant(now)

    assert Rights(KEY).is_granted(kept, now + GRANTED * 0.99)
    assert not rights.is_granted(kept, now + GRANTED * 1.01)
    assert not Rights(KEY + ".").is_granted(kept, now)
    until, _, signed = kept.partition(".")
    for made in (f"{int(until) + 1}.{signed}", f"{until}.", signed, "", f"x.{signed}", "٣.x"):
        assert not rights.is_granted(made, now)


def test_a_key_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    """And what is wrong with it is said in a line without it."""
    file = tmp_path / "key"
    file.write_text(KEY + "\n")
    now = wall_clock()
    assert not rights_of({}).is_set
    assert rights_of({"FLOORWATCH_COMMENTS_KEY": KEY}).is_key(KEY, now)
    assert rights_of({"FLOORWATCH_COMMENTS_KEY_FILE": str(file)}).is_key(KEY, now)
    for environ, why in (
        ({"FLOORWATCH_COMMENTS_KEY": "short"}, f"has 5 characters, expected {KEY_LENGTH_MIN} to"),
        ({"FLOORWATCH_COMMENTS_KEY": ""}, "has 0 characters"),
        ({"FLOORWATCH_COMMENTS_KEY_FILE": str(tmp_path)}, "the file cannot be read"),
        ({"FLOORWATCH_COMMENTS_KEY": KEY, "FLOORWATCH_COMMENTS_KEY_FILE": "x"}, "are both set"),
    ):
        with pytest.raises(BadKey, match=why) as caught:
            rights_of(environ)
        assert KEY not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_without_a_log_it_is_said_that_nothing_is_read(customers: Customers) -> None:
    """And where it cannot be read just now, why."""
    with served(None, Rights()) as url:
        answer = httpx2.get(url + BASE)
        assert answer.status_code == 503
        assert answer.json()["detail"].startswith("this dashboard reads no surveys")
    customers.failure = ex.NotHeld("what customers said is known from noon on")
    with served(customers, Rights()) as url:
        answer = httpx2.get(url + BASE, params={"at": "2026-03-02T11:00:00Z"})
        told = {"detail": "at: what customers said is known from noon on"}
        assert (answer.status_code, answer.json()) == (422, told)
        assert customers.asked[-1] == ex.ScoresAsked("today", "queue", instant(-3 * 3600))
    customers.failure = ex.OtherFloor("a drill's floor is shown")
    with served(customers, Rights()) as url:
        answer = httpx2.get(url + BASE)
        assert (answer.status_code, answer.json()) == (503, {"detail": "a drill's floor is shown"})


def test_everybody_who_asks_within_the_second_gets_one_answer(
    client: httpx2.Client, customers: Customers
) -> None:
    """Whoever asks for something else is asked for."""
    for _ in range(5):
        assert client.get(BASE).status_code == 200
    assert client.get(BASE, params={"window": "60m"}).status_code == 200
    asked = [one for one in customers.asked if one == ex.ScoresAsked("today", "queue")]
    assert 1 <= len(asked) <= 3
    assert ex.ScoresAsked("60m", "queue") in customers.asked
