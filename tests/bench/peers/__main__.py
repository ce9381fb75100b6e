"""`make bench-peers`: other stream processors on the same windows, beside one core of ours."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from kafka.errors import KafkaError
from msgspec import Struct

from tests.bench.command import KEPT, command_of, notes, parser_of, tell, workload
from tests.bench.figures import Results, Timing, throughput_rows
from tests.bench.machine import machine
from tests.bench.peers.environments import NotInstalled, python_of
from tests.bench.peers.expected import counted, differences, without_events
from tests.bench.peers.page import OURS, PEER_COLUMNS, with_lead, with_measured_beside_peers
from tests.bench.peers.script import WINDOWS, Rows, lines_of
from tests.bench.peers.topics import fill
from tests.bench.processes import ROOT, timed_work
from tests.kafka import java
from tests.kafka.broker import Broker, NoBroker

# Of the events that are counted, how many the shorter run has; see `script`.
SHORT: Final = 5
WITHIN_S: Final = 300.0


class Peer(Struct, frozen=True):
    """A script beside this one, what the page calls it, and how many times fewer events it gets,
    in windows that tumble and in those that slide; and whether it reads from Kafka, not a file."""

    script: str
    name: str
    tumbling: int = 1
    sliding: int = 1
    from_kafka: bool = False

    def fewer(self, window: str) -> int:
        """How many times fewer events it gets in these windows."""
        return self.sliding if window == "sliding" else self.tumbling


OUR_SIDE: Final = Peer("ours", OURS)
PEERS: Final = (
    Peer("flink", "Flink (PyFlink SQL), two cores"),
    Peer("spark", "Spark (PySpark), two cores"),
    Peer("bytewax", "bytewax, one core", sliding=5),
    Peer("pathway", "Pathway", sliding=20),
    Peer("duckdb", "duckdb, micro-batches"),
    Peer("polars", "polars, micro-batches"),
    Peer("quixstreams", "Quix Streams over Kafka", tumbling=2, sliding=20, from_kafka=True),
    Peer("faust", "faust-streaming over Kafka", tumbling=10, sliding=50, from_kafka=True),
)
FULL: Final = (1_000_000, 3)
QUICK: Final = (100_000, 1)


class WrongCounts(Exception):
    """A peer's rows are not those that plain Python counts. Operator: its script is wrong, or the
    peer lost events; nothing it took is worth telling."""


class Unmeasured(Exception):
    """A script failed, or what it told is no measure, and why. The others are told without it."""


class Told(Struct, frozen=True):
    """What a script prints; see `script.main`."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    versions: Mapping[str, str]


def main(arguments: Sequence[str]) -> None:
    """Run the bench as the command line asks."""
    options = _options(arguments)
    events, rounds = QUICK if options.quick else FULL
    events, rounds = options.events or events, options.rounds or rounds
    # Read before the work, whose own load would be told otherwise.
    told = machine()
    file = workload(events)
    timings: list[dict[str, Timing]] = [{} for _ in range(rounds)]
    versions: dict[str, str] = {}
    there, missing = _installed([peer for peer in PEERS if peer.script in options.only])
    told |= missing
    if any(peer.from_kafka for peer in there):
        told["Kafka"] = f"broker {java.broker_version()}, one partition"
    with (
        tempfile.TemporaryDirectory(prefix="peers-", dir=KEPT) as folder,
        closing(Ground(file, events, Path(folder))) as ground,
    ):
        for round_, timed in enumerate(timings):
            timed.update(timed_work("typed_decode", str(file)))
            timed.update(timed_work("file_reading", str(file)))
            turn = round_ % len(there) if there else 0
            for window in WINDOWS:
                for peer in (OUR_SIDE, *there[turn:], *there[:turn]):
                    notes.print(f"round {round_ + 1} of {rounds}: {window}, {peer.name}")
                    try:
                        timed[f"{window}: {peer.name}"], of_peer = ground.measure(peer, window)
                    except Unmeasured as error:
                        told[f"not measured, {window}: {peer.name}"] = str(error)
                    else:
                        versions |= of_peer
    told["peers"] = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    in_order = [_in_order(timings, number, there) for number in range(rounds)]
    rows = tuple(with_lead(throughput_rows(in_order), in_order))
    command = command_of("bench-peers", arguments, options)
    results = Results(command=command, machine=told, rows=rows)
    others_stay = any(peer.script not in options.only for peer in PEERS)
    rewrite = partial(with_measured_beside_peers, others_stay=others_stay)
    tell(results, options, rewrite, PEER_COLUMNS)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = parser_of("tests.bench.peers", __doc__, quick="some minutes, rougher")
    parser.add_argument("--events", type=int, help="how many events the quick ones read")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    every = [peer.script for peer in PEERS]
    parser.add_argument(
        "--only",
        type=_peers,
        default=every,
        metavar="PEER[,PEER…]",
        help=f"these beside ours alone, of {', '.join(every)}; the others' rows stay in the page",
    )
    return parser.parse_args(arguments)


def _peers(text: str) -> list[str]:
    names, known = text.split(","), [peer.script for peer in PEERS]
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"no peer {name}; there are {', '.join(known)}")
    return names


def _installed(peers: Sequence[Peer]) -> tuple[list[Peer], dict[str, str]]:
    """Those that are here, or could be brought here, and of the others what is to be told."""
    there, missing = [], {}
    for peer in peers:
        try:
            python_of(peer.script)
            there.append(peer)
        except NotInstalled as error:
            missing[f"not measured, {peer.name}"] = str(error)
    return there, missing


def _in_order(
    timings: Sequence[Mapping[str, Timing]], number: int, peers: Sequence[Peer]
) -> dict[str, Timing]:
    """A round's timings as the table has them, whatever the order was: those of every round."""
    names = [f"{window}: {peer.name}" for window in WINDOWS for peer in (OUR_SIDE, *peers)]
    first = [name for name in timings[number] if name not in names]
    whole = [name for name in [*first, *names] if all(name in timed for timed in timings)]
    return {name: timings[number][name] for name in whole}


class Ground:
    """The files and topics that the scripts read, and the right answers for them."""

    def __init__(self, file: Path, events: int, folder: Path) -> None:
        self._lines = lines_of(file)[:events]
        self._folder = folder
        self._right: dict[tuple[int, str], Rows] = {}
        self._broker: Broker | None = None

    def close(self) -> None:
        """End the broker, where there was need of one."""
        if self._broker is not None:
            self._broker.stop()
            self._broker = None

    def measure(self, peer: Peer, window: str) -> tuple[Timing, Mapping[str, str]]:
        """One script over these windows, its rows held against the right ones, and the versions
        of what it used. Raises `WrongCounts` where they differ."""
        count = len(self._lines) // peer.fewer(window)
        out = self._folder / "rows.json"
        made = self._topic if peer.from_kafka else self._file
        files = [made(count // SHORT), made(count)]
        told = run(python_of(peer.script), peer.script, *map(str, files), window, str(out))
        rows = {
            (queue, start_s): tuple(sums) for queue, start_s, *sums in json.loads(out.read_bytes())
        }
        right = self._counted(count, window)
        wrong = differences(rows, without_events(right) if peer is OUR_SIDE else right)
        if wrong:
            raise WrongCounts(f"{peer.name}, {window}: " + "; ".join(wrong))
        timing = Timing(count - count // SHORT, told.wall_s, told.cpu_s, told.peak_bytes)
        return timing, told.versions

    def _part(self, count: int) -> list[bytes]:
        """So many events, from the middle where not all: a floor begins with its agents' states,
        which peers throw away. Of ours all are always read, for state needs its beginning."""
        start = (len(self._lines) - count) // 2 if count < len(self._lines) // SHORT else 0
        return self._lines[start : start + count]

    def _file(self, count: int) -> Path:
        file = self._folder / f"{count}.jsonl"
        if not file.exists():
            file.write_bytes(b"\n".join(self._part(count)) + b"\n")
        return file

    def _topic(self, count: int) -> Path:
        """What tells a script which topic holds these events; filled before it runs."""
        file = self._folder / f"events-{count}.json"
        if not file.exists():
            try:
                fill(self._started().address, self._part(count), file)
            except (NoBroker, KafkaError) as error:
                raise Unmeasured(str(error)) from error
        return file

    def _started(self) -> Broker:
        """The broker, which goes on until the last round: a topic is filled once."""
        if self._broker is None:
            broker = Broker(self._folder / "broker")
            self._broker = broker
            broker.start()
        return self._broker

    def _counted(self, count: int, window: str) -> Rows:
        key = count, window
        if key not in self._right:
            self._right[key] = counted(self._part(count), WINDOWS[window])
        return self._right[key]


def run(python: Path, script: str, *arguments: str) -> Told:
    """Run a script with its own Python. Raises `Unmeasured` where it fails or does not end."""
    command = [str(python), "-m", f"tests.bench.peers.{script}", *arguments]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=WITHIN_S
        )
    except subprocess.TimeoutExpired as error:
        raise Unmeasured(f"{script} does not end within {WITHIN_S:.0f} s") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unmeasured(f"{script} ended with {done.returncode}: {said[-1] if said else ''}")
    last = json.loads(done.stdout.splitlines()[-1])
    told = Told(last["wall_s"], last["cpu_s"], last["peak_bytes"], last["versions"])
    if min(told.wall_s, told.cpu_s) <= 0:
        raise Unmeasured(f"{script}: the longer run took no longer; give it more events")
    return told


if __name__ == "__main__":
    main(sys.argv[1:])
