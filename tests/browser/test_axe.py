"""Every screen in every state and both themes, looked at by axe: nothing serious, nothing critical."""

from __future__ import annotations

from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenStage
from tests.browser.looks import LOOKS, Look, opened
from tests.browser.stages import SCREENS, STATES, State

pytestmark = pytest.mark.browser

_OPTIONS: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Off unless asked for.
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}


def found(page: Page) -> list[str]:
    """What axe finds: how bad, which rule, and where."""
    violations: list[dict[str, Any]] = Axe().run(page, options=_OPTIONS).response["violations"]
    return [
        f"{one['impact']} {one['id']}: {node['target']} {node['failureSummary']}"
        for one in violations
        for node in one["nodes"]
    ]


def both(page: Page) -> tuple[list[str], list[str]]:
    """What it finds in the dark, and then in the light."""
    dark = found(page)
    page.emulate_media(color_scheme="light")
    page.wait_for_selector('html[data-theme="light"]')
    page.wait_for_timeout(400)
    return dark, found(page)


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(open_stage: OpenStage, state: State, path: str) -> None:
    """Dark, then light."""
    assert both(open_stage(state, path)) == ([], [])


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_axe_finds_nothing_in_what_is_opened(open_stage: OpenStage, look: Look) -> None:
    """Panels, dialogs, boards, forms and lists."""
    assert both(opened(open_stage, look)) == ([], [])


def test_axe_finds_nothing_in_an_open_queue(open_stage: OpenStage) -> None:
    """With a minute of its last hour chosen by a finger, and the way on from it."""
    page = open_stage("ordinary", "/supervisor?queue=benefits", has_touch=True)
    chart, way = page.locator(".hour-plot"), page.locator(".hour-way")
    expect(chart.locator(".hour-answered")).to_have_count(1)
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    # Its last minute is the one in which anything happened.
    chart.tap(position={"x": box["width"] - 2, "y": box["height"] / 2})
    expect(way).to_be_visible()
    # What is scrolled out of sight axe does not judge.
    way.scroll_into_view_if_needed()

    assert found(page) == []
    expect(way).to_be_visible()


def test_axe_is_asked(open_stage: OpenStage) -> None:
    """What would be wrong is found, and a target that is too small, too."""
    page = open_stage("ordinary", "/health")
    page.evaluate(
        """document.querySelector("main").insertAdjacentHTML("beforeend",
        "<p style='color:#777;background:#888'><button></button>grey on grey</p><div>" +
        "<button style='width:9px;height:9px;padding:0'>a</button>".repeat(2))"""
    )

    told = {line.split(":")[0] for line in found(page)}

    assert {"critical button-name", "serious color-contrast", "serious target-size"} <= told
