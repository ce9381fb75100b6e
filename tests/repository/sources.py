"""The files that the checks of the repository look at."""

from __future__ import annotations

import ast
import gc
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PRODUCT: Final = ("stream", "dashboard", "simulator", "floorwatch.py")
AROUND: Final = ("tests", "scripts")
GENERATED: Final = frozenset(
    {
        ".git",
        ".hypothesis",
        ".venv",
        ".venv-peers",
        "__pycache__",
        "build",
        "dist",
        "test-results",
        "var",
        ".kafka",
        ".bench",
    }
)


def python_sources(*places: str) -> dict[str, str]:
    """Path from the root, and text, of every module under the places."""
    found = {}
    for place in places:
        start = ROOT / place
        for path in sorted(start.rglob("*.py")) if start.is_dir() else [start]:
            found[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    return found


def tree_of(source: str) -> ast.Module:
    """The module's syntax tree.

    In CPython 3.11 a collection that runs Python code in the middle of parsing (Hypothesis counts
    collections) can end it with a SystemError about recursion depth, so none runs meanwhile.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if was_enabled:
            gc.enable()


def text_files() -> dict[str, str]:
    """Path from the root, and text, of every file that is or would be committed."""
    found = {}
    for path in _committed():
        try:
            text = (ROOT / path).read_bytes().decode()
        except UnicodeDecodeError:
            continue
        found[path] = text
    return found


def _committed() -> Iterator[str]:
    # A checkout that belongs to another user is still only read.
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    try:
        listed = subprocess.run(
            [*git, "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        yield from _unpacked(ROOT)
        return
    for path in filter(None, listed.stdout.split("\0")):
        # A file that was removed, but not yet in a commit, is still listed.
        if (ROOT / path).is_file():
            yield path


def _unpacked(folder: Path) -> Iterator[str]:
    """Every file, where the sources were unpacked without git."""
    for path in sorted(folder.iterdir()):
        if path.is_file():
            yield path.relative_to(ROOT).as_posix()
        elif path.name not in GENERATED and not path.name.endswith(("_cache", ".egg-info")):
            yield from _unpacked(path)
