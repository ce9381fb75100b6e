"""A dashboard's alerts over a real log, in which a test is the evaluator and reads what people did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dashboard.app import RuleTools
from stream.alerting.board import LogAlertBoard
from stream.alerts.rule_file import problems_of_change
from stream.contract.alerts import Action, RulesInForce, Target, decode_action
from stream.contract.backtest import BackTest, Firing
from stream.contract.instants import HOUR_US, MINUTE_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import ALERT_ACTIONS, topics
from tests.clock import now_us
from tests.incidents import RULES, Evaluator


class AlertFloor:
    """A log, its board, and who tells it."""

    def __init__(self, log: EmbeddedLog) -> None:
        self.log = log
        self.board = LogAlertBoard(log)
        self.evaluator = Evaluator(log, now=now_us)
        self.evaluator.tell(RulesInForce(RULES, "file", now_us() - HOUR_US))

    def actions(self) -> list[Action]:
        """What people did, in order."""
        return [decode_action(one.value or b"") for one in self.log.read(ALERT_ACTIONS, 0)]


@contextmanager
def alert_floor(directory: Path) -> Iterator[AlertFloor]:
    """A floor in a directory of its own."""
    with closing(EmbeddedLog(directory, now=now_us)) as log:
        log.create(topics(2))
        floor = AlertFloor(log)
        with closing(floor.board):
            yield floor


def backtest(text: str) -> BackTest:
    """Three firings in the last day, two of them of the surge rule."""
    if "broken" in text:
        raise OSError("a secret")
    until = now_us()
    at = [until - hours * HOUR_US for hours in (9, 5, 2)]
    benefits = Target("queue", "benefits")
    return BackTest(
        until - 24 * HOUR_US,
        until,
        [
            Firing("surge", benefits, "page", at[0], at[0] + 20 * MINUTE_US, 1.8, "", "i-1"),
            Firing(
                "long wait",
                Target("floor"),
                "notice",
                at[1],
                at[1] + 4 * MINUTE_US,
                372.0,
                "",
                "i-2",
            ),
            Firing("surge", benefits, "page", at[2], None, None, "", "i-3"),
        ],
    )


TOOLS = RuleTools(problems_of_change, backtest)
