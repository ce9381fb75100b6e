"""A plan set on its floor: on which day it is played, from when to when, and what is to come."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from simulator.calendar import Calendar
from simulator.causes import Cause, RampShape, Surge
from simulator.drill.floor import DrillFloor
from simulator.plans import Scenario, TeamPlan
from stream.contract.drills import Deed, DrillRefused, Offer, Plan, QueueOffered
from stream.contract.instants import MINUTE_US, Instant

# The same day for every drill, so that the same plan is the same drill tomorrow; where the centre
# is closed on it, the next on which it is open.
FIRST_DAY: Final = date(2026, 3, 3)
WEEK_DAYS: Final = 7
MINUTES_MAX: Final = 480
SURPRISES_MAX: Final = 50
SPEED_MIN: Final = 0.25
SPEED_MAX: Final = 60.0
# How long before the doors open the first shifts and messages begin.
BEFORE_OPENING_MINUTES: Final = 30
# Where nothing goes wrong by itself: the floor is under way by then.
UNDER_WAY_MINUTES: Final = 120
BEFORE_TROUBLE_MINUTES: Final = 10
# A drill is not begun so late that the centre closes in the middle of it.
LAST_MINUTES: Final = 90


class Staging(NamedTuple):
    """When a drill's floor starts, and when on it the drill begins and ends, in microseconds."""

    start: int
    began: int
    ends: int


def staged(plan: Plan, offer: Offer, scenario: Scenario) -> Staging:
    """When the plan is played. Raises `DrillRefused` where it cannot be."""
    check_plan(plan, offer)
    hours = scenario.hours
    begins = _begins(plan, offer, scenario)
    if not hours.opens <= begins < hours.closes:
        raise DrillRefused(
            f"begins: expected a time while the centre is open, from {_time(hours.opens)} to "
            f"{_time(hours.closes)}"
        )
    calendar, day = Calendar(scenario, 0), _day(scenario)
    began = int(calendar.instant(day, begins))
    return Staging(
        start=int(calendar.instant(day, max(0, hours.opens - BEFORE_OPENING_MINUTES))),
        began=began,
        ends=began + round(plan.minutes * MINUTE_US),
    )


def floor_of(plan: Plan, scenario: Scenario, staging: Staging) -> DrillFloor:
    """The plan's floor at its start."""
    return DrillFloor(scenario, seed=plan.seed, start=Instant(staging.start), began=staging.began)


def surprises_of(plan: Plan, staging: Staging) -> list[Deed]:
    """The plan's surprises as they come by themselves, in order."""
    deeds = [
        Deed(staging.began + round(one.minute * MINUTE_US), "trainer", one.surprise)
        for one in plan.surprises
    ]
    return sorted(deeds, key=lambda deed: deed.at)


def offer_of(scenario: Scenario) -> Offer:
    """What a trainer is told of a scenario."""
    queues = [
        QueueOffered(queue, plan.name, plan.channel, _agents(queue, scenario))
        for queue, plan in scenario.queues.items()
    ]
    return Offer(
        name=scenario.name,
        kind="scenario",
        title=scenario.title,
        about=" ".join(scenario.about.split()),
        notice=list(scenario.notice),
        helps=list(scenario.helps),
        begins=best_begun(scenario),
        queues=queues,
    )


def best_begun(scenario: Scenario) -> int:
    """The minute of the day at which a drill is best begun: shortly before the first trouble of
    its day, while the centre is open."""
    hours = scenario.hours
    troubles = [_trouble(event) for event in scenario.events.values() if event.day == 0]
    begins = min(troubles, default=hours.opens + UNDER_WAY_MINUTES + BEFORE_TROUBLE_MINUTES)
    last = max(hours.opens, hours.closes - LAST_MINUTES)
    return min(max(begins - BEFORE_TROUBLE_MINUTES, hours.opens), last)


def _trouble(event: Cause) -> int:
    """The minute of the day at which it is felt: of a climb towards an end, its last hours."""
    if isinstance(event, Surge) and isinstance(event.shape, RampShape):
        return max(0, round(event.at - 60 * event.shape.last_hours))
    return event.at


def check_speed(speed: float) -> None:
    """Raises `DrillRefused` where a floor cannot run so fast."""
    if not SPEED_MIN <= speed <= SPEED_MAX:
        raise DrillRefused(f"speed: expected {SPEED_MIN:g} to {SPEED_MAX:g} times the clock's pace")


def check_plan(plan: Plan, offer: Offer) -> None:
    """Raises `DrillRefused` where the plan is none for this offer."""
    check_speed(plan.speed)
    if not 1 <= plan.minutes <= MINUTES_MAX:
        raise DrillRefused(f"minutes: expected 1 to {MINUTES_MAX}")
    if len(plan.surprises) > SURPRISES_MAX:
        raise DrillRefused(f"surprises: expected {SURPRISES_MAX} at most")
    queues = [queue.id for queue in offer.queues]
    for nth, one in enumerate(plan.surprises):
        if not 0 <= one.minute < plan.minutes:
            raise DrillRefused(
                f"surprises.{nth}.minute: expected a minute of the drill, 0 to {plan.minutes:g}"
            )
        queue = one.surprise.queue
        if queue is not None and queue not in queues:
            raise DrillRefused(f"surprises.{nth}.queue: expected one of {', '.join(queues)}")


def _begins(plan: Plan, offer: Offer, scenario: Scenario) -> int:
    if plan.begins is not None:
        return plan.begins
    return best_begun(scenario) if offer.begins is None else offer.begins


def _day(scenario: Scenario) -> date:
    calendar = Calendar(scenario, 0)
    days = (FIRST_DAY + timedelta(days=nth) for nth in range(WEEK_DAYS))
    return next((day for day in days if calendar.busyness_of(day) > 0), FIRST_DAY)


def _agents(queue: str, scenario: Scenario) -> int:
    return round(sum(_share(queue, team) * team.count for team in scenario.teams.values()))


def _share(queue: str, team: TeamPlan) -> float:
    return 1.0 if queue in team.queues else team.also.get(queue, 0.0)


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
