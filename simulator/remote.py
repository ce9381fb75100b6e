"""A player's remote control: what each key does, and the line that tells how it plays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from simulator.player import Player
from stream.contract.instants import DAY_US, MINUTE_US, SECOND_US, Instant, to_datetime

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 1_000.0)
FASTER: Final = frozenset({"+", "up"})
SLOWER: Final = frozenset({"-", "down"})
KEYS: Final = "space pause · + - speed · ← → a minute · 14:30 Enter seeks · Ctrl-C ends"

_TYPED: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
_TYPED_LENGTH_MAX: Final = 8


class Remote:
    """Keys in, changes of the player out. Times of day are in UTC, as recordings have them."""

    def __init__(self, player: Player, draw: Callable[[str], object] = lambda _line: None) -> None:
        self._player = player
        self._draw = draw
        self._drawn = ""
        self._typed = ""
        self._said = ""

    def look(self, keys: Iterable[str], now: int) -> None:
        """Take the keys that were pressed, and draw the line anew where it is another one."""
        for key in keys:
            self.press(key, now)
        if (line := self.line(now)) != self._drawn:
            self._draw(line)
            self._drawn = line

    def press(self, key: str, now: int) -> None:
        """Do what the key is for: a character, or `left`, `right`, `up`, `down`, `enter`,
        `backspace` or `escape`; nothing where it is for nothing."""
        player = self._player
        self._said = ""
        if key == " ":
            (player.resume if player.paused else player.pause)(now)
        elif key in FASTER:
            player.set_speed(next((x for x in SPEEDS if x > player.speed), player.speed), now)
        elif key in SLOWER:
            slower = (x for x in reversed(SPEEDS) if x < player.speed)
            player.set_speed(next(slower, player.speed), now)
        elif key in {"left", "right"}:
            player.seek_by(MINUTE_US if key == "right" else -MINUTE_US, now)
        else:
            self._type(key, now)

    def _type(self, key: str, now: int) -> None:
        if len(key) == 1 and key in "0123456789:":
            self._typed = (self._typed + key)[:_TYPED_LENGTH_MAX]
        elif key == "backspace":
            self._typed = self._typed[:-1]
        elif key == "escape":
            self._typed = ""
        elif key == "enter" and self._typed:
            typed, self._typed = self._typed, ""
            self._seek(typed, now)

    def _seek(self, typed: str, now: int) -> None:
        match = _TYPED.fullmatch(typed)
        if match is None:
            self._said = f"{typed} is no time of day such as 14:30 or 14:30:15"
            return
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        of_day = (hours * 3600 + minutes * 60 + seconds) * SECOND_US
        begin, end = self._player.bounds
        position = self._player.position(now)
        days = range(begin // DAY_US, end // DAY_US + 1)
        held = [at for day in days if begin <= (at := day * DAY_US + of_day) <= end]
        if not held:
            self._said = f"{typed} is not in what is played, {_time(begin)} to {_time(end)}"
            return
        self._player.seek(min(held, key=lambda at: abs(at - position)), now)

    def line(self, now: int) -> str:
        """How it plays, and what the keys are: for the last line of a terminal."""
        player = self._player
        begin, end = player.bounds
        share = (player.position(now) - begin) / max(1, end - begin)
        pace = "paused" if player.paused else f"{player.speed:g}×"
        told = f"{_time(player.position(now))}Z · {pace} · {max(0.0, share):.0%}"
        if player.nth > 1:
            told += f" · time {player.nth}"
        if self._typed:
            return f"{told} · to {self._typed}_"
        return f"{told} · {self._said or KEYS}"


def _time(recorded: int) -> str:
    return to_datetime(Instant(recorded)).strftime("%Y-%m-%d %H:%M:%S")
