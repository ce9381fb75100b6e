"""Contacts and agents of the present over HTTP: shapes, and errors of one line."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any, get_args

import httpx2
import pytest

from dashboard.api import agents
from dashboard.api import detail_models as models
from dashboard.api.models import Queue
from dashboard.app import create_app, serving
from dashboard.feed import Answer
from stream.contract.behind import ContactBehind, NotHeld, OtherFloor, TooManyEvents
from stream.contract.detail import (
    PRESENT,
    AtHand,
    CountAsked,
    CountContacts,
    EventTold,
    Load,
    PresentAsked,
    PresentContact,
    PresentContacts,
)
from stream.contract.events import IDENTIFIER_LENGTH_MAX, Channel
from stream.contract.figures import COUNTS, LIVE_WINDOWS, NoPicture
from stream.contract.instants import MINUTE_US, from_datetime
from tests.builders import BASE_US, instant
from tests.dashboard.pictures import TableReader, many, ordinary, wall_clock

# A queue of floor.yaml in which nothing happened yet.
PLANNED = "opens-at-eight"

CONTACT = PresentContact(
    contact="c1", queue="benefits", channel="voice", state="waiting", since=instant(0),
    waited_us=90_500_000, target_us=20_000_000, over_target=True, agent=None, due=instant(20),
    overdue=True, priority=2, language="es",
)  # fmt: skip


EVENTS = [
    EventTold(41, instant(0), "contact.queued", "c1", "snap", channel="voice"),
    EventTold(42, instant(9), "contact.declined", "c1", "snap", agent="a-17", reason="rejected"),
    EventTold(43, instant(20), "contact.abandoned", "c1", "snap"),
]


class Desk:
    """Tells what a test says, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[PresentAsked] = []
        self.heard: list[tuple[str, int]] = []
        self.counts: list[CountAsked] = []
        self.began = Event()
        self.may_end = Event()
        self.failure: Exception | None = None
        self.empty = False
        self.hands = [
            AtHand("a-17", "c9", "snap", "voice", "on_hold", instant(30), 1),
            AtHand("a-18", "c8", "snap", "chat", "wrapping", instant(31), 0),
        ]

    def contacts(self, asked: PresentAsked) -> Future[PresentContacts]:
        """One contact of two."""
        self.asked.append(asked)
        if self.empty:
            return self._told(PresentContacts(BASE_US, asked.of, 0, []))
        return self._told(PresentContacts(BASE_US, asked.of, 2, [CONTACT]))

    def counted(self, asked: CountAsked) -> CountContacts:
        """One contact of seven, when it may end."""
        self.counts.append(asked)
        self.began.set()
        assert self.may_end.wait(10)
        if self.failure is not None:
            raise self.failure
        if self.empty:
            return CountContacts(
                instant(120), instant(-1680), asked.of, asked.of, 0, [], unplaced=0
            )
        found = ContactBehind(
            id="c1", queue="benefits", channel="voice", agent="a1", since=instant(0),
            at=instant(90), wait_us=90_500_000, due=instant(20), over_target=True, language="es",
        )  # fmt: skip
        return CountContacts(
            instant(120), instant(-1680), asked.of, "answered_waited", 7, [found], unplaced=2
        )

    def at_hand(self) -> Future[list[AtHand]]:
        """What two agents have."""
        return self._told(self.hands)

    def events(self, queue: str, after: int) -> Future[list[EventTold]]:
        """Two events, and once these are known, another one."""
        self.heard.append((queue, after))
        if self.empty:
            return self._told([])
        there = EVENTS[: 3 if after >= 42 else 2]
        return self._told([one for one in there if one.number > after])

    def loads(self) -> Future[list[Load]]:
        """One agent never had a break, as far as anybody saw."""
        return self._told(
            [Load("a-17", from_datetime(wall_clock()) - 100 * MINUTE_US - 5_000_000, None, [], [])]
        )

    def _told(self, answer: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.failure is None:
            future.set_result(answer)
        else:
            future.set_exception(self.failure)
        return future


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Desk, httpx2.Client]]:
    """A dashboard with an ordinary floor."""
    desk = Desk()
    reader = TableReader(ordinary(), wall_clock, planned=frozenset({PLANNED}))
    app = create_app(reader, now=wall_clock, detail=desk)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        yield desk, client


@pytest.fixture
def desk(served: tuple[Desk, httpx2.Client]) -> Desk:
    """One that answers at once, and was asked for nothing yet."""
    desk, _ = served
    desk.asked.clear()
    desk.heard.clear()
    desk.counts.clear()
    desk.began.clear()
    desk.may_end.set()
    desk.failure = None
    desk.empty = False
    return desk


@pytest.fixture
def client(served: tuple[Desk, httpx2.Client], desk: Desk) -> httpx2.Client:
    """Of that dashboard."""
    assert desk is served[0]
    return served[1]


def test_contacts_are_told_with_times_and_seconds(client: httpx2.Client, desk: Desk) -> None:
    """In the shape that the reference has; what is not known is null."""
    answer = client.get(
        "/api/v1/contacts",
        params={"of": "waiting", "queue": "a/b", "channel": "voice", "most": 1},
    ).json()

    models.Contacts.model_validate(answer)
    assert desk.asked == [PresentAsked("waiting", queue="a/b", channel="voice", most=1)]
    assert answer == {
        "as_of": "2026-03-02T14:00:00.000Z",
        "since": None,
        "of": "waiting",
        "counted": "waiting",
        "total": 2,
        "more": True,
        "unplaced": 0,
        "held_since": None,
        "contacts": [
            {
                "contact": "c1", "queue": "benefits", "channel": "voice", "state": "waiting",
                "since": "2026-03-02T14:00:00.000Z", "at": None, "waited_s": 90.5, "target_s": 20.0,
                "over_target": True, "agent": None, "due": "2026-03-02T14:00:20.000Z",
                "overdue": True, "priority": 2, "language": "es", "segment": None, "intent": None,
                "journey_stage": None, "redial_of": None,
            }
        ],
    }  # fmt: skip


_AT_TWO = "2026-03-02T14:00:00Z"
_AT_MOST = "expected at most 25 hours before as_of"


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        ({"of": "happiness"}, f"of: expected one of {', '.join((*PRESENT, *COUNTS))}"),
        ({"of": "offered", "window": "all"}, f"window: expected one of {', '.join(LIVE_WINDOWS)}"),
        (
            {"of": "offered", "channel": "drums"},
            f"channel: expected one of {', '.join(get_args(Channel))}",
        ),
        ({"of": "waiting", "agent": "a1"}, "agent: waiting cannot be asked by it"),
        ({"of": "offered", "team": "north"}, "team: offered cannot be asked by it"),
        ({"of": "wrapping", "team": "north"}, "team: wrapping cannot be asked by it"),
        (
            {"of": "callbacks_kept", "channel": "voice"},
            "channel: callbacks_kept cannot be asked by it",
        ),
        (
            {"of": "waiting", "as_of": "2026-03-02T14:00:00Z"},
            "as_of: waiting cannot be asked by it",
        ),
        ({"of": "waiting", "since": _AT_TWO}, "since: waiting cannot be asked by it"),
        ({"of": "offered", "since": _AT_TWO}, "since: expected with as_of"),
        (
            {"of": "offered", "since": "noon", "as_of": _AT_TWO},
            "since: expected RFC 3339 with date, T, seconds and an offset",
        ),
        *(
            ({"of": "offered", "since": since, "as_of": _AT_TWO}, f"since: {_AT_MOST}")
            for since in ("2026-03-02T14:00:01Z", "2026-03-01T12:59:59Z")
        ),
        (
            {"of": "offered", "as_of": "noon"},
            "as_of: expected RFC 3339 with date, T, seconds and an offset",
        ),
        ({"of": "waiting", "most": "1001"}, "most: expected 1000 at most"),
        ({"of": "waiting", "most": "many"}, "most: expected a whole number"),
        ({}, "of: missing"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(
    client: httpx2.Client, desk: Desk, asked: dict[str, str], detail: str
) -> None:
    """With what is allowed, and nobody is asked."""
    answer = client.get("/api/v1/contacts", params=asked)

    assert (answer.status_code, answer.json()) == (422, {"detail": detail})
    assert (desk.asked, desk.counts) == ([], [])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        *(("contacts", name) for name in ("queue", "agent", "team")),
        *(("agents", name) for name in ("queue", "team")),
        ("events", "queue"),
    ],
)
def test_what_names_nothing_is_passed_on_to_nobody(
    client: httpx2.Client, desk: Desk, path: str, name: str
) -> None:
    """An identifier is no longer than the contract says."""
    asked = {"of": "answered", name: "q" * (IDENTIFIER_LENGTH_MAX + 1)}
    answer = client.get(f"/api/v1/{path}", params=asked)

    detail = f"{name}: expected at most {IDENTIFIER_LENGTH_MAX} characters"
    assert (answer.status_code, answer.json()) == (422, {"detail": detail})
    assert (desk.asked, desk.counts, desk.heard) == ([], [], [])


def test_the_contacts_behind_a_count_are_told_alike(client: httpx2.Client, desk: Desk) -> None:
    """With where the window begins, and how many may be missing."""
    answer = client.get(
        "/api/v1/contacts",
        params={
            "of": "wait_sum_s", "window": "60m", "team": "north", "most": 1,
            "as_of": "2026-03-02T15:00:00+01:00",
        },
    ).json()  # fmt: skip

    models.Contacts.model_validate(answer)
    assert desk.counts == [
        CountAsked("wait_sum_s", "60m", team="north", most=1, as_of=BASE_US),
    ]
    [one] = answer.pop("contacts")
    assert answer == {
        "as_of": "2026-03-02T14:02:00.000Z", "since": "2026-03-02T13:32:00.000Z",
        "of": "wait_sum_s", "counted": "answered_waited", "total": 7, "more": True, "unplaced": 2,
        "held_since": None,
    }  # fmt: skip
    assert one == {
        "contact": "c1", "queue": "benefits", "channel": "voice", "state": None,
        "since": "2026-03-02T14:00:00.000Z", "at": "2026-03-02T14:01:30.000Z", "waited_s": 90.5,
        "target_s": 20.0, "over_target": True, "agent": "a1", "due": "2026-03-02T14:00:20.000Z",
        "overdue": True, "priority": None, "language": "es", "segment": None, "intent": None,
        "journey_stage": None, "redial_of": None,
    }  # fmt: skip


def test_a_window_may_begin_at_an_instant(client: httpx2.Client, desk: Desk) -> None:
    """As that of one minute does, which ends with its last instant."""
    asked = {"of": "offered", "queue": "benefits", "since": _AT_TWO}
    answer = client.get("/api/v1/contacts", params=asked | {"as_of": "2026-03-02T14:00:59.999999Z"})

    assert answer.status_code == 200
    [told] = desk.counts
    assert (told.since, told.as_of) == (BASE_US, BASE_US + MINUTE_US - 1)


def test_one_counts_contacts_are_read_at_a_time(client: httpx2.Client, desk: Desk) -> None:
    """Who asks for another's is told when to ask again; who waits is another matter."""
    desk.may_end.clear()
    with ThreadPoolExecutor(1) as people:
        first = people.submit(client.get, "/api/v1/contacts", params={"of": "offered"})
        assert desk.began.wait(5)
        other = client.get("/api/v1/contacts", params={"of": "answered"})
        assert client.get("/api/v1/contacts", params={"of": "waiting"}).json()["total"] == 2
        desk.may_end.set()
        assert first.result().json()["total"] == 7

    assert (other.status_code, other.headers["retry-after"], other.json()) == (
        503,
        "2",
        {"detail": "the contacts behind another number are being read; try again"},
    )
    desk.failure = NotHeld(BASE_US)
    gone = client.get("/api/v1/contacts", params={"of": "answered"})
    assert (gone.status_code, gone.json()["detail"]) == (
        410,
        "no longer there: the log begins at 2026-03-02T14:00:00.000Z",
    )


@pytest.mark.parametrize(
    ("failure", "detail"),
    [
        (NoPicture("no drill is running"), "no drill is running"),
        (TooManyEvents(), "too many events to be read while somebody waits"),
        (OtherFloor(), "the contacts of a drill are not to be read"),
        (OSError("c-1 of Ada Lovelace"), "not read (OSError)"),
    ],
)
def test_why_there_is_no_list_is_said(
    client: httpx2.Client, desk: Desk, failure: Exception, detail: str
) -> None:
    """In a line without what an error may hold."""
    desk.failure = failure
    answer = client.get("/api/v1/contacts", params={"of": "waiting"})
    assert (answer.status_code, answer.json()) == (503, {"detail": detail})


def test_agents_come_without_contacts_where_these_cannot_be_told() -> None:
    """Unknown is null, and it is asked for anew; strain goes by what there is."""
    desk = Desk()
    desk.failure = OSError("gone")
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, detail=desk)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        agents = client.get("/api/v1/agents").json()
        assert agents["contacts_known"] is False
        [one] = agents["agents"]
        assert (one["contact"], one["contacts"]) == (None, None)
        assert {sign["of"] for sign in one["strain"]["signs"]} <= {"occupancy"}
        desk.failure = None
        assert client.get("/api/v1/agents").json()["agents"][0]["contact"] == "c9"


def test_agents_come_with_what_they_have_at_hand(client: httpx2.Client) -> None:
    """And their figures of the window."""
    answer = client.get("/api/v1/agents", params={"window": "60m"}).json()

    models.AgentsNow.model_validate(answer)
    assert (answer["window"], answer["contacts_known"]) == ("60m", True)
    [one] = answer["agents"]
    assert (one["agent"], one["contact"], one["contacts"]) == ("a-17", "c9", 2)
    assert (one["contact_state"], one["contact_since"]) == ("on_hold", "2026-03-02T14:00:30.000Z")
    assert (one["queue"], one["channel"]) == ("snap", "voice")
    signs = {sign["of"]: (sign["level"], sign["value"]) for sign in one["strain"]["signs"]}
    assert signs["break"] == ("busy", 100)
    assert signs["hard_contacts"] == ("calm", 0)


def test_no_answer_is_kept_that_nobody_gets_any_more() -> None:
    """Each holds a whole floor: of another second, also by a clock that was set back, none stays."""
    made: dict[Hashable, agents.Made] = {}

    def keep(asked: str, second: int) -> None:
        at = wall_clock() + timedelta(seconds=second)
        answer = Answer(TableReader(ordinary(), wall_clock).picture("30m"), b"", at)
        agents.keep(made, asked, agents.Made(answer, agents.Known(None, None, None), b""))

    for asked, second in (("a", 0), ("b", 2), ("c", 3)):
        keep(asked, second)
    assert list(made) == ["b", "c"]
    keep("d", -3)
    assert list(made) == ["d"]


def test_agents_are_those_of_a_queue_or_team(client: httpx2.Client) -> None:
    """Where there are none, none are told."""
    assert client.get("/api/v1/agents", params={"queue": "benefits"}).json()["agents"] == []
    assert len(client.get("/api/v1/agents", params={"team": "north"}).json()["agents"]) == 1


THERE = f"; there are {', '.join(sorted(ordinary()))}"


@pytest.mark.parametrize(
    ("asked", "detail"),
    [
        (
            "contacts?of=waiting&queue=nowhere",
            f"queue: there is no queue of this id on the floor{THERE}",
        ),
        (
            "contacts?of=handled&agent=nobody",
            "agent: there is no agent of this id on the floor; there are a-17",
        ),
        ("agents?queue=nowhere", f"queue: there is no queue of this id on the floor{THERE}"),
        ("queues/nowhere", f"queue: there is no queue of this id on the floor{THERE}"),
        ("queues/nowhere/hour", f"queue: there is no queue of this id on the floor{THERE}"),
    ],
)
def test_a_name_of_which_there_is_none_is_said(
    client: httpx2.Client, desk: Desk, asked: str, detail: str
) -> None:
    """Nobody takes a misspelt name for a floor on which nobody waits."""
    desk.empty = True
    answer = client.get(f"/api/v1/{asked}")
    assert (answer.status_code, answer.json()) == (404, {"detail": detail})


def test_a_figure_that_is_still_to_come_counts_nobody(client: httpx2.Client) -> None:
    """Nobody is told the contacts of now for those of then."""
    answer = client.get("/api/v1/contacts?of=handled&as_of=2031-03-02T14:00:00Z")
    detail = "as_of: expected a time that is past on the floor"
    assert (answer.status_code, answer.json()) == (422, {"detail": detail})


def test_who_is_there_and_has_nothing_is_answered_with_nothing(
    client: httpx2.Client, desk: Desk
) -> None:
    """Nobody waits in a queue that is known, and an agent that is known has nobody."""
    desk.empty = True
    for asked in ("of=waiting&queue=night", "of=handled&agent=a-17", "of=handled&team=north"):
        answer = client.get(f"/api/v1/contacts?{asked}")
        assert (answer.status_code, answer.json()["contacts"]) == (200, [])


def test_a_team_that_all_have_left_is_a_team(client: httpx2.Client, desk: Desk) -> None:
    """It has nobody; a program that asks for it each minute is not told in turns that there is none."""
    desk.empty = True
    contacts = client.get("/api/v1/contacts?of=handled&team=south")
    agents = client.get("/api/v1/agents?team=south")

    assert (contacts.status_code, contacts.json()["contacts"]) == (200, [])
    assert (agents.status_code, agents.json()["agents"]) == (200, [])


def test_a_queue_of_the_plan_is_there_before_anything_happens_in_it(
    client: httpx2.Client, desk: Desk
) -> None:
    """Nothing is told of it, and not that there is none."""
    desk.empty = True
    queue = client.get(f"/api/v1/queues/{PLANNED}?window=5m")
    hour = client.get(f"/api/v1/queues/{PLANNED}/hour")
    contacts = client.get(f"/api/v1/contacts?of=waiting&queue={PLANNED}")
    agents = client.get(f"/api/v1/agents?queue={PLANNED}")

    assert {each.status_code for each in (queue, hour, contacts, agents)} == {200}
    told = queue.json()
    Queue.model_validate(told)
    assert (told["queue"], told["window"], told["counts"]["offered"]) == (PLANNED, "5m", 0)
    assert told["figures"]["service_level"] is None
    assert (told["now"]["waiting"], told["now"]["oldest_wait_s"]) == (0, None)
    assert {minute["offered"] for minute in hour.json()["minutes"]} == {0}
    assert (contacts.json()["contacts"], agents.json()["agents"]) == ([], [])


@pytest.mark.parametrize("queue", [PLANNED, "nowhere"])
def test_events_of_any_queue_are_waited_for(client: httpx2.Client, desk: Desk, queue: str) -> None:
    """A browser that is told 404 never asks again, and would miss whatever comes."""
    desk.empty = True
    with client.stream("GET", "/api/v1/events", params={"queue": queue}) as response:
        assert response.status_code == 200
        assert next(response.iter_lines()) == "retry: 3000"


def test_what_happened_lately_is_told_at_once(client: httpx2.Client, desk: Desk) -> None:
    """To programs, in the shape of the stream's events; of a queue that is none that is said."""
    told = client.get("/api/v1/queues/snap/events").json()
    assert [one["type"] for one in told.pop("events")] == ["contact.queued", "contact.declined"]
    assert told == {"queue": "snap", "all_read": True}

    desk.empty = True
    quiet = client.get(f"/api/v1/queues/{PLANNED}/events")
    unknown = client.get("/api/v1/queues/nowhere/events")
    assert (quiet.status_code, quiet.json()["events"]) == (200, [])
    assert (unknown.status_code, unknown.json()["detail"][:6]) == (404, "queue:")


def test_of_many_names_it_is_said_where_they_are() -> None:
    """A line of a hundred names is none."""
    app = create_app(TableReader(many(100), wall_clock), now=wall_clock)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        answer = client.get("/api/v1/agents?queue=nowhere")
    detail = "queue: there is no queue of this id on the floor: /api/v1/floor has all 100"
    assert (answer.status_code, answer.json()) == (404, {"detail": detail})


def test_a_dashboard_without_a_log_says_so() -> None:
    """And tells its agents all the same."""
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        answer = client.get("/api/v1/contacts", params={"of": "waiting"})
        agents = client.get("/api/v1/agents").json()

    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "this dashboard cannot read contacts",
    )
    assert (agents["contacts_known"], len(agents["agents"])) == (False, 1)


def test_a_queues_hour_is_told_by_the_minute(client: httpx2.Client) -> None:
    """In the shape that the reference has; a queue that is not there has none."""
    answer = client.get("/api/v1/queues/benefits/hour").json()

    told = models.HourOfQueue.model_validate(answer)
    assert len(told.minutes) == 60
    assert answer["minutes"][0]["service_level"] is None
    assert answer["minutes"][-1] == {
        "minute": answer["as_of"], "offered": 3, "answered": 2, "abandoned": 1,
        "answered_in_target": 1, "service_level": 1 / 3, "average_speed_of_answer_s": 25.5,
    }  # fmt: skip
    missing = client.get("/api/v1/queues/no/where/hour")
    assert (missing.status_code, missing.json()["detail"]) == (
        404,
        f"queue: there is no queue of this id on the floor{THERE}",
    )
    # A queue's figures are told as before, whatever it is called.
    assert client.get("/api/v1/queues/benefits").json()["queue"] == "benefits"


def streamed(client: httpx2.Client, count: int, **headers: str) -> list[tuple[str, dict[str, Any]]]:
    """The first so many events of a queue: each with its id."""
    told: list[tuple[str, dict[str, Any]]] = []
    number = ""
    with client.stream(
        "GET", "/api/v1/events", params={"queue": "snap"}, headers=headers
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                number = value
            elif name == "data":
                told.append((number, json.loads(value)))
                if len(told) == count:
                    break
    return told


def test_a_queues_events_come_as_they_happen(client: httpx2.Client, desk: Desk) -> None:
    """Those that were first; what has no meaning is left out."""
    told = streamed(client, 2)

    for _, event in told:
        models.EventOfQueue.model_validate(event)
    assert told == [
        (
            "41",
            {
                "time": "2026-03-02T14:00:00.000Z", "type": "contact.queued", "contact": "c1",
                "queue": "snap", "channel": "voice",
            },
        ),
        (
            "42",
            {
                "time": "2026-03-02T14:00:09.000Z", "type": "contact.declined", "contact": "c1",
                "queue": "snap", "agent": "a-17", "reason": "rejected",
            },
        ),
    ]  # fmt: skip
    assert desk.heard[0] == ("snap", 0)


def test_what_comes_later_is_told_once(client: httpx2.Client, desk: Desk) -> None:
    """A second after what was there."""
    assert [number for number, _ in streamed(client, 3)] == ["41", "42", "43"]
    assert desk.heard[:2] == [("snap", 0), ("snap", 42)]


def test_who_comes_back_is_told_what_came_since(client: httpx2.Client, desk: Desk) -> None:
    """By the number of the last one that it has; what is no number is none."""
    assert [number for number, _ in streamed(client, 1, **{"Last-Event-ID": "41"})] == ["42"]
    assert [number for number, _ in streamed(client, 2, **{"Last-Event-ID": "x"})] == ["41", "42"]
    assert [after for _, after in desk.heard][:2] == [41, 0]


def test_why_no_events_are_told_is_said(client: httpx2.Client, desk: Desk) -> None:
    """Before the stream begins."""
    desk.failure = OtherFloor()
    answer = client.get("/api/v1/events", params={"queue": "snap"})
    assert (answer.status_code, answer.json()) == (
        503,
        {"detail": "the contacts of a drill are not to be read"},
    )
    assert client.get("/api/v1/events").json() == {"detail": "queue: missing"}
