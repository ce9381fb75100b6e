"""The contract as JSON Schema, made from the structs, for those who produce events.

`python -m stream.contract.schema > docs/events.md` writes the page that explains it.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from stream.contract.codec import EVENT_STRUCTS, TAG_OF
from stream.contract.events import SURVEY_SCORES
from stream.contract.instants import Instant
from stream.contract.schema.meanings import meaning_of

Schema = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_NULL: Final[Schema] = {"type": "null"}


def event_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of an event of any known type."""
    references, components = msgspec.json.schema_components(
        EVENT_STRUCTS, schema_hook=_schema_of, ref_template="#/$defs/{name}"
    )
    for struct in EVENT_STRUCTS:
        envelope = components[struct.__name__]
        _describe(envelope, TAG_OF[struct])
        # After `type`, whose one value tells the types apart, in the order of an event's line.
        order = ("specversion", "id", "source", "type", "time", "subject", "data")
        envelope["properties"] = {name: envelope["properties"][name] for name in order}
        envelope["required"] = list(order)
        _describe(components[data_name(envelope)], TAG_OF[struct])
    components["SurveyAnsweredData"]["anyOf"] = [_given(score) for score in SURVEY_SCORES]
    return {
        "$schema": _DIALECT,
        "title": "A contact-centre event, version 1",
        "oneOf": list(references),
        "$defs": components,
    }


def data_name(envelope: Schema) -> str:
    """The name among `$defs` of what an envelope's `data` holds."""
    reference = envelope["properties"]["data"]["$ref"]
    assert isinstance(reference, str)
    return reference.rpartition("/")[2]


def _schema_of(kind: type) -> Schema:
    if kind is Instant:
        return {"type": "string", "format": "date-time"}
    raise NotImplementedError(f"no schema for {kind}")


def _describe(struct: Schema, tag: str) -> None:
    """Say what each field means, and an optional field in the plainest words there are."""
    struct.pop("title", None)
    for name, field in struct["properties"].items():
        plain = _plain(field)
        if "$ref" not in plain:
            plain["description"] = meaning_of(tag, name)
        struct["properties"][name] = plain


def _plain(field: Schema) -> Schema:
    """`{"type": ["string", "null"]}` for "either a string or null"."""
    either = field.get("anyOf")
    if either is None:
        return dict(field)
    value, null = either
    assert null == _NULL
    plain = dict(value)
    if "enum" in plain:
        plain["enum"] = [*plain["enum"], None]
    else:
        plain["type"] = [plain["type"], "null"]
    return plain


def _given(field: str) -> Schema:
    return {"required": [field], "properties": {field: {"not": _NULL}}}
