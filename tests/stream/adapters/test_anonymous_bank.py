"""The 'Anonymous Bank' adapter, rule by rule, on rows made up for the purpose."""

from __future__ import annotations

from typing import Any, Final

import pytest

from stream.adapters.anonymous_bank import AnonymousBank
from stream.adapters.anonymous_bank_rows import COLUMNS, MENU_HANG_UP, PHANTOM
from stream.adapters.port import AdapterError, Malformed, Summary
from stream.contract.codec import decode, encode
from stream.contract.events import ContactAnswered, ContactEnded, ContactQueued, KnownEvent
from stream.contract.instants import format_instant
from tests.events import type_of

HEADER: Final = "\t".join(COLUMNS)
# A call that queued from 10:00:06 to 10:00:36 and was served until 10:03:00. The bank's clocks
# are two hours east of UTC in winter.
QUEUED: Final = {
    "vru+line": "XX0101",
    "call_id": "7001",
    "customer_id": "4711",
    "priority": "2",
    "type": "PS",
    "date": "990301",
    "vru_entry": "10:00:00",
    "vru_exit": "10:00:06",
    "vru_time": "6",
    "q_start": "10:00:06",
    "q_exit": "10:00:36",
    "q_time": "30",
    "outcome": "AGENT",
    "ser_start": "10:00:36",
    "ser_exit": "10:03:00",
    "ser_time": "144",
    "server": "DANA",
}
NO_QUEUE: Final = {"q_start": "0:00:00", "q_exit": "0:00:00", "q_time": "0"}
NO_SERVICE: Final = {
    "ser_start": "0:00:00",
    "ser_exit": "0:00:00",
    "ser_time": "0",
    "server": "NO_SERVER",
}
HANG: Final = {"outcome": "HANG", **NO_SERVICE}


def row(**changes: str) -> str:
    """The call above with some of its fields changed."""
    return "\t".join((QUEUED | changes).values())


def read(*rows: str, header: str = HEADER) -> tuple[list[KnownEvent], Summary]:
    """The events of a file, and what became of its rows."""
    summary = Summary()
    return list(AnonymousBank().events([header, *rows], summary)), summary


def told(*rows: str) -> list[str]:
    """The events of a file as `type subject time`, the day left out where it is 1 March."""
    return [
        f"{type_of(event).partition('.')[2]} {event.subject.rpartition('-')[2]} "
        + format_instant(event.time).removeprefix("1999-03-01T")
        for event in read(*rows)[0]
    ]


@pytest.mark.parametrize(
    ("changes", "events"),
    [
        pytest.param(
            {},
            ["queued 08:00:06Z", "answered 08:00:36Z", "ended 08:03:00Z", "wrapped 08:03:00Z"],
            id="queued and answered: the queue's exit is the answer",
        ),
        pytest.param(HANG, ["queued 08:00:06Z", "abandoned 08:00:36Z"], id="queued and hung up"),
        pytest.param(
            HANG | {"ser_start": "10:00:20", "ser_exit": "10:00:30", "ser_time": "10"},
            ["queued 08:00:06Z", "abandoned 08:00:36Z"],
            id="hung up, though service has times",
        ),
        pytest.param(
            NO_QUEUE | {"ser_start": "10:00:07"},
            ["queued 08:00:07Z", "answered 08:00:07Z", "ended 08:03:00Z", "wrapped 08:03:00Z"],
            id="served at once: at the start of service",
        ),
        pytest.param(
            NO_QUEUE | NO_SERVICE,
            ["queued 08:00:06Z", "answered 08:00:06Z", "ended 08:00:06Z", "wrapped 08:00:06Z"],
            id="served at once, without times: at the exit from the menu",
        ),
        pytest.param(
            NO_SERVICE,
            ["queued 08:00:06Z", "answered 08:00:36Z", "ended 08:00:36Z", "wrapped 08:00:36Z"],
            id="queued and answered, service without times",
        ),
        pytest.param(
            {"q_exit": "10:00:06", "q_time": "0"},
            ["queued 08:00:06Z", "answered 08:00:06Z", "ended 08:03:00Z", "wrapped 08:03:00Z"],
            id="queued for no time at all",
        ),
        pytest.param(
            {"ser_start": "10:00:35"},
            ["queued 08:00:06Z", "answered 08:00:36Z", "ended 08:03:00Z", "wrapped 08:03:00Z"],
            id="service begins before the queue ends: no day goes by",
        ),
        pytest.param(
            {"ser_start": "10:00:20", "ser_exit": "10:00:30", "ser_time": "10"},
            ["queued 08:00:06Z", "answered 08:00:36Z", "ended 08:00:36Z", "wrapped 08:00:36Z"],
            id="service ends before the queue does: ended at the answer",
        ),
        pytest.param(
            NO_QUEUE | {"ser_start": "10:00:04"},
            ["queued 08:00:04Z", "answered 08:00:04Z", "ended 08:03:00Z", "wrapped 08:03:00Z"],
            id="service begins before the menu ends",
        ),
        pytest.param(
            HANG | {"vru_exit": "9:59:10", "vru_time": "-50", "q_start": "9:59:10"},
            ["queued 07:59:10Z", "abandoned 08:00:36Z"],
            id="the menu ends before it begins: clocks that differ, no midnight",
        ),
    ],
)
def test_a_row_is_told_as_events(changes: dict[str, str], events: list[str]) -> None:
    """Who queued, who was served at once, and clocks that disagree by seconds."""
    assert [event.replace(" 7001", "") for event in told(row(**changes))] == events


LATE: Final = {
    "vru_entry": "23:59:40",
    "vru_exit": "23:59:48",
    "vru_time": "8",
    "q_start": "23:59:48",
    "q_exit": "23:59:58",
    "q_time": "10",
    "ser_start": "23:59:58",
    "ser_exit": "23:59:59",
    "ser_time": "1",
}


@pytest.mark.parametrize(
    ("changes", "waited_s", "ended"),
    [
        pytest.param({}, 10, "1999-03-01T21:59:59Z", id="before midnight"),
        pytest.param({"ser_exit": "0:02:00"}, 10, "1999-03-01T22:02:00Z", id="while served"),
        pytest.param(
            {"q_exit": "0:00:05", "ser_start": "0:00:05", "ser_exit": "0:02:00"},
            17,
            "1999-03-01T22:02:00Z",
            id="while waiting",
        ),
        pytest.param(
            {"q_exit": "0:00:01", "ser_start": "23:59:59", "ser_exit": "0:02:00"},
            13,
            "1999-03-01T22:02:00Z",
            id="while waiting, service's clock being behind",
        ),
        pytest.param(
            {"q_exit": "0:00:00", "q_time": "12", "ser_start": "0:00:00", "ser_exit": "0:00:09"},
            12,
            "1999-03-01T22:00:09Z",
            id="at the stroke of it",
        ),
        pytest.param(
            {"q_start": "0:00:00", "q_exit": "0:00:30", "q_time": "30"}
            | {"ser_start": "0:00:30", "ser_exit": "0:01:00"},
            30,
            "1999-03-01T22:01:00Z",
            id="queued at the stroke of it",
        ),
        pytest.param(
            {"vru_exit": "0:00:03", "q_start": "0:00:03", "q_exit": "0:01:00"}
            | {"ser_start": "0:01:00", "ser_exit": "0:02:00"},
            57,
            "1999-03-01T22:02:00Z",
            id="in the menu",
        ),
        pytest.param(
            NO_QUEUE | {"ser_start": "0:00:01", "ser_exit": "0:00:24"},
            0,
            "1999-03-01T22:00:24Z",
            id="between menu and service",
        ),
        pytest.param(
            NO_QUEUE | {"ser_start": "0:00:00", "ser_exit": "0:00:48", "ser_time": "0"},
            0,
            "1999-03-01T22:00:48Z",
            id="service without a start",
        ),
        pytest.param(
            {"q_exit": "13:59:48", "q_time": "50400"}
            | {"ser_start": "13:59:48", "ser_exit": "14:00:00", "ser_time": "12"},
            14 * 3600,
            "1999-03-02T12:00:00Z",
            id="a wait of fourteen hours",
        ),
    ],
)
def test_a_call_may_last_past_midnight(changes: dict[str, str], waited_s: int, ended: str) -> None:
    """The date is that of the call's beginning."""
    queued, answered, last, _ = read(row(**LATE | changes))[0]

    assert isinstance(queued, ContactQueued)
    assert isinstance(answered, ContactAnswered)
    assert (answered.time - queued.time) / 1e6 == waited_s
    assert format_instant(last.time) == ended


@pytest.mark.parametrize(
    ("date", "clock", "utc"),
    [
        pytest.param("990301", "12:00:00", "1999-03-01T10:00:00Z", id="winter"),
        pytest.param("990701", "12:00:00", "1999-07-01T09:00:00Z", id="summer"),
        pytest.param("990402", "1:59:59", "1999-04-01T23:59:59Z", id="before the clocks go on"),
        pytest.param("990402", "2:30:00", "1999-04-02T00:30:00Z", id="a time that they skip"),
        pytest.param("990402", "3:30:00", "1999-04-02T00:30:00Z", id="after they have gone on"),
        pytest.param("990903", "1:30:00", "1999-09-02T22:30:00Z", id="an hour that comes twice"),
        pytest.param("990903", "2:00:00", "1999-09-03T00:00:00Z", id="after it"),
    ],
)
def test_clock_times_are_israels(date: str, clock: str, utc: str) -> None:
    """The first of two, and a time that never was is read as if clocks had stood still."""
    same = dict.fromkeys(("vru_entry", "vru_exit", "q_start", "q_exit"), clock)
    queued, _ = read(row(**HANG | same | {"date": date, "q_time": "0"}))[0]

    assert format_instant(queued.time) == utc


def test_a_call_never_runs_backwards() -> None:
    """Queued at a time that the clocks skip, answered at one that they show: nobody waits less
    than no time."""
    changes = {"date": "990402", "vru_entry": "2:29:00", "vru_exit": "2:29:30"} | {
        "q_start": "2:30:00",
        "q_exit": "3:10:00",
        "ser_start": "3:10:00",
        "ser_exit": "3:15:00",
    }
    times = [event.time for event in read(row(**changes))[0]]

    assert times == sorted(times)
    assert len(set(times)) == 1


def test_what_an_event_says() -> None:
    """Every attribute and field, and an id that is the same each time."""
    queued, answered, ended, wrapped = read(row(server="NO_SERVER"))[0]

    assert isinstance(queued, ContactQueued)
    assert isinstance(answered, ContactAnswered)
    assert isinstance(ended, ContactEnded)
    assert (queued.data.queue, queued.data.channel, queued.data.priority) == ("PS", "voice", 2)
    assert (answered.data.queue, answered.data.agent) == ("PS", "NO_SERVER")
    assert (ended.data.queue, ended.data.agent, ended.data.by) == ("PS", "NO_SERVER", "system")
    assert [event.id for event in (queued, answered, ended, wrapped)] == [
        "XX0101-7001/queued",
        "XX0101-7001/answered",
        "XX0101-7001/ended",
        "XX0101-7001/wrapped",
    ]
    for event in (queued, answered, ended, wrapped):
        assert (event.source, event.subject) == ("/import/anonymous-bank", "XX0101-7001")
        assert decode(encode(event)) == event


def customers(*ids: str) -> list[str | None]:
    """The pseudonyms of calls by these customers."""
    events, _ = read(
        *(row(**HANG, call_id=str(call), customer_id=one) for call, one in enumerate(ids, 1))
    )
    return [event.data.customer for event in events if isinstance(event, ContactQueued)]


def test_customers_have_pseudonyms() -> None:
    """The same customer, the same name, from which the number cannot be told."""
    first, other, again = customers("31415", "27182", "31415")

    assert first is not None
    assert first == again != other
    assert "31415" not in first


def test_a_pseudonym_holds_for_one_file() -> None:
    """It is keyed by all that the file says, so no table of numbers undoes it."""
    assert customers("31415", "27182")[0] != customers("31415", "16180")[0]
    assert customers("31415", "27182") == customers("31415", "27182")


@pytest.mark.parametrize("customer_id", ["0", "", "6.02E+11", "-5"])
def test_who_is_not_known_has_no_pseudonym(customer_id: str) -> None:
    """Nobody identified, or a number that a spreadsheet rounded."""
    assert customers(customer_id) == [None]


def test_rows_that_make_no_event_are_counted_by_reason() -> None:
    """A caller who left in the menu never reached the floor, a virtual call never was."""
    menu = row(**HANG | NO_QUEUE, call_id="2")
    phantom, other = (row(outcome="PHANTOM", call_id=call) for call in "34")
    events, summary = read(menu, phantom, row(), other)

    assert summary == Summary(
        rows=4, events=4, without_event={MENU_HANG_UP: 1, PHANTOM: 2}, malformed=[]
    )
    assert {event.subject for event in events} == {"XX0101-7001"}


CLOCK: Final = "expected a clock time from 0:00:00 to 23:59:59"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        *(
            ({name: value}, f"{name}: {CLOCK}")
            for name in ("vru_entry", "vru_exit", "q_start", "q_exit", "ser_start", "ser_exit")
            for value in ("", "noon", "24:00:00", "10:60:00", "10:00:60", "10:00", "-1:00:00")
        ),
        *(
            ({"date": value}, "date: expected a day that exists, as yymmdd")
            for value in ("", "990230", "991301", "1999-03-01", "99031", "9903011")
        ),
        *(({"priority": value}, "priority: expected a whole number") for value in ("", "2.5", "x")),
        *(({name: "x"}, f"{name}: expected a whole number") for name in ("q_time", "ser_time")),
        *(
            ({"outcome": value}, "outcome: expected AGENT, HANG or PHANTOM")
            for value in ("", "agent", "BUSY")
        ),
        *(
            ({name: value}, f"{name}: expected 1 to 63 characters")
            for name in ("vru+line", "call_id", "type", "server")
            for value in ("", " ", "x" * 64)
        ),
        ({"q_start": "0:00:00", "q_time": "0"}, "q_start: not set, but the call queued"),
        ({"q_exit": "0:00:00", "q_time": "0"}, "q_exit: not set, but the call queued"),
    ],
)
def test_a_malformed_row_is_named_with_what_is_wrong(changes: dict[str, str], reason: str) -> None:
    """Its line and its field; the rows around it are read."""
    events, summary = read(row(call_id="1"), row(**changes), row(call_id="2"))

    assert summary.malformed == [Malformed(3, reason)]
    assert (summary.rows, summary.events) == (3, 8)
    assert {event.subject for event in events} == {"XX0101-1", "XX0101-2"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(row().replace("2\tPS", "2       PS"), 16, id="a tab became spaces"),
        pytest.param(row() + "\tx", 18, id="one too many"),
        pytest.param("x", 1, id="words"),
    ],
)
def test_a_row_has_seventeen_fields(text: str, found: int) -> None:
    """October has two with sixteen."""
    _, summary = read(text)

    assert summary.malformed == [Malformed(2, f"expected 17 tab-separated fields, found {found}")]


def test_a_call_stands_in_one_row() -> None:
    """A second one would be taken for a duplicate of the first without anybody knowing."""
    events, summary = read(row(), row(call_id="7002"), row(q_exit="10:00:40"))

    reason = "vru+line, call_id: the same call as in line 2"
    assert summary.malformed == [Malformed(4, reason)]
    assert len(events) == 8


def test_events_come_sorted_whatever_the_rows_order() -> None:
    """By time, then contact, then the order of a contact's life."""
    late = row(call_id="3", vru_entry="9:00:00", vru_exit="9:00:06", q_start="9:00:06")
    at_once = NO_QUEUE | NO_SERVICE
    rows = (late, row(**at_once, call_id="2"), row(**at_once, call_id="1"))

    assert told(*rows) == [
        "queued 3 07:00:06Z",
        *(f"{step} 1 08:00:06Z" for step in ("queued", "answered", "ended", "wrapped")),
        *(f"{step} 2 08:00:06Z" for step in ("queued", "answered", "ended", "wrapped")),
        "answered 3 08:00:36Z",
        "ended 3 08:03:00Z",
        "wrapped 3 08:03:00Z",
    ]
    assert told(*reversed(rows)) == told(*rows)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([f"{HEADER}\n", f"{row()}\n"], id="LF"),
        pytest.param([f"{HEADER}\r\n", f"{row()}\r\n"], id="CRLF"),
        pytest.param([f"\ufeff{HEADER.upper()}\n", "\n", f"{row()}\n", "\r\n"], id="mark, blanks"),
    ],
)
def test_line_ends_make_no_difference(lines: list[str]) -> None:
    """January has CRLF, October LF; a blank line is nothing."""
    summary = Summary()
    events = list(AnonymousBank().events(lines, summary))

    assert [event.time for event in events] == [event.time for event in read(row())[0]]
    assert summary == Summary(rows=1, events=4)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([], id="an empty file"),
        pytest.param([row()], id="no header"),
        pytest.param(["", HEADER, row()], id="a header in the second line"),
        pytest.param([HEADER.replace("\t", ","), row()], id="commas"),
        pytest.param([HEADER.replace("server", "agent"), row()], id="another column"),
    ],
)
def test_a_file_without_the_header_is_refused(lines: list[str]) -> None:
    """One line says what was expected."""
    summary = Summary()
    with pytest.raises(AdapterError) as refused:
        list(AnonymousBank().events(lines, summary))

    assert str(refused.value) == (
        "line 1: expected the header row, 17 tab-separated names from vru+line to server"
    )
    assert summary == Summary()


def test_a_header_alone_is_an_empty_month() -> None:
    """No rows, no events, no complaint."""
    nothing: tuple[list[Any], Summary] = ([], Summary())

    assert read() == nothing
