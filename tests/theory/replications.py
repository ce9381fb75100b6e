"""Measures of the simulator's queues over replications, and how they are held to exact values.

A figure passes where its mean over independent runs lies within four standard errors of the exact
value, and the standard error is small enough for a fault to matter (science 7).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Final

from simulator.centre import Centre
from simulator.plans import Scenario
from simulator.world import Run
from stream.contract.events import (
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactQueued,
)
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.simulator.floors import MONDAY, run_of

STANDARD_ERRORS: Final = 4.0

Figures = dict[str, float]


@dataclass
class Observed:
    """One run after its beginning: of those who came then, and of the time since."""

    offered: int = 0
    abandoned: int = 0
    delayed: int = 0
    in_time: int = 0
    engaged: int = 0
    wait_us: int = 0
    talk_us: int = 0
    ended: int = 0
    answered: int = 0
    answered_wait_us: int = 0
    ended_talk_us: int = 0
    length_us: int = 0

    def take(
        self, event: ContactAnswered | ContactAbandoned, wait_us: int, target_us: float
    ) -> None:
        """A wait is over."""
        self.offered += 1
        self.delayed += wait_us > 0
        self.wait_us += wait_us
        if isinstance(event, ContactAbandoned):
            self.abandoned += 1
        else:
            self.answered += 1
            self.answered_wait_us += wait_us
            self.in_time += wait_us <= target_us

    def figures(self) -> Figures:
        """The figures that theory knows; lengths in seconds, rates a minute."""
        minutes = self.length_us / MINUTE_US
        return {
            "P(W>0)": self.delayed / self.offered,
            "P(ab)": self.abandoned / self.offered,
            "E[W]": self.wait_us / self.offered / SECOND_US,
            "ASA": self.answered_wait_us / max(1, self.answered) / SECOND_US,
            "SL": self.in_time / self.offered,
            "E[Q]": self.wait_us / self.length_us,
            "talking": self.talk_us / self.length_us,
            "talk_min": self.ended_talk_us / max(1, self.ended) / MINUTE_US,
            "rate": self.offered / minutes,
            "blocked": self.engaged / max(1, self.offered + self.engaged),
        }


class Observer:
    """Reads a run's events and looks at what comes after its beginning."""

    def __init__(self, run: Run, begins: int, target_s: float) -> None:
        self._run = run
        self._begins = begins
        self._target_us = target_s * SECOND_US
        self._queued: dict[str, int] = {}
        self._talking: dict[str, int] = {}
        self._engaged_before = 0
        self.seen = Observed(length_us=run.end - begins)

    def read(self) -> Observed:
        """Let the run happen."""
        seen, run = self.seen, self._run
        for event in Centre(run).events():
            if event.time < self._begins:
                self._engaged_before = run.engaged.total()
            if isinstance(event, ContactQueued):
                self._queued[event.subject] = event.time
            elif isinstance(event, ContactAnswered | ContactAbandoned):
                self._waited(event)
            elif isinstance(event, ContactEnded):
                self._ended(event)
        seen.talk_us += sum(run.end - max(at, self._begins) for at in self._talking.values())
        seen.engaged = run.engaged.total() - self._engaged_before
        return seen

    def _waited(self, event: ContactAnswered | ContactAbandoned) -> None:
        came = self._queued.pop(event.subject)
        if isinstance(event, ContactAnswered):
            self._talking[event.subject] = event.time
        if came >= self._begins:
            self.seen.take(event, event.time - came, self._target_us)

    def _ended(self, event: ContactEnded) -> None:
        answered = self._talking.pop(event.subject)
        self.seen.talk_us += max(0, event.time - max(answered, self._begins))
        if answered >= self._begins:
            self.seen.ended += 1
            self.seen.ended_talk_us += event.time - answered


def observe(
    scenario: Scenario, seed: int, minutes: float, *, before: float, target_s: float
) -> Observed:
    """Run a floor for `before` and so many minutes, and look at the latter."""
    run = run_of(scenario, seed, before + minutes)
    return Observer(run, MONDAY + round(before * MINUTE_US), target_s).read()


@dataclass(frozen=True)
class Effort:
    """How many runs, of how many contacts each."""

    runs: int
    contacts: int


QUICK: Final = Effort(20, 2_000)
LONG: Final = Effort(30, 20_000)


def replicate(
    scenario: Scenario,
    per_minute: float,
    effort: Effort,
    *,
    before: float,
    seed: int,
    target_s: float = 20.0,
) -> list[Figures]:
    """The figures of each run; its first `before` minutes are left out."""
    minutes = effort.contacts / per_minute
    return [
        observe(scenario, 1_000 * seed + run, minutes, before=before, target_s=target_s).figures()
        for run in range(effort.runs)
    ]


def mean_of(runs: list[Figures], name: str) -> float:
    """The mean of a figure over runs."""
    return fmean(run[name] for run in runs)


def error_of(runs: list[Figures], name: str) -> float:
    """The standard error of that mean."""
    return stdev(run[name] for run in runs) / math.sqrt(len(runs))


def faults(runs: list[Figures], exact: Figures) -> list[str]:
    """What is not as theory has it: figures too far off, or abandonment measured too coarsely for
    a fault of some percent in the load to show."""
    found = []
    for name, value in exact.items():
        mean, error = mean_of(runs, name), error_of(runs, name)
        if abs(mean - value) > STANDARD_ERRORS * error:
            found.append(f"{name}: {mean:.5f} is not {value:.5f}, standard error {error:.5f}")
        if name == "P(ab)" and value > 0.01 and error > value / 4:
            found.append(f"{name}: a standard error of {error:.5f} is too coarse for {value:.5f}")
    return found
