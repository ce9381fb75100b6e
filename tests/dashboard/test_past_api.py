"""The past over HTTP: figures, the stream and alerts as they were, each look a real process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from dashboard.app import create_app, serving
from dashboard.past import LOOKS_MAX
from stream.contract.behind import OtherFloor
from stream.contract.instants import MINUTE_US, SECOND_US, format_millis
from stream.contract.past import HeldSpan, PastFloor
from stream.past.apart import LogPast
from stream.present.events import KEPT_EVENTS
from tests.clock import now_us
from tests.dashboard.pictures import TableReader, ordinary, wall_clock
from tests.dashboard.test_detail_api import Desk
from tests.past_ground import CROWD, PLAN, PastGround

WAIT_S: Final = 60.0
STREAM: Final = "/api/v1/stream"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> PastGround:
    """Two hours that ended a while ago."""
    begin = now_us() // MINUTE_US * MINUTE_US - 150 * MINUTE_US
    return PastGround(tmp_path_factory.mktemp("past") / "log", begin)


@pytest.fixture(scope="module")
def client(ground: PastGround) -> Iterator[httpx2.Client]:
    past = LogPast(ground.url, PLAN, now=now_us, title="Benefits centre")
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, past=past)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=WAIT_S) as client:
        yield client


@contextmanager
def watching(client: httpx2.Client, at: int, **more: Any) -> Iterator[Iterator[dict[str, Any]]]:
    """The frames of a look."""
    asked = {"at": format_millis(at), **more}
    with client.stream("GET", "/api/v1/stream", params=asked) as answer:
        assert answer.status_code == 200, answer.read()
        yield (
            json.loads(line.removeprefix("data: "))
            for line in answer.iter_lines()
            if line.startswith("data: ")
        )


def there(frames: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """The first frame of what is looked at."""
    return next(frame for frame in frames if frame["frame"]["state"] == "live")


def test_what_can_be_looked_at(client: httpx2.Client, ground: PastGround) -> None:
    """From the first event of the log, to now."""
    told = client.get("/api/v1/past").json()

    assert (told["since"], told["looks_max"]) == (format_millis(ground.first), LOOKS_MAX)
    assert told["until"] > format_millis(ground.end)


@pytest.mark.parametrize(
    ("nothing_yet", "zone"), [("nothing is read yet", None), (None, "America/Denver")]
)
def test_the_past_is_told_in_the_floors_time_zone(
    ground: PastGround, nothing_yet: str | None, zone: str | None
) -> None:
    """Which is not known before the first picture."""
    past = LogPast(ground.url, PLAN, now=now_us, title="Benefits centre")
    reader = TableReader(
        ordinary(), wall_clock, time_zone="America/Denver", nothing_yet=nothing_yet
    )
    app = create_app(reader, now=wall_clock, past=past)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=WAIT_S) as client:
        with client.stream("GET", STREAM) as frames:
            # Of the first frame on.
            assert any(line.startswith("data: ") for line in frames.iter_lines())
        told = client.get("/api/v1/past").json()

    assert told["time_zone"] == zone


def test_figures_as_they_were(client: httpx2.Client, ground: PastGround) -> None:
    """The same as `compute --at`, and nothing of now."""
    asked = {"at": format_millis(ground.trouble), "window": "60m"}

    told = client.get("/api/v1/floor", params=asked).json()

    figures = ground.figures(ground.trouble, "60m")
    assert told["as_of"] == format_millis(ground.trouble)
    assert told["queues"]["benefits"]["now"] == figures.queues["benefits"].now
    assert told["floor"]["counts"] == figures.floor.counts
    assert list(told["queues"]) == ["benefits"]
    table = client.get("/api/v1/floor.csv", params=asked).text
    assert "benefits" in table
    assert "night" not in table


@pytest.mark.parametrize(
    ("asked", "status", "detail"),
    [
        ({"at": "yesterday"}, 422, "at: expected RFC 3339"),
        ({"at": "2020-01-01T00:00:00Z"}, 422, "at: expected a time from "),
        ({"at": "2120-01-01T00:00:00Z"}, 422, "at: expected a time from "),
        ({"look": "77"}, 410, "look: this look at the past is over"),
        ({"at": "2020-01-01T00:00:00Z", "window": "7m"}, 422, "window: expected one of"),
    ],
)
def test_what_cannot_be_looked_at_is_said(
    client: httpx2.Client, asked: dict[str, str], status: int, detail: str
) -> None:
    """In one line."""
    answer = client.get("/api/v1/floor", params=asked)

    assert answer.status_code == status
    assert answer.json()["detail"].startswith(detail)


def test_frames_of_the_past_say_so(client: httpx2.Client, ground: PastGround) -> None:
    """They have the shape of those of now, which are of no past; and what is asked beside them is of
    the same instant."""
    with client.stream("GET", "/api/v1/stream") as live:
        line = next(one for one in live.iter_lines() if one.startswith("data: "))
    now = json.loads(line.removeprefix("data: "))
    with watching(client, ground.trouble) as frames:
        then = there(frames)
        past = then["frame"].pop("past")
        queue = client.get("/api/v1/queues/benefits", params={"look": past["look"]}).json()
        agents = client.get("/api/v1/agents", params={"look": past["look"]}).json()

    assert now["frame"].pop("past") is None
    assert now.keys() == then.keys()
    assert now["frame"].keys() == then["frame"].keys()
    assert now["frame"]["picture"].keys() == then["frame"]["picture"].keys()
    assert past == {
        "look": past["look"],
        "at": format_millis(ground.trouble),
        "speed": 0.0,
        "ready": True,
        "progress": None,
        "left_s": None,
        "ended": False,
        "live": False,
    }
    assert then["frame"]["standing"]["state"] == "trouble"
    assert then["frame"]["trust"]["lead"] == "This is the past, built anew from the log."
    assert queue["now"]["waiting"] == 14
    assert agents["as_of"] == format_millis(ground.trouble)


def test_people_are_told_as_of_then(tmp_path: Path) -> None:
    """Who waited, the longest first, who was with whom, what was promised, and the contacts behind a
    count: of the instant that is shown."""
    begin = now_us() // MINUTE_US * MINUTE_US - 150 * MINUTE_US
    ground = PastGround(tmp_path / "log", begin, more=PastGround.promises)
    past, desk = LogPast(ground.url, PLAN, now=now_us, title="Benefits centre"), Desk()
    desk.may_end.set()
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, past=past, detail=desk)
    with (
        serving(app) as url,
        httpx2.Client(base_url=url, timeout=WAIT_S) as client,
        watching(client, ground.trouble) as frames,
    ):
        look = {"look": there(frames)["frame"]["past"]["look"]}

        def contacts(of: str, **more: Any) -> dict[str, Any]:
            answer = client.get("/api/v1/contacts", params={"of": of, **look, **more})
            assert answer.status_code == 200, answer.text
            told: dict[str, Any] = answer.json()
            return told

        waiting = contacts("waiting", queue="benefits", most=3)
        # What was told before is read back while nothing else is asked.
        give_up = time.monotonic() + WAIT_S
        while (talked := contacts("in_conversation"))["contacts"][0]["waited_s"] is None:
            assert time.monotonic() < give_up
        unknown = client.get("/api/v1/contacts", params={"of": "waiting", "queue": "x", **look})
        client.get("/api/v1/contacts", params={"of": "offered", **look})
        promises = client.get("/api/v1/experience/promises", params=look).json()
        while not strain_of("a-9", agents := client.get("/api/v1/agents", params=look).json()):
            # What they had behind them is read back, too.
            assert time.monotonic() < give_up

    assert desk.asked == []
    assert [(one.of, one.as_of) for one in desk.counts] == [("offered", ground.trouble)]
    assert waiting["as_of"] == format_millis(ground.trouble)
    assert (waiting["total"], waiting["more"]) == (CROWD, True)
    assert [one["contact"] for one in waiting["contacts"]] == ["crowd-0", "crowd-1", "crowd-2"]
    assert waiting["contacts"][0]["waited_s"] == 570.0
    assert [(one["contact"], one["waited_s"]) for one in talked["contacts"]] == [
        ("held", 5.0),
        ("calm-69", 5.0),
    ]
    assert (unknown.status_code, unknown.json()["detail"][:6]) == (404, "queue:")
    assert (promises["total"], promises["overdue"], promises["as_of"]) == (
        2,
        1,
        format_millis(ground.trouble),
    )
    assert [(one["contact"], one["overdue"]) for one in promises["promises"]] == [
        ("late", True),
        ("soon", False),
    ]
    told = {one["agent"]: one["contact"] for one in agents["agents"]}
    assert agents["contacts_known"]
    assert told["a-9"] == "held"
    assert strain_of("a-9", agents) == {"occupancy": "strained", "hard_contacts": "calm"}


def strain_of(agent: str, agents: dict[str, Any]) -> dict[str, str]:
    """What its strain is told by, while what it had behind it is known."""
    one = next(one for one in agents["agents"] if one["agent"] == agent)
    signs = {sign["of"]: sign["level"] for sign in one["strain"]["signs"]}
    return signs if "hard_contacts" in signs else {}


def test_what_had_happened_by_then_is_told(client: httpx2.Client, ground: PastGround) -> None:
    """The newest events of a queue, as they are told live."""
    with watching(client, ground.trouble) as frames:
        look = {"look": there(frames)["frame"]["past"]["look"]}
        give_up = time.monotonic() + WAIT_S
        while not (told := client.get("/api/v1/queues/benefits/events", params=look).json())[
            "all_read"
        ]:
            assert time.monotonic() < give_up
        unknown = client.get("/api/v1/queues/x/events", params=look)

    assert (told["queue"], len(told["events"])) == ("benefits", KEPT_EVENTS)
    assert told["events"][-1] == {
        "time": format_millis(ground.trouble - 5 * SECOND_US),
        "type": "contact.answered",
        "contact": "calm-69",
        "queue": "benefits",
        "agent": "a1",
    }
    crowd = {one["contact"] for one in told["events"] if one["contact"].startswith("crowd")}
    assert len(crowd) == CROWD
    assert (unknown.status_code, unknown.json()["detail"][:6]) == (404, "queue:")


@pytest.mark.parametrize(
    "path", ["contacts?of=waiting", "agents?", "experience/promises?", "queues/benefits/events?"]
)
def test_of_a_look_that_is_over_nothing_is_told(client: httpx2.Client, path: str) -> None:
    """In one line."""
    answer = client.get(f"/api/v1/{path}&look=77")
    assert (answer.status_code, answer.json()["detail"]) == (
        410,
        "look: this look at the past is over",
    )


def test_it_is_played(client: httpx2.Client, ground: PastGround) -> None:
    """A minute a second, from where it was asked for."""
    with watching(client, ground.trouble, speed=60) as frames:
        first = there(frames)
        later = there(frames)

    assert format_millis(ground.trouble) <= first["as_of"] < later["as_of"]
    assert later["as_of"] == later["frame"]["past"]["at"]
    assert later["frame"]["picture"]["speed"] == 60


def test_who_looks_at_the_same_shares_it(client: httpx2.Client, ground: PastGround) -> None:
    """Others have looks of their own, as many as there may be; then one is told to wait."""
    minutes = [ground.begin + (80 + number) * MINUTE_US for number in range(LOOKS_MAX)]
    with watching(client, minutes[0]) as one, watching(client, minutes[0]) as other:
        looks = [there(frames)["frame"]["past"]["look"] for frames in (one, other)]
        assert looks[0] == looks[1]
        assert client.get("/api/v1/past").json()["looks"] == 1
        with ExitStack() as others:
            for minute in minutes[1:]:
                others.enter_context(watching(client, minute))
            asked = {"at": format_millis(ground.trouble)}
            answer = client.get("/api/v1/stream", params=asked)
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("as many minutes of the past are looked at")


def test_one_viewer_too_many_is_turned_away_from_the_past_too(ground: PastGround) -> None:
    """The limit is of all, whatever they look at."""
    past = LogPast(ground.url, PLAN, now=now_us, title="Benefits centre")
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, past=past, viewers_max=2)
    asked = {"at": format_millis(ground.trouble)}
    with (
        serving(app) as url,
        httpx2.Client(base_url=url, timeout=10) as client,
        watching(client, ground.trouble) as frames,
        client.stream("GET", STREAM) as live,
    ):
        next(frames)
        # Held on to: who lets go of the lines lets go of the stream.
        lines = live.iter_lines()
        assert next(lines) == "retry: 1000"
        statuses = []
        for each in (asked, {}):
            with client.stream("GET", STREAM, params=each) as answer:
                statuses.append(answer.status_code)
    assert statuses == [503, 503]


class OfADrill:
    """What a drill's floor has of a past."""

    def held(self) -> HeldSpan:
        raise OtherFloor

    def open(self) -> PastFloor:
        raise AssertionError("never opened")


@pytest.mark.parametrize(
    ("past", "status", "detail"),
    [
        (OfADrill(), 409, "a drill is shown, which has no past to look at: leave it first"),
        (None, 503, "this dashboard shows no log whose past could be looked at"),
    ],
)
def test_where_there_is_no_past(past: OfADrill | None, status: int, detail: str) -> None:
    """Of a drill's floor, and of no floor."""
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, past=past)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=WAIT_S) as client:
        for path in ("/api/v1/past", "/api/v1/stream?at=2026-03-02T14:20:00Z"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["detail"]) == (status, detail)
