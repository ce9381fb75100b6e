"""Runs one command and tells what it used, in a line of JSON on standard error.

A process inherits the largest size of the one that started it, so a small one must start what is
to be measured: this one, which imports next to nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

if __name__ == "__main__":
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *sys.argv[1:]])
    _, status, usage = os.wait4(process.pid, 0)
    used = {
        "wall_s": time.perf_counter() - began,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }
    sys.stderr.write(json.dumps(used) + "\n")
    sys.exit(os.waitstatus_to_exitcode(status))
