"""The texts of the screens, found where they are written, and the catalogues that hold them.

`python -m tests.repository.texts` says what is missing, untranslated or unused in each catalogue;
with `--write` it puts new texts into the catalogues, to be translated, and takes unused ones out.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from dashboard.i18n.catalogues import forms_of, path_of
from dashboard.i18n.languages import ENGLISH, LANGUAGES, Language
from tests.repository.sources import ROOT

# What marks a text, by the number of texts that it is given.
PYTHON_MARKS: Final = {"_": 1, "_n": 2, "marked": 1, "say": 1, "say_n": 2}
_SCRIPT_MARK: Final = re.compile(r"\bfw\.(t|tn)\(\s*")
_LITERAL: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_GLUE: Final = re.compile(r"\s*\+\s*(?=\")")
_NEXT: Final = re.compile(r"\s*,\s*")
_END: Final = re.compile(r"\s*[,)]")
_COMMENT: Final = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
# What stream and simulator say once for all viewers.
_SAID_ELSEWHERE: Final = (
    "simulator/drill/findings.py",
    "simulator/drill/reckoning.py",
    "simulator/drill/recordings.py",
    "simulator/drill/wording.py",
    "stream/alerts/history.py",
    "stream/alerts/words.py",
    "stream/staffing/wording.py",
)
_PLACE: Final = re.compile(r"\{(\w+)\}")


# gettext's identifier: a text, or one and its plural.
Key = str | list[str] | tuple[str, ...]


class Text(NamedTuple):
    """A text and where it stands; `many` is its plural, where it has one."""

    one: str
    many: str | None
    file: str
    line: int


class Unread(Exception):
    """A text that is not written out where it is marked. Developer: write it as one literal."""


def texts() -> list[Text]:
    """All texts of the screens, by file and line."""
    found: list[Text] = []
    said = [ROOT / name for name in _SAID_ELSEWHERE]
    for path in [*sorted((ROOT / "dashboard").rglob("*.py")), *said]:
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith("dashboard/i18n/"):
            found += in_python(path.read_text(encoding="utf-8"), name)
    for path in sorted((ROOT / "dashboard/assets").rglob("*.js")):
        if path.name != "i18n.js":
            name = path.relative_to(ROOT).as_posix()
            found += in_script(path.read_text(encoding="utf-8"), name)
    return found


def in_python(source: str, file: str) -> Iterator[Text]:
    """The texts of a module. `_(name)` of a name is allowed: its text is `marked` elsewhere."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        mark, count = node.func.id, PYTHON_MARKS.get(node.func.id, 0)
        given = [part.value for part in node.args[:count] if isinstance(part, ast.Constant)]
        if count and len(given) == count:
            yield Text(str(given[0]), str(given[1]) if count > 1 else None, file, node.lineno)
        elif count and not (
            mark == "_" and isinstance(node.args[0], ast.Name | ast.Attribute | ast.Subscript)
        ):
            raise Unread(f"{file}:{node.lineno}: {mark} wants its text written out")


def in_script(source: str, file: str) -> Iterator[Text]:
    """The texts of a script, wherever they stand: inside one another and in templates too."""
    bare = _COMMENT.sub(lambda told: re.sub(r"[^\n]", " ", told[0]), source)
    for mark in _SCRIPT_MARK.finditer(bare):
        line = bare.count("\n", 0, mark.start()) + 1
        one, end = _literal(bare, mark.end())
        many = None
        if mark[1] == "tn":
            comma = _NEXT.match(bare, end)
            many, end = _literal(bare, comma.end() if comma else end)
        if one is None or (mark[1] == "tn" and many is None) or not _END.match(bare, end):
            raise Unread(f"{file}:{line}: fw.{mark[1]} wants its text as one literal")
        yield Text(one, many, file, line)


def _literal(source: str, start: int) -> tuple[str | None, int]:
    told, end = "", start
    while True:
        literal = _LITERAL.match(source, end)
        if literal is None:
            return None, start
        told, end = told + str(json.loads(literal[0])), literal.end()
        glue = _GLUE.match(source, end)
        if glue is None:
            return told, end
        end = glue.end()


def wanted(found: Iterable[Text]) -> Catalog:
    """The texts as gettext's template; one that is somewhere said of a number has its forms."""
    catalog = Catalog(project="Floorwatch", fuzzy=False)
    plurals = {text.one: text.many for text in found if text.many is not None}
    for text in found:
        many = plurals.get(text.one)
        catalog.add(
            text.one if many is None else (text.one, many), locations=[(text.file, text.line)]
        )
    return catalog


def kept(language: Language) -> Catalog:
    """The catalogue as it is."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language.code)


def problems(language: Language, found: Iterable[Text], known: Catalog) -> list[str]:
    """What is wrong with a catalogue, a line each."""
    template = wanted(found)
    told = []
    for message in template:
        mine = known.get(message.id)
        if not message.id:
            continue
        where = f"{language.code}: {_first(message.id)!r}"
        if mine is None or mine.id != message.id:
            told.append(f"{where} is missing ({message.locations[0][0]})")
            continue
        forms = forms_of(mine)
        if not all(forms) or mine.fuzzy:
            told.append(f"{where} is not translated ({message.locations[0][0]})")
            continue
        if not isinstance(message.id, str) and len(forms) != _forms(language):
            told.append(f"{where} has {len(forms)} forms of {_forms(language)}")
        told += [f"{where}: {why}" for why in _unlike(message.id, forms)]
    unused = [one for one in known if one.id and template.get(one.id) is None]
    return [*told, *(f"{language.code}: {_first(one.id)!r} is used nowhere" for one in unused)]


def _unlike(key: Key, forms: Iterable[str]) -> Iterator[str]:
    """Places that a translation has and the text has not, or the other way round; a form for
    one thing may leave out how many they are."""
    texts_ = [key] if isinstance(key, str) else list(key)
    places = {place for text in texts_ for place in _PLACE.findall(text)}
    for form in forms:
        mine = set(_PLACE.findall(form))
        if mine - places or (places - mine) - ({"n"} if len(texts_) > 1 else set()):
            yield f"{form!r} has other places"


def _forms(language: Language) -> int:
    return int(language.forms.partition("nplurals=")[2].partition(";")[0])


def _first(key: Key) -> str:
    return key if isinstance(key, str) else key[0]


def renewed(language: Language, found: Iterable[Text], known: Catalog) -> Catalog:
    """The catalogue with exactly the texts that there are; what is translated stays so."""
    template, count = wanted(found), _forms(language)
    new = Catalog(locale=language.code, project="Floorwatch", fuzzy=False)
    # Babel has a form for millions in some languages; how many forms ours have is our own business.
    new.mime_headers = [("Plural-Forms", language.forms)]
    for message in template:
        if not message.id:
            continue
        mine = known.get(message.id)
        forms = () if mine is None else forms_of(mine)
        padded = (*forms, *[""] * count)[:count]
        told = padded[0] if isinstance(message.id, str) else padded
        new.add(message.id, told, user_comments=mine.user_comments if mine else ())
    return new


def write(language: Language, catalog: Catalog, path: Path) -> None:
    """Write a catalogue in the order of its texts, without what changes by itself."""
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language.code}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {language.forms}\\n"\n\n'
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(head.encode())
        write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True)


def main(arguments: list[str]) -> int:
    """Say what is wrong with the catalogues, or bring them up to date."""
    found, wrong = texts(), 0
    for language in LANGUAGES.values():
        if language is ENGLISH:
            continue
        known = kept(language) if path_of(language).exists() else Catalog(locale=language.code)
        if "--write" in arguments:
            known = renewed(language, found, known)
            write(language, known, path_of(language))
        told = problems(language, found, known)
        wrong += len(told)
        sys.stdout.write("".join(f"{line}\n" for line in told))
    sys.stdout.write(f"{len({text.one for text in found})} texts, {wrong} to mend\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
