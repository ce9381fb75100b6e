"""Which events are behind what is asked for, and which ones tell that something began before them."""

from __future__ import annotations

from typing import Final, NamedTuple

from stream.behind.answering import Asked
from stream.contract.figures import DRIVERS
from stream.floor.tracing import WRAPPED

BEGINS: Final = "contact.queued"


class Sought(NamedTuple):
    """What begins that which is asked for, and what ends it or goes on with it."""

    begins: str
    ends: frozenset[str]


_WAITS: Final = Sought(
    BEGINS,
    frozenset(
        f"contact.{each}"
        for each in ("answered", "abandoned", "diverted", "declined", "transferred")
    ),
)
_CALLBACKS: Final = Sought("callback.promised", frozenset({"callback.attempted"}))
# Which of several messages was the first without an answer is sure from the queueing on.
_REPLIES: Final = Sought(
    BEGINS,
    frozenset({"message.sent", "contact.ended", "contact.abandoned", "contact.diverted"}),
)
_OF_CONTACTS: Final = frozenset(
    {
        *(BEGINS, "contact.offered", "contact.declined", "contact.answered", "contact.held"),
        *("contact.resumed", "contact.transferred", "contact.abandoned", "contact.diverted"),
        *("contact.ended", "contact.wrapped", "message.received", "message.sent"),
        *("callback.promised", "callback.attempted"),
    }
)

_SURVEYS: Final = frozenset({"survey.sent", "survey.answered"})
# What surveys count by themselves, whatever is known of their contacts.
OF_SURVEYS: Final = frozenset(
    {
        *("surveys", "surveys_sent", "csat_n", "csat_top"),
        *(f"{driver}_{part}" for driver in DRIVERS for part in ("n", "top")),
        *("resolved_n", "resolved_yes", "nps_n", "nps_promoters", "nps_detractors"),
    }
)
PROMISED: Final = frozenset({"callbacks_due", "callbacks_kept"})
# Of counts that are made of other events than waits are: which they are made of.
_ENDS: Final[dict[str, tuple[str, ...]]] = {
    "offered": (),
    "handled": ("contact.ended", "contact.transferred"),
    WRAPPED: ("contact.wrapped",),
    "responses": ("message.sent",),
    **dict.fromkeys((*OF_SURVEYS, *PROMISED), ()),
}


def sought(what: Asked) -> Sought:
    """What begins and ends that which is asked for."""
    if "callbacks_open" in what.became:
        return _CALLBACKS
    if "unanswered" in what.became:
        return _REPLIES
    if len(what.became) == 1 and what.became[0] in _ENDS:
        return Sought(BEGINS, frozenset(_ENDS[what.became[0]]))
    return _WAITS


def kinds(what: Asked) -> frozenset[str]:
    """The events that what is asked for is made of."""
    if PROMISED.issuperset(what.became):
        return _CALLBACKS.ends | {_CALLBACKS.begins}
    return _SURVEYS if OF_SURVEYS.issuperset(what.became) else _OF_CONTACTS
