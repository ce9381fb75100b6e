"""Formats by their names."""

from __future__ import annotations

import pytest

from stream.adapters.anonymous_bank import AnonymousBank
from stream.adapters.port import AdapterError
from stream.adapters.registry import ADAPTERS, UnknownFormat, adapter_for


def test_a_format_is_found_by_its_name() -> None:
    """The name that `floorwatch import --from` takes."""
    assert isinstance(adapter_for("anonymous-bank"), AnonymousBank)


def test_every_format_says_what_it_is() -> None:
    """In one line, for people who choose one."""
    for adapter in ADAPTERS.values():
        assert len(adapter.title.splitlines()) == 1


@pytest.mark.parametrize("name", ["", "asterisk", "Anonymous-Bank"])
def test_an_unknown_format_lists_the_known_ones(name: str) -> None:
    """So that the next attempt succeeds."""
    with pytest.raises(UnknownFormat) as refused:
        adapter_for(name)

    assert isinstance(refused.value, AdapterError)
    assert str(refused.value) == f"unknown format, expected one of {', '.join(sorted(ADAPTERS))}"
