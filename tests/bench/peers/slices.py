"""A file cut into slices of time, for the peers that take micro-batches of files."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Final

_TIME: Final = re.compile(rb'"time":"([^"]*)"')


def slices_of(file: Path, hop_s: int) -> list[tuple[int, Path]]:
    """The second at which each slice begins, and its file, in a folder beside the whole; made
    once. The events must be in order of time."""
    folder = file.with_name(f"{file.stem}-every-{hop_s}s")
    if not folder.exists():
        part = folder.with_suffix(".part")
        part.mkdir()
        lines = file.read_bytes().splitlines(keepends=True)
        for start_s, slice_ in groupby(lines, lambda line: _second(line) // hop_s * hop_s):
            (part / f"{start_s}.jsonl").write_bytes(b"".join(slice_))
        part.rename(folder)
    return sorted((int(slice_.stem), slice_) for slice_ in folder.glob("*.jsonl"))


def _second(line: bytes) -> int:
    found = _TIME.search(line)
    assert found is not None
    return int(datetime.fromisoformat(found[1].decode()).timestamp())
