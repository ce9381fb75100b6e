"""Causes as waves: who comes on top because of one, and how it changes those whom it befalls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from simulator.calendar import Calendar
from simulator.causes import Abuse, BotFailure, Drop, Happening, Surge, Where, Whom
from simulator.customers import Customer
from simulator.plans import QueuePlan, Scenario
from simulator.shapes import Level, Onset, level_of, steady
from stream.contract.instants import MINUTE_US


class Mood(NamedTuple):
    """How a customer's matter differs from the usual: factors, and what is added or taken off."""

    talk: float = 1.0
    patience: float = 1.0
    redial: float = 1.0
    resolved_less: float = 0.0
    angry: float = 0.0
    hard: float = 0.0


USUAL: Final = Mood()


@dataclass(frozen=True, slots=True)
class Wave:
    """A stretch of time in which more contacts come than usual, other ones, or both.

    `on_top` is how many come on top at the full level, as a share of the usual rate; for a bot's
    wave as a share of those that come from bots.
    """

    name: str
    whom: Whom
    level: Level
    on_top: float
    full: Mood
    intent: str | None = None
    of_bots: bool = False

    def befalls(self, queue: str, plan: QueuePlan, customer: Customer, intent: str) -> bool:
        """Whether a customer of a queue is one of those narrowed down to."""
        return on_queue(self.whom, queue, plan) and is_one_of(self.whom, customer, intent)

    def share_of(self, queue: str, plan: QueuePlan, scenario: Scenario) -> float:
        """How many come on top in a queue at the full level, as a share of its usual rate."""
        if not on_queue(self.whom, queue, plan):
            return 0.0
        share = self.on_top * (plan.from_bot if self.of_bots else 1.0)
        share *= _part(self.whom.languages, plan.languages)
        share *= _part(self.whom.segments, scenario.segments)
        return share * _part(self.whom.intents, plan.intents)


def on_queue(where: Where, queue: str, plan: QueuePlan) -> bool:
    """Whether a queue is one of those narrowed down to."""
    return (not where.queues or queue in where.queues) and (
        not where.channels or plan.channel in where.channels
    )


def is_one_of(whom: Whom, customer: Customer, intent: str) -> bool:
    """Whether a customer with an intent is one of those narrowed down to."""
    return (
        (not whom.languages or customer.language in whom.languages)
        and (not whom.segments or customer.segment in whom.segments)
        and (not whom.intents or intent in whom.intents)
    )


def _part(chosen: list[str], weights: Mapping[str, float]) -> float:
    if not chosen:
        return 1.0
    return sum(weight for name, weight in weights.items() if name in chosen) / sum(weights.values())


class Waves:
    """All waves of a run, and the mood they put customers in."""

    def __init__(self, scenario: Scenario, calendar: Calendar, first_day: date) -> None:
        self.all: tuple[Wave, ...] = tuple(_waves(scenario, calendar, first_day))
        self._plans = scenario.queues

    def mood(
        self, now: int, queue: str, who: tuple[Customer, str], origin: str, *, from_bot: bool
    ) -> Mood:
        """The mood of a customer (with their intent) who comes now; `origin` is the wave that
        brought them, empty for those who come anyway."""
        mood = USUAL
        for wave in self.all:
            level = wave.level
            if not level.begins <= now < level.ends:
                continue
            if wave.of_bots:
                holds = wave.name == origin or (
                    from_bot and wave.befalls(queue, self._plans[queue], *who)
                )
            else:
                holds = wave.name == origin or wave.befalls(queue, self._plans[queue], *who)
            if holds:
                mood = _joined(mood, wave.full, level.at(now))
        return mood


def _joined(mood: Mood, full: Mood, level: float) -> Mood:
    return Mood(
        talk=mood.talk * (1 + (full.talk - 1) * level),
        patience=mood.patience * (1 + (full.patience - 1) * level),
        redial=mood.redial * (1 + (full.redial - 1) * level),
        resolved_less=mood.resolved_less + full.resolved_less * level,
        angry=mood.angry + full.angry * level,
        hard=mood.hard + full.hard * level,
    )


def onset_of(event: Happening, calendar: Calendar, first_day: date) -> Onset:
    """When an event sets in."""
    day = first_day + timedelta(days=event.day)
    return Onset(day, event.at, calendar.instant(day, event.at))


def _waves(scenario: Scenario, calendar: Calendar, first_day: date) -> Iterator[Wave]:
    for name, event in scenario.events.items():
        onset = onset_of(event, calendar, first_day)
        if isinstance(event, Surge):
            level = level_of(event.shape, calendar, onset, event.times)
            full = Mood(
                talk=event.talk_times,
                patience=event.patience_times,
                redial=event.redial_times,
                resolved_less=event.resolved_less,
                angry=event.angry,
                hard=event.hard,
            )
            yield Wave(name, event, level, event.times - 1, full, event.intent)
        elif isinstance(event, Drop) and event.storm is not None:
            storm = event.storm
            ends = onset.instant + round(event.minutes * MINUTE_US)
            full = Mood(redial=storm.redial_times, angry=storm.angry)
            yield Wave(name, event, steady(ends, storm.minutes), storm.times - 1, full)
        elif isinstance(event, BotFailure):
            on_top = max(0.0, event.escalates / event.usually - 1)
            level = steady(onset.instant, event.minutes)
            yield Wave(name, event, level, on_top, Mood(angry=event.angry), of_bots=True)
        elif isinstance(event, Abuse):
            full = Mood(talk=event.talk_times, hard=event.share)
            yield Wave(name, event, steady(onset.instant, event.minutes), 0.0, full)
