"""The parts of a report as HTML, of which every page of one is made."""

from __future__ import annotations

from html import escape

from dashboard.document import Table


def table_html(table: Table) -> str:
    """A table under its caption, its texts escaped; nothing where it has no rows."""
    if not table.rows:
        return ""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in table.rows
    )
    note = f'<p class="about">{escape(table.note)}</p>' if table.note else ""
    return (
        f"<section><h2>{escape(table.caption)}</h2>{note}"
        # To be scrolled by keyboard where it is wider than the page.
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(table.caption)}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )
