"""What the data of a shift does not know, in sentences."""

from __future__ import annotations

from typing import Final

from dashboard.amounts import span, whole
from dashboard.i18n import _, _n
from dashboard.shift.words import clock, moment
from stream.contract.instants import HOUR_US, SECOND_US
from stream.contract.shifts import ShiftReport

# More silent stretches than these are counted, not listed.
GAPS_TOLD: Final = 20


def sentences(report: ShiftReport) -> list[str]:
    """Each thing that may be missing; that nothing is known to be missing is said too."""
    told = [*_beginning(report), *_gaps(report), *_bad(report)]
    if not told:
        told = [_("Nothing is known to be missing.")]
    hours = (report.shift.begin - report.unknown.read_from) // HOUR_US
    told.append(
        _(
            "Events were read from {hours} hours before the shift on; a contact that had begun "
            "before that is known only from its first event there."
        ).format(hours=whole(hours))
    )
    return told


def _beginning(report: ShiftReport) -> list[str]:
    told, zone = report.unknown, report.time_zone
    found = []
    if told.held_since is not None:
        found.append(
            _("The log begins at {time}: what came before is missing here.").format(
                time=moment(told.held_since, zone)
            )
        )
    if told.without_wait:
        found.append(
            _n(
                "{n} answer has no wait: a transfer to an agent, or a contact first seen answered.",
                "{n} answers have no wait: transfers to an agent, or contacts first seen answered.",
                told.without_wait,
            ).format(n=whole(told.without_wait))
        )
    return found


def _gaps(report: ShiftReport) -> list[str]:
    gaps, zone = report.unknown.gaps, report.time_zone
    told = [
        _("No event at all from {begin} to {end}, for {lasted}.").format(
            begin=clock(begin, zone),
            end=clock(end, zone),
            lasted=span((end - begin) / SECOND_US),
        )
        for begin, end in gaps[:GAPS_TOLD]
    ]
    more = len(gaps) - GAPS_TOLD
    if more > 0:
        text = _n(
            "{n} more stretch without any event.", "{n} more stretches without any event.", more
        )
        told.append(text.format(n=whole(more)))
    return told


def _bad(report: ShiftReport) -> list[str]:
    told = report.unknown
    found = []
    if told.rejected:
        n = sum(told.rejected.values())
        fields = _(", ").join(f"{field} {whole(count)}" for field, count in told.rejected.items())
        text = _n("{n} event was rejected: {fields}.", "{n} events were rejected: {fields}.", n)
        found.append(text.format(n=whole(n), fields=fields))
    found += _counted(
        told.too_late,
        _n("{n} event came too late.", "{n} events came too late.", told.too_late),
    )
    found += _counted(
        told.out_of_place,
        _n("{n} event was out of place.", "{n} events were out of place.", told.out_of_place),
    )
    found += _counted(
        told.unknown_type,
        _n("{n} event of unknown type.", "{n} events of unknown types.", told.unknown_type),
    )
    found += _counted(
        told.duplicates,
        _n("{n} event came twice, and counts once.", "{n} events came twice, and count once.",
           told.duplicates),
    )  # fmt: skip
    return found


def _counted(n: int, text: str) -> list[str]:
    return [text.format(n=whole(n))] if n else []
