"""The oracle itself, held against cases calculated by hand, before it judges the stream."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    BASE_US,
    DAY,
    HOUR,
    MICROSECOND,
    Seconds,
    abandoned,
    answered,
    attempted,
    diverted,
    ended,
    event,
    held,
    instant,
    millis,
    promised,
    queued,
    received,
    resumed,
    sent,
    state,
    survey,
    transferred,
    wrapped,
)
from tests.oracle import Figures, compute, service_levels, wilson
from tests.oracle_life import read
from tests.properties import nasty

US = MICROSECOND
LEVELS = (
    "abandons_count",
    "abandons_ignored",
    "abandons_in_target_ignored",
    "abandons_in_target_met",
    "stuck_proof",
)


def picked(section: Figures, **expected: Any) -> Figures:
    """Those figures of a section that a case speaks of, whichever part they stand in."""
    every = {**section["counts"], **section["figures"], **section.get("now", {})}
    return {name: every[name] for name in expected}


def holds(
    lines: list[bytes],
    *,
    at: Seconds | None = None,
    window: str = "30m",
    plan: dict[str, Any] | None = None,
    where: tuple[str, ...] = ("floor",),
    **expected: Any,
) -> None:
    """Assert what one section of a log's figures says, by default the floor's."""
    section: Any = compute(lines, at=None if at is None else instant(at), window=window, plan=plan)
    for step in where:
        section = section[step]

    assert expected == picked(section, **expected)


def health(lines: list[bytes], at: Seconds | None = None) -> dict[str, int]:
    """The health of a log without its zeros."""
    whole = compute(lines, at=None if at is None else instant(at))
    return {name: count for name, count in whole["health"].items() if count}


# === The shape =============================================================================


def test_an_empty_log_has_counts_of_nothing_and_no_figures() -> None:
    """A figure without evidence is null, never 0 and never 100 %."""
    whole = compute([])
    figures = whole["floor"]["figures"]
    levels = figures.pop("service_levels")

    assert set(figures.values()) == {None}
    assert dict.fromkeys(LEVELS) == levels
    assert set(whole["floor"]["counts"].values()) == {0}
    assert whole["as_of"] is None
    assert {} == whole["queues"] == whole["channels"] == whole["teams"] == whole["agents"]


def test_the_newest_good_time_is_as_of_even_of_what_counts_nowhere() -> None:
    """A duplicate, an unknown type and an event out of place all move the log's own time."""
    lines = [queued("c1", 1), abandoned("c9", 3), event("x.new", subject="c1", at=2.5)]

    assert millis(3) == compute(lines)["as_of"]


def test_names_without_meaning_are_null_in_their_dimension() -> None:
    """Offers mean nothing for a team, callbacks nothing for a channel."""
    lines = [
        state("a1", 0, "available", team="north"),
        queued("c1", 0),
        answered("c1", 5),
        promised("c1", 6, due=7),
        survey("c1", 8, csat=5, agent="a1", channel="voice"),
    ]

    nothing: dict[str, Any] = dict.fromkeys(
        [
            *("offered", "abandoned", "short_abandoned", "abandoned_in_target", "diverted"),
            *("service_level", "service_levels", "abandonment_rate"),
            *("callbacks_due", "callbacks_kept", "callbacks_kept_rate"),
        ]
    )
    nothing_now: dict[str, Any] = dict.fromkeys(
        [
            *("waiting", "waiting_over_target", "oldest_wait_s", "expected_wait_s"),
            *("callbacks_open", "callbacks_overdue"),
            *("conversations_unanswered", "oldest_unanswered_s"),
        ]
    )
    in_team: dict[str, Any] = {**nothing, **nothing_now, "in_conversation": 1, "agents_staffed": 1}
    holds(lines, where=("agents", "a1"), answered=1, answered_in_target=1, csat_n=1, **nothing)
    holds(lines, where=("teams", "north"), **in_team)
    holds(
        lines,
        where=("channels", "voice"),
        offered=1,
        service_level=1.0,
        in_conversation=1,
        callbacks_due=None,
        callbacks_kept_rate=None,
        callbacks_open=None,
        occupancy=None,
        utilisation=None,
        agents_staffed=None,
        agents_available=None,
    )


# === Service level =========================================================================


def icmi() -> list[bytes]:
    """ICMI's worked case: 1000 answered, 860 of them in target; 60 abandoned, 20 in target."""
    lines = []
    for number in range(1060):
        subject = f"c{number}"
        lines.append(queued(subject, 0))
        if number < 1000:
            lines.append(answered(subject, 20 if number < 860 else 21))
        else:
            lines.append(abandoned(subject, 20 if number < 1020 else 21))
    return lines


def test_service_level_gives_icmis_worked_case() -> None:
    """81.13, 86.00, 82.69 and 83.02 %."""
    whole = compute(icmi())["floor"]
    levels = whole["figures"]["service_levels"]

    assert [81.13, 86.0, 82.69, 83.02, 81.13] == [round(100 * levels[each], 2) for each in LEVELS]
    assert 60 / 1060 == whole["figures"]["abandonment_rate"]


def test_only_stuck_proof_falls_while_a_queue_is_stuck() -> None:
    """Forty who wait past the target lower no other variant."""
    counts = {
        "answered_in_target": 860,
        "answered_waited": 1000,
        "abandoned": 60,
        "abandoned_in_target": 20,
    }
    levels = service_levels(counts, waiting_over_target=40)

    assert [81.13, 86.0, 82.69, 83.02, 78.18] == [round(100 * levels[each], 2) for each in LEVELS]


@pytest.mark.parametrize(
    ("wait", "in_target"),
    [(20 - US, 1), (20, 1), (20 + US, 0)],
    ids=["just under", "wait equals target", "just over"],
)
def test_a_wait_equal_to_the_target_is_in_target(wait: Seconds, in_target: int) -> None:
    """Wait ≤ target is in target, for an answer and for an abandonment."""
    lines = [queued("c1", 0), queued("c2", 0), answered("c1", wait), abandoned("c2", wait)]

    holds(lines, answered_in_target=in_target, abandoned_in_target=in_target)


@pytest.mark.parametrize(("so_far", "over"), [(20, 0), (20 + US, 1)])
def test_a_wait_so_far_is_over_target_only_past_it(so_far: Seconds, over: int) -> None:
    """Exactly the target is not over it yet."""
    holds(
        [queued("c1", 0)],
        at=so_far,
        waiting=1,
        waiting_over_target=over,
        oldest_wait_s=float(so_far),
    )


@pytest.mark.parametrize(("wait", "short"), [(5 - US, 1), (5, 0)])
def test_a_wait_of_the_short_limit_is_not_short(wait: Seconds, short: int) -> None:
    """A wait ≥ the short limit is an abandonment like any other."""
    holds([queued("c1", 0), abandoned("c1", wait)], short_abandoned=short, abandoned=1 - short)


def test_a_queues_own_settings_come_before_the_floors() -> None:
    """Target of a queue for all its channels, then of the channel, then the default."""
    plan = {
        "service_level": "abandons_ignored",
        "short_abandon_s": 2,
        "target_s": {"chat": 10},
        "queues": {
            "appeals": {"target_s": 40, "short_abandon_s": 9, "service_level": "stuck_proof"}
        },
    }
    lines = [
        *(queued("c1", 0, "appeals", "chat"), answered("c1", 40, "appeals")),
        *(queued("c2", 0, "benefits", "chat"), answered("c2", 40, "benefits")),
        *(queued("c3", 0, "appeals"), abandoned("c3", 8, "appeals")),
        *(queued("c4", 0), abandoned("c4", 8)),
        *(queued("c5", 0, "benefits", "email"), answered("c5", 3600)),
        queued("c6", 3500, "appeals"),
    ]
    asked: dict[str, Any] = {"plan": plan, "window": "all", "at": 3600}

    holds(lines, **asked, answered_in_target=2, abandoned=1, short_abandoned=1, service_level=2 / 3)
    # One in target of one answered, none abandoned, one that waits past 40 s.
    holds(lines, **asked, where=("queues", "appeals"), waiting_over_target=1, service_level=1 / 2)
    holds(lines, **asked, where=("channels", "chat"), answered_in_target=1, service_level=1 / 2)


# === Waits =================================================================================


def test_quantiles_are_the_smallest_wait_that_reaches_the_share() -> None:
    """Of waits 1 to 20: the 10th, the 18th, the 19th; the longest and the mean beside them."""
    lines = []
    for wait in range(1, 21):
        lines += [queued(f"c{wait}", 0), answered(f"c{wait}", wait)]

    holds(
        lines,
        wait_p50_s=10.0,
        wait_p90_s=18.0,
        wait_p95_s=19.0,
        wait_max_s=20.0,
        average_speed_of_answer_s=10.5,
        wait_sum_s=210.0,
    )


def test_a_wait_that_a_decline_prolongs_goes_on() -> None:
    """The wait runs from the queueing, the decline is the agent's."""
    lines = [
        queued("c1", 0),
        event("contact.offered", subject="c1", at=2, queue="benefits", agent="a1"),
        event(
            "contact.declined",
            subject="c1",
            at=9,
            queue="benefits",
            agent="a1",
            reason="no_answer",
        ),
        answered("c1", 12, agent="a2"),
    ]

    holds(lines, wait_sum_s=12.0, declined=1, decline_rate=1 / 2)
    holds(lines, where=("agents", "a1"), declined=1, answered=0, decline_rate=1.0)
    holds(lines, where=("agents", "a2"), declined=0, wait_max_s=12.0)


# === Windows ===============================================================================


@pytest.mark.parametrize(
    ("at", "counted"),
    [
        pytest.param(-1735, 1, id="the oldest pane's first instant"),
        pytest.param(-1735 - US, 0, id="just before the oldest pane"),
        pytest.param(62, 1, id="as_of itself"),
    ],
)
def test_a_window_is_whole_panes_up_to_the_one_that_holds_as_of(at: Seconds, counted: int) -> None:
    """As of 62 s the newest pane is 60 to 65 s, so 30 m begin at -1735 s sharp."""
    holds([queued("c1", at), queued("c2", -7200)], at=62, offered=counted)


def test_events_of_the_newest_pane_after_as_of_do_not_count() -> None:
    """Inside the pane that holds as_of, too, only what is not after it counts."""
    lines = [queued("c1", 60), queued("c2", 62), queued("c3", 62 + US)]

    holds(lines, at=62, offered=2, waiting=2)
    assert 2 == compute(lines, at=instant(62))["health"]["events"]


@pytest.mark.parametrize(
    ("zone", "midnight_utc"),
    [
        ("America/Denver", "2026-03-02T07:00:00Z"),
        ("Asia/Kolkata", "2026-03-01T18:30:00Z"),
        ("UTC", "2026-03-02T00:00:00Z"),
    ],
)
def test_today_of_a_queue_begins_at_midnight_in_its_own_zone(zone: str, midnight_utc: str) -> None:
    """The floor's begins in the top-level zone."""
    lines = [
        event("contact.queued", subject="c0", queue="benefits", channel="voice", at=0),
        _at_text(queued("c1", 0), midnight_utc),
        _at_text(queued("c2", 0), midnight_utc, -1),
    ]
    plan = {"time_zone": "Europe/Rome", "queues": {"benefits": {"time_zone": zone}}}
    rome = sum(1 for line in lines if json.loads(line)["time"] >= "2026-03-01T23:00:00")
    asked: dict[str, Any] = {"at": 0, "window": "today", "plan": plan}

    holds(lines, **asked, where=("queues", "benefits"), offered=2)
    holds(lines, **asked, where=("floor",), offered=rome)


def _at_text(line: bytes, moment: str, by_us: int = 0) -> bytes:
    """The same line at another time, given as text and microseconds beside it."""
    time = datetime.fromisoformat(moment) + timedelta(microseconds=by_us)
    return json.dumps({**json.loads(line), "time": time.isoformat()}).encode()


def test_withheld_is_every_good_event_after_the_instant_and_nothing_else() -> None:
    """`--at` gives what the log without them would give, health included; junk stays junk."""
    lines = [queued("c1", 0), b"junk", queued("c1", 1), queued("c2", 11), b"", answered("c1", 10)]

    assert {"events": 4, "rejected": 1, "out_of_place": 1} == health(lines, at=10)
    assert {"events": 3, "rejected": 1, "out_of_place": 1} == health(lines, at=1)


# === Reading ===============================================================================


def changed(**attributes: object) -> bytes:
    """A good event with some attributes as said; an attribute of `...` is left out."""
    whole = {**json.loads(queued("c1", 0)), **attributes}
    return json.dumps({k: v for k, v in whole.items() if v is not ...}).encode()


GOOD = json.loads(queued("c1", 0))


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[]",
        b"\xef\xbb\xbf" + changed(),
        changed()[:-1] + b',"x":"\xff"}',
        changed()[:-1] + b',"x":NaN}',
        changed()[:-1] + b',"x":"' + b"x" * 65_536 + b'"}',
        changed(specversion="1.1"),
        *(changed(**{name: ...}) for name in GOOD),
        *(changed(**{name: None}) for name in GOOD),
        *(changed(**{name: ""}) for name in GOOD),
        *(changed(**{name: "i" * 129}) for name in ("id", "source", "subject")),
        changed(time="2026-03-02T14:00:00"),
        changed(time="2026-03-02 14:00:00Z"),
        changed(time="2026-03-02T14:00Z"),
        changed(time="2026-03-02T23:59:60Z"),
        changed(time="2026-02-29T14:00:00Z"),
        changed(data={"queue": "benefits"}),
        changed(data={"queue": "", "channel": "voice"}),
        changed(data={"queue": "benefits", "channel": "fax"}),
        changed(data={"queue": "benefits", "channel": "voice", "priority": True}),
        changed(data={"queue": "benefits", "channel": "voice", "priority": 4.5}),
        changed(type="x.unknown", subject=""),
        survey("c1", 0),
        survey("c1", 0, comment="nice"),
        survey("c1", 0, csat=6),
        survey("c1", 0, csat=None),
        survey("c1", 0, nps=-1),
        state("a1", 0, "asleep"),
        state("a1", 0, "away", queues=[""]),
        event("callback.promised", subject="c1", queue="benefits", due="tomorrow"),
        event("contact.held", subject="c1"),
    ],
)
def test_a_bad_event_is_rejected_and_counted(line: bytes) -> None:
    """Whatever is wrong with it, it never stops the stream."""
    assert {"events": 1, "rejected": 1} == health([line])


@pytest.mark.parametrize(
    "line",
    [
        changed(id="\U0001f4de" * 128),
        changed(time="2026-03-02T15:00:00.1234567+01:00"),
        changed(more=1),
        changed(data={"queue": "benefits", "channel": "voice", "priority": None, "new": [1]}),
        changed()[:-1] + b"\r}\r",
        survey("c1", 0, resolved=False),
        survey("c1", 0, nps=0),
        event("plan.interval", subject="benefits", start=0, minutes=15, forecast_contacts=1.5)[:-2]
        + b',"forecast_aht_s":0}}',
    ],
)
def test_a_good_event_is_read_however_odd(line: bytes) -> None:
    """Unknown fields, nulls of optional ones and other offsets are nothing bad."""
    assert {"events": 1} == health([line])


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-03-02T15:00:00.1239999+01:00", "2026-03-02T14:00:00.123Z"),
        ("2026-03-01T23:30:00-05:30", "2026-03-02T05:00:00.000Z"),
        ("2026-03-02T14:00:00.1Z", "2026-03-02T14:00:00.100Z"),
        ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_is_read_with_its_offset_and_cut_off(time: str, expected: str) -> None:
    """Ahead of UTC is subtracted; the figures' times are cut to the millisecond."""
    assert compute([changed(time=time)])["as_of"] == expected


def test_an_event_of_64_kib_is_good_and_one_byte_more_is_not() -> None:
    """65,536 bytes of the line without its ending."""
    bare = changed(pad="")
    full = changed(pad="x" * (65_536 - len(bare)))

    assert {"events": 1} == health([full])
    assert {"events": 1, "rejected": 1} == health([full.replace(b"xx", b"xxx", 1)])


def test_an_unknown_type_is_counted_and_its_data_not_looked_at() -> None:
    """Known is what the table has."""
    assert {"events": 1, "unknown_type": 1} == health([changed(type="contact.sneezed", data=7)])


def test_of_two_copies_the_first_in_the_subjects_order_counts() -> None:
    """Whatever the later says; the same id from another source or subject is no copy."""
    lines = [
        event("contact.queued", subject="c1", event_id="e1", queue="benefits", channel="voice"),
        event("contact.abandoned", subject="c1", event_id="e1", queue="benefits", at=9),
        event("x.new", subject="c1", event_id="e1", at=9),
        event("contact.queued", subject="c2", event_id="e1", queue="benefits", channel="voice"),
        event(
            "contact.abandoned", subject="c1", event_id="e1", source="/b", queue="benefits", at=9
        ),
    ]

    assert {"events": 5, "duplicates": 2} == health(lines)
    holds(lines, offered=2, abandoned=1)


def test_a_rejected_event_leaves_no_pair_behind_but_one_out_of_place_does() -> None:
    """Only what is rejected is as if never read."""
    bad = event("contact.queued", subject="c1", event_id="e1", queue="benefits", channel="fax")
    good = event("contact.queued", subject="c1", event_id="e1", queue="benefits", channel="chat")
    early = event("contact.ended", subject="c2", event_id="e2", queue="q", agent="a", by="agent")

    assert {"events": 2, "rejected": 1} == health([bad, good])
    assert {"events": 2, "out_of_place": 1, "duplicates": 1} == health([early, early])


def test_more_than_8_days_past_the_newest_read_before_is_rejected() -> None:
    """The first event is always taken, and what is rejected moves no limit."""
    lines = [
        queued("c1", 0),
        queued("c2", 8 * DAY),
        queued("c3", 16 * DAY + US),
        queued("c4", 16 * DAY),
    ]

    assert {"events": 4, "rejected": 1, "expired": 2} == health(lines)


@pytest.mark.parametrize(
    ("late", "too_late"),
    [
        pytest.param(14_395, 0, id="in the oldest of 2,880 panes"),
        pytest.param(14_395 + US, 1, id="in the pane before that"),
    ],
)
def test_too_late_is_what_lies_behind_the_2880_newest_panes(late: Seconds, too_late: int) -> None:
    """It moves the state on all the same, and counts in today and all."""
    lines = [queued("c0", 0), queued("c1", -late)]
    expected = {"events": 2, "too_late": 1} if too_late else {"events": 2}

    assert expected == health(lines)
    holds(lines, window="240m", offered=2 - too_late, waiting=2)
    holds(lines, window="all", offered=2)
    holds(lines, window="today", offered=2)


def test_an_event_out_of_place_or_a_copy_is_never_too_late_as_well() -> None:
    """Only what is applied is."""
    late = event("survey.sent", subject="c1", event_id="e1", at=-5 * HOUR, queue="benefits")
    lines = [queued("c0", 0), late, late, abandoned("c2", -5 * HOUR)]

    assert {"events": 4, "too_late": 1, "duplicates": 1, "out_of_place": 1} == health(lines)


# === Order and the life of a contact =======================================================


def test_a_whole_conversation_adds_up() -> None:
    """Talk is the time answered and not held, hold the time held, wrap from the end on."""
    lines = [
        queued("c1", 0),
        answered("c1", 15),
        held("c1", 25),
        resumed("c1", 32),
        ended("c1", 60),
        wrapped("c1", 64),
    ]

    holds(
        lines,
        offered=1,
        handled=1,
        talk_sum_s=38.0,
        hold_sum_s=7.0,
        wrap_sum_s=4.0,
        average_handle_time_s=49.0,
        average_talk_time_s=38.0,
        average_hold_time_s=7.0,
        average_wrap_time_s=4.0,
    )
    holds(lines, at=25, in_conversation=0, on_hold=1, wrapping=0, handled=0)
    holds(lines, at=32, in_conversation=1, on_hold=0, wrapping=0)
    holds(lines, at=60, in_conversation=0, on_hold=0, wrapping=1, wrap_sum_s=0.0)
    holds(lines, at=64, in_conversation=0, on_hold=0, wrapping=0)


@pytest.mark.parametrize("over", [ended("c1", 30), transferred("c1", 30)])
def test_a_hold_still_open_at_the_end_ends_there(over: bytes) -> None:
    """Nobody takes the customer back before the end or the transfer."""
    lines = [queued("c1", 0), answered("c1", 10), held("c1", 18), over]

    holds(lines, talk_sum_s=8.0, hold_sum_s=12.0)


def test_durations_never_run_back() -> None:
    """A late answer is measured as at the newest time applied, and counts in its own pane."""
    lines = [
        queued("c1", 100),
        answered("c1", 90),
        ended("c1", 130),
        survey("c1", 300, csat=5),
    ]

    holds(lines, answered=1, wait_sum_s=0.0, talk_sum_s=30.0)
    holds(lines, window="5m", at=390 - US, answered=1, offered=1)
    holds(lines, window="5m", at=390, answered=0, offered=1)


def test_a_late_end_begins_the_wrap_up_at_the_contacts_clock() -> None:
    """Held at 20 and ended at 15: wrap-up runs from 20 on, a late wrap-up lasts nothing."""
    lines = [queued("c1", 0), answered("c1", 10), held("c1", 20), ended("c1", 15)]

    holds([*lines, wrapped("c1", 26)], talk_sum_s=10.0, hold_sum_s=0.0, wrap_sum_s=6.0)
    holds([*lines, wrapped("c1", 12)], wrap_sum_s=0.0, wrapping=0)


WAITING = [queued("c1", 0)]
ANSWERED = [*WAITING, answered("c1", 1)]
HELD = [*ANSWERED, held("c1", 2)]
TO_AGENT = [*ANSWERED, transferred("c1", 2, to_agent="a2")]
TO_QUEUE = [*ANSWERED, transferred("c1", 2, to_queue="appeals")]
TO_NOBODY = [*ANSWERED, transferred("c1", 2)]
WRAPPING = [*ANSWERED, ended("c1", 2)]
GONE = [*WRAPPING, wrapped("c1", 3)]
LEFT = [*WAITING, abandoned("c1", 3)]


def offered(queue: str = "benefits", agent: str = "a1") -> bytes:
    """It rings at an agent."""
    return event("contact.offered", subject="c1", at=5, queue=queue, agent=agent)


def declined(queue: str = "benefits", agent: str = "a1") -> bytes:
    """The agent does not take it."""
    return event(
        "contact.declined", subject="c1", at=5, queue=queue, agent=agent, reason="rejected"
    )


@pytest.mark.parametrize(
    ("life", "next_"),
    [
        ([], abandoned("c1", 5)),
        ([], diverted("c1", 5)),
        ([], ended("c1", 5)),
        ([], held("c1", 5)),
        ([], wrapped("c1", 5)),
        ([], transferred("c1", 5)),
        ([], offered()),
        (WAITING, queued("c1", 5)),
        (WAITING, queued("c1", 5, "appeals")),
        (WAITING, offered("appeals")),
        (WAITING, declined("appeals")),
        (WAITING, answered("c1", 5, "appeals")),
        (WAITING, abandoned("c1", 5, "appeals")),
        (WAITING, diverted("c1", 5, "appeals")),
        (WAITING, held("c1", 5)),
        (WAITING, ended("c1", 5)),
        (WAITING, wrapped("c1", 5)),
        (ANSWERED, queued("c1", 5, "appeals")),
        (ANSWERED, answered("c1", 5)),
        (ANSWERED, answered("c1", 5, agent="a2")),
        (ANSWERED, resumed("c1", 5)),
        (ANSWERED, held("c1", 5, "a2")),
        (ANSWERED, ended("c1", 5, agent="a2")),
        (ANSWERED, ended("c1", 5, "appeals")),
        (ANSWERED, transferred("c1", 5, agent="a2")),
        (ANSWERED, transferred("c1", 5, "appeals")),
        (ANSWERED, abandoned("c1", 5)),
        (ANSWERED, offered()),
        (HELD, queued("c1", 5)),
        (HELD, held("c1", 5)),
        (HELD, resumed("c1", 5, "a2")),
        (TO_AGENT, abandoned("c1", 5)),
        (TO_AGENT, offered()),
        (TO_AGENT, ended("c1", 5)),
        (TO_QUEUE, answered("c1", 5, "appeals")),
        (TO_QUEUE, abandoned("c1", 5)),
        (TO_NOBODY, answered("c1", 5)),
        (WRAPPING, queued("c1", 5)),
        (WRAPPING, answered("c1", 5)),
        (WRAPPING, ended("c1", 5)),
        (WRAPPING, wrapped("c1", 5, agent="a2")),
        (WRAPPING, wrapped("c1", 5, "appeals")),
        (GONE, wrapped("c1", 5)),
        (GONE, answered("c1", 5)),
        (GONE, abandoned("c1", 5)),
        (LEFT, answered("c1", 5)),
        (LEFT, abandoned("c1", 5)),
    ],
)
def test_out_of_place_is_counted_and_leaves_no_trace(life: list[bytes], next_: bytes) -> None:
    """The figures are those of the log without it, but for the count and the newest time."""
    untouched = compute([*life, event("x.new", subject="z", at=5)])
    whole = compute([*life, next_])

    assert 1 == whole["health"].pop("out_of_place")
    untouched["health"].pop("unknown_type")
    untouched["health"].pop("out_of_place")
    whole["health"].pop("unknown_type")
    assert untouched == whole


@pytest.mark.parametrize(
    ("life", "next_"),
    [
        (WAITING, offered(agent="a9")),
        (WAITING, declined(agent="a9")),
        (WAITING, answered("c1", 5, agent="a9")),
        (WAITING, diverted("c1", 5)),
        (HELD, resumed("c1", 5)),
        (HELD, ended("c1", 5)),
        (HELD, transferred("c1", 5)),
        (TO_AGENT, answered("c1", 5, "appeals", "a9")),
        (TO_AGENT, queued("c1", 5, "appeals")),
        (TO_AGENT, wrapped("c1", 5)),
        (TO_QUEUE, queued("c1", 5, "elsewhere")),
        (TO_NOBODY, queued("c1", 5)),
        (GONE, queued("c1", 5)),
        (LEFT, queued("c1", 5, "appeals")),
        ([], answered("c1", 5)),
        ([], received("c1", 5)),
        ([], sent("c1", 5)),
        ([], attempted("c1", 5)),
    ],
)
def test_what_the_state_allows_is_in_place(life: list[bytes], next_: bytes) -> None:
    """The other half of the table."""
    assert {"events": len(life) + 1} == health([*life, next_])


def test_a_contact_first_seen_answered_has_a_wait_unknown() -> None:
    """It counts in answered, in no wait figure, not in service level and in no channel."""
    lines = [answered("c1", 0), ended("c1", 9)]

    holds(
        lines,
        answered=1,
        answered_waited=0,
        service_level=None,
        wait_p50_s=None,
        average_speed_of_answer_s=None,
        abandonment_rate=None,
        offered=0,
        talk_sum_s=9.0,
    )
    assert {} == compute(lines)["channels"]


def test_messages_surveys_and_callbacks_do_not_count_as_seen() -> None:
    """An answer after them alone is the first that is seen of the contact."""
    lines = [
        received("c1", 0),
        survey("c1", 1, csat=4),
        promised("c1", 2, due=100),
        event("bot.escalated", subject="c1", at=3, queue="benefits"),
        abandoned("c1", 4),
        answered("c1", 5),
    ]

    assert {"events": 6, "out_of_place": 1} == health(lines)
    holds(lines, answered=1, answered_waited=0)


def test_a_transfer_to_a_queue_is_offered_again_and_waits_anew() -> None:
    """Its wait runs from the new queueing; the first agent's part is handled."""
    lines = [
        *(queued("c1", 0), answered("c1", 4), transferred("c1", 10, to_queue="appeals")),
        *(queued("c1", 11, "appeals", "chat"), answered("c1", 31, "appeals", "a2")),
        ended("c1", 41, "appeals", "a2"),
    ]

    holds(
        lines,
        offered=2,
        answered=2,
        answered_waited=2,
        transferred_out=1,
        transfer_rate=1 / 2,
        handled=2,
        wait_sum_s=24.0,
        talk_sum_s=16.0,
    )
    holds(lines, where=("queues", "appeals"), offered=1, wait_max_s=20.0, talk_sum_s=10.0)
    holds(lines, where=("channels", "chat"), offered=1, handled=1, talk_sum_s=10.0)
    holds(lines, where=("agents", "a1"), handled=1, talk_sum_s=6.0, transferred_out=1)
    holds(lines, at=10, waiting=0, in_conversation=0, on_hold=0, wrapping=0)


def test_a_transfer_to_an_agent_is_answered_again_without_a_wait() -> None:
    """Any agent in any queue; not offered again and in no wait figure."""
    lines = [*TO_AGENT, answered("c1", 8, "appeals", "a3"), ended("c1", 20, "appeals", "a3")]

    holds(lines, offered=1, answered=2, answered_waited=1, handled=2, talk_sum_s=13.0)
    holds(lines, where=("queues", "appeals"), answered=1, answered_waited=0, talk_sum_s=12.0)
    holds(lines, where=("channels", "voice"), answered=2, handled=2)


def test_wrap_ups_are_kept_by_contact_and_agent_wherever_the_contact_is() -> None:
    """The first agent wraps up while the second talks, for the queue and channel of that part."""
    lines = [
        *(queued("c1", 0), answered("c1", 4), transferred("c1", 10, to_queue="appeals")),
        *(queued("c1", 11, "appeals", "chat"), answered("c1", 31, "appeals", "a2")),
        *(wrapped("c1", 33), ended("c1", 41, "appeals", "a2"), wrapped("c1", 44, "appeals", "a2")),
    ]

    holds(lines, wrap_sum_s=26.0)
    holds(lines, where=("queues", "benefits"), wrap_sum_s=23.0, average_wrap_time_s=23.0)
    holds(lines, where=("channels", "voice"), wrap_sum_s=23.0)
    holds(lines, where=("agents", "a2"), wrap_sum_s=3.0)
    holds(lines, at=33, in_conversation=1, wrapping=0)


def test_a_wrap_up_closes_the_agents_newest_part_first() -> None:
    """The older part of the same agent in the same queue stays open for the next."""
    lines = [
        *(queued("c1", 0), answered("c1", 1), transferred("c1", 2, to_agent="a1")),
        *(answered("c1", 3), ended("c1", 10), wrapped("c1", 12), wrapped("c1", 20)),
    ]

    holds(lines, at=12, wrap_sum_s=2.0, wrapping=0)
    holds(lines, wrap_sum_s=20.0)
    assert {"events": 7} == health(lines)


def test_a_wrap_up_of_an_earlier_part_does_not_end_the_wrapping() -> None:
    """Another agent's wrap-up leaves the contact where it is."""
    lines = [
        *TO_AGENT,
        *(answered("c1", 3, agent="a2"), ended("c1", 10, agent="a2"), wrapped("c1", 12)),
    ]

    holds(lines, wrapping=1, wrap_sum_s=10.0)


def test_over_a_contacts_life_what_is_offered_adds_up() -> None:
    """Offered is answered out of a wait, abandoned, short abandoned, diverted or waiting."""
    lines = [
        *(queued("c1", 0), answered("c1", 4), transferred("c1", 10), queued("c1", 11)),
        *(queued("c2", 0), abandoned("c2", 9)),
        *(queued("c3", 0), abandoned("c3", 3)),
        *(queued("c4", 0), diverted("c4", 3)),
    ]

    holds(
        lines,
        offered=5,
        answered_waited=1,
        abandoned=1,
        short_abandoned=1,
        diverted=1,
        waiting=1,
    )


# === Messages ==============================================================================


def test_a_reply_is_measured_from_the_first_unanswered_message() -> None:
    """It counts for the queue and agent of the reply; a second message sent is none."""
    lines = [
        queued("c1", 0, channel="chat"),
        received("c1", 10),
        received("c1", 20, "appeals"),
        sent("c1", 40, "other", "a2"),
        sent("c1", 50, "other", "a2"),
    ]

    holds(lines, responses=1, response_sum_s=30.0, average_response_time_s=30.0)
    holds(lines, where=("queues", "other"), responses=1)
    holds(lines, where=("channels", "chat"), responses=1)
    holds(lines, where=("agents", "a2"), responses=1, average_response_time_s=30.0)


def test_an_unanswered_conversation_stands_in_the_queue_of_its_newest_message() -> None:
    """Aged from the first unanswered; in no channel while never queued."""
    lines = [received("c1", 10), received("c1", 20, "appeals"), received("c2", 25)]

    holds(lines, conversations_unanswered=2, oldest_unanswered_s=15.0)
    holds(
        lines,
        where=("queues", "appeals"),
        conversations_unanswered=1,
        oldest_unanswered_s=15.0,
    )
    holds(lines, where=("queues", "benefits"), conversations_unanswered=1, oldest_unanswered_s=0.0)
    assert {} == compute(lines)["channels"]


@pytest.mark.parametrize(
    "over",
    [
        [abandoned("c1", 9)],
        [diverted("c1", 9)],
        [answered("c1", 8), ended("c1", 9)],
    ],
)
def test_the_end_of_a_conversation_clears_the_unanswered_message(over: list[bytes]) -> None:
    """What is sent afterwards is no reply."""
    lines = [queued("c1", 0), received("c1", 5), *over, sent("c1", 20)]

    holds(lines, at=9, conversations_unanswered=0, oldest_unanswered_s=None)
    holds(lines, responses=0)


# === Callbacks =============================================================================


@pytest.mark.parametrize(
    ("attempt", "kept"), [(60, 1), (60 + US, 0)], ids=["at due", "just after due"]
)
def test_a_promise_is_kept_by_an_attempt_not_after_its_due(attempt: Seconds, kept: int) -> None:
    """Reached or not, whatever the attempt's queue; it counts for the promise's queue."""
    lines = [promised("c1", 0, due=60), attempted("c1", attempt, "other"), queued("c2", 70)]

    holds(
        lines,
        where=("queues", "benefits"),
        callbacks_due=1,
        callbacks_kept=kept,
        callbacks_kept_rate=float(kept),
        callbacks_open=0,
    )


def test_a_promise_counts_in_the_pane_of_its_due_once_as_of_is_there() -> None:
    """Late or not; before that it is open, after it overdue, a day later forgotten."""
    lines = [promised("c1", 0, due=7200)]
    day_after = 7200 + DAY

    holds(lines, at=7200 - US, callbacks_due=0, callbacks_open=1, callbacks_overdue=0)
    holds(lines, at=7200, callbacks_due=1, callbacks_open=1, callbacks_overdue=0)
    holds(lines, at=7200 + US, window="5m", callbacks_due=1, callbacks_overdue=1)
    holds(lines, at=day_after, callbacks_due=0, callbacks_open=1, callbacks_overdue=1)
    holds(lines, at=day_after + US, window="all", callbacks_due=1, callbacks_open=0)


def test_an_attempt_closes_every_open_promise_of_its_contact() -> None:
    """Each stands alone: one is kept, one is not; an attempt without any changes nothing."""
    lines = [
        attempted("c1", -1),
        promised("c1", 0, due=10),
        promised("c1", 1, due=30),
        promised("c2", 1, due=30),
        attempted("c1", 20),
        attempted("c1", 25),
        queued("c3", 40),
    ]

    holds(lines, callbacks_due=3, callbacks_kept=1, callbacks_open=1, callbacks_overdue=1)
    assert {"events": 7} == health(lines)


def test_a_promise_once_closed_stays_as_it_was_closed() -> None:
    """A second attempt, dated before the first, neither keeps nor breaks it."""
    lines = [promised("c1", 0, due=10), attempted("c1", 20), attempted("c1", 5)]
    kept = [promised("c1", 0, due=10), attempted("c1", 5), attempted("c1", 20)]

    holds(lines, callbacks_due=1, callbacks_kept=0)
    holds(kept, callbacks_due=1, callbacks_kept=1)


def test_an_attempt_that_is_read_late_counts_at_its_own_time() -> None:
    """What is compared with the due is the time it bears."""
    lines = [promised("c1", 0, due=10), queued("c1", 50), attempted("c1", 9)]

    holds(lines, callbacks_kept=1)


# === Expiry ================================================================================

WEEK = 7 * DAY


@pytest.mark.parametrize(
    ("life", "keep", "expired"),
    [
        pytest.param(WAITING, WEEK, 1, id="waiting"),
        pytest.param(ANSWERED, WEEK, 1, id="answered"),
        pytest.param(HELD, WEEK, 1, id="held"),
        pytest.param(TO_AGENT, WEEK, 0, id="in transfer"),
        pytest.param([received("c1", 0)], WEEK, 1, id="unanswered"),
        pytest.param([*GONE, received("c1", 3)], WEEK, 1, id="gone but unanswered"),
        pytest.param([*TO_AGENT, received("c1", 3)], WEEK, 1, id="in transfer and unanswered"),
        pytest.param(WRAPPING, HOUR, 1, id="wrapping"),
        pytest.param(GONE, HOUR, 0, id="gone"),
    ],
)
def test_a_contact_is_kept_exactly_so_long_up_to_as_of(
    life: list[bytes], keep: int, expired: int
) -> None:
    """Elapsed ≤ the keep time is kept; a microsecond more drops it."""
    last = (int(compute(life)["as_of"][17:19])) % 60

    assert {"events": len(life)} == health(life, at=last + keep)
    counted = {"events": len(life), "expired": 1} if expired else {"events": len(life)}
    assert counted == health(life, at=last + keep + US)


def test_a_contact_that_is_dropped_is_in_no_figure_of_now() -> None:
    """After 7 days nobody waits any more."""
    holds(WAITING, at=WEEK, waiting=1)
    holds(WAITING, at=WEEK + US, waiting=0, oldest_wait_s=None)


def test_an_event_after_the_keep_time_is_judged_as_of_a_new_contact() -> None:
    """A new wait begins, and the old one is counted as expired."""
    late = WEEK + US
    lines = [queued("c1", 0), queued("c1", late), answered("c1", late + 9)]

    assert {"events": 3, "expired": 1} == health(lines)
    holds(lines, window="all", offered=2, wait_sum_s=9.0)


def test_what_is_out_of_place_for_the_new_contact_drops_nothing() -> None:
    """It leaves no trace: an event dated before the limit still finds the old contact."""
    lines = [queued("c1", 0), abandoned("c1", WEEK + US), abandoned("c1", WEEK)]

    assert {"events": 3, "out_of_place": 1} == health(lines)
    holds(lines, window="all", abandoned=1)


def test_a_straggling_answer_within_the_hour_is_out_of_place() -> None:
    """Later than that it is first seen; a new wait may begin at any time."""
    assert {"events": 3, "out_of_place": 1} == health([*LEFT, answered("c1", 3 + HOUR)])
    lines = [*LEFT, answered("c1", 3 + HOUR + US)]
    holds(lines, window="all", answered=1, answered_waited=0)
    holds([*LEFT, queued("c1", 3 + HOUR)], window="all", offered=2)


def test_a_transfer_is_waited_for_7_days() -> None:
    """A microsecond later the answer is the first that is seen, in no channel."""
    in_time, too_late = ([*TO_AGENT, answered("c1", 2 + WEEK + by)] for by in (0, US))

    holds(in_time, window="all", where=("channels", "voice"), answered=2)
    holds(too_late, window="all", where=("channels", "voice"), answered=1)
    holds(too_late, window="all", answered=2)


def test_a_wrap_up_past_its_hour_finds_nothing() -> None:
    """The contact has expired while wrapping."""
    lines = [*WRAPPING, wrapped("c1", 2 + HOUR + US)]

    assert {"events": 4, "out_of_place": 1, "expired": 1} == health(lines)


def test_messages_keep_a_contact_and_surveys_do_not() -> None:
    """The time runs from its own last applied contact or message event."""
    lines = [*WAITING, sent("c1", WEEK), survey("c1", WEEK + 5, csat=4)]

    assert {"events": 3} == health(lines, at=2 * WEEK)
    assert {"events": 3, "expired": 1} == health(lines, at=2 * WEEK + US)


# === Surveys ===============================================================================


def test_surveys_count_top_boxes_promoters_and_detractors() -> None:
    """4 and 5 are top; 9 and 10 promote, 0 to 6 detract; each in what it names itself."""
    lines = [
        *(event("survey.sent", subject="c1", at=0, queue="benefits") for _ in range(8)),
        survey("c1", 1, csat=5, trust=4, nps=10, resolved=True, agent="a1", channel="chat"),
        survey("c2", 1, csat=3, trust=3, nps=9, resolved=False),
        survey("c3", 1, csat=4, ease=1, nps=8),
        survey("c4", 1, manner=5, effectiveness=4, emotion=2, nps=6),
    ]

    holds(
        lines,
        surveys=4,
        surveys_sent=8,
        survey_response_rate=0.5,
        csat_n=3,
        csat_sum=12,
        csat_top=2,
        csat_score=2 / 3,
        csat_mean=4.0,
        trust_score=0.5,
        ease_score=0.0,
        manner_score=1.0,
        effectiveness_score=1.0,
        emotion_score=0.0,
        resolved_n=2,
        resolved_yes=1,
        resolution_rate=0.5,
        nps_n=4,
        nps_promoters=2,
        nps_detractors=1,
        nps=25.0,
    )
    holds(lines, where=("channels", "chat"), surveys=1, nps=100.0, survey_response_rate=None)
    holds(lines, where=("agents", "a1"), surveys=1, csat_n=1)


@pytest.mark.parametrize(
    ("top", "n", "low", "high"),
    [
        (0, 5, 0, 0.4345),
        (4, 5, 0.3755, 0.9638),
        (5, 5, 0.5655, 1),
        (8, 10, 0.4902, 0.9433),
        (19, 25, 0.5657, 0.8850),
        (38, 50, 0.6259, 0.8570),
        (76, 100, 0.6677, 0.8331),
        (152, 200, 0.6963, 0.8139),
        (380, 500, 0.7207, 0.7954),
        (760, 1000, 0.7326, 0.7854),
    ],
)
def test_the_wilson_interval_is_that_of_the_books(
    top: int, n: int, low: float, high: float
) -> None:
    """science.md, section 6."""
    assert (low, high) == pytest.approx(wilson(top, n), abs=5e-5)


def test_csat_has_its_interval_for_any_n() -> None:
    """One answer says little, and the interval shows it."""
    floor = compute([survey("c1", 0, csat=5)])["floor"]["figures"]

    assert (0.2065, 1.0) == pytest.approx((floor["csat_low"], floor["csat_high"]), abs=5e-5)


# === Agents ================================================================================


def test_occupancy_and_utilisation_are_shares_of_the_states_seconds() -> None:
    """Busy 30, wrap-up 10, available 40, away 20 s; offline counts in neither."""
    lines = [
        state("a1", 0, "available", team="north", queues=["benefits", "appeals"]),
        state("a1", 40, "busy"),
        state("a1", 70, "wrap_up"),
        state("a1", 80, "away", reason="lunch"),
        state("a1", 100, "offline"),
        queued("c1", 200),
    ]

    for where in (("floor",), ("queues", "appeals"), ("teams", "north"), ("agents", "a1")):
        holds(lines, where=where, occupancy=0.5, utilisation=0.4)
    holds(lines, at=85, agents_away=1, agents_staffed=1, agents_available=0)
    holds(lines, agents_away=0, agents_staffed=0)


def test_seconds_of_a_state_are_cut_to_the_window_and_as_of() -> None:
    """As of 302 s, 5 m begin at 5 s: available 5 to 155, busy from then to 302."""
    lines = [state("a1", 0, "available"), state("a1", 155, "busy")]

    holds(lines, at=302, window="5m", occupancy=147 / 297, utilisation=147 / 297)


def test_all_of_an_agents_time_counts_for_its_newest_queues_and_team() -> None:
    """Absent they stay as they were; an empty list takes the agent out of every queue."""
    lines = [
        state("a1", 0, "available", team="north", queues=["benefits"]),
        queued("c1", 1),
        answered("c1", 5),
        state("a1", 5, "busy"),
        state("a1", 10, "busy", team="south", queues=["appeals"]),
    ]
    moved = [*lines, state("a1", 15, "offline", queues=[])]

    assert ["south"] == list(compute(lines)["teams"])
    holds(lines, where=("teams", "south"), answered=1, in_conversation=1, occupancy=0.5)
    holds(lines, where=("queues", "appeals"), agents_busy=1, occupancy=0.5)
    holds(lines, where=("queues", "benefits"), agents_busy=0, occupancy=None)
    assert "appeals" not in compute(moved)["queues"]
    holds(moved, occupancy=2 / 3, agents_staffed=0)


def test_since_is_when_the_present_state_and_reason_began() -> None:
    """A repetition does not reset it, another reason does."""
    lines = [
        state("a1", 0, "away", reason="break", team="north"),
        state("a1", 10, "away", reason="lunch"),
        state("a1", 20, "away", reason="lunch"),
    ]
    agent = compute(lines)["agents"]["a1"]

    assert ("away", "lunch", millis(10), "north") == tuple(
        agent[name] for name in ("state", "reason", "since", "team")
    )


def test_an_agents_clock_never_runs_back() -> None:
    """A state dated before the one applied begins where that one did."""
    lines = [state("a1", 0, "available"), state("a1", 30, "away"), state("a1", 20, "busy")]

    holds(lines, at=60, occupancy=0.5, utilisation=0.5)
    assert millis(30) == compute(lines)["agents"]["a1"]["since"]


def test_an_agent_without_a_state_is_in_no_team() -> None:
    """Its deeds count for itself all the same."""
    whole = compute(ANSWERED)
    agent = whole["agents"]["a1"]

    assert {} == whole["teams"]
    assert [None] * 4 == [agent[name] for name in ("state", "reason", "since", "team")]
    assert (1, None) == (agent["counts"]["answered"], agent["figures"]["occupancy"])


def test_recognition_plans_and_bots_enter_no_figure() -> None:
    """They are kept for screens and later figures."""
    lines = [
        event("recognition.given", subject="a1", by="peer"),
        event(
            "plan.interval",
            subject="benefits",
            start=0,
            minutes=15,
            forecast_contacts=9,
            forecast_aht_s=300,
        ),
        event("bot.escalated", subject="c1", queue="benefits"),
    ]
    empty, whole = compute([]), compute(lines)

    assert {"events": 3} == health(lines)
    assert empty["floor"] == whole["floor"]
    assert {} == whole["queues"] == whole["agents"]


# === Any log ===============================================================================


@given(nasty.cases(nasty.Span.HOURS), st.data())
def test_the_interleaving_of_subjects_changes_nothing(
    case: nasty.Case, data: st.DataObject
) -> None:
    """Events of one subject are in order, between subjects there is none."""
    asked: dict[str, Any] = {"at": case.at, "window": case.window, "plan": case.plan}
    otherwise = nasty.interleave(case.lines, data.draw)

    assert compute(case.lines, **asked) == compute(otherwise, **asked)


@given(nasty.cases())
def test_every_offer_is_still_accounted_for(case: nasty.Case) -> None:
    """Offered is answered out of a wait, left, diverted or waiting; or it has expired."""
    whole = compute(case.lines, at=case.at, window="all", plan=case.plan)
    counts = whole["floor"]["counts"]
    names = ("answered_waited", "abandoned", "short_abandoned", "diverted")
    lost = counts["offered"] - sum(counts[each] for each in names)
    lost -= whole["floor"]["now"]["waiting"]

    assert 0 <= lost <= whole["health"]["expired"]


@given(nasty.cases())
def test_queues_add_up_to_the_floor(case: nasty.Case) -> None:
    """Every count has exactly one queue, when all have the floor's time zone."""
    plan = {**case.plan, "queues": {}}
    whole = compute(case.lines, at=case.at, window=case.window, plan=plan)
    queues = whole["queues"].values()

    for name, count in whole["floor"]["counts"].items():
        assert count == pytest.approx(sum(each["counts"][name] for each in queues)), name


@given(nasty.logs())
def test_copies_left_in_a_nasty_log_are_found_within_10_minutes(lines: list[bytes]) -> None:
    """What the contract does not promise is not asked of the stream."""
    events = [event for event in read(lines) if event is not None]
    for place, later in enumerate(events):
        newest = max(each.time for each in events[: place + 1])
        for first in events[:place]:
            if (first.subject, first.source, first.id) == (later.subject, later.source, later.id):
                assert newest <= min(first.time, later.time) + 600_000_000


@given(nasty.logs(nasty.Span.HOURS), st.integers(1, 4), st.data())
def test_splitting_and_cutting_lose_nothing(
    lines: list[bytes], partitions: int, data: st.DataObject
) -> None:
    """Each line in one partition, in order; the batches joined are the log."""
    parted = nasty.split(lines, partitions)

    assert sorted(lines) == sorted(line for part in parted for line in part)
    assert lines == [line for batch in nasty.cut(lines, data.draw) for line in batch]
    subjects = [{nasty.subject_of(line) for line in part} - {None} for part in parted]
    assert sum(len(each) for each in subjects) == len(set().union(*subjects))


def test_times_lie_on_the_base_instant() -> None:
    """The builders' base is 14:00 UTC on the second of March 2026, a pane's first instant."""
    assert ("2026-03-02T14:00:00.000Z", 0) == (millis(0), BASE_US % 5_000_000)
