"""A worker in a process of its own, for tests that kill it: `python -m …worker_child URL [N]`."""

from __future__ import annotations

import signal
import sys
from contextlib import closing
from types import FrameType

from stream.contract.floorplan import FloorPlan
from stream.logs.port import Log, LogError
from stream.logs.urls import open_log
from stream.reopening import work_on
from stream.worker import CHECKPOINT_EVERY_EVENTS, Worker
from tests.clock import now_us


def main() -> None:
    """Work until killed or told to end, with a checkpoint every N events, or as in service."""
    url = sys.argv[1]
    checkpoint_every = int(sys.argv[2]) if len(sys.argv) > 2 else CHECKPOINT_EVERY_EVENTS
    stopped = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGTERM, stop)

    def work(log: Log) -> None:
        worker = Worker(log, FloorPlan(), now=now_us, checkpoint_every_events=checkpoint_every)
        worker.run(lambda: stopped)

    def failed(error: LogError, pause_s: float) -> None:
        sys.stderr.write(f"{now_us()} {error}; again in {pause_s} s\n")
        sys.stderr.flush()

    work_on(
        # The embedded log's clock runs ten times as fast, and with it the leases of those that
        # were killed.
        lambda: closing(open_log(url, now=lambda: 10 * now_us())),
        work,
        stopped=lambda: stopped,
        on_failure=failed,
        on_return=lambda: None,
    )


if __name__ == "__main__":
    main()
