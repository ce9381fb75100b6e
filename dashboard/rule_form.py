"""The plain values of each rule of an alerts.yaml, and where they stand: what a form can change.

The text stays the truth: a form's change replaces a value in its place, so that comments and order
stay as they were written.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import yaml
from msgspec import Struct
from msgspec.structs import replace

# Hand-written rules have some tens of fields; a text that names itself over and over has more.
FIELDS_MAX: Final = 5_000
_NAMES: Final = ("name", "id", "rule")


class Value(Struct, frozen=True):
    """One plain value: its path inside its rule (`clear.for`), its text without quotes, its line
    from 1, and the letters of the whole text that it takes, `end` not among them."""

    path: str
    value: str
    line: int
    start: int
    end: int


class RuleValues(Struct, frozen=True):
    """A rule by its name, the line it begins on, and its values in the text's order.

    `keys` are all that it has, whatever their values. Another one is put in before the letter
    `add_at`, followed by `then`: a line's end and what the next line is indented by, or in a rule
    written in braces a comma. None where a rule has no key yet.
    """

    name: str
    line: int
    fields: list[Value]
    keys: list[str] = []
    add_at: int | None = None
    then: str = ""


def rule_values(text: str) -> list[RuleValues]:
    """All rules of a text, under `rules` or as the whole of it; none where it is no YAML."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return []
    node = _at(root, "rules") or root
    if isinstance(node, yaml.SequenceNode):
        rules = [(_name(item), item) for item in node.value]
    elif isinstance(node, yaml.MappingNode) and node is not root:
        rules = [(str(key.value), value) for key, value in node.value]
    else:
        return []
    left, known = FIELDS_MAX, set[int]()
    found = []
    for number, (name, rule) in enumerate(rules, 1):
        if isinstance(rule, yaml.MappingNode):
            fields = [field for field, _ in zip(_values(rule, known), range(left), strict=False)]
            left -= len(fields)
            line = rule.start_mark.line + 1
            found.append(_with_room(rule, RuleValues(name or f"rule {number}", line, fields)))
    return found


def _with_room(rule: yaml.MappingNode, told: RuleValues) -> RuleValues:
    """The same, with the place where another key may be put: after its first one, if it can be."""
    keys = [key for key, _ in rule.value if isinstance(key, yaml.ScalarNode)]
    if not keys:
        return told
    before = keys[min(1, len(keys) - 1)].start_mark
    then = ", " if rule.flow_style else "\n" + " " * before.column
    return replace(
        told, keys=[key.value for key in keys][:FIELDS_MAX], add_at=before.index, then=then
    )


def _values(rule: yaml.MappingNode, known: set[int]) -> Iterator[Value]:
    left: list[tuple[str, yaml.Node]] = [("", rule)]
    while left:
        path, node = left.pop()
        # An alias stands for what is written elsewhere: changed here, it would change there.
        if id(node) in known:
            continue
        known.add(id(node))
        if isinstance(node, yaml.MappingNode):
            inner = [(f"{path}.{key.value}".lstrip("."), value) for key, value in node.value]
            left += reversed([pair for pair in inner if len(pair[0]) <= 200])
        elif isinstance(node, yaml.ScalarNode) and node.style not in {"|", ">"}:
            begin, end = node.start_mark, node.end_mark
            yield Value(path, node.value, begin.line + 1, begin.index, end.index)


def _name(rule: yaml.Node) -> str | None:
    found = (_at(rule, name) for name in _NAMES)
    return next((str(node.value) for node in found if isinstance(node, yaml.ScalarNode)), None)


def _at(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)
