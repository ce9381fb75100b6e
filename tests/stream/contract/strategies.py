"""Random events of every type, made from the structs themselves."""

from __future__ import annotations

import types
import typing
from typing import Any

from hypothesis import strategies as st
from msgspec import Meta, structs

from stream.contract.codec import EVENT_STRUCTS
from stream.contract.events import SURVEY_SCORES, Event, SurveyAnsweredData
from stream.contract.instants import EARLIEST, LATEST, Instant

_characters = st.characters(exclude_categories=["Cs"])
_WHOLE_MAX = 2**63 - 1
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    types.NoneType: st.none(),
    bool: st.booleans(),
    int: st.integers(-_WHOLE_MAX, _WHOLE_MAX),
    str: st.text(_characters, max_size=20),
    Instant: st.integers(EARLIEST, LATEST).map(Instant),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values that a field of the contract may hold."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    parts = typing.get_args(kind)
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return _limited(parts[0], parts[1])
    if origin is typing.Literal:
        return st.sampled_from(parts)
    if origin is tuple:
        return st.lists(values(parts[0]), max_size=3).map(tuple)
    if origin in {types.UnionType, typing.Union}:
        return st.one_of(*map(values, parts))
    return _structs(kind)


def _limited(kind: Any, meta: Meta) -> st.SearchStrategy[Any]:
    if kind is str:
        return st.text(_characters, min_size=1, max_size=128)
    if kind is int:
        assert isinstance(meta.ge, int)
        assert isinstance(meta.le, int)
        return st.integers(meta.ge, meta.le)
    return st.floats(0, allow_infinity=False, allow_nan=False)


def _structs(kind: Any) -> st.SearchStrategy[Any]:
    fields = {info.name: values(info.type) for info in structs.fields(kind)}
    if kind is SurveyAnsweredData:
        held = st.fixed_dictionaries(fields).filter(
            lambda data: any(data[score] is not None for score in SURVEY_SCORES)
        )
        return held.map(lambda data: SurveyAnsweredData(**data))
    return st.builds(kind, **fields)


events: st.SearchStrategy[Event] = st.one_of(*map(_structs, EVENT_STRUCTS))
