"""Every format that can be imported, by the name that `floorwatch import --from` takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from stream.adapters.anonymous_bank import AnonymousBank
from stream.adapters.port import Adapter, AdapterError

ADAPTERS: Final[Mapping[str, Adapter]] = MappingProxyType({"anonymous-bank": AnonymousBank()})


class UnknownFormat(AdapterError):
    """No adapter has that name. Operator: choose one of the names in the message."""


def adapter_for(name: str) -> Adapter:
    """The adapter of a format. Raises `UnknownFormat`, which lists those there are."""
    adapter = ADAPTERS.get(name)
    if adapter is None:
        known = ", ".join(sorted(ADAPTERS))
        raise UnknownFormat(f"unknown format, expected one of {known}")
    return adapter
