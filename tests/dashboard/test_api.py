"""The API over HTTP: shapes, errors of one line, health, metrics, and the stream."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from dashboard.api.health import _health
from dashboard.api.models import Floor, Queue, StreamHealth
from dashboard.app import create_app, serving
from dashboard.feed import Feed
from tests.dashboard.pictures import START, TableReader, ordinary, wall_clock


@pytest.fixture(scope="module")
def reader() -> TableReader:
    """An ordinary morning."""
    return TableReader(ordinary(), wall_clock)


@pytest.fixture(scope="module")
def client(reader: TableReader) -> Iterator[httpx2.Client]:
    """A client of a dashboard that serves this morning."""
    app = create_app(reader, now=wall_clock, title="Benefits centre")
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        yield client


def events(response: httpx2.Response, count: int) -> list[dict[str, str]]:
    """The first `count` server-sent events of a stream."""
    told: list[dict[str, str]] = []
    event: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "data" in event:
            told.append(event)
            event = {}
            if len(told) == count:
                return told
    return told


def test_the_floor_has_the_shape_of_the_contract(client: httpx2.Client) -> None:
    """Every name stands in its place, and none besides."""
    answer = client.get("/api/v1/floor", params={"window": "30m"}).json()

    floor = Floor.model_validate(answer)

    assert list(answer) == ["as_of", "window", "floor", "queues", "channels", "teams", "health"]
    assert len(floor.queues) == 12
    assert answer["queues"]["night"]["figures"]["service_level"] is None


def test_agents_come_when_asked_for(client: httpx2.Client) -> None:
    """And are left out else."""
    answer = client.get("/api/v1/floor", params={"agents": "1"}).json()

    assert list(Floor.model_validate(answer).agents or {}) == ["a-17"]


@pytest.mark.parametrize("window", ["7m", "all", "", "30M"])
def test_a_bad_window_names_those_there_are(client: httpx2.Client, window: str) -> None:
    """In one line, with 422."""
    answer = client.get("/api/v1/floor", params={"window": window})

    assert answer.status_code == 422
    assert "expected one of 5m, 15m, 30m, 60m, 240m, today" in answer.json()["detail"]


def test_a_bad_flag_is_told_in_one_line(client: httpx2.Client) -> None:
    """No list of machine-made objects."""
    answer = client.get("/api/v1/floor", params={"agents": "perhaps"})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("agents: expected")


def test_one_queue_is_told_alone(client: httpx2.Client) -> None:
    """With its own name and instant."""
    answer = client.get("/api/v1/queues/spanish", params={"window": "5m"}).json()

    assert Queue.model_validate(answer).queue == "spanish"
    assert answer["window"] == "5m"
    assert list(answer) == ["as_of", "window", "queue", "counts", "figures", "now"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/v1/queues/nowhere", 404), ("/api/v1/nowhere", 404), ("/nowhere", 404)],
)
def test_what_is_not_there_is_not_found(client: httpx2.Client, path: str, status: int) -> None:
    """No address is answered with a page that it isn't."""
    assert client.get(path).status_code == status


def test_the_service_is_up_and_fresh(client: httpx2.Client) -> None:
    """Liveness and readiness are two questions."""
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["ready"] is True


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_may_ask_for_the_head_alone(client: httpx2.Client, path: str) -> None:
    """As it is answered whole, without a body."""
    head, whole = client.head(path), client.get(path)

    assert (head.status_code, head.content) == (whole.status_code, b"") == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


class EndingReader(TableReader):
    """Ends the thread that uses it, as nothing that can be caught does."""

    def follow(self, timeout_s: float) -> bool:
        raise SystemExit


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dashboard_without_its_feed_is_to_be_started_again() -> None:
    """503 once the thread that makes frames has ended; nothing else brings them back."""
    app = create_app(EndingReader(ordinary(), wall_clock), now=wall_clock)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        answer = client.get("/healthz")
        for _ in range(200):
            if answer.status_code == 200:
                answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (503, {"status": "the feed has ended"})


def test_readiness_goes_with_the_stream(client: httpx2.Client, reader: TableReader) -> None:
    """503 with the reason while nothing is heard, 200 once it is back."""
    reader.told_s_ago(8)
    with client.stream("GET", "/api/v1/stream") as response:
        events(response, 2)
    stale, head = client.get("/readyz"), client.head("/readyz")
    reader.resume()
    with client.stream("GET", "/api/v1/stream") as response:
        events(response, 3)

    assert (stale.status_code, head.status_code) == (503, 503)
    assert "no news from the stream for" in stale.json()["reason"]
    assert client.get("/readyz").status_code == 200


def frames(client: httpx2.Client, count: int) -> None:
    """Let so many frames pass."""
    with client.stream("GET", "/api/v1/stream") as response:
        events(response, count)


def test_readiness_goes_with_catching_up(client: httpx2.Client, reader: TableReader) -> None:
    """503 with the reason while figures are of the past, however lately they were told."""
    reader.catching_up, reader.behind_s = (0, 1, 2), 715.0
    frames(client, 3)
    behind = client.get("/readyz")
    reader.catching_up, reader.behind_s = (), 0.0
    frames(client, 6)

    assert behind.status_code == 503
    assert behind.json()["reason"] == (
        "catching up: figures are up to 12\u00a0min behind (3 of 4 partitions)"
    )
    assert client.get("/readyz").status_code == 200


def test_the_health_of_the_stream_is_told_to_programs(client: httpx2.Client) -> None:
    """Partitions, workers, what became of the events, and how the dashboard itself fares."""
    answer = client.get("/api/v1/health").json()

    told = StreamHealth.model_validate(answer)

    assert (told.ready, told.headline) == (True, "All 4 partitions are fresh, read by 2 workers.")
    assert answer["health"]["rejected"] == 10
    assert answer["rejected_by_field"] == {"data.queue": 7, "time": 3}
    assert answer["events_by_type"]["contact.queued"] == 15_000
    assert answer["partitions"][2] | {"age_s": 0.2} == {
        "partition": 2, "state": "fresh", "worker": "floor-2", "age_s": 0.2, "position": 12_002,
        "end": 12_002, "lag_events": 0, "behind_s": 0.0,
    }  # fmt: skip
    assert [worker["partitions"] for worker in answer["workers"]] == [[0, 1], [2, 3]]
    assert answer["dashboard"]["pictures_built"] > 0
    assert answer["dashboard"]["picture_build_mean_s"] >= 0
    assert answer["version"] == client.get("/openapi.json").json()["info"]["version"]


def test_partitions_and_workers_grow_old_with_the_frame() -> None:
    """Where no frame is built any more, what is told of them is their state by now."""
    since = timedelta()
    feed = Feed(TableReader(ordinary(), lambda: START), now=lambda: START + since)
    feed.step()
    fresh = _health(feed, "1")
    since = timedelta(seconds=60)
    old = _health(feed, "1")

    def told(answer: dict[str, Any], name: str, what: str) -> set[object]:
        return {getattr(one, what) for one in answer[name]}

    assert told(fresh, "partitions", "state") == {"fresh"}
    assert told(old, "partitions", "state") == {"silent"}
    for name in ("partitions", "workers"):
        assert told(fresh, name, "age_s") == {0.2}
        assert told(old, name, "age_s") == {60.2}


def test_without_a_picture_health_says_so_and_why(
    client: httpx2.Client, reader: TableReader
) -> None:
    """200 with nulls, never zeros; questions for figures are answered with the same words."""
    reader.nothing_yet = "the log cannot be reached yet"
    frames(client, 3)
    answer = client.get("/api/v1/health")
    floor = client.get("/api/v1/floor", params={"window": "5m"})
    reader.nothing_yet = None
    frames(client, 3)

    told = StreamHealth.model_validate(answer.json())
    assert answer.status_code == 200
    assert (told.ready, told.reason) == (False, "the log cannot be reached yet")
    known = {name for name, value in answer.json().items() if value is not None}
    assert known == {"ready", "reason", "frame_age_s", "dashboard", "version"}
    assert (floor.status_code, floor.json()) == (503, {"detail": "the log cannot be reached yet"})


def test_metrics_tell_of_queues_and_of_nobody(client: httpx2.Client) -> None:
    """Figures with the queue as label; nulls left out; no agent anywhere."""
    text = client.get("/metrics").text

    assert 'floorwatch_waiting{queue="benefits"} 4.0' in text
    assert 'floorwatch_service_level{queue="",window="30m"}' in text
    assert 'floorwatch_service_level{queue="night"' not in text
    assert "floorwatch_events_total" in text
    assert "floorwatch_picture_build_seconds_bucket" in text
    assert "floorwatch_age_seconds" in text
    assert "a-17" not in text


def test_the_reference_is_served_without_the_internet(client: httpx2.Client) -> None:
    """OpenAPI with real shapes, and a page of it that loads nothing from elsewhere."""
    schema: dict[str, Any] = client.get("/openapi.json").json()
    page = client.get("/docs").text

    counts = schema["components"]["schemas"]["Counts"]["properties"]
    assert "offered" in counts
    assert "/api/v1/queues/{queue}" in page
    assert "https://" not in page
    icon = page.partition('<link rel="icon" href="')[2].partition('"')[0]
    assert client.get(icon).status_code == 200


@pytest.mark.parametrize(
    ("path", "title"), [("/", "Benefits centre"), ("/health", "Health · Benefits centre")]
)
def test_a_screen_loads_nothing_from_elsewhere(
    client: httpx2.Client, path: str, title: str
) -> None:
    """Everything it needs is served from here."""
    page = client.get(path).text

    assert f"<title>{title}</title>" in page

    assert 'src="http' not in page
    assert 'href="http' not in page


def test_the_stream_begins_with_a_whole_frame(client: httpx2.Client) -> None:
    """Then one a second, each with the next number."""
    with client.stream("GET", "/api/v1/stream") as response:
        told = events(response, 3)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert [event["event"] for event in told] == ["frame"] * 3
    numbers = [int(event["id"]) for event in told]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    frame = json.loads(told[0]["data"])
    assert {*client.get("/api/v1/floor").json()} == {*frame} - {"frame"}
    told_first = ["seq", "state", "reason", "picture", "standing", "trust", "watched"]
    assert list(frame["frame"]) == [*told_first, "alerts", "training", "screens", "past"]
    assert frame["frame"]["standing"]["queues"]["night"]["word"] == "Closed"


def test_last_event_id_is_honoured(client: httpx2.Client) -> None:
    """Who has the newest frame is not sent it again."""
    with client.stream("GET", "/api/v1/stream") as response:
        first = events(response, 1)[0]["id"]
    with client.stream("GET", "/api/v1/stream", headers={"Last-Event-ID": first}) as response:
        second = events(response, 1)[0]["id"]

    assert int(second) > int(first)


@pytest.mark.parametrize("number", ["", "abc", "-1", "9" * 40, "²"])
def test_a_strange_last_event_id_is_no_frame(client: httpx2.Client, number: str) -> None:
    """What is no number of ours gets the whole frame."""
    headers = {b"Last-Event-ID": number.encode()}
    with client.stream("GET", "/api/v1/stream", headers=headers) as response:
        assert len(events(response, 1)) == 1


def test_one_viewer_too_many_is_turned_away_and_counted() -> None:
    """The others go on, and /health and metrics say that there is a limit, and that it was met."""
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, viewers_max=1)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        with client.stream("GET", "/api/v1/stream") as first:
            # Held on to: who lets go of the lines lets go of the stream.
            lines = first.iter_lines()
            assert next(lines) == "retry: 1000"
            refused = client.get("/api/v1/stream")
            health = StreamHealth.model_validate(client.get("/api/v1/health").json()).dashboard
            assert (refused.status_code, refused.json()) == (503, {"detail": "too many viewers"})
            assert (health.viewers, health.viewers_max, health.viewers_refused) == (1, 1, 1)
        assert "floorwatch_viewers_refused_total 1.0" in client.get("/metrics").text


def test_bounds_that_were_reached_are_told_to_programs() -> None:
    """By their names, and how often, as the workers and the reader counted them."""
    reader = TableReader(ordinary(), wall_clock, limits={"agents_kept": 12}, queues_left_out=3)
    with (
        serving(create_app(reader, now=wall_clock)) as url,
        httpx2.Client(base_url=url, timeout=10) as client,
    ):
        frames(client, 1)
        health = client.get("/api/v1/health").json()
        metrics = client.get("/metrics").text

    assert (health["limits"], health["queues_left_out"]) == ({"agents_kept": 12}, 3)
    assert 'floorwatch_limits_reached_total{limit="agents_kept"} 12.0' in metrics
    assert "floorwatch_queues_left_out 3.0" in metrics
