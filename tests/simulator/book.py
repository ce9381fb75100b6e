"""The simulator's day as a bookkeeper has it: every count of METRICS.md, by queue and by agent.

It knows what the simulator promises, that each event is in its place, and so asks for nothing else;
it shares nothing with the stream.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from stream.contract.events import (
    CallbackAttempted,
    CallbackPromised,
    ContactAbandoned,
    ContactAnswered,
    ContactDeclined,
    ContactDiverted,
    ContactEnded,
    ContactHeld,
    ContactQueued,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
    Event,
    MessageReceived,
    MessageSent,
    SurveyAnswered,
    SurveySent,
)
from stream.contract.floorplan import DEFAULT_TARGET_S
from stream.contract.instants import SECOND_US

SHORT_US: Final = 5 * SECOND_US
DRIVERS: Final = ("manner", "ease", "effectiveness", "emotion", "trust")
# What is kept in microseconds, and told in seconds.
LENGTHS: Final = ("wait_sum_s", "talk_sum_s", "hold_sum_s", "wrap_sum_s", "response_sum_s")


class Book:
    """Counts by queue, by agent, and for the floor under the name of nothing."""

    def __init__(self) -> None:
        self.queues: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.agents: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._channel: dict[str, str] = {}
        self._queued: dict[str, int] = {}
        self._talk: dict[str, list[int]] = {}
        self._hold: dict[str, int] = {}
        self._over: dict[tuple[str, str], int] = {}
        self._asked: dict[str, int] = {}
        self._promises: defaultdict[str, list[CallbackPromised]] = defaultdict(list)
        self._readers: dict[type[Event], Callable[[Any], None]] = {
            ContactQueued: self._begins_to_wait,
            ContactAnswered: self._answered,
            ContactAbandoned: self._abandoned,
            ContactDiverted: self._diverted,
            ContactDeclined: self._declined,
            ContactHeld: self._held,
            ContactResumed: self._resumed,
            ContactEnded: self._part_over,
            ContactTransferred: self._part_over,
            ContactWrapped: self._wrapped,
            MessageReceived: self._message_in,
            MessageSent: self._message_out,
            SurveySent: self._survey_sent,
            SurveyAnswered: self._survey,
            CallbackPromised: self._promised,
            CallbackAttempted: self._attempted,
        }

    def read(self, events: Iterable[Event]) -> Book:
        """Enter every event."""
        for event in events:
            reader = self._readers.get(type(event))
            if reader is not None:
                reader(event)
        return self

    def _enter(self, what: str, queue: str, agent: str | None = None, times: int = 1) -> None:
        self.queues[queue][what] += times
        if agent is not None:
            self.agents[agent][what] += times

    def _begins_to_wait(self, event: ContactQueued) -> None:
        self._channel[event.subject] = event.data.channel
        self._queued[event.subject] = event.time
        self._enter("offered", event.data.queue)

    def _answered(self, event: ContactAnswered) -> None:
        queue, agent = event.data.queue, event.data.agent
        self._talk[event.subject] = [event.time, 0]
        self._enter("answered", queue, agent)
        came = self._queued.pop(event.subject, None)
        if came is None:
            return
        wait_us = event.time - came
        self._enter("answered_waited", queue, agent)
        self._enter("wait_sum_s", queue, agent, wait_us)
        if wait_us <= self._target_us(event.subject):
            self._enter("answered_in_target", queue, agent)

    def _target_us(self, contact: str) -> float:
        return DEFAULT_TARGET_S[self._channel[contact]] * SECOND_US  # type: ignore[index]

    def _abandoned(self, event: ContactAbandoned) -> None:
        wait_us = event.time - self._queued.pop(event.subject)
        short = wait_us < SHORT_US
        self._enter("short_abandoned" if short else "abandoned", event.data.queue)
        if not short and wait_us <= self._target_us(event.subject):
            self._enter("abandoned_in_target", event.data.queue)

    def _diverted(self, event: ContactDiverted) -> None:
        del self._queued[event.subject]
        self._enter("diverted", event.data.queue)

    def _declined(self, event: ContactDeclined) -> None:
        self._enter("declined", event.data.queue, event.data.agent)

    def _held(self, event: ContactHeld) -> None:
        self._hold[event.subject] = event.time

    def _resumed(self, event: ContactResumed) -> None:
        self._talk[event.subject][1] += event.time - self._hold.pop(event.subject)

    def _part_over(self, event: ContactEnded | ContactTransferred) -> None:
        queue, agent = event.data.queue, event.data.agent
        assert agent is not None
        answered, held_us = self._talk.pop(event.subject)
        self._enter("handled", queue, agent)
        self._enter("talk_sum_s", queue, agent, event.time - answered - held_us)
        self._enter("hold_sum_s", queue, agent, held_us)
        self._over[event.subject, agent] = event.time
        if isinstance(event, ContactTransferred):
            self._enter("transferred_out", queue, agent)

    def _wrapped(self, event: ContactWrapped) -> None:
        agent = event.data.agent
        over = self._over.pop((event.subject, agent))
        self._enter("wrap_sum_s", event.data.queue, agent, event.time - over)

    def _message_in(self, event: MessageReceived) -> None:
        self._asked.setdefault(event.subject, event.time)

    def _message_out(self, event: MessageSent) -> None:
        asked = self._asked.pop(event.subject, None)
        if asked is not None:
            self._enter("responses", event.data.queue, event.data.agent)
            self._enter("response_sum_s", event.data.queue, event.data.agent, event.time - asked)

    def _survey_sent(self, event: SurveySent) -> None:
        self._enter("surveys_sent", event.data.queue, event.data.agent)

    def _survey(self, event: SurveyAnswered) -> None:
        data, found = event.data, Counter(surveys=1)
        if data.csat is not None:
            found += Counter(csat_n=1, csat_sum=data.csat, csat_top=data.csat >= 4)
        for driver in DRIVERS:
            score = getattr(data, driver)
            if score is not None:
                found += Counter({f"{driver}_n": 1, f"{driver}_top": score >= 4})
        if data.resolved is not None:
            found += Counter(resolved_n=1, resolved_yes=data.resolved)
        if data.nps is not None:
            found += Counter(nps_n=1, nps_promoters=data.nps >= 9, nps_detractors=data.nps <= 6)
        for what, times in found.items():
            self._enter(what, data.queue, data.agent, times)

    def _promised(self, event: CallbackPromised) -> None:
        self._promises[event.subject].append(event)
        self._enter("callbacks_due", event.data.queue)

    def _attempted(self, event: CallbackAttempted) -> None:
        promise = self._promises[event.subject].pop(0)
        if event.time <= promise.data.due:
            self._enter("callbacks_kept", promise.data.queue)
