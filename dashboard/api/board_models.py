"""The bodies and answers of `/api/v1/boards`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from stream.contract.boards import NAME_MAX, NAME_PATTERN


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BoardTold(BaseModel):
    """A board in short. `by` is who saved it, or `file` where it stands in the dashboard's own file
    and cannot be changed from a screen; `at` when it was saved."""

    name: str
    title: str
    pages: int
    by: str
    at: str | None


class Boards(BaseModel):
    """All boards, by name. `version` rises with every change; `can_save` is whether any can be
    kept here."""

    version: int
    can_save: bool
    boards: list[BoardTold]


class BoardWhole(BoardTold):
    """One board as its file has it, with all that is not set at its default."""

    board: dict[str, Any]


class BoardToCheck(_Body):
    """A board as JSON, by the fields of a boards.yaml."""

    name: Annotated[str, Field(max_length=NAME_MAX, pattern=NAME_PATTERN)]
    board: dict[str, Any]


class BoardToKeep(_Body):
    """A board as JSON, by the fields of a boards.yaml, and who saves it."""

    by: Annotated[str, Field(min_length=1, max_length=80)]
    board: dict[str, Any]


class BoardProblem(BaseModel):
    """What is wrong: `field` is where a program finds it (`pages.0.tiles.2.figure`), `detail` the
    whole in a line for people (`page 1 (Calls), tile 3 (figure joy), figure (joy): expected …`)."""

    field: str
    detail: str


class BoardChecked(BaseModel):
    """What is wrong with a board; where nothing is, the text of its file."""

    problems: list[BoardProblem]
    text: str | None


class BoardProblems(BaseModel):
    """Why a board was not kept: the first problem in a line, and all of them."""

    detail: str
    problems: list[BoardProblem]
