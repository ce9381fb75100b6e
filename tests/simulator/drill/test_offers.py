"""What can be drilled, as a trainer is told it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import scenario_names
from simulator.drill.offers import offered
from simulator.scenario import ScenarioError
from stream.contract.drills import Plan
from stream.contract.instants import MINUTE_US


def test_all_that_ships_is_offered_and_can_be_played() -> None:
    """Each with what to notice and what would help, from shortly before its trouble to well before
    the doors close."""
    offers = offered()

    assert list(offers) == scenario_names()
    for name, one in offers.items():
        offer = one.offer
        assert (offer.name, offer.kind, offer.answers) == (name, "scenario", True)
        assert offer.notice
        assert offer.helps
        assert all(queue.agents > 0 for queue in offer.queues), name
        staging = one.staged(Plan(name))
        assert staging.ends - staging.began == 60 * MINUTE_US
        assert staging.start <= staging.began
    begins = {name: one.offer.begins for name, one in offers.items()}
    assert begins["outage-upstream"] == 12 * 60 + 50
    assert begins["weekday"] == 10 * 60
    assert begins["benefit-deadline"] == 14 * 60 + 50


def test_what_is_named_comes_first_and_is_checked_at_once(tmp_path: Path) -> None:
    """A file of one's own; one that is wrong is refused before anything runs."""
    mine = tmp_path / "mine.yaml"
    mine.write_text("base: weekday\nname: mine\ntitle: Mine\nabout: Mine.\n")
    assert next(iter(offered([str(mine)]))) == "mine"
    mine.write_text("base: weekday\nname: mine\ncolour: red\n")
    with pytest.raises(ScenarioError, match="colour"):
        offered([str(mine)])
    assert "nothing" not in offered()
