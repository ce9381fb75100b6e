"""Section `browser`: the screens in a real browser over a floor of 200 queues and 2,000 agents, at a
frame a second: how soon the first figures stand there, what a frame takes of the main thread, whether
memory stays, and how soon a tab that slept has caught up.

Stream and dashboard are processes of their own, as is the browser. The main thread's time is that of
the browser's own trace: all of its tasks from one frame's coming to the next's, the clock's included.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any, Final, NamedTuple
from urllib.error import HTTPError
from urllib.request import urlopen

from msgspec import Struct
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from stream.contract.instants import SECOND_US
from tests.bench.command import floor_file, notes
from tests.bench.crowds import going_on
from tests.bench.figures import MIB, Family, Goal, Grid, Row, goal_below, quantile, told
from tests.bench.ground import Ground
from tests.bench.sites import SUPERVISED, Size

CHROMIUM: Final = "/usr/bin/chromium"
SCREENS: Final = ("/", "/supervisor", "/supervisor?view=agents", "/experience")
AIM_FIRST_S: Final = 2.0
AIM_FRAME_MS: Final = 100.0
AIM_HEAP: Final = 1.10
# A frame comes within a second of waking; then it is to be drawn.
AIM_CAUGHT_UP_S: Final = 1.5
_ARGUMENTS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    # Memory as it is, and not in steps that hide whose it is.
    "--enable-precise-memory-info",
)
_CATEGORIES: Final = "toplevel,blink.user_timing,__metadata"
_OPENED: Final = 5
_ASLEEP_S: Final = 15
_HEAP_LOOKS: Final = 5
_HEAP_APART_MS: Final = 350
_WAITS_MS: Final = 60_000
_HISTORY: Final = 20_000
# Notes when the first figures stand there, and marks each frame's coming in the browser's trace.
_WATCH: Final = """
(() => {
  const look = () => {
    const root = document.documentElement;
    if (window.benchDrawn || !root || root.dataset.floor !== "drawn") return;
    requestAnimationFrame(() => { window.benchDrawn = window.benchDrawn || performance.now(); });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-floor"] });
  window.Worker = class extends Worker {
    constructor(...told) {
      super(...told);
      this.addEventListener("message", ({ data }) => {
        if (!data.frame) return;
        performance.mark("bench-frame");
        performance.clearMarks("bench-frame");
        const found = /"as_of":"([^"]+)"/.exec(data.frame.slice(0, 200));
        if (found) window.benchAsOf = Date.parse(found[1]);
      });
    }
  };
})();
"""


class Asked(Struct, frozen=True):
    """On which floor, at how many events a second; how long each screen is watched, when its memory
    is looked at first and last, and for how long of each minute it is traced: all in seconds."""

    size: Size
    rate: int
    seconds: int
    settled: int
    traced: int


FULL: Final = Asked(SUPERVISED, 200, 600, 120, 20)
QUICK: Final = Asked(SUPERVISED, 200, 120, 30, 20)


class Task(NamedTuple):
    """What the main thread did in one go, in microseconds; `cpu` is how much of it it had a
    processor for."""

    begin: float
    end: float
    cpu: float


class Cost(NamedTuple):
    """What a frame took of the main thread, in milliseconds: by the clock, and of a processor."""

    wall_ms: float
    cpu_ms: float


class Watched(Struct, frozen=True):
    """What one screen did: seconds to first figures, what a frame took of the main thread, the
    heap when it had settled and at the end, and seconds from waking to the newest frame."""

    path: str
    first_s: list[float]
    frames: list[Cost]
    heap_before: int
    heap_after: int
    caught_up_s: float


def measure(asked: Asked, screens: Sequence[str] = SCREENS) -> Family:
    """Every screen that there is, one after another."""
    # On a busy machine opening a page and ending a trace take their time.
    lasting = 1.2 * asked.seconds + 300
    live = round(asked.rate * lasting * len(screens))
    file = floor_file(asked.size, asked.size.before + _HISTORY + live)
    return measured(asked, file, live, screens)


def measured(
    asked: Asked, file: Path, live: int, screens: Sequence[str], chromium: str = CHROMIUM
) -> Family:
    """The screens over the file's floor, whose last `live` events come as they happen."""
    watched: list[Watched] = []
    with going_on(file, live, asked.rate) as (ground, _, url), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("FLOORWATCH_CHROMIUM", chromium),
            args=list(_ARGUMENTS),
        )
        for path in screens:
            address = url.removesuffix("/api/v1/stream") + path
            if not _is_there(address):
                notes.print(f"browser: there is no {path}")
                continue
            notes.print(f"browser: {path}")
            watched.append(_watch(browser, address, path, asked, ground))
        browser.close()
    return Family(
        "browser",
        "In the browser",
        f"{asked.size.told}; {asked.rate} events/s; {asked.seconds} s a screen, "
        f"{asked.traced} s of each minute traced",
        tuple(row for one in watched for row in _rows(one)),
        goals=tuple(goal for one in watched for goal in _goals(one)),
        grid=Grid(_COLUMNS, tuple(map(_line, watched))),
    )


def _is_there(address: str) -> bool:
    try:
        with urlopen(address) as answer:
            return bool(answer.status == 200)
    except HTTPError:
        return False


def _watch(browser: Browser, address: str, path: str, asked: Asked, ground: Ground) -> Watched:
    first_s = [_first_s(browser, address) for _ in range(_OPENED)]
    page = _opened(browser, address)
    tool = page.context.new_cdp_session(page)
    began = time.perf_counter()
    frames: list[Cost] = []
    heap_before = 0
    while (passed := time.perf_counter() - began) < asked.seconds:
        if not heap_before and passed >= asked.settled:
            heap_before = _heap(page, tool)
        frames += _traced(browser, page, asked.traced)
        next_minute = min(asked.seconds, (passed // 60 + 1) * 60)
        if not heap_before:
            next_minute = min(next_minute, asked.settled)
        page.wait_for_timeout(max(0.0, next_minute - (time.perf_counter() - began)) * 1000)
    heap_after = _heap(page, tool)
    caught_up_s = _caught_up_s(page, tool, ground)
    page.context.close()
    return Watched(path, first_s, frames, heap_before, heap_after, caught_up_s)


def _opened(browser: Browser, address: str) -> Page:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("window.benchDrawn > 0", timeout=_WAITS_MS)
    return page


def _first_s(browser: Browser, address: str) -> float:
    """From the navigation's beginning to the frame in which figures stand there; nothing is in any
    cache."""
    page = _opened(browser, address)
    drawn_ms: float = page.evaluate("window.benchDrawn")
    page.context.close()
    return drawn_ms / 1000


def _heap(page: Page, tool: CDPSession) -> int:
    """What is used of the JavaScript heap after a collection: the least of some, since a frame that
    is on its way is in it at one and not at another."""
    used = []
    tool.send("HeapProfiler.enable")
    for _ in range(_HEAP_LOOKS):
        tool.send("HeapProfiler.collectGarbage")
        used.append(int(tool.send("Runtime.getHeapUsage")["usedSize"]))
        page.wait_for_timeout(_HEAP_APART_MS)
    tool.send("HeapProfiler.disable")
    return min(used)


def _traced(browser: Browser, page: Page, seconds: int) -> list[Cost]:
    """What each frame took that came in so many seconds."""
    tool = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    tool.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    tool.on("Tracing.tracingComplete", lambda _told: ended.append(True))
    config = {"includedCategories": _CATEGORIES.split(","), "recordMode": "recordUntilFull"}
    tool.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    page.wait_for_timeout(seconds * 1000)
    tool.send("Tracing.end")
    give_up = time.perf_counter() + _WAITS_MS / 1000
    while not ended and time.perf_counter() < give_up:
        page.wait_for_timeout(50)
    tool.detach()
    return frames_of(events)


def frames_of(events: Sequence[dict[str, Any]]) -> list[Cost]:
    """From a trace what each frame took of the page's main thread, from its coming to the next's.
    Raises `ValueError` where the trace has no two frames."""
    marks = [one for one in events if one["name"] == "bench-frame"]
    if len(marks) < 2:
        raise ValueError(f"a trace of {len(events)} events with {len(marks)} frames in it")
    thread = marks[0]["pid"], marks[0]["tid"]
    edges = sorted(float(one["ts"]) for one in marks if (one["pid"], one["tid"]) == thread)
    tasks = outermost(
        [
            Task(float(one["ts"]), float(one["ts"]) + one.get("dur", 0), float(one.get("tdur", 0)))
            for one in events
            if one["ph"] == "X" and "toplevel" in one["cat"] and (one["pid"], one["tid"]) == thread
        ]
    )
    begins = _beginnings(edges, tasks)
    return [
        Cost(
            sum(
                min(task.end, high) - max(task.begin, low)
                for task in tasks
                if task.end > low and task.begin < high
            )
            / 1000,
            sum(task.cpu for task in tasks if low <= task.begin < high) / 1000,
        )
        for low, high in pairwise(begins)
    ]


def _beginnings(edges: Sequence[float], tasks: Sequence[Task]) -> list[float]:
    """When the task began in which each frame came: what leads up to it there is of it."""
    begins = (
        next((task.begin for task in tasks if task.begin <= edge <= task.end), edge)
        for edge in edges
    )
    # Two that came in one task are one.
    return list(dict.fromkeys(begins))


def outermost(tasks: Sequence[Task]) -> list[Task]:
    """Those that lie in no other, so that no time is counted twice."""
    found: list[Task] = []
    for task in sorted(tasks, key=lambda one: (one.begin, -one.end)):
        if not found or task.begin >= found[-1].end:
            found.append(task)
    return found


def _caught_up_s(page: Page, tool: CDPSession, ground: Ground) -> float:
    """From waking a tab that slept to the newest frame drawn."""
    # Its script is stopped, as that of a tab that sleeps: a page that is seen cannot be frozen.
    tool.send("Debugger.enable")
    stopped: list[bool] = []
    tool.on("Debugger.paused", lambda _told: stopped.append(True))
    tool.send("Debugger.pause")
    Event().wait(_ASLEEP_S)
    # What the floor's clock is ahead of the wall's, in milliseconds.
    ahead_ms = (ground.clock.floor - ground.clock.wall) / SECOND_US * 1000
    began = time.perf_counter()
    tool.send("Debugger.resume")
    if not stopped:
        raise RuntimeError("the page did not sleep")
    page.wait_for_function(
        "(ahead) => window.benchAsOf >= Date.now() + ahead - 1500", arg=ahead_ms, timeout=_WAITS_MS
    )
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return time.perf_counter() - began


def _quantiles(one: Watched, share: float) -> Cost:
    """By the clock, and of a processor."""
    walls, cpus = zip(*one.frames, strict=True)
    return Cost(quantile(walls, share), quantile(cpus, share))


def _rows(one: Watched) -> Iterator[Row]:
    what = f"{one.path}"
    yield Row(f"{what}: first figures", "s", tuple(one.first_s))
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        wall, cpu = _quantiles(one, share)
        yield Row(f"{what}: main thread a frame, {name}", "ms", (wall,))
        yield Row(f"{what}: … of a processor, {name}", "ms CPU", (cpu,))
    yield Row(f"{what}: frames traced", "", (len(one.frames),))
    yield Row(f"{what}: JavaScript heap, settled", "MiB", (one.heap_before / MIB,))
    yield Row(f"{what}: … at the end", "MiB", (one.heap_after / MIB,))
    yield Row(f"{what}: caught up after {_ASLEEP_S} s asleep", "s", (one.caught_up_s,))


def _goals(one: Watched) -> Iterator[Goal]:
    first, frame = quantile(one.first_s, 0.5), _quantiles(one, 0.95).wall_ms
    yield goal_below(f"{one.path}, first figures", AIM_FIRST_S, first, "s")
    yield goal_below(f"{one.path}, main thread a frame, p95", AIM_FRAME_MS, frame, "ms")
    yield goal_below(
        f"{one.path}, heap at the end against settled",
        AIM_HEAP,
        one.heap_after / one.heap_before,
        "×",
    )
    yield goal_below(f"{one.path}, caught up after sleep", AIM_CAUGHT_UP_S, one.caught_up_s, "s")


_COLUMNS: Final = (
    "screen",
    "first figures, s",
    "main thread a frame, p50, ms",
    "p95, ms",
    "p95, ms CPU",
    "heap settled, MiB",
    "heap at the end, MiB",
    "caught up after sleep, s",
    "frames traced",
)


def _line(one: Watched) -> tuple[str, ...]:
    values = (
        quantile(one.first_s, 0.5),
        _quantiles(one, 0.5).wall_ms,
        *_quantiles(one, 0.95),
        one.heap_before / MIB,
        one.heap_after / MIB,
        one.caught_up_s,
    )
    return (f"`{one.path}`", *map(told, values), str(len(one.frames)))
