"""Tables of figures: a caption and headings from here, rows from the browser."""

from __future__ import annotations

from typing import NamedTuple

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes
from dashboard.i18n import _


class Column(NamedTuple):
    """One column; `number` is whether its values stand below one another by their digits."""

    name: str
    heading: str
    number: bool = False


def table(
    name: str,
    caption: str,
    columns: tuple[Column, ...],
    *,
    none: str,
    named_by: str | None = None,
) -> Component:
    """An empty table. `none` is what it says where there is no row, and `named_by` the id of what
    names it where it is not to be seen with a caption of its own.

    On a narrow screen each row is a small block of its own, which takes from a table what it is to
    a screen reader: the roles say it again.
    """
    heading = f"{name}-caption"
    return html.Section(
        className="sheet",
        children=[
            html.Div(
                [
                    html.H2(caption, id=heading, className="sheet-caption"),
                    _take_away(name, caption),
                ],
                className="sheet-head",
            ),
            html.Table(
                id=name,
                className="table",
                role="table",
                children=[
                    html.Thead(
                        html.Tr([_heading(column) for column in columns], role="row"),
                        role="rowgroup",
                    ),
                    html.Tbody(role="rowgroup"),
                ],
                **attributes(aria_labelledby=named_by or heading),
            ),
            html.P(none, className="table-none", hidden=True),
        ],
        **attributes(data_sheet=name),
    )


def _take_away(name: str, caption: str) -> Component:
    return html.Button(
        _("CSV"),
        className="take",
        type="button",
        **attributes(data_take=name, aria_label=_("CSV of {table}").format(table=caption)),
    )


def _heading(column: Column) -> Component:
    return html.Th(
        _(column.heading),
        role="columnheader",
        scope="col",
        className="is-number" if column.number else "",
        **attributes(data_column=column.name),
    )
