"""The simulated contact centre: its parts joined, its days begun, its events in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from simulator.arrivals import Arrivals
from simulator.calendar import Calendar
from simulator.callbacks import Callbacks
from simulator.conversations import Conversations
from simulator.engine import Agenda, Journal
from simulator.planning import Planning
from simulator.plans import Scenario
from simulator.randomness import Streams, tag_of
from simulator.roster import make_agents
from simulator.routing import Router
from simulator.surveys import Surveys
from simulator.workforce import Workforce
from simulator.world import Agent, Contact, Run, make_lines
from stream.contract.events import Event
from stream.contract.instants import Instant


class Centre:
    """One floor, made of its parts; `events` runs it."""

    def __init__(self, run: Run, tag: str) -> None:
        self._run = run
        self._lines = make_lines(run)
        agents = make_agents(run, self._lines)
        self._workforce = Workforce(run, agents)
        self._router = Router(run, self._workforce)
        conversations = Conversations(run, self._lines, self._workforce, self._router)
        callbacks = Callbacks(run, self._lines, self._workforce, self._router)
        self._arrivals = Arrivals(run, self._lines, self._router, callbacks, tag)
        self._planning = Planning(run, self._lines, agents)

        def answered(agent: Agent, contact: Contact) -> None:
            take = callbacks.dialled if contact.channel == "callback" else conversations.begin
            take(agent, contact)

        self._workforce.when_free = self._router.take_or_idle
        self._router.when_answered = answered
        self._router.when_abandoned = self._arrivals.redial
        self._router.can_promise = callbacks.can_promise
        self._router.promise = callbacks.promise
        callbacks.when_reached = conversations.begin
        conversations.when_over = Surveys(run).after

    def events(self) -> Iterator[Event]:
        """Everything that happens up to the run's end, in order of time."""
        agenda, journal = self._run.agenda, self._run.journal
        self._begin_day(self._run.calendar.local(agenda.now).date())
        self._arrivals.start()
        yield from self._written()
        for _ in agenda.run(self._run.end):
            if journal.written:
                yield from journal.written
                journal.written.clear()

    def _written(self) -> list[Event]:
        written = self._run.journal.written.copy()
        self._run.journal.written.clear()
        return written

    def _begin_day(self, day: date) -> None:
        calendar, agenda = self._run.calendar, self._run.agenda
        hours = self._run.scenario.hours
        is_open = calendar.is_open(agenda.now)
        for line in self._lines.values():
            line.is_open = is_open
        if calendar.busyness_of(day) > 0:
            self._planning.write_day(day)
            self._workforce.start_day(day)
            self._on_time(calendar.instant(day, hours.opens), self._open)
            self._on_time(calendar.instant(day, hours.closes), self._close)
            drained = calendar.instant(day, hours.closes + hours.drain_minutes)
            self._on_time(drained, self._drained)
        tomorrow = day + timedelta(days=1)
        agenda.at(calendar.instant(tomorrow, 0), self._begin_day, tomorrow)

    def _on_time(self, at: Instant, act: Callable[[None], None]) -> None:
        if at >= self._run.agenda.now:
            self._run.agenda.at(at, act, None)

    def _open(self, _: None) -> None:
        for line in self._lines.values():
            line.is_open = True

    def _close(self, _: None) -> None:
        for line in self._lines.values():
            line.is_open = False

    def _drained(self, _: None) -> None:
        for line in self._lines.values():
            if line.is_live:
                self._router.turn_away_all(line)


def simulate(  # noqa: PLR0913  # one run is these seven things, all but one by name
    scenario: Scenario,
    *,
    seed: int,
    start: Instant,
    duration_us: int,
    profile_offset_us: int = 0,
    volume: float = 1.0,
    scale: float = 1.0,
) -> Iterator[Event]:
    """The events of a stretch of the scenario's days, in order of time, as they are asked for.

    `profile_offset_us` is added to an instant before the day's profile and the shifts are looked
    up (`calendar.offset_showing` gives it); `volume` multiplies contacts, `scale` both contacts
    and agents. The same arguments give the same events, whoever runs it, wherever.
    """
    tag = tag_of(scenario.name, seed, int(start), profile_offset_us, volume, scale)
    agenda = Agenda(int(start))
    run = Run(
        scenario=scenario,
        agenda=agenda,
        journal=Journal(agenda, source=f"/sim/{scenario.name}", tag=tag),
        streams=Streams(seed),
        calendar=Calendar(scenario, profile_offset_us),
        end=int(start) + duration_us,
        scale=scale,
        volume=volume,
    )
    return Centre(run, tag).events()
