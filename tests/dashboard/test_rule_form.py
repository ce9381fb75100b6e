"""The values of rules and their places in the text, so that a form changes nothing else."""

import pytest

from dashboard.rule_form import FIELDS_MAX, rule_values
from tests.incidents import RULES


def test_each_value_stands_where_it_is_said_to_stand() -> None:
    """Quoted, nested, inline and behind letters of any width."""
    text = '# Größe 😀\nrules:\n- name: "Línea 😀"\n  for: 1m  # why\n  clear: {below: 3}\n  list: [a, b]\n'
    (rule,) = rule_values(text)

    told = [(one.path, one.value, one.line, text[one.start : one.end]) for one in rule.fields]
    assert (rule.name, rule.line) == ("Línea 😀", 3)
    assert told == [
        ("name", "Línea 😀", 3, '"Línea 😀"'),
        ("for", "1m", 4, "1m"),
        ("clear.below", "3", 5, "3"),
    ]


def test_rules_may_be_named_by_their_keys() -> None:
    """Or not at all."""
    text = "rules:\n  surge: {for: 1m}\n  calm: {for: 2m}\n"

    assert [rule.name for rule in rule_values(text)] == ["surge", "calm"]
    assert [rule.name for rule in rule_values("- for: 1m\n- id: b\n")] == ["rule 1", "b"]


@pytest.mark.parametrize(
    "text",
    ["", "a: [", "just words", "rules: 7", "a: 1\nb: 2", "rules: [1, 2]", "[" * 5_000, "\x00"],
)
def test_what_is_no_rules_has_no_form(text: str) -> None:
    """The text says what is wrong with it; the form waits."""
    assert rule_values(text) == []


def test_what_an_alias_stands_for_is_told_once() -> None:
    """Changed in one place it would change in the other; and a bomb of them does not go off."""
    bomb = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))
    text = f"{bomb}rules:\n- &one {{name: a, clear: &c {{below: 3}}}}\n- {{name: b, clear: *c, all: *a29}}\n"

    told = [[one.path for one in rule.fields] for rule in rule_values(text)]

    assert told == [["name", "clear.below"], ["name"]]


def test_a_form_has_a_bound() -> None:
    """Beyond it there is the text."""
    rules = "".join(f"- {{name: r{n}, a: 1, b: 2}}\n" for n in range(FIELDS_MAX // 2))
    fields = sum(len(rule.fields) for rule in rule_values(rules))

    assert fields == FIELDS_MAX


def test_a_changed_value_leaves_the_rest_as_it_was_written() -> None:
    """Comments, order, quotes."""
    field = next(one for one in rule_values(RULES)[0].fields if one.path == "for")
    changed = RULES[: field.start] + "90s" + RULES[field.end :]

    assert changed == RULES.replace("for: 1m", "for: 90s")


@pytest.mark.parametrize(
    ("text", "added"),
    [
        pytest.param(
            "rules:\n  surge:\n    kind: surge\n    ratio: 2\n",
            "rules:\n  surge:\n    kind: surge\n    for: 1m\n    ratio: 2\n",
            id="in lines",
        ),
        pytest.param(
            "rules:\n  surge:\n    kind: surge # why\n",
            "rules:\n  surge:\n    for: 1m\n    kind: surge # why\n",
            id="beside its only key",
        ),
        pytest.param(
            "- name: ü\n  kind: surge\n", "- name: ü\n  for: 1m\n  kind: surge\n", id="in a list"
        ),
        pytest.param("- {kind: surge}\n", "- {for: 1m, kind: surge}\n", id="in braces"),
    ],
)
def test_another_key_has_a_place(text: str, added: str) -> None:
    """As the rule is written, and read back as its own."""
    (rule,) = rule_values(text)
    assert rule.add_at is not None
    changed = text[: rule.add_at] + "for: 1m" + rule.then + text[rule.add_at :]

    assert changed == added
    assert sorted(rule_values(changed)[0].keys) == sorted([*rule.keys, "for"])


def test_a_rule_without_a_key_has_no_place_yet() -> None:
    """The text is where it begins."""
    assert rule_values("rules: {a: {}}")[0].add_at is None
