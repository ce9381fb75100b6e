"""YAML files read into checked models; every error says file, line, field and what is allowed."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[Any, ...]
Check = Callable[[Model], Iterable[tuple[Place, str]]]

# What people write by hand has some hundred lines; whatever is longer is another file.
YAML_BYTES_MAX: Final = 1024 * 1024

_STRING_TAG: Final = "tag:yaml.org,2002:str"
_MERGE_TAG: Final = "tag:yaml.org,2002:merge"


class YamlError(Exception):
    """A file cannot be used. Operator: each line has file, line, field and what is allowed."""


def read_text(path: Path) -> str:
    """The text of a file. Raises `YamlError` when it cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(YAML_BYTES_MAX + 1)
        if len(content) > YAML_BYTES_MAX:
            raise YamlError(f"{path}: more than {YAML_BYTES_MAX:,} bytes; name a smaller file")
        return content.decode("utf-8")
    except OSError as error:
        raise YamlError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise YamlError(f"{path}: not UTF-8") from None


def parse_yaml(
    text: str, where: str, model: type[Model], check: Check[Model] = lambda _made: ()
) -> Model:
    """Read `text` into a model; `where` names it in errors, `check` finds what spans fields.

    An empty text sets nothing. Where the model's keys are strings they are taken as written: a
    queue called 007 is not 7 and one called `no` is not false. A key that stands twice is an
    error, since YAML would silently take the last.
    """
    root, content = _load(text, where, model)
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise YamlError(f"{where}:1: expected keys such as {_some_keys(model)}")
    try:
        made = model.model_validate(content)
    except ValidationError as error:
        told = [_told(problem, root, where, model) for problem in error.errors()]
        raise YamlError("\n".join(dict.fromkeys(told))) from None
    spanning = [_line(root, where, place, message) for place, message in check(made)]
    if spanning:
        raise YamlError("\n".join(spanning))
    return made


def line_of(node: yaml.Node | None, place: Place) -> int:
    """The line, from 1, of the innermost part of `place` that the file has."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            # What a merge (`<<`) brought in stands before the mapping's own keys.
            own_first = reversed(node.value)
            found = next((pair for pair in own_first if pair[0].value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and part in range(len(node.value)):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _load(text: str, where: str, model: type[BaseModel]) -> tuple[yaml.Node | None, Any]:
    """The text's nodes, which know their lines, and what they mean."""
    try:
        loader = yaml.SafeLoader(text)
        try:
            root = loader.get_single_node()
            if root is None:
                return None, None
            twice = [_line(root, where, place, "set twice", line) for place, line in _twice(root)]
            if twice:
                raise YamlError("\n".join(twice))
            _keep_as_written(root, model)
            return root, loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 1
        raise YamlError(f"{where}:{line}: {error.problem}") from None
    except RecursionError:
        raise YamlError(f"{where}: nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(f"{where}: {str(error).splitlines()[0]}") from None


def _twice(root: yaml.Node) -> Iterator[tuple[Place, int]]:
    """Place and line of each key that stands again where it stood before."""
    # By identity: a file may hold itself by an alias.
    known: set[int] = set()
    left: list[tuple[Place, yaml.Node]] = [((), root)]
    while left:
        place, node = left.pop()
        if id(node) in known:
            continue
        known.add(id(node))
        inner: list[tuple[Place, yaml.Node]] = []
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


def _keep_as_written(node: yaml.Node, kind: Any) -> None:
    """Mark as strings the keys of every mapping whose keys are strings in the model."""
    kind = _plain(kind)
    if kind is None:
        # Beyond what the model knows; a file that holds itself by an alias ends here too.
        return
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _keep_as_written(item, _inside(kind, 0))
    elif isinstance(node, yaml.MappingNode):
        named = _has_string_keys(kind)
        for key, value in node.value:
            if named and isinstance(key, yaml.ScalarNode) and key.tag != _MERGE_TAG:
                key.tag = _STRING_TAG
            _keep_as_written(value, _inside(kind, key.value))


def _has_string_keys(kind: Any) -> bool:
    if _is_model(kind):
        return True
    if typing.get_origin(kind) is not dict:
        return False
    keys = _plain(typing.get_args(kind)[0])
    return keys is str or typing.get_origin(keys) is typing.Literal


def _told(problem: Any, root: yaml.Node | None, where: str, model: type[BaseModel]) -> str:
    place = tuple(problem["loc"])
    is_key = place[-1:] == ("[key]",)
    place = place[:-1] if is_key else place
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        owner = _kind_at(model, place[:-1])
        message = "unknown key, expected one of " + ", ".join(owner.model_fields)
    elif is_key and problem["type"] == "literal_error":
        keys = _plain(typing.get_args(_kind_at(model, place[:-1]))[0])
        message = "unknown key, expected one of " + ", ".join(typing.get_args(keys))
    elif problem["type"] == "missing":
        message = "missing"
    return _line(root, where, place, message)


def _line(
    root: yaml.Node | None, where: str, place: Place, message: str, line: int | None = None
) -> str:
    field = ".".join(str(part) for part in place)
    # A key may hold a line feed, and an error is one line.
    field = field if field.isprintable() else field.encode("unicode_escape").decode("ascii")
    line = line_of(root, place) if line is None else line
    return f"{where}:{line}: {field}: {message[0].lower()}{message[1:]}"


def _kind_at(model: type[BaseModel], place: Place) -> Any:
    """What a place inside `model` is checked by."""
    kind: Any = model
    for part in place:
        kind = _inside(kind, part)
    return kind


def _inside(kind: Any, part: Any) -> Any:
    """What a field, an item or a value of `kind` is checked by; None where it is not known."""
    if _is_model(kind):
        field = kind.model_fields.get(str(part))
        return _plain(field.annotation) if field is not None else None
    inner = typing.get_args(kind) or (None,)
    return _plain(inner[-1 if typing.get_origin(kind) is dict else 0])


def _is_model(kind: Any) -> typing.TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _plain(kind: Any) -> Any:
    """A type without its `Annotated` and its `| None`."""
    while typing.get_origin(kind) in (typing.Annotated, typing.Union, types.UnionType):
        options = [part for part in typing.get_args(kind) if part is not types.NoneType]
        kind = options[0]
    return kind


def _some_keys(model: type[BaseModel]) -> str:
    return ", ".join(list(model.model_fields)[:3])
