"""Errors over HTTP: one line that says what is wrong and what is allowed."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse


def answer_problems_in_one_line(app: FastAPI) -> None:
    """A parameter of the wrong type is told in one line, like every other problem."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        message = first["msg"].removeprefix("Input should be ").rstrip(".")
        return JSONResponse({"detail": f"{place}: expected {message}"}, status_code=422)


def answer_unknown_paths(app: FastAPI) -> None:
    """Say 404 to what there is not. Registered last, it stands before Dash's own catch-all, which
    would answer any address with a page."""

    @app.get("/api/{path:path}", include_in_schema=False)
    async def unknown_api() -> None:
        raise HTTPException(404, "no such address: see /docs")

    @app.get("/{path:path}", include_in_schema=False)
    async def unknown_page() -> PlainTextResponse:
        return PlainTextResponse("No such page. The wallboard is at /\n", status_code=404)
