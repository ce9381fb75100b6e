"""What is said once for all viewers: the browser and the server write the same sentences of it."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec
import pytest

from dashboard.i18n import speaking
from dashboard.i18n.languages import LANGUAGES
from dashboard.saying import said
from stream.contract.said import Said
from tests.browser.conftest import OpenPage
from tests.dashboard.sayings import NAMES, NEWER, SAYINGS

pytestmark = pytest.mark.browser

_OFFERED: Final = [{"id": queue, "name": name} for queue, name in NAMES.items()]
# The training screen's own state has the names of a drill's queues; here is no drill.
_WRITE: Final = """([sayings, queues]) => {
  floorwatch.training.state = () => ({ offer: { queues } });
  return sayings.map((told) => floorwatch.said(told, "In English."));
}"""


@pytest.mark.parametrize("code", LANGUAGES)
def test_browser_and_server_write_the_same(open_page: OpenPage, code: str) -> None:
    """Of each kind of value, in each language: letter by letter, with the same spaces."""
    page = open_page(f"/training?lang={code}")
    page.wait_for_function("window.floorwatch && floorwatch.said && floorwatch.trainingActs")
    everything = [*(one.said for one in SAYINGS), *NEWER]
    wire: list[Any] = json.loads(msgspec.json.encode(everything))

    shown = page.evaluate(_WRITE, [wire, _OFFERED])

    with speaking(LANGUAGES[code]):
        written = [said(one, "In English.", NAMES) for one in everything]
    assert [pair for pair in zip(shown, written, strict=True) if pair[0] != pair[1]] == []
    assert ("In English." in shown[:-2]) is (code == "en")


def test_every_figure_has_one_name(open_page: OpenPage) -> None:
    """Whichever a rule goes by, in the browser and on the server, with a window and without."""
    page = open_page("/alerts?lang=fr")
    page.wait_for_function(
        "Boolean(window.floorwatch && floorwatch.figureNames && floorwatch.said)"
    )
    names: list[str] = page.evaluate("Object.keys(floorwatch.figureNames.names())")
    every = [f"{name}{window}" for name in names for window in ("", "_30m")]
    sayings = [Said("{it}", values={"it": {"as": "metric", "of": name}}) for name in every]

    shown = page.evaluate(
        "sayings => sayings.map((told) => floorwatch.said(told, ''))",
        json.loads(msgspec.json.encode(sayings)),
    )

    with speaking(LANGUAGES["fr"]):
        written = [said(one, "", {}) for one in sayings]
    assert len(names) > 50
    assert [pair for pair in zip(shown, written, strict=True) if pair[0] != pair[1]] == []
