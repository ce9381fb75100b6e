"""`/docs`: the API's reference as a page of its own: the usual one comes from the internet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="/_favicon.ico"><link rel="stylesheet" href="/assets/tokens.css">
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 var(--font); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
pre {{ overflow-x: auto; }} code {{ font-size: 0.95em; }} h2, dt, dd {{ overflow-wrap: anywhere; }} dt {{ font-weight: 650; }}
</style></head><body><main><h1>{title}</h1>
<p>Machines read this as <a href="/openapi.json">openapi.json</a>.</p>
{body}</main></body></html>"""


def add_reference(app: FastAPI) -> None:
    """Serve the page at `/docs`, made from the same OpenAPI as `/openapi.json`."""

    @app.get("/docs", include_in_schema=False)
    async def reference() -> HTMLResponse:
        schema = app.openapi()
        title = escape(f"{schema['info']['title']} {schema['info']['version']}")
        body = "".join([*_routes(schema), *_shapes(schema)])
        return HTMLResponse(_PAGE.format(title=title, body=body))


def _routes(schema: dict[str, Any]) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method, route in methods.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p>{escape(route.get('description') or route.get('summary', ''))}</p><dl>"
            for parameter in route.get("parameters", ()):
                yield f"<dt>{escape(parameter['name'])} ({parameter['in']})</dt>"
                yield f"<dd>{escape(parameter.get('description', ''))}</dd>"
            for status, answer in route["responses"].items():
                yield f"<dt>{status}</dt><dd>{escape(answer['description'])}{_shape(answer)}</dd>"
            yield "</dl>"


def _shape(answer: dict[str, Any]) -> str:
    for content in answer.get("content", {}).values():
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if name:
            return f': <a href="#{escape(name)}">{escape(name)}</a>'
    return ""


def _shapes(schema: dict[str, Any]) -> Iterator[str]:
    yield "<h2>Shapes</h2>"
    for name, shape in schema.get("components", {}).get("schemas", {}).items():
        told = escape(json.dumps(shape, indent=2))
        yield f'<details id="{escape(name)}"><summary>{escape(name)}</summary>'
        yield f"<pre>{told}</pre></details>"
