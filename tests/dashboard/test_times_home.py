"""Times of day are told by one module, so that no screen tells one by the browser's own zone."""

import re
from pathlib import Path
from typing import Final

_ASSETS: Final = Path(__file__).parents[2] / "dashboard" / "assets"
# What goes by the zone of whoever's browser it is, unless a zone is named.
_OWN_ZONE: Final = re.compile(
    r"\.(?:getHours|getMinutes|getDate|getDay|setHours|toLocale(?:Time|Date)String|toDateString)\("
    r"|DateTimeFormat\((?![^()]*timeZone)"
)


def by_the_browsers_zone(text: str) -> list[str]:
    """The lines that tell a time by it."""
    return [line.strip() for line in text.splitlines() if _OWN_ZONE.search(line)]


def test_no_screen_tells_a_time_by_the_browsers_zone() -> None:
    """But `times.js`, where somebody asked for it."""
    found = {
        path.name: by_the_browsers_zone(path.read_text())
        for path in _ASSETS.rglob("*.js")
        if path.name != "times.js"
    }

    assert {name: lines for name, lines in found.items() if lines} == {}


def test_what_would_is_found() -> None:
    """Planted, and what names its zone is left alone."""
    planted = """
      const a = new Date(at).getHours();
      const b = new Intl.DateTimeFormat("en", { hour: "2-digit" });
      const c = new Intl.DateTimeFormat("en", { timeZone: zone, hour: "2-digit" });
      const d = new Date(at).toLocaleTimeString();
    """

    found = by_the_browsers_zone(planted)

    assert [line[6] for line in found] == ["a", "b", "d"]
