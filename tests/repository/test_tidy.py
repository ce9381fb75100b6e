"""Sizes and habits that a reader relies on, held by a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import pytest

from tests.repository.sources import AROUND, PRODUCT, python_sources, tree_of

MODULE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 50

# What may be longer, and why: `path` for a module, `path::Class.function` for a function.
# An entry that is no longer needed must go.
LONG_MODULES: Final[dict[str, str]] = {}
LONG_FUNCTIONS: Final[dict[str, str]] = {
    "stream/floor/steps.py::Steps._step_all": "the one loop that all events go through: no call is spared",
}

# Written in two parts, so that this line is not found itself.
_LEFT_FOR_LATER: Final = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")

Sources = Mapping[str, str]


def long_modules(sources: Sources) -> dict[str, int]:
    """Modules over the limit, with their lines."""
    lines = {path: len(text.splitlines()) for path, text in sources.items()}
    return {path: count for path, count in lines.items() if count > MODULE_LINES_MAX}


def long_functions(sources: Sources) -> dict[str, int]:
    """Functions over the limit, with their lines from `def` to the last."""
    return {
        f"{path}::{name}": lines
        for path, text in sources.items()
        for name, lines in _functions(tree_of(text), "")
        if lines > FUNCTION_LINES_MAX
    }


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{child.name}"
            if not isinstance(child, ast.ClassDef):
                yield name, (child.end_lineno or child.lineno) - child.lineno + 1
            yield from _functions(child, f"{name}.")
        else:
            yield from _functions(child, prefix)


def without_docstring(sources: Sources) -> list[str]:
    """Public modules, a package's `__init__` among them, that do not say what they are for."""
    return [
        path
        for path, text in sources.items()
        if _is_public(path) and not ast.get_docstring(tree_of(text))
    ]


def _is_public(path: str) -> bool:
    return not re.search(r"(^|/)_(?!_)", path)


def left_for_later(sources: Sources) -> list[str]:
    """Lines that say something is not done: an issue is the place for that."""
    return [
        f"{path}:{number}"
        for path, text in sources.items()
        for number, line in enumerate(text.splitlines(), 1)
        if _LEFT_FOR_LATER.search(line)
    ]


def prints(sources: Sources) -> list[str]:
    """Calls of print: only a command writes to the terminal."""
    return [
        f"{path}:{node.lineno}"
        for path, text in sources.items()
        if path != "floorwatch.py"
        for node in ast.walk(tree_of(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]


def unexplained(found: Mapping[str, int], exempt: Mapping[str, str]) -> list[str]:
    """What breaks a limit without an exemption, and exemptions that nothing needs any more."""
    over = [f"{name}: {lines} lines" for name, lines in found.items() if name not in exempt]
    outdated = [f"{name}: the exemption is no longer needed" for name in exempt.keys() - found]
    reasonless = [f"{name}: the exemption needs a reason" for name in exempt if not exempt[name]]
    return sorted(over + outdated + reasonless)


def test_modules_fit_their_limit() -> None:
    """A module can be read in one sitting."""
    assert unexplained(long_modules(python_sources(*PRODUCT)), LONG_MODULES) == []


def test_functions_fit_their_limit() -> None:
    """A function can be seen at once."""
    assert unexplained(long_functions(python_sources(*PRODUCT)), LONG_FUNCTIONS) == []


def test_every_public_module_says_what_it_is_for() -> None:
    """A module begins with a docstring."""
    assert without_docstring(python_sources(*PRODUCT)) == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    """What is to be done stands in an issue, where it is seen."""
    assert left_for_later(python_sources(*PRODUCT, *AROUND)) == []


def test_only_the_command_prints() -> None:
    """Services log, the command prints."""
    assert prints(python_sources(*PRODUCT)) == []


LONG_BODY: Final = "    x = 1\n" * FUNCTION_LINES_MAX


@pytest.mark.parametrize(
    ("check", "source", "found"),
    [
        pytest.param(long_modules, "x = 1\n" * 401, {"stream/a.py": 401}, id="one line too many"),
        pytest.param(long_modules, "x = 1\n" * 400, {}, id="a module of just the limit"),
        pytest.param(
            long_functions, f"def f():\n{LONG_BODY}", {"stream/a.py::f": 51}, id="a long function"
        ),
        pytest.param(
            long_functions,
            "class A:\n    if True:\n        async def f():\n" + "            x = 1\n" * 50,
            {"stream/a.py::A.f": 51},
            id="a long method under a condition",
        ),
        pytest.param(
            long_functions,
            f"@cache\ndef f():\n{LONG_BODY[:-10]}",
            {},
            id="decorators do not count",
        ),
        pytest.param(without_docstring, "", ["stream/a.py"], id="an empty module"),
        pytest.param(without_docstring, "# why\nx = 1\n", ["stream/a.py"], id="a comment alone"),
        pytest.param(left_for_later, "x = 1  # TO" + "DO: y", ["stream/a.py:1"], id="later"),
        pytest.param(left_for_later, "mastodons = 1", [], id="a word that holds those letters"),
        pytest.param(prints, "def f():\n    print(1)\n", ["stream/a.py:2"], id="a print"),
        pytest.param(prints, '"""Never print(x)."""\n', [], id="a print in prose"),
    ],
)
def test_each_check_finds_a_planted_fault(
    check: Callable[[Sources], object], source: str, found: object
) -> None:
    """A check that cannot fail checks nothing."""
    assert found == check({"stream/a.py": source})


def test_an_exemption_that_nothing_needs_is_found() -> None:
    """The table of exemptions can only hold what is true now."""
    problems = unexplained({"a.py": 500}, {"a.py": "", "b.py": "a table of codes"})

    assert problems == [
        "a.py: the exemption needs a reason",
        "b.py: the exemption is no longer needed",
    ]
