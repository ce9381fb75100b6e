"""A drill's report as files that can be printed and kept: one page of HTML, and PDF."""

from dashboard.training.page import report_html
from dashboard.training.pdf import report_pdf

__all__ = ["report_html", "report_pdf"]
