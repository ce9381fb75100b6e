"""An evaluator in a process of its own, for tests that kill it: `python -m …alert_child URL`."""

from __future__ import annotations

import sys
from contextlib import closing

from stream.alerting.service import AlertService, Setting
from stream.contract.floorplan import FloorPlan
from stream.logs.port import Log, LogError
from stream.logs.urls import open_log
from stream.reopening import work_on
from tests.clock import now_us
from tests.stream.alert_ground import RULES


def main() -> None:
    """Evaluate until killed."""

    def failed(error: LogError, _pause_s: float) -> None:
        sys.stderr.write(f"{error}\n")

    def work(log: Log) -> None:
        AlertService(log, FloorPlan(), Setting("child", RULES), now=now_us).run(lambda: False)

    work_on(
        # The embedded log's clock runs ten times as fast, and with it the leases of those that
        # were killed.
        lambda: closing(open_log(sys.argv[1], now=lambda: 10 * now_us())),
        work,
        stopped=lambda: False,
        on_failure=failed,
        on_return=lambda: None,
    )


if __name__ == "__main__":
    main()
