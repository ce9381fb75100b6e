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

# What pydantic calls a problem, and what was expected instead.
_KINDS: Final = {
    **dict.fromkeys(
        ("int_parsing", "int_type", "int_from_float", "int_parsing_size"), "a whole number"
    ),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), "a number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "true or false"),
    **dict.fromkeys(
        ("datetime_parsing", "datetime_from_date_parsing", "datetime_type", "timezone_aware"),
        "RFC 3339 with date, T, seconds and an offset",
    ),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a JSON object"),
    "list_type": "a list",
    "string_type": "text",
}
_BOUNDS: Final = {
    "greater_than_equal": ("ge", "{:.15g} or more"),
    "less_than_equal": ("le", "{:.15g} at most"),
}


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
        case _:
            return f"{place or 'the body'}: expected {_expected(problem)}"


def _expected(problem: dict[str, Any]) -> str:
    kind, told = problem["type"], problem.get("ctx", {})
    if kind in _KINDS:
        return _KINDS[kind]
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return words.format(told[bound])
    if kind == "string_pattern_mismatch":
        return in_words(told["pattern"])
    return _OPENING.sub("", problem["msg"].removeprefix("Value error, ")).rstrip(".")


def answer_unknown_paths(app: FastAPI) -> None:
    """Say 404 to what there is not. Registered last, it stands before Dash's own catch-all, which
    would answer any address with a page."""

    @app.get("/api/{path:path}", include_in_schema=False)
    async def unknown_api() -> None:
        raise HTTPException(404, "no such address: see /docs")

    @app.get("/{path:path}", include_in_schema=False)
    async def unknown_page() -> PlainTextResponse:
        return PlainTextResponse("No such page. The wallboard is at /\n", status_code=404)
