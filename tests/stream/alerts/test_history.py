"""Lines that the evaluator writes: what they say in English, and what other languages say it from."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from stream.alerts import history
from stream.contract.alerts import Entry


def plain(value: Any) -> str:
    """What stands in a place in English: how grave by its name, a rule's as it is."""
    if isinstance(value, str):
        return value
    grave = {"Urgent": "page", "Notice": "notice", "To read": "ticket"}
    return grave[value["id"]] if "id" in value else str(value["of"])


@pytest.mark.parametrize(
    ("line", "what", "text"),
    [
        pytest.param(history.worse(7, "ticket", "page"), "worse", "ticket is now page", id="worse"),
        pytest.param(
            history.regraded(7, "page", "notice", "slow"),
            "note",
            "page is now notice, by the rule slow",
            id="regraded",
        ),
        pytest.param(
            history.withdrawn(7, "slow"),
            "note",
            "the rule slow looks at it no longer",
            id="withdrawn",
        ),
        pytest.param(
            history.unknown(7), "no_data", "the figures are not known any more", id="unknown"
        ),
        pytest.param(
            history.known_again(7), "data_again", "the figures are known again", id="known again"
        ),
        pytest.param(history.over(7), "resolved", "nothing of it is left", id="over"),
        pytest.param(
            history.escalated(7, "manager"), "escalated", "manager is told as well", id="escalated"
        ),
    ],
)
def test_a_line_is_told_in_english_and_to_translate(line: Entry, what: str, text: str) -> None:
    """Its text is the one to translate with its places filled."""
    assert (line.at, line.what, line.text, line.by) == (7, what, text, None)
    assert line.said is not None
    english = line.said.id
    for name, value in line.said.values.items():
        assert "{" + name + "}" in english
        english = english.replace("{" + name + "}", plain(value))
    assert english == text
    # It is the same when it is read back.
    assert msgspec.json.decode(msgspec.json.encode(line), type=Entry) == line


def test_how_grave_it_is_is_said_as_screens_call_it() -> None:
    """As a text within the text, so that it is written in their language."""
    line = json.loads(msgspec.json.encode(history.worse(0, "ticket", "page")))

    assert line["said"]["values"] == {"before": {"id": "To read"}, "after": {"id": "Urgent"}}
