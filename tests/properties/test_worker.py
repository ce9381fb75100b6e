"""Workers that die anywhere, held against floors that never did."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import structlog
from hypothesis import given
from hypothesis import strategies as st

from stream.contract.figures import LIVE_WINDOWS
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US
from stream.floor.floor import Floor
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Fenced, Log
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS, topics
from stream.worker import Worker
from tests.properties import nasty
from tests.properties.comparison import differences
from tests.stream import floors

PARTITIONS: Final = 2
# Past the lease of a member that died without a word.
LONG_US: Final = 20 * SECOND_US


class Clock:
    """A wall clock that moves when the test says so."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Trial:
    """A log, a clock, and the worker of the moment."""

    def __init__(self, directory: Path, plan: FloorPlan, now: int) -> None:
        self.clock = Clock(now)
        self.plan = plan
        self.log: Log = EmbeddedLog(directory, now=self.clock)
        self.log.create(topics(PARTITIONS))
        self.worker = self._worker()

    def work(self, data: st.DataObject) -> None:
        """A few rounds, with time passing between them."""
        for _ in range(data.draw(st.integers(0, 3))):
            if data.draw(st.booleans()):
                self._refuse()
            self.worker.step(timeout_s=0)
            self.clock.now += data.draw(st.sampled_from((0, SECOND_US, 40 * SECOND_US, HOUR_US)))

    def die(self) -> None:
        """The worker is gone without a word; another comes when its lease has run out."""
        self.clock.now += LONG_US
        self.worker = self._worker()

    def _refuse(self) -> None:
        """The next commit is not taken, as while the group goes into another generation."""
        consumer = self.worker._consumer
        commit = consumer.commit

        def refused(*_arguments: object) -> None:
            setattr(consumer, "commit", commit)  # noqa: B010 - a method is put back
            raise Fenced("the group moves on; nothing was written")

        setattr(consumer, "commit", refused)  # noqa: B010 - a method is replaced

    def finish(self) -> None:
        """Let everything be read and told."""
        for _ in range(50):
            self.clock.now += SECOND_US
            if not self.worker.step(timeout_s=0) and not self.worker.lag_events:
                break
        self.worker.publish(everybody=True)

    def count(self, topic: str) -> int:
        return sum(1 for part in range(PARTITIONS) for _ in self.log.read(topic, part))

    def _worker(self) -> Worker:
        quiet = structlog.wrap_logger(structlog.testing.ReturnLogger(), processors=[])
        return Worker(self.log, self.plan, now=self.clock, logger=quiet, checkpoint_every_events=7)


def _key(line: bytes) -> str:
    return nasty.subject_of(line) or ""


@given(nasty.cases(nasty.Span.HOURS), st.data())
def test_a_worker_may_die_anywhere(case: nasty.Case, data: st.DataObject) -> None:
    """However often workers die and others take over, every count and figure is what one
    undisturbed reading of the same log gives, and each dead letter is there once."""
    newest = _newest(case)
    start = newest - data.draw(st.sampled_from((0, 2, 6, 300))) * MINUTE_US
    with tempfile.TemporaryDirectory() as directory:
        trial = Trial(Path(directory), FloorPlan.model_validate(case.plan), start)
        for batch in nasty.cut([line for line in case.lines if line], data.draw):
            trial.log.append(CONTACT_EVENTS, [(_key(line), line) for line in batch])
            trial.work(data)
            if data.draw(st.booleans()):
                trial.die()
        trial.finish()
        as_of = trial.clock.now
        told = floors.told(trial.log, as_of, plan=trial.plan)
        undisturbed, _ = floors.undisturbed(trial.log, as_of, plan=trial.plan)

        for window in LIVE_WINDOWS:
            assert [] == differences(undisturbed[window], told[window])
        assert told["today"]["health"]["rejected"] == trial.count(DEAD_LETTERS)
        trial.log.close()


def _newest(case: nasty.Case) -> int:
    floor = Floor(FloorPlan())
    floor.apply([line for line in case.lines if line])
    return floor.newest or 1_772_460_000 * SECOND_US
