"""`floorwatch scenarios`: what the simulator can play, told and checked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, Protocol

import typer

from stream.commands.terminal import FAILURE, MISUSE, Failure
from stream.contract.yaml_lines import YamlError

# A pipe has no width of its own, and a cut cell hides what was told.
WIDTH_OF_A_PIPE: Final = 1_000


class Told(Protocol):
    """What a scenario says of itself."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def about(self) -> str: ...
    @property
    def notice(self) -> Sequence[str]: ...
    @property
    def helps(self) -> Sequence[str]: ...


class Shelf(Protocol):
    """Where scenarios are: those that ship by their names, others by their paths. What cannot be
    used is told by a `YamlError`, with file, line, field and what is allowed in each line."""

    def scenario_names(self) -> list[str]: ...
    def load_scenario(self, name_or_path: str, /) -> Told: ...
    def scenario_text(self, name_or_path: str, /) -> str: ...


def register(app: typer.Typer, shelf: Callable[[], Shelf]) -> None:
    """Give the application these commands; `shelf` loads the simulator when it is needed."""
    group = typer.Typer(no_args_is_help=True, help="Look at what the simulator can play.")
    commands = _Commands(shelf)
    group.command("list")(commands.list_)
    group.command("show")(commands.show)
    group.command("check")(commands.check)
    app.add_typer(group, name="scenarios")


class _Commands:
    def __init__(self, shelf: Callable[[], Shelf]) -> None:
        self._shelf = shelf

    def list_(self) -> None:
        """Tell the scenarios that ship."""
        from rich import box
        from rich.table import Table

        shelf = self._shelf()
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        table.add_column("scenario", no_wrap=True)
        table.add_column("title", overflow="fold")
        table.add_column("what happens", overflow="fold")
        for name in shelf.scenario_names():
            told = _loaded(shelf, name)
            table.add_row(_text(name), _text(told.title), _text(told.about))
        _print(table)

    def show(
        self,
        name: Annotated[
            str, typer.Argument(metavar="NAME", help="One that ships, or a .yaml file.")
        ],
        as_yaml: Annotated[
            bool, typer.Option("--yaml", help="All of it, with what it has from its bases.")
        ] = False,
    ) -> None:
        """Tell what happens, what a supervisor should notice, and what would help."""
        shelf = self._shelf()
        told = _loaded(shelf, name)
        if as_yaml:
            sys.stdout.write(shelf.scenario_text(name))
            return
        _print(_text(f"{told.title} ({told.name})"))
        _print(_text(f"\n{told.about}"))
        for heading, sentences in (
            ("What a supervisor should notice", told.notice),
            ("What would help", told.helps),
        ):
            if sentences:
                _print(_text(f"\n{heading}"))
            for sentence in sentences:
                _print(_item(sentence))

    def check(
        self,
        files: Annotated[
            list[str], typer.Argument(metavar="FILE", help="A .yaml file, or a name.")
        ],
    ) -> None:
        """Name each fault of scenario files, with its line, field and what is allowed.

        Ends with 1 where there is any.
        """
        shelf = self._shelf()
        bad = 0
        for file in files:
            try:
                shelf.load_scenario(file)
            except YamlError as error:
                bad += 1
                sys.stdout.write(f"{error}\n")
        sys.stdout.write(f"{len(files) - bad:,} good, {bad:,} bad\n")
        if bad:
            raise typer.Exit(FAILURE)


def _loaded(shelf: Shelf, name: str) -> Told:
    try:
        return shelf.load_scenario(name)
    except YamlError as error:
        raise Failure(str(error), MISUSE) from None


def _text(words: str) -> Any:
    """Words of a file as a terminal may have them: no commands to it, no markup."""
    from rich.text import Text

    kept = (
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}"
        for char in words
    )
    return Text("".join(kept))


def _item(sentence: str) -> Any:
    """A sentence after a dash, its further lines below its first."""
    from rich.table import Table

    item = Table.grid(padding=(0, 1, 0, 0))
    item.add_column()
    item.add_column(overflow="fold")
    item.add_row("–", _text(sentence))
    return item


def _print(what: Any) -> None:
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE).print(what)
