"""Boards over HTTP: looked at, checked, kept, let go of; and what a frame says of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from dashboard.app import create_app, serving
from dashboard.build import build_of
from stream.contract.boards import parse_boards
from tests.boards import every_kind, shelf_at
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

LINES: dict[str, Any] = every_kind()["lines"].model_dump(mode="json")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx2.Client]:
    """A client of a dashboard whose own file has the board `front`."""
    with shelf_at(tmp_path, {"front": every_kind()["front"]}) as shelf:
        app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, boards=shelf)
        with serving(app) as url, httpx2.Client(base_url=url + "/api/v1") as client:
            yield client


def test_a_board_is_kept_and_read_back(client: httpx2.Client) -> None:
    """By its name, whole, as a file, and in the list; then it is let go of."""
    kept = client.put("/boards/lines", json={"by": "Ada", "board": LINES})
    listed, whole = client.get("/boards").json(), client.get("/boards/lines").json()
    file = client.get("/boards/lines.yaml")
    gone = client.delete("/boards/lines")

    assert (kept.status_code, gone.status_code) == (200, 204)
    assert [(one["name"], one["by"], one["pages"]) for one in listed["boards"]] == [
        ("front", "file", 2),
        ("lines", "Ada", 1),
    ]
    assert whole["board"] == LINES
    assert parse_boards(file.text) == {"lines": every_kind()["lines"]}
    assert file.headers["content-type"].startswith("application/yaml")
    assert client.get("/boards/lines").json() == {"detail": "name: no board of this name"}
    assert client.delete("/boards/lines").status_code == 404


def test_a_files_board_cannot_be_changed_from_a_screen(client: httpx2.Client) -> None:
    """It says so, and what to do."""
    put = client.put("/boards/front", json={"by": "Ada", "board": LINES})

    assert (put.status_code, client.delete("/boards/front").status_code) == (409, 409)
    assert put.json()["detail"] == ("name: this board stands in a file; save it under another name")


def test_what_is_wrong_is_told_by_its_field(client: httpx2.Client) -> None:
    """When it is checked, and when it is to be kept; nothing is kept then."""
    wrong = LINES | {"turn_s": 2, "pages": [{"tiles": [{"kind": "figure", "figure": "joy"}]}]}
    checked = client.post("/boards/check", json={"name": "lines", "board": wrong}).json()
    put = client.put("/boards/lines", json={"by": "Ada", "board": wrong})

    assert checked["problems"] == [
        {
            "field": "turn_s",
            "detail": "turn_s (2): expected 0, or 5 at least: a page must be read",
        },
        {
            "field": "pages.0.tiles.0.figure",
            "detail": "page 1, tile 1 (figure joy), figure (joy): expected a name of "
            "docs/metrics.md such as waiting or service_level",
        },
    ]
    assert checked["text"] is None
    assert put.status_code == 422
    assert put.json()["detail"] == checked["problems"][0]["detail"] + " (and 1 more)"
    assert client.get("/boards/lines").status_code == 404
    right = client.post("/boards/check", json={"name": "lines", "board": LINES}).json()
    assert parse_boards(right["text"]) == {"lines": every_kind()["lines"]}


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        (
            "/boards/Lines",
            {"by": "Ada", "board": {}},
            "name: expected small letters a to z, digits, - and _, a letter or digit first and last",
        ),
        ("/boards/lines", {"by": "file", "board": {}}, "by: expected the name of a person"),
        ("/boards/lines", {"by": "Ada"}, "board: missing"),
        ("/boards/lines", {"by": "Ada", "board": {}}, "title: missing"),
    ],
)
def test_a_bad_request_gets_one_line(
    client: httpx2.Client, path: str, body: dict[str, object], says: str
) -> None:
    """What is wrong, and what is expected."""
    answer = client.put(path, json=body)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(says)


def test_another_sites_page_keeps_nothing(client: httpx2.Client) -> None:
    """As with every write."""
    body = {"by": "Ada", "board": LINES}
    answer = client.put("/boards/lines", json=body, headers={"Origin": "https://elsewhere.test"})

    assert answer.status_code == 403


def test_a_dashboard_without_a_log_has_no_boards() -> None:
    """And says that it keeps none."""
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock)
    with serving(app) as url, httpx2.Client(base_url=url + "/api/v1") as client:
        assert client.get("/boards").json() == {"version": 0, "can_save": False, "boards": []}
        put = client.put("/boards/lines", json={"by": "Ada", "board": LINES})

    assert (put.status_code, put.json()["detail"]) == (503, "this dashboard keeps no boards")


def test_a_frame_says_that_boards_changed(tmp_path: Path) -> None:
    """And which build serves it, so that a wall that hangs for weeks knows of a newer one."""
    with shelf_at(tmp_path) as shelf:
        app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, boards=shelf)
        app.state.feed.step()
        before = app.state.feed.newest.frame.screens
        shelf.keep("lines", every_kind()["lines"], "Ada", 5)
        told = app.state.feed._screens.told()

    assert told.boards > before.boards
    assert told.build == before.build
    assert "+" in told.build


def test_another_asset_is_another_build(tmp_path: Path) -> None:
    """A line of a script is enough, and nothing that is no part of a screen."""
    (tmp_path / "a.js").write_text("1")
    first = build_of("1.0", tmp_path)
    (tmp_path / "b.pyc").write_text("2")
    same = build_of("1.0", tmp_path)
    (tmp_path / "a.js").write_text("2")

    assert first == same
    assert build_of("1.0", tmp_path) not in {first, build_of("1.1", tmp_path)}
