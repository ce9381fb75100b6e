"""The right answer, counted in plain Python: what each peer's rows are held against."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from tests.bench.peers.script import SUMS, Rows, Sums, Window, added, sums_of


def counted(lines: Iterable[bytes], window: Window) -> Rows:
    """The sums of every window that holds an event."""
    bins: dict[tuple[str, int], Sums] = {}
    for line in lines:
        event = json.loads(line)
        queue = event["data"].get("queue")
        if queue is None:
            continue
        second = int(datetime.fromisoformat(event["time"]).timestamp())
        key = queue, second - second % window.hop_s
        sums = sums_of(event["type"], event["data"].get("csat"))
        bins[key] = added(bins[key], sums) if key in bins else sums
    return _spread(bins, window)


def _spread(bins: Mapping[tuple[str, int], Sums], window: Window) -> Rows:
    """Each bin as long as a hop, in every window that it lies in."""
    rows: dict[tuple[str, int], Sums] = defaultdict(lambda: (0,) * len(SUMS))
    for (queue, start_s), sums in bins.items():
        for earlier_s in range(0, window.length_s, window.hop_s):
            key = queue, start_s - earlier_s
            rows[key] = added(rows[key], sums)
    return dict(rows)


def differences(told: Rows, right: Rows) -> list[str]:
    """What is wrong with a peer's rows, a line for each of the first few."""
    wrong = sorted(key for key in told.keys() | right.keys() if told.get(key) != right.get(key))
    return [f"{key}: {told.get(key)}, not {right.get(key)}" for key in wrong[:5]]


def without_events(right: Rows) -> Rows:
    """As far as ours counts: not how many events of all types there were."""
    return {key: (0, *sums[1:]) for key, sums in right.items() if any(sums[1:])}
