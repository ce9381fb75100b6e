"""`floorwatch dead-letters`: what was rejected and why, and sending it once more after a fix."""

from __future__ import annotations

import re
import sys
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from stream.commands.terminal import (
    FAILURE,
    MISUSE,
    Failure,
    LogOption,
    instant_of,
    open_existing_log,
    place_of,
    say,
)
from stream.contract.instants import format_millis
from stream.logs.files import LineWriter, read_lines
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS, FLOOR_CLOCK

if TYPE_CHECKING:
    from stream.dead_letters import KeptLetter, Step
    from stream.logs.port import Log

LISTED: Final = 50
NEVER: Final = "–"

_PLACE: Final = re.compile(r"(\d{1,9})/(\d{1,18})", re.ASCII)

ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Only those whose reason has this.")
]


def register(app: typer.Typer, *, now: Callable[[], int]) -> None:
    """Give the application these commands; `now` is the wall clock in microseconds."""
    commands = DeadLetterCommands(now)
    group = typer.Typer(no_args_is_help=True, help="Look at rejected events, send them again.")
    group.command("list")(commands.list_)
    group.command()(commands.show)
    group.command()(commands.redrive)
    app.add_typer(group, name="dead-letters")


class DeadLetterCommands:
    """The commands of the group."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now

    def list_(
        self,
        log: LogOption,
        as_json: Annotated[
            bool, typer.Option("--json", help="Whole letters, personal data and all, one a line.")
        ] = False,
        reason: ReasonOption = None,
        since: Annotated[
            str | None, typer.Option(metavar="TIME", help="Only of events appended since then.")
        ] = None,
        limit: Annotated[
            int | None,
            typer.Option(
                metavar="N", min=1, help=f"The newest N; by default {LISTED}, as JSON all."
            ),
        ] = None,
    ) -> None:
        """Tell which events were rejected, when and why."""
        begin = "" if since is None else format_millis(instant_of(since, "--since", self._now))
        totals = _Totals()
        with open_existing_log(log, now=self._now, topics=(DEAD_LETTERS,)) as source:
            found = totals.counting(
                letter for letter in _letters(source, reason) if letter.appended_at >= begin
            )
            shown_max = limit if limit or as_json else LISTED
            shown = found if shown_max is None else deque(found, maxlen=shown_max)
            count = _write_json(shown) if as_json else _write_table(list(shown))
        if count < totals.letters:
            say(f"the newest {count:,} of {totals.letters:,}; --limit {totals.letters} shows all")
        say(str(totals))

    def show(
        self,
        places: Annotated[
            list[str], typer.Argument(metavar="PLACE", help="Such as 3/75, as the list names it.")
        ],
        log: LogOption,
    ) -> None:
        """Print rejected events as they came.

        One alone byte for byte, several one a line.
        """
        wanted = _places(places)
        with open_existing_log(log, now=self._now, topics=(DEAD_LETTERS,)) as source:
            found = _of_places(source, wanted)
        end = b"\n" if len(wanted) > 1 or sys.stdout.isatty() else b""
        for letter in found:
            sys.stdout.buffer.write(letter.event + end)
            sys.stdout.buffer.flush()
            redriven = f", redriven {letter.redriven_at}" if letter.redriven_at else ""
            say(f"{letter.place} of {letter.appended_at}{redriven}: {_printable(letter.reason)}")

    def redrive(  # noqa: PLR0913, PLR0917  a command has as many arguments as it has options
        self,
        log: LogOption,
        places: Annotated[
            list[str] | None, typer.Argument(metavar="PLACE", help="Such as 3/75.")
        ] = None,
        everything: Annotated[bool, typer.Option("--all", help="All that the log holds.")] = False,
        from_: Annotated[
            str | None,
            typer.Option("--from", metavar="FILE", help="As `list --json` prints them, mended."),
        ] = None,
        event: Annotated[
            str | None,
            typer.Option(metavar="FILE", help="What to send for one PLACE, as `show` printed it."),
        ] = None,
        reason: ReasonOption = None,
        again: Annotated[
            bool, typer.Option("--again", help="Those too that were redriven before.")
        ] = False,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Send nothing; say what would be.")
        ] = False,
    ) -> None:
        """Send rejected events once more, after a fix.

        What would be rejected again is named and not sent; then it ends with 1.
        """
        from stream.dead_letters import send

        chosen = _chosen(places, from_, event, everything=everything)
        outcome = _Outcome(again=again)
        with open_existing_log(log, now=self._now, topics=_REDRIVEN_IN) as source:
            if chosen is None:
                letters = _letters(source, reason)
            else:
                found = _of_places(source, list(chosen))
                letters = (letter for letter in found if _has(letter, reason))
            steps = outcome.steps(letters, chosen or {}, latest=_latest(source, self._now()))
            sent = sum(1 for _ in steps) if dry_run else send(source, steps)
        sys.stdout.write(f"{sent:,} {'would be ' if dry_run else ''}sent{outcome}\n")
        if outcome.bad:
            raise typer.Exit(FAILURE)


_REDRIVEN_IN: Final = (CONTACT_EVENTS, DEAD_LETTERS, FLOOR_CLOCK)


# --- which letters --------------------------------------------------------------------------


def _letters(log: Log, reason: str | None) -> Iterator[KeptLetter]:
    from stream.dead_letters import letters

    return (letter for letter in letters(log) if _has(letter, reason))


def _has(letter: KeptLetter, reason: str | None) -> bool:
    return reason is None or reason in letter.reason


def _of_places(log: Log, places: Collection[str]) -> list[KeptLetter]:
    """The letters of the places, in the order of the log; each must be there."""
    found = [letter for letter in _letters(log, None) if letter.place in places]
    there = {letter.place for letter in found}
    if missing := [place for place in places if place not in there]:
        raise Failure(
            f"{missing[0]}: no dead letter of that place; `floorwatch dead-letters list` tells all"
        )
    return found


def _places(texts: Iterable[str]) -> list[str]:
    """Places as they are written in letters, each once."""
    matches = [_PLACE.fullmatch(text) for text in texts]
    places = [f"{int(match[1])}/{int(match[2])}" for match in matches if match is not None]
    if len(places) < len(matches):
        raise Failure("PLACE: expected PARTITION/OFFSET, such as 3/75", MISUSE)
    return list(dict.fromkeys(places))


def _chosen(
    places: list[str] | None, from_: str | None, event: str | None, *, everything: bool
) -> dict[str, bytes | None] | None:
    """The places that were asked for, with what to send where that is not what came; None is
    all of them."""
    if (bool(places), everything, from_ is not None).count(True) != 1:
        raise Failure("say which: PLACE…, --all or --from FILE", MISUSE)
    wanted = _places(places or [])
    if event is not None and len(wanted) != 1:
        raise Failure("--event: only with one PLACE", MISUSE)
    if everything:
        return None
    if from_ is not None:
        return dict(_mended(from_))
    return dict.fromkeys(wanted, None if event is None else _read_event(event))


def _mended(name: str) -> Iterator[tuple[str, bytes]]:
    from stream.dead_letters import on_one_line, read_letter

    places = set()
    for number, line in read_lines(place_of(name)):
        try:
            letter = read_letter(line)
        except ValueError:
            raise Failure(
                f"{name}:{number}: no letter as `floorwatch dead-letters list --json` prints it"
            ) from None
        if letter.place in places:
            raise Failure(f"{name}:{number}: {letter.place} once more; a letter is sent once")
        places.add(letter.place)
        yield letter.place, on_one_line(letter.event)


def _read_event(name: str) -> bytes:
    from stream.dead_letters import on_one_line

    return on_one_line(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())


def _latest(log: Log, wall: int) -> int:
    """The newest time that an event may have that is appended now."""
    from stream.clocks import current_clock
    from stream.floor.floor import AHEAD_LIVE_US

    return current_clock(log).at(wall) + AHEAD_LIVE_US


# --- what became of them --------------------------------------------------------------------


class _Totals:
    """How many letters there are, by the field at fault."""

    def __init__(self) -> None:
        self._fields: Counter[str] = Counter()
        self._redriven = 0

    @property
    def letters(self) -> int:
        return self._fields.total()

    def counting(self, letters: Iterable[KeptLetter]) -> Iterator[KeptLetter]:
        """The letters as they are, counted as they pass."""
        for letter in letters:
            self._fields[letter.field] += 1
            self._redriven += letter.redriven_at is not None
            yield letter

    def __str__(self) -> str:
        if not self._fields:
            return "no dead letters"
        fields = ", ".join(f"{n:,} {_printable(field)}" for field, n in self._fields.most_common())
        redriven = f"; {self._redriven:,} redriven" if self._redriven else ""
        noun = "dead letter" if self.letters == 1 else "dead letters"
        return f"{self.letters:,} {noun}: {fields}{redriven}"


class _Outcome:
    """What becomes of letters that are to be redriven."""

    def __init__(self, *, again: bool) -> None:
        self._again = again
        self._before = 0
        self.bad = 0

    def steps(
        self, letters: Iterable[KeptLetter], mended: dict[str, bytes | None], *, latest: int
    ) -> Iterator[Step]:
        """What is to be written for them; who is still bad is named."""
        from stream.contract.codec import Rejected
        from stream.dead_letters import step_again

        for letter in letters:
            if letter.redriven_at is not None and not self._again:
                self._before += 1
                continue
            event = mended.get(letter.place)
            try:
                step = step_again(letter, letter.event if event is None else event, latest=latest)
            except Rejected as error:
                self.bad += 1
                sys.stdout.write(f"{letter.place}: {error}\n")
                continue
            yield step

    def __str__(self) -> str:
        bad = f", {self.bad:,} still bad" if self.bad else ""
        if not self._before:
            return bad
        return f"{bad}, {self._before:,} redriven before (--again sends them once more)"


def _write_json(letters: Iterable[KeptLetter]) -> int:
    from stream.dead_letters import write_letter

    count = 0
    with LineWriter("-") as writer:
        for letter in letters:
            writer.write(write_letter(letter))
            count += 1
    return count


def _write_table(letters: list[KeptLetter]) -> int:
    """Their places, times and reasons, and nothing that a sender wrote."""
    width = max([len("place"), *(len(letter.place) for letter in letters)])
    if letters:
        sys.stdout.write(f"{'place':<{width}}  {'appended':<24}  {'redriven':<24}  reason\n")
    for letter in letters:
        redriven = letter.redriven_at or NEVER
        sys.stdout.write(
            f"{letter.place:<{width}}  {letter.appended_at:<24}  {redriven:<24}  "
            f"{_printable(letter.reason)}\n"
        )
    return len(letters)


def _printable(text: str) -> str:
    """Text of the log as a terminal may have it, which would else take orders from it."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
