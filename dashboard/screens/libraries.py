"""The scripts of component libraries: each screen loads those that it names, and no other's."""

from __future__ import annotations

from typing import Any

from dash.resources import Scripts


class OwnScripts(Scripts):
    """A Dash's scripts without those of libraries that its screen does not name.

    Dash loads every library that any module of the process has imported, on every page: a wall
    would fetch two megabytes of a grid that it has not.
    """

    def __init__(self, scripts: Scripts, libraries: frozenset[str]) -> None:
        super().__init__(serve_locally=True, eager=False)  # type: ignore[no-untyped-call]
        # With the assets, which Dash has found by now.
        self._resources = scripts._resources  # noqa: SLF001
        self._libraries = libraries

    def get_all_scripts(self, dev_bundles: bool = False) -> list[dict[str, Any]]:
        """The assets and the scripts of the named libraries, in the shape of Dash's."""
        scripts: list[dict[str, Any]] = super().get_all_scripts(dev_bundles)  # type: ignore[no-untyped-call]
        wanted = self._libraries | {None}
        return [script for script in scripts if script.get("namespace") in wanted]
