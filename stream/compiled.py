"""The compiled core: used where it was built, unless FLOORWATCH_PURE is set.

What every event goes through has two makes: plain Python, and the same compiled (scripts/compile.py
builds the modules of `CORE`). Both give the same figures; tests hold
both to one oracle.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Final, TypeVar

_T = TypeVar("_T")

PURE_VARIABLE: Final = "FLOORWATCH_PURE"
CORE: Final = (
    "stream.contract._scan",
    "stream.contract._owners",
    "stream.floor._seen",
    "stream.floor._lives",
)


def is_compiled() -> bool:
    """Whether the compiled core is in use."""
    return not os.environ.get(PURE_VARIABLE) and all(map(find_spec, CORE))


def compiled(module: str, name: str, pure: _T) -> _T:
    """What the compiled core has under a name of a module; `pure` where it is not in use."""
    if not is_compiled():
        return pure
    found: _T = getattr(import_module(module), name)
    return found
