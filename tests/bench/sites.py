"""Floors in sizes: so many sites of a weekday, each with ten queues of five channels of its own and
a seed of its own, and the e-mails that nobody has come to for days."""

from __future__ import annotations

import heapq
import itertools
import sys
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct

from simulator import Scenario, offset_showing, parse_scenario, simulate
from simulator.randomness import Streams
from stream.contract.codec import encode
from stream.contract.instants import HOUR_US
from tests.bench.workload import HISTORY_US, SEED, SHOWN_MINUTE, START, squeezed
from tests.builders import event

QUEUES_A_SITE: Final = 10
AGENTS_A_SITE: Final = 100
# The weekday's teams sum up to 95, with some absent; these to a hundred who all come.
_TEAMS: Final = {"north": 24, "south": 24, "oeste": 10, "priority": 10, "digital": 24, "letters": 8}
_LEFT_OUT: Final = ("web-chat", "family-whatsapp")
_BACKLOG_QUEUE: Final = "email"
_BACKLOG_US: Final = 48 * HOUR_US
# Until the end of the next day.
_LENGTH_US: Final = 36 * HOUR_US
# Raised when the workload changes, so that no file of the old one is taken for it.
_VERSION: Final = 1


class Size(Struct, frozen=True):
    """A floor: `sites` of `scale` times a hundred agents each, and `backlog` e-mails a site that
    wait from before until after what is measured."""

    name: str
    sites: int
    scale: float
    backlog: int

    @property
    def queues(self) -> int:
        """How many queues the floor has."""
        return self.sites * QUEUES_A_SITE

    @property
    def agents(self) -> int:
        """How many agents work on it."""
        return self.sites * round(AGENTS_A_SITE * self.scale)

    @property
    def open_contacts(self) -> int:
        """How many contacts are open at once, at the least: those that are talked to come on top."""
        return self.sites * self.backlog

    @property
    def before(self) -> int:
        """How many of the file's events lie before its hour: each e-mail waits, and is a message."""
        return 2 * self.open_contacts

    @property
    def told(self) -> str:
        """The size in words."""
        return (
            f"{self.name}: {self.queues:,} queues, {self.agents:,} agents, "
            f"{self.open_contacts:,} open"
        )


SMALL: Final = Size("small", 1, 1.0, 1_000)
ORDINARY: Final = Size("ordinary", 5, 2.0, 2_000)
LARGEST: Final = Size("largest", 20, 5.0, 5_000)
# What a supervisor's screen is to hold: 200 queues and 2,000 agents.
SUPERVISED: Final = Size("supervised", 20, 1.0, 500)
# As many agents and open contacts as the largest, in other numbers of queues.
WIDE: Final = Size("wide", 100, 1.0, 1_000)
WIDEST: Final = Size("widest", 500, 0.2, 200)
SIZES: Final = (SMALL, ORDINARY, LARGEST)


def size_named(name: str) -> Size:
    """The size of that name. Raises `KeyError` where there is none."""
    return {size.name: size for size in (*SIZES, SUPERVISED, WIDE, WIDEST)}[name]


def site(number: int) -> Scenario:
    """The weekday as one site lives it: the names of its queues and teams are its own."""
    text = (resources.files("simulator") / "scenarios" / "weekday.yaml").read_text(encoding="utf-8")
    plan: dict[str, Any] = yaml.safe_load(text)
    ending = f"-{number:03d}"
    for name in _LEFT_OUT:
        del plan["queues"][name]
    # Its only other queue is left out.
    del plan["queues"]["snap-chat"]["transfers"]
    plan["people"]["absent"] = 0.0
    plan["name"] += ending
    plan["callbacks"]["queue"] += ending
    for queue in plan["queues"].values():
        if "transfers" in queue:
            queue["transfers"]["to"] = _renamed(queue["transfers"]["to"], ending)
    for team, count in _TEAMS.items():
        of_team = plan["teams"][team]
        of_team["count"] = count
        of_team["queues"] = list(_renamed(dict.fromkeys(of_team["queues"]), ending))
        of_team["also"] = _renamed(of_team.get("also", {}), ending)
    plan["queues"] = _renamed(plan["queues"], ending)
    plan["teams"] = _renamed(plan["teams"], ending)
    return parse_scenario(yaml.safe_dump(plan, sort_keys=False), plan["name"])


def size_file(folder: Path, size: Size, events: int) -> Path:
    """The floor's first events after half past ten squeezed into one hour, behind its backlog;
    `events` in all. Made if it is not there yet.

    Raises `ValueError` where so few events leave no room for the hour, or its two days have no more.
    """
    live = events - size.before
    if live < 2:
        raise ValueError(f"{size.told}: the backlog alone is {size.before:,} events")
    path = folder / f"sites-v{_VERSION}-{size.sites}x{size.scale:g}-{size.backlog}-{events}.jsonl"
    if path.exists():
        return path
    timed = list(itertools.islice(_simulated(size), live))
    if len(timed) < live:
        raise ValueError(f"{size.told}: its two days have {len(timed):,} events, not {live:,}")
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.writelines(line + b"\n" for line in _backlog(size))
        file.writelines(line + b"\n" for _, line in squeezed(timed, HISTORY_US))
    part.rename(path)
    return path


def _renamed(named: dict[str, Any], ending: str) -> dict[str, Any]:
    kept = {name: value for name, value in named.items() if name not in _LEFT_OUT}
    return {name + ending: value for name, value in kept.items()}


def _simulated(size: Size) -> Iterator[tuple[int, bytes]]:
    """The events of all sites in the order of their times, encoded."""
    return heapq.merge(
        *(_of_site(number, size.scale) for number in range(size.sites)), key=lambda each: each[0]
    )


def _of_site(number: int, scale: float) -> Iterator[tuple[int, bytes]]:
    scenario = site(number)
    for simulated in simulate(
        scenario,
        seed=SEED + number,
        start=START,
        duration_us=_LENGTH_US,
        profile_offset_us=offset_showing(scenario, START, "tue", SHOWN_MINUTE),
        scale=scale,
    ):
        yield simulated.time, encode(simulated)


def _backlog(size: Size) -> Iterator[bytes]:
    """Each e-mail as its contact's wait and its message, over the two days before, oldest first."""
    draws = Streams(SEED).draws("backlog")
    came = sorted(
        (int(START) - int(draws.between(1_000, _BACKLOG_US)), nth)
        for nth in range(size.open_contacts)
    )
    for at_us, nth in came:
        about: dict[str, Any] = {
            "source": "/sim/backlog",
            "subject": f"c-backlog-{nth:06d}",
            "at_us": at_us // 1_000 * 1_000,
            "queue": f"{_BACKLOG_QUEUE}-{nth % size.sites:03d}",
        }
        yield event("contact.queued", event_id=f"{nth}-q", channel="email", **about)
        yield event("message.received", event_id=f"{nth}-m", **about)


def main(arguments: Sequence[str]) -> None:
    """Make the file of the size named, and print where it is."""
    folder, name, events = arguments
    sys.stdout.write(str(size_file(Path(folder), size_named(name), int(events))))


if __name__ == "__main__":
    main(sys.argv[1:])
