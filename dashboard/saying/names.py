"""What rules and figures are called, in the words of dashboard/assets/alerts/alert_words.js."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from dashboard.amounts import window
from dashboard.i18n import _, marked

# The rules that ship go by these; one of another name is somebody's own, and stays as it is written.
_RULES: Final[Mapping[str, str]] = {
    "surge": marked("Surge"),
    "floor_surge": marked("Surge on the whole floor"),
    "building_surge": marked("Surge that builds up"),
    "arrivals_stopped": marked("Arrivals stopped"),
    "service_level_lost": marked("Service level lost"),
    "service_level_slips": marked("Service level slips"),
    "wait_grows": marked("Waits grow"),
    "somebody_waits": marked("Somebody waits too long"),
    "callbacks_at_risk": marked("Callbacks at risk"),
    "replies_at_risk": marked("Replies at risk"),
    "stream_silent": marked("The stream is silent"),
}
_METRICS: Final[Mapping[str, str]] = {
    "size": marked("Times the usual"),
    "offered": marked("Contacts"),
    "score": marked("How sure, in nats"),
    "contacts": marked("Contacts ended"),
    "wait_ahead_s": marked("Wait ahead"),
    "stuck_proof": marked("In target, who waits counts"),
    "service_level": marked("Service level"),
    "abandonment_rate": marked("Abandonment rate"),
    "average_speed_of_answer_s": marked("Average speed of answer"),
    "oldest_wait_s": marked("Oldest wait"),
    "waiting": marked("Waiting"),
    "waiting_over_target": marked("Waiting over target"),
    "expected_wait_s": marked("Expected wait"),
    "usual": marked("Usual"),
    "burn": marked("Burn"),
    "overdue": marked("Overdue"),
    "open": marked("Open"),
    "age_s": marked("Age"),
    "csat_score": marked("CSAT"),
    "occupancy": marked("Occupancy"),
    "average_handle_time_s": marked("Average handle time"),
    "callbacks_overdue": marked("Callbacks overdue"),
    "abandons_count": marked("Abandons count"),
    "abandons_ignored": marked("Abandons ignored"),
    "abandons_in_target_ignored": marked("Abandons in target ignored"),
    "abandons_in_target_met": marked("Abandons in target met"),
}
# As all screens name figures (dashboard/assets/base/figure_names.js).
_FIGURES: Final[Mapping[str, str]] = {
    "in_conversation": marked("In conversation"),
    "on_hold": marked("On hold"),
    "wrapping": marked("Wrapping up"),
    "callbacks_open": marked("Promises open"),
    "conversations_unanswered": marked("Unanswered conversations"),
    "oldest_unanswered_s": marked("Oldest unanswered"),
    "agents_available": marked("Agents free"),
    "agents_busy": marked("Agents busy"),
    "agents_wrap_up": marked("Agents in wrap-up"),
    "agents_away": marked("Agents away"),
    "agents_staffed": marked("Agents staffed"),
    "wait_p50_s": marked("Median wait"),
    "wait_p90_s": marked("Wait of nine in ten"),
    "wait_p95_s": marked("Wait of 19 in 20"),
    "wait_max_s": marked("Longest wait answered"),
    "average_response_time_s": marked("Time to reply"),
    "callbacks_kept_rate": marked("Promises kept"),
    "average_talk_time_s": marked("Talk time"),
    "average_hold_time_s": marked("Hold time"),
    "average_wrap_time_s": marked("Wrap-up time"),
    "transfer_rate": marked("Transfer rate"),
    "decline_rate": marked("Ring no answer"),
    "utilisation": marked("Utilisation"),
    "csat_low": marked("CSAT, lower end"),
    "csat_high": marked("CSAT, upper end"),
    "csat_mean": marked("CSAT, mean score"),
    "trust_score": marked("Trust"),
    "ease_score": marked("Ease"),
    "effectiveness_score": marked("Effectiveness"),
    "emotion_score": marked("Emotion"),
    "manner_score": marked("Manner"),
    "resolution_rate": marked("Resolved"),
    "nps": marked("NPS"),
    "survey_response_rate": marked("Survey response rate"),
    "answered": marked("Answered"),
    "abandoned": marked("Abandoned"),
    "short_abandoned": marked("Short abandoned"),
    "diverted": marked("Diverted"),
    "handled": marked("Handled"),
    "transferred_out": marked("Transferred"),
    "declined": marked("Declined"),
    "surveys": marked("Surveys answered"),
    "surveys_sent": marked("Surveys sent"),
    "callbacks_due": marked("Promises due"),
    "callbacks_kept": marked("Promises kept, number"),
    "responses": marked("Replies"),
    "answered_in_target": marked("Answered in target"),
}
# A metric may be of a window of its own: `stuck_proof_5m`.
_WINDOWED: Final = re.compile(r"(.*?)(?:_(\d+m|today))?")


def rule(name: str) -> str:
    """A rule's title."""
    return _(_RULES[name]) if name in _RULES else name


def metric(name: str) -> str:
    """A figure's name within a sentence."""
    if name in _METRICS:
        return _within(_(_METRICS[name]))
    parts = _WINDOWED.fullmatch(name)
    bare, of = (name, None) if parts is None else parts.groups()
    known = _METRICS.get(bare) or _FIGURES.get(bare)
    words = _(known) if known else bare.removesuffix("_s").replace("_", " ")
    return _within(words if of is None else _(", ").join((words, window(of))))


def _within(words: str) -> str:
    """Without the capital of a title; abbreviations keep theirs."""
    return words if words[1:2].isupper() else f"{words[:1].lower()}{words[1:]}"
