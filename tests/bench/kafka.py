"""`make bench-kafka`: what a worker carries over Apache Kafka, beside reading and throwing away."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from kafka import KafkaConsumer, TopicPartition

from stream.clocks import set_clock
from stream.contract.clock import FloorClock
from stream.logs.topics import CONTACT_EVENTS
from tests.bench.clock import now_us
from tests.bench.command import command_of, notes, parser_of, tell, workload
from tests.bench.figures import Results, Timing, throughput_rows
from tests.bench.ground import APPEND_AT_ONCE
from tests.bench.machine import machine
from tests.bench.page import KAFKA_COLUMNS, with_measured_over_kafka
from tests.bench.workload import HISTORY_US, Item, items_of
from tests.kafka import ground, java
from tests.kafka.broker import Broker
from tests.kafka.crew import crew_of, wait_until_read
from tests.stream import floors

PARTITIONS: Final = 12
WORKERS: Final = (1, 2, 4)
FULL: Final = (500_000, 3)
QUICK: Final = (100_000, 1)
# As in service.
CHECKPOINT_EVERY: Final = 100_000
WITHIN_S: Final = 900.0
READING: Final = "kafka-python, reading and throwing away"


def main(arguments: Sequence[str]) -> None:
    """Run the bench as the command line asks."""
    options = _options(arguments)
    events, rounds = QUICK if options.quick else FULL
    events = options.events or events
    rounds = options.rounds or rounds
    # Read before the work, whose own load would be told otherwise.
    told = machine() | {
        "Kafka": f"broker {java.broker_version()}, kafka-python {version('kafka-python')}"
    }
    told["topic"] = (
        f"{events:,} events in {PARTITIONS} partitions, zstd, one broker on this machine"
    )
    file = workload(events)
    timings = []
    for round_ in range(rounds):
        notes.print(f"round {round_ + 1} of {rounds}")
        with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
            timings.append(measure(file, events, Path(folder), round_))
    rows = tuple(throughput_rows(timings, READING))
    command = command_of("bench-kafka", arguments, options)
    results = Results(command=command, machine=told, rows=rows)
    tell(results, options, with_measured_over_kafka, KAFKA_COLUMNS)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = parser_of("tests.bench.kafka", __doc__, quick="two minutes, rougher")
    parser.add_argument("--events", type=int, help="how many events are read")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    return parser.parse_args(arguments)


def measure(file: Path, events: int, folder: Path, round_: int) -> dict[str, Timing]:
    """Everything once, over a broker of its own; the numbers of workers turn from round to round."""
    broker = Broker(folder / "broker")
    broker.start()
    try:
        items = items_of(file, events, HISTORY_US)
        last = int(items[-1].time)
        timings = {f"append, {APPEND_AT_ONCE:,} at once": _append(broker, items)}
        del items
        timings[READING] = _read(broker, events)
        caught_up = {}
        turn = round_ % len(WORKERS)
        for workers in (*WORKERS[turn:], *WORKERS[:turn]):
            caught_up[workers] = _catch_up(
                broker, events, last, workers, folder / f"crew-{workers}"
            )
        for workers in WORKERS:
            timings[_name(workers)] = caught_up[workers]
        return timings
    finally:
        broker.stop()


def _name(workers: int) -> str:
    return f"live worker, {workers} process{'es' if workers > 1 else ''}, catching up"


def _append(broker: Broker, items: Sequence[Item]) -> Timing:
    with ground.fresh_log(broker.address, PARTITIONS) as log:
        began = _Stopwatch()
        for start in range(0, len(items), APPEND_AT_ONCE):
            batch = items[start : start + APPEND_AT_ONCE]
            log.append(CONTACT_EVENTS, [(item.key, item.payload) for item in batch])
        return began.read(len(items))


def _read(broker: Broker, events: int) -> Timing:
    """With the settings that were found to be the fastest, and nothing done with what is read:
    the client's own but for the checksums; larger fetches or polls, another compression or none
    were all slower."""
    consumer = KafkaConsumer(
        bootstrap_servers=broker.address,
        enable_auto_commit=False,
        check_crcs=False,
        metrics_enabled=False,
    )
    places = [TopicPartition(CONTACT_EVENTS, number) for number in range(PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    began = _Stopwatch()
    count = 0
    while count < events:
        count += sum(map(len, consumer.poll(timeout_ms=1_000).values()))
    timing = began.read(count)
    consumer.close(autocommit=False)
    return timing


def _catch_up(broker: Broker, events: int, last: int, workers: int, folder: Path) -> Timing:
    """From the first head that a worker tells to the last position at its end."""
    with ground.told_anew(broker.address, PARTITIONS) as log:
        # The floor's clock says that the recording's last event is now.
        set_clock(log, FloorClock(now_us(), last, 1.0), has_events=False)
        ends = floors.ends(log)
        with crew_of(workers, broker.address, folder, CHECKPOINT_EVERY) as crew:
            wait_until_read(log, crew.check_alive, within_s=WITHIN_S)
            crew.dismiss()
        return Timing(events, floors.reading_s(log, ends), 0.0)


class _Stopwatch:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self, events: int) -> Timing:
        return Timing(events, time.perf_counter() - self._wall, time.process_time() - self._cpu)


if __name__ == "__main__":
    main(sys.argv[1:])
