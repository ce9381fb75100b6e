"""A shift's report as a page and as a PDF, over HTTP, and what it says of what is not known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from io import BytesIO
from threading import Event
from typing import Any, Final

import httpx2
import pytest
from msgspec import structs
from pypdf import PdfReader

from dashboard.amounts import day, duration, whole
from dashboard.api.shifts import KEPT_S, Desk
from dashboard.app import create_app, serving
from dashboard.document import Lines, Story, Table
from dashboard.document_fonts import faces, runs, set_in_fonts, width_of
from dashboard.i18n import speaking
from dashboard.i18n.languages import LANGUAGES
from dashboard.shift import shift_html, shift_pdf
from dashboard.shift.telling import document
from dashboard.shift.words import clock, csat, csat_known, moment
from stream.contract.alerts import Entry
from stream.contract.floorplan import parse_floor_plan
from stream.contract.instants import HOUR_US, MINUTE_US, format_millis, parse_instant, to_datetime
from stream.contract.said import Said
from stream.contract.shifts import NoShift, Shift, ShiftReport, ShiftReports, Thanks, TooLong
from stream.shift.apart import shift_reports
from stream.shift.log import shift_report
from tests.dashboard.pictures import TableReader, ordinary, section, wall_clock
from tests.stream.shifts import BEGIN, SHIFT, Ground, two_hours

EVIL = "<script>alert(1)</script>"
PLAN = parse_floor_plan(f"queues: {{benefits: {{name: '{EVIL}'}}}}", "floor.yaml")
ADDRESS = {"from": format_millis(SHIFT.begin), "to": format_millis(SHIFT.end)}
SAID: Final = Said("nothing of it is left")
OTHER = {"from": format_millis(SHIFT.begin - HOUR_US), "to": format_millis(SHIFT.begin)}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Two hours of a small floor."""
    ground = two_hours(tmp_path_factory.mktemp("log"))
    ground.incident("i-1", 10, 40)
    yield ground
    ground.log.close()


@pytest.fixture(scope="module")
def report(ground: Ground) -> ShiftReport:
    """Its report; somebody was thanked, and the queue has a wicked name."""
    told = shift_report(ground.log, PLAN, SHIFT, ground.now_us, title="Centre")
    return structs.replace(told, thanks=[Thanks("a-1", "customer", 2)])


def texts(report: ShiftReport) -> list[str]:
    """All that a report says, each text by itself."""
    told = document(report)
    found = [told.title, told.about, told.footnote, *(text for one in told.figures for text in one)]
    for part in told.parts:
        match part:
            case Table():
                if not part.rows:
                    continue
                found += [
                    part.caption,
                    part.note,
                    *part.heads,
                    *(c for row in part.rows for c in row),
                ]
            case Lines():
                found += [part.caption, *part.lines]
            case Story():
                found += [part.caption, part.note, *(text for one in part.entries for text in one)]
    return [text for text in found if text]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def pdf_text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_page_and_pdf_say_all_of_it(report: ShiftReport) -> None:
    """Every text of the report stands in both, and no name is taken for markup."""
    page, pdf = shift_html(report), squeezed(pdf_text(shift_pdf(report)))
    said = squeezed(unescape(re.sub(r"<[^>]*>", " ", page)))

    assert [text for text in texts(report) if squeezed(text) not in said] == []
    assert [text for text in texts(report) if squeezed(text) not in pdf] == []
    assert EVIL not in page
    assert shift_pdf(report) == shift_pdf(report)


def tables(report: ShiftReport) -> dict[str, Table]:
    """The report's tables by their captions."""
    return {part.caption: part for part in document(report).parts if isinstance(part, Table)}


def test_figures_are_written_as_they_are(report: ShiftReport) -> None:
    """By the hour and by queue, with the variant and target named; none is a dash, never 0."""
    hours = tables(report)["The floor by the hour"]
    queue = tables(report)[f"{EVIL} by the hour"]

    assert hours.heads == [
        "Hour", "Offered", "Answered", "Abandoned", "Abandonment", "Service level", "ASA",
        "Wait, p90", "Longest wait", "AHT", "CSAT", "Answers to surveys",
    ]  # fmt: skip
    share = ["0\u00a0%", "100\u00a0%"]
    told = ["6", "6", "0", *share, "0:12", "0:12", "0:12", "2:48", "–", "–"]
    assert hours.rows == [["14:00–15:00", *told], ["15:00–16:00", *told]]
    assert queue.note == "Service level in 20\u00a0s, abandons count"
    assert queue.rows == hours.rows
    assert tables(report)["Thanks"].rows == [["a-1", "2", "0", "0"]]


def test_of_hours_before_the_log_nothing_is_known(report: ShiftReport) -> None:
    """A dash, never 0, for the floor and for each queue; an hour is told from where it is known."""

    def told(held_since: int) -> list[list[str]]:
        unknown = structs.replace(report.unknown, held_since=held_since)
        found = tables(structs.replace(report, unknown=unknown))
        assert found[f"{EVIL} by the hour"].rows == found["The floor by the hour"].rows
        return [row[:3] for row in found["The floor by the hour"].rows]

    nothing, known = ["14:00–15:00", "–", "–"], ["15:00–16:00", "6", "6"]
    assert told(BEGIN + HOUR_US) == [nothing, known]
    assert told(BEGIN + 80 * MINUTE_US) == [nothing, ["15:20–16:00", "6", "6"]]
    assert told(BEGIN + 59 * MINUTE_US) == [["14:59–15:00", "6", "6"], known]


def test_channels_are_named_as_on_screens(report: ShiftReport) -> None:
    """In the language of who reads; and where a queue's targets differ by channel."""
    section = report.whole.channels["voice"]
    whole = structs.replace(report.whole, channels={"in_person": section, "pager": section})
    label = structs.replace(report.labels["benefits"], target_s={"voice": 20.0, "email": 86_400.0})
    told = structs.replace(report, whole=whole, labels={"benefits": label})

    assert [row[0] for row in tables(told)["Channels"].rows] == ["In person", "pager"]
    assert (
        tables(told)["Queues"]
        .rows[0][1]
        .startswith("Service level in Voice 20\u00a0s, E-mail 24\u00a0h")
    )
    with speaking(LANGUAGES["it"]):
        channels = [rows for rows in (one.rows for one in tables(told).values()) if rows]
        assert "Di persona" in [rows[0][0] for rows in channels]


def test_incidents_are_told_with_what_people_did(report: ShiftReport) -> None:
    """When, what it was, and who had it."""
    [story] = [part for part in document(report).parts if isinstance(part, Story)]

    assert story.caption == "Incident: Benefits is slow"
    assert story.note == "Urgent, opened 2026-03-02 14:10, over after 30\u00a0min"
    assert story.entries == [("14:10", "Acknowledged by Kim")]


@pytest.mark.parametrize(
    ("what", "text", "by", "english", "italian"),
    [
        ("opened", "Surge", None, "Opened: Surge", "Aperto: non ne resta nulla"),
        ("joined", "Surge", None, "Joined: Surge", "Si aggiunge: non ne resta nulla"),
        ("worse", "Surge", None, "Worse: Surge", "Peggiora: non ne resta nulla"),
        ("resolved", "Surge", None, "Resolved: Surge", "Risolto: non ne resta nulla"),
        ("reopened", "Surge", None, "Opened again: Surge", "Riaperto: non ne resta nulla"),
        ("no_data", "Surge", None, "No data: Surge", "Nessun dato: non ne resta nulla"),
        ("data_again", "Surge", None, "Data again: Surge", "Di nuovo dati: non ne resta nulla"),
        ("escalated", "Surge", None, "Escalated: Surge", "Escalation: non ne resta nulla"),
        ("note", "Surge", None, "Note: Surge", "Nota: non ne resta nulla"),
        ("note", "seen", "Ada", "Note by Ada: seen", "Nota di Ada: seen"),
        ("acknowledged", "", "Ada", "Acknowledged by Ada", "Preso in carico da Ada"),
        ("unacknowledged", "", "Ada", "Given back by Ada", "Rilasciato da Ada"),
        ("snoozed", "2026-03-02T15:30:00.000Z", "Ada", "Silenced by Ada until 16:30",
         "Silenziato da Ada fino a 16:30"),
        ("snoozed", "2026-03-03T15:30:00.000Z", "Ada", "Silenced by Ada until 2026-03-03 16:30",
         "Silenziato da Ada fino a 3 marzo 2026 16:30"),
        ("woken", "", "Ada", "Woken by Ada", "Riattivato da Ada"),
        ("assigned", "Kim", "Ada", "Assigned to Kim by Ada", "Assegnato a Kim da Ada"),
        ("assigned", "", "Ada", "Assigned to nobody by Ada", "Lasciato senza assegnatario da Ada"),
    ],
)  # fmt: skip
def test_each_kind_of_line_says_what_was_done(
    report: ShiftReport, what: Any, text: str, by: str | None, english: str, italian: str
) -> None:
    """By whom, and by the floor's time; what came by itself in the language of who reads."""
    told = None if by else SAID
    [one] = report.incidents
    entry = Entry(BEGIN, what, text, by=by, said=told)
    rome = structs.replace(
        report, time_zone="Europe/Rome", incidents=[structs.replace(one, history=[entry])]
    )

    assert [line(rome), line(rome, "it")] == [("15:00", english), ("15:00", italian)]


def line(report: ShiftReport, code: str = "en") -> tuple[str, str]:
    """The one line of the one incident, as a language has it."""
    with speaking(LANGUAGES[code]):
        [story] = [part for part in document(report).parts if isinstance(part, Story)]
        [told] = story.entries
    return told


def test_a_title_is_in_the_language_of_who_reads(report: ShiftReport) -> None:
    """Also where the history alone has still what it is written from; English as it came."""
    [one] = report.incidents
    fired = Entry(BEGIN, "opened", one.title, said=SAID)
    told = structs.replace(report, incidents=[structs.replace(one, history=[fired])])

    def caption(code: str) -> str:
        with speaking(LANGUAGES[code]):
            [story] = [part for part in document(told).parts if isinstance(part, Story)]
        return story.caption

    assert caption("en") == "Incident: Benefits is slow"
    assert caption("it") == "Incidente: non ne resta nulla"


@pytest.mark.parametrize("code", LANGUAGES)
def test_amounts_and_days_are_written_by_the_language(report: ShiftReport, code: str) -> None:
    """Counts, lengths and days alike; English has the days of files that people sort."""
    counts = {**report.whole.floor.counts, "offered": 12_345}
    figures = {**report.whole.floor.figures, "wait_max_s": 7_500.0}
    floor = structs.replace(report.whole.floor, counts=counts, figures=figures)
    unknown = structs.replace(report.unknown, too_late=12_345)
    told = structs.replace(
        report, whole=structs.replace(report.whole, floor=floor), unknown=unknown
    )
    with speaking(LANGUAGES[code]):
        made, offered, longest = document(told), whole(12_345), duration(7_500)
        date = "2026-03-02" if code == "en" else day(to_datetime(BEGIN).date())

    assert made.figures[1].value == offered
    assert longest in made.figures[3].note
    assert date in made.title
    assert date in made.about
    [lines] = [part.lines for part in made.parts if isinstance(part, Lines)]
    assert any(offered in text for text in lines)
    assert [offered, longest, date] == {
        "en": ["12,345", "2\u00a0h\u00a005", "2026-03-02"],
        "es": ["12.345", "2\u00a0h\u00a005", "2 de marzo de 2026"],
        "fr": ["12\u202f345", "2\u00a0h\u00a005", "2 mars 2026"],
        "it": ["12.345", "2\u00a0h\u00a005", "2 marzo 2026"],
        "ru": ["12\u00a0345", "2\u00a0ч\u00a005", "2 марта 2026\u202fг."],
        "zh": ["12,345", "2\u00a0小时\u00a005", "2026年3月2日"],
    }[code]


def test_an_incident_that_came_back_lasts_from_then(report: ShiftReport) -> None:
    """As everywhere else; when it fired first is said as well."""
    [one] = report.incidents
    back = structs.replace(one, reopened_at=BEGIN + 38 * MINUTE_US)
    told = structs.replace(report, incidents=[back])

    [story] = [part for part in document(told).parts if isinstance(part, Story)]
    assert story.note == (
        "Urgent, opened 2026-03-02 14:38, over after 2\u00a0min · opened first 2026-03-02 14:10"
    )


def test_what_is_not_known_is_said(report: ShiftReport) -> None:
    """In sentences; and that nothing is known to be missing, where that is so."""
    unknown = structs.replace(
        report.unknown,
        held_since=BEGIN + MINUTE_US,
        gaps=[(BEGIN, BEGIN + 10 * MINUTE_US)] * 21,
        rejected={"JSON": 1, "time": 2},
        too_late=1,
        without_wait=2,
    )
    none = structs.replace(report.unknown, gaps=[], rejected={})

    def told(report: ShiftReport) -> list[str]:
        [lines] = [part for part in document(report).parts if isinstance(part, Lines)]
        return lines.lines

    said = told(structs.replace(report, unknown=unknown))
    assert said[:3] == [
        "The log begins at 2026-03-02 14:01: what came before is missing here.",
        "2 answers have no wait: transfers to an agent, or contacts first seen answered.",
        "No event at all from 14:00 to 14:10, for 10\u00a0min.",
    ]
    assert said[22:] == [
        "1 more stretch without any event.",
        "3 events were rejected: JSON 1, time 2.",
        "1 event came too late.",
        said[-1],
    ]
    assert told(structs.replace(report, unknown=none))[0] == "Nothing is known to be missing."


def test_a_shift_that_goes_on_says_so(report: ShiftReport, ground: Ground) -> None:
    """When it was read, up to when it is told, and until when it goes on."""
    assert report.read_at == ground.now_us
    read_at = SHIFT.end + MINUTE_US
    told = document(structs.replace(report, asked_end=SHIFT.end + HOUR_US, read_at=read_at))

    assert told.about == (
        "Centre · time of UTC · read at 2026-03-02 16:01 · "
        "the shift goes on until 17:00: this is up to now"
    )


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_can_be_had_in_every_language(report: ShiftReport, code: str) -> None:
    """As a page that says which, and as a PDF."""
    with speaking(LANGUAGES[code]):
        assert f'<html lang="{code}">' in shift_html(report)
        assert shift_pdf(report).startswith(b"%PDF")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_share_is_written_as_the_language_has_it(report: ShiftReport, code: str) -> None:
    """In tables, in figures and in intervals; with a space before the sign or without."""
    satisfied = section(replace(ordinary()["benefits"], csat=(31, 40)))
    with speaking(LANGUAGES[code]):
        said = [*texts(report), csat(satisfied), csat_known(satisfied)]
    signs = {sign for text in said for sign in re.findall(r"\d(\s*%)", text)}

    assert signs == {LANGUAGES[code].percent}
    assert said[-1].endswith(f"62–88{LANGUAGES[code].percent}")


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "zh"])
def test_no_word_of_a_head_is_broken(report: ShiftReport, code: str) -> None:
    """However long the words of a language are: each stands whole on one line, as often as heads
    and other texts say it. Chinese has no spaces between words."""
    with speaking(LANGUAGES[code]):
        told = Counter(word for text in texts(report) for word in text.split())
        printed = Counter(pdf_text(shift_pdf(report)).split())
        heads = {
            word for part in tables(report).values() if part.rows for head in part.heads
            for word in head.split()
        }  # fmt: skip

    assert {word: (told[word], printed[word]) for word in heads if printed[word] < told[word]} == {}


def test_each_letter_is_set_in_a_font_that_has_it() -> None:
    """Latin in the library's own, Han in the first that has it; what no font has is a question mark."""
    own, han = faces()[0], next(face for face in faces() if ord("队") in face.letters)

    assert set_in_fonts("a<b") == f'<font name="{own.plain}">a&lt;b</font>'
    assert set_in_fonts("队", bold=True) == f'<font name="{han.bold}">队</font>'
    assert set_in_fonts("a\U00013000") == f'<font name="{own.plain}">a</font>?'
    assert list(runs("a\U00013000")) == [(own.plain, "a"), (own.plain, "?")]
    assert width_of("a\U00013000", 9) == width_of("a?", 9)
    # Few fonts have the narrow space by which French parts thousands.
    assert list(runs("1\u202f234")) == [(own.plain, "1\u00a0234")]


@pytest.fixture
def client_of() -> Iterator[Callable[[ShiftReports | None], httpx2.Client]]:
    """Clients of dashboards with these reports."""
    from contextlib import ExitStack

    with ExitStack() as parts:

        def made(reports: ShiftReports | None) -> httpx2.Client:
            app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, shifts=reports)
            url = parts.enter_context(serving(app))
            return parts.enter_context(httpx2.Client(base_url=url, timeout=60))

        yield made


Clients = Callable[[ShiftReports | None], httpx2.Client]


def test_a_report_can_be_had_over_http(client_of: Clients, ground: Ground) -> None:
    """Read in a process apart; as a page, in a language of one's own, and as a PDF."""
    reports = shift_reports(ground.url, PLAN, now=lambda: ground.now_us, title="Centre")
    client = client_of(reports)

    before = client.get("/api/v1/report/state", params=ADDRESS).json()
    page = client.get("/api/v1/report", params=ADDRESS)
    italian = client.get("/api/v1/report", params=ADDRESS, headers={"Accept-Language": "it"})
    pdf = client.get("/api/v1/report", params={**ADDRESS, "format": "pdf"})

    assert before == {"state": "none", "done": 0.0}
    assert client.get("/api/v1/report/state", params=ADDRESS).json()["state"] == "ready"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Shift of 2026-03-02, 14:00 to 16:00</h1>" in page.text
    assert '<html lang="it">' in italian.text
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"] == 'inline; filename="shift-2026-03-02-14.00Z.pdf"'
    assert pdf.content.startswith(b"%PDF")


def test_one_shift_is_read_at_a_time(client_of: Clients, report: ShiftReport) -> None:
    """Who asks for another meanwhile is told to wait; how far the first is can be seen; who asks
    again for what was read gets it without another reading, unless it is wanted anew."""
    go_on, heard, read = Event(), Event(), []

    def reports(shift: Shift, on_progress: Callable[[float], None]) -> ShiftReport:
        read.append(shift)
        on_progress(0.25)
        heard.set()
        assert go_on.wait(20)
        return report

    client = client_of(reports)
    from threading import Thread

    asking = Thread(target=client.get, args=("/api/v1/report",), kwargs={"params": ADDRESS})
    asking.start()
    assert heard.wait(20)
    state = client.get("/api/v1/report/state", params=ADDRESS).json()
    other = client.get("/api/v1/report", params=OTHER)
    go_on.set()
    asking.join()
    client.get("/api/v1/report", params=ADDRESS)
    client.get("/api/v1/report", params={**ADDRESS, "anew": "1"})

    assert state == {"state": "reading", "done": 0.25}
    assert (other.status_code, other.headers["retry-after"]) == (503, "2")
    assert read == [SHIFT, SHIFT]


def test_an_hour_that_comes_twice_is_told_with_its_offset() -> None:
    """As the clocks go back in Rome; none before and after it, nor as they go forward."""
    back, forward = (
        int(parse_instant(day)) for day in ("2026-10-25T00:00:00Z", "2026-03-29T00:00:00Z")
    )
    assert [clock(back + n * HOUR_US, "Europe/Rome") for n in range(-1, 3)] == [
        "01:00",
        "02:00+02:00",
        "02:00+01:00",
        "03:00",
    ]
    assert moment(back, "Europe/Rome") == "2026-10-25 02:00+02:00"
    assert [clock(forward + n * HOUR_US, "Europe/Rome") for n in range(3)] == [
        "01:00",
        "03:00",
        "04:00",
    ]


def test_a_report_is_not_kept_for_long(report: ShiftReport) -> None:
    """What came late since is in the next one."""
    now, read = 100.0, []

    def reports(shift: Shift, on_progress: Callable[[float], None]) -> ShiftReport:
        read.append(shift)
        return report

    desk = Desk(reports, clock=lambda: now)

    def ask() -> None:
        asked = desk.ask(SHIFT, anew=False)
        assert asked is not None
        assert asked.result(20) is report

    ask()
    now += KEPT_S - 1
    ask()
    assert (len(read), desk.state(SHIFT).state) == (1, "ready")
    now += 1
    assert desk.state(SHIFT).state == "none"
    ask()
    assert len(read) == 2


@pytest.mark.parametrize(
    ("params", "status", "said"),
    [
        ({**ADDRESS, "to": ADDRESS["from"]}, 422, "to: expected a time after from"),
        ({**ADDRESS, "from": "2026-03-01T00:00:00Z"}, 422, "to: expected at most 25 hours after from"),
        ({**ADDRESS, "from": "2026-03-02T14:00:01Z"}, 422, "from, to: expected whole minutes"),
        ({**ADDRESS, "from": "yesterday"}, 422, "from: expected RFC 3339 with date"),
        ({**ADDRESS, "from": "2026-03-02T14:00:00"}, 422, "from: expected RFC 3339 with date"),
        ({**ADDRESS, "format": "doc"}, 422, "format: expected"),
        ({"to": ADDRESS["to"]}, 422, "from: missing"),
    ],
)  # fmt: skip
def test_what_is_no_shift_is_said_in_one_line(
    client_of: Clients, params: dict[str, str], status: int, said: str
) -> None:
    """And which field it is."""
    answer = client_of(_none).get("/api/v1/report", params=params)

    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)


def _none(shift: Shift, on_progress: Callable[[float], None]) -> ShiftReport:
    raise AssertionError


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NoShift("from: expected a time that is past on the floor"), 422, "from: expected a time"),
        (TooLong(), 503, "too many events to be read while somebody waits"),
        (EOFError(), 503, "not read (EOFError)"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    client_of: Clients, error: Exception, status: int, said: str
) -> None:
    """Whatever it was."""

    def reports(shift: Shift, on_progress: Callable[[float], None]) -> ShiftReport:
        raise error

    answer = client_of(reports).get("/api/v1/report", params=ADDRESS)

    assert answer.status_code == status
    assert answer.json()["detail"].startswith(said)


def test_without_a_log_there_is_none(client_of: Clients) -> None:
    """Said in one line."""
    answer = client_of(None).get("/api/v1/report", params=ADDRESS)

    assert (answer.status_code, answer.json()["detail"]) == (
        503,
        "this dashboard has no log to report from",
    )
