"""YAML files read into checked models; every error says file, line, field and what is allowed."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from stream.contract.patterns import in_words
from stream.contract.yaml_nodes import (
    MERGE_TAG,
    STRING_TAG,
    keys_set_twice,
    keys_when_merged,
    laid_over,
    write_out_merges,
)

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[Any, ...]
Check = Callable[[Model], Iterable[tuple[Place, str]]]

# What people write by hand has some hundred lines; whatever is longer is another file.
YAML_BYTES_MAX: Final = 1024 * 1024
# A few lines of merges (`<<`) of merges can stand for more keys than any memory holds.
MERGED_KEYS_MAX: Final = 100_000

# The field that says which of several models a mapping is.
_DECIDES: Final = "kind"


class Problem(NamedTuple):
    """One thing that is wrong: in which file and line, at which place in it, and what is allowed.

    Of what a model's own field refuses, `kind` and `context` are what pydantic calls it."""

    where: str
    line: int
    place: Place
    message: str
    kind: str = ""
    context: Mapping[str, Any] = {}

    def field(self) -> str:
        """The place as it is told, which is one line: a key may hold a line feed."""
        return printable(".".join(str(part) for part in self.place))

    def told(self) -> str:
        """File, line, field and what is allowed."""
        return f"{self.where}:{self.line}: {self.field()}: {self.message}"


class YamlError(Exception):
    """A file cannot be used. Operator: each line has file, line, field and what is allowed.

    `problems` are the same one by one, where it could be read at all."""

    def __init__(self, told: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(told)
        self.problems = tuple(problems)


def printable(text: str) -> str:
    """The text on one line."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


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


class Layer(NamedTuple):
    """The text of a file, and what names it in errors."""

    text: str
    where: str


def parse_yaml(
    text: str, where: str, model: type[Model], check: Check[Model] = lambda _made: ()
) -> Model:
    """Read `text` into a model; `where` names it in errors, `check` finds what spans fields."""
    return parse_layers([Layer(text, where)], model, check)


def parse_layers(
    layers: Sequence[Layer],
    model: type[Model],
    check: Check[Model] = lambda _made: (),
    *,
    own: Collection[str] = (),
) -> Model:
    """Read files into one model, the lowest first, each laid over those before it; an error names
    the file in which it stands. `own` are the keys that no file has from one below it.

    An empty text sets nothing. Where the model's keys are strings they are taken as written: a
    queue called 007 is not 7 and one called `no` is not false. A key that stands twice is an
    error, since YAML would silently take the last.
    """
    where = layers[-1].where
    root, content = _load_all(layers, model, own)
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise YamlError(f"{where}:1: expected keys such as {_some_keys(model)}")
    try:
        made = model.model_validate(content)
    except ValidationError as error:
        raise _wrong(_found(one, root, where, model) for one in error.errors()) from None
    spanning = [_problem(root, where, place, message) for place, message in check(made)]
    if spanning:
        raise _wrong(spanning)
    return made


def _wrong(problems: Iterable[Problem]) -> YamlError:
    by_line = {one.told(): one for one in problems}
    return YamlError("\n".join(by_line), tuple(by_line.values()))


def layered_text(
    layers: Sequence[Layer],
    model: type[BaseModel],
    *,
    own: Collection[str] = (),
    without: Collection[str] = (),
) -> str:
    """The files as one, as `parse_layers` reads them, written out as YAML; but for the top-level
    keys `without`."""
    root, _ = _load_all(layers, model, own)
    if isinstance(root, yaml.MappingNode):
        root.value = [pair for pair in root.value if pair[0].value not in without]
    return "" if root is None else str(yaml.serialize(root, allow_unicode=True, width=100))


def text_at(layer: Layer, key: str) -> tuple[str, int] | None:
    """What a top-level key of the file says as plain text, and its line; None where it has no such
    key. Raises `YamlError` where the file cannot be read, or says something else than text."""
    root = _root(layer)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    for name, value in reversed(pairs):
        if name.value == key:
            if not isinstance(value, yaml.ScalarNode) or value.tag != STRING_TAG:
                raise _wrong([_problem(root, layer.where, (key,), "expected text")])
            return value.value, name.start_mark.line + 1
    return None


def _mark_of(node: yaml.Node | None, place: Place) -> yaml.Mark | None:
    """Where the innermost part of `place` that there is begins; None where there is none of it."""
    mark = None
    for part in place:
        if isinstance(node, yaml.MappingNode):
            # What a merge (`<<`) brought in stands before the mapping's own keys.
            own_first = reversed(node.value)
            found = next((pair for pair in own_first if pair[0].value == str(part)), None)
            if found is None:
                break
            mark, node = found[0].start_mark, found[1]
        elif isinstance(node, yaml.SequenceNode) and part in range(len(node.value)):
            node = node.value[part]
            mark = node.start_mark
        else:
            break
    return mark


def _load_all(
    layers: Sequence[Layer], model: type[BaseModel], own: Collection[str]
) -> tuple[yaml.Node | None, Any]:
    """The files' nodes in one, which know their files and lines, and what they mean."""
    root: yaml.Node | None = None
    for layer in layers:
        over = _root(layer)
        if over is None:
            continue
        _keep_as_written(over, model)
        if isinstance(root, yaml.MappingNode) and isinstance(over, yaml.MappingNode):
            with _yaml_errors(layer.where):
                constructor = yaml.SafeLoader("")
                write_out_merges(constructor, root)
                write_out_merges(constructor, over)
                over = laid_over(root, over, own=own)
        root = over
    if root is None:
        return None, None
    with _yaml_errors(layers[-1].where):
        return root, yaml.SafeLoader("").construct_document(root)


def _root(layer: Layer) -> yaml.Node | None:
    """The nodes of one file, looked through for what no file may have."""
    with _yaml_errors(layer.where):
        loader = yaml.SafeLoader(layer.text)
        loader.name = layer.where
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    if root is None:
        return None
    with _yaml_errors(layer.where):
        twice = [
            _problem(root, layer.where, place, "set twice")._replace(line=line)
            for place, line in keys_set_twice(root)
        ]
    if twice:
        raise _wrong(twice)
    if keys_when_merged(root) > MERGED_KEYS_MAX:
        raise YamlError(f"{layer.where}: its merges (<<) bring in too many keys")
    return root


@contextmanager
def _yaml_errors(where: str) -> Iterator[None]:
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 1
        raise YamlError(f"{where}:{line}: {error.problem}") from None
    except RecursionError:
        raise YamlError(f"{where}: nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(f"{where}: {str(error).splitlines()[0]}") from None


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
        kind = _chosen(kind, node) if _choices(kind) else kind
        for key, value in node.value:
            if named and isinstance(key, yaml.ScalarNode) and key.tag != MERGE_TAG:
                key.tag = STRING_TAG
            _keep_as_written(value, _inside(kind, key.value))


def _chosen(kind: Any, node: yaml.MappingNode) -> Any:
    """The model that the mapping's own `kind` decides for; None where it decides for none."""
    written = [value.value for key, value in node.value if key.value == _DECIDES]
    return _inside(kind, written[-1]) if written else None


def _has_string_keys(kind: Any) -> bool:
    if _is_model(kind) or _choices(kind):
        return True
    if typing.get_origin(kind) is not dict:
        return False
    keys = _plain(typing.get_args(kind)[0])
    return keys is str or typing.get_origin(keys) is typing.Literal


def _found(problem: Any, root: yaml.Node | None, where: str, model: type[BaseModel]) -> Problem:
    place = tuple(problem["loc"])
    is_key = place[-1:] == ("[key]",)
    place = place[:-1] if is_key else place
    written = _as_written(model, place)
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        owner = _kind_at(model, place[:-1])
        message = "unknown key, expected one of " + ", ".join(_keys_of(owner))
    elif is_key and problem["type"] == "literal_error":
        keys = _plain(typing.get_args(_kind_at(model, place[:-1]))[0])
        message = "unknown key, expected one of " + ", ".join(typing.get_args(keys))
    elif problem["type"] == "missing":
        message = "missing"
    elif problem["type"] == "string_pattern_mismatch":
        message = f"expected {in_words(problem['ctx']['pattern'])}"
    elif problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        message = "expected one of " + ", ".join(_tags(_kind_at(model, place)))
        written = (*written, problem["ctx"]["discriminator"].strip("'"))
    told = _problem(root, where, written, message)
    return told._replace(kind=problem["type"], context=problem.get("ctx", {}))


def _problem(root: yaml.Node | None, where: str, place: Place, message: str) -> Problem:
    mark = _mark_of(root, place)
    where, line = (where, 1) if mark is None else (mark.name, mark.line + 1)
    return Problem(where, line, place, f"{message[0].lower()}{message[1:]}")


def _kind_at(model: type[BaseModel], place: Place) -> Any:
    """What a place inside `model` is checked by."""
    kind: Any = model
    for part in place:
        kind = _inside(kind, part)
    return kind


def _as_written(model: type[BaseModel], place: Place) -> Place:
    """The place as the file has it: which of several models was tried is no key of it."""
    kind: Any = model
    written = []
    for part in place:
        if not _choices(kind):
            written.append(part)
        kind = _inside(kind, part)
    return tuple(written)


def _inside(kind: Any, part: Any) -> Any:
    """What a field, an item or a value of `kind` is checked by; None where it is not known."""
    choices = _choices(kind)
    if choices:
        return next((one for one in choices if part in _tags_of(one)), None)
    if _is_model(kind):
        field = next((f for n, f in kind.model_fields.items() if part in (n, f.alias)), None)
        return _plain(field.annotation) if field is not None else None
    inner = typing.get_args(kind) or (None,)
    return _plain(inner[-1 if typing.get_origin(kind) is dict else 0])


def _is_model(kind: Any) -> typing.TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _plain(kind: Any) -> Any:
    """A type without its `Annotated` and its `| None`; a choice of models stays one."""
    while typing.get_origin(kind) in (typing.Annotated, typing.Union, types.UnionType):
        if _choices(kind):
            break
        options = [part for part in typing.get_args(kind) if part is not types.NoneType]
        kind = options[0]
    return kind


def _choices(kind: Any) -> list[type[BaseModel]]:
    """The models of a choice, which their field `kind` decides; none of any other type."""
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return []
    models = [one for one in typing.get_args(kind) if _is_model(one)]
    return models if len(models) > 1 else []


def _tags_of(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get(_DECIDES)
    return typing.get_args(kind.annotation) if kind is not None else ()


def _tags(kind: Any) -> list[str]:
    return [str(tag) for model in _choices(kind) for tag in _tags_of(model)]


def _keys_of(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _some_keys(model: type[BaseModel]) -> str:
    return ", ".join(list(model.model_fields)[:3])
