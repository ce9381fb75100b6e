"""The catalogues, as gettext's files under `locales`: read when a language is first asked for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from dashboard.i18n.languages import Language

LOCALES: Final = Path(__file__).with_name("locales")

# French has a space before these marks and within its quotation marks, at which no line may break.
# The files have plain ones, since the other kind is not seen where texts are written.
_FIXED_SPACE: Final = re.compile(r" (?=[;:?!%»])|(?<=«) ")

# A text's forms in the language, by the English one: one form, or as many as its plurals.
Catalogue = Mapping[str, tuple[str, ...]]


@cache
def catalogue(language: Language) -> Catalogue:
    """All texts of a language; what is not translated yet is left out, so that it stays English.

    Raises `FileNotFoundError` where the language has no catalogue.
    """
    with path_of(language).open("rb") as file:
        read = read_po(file, locale=language.code)
    found = {}
    for message in read:
        forms = forms_of(message)
        if message.id and all(forms) and not message.fuzzy:
            key = message.id if isinstance(message.id, str) else message.id[0]
            found[key] = tuple(_FIXED_SPACE.sub("\u00a0", form) for form in forms)
    return found


def forms_of(message: Message) -> tuple[str, ...]:
    """What a text is in its language, form by form; a form that is not translated yet is empty."""
    told = message.string or ""
    return (told,) if isinstance(told, str) else tuple(told)


def path_of(language: Language) -> Path:
    """Where the catalogue of a language is."""
    return LOCALES / language.code / "LC_MESSAGES" / "floorwatch.po"


@cache
def script(language: Language) -> bytes:
    """The texts as a script that a page loads before its own."""
    told = {
        key: forms[0] if len(forms) == 1 else forms for key, forms in catalogue(language).items()
    }
    texts = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # The two that end a line in a script, but not in JSON.
    texts = texts.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"(window.floorwatch = window.floorwatch || {{}}).texts = {texts};\n".encode()


@cache
def version(language: Language) -> str:
    """A name for these texts, so that a browser keeps them until they change."""
    return hashlib.sha256(script(language)).hexdigest()[:12]
