"""Reckoning: doing nothing against a sensible policy against the best found, and what is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Final, get_args, get_type_hints

import pytest
from msgspec.structs import replace

from simulator import floor_plan_of
from simulator.causes import Absence, Cause, PlateauShape, Surge
from simulator.drill.floor import DrillFloor
from simulator.drill.policies import named
from simulator.drill.reckoning import CAUSES, Played, reckon, score
from simulator.drill.runs import Ground, Job, causes_of, course_of, overrun_first, run
from simulator.drill.search import GivenUp
from simulator.drill.wording import Words
from stream.contract.drills import (
    Anger,
    Announce,
    CallIn,
    Deed,
    Leave,
    MoveAgents,
    Notice,
    Offer,
    OfferCallbacks,
    Opened,
    Plan,
    Report,
    SetOverflow,
    Volume,
)
from stream.contract.instants import LATEST, MINUTE_US, Instant
from stream.contract.said import Said
from tests.simulator.days import MORNING
from tests.simulator.drill.floors import SMALL, deed, minute
from tests.simulator.drill.test_findings import english

WORDS: Final = Words(named(SMALL), SMALL.time_zone)
GROUND: Final = Ground(SMALL, 7, Instant(MORNING - 90 * MINUTE_US), MORNING, minute(60))
SURGE: Final = deed(5, Volume("snap", 2.0, 40), "trainer")
SENSIBLE: Final = [
    deed(9, Notice("snap")),
    deed(12, MoveAgents("benefits", "snap", 4)),
    deed(50, MoveAgents("snap", "benefits", 4)),
]
OFFER: Final = Offer("small", "scenario", "Small", "A small floor.")
RUNS: Final = 40


def played(*deeds: Deed, ground: Ground = GROUND) -> Played:
    """A drill that is over."""
    return Played(
        Plan("small", seed=7),
        OFFER,
        ground,
        deeds,
        alerts=[Opened(minute(8), "Calls surge in SNAP Line")],
        acknowledged=[minute(10)],
    )


@lru_cache(maxsize=1)
def sensible() -> Report:
    """The report of a surge met sensibly."""
    return reckon(played(SURGE, *SENSIBLE), runs_max=RUNS)


def test_nothing_is_worse_than_sense_and_the_best_is_no_worse_than_either() -> None:
    """With the same customers, who come twice as many for forty minutes."""
    yours, nothing, best = (course.outcome for course in sensible().courses)

    assert nothing.cost > 1.3 * yours.cost
    assert best.cost <= yours.cost
    assert nothing.abandoned > best.abandoned


def test_the_score_lies_between_nothing_and_the_best() -> None:
    """Doing nothing scores 0, the best itself 100, and sense well above 0."""
    report = sensible()
    best = next(course for course in report.courses if course.name == "best")
    again = reckon(played(*best.deeds), runs_max=20)

    assert reckon(played(SURGE), runs_max=RUNS).score == 0.0
    assert again.score == 100.0
    assert report.score is not None
    assert report.score > 30


def test_the_best_course_beats_nothing_by_itself() -> None:
    """The search needs nobody's example."""
    yours, nothing, best = (
        course.outcome for course in reckon(played(SURGE), runs_max=RUNS).courses
    )

    assert yours == nothing
    assert best.cost < 0.7 * nothing.cost


def test_each_course_is_what_its_deeds_give() -> None:
    """A report can be checked: its deeds played again give its figures."""
    for course in sensible().courses:
        again = run(Job(GROUND, course.deeds, SURGE.at))
        assert again.outcome == course.outcome
        assert again.minutes == course.minutes
        assert SURGE in course.deeds


def test_times_are_counted_from_the_first_cause() -> None:
    """Seen after four minutes, acknowledged after five, acted upon after seven."""
    report = sensible()

    assert report.onset == SURGE.at
    assert (report.noticed_s, report.acknowledged_s, report.acted_s) == (240, 300, 420)
    assert report.recovered_s == report.courses[0].outcome.recovered_s
    assert report.recovered_s is not None


def test_what_was_done_before_the_trouble_is_no_answer_to_it() -> None:
    """Nor are other people's deeds and acknowledgements."""
    early = replace(SENSIBLE[1], at=minute(2))
    report = reckon(played(early, replace(SURGE, at=minute(20))), runs_max=4)

    assert (report.noticed_s, report.acknowledged_s, report.acted_s) == (None, None, None)


def test_what_was_seen_and_done_before_the_trouble_is_not_said_to_be_never() -> None:
    """The timeline has it, and so have the findings; without it they say that there was nothing."""
    early = [replace(deed, at=minute(2 + nth)) for nth, deed in enumerate(SENSIBLE[:2])]
    late = replace(SURGE, at=minute(20))
    seen = reckon(played(*early, late), runs_max=4)
    nothing = reckon(played(late), runs_max=4)

    assert "Trouble was seen: SNAP Line." in [moment.text for moment in seen.timeline]
    assert seen.findings[1:3] == [
        "You said at 09:32 that you saw trouble, before it began, and not again.",
        "What was done came before it, from 09:33 on; once it had begun nothing was.",
    ]
    assert nothing.findings[1:3] == [
        "Nobody said that they had seen it.",
        "Nothing was done about it.",
    ]


def test_a_response_is_a_notice_too() -> None:
    """Who acts has seen."""
    report = reckon(played(SURGE, SENSIBLE[1]), runs_max=4)

    assert report.noticed_s == report.acted_s == 420


def test_the_timeline_has_everything_in_order() -> None:
    """Cause, alert, notice, acknowledgement, deeds and the recovery."""
    moments = sensible().timeline

    assert moments == sorted(moments, key=lambda moment: moment.at)
    assert [(moment.kind, moment.text) for moment in moments[:5]] == [
        ("cause", "2 times the contacts came to SNAP Line for 40 minutes."),
        ("alert", "Calls surge in SNAP Line."),
        ("deed", "Trouble was seen: SNAP Line."),
        ("deed", "An alert was acknowledged."),
        ("deed", "4 people were moved from Benefits to SNAP Line."),
    ]
    assert "recovery" in {moment.kind for moment in moments}


def test_what_a_report_says_can_be_written_in_other_languages() -> None:
    """From the text that it is and the values of its places comes the same English."""
    report = sensible()

    assert [english(said, WORDS) for said in report.findings_said] == report.findings
    assert {line.kind for line in report.timeline if line.said is None} == {"alert"}
    for line in report.timeline:
        assert line.said is None or english(line.said, WORDS) == line.text


def test_what_an_alert_said_is_told_to_translate() -> None:
    """As a sentence of what it said as it opened."""
    opened = Opened(minute(8), "Calls surge", Said("Calls surge"))
    report = reckon(played(SURGE)._replace(alerts=[opened]), runs_max=4)
    (line,) = (line for line in report.timeline if line.kind == "alert")

    assert line.said is not None
    assert english(line.said, WORDS) == line.text == "Calls surge."


def test_findings_say_when_it_began_what_helped_and_what_would_have() -> None:
    """In plain words, with the figures of the courses."""
    report = sensible()
    yours, nothing, best = (course.outcome for course in report.courses)
    told = "\n".join(report.findings)

    assert "The trouble began at 09:35" in told
    assert "You noticed it after 4:00." in told
    assert "The first response came after 7:00." in told
    assert f"{nothing.abandoned} would have, and {best.abandoned} in the best" in told
    assert f"It cost {round(yours.cost):,} minutes of customers' time" in told
    assert "4 people were moved from Benefits to SNAP Line at 09:42: that saved" in told
    assert "What helps most at first:" in told


def test_who_acts_late_is_told_what_acting_soon_would_have_saved() -> None:
    """The same people moved, half an hour earlier."""
    late = reckon(played(SURGE, replace(SENSIBLE[1], at=minute(42))), runs_max=4)
    soon = run(Job(GROUND, [SURGE, replace(SENSIBLE[1], at=minute(6))], SURGE.at))
    saved = late.courses[0].outcome.cost - soon.outcome.cost
    (told,) = (text for text in late.findings if text.startswith("The same responses"))

    assert saved > 5
    assert told.startswith(
        f"The same responses, begun at 09:36, would have saved {round(saved)} minutes"
    )


def test_a_calm_drill_has_no_onset_and_no_score() -> None:
    """Nothing happened that could have been met."""
    report = reckon(played(), runs_max=10)

    assert report.onset is None
    assert report.score is None
    assert report.findings == []
    assert [course.name for course in report.courses] == ["yours", "nothing", "best"]


def test_trouble_without_a_cause_begins_when_a_queue_is_hit() -> None:
    """Too few people from the start: nothing happens, and yet it can be met."""
    teams = {**SMALL.teams, "north": SMALL.teams["north"].model_copy(update={"count": 4})}
    ground = GROUND._replace(scenario=SMALL.model_copy(update={"teams": teams}))
    report = reckon(played(ground=ground), runs_max=12)
    nothing = run(Job(ground, [], None))

    (first,) = overrun_first(ground, nothing._replace(hit={"snap": 20, "benefits": 4}))

    assert (first.at, first.overrun) == (minute(4), "benefits")
    assert report.onset == ground.began + min(nothing.hit.values()) * MINUTE_US
    assert report.score == 0.0
    assert "SNAP Line could not keep up, though nothing special happened." in [
        moment.text for moment in report.timeline
    ]


def test_every_kind_of_cause_has_words() -> None:
    """Whatever a scenario may say happens can stand in the timeline."""
    kinds = {get_args(get_type_hints(kind)["kind"])[0] for kind in get_args(get_args(Cause)[0])}

    assert kinds == set(CAUSES)


@pytest.mark.parametrize(
    ("yours", "nothing", "best", "expected"),
    [
        (100, 100, 50, 0.0),
        (120, 100, 50, 0.0),
        (50, 100, 50, 100.0),
        (75, 100, 50, 50.0),
        (96, 100, 95, None),
        (900, 1000, 985, None),
    ],
)
def test_the_score_is_the_share_of_what_could_be_saved(
    yours: float, nothing: float, best: float, expected: float | None
) -> None:
    """None where hardly anything could be."""
    assert score(yours, nothing, best) == expected


def test_the_search_is_bounded_told_and_can_be_given_up() -> None:
    """No more runs than allowed but the few that explain; progress only rises and ends at 1."""
    heard: list[float] = []
    report = reckon(played(SURGE, *SENSIBLE), runs_max=6, progress=heard.append)

    assert report.tried <= 6 + 8 + 2
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    with pytest.raises(GivenUp):
        reckon(played(SURGE), runs_max=20, stopped=lambda: True)


def test_runs_may_be_made_elsewhere() -> None:
    """The report does not depend on who makes the runs."""
    with ThreadPoolExecutor(2) as pool:
        elsewhere = reckon(played(SURGE, *SENSIBLE), runs_max=12, each=pool.map)

    assert elsewhere == reckon(played(SURGE, *SENSIBLE), runs_max=12)


def test_causes_are_the_scenarios_and_the_trainers() -> None:
    """What lies outside the drill is none; what was under way when it began counts from there."""
    shape = PlateauShape(kind="plateau", onset_minutes=0.0, minutes=30.0, end_minutes=0.0)
    events = {
        "morning-rush": Surge(kind="surge", at=9 * 60 + 10, shape=shape, times=2.0),
        "flu": Absence(kind="absence", at=9 * 60 + 50, team="north", agents=2, minutes=30.0),
        "early": Absence(kind="absence", at=8 * 60, team="north", agents=2, minutes=30.0),
        "late": Absence(kind="absence", at=11 * 60, team="north", agents=2, minutes=30.0),
    }
    ground = GROUND._replace(scenario=SMALL.model_copy(update={"events": events}))
    left = deed(30, Leave("snap", 1), "trainer")
    found = causes_of(ground, [SURGE, left, SENSIBLE[0]])

    assert [(cause.at, cause.until, cause.what) for cause in found] == [
        (MORNING, minute(10), "morning-rush"),
        (minute(5), minute(45), SURGE),
        (minute(20), minute(50), "flu"),
        (minute(30), minute(60), left),
    ]


def test_every_deed_has_words() -> None:
    """And each of them says which queue it was about."""
    deeds = [
        deed(5, Leave("snap", 1, 10), "trainer"),
        deed(6, Anger(None, 10), "trainer"),
        deed(10, CallIn("benefits", 1)),
        deed(11, SetOverflow("snap", "benefits")),
        deed(12, SetOverflow("snap", None)),
        deed(13, OfferCallbacks("snap", 30)),
        deed(14, OfferCallbacks("snap", None)),
        deed(15, Announce("snap", "expected_wait")),
        deed(16, Notice()),
    ]
    report = reckon(played(*deeds), runs_max=4)

    assert [moment.text for moment in report.timeline if "alert" not in moment.text.lower()] == [
        "1 person left SNAP Line for 10 minutes.",
        "Customers of every queue were angry for 10 minutes.",
        "Calls surge in SNAP Line.",
        "1 person was called in from a break for Benefits.",
        "The overflow of SNAP Line to Benefits was opened.",
        "The overflow of SNAP Line was closed.",
        "Calls back were offered in SNAP Line after 30 s.",
        "Calls back were offered no longer in SNAP Line.",
        "Callers of SNAP Line are told how long it takes.",
        "Trouble was seen: the floor.",
    ]


def test_what_came_of_a_recording_is_what_came_of_the_floor() -> None:
    """The events alone give the same course, though all be told twice and one clock be broken."""
    ground = DrillFloor(SMALL, seed=7, start=GROUND.start)
    ground.do(SURGE)
    events = ground.advance(minute(70))
    twice = [one for event in events for one in (event, event)]
    astray = replace(events[-1], time=LATEST)
    recorded = course_of(
        [*twice[:500], astray, *twice[500:]],
        floor_plan_of(SMALL),
        began=GROUND.began,
        ended=GROUND.ended,
        onset=SURGE.at,
        deeds=[SURGE],
    )

    assert recorded == run(Job(GROUND, [SURGE], SURGE.at)).course("yours")


def test_a_drill_that_ends_where_it_begins_has_a_report() -> None:
    """Without evidence, and without an error."""
    report = reckon(played(ground=GROUND._replace(ended=GROUND.began)), runs_max=4)

    assert report.courses[0].minutes == []
    assert report.courses[0].outcome.offered == 0
    assert report.score is None
