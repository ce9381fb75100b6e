"""Outages upstream: who does not get through while one lasts."""

from __future__ import annotations

from simulator.causes import Drop
from simulator.waves import is_one_of, on_queue, onset_of
from simulator.world import Contact, Run
from stream.contract.instants import MINUTE_US


class Outages:
    """The drops of a run. Each draws from streams of its own, by queue and by wave."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._drops: list[tuple[str, Drop, int, int]] = []
        for name, event in run.scenario.events.items():
            if isinstance(event, Drop):
                begins = onset_of(event, run.calendar, run.first_day).instant
                self._drops.append((name, event, begins, begins + round(event.minutes * MINUTE_US)))

    def lost(self, contact: Contact) -> bool:
        """Whether a contact that comes now does not get through."""
        return any(self._lost(contact, drop) for drop in self._drops)

    def _lost(self, contact: Contact, drop: tuple[str, Drop, int, int]) -> bool:
        name, event, begins, ends = drop
        line = contact.line
        if not begins <= self._run.agenda.now < ends or not on_queue(event, line.id, line.plan):
            return False
        draws = self._run.streams.draws(f"drop.{name}.{contact.origin}.{line.id}")
        held_up = draws.uniform() >= event.share
        return held_up and is_one_of(event, contact.customer, contact.intent)
