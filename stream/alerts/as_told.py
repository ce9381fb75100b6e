"""An alert as it is told: made when it fires, and made anew as its figures and its state go on.

What it says is true as of its figures. So whoever reads of one that recovers reads that it does, and
of one whose figures are not known any more, that this was so when they last were.
"""

from __future__ import annotations

from msgspec.structs import replace

from stream.alerts.incidents import id_of
from stream.alerts.life import Life
from stream.alerts.memory import Key
from stream.alerts.rules import AnyRule
from stream.alerts.signals import worse
from stream.alerts.words import Sentence, last_known, sentence
from stream.contract.alerts import Alert
from stream.contract.figures import Value


def fired(
    key: Key, rule: AnyRule, called: str, life: Life, figures: dict[str, Value], as_of: int
) -> Alert:
    """An alert that fires now, on what people call `called`."""
    assert life.fired_at is not None
    assert life.began is not None
    says = sentence(rule, key.target, called, figures)
    return Alert(
        id=id_of(key.rule, key.target, life.fired_at),
        rule=key.rule,
        kind=rule.kind,
        target=key.target,
        severity=rule.severity,
        state=life.state,
        began=life.began,
        changed_at=life.since,
        as_of=as_of,
        message=says.text,
        figures=figures,
        fired_at=life.fired_at,
        peak=worse(rule, None, figures),
        owner=rule.owner,
        flaps=life.flaps,
        said=says.said,
    )


def gone_on(
    alert: Alert, rule: AnyRule, called: str, life: Life, figures: dict[str, Value], as_of: int
) -> Alert:
    """The alert with what its life and its figures are by now; without figures it keeps those that
    were known last."""
    changed = life.state != alert.state
    if life.state == "recovering" and not figures:
        # What is not told of any more has nothing in it.
        figures = dict.fromkeys(alert.figures)
    if figures:
        peak = worse(rule, alert.peak, figures)
        alert = replace(alert, as_of=as_of, figures=figures, peak=peak)
    if changed:
        over = life.resolved_at if life.state == "resolved" else None
        alert = replace(alert, state=life.state, changed_at=life.since, resolved_at=over)
    if life.state == "resolved":
        return alert.as_fired
    if life.state == "no_data":
        return _saying(alert, last_known(alert)) if changed else alert
    if not (figures or changed):
        return alert
    return _saying(alert, sentence(rule, alert.target, called, figures, life.state))


def _saying(alert: Alert, says: Sentence) -> Alert:
    if says.text == alert.message:
        return alert
    first = alert.as_fired
    if says.text == first.message:
        return first
    return replace(
        alert,
        message=says.text,
        said=says.said,
        fired_message=first.message,
        fired_said=first.said,
    )
