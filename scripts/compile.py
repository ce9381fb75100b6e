"""Compiles the core of the stream, in place: `python scripts/compile.py`, and while a wheel is built.

The core also exists in plain Python, so that Floorwatch runs where nothing can be compiled: a build
that fails says so and leaves a package without the core. With FLOORWATCH_PURE set nothing is
compiled; with FLOORWATCH_COMPILED set a build that fails ends with an error.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORE = (
    "stream/contract/_scan.pyx",
    "stream/contract/_owners.pyx",
    "stream/floor/_seen.pyx",
    "stream/floor/_lives.pyx",
)


def compile_core(root: Path = ROOT) -> list[Path]:
    """Compile the core beside its sources; returns the files made.

    Raises whatever Cython, setuptools or the compiler raise.
    """
    # Only who compiles needs them.
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension

    here = Path.cwd()
    os.chdir(root)
    try:
        with tempfile.TemporaryDirectory(prefix="floorwatch-compile-") as scratch:
            modules = cythonize(
                [
                    Extension(
                        source.removesuffix(".pyx").replace("/", "."),
                        [source],
                        extra_compile_args=["-O3"],
                    )
                    for source in CORE
                ],
                build_dir=scratch,
                quiet=True,
            )
            command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
            command.build_lib, command.build_temp = f"{scratch}/made", f"{scratch}/objects"
            command.ensure_finalized()
            command.run()
            made = [Path(file) for file in command.get_outputs()]
            places = [root / file.relative_to(f"{scratch}/made") for file in made]
            # Beside them first: a process that runs now keeps the file that it has.
            for file, place in zip(made, places, strict=True):
                shutil.copy(file, place.with_suffix(".new"))
            for place in places:
                place.with_suffix(".new").replace(place)
            return places
    finally:
        os.chdir(here)


def compile_if_possible(root: Path = ROOT) -> list[Path]:
    """The same, but a failure is only said; nothing where FLOORWATCH_PURE is set."""
    if os.environ.get("FLOORWATCH_PURE"):
        return []
    try:
        return compile_core(root)
    except (Exception, SystemExit) as error:
        if os.environ.get("FLOORWATCH_COMPILED"):
            raise
        print(f"compile: not compiled, plain Python is used: {error}", file=sys.stderr)
        return []


def get_build_hook() -> type[Any]:
    """What the build backend calls: a wheel holds the compiled core where there is one."""
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class CompiledCore(BuildHookInterface):  # type: ignore[misc]
        """Compiles before the files of a wheel are gathered."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Compile, and say which files there are to take."""
            if self.target_name != "wheel":
                return
            made = compile_if_possible(Path(self.root))
            if made:
                build_data["artifacts"] += [f"/{path.relative_to(self.root)}" for path in made]
                build_data["pure_python"] = False
                build_data["infer_tag"] = True

    return CompiledCore


if __name__ == "__main__":
    for file in compile_if_possible():
        print(file.relative_to(ROOT))
