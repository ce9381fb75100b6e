"""What tests have other processes do to a log; every function can be started by `spawn`."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from stream.contract.instants import SECOND_US
from stream.logs.port import Produced
from stream.logs.urls import open_log
from tests.builders import BASE_US


def start(what: Callable[..., None], *args: Any) -> BaseProcess:
    """Start `what` in a new interpreter, which shares nothing with this one but the log."""
    process = multiprocessing.get_context("spawn").Process(target=what, args=args, daemon=True)
    process.start()
    return process


def append_numbers(url: str, topic: str, name: str, batches: int, size: int) -> None:
    """Append the numbers from 0 up under one key, `size` at a time."""
    log = open_log(url, now=lambda: BASE_US)
    for batch in range(batches):
        numbers = range(batch * size, (batch + 1) * size)
        log.append(topic, [(name, str(number).encode()) for number in numbers])
    log.close()


def append_and_acknowledge(url: str, topic: str, first: int, size: int, to: Connection) -> None:
    """Append numbers from `first` up for ever, and send each batch's last once it is in."""
    log = open_log(url, now=lambda: BASE_US)
    while True:
        numbers = range(first, first + size)
        log.append(topic, [("c-1", str(number).encode()) for number in numbers])
        to.send(numbers[-1])
        first += size


def copy_exactly_once(url: str, source: str, target: str, life: int, to: Connection) -> None:
    """Work as a stream worker does: poll, derive, commit, for ever.

    Life after life the clock is past the lease of the one before.
    """
    log = open_log(url, now=lambda: BASE_US + life * 10 * SECOND_US)
    worker = log.consumer("workers", source)
    while True:
        records = worker.poll(7, 1.0)
        if not records:
            continue
        positions = {record.partition: record.offset + 1 for record in records}
        copies = [Produced(target, r.partition, r.key, r.value) for r in records]
        worker.commit(positions, copies)
        to.send(len(records))
