"""What explains a change: in words, in whole cases, and in what must hold of any division."""

from __future__ import annotations

import math
from itertools import permutations
from statistics import fmean

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from stream.contract.alerts import Factor, Part, Why
from stream.staffing.erlang_a import steady_state
from stream.staffing.explanation import Conditions, explain, how_many_come

# A quiet hour of a queue of 14.
USUAL = Conditions(
    offered_per_hour=92.0, handle_time_s=302.0, agents=14.0, patience_s=240.0, redial_share=0.08
)
UNSPLIT = replace(USUAL, redial_share=None)
NOTHING_WORSE = "By the model the wait is not longer than usual."
NOTHING_EXPLAINS = "Nothing that is known explains a longer wait."
FACTORS: tuple[Factor, ...] = ("volume", "redials", "handle_time", "people", "patience")


def conditions(*, whole: bool) -> st.SearchStrategy[Conditions]:
    """Of any queue; but for `whole`, any of its figures may be unknown."""
    unknown = st.nothing() if whole else st.none()
    return st.builds(
        Conditions,
        offered_per_hour=unknown | st.integers(0, 1_200).map(float),
        handle_time_s=unknown | st.integers(30, 900).map(float),
        agents=unknown | st.integers(0, 120).map(lambda half: half / 2),
        patience_s=unknown | st.integers(10, 900).map(float),
        redial_share=unknown | st.integers(0, 99).map(lambda percent: percent / 100),
    )


known = conditions(whole=True)
partly_known = conditions(whole=False)


def shares(why: Why) -> dict[Factor, float]:
    """Each part's share by its factor."""
    return {part.factor: part.share for part in why.parts}


def mean_wait_s(of: dict[str, float]) -> float:
    """Erlang A's, an average of agents between two whole numbers as a mixture of both."""

    def wait_s(agents: int) -> float:
        return steady_state(
            arrivals_per_s=of["volume"] / (1 - of["redials"]) / 3_600,
            handle_time_s=of["handle_time"],
            patience_s=of["patience"],
            agents=agents,
            target_s=20.0,
        ).wait_s

    more, whole = math.modf(of["people"])
    return (1 - more) * wait_s(int(whole)) + more * wait_s(int(whole) + 1)


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [
        pytest.param(
            UNSPLIT,
            replace(UNSPLIT, offered_per_hour=184.0, agents=11.0),
            "Volume explains most of it: 184 contacts an hour against 92 (72 %); "
            "people: 11 staffed against 14 (28 %).",
            id="twice as many contacts, and three are missing",
        ),
        pytest.param(
            USUAL,
            replace(USUAL, agents=6.5),
            "People explain it: 6.5 staffed against 14.",
            id="more than half of them gone",
        ),
        pytest.param(
            USUAL,
            Conditions(
                offered_per_hour=184.0,
                handle_time_s=370.0,
                agents=11.4,
                patience_s=200.0,
                redial_share=0.24,
            ),
            "Several things explain it. Volume: 140 new contacts an hour against 85 (45 %); "
            "people: 11.4 staffed against 14 (20 %); "
            "handle time: 6:10 min against 5:02 min (18 %); "
            "transfers and repeated calls: 24 % of contacts against 8 % (16 %); "
            "the other way patience: 3:20 min against 4:00 min.",
            id="all at once",
        ),
        pytest.param(
            UNSPLIT,
            replace(UNSPLIT, offered_per_hour=184.0, agents=16.0),
            "Volume explains it: 184 contacts an hour against 92; "
            "the other way people: 16 staffed against 14.",
            id="two came to help",
        ),
        pytest.param(
            replace(UNSPLIT, agents=30.0),
            replace(UNSPLIT, agents=30.0, handle_time_s=400.0),
            NOTHING_WORSE,
            id="nobody waits, still",
        ),
        pytest.param(
            UNSPLIT,
            replace(UNSPLIT, offered_per_hour=60.0, handle_time_s=240.0),
            NOTHING_WORSE,
            id="less to do",
        ),
        pytest.param(
            UNSPLIT,
            replace(UNSPLIT, offered_per_hour=96.0, handle_time_s=240.0),
            NOTHING_WORSE,
            id="more contacts, outweighed by shorter ones",
        ),
        pytest.param(
            replace(UNSPLIT, agents=None),
            replace(UNSPLIT, offered_per_hour=60.0, agents=None),
            f"{NOTHING_EXPLAINS} How many are staffed is not known.",
            id="less to do, and who is there is never known",
        ),
        pytest.param(
            UNSPLIT,
            replace(UNSPLIT, offered_per_hour=60.0, agents=None),
            f"{NOTHING_EXPLAINS} How many are staffed now is not known.",
            id="less to do, and who is there now is not known",
        ),
        pytest.param(
            replace(UNSPLIT, agents=0.0),
            replace(UNSPLIT, agents=None),
            f"{NOTHING_EXPLAINS} How many are staffed now is not known.",
            id="nobody was there, and who is there now is not known",
        ),
        pytest.param(
            UNSPLIT,
            replace(UNSPLIT, offered_per_hour=None, handle_time_s=240.0),
            f"{NOTHING_EXPLAINS} How many contacts come now is not known.",
            id="shorter ones, and how many come now is not known",
        ),
        pytest.param(
            replace(UNSPLIT, handle_time_s=None),
            replace(UNSPLIT, handle_time_s=None, agents=16.0),
            f"{NOTHING_EXPLAINS} How long a contact takes is not known.",
            id="two came to help, and how long a contact takes is never known",
        ),
        pytest.param(
            replace(UNSPLIT, patience_s=None, offered_per_hour=1_140.0, agents=100.0),
            replace(UNSPLIT, patience_s=None, offered_per_hour=10.0, agents=1.0),
            NOTHING_EXPLAINS,
            id="a longer wait, though there is less to do for each who is left",
        ),
        pytest.param(
            replace(UNSPLIT, patience_s=None, offered_per_hour=200.0),
            replace(UNSPLIT, patience_s=None, offered_per_hour=190.0),
            "By load per agent there is no more to do than usual.",
            id="less to do than before, and still more than can be done",
        ),
        pytest.param(
            UNSPLIT,
            replace(UNSPLIT, offered_per_hour=184.0, agents=28.0),
            NOTHING_WORSE,
            id="twice as many contacts and twice as many people",
        ),
        pytest.param(USUAL, USUAL, NOTHING_WORSE, id="as it was"),
        pytest.param(
            USUAL,
            replace(USUAL, agents=0.0),
            "Nobody is staffed now, against 14 before.",
            id="all gone",
        ),
        pytest.param(
            replace(USUAL, agents=0.0),
            replace(USUAL, agents=0.0, offered_per_hour=184.0),
            "Nobody is staffed, as before.",
            id="nobody there at any time",
        ),
        pytest.param(
            replace(USUAL, agents=None),
            replace(USUAL, agents=0.0),
            "Nobody is staffed now.",
            id="nobody there, and not known of before",
        ),
        pytest.param(
            UNSPLIT,
            replace(UNSPLIT, offered_per_hour=184.0, agents=None),
            "Volume explains it: 184 contacts an hour against 92. "
            "How many are staffed now is not known.",
            id="who is there now is not known",
        ),
        pytest.param(
            replace(UNSPLIT, agents=None),
            replace(UNSPLIT, offered_per_hour=184.0, agents=None),
            "By load per agent, volume explains it: 184 contacts an hour against 92. "
            "How many are staffed is not known.",
            id="who is there is never known",
        ),
        pytest.param(
            replace(UNSPLIT, handle_time_s=None),
            replace(UNSPLIT, offered_per_hour=184.0),
            "Volume explains it: 184 contacts an hour against 92. "
            "How long a contact takes as a rule is not known.",
            id="no contact had ended before",
        ),
        pytest.param(
            replace(UNSPLIT, patience_s=None),
            replace(UNSPLIT, patience_s=None, offered_per_hour=184.0, agents=11.0),
            "By load per agent, volume explains most of it: 184 contacts an hour against 92 "
            "(74 %); people: 11 staffed against 14 (26 %).",
            id="more than can be served, and nobody seen to give up",
        ),
        pytest.param(Conditions(), USUAL, "There is nothing to compare with.", id="no baseline"),
    ],
)
def test_a_supervisor_reads_what_changed(before: Conditions, now: Conditions, text: str) -> None:
    """The whole sentence."""
    assert text == explain(before, now).text


@pytest.mark.parametrize(
    ("now", "usual", "text"),
    [
        (184.0, 92.0, "More contacts come than usual: 184 contacts an hour against 92."),
        (0.0, 9.94, "Fewer contacts come than usual: 0 contacts an hour against 9.9."),
        (100.0, 100.0, "About as many contacts come as usual: 100 contacts an hour against 100."),
        (100.4, 99.6, "About as many contacts come as usual: 100 contacts an hour against 100."),
        (0.0, 0.0, "About as many contacts come as usual: 0 contacts an hour against 0."),
        (0.0, 0.04, "About as many contacts come as usual: 0 contacts an hour against 0."),
        (100.0, None, "How many contacts are usual is not known."),
    ],
)
def test_how_many_come_is_told_by_figures_that_say_so(
    now: float, usual: float | None, text: str
) -> None:
    """More or fewer only where that is to be read from what is written."""
    told = how_many_come(Conditions(offered_per_hour=now), Conditions(offered_per_hour=usual))

    assert told.text == text


def test_a_surge_with_people_missing_is_told_whole() -> None:
    """The largest part first, and what has not changed last; the waits are Erlang A's."""
    usual = {"volume": 92.0, "redials": 0.0, "handle_time": 302.0, "patience": 240.0}
    quiet_s = mean_wait_s({**usual, "people": 14.0})
    busy_s = mean_wait_s({**usual, "people": 14.0, "volume": 184.0})
    fewer_s = mean_wait_s({**usual, "people": 11.0})
    both_s = mean_wait_s({**usual, "people": 11.0, "volume": 184.0})
    # Volume changes first, or it changes after people have.
    volume = ((busy_s - quiet_s) + (both_s - fewer_s)) / 2 / (both_s - quiet_s)

    told = explain(UNSPLIT, replace(UNSPLIT, offered_per_hour=184.0, agents=11.0))
    shown = [replace(part, share=round(part.share, 9)) for part in told.parts]
    assert (quiet_s, both_s) == pytest.approx((told.wait_before_s, told.wait_now_s))
    assert shown == [
        Part("volume", 92.0, 184.0, round(volume, 9)),
        Part("people", 14.0, 11.0, round(1 - volume, 9)),
        Part("handle_time", 302.0, 302.0, 0.0),
        Part("patience", 240.0, 240.0, 0.0),
    ]


def test_calls_that_come_again_are_told_from_calls_that_are_new() -> None:
    """As many new ones as ever, and half of all calls are repeated: redials, not volume."""
    now = replace(USUAL, offered_per_hour=92.0 * 0.92 / 0.5, redial_share=0.5)

    told = explain(USUAL, now)
    assert {"redials": pytest.approx(1.0)} == {
        factor: share for factor, share in shares(told).items() if abs(share) > 1e-9
    }


@pytest.mark.parametrize("share", [None, 1.0, math.nan])
def test_contacts_are_not_split_by_a_share_that_is_not_known(share: float | None) -> None:
    """Nor by one after which no contact is new: then all that are offered are the volume."""
    told = explain(USUAL, replace(USUAL, offered_per_hour=184.0, redial_share=share))

    assert Part("volume", 92.0, 184.0, 1.0) == told.parts[0]
    assert "redials" not in shares(told)


@pytest.mark.parametrize("patience_s", [None, 240.0])
def test_where_all_have_gone_it_is_people(patience_s: float | None) -> None:
    """Whether the wait without them ends by patience, or has no end."""
    before = replace(UNSPLIT, patience_s=patience_s)
    told = explain(before, replace(before, offered_per_hour=95.0, agents=0.0))

    assert told.parts[0].factor == "people"
    assert told.parts[0].share > 0.99
    assert told.wait_now_s == patience_s


@pytest.mark.parametrize(
    "unknown", ["offered_per_hour", "handle_time_s", "agents", "patience_s", "redial_share"]
)
@pytest.mark.parametrize("wrong", [None, math.nan, -1.0, math.inf])
def test_what_is_not_known_has_no_part_and_is_not_guessed(
    unknown: str, wrong: float | None
) -> None:
    """Not at one of the two times, and not at the other."""
    factor = dict(
        zip(
            ("offered_per_hour", "handle_time_s", "agents", "patience_s", "redial_share"),
            ("volume", "handle_time", "people", "patience", "redials"),
            strict=True,
        )
    )[unknown]
    now = replace(USUAL, offered_per_hour=120.0, handle_time_s=400.0, agents=9.0)
    partial = replace(now, **{unknown: wrong})

    for told, whole in ((explain(USUAL, partial), 1.0), (explain(partial, USUAL), 0.0)):
        assert factor not in shares(told)
        assert math.fsum(shares(told).values()) == pytest.approx(whole)


@given(known, known)
def test_the_division_is_the_mean_over_all_orders_of_change(
    before: Conditions, now: Conditions
) -> None:
    """Shapley's value by its definition: change one after the other, in each order there is."""
    told = explain(before, now)
    assert told.wait_before_s is not None
    assert told.wait_now_s is not None
    change_s = told.wait_now_s - told.wait_before_s
    assume(change_s >= 1.0)
    begin = {part.factor: part.before for part in told.parts}
    end = {part.factor: part.now for part in told.parts}
    added: dict[Factor, list[float]] = {factor: [] for factor in FACTORS}
    waits_s: dict[frozenset[Factor], float] = {}
    for order in permutations(FACTORS):
        for place, factor in enumerate(order):
            after, without = frozenset(order[: place + 1]), frozenset(order[:place])
            for some in (without, after):
                if some not in waits_s:
                    mixed = {each: (end if each in some else begin)[each] for each in FACTORS}
                    waits_s[some] = mean_wait_s(mixed)  # type: ignore[arg-type]
            added[factor].append(waits_s[after] - waits_s[without])

    expected = {factor: fmean(each) / change_s for factor, each in added.items()}
    assert expected == pytest.approx(shares(told), abs=1e-6, rel=1e-6)


@given(partly_known, partly_known)
@example(replace(USUAL, agents=0.0), USUAL)
@example(replace(USUAL, agents=0.0, patience_s=None), USUAL)
@example(Conditions(offered_per_hour=0.0), Conditions(offered_per_hour=50.0))
def test_parts_add_up_to_the_whole_whatever_is_known(before: Conditions, now: Conditions) -> None:
    """Shares add up to 1 or there are none; the largest is first; what stayed the same has none;
    and there is something to read."""
    told = explain(before, now)

    if told.parts:
        assert math.fsum(part.share for part in told.parts) == pytest.approx(1.0, abs=1e-6)
    assert told.parts == sorted(told.parts, key=lambda part: -part.share)
    assert all(part.share == 0 for part in told.parts if part.before == part.now)
    assert told.text.endswith(".")
    assert "nan" not in told.text
    assert "inf" not in told.text


@given(known, known)
def test_nothing_is_named_where_the_wait_is_not_longer(before: Conditions, now: Conditions) -> None:
    """That it is not is said; and a share is of what made it longer, or held it back."""
    told = explain(before, now)
    assert told.wait_before_s is not None
    assert told.wait_now_s is not None

    is_longer = told.wait_now_s - told.wait_before_s >= 1.0
    assert bool(told.parts) is is_longer
    if not is_longer and now.agents:
        assert told.text == NOTHING_WORSE
    for part in told.parts:
        assert part.before is not None
        assert part.now is not None
        if abs(part.share) > 1e-6:
            helps = part.now > part.before if part.factor == "people" else part.now < part.before
            assert (part.share < 0) is helps


@given(partly_known, partly_known)
def test_what_is_worse_there_is_not_worse_back(before: Conditions, now: Conditions) -> None:
    """The waits change places, and what is worse on the one way is explained on that alone."""
    there, back = explain(before, now), explain(now, before)

    assert not (there.parts and back.parts)
    if "not known" in there.text:
        assert "no more to do" not in there.text
        assert NOTHING_WORSE not in there.text
    assert (there.wait_before_s, there.wait_now_s) == (back.wait_now_s, back.wait_before_s)


@given(known, st.sampled_from(["offered_per_hour", "handle_time_s", "agents"]), st.floats(1.1, 3))
def test_what_alone_changed_explains_all(before: Conditions, figure: str, times: float) -> None:
    """One cause, one part, whichever it is and however little the wait changes."""
    now = replace(before, **{figure: getattr(before, figure) * times})
    told = explain(before, now)

    assert [] == told.parts or [1.0] == [
        pytest.approx(part.share) for part in told.parts if part.share
    ]
