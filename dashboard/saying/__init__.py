"""What is said once for all viewers, written in the language that is spoken: for pages and PDFs that
the server makes, with the words that browsers have for it."""

from dashboard.saying.writer import said

__all__ = ["said"]
