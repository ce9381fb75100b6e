"""Fits simulator/scenarios/bank.yaml to the bank's January: parameters only, no rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from statistics import fmean, pstdev
from typing import Final

from simulator import parse_scenario
from simulator.patience import MEASURED_HAZARD
from tests.face.bank import (
    HALF_HOURS,
    SEED,
    Call,
    abandonment,
    arrivals,
    days,
    month_of,
    present,
    real_calls,
)

# What the bank calls its types (the data's documentation); the smallest is left out.
QUEUES: Final = {
    "PS": "Regular Banking",
    "NW": "New Customers",
    "NE": "Stock Exchange",
    "TT": "Call Backs Asked For",
    "IN": "Internet Support",
}
SHIFT_MINUTES: Final = 420
# Of the agents seen to answer in a half-hour, about this share was there for all of it.
SHARE_SEEN: Final = 0.75
PASSES: Final = 3
REDIAL: Final = 0.24
STRETCHES: Final = [0.3 + 0.05 * nth for nth in range(80)]
# A call under 10 s is a cut-off or a wrong choice (science 2.1): not a length of work.
CUT_OFF_S: Final = 10.0
DAY_NAMES: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def fitted_text() -> str:
    """The scenario's file. How many begin when is found by simulating: one agent more or fewer, as
    long as callers hang up more as they did, half-hour by half-hour."""
    calls = [call for call in real_calls() if call.queue in QUEUES]
    rota = {hour: round(SHARE_SEEN * agents) for hour, agents in _shifts(present(calls))}
    least = _loss(calls, rota)
    for _, hour, step in product(range(PASSES), tuple(rota), (1, -1)):
        tried = rota | {hour: max(0, rota[hour] + step)}
        if (loss := _loss(calls, tried)) < least:
            rota, least = tried, loss
    return scenario_text(calls, rota)


def _loss(calls: Sequence[Call], rota: Mapping[int, int]) -> float:
    """By how many calls a day too many or too few hang up, half-hours added up."""
    made = month_of(parse_scenario(scenario_text(calls, rota), "bank.yaml"), SEED)
    wanted, told = abandonment(calls), abandonment(made)
    return sum(
        abs((want or 0.0) - (got or 0.0)) * count
        for want, got, count in zip(wanted, told, arrivals(calls), strict=True)
    )


def scenario_text(calls: Sequence[Call], rota: Mapping[int, int]) -> str:
    """The scenario with so many agents whose shift begins at each hour."""
    counts = arrivals(calls)
    abandoned = fmean(call.abandoned for call in calls)
    profile = [
        f'    "{at // 2:02d}:{at % 2 * 30:02d}": {share:.2f}' for at, share in enumerate(counts)
    ]
    weekly = Counter(call.day.weekday() for call in calls)
    worked = Counter(day.weekday() for day in {call.day for call in calls})
    mean = len(calls) / days(calls)
    week = ", ".join(
        f"{name}: {weekly[nth] / worked[nth] / mean:.2f}" if worked[nth] else f"{name}: 0"
        for nth, name in enumerate(DAY_NAMES)
    )
    teams = "\n".join(_team(hour, count) for hour, count in rota.items() if count)
    queues = "\n".join(
        _queue(queue, [call for call in calls if call.queue == queue], days(calls), abandoned)
        for queue in QUEUES
    )
    return TEMPLATE.format(
        profile="\n".join(profile), week=week, teams=teams, queues=queues, redial=REDIAL
    )  # fmt: skip


def _queue(queue: str, calls: Sequence[Call], day_count: int, abandoned: float) -> str:
    talks = [c.talk_s for c in calls if c.talk_s is not None and c.talk_s >= CUT_OFF_S]
    sigma = pstdev(math.log(talk) for talk in talks)
    # Who hangs up comes again: only the others are arrivals of their own.
    per_day = len(calls) / day_count * (1 - REDIAL * abandoned)
    return f"""  {queue.lower()}:
    name: {QUEUES[queue]}
    channel: voice
    per_day: {per_day:.0f}
    profile: calls
    talk: {{mean_s: {fmean(talks):.0f}, sigma: {sigma:.2f}, at_least_s: 0}}
    wrap: {{mean_s: 11, sigma: 1.0, at_least_s: 0}}
    patience: {patience(calls):.2f}
    intents: {{call: 1}}"""


def _team(hour: int, count: int) -> str:
    return f"""  from-{hour:02d}:
    name: From {hour:02d}:00
    count: {count}
    shift_minutes: {SHIFT_MINUTES}
    shifts: {{"{hour:02d}:00": 1}}
    queues: [ps, nw, ne, tt, in]"""


def patience(calls: Sequence[Call]) -> float:
    """By what the measured hazard is stretched to make these waits likeliest, an answer ending
    the wait before its time."""
    return max(STRETCHES, key=lambda stretch: sum(_likelihood(call, stretch) for call in calls))


def _likelihood(call: Call, stretch: float) -> float:
    at, spent, hazard = call.wait_s / stretch, 0.0, 0.0
    for (low, per_minute), (high, _) in pairwise((*MEASURED_HAZARD, (math.inf, 0.0))):
        if at < low:
            break
        spent += (min(at, high) - low) * per_minute / 60
        hazard = per_minute / 60 / stretch
    return (math.log(hazard) if call.abandoned else 0.0) - spent


def _shifts(there: Sequence[float]) -> list[tuple[int, float]]:
    """Agents whose shift begins on the hour, from 7 on, so that who is there goes by the day as in
    the data: non-negative least squares by coordinates."""
    starts = range(14, HALF_HOURS - SHIFT_MINUTES // 30 + 1, 2)
    length = SHIFT_MINUTES // 30
    weights = dict.fromkeys(starts, 1.0)
    for _ in range(300):
        for start in starts:
            missing = sum(
                there[at] - sum(w for begun, w in weights.items() if begun <= at < begun + length)
                for at in range(start, start + length)
            )
            weights[start] = max(0.0, weights[start] + missing / length)
    return [(at // 2, weight) for at, weight in weights.items()]


TEMPLATE: Final = """\
# A bank's ordinary working day, fitted to one real month: the "Anonymous Bank" of the Technion,
# January 1999. Written by `python -m tests.face fit`; docs/simulator.md lays the two side by side.
# Parameters only: no call, customer or agent of the data is in here.

name: bank
title: A bank in 1999
about: >-
  A small bank's call centre on an ordinary working day, Sunday to Thursday, from seven to midnight:
  a thousand calls, a dozen agents at the peak, and one caller in ten who hangs up.
notice:
  - A peak at ten, a dip at lunch, a second hump from two to five, and an evening that never ends.
  - Stock exchange calls are longer; internet support has the longest of all.
  - Abandonment is not worst at the peak but where the rota is thinner than the traffic.
helps:
  - A shift that begins when the evening's calls do, not when the morning's people go.
  - Compare with docs/simulator.md, which says where this day is not like the real one.

time_zone: Asia/Jerusalem
hours: {{opens: "07:00", closes: 1440, drain_minutes: 0}}
week: {{{week}}}

# Calls by half-hour, the mean of the month's working days.
profiles:
  calls:
{profile}

# Of the bank's whole year (science 1.2): a month is too short to say.
busyness: {{day_cv: 0.13, within_sigma: 0.2, within_phi: 0.89}}
redial: {redial}
customers: 20000
segments: {{customers: 1}}
journey_stages: {{use: 1}}

# The wait ends when an agent takes the call: nothing rings.
channels:
  voice:
    ring: {{mean_s: 0, sigma: 0, at_least_s: 0}}
    survey: {{asked: 0, answered: 0, delay: {{mean_s: 60}}}}

queues:
{queues}

# How agents differ is in the sigmas of talk already; a dozen drawn anew would shift every mean.
people: {{speed_sigma: 0.0, absent: 0.0, hard_contacts: 0.0}}

# Shifts of seven hours; how many begin when is such that callers hang up as they did, by half-hour.
teams:
{teams}
"""
