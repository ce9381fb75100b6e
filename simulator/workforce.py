"""The agents' side of the floor: logging in, breaks, states, going home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from simulator.absences import Absences
from simulator.randomness import Weighted, millis_us
from simulator.roster import Shift, ThankedBy, shift_of
from simulator.world import Agent, Line, Run
from stream.contract.events import (
    AgentState,
    AgentStateChanged,
    AgentStateData,
    RecognitionData,
    RecognitionGiven,
)
from stream.contract.instants import SECOND_US

_THANKS: Final[dict[ThankedBy, Weighted[str]]] = {
    "peer": Weighted(
        {
            "Took over my line while the system was down": 1,
            "Helped me with a hard case": 2,
            "Showed me the new form": 1,
        }
    ),
    "supervisor": Weighted(
        {
            "Calm and kind with a very upset caller": 2,
            "Stayed to clear the queue": 1,
            "Clear notes, nobody had to ask twice": 1,
        }
    ),
}


class Workforce:
    """Keeps every agent's state and tells it on each change."""

    def __init__(self, run: Run, agents: list[Agent]) -> None:
        self._run = run
        self._agents = agents
        self._absences = Absences(run, agents)
        self._draws = run.streams.draws("thanks")
        # Who takes an agent that has become free: the router, joined in centre.py.
        self.when_free: Callable[[Agent], None]
        # Who gives one more chat to an agent that has some, joined likewise.
        self.when_room: Callable[[Agent], None]

    def start_day(self, day: date) -> None:
        """Put the shifts of a local day on the agenda; who is on shift already logs in now."""
        now = self._run.agenda.now
        for agent in self._agents:
            shift = shift_of(self._run, agent, day)
            if shift is None:
                continue
            for part in self._absences.left_of(agent, shift):
                if part.ends > now:
                    self._run.agenda.at(max(now, part.starts), self._log_in, (agent, part))

    def _log_in(self, arrival: tuple[Agent, Shift]) -> None:
        agent, shift = arrival
        agenda = self._run.agenda
        was_at_work = agent.state != "offline"
        agent.shift_over = False
        agent.due.clear()
        under_way = self._plan(agent, shift)
        if was_at_work:
            # An absence was over before the agent had finished what they were at.
            return
        agent.fresh_since = agenda.now
        agent.state = "available"
        if under_way is not None:
            agent.state, agent.reason = "away", under_way[0]
        self._tell(agent, whole=True)
        if under_way is None:
            self.when_free(agent)
        else:
            self._back_after(agent, under_way[1])

    def _plan(self, agent: Agent, shift: Shift) -> tuple[str, int] | None:
        """Put the rest of a shift on the agenda; gives what is under way and how long yet."""
        agenda = self._run.agenda
        under_way = None
        for begins, reason, length_us in shift.activities:
            if begins > agenda.now:
                agenda.at(begins, self._activity, (agent, reason, length_us))
            elif begins + length_us > agenda.now:
                under_way = reason, begins + length_us - agenda.now
        for at, by in shift.thanks:
            if at > agenda.now:
                agenda.at(at, self._thank, (agent, by))
        agent.shift_number += 1
        agenda.at(shift.ends, self._shift_ends, (agent, agent.shift_number))
        return under_way

    def set_state(self, agent: Agent, state: AgentState, reason: str | None = None) -> None:
        """Give the agent a state and tell it, where it is a new one."""
        if agent.state != state or agent.reason != reason:
            agent.state, agent.reason = state, reason
            self._tell(agent)

    def _tell(self, agent: Agent, *, whole: bool = False) -> None:
        self._run.journal.write(
            AgentStateChanged,
            agent.id,
            AgentStateData(
                state=agent.state,
                reason=agent.reason,
                team=agent.team if whole else None,
                queues=agent.queues if whole else None,
            ),
        )

    def free(self, agent: Agent) -> None:
        """The agent's work is done: home, a break that is due, or the next contact."""
        if agent.chats:
            self.when_room(agent)
        elif agent.offered:
            # One more chat rings already, while the last of those before is over.
            self.set_state(agent, "available")
        elif agent.next_lines is not None:
            self._take_up(agent, agent.next_lines)
            self.free(agent)
        elif agent.shift_over:
            self._go_home(agent)
        elif agent.due:
            self.send_away(agent, *agent.due.popleft())
        else:
            self.set_state(agent, "available")
            self.when_free(agent)

    def send_away(self, agent: Agent, reason: str, length_us: int) -> None:
        """Take the agent off the queues for a while."""
        self.set_state(agent, "away", reason)
        self._back_after(agent, length_us)

    def _back_after(self, agent: Agent, length_us: int) -> None:
        agent.away_since = self._run.agenda.now
        self.back_at(agent, agent.away_since + length_us)

    def back_at(self, agent: Agent, when: int) -> None:
        """Let an agent who is away be back by then, whatever was planned."""
        agent.away_number += 1
        agent.back_at = when
        self._run.agenda.at(when, self._back, (agent, agent.away_number))

    def give_lines(self, agent: Agent, lines: tuple[Line, ...]) -> None:
        """Let the agent serve these lines instead: now, or once free where they are at work."""
        idle = agent.idle
        agent.withdraw()
        if idle or agent.state == "away":
            self._take_up(agent, lines)
        else:
            agent.next_lines = lines
        if idle:
            self.when_free(agent)

    def _take_up(self, agent: Agent, lines: tuple[Line, ...]) -> None:
        for line in agent.lines:
            line.staff.remove(agent)
        for line in lines:
            line.staff.append(agent)
        agent.lines, agent.next_lines = lines, None
        agent.queues = tuple(line.id for line in lines)
        self._run.journal.write(
            AgentStateChanged,
            agent.id,
            AgentStateData(state=agent.state, reason=agent.reason, queues=agent.queues),
        )

    def leave(self, agent: Agent, length_us: int | None) -> None:
        """Let the agent go for so long, or for the day: now, or once free."""
        if length_us is None:
            self._shift_ends((agent, agent.shift_number))
            return
        idle = agent.idle
        agent.withdraw()
        if idle or agent.state == "away":
            self.send_away(agent, "called_away", length_us)
        elif agent.state != "offline":
            agent.due.appendleft(("called_away", length_us))

    def plan_away(self, agent: Agent, at: int, reason: str, length_us: int) -> None:
        """Put some time away on the agent's agenda, to be taken once free."""
        self._run.agenda.at(at, self._activity, (agent, reason, length_us))

    def after_no_answer(self, agent: Agent) -> None:
        """An agent who did not pick up is set away, as most systems do, and comes back."""
        if agent.chats or agent.shift_over:
            self.free(agent)
        else:
            seconds = self._run.scenario.people.after_no_answer_s
            self.send_away(agent, "no_answer", millis_us(seconds))

    def will_decompress(self, agent: Agent) -> None:
        """After an abusive or distressing contact the agent gets some minutes to recover."""
        minutes = self._run.scenario.people.decompression_minutes
        agent.due.appendleft(("decompression", round(minutes * 60) * SECOND_US))

    def _back(self, absence: tuple[Agent, int]) -> None:
        agent, number = absence
        if agent.state == "away" and agent.away_number == number:
            if agent.reason != "no_answer":
                agent.fresh_since = self._run.agenda.now
            self.free(agent)

    def _activity(self, planned: tuple[Agent, str, int]) -> None:
        agent, reason, length_us = planned
        idle = agent.idle
        agent.withdraw()
        if idle:
            self.send_away(agent, reason, length_us)
        elif agent.state != "offline":
            agent.due.append((reason, length_us))

    def _shift_ends(self, shift: tuple[Agent, int]) -> None:
        agent, number = shift
        if number != agent.shift_number:
            # The next one has begun: somebody works round the clock.
            return
        idle = agent.idle
        agent.withdraw()
        if idle or agent.state == "away":
            self._go_home(agent)
        else:
            agent.shift_over = agent.state != "offline"

    def _go_home(self, agent: Agent) -> None:
        agent.due.clear()
        agent.shift_over = False
        self.set_state(agent, "offline")

    def _thank(self, thanks: tuple[Agent, ThankedBy]) -> None:
        agent, by = thanks
        reason = self._draws.pick(_THANKS[by])
        if agent.state != "offline":
            self._run.journal.write(
                RecognitionGiven, agent.id, RecognitionData(by=by, reason=reason)
            )
