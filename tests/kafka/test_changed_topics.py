"""Topics that Kafka's own tools change under the product: partitions added, events made anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

import pytest
import structlog
from kafka.admin import KafkaAdminClient

from stream.commands.terminal import open_floor_log
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US
from stream.logs.port import Log, LogError
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.worker import Worker
from tests.builders import event
from tests.clock import now_us
from tests.kafka import ground
from tests.kafka.broker import Broker
from tests.kafka.crew import open_kafka

pytestmark = pytest.mark.kafka

PARTITIONS: Final = 4
WITHIN_S: Final = 60.0
QUIET: Final = structlog.wrap_logger(structlog.testing.ReturnLogger(), processors=[])


def work(worker: Worker, done: Callable[[], bool]) -> None:
    """Until it is done, or too late."""
    give_up = time.monotonic() + WITHIN_S
    while not done():
        assert time.monotonic() < give_up
        worker.step()


def send(log: Log, count: int) -> None:
    """So many contacts that wait."""
    log.append(
        CONTACT_EVENTS,
        [
            (
                f"c{number}",
                event(
                    "contact.queued",
                    subject=f"c{number}",
                    at_us=now_us(),
                    queue="q",
                    channel="voice",
                ),
            )
            for number in range(count)
        ],
    )


@pytest.mark.timeout(180)
def test_partitions_that_are_added_end_the_work_and_every_start(broker: Broker) -> None:
    """A worker sees it within a minute, though all clients have the old number in memory; who
    starts is told the same."""
    ahead_us = 0
    with ground.fresh_log(broker.address, PARTITIONS) as log:
        worker = Worker(log, FloorPlan(), now=lambda: now_us() + ahead_us, logger=QUIET)
        send(log, 20)
        work(worker, lambda: worker.events == 20)
        _add_partition(broker)

        ahead_us = MINUTE_US
        with pytest.raises(LogError) as seen:
            _until(lambda: _asked_again(worker))
        worker.close()
        with (
            pytest.raises(LogError) as told,
            open_floor_log(f"kafka://{broker.address}", now=now_us),
        ):
            pass

    place = f"kafka://{broker.address}"
    assert str(seen.value) == (
        f"{place}: contact-events has 5 partitions now, and had 4: "
        "partitions cannot be added; make a log of its own"
    )
    assert str(told.value) == (
        f"{place}: contact-events has 5 partitions and floor-frames 4: "
        "partitions cannot be added; make a log of its own"
    )


@pytest.mark.timeout(180)
def test_events_that_are_made_anew_are_not_taken_for_the_old_ones(broker: Broker) -> None:
    """The frames know more events than there are, and whoever takes up a partition says so."""
    with ground.fresh_log(broker.address, PARTITIONS) as log:
        worker = Worker(log, FloorPlan(), now=now_us, logger=QUIET)
        send(log, 40)
        work(worker, lambda: worker.events == 40)
        worker.publish(everybody=True)
        worker.close()
    ground.clear(broker.address, (CONTACT_EVENTS,))
    log = open_kafka(broker.address)
    log.create(topics(PARTITIONS))
    send(log, 4)
    worker = Worker(log, FloorPlan(), now=now_us, logger=QUIET)

    with pytest.raises(LogError, match="events more than the log holds; was it made anew"):
        work(worker, lambda: False)
    worker.close()
    log.close()


def _add_partition(broker: Broker) -> None:
    admin = KafkaAdminClient(bootstrap_servers=[broker.address])
    try:
        admin.create_partitions({CONTACT_EVENTS: PARTITIONS + 1})
    finally:
        admin.close()


def _asked_again(worker: Worker) -> bool:
    """A broker may need a moment to know it itself: ask as after another minute."""
    worker._partitions_asked_at = 0
    worker.step()
    return False


def _until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < give_up
        threading.Event().wait(0.05)
