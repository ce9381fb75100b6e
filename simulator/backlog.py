"""What waits already when the first day opens: contacts of days before, oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from simulator.causes import Backlog
from simulator.customers import Customers
from simulator.randomness import millis_us
from simulator.world import Contact, Line, Run


def waiting_before(run: Run, lines: Iterable[Line]) -> Iterator[tuple[int, Contact]]:
    """When each contact of a backlog came, in order, and the contact."""
    opens = run.calendar.instant(run.first_day, run.scenario.hours.opens)
    at = max(run.agenda.now, opens)
    found = [
        came
        for line in lines
        if line.plan.backlog is not None
        for came in _of_line(run, line, line.plan.backlog, at)
    ]
    yield from sorted(found, key=lambda came: (came[0], came[1].id))


def _of_line(run: Run, line: Line, plan: Backlog, at: int) -> Iterator[tuple[int, Contact]]:
    draws = run.streams.draws(f"backlog.{line.id}")
    customers = Customers(f"backlog.{line.id}", line.plan, run.scenario, run.streams)
    courses = line.courses_of("backlog.")
    for number in range(1, plan.contacts + 1):
        age_us = millis_us(draws.exponential() * plan.mean_age_hours * 3600)
        customer, intent = customers.draw()
        name = f"c-{run.tag}-{line.id}-b{number:05d}"
        contact = Contact(
            id=name,
            customer=customer,
            intent=intent,
            channel=line.channel,
            line=line,
            # Whoever was going to leave has left.
            course=replace(courses.draw(), leaves_us=None),
            priority=line.plan.priority,
            origin="backlog",
            root=name,
        )
        yield at - age_us, contact
