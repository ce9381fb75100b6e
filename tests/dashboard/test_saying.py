"""What is said once for all viewers, written by the server in their language."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from dashboard.amounts import day, decimal, spelled, whole
from dashboard.i18n import speaking
from dashboard.i18n.languages import ENGLISH, LANGUAGES
from dashboard.saying import said
from stream.contract.instants import to_datetime
from stream.contract.said import Said, say
from tests.dashboard.sayings import ACTS, NAMES, NEWER, SAYINGS, WORDS
from tests.dashboard.training.reports import BEGAN

OTHERS = [code for code in LANGUAGES if code != "en"]


def test_english_is_as_it_came() -> None:
    """Letter by letter, whatever it could be written from."""
    assert [said(one.said, "As it came.", NAMES) for one in SAYINGS] == ["As it came."] * len(
        SAYINGS
    )


def test_acts_name_queues_and_people_in_the_language() -> None:
    """With the plurals, lengths and numbers of it; a queue that is not known by its id."""
    with speaking(LANGUAGES["ru"]):
        told = [said(say("{act}", act=WORDS.act(act)).said, "", NAMES) for act in ACTS]

    assert told[:6] == [
        "Замечено: на площадке что-то не так",
        "Замечено: что-то не так в Línea SNAP & more",
        "1 человек переведён из Help {n} <b> в Línea SNAP & more",
        "2 человека переведены из Help {n} <b> в gone",
        "1 человек вызван для Línea SNAP & more",
        "5 человек вызвано для Línea SNAP & more",
    ]
    assert told[9] == "В Línea SNAP & more предлагают перезвонить после 5\u00a0мин ожидания"
    assert told[-2] == "Клиенты злятся: все очереди, на 30 мин"


@pytest.mark.parametrize("code", OTHERS)
def test_what_is_said_over_the_wire_is_written_alike(code: str) -> None:
    """As it is told, and as it is read back."""

    def read(one: Said) -> Said:
        return msgspec.convert(json.loads(msgspec.json.encode(one)), Said)

    with speaking(LANGUAGES[code]):
        told = [said(one.said, "English", NAMES) for one in SAYINGS]
        again = [said(read(one.said), "English", NAMES) for one in SAYINGS]

    assert told == again
    assert "English" not in told


@pytest.mark.parametrize(
    "of",
    [
        *(one.values for one in NEWER),
        {"sentence": {"as": "duration", "of": "long"}},
        {"sentence": {"as": "act", "of": {"type": "dance"}}},
        {"sentence": {"as": "act", "of": {"type": "announce", "queue": "q", "message": "hum"}}},
        {"sentence": {"new": "shape"}},
        {"sentence": {"as": "share"}},
    ],
)
def test_what_cannot_be_written_stays_english(of: dict[str, Any]) -> None:
    """Where a newer release says it in a way that is not known here; and where nobody says how."""
    with speaking(LANGUAGES["it"]):
        assert said(Said("{sentence}.", values=of), "In <English>.", NAMES) == "In <English>."
        assert said(None, "Of old.", NAMES) == "Of old."


@pytest.mark.parametrize(
    ("code", "numbers", "of_day"),
    [
        ("en", ["1,234", "12,345", "1.3", "seven"], "3 March 2026"),
        ("es", ["1234", "12.345", "1,3", "7"], "3 de marzo de 2026"),
        ("fr", ["1\u202f234", "12\u202f345", "1,3", "7"], "3 mars 2026"),
        ("it", ["1234", "12.345", "1,3", "7"], "3 marzo 2026"),
        ("ru", ["1\u00a0234", "12\u00a0345", "1,3", "7"], "3 марта 2026\u202fг."),
        ("zh", ["1,234", "12,345", "1.3", "7"], "2026年3月3日"),
    ],
)
def test_numbers_and_days_are_those_of_the_language(
    code: str, numbers: list[str], of_day: str
) -> None:
    """Rounded half up, thousands parted from where the language parts them."""
    with speaking(LANGUAGES[code]):
        told = [whole(1_234), whole(12_345), decimal(1.25), spelled(7)]

        assert (told, day(to_datetime(BEGAN))) == (numbers, of_day)
    assert LANGUAGES["en"] is ENGLISH
