"""`/api/v1/boards`: which boards there are, one whole, checked, kept and let go of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import JSONResponse

from dashboard.api import board_models as models
from dashboard.api.models import Problem
from stream.contract.boards import (
    BOARDS_MAX,
    FILE,
    NAME_MAX,
    NAME_PATTERN,
    Board,
    BoardsAway,
    BoardShelf,
    KeptBoard,
    boards_text,
    parse_board,
)
from stream.contract.instants import format_millis, from_datetime
from stream.contract.yaml_lines import Problem as YamlProblem
from stream.contract.yaml_lines import YamlError

_YAML: Final = "application/yaml"
NameInPath = Annotated[
    str, Path(description="A board's name.", max_length=NAME_MAX, pattern=NAME_PATTERN)
]
_NONE: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": Problem, "description": "No board of this name."}
}
_BAD: Final[dict[int | str, dict[str, object]]] = {
    403: {"model": Problem, "description": "The request comes from another site's page."},
    409: {"model": Problem, "description": "The board stands in the dashboard's own file."},
    422: {"model": models.BoardProblems, "description": "The board is not right."},
    503: {"model": Problem, "description": "Boards cannot be kept here, or not now."},
}


def boards_router(shelf: BoardShelf | None, *, now: Callable[[], datetime]) -> APIRouter:
    """The routes to boards. Without a shelf there are none, and none can be kept."""
    router = APIRouter(prefix="/api/v1/boards", tags=["boards"])

    @router.get("")
    async def boards() -> models.Boards:
        """All boards in short."""
        told = [] if shelf is None else [_told(*pair) for pair in shelf.boards().items()]
        version = 0 if shelf is None else shelf.version()
        return models.Boards(version=version, can_save=shelf is not None, boards=told)

    @router.post("/check")
    async def check(body: models.BoardToCheck) -> models.BoardChecked:
        """What is wrong with a board, and its file; changes nothing."""
        board, problems = _checked(body.name, body.board)
        text = None if board is None else boards_text({body.name: board})
        return models.BoardChecked(problems=problems, text=text)

    @router.get(
        "/{name}.yaml",
        response_class=Response,
        responses={**_NONE, 200: {"content": {_YAML: {}}, "description": "A boards.yaml."}},
    )
    async def as_file(name: NameInPath) -> Response:
        """One board as the file that `--boards` takes."""
        text = boards_text({name: _found(shelf, name).board})
        named = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
        return Response(text, media_type=_YAML, headers=named)

    @router.get("/{name}", responses=_NONE)
    async def one(name: NameInPath) -> models.BoardWhole:
        """One board whole."""
        kept = _found(shelf, name)
        told = _told(name, kept).model_dump()
        return models.BoardWhole(**told, board=kept.board.model_dump(mode="json"))

    _add_writes(router, shelf, now)
    return router


def _add_writes(router: APIRouter, shelf: BoardShelf | None, now: Callable[[], datetime]) -> None:
    # Each waits for the log's disk or broker, so each runs in a thread of the server's pool.
    @router.put("/{name}", response_model=models.BoardTold, responses=_BAD)
    def keep(name: NameInPath, body: models.BoardToKeep) -> Any:
        """Keep a board for all dashboards of this floor, in the place of one of the same name."""
        shelf_ = _writable(shelf, name)
        if body.by == FILE:
            raise HTTPException(422, "by: expected the name of a person or a program")
        if len({*shelf_.boards(), name}) > BOARDS_MAX:
            raise HTTPException(409, f"there are {BOARDS_MAX} boards already: let go of one first")
        board, problems = _checked(name, body.board)
        if board is None:
            return _refused(problems)
        at = int(from_datetime(now()))
        try:
            shelf_.keep(name, board, body.by, at)
        except BoardsAway as error:
            raise HTTPException(503, str(error)) from None
        return _told(name, KeptBoard(board, body.by, at))

    @router.delete("/{name}", status_code=204, responses={**_BAD, **_NONE})
    def drop(name: NameInPath) -> None:
        """Let go of a saved board."""
        shelf_ = _writable(shelf, name)
        _found(shelf_, name)
        try:
            shelf_.drop(name)
        except BoardsAway as error:
            raise HTTPException(503, str(error)) from None


def _found(shelf: BoardShelf | None, name: str) -> KeptBoard:
    kept = None if shelf is None else shelf.boards().get(name)
    if kept is None:
        raise HTTPException(404, "name: no board of this name")
    return kept


def _writable(shelf: BoardShelf | None, name: str) -> BoardShelf:
    """The shelf, on which this name is nobody's or a saved one's."""
    if shelf is None:
        raise HTTPException(503, "this dashboard keeps no boards")
    kept = shelf.boards().get(name)
    if kept is not None and kept.by == FILE:
        raise HTTPException(409, "name: this board stands in a file; save it under another name")
    return shelf


def _checked(name: str, told: dict[str, Any]) -> tuple[Board | None, list[models.BoardProblem]]:
    try:
        return parse_board(name, told), []
    except YamlError as error:
        # What cannot be read at all has no field.
        unread = [models.BoardProblem(field="", detail=str(error))]
        return None, [_problem(one) for one in error.problems] or unread


def _problem(told: YamlProblem) -> models.BoardProblem:
    # Which board it is, is known to whoever sent it.
    inside = told._replace(place=told.place[2:])
    return models.BoardProblem(field=inside.field(), detail=told.message)


def _refused(problems: list[models.BoardProblem]) -> JSONResponse:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    answer = models.BoardProblems(detail=problems[0].detail + more, problems=problems)
    return JSONResponse(answer.model_dump(), status_code=422)


def _told(name: str, kept: KeptBoard) -> models.BoardTold:
    at = None if kept.at is None else format_millis(kept.at)
    return models.BoardTold(
        name=name, title=kept.board.title, pages=len(kept.board.pages), by=kept.by, at=at
    )
