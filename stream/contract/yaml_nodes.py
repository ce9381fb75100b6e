"""YAML's nodes before they mean anything: looked through, merges written out, files laid over."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

import yaml

STRING_TAG: Final = "tag:yaml.org,2002:str"
MERGE_TAG: Final = "tag:yaml.org,2002:merge"
NULL_TAG: Final = "tag:yaml.org,2002:null"


def laid_over(
    lower: yaml.MappingNode, upper: yaml.MappingNode, *, own: Collection[str] = ()
) -> yaml.MappingNode:
    """The upper mapping over the lower one, neither of which is changed.

    Mappings are merged key by key, anything else is replaced, and a key whose value is null takes
    away what the lower one has. Each node keeps the mark of the file that it stands in. `own` are
    keys that the upper one does not have from the lower one.
    """
    # A merge (`<<`) may have brought in a key before the mapping's own: the last one counts.
    over = {key.value: (key, value) for key, value in upper.value}
    under = {key.value: (key, value) for key, value in lower.value if key.value not in own}
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    for name, (key, value) in under.items():
        if name not in over:
            pairs.append((key, value))
            continue
        above_key, above = over.pop(name)
        if isinstance(value, yaml.MappingNode) and isinstance(above, yaml.MappingNode):
            pairs.append((above_key, laid_over(value, above)))
        elif above.tag != NULL_TAG:
            pairs.append((above_key, above))
    pairs += over.values()
    return yaml.MappingNode(
        upper.tag, pairs, upper.start_mark, upper.end_mark, flow_style=upper.flow_style
    )


def write_out_merges(loader: yaml.SafeLoader, root: yaml.Node) -> None:
    """Put what merges (`<<`) bring in into the mappings themselves, before their own keys."""
    left, known = [root], set[int]()
    while left:
        node = left.pop()
        if id(node) in known or not isinstance(node, yaml.CollectionNode):
            continue
        known.add(id(node))
        if isinstance(node, yaml.MappingNode):
            loader.flatten_mapping(node)
            left += [value for _, value in node.value]
        else:
            left += node.value


def keys_set_twice(root: yaml.Node) -> Iterator[tuple[tuple[Any, ...], int]]:
    """tuple[Any, ...] and line of each key that stands again where it stood before."""
    # By identity: a file may hold itself by an alias.
    known: set[int] = set()
    left: list[tuple[tuple[Any, ...], yaml.Node]] = [((), root)]
    while left:
        place, node = left.pop()
        if id(node) in known:
            continue
        known.add(id(node))
        inner: list[tuple[tuple[Any, ...], yaml.Node]] = []
        if isinstance(node, yaml.SequenceNode):
            inner = [((*place, nth), item) for nth, item in enumerate(node.value)]
        elif isinstance(node, yaml.MappingNode):
            names: set[str] = set()
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    continue
                if key.value in names:
                    yield (*place, key.value), key.start_mark.line + 1
                names.add(key.value)
                inner.append(((*place, key.value), value))
        left += reversed(inner)


def keys_when_merged(root: yaml.Node) -> int:
    """How many keys all mappings have together once merges are written out."""
    counted: dict[int, int] = {}
    listed: dict[int, int] = {}

    def count(node: yaml.Node) -> int:
        if isinstance(node, yaml.SequenceNode):
            if id(node) not in listed:
                listed[id(node)] = 0
                listed[id(node)] = sum(map(count, node.value))
            return listed[id(node)]
        if not isinstance(node, yaml.MappingNode):
            return 0
        if id(node) not in counted:
            # A file may hold itself by an alias.
            counted[id(node)] = 0
            counted[id(node)] = sum(
                count(value) if key.tag == MERGE_TAG else 1 for key, value in node.value
            )
        return counted[id(node)]

    left, known = [root], set[int]()
    while left:
        node = left.pop()
        if id(node) in known or not isinstance(node, yaml.CollectionNode):
            continue
        known.add(id(node))
        count(node)
        pairs = isinstance(node, yaml.MappingNode)
        left += [value for _, value in node.value] if pairs else node.value
    return sum(counted.values())
