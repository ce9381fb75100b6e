"""Options that several commands have: what is simulated and how fast, what is listened on, and by
which rules alerts are judged."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from stream.commands.terminal import MISUSE, Failure, instant_of
from stream.contract.instants import Instant, to_datetime

if TYPE_CHECKING:
    from stream.alerts.rule_file import RuleSet
    from stream.contract.boards import Board

# Events go out when they are due, so none is ahead of the floor's clock but by what two machines'
# clocks differ: at a quarter of a second, 1,000 times as fast, that is 250 s of the 5 minutes
# that a worker accepts.
SPEED_MAX: Final = 1_000

ScenarioOption = Annotated[
    str, typer.Option("--scenario", metavar="NAME", help="One that ships, or a .yaml file.")
]
RecordingsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="RECORDING", help="Recordings to drill beside the scenarios."),
]
TrainingScenarioOption = Annotated[
    str | None,
    typer.Option("--scenario", metavar="FILE", help="A .yaml file beside those that ship."),
]
SeedOption = Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same traffic.")]
SpeedOption = Annotated[
    float,
    typer.Option(
        "--speed", metavar="X", min=0.01, max=SPEED_MAX, help="Times the wall clock's pace."
    ),
]
StartOption = Annotated[
    str | None,
    typer.Option("--start", metavar="TIME", help="By default a fixed day; live, now."),
]
DurationOption = Annotated[
    str | None,
    typer.Option("--duration", metavar="4h", help="By default 4h; live, without end."),
]
TrafficFileOption = Annotated[
    str | None, typer.Option("--out", metavar="FILE", help="To a file, as fast as it can.")
]
LiveLogOption = Annotated[str | None, typer.Option("--log", metavar="URL", help="Live, to a log.")]
ScaleOption = Annotated[
    float,
    typer.Option("--scale", metavar="X", min=0.01, max=100, help="Times the contacts and agents."),
]
ShowingOption = Annotated[
    str | None,
    typer.Option("--showing", metavar="HH:MM", help="The time of day the start looks like."),
]
ShiftToOption = Annotated[
    Literal["now"] | None,
    typer.Option(
        "--shift-to", metavar="now", help="Move it to the present; by default, at its own time."
    ),
]
BeginOption = Annotated[
    str | None,
    typer.Option("--from", metavar="TIME", help="Begin there; the day before is sent at once."),
]
EndOption = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="End there, in the recording's time.")
]
LoopOption = Annotated[bool, typer.Option("--loop", help="Begin again at the end, until Ctrl-C.")]
HostOption = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="To listen on.")]
PortOption = Annotated[
    int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="0 takes a free one.")
]
RulesOption = Annotated[
    Path | None,
    typer.Option("--rules", metavar="alerts.yaml", help="By default, the rules that ship."),
]
BoardsPath = Path
BoardsOption = Annotated[
    BoardsPath | None,
    typer.Option("--boards", metavar="boards.yaml", help="Boards, or a folder of such files."),
]

# Years that every calendar has, with room on both sides for what a day needs.
YEARS: Final = range(1970, 9000)
_TIME_OF_DAY: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def minute_of_day(text: str, option: str) -> int:
    """A time of day as an option gives it, in minutes after midnight. Raises `Failure`."""
    match = _TIME_OF_DAY.fullmatch(text)
    if match is None:
        raise Failure(f"{option}: expected a time of day such as 10:30", MISUSE)
    return int(match[1]) * 60 + int(match[2])


def day_of_calendar(text: str, option: str, now: Callable[[], int]) -> Instant:
    """An instant as an option gives it, in a year that every calendar has. Raises `Failure`."""
    moment = instant_of(text, option, now)
    if to_datetime(moment).year not in YEARS:
        raise Failure(f"{option}: expected a year from {YEARS[0]} to {YEARS[-1]}", MISUSE)
    return moment


RulesArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[alerts.yaml]", help="By default, the rules that ship."),
]


def one_of(argument: Path | None, option: Path | None) -> Path | None:
    """The file that was named, which may be as an argument or with `--rules`. Raises `Failure`."""
    if argument is not None and option is not None and argument != option:
        raise Failure(f"name one file of rules: {argument}, or --rules {option}", MISUSE)
    return option if argument is None else argument


def read_rules(file: Path | None) -> tuple[str, RuleSet]:
    """The text of the file and its rules; without a file, those that ship. Raises `Failure`."""
    from stream.alerts.rule_file import DEFAULT, NO_RULES, default_text, parse_rules
    from stream.contract.yaml_lines import YamlError, read_text

    try:
        text = default_text() if file is None else read_text(file)
        rules = parse_rules(text, DEFAULT if file is None else str(file))
    except YamlError as error:
        raise Failure(str(error), MISUSE) from None
    if not rules.rules:
        raise Failure(f"{file}:1: {NO_RULES}", MISUSE)
    return text, rules


def read_boards(path: BoardsPath | None) -> dict[str, Board]:
    """The boards of a file, or of all files in a folder; none without a path. Raises `Failure`."""
    from stream.contract.boards import parse_boards
    from stream.contract.yaml_lines import YamlError, read_text

    if path is None:
        return {}
    files = sorted([*path.glob("*.yaml"), *path.glob("*.yml")]) if path.is_dir() else [path]
    if not files:
        raise Failure(f"{path}: no .yaml file in this folder", MISUSE)
    boards: dict[str, Board] = {}
    owner: dict[str, Path] = {}
    for file in files:
        try:
            found = parse_boards(read_text(file), str(file))
        except YamlError as error:
            raise Failure(str(error), MISUSE) from None
        if not found:
            raise Failure(f"{file}:1: boards: expected one board at least", MISUSE)
        if twice := sorted(found.keys() & boards.keys()):
            name = twice[0]
            raise Failure(f"{file}: boards.{name}: set in {owner[name]} already", MISUSE)
        boards |= found
        owner |= dict.fromkeys(found, file)
    return boards
