"""What charts explain: never the other way than what they have seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pytest
from pydantic import TypeAdapter

from stream.alerts.charts import Charts
from stream.alerts.readings import Readings
from stream.alerts.rules import AnyRule, Rule
from stream.contract.alerts import Target, Why
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US, MINUTE_US
from tests.builders import BASE_US
from tests.stream.alerts.floors import Metrics, reading
from tests.stream.staffing.saying import english

_rules: Final[TypeAdapter[AnyRule]] = TypeAdapter(Rule)
RULES: Final[Mapping[str, AnyRule]] = {
    "surge": _rules.validate_python({"kind": "surge"}),
    "drop": _rules.validate_python({"kind": "drop"}),
}
QUEUE: Final = Target("queue", "benefits")
# A midnight, two weeks before.
BEGIN: Final = BASE_US - BASE_US % DAY_US - 14 * DAY_US
HOUR_MINUTES: Final = 60


class Queue:
    """A queue's charts, by what came to it a minute from the first midnight on."""

    def __init__(self) -> None:
        self.charts = Charts(FloorPlan(), {})
        self.counts: list[int] = []
        self.readings: Readings = reading()

    def brings(self, counts: Sequence[int], **now: Any) -> None:
        """These minutes, told at the end of the last; the queue then stands like that."""
        self.counts += counts
        hour = self.counts[-HOUR_MINUTES:]
        stands: Metrics = {"offered": sum(hour[-15:]), "agents_staffed": None, **now}
        self.readings = reading(
            at_us=BEGIN + len(self.counts) * MINUTE_US - 1,
            queues={"benefits": stands},
            arrivals={None: hour, "benefits": hour},
        )
        self.charts.look(self.readings, RULES)

    def why(self, rule: str) -> Why | None:
        """What an alert of the rule is explained by."""
        return self.charts.why(RULES[rule], rule, QUEUE, self.readings)


@pytest.fixture
def shut() -> Queue:
    """One that is open from eight to six: it is now three at night, after two weeks."""
    queue = Queue()
    for hour in range(14 * 24 + 3):
        queue.brings([6 if 8 <= hour % 24 < 18 else 0] * HOUR_MINUTES)
    return queue


def test_a_surge_where_nobody_comes_at_that_hour_is_of_more(shut: Queue) -> None:
    """By the rate since it began, against none; not by so many times none."""
    shut.brings([10])
    shut.brings([10])
    why = shut.why("surge")

    assert why is not None
    assert why.size is not None
    assert why.size > 10
    assert why.text.startswith(
        "By load per agent, volume explains it: 600 contacts an hour against 0. "
    )


def test_a_queue_of_which_little_is_known_is_not_explained_the_other_way() -> None:
    """Before there is a baseline, by the first look and the last quarter of an hour."""
    fewer, as_many, more = Queue(), Queue(), Queue()
    for queue, now in ((fewer, 2), (as_many, 6), (more, 9)):
        queue.brings([6] * 15)
        queue.brings([now] * 15)
    kinds = {
        (name, rule): queue.why(rule)
        for name, queue in (("fewer", fewer), ("as many", as_many), ("more", more))
        for rule in RULES
    }
    texts = {key: None if why is None else why.text for key, why in kinds.items()}

    nothing = "There is nothing to compare with."
    assert texts == {
        ("fewer", "surge"): nothing,
        ("fewer", "drop"): "Fewer contacts come than usual: 120 contacts an hour against 360.",
        ("as many", "surge"): nothing,
        ("as many", "drop"): None,
        ("more", "surge"): "By load per agent, volume explains it: 540 contacts an hour against "
        "360. How long a contact takes is not known. How many are staffed is not known.",
        ("more", "drop"): None,
    }
    assert all(why is None or english(why.said) == why.text for why in kinds.values())
