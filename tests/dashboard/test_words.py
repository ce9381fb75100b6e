"""Numbers, durations and targets as the wall writes them."""

import pytest

from dashboard import words


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (59.9, "0:59"), (60, "1:00"), (3120, "52:00"), (3599, "59:59"),
     (3600, "1 h 00"), (4325, "1 h 12"), (86_399, "23 h 59"), (90_000, "1 d 1 h"), (-3, "0:00")],
)  # fmt: skip
def test_a_duration_is_short_at_any_length(seconds: float, text: str) -> None:
    """Whole units, cut off, and no line break inside."""
    assert words.duration(seconds) == text.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("count", "text"), [(0, "no queues"), (1, "one queue"), (12, "twelve queues"),
                        (13, "13 queues"), (1300, "1,300 queues")],
)  # fmt: skip
def test_a_count_agrees_with_its_noun(count: int, text: str) -> None:
    """Words up to twelve, digits above."""
    assert words.counted(count, "queue") == text


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (0.785, "79 %"), (1.0, "100 %")])
def test_a_share_is_in_whole_percent(share: float, text: str) -> None:
    """Halves go up, as the browser rounds them."""
    assert words.percent(share) == text
    assert words.percent(share, "%") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("seconds", "down", "up"),
    [(0, "0 s", "0 s"), (0.2, "0 s", "1 s"), (119, "119 s", "119 s"), (120, "2 min", "2 min"),
     (715, "11 min", "12 min"), (7199, "119 min", "120 min"), (7200, "2 h", "2 h"),
     (172_800, "2 d", "2 d"), (-3, "0 s", "0 s")],
)  # fmt: skip
def test_a_span_is_in_one_unit(seconds: float, down: str, up: str) -> None:
    """Cut off for what has passed, rounded up for what is at most."""
    told = (words.span(seconds), words.span_up(seconds))

    assert told == (down.replace(" ", "\u00a0"), up.replace(" ", "\u00a0"))


@pytest.mark.parametrize(("names", "text"), [("1", "1"), ("12", "1 and 2"), ("123", "1, 2 and 3")])
def test_names_are_listed(names: str, text: str) -> None:
    """With an «and» before the last."""
    assert words.listed(names) == text


@pytest.mark.parametrize("text", ["the log is away", "The log is away.", " the log is away "])
def test_a_sentence_begins_and_ends_as_one(text: str) -> None:
    """Whatever it was given."""
    assert words.sentence(text) == "The log is away."
