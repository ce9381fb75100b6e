"""What changed, in words that a supervisor reads in two seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from stream.contract.alerts import Factor, Part
from stream.contract.said import Said, Told, marked, put, say

Values = Mapping[Factor, float]
# What is divided among factors: the mean wait, or the load per agent.
Yardstick = Literal["wait", "load"]
Compared = Literal["more", "fewer", "as many"]

# A part that is less of the change than this is left to the parts.
SAID_MIN: Final = 0.05
# A lone part of this much is the explanation; of half, most of it.
_ALL, _MOST = 0.95, 0.5


class Reason(NamedTuple):
    """What changed, in English, and what other languages write it from: a sentence each."""

    text: str
    said: list[Said]


class _Clauses(NamedTuple):
    """What is said of a factor that is all of the change, most of it, or a part among others."""

    whole: str
    most: str
    part: str


_CLAUSES: Final[dict[Factor, _Clauses]] = {
    "volume": _Clauses(
        marked("volume explains it: {now} contacts an hour against {was}"),
        marked("volume explains most of it: {now} contacts an hour against {was}"),
        marked("volume: {now} contacts an hour against {was}"),
    ),
    "redials": _Clauses(
        marked("transfers and repeated calls explain it: {now} of contacts against {was}"),
        marked("transfers and repeated calls explain most of it: {now} of contacts against {was}"),
        marked("transfers and repeated calls: {now} of contacts against {was}"),
    ),
    "handle_time": _Clauses(
        marked("handle time explains it: {now} against {was}"),
        marked("handle time explains most of it: {now} against {was}"),
        marked("handle time: {now} against {was}"),
    ),
    "people": _Clauses(
        marked("people explain it: {now} staffed against {was}"),
        marked("people explain most of it: {now} staffed against {was}"),
        marked("people: {now} staffed against {was}"),
    ),
    "patience": _Clauses(
        marked("patience explains it: {now} against {was}"),
        marked("patience explains most of it: {now} against {was}"),
        marked("patience: {now} against {was}"),
    ),
}
# Where transfers and repeated calls are known, the volume is without them.
_SPLIT: Final = _Clauses(
    marked("volume explains it: {now} new contacts an hour against {was}"),
    marked("volume explains most of it: {now} new contacts an hour against {was}"),
    marked("volume: {now} new contacts an hour against {was}"),
)


class _Unknown(NamedTuple):
    """What is said of a factor that is known at neither time, not now, or not of the baseline."""

    ever: str
    now: str
    before: str


_UNKNOWN: Final[dict[Factor, _Unknown]] = {
    "volume": _Unknown(
        marked("How many contacts come is not known."),
        marked("How many contacts come now is not known."),
        marked("How many contacts come as a rule is not known."),
    ),
    "handle_time": _Unknown(
        marked("How long a contact takes is not known."),
        marked("How long a contact takes now is not known."),
        marked("How long a contact takes as a rule is not known."),
    ),
    "people": _Unknown(
        marked("How many are staffed is not known."),
        marked("How many are staffed now is not known."),
        marked("How many are staffed as a rule is not known."),
    ),
}
_COME: Final[dict[Compared, str]] = {
    "more": marked("More contacts come than usual: {now} contacts an hour against {was}."),
    "fewer": marked("Fewer contacts come than usual: {now} contacts an hour against {was}."),
    "as many": marked(
        "About as many contacts come as usual: {now} contacts an hour against {was}."
    ),
}


def tell(parts: Sequence[Part], before: Values, now: Values, yardstick: Yardstick | None) -> Reason:
    """The explanation as one or two sentences, and what was not known for it.

    Percentages are of all that made it worse, so that they never exceed 100; what worked the other
    way is named last, without one. Without parts nothing is worse by the yardstick, or nobody can
    say where there is none, and nothing is named.
    """
    if now.get("people") == 0:
        return _reason(_nobody(before.get("people")))
    if parts:
        told = _explanation(parts, "redials" in now, yardstick)
    else:
        told = [_no_explanation(before, now, yardstick)]
    unknown = _unknown(before, now) if before.keys() & now.keys() else []
    return _reason(*told, *unknown)


def tell_arrivals(now: float | None, usual: float | None) -> Reason:
    """How many contacts come an hour, against what is usual."""
    if now is None or usual is None:
        return _reason(say("How many contacts are usual is not known."))
    come = _COME[compare_arrivals(now, usual)]
    return _reason(put(come, now=_figure("volume", now), was=_figure("volume", usual)))


def compare_arrivals(now: float, usual: float) -> Compared:
    """Whether more or fewer contacts come than usual; as many where both are written alike."""
    if _figure("volume", now) == _figure("volume", usual):
        return "as many"
    return "more" if now > usual else "fewer"


def _reason(*sentences: Told) -> Reason:
    """One sentence after the other, each with a capital and a stop."""
    texts = [f"{text[0].upper()}{text[1:].removesuffix('.')}." for text, _ in sentences]
    return Reason(" ".join(texts), [one.said for one in sentences])


def _nobody(before: float | None) -> Told:
    if before is None:
        return say("Nobody is staffed now.")
    if before == 0:
        return say("Nobody is staffed, as before.")
    return say("Nobody is staffed now, against {before} before.", before=_figure("people", before))


def _explanation(parts: Sequence[Part], split: bool, yardstick: Yardstick | None) -> list[Told]:
    pushed = sum(part.share for part in parts if part.share > 0)
    first, *others = (part for part in parts if part.share >= SAID_MIN * pushed)

    def clauses(part: Part) -> _Clauses:
        return _SPLIT if split and part.factor == "volume" else _CLAUSES[part.factor]

    def shared(clause: str, part: Part) -> Told:
        percent = f"{100 * part.share / pushed:.0f}"
        return say("{clause} ({share})", clause=_fact(clause, part), share=_percent(percent))

    begun, listed = [], []
    if first.share >= _ALL * pushed:
        listed.append(_fact(clauses(first).whole, first))
    elif first.share >= _MOST * pushed:
        listed.append(shared(clauses(first).most, first))
    else:
        begun.append(say("several things explain it"))
        listed.append(shared(clauses(first).part, first))
    listed += [shared(clauses(part).part, part) for part in others]
    listed += [
        say("the other way {clause}", clause=_fact(clauses(part).part, part))
        for part in reversed(parts)
        if -part.share >= SAID_MIN * pushed
    ]
    told, *more = [*begun, _joined(listed)]
    if yardstick == "load":
        told = say("By load per agent, {clauses}", clauses=told)
    return [told, *more]


def _joined(clauses: Sequence[Told]) -> Told:
    first, *rest = clauses
    return say("{clause}; {rest}", clause=first, rest=_joined(rest)) if rest else first


def _no_explanation(before: Values, now: Values, yardstick: Yardstick | None) -> Told:
    if not any(factor in before and factor in now for factor in _CLAUSES):
        return say("There is nothing to compare with.")
    match yardstick:
        case "wait":
            return say("By the model the wait is not longer than usual.")
        case "load":
            return say("By load per agent there is no more to do than usual.")
        case None:
            return say("Nothing that is known explains a longer wait.")


def _unknown(before: Values, now: Values) -> list[Told]:
    """What the model would have needed: now, or else of the baseline."""
    told = []
    for factor, sentences in _UNKNOWN.items():
        if factor not in now:
            told.append(put(sentences.now if factor in before else sentences.ever))
        elif factor not in before:
            told.append(put(sentences.before))
    return told


def _fact(clause: str, part: Part) -> Told:
    """A clause with what its factor is now and what it was."""
    now, was = _figure(part.factor, part.now), _figure(part.factor, part.before)
    return put(clause, now=now, was=was)


def _figure(factor: Factor, value: float | None) -> tuple[str, Any]:
    """A figure as English writes it, and as it is to be written by others: rounded alike."""
    if value is None:
        return "–", "–"
    match factor:
        case "volume":
            told = _number(value) if value < 9.95 else f"{value:.0f}"
            return told, float(told)
        case "people":
            return _number(value), float(_number(value))
        case "redials":
            return _percent(f"{100 * value:.0f}")
        case "handle_time" | "patience":
            return _duration(value), {"as": "duration", "of": round(value)}


def _percent(whole: str) -> tuple[str, Any]:
    return f"{whole} %", {"as": "share", "of": int(whole) / 100}


def _number(value: float) -> str:
    """One decimal under 100, where it is not 0: 184, 11.4, 14."""
    return f"{value:.{0 if value >= 99.95 else 1}f}".removesuffix(".0")


def _duration(seconds: float) -> str:
    """Minutes and seconds: 5:02, 0:48, 75:00."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02} min"
