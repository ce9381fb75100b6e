"""Whose language a page is in, and what a catalogue makes of a text."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from typing import Final

import pytest
from babel import Locale
from babel.messages.plurals import get_plural
from fastapi.testclient import TestClient

from dashboard.app import create_app
from dashboard.i18n import _, _n, speaking
from dashboard.i18n.catalogues import catalogue, path_of
from dashboard.i18n.languages import ENGLISH, LANGUAGES, chosen, language_of
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

OTHERS: Final = [one for one in LANGUAGES.values() if one is not ENGLISH]


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A browser before a dashboard."""
    with TestClient(create_app(TableReader(ordinary(), wall_clock), now=wall_clock)) as client:
        yield client


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        (None, "en"),
        ("", "en"),
        ("it", "it"),
        ("pt-BR, de;q=0.9", "en"),
        ("de, fr-CH;q=0.8, it;q=0.9", "it"),
        ("en;q=0.1, ru;q=0.2", "ru"),
        ("fr;q=0, es;q=0.1", "es"),
        ("zh-Hant-TW", "zh"),
        ("fr;q=two, es;q=0.3", "es"),
        ("fr;level=1, es;q=0.3", "es"),
        ("*, it;q=nan", "en"),
        (";;;,,,=;q=", "en"),
        ("ru;q=0.7, it;q=0.7", "ru"),
    ],
)
def test_a_browser_gets_the_language_it_likes_best(accepted: str | None, code: str) -> None:
    """By weight, then by order; what cannot be read is nobody's wish."""
    assert chosen((), accepted).code == code


def test_a_wish_goes_before_what_the_browser_accepts() -> None:
    """The first wish that there is a language for; case and country do not matter."""
    assert chosen((None, "xx", "FR-ca", "it"), "ru").code == "fr"
    assert language_of("ZH_hans") is LANGUAGES["zh"]
    assert language_of("") is None


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_forms_are_those_of_the_language(language: object) -> None:
    """As Babel knows them, for all numbers below a million: there French, Italian and Spanish have a
    third form that no floor needs."""
    assert isinstance(language, type(ENGLISH))
    known = get_plural(language.code).plural_forms
    last = 1 if language.code in {"es", "fr", "it"} else 9
    expected = [min(_form(known, n), last) for n in range(1000)]

    assert [language.form(n) for n in range(1000)] == expected
    assert [_form(language.forms, n) for n in range(1000)] == expected


def _form(forms: str, n: int) -> int:
    """What gettext makes of a header's rule."""
    return int(gettext.c2py(forms.partition("plural=")[2].rstrip(";"))(n))


def test_a_text_without_a_translation_stays_english() -> None:
    """Nobody is shown a hole."""
    with speaking(LANGUAGES["ru"]):
        assert _("A text that nobody has written") == "A text that nobody has written"
        assert _n("{n} thing", "{n} things", 1) == "{n} thing"
        assert _n("{n} thing", "{n} things", 21) == "{n} things"


def test_a_language_of_one_form_has_it_for_all_numbers() -> None:
    """Chinese has no plurals, and is not English for it."""
    with speaking(LANGUAGES["zh"]):
        told = [_n("{n} thank-you in this shift.", "{n} thank-yous in this shift.", n)
                for n in (1, 2)]  # fmt: skip

    assert told == ["本班次收到 {n} 次感谢。"] * 2


def test_no_line_breaks_before_a_mark_that_has_a_space_before_it() -> None:
    """Nor within quotation marks: a wall's narrow lines would else begin with a colon."""
    with speaking(LANGUAGES["fr"]):
        assert _("; ") == "\u00a0; "
        assert _("Cause: {cause}.") == "Cause\u00a0: {cause}."
        assert "«\u00a0{words}\u00a0»" in _(
            "No queue has «{words}» in its name, channel or status."
        )
        assert _("95 % interval") == "Intervalle à 95\u00a0%"


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_a_percent_sign_stands_as_the_language_has_it(language: object) -> None:
    """As CLDR knows it, in numbers and in the texts of the catalogue."""
    assert isinstance(language, type(ENGLISH))
    pattern = Locale.parse(language.code).percent_formats[None].pattern
    signs = {
        sign
        for forms in catalogue(language).values()
        for form in forms
        for sign in re.findall(r"\d(\s*%)", form)
    }

    assert language.percent == ("\u00a0%" if re.search(r"\s%", pattern) else "%")
    assert signs == {language.percent}


def test_a_link_chooses_the_language_and_a_cookie_keeps_it(client: TestClient) -> None:
    """The page says so itself, for browsers and screen readers."""
    page = client.get("/alerts?lang=it", headers={"Accept-Language": "fr"})

    assert '<html lang="it" data-language="it"' in page.text
    assert page.headers["content-language"] == "it"
    assert (
        "floorwatch.lang=it; Max-Age=31536000; Path=/; SameSite=Lax" in (page.headers["set-cookie"])
    )
    assert client.get("/", headers={"Accept-Language": "fr"}).headers["content-language"] == "it"


def test_what_a_page_loads_is_in_the_language_of_its_address(client: TestClient) -> None:
    """Two tabs of one browser may be in two languages, whatever was kept last."""
    client.get("/?lang=it")

    layout = client.get("/_dash-layout", headers={"Referer": "http://testserver/?lang=ru&x=1"})

    assert layout.headers["content-language"] == "ru"
    assert client.get("/_dash-layout").headers["content-language"] == "it"


def test_a_wish_that_nobody_can_meet_is_passed_over(client: TestClient) -> None:
    """Neither an error nor a cookie."""
    page = client.get(
        "/?lang=xx%00&lang=&" + "&".join(f"a{n}" for n in range(200)),
        headers={"Accept-Language": "es", "Cookie": 'floorwatch.lang="', "Referer": "http://[::"},
    )

    assert page.status_code == 200
    assert page.headers["content-language"] == "es"
    assert "set-cookie" not in page.headers


def test_texts_come_before_all_other_scripts_and_may_be_kept(client: TestClient) -> None:
    """No page is ever drawn in English first."""
    page = client.get("/health?lang=zh").text
    address = page.partition('<script src="/texts/')[2].partition('"')[0]
    texts = client.get(f"/texts/{address}")

    assert address.startswith("zh.js?v=")
    assert page.index("/texts/zh.js") < page.index("/health/assets/i18n.js") < page.index("<body>")
    assert page.count("assets/i18n.js") == 1
    assert texts.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert texts.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "/texts/" not in client.get("/health?lang=en").text


def test_texts_of_no_language_are_refused_in_one_line(client: TestClient) -> None:
    """What there is, is said."""
    answer = client.get("/texts/xx.js")

    assert answer.status_code == 404
    assert answer.json() == {"detail": "xx: expected one of es, fr, it, ru, zh"}


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_each_language_has_a_catalogue(language: object) -> None:
    """It is shipped with the package."""
    assert isinstance(language, type(ENGLISH))
    assert path_of(language).is_file()
