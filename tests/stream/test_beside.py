"""Processes beside the live figures yield to them, and are ended by who started them alone."""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context
from multiprocessing.connection import Connection

from stream.beside import NICENESS, stand_aside


def _tell(theirs: Connection) -> None:
    stand_aside()
    os.kill(os.getpid(), signal.SIGINT)
    theirs.send(os.nice(0))


def test_it_yields_and_does_not_hear_ctrl_c() -> None:
    """Both hold in the process that stands aside, and there alone."""
    apart = get_context("spawn")
    ours, theirs = apart.Pipe(duplex=False)
    process = apart.Process(target=_tell, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    assert ours.recv() == min(19, os.nice(0) + NICENESS)
    process.join(10)
    assert process.exitcode == 0
