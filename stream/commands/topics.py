"""`floorwatch topics`: the product's topics made by who may make them, and looked at by anybody."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import typer

from stream.commands.terminal import (
    TO_MAKE,
    Failure,
    LogOption,
    PartitionsOption,
    open_existing_log,
    open_floor_log,
)
from stream.contract.instants import DAY_US
from stream.logs.inspection import topics_at
from stream.logs.port import Log, LogError, Topic
from stream.logs.topics import CONTACT_EVENTS, topics


def register(app: typer.Typer, *, now: Callable[[], int]) -> None:
    """Give the application these commands; `now` is the wall clock in microseconds."""
    commands = TopicCommands(now)
    group = typer.Typer(no_args_is_help=True, help="Make and check the topics in a log.")
    group.command()(commands.create)
    group.command()(commands.check)
    app.add_typer(group, name="topics")


class TopicCommands:
    """The commands of the group."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now

    def create(self, log: LogOption, partitions: PartitionsOption = None) -> None:
        """Make the topics that are not there yet.

        Services do so by themselves where they may.
        """
        before = _there(log)[1]
        with open_floor_log(log, now=self._now, partitions=partitions) as source:
            wanted = topics(source.partitions(CONTACT_EVENTS))
        _list(wanted, {topic.name: _became(topic, before.get(topic.name)) for topic in wanted})

    def check(self, log: LogOption) -> None:
        """Say whether all topics are there and right.

        Nothing is made. Ends with 1 where any is missing or wrong.
        """
        place, there = _there(log)
        if not there:
            raise Failure(f"{place}: there is no log; {TO_MAKE}")
        events = there.get(CONTACT_EVENTS)
        wanted = topics() if events is None else topics(events.partitions)
        with open_existing_log(log, now=self._now, topics=list(there)) as source:
            found = [_problem(source, place, topic, there.get(topic.name)) for topic in wanted]
        if problems := [problem for problem in found if problem is not None]:
            raise Failure("\n".join(problems))
        _list(wanted, dict.fromkeys(there, "there"))


def _there(url: str) -> tuple[str, Mapping[str, Topic]]:
    return topics_at(url, [topic.name for topic in topics()])


def _became(wanted: Topic, before: Topic | None) -> str:
    if before is None:
        return "created"
    return "there" if before == wanted else f"there, was kept {_kept(before)}"


def _problem(log: Log, place: str, wanted: Topic, there: Topic | None) -> str | None:
    """What keeps the product from working with a topic as it is there."""
    if there is None:
        return f"{place}: no topic {wanted.name}; `floorwatch topics create` makes it"
    if there.retention_us != wanted.retention_us and (
        (there.partitions, there.compacted) == (wanted.partitions, wanted.compacted)
    ):
        return (
            f"{place}: topic {wanted.name} is kept {_kept(there)}, not {_kept(wanted)}; "
            "`floorwatch topics create` mends that"
        )
    try:
        # Nothing is left that this could make or change: it says what cannot be changed.
        log.create([wanted])
    except LogError as error:
        return str(error)
    return None


def _list(wanted: tuple[Topic, ...], states: Mapping[str, str]) -> None:
    width = max(len(topic.name) for topic in wanted)
    lines = [f"{'topic':<{width}}  partitions  {'kept':<22}"]
    lines += [
        f"{topic.name:<{width}}  {topic.partitions:>10}  {_kept(topic):<22}  {states[topic.name]}"
        for topic in wanted
    ]
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in lines))


def _kept(topic: Topic) -> str:
    if topic.compacted:
        return "the newest of each key"
    if topic.retention_us is None:
        return "for ever"
    days = topic.retention_us / DAY_US
    return f"{days:g} {'day' if days == 1 else 'days'}"
