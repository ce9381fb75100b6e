"""The real month and the simulated one, side by side: pictures, and a table for the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Final

from tests.face.bank import Call, abandonment, arrivals, days, quantile, real_calls, simulated_calls
from tests.face.charts import Axis, Series, chart
from tests.face.fit import QUEUES

SHARES: Final = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
REAL: Final = "the bank, 1999"
SIMULATED: Final = "simulated"
HOURS: Final = [(2.0 * hour, f"{hour:02d}") for hour in range(7, 25, 2)]
OF_DAY: Final = Axis(14, 48, HOURS, "time of day")
PERCENT: Final = Axis(0, 100, [(each, f"{each} %") for each in range(0, 101, 20)], "share of calls")
SECONDS: Final = (1, 3, 10, 30, 100, 300, 1000, 3000)

Values = Callable[[Sequence[Call]], list[float]]


def compared() -> tuple[Sequence[Call], Sequence[Call]]:
    """The bank's calls of the types that are modelled, and the simulated ones."""
    return [call for call in real_calls() if call.queue in QUEUES], simulated_calls()


def answered_waits(calls: Sequence[Call]) -> list[float]:
    """Waits that ended with an answer, in seconds."""
    return [call.wait_s for call in calls if not call.abandoned]


def abandoned_waits(calls: Sequence[Call]) -> list[float]:
    """Waits that ended with hanging up, in seconds."""
    return [call.wait_s for call in calls if call.abandoned]


def talks(calls: Sequence[Call]) -> list[float]:
    """Lengths of conversations, in seconds."""
    return [call.talk_s for call in calls if call.talk_s is not None]


def pictures() -> dict[str, str]:
    """Each picture's SVG by its name."""
    real, simulated = compared()
    return {
        "bank-arrivals": chart(
            "Calls in half an hour, mean of a day", OF_DAY,
            Axis(0, 80, [(each, str(each)) for each in range(0, 81, 20)], "calls"),
            _by_half_hour(real, simulated, arrivals),
        ),
        "bank-abandonment": chart(
            "Share that hung up, by half-hour", OF_DAY,
            Axis(0, 0.4, [(each / 10, f"{each * 10} %") for each in range(5)], "share"),
            _by_half_hour(real, simulated, abandonment),
        ),
        "bank-waits": _quantiles("Wait before an answer", real, simulated, answered_waits),
        "bank-patience": _quantiles("Wait before hanging up", real, simulated, abandoned_waits),
        "bank-talk": _quantiles("Length of conversations", real, simulated, talks),
    }  # fmt: skip


def _by_half_hour(
    real: Sequence[Call],
    simulated: Sequence[Call],
    of: Callable[[Sequence[Call]], Sequence[float | None]],
) -> list[Series]:
    # A half-hour's value stands in its middle.
    return [
        Series(name, [(at + 0.5, value) for at, value in enumerate(of(calls)) if at >= 14])
        for name, calls in ((REAL, real), (SIMULATED, simulated))
    ]


def _quantiles(title: str, real: Sequence[Call], simulated: Sequence[Call], of: Values) -> str:
    seconds = Axis(1, 3000, [(each, f"{each} s") for each in SECONDS], f"{title.lower()}", log=True)
    lines = [
        Series(name, [(max(1.0, quantile(of(calls), share / 100)), share) for share in range(100)])
        for name, calls in ((REAL, real), (SIMULATED, simulated))
    ]
    return chart(f"{title}, cumulated", seconds, PERCENT, lines)


def table() -> str:
    """The quantiles as a table in Markdown, and the totals above it."""
    real, simulated = compared()
    rows = [
        f"| {SIMULATED if calls is simulated else REAL} | {days(calls)} | "
        f"{len(calls) / days(calls):,.0f} | {fmean(call.abandoned for call in calls):.1%} | "
        f"{fmean(answered_waits(calls)):.0f} s | {fmean(talks(calls)):.0f} s |"
        for calls in (real, simulated)
    ]
    head = "| | days | calls a day | hung up | mean wait | mean talk |\n| --- | --- | --- | --- | --- | --- |"
    return "\n".join([head, *rows, "", *_quantile_rows(real, simulated)])


def _quantile_rows(real: Sequence[Call], simulated: Sequence[Call]) -> list[str]:
    columns = " | ".join(f"{share:.0%}" for share in SHARES)
    rows = [f"| seconds | | {columns} |", "| --- | --- |" + " --- |" * len(SHARES)]
    for title, of in (
        ("wait, answered", answered_waits),
        ("wait, hung up", abandoned_waits),
        ("talk", talks),
    ):
        for name, calls in ((REAL, real), (SIMULATED, simulated)):
            values = " | ".join(f"{quantile(of(calls), share):.0f}" for share in SHARES)
            rows.append(f"| {title} | {name} | {values} |")
    return rows
