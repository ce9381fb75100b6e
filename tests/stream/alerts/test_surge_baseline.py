"""A queue's baseline knows its days, follows how busy today is, and is not taught by a surge."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from stream.alerts import busyness
from stream.alerts import memory as mem
from stream.alerts.baseline import VERSION, Baseline, Memory
from stream.alerts.busyness import LEARNING, Busyness, LearningRule
from stream.alerts.profile import SLOTS, Day, keep, profile_of, rate_at
from stream.alerts.watch import Watch, Watched
from stream.contract.instants import MINUTE_US, SECOND_US

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 3, 2)


def at(day: date, hour: int, minute: int = 0, zone: ZoneInfo = BERLIN) -> int:
    """The instant of a local time."""
    return int(datetime(*day.timetuple()[:3], hour, minute, tzinfo=zone).timestamp()) * SECOND_US


def run(queue: Baseline, begin: int, counts: list[int], *, signals: bool = False) -> None:
    """Minutes from `begin` on."""
    for number, count in enumerate(counts):
        queue.advance(begin + number * MINUTE_US, count, signals=signals)


def weeks(count: int, per_minute: int = 2, zone: ZoneInfo = BERLIN) -> Baseline:
    """A queue that was open from 8:00 to 18:00 on as many Mondays."""
    queue = Baseline(zone)
    for week in range(count):
        run(queue, at(MONDAY + timedelta(weeks=week), 8, zone=zone), [per_minute] * 600)
    return queue


def full_day(ordinal: int, *half_hours: int | None) -> Day:
    """A day whose half-hours from midnight on are given; the others brought nothing."""
    return Day(ordinal, [*half_hours, *[0] * (SLOTS - len(half_hours))])


def test_nothing_is_expected_where_nothing_is_known() -> None:
    """Not zero: not known."""
    assert Baseline(BERLIN).expected(at(MONDAY, 9)) is None


def test_a_weekday_is_learned_from_its_own_past() -> None:
    """After three Mondays, the fourth is expected to be like them, and the answer is settled."""
    queue = weeks(3)
    day = MONDAY + timedelta(weeks=3)
    assert queue.expected(at(day, 8)) is not None
    queue.advance(at(day, 8), 2)

    told = queue.expected(at(day, 9, 10))

    assert told is not None
    assert told.count == pytest.approx(2.0)
    assert told.count == told.least
    assert (told.days, told.is_learning) == (3, False)


def test_hours_are_those_of_the_wall_clock() -> None:
    """Nine o'clock is nine o'clock, in summer too, when it is another hour of UTC."""
    queue = Baseline(BERLIN)
    for week in range(3):
        run(queue, at(MONDAY + timedelta(weeks=week), 9), [4] * 60)
    summer = MONDAY + timedelta(weeks=5)

    told = [queue.expected(at(summer, hour, 30)) for hour in (8, 9, 10)]

    assert [each and each.count for each in told] == [None, pytest.approx(4.0), None]


def test_an_odd_day_among_the_past_does_not_count() -> None:
    """Five Mondays of 60 and one of 600 expect 60."""
    days = [full_day(7 * week + 1, 60) for week in range(5)] + [full_day(36, 600)]

    assert profile_of(days, 43).rates[0] == pytest.approx(2.0)


def test_the_newest_six_of_each_weekday_are_kept() -> None:
    """And a day that is told again takes the place of itself."""
    days: list[Day] = []
    for ordinal in range(1, 8 * 7 + 1):
        days = keep(days, full_day(ordinal, ordinal))
    days = keep(days, full_day(56, 1))

    assert [day.ordinal for day in days] == list(range(15, 57))
    assert days[-1] == full_day(56, 1)


def test_weekdays_are_those_of_the_calendar() -> None:
    """An ordinal's weekday is what `date` says."""
    days = [date(2026, 3, 2) + timedelta(days=number) for number in range(8)]

    assert [full_day(day.toordinal()).weekday for day in days] == [day.weekday() for day in days]


def test_between_the_middles_of_half_hours_the_rate_is_a_straight_line() -> None:
    """No steps at every half-hour, for a chart to stumble over."""
    rates = [1.0, 2.0, 2.0]

    assert [rate_at([*rates, *[2.0] * 45], minute) for minute in (0, 15, 30, 45, 60)] == [
        1.0,
        1.0,
        1.5,
        2.0,
        2.0,
    ]


def test_a_queue_that_opens_is_a_step() -> None:
    """Spread over the hour before, the first contacts would be a drop before and a surge after."""
    rates = [0.0, 3.0, *[3.0] * 46]

    assert [rate_at(rates, minute) for minute in (16, 29.5, 30, 31)] == [0.0, 0.0, 3.0, 3.0]


def test_an_unknown_half_hour_is_not_known() -> None:
    """A day that began at 9:00 says nothing of 8:00."""
    day = Day(1, [None, 60, *[60] * 46])

    assert rate_at(profile_of([day], 8).rates, 10.0) is None


def test_one_odd_day_is_not_believed_before_there_are_three() -> None:
    """Of one Monday with 200 at noon where other days had 60, a Monday is expected to have half
    of it, and no more than the others may be counted on."""
    others = [full_day(ordinal, *[60] * 48) for ordinal in (2, 3, 4)]
    monday = full_day(1, *[60] * 24, 200, *[60] * 23)

    told = profile_of([monday, *others], 8)

    assert told.days == 1
    assert max(rate or 0.0 for rate in told.rates) * 30 == pytest.approx(96, abs=2)
    assert max(rate or 0.0 for rate in told.least) * 30 == pytest.approx(63, abs=2)


def test_a_saturday_of_its_own_shape_is_not_mixed_with_other_days() -> None:
    """Open in the evening only: the mornings of others are not expected of it."""
    others = [full_day(ordinal, *[60] * 24) for ordinal in (2, 3, 4)]
    saturday = full_day(6, *[0] * 38, *[60] * 8)

    told = profile_of([saturday, *others], 13)

    assert (told.rates[10], told.rates[42]) == (0.0, 2.0)
    assert told.least[42] == 0.0


def test_before_any_day_of_a_kind_others_are_a_guess() -> None:
    """By which nothing may be counted on."""
    told = profile_of([full_day(1, *[60] * 48)], 2)

    assert (told.days, told.rates[20], told.least[20]) == (0, 2.0, None)


def test_a_busy_day_is_expected_to_stay_busy() -> None:
    """Half as many again in the morning: at noon nearly that is expected, too."""
    queue = weeks(6)
    day = MONDAY + timedelta(weeks=6)
    run(queue, at(day, 8), [3] * 240)

    told = queue.expected(at(day, 12))

    assert told is not None
    assert 2.7 < told.count < 3.0
    assert told.alpha < 0.01


def test_busyness_is_the_mean_of_its_gamma_law() -> None:
    """25 a priori, 150 where 100 were expected: 175 in 125 (science: mean 1.4, CV .0756)."""
    known = Busyness(counted=150.0, profile=100.0)
    rule = LearningRule(prior=25.0)

    assert busyness.factor(known, rule) == 1.4
    assert busyness.alpha(known, rule) ** 0.5 == pytest.approx(0.0756, abs=5e-5)


def test_the_newest_minutes_are_not_learned_from_yet() -> None:
    """A surge must not be in its own baseline before it is found: twelve minutes at the least."""
    known = Busyness()
    factors = []
    for _ in range(20):
        busyness.learn(known, 9, 3.0, LEARNING)
        factors.append(busyness.factor(known, LEARNING))

    assert factors[:12] == [1.0] * 12
    assert factors[12] > 1.0


def test_a_burst_teaches_no_more_than_twice_what_was_expected() -> None:
    """One block of a hundred contacts where two were expected counts as four."""
    burst, double = Busyness(), Busyness()
    for number in range(13):
        busyness.learn(burst, 100 if number == 0 else 0, 1 / 3, LEARNING)
        busyness.learn(double, 4 if number == 0 else 0, 1 / 3, LEARNING)

    assert burst == double
    assert burst.counted > 0


def test_what_was_learned_fades_by_half_within_its_half_life() -> None:
    """Tomorrow begins with nearly nothing of today."""
    known = Busyness(counted=80.0, profile=40.0)

    busyness.fade(known, 60, LearningRule(half_life_minutes=60.0))

    assert (known.counted, known.profile) == (40.0, 20.0)


def test_of_a_long_day_only_the_last_hours_count() -> None:
    """With a half-life of an hour, a minute a minute adds up to an hour and a half, not to ten."""
    known = Busyness()
    for _ in range(1_000):
        busyness.learn(known, 1, 1.0, LEARNING)

    assert known.profile == pytest.approx(60 / 0.693, rel=0.05)


def test_a_surge_does_not_teach_its_own_baseline() -> None:
    """While a chart signals, what is expected stays as it was before."""
    queue = weeks(6)
    day = MONDAY + timedelta(weeks=6)
    run(queue, at(day, 8), [2] * 60)
    before = queue.expected(at(day, 10))

    run(queue, at(day, 9), [8] * 60, signals=True)

    assert queue.expected(at(day, 10)) == before


def test_the_minutes_just_before_a_signal_do_not_teach_either() -> None:
    """The surge began in them."""
    queue = weeks(6)
    day = MONDAY + timedelta(weeks=6)
    run(queue, at(day, 8), [8] * 11)
    run(queue, at(day, 8, 11), [8], signals=True)
    run(queue, at(day, 8, 12), [2] * 60)

    told = queue.expected(at(day, 9, 12))

    assert told is not None
    assert told.count == pytest.approx(2.0)


def test_two_signals_do_not_add_up_to_a_long_one() -> None:
    """Each has its own three hours."""
    queue = weeks(6)
    day = MONDAY + timedelta(weeks=6)
    run(queue, at(day, 8), [8] * 100, signals=True)
    run(queue, at(day, 9, 40), [2] * 10)
    run(queue, at(day, 9, 50), [8] * 120, signals=True)

    told = queue.expected(at(day, 11, 50))

    assert told is not None
    assert told.count == pytest.approx(2.0)


def test_what_lasts_for_three_hours_is_how_things_are() -> None:
    """After that the baseline learns although a chart signals, so that it ends in the end."""
    queue = weeks(6)
    day = MONDAY + timedelta(weeks=6)
    run(queue, at(day, 8), [8] * 180, signals=True)
    frozen = queue.expected(at(day, 11))

    run(queue, at(day, 11), [8] * 120, signals=True)
    learned = queue.expected(at(day, 13))

    assert frozen is not None
    assert learned is not None
    assert frozen.count == pytest.approx(2.0)
    assert learned.count > 6.0


def test_a_week_that_is_busier_raises_the_next_days() -> None:
    """The profile is three weeks behind; the level is not."""
    queue = weeks(6)
    for week in (6, 7):
        run(queue, at(MONDAY + timedelta(weeks=week), 8), [3] * 600)

    assert 1.1 < queue.memory.level < 1.5


def test_the_level_has_bounds() -> None:
    """Ten times as many for weeks are not carried into the next day's first minute."""
    queue = weeks(6)
    for week in (6, 7, 8):
        run(queue, at(MONDAY + timedelta(weeks=week), 8), [20] * 600)

    assert queue.memory.level == 2.0


def test_a_gap_is_not_a_time_without_contacts() -> None:
    """An evaluator that was away for half a morning expects as much as one that was there, and
    leaves no zeros behind."""
    queue = weeks(3)
    day = MONDAY + timedelta(weeks=3)
    run(queue, at(day, 8), [2] * 60)
    run(queue, at(day, 11), [2] * 60)

    told = queue.expected(at(day, 12))
    queue.advance(at(day + timedelta(days=1), 8), 0)

    assert told is not None
    assert told.count == pytest.approx(2.0)
    assert queue.memory.days[-1].counts[16:24] == [60, 60, None, None, None, None, 60, 60]


def test_a_half_hour_that_was_seen_in_part_counts_as_a_whole_one() -> None:
    """Twenty minutes of 3 are 90 in half an hour; ten minutes are too few to say."""
    queue = Baseline(BERLIN)
    run(queue, at(MONDAY, 8, 10), [3] * 20)
    run(queue, at(MONDAY, 8, 50), [3] * 10)
    queue.advance(at(MONDAY + timedelta(days=1), 8), 0)

    assert queue.memory.days[0].counts[15:19] == [None, 90, None, None]


def test_the_hour_that_the_clock_repeats_counts_once() -> None:
    """The last Sunday of October has 25 hours; two o'clock is there twice."""
    queue = Baseline(BERLIN)
    sunday = date(2026, 10, 25)
    run(queue, at(sunday, 1), [1] * 240)
    queue.advance(at(sunday + timedelta(days=1), 8), 0)

    assert queue.memory.days[0].counts[2:8] == [30] * 6


def test_a_minute_that_was_taken_in_is_refused() -> None:
    """Counted twice it would be a busier day."""
    queue = weeks(1)

    with pytest.raises(ValueError, match="is not after the last"):
        queue.advance(at(MONDAY, 17, 59), 2)


def test_a_first_day_that_fills_as_days_do_is_no_surge() -> None:
    """With nothing to go by, what came lately may grow by half before it counts; and a queue that
    has just opened is not judged at all."""
    queue = Baseline(BERLIN)
    run(queue, at(MONDAY, 0), [0] * 480)
    run(queue, at(MONDAY, 8), [1] * 30)
    opened = queue.expected(at(MONDAY, 8, 30))
    run(queue, at(MONDAY, 8, 30), [1] * 60)

    told = queue.expected(at(MONDAY, 9, 30))

    assert opened is None
    assert told is not None
    assert told.count == pytest.approx(1.5)
    assert (told.least, told.days, told.is_learning) == (0.0, 0, True)


def test_what_came_before_a_gap_is_not_lately() -> None:
    """After an evening without an evaluator nothing is known of the night."""
    queue = Baseline(BERLIN)
    run(queue, at(MONDAY, 8), [3] * 120)

    assert queue.expected(at(MONDAY, 10)) is not None
    queue.advance(at(MONDAY, 20), 3)
    assert queue.expected(at(MONDAY, 20, 1)) is None


def test_on_the_first_day_of_its_kind_the_afternoon_of_others_is_expected() -> None:
    """Monday was busy from noon on. That Tuesday is too, is no news."""
    queue = Baseline(BERLIN)
    run(queue, at(MONDAY, 8), [*[2] * 240, *[5] * 240])
    tuesday = MONDAY + timedelta(days=1)
    run(queue, at(tuesday, 8), [2] * 240)

    told = queue.expected(at(tuesday, 13, 20))

    assert told is not None
    assert 4.5 < told.count < 5.0


def test_a_guess_is_not_defended_against_what_comes() -> None:
    """On the first day of its kind a signal may be the guess's own mistake: it learns on."""
    queue = Baseline(BERLIN)
    run(queue, at(MONDAY, 8), [1] * 600)
    tuesday = MONDAY + timedelta(days=1)
    run(queue, at(tuesday, 8), [6] * 180, signals=True)

    assert busyness.factor(queue.memory.busyness, LEARNING) > 3.0


def test_of_few_days_more_dispersion_is_expected() -> None:
    """A tenth until there are three; then what busyness itself is not sure of, a twentieth in the
    morning."""
    told = []
    for count in (1, 2, 3):
        queue = weeks(count)
        day = MONDAY + timedelta(weeks=count)
        queue.advance(at(day, 7, 59), 0)
        told.append(queue.expected(at(day, 8)))

    assert [each and round(each.alpha, 3) for each in told] == [0.1, 0.1, 0.05]


def test_a_baseline_comes_back_from_the_log_as_it_was() -> None:
    """The next evaluator expects the same and learns the same, in less than 5 kB."""
    queue = Baseline(BERLIN)
    for day in range(43):
        run(queue, at(MONDAY + timedelta(days=day), 8), [5, 3, 4] * 200)
    told = mem.encode(Watched(queue.memory, {}))
    again = Baseline(BERLIN, mem.watch_decoder.decode(told).memory)
    noon = at(MONDAY + timedelta(days=43), 12)

    run(queue, noon, [4] * 30)
    run(again, noon, [4] * 30)

    assert len(told) < 5_000
    assert again.memory == queue.memory
    assert again.expected(noon + 30 * MINUTE_US) == queue.expected(noon + 30 * MINUTE_US)


def test_a_memory_of_another_version_is_not_read() -> None:
    """The same bytes would mean something else: that queue learns anew."""
    assert (
        Watch(BERLIN, Watched(Memory(version=VERSION + 1, level=2.0), {})).told().memory == Memory()
    )
