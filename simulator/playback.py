"""The loop around a player: what is due goes into the log, and what its clock does is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from simulator.pacing import rest
from simulator.player import BATCH_EVENTS_MAX, Player
from simulator.recording import BEHIND_US, Played
from stream.contract.clock import FloorClock


class Stage(NamedTuple):
    """What a playback needs of the world. `now` is the wall clock in microseconds, `each_round` is
    called some fifty times a second, for whoever has the player in hand; `rest` waits that long."""

    now: Callable[[], int]
    append: Callable[[list[tuple[str, bytes | None]]], object]
    tell_clock: Callable[[FloorClock], object]
    stopped: Callable[[], bool]
    when_behind: Callable[[], object]
    each_round: Callable[[], object] = lambda: None
    rest: Callable[[], object] = rest


class Sent(NamedTuple):
    """How many events were sent, and the floor's time of the newest of them."""

    events: int
    until: int


def play_back(player: Player, stage: Stage) -> Sent:
    """Play until it is over or `stopped` says so. The clock is told as it turns, and was told
    once before."""
    count, until, told = 0, int(player.clock.floor), player.clock
    # History is behind by intent: only who has kept up can fall behind.
    was_behind = True
    while not stage.stopped():
        stage.each_round()
        if player.clock is not told:
            told = player.clock
            stage.tell_clock(told)
        batch = player.due(stage.now())
        if batch:
            stage.append(_pairs(batch))
            count, until = count + len(batch), max(until, batch[-1].time)
        now = stage.now()
        is_behind = player.lag_us(now) > BEHIND_US
        if is_behind and not was_behind:
            stage.when_behind()
        was_behind = is_behind
        if player.is_over(now):
            break
        if len(batch) < BATCH_EVENTS_MAX:
            stage.rest()
    return Sent(count, until)


def _pairs(batch: list[Played]) -> list[tuple[str, bytes | None]]:
    return [(one.key, one.payload) for one in batch]
