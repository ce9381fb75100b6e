"""Asking again and again: one question at a time, and what nobody has told is told as nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser

_SOON_MS = 30_000


def test_a_tab_that_is_turned_to_again_and_again_asks_once(open_page: OpenPage) -> None:
    """At a time; and who has stopped asks no more."""
    page = open_page("/health")
    told: Any = page.evaluate(
        """async () => {
            const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
            let asked = 0, open = 0, most = 0;
            floorwatch.http.get = async () => { asked += 1; open += 1; most = Math.max(most, open); await wait(100); open -= 1; return {}; };
            const stop = floorwatch.polling.start("/x", 200, () => {}, () => {});
            for (let nth = 0; nth < 5; nth += 1) { document.dispatchEvent(new Event("visibilitychange")); await wait(10); }
            await wait(1000);
            stop();
            const then = asked;
            await wait(500);
            return [most, then <= 6, asked - then];
        }"""
    )

    assert told == [1, True, 0]


def test_a_line_that_hangs_tells_of_nobody(open_page: OpenPage) -> None:
    """Who waited when it was last told is no list of who waits."""
    page = open_page("/supervisor")
    page.clock.install()
    told = page.evaluate(
        """async () => {
            const heard = [];
            floorwatch.http.get = () => new Promise(() => {});
            floorwatch.polling.start("/x", 2000, () => heard.push("told"), (error) => heard.push(error.message));
            window.heard = heard;
        }"""
    )
    assert told is None
    page.clock.run_for(14_000)
    assert page.evaluate("window.heard") == []
    page.clock.run_for(2_000)
    assert page.evaluate("window.heard") == ["no connection to the dashboard"]


@pytest.mark.parametrize("body", ["<html>a proxy</html>", '{"agents": ['])
def test_what_is_no_answer_is_none(open_page: OpenPage, body: str) -> None:
    """A page of something in between, and a body that was cut."""
    page = open_page("/supervisor?view=agents")
    page.route("**/api/v1/agents*", lambda route: route.fulfill(status=200, body=body))
    told = page.evaluate(
        "floorwatch.http.get('/api/v1/agents').then(() => 'told', (error) => error.message)"
    )

    assert told == "no connection to the dashboard"
    expect(page.locator("#agent-grid-none")).to_have_text(
        "The agents are not told: no connection to the dashboard.", timeout=_SOON_MS
    )
