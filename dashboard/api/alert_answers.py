"""What is told of alerts over HTTP: the contract's incidents with their times as RFC 3339."""

from __future__ import annotations

from statistics import median
from typing import Any, Literal

from dashboard.alerting import WATCHED_S_MAX
from dashboard.said import title_said
from stream.contract.alerts import (
    Alert,
    Board,
    Entry,
    Incident,
    Notification,
    RuleRecord,
    Target,
    Why,
)
from stream.contract.backtest import BackTest
from stream.contract.incidents import changed_at
from stream.contract.instants import format_millis


def alerts_answer(
    board: Board, age_s: float | None, *, state: Literal["open", "resolved", "all"], limit: int
) -> dict[str, Any]:
    """The incidents of a state, at most `limit`; `age_s` is how long ago the evaluator told."""
    asked = [one for one in board.incidents if state == "all" or one.is_open == (state == "open")]
    return {
        "as_of": None if board.head is None else format_millis(board.head.as_of),
        "evaluator": _evaluator(board, age_s),
        "open": sum(one.is_open for one in board.incidents),
        "incidents": [_incident(one) for one in asked[:limit]],
        "undelivered": [_message(one) for one in board.undelivered],
    }


def rules_answer(board: Board, *, can_backtest: bool) -> dict[str, Any]:
    """The rules in force, and how each has done."""
    rules = board.rules
    return {
        "text": None if rules is None else rules.text,
        "by": None if rules is None else rules.by,
        "at": None if rules is None else format_millis(rules.at),
        "records": {name: _record(record) for name, record in board.records.items()},
        "can_backtest": can_backtest,
    }


def backtest_answer(test: BackTest) -> dict[str, Any]:
    """Every firing, and how many each rule has."""
    by_rule: dict[str, int] = {}
    for firing in test.firings:
        by_rule[firing.rule] = by_rule.get(firing.rule, 0) + 1
    return {
        "since": format_millis(test.since),
        "until": format_millis(test.until),
        "by_rule": by_rule,
        "firings": [
            {
                "rule": one.rule,
                "target": _target(one.target),
                "severity": one.severity,
                "message": one.message,
                "fired_at": format_millis(one.fired_at),
                "resolved_at": _time(one.resolved_at),
                "peak": one.peak,
            }
            for one in test.firings
        ],
    }


def _evaluator(board: Board, age_s: float | None) -> dict[str, Any]:
    head = board.head
    return {
        "watching": age_s is not None and age_s <= WATCHED_S_MAX,
        "name": None if head is None else head.evaluator,
        "age_s": age_s,
        "told_at": None if head is None else format_millis(head.told_at),
        "rules": None if head is None else head.rules,
        "targets": None if head is None else head.targets,
        "problems": [] if head is None else head.problems,
        "evaluated_ms": None if head is None else head.evaluated_ms,
        "limits": {} if head is None else head.limits,
    }


def _incident(one: Incident) -> dict[str, Any]:
    mark = one.acknowledged
    return {
        "id": one.id,
        "title": one.title,
        "said": title_said(one),
        "severity": one.severity,
        "state": one.state,
        "opened_at": format_millis(one.opened_at),
        "since": format_millis(one.since),
        "changed_at": format_millis(changed_at(one)),
        "resolved_at": _time(one.resolved_at),
        "cause": one.cause,
        "acknowledged": None if mark is None else {"by": mark.by, "at": format_millis(mark.at)},
        "snoozed_until": _time(one.snoozed_until),
        "assigned_to": one.assigned_to,
        "true": one.true,
        "alerts": [_alert(alert) for alert in one.alerts],
        "history": [_entry(entry) for entry in one.history],
    }


def _alert(one: Alert) -> dict[str, Any]:
    return {
        "id": one.id,
        "rule": one.rule,
        "kind": one.kind,
        "target": _target(one.target),
        "severity": one.severity,
        "state": one.state,
        "began": format_millis(one.began),
        "changed_at": format_millis(one.changed_at),
        "as_of": format_millis(one.as_of),
        "fired_at": _time(one.fired_at),
        "resolved_at": _time(one.resolved_at),
        "message": one.message,
        "fired_message": one.as_fired.message,
        "figures": one.figures,
        "peak": one.peak,
        "owner": one.owner,
        "why": None if one.why is None else _why(one.why),
        "flaps": one.flaps,
        "said": one.said,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": format_millis(entry.at),
        "what": entry.what,
        "text": entry.text,
        "by": entry.by,
        "said": entry.said,
    }


def _why(why: Why) -> dict[str, Any]:
    return {
        "text": why.text,
        "parts": why.parts,
        "wait_before_s": why.wait_before_s,
        "wait_now_s": why.wait_now_s,
        "since": _time(why.since),
        "size": why.size,
        "said": why.said,
    }


def _message(one: Notification) -> dict[str, Any]:
    return {
        "id": one.id,
        "receiver": one.receiver,
        "occasion": one.occasion,
        "incident": one.incident.id,
        "title": one.incident.title,
        "said": title_said(one.incident),
        "at": format_millis(one.at),
        "tries": one.tries,
        "tried_at": _time(one.tried_at),
        "failure": one.failure,
        "given_up": one.given_up,
    }


def _record(record: RuleRecord) -> dict[str, Any]:
    return {
        "fired": record.fired,
        "true": record.true,
        "false": record.false,
        "lead_median_s": median(record.leads_s) if record.leads_s else None,
    }


def _target(target: Target) -> dict[str, Any]:
    return {"dimension": target.dimension, "name": target.name}


def _time(instant: int | None) -> str | None:
    return None if instant is None else format_millis(instant)
