"""The codec: each way an event can be bad, the edges of what is good, and the way back."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.contract.batch import TWIN_OF, TYPE_OF, decode_plainly
from stream.contract.codec import (
    EVENT_BYTES_MAX,
    EVENT_STRUCTS,
    TAG_OF,
    Rejected,
    decode,
    encode,
)
from stream.contract.events import ContactQueued, Event, UnknownEvent
from stream.contract.schema.examples import EXAMPLES, example
from tests.events import type_of
from tests.stream.contract.strategies import events

# Stands where a value is wrong; no reason may hold it.
SECRET: Final = "Rosa Parks"
OUT: Final = object()
CHANNELS: Final = "voice, chat, sms, whatsapp, email, social, callback, video, in_person"
RFC_3339: Final = "expected RFC 3339 with date, T, seconds and an offset"
SCORES: Final = "csat, resolved, manner, ease, effectiveness, emotion, trust, nps"


def line(event_type: str = "contact.queued", /, **changes: Any) -> bytes:
    """The type's example with attributes changed, and fields of `data` where named `data__x`."""
    event = example(event_type)
    event["data"] = dict(event["data"])
    for name, value in changes.items():
        place, _, field = name.rpartition("data__")
        target = event["data"] if field != name else event
        target[field or place] = value
        if value is OUT:
            del target[field or place]
    return json.dumps(event, ensure_ascii=False).encode()


def reason_of(payload: bytes) -> str:
    """Why an event is rejected."""
    with pytest.raises(Rejected) as rejected:
        decode(payload)
    return str(rejected.value)


def outcome(payload: bytes) -> str:
    """The type that an event was read as, or the reason for its rejection."""
    try:
        return type_of(decode(payload))
    except Rejected as rejected:
        return str(rejected)


def fields_of(event_type: str) -> list[str]:
    """Every field that the type's `data` can hold: its example has them all."""
    return list(EXAMPLES[event_type].data)


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type", "time", "subject"])
@pytest.mark.parametrize("event_type", ["contact.queued", "a.later.type"])
def test_an_attribute_must_be_there(name: str, event_type: str) -> None:
    """Missing, null, and of another type: of known and unknown types alike."""
    changes = {"type": event_type}
    reasons = [
        reason_of(line(**(changes | {name: value}))) for value in (OUT, None, 5, True, [], {})
    ]

    assert reasons[:2] == [f"{name}: missing"] * 2
    assert all(reason.startswith(f"{name}: expected") for reason in reasons[2:])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"specversion": "1.1"}, "specversion: expected one of 1.0"),
        ({"specversion": SECRET}, "specversion: expected one of 1.0"),
        ({"specversion": ""}, "specversion: expected one of 1.0"),
        ({"id": ""}, "id: empty, expected 1 or more"),
        ({"id": SECRET * 13}, "id: expected str of length <= 128"),
        ({"source": ""}, "source: empty, expected 1 or more"),
        ({"source": "x" * 129}, "source: expected str of length <= 128"),
        ({"subject": ""}, "subject: empty, expected 1 or more"),
        ({"subject": "x" * 129}, "subject: expected str of length <= 128"),
        ({"type": ""}, "type: empty, expected 1 or more"),
        ({"type": SECRET, "id": ""}, "id: empty, expected 1 or more"),
        ({"type": SECRET, "time": SECRET}, f"time: {RFC_3339}"),
        ({"time": SECRET}, f"time: {RFC_3339}"),
        ({"time": ""}, f"time: {RFC_3339}"),
        ({"time": "2026-03-02T14:00:60Z"}, f"time: {RFC_3339}"),
        ({"time": "2026-02-30T14:00:00Z"}, "time: expected a date and time that exist"),
        ({"time": "0001-01-01T00:00:00+01:00"}, "time: expected a year from 0001 to 9999 in UTC"),
        ({"data": OUT}, "data: missing"),
        ({"data": None}, "data: missing"),
        ({"data": [SECRET]}, "data: expected object, got array"),
        ({"data": SECRET}, "data: expected object, got str"),
        ({"data": {}}, "data.queue: missing"),
        # Attributes are looked at before data, wherever they stand in the text.
        ({"data": {}, "subject": OUT}, "subject: missing"),
        ({"data__channel": SECRET, "id": None}, "id: missing"),
        ({"data__channel": SECRET}, f"data.channel: expected one of {CHANNELS}"),
        ({"data__channel": "Voice"}, f"data.channel: expected one of {CHANNELS}"),
        (
            {"data__channel": f"{SECRET}' - at `$.type`"},
            f"data.channel: expected one of {CHANNELS}",
        ),
        ({"data__priority": 4.5}, "data.priority: expected int | null, got float"),
        ({"data__priority": True}, "data.priority: expected int | null, got bool"),
        ({"data__priority": "1"}, "data.priority: expected int | null, got str"),
        ({"data__redial_of": ""}, "data.redial_of: empty, expected 1 or more"),
        ({"data__redial_of": "x" * 129}, "data.redial_of: expected str | null of length <= 128"),
    ],
)
def test_a_bad_event_is_rejected_with_its_field(changes: dict[str, Any], reason: str) -> None:
    """The first fault in the contract's order is named: attributes, then data."""
    told = reason_of(line(**changes))

    assert told.replace(" | null of", " of") == reason.replace(" | null of", " of")
    assert SECRET not in told


@pytest.mark.parametrize(
    ("event_type", "field", "value", "reason"),
    [
        ("contact.declined", "reason", SECRET, "expected one of no_answer, rejected"),
        ("contact.transferred", "kind", SECRET, "expected one of blind, attended"),
        (
            "contact.diverted",
            "to",
            SECRET,
            "expected one of voicemail, callback, overflow, closed, bot",
        ),
        ("contact.ended", "by", SECRET, "expected one of customer, agent, system"),
        ("contact.ended", "by", "peer", "expected one of customer, agent, system"),
        ("recognition.given", "by", "system", "expected one of customer, peer, supervisor"),
        (
            "agent.state",
            "state",
            SECRET,
            "expected one of offline, available, busy, wrap_up, away",
        ),
        ("survey.answered", "channel", SECRET, f"expected one of {CHANNELS}"),
        ("survey.sent", "channel", "", f"expected one of {CHANNELS}"),
        ("callback.attempted", "reached", "yes", "expected bool, got str"),
        ("callback.attempted", "reached", 1, "expected bool, got int"),
        ("contact.ended", "resolved", 0, "expected bool | null, got int"),
        ("callback.promised", "due", SECRET, RFC_3339),
        ("callback.promised", "due", 1772460000, "expected a string"),
        ("plan.interval", "start", "2026-03-02T14:00:00", RFC_3339),
        ("plan.interval", "minutes", 7.5, "expected int, got float"),
        ("plan.interval", "minutes", "30", "expected int, got str"),
        ("plan.interval", "forecast_contacts", -0.5, "expected float >= 0.0"),
        ("plan.interval", "forecast_aht_s", False, "expected float, got bool"),
        ("plan.interval", "required_agents", -1, "expected float >= 0.0"),
        ("plan.interval", "scheduled_agents", "9", "expected float | null, got str"),
        ("agent.state", "queues", SECRET, "expected array | null, got str"),
        ("agent.state", "team", "", "empty, expected 1 or more"),
        *(
            ("survey.answered", score, value, reason)
            for score in ("csat", "manner", "ease", "effectiveness", "emotion", "trust")
            for value, reason in (
                (0, "expected int >= 1"),
                (6, "expected int <= 5"),
                (6.0, "expected int <= 5"),
                (4.5, "expected int | null, got float"),
                (True, "expected int | null, got bool"),
                ("5", "expected int | null, got str"),
            )
        ),
        ("survey.answered", "nps", -1, "expected int >= 0"),
        ("survey.answered", "nps", 11, "expected int <= 10"),
        ("survey.answered", "resolved", "yes", "expected bool | null, got str"),
    ],
)
def test_a_bad_field_is_named_with_what_is_allowed(
    event_type: str, field: str, value: object, reason: str
) -> None:
    """What is allowed is what this type allows, not what another type's field of that name does."""
    told = reason_of(line(event_type, **{f"data__{field}": value}))

    assert told == f"data.{field}: {reason}"


@pytest.mark.parametrize(
    ("queues", "reason"),
    [
        (["benefits", ""], "data.queues[1]: empty, expected 1 or more"),
        (["x" * 129], "data.queues[0]: expected str of length <= 128"),
        ([None], "data.queues[0]: missing"),
        (["a", "b", 7], "data.queues[2]: expected str, got int"),
    ],
)
def test_each_of_an_agents_queues_is_an_identifier(queues: list[object], reason: str) -> None:
    """The reason counts to the one that is not."""
    assert reason_of(line("agent.state", data__queues=queues)) == reason


@pytest.mark.parametrize("event_type", EXAMPLES)
def test_required_and_optional_fields_of_every_type(event_type: str) -> None:
    """A required field that is missing or null rejects; for an optional one both are the same."""
    struct = next(struct for struct, tag in TAG_OF.items() if tag == event_type)
    for field in fields_of(event_type):
        without = line(event_type, **{f"data__{field}": OUT})
        null = line(event_type, **{f"data__{field}": None})
        if field in required_fields(struct):
            assert reason_of(without) == f"data.{field}: missing"
            assert reason_of(null) == f"data.{field}: missing"
        else:
            assert decode(without) == decode(null)


def required_fields(struct: type[Event]) -> tuple[str, ...]:
    """The fields that EVENTS.md does not mark as optional."""
    event = decode(line(TAG_OF[struct]))
    assert isinstance(event, struct)
    config = type(event.data)
    names = config.__struct_fields__
    return tuple(names[: len(names) - len(config.__struct_defaults__)])


@pytest.mark.parametrize("event_type", EXAMPLES)
@pytest.mark.parametrize("value", [["a"], {"a": 1}, -1])
def test_every_field_of_every_type_is_checked(event_type: str, value: object) -> None:
    """No field takes just anything; `priority` and `minutes` alone may be below 0."""
    for field in fields_of(event_type):
        if (field, value) in (("priority", -1), ("minutes", -1), ("queues", ["a"])):
            continue
        told = reason_of(line(event_type, **{f"data__{field}": value}))
        assert told.startswith(f"data.{field}: expected"), told


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"comment": SECRET, "pain_point": "wait"}, id="words alone"),
        pytest.param({"csat": None, "nps": None}, id="scores that are null"),
    ],
)
def test_a_survey_without_a_score_is_rejected(data: dict[str, Any]) -> None:
    """An answer that says nothing is none."""
    told = reason_of(line("survey.answered", data={"queue": "benefits"} | data))

    assert told == f"data: at least one score is required: {SCORES}"


@pytest.mark.parametrize("score", SCORES.split(", "))
def test_any_one_score_is_enough(score: str) -> None:
    """Down to `resolved: false` and `nps: 0`."""
    value = {"resolved": False, "nps": 0}.get(score, 1)
    event = decode(line("survey.answered", data={"queue": "benefits", score: value}))

    assert getattr(event.data, score) == value  # type: ignore[union-attr]  # it is a survey


GOOD: Final = line().decode()


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b"", "input data was truncated", id="nothing"),
        pytest.param(b"not JSON", None, id="words"),
        pytest.param(GOOD[:-1].encode(), "input data was truncated", id="cut short"),
        pytest.param(GOOD.encode() + b"{}", None, id="two on one line"),
        pytest.param(b"[" + GOOD.encode() + b"]", "expected `object`, got `array`", id="a list"),
        pytest.param(b"null", "expected `object`, got `null`", id="null"),
        pytest.param(b'"event"', "expected `object`, got `str`", id="a string"),
        pytest.param(b"\xef\xbb\xbf" + GOOD.encode(), "invalid character (byte 0)", id="a mark"),
        pytest.param(GOOD.replace('"priority": 1', '"priority": NaN').encode(), None, id="NaN"),
        pytest.param(GOOD.replace(": 1,", ": Infinity,").encode(), None, id="Infinity"),
        pytest.param(GOOD.replace(": 1,", ": 01,").encode(), None, id="a leading zero"),
        pytest.param(GOOD.replace(": 1,", ": 1,,").encode(), None, id="two commas"),
        pytest.param(GOOD.replace("benefits", "bene\nfits").encode(), None, id="a bare line feed"),
        pytest.param(GOOD.replace("benefits", "\\ud800").encode(), None, id="half a surrogate"),
        pytest.param(GOOD.replace("benefits", "\\x41").encode(), None, id="an unknown escape"),
        pytest.param(GOOD.encode("utf-16"), None, id="UTF-16"),
        pytest.param(GOOD.replace("benefits", "é").encode("latin-1"), None, id="Latin-1"),
        pytest.param(
            GOOD.replace('"data"', '"note": "é", "data"').encode("latin-1"),
            None,
            id="Latin-1 in an attribute that is ignored",
        ),
        pytest.param(
            GOOD.replace('"data"', '"note": NaN, "data"').encode(),
            None,
            id="NaN in an attribute that is ignored",
        ),
        pytest.param(
            GOOD.replace('"id"', '"no id"')[:-1].encode(),
            "input data was truncated",
            id="JSON comes before the attributes",
        ),
        pytest.param(
            line(note=0).replace(b"0}", b"[" * 30_000 + b"]" * 30_000 + b"}"),
            "nested too deeply",
            id="nested too deeply",
        ),
        pytest.param(
            line(note=0, type="later").replace(b"0}", b"[" * 30_000 + b"]" * 30_000 + b"}"),
            "nested too deeply",
            id="nested too deeply, of an unknown type",
        ),
    ],
)
def test_what_is_not_json_is_rejected(payload: bytes, reason: str | None) -> None:
    """Bytes that are no JSON object in UTF-8."""
    told = reason_of(payload)

    assert told.startswith("JSON: ")
    assert reason is None or told == f"JSON: {reason}"


@pytest.mark.parametrize("event_type", ["contact.queued", "a.later.type"])
def test_an_event_may_have_64_kib(event_type: str) -> None:
    """The limit is in bytes, and comes before everything else."""
    rest = EVENT_BYTES_MAX - len(line(type=event_type, note=""))
    fits = line(type=event_type, note="x" * rest)

    assert type_of(decode(fits)) == event_type
    assert reason_of(fits + b" ") == "size: 65537 bytes, at most 65536 are allowed"
    assert reason_of(b"\xff" * 65_537) == "size: 65537 bytes, at most 65536 are allowed"
    assert reason_of(line(type=event_type, note="é" * rest)).startswith("size: ")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"id": "x" * 128}, id="an identifier of 128"),
        pytest.param({"subject": "\U0001f600" * 128}, id="code points count, not bytes"),
        pytest.param({"subject": "\x00"}, id="a control character"),
        pytest.param({"subject": " "}, id="a space"),
        pytest.param({"extra": {"any": [1, None]}, "datacontenttype": 5}, id="more attributes"),
        pytest.param({"data__extra": {"any": [1, None]}}, id="more fields"),
        pytest.param({"data__customer": ""}, id="empty text where no identifier is asked for"),
        pytest.param({"data__customer": "x" * 60_000}, id="text has no limit but the event's"),
        pytest.param({"data__priority": -7}, id="a priority below 0"),
        pytest.param({"data__priority": 0}, id="a priority of 0"),
    ],
)
def test_what_is_odd_but_good(changes: dict[str, Any]) -> None:
    """The contract refuses no more than it says."""
    assert isinstance(decode(line(**changes)), ContactQueued)


@pytest.mark.parametrize(
    ("written", "priority"), [("4.0", 4), ("-2.00", -2), ("1e2", 100), ("40E-1", 4), ("-0.0", 0)]
)
def test_a_whole_number_is_whole_however_it_is_written(written: str, priority: int) -> None:
    """To JSON 4.0 is the same number as 4; JSON Schema calls both an integer."""
    ignored = '"note": 1e999, "data"'
    text = GOOD.replace('"priority": 1', f'"priority": {written}').replace('"data"', ignored)

    assert decode(text.encode()) == decode(line(data__priority=priority))


def test_identifiers_are_not_normalised() -> None:
    """Two spellings of one letter are two identifiers."""
    composed, decomposed = decode(line(subject="\u00e9")), decode(line(subject="e\u0301"))

    assert composed.subject != decomposed.subject


def test_white_space_around_and_escapes_within_change_nothing() -> None:
    """How the JSON is written does not matter."""
    loose = json.dumps(json.loads(GOOD), indent=2).replace('"id"', '"\\u0069d"')

    assert decode(f" \r\n{loose}\n".encode()) == decode(GOOD.encode())


@pytest.mark.parametrize(
    "event_type", ["contact.blessed", "Contact.Queued", "contact.queued ", "x" * 1000, SECRET]
)
@pytest.mark.parametrize("data", [OUT, None, 7, {"queue": 7}, {"queue": 1e300}])
def test_an_unknown_type_is_known_to_be_unknown(event_type: str, data: object) -> None:
    """Its attributes are read, its data is not looked at."""
    event = decode(line(type=event_type, data=data))

    assert event == UnknownEvent(
        specversion="1.0",
        type=event_type,
        id="c-000481/contact.queued/1",
        source="/acd/north",
        time=decode(line()).time,
        subject="c-000481",
    )
    assert type_of(event) == event_type


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param('"type": "agent.state"', id="another type"),
        pytest.param('"type": "a.later.type"', id="an unknown type"),
        pytest.param('"data": 5', id="other data"),
        pytest.param('"data": {"channel": "fax"}', id="worse data"),
    ],
)
@pytest.mark.parametrize("value", ["4.0", "4.5", '"fax"'])
def test_a_key_that_stands_twice_is_no_way_around_the_check(tail: str, value: str) -> None:
    """Whichever counts, the outcome is an event or a rejection, never a failure."""
    text = GOOD.replace('"priority": 1', f'"priority": {value}')[:-1] + f", {tail}}}"
    told = outcome(text.encode())

    assert "fax" not in told
    assert told in {"contact.queued", "a.later.type"} or told.startswith(("data", "JSON: "))


@given(events)
def test_every_event_comes_back_from_its_bytes(event: Event) -> None:
    """Encoding is one line, and decoding it gives the same event."""
    payload = encode(event)

    assert b"\n" not in payload
    assert decode(payload) == event
    assert type_of(event) == json.loads(payload)["type"]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_the_codec_fail(payload: bytes) -> None:
    """Whatever is sent, it is an event or it is rejected with a reason."""
    assert outcome(payload)


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_no_broken_event_makes_the_codec_fail(event_type: str, data: st.DataObject) -> None:
    """Bytes of a good event, some of them overwritten."""
    payload = bytearray(line(event_type))
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(
            st.integers(0, 255) | st.sampled_from(list(b'"{}[],:\\e.-0'))
        )
    assert outcome(bytes(payload))


def test_every_type_of_the_contract_is_tested_here() -> None:
    """The examples that these tests change are of all types."""
    assert set(EXAMPLES) == set(TAG_OF.values())
    assert len(EVENT_STRUCTS) == 21


# Payloads of every fate: good, good but odd, and bad in each check's own way.
PAYLOADS: Final = (
    *(line(tag) for tag in TAG_OF.values()),
    line(time="2026-03-02T15:00:00.5+01:00"),
    line(priority=1.0),
    line(data__priority=4.0),
    line(type="contact.of_tomorrow"),
    line(subject="Zoë"),
    line(time="yesterday"),
    line(time="2026-02-30T14:00:00.000Z"),
    line(time=None),
    line(id=""),
    line("survey.answered", data={"queue": "q"}),
    line(data__queue=OUT),
    line(subject="x" * EVENT_BYTES_MAX),
    line(data__customer="é").replace("é".encode(), b"\xff"),
    line() + line(),
    b"",
    b"[]",
    b"{",
    b"[" * 5_000,
)


@given(st.lists(st.sampled_from(PAYLOADS), max_size=80))
def test_events_read_together_are_those_read_alone(payloads: list[bytes]) -> None:
    """The same events with the same times, and the same reasons, each in its place."""
    good, bad = [], []
    for place, payload in enumerate(payloads):
        try:
            event = decode(payload)
        except Rejected as rejected:
            bad.append((place, str(rejected)))
        else:
            good.append(
                (place, type_of(event), event.subject, event.time, getattr(event, "data", None))
            )

    batch = decode_plainly(payloads)

    told = [
        (place, _type_of(event), event.subject, time, getattr(event, "data", None))
        for event, time, place in zip(batch.events, batch.times, batch.places, strict=True)
    ]
    assert good == told
    assert bad == batch.rejected


def _type_of(event: Any) -> str:
    if isinstance(event, UnknownEvent):
        return event.type
    return TYPE_OF[type(event)]


@given(st.lists(events, min_size=1))
def test_a_twin_holds_what_its_event_does(told: list[Event]) -> None:
    """All but how the time is written."""
    batch = decode_plainly([encode(event) for event in told])

    assert [TWIN_OF[type(event)] for event in told] == [type(event) for event in batch.events]
    assert [event.time for event in told] == batch.times
    for event, twin in zip(told, batch.events, strict=True):
        for name in ("specversion", "id", "source", "subject", "data"):
            assert getattr(event, name) == getattr(twin, name)
