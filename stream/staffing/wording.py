"""What changed, in words that a supervisor reads in two seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from stream.contract.alerts import Factor, Part

Values = Mapping[Factor, float]
# What is divided among factors: the mean wait, or the load per agent.
Yardstick = Literal["wait", "load"]
Compared = Literal["more", "fewer", "as many"]

# A part that is less of the change than this is left to the parts.
SAID_MIN: Final = 0.05
# A lone part of this much is the explanation; of half, most of it.
_ALL, _MOST = 0.95, 0.5

_NAMES: Final[dict[Factor, str]] = {
    "volume": "volume",
    "redials": "transfers and repeated calls",
    "handle_time": "handle time",
    "people": "people",
    "patience": "patience",
}
_PLURAL: Final[frozenset[Factor]] = frozenset({"redials", "people"})
_UNKNOWN: Final[dict[Factor, str]] = {
    "volume": "How many contacts come{when} is not known.",
    "handle_time": "How long a contact takes{when} is not known.",
    "people": "How many are staffed{when} is not known.",
}


def say(parts: Sequence[Part], before: Values, now: Values, yardstick: Yardstick | None) -> str:
    """The explanation as one or two sentences, and what was not known for it.

    Percentages are of all that made it worse, so that they never exceed 100; what worked the other
    way is named last, without one. Without parts nothing is worse by the yardstick, or nobody can
    say where there is none, and nothing is named.
    """
    if now.get("people") == 0:
        return _nobody(before.get("people"))
    if parts:
        said = _explanation(parts, "redials" in now, yardstick)
    else:
        said = _no_explanation(before, now, yardstick)
    unknown = _unknown(before, now) if before.keys() & now.keys() else []
    return " ".join([said[0].upper() + said[1:], *unknown])


def say_arrivals(now: float | None, usual: float | None) -> str:
    """How many contacts come an hour, against what is usual."""
    if now is None or usual is None:
        return "How many contacts are usual is not known."
    come = {
        "more": "More contacts come than usual",
        "fewer": "Fewer contacts come than usual",
        "as many": "About as many contacts come as usual",
    }[compare_arrivals(now, usual)]
    return f"{come}: {_fact('volume', usual, now, split=False)}."


def compare_arrivals(now: float, usual: float) -> Compared:
    """Whether more or fewer contacts come than usual; as many where both are written alike."""
    if _said("volume", now) == _said("volume", usual):
        return "as many"
    return "more" if now > usual else "fewer"


def _nobody(before: float | None) -> str:
    if before is None:
        return "Nobody is staffed now."
    return (
        "Nobody is staffed, as before."
        if before == 0
        else (f"Nobody is staffed now, against {_number(before)} before.")
    )


def _explanation(parts: Sequence[Part], split: bool, yardstick: Yardstick | None) -> str:
    pushed = sum(part.share for part in parts if part.share > 0)
    first, *others = (part for part in parts if part.share >= SAID_MIN * pushed)

    def fact(part: Part) -> str:
        return _fact(part.factor, part.before, part.now, split)

    def percent(part: Part) -> str:
        return f"({100 * part.share / pushed:.0f} %)"

    name, explain = _NAMES[first.factor], "explain" if first.factor in _PLURAL else "explains"
    if first.share >= _ALL * pushed:
        clauses = [f"{name} {explain} it: {fact(first)}"]
    elif first.share >= _MOST * pushed:
        clauses = [f"{name} {explain} most of it: {fact(first)} {percent(first)}"]
    else:
        clauses = [
            f"several things explain it. {name.capitalize()}: {fact(first)} {percent(first)}"
        ]
    clauses += [f"{_NAMES[part.factor]}: {fact(part)} {percent(part)}" for part in others]
    clauses += [
        f"the other way {_NAMES[part.factor]}: {fact(part)}"
        for part in reversed(parts)
        if -part.share >= SAID_MIN * pushed
    ]
    return ("by load per agent, " if yardstick == "load" else "") + "; ".join(clauses) + "."


def _no_explanation(before: Values, now: Values, yardstick: Yardstick | None) -> str:
    both = [factor for factor in _NAMES if factor in before and factor in now]
    if not both:
        return "there is nothing to compare with."
    match yardstick:
        case "wait":
            return "by the model the wait is not longer than usual."
        case "load":
            return "by load per agent there is no more to do than usual."
        case None:
            return "nothing that is known explains a longer wait."


def _unknown(before: Values, now: Values) -> list[str]:
    """What the model would have needed: now, or else of the baseline."""
    told = []
    for factor, sentence in _UNKNOWN.items():
        if factor not in now:
            told.append(sentence.format(when=" now" if factor in before else ""))
        elif factor not in before:
            told.append(sentence.format(when=" as a rule"))
    return told


def _fact(factor: Factor, before: float | None, now: float | None, split: bool) -> str:
    is_now, was = _said(factor, now), _said(factor, before)
    match factor:
        case "volume":
            return f"{is_now} {'new ' if split else ''}contacts an hour against {was}"
        case "redials":
            return f"{is_now} of contacts against {was}"
        case "people":
            return f"{is_now} staffed against {was}"
        case "handle_time" | "patience":
            return f"{is_now} against {was}"


def _said(factor: Factor, value: float | None) -> str:
    if value is None:
        return "–"
    match factor:
        case "volume":
            return _number(value) if value < 9.95 else f"{value:.0f}"
        case "people":
            return _number(value)
        case "redials":
            return f"{100 * value:.0f} %"
        case "handle_time" | "patience":
            return _duration(value)


def _number(value: float) -> str:
    """One decimal under 100, where it is not 0: 184, 11.4, 14."""
    return f"{value:.{0 if value >= 99.95 else 1}f}".removesuffix(".0")


def _duration(seconds: float) -> str:
    """Minutes and seconds: 5:02, 0:48, 75:00."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min"
