"""What is said of the past on screens and over HTTP."""

from __future__ import annotations

from typing import Final

from dashboard.said import say
from dashboard.trust import Trust, TrustSaid
from stream.contract.instants import format_millis
from stream.contract.past import HeldSpan

CANNOT_ACT: Final = "this is the past, in which nothing can be done: go back to now first"
NO_PAST: Final = "this dashboard shows no log whose past could be looked at"
OF_A_DRILL: Final = "a drill is shown, which has no past to look at: leave it first"
NO_ROOM: Final = "as many minutes of the past are looked at already as can be; try again"
EMPTY: Final = "at: the log holds no event yet"
ON_THE_WAY: Final = "the floor as it was then is being read from the log"
# Of the stream itself nothing is kept but what it does now.
_LEAD: Final = say("This is the past, built anew from the log.")
_REST: Final = say("How the stream and its alerts were watched then is not kept.")
TRUST: Final = Trust(
    state="fresh",
    lead=_LEAD.text,
    rest=_REST.text,
    warning=None,
    age=None,
    said=TrustSaid(_LEAD.said, _REST.said, None, None),
)


def outside(held: HeldSpan) -> str | None:
    """What is said to who asks for an instant that cannot be looked at."""
    if held.since is None:
        return EMPTY
    return f"at: expected a time from {format_millis(held.since)} to {format_millis(held.until)}"
