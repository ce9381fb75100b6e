"""The desk's own thread: it lets the floor's time go on for as long as the block runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from simulator.drill.desk import Desk

STEP_EVERY_S: Final = 0.05
ENDING_S_MAX: Final = 15.0


@contextmanager
def running(desk: Desk) -> Iterator[Desk]:
    """Let the desk's time go on while the block runs, and end its floor with it."""
    ending = Event()

    def run() -> None:
        while not ending.wait(STEP_EVERY_S):
            desk.step()

    thread = Thread(target=run, name="floorwatch-drill", daemon=True)
    thread.start()
    try:
        yield desk
    finally:
        ending.set()
        thread.join(ENDING_S_MAX)
        desk.close()
