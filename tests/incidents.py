"""Incidents of a benefits centre, and a hand that tells them into a log as the evaluator does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec import Struct, json

from stream.contract.alerts import (
    HEAD_KEY,
    RULES_KEY,
    Alert,
    AlertsHead,
    Entry,
    Incident,
    Mark,
    Notification,
    Part,
    RuleRecord,
    RulesInForce,
    Severity,
    State,
    Target,
    Why,
    encode_told,
    incident_key,
    notification_key,
    record_key,
)
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.contract.said import Said, say
from stream.logs.port import Log
from stream.logs.topics import ALERTS
from stream.staffing.wording import tell

RULES: Final = """\
# Whoever changes this page tells the others.
rules:
  long wait:
    kind: threshold
    severity: page
    metric: oldest_wait_s
    above: 300
    for: 1m
    clear: 180
    message: "{name}: oldest waits {oldest_wait_s}"
  surge:
    kind: surge
    severity: page
  service level burns:
    kind: burn_rate
    burn: 3
    for: 2m
  csat falls:
    kind: threshold
    metric: csat_score
    below: 0.8
    scope: {channel: [email, chat]}
    severity: ticket
"""


def alert(
    rule: str,
    queue: str,
    message: str,
    *,
    at: int,
    severity: Severity = "page",
    state: State = "firing",
    figures: dict[str, float | int | None] | None = None,
    why: Why | None = None,
) -> Alert:
    """One rule on one queue, which began a minute before it fired at `at`."""
    return Alert(
        id=f"{rule}/queue/{queue}/{at}",
        rule=rule,
        kind="threshold",
        target=Target("queue", queue),
        severity=severity,
        state=state,
        began=at - MINUTE_US,
        changed_at=at,
        as_of=at + MINUTE_US,
        message=message,
        figures=figures or {},
        fired_at=at,
        resolved_at=at + 8 * MINUTE_US if state == "resolved" else None,
        peak=None,
        owner="day team",
        why=why,
    )


def surge_incident(at: int) -> Incident:
    """Benefits will not recover: a surge, a long wait and a level that burns, of one cause."""
    parts = [
        Part("volume", 118.0, 189.0, 0.78),
        Part("handle_time", 284.0, 312.0, 0.15),
        Part("people", 31.0, 29.0, 0.12),
        Part("redials", 0.06, 0.09, 0.04),
        Part("patience", 240.0, 214.0, -0.09),
    ]
    known = {part.factor: part.now or 0.0 for part in parts}
    reason = tell(parts, known, known, "wait")
    why = Why(
        reason.text,
        parts,
        # As it is read back: a text within a text is plain then.
        said=json.decode(json.encode(reason.said), type=list[Said]),
        wait_before_s=14.0,
        wait_now_s=161.0,
        since=at - 4 * MINUTE_US,
        size=1.6,
    )
    alerts = [
        alert("surge", "benefits", "Benefits: arrivals 1.6 times the baseline", at=at, why=why,
              figures={"size": 1.6, "offered": 189, "expected": 118.0, "score": 9.31}),
        alert("long wait", "benefits", "Benefits: oldest waits 6:12", at=at + MINUTE_US,
              figures={"oldest_wait_s": 372, "waiting": 38, "expected_wait_s": None}),
        alert("service level burns", "medicaid", "Medicaid renewals: 61 % in 20 s, target 80 %",
              at=at + 2 * MINUTE_US, severity="notice",
              figures={"stuck_proof": 0.61, "stuck_proof_5m": 0.5, "burn": 1.95}),
    ]  # fmt: skip
    surged = say(
        "{where}: {size} times the usual arrivals ({offered} against {expected})",
        where=("Benefits", "Benefits"),
        size=("1.6", 1.6),
        offered=("189", 189),
        expected=("118", 118),
    )
    return Incident(
        id=f"i-{at}",
        title="Benefits will not recover",
        severity="page",
        state="firing",
        opened_at=at,
        alerts=alerts,
        history=[
            Entry(at, "opened", surged.text, said=surged.said),
            Entry(at + MINUTE_US, "joined", "Benefits: oldest waits 6:12"),
        ],
        cause="volume",
    )


def notice_incident(at: int) -> Incident:
    """Callback promises are about to break, and Ada has it."""
    one = alert("promise", "callbacks", "Callbacks: 2 promises due within 5 min, nobody free",
                at=at, severity="notice", figures={"callbacks_due_5m": 2, "agents_available": 0})  # fmt: skip
    return Incident(
        id=f"p-{at}",
        title="Callback promises about to break",
        severity="notice",
        state="firing",
        opened_at=at,
        alerts=[one],
        history=[
            Entry(at, "opened", "2 promises due within 5 min"),
            Entry(at + MINUTE_US, "acknowledged", "Ada has it", by="Ada"),
        ],
        acknowledged=Mark("Ada", at + MINUTE_US),
        assigned_to="Ada",
    )


def ticket_incident(at: int, number: int = 1) -> Incident:
    """Something to be read today."""
    one = alert("csat falls", "email", "E-mail: 71 % content (n 41), was 84 %", at=at,
                severity="ticket", figures={"csat_score": 0.71, "csat_score_baseline": 0.84})  # fmt: skip
    return Incident(
        id=f"c-{at}-{number}",
        title=f"E-mail answers please less than last week ({number})",
        severity="ticket",
        state="firing",
        opened_at=at,
        alerts=[one],
        history=[Entry(at, "opened", "71 % content")],
    )


def resolved_incident(at: int, number: int = 1) -> Incident:
    """One that is over since eight minutes after it began."""
    one = alert("long wait", "spanish", "Línea en español: oldest waited 5:20", at=at,
                state="resolved", figures={"oldest_wait_s": 320})  # fmt: skip
    return Incident(
        id=f"r-{at}-{number}",
        title="Long wait on Línea en español",
        severity="page",
        state="resolved",
        opened_at=at,
        alerts=[one],
        history=[
            Entry(at, "opened", "oldest waits 5:20"),
            Entry(at + 8 * MINUTE_US, "resolved", "after 8 min"),
        ],
        resolved_at=at + 8 * MINUTE_US,
        true=True,
    )


def failed_message(incident: Incident, at: int) -> Notification:
    """A page that did not reach the phone on duty."""
    return Notification(
        id=f"n-{incident.id}", receiver="duty phone", occasion="fired", incident=incident, at=at,
        not_before=at, tries=3, tried_at=at + 20 * SECOND_US, failure="connection refused",
    )  # fmt: skip


class Evaluator:
    """Tells a log what the evaluator would: in one append what changed, its head last."""

    def __init__(self, log: Log, *, now: Callable[[], int]) -> None:
        self._log = log
        self._now = now

    def tell(
        self, *told: Incident | Notification | RuleRecord | RulesInForce, gone: tuple[str, ...] = ()
    ) -> None:
        """One step; `gone` are the incidents that are kept no longer."""
        now = self._now()
        head = AlertsHead(
            as_of=now, told_at=now, evaluator="floor-1", rules=12, targets=148, evaluated_ms=3.2,
            since=now - MINUTE_US, receivers=["desk"],
        )  # fmt: skip
        records = [(_key(one), encode_told(one)) for one in told]
        dropped: list[tuple[str, bytes | None]] = [(incident_key(one), None) for one in gone]
        self._log.append(ALERTS, [*records, *dropped, (HEAD_KEY, encode_told(head))])


def _key(told: Struct) -> str:
    match told:
        case Incident():
            return incident_key(told.id)
        case Notification():
            return notification_key(told.id)
        case RuleRecord():
            return record_key(told.rule)
        case RulesInForce():
            return RULES_KEY
        case _:
            raise ValueError(f"nothing is told of {type(told).__name__}")
