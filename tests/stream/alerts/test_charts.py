"""What is said of why: of a load that fell while nobody knows how many were there."""

from __future__ import annotations

import pytest

from stream.alerts.charts import said_plainly
from stream.contract.alerts import Part, Why

FEWER = Part("volume", 100.0, 80.0, 1.0)
PLAIN = "the load fell; how many were on is not known (fewer contacts)"


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param([FEWER], PLAIN, id="fewer contacts"),
        pytest.param([FEWER, Part("people", 9.0, 5.0, 0.5)], "fewer contacts", id="people known"),
        pytest.param(
            [FEWER, Part("handle_time", 200.0, 300.0, 0.5)], "fewer contacts", id="longer ones"
        ),
        pytest.param([Part("volume", 100.0, 140.0, 1.0)], "fewer contacts", id="more"),
        pytest.param([Part("volume", 100.0, 96.0, 1.0)], "fewer contacts", id="hardly fewer"),
        pytest.param([Part("volume", 0.0, 96.0, 1.0)], "fewer contacts", id="from nothing"),
        pytest.param([], "fewer contacts", id="nothing to divide"),
    ],
)
def test_a_load_that_fell_is_no_reason_where_people_are_not_known(
    parts: list[Part], text: str
) -> None:
    """It is said plainly, before what is known."""
    assert said_plainly(Why("fewer contacts", parts)).text == text
