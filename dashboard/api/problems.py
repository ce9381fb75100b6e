"""Errors over HTTP: one line that says what is wrong and what is allowed."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse

from stream.contract.patterns import in_words

# How pydantic begins what is said to be expected.
_OPENING: Final = re.compile(r"^(Input|String|List) should (be|have) ")


def answer_problems_in_one_line(app: FastAPI) -> None:
    """A parameter of the wrong type is told in one line, like every other problem."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": _in_one_line(error.errors()[0])}, status_code=422)


def _in_one_line(problem: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in problem["loc"][1:])
    match problem["type"]:
        case "json_invalid":
            return "the body: expected JSON"
        case "missing" if place:
            return f"{place}: missing"
        case "missing":
            return "the body: missing"
        case "extra_forbidden":
            return f"{place}: unknown field"
        case "string_pattern_mismatch":
            return f"{place}: expected {in_words(problem['ctx']['pattern'])}"
        case _:
            message = _OPENING.sub("", problem["msg"].removeprefix("Value error, ")).rstrip(".")
            return f"{place or 'the body'}: expected {message}"


def answer_unknown_paths(app: FastAPI) -> None:
    """Say 404 to what there is not. Registered last, it stands before Dash's own catch-all, which
    would answer any address with a page."""

    @app.get("/api/{path:path}", include_in_schema=False)
    async def unknown_api() -> None:
        raise HTTPException(404, "no such address: see /docs")

    @app.get("/{path:path}", include_in_schema=False)
    async def unknown_page() -> PlainTextResponse:
        return PlainTextResponse("No such page. The wallboard is at /\n", status_code=404)
