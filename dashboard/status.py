"""How a queue stands, why, and the floor in one sentence: the only rules for status there are.

The rules are pure and without memory, so that the same picture always says the same; what wakes
people (with hold times and hysteresis) is an alert's business, not a colour's.
"""

from __future__ import annotations

from math import floor, log2
from typing import Final, Literal

from msgspec import Struct

from dashboard.words import counted, duration, number, percent
from stream.contract.figures import Picture, QueueLabel, Section

State = Literal["trouble", "watch", "on_target", "closed", "none"]
Kind = Literal["calls", "messages", "promises"]

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
# More queues than this in one sentence are no longer read in passing.
TOLD_MAX: Final = 3

_MESSAGES: Final = frozenset({"chat", "sms", "whatsapp", "social", "email"})
_RANK: Final[dict[State, int]] = {
    "trouble": 0,
    "watch": 1,
    "on_target": 2,
    "none": 3,
    "closed": 4,
}


class QueueStanding(Struct, frozen=True):
    """How one queue stands: the state, its word for the screen, and the reasons, worst first."""

    state: State
    word: str
    kind: Kind
    reasons: list[str]


class Standing(Struct, frozen=True):
    """How the floor stands. `lead` is the part of the sentence that takes the state's colour."""

    state: State
    lead: str
    rest: str
    goal: float
    queues: dict[str, QueueStanding]
    worst_first: list[str]


def standing(picture: Picture) -> Standing:
    """How the floor and each of its queues stand in this picture."""
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
    state, lead, rest = _sentence(picture, queues, order)
    if picture.queues_left_out:
        left_out = counted(picture.queues_left_out, "smaller queue")
        rest = f"{rest} {_upper(left_out)} not shown.".strip()
    return Standing(state, lead, rest, GOAL, queues, order)


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
        return QueueStanding("trouble", "In trouble", kind, trouble + watch)
    if watch:
        return QueueStanding("watch", "Watch", kind, watch)
    return _calm(section, kind, agents_known=agents_known)


def _troubles(
    section: Section, label: QueueLabel | None, last_level: float | None, *, agents_known: bool
) -> list[str]:
    reasons = []
    overdue = int(_count(section.now, "callbacks_overdue"))
    if overdue:
        # A broken promise is mended only by somebody who calls back now.
        reasons.append(f"{counted(overdue, 'promise')} overdue")
    waiting = int(_count(section.now, "waiting"))
    if agents_known and waiting and section.now.get("agents_staffed") == 0:
        reasons.append(f"{waiting:,} waiting, nobody staffed")
    oldest = _wait_in_targets(section, label)
    over = _count(section.now, "waiting_over_target")
    if oldest > TROUBLE_WAIT_IN_TARGETS and over >= TROUBLE_WAITING_OVER_TARGET:
        reasons.append(f"oldest waits {oldest:.0f} times the target")
    level = _level(section)
    recovered = last_level is not None and last_level >= RECOVERED_LEVEL
    if level is not None and level < TROUBLE_LEVEL and not recovered:
        reasons.append(f"{percent(level)} in target, counting those who wait")
    return reasons


def _watches(section: Section, label: QueueLabel | None) -> list[str]:
    reasons = []
    oldest = _wait_in_targets(section, label)
    over = _count(section.now, "waiting_over_target")
    if oldest > WATCH_WAIT_IN_TARGETS and over >= WATCH_WAITING_OVER_TARGET:
        reasons.append(f"oldest waits {oldest:.1f} times the target")
    level = _level(section)
    if level is not None and level < GOAL:
        reasons.append(f"{percent(level)} in target is under {percent(GOAL)}")
    due = _count(section.counts, "callbacks_due")
    kept = section.figures.get("callbacks_kept_rate")
    if due >= EVIDENCE_MIN and isinstance(kept, (int, float)) and kept < GOAL:
        reasons.append(f"{percent(kept)} of promises kept")
    # Never more than a watch: a customer's closing thanks looks unanswered, too.
    target_s = target_of(label)
    unanswered = _count(section.now, "oldest_unanswered_s")
    if target_s and unanswered > WATCH_WAIT_IN_TARGETS * target_s:
        reasons.append(f"oldest message unanswered for {duration(unanswered)}")
    return reasons


def _calm(section: Section, kind: Kind, *, agents_known: bool) -> QueueStanding:
    """What a queue is called that is neither in trouble nor to watch."""
    happened = any(_count(section.counts, name) for name in ("offered", "answered", "abandoned"))
    staffed = section.now.get("agents_staffed")
    present = _count(section.now, "waiting") or _count(section.now, "callbacks_open")
    if agents_known and staffed == 0 and not present:
        return QueueStanding("closed", "Closed", kind, ["nobody staffed, nobody waiting"])
    if _level(section) is not None or (kind == "promises" and present):
        return QueueStanding("on_target", "On target", kind, [])
    if happened or present:
        few = f"fewer than {EVIDENCE_MIN} contacts to judge by"
        return QueueStanding("none", "Too few", kind, [few])
    if staffed:
        return QueueStanding("none", "Quiet", kind, ["staffed, no contacts"])
    return QueueStanding("none", "No data", kind, ["no contacts"])


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
    """The place of a queue among all: worst state first, then the longest waits, then the lowest
    service level.

    Waits count in doublings of the target and levels in steps of 5 points, so that neighbours
    don't change places every second.
    """
    label = picture.labels.get(queue)
    targets = _wait_in_targets(picture.figures.queues[queue], label)
    unwell = _RANK[judged.state] < 2
    doublings = floor(log2(targets)) if targets >= 1 and unwell else 0
    level = _level(picture.figures.queues[queue])
    step = floor(level * 20) if level is not None and unwell else 20
    return _RANK[judged.state], -doublings, step, name_of(picture, queue).casefold()


def name_of(picture: Picture, queue: str) -> str:
    """What screens call the queue."""
    label = picture.labels.get(queue)
    return label.name if label is not None else queue


def _sentence(
    picture: Picture, queues: dict[str, QueueStanding], order: list[str]
) -> tuple[State, str, str]:
    by_state: dict[State, list[str]] = {state: [] for state in _RANK}
    for queue in order:
        by_state[queues[queue].state].append(queue)

    def told(state: State) -> str:
        named = by_state[state][:TOLD_MAX]
        more = len(by_state[state]) - len(named)
        parts = [_told(picture, queue, queues[queue]) for queue in named]
        return "; ".join([*parts, f"and {number(more)} more"] if more else parts) + "."

    def many(state: State) -> str:
        return _upper(counted(len(by_state[state]), "queue"))

    if by_state["trouble"]:
        watched = f" {many('watch')} to watch." if by_state["watch"] else ""
        return "trouble", f"{many('trouble')} in trouble:", told("trouble") + watched
    if by_state["watch"]:
        return "watch", f"{many('watch')} to watch:", told("watch")
    if by_state["on_target"]:
        rest = f"{many('none')} with too little to judge." if by_state["none"] else ""
        return "on_target", f"{many('on_target')} on target, none in trouble.", rest
    if by_state["none"]:
        return "none", "Quiet.", "Too few contacts to judge any queue by."
    return ("closed", "Closed.", "Nobody staffed.") if queues else ("none", "No queues yet.", "")


def _told(picture: Picture, queue: str, judged: QueueStanding) -> str:
    """One queue's part of the sentence: who waits, or else the first reason."""
    now = picture.figures.queues[queue].now
    waiting, oldest = now.get("waiting"), now.get("oldest_wait_s")
    name = name_of(picture, queue)
    if judged.kind == "promises" or not waiting or oldest is None:
        return f"{name}: {judged.reasons[0]}"
    return f"{name} {int(waiting):,} waiting, oldest {duration(oldest)}"


def _count(values: dict[str, float | int | None], name: str) -> float:
    return values.get(name) or 0


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
