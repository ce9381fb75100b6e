"""What is told of drills over HTTP: the contract's shapes, times as RFC 3339 and as times of day."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from stream.contract.drills import DrillState, Offer, Plan, Report
from stream.contract.instants import format_millis

_INSTANTS: Final = frozenset({"at", "began", "ends", "ended", "onset"})
# What a text is written from has names of its own.
_SAID: Final = frozenset({"said", "findings_said"})
Audience = Literal["trainer", "trainee"]


def offer_answer(offer: Offer) -> dict[str, Any]:
    """What can be drilled, as the trainer is told it."""
    told: dict[str, Any] = _told(offer)
    return told


def state_answer(state: DrillState, audience: Audience, *, has_report: bool) -> dict[str, Any]:
    """How the drill stands. Who is trained is not told what is to come, nor what the scenario is
    about, before it is over."""
    told: dict[str, Any] = _told(state)
    told["has_report"] = has_report
    if audience == "trainee" and state.phase != "over":
        told["deeds"] = [deed for deed in told["deeds"] if deed["by"] == "trainee"]
        if told["plan"] is not None:
            told["plan"] |= {"surprises": [], "offer": ""}
        if told["offer"] is not None:
            told["offer"] |= {"name": "", "title": "", "about": "", "notice": [], "helps": []}
    return told


def report_answer(report: Report) -> dict[str, Any]:
    """A report with its times as RFC 3339."""
    told: dict[str, Any] = _told(report)
    return told


def _told(struct: DrillState | Offer | Report) -> Any:
    return _with_times(msgspec.to_builtins(struct))


def _with_times(told: Any) -> Any:
    if isinstance(told, list):
        return [_with_times(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {name: _field(name, value) for name, value in told.items()}


def _field(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _SAID:
        return value
    if name in _INSTANTS:
        return format_millis(value)
    if name == "begins":
        return f"{value // 60:02}:{value % 60:02}"
    return _with_times(value)


def plan_of(told: dict[str, Any]) -> Plan:
    """The plan that was asked for."""
    begins = told.get("begins")
    if begins is not None:
        hours, minutes = begins.split(":")
        told = told | {"begins": int(hours) * 60 + int(minutes)}
    return msgspec.convert(told, Plan)
