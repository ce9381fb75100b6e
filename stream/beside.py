"""How a process beside the live figures behaves: they come first, and who started it ends it."""

from __future__ import annotations

import os
import signal
from typing import Final

# What is read back while somebody waits for it yields to all that is live.
NICENESS: Final = 10


def stand_aside(niceness: int = NICENESS) -> None:
    """Yield to what is live, and leave Ctrl-C to who started this process, which then ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(niceness)
