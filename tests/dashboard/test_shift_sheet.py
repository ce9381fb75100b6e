"""A shift's report as CSV: the same figures as its tables, exact, and what is told in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx2
import pytest
from msgspec import structs

from dashboard.app import create_app, serving
from dashboard.i18n import speaking
from dashboard.i18n.languages import LANGUAGES
from dashboard.shift import shift_csv
from dashboard.shift.telling import document
from stream.contract.alerts import Entry
from stream.contract.figures import SERVICE_LEVEL_VARIANTS, QueueLabel
from stream.contract.instants import HOUR_US, MINUTE_US
from stream.contract.shifts import ShiftReport, Thanks
from tests.dashboard.pictures import Q, TableReader, ordinary, section, wall_clock
from tests.dashboard.test_shift import ADDRESS, ground, report, tables
from tests.stream.shifts import BEGIN

__all__ = ["ground", "report"]

EVIL = '=HYPERLINK("http://x","y")'


def read(told: str) -> list[dict[str, str]]:
    """The rows by their headings; as many cells as there are headings in each."""
    lines = list(csv.reader(io.StringIO(told)))
    assert {len(line) for line in lines} == {len(lines[0])}
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def of(rows: list[dict[str, str]], table: str) -> list[dict[str, str]]:
    """The rows of one table."""
    return [row for row in rows if row["Table"] == table]


def test_there_is_a_row_for_each_of_the_reports(report: ShiftReport) -> None:
    """Of each table as many as on the page, with exact figures and the times of the floor's clock."""
    rows, shown = read(shift_csv(report)), tables(report)

    for table in ("The floor by the hour", "Queues", "Channels", "Teams", "Agents"):
        assert len(of(rows, table)) == len(shown[table].rows), table
    [whole] = of(rows, "The shift")
    floor = report.whole.floor
    assert (whole["From, UTC"], whole["To, UTC"]) == ("2026-03-02 14:00", "2026-03-02 16:00")
    assert whole["Text"] == document(report).about
    assert int(whole["Offered"]) == floor.counts["offered"]
    assert float(whole["Occupancy"]) == floor.figures["occupancy"]
    assert float(whole["AHT, seconds"]) == floor.figures["average_handle_time_s"]
    [queue] = of(rows, "Queues")
    assert (queue["Target, seconds"], queue["Service level, variant"]) == ("20.0", "abandons count")
    hours = of(rows, "Queues by the hour")
    assert [(one["From, UTC"][-5:], one["To, UTC"][-5:], one["Offered"]) for one in hours] == [
        ("14:00", "15:00", "6"),
        ("15:00", "16:00", "6"),
    ]


def test_incidents_thanks_and_what_is_not_known_are_told(report: ShiftReport) -> None:
    """Each with when; what people did stands by itself."""
    rows = read(shift_csv(report))

    [incident] = of(rows, "Incidents")
    columns = ("Name", "From, UTC", "To, UTC", "Severity", "Acknowledged by", "Assigned to")
    assert tuple(incident[column] for column in columns) == (
        "Benefits is slow", "2026-03-02 14:10", "2026-03-02 14:40", "Urgent", "", "",
    )  # fmt: skip
    happened = of(rows, "What happened")
    assert ("2026-03-02 14:10", "Acknowledged by Kim") in [
        (one["From, UTC"], one["Text"].split(":")[0]) for one in happened
    ]
    [thanks] = of(rows, "Thanks")
    assert (thanks["Name"], thanks["By customers"], thanks["By peers"]) == ("a-1", "2", "")
    unknown = [one["Text"] for one in of(rows, "What the data does not know")]
    assert unknown == document(report).parts[-1].lines  # type: ignore[union-attr]


def test_before_the_log_begins_nothing_is_zero(report: ShiftReport) -> None:
    """Empty cells, and the hour in which it begins is told from there."""
    unknown = structs.replace(report.unknown, held_since=BEGIN + HOUR_US + 10 * MINUTE_US)
    rows = read(shift_csv(structs.replace(report, unknown=unknown)))

    for table in ("The floor by the hour", "Queues by the hour"):
        before, begun = of(rows, table)
        assert (before["Offered"], before["ASA, seconds"]) == ("", "")
        assert (begun["From, UTC"], begun["Offered"]) == ("2026-03-02 15:10", "6")


def test_what_is_not_known_is_an_empty_cell(report: ShiftReport) -> None:
    """A share without evidence is no 0, and an agent has no abandonments at all."""
    busy = report.whole.queues["benefits"]
    nothing = structs.replace(busy, counts=dict.fromkeys(busy.counts, 0))
    whole = structs.replace(
        report.whole, queues={"benefits": nothing, "night": section(Q("Night line", waiting=1))}
    )
    rows = read(shift_csv(structs.replace(report, whole=whole)))

    assert [one["Name"] for one in of(rows, "Queues")] == ["night"]
    [agent] = of(rows, "Agents")
    assert (agent["Abandoned"], agent["Service level"], agent["Team"]) == ("", "", "north")


def test_no_text_is_a_formula(report: ShiftReport) -> None:
    """Whoever wrote it: a queue's name, an incident's note, an agent."""
    [one] = report.incidents
    note = Entry(BEGIN, "note", f"x;{EVIL}", by="=Kim")
    label = QueueLabel(EVIL, SERVICE_LEVEL_VARIANTS[1], {"voice": 20.0, "chat": 60.0})
    wicked = structs.replace(
        report,
        labels={"benefits": label},
        incidents=[structs.replace(one, title=EVIL, assigned_to="@Lee", history=[note])],
        thanks=[Thanks("+a", "peer", 1)],
    )
    told = shift_csv(wicked)
    begins = {cell[0] for row in read(told) for cell in row.values() if cell}
    elsewhere = csv.reader(io.StringIO(told), delimiter=";")

    assert begins.isdisjoint("=+-@\t\r")
    assert {cell.strip()[:1] for row in elsewhere for cell in row}.isdisjoint("=+-@")
    [queue] = of(read(told), "Queues")
    assert queue["Name"] == f"'{EVIL}"
    assert (queue["Target, seconds"], queue["Service level, variant"]) == (
        "20.0 / 60.0",
        "abandons ignored",
    )
    assert EVIL in {row["Name"] for row in read(shift_csv(wicked, guard=False))}


def test_it_speaks_every_language(report: ShiftReport) -> None:
    """Headings are words, all of them different; times and figures are the same in all."""
    told = {}
    for code, spoken in LANGUAGES.items():
        with speaking(spoken):
            lines = list(csv.reader(io.StringIO(shift_csv(report))))
        assert len(set(lines[0])) == len(lines[0]), code
        told[code] = lines
    times = {code: [line[3:5] for line in lines[1:]] for code, lines in told.items()}

    assert len({str(one) for one in times.values()}) == 1
    assert len({lines[0][0] for lines in told.values()}) > 3


@pytest.fixture
def client(report: ShiftReport) -> Iterator[httpx2.Client]:
    """Of a dashboard with this report."""
    with ExitStack() as parts:
        reports: Callable[..., ShiftReport] = lambda *_asked: report  # noqa: E731
        app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, shifts=reports)
        url = parts.enter_context(serving(app))
        yield parts.enter_context(httpx2.Client(base_url=url, timeout=60))


def test_it_can_be_had_over_http(client: httpx2.Client, report: ShiftReport) -> None:
    """With a name by the shift's begin, in a language of one's own, and with a mark for Excel."""
    plain = client.get("/api/v1/report", params={**ADDRESS, "format": "csv"})
    marked = client.get("/api/v1/report", params={**ADDRESS, "format": "csv", "bom": "true"})
    italian = client.get("/api/v1/report", params={**ADDRESS, "format": "csv", "lang": "it"})

    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert plain.headers["content-disposition"] == (
        'attachment; filename="shift-2026-03-02-14.00Z.csv"'
    )
    assert plain.text == shift_csv(report)
    assert marked.content == b"\xef\xbb\xbf" + plain.content
    assert italian.text != plain.text
