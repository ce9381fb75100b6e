"""The Technion's 'Anonymous Bank': a month of one bank's calls, one tab-separated row a call.

The data and its documentation are by Ilan Guedj and Avi Mandelbaum (Technion, 2000).

- A row that queued is queued at `q_start`, and answered (AGENT) or abandoned (HANG) at `q_exit`.
- An AGENT row that did not queue is queued and answered at `ser_start`, or at `vru_exit` where
  service has no start.
- An answered call is ended and wrapped at the later of `ser_exit` and the answer. Nobody wrote
  down who hung up, so it is ended by `system`.
- HANG without a queue (left in the voice menu) and PHANTOM rows make no event.

Clock times are Asia/Jerusalem (`anonymous_bank_rows` puts each on its day). Of an hour that comes
twice the first is meant; a time that the clocks skip is read as if they had not been put forward.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from hashlib import blake2b
from typing import Final
from zoneinfo import ZoneInfo

from stream.adapters.anonymous_bank_rows import COLUMNS, Call, read_row
from stream.adapters.port import AdapterError, Malformed, Summary
from stream.contract.events import (
    AbandonedData,
    AnsweredData,
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactQueued,
    ContactWrapped,
    EndedData,
    KnownEvent,
    QueuedData,
    WrappedData,
)
from stream.contract.instants import Instant, from_datetime

SOURCE: Final = "/import/anonymous-bank"

_ZONE: Final = ZoneInfo("Asia/Jerusalem")
_CUSTOMER: Final = re.compile(r"[1-9]\d*", re.ASCII)


class AnonymousBank:
    """Reads the bank's months; it keeps nothing, so one serves every file.

    The bank wrote NO_SERVER where it does not know who answered: that is then the agent's name.
    """

    title: Final = "Technion 'Anonymous Bank' calls, tab-separated with a header row"

    def events(self, lines: Iterable[str], summary: Summary) -> Iterator[KnownEvent]:
        """The events sorted by time, then contact. The file is grouped by telephone line, so it
        is read whole before the first event comes."""
        texts = [line.rstrip("\r\n") for line in lines]
        _check_header(texts)
        pseudonyms = _Pseudonyms(texts)
        events: list[KnownEvent] = []
        for call in _calls(texts, summary):
            events += _life(call, pseudonyms.of(call.customer_id))
        # The sort is stable: a contact's events at one instant stay in the order of its life.
        events.sort(key=lambda event: (event.time, event.subject))
        for event in events:
            summary.events += 1
            yield event


class _Pseudonyms:
    """A name for each customer that only those can turn back who have the file itself.

    A plain hash of a short number is undone by trying all numbers, so it is keyed by the whole
    file; the same customer therefore has another name in another month.
    """

    def __init__(self, texts: list[str]) -> None:
        self._key = blake2b("\n".join(texts).encode(errors="replace")).digest()
        self._names: dict[str, str] = {}

    def of(self, customer_id: str) -> str | None:
        """None for 0, nobody identified, and for ids that a spreadsheet rounded (6.02E+11):
        they would make one customer of many."""
        if _CUSTOMER.fullmatch(customer_id) is None:
            return None
        name = self._names.get(customer_id)
        if name is None:
            digest = blake2b(customer_id.encode(), key=self._key, digest_size=8)
            name = self._names[customer_id] = f"customer-{digest.hexdigest()}"
        return name


def _check_header(texts: list[str]) -> None:
    header = texts[0].removeprefix("\ufeff").split("\t") if texts else []
    if tuple(name.strip().lower() for name in header) != COLUMNS:
        raise AdapterError(
            f"line 1: expected the header row, {len(COLUMNS)} tab-separated names from"
            f" {COLUMNS[0]} to {COLUMNS[-1]}"
        )


def _calls(texts: list[str], summary: Summary) -> Iterator[Call]:
    line_of: dict[str, int] = {}
    for line, text in enumerate(texts[1:], start=2):
        if not text.strip():
            continue
        summary.rows += 1
        try:
            call = read_row(text)
        except ValueError as error:
            summary.malformed.append(Malformed(line, str(error)))
            continue
        if isinstance(call, str):
            summary.leave_out(call)
            continue
        first = line_of.setdefault(call.subject, line)
        if first == line:
            yield call
        else:
            reason = f"vru+line, call_id: the same call as in line {first}"
            summary.malformed.append(Malformed(line, reason))


def _life(call: Call, customer: str | None) -> list[KnownEvent]:
    """The call's events, none before the one before it whatever the clocks say."""
    queue, agent = call.queue, call.server
    queued_at = _instant(call.date, call.queued_s)
    left_at = max(queued_at, _instant(call.date, call.left_queue_s))
    queued = ContactQueued(
        specversion="1.0",
        id=f"{call.subject}/queued",
        source=SOURCE,
        time=queued_at,
        subject=call.subject,
        data=QueuedData(queue=queue, channel="voice", priority=call.priority, customer=customer),
    )
    if not call.answered:
        abandoned = ContactAbandoned(
            specversion="1.0",
            id=f"{call.subject}/abandoned",
            source=SOURCE,
            time=left_at,
            subject=call.subject,
            data=AbandonedData(queue=queue),
        )
        return [queued, abandoned]
    answered = ContactAnswered(
        specversion="1.0",
        id=f"{call.subject}/answered",
        source=SOURCE,
        time=left_at,
        subject=call.subject,
        data=AnsweredData(queue=queue, agent=agent),
    )
    return [queued, answered, *_end(call, left_at)]


def _end(call: Call, answered_at: Instant) -> list[KnownEvent]:
    queue, agent = call.queue, call.server
    ended_at = answered_at
    if call.service_exit_s is not None:
        ended_at = max(answered_at, _instant(call.date, call.service_exit_s))
    ended = ContactEnded(
        specversion="1.0",
        id=f"{call.subject}/ended",
        source=SOURCE,
        time=ended_at,
        subject=call.subject,
        data=EndedData(queue=queue, agent=agent, by="system"),
    )
    wrapped = ContactWrapped(
        specversion="1.0",
        id=f"{call.subject}/wrapped",
        source=SOURCE,
        time=ended_at,
        subject=call.subject,
        data=WrappedData(queue=queue, agent=agent),
    )
    return [ended, wrapped]


def _instant(day: date, clock_s: int) -> Instant:
    """The moment at which the bank's clock had run `clock_s` past midnight of `day`."""
    clock = datetime.combine(day, time()) + timedelta(seconds=clock_s)
    return from_datetime(clock.replace(tzinfo=_ZONE))
