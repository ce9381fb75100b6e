"""The scenarios that ship: what each says a supervisor should notice is in its events, when it
says so, beside an ordinary day of the same people."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator import load_scenario, parse_scenario, scenario_names
from stream.contract import events as ev
from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US
from tests.repository.test_docs import example, read, table
from tests.simulator.days import stretch
from tests.simulator.tallies import happened, instant, tally

CALLS = ("benefits", "medicaid", "snap", "spanish")
CHATS = ("snap-chat", "web-chat")


@pytest.mark.parametrize("name", scenario_names())
def test_each_says_what_to_notice_and_what_would_help(name: str) -> None:
    """In sentences that fit a card."""
    told = load_scenario(name)

    assert (told.name, len(told.notice) >= 2, len(told.helps) >= 2) == (name, True, True)
    assert max(map(len, (*told.notice, *told.helps))) <= 160


def test_all_that_were_asked_for_ship() -> None:
    """An ordinary day, and thirteen that are not."""
    assert set(scenario_names()) >= {
        "weekday", "monday-after-holiday", "benefit-deadline", "tax-season", "outage-upstream",
        "mass-mailing", "pandemic", "disaster-recovery", "telehealth", "bot-failure",
        "half-team-ill", "language-line-understaffed", "billing-error", "abusive-callers",
    }  # fmt: skip


def test_the_page_lists_what_ships_and_its_example_is_sound() -> None:
    """Each scenario in a row of its own; the example has a surge and an absence."""
    page = read("docs/simulator.md")
    told = parse_scenario(example(page, "layered scenario"), "example")

    assert sorted(row["scenario"].strip("`") for row in table(page, "scenario")) == scenario_names()
    assert [event.kind for event in told.events.values()] == ["surge", "absence"]
    assert told.queues["benefits"].overflow is None


def test_after_a_holiday_calls_come_above_the_plan_and_letters_are_old() -> None:
    """All morning; e-mail waited since Friday."""
    morning = ("08:30", "10:30", *CALLS)
    monday, weekday = tally("monday-after-holiday", *morning), tally("weekday", *morning)
    opened = instant(load_scenario("weekday"), "08:00")
    old = [
        event
        for event in happened("monday-after-holiday", "08:30", "10:30")
        if isinstance(event, ev.ContactQueued)
        and event.data.queue == "email"
        and event.time < opened - 2 * HOUR_US
    ]

    assert monday.offered > 1.3 * weekday.offered
    assert monday.wait_s > 3 * weekday.wait_s
    assert monday.abandonment > 2 * weekday.abandonment
    assert len(old) > 150
    assert min(event.time for event in old) < opened - 2 * DAY_US


def test_on_the_last_day_calls_double_and_peak_before_the_deadline() -> None:
    """Abandonment is several times the ordinary; promises pile up; after it, it is over."""
    morning = ("09:00", "10:30", "benefits", "snap", "spanish")
    deadline, weekday = tally("benefit-deadline", *morning), tally("weekday", *morning)
    promises, usual_promises = (
        tally(name, "09:00", "10:30", "callbacks") for name in ("benefit-deadline", "weekday")
    )
    last, before = (
        tally("benefit-deadline", since, until, "benefits", "snap", "spanish")
        for since, until in (("15:00", "16:30"), ("13:00", "14:30"))
    )
    after, usual = (
        tally(name, "17:15", "17:55", "benefits", "snap", "spanish")
        for name in ("benefit-deadline", "weekday")
    )

    assert deadline.offered > 1.9 * weekday.offered
    assert deadline.abandonment > 3 * weekday.abandonment
    assert promises.promised > 3 * usual_promises.promised
    assert last.offered > 1.15 * before.offered
    assert after.offered < 1.9 * usual.offered


def test_in_tax_season_people_write_and_calls_are_as_ever() -> None:
    """Texts, chats and requests for proofs climb; the rest are the same people."""
    noon = ("10:00", "12:00")

    for queue in ("tax-sms", "web-chat", "records-line"):
        grown, usual = (tally(name, *noon, queue) for name in ("tax-season", "weekday"))
        assert 1.5 < grown.offered / usual.offered < 2.4, queue
    season, weekday = (tally(name, *noon, "benefits") for name in ("tax-season", "weekday"))
    assert 0.95 < season.offered / weekday.offered < 1.05
    chats, ordinary = (tally(name, *noon, "web-chat") for name in ("tax-season", "weekday"))
    assert chats.wait_s > 2 * ordinary.wait_s


def test_an_outage_is_a_drop_then_a_storm_then_a_hard_end() -> None:
    """In calls alone."""

    def ratio(since: str, until: str, *queues: str) -> float:
        outage, weekday = (
            tally(name, since, until, *queues) for name in ("outage-upstream", "weekday")
        )
        return outage.offered / weekday.offered

    storm, usual = (
        tally(name, "13:37", "14:05", *CALLS) for name in ("outage-upstream", "weekday")
    )

    assert ratio("13:02", "13:35", *CALLS) < 0.2
    assert 0.95 < ratio("13:02", "13:35", *CHATS) < 1.05
    assert ratio("13:37", "14:05", *CALLS) > 2.5
    assert ratio("14:15", "14:45", *CALLS) < 1.35
    assert storm.redials > 10 * max(1, usual.redials)
    assert storm.wait_s > 8 * usual.wait_s
    assert storm.abandonment > 5 * usual.abandonment


def test_a_wrong_letter_fills_one_queue_with_one_intent() -> None:
    """From the time when the mail comes; its calls are longer and harder."""
    before = tally("mass-mailing", "09:00", "09:29", "medicaid")
    letter, weekday = (
        tally(name, "10:15", "12:30", "medicaid") for name in ("mass-mailing", "weekday")
    )

    assert before.intents["wrong_letter"] == 0
    assert letter.intents.most_common(1)[0][0] == "wrong_letter"
    assert letter.offered > 2.2 * weekday.offered
    assert letter.abandonment > 3 * weekday.abandonment
    assert letter.talk_s > 1.05 * weekday.talk_s
    assert letter.satisfaction < weekday.satisfaction - 0.1


def test_a_pandemic_is_ten_times_as_much_within_days_and_in_writing() -> None:
    """Contacts of their own, without redials: the level of day four beside the first morning."""
    scenario = load_scenario("pandemic")
    begin = instant(scenario, "08:00")
    events = stretch(scenario=scenario, start=begin, minutes=(3 * 24 + 9) * 60, scale=0.1)

    def came(day: int) -> Counter[bool]:
        since, until = (instant(scenario, clock, day=3 + day) for clock in ("08:00", "10:00"))
        return Counter(
            event.data.channel in {"voice", "callback"}
            for event in events
            if isinstance(event, ev.ContactQueued)
            and since <= event.time < until
            and event.data.redial_of is None
            and not event.subject.endswith("-b")
        )

    first, fourth = came(0), came(3)
    growth = fourth.total() / first.total()

    assert 6 < growth < 14
    assert fourth[False] > fourth[True]
    assert fourth[False] / fourth.total() > first[False] / first.total() + 0.1


def test_after_a_storm_more_need_help_and_fewer_give_it() -> None:
    """Harder calls in the crisis line; a site without power; a system that tells late."""
    need, weekday = (
        tally(name, "08:30", "09:55", "crisis", "snap") for name in ("disaster-recovery", "weekday")
    )
    dark, lit = (tally(name, "10:15", "11:15", *CALLS) for name in ("disaster-recovery", "weekday"))
    newest, late_us = 0, 0
    for event in happened("disaster-recovery", "11:15", "11:40"):
        newest = max(newest, event.time)
        late_us = max(late_us, newest - event.time)

    assert need.offered > 1.6 * weekday.offered
    assert need.recovering > 1.5 * weekday.recovering
    assert dark.staffed <= lit.staffed - 20
    assert dark.wait_s > 5 * lit.wait_s
    assert 7 * MINUTE_US < late_us < 9 * MINUTE_US


def test_a_schools_alarm_fills_nurse_chat_and_slows_it() -> None:
    """Beside the same day without it."""
    alarm, calm = (
        tally("telehealth", "10:45", "12:15", "nurse-chat", plain=plain) for plain in (False, True)
    )
    other, usual = (
        tally("telehealth", "10:45", "12:15", "pharmacy", plain=plain) for plain in (False, True)
    )

    assert alarm.intents["meningitis_at_school"] > 20
    assert alarm.offered > 1.4 * calm.offered
    assert alarm.talk_s > 1.05 * calm.talk_s
    assert alarm.wait_s > 3 * calm.wait_s
    assert other.offered == usual.offered
    assert calm.wait_s < 60


def test_a_failing_bot_hands_over_everything_to_chat() -> None:
    """And nothing to the calls."""
    failing, weekday = (
        tally(name, "10:30", "12:30", *CHATS) for name in ("bot-failure", "weekday")
    )
    calls, usual = (tally(name, "10:30", "12:30", *CALLS) for name in ("bot-failure", "weekday"))
    after = tally("bot-failure", "13:00", "14:00", *CHATS)

    assert failing.escalated > 2 * weekday.escalated
    assert failing.offered > 1.5 * weekday.offered
    assert failing.wait_s > 3 * weekday.wait_s
    assert 0.97 < calls.offered / usual.offered < 1.03
    assert after.wait_s < failing.wait_s / 2


def test_with_half_a_team_ill_the_same_people_wait_longer() -> None:
    """Those of its queues; no more of them come."""
    ill, weekday = (tally(name, "09:30", "12:30", "snap") for name in ("half-team-ill", "weekday"))
    chats, usual = (tally(name, "09:30", "12:30", *CHATS) for name in ("half-team-ill", "weekday"))

    assert weekday.staffed - 14 <= ill.staffed <= weekday.staffed - 8
    assert ill.offered < 1.1 * weekday.offered
    assert ill.wait_s > 2 * weekday.wait_s
    assert ill.abandonment > 2 * weekday.abandonment
    assert chats.wait_s < 1.3 * usual.wait_s


def test_one_language_waits_while_the_floor_looks_well() -> None:
    """Four people instead of nine."""
    few, weekday = (
        tally(name, "09:00", "16:00", "spanish")
        for name in ("language-line-understaffed", "weekday")
    )
    others, usual = (
        tally(name, "09:00", "16:00", "benefits", "medicaid", "snap")
        for name in ("language-line-understaffed", "weekday")
    )

    assert few.wait_s > 3 * weekday.wait_s
    assert few.abandonment > 2 * weekday.abandonment
    assert few.abandonment > 2 * others.abandonment
    assert others.wait_s < 1.5 * usual.wait_s


def test_a_billing_error_makes_people_call_again_and_angry() -> None:
    """The reason they name is the same."""
    error, weekday = (
        tally(name, "09:30", "12:30", "benefits") for name in ("billing-error", "weekday")
    )

    assert error.intents.most_common(1)[0][0] == "payment_short"
    assert error.offered > 2.4 * weekday.offered
    assert error.redials > 10 * max(1, weekday.redials)
    assert error.satisfaction < weekday.satisfaction - 0.15
    assert error.recovering > 2 * weekday.recovering


def test_abuse_takes_agents_away_and_not_more_people_call() -> None:
    """Waits grow because of it."""
    abuse, weekday = (
        tally(name, "10:00", "13:00", *CALLS) for name in ("abusive-callers", "weekday")
    )

    assert abuse.recovering > 4 * weekday.recovering
    assert abuse.offered < 1.06 * weekday.offered
    assert abuse.wait_s > 1.8 * weekday.wait_s
