"""The oracle: every figure of METRICS.md, the slow and obvious way, from a log's raw lines.

`compute` gives what `floorwatch compute --json --agents` must give. Times are integers of
microseconds until the last division. Nothing here is shared with the stream, on purpose: a
misreading of the spec there is to be seen here. `oracle_life.py` reads and lives the log.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.oracle_life import (
    CHANNELS,
    PANE_US,
    SCORES,
    SECOND_US,
    Agent,
    Contact,
    Floor,
    Happening,
    Promise,
    read,
)

Figures = dict[str, Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
WINDOWS_S: Final = {"5m": 300, "15m": 900, "30m": 1800, "60m": 3600, "240m": 14_400}
PROMISE_KEPT_US: Final = 24 * 3600 * SECOND_US
Z: Final = 1.959963984540054


def compute(
    lines: Sequence[bytes],
    *,
    at: int | None = None,
    window: str = "30m",
    plan: Mapping[str, Any] | None = None,
) -> Figures:
    """The figures of a log at an instant, in the shape of INTERFACES.md.

    `lines` are without their line feeds, `at` is microseconds since the epoch, `plan` is the
    mapping that floor.yaml holds.
    """
    if window not in (*WINDOWS_S, "today", "all"):
        raise ValueError("window: one of 5m, 15m, 30m, 60m, 240m, today, all")
    readings = read(lines, at)
    floor = Floor()
    floor.live(readings)
    # By default the newest time among events not rejected; a log without any has no time.
    as_of = floor.newest if at is None else at
    if as_of is not None:
        floor.finish(as_of)
    view = View(floor, Plan(plan or {}), 0 if as_of is None else as_of, window)
    return {
        "as_of": None if as_of is None else _millis(as_of),
        "window": window,
        "floor": view.section("floor", ""),
        "queues": {name: view.section("queues", name) for name in _queues(floor)},
        "channels": {name: view.section("channels", name) for name in _channels(floor)},
        "teams": {name: view.section("teams", name) for name in _teams(floor)},
        "agents": {name: _agent(view, name) for name in _agents(floor)},
        "health": floor.health,
    }


def _millis(at: int) -> str:
    """Times are UTC, to the millisecond."""
    moment = (_EPOCH + timedelta(microseconds=at)).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


# === Who there is ==========================================================================


def _queues(floor: Floor) -> list[str]:
    named = {each.queue for each in floor.happenings}
    named |= {each.queue for each in floor.contacts.values()}
    named |= {each.unanswered_queue for each in floor.contacts.values()}
    named |= {promise.queue for each in floor.promises.values() for promise in each}
    named |= {queue for each in floor.agents.values() for queue in each.queues}
    return sorted(name for name in named if name is not None)


def _channels(floor: Floor) -> list[str]:
    named = {each.channel for each in floor.happenings}
    named |= {each.channel for each in floor.contacts.values()}
    return [name for name in CHANNELS if name in named]


def _teams(floor: Floor) -> list[str]:
    return sorted({each.team for each in floor.agents.values() if each.team is not None})


def _agents(floor: Floor) -> list[str]:
    named = {each.agent for each in floor.happenings if each.agent is not None}
    return sorted(named | floor.agents.keys())


def _agent(view: View, name: str) -> Figures:
    """An agent's section has its state instead of `now`; all null when it never stated one."""
    section = view.section("agents", name)
    agent = view.floor.agents.get(name, Agent())
    state, reason, since = _state(agent)
    return {
        "state": state,
        "reason": reason,
        "since": None if since is None else _millis(since),
        "team": agent.team,
        "counts": section["counts"],
        "figures": section["figures"],
    }


def _state(agent: Agent) -> tuple[str | None, str | None, int | None]:
    """The newest state, and since when it and its reason hold: a repetition resets nothing."""
    if not agent.changes:
        return None, None, None
    since, state, reason = agent.changes[-1]
    for earlier_at, earlier_state, earlier_reason in reversed(agent.changes):
        if (earlier_state, earlier_reason) != (state, reason):
            break
        since = earlier_at
    return state, reason, since


# === floor.yaml ============================================================================


class Plan:
    """What floor.yaml sets, and what holds where it does not."""

    TARGET_S: Final = {
        "voice": 20,
        "video": 20,
        "chat": 60,
        "sms": 300,
        "whatsapp": 300,
        "social": 300,
        "email": 3600,
        "callback": 600,
        "in_person": 600,
    }

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def _queue(self, queue: str | None) -> Mapping[str, Any]:
        queues: Mapping[str, Any] = self._settings.get("queues") or {}
        return queues.get(queue or "") or {}

    def target_us(self, queue: str | None, channel: str | None) -> int:
        """The queue's own for all its channels, else the channel's as set, else by default."""
        own = self._queue(queue).get("target_s")
        if own is not None:
            return _us(own)
        by_channel = {**self.TARGET_S, **(self._settings.get("target_s") or {})}
        return _us(by_channel[channel or ""])

    def short_abandon_us(self, queue: str | None) -> int:
        """The queue's own, else the floor's, else 5 s."""
        top = self._settings.get("short_abandon_s", 5)
        return _us(self._queue(queue).get("short_abandon_s", top))

    def variant(self, queue: str | None) -> str:
        """The queue's own variant of service level, else the top-level one."""
        top = self._settings.get("service_level", "abandons_count")
        return str(self._queue(queue).get("service_level", top))

    def zone(self, queue: str | None) -> ZoneInfo:
        """A queue's `today` is in its own zone, every other dimension's in the top-level one."""
        top = self._settings.get("time_zone", "UTC")
        return ZoneInfo(self._queue(queue).get("time_zone", top))


def _us(seconds: float) -> int:
    return round(Fraction(str(seconds)) * SECOND_US)


# === Time ==================================================================================


def window_start(window: str, as_of: int, zone: ZoneInfo) -> int | None:
    """The first instant that a window covers; None when it covers the whole log.

    A window of minutes is whole panes, the newest being the one that holds `as_of`; `today`
    begins at local midnight. No window reaches past `as_of`.
    """
    if window == "all":
        return None
    if window == "today":
        local = (_EPOCH + timedelta(microseconds=as_of)).astimezone(zone)
        midnight = datetime(local.year, local.month, local.day, tzinfo=zone)
        return (midnight.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
    panes = WINDOWS_S[window] * SECOND_US // PANE_US
    newest_pane = as_of // PANE_US
    return (newest_pane - panes + 1) * PANE_US


@dataclass(frozen=True)
class Slice:
    """What one dimension's one name sees."""

    happenings: list[Happening]
    waiting: list[Contact]
    on_it: list[Contact]
    unanswered: list[Contact]
    agents: list[Agent]
    promises: list[Promise]
    start: int | None
    as_of: int
    variant: str


class View:
    """A floor seen at an instant through a window."""

    def __init__(self, floor: Floor, plan: Plan, as_of: int, window: str) -> None:
        self.floor = floor
        self.plan = plan
        self.as_of = as_of
        self.window = window

    def section(self, dimension: str, name: str) -> Figures:
        """Counts, figures and now of one name, null where a name has no meaning."""
        seen = self._slice(dimension, name)
        counts = _counts(seen, self.plan)
        now = _now(seen, self.plan)
        section = {
            "counts": counts,
            "figures": _figures(seen, counts, now["waiting_over_target"]),
            "now": now,
        }
        for part in section.values():
            for figure in part:
                if _is_meaningless(dimension, figure):
                    part[figure] = None
        return section

    def _slice(self, dimension: str, name: str) -> Slice:
        queue = name if dimension == "queues" else None
        start = window_start(self.window, self.as_of, self.plan.zone(queue))
        contacts = list(self.floor.contacts.values())
        return Slice(
            happenings=[
                each
                for each in self.floor.happenings
                if _is_inside(each.at, start, self.as_of)
                and self._sees(dimension, name, each.queue, each.channel, each.agent)
            ],
            waiting=[
                each
                for each in contacts
                if each.state == "waiting"
                and self._sees(dimension, name, each.queue, each.channel, None)
            ],
            on_it=[
                each
                for each in contacts
                if each.state in ("answered", "held", "wrapping")
                and self._sees(dimension, name, each.queue, each.channel, each.agent)
            ],
            unanswered=[
                each
                for each in contacts
                if each.unanswered_since is not None
                and self._sees(dimension, name, each.unanswered_queue, each.channel, None)
            ],
            agents=[
                agent
                for subject, agent in self.floor.agents.items()
                if _has_agent(dimension, name, subject, agent)
            ],
            promises=[
                each
                for promises in self.floor.promises.values()
                for each in promises
                if dimension == "floor" or (dimension == "queues" and name == each.queue)
            ],
            start=start,
            as_of=self.as_of,
            variant=self.plan.variant(queue),
        )

    def _sees(
        self, dimension: str, name: str, queue: str | None, channel: str | None, agent: str | None
    ) -> bool:
        """A happening counts for its queue, its channel, its agent and that agent's newest team."""
        team = self.floor.agents[agent].team if agent in self.floor.agents else None
        of = {"floor": "", "queues": queue, "channels": channel, "teams": team, "agents": agent}
        return of[dimension] == name


def _is_inside(at: int, start: int | None, as_of: int) -> bool:
    return (start is None or start <= at) and at <= as_of


def _has_agent(dimension: str, name: str, subject: str, agent: Agent) -> bool:
    """An agent is in every queue of its newest list, in its newest team, once in the floor."""
    if dimension == "queues":
        return name in agent.queues
    if dimension == "teams":
        return name == agent.team
    if dimension == "agents":
        return name == subject
    return dimension == "floor"


def _is_meaningless(dimension: str, figure: str) -> bool:
    """METRICS.md's last section: a name without meaning in a dimension is null there."""
    if dimension == "channels":
        return figure.startswith(("callbacks_", "agents_")) or figure in (
            "occupancy",
            "utilisation",
            "expected_wait_s",
        )
    if dimension in ("teams", "agents"):
        return figure.startswith("callbacks_") or figure in (
            "offered",
            "abandoned",
            "short_abandoned",
            "abandoned_in_target",
            "diverted",
            "service_level",
            "service_levels",
            "abandonment_rate",
            "waiting",
            "waiting_over_target",
            "oldest_wait_s",
            "conversations_unanswered",
            "oldest_unanswered_s",
            "expected_wait_s",
        )
    return False


# === METRICS.md, "Counts of a window" ======================================================


def _counts(seen: Slice, plan: Plan) -> Figures:
    """Every count, by going through the list of what happened once for each."""

    def of(what: str) -> list[Happening]:
        return [each for each in seen.happenings if each.what == what]

    def in_target(each: Happening) -> bool:
        # Wait ≤ target is in target.
        return (each.wait_us or 0) <= plan.target_us(each.queue, each.channel)

    # Wait ≥ the short limit is an abandonment, a shorter one a short abandonment.
    left = of("left")
    abandoned = [each for each in left if (each.wait_us or 0) >= plan.short_abandon_us(each.queue)]
    answered = of("answered")
    waited = [each for each in answered if each.wait_us is not None]
    handled, replies = of("handled"), of("reply")
    due = [each for each in seen.promises if _is_inside(each.due, seen.start, seen.as_of)]
    return {
        "offered": len(of("offered")),
        "answered": len(answered),
        "abandoned": len(abandoned),
        "short_abandoned": len(left) - len(abandoned),
        "diverted": len(of("diverted")),
        "abandoned_in_target": sum(1 for each in abandoned if in_target(each)),
        "answered_in_target": sum(1 for each in waited if in_target(each)),
        "answered_waited": len(waited),
        "handled": len(handled),
        "talk_sum_s": _seconds(sum(each.talk_us for each in handled)),
        "hold_sum_s": _seconds(sum(each.hold_us for each in handled)),
        "wrap_sum_s": _seconds(sum(each.wrap_us for each in of("wrapped"))),
        "transferred_out": len(of("transferred_out")),
        "declined": len(of("declined")),
        **_survey_counts([each.answers for each in of("survey_answered")]),
        "callbacks_due": len(due),
        "callbacks_kept": sum(1 for each in due if each.kept),
        "surveys_sent": len(of("survey_sent")),
        "wait_sum_s": _seconds(sum(each.wait_us or 0 for each in waited)),
        "responses": len(replies),
        "response_sum_s": _seconds(sum(each.response_us for each in replies)),
    }


def _seconds(us: int) -> float:
    return us / SECOND_US


def _survey_counts(surveys: list[Mapping[str, Any]]) -> Figures:
    """Of each score: how many gave it, and how many gave 4 or 5."""
    counts: Figures = {"surveys": len(surveys)}
    for score in SCORES:
        given = [int(answers[score]) for answers in surveys if score in answers]
        counts[f"{score}_n"] = len(given)
        counts[f"{score}_top"] = sum(1 for each in given if each >= 4)
        if score == "csat":
            counts["csat_sum"] = sum(given)
    resolved = [answers["resolved"] for answers in surveys if "resolved" in answers]
    nps = [int(answers["nps"]) for answers in surveys if "nps" in answers]
    return {
        **counts,
        "resolved_n": len(resolved),
        "resolved_yes": sum(1 for each in resolved if each),
        "nps_n": len(nps),
        "nps_promoters": sum(1 for each in nps if each >= 9),
        "nps_detractors": sum(1 for each in nps if each <= 6),
    }


# === METRICS.md, "Figures" =================================================================


def _share(part: float, whole: float) -> float | None:
    """A figure without evidence is null."""
    return part / whole if whole else None


def _figures(seen: Slice, counts: Figures, waiting_over_target: int) -> Figures:
    """Every formula of the table, in its order."""
    levels = service_levels(counts, waiting_over_target)
    handled = counts["handled"]
    sums_us = {
        name: sum(getattr(each, f"{name}_us") for each in seen.happenings)
        for name in ("talk", "hold", "wrap", "response")
    }
    handle_us = sums_us["talk"] + sums_us["hold"] + sums_us["wrap"]
    resolved_evidence = counts["answered_waited"] + counts["abandoned"]
    return {
        "service_level": levels[seen.variant],
        "service_levels": levels,
        **_wait_figures(seen),
        "abandonment_rate": _share(counts["abandoned"], resolved_evidence),
        "average_handle_time_s": _share(handle_us, handled * SECOND_US),
        "average_talk_time_s": _share(sums_us["talk"], handled * SECOND_US),
        "average_hold_time_s": _share(sums_us["hold"], handled * SECOND_US),
        "average_wrap_time_s": _share(sums_us["wrap"], handled * SECOND_US),
        "transfer_rate": _share(counts["transferred_out"], counts["answered"]),
        "decline_rate": _share(counts["declined"], counts["declined"] + counts["answered"]),
        **_survey_figures(counts),
        "survey_response_rate": _share(counts["surveys"], counts["surveys_sent"]),
        "callbacks_kept_rate": _share(counts["callbacks_kept"], counts["callbacks_due"]),
        "average_response_time_s": _share(sums_us["response"], counts["responses"] * SECOND_US),
        **_load_figures(seen),
    }


def service_levels(counts: Mapping[str, int], waiting_over_target: int) -> Figures:
    """All five variants side by side; ICMI's worked case is their test."""
    met, waited = counts["answered_in_target"], counts["answered_waited"]
    gone, gone_in_target = counts["abandoned"], counts["abandoned_in_target"]
    return {
        "abandons_count": _share(met, waited + gone),
        "abandons_ignored": _share(met, waited),
        "abandons_in_target_ignored": _share(met, waited + gone - gone_in_target),
        "abandons_in_target_met": _share(met + gone_in_target, waited + gone),
        "stuck_proof": _share(met, waited + gone + waiting_over_target),
    }


def _wait_figures(seen: Slice) -> Figures:
    """Of the waits that an answer ended: mean, quantiles by sorting, and the longest."""
    waits = sorted(
        each.wait_us
        for each in seen.happenings
        if each.what == "answered" and each.wait_us is not None
    )
    return {
        "average_speed_of_answer_s": _share(sum(waits), len(waits) * SECOND_US),
        "wait_p50_s": _quantile_s(waits, 50),
        "wait_p90_s": _quantile_s(waits, 90),
        "wait_p95_s": _quantile_s(waits, 95),
        "wait_max_s": _seconds(waits[-1]) if waits else None,
    }


def _quantile_s(waits: list[int], percent: int) -> float | None:
    """The smallest wait such that at least that share of the sorted waits is ≤ it."""
    for position, wait in enumerate(waits, start=1):
        if position * 100 >= percent * len(waits):
            return _seconds(wait)
    return None


def _survey_figures(counts: Figures) -> Figures:
    """Top-2-box shares; csat_score with its Wilson interval; nps from -100 to 100."""
    low, high = wilson(counts["csat_top"], counts["csat_n"])
    promoters, detractors = counts["nps_promoters"], counts["nps_detractors"]
    return {
        "csat_score": _share(counts["csat_top"], counts["csat_n"]),
        "csat_low": low,
        "csat_high": high,
        "csat_mean": _share(counts["csat_sum"], counts["csat_n"]),
        "trust_score": _share(counts["trust_top"], counts["trust_n"]),
        "ease_score": _share(counts["ease_top"], counts["ease_n"]),
        "effectiveness_score": _share(counts["effectiveness_top"], counts["effectiveness_n"]),
        "emotion_score": _share(counts["emotion_top"], counts["emotion_n"]),
        "manner_score": _share(counts["manner_top"], counts["manner_n"]),
        "resolution_rate": _share(counts["resolved_yes"], counts["resolved_n"]),
        "nps": _share(100 * (promoters - detractors), counts["nps_n"]),
    }


def wilson(top: int, n: int) -> tuple[float | None, float | None]:
    """The 95 % Wilson interval of a share, given for any n above none."""
    if n == 0:
        return None, None
    p = top / n
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _load_figures(seen: Slice) -> Figures:
    """Seconds of the agents' states where they really lie, cut to the window and `as_of`."""
    spent = dict.fromkeys(("offline", "available", "busy", "wrap_up", "away"), 0)
    for agent in seen.agents:
        ends = [at for at, _, _ in agent.changes[1:]] + [seen.as_of]
        for (begin, state, _), end in zip(agent.changes, ends, strict=True):
            first = begin if seen.start is None else max(begin, seen.start)
            spent[state] += max(0, min(end, seen.as_of) - first)
    work = spent["busy"] + spent["wrap_up"]
    on_the_floor = work + spent["available"]
    return {
        "occupancy": _share(work, on_the_floor),
        "utilisation": _share(work, on_the_floor + spent["away"]),
    }


# === METRICS.md, "Now (no window)" =========================================================


def _now(seen: Slice, plan: Plan) -> Figures:
    """What stands at `as_of`; ages never negative."""
    waits = [(seen.as_of - each.since, each) for each in seen.waiting]
    over = [each for wait, each in waits if wait > plan.target_us(each.queue, each.channel)]
    ages = [seen.as_of - (each.unanswered_since or 0) for each in seen.unanswered]
    states = [agent.changes[-1][1] for agent in seen.agents]
    # A promise is kept in mind for 24 h past its due.
    open_promises = [
        each
        for each in seen.promises
        if not each.attempted and seen.as_of - each.due <= PROMISE_KEPT_US
    ]
    return {
        "waiting": len(waits),
        "waiting_over_target": len(over),
        "oldest_wait_s": _oldest_s([wait for wait, _ in waits]),
        "in_conversation": sum(1 for each in seen.on_it if each.state == "answered"),
        "on_hold": sum(1 for each in seen.on_it if each.state == "held"),
        "wrapping": sum(1 for each in seen.on_it if each.state == "wrapping"),
        "agents_available": states.count("available"),
        "agents_busy": states.count("busy"),
        "agents_wrap_up": states.count("wrap_up"),
        "agents_away": states.count("away"),
        "agents_staffed": len(states) - states.count("offline"),
        # An estimate that is scored against what happened, not a formula to compare.
        "expected_wait_s": None,
        "callbacks_open": len(open_promises),
        "callbacks_overdue": sum(1 for each in open_promises if seen.as_of > each.due),
        "conversations_unanswered": len(ages),
        "oldest_unanswered_s": _oldest_s(ages),
    }


def _oldest_s(ages_us: list[int]) -> float | None:
    return _seconds(max(0, *ages_us)) if ages_us else None
