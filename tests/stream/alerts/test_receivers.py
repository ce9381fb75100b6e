"""`receivers:` of alerts.yaml: what they say, what is refused, and when they may be told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from textwrap import dedent
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from stream.alerts.receivers import (
    QuietHours,
    Receiver,
    Receivers,
    duration_us,
    problems_of,
    read_quiet_hours,
)
from stream.contract.alerts import SEVERITIES, Occasion
from stream.contract.instants import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    parse_instant,
    to_datetime,
)
from stream.contract.yaml_lines import Place, YamlError, parse_yaml

ROME: Final = ZoneInfo("Europe/Rome")
DURATION: Final = "expected a duration such as 90s, 10m, 2h or 1d"


class Rules(BaseModel):
    """The part of an alerts.yaml that these tests are of."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    receivers: Receivers = {}


def check(rules: Rules) -> Iterator[tuple[Place, str]]:
    for place, message in problems_of(rules.receivers):
        yield ("receivers", *place), message


def receivers(text: str) -> dict[str, Receiver]:
    """The receivers of an indented text."""
    return parse_yaml(dedent(text), "alerts.yaml", Rules, check).receivers


def errors(text: str) -> list[str]:
    """What is wrong with an indented text."""
    with pytest.raises(YamlError) as raised:
        receivers(text)
    return str(raised.value).splitlines()


def receiver(**fields: Any) -> Receiver:
    return Receiver.model_validate({"kind": "webhook", "url": "https://e.org/hook", **fields})


def test_a_receiver_says_all_of_it() -> None:
    """What is not set is: every severity, at every hour, the all-clear too."""
    found = receivers("""\
        receivers:
          desk:
            kind: apprise
            urls: ["mailto://${FLOORWATCH_SECRET_MAIL}@mail.example.org", "json://10.0.0.5:8000"]
            severities: [page, notice]
            resolved: false
            quiet_hours: 22:00-07:00
            pages_too: true
            escalate_after: 10m
            escalate_to: [on call]
          on call:
            kind: alertmanager
            url: http://alertmanager:9093
    """)

    assert found["desk"].model_dump(exclude={"urls"}) == {
        "kind": "apprise",
        "url": None,
        "severities": ["page", "notice"],
        "resolved": False,
        "quiet_hours": {"begin": 22 * 60, "end": 7 * 60},
        "pages_too": True,
        "escalate_after": 10 * MINUTE_US,
        "escalate_to": ["on call"],
    }
    assert found["desk"].addresses == [
        "mailto://${FLOORWATCH_SECRET_MAIL}@mail.example.org",
        "json://10.0.0.5:8000",
    ]
    assert found["on call"].model_dump(exclude={"url"}) == {
        "kind": "alertmanager",
        "urls": None,
        "severities": list(SEVERITIES),
        "resolved": True,
        "quiet_hours": None,
        "pages_too": False,
        "escalate_after": None,
        "escalate_to": None,
    }
    assert found["on call"].addresses == ["http://alertmanager:9093"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param("kind: pager", "input should be 'apprise'", id="a kind that there is not"),
        pytest.param("colour: red", "unknown key, expected one of kind, urls, url", id="a key"),
        pytest.param("url: ftp://example.org/x", "expected http:// or https://", id="a scheme"),
        pytest.param("url: example.org", "expected an address such as", id="no scheme"),
        pytest.param("url: 'https://e.org/a b'", "expected an address such as", id="a blank"),
        pytest.param("severities: [grave]", "input should be 'page'", id="a severity"),
        pytest.param("severities: []", "at least 1 item", id="no severity"),
        pytest.param("quiet_hours: 22-7", "expected quiet hours such as 22:00-07:00", id="hours"),
        pytest.param("quiet_hours: 24:00-07:00", "expected quiet hours such as", id="24 o'clock"),
        pytest.param("quiet_hours: 07:00-07:00", "quiet hours that end where", id="a whole day"),
        pytest.param("escalate_after: 10", DURATION, id="a duration without a unit"),
        pytest.param("escalate_after: 0m", DURATION, id="no duration"),
        pytest.param("escalate_to: []", "at least 1 item", id="nobody to tell"),
        pytest.param("resolved: 'no'", "valid boolean", id="a text for yes or no"),
    ],
)
def test_a_mistake_in_a_line_is_told_with_its_line(line: str, told: str) -> None:
    """File, line, field and what is allowed."""
    first = "kind: webhook" if not line.startswith("kind") else "url: https://e.org"
    text = f"receivers:\n  desk:\n    {first}\n    {line}\n"
    found = errors(text)
    field = line.partition(":")[0]

    assert len([e for e in found if e.startswith(f"alerts.yaml:4: receivers.desk.{field}")]) == 1
    assert told in "\n".join(found)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param("kind: apprise", "kind apprise has urls, a list, and no url", id="no urls"),
        pytest.param(
            "{kind: apprise, urls: [json://e.org], url: 'https://e.org'}",
            "kind apprise has urls, a list, and no url",
            id="both",
        ),
        pytest.param("kind: webhook", "kind webhook has one url, and no urls", id="no url"),
        pytest.param(
            "{kind: webhook, url: 'https://e.org', pages_too: true}",
            "pages_too means nothing without quiet_hours",
            id="pages_too alone",
        ),
        pytest.param(
            "{kind: webhook, url: 'https://e.org', escalate_after: 5m}",
            "escalate_after and escalate_to go together",
            id="nobody to escalate to",
        ),
        pytest.param(
            "{kind: webhook, url: 'https://e.org', escalate_to: [desk]}",
            "escalate_after and escalate_to go together",
            id="no time after which",
        ),
    ],
)
def test_what_does_not_go_together_is_told(lines: str, told: str) -> None:
    """By the receiver, since no one field is wrong."""
    assert errors(f"receivers:\n  desk:\n    {lines}\n") == [
        f"alerts.yaml:2: receivers.desk: {told}"
    ]


def test_whom_to_escalate_to_must_be_there() -> None:
    """A misspelt name would be a page that nobody gets."""
    text = """\
        receivers:
          desk:
            kind: webhook
            url: https://e.org
            escalate_after: 5m
            escalate_to: [on-call]
    """

    assert errors(text) == [
        "alerts.yaml:6: receivers.desk.escalate_to: there is no receiver on-call"
    ]


def test_escalation_does_not_go_round() -> None:
    """Who has been told is not told as the next one."""
    text = "receivers:\n" + "".join(
        f"  {name}: {{kind: webhook, url: 'https://e.org', escalate_after: 5m, escalate_to: [{to}]}}\n"
        for name, to in (("a", "b"), ("b", "c"), ("c", "a"))
    )

    (error,) = errors(text)
    told = error.partition("goes round in a ring: ")[2].split(" → ")
    assert all(to == {"a": "b", "b": "c", "c": "a"}[name] for name, to in pairwise(told))
    assert (told[0], len(told)) == (told[-1], 4)


@pytest.mark.parametrize("name", ["''", "'a/b'", "'-'", "ü", "x" * 65])
def test_a_name_is_one_that_can_be_told(name: str) -> None:
    """It stands in metrics and in logs."""
    (error,) = errors(f"receivers:\n  {name}: {{kind: webhook, url: 'https://e.org'}}\n")

    assert "expected a name of at most 64 letters" in error


# --- secrets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "mailto://${FLOORWATCH_SECRET_USER}:${FLOORWATCH_SECRET_PASSWORD}@mail.example.org",
        "mailto://anna:${FLOORWATCH_SECRET_PASSWORD}@mail.example.org",
        "${FLOORWATCH_SECRET_WHOLE_URL}",
        "slack://${FLOORWATCH_SECRET_A}/${FLOORWATCH_SECRET_B}/C",
        "mailto://mail.example.org:2525?to=desk@example.org",
    ],
)
def test_what_is_secret_comes_from_outside(address: str) -> None:
    """As a part of an address or as all of it."""
    assert Receiver.model_validate({"kind": "apprise", "urls": [address]}).addresses == [address]


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://${HOME}/x", "expected ${FLOORWATCH_SECRET_NAME}, in capitals"),
        ("https://e.org/${AWS_SECRET_ACCESS_KEY}", "expected ${FLOORWATCH_SECRET_NAME}"),
        ("https://e.org/${FLOORWATCH_SECRET_a}", "expected ${FLOORWATCH_SECRET_NAME}"),
        ("https://e.org/${FLOORWATCH_SECRET_A", "expected ${FLOORWATCH_SECRET_NAME}"),
        ("https://anna:hunter2@e.org/x", "a password must come from outside"),
    ],
)
def test_other_variables_and_open_passwords_are_refused(address: str, told: str) -> None:
    """Who edits rules does not thereby read the environment; and the error does not repeat it."""
    (error,) = errors(f"receivers:\n  desk:\n    kind: webhook\n    url: {address}\n")

    assert error.startswith("alerts.yaml:4: receivers.desk.url: ")
    assert told in error
    assert "hunter2" not in error


def test_an_address_is_never_shown() -> None:
    """It may hold what is secret without looking like it."""
    shown = receiver(url="https://hooks.example.org/T0KEN")

    assert "T0KEN" not in repr(shown) + str(shown) + shown.model_dump_json()


# --- what and when ------------------------------------------------------------------------------


@pytest.mark.parametrize("resolved", [True, False])
def test_a_receiver_hears_its_severities(resolved: bool) -> None:
    """And the all-clear where it is wanted."""
    desk = receiver(severities=["page", "ticket"], resolved=resolved)
    heard = {
        (severity, occasion)
        for severity, occasion in product(SEVERITIES, get_args(Occasion))
        if desk.hears(severity, occasion)
    }
    occasions = set(get_args(Occasion)) - (set() if resolved else {"resolved"})

    assert heard == set(product(("page", "ticket"), occasions))


@pytest.mark.parametrize(
    ("told", "micros"),
    [("90s", 90 * SECOND_US), ("10m", 10 * MINUTE_US), ("2h", 2 * HOUR_US), ("1d", DAY_US)],
)
def test_durations_have_units(told: str, micros: int) -> None:
    """Seconds, minutes, hours, days."""
    assert duration_us(told) == micros


# Rome is an hour ahead of UTC in winter and two in summer.
@pytest.mark.parametrize(
    ("hours", "now", "end"),
    [
        pytest.param("22:00-07:00", "2026-03-02T20:59:59.999999Z", None, id="just before"),
        pytest.param("22:00-07:00", "2026-03-02T21:00:00Z", "2026-03-03T06:00:00Z", id="begin"),
        pytest.param("22:00-07:00", "2026-03-03T02:00:00Z", "2026-03-03T06:00:00Z", id="night"),
        pytest.param(
            "22:00-07:00", "2026-03-03T05:59:59.999999Z", "2026-03-03T06:00:00Z", id="last instant"
        ),
        pytest.param("22:00-07:00", "2026-03-03T06:00:00Z", None, id="over"),
        pytest.param("12:00-13:00", "2026-03-02T11:30:00Z", "2026-03-02T12:00:00Z", id="noon"),
        pytest.param("12:00-13:00", "2026-03-02T12:00:00Z", None, id="after noon"),
        pytest.param(
            "22:00-07:00", "2026-03-28T21:00:00Z", "2026-03-29T05:00:00Z", id="the short night"
        ),
        pytest.param(
            "22:00-07:00", "2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z", id="the long night"
        ),
        # 02:30 comes at 00:30Z and at 01:30Z that night.
        pytest.param(
            "22:00-02:30", "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z", id="the first 02:30"
        ),
        pytest.param(
            "22:00-02:30", "2026-10-25T01:10:00Z", "2026-10-25T01:30:00Z", id="the second 02:30"
        ),
    ],
)
def test_quiet_hours_are_read_off_the_local_clock(hours: str, now: str, end: str | None) -> None:
    """The first minute is quiet, the last is not, and a night may be longer than another."""
    found = read_quiet_hours(hours).until(parse_instant(now), ROME)

    assert found == (None if end is None else parse_instant(end))


@given(
    begin=st.integers(0, 1439),
    end=st.integers(0, 1439),
    now=st.integers(parse_instant("2026-01-01T00:00:00Z"), parse_instant("2027-01-01T00:00:00Z")),
)
def test_quiet_hours_end_soon_and_for_good(begin: int, end: int, now: int) -> None:
    """After `now`, within a day and the hour of a change of time, and on a minute not quiet."""
    hours = QuietHours(begin, end)
    until = hours.until(now, ROME)
    if until is None:
        return

    assert now < until <= now + DAY_US + HOUR_US
    local = to_datetime(until).astimezone(ROME)
    # A minute that a change of time leaves out is told as the one an hour on.
    assert local.hour * 60 + local.minute in (end, end + 60)


@pytest.mark.parametrize(
    ("severity", "pages_too", "waits"),
    [
        ("page", False, False),
        ("page", True, True),
        ("notice", False, True),
        ("ticket", True, True),
    ],
)
def test_a_page_breaks_through_quiet_hours(severity: Any, pages_too: bool, waits: bool) -> None:
    """Unless the receiver says that pages are to wait too."""
    night, morning = parse_instant("2026-03-03T02:00:00Z"), parse_instant("2026-03-03T06:00:00Z")
    desk = receiver(quiet_hours="22:00-07:00", pages_too=pages_too)

    assert desk.not_before(night, severity, ROME) == (morning if waits else night)
    assert desk.not_before(morning, severity, ROME) == morning
    assert receiver().not_before(night, severity, ROME) == night
