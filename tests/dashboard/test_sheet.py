"""Figures as CSV: every figure exact, one row each, and no name that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import httpx2
import pytest

from dashboard.app import create_app, serving
from dashboard.sheet import COLUMNS, csv_text, guarded
from stream.contract.figures import COUNTS, FIGURES, NOW, SERVICE_LEVEL_VARIANTS
from tests.dashboard.pictures import Q, TableReader, ordinary, wall_clock

EVIL = '=cmd|"/C calc"!A1'


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    """A client of a dashboard whose floor has a queue with a wicked name."""
    floor = {**ordinary(), EVIL: Q("Wicked", answered=3, in_target=2)}
    app = create_app(TableReader(floor, wall_clock), now=wall_clock)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        yield client


def rows(text: str) -> dict[tuple[str, str], dict[str, str]]:
    """What a program reads, by dimension and name."""
    return {(row["dimension"], row["name"]): row for row in csv.DictReader(io.StringIO(text))}


def number(cell: str) -> float | None:
    return float(cell) if cell else None


def test_every_figure_stands_in_its_column_as_exact_as_in_json(client: httpx2.Client) -> None:
    """Of the floor and each queue; what has no evidence is an empty cell."""
    told = rows(client.get("/api/v1/floor.csv", params={"guard": "0"}).text)
    figures = client.get("/api/v1/floor").json()

    sections = {("floor", ""): figures["floor"]}
    for dimension in ("queue", "channel", "team"):
        for name, section in figures[f"{dimension}s"].items():
            sections[dimension, name] = section

    assert told.keys() == sections.keys()
    for key, section in sections.items():
        levels = section["figures"].pop("service_levels")
        expected = {**section["counts"], **section["figures"], **section["now"]}
        expected |= {f"service_level_{name}": levels[name] for name in SERVICE_LEVEL_VARIANTS}
        assert {name: number(told[key][name]) for name in expected} == expected


def test_the_columns_are_the_names_of_the_figures() -> None:
    """All of them, each once."""
    assert len(COLUMNS) == len(set(COLUMNS))
    assert {*COUNTS, *FIGURES, *NOW} - {"service_levels"} <= set(COLUMNS)


def test_agents_have_rows_where_they_are_asked_for(client: httpx2.Client) -> None:
    """With their state and team."""
    without = rows(client.get("/api/v1/floor.csv").text)
    told = rows(client.get("/api/v1/floor.csv", params={"agents": "1"}).text)

    assert [key for key in told if key not in without] == [("agent", "a-17")]
    assert told["agent", "a-17"]["state"] == "busy"


def test_a_name_is_no_formula(client: httpx2.Client) -> None:
    """Led by an apostrophe, unless a program wants it as it is."""
    assert ("queue", f"'{EVIL}") in rows(client.get("/api/v1/floor.csv").text)
    assert ("queue", EVIL) in rows(client.get("/api/v1/floor.csv", params={"guard": "0"}).text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("=1+1", "'=1+1"),
        ("+49", "'+49"),
        ("-2", "'-2"),
        ("@SUM", "'@SUM"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("a\n=1", "a\n'=1"),
        ("a=1", "a=1"),
        ("a;=1", "a;'=1"),
        ("a; +1;b", "a;' +1;b"),
        ("a\t@SUM", "a\t'@SUM"),
        ("a; b=1", "a; b=1"),
        ("", ""),
    ],
)
def test_what_begins_like_a_formula_is_guarded(text: str, told: str) -> None:
    """And nothing else."""
    assert guarded(text) == told


def test_cells_are_quoted_and_numbers_never_guarded() -> None:
    """A negative number is a number; commas, quotes and line breaks stay in their cell."""
    text = csv_text([("-2", -12.5, None, 'a "b", c', "two\nlines")], guard=True)

    assert text == '\'-2,-12.5,,"a ""b"", c","two\nlines"\r\n'


def test_the_file_has_a_name_of_its_own_and_a_mark_where_asked(client: httpx2.Client) -> None:
    """The floor's time without colons; the byte order mark is for Excel."""
    answer = client.get("/api/v1/floor.csv", params={"window": "60m", "bom": "1"})
    as_of = rows(answer.text.removeprefix("\ufeff"))["floor", ""]["as_of"]
    name = f'attachment; filename="floor-60m-{as_of.replace(":", "-")}.csv"'

    assert answer.content.startswith(b"\xef\xbb\xbfas_of,")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == name
    assert not client.get("/api/v1/floor.csv").content.startswith(b"\xef\xbb\xbf")


def test_a_bad_window_is_told_in_one_line(client: httpx2.Client) -> None:
    """As for the figures themselves."""
    answer = client.get("/api/v1/floor.csv", params={"window": "7m"})

    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "window: expected one of 5m, 15m, 30m, 60m, 240m, today",
    )
