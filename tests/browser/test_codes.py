"""Codes of the contract in the reader's words, each called the same wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final, get_args

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.app import create_app, serving
from dashboard.i18n import speaking
from dashboard.i18n.languages import LANGUAGES
from dashboard.shift.incidents import severity_word
from dashboard.shift.words import channel_name
from stream.alerts.messages import SEVERITY_WORDS
from stream.contract.alerts import SEVERITIES
from stream.contract.events import Channel
from tests.browser.conftest import OpenStage
from tests.browser.whole import AWAY, Staffed
from tests.dashboard.pictures import surge, wall_clock
from tests.dashboard.test_detail_api import Desk

pytestmark = pytest.mark.browser

_STATES: Final = "all => all.map((one) => one.textContent)"


@pytest.fixture
def staffed(browser: Browser) -> Iterator[Page]:
    """The agents of a floor on which some are away, each for another reason, in French."""
    with ExitStack() as open_:
        app = create_app(Staffed(surge(), wall_clock), now=wall_clock, detail=Desk())
        url = open_.enter_context(serving(app))
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        open_.callback(page.close)
        page.goto(f"{url}/supervisor?view=agents&lang=fr")
        yield page


def test_why_somebody_is_away_is_in_the_readers_words(staffed: Page) -> None:
    """In the table, where they are found by it, and beside; a floor's own reason stands as it came."""
    away = staffed.locator("#agent-grid .marked[data-people=away] .marked-word")
    expect(away).to_have_count(len(AWAY) + 2)
    assert away.evaluate_all(_STATES) == [
        "Absent",
        "Absent · pause",
        "Absent · déjeuner",
        "Absent · formation",
        "Absent · coaching",
        "Absent · réunion",
        "Absent · décompression",
        "Absent · fire drill",
    ]

    staffed.locator("#find-place input").fill("déjeuner")
    expect(away).to_have_count(1)
    away.click()
    expect(staffed.locator(".beside-status")).to_contain_text("Absent · déjeuner")


def test_what_an_event_says_by_a_code_is_in_the_readers_words(open_stage: OpenStage) -> None:
    """Why nobody took it; what no word is known for stands as it came."""
    page = open_stage("surge", "/supervisor?queue=benefits&lang=fr")
    expect(page.locator(".event-list")).to_contain_text("refusé")
    assert "rejected" not in page.locator(".event-list").inner_text()


def test_a_rules_form_offers_its_choices_in_the_readers_words(open_stage: OpenStage) -> None:
    """What goes into the text is the rule's own word all the same."""
    page = open_stage("surge", "/alerts?tab=rules&lang=fr")
    choice = page.locator("#rule-form [data-path=severity] select")
    expect(choice).to_have_value("page")

    told = choice.locator("option").evaluate_all("all => all.map((one) => [one.value, one.text])")
    assert sorted(told) == [["notice", "Avis"], ["page", "Urgent"], ["ticket", "À lire"]]


@pytest.mark.parametrize("code", LANGUAGES)
def test_severities_and_channels_have_one_name_each(open_stage: OpenStage, code: str) -> None:
    """On screens and in a shift's report; severities, in English, in messages, too."""
    page = open_stage("surge", f"/alerts?lang={code}")
    severities = page.evaluate(
        "(all) => all.map((severity) => floorwatch.alertWords.kind({ severity }).word)",
        list(SEVERITIES),
    )
    channels = page.evaluate("floorwatch.channels.KNOWN.map(floorwatch.channels.name)")
    known = page.evaluate("floorwatch.channels.KNOWN")

    with speaking(LANGUAGES[code]):
        assert severities == [severity_word(one) for one in SEVERITIES]
        assert channels == [channel_name(one) for one in known]
    assert set(known) == set(get_args(Channel))
    if code == "en":
        assert severities == [SEVERITY_WORDS[one] for one in SEVERITIES]
