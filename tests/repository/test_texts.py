"""The texts of screens are found wherever they stand, and what is wrong with a catalogue too."""

from __future__ import annotations

from typing import Final

import pytest
from babel.messages.catalog import Catalog

from dashboard.i18n.languages import ENGLISH, LANGUAGES, Language
from tests.repository.texts import Text, Unread, in_python, in_script, kept, problems, texts

RUSSIAN: Final = LANGUAGES["ru"]
OTHERS: Final = [one for one in LANGUAGES.values() if one is not ENGLISH]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('html.P(_("Yes"))', [("Yes", None)]),
        ('NAMES = (marked("Yes"),)', [("Yes", None)]),
        ('_n("{n} queue", "{n} queues", n)', [("{n} queue", "{n} queues")]),
        ('say_n("{n} alert:", "{n} alerts:", many)', [("{n} alert:", "{n} alerts:")]),
        ('say("{a}: {b}", a=say("in").said, b=1)', [("{a}: {b}", None), ("in", None)]),
        ("_(name); _(column.heading); _(WORDS[key])", []),
        ('x._("no mark")', []),
    ],
)
def test_texts_of_python_are_found(source: str, found: list[tuple[str, str | None]]) -> None:
    """By the marks that CONTRIBUTING.md names; a name's text is marked where it is written."""
    assert [(text.one, text.many) for text in in_python(source, "a.py")] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('fw.t("Yes")', [("Yes", None)]),
        ('a = `${fw.t("In {b}", { b: `${fw.t("it")}` })}`', [("In {b}", None), ("it", None)]),
        ('fw.tn("{n} a", "{n} b", n)', [("{n} a", "{n} b")]),
        ('fw.tn(\n  "{n} a",\n  "{n} b", n)', [("{n} a", "{n} b")]),
        ('fw.t("one " +\n "two")', [("one two", None)]),
        (r'fw.t("a \"b\" \u00b7")', [('a "b" ·', None)]),
        ('/* fw.t("no") */\n// fw.t("no")\nfw.t("yes")', [("yes", None)]),
        ('fw.told("no"); fw.put(name)', []),
    ],
)
def test_texts_of_scripts_are_found(source: str, found: list[tuple[str, str | None]]) -> None:
    """Inside one another, in templates and over lines; not in comments."""
    assert [(text.one, text.many) for text in in_script(source, "a.js")] == found


@pytest.mark.parametrize(
    "source",
    ["fw.t(name)", 'fw.t("a" + b)', "fw.t(`a`)", 'fw.tn("a", b, n)', 'fw.t("a" ? b : c)'],
)
def test_a_text_that_is_not_written_out_is_told(source: str) -> None:
    """What cannot be found cannot be translated."""
    with pytest.raises(Unread, match=r"^a\.js:1: fw\.tn? wants its text as one literal$"):
        list(in_script(source, "a.js"))


def test_a_text_of_python_that_is_not_written_out_is_told() -> None:
    """As in scripts."""
    with pytest.raises(Unread, match=r"^a\.py:2: _ wants its text written out$"):
        list(in_python('x = 1\n_(f"{x} queues")', "a.py"))


def test_each_fault_of_a_catalogue_is_told() -> None:
    """Missing, not translated, too few forms, other places, unused: a line each."""
    found = [
        Text("Missing", None, "a.py", 1),
        Text("Empty", None, "a.py", 2),
        Text("{n} queue", "{n} queues", "a.js", 3),
        Text("{a} of {b}", None, "a.js", 4),
        Text("Good {a}", None, "a.js", 5),
    ]
    known = Catalog(locale="ru", fuzzy=False)
    known.add("Empty", "")
    known.add(("{n} queue", "{n} queues"), ("{n} очередь", "{n} очереди"))
    known.add("{a} of {b}", "{a} из {c}")
    known.add("Good {a}", "Хорошо {a}")
    known.add("Gone", "Ушло")

    assert problems(RUSSIAN, found, known) == [
        "ru: 'Missing' is missing (a.py)",
        "ru: 'Empty' is not translated (a.py)",
        "ru: '{n} queue' has 2 forms of 3",
        "ru: '{a} of {b}': '{a} из {c}' has other places",
        "ru: 'Gone' is used nowhere",
    ]


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_no_catalogue_misses_a_text_or_has_one_too_many(language: Language) -> None:
    """`make texts` brings catalogues up to date; what is new is translated before it is merged."""
    assert problems(language, texts(), kept(language)) == []
