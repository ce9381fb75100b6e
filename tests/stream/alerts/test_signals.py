"""How each kind of rule stands, by small tables of readings."""

from __future__ import annotations

import math
from typing import Any, Final, Literal

import pytest
from pydantic import TypeAdapter

from stream.alerts.readings import Readings
from stream.alerts.rules import AnyRule, Rule, Scope
from stream.alerts.signals import SIGNAL, judge
from stream.contract.alerts import Dimension
from stream.contract.figures import COUNTS, FIGURES, MEANINGLESS_IN_TEAMS, Value
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.staffing.fluid import outlook
from tests.builders import BASE_US
from tests.stream.alerts.floors import EVERY, Metrics, reading

_rules: Final[TypeAdapter[AnyRule]] = TypeAdapter(Rule)


def rule(kind: str, **fields: Any) -> AnyRule:
    """A rule as it stands in `alerts.yaml`."""
    return _rules.validate_python({"kind": kind, **fields})


def signals(rule: AnyRule, readings: Readings) -> dict[str | None, str]:
    """The signal of each thing by name."""
    judged = judge(rule, readings)
    return {
        name: SIGNAL[number]
        for name, number in zip(judged.names, judged.signals.tolist(), strict=True)
    }


def figures(rule: AnyRule, readings: Readings) -> dict[str, Value]:
    """The figures of the first thing."""
    return judge(rule, readings).figures(0)


def of_queue(rule: AnyRule, metrics: Metrics, **more: Any) -> str:
    """How a rule stands on the one queue with these metrics."""
    return signals(rule, reading(queues={"benefits": metrics}, **more))["benefits"]


# --- thresholds --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "signal"),
    [(9, "clear"), (10, "clear"), (11, "hold"), (15, "hold"), (16, "breach"), (None, "clear")],
)
def test_above_one_level_it_breaches_and_up_to_another_it_is_clear(
    value: Value, signal: str
) -> None:
    """At a level is not beyond it; what is not known is held against nobody."""
    above = rule("threshold", metric="offered", above=15.0, clear=10.0)

    assert of_queue(above, {"offered": value}) == signal


@pytest.mark.parametrize(
    ("value", "signal"),
    [
        (0.59, "breach"),
        (0.6, "hold"),
        (0.74, "hold"),
        (0.75, "clear"),
        (1.0, "clear"),
        (None, "clear"),
    ],
)
def test_below_is_the_other_way_about(value: Value, signal: str) -> None:
    """Fewer is worse."""
    below = rule("threshold", metric="service_level", below=0.6, clear=0.75)

    assert of_queue(below, {"service_level": value}) == signal


@pytest.mark.parametrize(("value", "signal"), [(15, "clear"), (16, "breach")])
def test_without_a_level_of_its_own_it_clears_where_it_breached(value: int, signal: str) -> None:
    """There is nothing between."""
    assert of_queue(rule("threshold", metric="waiting", above=15.0), {"waiting": value}) == signal


def test_every_thing_of_the_dimension_is_judged() -> None:
    """The scope's names are looked at later; a thing of another dimension is none of it."""
    floor = reading(
        floor={"offered": 9},
        queues={"a": {"offered": 1}, "b": {"offered": 9}},
        channels={"voice": {"offered": 9}},
        teams={"north": {"answered": 9}},
        agents={"a1": {"answered": 1}},
    )
    expected: dict[Dimension, dict[str | None, str]] = {
        "floor": {None: "breach"},
        "queue": {"a": "clear", "b": "breach"},
        "channel": {"voice": "breach"},
        "team": {"north": "breach"},
        "agent": {"a1": "clear"},
    }
    for dimension, told in expected.items():
        metric = "answered" if dimension in ("team", "agent") else "offered"
        scope = {dimension: True if dimension == "floor" else "*"}
        above = rule("threshold", metric=metric, above=5.0, scope=scope)

        assert told == signals(above, floor)


@pytest.mark.parametrize("window", EVERY)
def test_a_metric_is_read_in_its_window(window: str) -> None:
    """And in no other."""
    above = rule("threshold", metric="offered", above=5.0, window=window)
    others = {each: {"benefits": {"offered": 9}} for each in EVERY if each != window}

    assert of_queue(above, {"offered": 3}, windows=others) == "clear"
    assert of_queue(above, {"offered": 9}) == "breach"


def test_what_stands_now_stands_in_every_window() -> None:
    """Whichever of them is told."""
    assert of_queue(rule("threshold", metric="waiting", above=1.0), {"waiting": 2}) == "breach"


@pytest.mark.parametrize(
    ("answered_waited", "abandoned", "signal"),
    [(15, 5, "breach"), (15, 4, "clear"), (0, 20, "breach"), (None, None, "clear")],
)
def test_too_few_contacts_are_no_evidence(
    answered_waited: Value, abandoned: Value, signal: str
) -> None:
    """Those whose waits are over count: answered after waiting, or abandoned."""
    below = rule("threshold", metric="service_level", below=0.6, at_least=20)
    told = {"service_level": 0.2, "answered_waited": answered_waited, "abandoned": abandoned}

    assert of_queue(below, told) == signal


@pytest.mark.parametrize(
    ("metric", "counted"),
    [
        ("csat_score", "csat_n"),
        ("csat_low", "csat_n"),
        ("csat_mean", "csat_n"),
        ("nps", "nps_n"),
        ("resolution_rate", "resolved_n"),
        ("callbacks_kept_rate", "callbacks_due"),
        ("survey_response_rate", "surveys_sent"),
        ("trust_score", "trust_n"),
        ("manner_score", "manner_n"),
        ("ease_score", "ease_n"),
        ("effectiveness_score", "effectiveness_n"),
        ("emotion_score", "emotion_n"),
    ],
)
def test_what_was_asked_is_evidence_by_those_who_answered(metric: str, counted: str) -> None:
    """Not by the contacts."""
    below = rule("threshold", metric=metric, below=0.6, at_least=20)
    told = {metric: 0.2, "answered_waited": 100, "abandoned": 0}

    assert of_queue(below, {**told, counted: 19}) == "clear"
    assert of_queue(below, {**told, counted: 20}) == "breach"


def test_every_metrics_evidence_is_counted_somewhere() -> None:
    """Of each metric of a window there is a number of contacts that it rests on."""
    everything = {**dict.fromkeys((*COUNTS, *FIGURES), 5), "service_levels": None}
    for metric in (*COUNTS, *FIGURES):
        if metric == "service_levels":
            continue
        above = rule("threshold", metric=metric, above=1.0, at_least=5)
        more = rule("threshold", metric=metric, above=1.0, at_least=11)

        assert of_queue(above, everything) == "breach", metric
        assert of_queue(more, everything) == "clear", metric


@pytest.mark.parametrize("dimension", ["team", "agent"])
def test_in_teams_and_agents_evidence_is_what_they_answered(dimension: str) -> None:
    """Nobody abandons a team."""
    above = rule("threshold", metric="occupancy", above=0.9, at_least=20, scope={dimension: "*"})
    assert "abandoned" in MEANINGLESS_IN_TEAMS
    for answered, signal in ((19, "clear"), (20, "breach")):
        north: dict[str, Metrics] = {"north": {"occupancy": 0.95, "answered": answered}}
        told = reading(teams=north) if dimension == "team" else reading(agents=north)

        assert signals(above, told) == {"north": signal}


def test_a_threshold_tells_its_figure() -> None:
    """Whole where it is whole, None where it is not known."""
    above = rule("threshold", metric="offered", above=5.0)

    assert figures(above, reading(queues={"a": {"offered": 9.0}})) == {"offered": 9}
    assert figures(above, reading(queues={"a": {"offered": 9.5}})) == {"offered": 9.5}
    assert figures(above, reading(queues={"a": {}})) == {"offered": None}


# --- burn rates --------------------------------------------------------------------------------


def burning(
    long: Value, short: Value, *, contacts: int = 40, target: float = 0.8, burn: float = 3.0
) -> str:
    """How a burn rate with its usual windows stands on shares in target."""
    burns = rule("burn_rate", burn=burn, clear_burn=2.25, target=target)
    ended = {"answered_waited": contacts, "abandoned": 0}
    windows = {
        "30m": {"benefits": {"stuck_proof": long, **ended}},
        "5m": {"benefits": {"stuck_proof": short, "answered_waited": 1}},
    }
    return of_queue(burns, {}, windows=windows)


@pytest.mark.parametrize(
    ("long", "short", "signal"),
    [
        pytest.param(0.4, 0.4, "breach", id="six in ten wait too long in both"),
        pytest.param(0.0, 0.0, "breach", id="everybody waits too long"),
        pytest.param(0.41, 0.0, "hold", id="not yet in the long one"),
        pytest.param(0.0, 0.41, "hold", id="not any more in the short one"),
        pytest.param(0.55, 0.2, "hold", id="at the level to clear"),
        pytest.param(0.551, 0.2, "clear", id="fifteen points better"),
        pytest.param(0.2, 1.0, "clear", id="it is over"),
        pytest.param(0.8, 0.8, "clear", id="on target"),
        pytest.param(None, 0.0, "clear", id="nothing known of the long one"),
        pytest.param(0.0, None, "clear", id="nothing known of the short one"),
    ],
)
def test_burn_three_of_a_target_of_eighty_is_six_in_ten_bad(
    long: Value, short: Value, signal: str
) -> None:
    """An 80 % target burns five times too fast at the most, when nobody is served in time."""
    assert burning(long, short) == signal


@pytest.mark.parametrize(("contacts", "signal"), [(19, "clear"), (20, "breach")])
def test_twenty_contacts_are_evidence_unless_said_otherwise(contacts: int, signal: str) -> None:
    """In the long window."""
    assert burning(0.0, 0.0, contacts=contacts) == signal


@pytest.mark.parametrize(
    ("target", "burn", "share"),
    [(0.8, 5.0, 0.0), (0.95, 3.0, 0.85), (0.95, 20.0, 0.0), (0.9, 3.0, 0.7), (0.99, 14.4, 0.856)],
)
def test_a_share_at_just_the_level_breaches(target: float, burn: float, share: float) -> None:
    """Whatever numbers with a point make of it."""
    assert burning(share, share, target=target, burn=burn) == "breach"


def test_windows_that_tell_of_other_queues_are_put_side_by_side() -> None:
    """A queue that one of them does not tell of is no evidence."""
    burns = rule("burn_rate", burn=3.0)
    bad = {"stuck_proof": 0.1, "answered_waited": 30, "abandoned": 0}
    floor = reading(windows={"30m": {"a": bad, "b": bad, "c": bad}, "5m": {"c": bad, "a": bad}})

    assert signals(burns, floor) == {"a": "breach", "b": "clear", "c": "breach"}


def test_a_burn_rate_tells_its_shares_and_how_fast_it_burns() -> None:
    """The share first: it is what the rule goes by."""
    bad = {"service_level": 0.25, "answered_waited": 30, "abandoned": 10}
    floor = reading(windows={"30m": {"a": bad}, "5m": {"a": {"service_level": 0.5}}})

    told = figures(rule("burn_rate", burn=3.0, metric="service_level"), floor)

    assert [*told] == ["service_level", "service_level_5m", "burn", "contacts"]
    assert told == {
        "service_level": 0.25,
        "service_level_5m": 0.5,
        "burn": pytest.approx(3.75),
        "contacts": 40,
    }


# --- somebody waits ----------------------------------------------------------------------------


@pytest.mark.parametrize(("wait_s", "signal"), [(None, "clear"), (60, "clear"), (60.001, "breach")])
def test_somebody_waits_for_longer_than_is_said(wait_s: Value, signal: str) -> None:
    """For just as long is not longer."""
    assert of_queue(rule("waiting", over="1m"), {"oldest_wait_s": wait_s}) == signal


@pytest.mark.parametrize(("times", "signal"), [(None, "clear"), (30, "clear"), (30.5, "breach")])
def test_somebody_waits_for_many_times_their_target(times: Value, signal: str) -> None:
    """Whichever channel they wait in."""
    told = {"oldest_wait_s": 610, "oldest_wait_targets": times}

    assert of_queue(rule("waiting", over_targets=30.0), told) == signal


def test_waiting_tells_the_wait_and_how_many_wait() -> None:
    """The wait first."""
    told = figures(
        rule("waiting", over="1m"), reading(queues={"a": {"oldest_wait_s": 75.5, "waiting": 3}})
    )

    assert [*told.items()] == [("oldest_wait_s", 75.5), ("waiting", 3)]


# --- promises ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due_us", "signal"),
    [
        pytest.param(-1, "clear", id="overdue"),
        pytest.param(0, "breach", id="due just now"),
        pytest.param(1, "breach", id="due in a moment"),
        pytest.param(10 * MINUTE_US, "breach", id="due in ten minutes"),
        pytest.param(10 * MINUTE_US + 1, "clear", id="not yet at risk"),
    ],
)
@pytest.mark.parametrize("of", ["callbacks", "replies"])
def test_a_promise_is_at_risk_from_ten_minutes_before_until_it_is_due(
    of: Literal["callbacks", "replies"], due_us: int, signal: str
) -> None:
    """What is overdue is broken already, and what is due just now can be kept."""
    floor = reading(promises={of: {"benefits": [BASE_US + due_us]}})

    assert signals(rule("promise", of=of), floor) == {"benefits": signal}


def test_promises_of_the_other_kind_are_another_rules() -> None:
    """Callbacks are no replies."""
    floor = reading(promises={"replies": {"benefits": [BASE_US]}})

    assert signals(rule("promise"), floor) == {}


def test_the_floors_promises_are_those_of_all_queues() -> None:
    """Added up; `more_than` as many are let pass."""
    floor = reading(promises={"callbacks": {"a": [BASE_US], "b": [BASE_US, BASE_US + 1], "c": []}})
    whole = rule("promise", scope={"floor": True}, more_than=2)
    queues = rule("promise", more_than=1)

    assert signals(whole, floor) == {None: "breach"}
    assert figures(whole, floor) == {"callbacks_at_risk": 3}
    assert signals(queues, floor) == {"a": "clear", "b": "breach", "c": "clear"}


# --- forecasts ---------------------------------------------------------------------------------

BUSY: Final[Metrics] = {
    "offered": 45,
    "average_handle_time_s": 300,
    "agents_staffed": 12,
    "agents_away": 2,
    "waiting": 6,
    "in_conversation": 8,
    "on_hold": 1,
    "wrapping": 1,
    "oldest_wait_s": 70,
    "patience_s": 400,
}
TWENTY: Final = {"benefits": 20 * SECOND_US}


def wait_ahead_s(**changed: float | None) -> float:
    """What the fluid says of the busy queue a quarter of an hour from now."""
    told: dict[str, float | None] = {"contacts": 16.0, "patience_s": 400.0, **changed}
    contacts = told["contacts"]
    assert contacts is not None
    return outlook(
        contacts=contacts,
        arrivals_per_s=45 / 900,
        handle_time_s=300.0,
        patience_s=told["patience_s"],
        agents=10.0,
        horizon_s=900.0,
    ).wait_s


def forecast(metrics: Metrics, **fields: Any) -> str:
    """How a forecast stands on the one queue, with a target of 20 s."""
    return of_queue(rule("forecast", **fields), metrics, targets_us=TWENTY)


def test_a_forecast_is_the_fluids_wait_in_targets() -> None:
    """Breach beyond the one level, clear up to the other."""
    times = wait_ahead_s() / 20

    assert 3 < times < math.inf
    assert forecast(BUSY, over_targets=times + 0.01) == "clear"
    assert forecast(BUSY, over_targets=times - 0.01) == "breach"
    assert forecast(BUSY, over_targets=times + 1, clear_targets=times - 1) == "hold"


def test_a_forecast_tells_the_wait_then_and_the_one_now() -> None:
    """In seconds; one without an end is none that could be said."""
    floor = reading(queues={"benefits": BUSY}, targets_us=TWENTY)

    assert figures(rule("forecast"), floor) == {
        "wait_ahead_s": pytest.approx(wait_ahead_s(), abs=0.05),
        "oldest_wait_s": 70,
    }


def test_nobody_who_gives_up_is_no_patience_without_end_to_guess() -> None:
    """Where none gave up, the fluid has nobody give up."""
    times = wait_ahead_s(patience_s=None) / 20

    assert times > wait_ahead_s() / 20
    for patience_s in (None, 0):
        told = {**BUSY, "patience_s": patience_s}

        assert forecast(told, over_targets=times - 0.01) == "breach"
        assert forecast(told, over_targets=times + 0.01) == "clear"


@pytest.mark.parametrize(
    "changed",
    [
        {"offered": 19},
        {"offered": None},
        {"average_handle_time_s": None},
        {"average_handle_time_s": 0},
        {"agents_staffed": None},
        {"agents_staffed": 2},
        {"agents_away": None},
    ],
    ids=str,
)
def test_a_forecast_without_evidence_is_clear(changed: Metrics) -> None:
    """Too few contacts, no handle time, nobody there to go by."""
    assert forecast({**BUSY, **changed}, over_targets=0.01) == "clear"


def test_a_queue_whose_target_nobody_knows_has_no_forecast() -> None:
    """Nothing is promised there that could be broken."""
    assert of_queue(rule("forecast", over_targets=0.01), BUSY) == "clear"


def test_a_target_of_no_time_counts_as_a_second() -> None:
    """As with the longest wait."""
    told = rule("forecast", over_targets=wait_ahead_s() - 0.01)
    more = rule("forecast", over_targets=wait_ahead_s() + 0.01)

    assert of_queue(told, BUSY, targets_us={"benefits": 0}) == "breach"
    assert of_queue(more, BUSY, targets_us={"benefits": 0}) == "clear"


# --- no data -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("known", "signal"), [(True, "clear"), (False, "breach")])
def test_a_stream_that_tells_nothing_is_known_by_that(known: bool, signal: str) -> None:
    """There are no figures to it."""
    silent = rule("no_data", scope={"floor": True})

    assert signals(silent, reading(known=known)) == {None: signal}
    assert figures(silent, reading(known=known)) == {}


def test_the_default_scope_is_every_queue() -> None:
    """For every kind that looks at queues."""
    assert rule("surge").scope == Scope.model_validate({"queue": "*"})
