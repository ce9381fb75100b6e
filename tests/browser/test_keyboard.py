"""Every screen without a mouse: each control is reached, seen to be, and left again."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenStage
from tests.browser.stages import SCREENS

pytestmark = pytest.mark.browser

_STEPS_MAX: Final = 150

# What can be reached, by a number of its own. Within a grid the arrow keys go on.
_NUMBER: Final = """() => Array.from(document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex]"))
  .filter((e) => e.tabIndex >= 0 && !e.disabled && !e.closest(".ag-root-wrapper, dialog:not([open])") &&
    e.checkVisibility({ visibilityProperty: true }))
  .map((e, index) => { e.dataset.reached = index; return e.id || e.textContent.trim() || e.className; })"""

_FOCUSED: Final = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    number: e.dataset.reached === undefined ? null : Number(e.dataset.reached),
    name: e.id || e.textContent.trim().slice(0, 40) || e.className,
    grid: Boolean(e.closest(".ag-root-wrapper")),
    ring: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none",
    seen: box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight &&
      Boolean(over) && (e.contains(over) || over.contains(e)),
  };
}"""


def walked(page: Page) -> list[dict[str, Any]]:
    """Where Tab leads, until it has led through the whole page."""
    steps: list[dict[str, Any]] = []
    for _ in range(_STEPS_MAX):
        page.keyboard.press("Tab")
        step = page.evaluate(_FOCUSED)
        if step is None or (steps and step["number"] is not None and step == steps[0]):
            return steps
        steps.append(step)
    raise AssertionError(f"Tab leads nowhere out of {steps[-1]['name']}")


def faults(page: Page) -> list[str]:
    """What the keyboard does not reach, and what is not seen to have it."""
    names: list[str] = page.evaluate(_NUMBER)
    steps = walked(page)
    own = [step for step in steps if not step["grid"]]
    reached = [step["number"] for step in own if step["number"] is not None]
    return [
        *(f"not reached: {name}" for number, name in enumerate(names) if number not in reached),
        *(f"no ring: {step['name']}" for step in own if not step["ring"]),
        *(f"out of sight: {step['name']}" for step in own if not step["seen"]),
        *([] if reached == sorted(reached) else [f"out of order: {reached}"]),
    ]


@pytest.mark.parametrize("path", SCREENS)
def test_the_keyboard_leads_through_every_screen(open_stage: OpenStage, path: str) -> None:
    """In the page's order, with a ring to be seen, and out at the end."""
    page = open_stage("surge", path)
    page.wait_for_timeout(700)

    assert faults(page) == []


@pytest.mark.parametrize("path", SCREENS)
def test_the_head_is_skipped_by_two_keys(open_stage: OpenStage, path: str) -> None:
    """The first that Tab leads to leads past all ways and switches."""
    page = open_stage("surge", path)
    page.keyboard.press("Tab")
    skip = page.locator("#skip")
    expect(skip).to_be_focused()
    box = skip.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 24
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
    if page.locator("main :is(a, button, input, select):visible").count():
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('header') === null")


def test_what_cannot_be_walked_is_found(open_stage: OpenStage) -> None:
    """A control without a ring, and one that something lies over."""
    page = open_stage("ordinary", "/health")
    page.evaluate(
        """document.querySelector("main").insertAdjacentHTML("afterbegin",
        "<button id='plain' style='outline:none'>plain</button><div style='position:relative'>" +
        "<button id='under'>u</button><i style='position:absolute;inset:0'>over</i></div>")"""
    )

    assert faults(page) == ["no ring: plain", "out of sight: under"]


@pytest.mark.parametrize("path", SCREENS)
def test_colours_may_be_the_systems_own(open_stage: OpenStage, path: str) -> None:
    """Where a system forces its colours, states still have their shape and word, and what is chosen
    or current its outline."""
    page = open_stage("surge", path, forced_colors="active", reduced_motion="reduce")

    bars = page.eval_on_selector_all(
        ".people-part, .why-fill, .course-done",
        "all => all.filter(e => e.getBoundingClientRect().width > 3 && "
        "getComputedStyle(e).forcedColorAdjust !== 'none').length",
    )
    assert bars == 0
    assert (
        page.evaluate("document.getAnimations().filter(a => a.playState === 'running').length") == 0
    )
