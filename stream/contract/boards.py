"""Boards: what a wall shows, page by page, as `boards.yaml` has it (docs/boards.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Protocol, Self

import yaml
from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, model_validator

from stream.contract.board_limits import problems_of_limit
from stream.contract.board_words import in_board_words
from stream.contract.events import Channel
from stream.contract.figures import (
    COUNTS,
    FIGURES,
    MEANINGLESS_IN_CHANNELS,
    MEANINGLESS_IN_TEAMS,
    NOW,
    SERVICE_LEVEL_VARIANTS,
)
from stream.contract.patterns import BOARD_NAME, TILE_SIZE
from stream.contract.yaml_lines import Place, YamlError, parse_yaml

# What a text is called that comes from no file.
NAMED: Final = "boards.yaml"
# Who set a board that stands in a dashboard's own file.
FILE: Final = "file"
BOARDS_MAX: Final = 200
PAGES_MAX: Final = 20
# More on one screen nobody reads.
TILES_MAX: Final = 40
NAME_MAX: Final = 40
NAME_PATTERN: Final = BOARD_NAME
TURN_S_MIN: Final = 5

# What one figure's tile can show; `service_levels` are five, each of which has a name of its own.
TILE_FIGURES: Final = (
    *(name for name in FIGURES if name != "service_levels"),
    *SERVICE_LEVEL_VARIANTS,
    *NOW,
    *COUNTS,
)

Id = Annotated[str, Field(min_length=1, max_length=128)]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Level = Annotated[float, Field(allow_inf_nan=False)]
BoardName = Annotated[str, Field(max_length=NAME_MAX, pattern=NAME_PATTERN)]
LiveWindow = Literal["5m", "15m", "30m", "60m", "240m", "today"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limit(_Strict):
    """Where a figure begins to be bad: above a value or below one."""

    above: Level | None = None
    below: Level | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("expected one of above, below")
        return self


class _Tile(_Strict):
    title: Title | None = None
    # Columns by rows that it takes.
    size: Annotated[str, Field(pattern=TILE_SIZE)] = "1x1"


class QueueTile(_Tile):
    """A queue, with the figures that matter to its kind of channel."""

    kind: Literal["queue"]
    queue: Id


class GroupTile(_Tile):
    """Several queues as one."""

    kind: Literal["group"]
    queues: Annotated[list[Id], Field(min_length=1, max_length=100)]


class ChannelTile(_Tile):
    """A channel."""

    kind: Literal["channel"]
    channel: Channel


class TeamTile(_Tile):
    """A team: its people, and what they handle."""

    kind: Literal["team"]
    team: Id


class FloorTile(_Tile):
    """The whole floor."""

    kind: Literal["floor"]


class FigureTile(_Tile):
    """One figure of METRICS, of the floor unless it says of what, with its limits."""

    kind: Literal["figure"]
    figure: str
    queue: Id | None = None
    channel: Channel | None = None
    team: Id | None = None
    window: LiveWindow = "30m"
    watch: Limit | None = None
    trouble: Limit | None = None


class TrendTile(_Tile):
    """The last hour by the minute, of the floor or of a queue."""

    kind: Literal["trend"]
    figure: Literal["service_level", "offered"] = "service_level"
    queue: Id | None = None


class AlertsTile(_Tile):
    """The alerts that are open, the gravest first."""

    kind: Literal["alerts"]


class ThanksTile(_Tile):
    """The thanks of the day, as far as the board lets them be told."""

    kind: Literal["thanks"]


class TextTile(_Tile):
    """Words of the floor's own."""

    kind: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=500)]


class ClockTile(_Tile):
    """The floor's time."""

    kind: Literal["clock"]


Tile = Annotated[
    QueueTile
    | GroupTile
    | ChannelTile
    | TeamTile
    | FloorTile
    | FigureTile
    | TrendTile
    | AlertsTile
    | ThanksTile
    | TextTile
    | ClockTile,
    Field(discriminator="kind"),
]


class Page(_Strict):
    """What is seen at once. Without `columns` there are as many as make the tiles largest."""

    title: Title | None = None
    columns: Annotated[int, Field(ge=1, le=12)] | None = None
    tiles: Annotated[list[Tile], Field(min_length=1, max_length=TILES_MAX)]


class Board(_Strict):
    """One board. Pages turn after `turn_s` seconds; 0 turns none.

    `floor` are the floor's six figures above the pages, `ticker` the alerts along the foot.
    `thanks` says what may be told of them there: how many, to which teams, or the first names that
    `names` gives to agents; nobody's name is shown who is not in it.
    """

    title: Title
    turn_s: Annotated[int, Field(ge=0, le=3600)] = 20
    floor: bool = True
    ticker: bool = True
    thanks: Literal["none", "count", "teams", "names"] = "count"
    names: Annotated[
        dict[Id, Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=5_000)
    ] = {}
    pages: Annotated[list[Page], Field(min_length=1, max_length=PAGES_MAX)]


class BoardFile(_Strict):
    """All of a `boards.yaml`: boards by their names."""

    boards: Annotated[dict[BoardName, Board], Field(max_length=BOARDS_MAX)] = {}


class KeptBoard(Struct, frozen=True):
    """A board that a dashboard knows: from its own file, or saved by somebody at a time of the
    wall clock (microseconds)."""

    board: Board
    by: str = FILE
    at: int | None = None


class SavedBoard(Struct, frozen=True):
    """A board as the log keeps it under its name: the text of a `boards.yaml` with it alone."""

    text: str
    by: str
    at: int


class LimitLeftOut(Struct, frozen=True):
    """A limit that a saved board has and that is none any more: which one of which figure, and why."""

    figure: str
    limit: Literal["watch", "trouble"]
    why: str


class BoardsAway(Exception):
    """A board cannot be kept now. Operator: the message says why."""


class BoardShelf(Protocol):
    """Where boards are kept. Any thread may ask."""

    def version(self) -> int:
        """Rises with every change."""
        ...

    def boards(self) -> Mapping[str, KeptBoard]:
        """All boards by name, without waiting."""
        ...

    def keep(self, name: str, board: Board, by: str, at: int) -> None:
        """Keep a board for all dashboards, durable on return. Raises `BoardsAway`."""
        ...

    def drop(self, name: str) -> None:
        """Let go of one. Raises `BoardsAway`."""
        ...


def parse_boards(text: str, where: str = NAMED) -> dict[str, Board]:
    """The boards of a text; `where` names it in errors. Raises `YamlError`."""
    try:
        return parse_yaml(text, where, BoardFile, _problems_between).boards
    except YamlError as error:
        raise in_board_words(error, text) from None


def parse_board(name: str, told: Any) -> Board:
    """One board as JSON has it, checked as a file's. Raises `YamlError`."""
    try:
        text = yaml.safe_dump({"boards": {name: told}}, allow_unicode=True, sort_keys=False)
    except (yaml.YAMLError, RecursionError):
        raise YamlError(f"{NAMED}:1: boards: nested too deeply") from None
    return parse_boards(text)[name]


def parse_saved(name: str, text: str) -> tuple[Board, list[LimitLeftOut]]:
    """A board as it was once saved, without the limits that were let pass then and are refused now:
    for one of them nobody should miss the board. Raises `YamlError`, and `KeyError` where the text
    has no such board."""
    try:
        return parse_boards(text)[name], []
    except YamlError:
        board, left_out = _without_bad_limits(parse_yaml(text, NAMED, BoardFile).boards[name])
        if not left_out:
            raise
        return parse_boards(boards_text({name: board}))[name], left_out


def boards_text(boards: Mapping[str, Board]) -> str:
    """The same boards as a file has them, with what is not set left out."""
    told = {name: board.model_dump(exclude_defaults=True) for name, board in boards.items()}
    return yaml.safe_dump({"boards": told}, allow_unicode=True, sort_keys=False, width=100)


def _problems_between(made: BoardFile) -> Iterator[tuple[Place, str]]:
    for name, board in made.boards.items():
        place: Place = ("boards", name)
        if 0 < board.turn_s < TURN_S_MIN:
            yield (*place, "turn_s"), f"expected 0, or {TURN_S_MIN} at least: a page must be read"
        for number, page in enumerate(board.pages):
            for nth, tile in enumerate(page.tiles):
                within = (*place, "pages", number, "tiles", nth)
                yield from ((within + more, words) for more, words in _problems_of(tile, page))


def _problems_of(tile: Any, page: Page) -> Iterator[tuple[Place, str]]:
    if page.columns is not None and int(tile.size[0]) > page.columns:
        yield ("size",), f"expected at most the page's {page.columns} columns"
    if isinstance(tile, FigureTile):
        yield from _problems_of_figure(tile)


def _problems_of_figure(tile: FigureTile) -> Iterator[tuple[Place, str]]:
    if tile.figure not in TILE_FIGURES:
        yield ("figure",), "expected a name of docs/metrics.md such as waiting or service_level"
    of = [name for name in ("queue", "channel", "team") if getattr(tile, name) is not None]
    if len(of) > 1:
        yield (of[1],), f"expected one of queue, channel, team: {of[0]} is set"
    meaningless = {"channel": MEANINGLESS_IN_CHANNELS, "team": MEANINGLESS_IN_TEAMS}
    if of and tile.figure in meaningless.get(of[0], ()):
        yield ("figure",), f"expected a figure that has a meaning for a {of[0]}"
    wrong = list(_problems_of_limits(tile))
    yield from wrong or _problems_of_order(tile.watch, tile.trouble)


def _problems_of_limits(
    tile: FigureTile,
) -> Iterator[tuple[tuple[Literal["watch", "trouble"], str], str]]:
    limits: tuple[tuple[Literal["watch", "trouble"], Limit | None], ...] = (
        ("watch", tile.watch),
        ("trouble", tile.trouble),
    )
    for name, limit in limits:
        if limit is not None:
            for side, words in problems_of_limit(tile.figure, limit.above, limit.below):
                yield (name, side), words


def _without_bad_limits(board: Board) -> tuple[Board, list[LimitLeftOut]]:
    left_out: list[LimitLeftOut] = []

    def mended(tile: Tile) -> Tile:
        if not isinstance(tile, FigureTile):
            return tile
        wrong = [
            LimitLeftOut(tile.figure, name, f"{side}: {words}")
            for (name, side), words in _problems_of_limits(tile)
        ]
        left_out.extend(wrong)
        return tile.model_copy(update=dict.fromkeys(one.limit for one in wrong))

    pages = [
        page.model_copy(update={"tiles": [mended(tile) for tile in page.tiles]})
        for page in board.pages
    ]
    return board.model_copy(update={"pages": pages}), left_out


def _problems_of_order(watch: Limit | None, trouble: Limit | None) -> Iterator[tuple[Place, str]]:
    if watch is None or trouble is None:
        return
    if (watch.above is None) != (trouble.above is None):
        yield ("trouble",), "expected the same side as watch: both above, or both below"
    elif watch.above is not None and trouble.above is not None and trouble.above < watch.above:
        yield ("trouble", "above"), "expected no less than where watch begins"
    elif watch.below is not None and trouble.below is not None and trouble.below > watch.below:
        yield ("trouble", "below"), "expected no more than where watch begins"
