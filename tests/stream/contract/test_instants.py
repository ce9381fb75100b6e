"""Instants: what RFC 3339 text is read as, what is refused, and that writing loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.contract.instants import (
    DAY_US,
    EARLIEST,
    LATEST,
    SECOND_US,
    UNREADABLE,
    format_instant,
    format_millis,
    from_datetime,
    parse_instant,
    parse_instants,
    to_datetime,
)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TWO_PM_US: Final = 1_772_460_000 * SECOND_US

offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
# Three days from either end, so that no offset leads out of the calendar.
moments = st.builds(
    lambda micros, offset: to_datetime(micros).astimezone(offset),
    st.integers(EARLIEST + 3 * DAY_US, LATEST - 3 * DAY_US),
    offsets,
)
instants = st.sampled_from([EARLIEST, LATEST, -1, 0, 1]) | st.integers(EARLIEST, LATEST)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        pytest.param("2026-03-02T14:00:00Z", TWO_PM_US, id="no fraction"),
        pytest.param("2026-03-02T14:00:00.25Z", TWO_PM_US + 250_000, id="a short fraction"),
        pytest.param("2026-03-02T14:00:00.000001Z", TWO_PM_US + 1, id="one microsecond"),
        pytest.param("2026-03-02T14:00:00.9999999Z", TWO_PM_US + 999_999, id="cut off, not up"),
        pytest.param(f"2026-03-02T14:00:00.5{'0' * 60_000}Z", TWO_PM_US + 500_000, id="very long"),
        pytest.param("2026-03-02T16:30:00+02:30", TWO_PM_US, id="east of Greenwich"),
        pytest.param("2026-03-02T09:00:00-05:00", TWO_PM_US, id="west of Greenwich"),
        pytest.param("2026-03-02T14:00:00-00:00", TWO_PM_US, id="offset unknown"),
        pytest.param("2026-03-03T13:59:00+23:59", TWO_PM_US, id="the largest offset"),
        pytest.param("1969-12-31T23:59:59.999999Z", -1, id="before the epoch"),
        pytest.param("2024-02-29T00:00:00Z", 1_709_164_800 * SECOND_US, id="a leap day"),
        pytest.param("0001-01-01T00:00:00Z", EARLIEST, id="the first"),
        pytest.param("9999-12-31T23:59:59.999999Z", LATEST, id="the last"),
    ],
)
def test_text_is_read_as_microseconds(text: str, micros: int) -> None:
    """Any offset, any number of digits: the same moment is the same number."""
    assert parse_instant(text) == micros


FORM: Final = "expected RFC 3339 with date, T, seconds and an offset"
EXISTS: Final = "expected a date and time that exist"
YEARS: Final = "expected a year from 0001 to 9999 in UTC"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", FORM, id="empty"),
        pytest.param("yesterday", FORM, id="words"),
        pytest.param("1772460000", FORM, id="seconds since the epoch"),
        pytest.param("2026-03-02", FORM, id="a date alone"),
        pytest.param("14:00:00Z", FORM, id="a time alone"),
        pytest.param("2026-03-02T14:00Z", FORM, id="no seconds"),
        pytest.param("2026-03-02T14:00:00", FORM, id="no offset"),
        pytest.param("2026-03-02 14:00:00Z", FORM, id="a space for the T"),
        pytest.param("2026-03-02t14:00:00Z", FORM, id="a small t"),
        pytest.param("2026-03-02T14:00:00z", FORM, id="a small z"),
        pytest.param("2026-03-02T14:00:00.Z", FORM, id="a point without digits"),
        pytest.param("2026-03-02T14:00:00,5Z", FORM, id="a comma"),
        pytest.param("2026-03-02T14:00:00+0200", FORM, id="an offset without its colon"),
        pytest.param("2026-03-02T14:00:00+02", FORM, id="an offset of hours alone"),
        pytest.param("2026-03-02T14:00:00+24:00", FORM, id="an offset of a day"),
        pytest.param("2026-03-02T14:00:00+02:60", FORM, id="an offset of sixty minutes"),
        pytest.param("2026-03-02T14:00:00\u221205:00", FORM, id="a minus sign for the hyphen"),
        pytest.param("2026-03-02T14:00:00Z ", FORM, id="a trailing space"),
        pytest.param("2026-03-02T14:00:00Z\n", FORM, id="a trailing line feed"),
        pytest.param(" 2026-03-02T14:00:00Z", FORM, id="a leading space"),
        pytest.param("2026-03-02T14:00:60Z", FORM, id="a leap second"),
        pytest.param("2026-W10-1T14:00:00Z", FORM, id="a week date"),
        pytest.param("26-03-02T14:00:00Z", FORM, id="a year of two digits"),
        pytest.param("+2026-03-02T14:00:00Z", FORM, id="a signed year"),
        pytest.param("2026-3-2T14:00:00Z", FORM, id="single digits"),
        pytest.param(
            "\u0662\u0660\u0662\u0666-03-02T14:00:00Z", FORM, id="digits of another script"
        ),
        pytest.param("2026-03-02T14:00:0\u0660Z", FORM, id="a second of another script"),
        pytest.param("2026-02-29T14:00:00Z", EXISTS, id="no leap year"),
        pytest.param("2026-13-02T14:00:00Z", EXISTS, id="a thirteenth month"),
        pytest.param("2026-00-02T14:00:00Z", EXISTS, id="a month of nothing"),
        pytest.param("2026-04-31T14:00:00Z", EXISTS, id="31 April"),
        pytest.param("2026-03-02T24:00:00Z", EXISTS, id="hour 24"),
        pytest.param("2026-03-02T14:60:00Z", EXISTS, id="minute 60"),
        pytest.param("0000-01-01T00:00:00Z", EXISTS, id="the year 0"),
        pytest.param("0001-01-01T00:00:00+00:01", YEARS, id="before the first in UTC"),
        pytest.param("9999-12-31T23:59:59-00:01", YEARS, id="after the last in UTC"),
    ],
)
def test_unreadable_text_is_refused_and_not_repeated(text: str, reason: str) -> None:
    """The reason says what is expected; the text itself may be anybody's name."""
    with pytest.raises(ValueError, match=r"^expected") as refused:
        parse_instant(text)
    assert str(refused.value) == reason


@given(moments)
def test_any_moment_is_read_as_the_standard_library_reads_it(moment: datetime) -> None:
    """`datetime.fromisoformat` is the judge of what both can read."""
    text = moment.isoformat()

    assert parse_instant(text) == (datetime.fromisoformat(text) - EPOCH) // timedelta.resolution


@given(moments, st.integers(0, 999_999_999_999))
def test_digits_past_the_sixth_change_nothing(moment: datetime, rest: int) -> None:
    """However finely a clock ticks, the microsecond it is in counts."""
    head, tail = moment.isoformat(timespec="microseconds")[:26], moment.isoformat()[-6:]

    assert parse_instant(f"{head}{rest}{tail}") == from_datetime(moment)


@given(instants)
def test_writing_and_reading_gives_the_same_instant(micros: int) -> None:
    """No instant is too early or too late to be written."""
    assert parse_instant(format_instant(micros)) == micros
    assert from_datetime(to_datetime(micros)) == micros


@pytest.mark.parametrize(
    ("micros", "whole", "millis"),
    [
        pytest.param(TWO_PM_US, "2026-03-02T14:00:00Z", "2026-03-02T14:00:00.000Z", id="seconds"),
        pytest.param(
            TWO_PM_US + 250_000, "2026-03-02T14:00:00.250Z", "2026-03-02T14:00:00.250Z", id="millis"
        ),
        pytest.param(
            TWO_PM_US + 1_999,
            "2026-03-02T14:00:00.001999Z",
            "2026-03-02T14:00:00.001Z",
            id="micros, cut off and not rounded",
        ),
        pytest.param(EARLIEST, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z", id="year 1"),
    ],
)
def test_an_instant_is_written_in_utc(micros: int, whole: str, millis: str) -> None:
    """Events keep every digit, figures are told to the millisecond."""
    assert (format_instant(micros), format_millis(micros)) == (whole, millis)


def _alone(text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError:
        return UNREADABLE


# As most systems write, and as few do: near the usual form is where reading together may err.
usual = st.integers(EARLIEST // 1000, LATEST // 1000).map(
    lambda millis: format_millis(millis * 1000)
)
nearly = st.builds(
    lambda text, place, letter: text[:place] + letter + text[place + 1 :],
    usual,
    st.integers(0, 23),
    st.sampled_from("0569:-.TZtz +é\x00"),
)
one_minute = st.integers(0, 59_999).map(lambda millis: format_millis(TWO_PM_US + millis * 1000))


@given(
    st.lists(one_minute, min_size=24, max_size=60),
    st.lists(usual | nearly | st.just("2026-03-02T14:00:00+02:30"), max_size=30),
    st.data(),
)
def test_instants_read_together_are_those_read_alone(
    ordinary: list[str], others: list[str], data: st.DataObject
) -> None:
    """Every text, wherever it stands among others."""
    texts = data.draw(st.permutations([*ordinary, *others]))

    assert [_alone(text) for text in texts] == parse_instants(texts)
