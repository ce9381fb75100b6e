"""`floorwatch alerts`: rules looked at, tested as data, and tried on a recording."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stream.commands.options import RulesArgument, RulesOption, one_of, read_rules
from stream.commands.terminal import (
    FAILURE,
    MISUSE,
    ConfigOption,
    Failure,
    Files,
    duration_of,
    floor_plan,
    place_of,
    reading,
    say,
)
from stream.contract.instants import DAY_US, SECOND_US

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from stream.alerting.backtest import Backtest
    from stream.alerts.rule_file import RuleSet
    from stream.contract.alerts import Target
    from stream.contract.backtest import Firing
    from stream.contract.floorplan import FloorPlan

NOTHING: Final = "–"
# A pipe has no width of its own, and a cut cell hides what was told.
WIDTH_OF_A_PIPE: Final = 1_000


def register(app: typer.Typer) -> None:
    """Give the application these commands."""
    group = typer.Typer(no_args_is_help=True, help="Look at alert rules, test and try them.")
    group.command("rules")(rules_)
    group.command("test")(run_tests)
    group.command("backtest")(backtest)
    app.add_typer(group, name="alerts")


def rules_(file: RulesArgument = None, rules: RulesOption = None) -> None:
    """Tell what each rule looks at, and why its numbers are what they are.

    A file with mistakes is told by line, and then it ends with 2.
    """
    _, told = read_rules(one_of(file, rules))
    table = _table("rule", "kind", "looks at", "severity", "for", "reason")
    for name, rule in told.rules.items():
        held = f"{rule.hold_us // SECOND_US} s" if rule.hold_us else NOTHING
        severity = rule.severity if rule.enabled else "off"
        table.add_row(
            _text(name), rule.kind, _text(_scope(rule)), severity, held, _text(rule.reason or "")
        )
    _print(table)
    receivers = ", ".join(told.receivers) or "none, so alerts are on screens alone"
    say(f"{len(told.rules)} rules; receivers: {receivers}")


def run_tests(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Series in, alerts expected: YAML.")
    ],
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules", metavar="alerts.yaml", help="Test these, not those that the tests name."
        ),
    ] = None,
) -> None:
    """Test rules by data: figures in, alerts expected at times.

    Ends with 1 where anything differs.
    """
    from stream.alerts.rule_tests import parse_tests, run
    from stream.contract.yaml_lines import YamlError, read_text

    failed = passed = 0
    for file in files:
        try:
            tests = parse_tests(read_text(file), str(file))
        except YamlError as error:
            raise Failure(str(error), MISUSE) from None
        tried: RuleSet = tests
        if rules is not None:
            _, tried = read_rules(rules)
        elif not tests.rules:
            named = tests.rules_file
            _, tried = read_rules(None if named is None else file.parent / named)
        for name, case in tests.tests.items():
            differences = run(case, tried, tests.every_us)
            passed, failed = passed + (not differences), failed + bool(differences)
            for difference in differences:
                sys.stdout.write(f"{file}: {name}: {difference}\n")
    sys.stdout.write(f"{passed:,} passed, {failed:,} failed\n")
    if failed:
        raise typer.Exit(FAILURE)


def backtest(
    files: Files,
    rules: RulesOption = None,
    config: ConfigOption = None,
    every: Annotated[
        str, typer.Option(metavar="10s", help="How often rules are judged, in the events' time.")
    ] = "10s",
    as_json: Annotated[bool, typer.Option("--json", help="Print each firing as JSON.")] = False,
) -> None:
    """Tell every alert that rules would have fired on a recording.

    Files continue one another: name them in the order in which they were written.
    """
    from stream.alerting.backtest import Backtest
    from stream.logs.files import read_blocks

    plan, (_, told) = floor_plan(config), read_rules(rules)
    run = Backtest(plan, told, every_us=duration_of(every, "--every"))
    with reading("judging", files) as on_bytes:
        for name in files:
            for block in read_blocks(place_of(name), on_bytes=on_bytes):
                run.read(block.lines)
        run.finish()
    firings = run.firings
    if as_json:
        import msgspec

        text = msgspec.json.format(msgspec.json.encode(firings), indent=2)
        sys.stdout.write(text.decode() + "\n")
    else:
        _print_firings(firings, run, told, plan)
    if run.rejected:
        say(
            f"floorwatch: {run.rejected:,} events were rejected; `floorwatch check FILE` names them"
        )


def _scope(rule: Any) -> str:
    dimension = rule.scope.dimension
    if dimension == "floor":
        return "the floor"
    names: Sequence[str] = getattr(rule.scope, dimension)
    told = f"{dimension} {', '.join(names)}"
    return f"{told} except {', '.join(rule.scope.but_not)}" if rule.scope.but_not else told


def _print_firings(
    firings: Sequence[Firing], run: Backtest, rules: RuleSet, plan: FloorPlan
) -> None:
    if run.began is None or run.ended is None:
        say("floorwatch: no events, so there is nothing to judge")
        return
    table = _table("fired", "rule", "on", "severity", "for", "peak", "incident", "what", "why")
    for each in firings:
        table.add_row(
            _when(each.fired_at, plan.zone),
            _text(each.rule),
            _text(_on(each.target, plan)),
            each.severity,
            _for(each),
            NOTHING if each.peak is None else f"{each.peak:.4g}",
            each.incident[:6],
            _text(each.message),
            _text(each.why or ""),
        )
    if firings:
        _print(table)
    _print(_summary(firings, run.ended - run.began, rules))


def _summary(firings: Sequence[Firing], length_us: int, rules: RuleSet) -> Any:
    """How often each rule fired, in all and a day."""
    days = max(length_us / DAY_US, 1 / 24)
    fired = Counter(each.rule for each in firings)
    table = _table("rule", "fired", "a day")
    for name, rule in rules.rules.items():
        if rule.enabled:
            table.add_row(_text(name), f"{fired[name]:,}", f"{fired[name] / days:.2f}")
    incidents = len({each.incident for each in firings})
    table.add_section()
    table.add_row("alerts", f"{len(firings):,}", f"{len(firings) / days:.2f}")
    table.add_row("incidents", f"{incidents:,}", f"{incidents / days:.2f}")
    return table


def _when(moment: int, zone: ZoneInfo) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(moment // SECOND_US, zone).strftime("%Y-%m-%d %H:%M:%S")


def _on(target: Target, plan: FloorPlan) -> str:
    if target.name is None:
        return "the floor"
    return plan.name_of(target.name) if target.dimension == "queue" else target.name


def _for(firing: Firing) -> str:
    from stream.commands.tables import duration

    if firing.resolved_at is None:
        return "on"
    return duration((firing.resolved_at - firing.fired_at) / SECOND_US)


def _table(*headings: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _text(words: str) -> Any:
    """Words of a file as a terminal may have them: no commands to it, no markup."""
    from rich.text import Text

    return Text(
        "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in words)
    )


def _print(table: Any) -> None:
    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE).print(table)
