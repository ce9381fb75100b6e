"""The fitted scenario beside the bank's real January, where the data is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

import pytest

from tests.face.bank import JANUARY, MISSING, Call, abandonment, arrivals, days, quantile
from tests.face.charts import Axis, Series, chart
from tests.face.overlay import answered_waits, compared, pictures, table, talks

needs_data = pytest.mark.skipif(not JANUARY.exists(), reason=MISSING)


@needs_data
def test_as_many_call_in_each_half_hour() -> None:
    """And as many a day."""
    real, simulated = compared()
    off = [abs(a - b) for a, b in zip(arrivals(real)[14:], arrivals(simulated)[14:], strict=True)]

    assert len(simulated) / days(simulated) == pytest.approx(len(real) / days(real), rel=0.03)
    assert fmean(off) < 3
    assert max(off) < 10


@needs_data
def test_as_many_hang_up_and_at_the_same_hours() -> None:
    """Most where most did; the late evening, where the rota is of whole people, is left out."""
    real, simulated = compared()
    pairs = [
        (a, b)
        for a, b in zip(abandonment(real)[16:44], abandonment(simulated)[16:44], strict=True)
        if a is not None and b is not None
    ]
    worst = max(range(16, 44), key=lambda at: abandonment(simulated)[at] or 0)

    assert fmean(call.abandoned for call in simulated) == pytest.approx(
        fmean(call.abandoned for call in real), abs=0.02
    )
    assert len(pairs) == 28
    assert fmean(abs(a - b) for a, b in pairs) < 0.06
    assert 16 * 2 <= worst <= 20 * 2


@needs_data
@pytest.mark.parametrize(("of", "within"), [(talks, 0.2), (answered_waits, 0.6)])
def test_quantiles_are_alike(of: Callable[[Sequence[Call]], list[float]], within: float) -> None:
    """Talk within a fifth from the lower quarter on; waits within three fifths, from the upper
    quarter on, since whoever did not wait waited for nothing in both."""
    real, simulated = compared()

    for share in (0.25, 0.5, 0.75, 0.9, 0.95) if of is talks else (0.75, 0.9, 0.95):
        expected = quantile(of(real), share)
        assert quantile(of(simulated), share) == pytest.approx(expected, rel=within), share


@needs_data
def test_the_page_shows_what_the_scenario_gives() -> None:
    """Its tables and pictures are those that `python -m tests.face overlay` makes."""
    root = Path(__file__).parents[2] / "docs"

    assert table() in (root / "simulator.md").read_text(encoding="utf-8")
    for name, svg in pictures().items():
        assert (root / "images" / f"{name}.svg").read_text(encoding="utf-8") == svg, name


def test_a_chart_has_a_line_for_each_series_and_breaks_it_where_a_value_is_missing() -> None:
    """A gap is none of its values."""
    axis = Axis(0, 4, [(0, "0"), (4, "4")], "x & y")
    drawn = chart("A < B", axis, axis, [Series("a", [(0, 1), (1, None), (2, 3), (3, 4)])])

    assert drawn.count("<polyline") == 2
    assert "A &lt; B" in drawn
    assert "x &amp; y" in drawn
    assert 'points="52.0,203.5"' in drawn
