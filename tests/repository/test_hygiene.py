"""Nothing in the repository points at the machine it was written on, or at a registry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.repository.sources import ROOT, text_files

# Where packages come from is the business of the machine that installs them. Every name is
# written with an escape, so that this file does not find itself.
_REGISTRIES: Final = re.compile(
    r"pypi\.org|pythonhosted\.org|anaconda\.org|conda\.io|npmjs\.(org|com)|yarnpkg\.com"
    r"|docker\.(io|com)|ghcr\.io|quay\.io|gcr\.io|pkg\.dev|jfrog\.io|unpkg\.com|jsdelivr\.net"
    r"|deb\.debian\.org|archive\.ubuntu\.com"
    r"|[-_](?:extra[-_])?index[-_]url\b|--find[-]links|PIP_FIND[_]LINKS|--trusted[-]host",
    re.IGNORECASE,
)
# What every Linux has: a checkout that lies right under one says nothing of the machine.
_EVERYWHERE: Final = frozenset(
    {"/", "/app", "/builds", "/code", "/home", "/media", "/mnt", "/opt", "/src", "/srv", "/tmp"}
    | {"/usr", "/usr/local", "/usr/src", "/var", "/var/lib", "/var/tmp", "/workspace"}
)
# Their absolute paths are inside the container.
_CONTAINERS: Final = frozenset({"Dockerfile", "docker-compose.yml", ".dockerignore"})
_SHARED: Final = re.compile(r"\.\./shared")

Files = Mapping[str, str]


def registries(files: Files) -> list[str]:
    """Lines that name a package registry, or an option that chooses one."""
    return _lines(files, _REGISTRIES)


def machine_paths(files: Files, root: Path, home: Path) -> list[str]:
    """Lines that hold a path which exists on this machine only."""
    ours = {str(root), str(root.parent), str(home)} - _EVERYWHERE
    either = "|".join(re.escape(path) for path in sorted(ours))
    pattern = re.compile(rf"(?<![\w./-])(?:{either})(?![\w-]|\.\w)")
    return _lines({path: files[path] for path in files.keys() - _CONTAINERS}, pattern)


def outside(files: Files) -> list[str]:
    """Lines that reach for data beside the checkout; tests may, where it is there."""
    return _lines({path: files[path] for path in files if not path.startswith("tests/")}, _SHARED)


def _lines(files: Files, pattern: re.Pattern[str]) -> list[str]:
    return sorted(
        f"{path}:{number}"
        for path, text in files.items()
        for number, line in enumerate(_split(text), 1)
        if pattern.search(line)
    )


def _split(text: str) -> Iterable[str]:
    return text.split("\n")


def test_no_registry_is_named() -> None:
    """Installing works as the machine at hand is set up."""
    assert registries(text_files()) == []


def test_no_path_of_this_machine_is_named() -> None:
    """What is committed works in any folder."""
    assert machine_paths(text_files(), root=ROOT, home=Path.home()) == []


def test_only_tests_look_beside_the_checkout() -> None:
    """The product needs nothing but itself."""
    assert outside(text_files()) == []


@pytest.mark.parametrize(
    "line",
    [
        "see https://py" + "pi.org/project/dash",
        "pip install --index" + "-url http://mirror",
        "pip install --extra-index" + "-url http://mirror",
        "export PIP_INDEX" + "_URL=x",
        "pip install --find" + "-links wheels",
        "image: gh" + "cr.io/a/b",
    ],
)
def test_a_planted_registry_is_found(line: str) -> None:
    """Hosts and options alike."""
    assert registries({"Makefile": f"all:\n\t{line}\n"}) == ["Makefile:2"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("cd /place/clone/docs", True, id="the checkout"),
        pytest.param("see /place/notes.md", True, id="beside the checkout"),
        pytest.param("It lay in /place.", True, id="at a sentence's end"),
        pytest.param('cache = "/home/ada/.cache"', True, id="a home"),
        pytest.param("https://example.org/place/clone", False, id="an address with that path"),
        pytest.param("/place-holder", False, id="another folder that begins alike"),
        pytest.param("/tmp/january.jsonl", False, id="a folder that is everywhere"),
    ],
)
def test_a_planted_machine_path_is_found(line: str, found: bool) -> None:
    """The checkout, what lies beside it, and the home of whoever runs the tests."""
    files = {"docs/a.md": line, "Dockerfile": line}

    lines = machine_paths(files, root=Path("/place/clone"), home=Path("/home/ada"))

    assert lines == (["docs/a.md:1"] if found else [])


def test_a_checkout_right_under_a_common_folder_is_no_fault() -> None:
    """A clone in /tmp does not make every /tmp in the docs a fault."""
    lines = machine_paths(
        {"README.md": "floorwatch compute /tmp/january.jsonl"},
        root=Path("/tmp/floorwatch"),
        home=Path("/"),
    )

    assert lines == []


def test_a_planted_reach_beside_the_checkout_is_found() -> None:
    """In tests it is allowed, elsewhere not."""
    line = "open('.." + "/shared/data')"

    assert outside({"tests/a.py": line, "docs/a.md": line}) == ["docs/a.md:1"]
