"""`alerts.yaml`: what it sets, and errors with file, line, field and what is allowed."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any, Final

import pytest

from stream.alerts.rule_file import (
    RuleSet,
    default_rules,
    parse_rules,
    problems_of_change,
    problems_of_rules,
)
from stream.alerts.rules import RULES_MAX, AnyRule, Scope
from stream.commands.options import read_rules
from stream.commands.terminal import Failure
from stream.contract.alerts import Dimension, Target
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US
from stream.contract.yaml_lines import YamlError

KINDS: Final = "threshold, burn_rate, surge, drop, forecast, promise, waiting, no_data"


def rules(text: str) -> RuleSet:
    """The rules of an indented text."""
    return parse_rules(dedent(text), "alerts.yaml")


def rule(text: str) -> AnyRule:
    """The one rule of an indented text, called `r`."""
    return rules("rules:\n  r:\n" + indent(dedent(text), "    ")).rules["r"]


def errors(text: str) -> list[str]:
    """What is said of a whole text that is wrong."""
    with pytest.raises(YamlError) as caught:
        rules(text)
    return str(caught.value).splitlines()


def rule_errors(text: str) -> list[str]:
    """What is said of the one rule, named in line 2; its name and the file's left out."""
    found = errors("rules:\n  r:\n" + indent(dedent(text), "    "))
    return [line.removeprefix("alerts.yaml:").replace(" rules.r", " r", 1) for line in found]


# --- what can be said --------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "rules: {}\nreceivers: {}\n"])
def test_no_rule_need_be_set(text: str) -> None:
    """Then nobody is told of anything."""
    assert rules(text) == RuleSet()


def test_a_rule_says_everything() -> None:
    """Each field of a rule, and what stands where nothing is said."""
    told = rule(
        """
        kind: threshold
        scope: {queue: [north *, south], except: north test}
        metric: service_level
        window: 15m
        below: 0.6
        clear: 0.75
        at_least: 20
        for: 90s
        clear_after: 1h
        severity: page
        message: "{name} is at {service_level}"
        reason: because
        owner: team lead
        notify: []
        quiet_hours: 22:00-07:00
        enabled: false
        """
    )
    plain = rule("{kind: threshold, metric: offered, above: 3}")

    assert (told.hold_us, told.clear_us) == (90 * SECOND_US, HOUR_US)
    assert [*told.metrics()] == [("service_level", "15m")]
    assert told.notify == []
    assert (plain.hold_us, plain.clear_us) == (0, 5 * MINUTE_US)
    assert (plain.severity, plain.notify, plain.enabled) == ("notice", None, True)
    assert plain.scope.covers(Target("queue", "any"))
    assert [*plain.metrics()] == [("offered", "30m")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0", 0),
        ("45s", 45 * SECOND_US),
        ("2m", 2 * MINUTE_US),
        ("1h", HOUR_US),
        ("1d", 24 * HOUR_US),
    ],
)
def test_times_are_written_with_their_unit(written: str, expected: int) -> None:
    """But none at all, which has none."""
    assert rule(f"{{kind: waiting, over_targets: 3, for: {written}}}").hold_us == expected


@pytest.mark.parametrize(
    ("scope", "target", "covered"),
    [
        ({"floor": True}, Target("floor"), True),
        ({"floor": True}, Target("queue", "benefits"), False),
        ({"queue": "*"}, Target("floor"), False),
        ({"queue": "*"}, Target("queue", "benefits"), True),
        ({"queue": "*"}, Target("team", "benefits"), False),
        ({"queue": "benefits"}, Target("queue", "benefits"), True),
        ({"queue": "benefits"}, Target("queue", "Benefits"), False),
        ({"queue": "benefits"}, Target("queue", "benefits 2"), False),
        ({"queue": ["a", "b*"]}, Target("queue", "bc"), True),
        ({"queue": ["a", "b*"]}, Target("queue", "ab"), False),
        ({"queue": "*line*"}, Target("queue", "a\nline"), True),
        ({"queue": "Sales [EU]"}, Target("queue", "Sales [EU]"), True),
        ({"queue": "Sales [EU]"}, Target("queue", "Sales E"), False),
        ({"queue": "who?"}, Target("queue", "whom"), False),
        ({"queue": "a|b"}, Target("queue", "a"), False),
        ({"queue": "*", "except": "test*"}, Target("queue", "test 1"), False),
        ({"queue": "*", "except": "test*"}, Target("queue", "a test"), True),
        ({"queue": "*", "except": "test"}, Target("queue", "tests"), True),
        ({"team": "*", "except": ["a", "b"]}, Target("team", "b"), False),
        ({"queue": "*a*a*c"}, Target("queue", "a bac c"), True),
        ({"queue": "*a*a*c"}, Target("queue", "a bc c"), False),
        ({"queue": "a**c"}, Target("queue", "abc"), True),
        # With every way of dividing the name tried, this would take longer than anybody waits.
        ({"queue": "*a" * 20 + "*b"}, Target("queue", "a" * 80), False),
        ({"channel": "voice"}, Target("channel", "voice"), True),
        ({"agent": "a*"}, Target("agent", "a1"), True),
    ],
)
def test_a_scope_covers_what_it_names(scope: dict[str, Any], target: Target, covered: bool) -> None:
    """`*` stands for any letters, and nothing else for more than itself."""
    assert Scope.model_validate(scope).covers(target) is covered


# --- what is wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "kind: treshold\nmetric: offered\nabove: 1",
            [f"3: r.kind: expected one of {KINDS}"],
        ),
        ("metric: offered\nabove: 1", [f"2: r.kind: expected one of {KINDS}"]),
        (
            "kind: waiting\nover_targets: 3\nwithin: 3m",
            [
                (
                    "5: r.within: unknown key, expected one of scope, severity, for, clear_after, "
                    "message, reason, owner, notify, quiet_hours, agrees, enabled, kind, over_targets, "
                    "over"
                )
            ],
        ),
        (
            "kind: waiting\nover_targets: 3\nhold_us: 3",
            [
                (
                    "5: r.hold_us: unknown key, expected one of scope, severity, for, clear_after, "
                    "message, reason, owner, notify, quiet_hours, agrees, enabled, kind, over_targets, "
                    "over"
                )
            ],
        ),
        (
            "kind: waiting\nover_targets: 3\nfor: 3",
            ["5: r.for: expected a time such as 90s, 5m or 1h"],
        ),
        (
            "kind: waiting\nover_targets: 3\nfor: false",
            ["5: r.for: expected a time such as 90s, 5m or 1h"],
        ),
        (
            "kind: waiting\nover_targets: 3\nclear_after: 32d",
            [f"5: r.clear_after: input should be less than or equal to {31 * 24 * HOUR_US}"],
        ),
        (
            "kind: waiting\nover_targets: 3\nseverity: high",
            ["5: r.severity: input should be 'page', 'notice' or 'ticket'"],
        ),
        (
            "kind: waiting\nover_targets: 3\nmessage: '{name'",
            ["5: r.message: expected {name} and names of figures in braces, {{ for one"],
        ),
        (
            "kind: waiting\nover_targets: 3\nquiet_hours: at night",
            ["5: r.quiet_hours: expected quiet hours such as 22:00-07:00"],
        ),
        (
            "kind: waiting\nover_targets: 3\nscope:\n  queue: '*'\n  team: '*'",
            ["5: r.scope: expected one of floor: true, queue, channel, team, agent"],
        ),
        (
            "kind: waiting\nover_targets: 3\nscope: {except: a}",
            ["5: r.scope: expected one of floor: true, queue, channel, team, agent"],
        ),
        (
            "kind: waiting\nover_targets: 3\nscope:\n  queue: []",
            ["6: r.scope.queue: list should have at least 1 item after validation, not 0"],
        ),
        (
            "kind: no_data\nscope: {floor: true, except: a}",
            ["4: r.scope: the floor is one: expected no except"],
        ),
        (
            "kind: no_data\nscope: {floor: false}",
            ["4: r.scope.floor: input should be True"],
        ),
    ],
    ids=str,
)
def test_an_error_says_line_field_and_what_is_allowed(text: str, expected: list[str]) -> None:
    """Of what all kinds have in common."""
    assert expected == rule_errors(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: threshold\nabove: 1", "2: r.metric: missing"),
        ("kind: threshold\nmetric: offered", "2: r: expected either above or below"),
        (
            "kind: threshold\nmetric: offered\nabove: 1\nbelow: 1",
            "2: r: expected either above or below",
        ),
        (
            "kind: threshold\nmetric: offered\nabove: 1\nclear: 2",
            "2: r: expected clear at or under above",
        ),
        (
            "kind: threshold\nmetric: service_level\nbelow: .5\nclear: .4",
            "2: r: expected clear at or over below",
        ),
        (
            "kind: threshold\nmetric: offered\nabove: .nan",
            "5: r.above: input should be a finite number",
        ),
        (
            "kind: threshold\nmetric: offered\nabove: 1\nwindow: 7m",
            "6: r.window: input should be '5m', '15m', '30m', '60m', '240m' or 'today'",
        ),
        (
            "kind: threshold\nmetric: waiting\nabove: 1\nat_least: 5",
            "2: r: waiting stands now: no contacts are its evidence",
        ),
        (
            "kind: threshold\nscope: {channel: voice}\nmetric: occupancy\nabove: 1",
            "2: r: occupancy has no meaning in a scope of channel",
        ),
        (
            "kind: threshold\nscope: {team: t}\nmetric: service_level\nbelow: 1",
            "2: r: service_level has no meaning in a scope of team",
        ),
        (
            "kind: threshold\nscope: {team: t}\nmetric: stuck_proof\nbelow: 1",
            "2: r: stuck_proof has no meaning in a scope of team",
        ),
        (
            "kind: threshold\nscope: {agent: a}\nmetric: waiting\nabove: 1",
            "2: r: waiting has no meaning in a scope of agent",
        ),
        (
            "kind: threshold\nscope: {team: t}\nmetric: oldest_wait_targets\nabove: 1",
            "2: r: oldest_wait_targets has no meaning in a scope of team",
        ),
        (
            "kind: burn_rate\nburn: 5.1",
            "2: r: a target of 0.8 cannot burn faster than 5",
        ),
        ("kind: burn_rate\nburn: 2\nclear_burn: 3", "2: r: expected clear_burn at or under burn"),
        ("kind: burn_rate\nburn: 2\ntarget: 1", "5: r.target: input should be less than 1"),
        (
            "kind: burn_rate\nburn: 2\nmetric: nps",
            (
                "5: r.metric: input should be 'service_level', 'abandons_count', 'abandons_ignored', "
                "'abandons_in_target_ignored', 'abandons_in_target_met', 'stuck_proof', "
                "'csat_score', 'resolution_rate' or 'callbacks_kept_rate'"
            ),
        ),
        (
            "kind: burn_rate\nburn: 2\nshort: today",
            "5: r.short: input should be '5m', '15m', '30m', '60m' or '240m'",
        ),
        ("kind: surge\nratio: 1", "4: r.ratio: input should be greater than 1"),
        ("kind: surge\nscope: {team: t}", "2: r: expected a scope of the floor or of queues"),
        ("kind: drop\nratio: 1", "4: r.ratio: input should be less than 1"),
        ("kind: drop\nscope: {channel: sms}", "2: r: expected a scope of the floor or of queues"),
        (
            "kind: forecast\nscope: {floor: true}",
            "2: r: expected a scope of queues: each has a forecast of its own",
        ),
        (
            "kind: forecast\nover_targets: 3\nclear_targets: 4",
            "2: r: expected clear_targets at or under over_targets",
        ),
        ("kind: promise\nof: surveys", "4: r.of: input should be 'callbacks' or 'replies'"),
        ("kind: promise\nscope: {agent: a}", "2: r: expected a scope of the floor or of queues"),
        ("kind: waiting", "2: r: expected either over_targets or over"),
        ("kind: waiting\nover: 1m\nover_targets: 2", "2: r: expected either over_targets or over"),
        (
            "kind: waiting\nover: 1m\nscope: {team: t}",
            "2: r: oldest_wait_s has no meaning in a scope of team",
        ),
        ("kind: no_data", "2: r: expected scope: {floor: true}"),
    ],
    ids=str,
)
def test_each_kind_says_what_it_needs(text: str, expected: str) -> None:
    """One line an error, at the field, or at the rule where it is about several."""
    assert [expected] == rule_errors(text)


@pytest.mark.parametrize(
    ("target", "most"), [(0.8, 5), (0.9, 10), (0.95, 20), (0.98, 50), (0.99, 100)]
)
def test_everything_may_go_wrong(target: float, most: int) -> None:
    """The fastest burn that there is can be asked for, however the numbers are kept."""
    assert rule(f"{{kind: burn_rate, target: {target}, burn: {most}}}").enabled


def test_all_that_is_wrong_is_told_at_once() -> None:
    """In the order of the file."""
    found = errors(
        """
        rules:
          one:
            kind: surge
            limit: 0
          two:
            kind: waiting
            over: soon
            notify: [nobody]
          three: {kind: none}
        """
    )

    assert found == [
        "alerts.yaml:5: rules.one.limit: input should be greater than 0",
        "alerts.yaml:8: rules.two.over: expected a time such as 90s, 5m or 1h",
        f"alerts.yaml:10: rules.three.kind: expected one of {KINDS}",
    ]


def test_names_that_nothing_bears_are_told() -> None:
    """Of rules that are to agree, and of receivers."""
    found = errors(
        """
        rules:
          one:
            kind: surge
            agrees: [two, three, one]
            notify:
              - boss
              - lead
          two: {kind: surge, scope: {queue: a}}
        receivers:
          lead: {kind: webhook, url: "https://lead.example/hook"}
        """
    )

    assert found == [
        "alerts.yaml:5: rules.one.agrees.1: expected the name of another rule",
        "alerts.yaml:5: rules.one.agrees.2: expected the name of another rule",
        "alerts.yaml:7: rules.one.notify.0: expected the name of a receiver",
    ]


def test_a_receivers_errors_are_told_with_their_place() -> None:
    """As those of rules are."""
    found = errors(
        """
        receivers:
          lead:
            kind: webhook
            url: "https://lead.example/hook"
            escalate_after: 5m
            escalate_to: [boss]
        """
    )

    assert found == ["alerts.yaml:7: receivers.lead.escalate_to: there is no receiver boss"]


def test_a_rules_name_is_what_is_written_and_stands_once() -> None:
    """YAML would make a number of one, and silently take the last of two."""
    assert [*rules("rules: {007: {kind: surge}, no: {kind: drop}}").rules] == ["007", "no"]
    assert errors("rules:\n  a: {kind: surge}\n  a: {kind: drop}\n") == [
        "alerts.yaml:3: rules.a: set twice"
    ]
    assert errors(f"rules:\n  {'x' * 81}: {{kind: surge}}\n") == [
        f"alerts.yaml:2: rules.{'x' * 81}: string should have at most 80 characters"
    ]


def test_there_is_a_most_of_rules() -> None:
    """As many as one evaluator can look at."""
    many = "\n".join(f"  r{n}: {{kind: surge}}" for n in range(RULES_MAX + 1))

    said = f"dictionary should have at most {RULES_MAX} items after validation, not more"

    assert errors(f"rules:\n{many}\n") == [f"alerts.yaml:1: rules: {said}"]


def test_a_file_is_read_and_named_in_its_errors(tmp_path: Path) -> None:
    """A missing one as well."""
    path = tmp_path / "mine.yaml"
    path.write_text("rules:\n  a: {kind: surge, ratio: 3}\n", encoding="utf-8")

    assert [*read_rules(path)[1].rules] == ["a"]
    with pytest.raises(Failure, match=r"other\.yaml: No such file"):
        read_rules(tmp_path / "other.yaml")
    path.write_text("# nothing yet\n", encoding="utf-8")
    with pytest.raises(Failure, match=r"mine\.yaml:1: rules: expected one rule at least"):
        read_rules(path)


# --- what ships --------------------------------------------------------------------------------

SHIPPED: Final = default_rules()


@pytest.mark.parametrize("name", SHIPPED.rules)
def test_a_rule_that_ships_has_a_reason(name: str) -> None:
    """And is in force, tells whoever there is, and leaves nobody alone by surprise."""
    rule = SHIPPED.rules[name]

    assert rule.reason
    assert rule.enabled
    assert rule.notify is None
    assert rule.quiet_hours is None


def test_there_is_a_rule_for_each_kind_but_what_a_floor_must_choose() -> None:
    """A level of one metric is everybody's own: no threshold ships, nor any receiver."""
    kinds = {rule.kind for rule in SHIPPED.rules.values()}
    dimensions: set[Dimension] = {rule.scope.dimension for rule in SHIPPED.rules.values()}

    assert sorted(kinds) == sorted(set(KINDS.split(", ")) - {"threshold"})
    assert dimensions == {"floor", "queue"}
    assert SHIPPED.receivers == {}


def test_people_must_leave_one_rule() -> None:
    """An empty text is more often a slip than a wish to hear of nothing."""
    said = [
        "alerts.yaml:1: rules: expected one rule at least; a worker with --no-alerts judges none"
    ]

    assert problems_of_rules("") == said
    assert problems_of_change("rules: {}", None) == said
    assert problems_of_change("rules: {a: {kind: surge}}", None) == []


@pytest.mark.parametrize(
    "metric", ["service_level", "stuck_proof", "occupancy", "abandonment_rate"]
)
def test_a_share_is_a_number_up_to_1(metric: str) -> None:
    """Whoever writes 80 means 0.8, and would be called all day."""
    text = "rules: {{a: {{kind: threshold, metric: {}, below: {}}}}}"

    assert problems_of_rules(text.format(metric, 0.8)) == []
    assert problems_of_rules(text.format(metric, 80)) == [
        f"alerts.yaml:1: rules.a: {metric} is a share: expected levels from 0 to 1, such as 0.8"
    ]
