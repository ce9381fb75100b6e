"""What is declared is used, what is used is declared, and all of it is pinned."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository.sources import AROUND, PRODUCT, ROOT, python_sources, tree_of

OURS: Final = {"stream", "dashboard", "simulator", "floorwatch", "tests"}

# Declared, but used in another way than by an import.
NOT_IMPORTED: Final = {
    "tzdata": "the time zones that zoneinfo reads where the system has none",
    "import-linter": "the command lint-imports",
    "mypy": "a command",
    "pytest-rerunfailures": "a plugin of pytest",
    "pytest-timeout": "a plugin of pytest",
    "ruff": "a command",
    "types-pyyaml": "types for mypy",
    "types-reportlab": "types for mypy",
    "types-requests": "types for mypy",
}

PEERS: Final = ROOT / "tests/bench/peers/pins"
_IMPORTED_AS: Final = {"apache-flink": "pyflink", "faust-streaming": "faust"}

_PIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.!+]*")


def imported(sources: Iterable[str]) -> set[str]:
    """The top-level names that the sources import and that are neither ours nor Python's."""
    names: set[str] = set()
    for source in sources:
        for node in ast.walk(tree_of(source)):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names.add(node.module)
    return {name.partition(".")[0] for name in names} - OURS - sys.stdlib_module_names


def distributions(names: Iterable[str]) -> set[str]:
    """The distributions that provide the names; an unknown name stands for itself."""
    providers = packages_distributions()
    return {canonicalize_name(providers.get(name, [name])[0]) for name in names}


def undeclared(used: Iterable[str], declared: set[str]) -> list[str]:
    """Distributions that are imported without being declared."""
    return sorted(set(used) - declared)


def unused(used: set[str], declared: Iterable[str]) -> list[str]:
    """Distributions that are declared and neither imported nor explained."""
    return sorted(set(declared) - used - NOT_IMPORTED.keys())


def malformed_pins(lines: list[str]) -> list[str]:
    """Lines that are not `name==version`, or not in order."""
    bad = [line for line in lines if not _PIN.fullmatch(line)]
    return bad or [
        line for line, sound in zip(lines, _in_order(lines), strict=True) if line != sound
    ]


def _in_order(lines: list[str]) -> list[str]:
    return sorted(lines, key=lambda line: line.partition("==")[0].lower())


def needed(wanted: Iterable[Requirement]) -> set[str]:
    """All that an installation of the wanted brings, as this Python on this system sees it."""
    seen: set[tuple[str, frozenset[str]]] = set()
    ahead = list(wanted)
    while ahead:
        requirement = ahead.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in seen:
            continue
        seen.add(key)
        ahead.extend(_requirements_of(requirement))
    return {name for name, _ in seen}


def _requirements_of(requirement: Requirement) -> Iterable[Requirement]:
    try:
        texts = requires(requirement.name) or []
    except PackageNotFoundError:
        return
    for text in texts:
        further = Requirement(text)
        extras = [{"extra": extra} for extra in ("", *requirement.extras)]
        if further.marker is None or any(further.marker.evaluate(extra) for extra in extras):
            yield further


def _pyproject() -> Mapping[str, Any]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def _runtime() -> list[Requirement]:
    return [Requirement(text) for text in _pyproject()["project"]["dependencies"]]


def _test() -> list[Requirement]:
    extras = _pyproject()["project"]["optional-dependencies"]
    return [Requirement(text) for text in extras["test"]]


def _build() -> list[Requirement]:
    return [Requirement(text) for text in _pyproject()["build-system"]["requires"]]


def _names(requirements: Iterable[Requirement]) -> set[str]:
    return {str(canonicalize_name(requirement.name)) for requirement in requirements}


def _peers() -> set[str]:
    """What the peers of the bench are called where they are imported; their pins are their own."""
    pinned = [
        canonicalize_name(pin.partition("==")[0])
        for path in sorted(PEERS.glob("*.txt"))
        for pin in path.read_text(encoding="utf-8").splitlines()
    ]
    return {str(canonicalize_name(_IMPORTED_AS.get(name, name))) for name in pinned}


def _pins() -> list[str]:
    return (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()


def test_the_product_imports_only_what_it_declares() -> None:
    """Nothing comes by chance with something else."""
    used = distributions(imported(python_sources(*PRODUCT).values()))

    assert undeclared(used, _names(_runtime())) == []


def test_the_product_declares_only_what_it_imports() -> None:
    """Nobody installs what is not used."""
    used = distributions(imported(python_sources(*PRODUCT).values()))

    assert unused(used, _names(_runtime())) == []


def test_tests_and_scripts_import_only_what_is_declared() -> None:
    """The extra `test` is all that the tests need, what builds a wheel all that its script does;
    the scripts of the bench's peers have packages of their own."""
    used = distributions(imported(python_sources(*AROUND).values()))

    assert undeclared(used, _names([*_runtime(), *_test(), *_build()]) | _peers()) == []


def test_the_test_extra_declares_only_what_is_imported() -> None:
    """A tool without an import stands in the table, with what it is for."""
    used = distributions(imported(python_sources(*AROUND).values()))

    assert unused(used, _names(_test())) == []


def test_the_table_of_tools_holds_only_what_is_declared_and_not_imported() -> None:
    """An explanation that nothing needs any more must go."""
    used = distributions(imported(python_sources(*PRODUCT, *AROUND).values()))

    assert set(NOT_IMPORTED) - (_names(_runtime()) | _names(_test())) == set()
    assert set(NOT_IMPORTED) & used == set()


def test_constraints_are_names_and_versions() -> None:
    """constraints.txt has a line `name==version` for each, in order, and nothing else."""
    assert malformed_pins(_pins()) == []


@pytest.mark.parametrize("path", sorted(PEERS.glob("*.txt")), ids=lambda path: path.stem)
def test_pins_of_peers_are_names_and_versions(path: Path) -> None:
    """As constraints.txt."""
    assert malformed_pins(path.read_text(encoding="utf-8").splitlines()) == []


def test_everything_installed_is_pinned() -> None:
    """Two installations of the same commit have the same versions."""
    pinned = {canonicalize_name(pin.partition("==")[0]) for pin in _pins()}

    assert needed([*_runtime(), *_test()]) - pinned == set()


def test_a_planted_import_is_found() -> None:
    """Imports inside functions count; what is ours or Python's does not."""
    source = "import os, pandas.io\nfrom stream import logs\ndef f():\n    from yaml import load\n"

    assert imported([source]) == {"pandas", "yaml"}
    assert undeclared(distributions({"pandas", "yaml"}), {"pyyaml"}) == ["pandas"]
    assert unused({"pyyaml"}, {"pyyaml", "tzdata", "left-pad"}) == ["left-pad"]


@pytest.mark.parametrize(
    "line",
    [
        "rich>=14",
        "rich==14  # why",
        "rich @ file:///somewhere/rich.whl",
        "-e .",
        "--no-binary rich",
        "",
    ],
)
def test_a_planted_line_in_the_constraints_is_found(line: str) -> None:
    """Neither ranges, nor addresses, nor options."""
    assert malformed_pins(["dash==4.4.1", line]) == [line]


def test_a_pin_out_of_order_is_found() -> None:
    """Order makes changes readable."""
    assert malformed_pins(["b==1", "A==1"]) == ["b==1", "A==1"]


def test_what_comes_with_a_dependency_must_be_pinned_too() -> None:
    """Extras are followed, and what they bring."""
    assert {"uvicorn", "h11", "websockets"} <= needed([Requirement("uvicorn[standard]")])
    assert "websockets" not in needed([Requirement("uvicorn")])
