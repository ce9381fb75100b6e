"""`boards.yaml`: what it may say, and errors with file, line and what is allowed."""

from __future__ import annotations

from textwrap import dedent
from typing import Final

import pytest

from stream.contract.boards import (
    BoardFile,
    FigureTile,
    Limit,
    QueueTile,
    boards_text,
    parse_board,
    parse_boards,
)
from stream.contract.yaml_lines import YamlError
from tests.boards import EVERY_KIND, every_kind

TILES: Final = """\
    boards:
      front:
        title: Front
        pages:
          - tiles:
              - {tile}
    """


def told(text: str) -> list[str]:
    """What is wrong with an indented text."""
    with pytest.raises(YamlError) as error:
        parse_boards(dedent(text))
    return str(error.value).splitlines()


def test_every_kind_of_tile_is_read() -> None:
    """As it stands in the file, with what is not set at its default."""
    front, lines = every_kind()["front"], every_kind()["lines"]

    assert [tile.kind for page in front.pages for tile in page.tiles] == [
        "queue", "group", "channel", "team", "floor", "figure",
        "figure", "trend", "alerts", "thanks", "text", "clock",
    ]  # fmt: skip
    assert front.pages[0].tiles[5] == FigureTile(
        kind="figure",
        figure="occupancy",
        window="60m",
        watch=Limit(above=0.8),
        trouble=Limit(above=0.9),
    )
    assert (lines.turn_s, lines.floor, lines.ticker, lines.thanks) == (20, False, True, "count")
    assert lines.pages[0].tiles == [QueueTile(kind="queue", queue="007")]


def test_boards_are_written_as_they_are_read() -> None:
    """Names that YAML would take for numbers among them; what is not set is left out."""
    text = boards_text(every_kind())

    assert parse_boards(text) == every_kind()
    assert "size: 1x1" not in text
    assert (
        parse_board("front", every_kind()["front"].model_dump(mode="json"))
        == (every_kind()["front"])
    )


def test_an_empty_file_has_no_boards() -> None:
    """Nothing is needed."""
    assert parse_boards("") == BoardFile().boards == {}


@pytest.mark.parametrize(
    ("tile", "says"),
    [
        pytest.param(
            "{kind: queues, queue: a}",
            "page 1, tile 1 (queue a), kind (queues): expected one of queue, group, channel, team, floor, figure, trend, alerts, thanks, text, clock",
            id="an unknown kind",
        ),
        pytest.param(
            "{kind: queue, queue: a, size: 5x1}",
            "page 1, tile 1 (queue a), size (5x1): expected columns by rows, from 1x1 to 4x4",
            id="too wide",
        ),
        pytest.param(
            "{kind: queue, queue: a, colour: red}",
            "page 1, tile 1 (queue a), colour: unknown key, expected one of title, size, kind, queue",
            id="an unknown key",
        ),
        pytest.param(
            "{kind: figure, figure: happiness}",
            "page 1, tile 1 (figure happiness), figure (happiness): expected a name of docs/metrics.md such as waiting or service_level",
            id="no figure",
        ),
        pytest.param(
            "{kind: figure, figure: occupancy, channel: voice}",
            "page 1, tile 1 (figure occupancy, channel voice), figure (occupancy): expected a figure that has a meaning for a channel",
            id="without a meaning there",
        ),
        pytest.param(
            "{kind: figure, figure: csat_score, queue: a, team: b}",
            "page 1, tile 1 (figure csat_score, queue a, team b), team (b): expected one of queue, channel, team: queue is set",
            id="of two things",
        ),
        pytest.param(
            "{kind: figure, figure: waiting, watch: {above: 5}, trouble: {above: 4}}",
            "page 1, tile 1 (figure waiting), trouble above (4): expected no less than where watch begins",
            id="trouble before watch",
        ),
        pytest.param(
            "{kind: figure, figure: csat_score, watch: {below: 0.8}, trouble: {below: 0.9}}",
            "page 1, tile 1 (figure csat_score), trouble below (0.9): expected no more than where watch begins",
            id="trouble before watch, from above",
        ),
        pytest.param(
            "{kind: figure, figure: offered, watch: {above: 5}, trouble: {below: 4}}",
            "page 1, tile 1 (figure offered), trouble: expected the same side as watch: both above, or both below",
            id="two sides",
        ),
        pytest.param(
            "{kind: figure, figure: occupancy, watch: {above: 85}}",
            "page 1, tile 1 (figure occupancy), watch above (85): expected 0 or more and under 1: occupancy is from 0 to 1 (100 %)",
            id="a share in percent",
        ),
        pytest.param(
            "{kind: figure, figure: csat_score, trouble: {below: 1.2}}",
            "page 1, tile 1 (figure csat_score), trouble below (1.2): expected more than 0 and at most 1: csat_score is from 0 to 1 (100 %)",
            id="a share over 1",
        ),
        pytest.param(
            "{kind: figure, figure: oldest_wait_s, watch: {above: -5}}",
            "page 1, tile 1 (figure oldest_wait_s), watch above (-5): expected 0 or more: oldest_wait_s is never less than 0",
            id="negative seconds",
        ),
        pytest.param(
            "{kind: figure, figure: agents_available, trouble: {below: 0}}",
            "page 1, tile 1 (figure agents_available), trouble below (0): expected more than 0: agents_available is never less than 0",
            id="never so few",
        ),
        pytest.param(
            "{kind: figure, figure: nps, watch: {below: 101}}",
            "page 1, tile 1 (figure nps), watch below (101): expected more than -100 and at most 100: nps is from -100 to 100",
            id="beyond the scale",
        ),
        pytest.param(
            "{kind: figure, figure: service_level, watch: {above: 0.8}}",
            "page 1, tile 1 (figure service_level), watch above (0.8): expected below instead: service_level is bad where it is low",
            id="bad where it is good",
        ),
        pytest.param(
            "{kind: figure, figure: waiting, trouble: {below: 5}}",
            "page 1, tile 1 (figure waiting), trouble below (5): expected above instead: waiting is bad where it is high",
            id="good where it is bad",
        ),
        pytest.param(
            "{kind: figure, figure: waiting, watch: {}}",
            "page 1, tile 1 (figure waiting), watch: expected one of above, below",
            id="a limit without a side",
        ),
    ],
)
def test_a_wrong_tile_is_told_by_its_line(tile: str, says: str) -> None:
    """File, line, field and what is allowed."""
    assert told(TILES.replace("{tile}", tile)) == [f"boards.yaml:6: board front, {says}"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(("turn_s: 15", "turn_s: 3"), "4: board front, turn_s (3): expected 0, or 5 at least"
                     ": a page must be read", id="too fast"),
        pytest.param(("columns: 4", "columns: 1"), "11: board front, page 1 (Calls), tile 1 (queue benefits), size (2x1): expected "
                     "at most the page's 1 columns", id="wider than the page"),
        pytest.param(("front:", "Front Hall:"), "2: board Front Hall: expected small letters a to "
                     "z, digits, - and _, a letter or digit first and last", id="a name that no link can hold"),
        pytest.param(("thanks: names", "thanks: all"), "5: board front, thanks (all): expected one "
                     "of none, count, teams, names", id="no way to thank"),
    ],
)  # fmt: skip
def test_a_wrong_board_is_told_by_its_line(change: tuple[str, str], says: str) -> None:
    """File, line, field and what is allowed."""
    assert told(EVERY_KIND.replace(*change)) == [f"boards.yaml:{says}"]


@pytest.mark.parametrize(
    ("tile", "says"),
    [
        pytest.param(
            {"kind": "queue", "queue": "benefits", "title": "Hall", "size": "9x1"},
            "tile 2 (Hall, queue benefits), size (9x1): expected columns by rows, from 1x1 to 4x4",
            id="its title and its queue",
        ),
        pytest.param(
            {"kind": "group", "title": None, "queues": ["a", 7]},
            "tile 2 (group of a, 7), queues number 2 (7): expected text; what looks like a number "
            "goes in quotes",
            id="one of several, counted from 1",
        ),
        pytest.param(
            {"kind": "trend", "queue": None, "figure": "waiting"},
            "tile 2 (trend), figure (waiting): expected one of service_level, offered",
            id="what is set to nothing is no name",
        ),
        pytest.param(
            {"kind": "text", "text": ""},
            "tile 2 (text), text (empty): expected some text",
            id="without a word",
        ),
        pytest.param(
            {"kind": "text", "text": "a\nb" * 200},
            f"tile 2 (text), text ({'a b' * 13}…): expected 500 characters at most",
            id="a long one is cut, and on one line",
        ),
        pytest.param("clock", "tile 2: expected fields and their values", id="no tile"),
    ],
)
def test_a_wrong_tile_is_told_by_its_number_and_its_name(tile: object, says: str) -> None:
    """As it is counted on a screen, with what it says and what is allowed."""
    board = {"title": "T", "pages": [{"title": "Calls", "tiles": [{"kind": "clock"}, tile]}]}

    with pytest.raises(YamlError) as error:
        parse_board("front", board)

    assert [one.message for one in error.value.problems] == [f"page 1 (Calls), {says}"]


def test_what_stands_twice_is_told_as_anything_else() -> None:
    """Wherever a list or a mapping stands that should be the other."""
    assert told("boards:\n  a: {pages: [{tiles: [{kind: clock, kind: floor}]}]}\n") == [
        "boards.yaml:2: board a, page 1, tile 1 (floor), kind (floor): set twice"
    ]
    assert told("boards:\n  a: {pages: {b: {tiles: 1, tiles: 2}}}\n") == [
        "boards.yaml:2: board a, pages b tiles (2): set twice"
    ]


def test_a_board_from_a_screen_is_checked_as_a_files() -> None:
    """Whatever JSON can say."""
    with pytest.raises(YamlError, match=r"board a, pages: missing"):
        parse_board("a", {"title": "A"})
    with pytest.raises(YamlError, match=r"board a, title \(7\): expected text"):
        parse_board("a", {"title": 7, "pages": [{"tiles": [{"kind": "clock"}]}]})
