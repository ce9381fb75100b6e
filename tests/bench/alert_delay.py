"""`make bench-alert-delay`: from the append of the event that crosses a rule's line to the alert in
the log, and what judging costs.

The real parts: `floorwatch stream` with 1,000 rules over 200 queues, over an embedded log, while the
queues' traffic goes on. A probe is a contact that queues in a queue of its own; a rule says that
nobody may wait there.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any, Final, Self

import msgspec
import yaml
from msgspec import Struct

from simulator.randomness import Streams
from stream.alerts import memory as mem
from stream.contract import alerts as al
from stream.contract.instants import SECOND_US
from stream.logs.port import Log, Record
from stream.logs.topics import ALERTS, CONTACT_EVENTS
from stream.logs.urls import open_log
from tests.bench.clock import now_us
from tests.bench.command import ALERTS_PAGE, command_of, floor_file, parser_of, tell_alerts
from tests.bench.delay import due_from
from tests.bench.figures import Family, Report, Row, goal_below, quantile
from tests.bench.ground import Ground, Heads, keyed, time_of
from tests.bench.machine import machine
from tests.bench.processes import Service
from tests.bench.producer import Producer, wait_until
from tests.bench.sites import LARGEST, ORDINARY, Size
from tests.builders import event

TARGET: Final = "bench-alert-delay"

AIM_MS: Final = 2_000.0
AIM_CORES: Final = 0.2
RULES: Final = 1_000
PROBES: Final = "alarm-"
_APART_S: Final = 0.25
# Longer than an alert may take to fire.
_WAITS_US: Final = 6 * SECOND_US
_SETTLE_S: Final = 20.0
_AFTER_S: Final = 5.0
_HISTORY: Final = 20_000
_DATED_US: Final = 20


class Asked(Struct, frozen=True):
    """On which floor, with how many events a second beside, and how many probes."""

    size: Size
    rate: int
    probes: int


FULL: Final = Asked(LARGEST, 500, 400)
QUICK: Final = Asked(ORDINARY, 100, 40)


class Measured(Struct, frozen=True):
    """The delays of the probes, how long each evaluation took, and what the process used."""

    delays_ms: list[float]
    evaluated_ms: list[float]
    rules: int
    with_alerts_cores: float
    without_cores: float


def main(arguments: Sequence[str]) -> None:
    """Run the bench as the command line asks."""
    parser = parser_of(
        "tests.bench.alert_delay", __doc__, quick="a smaller floor, fewer probes", page=ALERTS_PAGE
    )
    options = parser.parse_args(arguments)
    told = machine()
    family = measure(QUICK if options.quick else FULL)
    report = Report(command_of(TARGET, arguments, options), told, (family,))
    tell_alerts(report, options, TARGET, "delay")


def measure(asked: Asked) -> Family:
    """The rows and goals."""
    measured = measure_delays(asked)
    delays, took = measured.delays_ms, measured.evaluated_ms
    judging = measured.with_alerts_cores - measured.without_cores
    rows = [
        *(
            Row(f"append to alert in the log, {name}", "ms", (quantile(delays, share),))
            for name, share in (("p50", 0.5), ("p99", 0.99))
        ),
        Row("… probes", "", (len(delays),)),
        Row("one evaluation, readings included", "ms", (median(took),)),
        Row("floorwatch stream keeps busy", "cores", (measured.with_alerts_cores,)),
        Row("… with --no-alerts", "cores", (measured.without_cores,)),
        Row("… so judging takes", "cores", (judging,)),
    ]
    goals = [
        goal_below("append to alert, p99", AIM_MS, quantile(delays, 0.99), "ms"),
        goal_below(f"judging by {measured.rules:,} rules", AIM_CORES, judging, "cores"),
    ]
    over = f"{asked.size.told}; {measured.rules:,} rules; {asked.rate:,} events/s beside"
    return Family("delay", "Alert delay", over, tuple(rows), goals=tuple(goals))


def measure_delays(asked: Asked) -> Measured:
    """One stream with rules and probes, and the same without alerts for what it costs."""
    seconds = asked.probes * _APART_S
    live = round(asked.rate * 2 * (_SETTLE_S + seconds + _AFTER_S + 10))
    events = list(keyed(floor_file(asked.size, asked.size.before + _HISTORY + live)))
    before, beside = events[:-live], events[-live:]
    with (
        tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder,
        Ground(Path(folder) / "log", time_of(before[-1][1])) as ground,
        closing(open_log(ground.url, now=now_us)) as log,
    ):
        ground.append(before)
        rules = Path(folder) / "alerts.yaml"
        rules.write_text(yaml.safe_dump(rules_for(events_queues(before))), encoding="utf-8")
        producer = Producer(ground, Streams(asked.rate).draws("probes").exponential)
        wall = now_us() + 5 * SECOND_US + live * _DATED_US
        with running(ground, "--rules", str(rules)) as stream:
            producer.start(due_from(beside, asked.rate, ground.clock.at(wall)), wall)
            wait_until(time.perf_counter() + (wall - now_us()) / SECOND_US + _SETTLE_S)
            used, began = stream.now().cpu_s, time.perf_counter()
            with _Heard(ground) as heard:
                appended = _append_probes(log, ground, asked.probes)
                cores = (stream.now().cpu_s - used) / (time.perf_counter() - began)
                Event().wait(_AFTER_S)
        with running(ground, "--no-alerts", settled=False) as stream:
            Event().wait(_SETTLE_S / 2)
            used, began = stream.now().cpu_s, time.perf_counter()
            Event().wait(seconds / 2)
            without = (stream.now().cpu_s - used) / (time.perf_counter() - began)
        producer.stop()
    missing = appended.keys() - heard.fired.keys()
    if missing:
        raise ValueError(f"{len(missing)} of {len(appended)} probes never fired")
    delays = [(heard.fired[name] - at) / 1000 for name, at in appended.items()]
    return Measured(delays, heard.evaluated_ms, heard.rules, cores, without)


def rules_for(queues: Sequence[str]) -> dict[str, Any]:
    """The rules: five kinds on each queue, and the one that probes cross."""
    rules: dict[str, Any] = {
        "probe": {
            "kind": "threshold",
            "scope": {"queue": f"{PROBES}*"},
            "metric": "waiting",
            "above": 0,
            "clear_after": "1s",
        }
    }
    kinds: list[dict[str, Any]] = [
        {"kind": "surge", "severity": "page"},
        {"kind": "burn_rate", "burn": 4.9, "long": "60m", "short": "15m"},
        {"kind": "waiting", "over": "30d"},
        {"kind": "threshold", "metric": "csat_score", "window": "30m", "below": 0.01},
        {"kind": "forecast", "over_targets": 10_000},
    ]
    for number in range(RULES):
        queue, kind = queues[number % len(queues)], kinds[number // len(queues) % len(kinds)]
        rules[f"rule {number}"] = {**kind, "scope": {"queue": queue}}
    return {"rules": rules}


class _Named(Struct):
    queue: str | None = None


class _Line(Struct):
    data: _Named


def events_queues(events: Sequence[tuple[str, bytes]]) -> list[str]:
    """The queues that events name."""
    decode = msgspec.json.Decoder(_Line).decode
    named = {decode(line).data.queue for _, line in events}
    return sorted(queue for queue in named if queue is not None)


@contextmanager
def running(ground: Ground, *options: str, settled: bool = True) -> Iterator[Service]:
    """A stream over the log, once it has read all, or at once where more keeps coming."""
    heads = Heads(ground)
    stream = Service("stream", "--log", ground.url, *options)
    try:
        if settled:
            heads.caught_up()
        heads.close()
        yield stream
    finally:
        stream.end()


def _append_probes(log: Log, ground: Ground, count: int) -> dict[str, int]:
    """Append them one after the other, and let each give up some seconds later: a floor on which
    hundreds of alerts fire at once is another matter. When each was appended, on the wall clock in
    microseconds."""
    draw = Streams(count).draws("alarms").exponential
    appended: dict[str, int] = {}
    waiting: deque[tuple[int, str]] = deque()
    due = time.perf_counter()
    for number in range(count):
        due += _APART_S * draw()
        wait_until(due)
        at = now_us()
        queue = f"{PROBES}{number}"
        appended[queue] = at
        waiting.append((at + _WAITS_US, queue))
        _append(log, ground, "contact.queued", queue, channel="voice")
        while waiting and waiting[0][0] <= now_us():
            _append(log, ground, "contact.abandoned", waiting.popleft()[1])
    return appended


def _append(log: Log, ground: Ground, what: str, queue: str, **more: Any) -> None:
    subject, at = f"bench-{queue}", ground.clock.at(now_us())
    line = event(what, subject=subject, at_us=at, queue=queue, **more)
    log.append(CONTACT_EVENTS, [(subject, line)])


class _Heard:
    """What an evaluator tells while the block runs, as the log has it: when each probe's alert was
    appended, how long evaluations took, and by how many rules."""

    def __init__(self, ground: Ground) -> None:
        self.fired: dict[str, int] = {}
        self.evaluated_ms: list[float] = []
        self.rules = 0
        self._url = ground.url
        self._stopping, self._ready = Event(), Event()
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        with closing(open_log(self._url, now=now_us)) as log:
            tail = log.tail(ALERTS, from_start=False)
            self._ready.set()
            while not self._stopping.is_set():
                for record in tail.poll(1_000, 0.1):
                    self._take(record)
            tail.close()

    def _take(self, record: Record) -> None:
        kind = record.key.partition("/")[0]
        if kind == mem.LIFE and record.value is not None:
            target = mem.rule_and_target(record.key).target
            if mem.life_decoder.decode(record.value).is_open:
                self.fired.setdefault(target.name or "", record.appended_at)
        elif record.key == al.HEAD_KEY and record.value is not None:
            told = al.decode_told(record.key, record.value)
            assert isinstance(told, al.AlertsHead)
            self.rules = told.rules
            if told.evaluated_ms is not None:
                self.evaluated_ms.append(told.evaluated_ms)


if __name__ == "__main__":
    main(sys.argv[1:])
