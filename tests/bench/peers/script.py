"""What every peer's script shares: the aggregation in words, and how a run of it is timed.

A script counts each queue's events in windows of event time. `main` has it do so three times, to
warm up over a short file, over the short file again and over a long one: what the long one took
more, it took for the events that it has more. What a job costs to start is thus in neither.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

# Events may come this much out of order before a window closes, as in service.
LATE_S: Final = 5

# What is added up, in the order of the sums; an event counts where it names a queue.
SUMS: Final = ("events", "offered", "answered", "abandoned", "csat_n", "csat_sum")

Sums = tuple[int, ...]
# By queue and the second at which the window begins.
Rows = dict[tuple[str, int], Sums]
Run = Callable[[], Rows]


class Window(NamedTuple):
    """Windows of `length_s`, one beginning every `hop_s`, at whole multiples since the epoch."""

    length_s: int
    hop_s: int

    @property
    def slides(self) -> bool:
        """Whether one event lies in more than one of them."""
        return self.length_s != self.hop_s


WINDOWS: Final[Mapping[str, Window]] = {"tumbling": Window(10, 10), "sliding": Window(300, 10)}

OFFERED: Final = "contact.queued"
ANSWERED: Final = "contact.answered"
ABANDONED: Final = "contact.abandoned"
SURVEYED: Final = "survey.answered"


class Topic(NamedTuple):
    """A topic of one partition that holds a file's events; at the offset `last` is one more, whose
    time closes every window that the others lie in."""

    servers: str
    name: str
    last: int


class Spent(NamedTuple):
    """Seconds by the clock and of processor time."""

    wall_s: float
    cpu_s: float


def sums_of(kind: str, csat: int | None) -> Sums:
    """What one event of a queue adds."""
    scored = kind == SURVEYED and csat is not None
    return (
        1,
        int(kind == OFFERED),
        int(kind == ANSWERED),
        int(kind == ABANDONED),
        int(scored),
        csat if scored and csat is not None else 0,
    )


def added(sums: Sums, more: Sums) -> Sums:
    """Both together. Spelled out, for the peers that call this for every event."""
    a, b, c, d, e, f = sums
    u, v, w, x, y, z = more
    return a + u, b + v, c + w, d + x, e + y, f + z


def main(prepare: Callable[[Path, Window], Run], *distributions: str) -> None:
    """Run as `SHORT LONG WINDOW OUT`: count, keep the rows of the long file in OUT, and print one
    line of JSON. What `prepare` does, such as reading a file into memory, is not timed."""
    short, long, window, out = sys.argv[1:]
    timed(prepare, Path(short), WINDOWS[window])
    _, first = timed(prepare, Path(short), WINDOWS[window])
    rows, second = timed(prepare, Path(long), WINDOWS[window])
    Path(out).write_text(json.dumps([[*key, *sums] for key, sums in rows.items()]))
    told = {
        "wall_s": second.wall_s - first.wall_s,
        "cpu_s": second.cpu_s - first.cpu_s,
        "short_wall_s": first.wall_s,
        "peak_bytes": peak_bytes(),
        "rows": len(rows),
        "versions": {name: version(name) for name in distributions},
    }
    # On a line of its own, whatever a library printed before.
    print("\n" + json.dumps(told), flush=True)


def timed(prepare: Callable[[Path, Window], Run], file: Path, window: Window) -> tuple[Rows, Spent]:
    """One run, prepared beforehand, and what it took."""
    run = prepare(file, window)
    began = Spent(time.perf_counter(), cpu_s())
    rows = run()
    return rows, Spent(time.perf_counter() - began.wall_s, cpu_s() - began.cpu_s)


def cpu_s() -> float:
    """Processor time of this process and of all that it has started, a JVM for one."""
    ticks = 0
    for stat in _stats():
        # User and system, its own and of the children that have ended.
        ticks += sum(map(int, stat[11:15]))
    return ticks / _TICKS_A_SECOND


def peak_bytes() -> int:
    """The largest size of this process and of those it has started, each at its own peak."""
    kibibytes = 0
    for stat in _stats():
        status = Path(f"/proc/{stat[-1]}/status").read_text()
        kibibytes += next(
            (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0
        )
    return kibibytes * 1024


_TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")


def _stats() -> Iterator[list[str]]:
    """The fields of /proc/…/stat after the name, and last the number, of this process and of its
    descendants."""
    found: dict[str, list[str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        found[path.parent.name] = [*text.rpartition(")")[2].split(), path.parent.name]
    wanted = [str(Path("/proc/self").readlink())]
    for number in wanted:
        if number in found:
            yield found[number]
            wanted += [child for child, stat in found.items() if stat[1] == number]


def lines_of(file: Path) -> list[bytes]:
    """The file's lines."""
    return file.read_bytes().splitlines()


def pieces_of(file: Path, lines: int) -> Path:
    """The file cut into files of so many lines, in a folder beside it, made once."""
    folder = file.with_name(f"{file.name}-by-{lines}")
    if not folder.exists():
        part = folder.with_suffix(".part")
        part.mkdir()
        every = file.read_bytes().splitlines(keepends=True)
        for number, start in enumerate(range(0, len(every), lines)):
            (part / f"{number:06}.jsonl").write_bytes(b"".join(every[start : start + lines]))
        part.rename(folder)
    return folder


def topic_of(file: Path) -> Topic:
    """What `keep_topic` kept there, for the peers that read from Kafka."""
    return Topic(**json.loads(file.read_bytes()))


def keep_topic(file: Path, topic: Topic) -> None:
    """Tell a script in a file where its events are."""
    file.write_text(json.dumps(topic._asdict()))


def row_of(queue: Any, start_s: Any, sums: Any) -> tuple[tuple[str, int], Sums]:
    """A row of a peer's own making, in the form that all are compared in."""
    return (str(queue), int(start_s)), tuple(int(one) for one in sums)
