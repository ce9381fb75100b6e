"""How far a picture is to be trusted, in words, and for how long that is said."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from dashboard.trust import SAID_ON_FOR, Behind, CatchingUp, behind_of, trust
from stream.contract.figures import Picture
from tests.dashboard.pictures import START, Q, picture

FLOOR = {"q": Q("Benefits")}


def floor(
    *,
    age_s: float | None = 0.2,
    silent: tuple[int, ...] = (),
    catching_up: tuple[int, ...] = (),
    behind_s: float | None = 715.0,
) -> Picture:
    """A floor of four partitions and two workers."""
    return picture(FLOOR, age_s=age_s, silent=silent, catching_up=catching_up, behind_s=behind_s)


def headline(told: Picture) -> str:
    """The sentence of /health, its spaces plain."""
    trusted = trust(told, behind_of(told))
    return f"{trusted.lead} {trusted.rest}".strip().replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        pytest.param(floor(), "All 4 partitions are fresh, read by 2 workers.", id="fresh"),
        pytest.param(
            replace(floor(), workers=[]), "All 4 partitions are fresh.", id="older workers"
        ),
        pytest.param(
            floor(age_s=12.4, silent=(3,)),
            "Partition 3 has been silent for 12 s. The other 3 are fresh.",
            id="one silent",
        ),
        pytest.param(
            floor(age_s=12.4, silent=(0, 1, 3)),
            "Partitions 0, 1 and 3 have been silent for up to 12 s. The other is fresh.",
            id="three silent",
        ),
        pytest.param(
            floor(age_s=180, silent=(0, 1, 2, 3)),
            "All 4 partitions have been silent for up to 3 min.",
            id="all silent",
        ),
        pytest.param(
            floor(age_s=None, silent=(0, 1, 2, 3)),
            "No partition has told anything yet: is a worker running?",
            id="none ever told",
        ),
        pytest.param(
            floor(catching_up=(0, 1, 2)),
            "Catching up: figures are up to 12 min behind (3 of 4 partitions).",
            id="three catch up",
        ),
        pytest.param(
            floor(catching_up=(0, 1, 2, 3)),
            "Catching up: figures are up to 12 min behind (all partitions).",
            id="all catch up",
        ),
        pytest.param(
            floor(catching_up=(0,), behind_s=None),
            "Catching up: how far behind is not known yet.",
            id="not known how far",
        ),
        pytest.param(
            floor(age_s=7, silent=(3,), catching_up=(0,)),
            "Partition 3 has been silent for 7 s."
            " Catching up: figures are up to 12 min behind (1 of 4 partitions).",
            id="one silent and one catching up",
        ),
    ],
)
def test_the_headline_says_the_worst_first(told: Picture, sentence: str) -> None:
    """One sentence for every floor."""
    assert headline(told) == sentence


def test_one_that_never_told_is_named() -> None:
    """While the others do."""
    told = floor(age_s=None, silent=(3,))
    known = floor().partitions[:3] + told.partitions[3:]

    assert headline(replace(told, partitions=known)) == (
        "Partition 3 has told nothing yet. The other 3 are fresh."
    )


def test_many_silent_partitions_are_counted() -> None:
    """More than three numbers are not read in passing."""
    told = floor(age_s=9, silent=(0, 1, 2, 3))
    wider = replace(told.freshness, partitions=12)

    assert headline(replace(told, freshness=wider)).startswith(
        "4 of 12 partitions have been silent for up to 9 s."
    )


def test_one_that_does_not_know_how_far_it_is_behind_may_be_the_furthest() -> None:
    """So no limit is told, though another knows its own."""
    told = floor(catching_up=(0, 1))
    unknown = replace(told.partitions[1], behind_s=None)

    assert behind_of(
        replace(told, partitions=[told.partitions[0], unknown, *told.partitions[2:]])
    ) == Behind(2, 4, None)


def test_a_picture_without_its_partitions_is_judged_by_the_whole() -> None:
    """As a reader tells it that knows none of them."""
    told = replace(floor(catching_up=(0, 1)), partitions=[], workers=[])

    assert behind_of(told) == Behind(2, 4, 715.0)


def test_only_who_catches_up_warns() -> None:
    """A fresh floor has its age beside the clock, and no banner."""
    fresh = trust(floor(), None)
    behind = trust(floor(), Behind(3, 12, 715.0))

    assert (fresh.state, fresh.warning, fresh.age) == ("fresh", None, None)
    assert behind.state == "catching up"
    assert behind.warning == (
        "catching up: figures are up to 12\u00a0min behind (3 of 12 partitions)"
    )
    assert behind.age == "catching up · 12\u00a0min behind"


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(), True),
        (SAID_ON_FOR - timedelta(milliseconds=1), True),
        (SAID_ON_FOR, False),
        (timedelta(seconds=-1), False),
    ],
)
def test_catching_up_is_said_on_for_a_while(passed: timedelta, said: bool) -> None:
    """A floor about as far behind as the limit does not flicker."""
    catching_up = CatchingUp()
    was = catching_up.look(floor(catching_up=(0,)), START)
    now = catching_up.look(floor(), START + passed)

    assert was == Behind(1, 4, 715.0)
    assert now == (was if said else None)


def test_a_floor_that_never_caught_up_says_nothing() -> None:
    """Not for one moment."""
    assert CatchingUp().look(floor(), START) is None
