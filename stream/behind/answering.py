"""Which contacts are behind an alert: what is asked for, and a floor that answers.

The floor is the same as everywhere. It is given the events of the alert's window and notes which
contact each of its counts came from, so the list adds up to the alert's figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest, nsmallest
from typing import Final, NamedTuple, cast

from msgspec.structs import replace

from stream.alerts.rules import (
    OLDEST_WAIT_TARGETS,
    AnyRule,
    BurnRate,
    Drop,
    Forecast,
    NoData,
    PromiseDue,
    Surge,
    Threshold,
    Waiting,
)
from stream.contract.alerts import OPEN_STATES, Alert, Target
from stream.contract.batch import Batch
from stream.contract.behind import LISTED_MAX, STANDING, Became, ContactBehind, Group
from stream.contract.events import QueuedData
from stream.contract.figures import PANE_US, SERVICE_LEVEL_VARIANTS
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US
from stream.floor.contacts import Contact, Phase
from stream.floor.floor import Floor
from stream.floor.promises import KEPT_PAST_DUE_US
from stream.floor.tracing import Happening, TracedLives
from stream.windows.days import DayClock

# What goes wrong where too few are there for those who come.
_WENT_WRONG: Final[tuple[Became, ...]] = ("waiting", "abandoned", "answered_late")
_WAIT_FIGURES: Final = (
    "service_level",
    *SERVICE_LEVEL_VARIANTS,
    "average_speed_of_answer_s",
    *("wait_p50_s", "wait_p90_s", "wait_p95_s", "wait_max_s", "wait_sum_s"),
    *("answered", "answered_in_target", "answered_waited", "offered", "expected_wait_s"),
)
_NOW: Final = ("waiting", "waiting_over_target", "oldest_wait_s", OLDEST_WAIT_TARGETS)
_BEHIND: Final[dict[str, tuple[Became, ...]]] = {
    **dict.fromkeys(_WAIT_FIGURES, _WENT_WRONG),
    **dict.fromkeys(_NOW, ("waiting",)),
    **dict.fromkeys(
        ("abandoned", "abandoned_in_target", "abandonment_rate"), ("abandoned", "waiting")
    ),
    "short_abandoned": ("short_abandoned",),
    "diverted": ("diverted",),
    **dict.fromkeys(("declined", "decline_rate"), ("declined",)),
    **dict.fromkeys(("transferred_out", "transfer_rate"), ("transferred_out",)),
    **dict.fromkeys(("callbacks_open", "callbacks_overdue"), ("callbacks_open",)),
    **dict.fromkeys(
        (
            "conversations_unanswered", "oldest_unanswered_s",
            "responses", "response_sum_s", "average_response_time_s",
        ),
        ("unanswered",),
    ),
    **dict.fromkeys(
        ("callbacks_due", "callbacks_kept", "callbacks_kept_rate"), ("callbacks_open",)
    ),
}  # fmt: skip
# Through which window one looks where the rule has none.
WINDOW: Final = "30m"
_OF_AGENTS: Final = frozenset({"agent", "team"})


class Scope(NamedTuple):
    """Whose contacts: those that count for all of these. None stands for any."""

    queue: str | None = None
    channel: str | None = None
    agent: str | None = None
    team: str | None = None


class Asked(NamedTuple):
    """What is asked for: whose contacts, as of when, and what became of them: in the words of
    `Became`, or one of the counts of METRICS. `since` is where the window begins, None where all of
    them stand. Microseconds of the floor's clock."""

    scope: Scope
    as_of: int
    since: int | None
    became: tuple[str, ...]

    @property
    def first(self) -> int:
        """The first instant at which anything that is asked for can have happened."""
        return self.as_of if self.since is None else self.since

    def is_of(self, queue: str | None, channel: str | None) -> bool:
        """Whether what counts for that queue and channel may count for what is asked for."""
        scope = self.scope
        return scope.queue in {None, queue} and scope.channel in {None, channel}


def asked(alert: Alert, rule: AnyRule | None, plan: FloorPlan) -> Asked:
    """What to look for behind an alert: of an open one as of when it was judged last, of one that
    is over as of when it fired. `rule` is that of its name, None where it is gone."""
    as_of = alert.as_of
    if alert.state not in OPEN_STATES and alert.fired_at is not None:
        as_of = alert.fired_at
    if rule is None or rule.kind != alert.kind:
        rule, metric = None, next(iter(alert.figures), "")
    else:
        metric = _metric_of(rule)
    became = _became(alert, rule, metric)
    if STANDING.issuperset(became):
        return Asked(_scope_of(alert.target), as_of, None, became)
    window = rule.window if isinstance(rule, Threshold) else WINDOW
    if isinstance(rule, BurnRate):
        window = rule.long
    scope = _scope_of(alert.target)
    return Asked(scope, as_of, begin_of(window, as_of, scope.queue, plan), became)


def _scope_of(target: Target) -> Scope:
    return Scope() if target.dimension == "floor" else Scope(**{target.dimension: target.name})


def _metric_of(rule: AnyRule) -> str:
    return rule.metric if isinstance(rule, Threshold | BurnRate) else ""


def _became(alert: Alert, rule: AnyRule | None, metric: str) -> tuple[Became, ...]:
    match rule:
        case NoData():
            return ()
        case Waiting():
            found: tuple[Became, ...] = ("waiting",)
        case PromiseDue():
            found = ("callbacks_open",) if rule.of == "callbacks" else ("unanswered",)
        case Surge() | Drop() | Forecast():
            found = _WENT_WRONG
        case _:
            found = _BEHIND.get(metric, ())
    if alert.target.dimension not in _OF_AGENTS:
        return found
    # Who waits or left before an answer counts for no agent.
    of_agents: tuple[Became, ...] = ("answered_late", "declined", "transferred_out")
    return tuple(each for each in found if each in of_agents)


def begin_of(window: str, as_of: int, queue: str | None, plan: FloorPlan) -> int:
    """Where a window begins: at its first pane, or at local midnight, of a queue in its own zone."""
    if window == "today":
        zone = plan.zone if queue is None else plan.zone_of(queue)
        return DayClock(zone).midnight_before(as_of)
    panes = int(window.removesuffix("m")) * MINUTE_US // PANE_US
    return (as_of // PANE_US - panes + 1) * PANE_US


class Trace:
    """A floor that remembers who is behind what is asked for. It is given events of one partition."""

    def __init__(self, plan: FloorPlan, what: Asked) -> None:
        self._plan = plan
        self._asked = what
        self._floor = Floor(plan, make=TracedLives)
        assert isinstance(self._floor.lives, TracedLives)
        self._lives = self._floor.lives
        self._lives.life.keeps = self._keeps
        self._first_pane = None if what.since is None else what.since // PANE_US

    def read(self, batch: Batch, appended_at: Sequence[int]) -> None:
        """Read events in order; `appended_at` is the floor's time at each record's append. What
        happened later than what is asked for is left out."""
        until = self._asked.as_of
        if batch.times and max(batch.times) > until:
            batch = batch.only([index for index, time in enumerate(batch.times) if time <= until])
        self._floor.take(batch, appended_at=appended_at, shown=until)

    def resume(
        self, identifier: str, known: Contact, begin: int, queued: QueuedData | None
    ) -> None:
        """Take over a contact that stood before `begin` already, with what was told of it then."""
        self._lives.resume(identifier, known, begin)
        if queued is not None and known.phase is Phase.WAITING:
            self._lives.life.queued_as[identifier] = queued

    def promise(self, identifier: str, queue: str, due: int) -> None:
        """Take over a promise of which the log tells no longer."""
        self._floor.promises.promise(identifier, queue, due)

    def finish(self) -> None:
        """All is read: find who is past their time."""
        self._floor.show(self._asked.as_of)

    def found(self) -> Iterator[tuple[str, ContactBehind]]:
        """All that is asked for, in no order."""
        became = self._asked.became
        if "waiting" in became:
            yield from (("waiting", one) for one in self._waiting())
        if "unanswered" in became:
            yield from (("unanswered", one) for one in self._unanswered())
        if "callbacks_open" in became:
            yield from (("callbacks_open", one) for one in self._callbacks())
        for happening in self._lives.life.happened:
            told_as = _became_of(happening, became)
            assert told_as is not None
            yield told_as, self._ended(happening)

    def _keeps(self, happening: Happening) -> bool:
        cell = happening.cell
        return (
            self._first_pane is not None
            and happening.pane >= self._first_pane
            # A promise counts when it is due.
            and happening.at <= self._asked.as_of
            and self._asked.is_of(cell.queue, cell.channel)
            and _became_of(happening, self._asked.became) is not None
        )

    def _waiting(self) -> Iterator[ContactBehind]:
        for identifier, contact in self._lives.waiting():
            if self._asked.is_of(contact.queue, contact.channel):
                told = self._lives.life.queued_as.get(identifier)
                yield self._standing(
                    identifier, contact.queue, contact.channel, contact.since, told
                )

    def _unanswered(self) -> Iterator[ContactBehind]:
        for identifier, contact in self._lives.unanswered():
            queue, since = contact.unanswered_queue, contact.unanswered_since
            assert since is not None
            if self._asked.is_of(queue, contact.channel):
                yield self._standing(identifier, queue, contact.channel, since, None)

    def _standing(
        self,
        identifier: str,
        queue: str,
        channel: str | None,
        since: int,
        told: QueuedData | None,
    ) -> ContactBehind:
        as_of = self._asked.as_of
        due = None if channel is None else since + self._plan.target_us(queue, channel)
        return _with_told(
            told,
            ContactBehind(
                id=identifier,
                queue=queue,
                channel=channel,
                since=since,
                wait_us=as_of - since,
                due=due,
                over_target=None if due is None else as_of > due,
            ),
        )

    def _callbacks(self) -> Iterator[ContactBehind]:
        as_of = self._asked.as_of
        for identifier, promises in self._floor.promises.by_contact.items():
            for queue, due in promises:
                # Callbacks count for queue and floor alone.
                if self._asked.is_of(queue, None) and as_of - due <= KEPT_PAST_DUE_US:
                    yield ContactBehind(
                        id=identifier, queue=queue, channel=None, due=due, over_target=as_of > due
                    )

    def _ended(self, happening: Happening) -> ContactBehind:
        cell, since = happening.cell, happening.since
        due = None
        if since is not None and cell.queue is not None and cell.channel is not None:
            due = since + self._plan.target_us(cell.queue, cell.channel)
        return _with_told(
            happening.queued,
            ContactBehind(
                id=happening.contact,
                queue=cell.queue,
                channel=cell.channel,
                agent=cell.agent,
                since=since,
                at=happening.at,
                wait_us=None if since is None else happening.at - since,
                due=due,
                over_target=None if due is None else happening.at > due,
            ),
        )


def groups(what: Asked, found: Sequence[tuple[str, ContactBehind]]) -> list[Group]:
    """What was found by what became of it: each with how many there are, and the first of them."""
    made = []
    for became in cast("tuple[Became, ...]", what.became):
        ones = [contact for each, contact in found if each == became]
        if became == "callbacks_open":
            listed = nsmallest(LISTED_MAX, ones, key=lambda one: (one.due or 0, one.id))
        elif became in STANDING:
            listed = nsmallest(LISTED_MAX, ones, key=lambda one: (one.since or 0, one.id))
        else:
            listed = nlargest(LISTED_MAX, ones, key=lambda one: (one.at or 0, one.id))
        made.append(Group(became, len(ones), listed))
    return made


def _became_of(happening: Happening, asked_for: Sequence[str]) -> str | None:
    """Under what a happening is told, of what is asked for."""
    counts = happening.counts
    if "answered_late" in asked_for and "answered" in counts:
        is_late = happening.since is not None and "answered_in_target" not in counts
        return "answered_late" if is_late else None
    return next((each for each in asked_for if each in counts), None)


def _with_told(told: QueuedData | None, contact: ContactBehind) -> ContactBehind:
    if told is None:
        return contact
    return replace(
        contact,
        priority=told.priority,
        segment=told.segment,
        language=told.language,
        intent=told.intent,
        journey_stage=told.journey_stage,
        redial_of=told.redial_of,
    )
