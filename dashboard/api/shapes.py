"""The contract's structs as the models that OpenAPI tells: the same names, types and words."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import BaseModel, ConfigDict, create_model


@cache
def model_of(struct: type[msgspec.Struct], **more: Any) -> type[BaseModel]:
    """A struct's model, with `more` fields beside the struct's."""
    hints = get_type_hints(struct)
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        default = ... if field.required else field.default
        fields[field.name] = (_translated(hints[field.name]), default)
    fields |= {name: (kind, ...) for name, kind in more.items()}
    return create_model(
        struct.__name__,
        __config__=ConfigDict(extra="forbid"),
        __doc__=struct.__doc__,
        **fields,
    )


def _translated(kind: Any) -> Any:
    """The type with models in place of structs."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return model_of(kind)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is None or origin is Literal:
        return kind
    told = tuple(part if part is NoneType else _translated(part) for part in parts)
    return Union[told] if origin in {Union, UnionType} else origin[told]  # noqa: UP007  made while running
