"""The texts of screens, in the language of whoever looks.

Texts are written in English where they stand, and the catalogues under `locales` have them in the
other languages. In whose language a page is made is known while its request is answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from dashboard.i18n.catalogues import catalogue
from dashboard.i18n.languages import ENGLISH, Language

_SPOKEN: Final[ContextVar[Language]] = ContextVar("language", default=ENGLISH)


def _(text: str) -> str:
    """A text of a page, which is written in English where it stands."""
    language = _SPOKEN.get()
    return text if language is ENGLISH else catalogue(language).get(text, (text,))[0]


def _n(one: str, many: str, n: int) -> str:
    """One of two texts by how many they are of; other languages may have more than two."""
    language = _SPOKEN.get()
    forms = None if language is ENGLISH else catalogue(language).get(one)
    if forms is None:
        return one if n == 1 else many
    # A language may have one form for all.
    return forms[min(language.form(n), len(forms) - 1)]


def marked(text: str) -> str:
    """A text that is written before anybody looks, as constants are: marked for the catalogues
    here, and put into a language by `_` where it is shown."""
    return text


def language() -> Language:
    """The language in which a page is being made."""
    return _SPOKEN.get()


@contextmanager
def speaking(spoken: Language) -> Iterator[None]:
    """Texts are in this language within the block."""
    token = _SPOKEN.set(spoken)
    try:
        yield
    finally:
        _SPOKEN.reset(token)
