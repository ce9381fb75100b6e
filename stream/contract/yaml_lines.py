"""YAML files read into checked models; every error says file, line, field and what is allowed."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[Any, ...]
Check = Callable[[Model], Iterable[tuple[Place, str]]]


class YamlError(Exception):
    """A file cannot be used. Operator: each line has file, line, field and what is allowed."""


def read_text(path: Path) -> str:
    """The text of a file. Raises `YamlError` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise YamlError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise YamlError(f"{path}: not UTF-8") from None


def parse_yaml(text: str, where: str, model: type[Model], check: Check[Model]) -> Model:
    """Read `text` into a model; `where` names it in errors, `check` finds what spans fields."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 1
        raise YamlError(f"{where}:{line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(f"{where}: {str(error).splitlines()[0]}") from None
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


def _told(problem: Any, root: yaml.Node | None, where: str, model: type[BaseModel]) -> str:
    place = tuple(part for part in problem["loc"] if part != "[key]")
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        owner = _model_at(model, place[:-1])
        message = "unknown key, expected one of " + ", ".join(owner.model_fields)
    elif problem["type"] == "missing":
        message = "missing"
    return _line(root, where, place, message)


def _line(root: yaml.Node | None, where: str, place: Place, message: str) -> str:
    field = ".".join(str(part) for part in place)
    return f"{where}:{line_of(root, place)}: {field}: {message[0].lower()}{message[1:]}"


def line_of(node: yaml.Node | None, place: Place) -> int:
    """The line, from 1, of the innermost part of `place` that the file has."""
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and part in range(len(node.value)):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _model_at(model: type[BaseModel], place: Place) -> type[BaseModel]:
    """The model that a place inside `model` is checked by."""
    owner: Any = model
    for part in place:
        kind = _plain(owner)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            model = kind
            field = kind.model_fields.get(str(part))
            owner = field.annotation if field is not None else None
        else:
            owner = (typing.get_args(kind) or (None,))[-1 if typing.get_origin(kind) is dict else 0]
    kind = _plain(owner)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else model


def _plain(kind: Any) -> Any:
    """A type without its `Annotated` and its `| None`."""
    while typing.get_origin(kind) in (typing.Annotated, typing.Union, types.UnionType):
        options = [part for part in typing.get_args(kind) if part is not types.NoneType]
        kind = options[0]
    return kind


def _some_keys(model: type[BaseModel]) -> str:
    return ", ".join(list(model.model_fields)[:3])
