"""The simulated contact centre: its parts joined, its days begun, its events in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from simulator.arrivals import Arrivals
from simulator.calendar import Calendar
from simulator.callbacks import Callbacks
from simulator.conversations import Conversations
from simulator.deliveries import Delivery, as_delivered, has_faults
from simulator.engine import Agenda, Journal
from simulator.planning import Planning
from simulator.plans import Scenario
from simulator.randomness import Streams, tag_of
from simulator.roster import make_agents
from simulator.routing import Router
from simulator.surveys import Surveys
from simulator.waves import Waves
from simulator.workforce import Workforce
from simulator.world import Agent, Contact, Run, make_lines
from stream.contract.events import Event
from stream.contract.instants import Instant


class Centre:
    """One floor, made of its parts: `events` runs it to its end, `start` and `advance` by steps."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.lines = make_lines(run)
        self.agents = make_agents(run, self.lines)
        self.workforce = Workforce(run, self.agents)
        self.router = Router(run, self.workforce)
        conversations = Conversations(run, self.lines, self.workforce, self.router)
        callbacks = Callbacks(run, self.lines, self.workforce, self.router)
        self.arrivals = Arrivals(run, self.lines, self.router, callbacks)
        self._planning = Planning(run, self.lines, self.agents)

        def answered(agent: Agent, contact: Contact) -> None:
            take = callbacks.dialled if contact.channel == "callback" else conversations.begin
            take(agent, contact)

        self.workforce.when_free = self.router.take_or_idle
        self.workforce.when_room = self.router.take_more
        self.router.when_answered = answered
        self.router.when_abandoned = self.arrivals.redial
        self.router.can_promise = callbacks.can_promise
        self.router.promise = callbacks.promise
        callbacks.when_reached = conversations.begin
        self.surveys = surveys = Surveys(run)

        def over(contact: Contact, agent: Agent) -> None:
            surveys.after(contact, agent)
            self.arrivals.not_resolved(contact)

        conversations.when_over = over

    def start(self) -> None:
        """Let in what came before, begin the day, and put the first contacts on the agenda."""
        self.arrivals.start_backlog()
        self._begin_day(self.run.calendar.local(self.run.agenda.now).date())
        self.arrivals.start()

    def advance(self, to: int) -> None:
        """Let everything before `to` happen; the journal has what came of it."""
        for _ in self.run.agenda.run(to):
            pass
        self.run.agenda.now = to

    def events(self) -> Iterator[Event]:
        """Everything that happens up to the run's end, in order of time."""
        agenda, journal = self.run.agenda, self.run.journal
        self.start()
        yield from self.written()
        for _ in agenda.run(self.run.end):
            if journal.written:
                yield from journal.written
                journal.written.clear()

    def written(self) -> list[Event]:
        """What was written down since this was last asked for."""
        written = self.run.journal.written.copy()
        self.run.journal.written.clear()
        return written

    def _begin_day(self, day: date) -> None:
        calendar, agenda = self.run.calendar, self.run.agenda
        hours = self.run.scenario.hours
        is_open = calendar.is_open(agenda.now)
        for line in self.lines.values():
            line.is_open = is_open
        if calendar.busyness_of(day) > 0:
            self._planning.write_day(day)
            self.workforce.start_day(day)
            self._on_time(calendar.instant(day, hours.opens), self._open)
            self._on_time(calendar.instant(day, hours.closes), self._close)
            drained = calendar.instant(day, hours.closes + hours.drain_minutes)
            self._on_time(drained, self._drained)
        tomorrow = day + timedelta(days=1)
        agenda.at(calendar.instant(tomorrow, 0), self._begin_day, tomorrow)

    def _on_time(self, at: Instant, act: Callable[[None], None]) -> None:
        if at >= self.run.agenda.now:
            self.run.agenda.at(at, act, None)

    def _open(self, _: None) -> None:
        for line in self.lines.values():
            line.is_open = True

    def _close(self, _: None) -> None:
        for line in self.lines.values():
            line.is_open = False

    def _drained(self, _: None) -> None:
        for line in self.lines.values():
            if line.is_live and not line.is_open:
                self.router.turn_away_all(line)


def new_run(  # noqa: PLR0913  # one run is these seven things, all but one by name
    scenario: Scenario,
    *,
    seed: int,
    start: Instant,
    duration_us: int,
    profile_offset_us: int = 0,
    volume: float = 1.0,
    scale: float = 1.0,
) -> Run:
    """What the parts of one simulated floor share, before anything has happened."""
    tag = tag_of(scenario.name, seed, int(start), profile_offset_us, volume, scale)
    agenda = Agenda(int(start))
    calendar = Calendar(scenario, profile_offset_us)
    first_day = calendar.local(start).date()
    return Run(
        scenario=scenario,
        agenda=agenda,
        journal=Journal(agenda, source=f"/sim/{scenario.name}", tag=tag),
        streams=Streams(seed),
        calendar=calendar,
        end=int(start) + duration_us,
        scale=scale,
        volume=volume,
        tag=tag,
        first_day=first_day,
        waves=Waves(scenario, calendar, first_day),
    )


def delivered(run: Run) -> Iterator[Delivery]:
    """The events of a run, each with when it is delivered, in that order: at its time, but for
    systems at fault."""
    return as_delivered(run, Centre(run).events())


def simulate(  # noqa: PLR0913  # as `new_run`
    scenario: Scenario,
    *,
    seed: int,
    start: Instant,
    duration_us: int,
    profile_offset_us: int = 0,
    volume: float = 1.0,
    scale: float = 1.0,
) -> Iterator[Event]:
    """The events of a stretch of the scenario's days, in the order in which they are delivered, as
    they are asked for: that of their times, unless the scenario has systems at fault.

    `profile_offset_us` is added to an instant before the day's profile and the shifts are looked
    up (`calendar.offset_showing` gives it); `volume` multiplies contacts, `scale` both contacts
    and agents. The same arguments give the same events, whoever runs it, wherever.
    """
    run = new_run(
        scenario,
        seed=seed,
        start=start,
        duration_us=duration_us,
        profile_offset_us=profile_offset_us,
        volume=volume,
        scale=scale,
    )
    return (event for _, event in delivered(run)) if has_faults(run) else Centre(run).events()
