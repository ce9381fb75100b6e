"""How a queue stands, why, and the floor in one sentence: the only rules for status there are.

The rules are pure and without memory, so that the same picture always says the same; what wakes
people (with hold times and hysteresis) is an alert's business, not a colour's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor, log2
from typing import Final, Literal

from msgspec import Struct

from dashboard.i18n import marked
from dashboard.said import Amount, Said, Told, capital, say, say_n
from dashboard.words import percent
from stream.contract.figures import Picture, QueueLabel, Section

State = Literal["trouble", "watch", "on_target", "closed", "none"]
Kind = Literal["calls", "messages", "promises"]
# The order in which queues stand, of the one with the worst first and their states.
Rested = Callable[[list[str], Mapping[str, State]], list[str]]

# The share of contacts that should be answered in target. The sparklines draw it as their goal.
GOAL: Final = 0.80
# Below this a queue fails its customers, whatever the day: bad for two in five.
TROUBLE_LEVEL: Final = 0.60
# The last five minutes at or above this end a trouble that the last thirty still show: the long
# window gives the meaning, the short one the reset, 15 points better than where it began.
RECOVERED_LEVEL: Final = 0.75
# Fewer contacts than this say nothing of a share: of ten that truly meet the goal, fewer than
# six in target come in 3 % of cases. An alert, which wakes people, asks for twenty.
EVIDENCE_MIN: Final = 10
# A stuck queue shows in its oldest wait long before anybody is answered or leaves. Two over
# target, because one forgotten contact is not a floor in trouble.
TROUBLE_WAIT_IN_TARGETS: Final = 5.0
TROUBLE_WAITING_OVER_TARGET: Final = 2
WATCH_WAIT_IN_TARGETS: Final = 2.0
WATCH_WAITING_OVER_TARGET: Final = 1
# More people late than this make a queue no worse: e-mails are many, and a call waits on the line.
LATE_TOLD_MAX: Final = 16
# More queues than this in one sentence are no longer read in passing.
TOLD_MAX: Final = 3

_MESSAGES: Final = frozenset({"chat", "sms", "whatsapp", "social", "email"})
# From the worst on.
RANK: Final[dict[State, int]] = {
    "trouble": 0,
    "watch": 1,
    "on_target": 2,
    "none": 3,
    "closed": 4,
}


class QueueStanding(Struct, frozen=True, omit_defaults=True):
    """How one queue stands: the state, its word for the screen, and the reasons, worst first; `said`
    are the reasons as each browser writes them in its own language."""

    state: State
    word: str
    kind: Kind
    reasons: list[str]
    said: list[Said] = []


class StandingSaid(Struct, frozen=True):
    """The sentence of a `Standing`, as each browser writes it in its own language; the rest is
    several sentences."""

    lead: Said
    rest: list[Said]


class Standing(Struct, frozen=True):
    """How the floor stands. `lead` is the part of the sentence that takes the state's colour."""

    state: State
    lead: str
    rest: str
    goal: float
    queues: dict[str, QueueStanding]
    worst_first: list[str]
    said: StandingSaid


def standing(picture: Picture, rested: Rested | None = None) -> Standing:
    """How the floor and each of its queues stand in this picture; `rested` may leave queues of the
    same state where they stood."""
    agents_known = _agents_known(picture)
    queues = {
        queue: _judge(
            section,
            picture.labels.get(queue),
            _last_level(picture, queue),
            agents_known=agents_known,
        )
        for queue, section in picture.figures.queues.items()
    }
    order = sorted(queues, key=lambda queue: _badness(picture, queue, queues[queue]))
    if rested is not None:
        order = rested(order, {queue: one.state for queue, one in queues.items()})
    state, lead, rest = _sentence(picture, queues, order)
    if many := picture.queues_left_out:
        left_out = say_n("{n} smaller queue not shown.", "{n} smaller queues not shown.", many)
        rest = [*rest, capital(left_out)]
    said = StandingSaid(lead.said, [one.said for one in rest])
    return Standing(state, lead.text, " ".join(one.text for one in rest), GOAL, queues, order, said)


def kind_of(label: QueueLabel | None, section: Section) -> Kind:
    """Which figures matter to the queue: those of calls, of messages or of promises."""
    channels = set(label.target_s) if label is not None else set()
    if channels == {"callback"}:
        return "promises"
    if channels and channels <= _MESSAGES:
        return "messages"
    if not channels and _count(section.now, "callbacks_open"):
        return "promises"
    return "calls"


def target_of(label: QueueLabel | None) -> float | None:
    """The target to judge waits by: the most patient of the queue's channels, for calm."""
    return max(label.target_s.values(), default=None) if label is not None else None


def evidence(section: Section) -> int:
    """How many contacts the stuck-proof service level rests on."""
    counts = section.counts
    return int(
        _count(counts, "answered_waited")
        + _count(counts, "abandoned")
        + _count(section.now, "waiting_over_target")
    )


def _judge(
    section: Section, label: QueueLabel | None, last_level: float | None, *, agents_known: bool
) -> QueueStanding:
    kind = kind_of(label, section)
    trouble = _troubles(section, label, last_level, agents_known=agents_known)
    watch = _watches(section, label)
    if trouble:
        # A figure that makes a trouble is told once, not again for being one to watch.
        told = {place for one in trouble for place in one.said.values}
        watch = [one for one in watch if told.isdisjoint(one.said.values)]
        return _standing("trouble", marked("In trouble"), kind, *trouble, *watch)
    if watch:
        return _standing("watch", marked("Watch"), kind, *watch)
    return _calm(section, kind, agents_known=agents_known)


def _standing(state: State, word: str, kind: Kind, *reasons: Told) -> QueueStanding:
    texts, said = [one.text for one in reasons], [one.said for one in reasons]
    return QueueStanding(state, word, kind, texts, said)


def _troubles(
    section: Section, label: QueueLabel | None, last_level: float | None, *, agents_known: bool
) -> list[Told]:
    reasons = []
    overdue = int(_count(section.now, "callbacks_overdue"))
    if overdue:
        # A broken promise is mended only by somebody who calls back now.
        reasons.append(say_n("{n} promise overdue", "{n} promises overdue", overdue))
    waiting = int(_count(section.now, "waiting"))
    if agents_known and waiting and section.now.get("agents_staffed") == 0:
        reasons.append(say("{waiting} waiting, nobody staffed", waiting=waiting))
    oldest = _wait_in_targets(section, label)
    over = _count(section.now, "waiting_over_target")
    if oldest > TROUBLE_WAIT_IN_TARGETS and over >= TROUBLE_WAITING_OVER_TARGET:
        reasons.append(say("oldest waits {times} times the target", times=round(oldest)))
    level = _level(section)
    # Where nothing came to an end in the last minutes, nobody is failed now who is still in target:
    # a colour does not turn with each contact that comes.
    recovered = not over if last_level is None else last_level >= RECOVERED_LEVEL
    if level is not None and level < TROUBLE_LEVEL and not recovered:
        waits = say("{level} in target, counting those who wait", level=_share(level))
        reasons.append(waits if over else say("{level} in target", level=_share(level)))
    return reasons


def _watches(section: Section, label: QueueLabel | None) -> list[Told]:
    reasons = []
    oldest = _wait_in_targets(section, label)
    over = _count(section.now, "waiting_over_target")
    if oldest > WATCH_WAIT_IN_TARGETS and over >= WATCH_WAITING_OVER_TARGET:
        reasons.append(say("oldest waits {times} times the target", times=float(oldest)))
    level = _level(section)
    if level is not None and level < GOAL:
        reasons.append(_under_goal(level))
    due = _count(section.counts, "callbacks_due")
    kept = section.figures.get("callbacks_kept_rate")
    if due >= EVIDENCE_MIN and isinstance(kept, (int, float)) and kept < GOAL:
        reasons.append(say("{kept} of promises kept", kept=_share(kept)))
    # Never more than a watch: a customer's closing thanks looks unanswered, too.
    target_s = target_of(label)
    unanswered = _count(section.now, "oldest_unanswered_s")
    if target_s and unanswered > WATCH_WAIT_IN_TARGETS * target_s:
        told = Amount("duration", unanswered)
        reasons.append(say("oldest message unanswered for {time}", time=told))
    return reasons


def _under_goal(level: float) -> Told:
    if percent(level) == percent(GOAL):
        return say("just under {goal} in target", goal=_share(GOAL))
    return say("{level} in target is under {goal}", level=_share(level), goal=_share(GOAL))


def _calm(section: Section, kind: Kind, *, agents_known: bool) -> QueueStanding:
    """What a queue is called that is neither in trouble nor to watch."""
    happened = any(_count(section.counts, name) for name in ("offered", "answered", "abandoned"))
    staffed = section.now.get("agents_staffed")
    present = _count(section.now, "waiting") or _count(section.now, "callbacks_open")
    if agents_known and staffed == 0 and not present:
        return _standing("closed", marked("Closed"), kind, say("nobody staffed, nobody waiting"))
    if _level(section) is not None or (kind == "promises" and present):
        return _standing("on_target", marked("On target"), kind)
    if happened or present:
        few = say("fewer than {n} contacts to judge by", n=EVIDENCE_MIN)
        return _standing("none", marked("Few contacts"), kind, few)
    if staffed:
        return _standing("none", marked("Quiet"), kind, say("staffed, no contacts"))
    return _standing("none", marked("No data"), kind, say("no contacts"))


def _level(section: Section) -> float | None:
    """The stuck-proof service level where there is evidence for it.

    Status is judged by this variant whichever one is shown: a contact that waits past its target
    is bad already, and the others stay green while a queue is stuck.
    """
    levels = section.figures.get("service_levels")
    if not isinstance(levels, dict) or evidence(section) < EVIDENCE_MIN:
        return None
    return levels.get("stuck_proof")


def _wait_in_targets(section: Section, label: QueueLabel | None) -> float:
    target_s = target_of(label)
    return _count(section.now, "oldest_wait_s") / target_s if target_s else 0.0


def _last_level(picture: Picture, queue: str) -> float | None:
    hour = picture.hours.get(queue)
    return hour.service_level[-1] if hour is not None and hour.service_level else None


def _agents_known(picture: Picture) -> bool:
    """Whether this floor tells of its agents at all; an imported call log does not."""
    floor_section = picture.figures.floor
    return bool(_count(floor_section.now, "agents_staffed")) or (
        floor_section.figures.get("occupancy") is not None
    )


def _badness(picture: Picture, queue: str, judged: QueueStanding) -> tuple[int, int, int, str]:
    """The place of a queue among all: worst state first, then the most harm by how many are kept
    waiting past what they were promised and how long, then the lowest service level.

    People and waits count in doublings and levels in steps of 5 points, so that neighbours don't
    change places every second.
    """
    section = picture.figures.queues[queue]
    name = name_of(picture, queue).casefold()
    if RANK[judged.state] >= RANK["on_target"]:
        return RANK[judged.state], 0, 20, name
    late = _count(section.now, "waiting_over_target") + _count(section.now, "callbacks_overdue")
    targets = _wait_in_targets(section, picture.labels.get(queue))
    harm = _doublings(min(late, LATE_TOLD_MAX)) + _doublings(targets)
    level = _level(section)
    step = floor(level * 20) if level is not None else 20
    return RANK[judged.state], -harm, step, name


def _doublings(value: float) -> int:
    """0 below one, and one more at each doubling from there on."""
    return floor(log2(value)) + 1 if value >= 1 else 0


def name_of(picture: Picture, queue: str) -> str:
    """What screens call the queue."""
    label = picture.labels.get(queue)
    return label.name if label is not None else queue


def _sentence(
    picture: Picture, queues: dict[str, QueueStanding], order: list[str]
) -> tuple[State, Told, list[Told]]:
    by_state: dict[State, list[str]] = {state: [] for state in RANK}
    for queue in order:
        by_state[queues[queue].state].append(queue)
    many = {state: len(named) for state, named in by_state.items()}

    def told(state: State) -> Told:
        return _listed(picture, queues, by_state[state])

    if many["trouble"]:
        lead = say_n("{n} queue in trouble:", "{n} queues in trouble:", many["trouble"])
        watched = say_n("{n} queue to watch.", "{n} queues to watch.", many["watch"])
        rest = [told("trouble"), *([capital(watched)] if many["watch"] else [])]
        return "trouble", capital(lead), rest
    if many["watch"]:
        lead = say_n("{n} queue to watch:", "{n} queues to watch:", many["watch"])
        return "watch", capital(lead), [told("watch")]
    if many["on_target"]:
        lead = say_n(
            "{n} queue on target, none in trouble.",
            "{n} queues on target, none in trouble.",
            many["on_target"],
        )
        few = say_n(
            "{n} queue with too little to judge.",
            "{n} queues with too little to judge.",
            many["none"],
        )
        return "on_target", capital(lead), [capital(few)] if many["none"] else []
    if many["none"]:
        return "none", say("Quiet."), [say("Too few contacts to judge any queue by.")]
    if queues:
        return "closed", say("Closed."), [say("Nobody staffed.")]
    return "none", say("No queues yet."), []


def _listed(picture: Picture, queues: dict[str, QueueStanding], order: list[str]) -> Told:
    """The first queues in a sentence, with who waits in them, and how many more there are."""
    named = order[:TOLD_MAX]
    parts: list[Told] = [_told(picture, queue, queues[queue]) for queue in named]
    more = len(order) - len(named)
    if more:
        parts.append(say_n("and {n} more", "and {n} more", more))
    sentence_ = parts[0]
    for part in parts[1:]:
        sentence_ = say("{first}; {then}", first=sentence_, then=part)
    return say("{sentence}.", sentence=sentence_)


def _told(picture: Picture, queue: str, judged: QueueStanding) -> Told:
    """One queue's part of the sentence: who waits where the target is over, or the first reason."""
    now, name = picture.figures.queues[queue].now, name_of(picture, queue)
    late, oldest = _count(now, "waiting_over_target"), now.get("oldest_wait_s")
    if judged.kind == "promises" or not late or oldest is None:
        reason = Told(judged.reasons[0], judged.said[0])
        return say("{queue}: {reason}", queue=name, reason=reason)
    return say(
        "{queue} {waiting} waiting, oldest {oldest}",
        queue=name,
        waiting=int(_count(now, "waiting")),
        oldest=Amount("duration", oldest),
    )


def _share(share: float) -> Amount:
    return Amount("share", share)


def _count(values: dict[str, float | int | None], name: str) -> float:
    return values.get(name) or 0
