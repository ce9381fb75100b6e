"""docs/events.md and the JSON Schema: current, complete, and of one mind with the codec."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from msgspec import structs

from stream.contract.codec import EVENT_STRUCTS, TAG_OF, Rejected, decode, encode
from stream.contract.events import Event
from stream.contract.schema import Schema, data_name, event_schema
from stream.contract.schema.examples import EXAMPLES, example
from stream.contract.schema.meanings import COMMON, SPECIAL, meaning_of
from stream.contract.schema.page import events_page
from tests.events import type_of
from tests.stream.contract.strategies import events

PAGE: Final = Path(__file__).parents[3] / "docs" / "events.md"
SCHEMA: Final = event_schema()
TYPES: Final = list(EXAMPLES)
ENVELOPE: Final = ["specversion", "id", "source", "type", "time", "subject", "data"]


def data_fields(struct: type[Event]) -> list[str]:
    """The names of what the type's `data` holds."""
    data = next(info.type for info in structs.fields(struct) if info.name == "data")
    return [info.name for info in structs.fields(data)]


def section(event_type: str) -> str:
    """What the page says of one type."""
    page = events_page()
    start = page.index(f"### `{event_type}`\n")
    return page[start : re.compile(r"^##", re.MULTILINE).search(page, start + 3).start()]  # type: ignore[union-attr]  # a heading follows


def valid(value: Any, schema: Schema) -> bool:
    """Whether a value fits a schema, as far as our schema's own words go."""
    if "$ref" in schema:
        return valid(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    rules: dict[str, Callable[[Any], bool]] = {
        "oneOf": lambda parts: sum(valid(value, part) for part in parts) == 1,
        "anyOf": lambda parts: any(valid(value, part) for part in parts),
        "not": lambda part: not valid(value, part),
        "enum": lambda allowed: value in allowed,
        "type": lambda kinds: any(
            is_a(value, k) for k in ([kinds], kinds)[isinstance(kinds, list)]
        ),
        "minLength": lambda least: not isinstance(value, str) or len(value) >= least,
        "maxLength": lambda most: not isinstance(value, str) or len(value) <= most,
        "minimum": lambda least: not is_a(value, "number") or value >= least,
        "maximum": lambda most: not is_a(value, "number") or value <= most,
        "required": lambda names: not isinstance(value, dict) or set(names) <= set(value),
        "items": lambda each: not isinstance(value, list) or all(valid(v, each) for v in value),
        "properties": lambda fields: (
            not isinstance(value, dict)
            or all(valid(value[name], fields[name]) for name in fields.keys() & value.keys())
        ),
    }
    said_only = {"$schema", "$defs", "title", "description", "format", "default"}
    assert schema.keys() <= rules.keys() | said_only
    return all(rule(schema[word]) for word, rule in rules.items() if word in schema)


def is_a(value: Any, kind: str) -> bool:
    """JSON Schema's names of types; 4.0 is an integer there, true is no number."""
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, float) and value.is_integer() and kind == "integer":
        return True
    python = {
        "string": str,
        "integer": int,
        "number": int | float,
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    return isinstance(value, python[kind])


def test_the_page_is_current() -> None:
    """`python -m stream.contract.schema > docs/events.md` changes nothing."""
    assert PAGE.read_text(encoding="utf-8") == events_page()


def test_the_page_has_every_type_in_the_contracts_order() -> None:
    """And no other."""
    headings = re.findall(r"^### `(.+)`$", events_page(), re.MULTILINE)

    assert headings == TYPES == list(TAG_OF.values())


@pytest.mark.parametrize("struct", EVENT_STRUCTS)
def test_a_types_section_has_every_field_with_its_meaning(struct: type[Event]) -> None:
    """A row a field, in the struct's order, and a sentence in every cell."""
    rows = re.findall(
        r"^\| `(\w+)` \| (yes|) \| (.+) \| (.+\.) \|$", section(TAG_OF[struct]), re.MULTILINE
    )
    data = SCHEMA["$defs"][data_name(SCHEMA["$defs"][struct.__name__])]

    assert [row[0] for row in rows] == data_fields(struct) == list(data["properties"])
    assert [row[0] for row in rows if row[1]] == data["required"]
    assert [row[3] for row in rows] == [
        meaning_of(TAG_OF[struct], field) for field in data_fields(struct)
    ]


def test_the_page_has_every_attribute() -> None:
    """The envelope's table, in the order of an event's line."""
    head = events_page().partition("## Types")[0]

    assert re.findall(r"^\| `(\w+)` \|", head, re.MULTILINE) == ENVELOPE


def test_no_meaning_is_left_over() -> None:
    """Every sentence about a field is about one that is there."""
    fields = {
        (TAG_OF[struct], field)
        for struct in EVENT_STRUCTS
        for field in (*ENVELOPE, *data_fields(struct))
    }
    used_in_common = {field for pair in fields - SPECIAL.keys() for field in pair[1:]}

    assert SPECIAL.keys() <= fields
    assert COMMON.keys() <= used_in_common


@pytest.mark.parametrize("event_type", TYPES)
def test_an_example_is_a_good_event_with_every_field(event_type: str) -> None:
    """Read by our codec, valid by the schema, and on the page."""
    event = example(event_type)
    struct = next(struct for struct, tag in TAG_OF.items() if tag == event_type)
    printed = re.search(r"```json\n(.+)\n```", section(event_type), re.DOTALL)

    assert type_of(decode(json.dumps(event).encode())) == event_type
    assert valid(event, SCHEMA)
    assert list(event["data"]) == data_fields(struct)
    assert printed is not None
    assert json.loads(printed[1]) == event


def test_the_pages_schema_is_the_schema() -> None:
    """What a producer copies from the page is what these tests hold to the codec."""
    printed = events_page().partition("## JSON Schema")[2]
    block = re.search(r"```json\n(.+)\n```", printed, re.DOTALL)

    assert block is not None
    assert json.loads(block[1]) == SCHEMA


@given(events)
def test_whatever_we_write_is_valid(event: Event) -> None:
    """The schema refuses nothing that the codec makes."""
    assert valid(json.loads(encode(event)), SCHEMA)


WRONG: Final[list[Any]] = [
    None,
    True,
    0,
    3,
    7,
    11,
    -1,
    4.0,
    4.5,
    "",
    "x",
    "x" * 129,
    [],
    [""],
    ["a"],
    {},
]


@pytest.mark.parametrize("event_type", TYPES)
def test_schema_and_codec_agree_on_every_field(event_type: str) -> None:
    """Each field and attribute with each of many values, and without it."""
    for place, name in [
        *((None, name) for name in ENVELOPE),
        *(("data", name) for name in EXAMPLES[event_type].data),
    ]:
        for value in (*WRONG, ...):
            event = json.loads(json.dumps(example(event_type)))
            target = event if place is None else event[place]
            target[name] = value
            if value is ...:
                del target[name]
            if name in {"time", "due", "start"} and isinstance(value, str):
                # `format` says no more than "text" to a validator that does not know it.
                continue
            if name == "type" and isinstance(value, str) and 1 <= len(value):
                continue
            assert valid(event, SCHEMA) == is_read(event), (place, name, value)


def is_read(event: Any) -> bool:
    """Whether the codec takes it."""
    try:
        decode(json.dumps(event).encode())
    except Rejected:
        return False
    return True


@pytest.mark.parametrize(
    "scores", [{}, {"csat": None}, {"resolved": False}, {"nps": 0}, {"comment": "fine"}]
)
def test_schema_and_codec_agree_on_a_surveys_scores(scores: dict[str, Any]) -> None:
    """At least one."""
    event = example("survey.answered") | {"data": {"queue": "benefits"} | scores}

    assert valid(event, SCHEMA) == is_read(event)


def test_types_that_share_their_data_mean_the_same_by_it() -> None:
    """One definition has one description a field."""
    owners: dict[str, list[str]] = {}
    for struct in EVENT_STRUCTS:
        owners.setdefault(data_name(SCHEMA["$defs"][struct.__name__]), []).append(TAG_OF[struct])
    for name, tags in owners.items():
        for one, other in pairwise(tags):
            for field in SCHEMA["$defs"][name]["properties"]:
                assert meaning_of(one, field) == meaning_of(other, field)
