"""How busy a day is against its profile, learned from its own contacts as they come.

The number of contacts is the profile's times a factor B that is not known. With B ~ Gamma(a, a)
before, y contacts where m were expected make it Gamma(a + y, a + m), whose mean is the estimate:
the conjugate law of a Poisson count (Gelman et al., "Bayesian Data Analysis", 2.6). What was
learned fades with a half-life, because a day's busyness moves.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class LearningRule(Struct, frozen=True):
    """How fast busyness is learned, and what keeps a surge from teaching itself."""

    # Contacts that the profile is worth: with so many counted, day and profile weigh the same.
    prior: float = 20.0
    half_life_minutes: float = 60.0
    # Minutes are learned from in blocks, each only when that many newer ones are complete.
    block_minutes: int = 6
    blocks_held: int = 2
    # A block counts as at most so many times what was expected: one burst teaches little. None
    # where nothing is expected at first.
    winsor: float | None = 2.0


class Block(Struct, array_like=True):
    """Some minutes together: how many, their contacts, and those of the profile."""

    minutes: int = 0
    counted: int = 0
    profile: float = 0.0


class Busyness(Struct, array_like=True):
    """What a day has taught: faded sums of contacts counted and of the profile's, and the newest
    blocks, which are not learned from yet."""

    counted: float = 0.0
    profile: float = 0.0
    held: list[Block] = []


LEARNING: Final = LearningRule()


def factor(busyness: Busyness, rule: LearningRule) -> float:
    """How many times the profile comes today: the mean of what is known of B."""
    return (rule.prior + busyness.counted) / (rule.prior + busyness.profile)


def alpha(busyness: Busyness, rule: LearningRule) -> float:
    """The squared coefficient of variation of B: the dispersion it gives a count."""
    return 1 / (rule.prior + busyness.counted)


def learn(busyness: Busyness, count: int, profile: float, rule: LearningRule) -> None:
    """Take in one more minute: its contacts, and what the profile has for it."""
    if not busyness.held or busyness.held[-1].minutes >= rule.block_minutes:
        if len(busyness.held) >= rule.blocks_held:
            _take(busyness, busyness.held.pop(0), rule)
        busyness.held.append(Block())
    newest = busyness.held[-1]
    newest.minutes += 1
    newest.counted += count
    newest.profile += profile


def _take(busyness: Busyness, block: Block, rule: LearningRule) -> None:
    counted: float = block.counted
    if rule.winsor is not None:
        counted = min(counted, rule.winsor * factor(busyness, rule) * block.profile)
    fade(busyness, block.minutes, rule)
    busyness.counted += counted
    busyness.profile += block.profile


def fade(busyness: Busyness, minutes: int, rule: LearningRule) -> None:
    """Let what was learned fade over minutes."""
    kept = 0.5 ** (minutes / rule.half_life_minutes)
    busyness.counted *= kept
    busyness.profile *= kept


def drop_held(busyness: Busyness) -> None:
    """Learn nothing from the newest minutes: a surge was in them."""
    busyness.held.clear()
