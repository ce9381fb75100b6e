"""Contacts behind alerts: each list adds up to the figures of the same log at the same instant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec.structs import replace

from simulator import floor_plan_of, load_scenario, offset_showing, simulate
from stream.alerts.rule_file import parse_rules
from stream.behind.answering import asked
from stream.behind.apart import behind_alerts
from stream.behind.log import contacts_behind
from stream.compute import compute
from stream.contract.alerts import Alert, Target
from stream.contract.batch import TYPE_OF
from stream.contract.behind import Behind, ContactBehind, NotHeld, TooManyEvents
from stream.contract.codec import decode, encode
from stream.contract.figures import Figures, Section
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Instant
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.worker import Worker
from tests.builders import (
    BASE_US,
    DAY,
    HOUR,
    abandoned,
    answered,
    attempted,
    event,
    instant,
    promised,
    queued,
    received,
)
from tests.stream.alert_ground import QUIET

RULES: Final = """\
rules:
  level: {kind: burn_rate, burn: 3}
  level_today: {kind: threshold, metric: service_level, below: 0.8, window: today}
  abandons: {kind: threshold, metric: abandonment_rate, above: 0.1, window: 60m}
  short: {kind: threshold, metric: short_abandoned, above: 1, window: 240m}
  diverts: {kind: threshold, metric: diverted, above: 1, window: 240m}
  declines: {kind: threshold, metric: declined, above: 1, window: 240m}
  passed_on: {kind: threshold, metric: transfer_rate, above: 0.1, window: 240m}
  waits: {kind: waiting, over_targets: 30}
  calls: {kind: promise, of: callbacks}
  replies: {kind: promise, of: replies}
  surge: {kind: surge}
  pause: {kind: threshold, metric: agents_away, above: 1}
"""
KINDS: Final = {name: rule.kind for name, rule in parse_rules(RULES, "r").rules.items()}
WORLD: Final = load_scenario("weekday")
PLAN: Final = floor_plan_of(WORLD)
BEGIN: Final = Instant(BASE_US - 5 * HOUR_US)
# Every so many contacts nobody ever comes to, and every so many leave only after hours.
FORGOTTEN, PATIENT = 41, 37


def told(rule: str, target: Target, as_of: int, **more: Any) -> Alert:
    """An alert as the evaluator tells it; one that is open unless said otherwise."""
    return Alert(
        id=f"{rule}/{target.dimension}/{target.name}",
        rule=rule,
        kind=more.pop("kind", KINDS.get(rule, "threshold")),
        target=target,
        severity="page",
        state=more.pop("state", "firing"),
        began=as_of - MINUTE_US,
        changed_at=as_of,
        as_of=as_of,
        message="",
        figures=more.pop("figures", {}),
        fired_at=more.pop("fired_at", as_of),
        **more,
    )


def a_day() -> Iterator[tuple[int, str, bytes]]:
    """(time, subject, line) of five hours in which some are lost sight of, in order."""
    later: list[tuple[int, str, bytes]] = []
    numbers: dict[str, int] = {}
    events = simulate(
        WORLD,
        seed=5,
        start=BEGIN,
        duration_us=5 * HOUR_US,
        profile_offset_us=offset_showing(WORLD, BEGIN, "tue", 8 * 60),
        scale=0.25,
    )
    for one in events:
        subject, kind = one.subject, TYPE_OF[type(one)]
        is_new = subject not in numbers and kind == "contact.queued"
        if is_new:
            numbers[subject] = len(numbers)
        number = numbers.get(subject, 1)
        if kind.startswith(("contact.", "message.")) and not is_new:
            if not number % FORGOTTEN:
                continue
            if not number % PATIENT:
                if kind == "contact.answered":
                    later.append(_late(one, number))
                continue
        later.append((one.time, subject, encode(one)))
    yield from sorted(later, key=lambda each: each[0])


def _late(one: Any, number: int) -> tuple[int, str, bytes]:
    """The contact leaves one to four hours after somebody would have answered."""
    time = one.time + HOUR_US + number % 4 * HOUR_US
    queue = one.data.queue
    line = event("contact.abandoned", subject=one.subject, at_us=time, queue=queue)
    return time, one.subject, line


class Day:
    """The log of a floor at whose end a worker has read everything, and the same lines."""

    def __init__(self, log: Log, lines: list[bytes]) -> None:
        self.log = log
        self.lines = lines
        self._figures: dict[tuple[int, str], Figures] = {}

    def figures(self, at: int, window: str) -> Figures:
        """What `floorwatch compute --at` gives."""
        if (at, window) not in self._figures:
            numbered = list(enumerate(self.lines, 1))
            self._figures[at, window] = compute(
                PLAN, [("day", numbered)], at=at, window=window, agents=True
            )
        return self._figures[at, window]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Appended as it happened, with a worker beside it that leaves checkpoints."""
    now = int(BEGIN)
    with closing(EmbeddedLog(tmp_path_factory.mktemp("log"), now=lambda: now)) as log:
        log.create(topics(2))
        worker = Worker(log, PLAN, now=lambda: now, logger=QUIET, checkpoint_every_events=500)
        lines = []
        pending: list[tuple[str, bytes | None]] = []
        for time, subject, line in a_day():
            if time >= now + 30 * SECOND_US and pending:
                log.append(CONTACT_EVENTS, pending)
                pending = []
                worker.step(timeout_s=0)
            now = max(now, time)
            if now > BASE_US:
                break
            pending.append((subject, line))
            lines.append(line)
        now = BASE_US
        log.append(CONTACT_EVENTS, pending)
        worker.step(timeout_s=0)
        worker.publish(everybody=True)
        worker.close()
        yield Day(log, lines)


AT: Final = {"now": BASE_US, "two hours ago": BASE_US - 2 * HOUR_US}


def sections(figures: Figures) -> Iterator[tuple[Target, Section]]:
    """All that an alert may be of, but for teams and agents."""
    yield Target("floor"), figures.floor
    for name, section in figures.queues.items():
        yield Target("queue", name), section
    for name, section in figures.channels.items():
        yield Target("channel", name), section


def behind(day: Day, rule: str, target: Target, as_of: int) -> Behind:
    """What is read from the log."""
    return contacts_behind(day.log, PLAN, told(rule, target, as_of), RULES)


def numbers(found: Behind) -> dict[str, int]:
    """How many of each."""
    return {group.became: group.count for group in found.groups}


def late(section: Section) -> Any:
    """How many were answered, out of a wait that was too long."""
    return section.counts["answered_waited"] - section.counts["answered_in_target"]  # type: ignore[operator]


@pytest.mark.parametrize("at", AT.values(), ids=AT.keys())
def test_a_broken_level_is_made_of_those_who_were_late_left_or_wait(day: Day, at: int) -> None:
    """On the floor, on every queue and on every channel, at the end and in the middle of the day."""
    seen = 0
    for target, section in sections(day.figures(at, "30m")):
        found = behind(day, "level", target, at)
        assert numbers(found) == {
            "waiting": section.now["waiting"],
            "abandoned": section.counts["abandoned"],
            "answered_late": late(section),
        }, target
        waiting = found.groups[0].contacts
        over = sum(one.over_target is True for one in waiting)
        assert over == section.now["waiting_over_target"]
        oldest = section.now["oldest_wait_s"]
        assert oldest == (waiting[0].wait_us / SECOND_US if waiting else None)  # type: ignore[operator]
        seen += sum(numbers(found).values())
    assert seen > 30


@pytest.mark.parametrize("at", AT.values(), ids=AT.keys())
@pytest.mark.parametrize(
    ("rule", "window", "counts"),
    [
        ("abandons", "60m", ("abandoned",)),
        ("short", "240m", ("short_abandoned",)),
        ("diverts", "240m", ("diverted",)),
        ("declines", "240m", ("declined",)),
        ("passed_on", "240m", ("transferred_out",)),
    ],
)
def test_a_count_is_made_of_as_many_contacts(
    day: Day, at: int, rule: str, window: str, counts: tuple[str, ...]
) -> None:
    """Of every length of window, on the floor and two queues and a channel."""
    told = list(sections(day.figures(at, window)))
    for target, section in [*told[:3], told[-1]]:
        found = numbers(behind(day, rule, target, at))
        found.pop("waiting", None)
        assert found == {name: section.counts[name] for name in counts}, target


def test_today_begins_at_the_queues_midnight(day: Day) -> None:
    """A day that began in the log."""
    figures = day.figures(BASE_US, "today")
    for name, section in figures.queues.items():
        found = numbers(behind(day, "level_today", Target("queue", name), BASE_US))
        assert (found["abandoned"], found["answered_late"]) == (
            section.counts["abandoned"],
            late(section),
        ), name


def test_what_agents_did_is_theirs_and_their_teams(day: Day) -> None:
    """By the team that each is in now."""
    figures = day.figures(BASE_US, "240m")
    assert figures.agents is not None
    teams = {name: Target("team", name) for name in figures.teams}
    for name, target in teams.items():
        found = numbers(behind(day, "declines", target, BASE_US))
        assert found == {"declined": figures.teams[name].counts["declined"]}
    most = max(figures.agents, key=lambda name: figures.agents[name].counts["declined"])  # type: ignore[arg-type,index,return-value]
    found = numbers(behind(day, "declines", Target("agent", most), BASE_US))
    assert found == {"declined": figures.agents[most].counts["declined"]}
    assert found["declined"] > 0


@pytest.mark.parametrize("at", AT.values(), ids=AT.keys())
def test_promises_are_those_that_are_open(day: Day, at: int) -> None:
    """Callbacks and replies; each says until when."""
    figures = day.figures(at, "30m")
    for name, section in figures.queues.items():
        calls = behind(day, "calls", Target("queue", name), at)
        assert numbers(calls) == {"callbacks_open": section.now["callbacks_open"]}
        overdue = sum(one.over_target is True for one in calls.groups[0].contacts)
        assert overdue == section.now["callbacks_overdue"]
        replies = behind(day, "replies", Target("queue", name), at)
        assert numbers(replies) == {"unanswered": section.now["conversations_unanswered"]}
        oldest = section.now["oldest_unanswered_s"]
        contacts = replies.groups[0].contacts
        assert oldest == (contacts[0].wait_us / SECOND_US if contacts else None)  # type: ignore[operator]


def test_a_surge_is_made_of_what_it_does_to_people(day: Day) -> None:
    """Who waits, left, or was late in the last half hour."""
    assert [group.became for group in behind(day, "surge", Target("floor"), BASE_US).groups] == [
        "waiting",
        "abandoned",
        "answered_late",
    ]


def test_contacts_are_not_what_every_figure_is_made_of(day: Day) -> None:
    """Of agents on a break there is no contact: the answer says so, and reads nothing."""
    assert behind(day, "pause", Target("floor"), BASE_US).groups == []


# --- one contact --------------------------------------------------------------------------------


class Ground:
    """An empty log whose clock is set to each event's time as it is appended."""

    def __init__(self, directory: Path) -> None:
        self.url = f"embedded:{directory}"
        self.now = BASE_US - 9 * DAY_US
        self.log = EmbeddedLog(directory, now=lambda: self.now)
        self.log.create(topics(1))
        self.plan = FloorPlan()

    def append(self, *lines: bytes) -> None:
        """As they happen."""
        for line in lines:
            one = decode(line)
            self.now = max(self.now, one.time)
            self.log.append(CONTACT_EVENTS, [(one.subject, line)])

    def work(self) -> None:
        """A worker reads all there is, and leaves a checkpoint."""
        worker = Worker(
            self.log, self.plan, now=lambda: self.now, logger=QUIET, checkpoint_every_events=1
        )
        worker.step(timeout_s=0)
        worker.step(timeout_s=0)
        worker.publish(everybody=True)
        worker.close()

    def behind(self, rule: str, at: float, **more: Any) -> Behind:
        """Of the queue benefits."""
        alert = told(rule, Target("queue", "benefits"), instant(at), **more)
        return contacts_behind(self.log, self.plan, alert, RULES)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A floor of its own."""
    made = Ground(tmp_path / "log")
    with closing(made.log):
        yield made


def ids(found: Behind) -> dict[str, list[str]]:
    """Who, by what became of them."""
    return {group.became: [one.id for one in group.contacts] for group in found.groups}


def test_a_contact_comes_with_all_that_is_known_of_it(ground: Ground) -> None:
    """And never with who the customer is."""
    ground.append(
        event(
            "contact.queued", subject="c1", at=0, queue="benefits", channel="voice", priority=2,
            customer="Ada Lovelace", segment="gold", language="es", intent="move",
        ),
        queued("c2", 10),
        answered("c1", 90),
        abandoned("c2", 100),
        queued("c3", 110),
    )  # fmt: skip
    found = ground.behind("level", 120)

    base = ContactBehind(
        id="c1", queue="benefits", channel="voice", agent="a1", since=instant(0), at=instant(90),
        wait_us=90 * SECOND_US, due=instant(20), over_target=True,
        priority=2, segment="gold", language="es", intent="move",
    )  # fmt: skip
    assert {group.became: group.contacts for group in found.groups} == {
        "waiting": [
            ContactBehind(
                id="c3", queue="benefits", channel="voice", since=instant(110),
                wait_us=10 * SECOND_US, due=instant(130), over_target=False,
            )
        ],
        "abandoned": [
            ContactBehind(
                id="c2", queue="benefits", channel="voice", since=instant(10), at=instant(100),
                wait_us=90 * SECOND_US, due=instant(30), over_target=True,
            )
        ],
        "answered_late": [base],
    }  # fmt: skip
    assert (found.since, found.as_of) == (instant(-1675), instant(120))


def test_who_was_lost_sight_of_days_ago_is_found(ground: Ground) -> None:
    """By the checkpoint, with nothing since to be read; a transfer before does not matter."""
    ground.append(queued("old", -3 * DAY), *(queued(f"c{n}", n, "other") for n in range(5)))
    ground.work()

    assert ids(ground.behind("waits", 30)) == {"waiting": ["old"]}


def test_what_was_told_of_who_waits_since_hours_is_looked_for(ground: Ground) -> None:
    """Its language, and that it rang meanwhile changes nothing."""
    first = event(
        "contact.queued", subject="old", at=-3 * HOUR, queue="benefits", channel="voice",
        language="es",
    )  # fmt: skip
    ring = event("contact.offered", subject="old", at=-60, queue="benefits", agent="a1")
    ground.append(first, ring)
    ground.work()

    [group] = ground.behind("waits", 30).groups
    assert [(one.id, one.language, one.since) for one in group.contacts] == [
        ("old", "es", instant(-3 * HOUR))
    ]


@pytest.mark.parametrize("before", [2 * HOUR, 2 * DAY])
def test_a_wait_that_began_before_the_window_is_found_by_its_end(
    ground: Ground, before: float
) -> None:
    """However long before, and without a checkpoint."""
    ground.append(
        queued("old", -before), queued("new", -60), abandoned("old", 0), answered("new", 1)
    )
    found = ground.behind("level", 10)

    assert ids(found) == {"waiting": [], "abandoned": ["old"], "answered_late": ["new"]}
    assert (found.groups[1].contacts[0].wait_us, found.unplaced) == (before * SECOND_US, 0)


def test_a_contact_whose_beginning_nobody_knows_is_counted(ground: Ground) -> None:
    """It may be missing from the list, and the list says so."""
    ground.append(abandoned("c1", 0), queued("c2", 1))

    found = ground.behind("level", 10)
    assert (ids(found)["abandoned"], found.unplaced) == ([], 1)


def test_an_alert_that_is_over_is_told_as_of_when_it_fired(ground: Ground) -> None:
    """Who waited then, though nobody does now, nor did anything in the hour before."""
    ground.append(
        queued("old", -5 * HOUR), queued("c1", -60), abandoned("c1", 60), abandoned("old", 90)
    )
    ground.append(queued("c2", 100))
    ground.work()

    found = ground.behind(
        "waits", 200, state="resolved", fired_at=instant(0), resolved_at=instant(200)
    )
    assert ids(found) == {"waiting": ["old", "c1"]}
    assert found.as_of == instant(0)


def test_promises_from_before_are_open_until_somebody_calls(ground: Ground) -> None:
    """Made days ago or just now, kept or not, and each once."""
    ground.append(
        promised("far", -2 * DAY, due=600),
        promised("kept", -2 * DAY, due=700),
        promised("near", -60, due=300),
        promised("near", -50, due=400),
        received("far", -40),
        attempted("kept", -30),
    )
    ground.work()

    [group] = ground.behind("calls", 0).groups
    assert [(one.id, one.due) for one in group.contacts] == [
        ("near", instant(300)),
        ("near", instant(400)),
        ("far", instant(600)),
    ]


def test_an_unanswered_message_is_as_old_as_the_first_of_them(ground: Ground) -> None:
    """The newest in the last minute, the first yesterday."""
    ground.append(
        queued("c1", -DAY, channel="email"), received("c1", -DAY + 60), received("c1", -30)
    )
    ground.work()

    [group] = ground.behind("replies", 0).groups
    assert [(one.id, one.since) for one in group.contacts] == [("c1", instant(-DAY + 60))]


def test_more_are_counted_than_listed(ground: Ground) -> None:
    """The longest waits of 250."""
    lines = [queued(f"c{n:03}", n) for n in range(250)]
    ground.append(*lines)

    [group] = ground.behind("waits", 250).groups
    assert (group.count, len(group.contacts), group.contacts[0].id) == (250, 200, "c000")


def test_a_log_that_has_let_go_of_it_says_from_when_it_holds(ground: Ground) -> None:
    """And where it holds a part of the window, what there is."""
    ground.append(queued("gone", -8.5 * DAY))
    for n in range(3):
        ground.append(queued(f"c{n}", n))
    with pytest.raises(NotHeld) as refused:
        ground.behind("level", -DAY)
    found = ground.behind("level", 60)

    assert refused.value.held_since == instant(0)
    assert (len(found.groups[0].contacts), found.held_since) == (3, instant(0))


def test_there_is_an_end_to_reading(ground: Ground) -> None:
    """Who has no more time says so, and gives no list that looks whole."""
    ground.append(queued("c1", 0))
    with pytest.raises(TooManyEvents):
        contacts_behind(
            ground.log,
            ground.plan,
            told("level", Target("floor"), instant(10)),
            RULES,
            give_up=lambda: True,
        )


def test_a_rule_that_is_gone_is_known_by_its_figures() -> None:
    """Through half an hour; and of one that has another kind by now, too."""
    alert = told("nobody", Target("floor"), BASE_US, kind="threshold", figures={"diverted": 3})
    other = replace(alert, rule="waits")
    now = asked(alert, None, PLAN)

    assert (now.became, now.as_of - (now.since or 0)) == (("diverted",), 30 * MINUTE_US - 5_000_000)
    rule: Mapping[str, Any] = parse_rules(RULES, "r").rules
    assert asked(other, rule["waits"], PLAN) == now


def test_it_is_read_in_a_process_of_its_own(ground: Ground) -> None:
    """The answer comes back, and so does what went wrong."""
    ground.append(queued("c1", 0))
    read = behind_alerts(ground.url, ground.plan, now=lambda: ground.now)
    found = read(told("waits", Target("queue", "benefits"), instant(30)), RULES)
    assert ids(found) == {"waiting": ["c1"]}

    hasty = behind_alerts(ground.url, ground.plan, now=lambda: ground.now, read_s_max=0)
    with pytest.raises(TooManyEvents):
        hasty(told("waits", Target("queue", "benefits"), instant(30)), RULES)
