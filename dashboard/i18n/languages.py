"""The languages there are, and which of them somebody is to be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple


class Language(NamedTuple):
    """A language: its code in addresses and folders, its name in itself, the tag by which browsers
    write its numbers and dates, and how many forms a noun has beside a number, and which when.

    `forms` is gettext's way of saying the latter, and `form` the same for Python. `percent` is the
    sign behind a number, with the space before it, at which no line breaks, where there is one;
    `grouped_from` the least number whose thousands are parted.
    """

    code: str
    name: str
    tag: str
    forms: str
    form: Callable[[int], int]
    percent: str = "\u00a0%"
    grouped_from: int = 1_000


def _russian(n: int) -> int:
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


_ONE_AND_MORE: Final = "nplurals=2; plural=(n != 1);"
_RUSSIAN: Final = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
    "n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);"
)
ENGLISH: Final = Language("en", "English", "en-GB", _ONE_AND_MORE, lambda n: int(n != 1))
LANGUAGES: Final = {
    one.code: one
    for one in (
        ENGLISH,
        Language("es", "Español", "es", _ONE_AND_MORE, lambda n: int(n != 1), grouped_from=10_000),
        Language("fr", "Français", "fr", "nplurals=2; plural=(n > 1);", lambda n: int(n > 1)),
        Language("it", "Italiano", "it", _ONE_AND_MORE, lambda n: int(n != 1), "%", 10_000),
        Language("ru", "Русский", "ru", _RUSSIAN, _russian),
        Language("zh", "中文", "zh-Hans", "nplurals=1; plural=0;", lambda _n: 0, "%"),
    )
}
# More wishes than this in one header are nobody's.
_WISHES_MAX: Final = 32


def chosen(wishes: Iterable[str | None], accepted: str | None) -> Language:
    """The first wish that can be met, else what the browser accepts, else English."""
    for wish in wishes:
        met = language_of(wish)
        if met is not None:
            return met
    return next(_accepted(accepted or ""), ENGLISH)


def language_of(tag: str | None) -> Language | None:
    """The language of a tag like `fr-CH` or `zh_Hans`; None where there is none of it."""
    code = (tag or "").strip().replace("_", "-").partition("-")[0].lower()
    return LANGUAGES.get(code)


def _accepted(header: str) -> Iterator[Language]:
    """Languages of an `Accept-Language`, the most wanted first; what makes no sense is skipped."""
    wanted = []
    for place, wish in enumerate(header.split(",")[:_WISHES_MAX]):
        tag, _, weight = wish.partition(";")
        quality = _quality(weight)
        met = language_of(tag)
        if met is not None and quality > 0:
            wanted.append((-quality, place, met))
    for _, _, met in sorted(wanted):
        yield met


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if not weight.strip():
        return 1.0
    try:
        quality = float(value)
    except ValueError:
        return 0.0
    return quality if name.strip() == "q" and 0 <= quality <= 1 else 0.0
