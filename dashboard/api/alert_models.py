"""The shapes of alerts and of what people do to them, as OpenAPI tells them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from stream.contract.alerts import NOTE_MAX, Cause, Dimension, Factor, Occasion, Severity, State
from stream.contract.behind import LISTED_MAX, Became

NAME_LETTERS_MAX = 80
RULES_LETTERS_MAX = 200_000
SNOOZE_S_MAX = 7 * 86_400
LIMIT_MAX = 1_000

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LETTERS_MAX),
    Field(examples=["Ada"]),
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NOTE_MAX)]
RulesText = Annotated[str, StringConstraints(max_length=RULES_LETTERS_MAX)]
Time = Annotated[str, Field(examples=["2026-03-02T14:30:00.000Z"])]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


# --- what is told ------------------------------------------------------------------------------


# What a screen writes the text from in another language than English; null where it stays as it is.
Said = dict[str, Any] | None


class AlertTarget(_Shape):
    """What a rule looks at; the floor has no name."""

    dimension: Dimension
    name: str | None


class WhyPart(_Shape):
    """What one factor explains; shares add up to 1, one that helped is negative."""

    factor: Factor
    before: float | None
    now: float | None
    share: float


class Why(_Shape):
    """What changed against the baseline, the largest part first."""

    text: str
    parts: list[WhyPart]
    wait_before_s: float | None
    wait_now_s: float | None
    since: Time | None
    size: float | None
    said: list[dict[str, Any]] | None = Field(
        description="What a screen writes the text from in another language, a sentence each, to be "
        "given a capital and a stop; null of an older release."
    )


class Alert(_Shape):
    """One rule on one target."""

    id: str
    rule: str
    kind: str
    target: AlertTarget
    severity: Severity
    state: State
    began: Time
    changed_at: Time
    as_of: Time
    fired_at: Time | None
    resolved_at: Time | None
    message: str = Field(
        description="What is true of it as of `as_of`; once over, `fired_message`."
    )
    fired_message: str = Field(description="What it said as it fired.")
    figures: dict[str, float | None]
    peak: float | None
    owner: str | None
    why: Why | None
    flaps: int
    said: Said


class Mark(_Shape):
    """Who did something, and when on the wall clock."""

    by: str
    at: Time


class Entry(_Shape):
    """One line of an incident's history."""

    at: Time
    what: str
    text: str
    by: str | None
    said: Said


class Incident(_Shape):
    """All alerts of one cause, and what people made of it."""

    id: str
    title: str
    said: Said
    severity: Severity
    state: State
    opened_at: Time = Field(description="When it fired first.")
    since: Time = Field(description="Since when it fires without having been over.")
    changed_at: Time = Field(description="Since when it is in its state.")
    resolved_at: Time | None
    cause: Cause | None
    acknowledged: Mark | None
    snoozed_until: Time | None
    assigned_to: str | None
    true: bool | None = Field(description="What somebody judged it to be; null while nobody did.")
    alerts: list[Alert]
    history: list[Entry]


class Evaluator(_Shape):
    """Who judges the floor, as of its last step. Unless it is `watching`, nothing here is news."""

    watching: bool
    name: str | None
    age_s: float | None = Field(description="How long ago it told anything; null if it never did.")
    told_at: Time | None
    rules: int | None
    targets: int | None
    problems: list[str]
    evaluated_ms: float | None
    limits: dict[str, int]


class Contact(_Shape):
    """One contact behind an alert, by the identifier of its events."""

    id: str
    queue: str | None
    channel: str | None
    agent: str | None
    since: Time | None = Field(description="When its wait began; null where there is none known.")
    at: Time | None = Field(description="When it happened; null of one that still stands.")
    wait_s: float | None
    due: Time | None = Field(
        description="When a callback is to be made, otherwise when the wait is beyond its target."
    )
    over_target: bool | None
    priority: int | None
    segment: str | None
    language: str | None
    intent: str | None
    journey_stage: str | None
    redial_of: str | None


class ContactGroup(_Shape):
    """All contacts of which the same became."""

    became: Became
    count: int = Field(description="How many there are.")
    contacts: list[Contact] = Field(
        description=f"At most {LISTED_MAX}: of those that stand the longest there, of the others "
        "the newest."
    )


class Contacts(_Shape):
    """The contacts behind an alert; without groups, its figure is not made of contacts."""

    alert: str
    as_of: Time
    since: Time | None = Field(description="Where the window begins; null where all of them stand.")
    held_since: Time | None = Field(description="When the log begins, where that is after `since`.")
    unplaced: int = Field(
        description="Of how many the beginning was not found, so that they may be missing."
    )
    groups: list[ContactGroup]


class Message(_Shape):
    """One message that did not reach its receiver."""

    id: str
    receiver: str
    occasion: Occasion
    incident: str
    title: str
    said: Said
    at: Time
    tries: int
    tried_at: Time | None
    failure: str | None
    given_up: bool


class Alerts(_Shape):
    """The incidents that were asked for, open ones first, then the newest first."""

    as_of: Time | None
    evaluator: Evaluator
    open: int
    incidents: list[Incident]
    undelivered: list[Message]


class Accepted(_Shape):
    """The action is in the log. The evaluator takes it up, and then it shows."""

    incident: str
    at: Time


class Record(_Shape):
    """How a rule has done."""

    fired: int
    true: int
    false: int
    lead_median_s: float | None = Field(
        description="How long before the target broke it fired, the median of the newest."
    )


class Rules(_Shape):
    """The rules in force, who set them and when, and each one's record."""

    text: str | None
    by: str | None
    at: Time | None
    records: dict[str, Record]
    can_backtest: bool


class RuleProblem(_Shape):
    """One thing that is wrong with rules, and where."""

    line: int | None
    detail: str


class RuleProblems(_Shape):
    """Why rules are not taken: the first problem in `detail`, all of them in `problems`."""

    detail: str
    problems: list[RuleProblem]


class RuleField(_Shape):
    """One plain value of a rule, and where it stands: `start` and `end` count the letters."""

    path: str
    value: str
    line: int
    start: int
    end: int


class RuleForm(_Shape):
    """One rule's plain values, for a form beside the text, and where another may be put: `key: value`
    and `then` before the letter `add_at`."""

    name: str
    line: int
    fields: list[RuleField]
    keys: list[str]
    add_at: int | None
    then: str


class RulesChecked(_Shape):
    """What is wrong with rules, if anything, and the values that a form can change."""

    problems: list[RuleProblem]
    rules: list[RuleForm]


class RulesAccepted(_Shape):
    """The rules are in the log, and in force with the evaluator's next step."""

    at: Time


class TestFiring(_Shape):
    """One time that a rule would have fired; `resolved_at` is null where it held to the end."""

    rule: str
    target: AlertTarget
    severity: Severity
    message: str
    fired_at: Time
    resolved_at: Time | None
    peak: float | None


class BackTested(_Shape):
    """What the rules would have done in this stretch of time."""

    since: Time
    until: Time
    by_rule: dict[str, int]
    firings: list[TestFiring]


# --- what is asked -----------------------------------------------------------------------------


class _Act(_Shape):
    by: Name


class Acknowledge(_Act):
    """Somebody has it; with `undo`, nobody has it after all."""

    undo: bool = False


class Snooze(_Act):
    """Silent until a time, or for so many seconds; `"until": null` wakes it."""

    until: AwareDatetime | None = None
    for_s: Annotated[int, Field(ge=60, le=SNOOZE_S_MAX)] | None = None

    def end(self, now: datetime) -> datetime | None:
        """Until when, or None to wake it. Raises `ValueError` with what is expected."""
        if (self.for_s is not None) == ("until" in self.model_fields_set):
            raise ValueError("until, for_s: expected one of the two")
        if self.for_s is not None:
            return now + timedelta(seconds=self.for_s)
        if self.until is not None and not now < self.until <= now + timedelta(seconds=SNOOZE_S_MAX):
            raise ValueError("until: expected a time within the next 7 days")
        return self.until


class Assign(_Act):
    """Whose it is; null takes it from whoever had it."""

    to: Name | None


class AddNote(_Act):
    """A line for the history."""

    text: Note


class Judge(_Act):
    """Whether there was something to it; null takes the judgement back."""

    true: bool | None


class Retry(_Act):
    """The id of a message that was not delivered."""

    message: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class SetRules(_Act):
    """The text of an alerts.yaml that is to be in force."""

    text: RulesText


class RulesToTry(_Shape):
    """The text of an alerts.yaml that is not in force."""

    text: RulesText
