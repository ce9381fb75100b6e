"""How strained an agent is, and why: an indication for caring, and never a ranking.

What it goes by is what practice names (docs/metrics.md has it with its sources): no controlled study
holds these limits, and none of them says anything of the person.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from dashboard.said import Amount, Told, say
from stream.contract.detail import Load
from stream.contract.figures import AgentSection
from stream.contract.instants import MINUTE_US, SECOND_US

Level = Literal["calm", "busy", "strained"]
# The window that occupancy is taken from: a quarter of an hour of one call says nothing.
WINDOW: Final = "60m"
BUSY_OCCUPANCY: Final = 0.85
STRAINED_OCCUPANCY: Final = 0.90
BUSY_WITHOUT_BREAK_US: Final = 90 * MINUTE_US
STRAINED_WITHOUT_BREAK_US: Final = 120 * MINUTE_US
# Hard contacts: the customer scored 1 or 2, or it took more than twice the agent's own average.
HARD_WITHIN_US: Final = 90 * MINUTE_US
BUSY_HARD: Final = 3
STRAINED_HARD: Final = 5
TIMES_THE_AVERAGE: Final = 2
# An average of fewer is none.
HANDLED_MIN: Final = 5


class Sign(NamedTuple):
    """One thing to go by: what it is of, how grave, its value (a share, minutes, a number of
    contacts), and in words."""

    of: Literal["occupancy", "break", "hard_contacts"]
    level: Level
    value: float
    told: Told


class Strain(NamedTuple):
    """The level, None where nothing is known to go by, and all that it is made of."""

    level: Level | None
    signs: list[Sign]

    @property
    def gravest(self) -> list[Told]:
        """Why it is so."""
        return [sign.told for sign in self.signs if sign.level == self.level]

    @property
    def why(self) -> str | None:
        """The same in English and in one line."""
        return "; ".join(told.text for told in self.gravest) or None


_LEVELS: Final[tuple[Level, ...]] = ("calm", "busy", "strained")


def strain(agent: AgentSection, load: Load | None, as_of: int) -> Strain:
    """By the agent's figures of the last hour, and what it has behind it. Who is not there, or is
    on a break, is not under strain just now, and nothing is said of it."""
    if agent.state in {None, "offline", "away"}:
        return Strain(None, [])
    signs = [sign for sign in (_occupancy(agent), _break(load, as_of)) if sign is not None]
    if load is not None:
        signs.append(_hard(agent, load, as_of))
    if not signs:
        return Strain(None, [])
    level = max((sign.level for sign in signs), key=_LEVELS.index)
    return Strain(level, signs)


def _occupancy(agent: AgentSection) -> Sign | None:
    share = agent.figures["occupancy"]
    if not isinstance(share, float | int):
        return None
    grave = (share >= BUSY_OCCUPANCY) + (share >= STRAINED_OCCUPANCY)
    told = say("occupied {share} of the last hour", share=Amount("share", share))
    return Sign("occupancy", _LEVELS[grave], share, told)


def _break(load: Load | None, as_of: int) -> Sign | None:
    if load is None:
        return None
    ended = load.break_ended
    without = as_of - (load.seen_since if ended is None else ended)
    grave = (without >= BUSY_WITHOUT_BREAK_US) + (without >= STRAINED_WITHOUT_BREAK_US)
    if ended is None and not grave:
        # Nothing was seen for long enough to tell.
        return None
    minutes = without // MINUTE_US
    if ended is None:
        told = say("at least {minutes} min without a break of 5 min", minutes=minutes)
    else:
        told = say("{minutes} min without a break of 5 min", minutes=minutes)
    return Sign("break", _LEVELS[grave], minutes, told)


def _hard(agent: AgentSection, load: Load, as_of: int) -> Sign:
    since = as_of - HARD_WITHIN_US
    hard = sum(at >= since for at in load.dissatisfied)
    average_s, handled = agent.figures["average_handle_time_s"], agent.counts["handled"]
    if isinstance(average_s, float | int) and handled is not None and handled >= HANDLED_MIN:
        limit_us = TIMES_THE_AVERAGE * average_s * SECOND_US
        hard += sum(at >= since and length_us > limit_us for at, length_us in load.parts)
    grave = (hard >= BUSY_HARD) + (hard >= STRAINED_HARD)
    told = say("no hard contact in the last 90 min")
    if hard:
        told = say("hard contacts in the last 90 min: {n}", n=hard)
    return Sign("hard_contacts", _LEVELS[grave], hard, told)
