"""The report of a shift as files that can be printed and kept: one page of HTML, PDF, and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stream.contract.shifts import ShiftReport


def shift_html(report: ShiftReport) -> str:
    """The report as a page, in the language that is spoken."""
    from dashboard.shift import page

    return page.shift_html(report)


def shift_pdf(report: ShiftReport) -> bytes:
    """The report as a PDF, in the language that is spoken."""
    # What draws a PDF is slow to import, and seldom needed.
    from dashboard.shift import pdf

    return pdf.shift_pdf(report)


def shift_csv(report: ShiftReport, *, guard: bool = True) -> str:
    """The report as a table for spreadsheets, in the language that is spoken."""
    from dashboard.shift import sheet

    return sheet.shift_csv(report, guard=guard)
