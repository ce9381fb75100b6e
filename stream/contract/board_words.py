"""What is wrong with a board in the words of whoever made it: which tile of which page, by its number
and its name, what it says there, and what is allowed (docs/boards.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

import yaml

from stream.contract.yaml_lines import Problem, YamlError, printable

# Of a long text its beginning tells which it is.
_SHOWN_MAX: Final = 40
NULL_TAG: Final = "tag:yaml.org,2002:null"
# What pydantic calls a problem, and what was expected instead.
_EXPECTED: Final = {
    "string_type": "text; what looks like a number goes in quotes",
    "string_too_short": "some text",
    "string_too_long": "{max_length} characters at most",
    **dict.fromkeys(("int_type", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "finite_number"), "a number"),
    "bool_type": "true or false",
    "list_type": "a list",
    **dict.fromkeys(
        ("dict_type", "model_type", "model_attributes_type"), "fields and their values"
    ),
    "too_short": "{min_length} at least",
    "too_long": "{max_length} at most",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} at most",
}
_WHOSE: Final = ("queue", "channel", "team")


class _AsWritten(yaml.SafeLoader):
    """Reads all there is as the text that stands there, but for what is set to nothing."""

    yaml_constructors: ClassVar = {NULL_TAG: lambda _loader, _node: None}

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merges stay as they are: they may bring in more than any memory holds."""


def in_board_words(error: YamlError, text: str) -> YamlError:
    """The same error, each of its problems in one line that needs no counting from 0."""
    content = _as_written(text)
    told = [_told(problem, content) for problem in error.problems]
    lines = [_line(one) for one in told]
    return YamlError("\n".join(lines), told) if told else error


def _line(told: Problem) -> str:
    if not _is_of_board(told):
        return told.told()
    inside = len(told.place) > 2
    board = f"board {_shown(str(told.place[1]))}{',' if inside else ':'}"
    return f"{told.where}:{told.line}: {board} {told.message}"


def _is_of_board(problem: Problem) -> bool:
    return problem.place[:1] == ("boards",) and len(problem.place) > 1


def _as_written(text: str) -> Any:
    """All there is as text, as it stands in the file; None where that cannot be had."""
    try:
        return _AsWritten(text).get_single_data()
    except (yaml.YAMLError, RecursionError, ValueError):
        return None


def _told(problem: Problem, content: Any) -> Problem:
    expected = _expected(problem)
    if not _is_of_board(problem):
        return problem._replace(message=expected)
    where = ", ".join(_where(problem, content))
    return problem._replace(message=f"{where}: {expected}" if where else expected)


def _expected(problem: Problem) -> str:
    if problem.kind == "literal_error":
        names = str(problem.context["expected"]).replace(" or ", ", ").replace("'", "")
        return f"expected one of {names}"
    if problem.kind in _EXPECTED:
        return f"expected {_EXPECTED[problem.kind].format(**problem.context)}"
    return problem.message


def _where(problem: Problem, content: Any) -> Iterator[str]:
    """From the page inwards; last the field, with what it says."""
    at, rest = _inside(content, problem.place[:2]), problem.place[2:]
    for name, words in (("pages", "page"), ("tiles", "tile")):
        if rest[:1] != (name,) or len(rest) < 2 or not isinstance(rest[1], int):
            break
        at, number, rest = _inside(at, rest[:2]), rest[1] + 1, rest[2:]
        known = _page_name(at) if words == "page" else _tile_name(at)
        yield f"{words} {number} ({known})" if known else f"{words} {number}"
    if rest:
        said = _inside(at, rest) if problem.kind != "extra_forbidden" else None
        field = printable(
            " ".join(f"number {one + 1}" if isinstance(one, int) else one for one in rest)
        )
        yield f"{field} ({_shown(said) or 'empty'})" if isinstance(said, str) else field


def _page_name(page: Any) -> str:
    return _shown(_inside(page, ("title",)))


def _tile_name(tile: Any) -> str:
    """Its title, and what it is of."""
    told = {key: _shown(_inside(tile, (key,))) for key in ("title", "kind", "figure", *_WHOSE)}
    kind = told["kind"]
    names = [f"{key} {told[key]}" for key in _WHOSE if told[key]]
    if kind == "figure" and told["figure"]:
        names.insert(0, f"figure {told['figure']}")
    if kind == "group" and isinstance(queues := _inside(tile, ("queues",)), list):
        names = [_shown(f"group of {', '.join(str(one) for one in queues)}")] if queues else []
    return ", ".join(filter(None, (told["title"], *(names or [kind]))))


def _shown(said: Any) -> str:
    if not isinstance(said, str):
        return ""
    cut = said if len(said) <= _SHOWN_MAX else f"{said[: _SHOWN_MAX - 1]}…"
    return "".join(letter if letter.isprintable() else " " for letter in cut)


def _inside(content: Any, place: tuple[Any, ...]) -> Any:
    for part in place:
        if isinstance(content, dict):
            content = content.get(str(part))
        elif isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
        else:
            return None
    return content
