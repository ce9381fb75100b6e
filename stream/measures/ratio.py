"""Division where evidence may be missing."""

from __future__ import annotations


def ratio(part: float, whole: float) -> float | None:
    """`part / whole`, or None where there is nothing to divide by."""
    return part / whole if whole else None
