"""A worker in a process of its own, for tests that kill it: `python -m …worker_child URL`."""

from __future__ import annotations

import sys

from stream.contract.floorplan import FloorPlan
from stream.logs.urls import open_log
from stream.worker import Worker
from tests.clock import now_us


def main() -> None:
    """Work until killed, with a checkpoint every 2,000 events so that many lie between kills."""
    # The log's clock runs ten times as fast, and with it the leases of those that were killed.
    log = open_log(sys.argv[1], now=lambda: 10 * now_us())
    worker = Worker(log, FloorPlan(), now=now_us, checkpoint_every_events=2_000)
    worker.run(lambda: False)


if __name__ == "__main__":
    main()
