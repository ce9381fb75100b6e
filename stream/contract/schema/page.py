"""docs/events.md, made from the structs, their meanings and an example of each type."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from stream.contract.codec import EVENT_BYTES_MAX, EVENT_STRUCTS, TAG_OF
from stream.contract.events import IDENTIFIER_LENGTH_MAX, Event
from stream.contract.schema import Schema, data_name, event_schema
from stream.contract.schema.examples import example

_WIDTH: Final = 100

_INTRODUCTION: Final = """\
<!-- Made by `python -m stream.contract.schema > docs/events.md`. Change the code, not this page. -->

# Events

For those who send events to Floorwatch. An event says that one thing happened on the floor: a
contact began to wait, an agent went to lunch, a customer answered a survey. Everything on the
screens is worked out from these and from nothing else.

One event is one [CloudEvents 1.0](https://github.com/cloudevents/spec) object in its JSON form,
in UTF-8. Send it as the value of one Kafka record whose key is the event's `subject`, or write
it as one line of a `.jsonl` (or `.jsonl.zst`) file. `floorwatch check FILE` reads such a file and
names every bad line and what is wrong with it.
"""

_ENVELOPE: Final = f"""\
## The envelope

Every event has these seven attributes, all of them required. Others are ignored.

{{table}}

- An **identifier** is 1 to {IDENTIFIER_LENGTH_MAX} characters (Unicode code points) that mean nothing to
  Floorwatch. Two are the same only if they are the same character for character: capitals,
  accents and spaces count.
- A **time** is RFC 3339 with the date, a capital `T`, seconds and an offset (`Z` or `+02:00`),
  such as `2026-03-02T14:00:00.250Z`. Six digits of the fraction are kept, further ones are cut
  off. A leap second (`:60`) cannot be read.
- A **whole number** has no fraction: 4, or 4.0, not 4.5; `true` is not a number.
- A field that is not required may be left out or `null`, which is the same. A required field
  that is `null` is missing.
"""

_RULES: Final = f"""\
## How events are read

**Order.** Send the events of one subject in the order in which they happened, to one partition:
keying records by `subject` does that. Between subjects no order is needed.

**Rejected.** An event is looked at in this order: its size (at most {EVENT_BYTES_MAX:,} bytes),
whether it is JSON in UTF-8 (no byte-order mark, no `NaN` or `Infinity`), its attributes, then,
where the type is known, its `data`. The first fault rejects it. A rejected event lies whole in
the dead letters, with its place and a reason such as `data.queue: missing`, and is counted; it
changes no figure, and the events after it are read as if it had never been sent.

**From the future.** A clock that runs ahead must not drag every window along with it. Live, an
event dated more than 5 minutes past the wall clock is rejected. In files, one dated more than
8 days past the newest event before it is rejected.

**Duplicates.** Sending an event twice is safe. An event with the `source` and `id` of an earlier
one of the same subject is dropped and counted, at least until the newest time seen is 10 minutes
past the event's own. So `id` must differ from event to event of a source; what else it is does
not matter.

**Unknown types.** An event of a type that is not on this page is counted and skipped, if its
attributes are sound; its `data` is not looked at. Types and optional fields may be added to the
contract, never taken away, so a sender and a reader need not change on the same day.

**Late.** An event counts in the five-second pane of its own `time`, however late it comes. One
more than 240 minutes behind the newest time seen is counted as too late: it still moves its
contact or agent on, and counts in what is summed from midnight or from the start, but in no
sliding window.

**Out of place.** A contact waits, is answered, may be held, taken back or passed on, ends, and is
wrapped up; or it waits and is abandoned or diverted. An event that cannot happen where the
contact stands, such as an answer in another queue than the one it waits in, is counted as out of
place and otherwise ignored. A contact first seen when it is answered is taken on with an unknown
wait. One of which nothing is heard for 7 days (1 hour once its conversation has ended) is
forgotten; the next event of that subject begins a new one.

**Personal data.** `customer`, `comment`, `reason` and all other free text may name people. They
are never logged and never label a metric, and reasons for a rejection never repeat a value. Send
a pseudonym as `customer`.
"""

_SCHEMA: Final = """\
## JSON Schema

For checking events before they are sent. It says the same as the tables above; what it cannot
say is that a time must be readable as told under *The envelope* (`format` is a hint to most
validators) and that an event has a largest size.

```json
{schema}
```
"""


def events_page() -> str:
    """The whole page, in Markdown."""
    schema = event_schema()
    envelope = schema["$defs"][EVENT_STRUCTS[0].__name__]
    parts = [
        _INTRODUCTION,
        _ENVELOPE.format(table=_table("attribute", _envelope_rows(envelope))),
        "## Types\n",
        *(_type_section(struct, schema["$defs"]) for struct in EVENT_STRUCTS),
        _RULES,
        _SCHEMA.format(schema=_json(schema)),
    ]
    return "\n".join(parts)


def _envelope_rows(envelope: Schema) -> Iterator[tuple[str, ...]]:
    # These three depend on the type; the first type's schema has only its own.
    subject = (
        "Whom it happened to: the contact; for `agent.*` and `recognition.*` the agent, for"
        " `plan.*` the queue."
    )
    special = {
        "type": ("one of the types below", "What happened."),
        "subject": ("identifier", subject),
        "data": ("object", "What the type carries besides, see there."),
    }
    for name, field in envelope["properties"].items():
        yield (f"`{name}`", *(special.get(name) or (_allowed(field), field["description"])))


def _type_section(struct: type[Event], components: dict[str, Schema]) -> str:
    tag = TAG_OF[struct]
    envelope = components[struct.__name__]
    data = components[data_name(envelope)]
    rows = [
        (
            f"`{name}`",
            "yes" if name in data["required"] else "",
            _allowed(field),
            field["description"],
        )
        for name, field in data["properties"].items()
    ]
    about = f"Subject: {envelope['properties']['subject']['description'].lower()}"
    return "\n".join(
        (
            f"### `{tag}`\n",
            f"{envelope['description']} {about}\n",
            _table("field", rows, "required"),
            "",
            f"```json\n{_json(example(tag))}\n```\n",
        )
    )


def _table(first: str, rows: Iterable[tuple[str, ...]], *more: str) -> str:
    head = (first, *more, "allowed", "meaning")
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _allowed(field: Schema) -> str:
    """What a field may hold, in words."""
    if "enum" in field:
        return " ".join(f"`{value}`" for value in field["enum"] if value is not None)
    kind = field["type"][0] if isinstance(field["type"], list) else field["type"]
    if kind == "string":
        return _allowed_text(field)
    if kind == "array":
        return f"list of {_allowed(field['items'])}s"
    if kind == "boolean":
        return "`true` `false`"
    lowest, highest = field.get("minimum"), field.get("maximum")
    limits = "" if lowest is None else f" from {lowest} to {highest}"
    return f"whole number{limits}" if kind == "integer" else f"number, {lowest} or more"


def _allowed_text(field: Schema) -> str:
    if field.get("format") == "date-time":
        return "time"
    return "identifier" if "maxLength" in field else "text"


def _json(value: Any, indent: str = "", used: int = 0) -> str:
    """JSON with every object and list on one line that fits on it."""
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + used + len(short) < _WIDTH or not isinstance(value, dict | list) or not value:
        return short
    inner = indent + "  "
    if isinstance(value, list):
        opening, closing = "[]"
        parts = [_json(item, inner) for item in value]
    else:
        opening, closing = "{}"
        parts = [
            f"{json.dumps(key)}: {_json(item, inner, len(key) + 4)}" for key, item in value.items()
        ]
    lines = ",\n".join(inner + part for part in parts)
    return f"{opening}\n{lines}\n{indent}{closing}"
