"""Two sets of figures held against each other, each name by its own rule of METRICS."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

Tree = Mapping[str, Any]

QUANTILES: Final = frozenset({"wait_p50_s", "wait_p90_s", "wait_p95_s"})
# An estimate that is scored against what happened, not compared to a formula.
NOT_COMPARED: Final = frozenset({"expected_wait_s"})
DIMENSIONS: Final = ("queues", "channels", "teams", "agents")


def differences(expected: Tree, actual: Tree) -> list[str]:
    """Where two results of `compute` differ: counts exactly, figures by more than 1e-9,
    quantiles by more than 2 % and 0.5 s. A thing with nothing in it may be left out."""
    found = _compare("as_of", expected["as_of"], actual["as_of"])
    found += _compare("window", expected["window"], actual["window"])
    found += _compare("health", expected["health"], actual["health"])
    found += _compare("floor", expected["floor"], actual["floor"])
    for dimension in DIMENSIONS:
        mine, theirs = expected.get(dimension) or {}, actual.get(dimension) or {}
        for name in sorted({*mine, *theirs}):
            where = f"{dimension}.{name}"
            if name in mine and name in theirs:
                found += _compare(where, mine[name], theirs[name])
            elif not _is_empty(mine.get(name, theirs.get(name))):
                found.append(f"{where}: in one only")
    return found


def _compare(where: str, expected: Any, actual: Any) -> list[str]:
    name = where.rpartition(".")[2]
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        found = [f"{where}.{key}: in one only" for key in {*expected} ^ {*actual}]
        for key in {*expected} & {*actual}:
            found += _compare(f"{where}.{key}", expected[key], actual[key])
        return found
    if name in NOT_COMPARED or _same(name, expected, actual):
        return []
    return [f"{where}: expected {expected!r}, got {actual!r}"]


def _same(name: str, expected: Any, actual: Any) -> bool:
    if name in QUANTILES and expected is not None and actual is not None:
        return bool(abs(actual - expected) <= max(0.5, 0.02 * expected))
    if isinstance(expected, float) and isinstance(actual, int | float):
        return math.isclose(expected, actual, rel_tol=1e-9, abs_tol=1e-9)
    return bool(expected == actual)


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_empty(part) for part in value.values())
    return value is None or value == 0
