"""Status is told by pure rules: what is trouble, what to watch, and the floor in one sentence."""

import json
import re
from dataclasses import replace
from importlib.resources import files

import pytest
from msgspec import structs

from dashboard.fires import with_alerts
from dashboard.status import RANK, Standing, State, standing
from stream.contract.alerts import Incident
from stream.contract.instants import SECOND_US
from tests.dashboard.pictures import Q, ordinary, picture, section, surge
from tests.incidents import notice_incident, resolved_incident, surge_incident, ticket_incident

CALM = Q("Benefits", answered=40, in_target=38, abandoned=1)


def judged(queue: Q, *others: Q) -> Standing:
    """How a floor stands of this queue, called `q`, and others."""
    named = {"q": queue} | {f"other-{index}": other for index, other in enumerate(others)}
    return standing(picture(named))


@pytest.mark.parametrize(
    ("queue", "state", "word"),
    [
        pytest.param(CALM, "on_target", "On target", id="a good half hour"),
        pytest.param(replace(CALM, in_target=33), "on_target", "On target", id="33 of 41 is 80 %"),
        pytest.param(replace(CALM, in_target=32), "watch", "Watch", id="32 of 41 is under 80 %"),
        pytest.param(
            replace(CALM, in_target=24, hour=(0.5,) * 60), "trouble", "In trouble", id="under 60 %"
        ),
        pytest.param(
            replace(CALM, in_target=24, hour=(*(0.5,) * 59, 0.75)),
            "watch",
            "Watch",
            id="the last five minutes have recovered",
        ),
        pytest.param(
            replace(CALM, in_target=24, hour=(None,) * 60, waiting=1, over=1, oldest_s=21),
            "trouble",
            "In trouble",
            id="nobody was answered in the last five minutes, and somebody waits over target",
        ),
        pytest.param(
            replace(CALM, in_target=24, hour=(*(0.9,) * 59, None), waiting=1, oldest_s=1),
            "watch",
            "Watch",
            id="nobody was answered in the last five minutes, and one came a second ago",
        ),
        pytest.param(
            replace(CALM, in_target=24, hour=(*(0.9,) * 59, None)),
            "watch",
            "Watch",
            id="no contacts in the last five minutes after it had recovered",
        ),
        pytest.param(
            replace(CALM, in_target=24, hour=(*(0.5,) * 59, None)),
            "watch",
            "Watch",
            id="no contacts in the last five minutes, and nobody waits",
        ),
        pytest.param(
            replace(CALM, answered=9, in_target=0, abandoned=0),
            "none",
            "Few contacts",
            id="nine bad",
        ),
        pytest.param(
            replace(CALM, answered=10, in_target=0, abandoned=0, hour=(0.0,) * 60),
            "trouble",
            "In trouble",
            id="ten bad",
        ),
        pytest.param(
            replace(CALM, waiting=2, over=2, oldest_s=101), "trouble", "In trouble", id="stuck"
        ),
        pytest.param(
            replace(CALM, waiting=1, over=1, oldest_s=101), "watch", "Watch", id="one forgotten"
        ),
        pytest.param(
            replace(CALM, waiting=2, over=2, oldest_s=100), "watch", "Watch", id="at five targets"
        ),
        pytest.param(
            replace(CALM, waiting=1, over=1, oldest_s=40), "on_target", "On target", id="at two"
        ),
        pytest.param(
            replace(CALM, waiting=60, over=60, oldest_s=30, hour=(0.4,) * 60),
            "trouble",
            "In trouble",
            id="who waits past the target counts already",
        ),
        pytest.param(
            replace(CALM, promises=(3, 1, 0, 0)), "trouble", "In trouble", id="a promise overdue"
        ),
        pytest.param(
            replace(CALM, promises=(3, 0, 10, 7)), "watch", "Watch", id="promises badly kept"
        ),
        pytest.param(
            replace(CALM, waiting=1, oldest_s=3, agents=(0, 0, 0, 0)),
            "trouble",
            "In trouble",
            id="somebody waits for nobody",
        ),
        pytest.param(
            Q("Night", answered=0, in_target=0, abandoned=0, agents=(0, 0, 0, 0)),
            "closed",
            "Closed",
            id="nobody there, nobody waiting",
        ),
        pytest.param(
            Q("Quiet", answered=0, in_target=0, abandoned=0),
            "none",
            "Quiet",
            id="staffed, no calls",
        ),
        pytest.param(
            replace(CALM, channel="sms", target_s=300, unanswered=1, unanswered_s=99_999),
            "watch",
            "Watch",
            id="an unanswered message is never more than a watch",
        ),
    ],
)
def test_a_queue_stands_as_the_rules_say(queue: Q, state: State, word: str) -> None:
    """Each rule holds at its limit, and not before."""
    other = Q("Other")

    told = judged(queue, other).queues["q"]

    assert (state, word) == (told.state, told.word)


def test_every_state_but_on_target_has_a_reason() -> None:
    """Whoever sees a colour can ask why."""
    told = standing(picture(surge())).queues.values()

    assert all(queue.reasons for queue in told if queue.state != "on_target")


@pytest.mark.parametrize(
    ("over", "reason"), [(0, "59 % in target"), (1, "57 % in target, counting those who wait")]
)
def test_those_who_wait_are_said_to_count_where_any_do(over: int, reason: str) -> None:
    """Of contacts that are over target; who waits for less is in no share."""
    bad = replace(CALM, in_target=24, hour=(0.5,) * 60, waiting=1, over=over, oldest_s=9)

    assert judged(bad).queues["q"].reasons[0] == reason


@pytest.mark.parametrize(
    ("queue", "reasons"),
    [
        pytest.param(
            replace(CALM, in_target=8, waiting=30, over=9, oldest_s=148, hour=(0.1,) * 60),
            [
                "oldest waits 7 times the target",
                "16 % in target, counting those who wait",
            ],
            id="wait and service level are both troubles",
        ),
        pytest.param(
            replace(CALM, in_target=32, waiting=2, over=2, oldest_s=148),
            ["oldest waits 7 times the target", "74 % in target is under 80 %"],
            id="the wait alone is a trouble",
        ),
        pytest.param(
            replace(CALM, in_target=24, waiting=1, over=1, oldest_s=60, hour=(0.5,) * 60),
            ["57 % in target, counting those who wait", "oldest waits 3.0 times the target"],
            id="the service level alone is a trouble",
        ),
        pytest.param(
            replace(CALM, promises=(3, 1, 10, 7)),
            ["one promise overdue", "70 % of promises kept"],
            id="promises overdue and promises kept are two figures",
        ),
    ],
)
def test_a_figure_is_told_once(queue: Q, reasons: list[str]) -> None:
    """What makes a trouble is not told again for being to watch."""
    assert judged(queue).queues["q"].reasons == reasons


def test_a_floor_that_tells_of_no_agents_is_not_closed() -> None:
    """An imported call log has no agents; its queues wait for somebody all the same."""
    calls = replace(CALM, agents=(0, 0, 0, 0), waiting=1, oldest_s=3)

    assert judged(calls).queues["q"].state == "on_target"


def test_a_queue_without_anything_is_no_data() -> None:
    """No contacts, no agents ever: that is not green."""
    nothing = Q("Nothing", answered=0, in_target=0, abandoned=0, agents=(0, 0, 0, 0))

    assert judged(nothing).queues["q"].word == "No data"


@pytest.mark.parametrize(
    ("channel", "kind"),
    [("voice", "calls"), ("callback", "promises"), ("email", "messages"), ("chat", "messages")],
)
def test_the_channel_tells_what_matters(channel: str, kind: str) -> None:
    """Calls, messages and promises are asked for different figures."""
    assert judged(replace(CALM, channel=channel)).queues["q"].kind == kind


def test_the_sentence_names_the_troubled_first() -> None:
    """The floor in one sentence: how many, which, how long."""
    told = standing(picture(surge()))

    assert told.lead == "Three queues in trouble:"
    assert told.rest == (
        "Benefits 38 waiting, oldest 6:12; E-mail 1,240 waiting, oldest 2\u00a0h\u00a004; "
        "Callbacks: two promises overdue. One queue to watch."
    )


def test_a_long_list_of_troubles_is_cut() -> None:
    """More than three names are not read in passing."""
    stuck = replace(CALM, waiting=5, over=5, oldest_s=400)

    told = judged(stuck, stuck, stuck, stuck, stuck)

    assert told.lead == "Five queues in trouble:"
    assert told.rest.endswith("; and two more.")


@pytest.mark.parametrize(
    ("queues", "sentence"),
    [
        pytest.param({"a": CALM, "b": CALM}, "Two queues on target, none in trouble. ", id="good"),
        pytest.param({}, "No queues yet. ", id="nothing"),
        pytest.param(
            {"a": replace(CALM, in_target=32)},
            "One queue to watch: Benefits 78 % in target is under 80 %.",
            id="watch",
        ),
        pytest.param(
            {"a": replace(CALM, answered=1_000, in_target=797, abandoned=0)},
            "One queue to watch: Benefits just under 80 % in target.",
            id="by less than is written",
        ),
        pytest.param(
            {"a": replace(CALM, in_target=32, waiting=3, oldest_s=4)},
            "One queue to watch: Benefits 78 % in target is under 80 %.",
            id="who waits is in time",
        ),
    ],
)
def test_a_calm_floor_says_so(queues: dict[str, Q], sentence: str) -> None:
    """There is a sentence for every floor."""
    told = standing(picture(queues))

    assert sentence.replace("Benefits ", "Benefits: ") == f"{told.lead} {told.rest}"


def test_the_worst_stand_first_and_closed_ones_last() -> None:
    """Order is by state, then by how many are late and how long the oldest waits, then name."""
    order = standing(picture(surge())).worst_first

    assert order[:4] == ["benefits", "email", "callbacks", "medicaid"]
    assert order[-1] == "night"


def test_many_who_wait_come_before_one_who_waits_longer() -> None:
    """One forgotten contact is not worse than a crowd."""
    one = replace(CALM, name="A", waiting=2, over=2, oldest_s=170)
    crowd = replace(CALM, name="B", waiting=11, over=9, oldest_s=110)

    told = standing(picture({"one": one, "crowd": crowd}))
    assert {queue.state for queue in told.queues.values()} == {"trouble"}
    assert told.worst_first == ["crowd", "one"]


def test_sentence_and_tiles_have_one_order() -> None:
    """The first of the sentence is the first of the tiles, also where places rest."""
    told = standing(picture(surge()), lambda order, states: [order[1], order[0], *order[2:]])

    assert told.worst_first[:2] == ["email", "benefits"]
    assert told.rest.startswith("E-mail 1,240 waiting")


def test_a_second_more_of_waiting_does_not_change_the_order() -> None:
    """Neighbours with much the same waits keep their places."""
    first = replace(CALM, name="A", waiting=3, over=3, oldest_s=130)
    second = replace(CALM, name="B", waiting=3, over=3, oldest_s=159)

    assert standing(picture({"b": second, "a": first})).worst_first == ["a", "b"]


def test_a_null_is_never_judged_as_zero() -> None:
    """A section in which every value is null raises nothing and is no trouble."""
    empty = section(CALM)
    blank = picture({"q": CALM})
    for values in (blank.figures.queues["q"].now, blank.figures.queues["q"].counts):
        values.update(dict.fromkeys(values))

    assert empty.now["waiting"] == 0
    assert standing(blank).queues["q"].state == "none"


def test_an_ordinary_morning_has_no_trouble() -> None:
    """On a good day there is no red at all."""
    states = {queue.state for queue in standing(picture(ordinary())).queues.values()}

    assert states == {"on_target", "watch", "closed"}


def test_queues_that_are_not_shown_are_told_in_the_sentence() -> None:
    """How many they are, after all else that is said."""
    calm = picture({"q": CALM})
    more = structs.replace(calm, queues_left_out=1_312)
    one = structs.replace(calm, queues_left_out=1)

    assert standing(calm).rest == ""
    assert standing(more).rest == "1,312 smaller queues not shown."
    assert standing(one).rest == "One smaller queue not shown."


AT = 1_000 * SECOND_US
QUIET = Q("Quiet", answered=0, in_target=0, abandoned=0)
LATE = replace(CALM, in_target=32)


@pytest.mark.parametrize(
    ("queue", "incidents", "state", "sentence"),
    [
        pytest.param(
            QUIET,
            [surge_incident(AT)],
            "trouble",
            "One urgent alert: Benefits will not recover. Quiet. "
            "Too few contacts to judge any queue by.",
            id="urgent on a quiet floor",
        ),
        pytest.param(
            CALM,
            [surge_incident(AT), surge_incident(AT + 1), notice_incident(AT)],
            "trouble",
            "Two urgent alerts: Benefits will not recover. One queue on target.",
            id="two urgent ones on target",
        ),
        pytest.param(
            LATE,
            [surge_incident(AT)],
            "trouble",
            "One urgent alert: Benefits will not recover. "
            "One queue to watch: Benefits: 78 % in target is under 80 %.",
            id="urgent where one queue is to watch",
        ),
        pytest.param(
            CALM,
            [notice_incident(AT)],
            "watch",
            "One alert: Callback promises about to break. One queue on target.",
            id="a notice",
        ),
        pytest.param(
            LATE,
            [notice_incident(AT)],
            "watch",
            "One queue to watch: Benefits: 78 % in target is under 80 %.",
            id="as bad by the figures",
        ),
        pytest.param(
            CALM,
            [ticket_incident(AT), resolved_incident(AT)],
            "on_target",
            "One queue on target, none in trouble.",
            id="to be read today, and over",
        ),
        pytest.param(
            CALM,
            [structs.replace(surge_incident(AT), snoozed_until=AT + 1)],
            "on_target",
            "One queue on target, none in trouble.",
            id="silenced",
        ),
        pytest.param(
            CALM,
            [structs.replace(surge_incident(AT), snoozed_until=AT)],
            "trouble",
            "One urgent alert: Benefits will not recover. One queue on target.",
            id="silenced until now",
        ),
    ],
)
def test_the_sentence_agrees_with_what_fires(
    queue: Q, incidents: list[Incident], state: State, sentence: str
) -> None:
    """No floor is called calm beside an alert that calls."""
    told = with_alerts(judged(queue), incidents, AT)

    assert (told.state, f"{told.lead} {told.rest}".strip()) == (state, sentence)
    assert told.queues == judged(queue).queues


def test_browsers_rank_states_alike() -> None:
    """What they put together themselves stands as its worst by the same order."""
    script = files("dashboard").joinpath("assets/boards/sections.js").read_text(encoding="utf-8")
    told = re.search(r"const WORST = (\[.*?\]);", script)

    assert told is not None
    assert json.loads(told[1]) == sorted(RANK, key=RANK.__getitem__)
