"""A simulated day in a log, with copies and late surveys in it, and what a plain look at it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from simulator import floor_plan_of, load_scenario, offset_showing, simulate
from simulator.randomness import Draws, Streams
from stream.contract.codec import encode
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, Instant, parse_instant
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS
from tests.builders import BASE_US, event

WORLD: Final = load_scenario("weekday")
PLAN: Final[FloorPlan] = floor_plan_of(WORLD)
LENGTH_US: Final = 6 * HOUR_US
BEGIN: Final = Instant(BASE_US - LENGTH_US)
# Read five hours after they happened: they count in `today` alone.
LATE_US: Final = 5 * HOUR_US
_COPIES: Final = 0.05


def a_day(seed: int = 3) -> Iterator[tuple[int, str, bytes]]:
    """(when it was appended, subject, line), in order of appending."""
    chance: Draws = Streams(seed).draws("tests.experience")
    events = simulate(
        WORLD,
        seed=seed,
        start=BEGIN,
        duration_us=LENGTH_US,
        profile_offset_us=offset_showing(WORLD, BEGIN, "tue", 8 * 60),
        scale=0.5,
    )
    appended: list[tuple[int, str, bytes]] = []
    for one in events:
        line = encode(one)
        appended.append((one.time, one.subject, line))
        if chance.chance(_COPIES):
            appended.append((one.time, one.subject, line))
    for number in range(7):
        time = BASE_US - LATE_US - number
        line = event(
            "survey.answered", subject=f"late-{number}", at_us=time, queue="benefits",
            channel="voice", csat=1, segment="late", comment="Nobody ever called.",
        )  # fmt: skip
        appended.append((time + LATE_US, f"late-{number}", line))
    yield from sorted(appended, key=lambda each: each[0])


def append(log: Log, lines: list[tuple[int, str, bytes]], clock: Clock) -> None:
    """Append lines, each when its time has come."""
    for start in range(0, len(lines), 50):
        some = lines[start : start + 50]
        clock.now = some[-1][0]
        log.append(CONTACT_EVENTS, [(subject, line) for _, subject, line in some])


class Clock:
    """A wall clock that a test sets."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def plainly(lines: list[bytes], since: int, until: int) -> list[dict[str, Any]]:
    """The answered surveys of a stretch, each with the language and the last wait of its contact, by
    a walk over the events that knows nothing of floors. Copies are left out by their ids."""
    seen: set[str] = set()
    queued: dict[str, tuple[str, int]] = {}
    told: dict[str, dict[str, Any]] = {}
    found = []
    for line in lines:
        one = json.loads(line)
        name, data, time = one["subject"], one["data"], parse_instant(one["time"])
        if one["id"] in seen:
            continue
        seen.add(one["id"])
        match one["type"]:
            case "contact.queued":
                queued[name] = data["queue"], time
                told.setdefault(name, {}).update(language=data.get("language"))
            case "contact.answered" if name in queued:
                queue, began = queued.pop(name)
                told[name].update(wait_us=time - began, waited_in=queue)
            case "survey.answered" if since <= time <= until:
                known = told.get(name, {})
                is_same = known.get("waited_in") == data["queue"]
                found.append(
                    data
                    | {
                        "language": known.get("language"),
                        "wait_us": known.get("wait_us") if is_same else None,
                    }
                )
    return found
