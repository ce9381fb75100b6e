"""Lengths of time as people write them in files and options: 90s, 10m, 1.5h, 2d."""

from __future__ import annotations

import re
from typing import Final

from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US, SECOND_US

_UNITS_US: Final = {"s": SECOND_US, "m": MINUTE_US, "h": HOUR_US, "d": DAY_US}
_WRITTEN: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhd])", re.ASCII)


def parse_duration(text: str) -> int | None:
    """The length in microseconds; None where the text is no number with one of the units."""
    match = _WRITTEN.fullmatch(text)
    return None if match is None else round(float(match[1]) * _UNITS_US[match[2]])
