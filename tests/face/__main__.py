"""`python -m tests.face fit` writes the bank's scenario anew, `overlay` its pictures and table."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from tests.face.bank import JANUARY, MISSING
from tests.face.fit import fitted_text
from tests.face.overlay import pictures, table

ROOT: Final = Path(__file__).parents[2]


def main(what: str) -> int:
    """Do what was asked for; 1 where the data is not there."""
    if not JANUARY.exists():
        sys.stderr.write(f"{MISSING}\n")
        return 1
    if what == "fit":
        path = ROOT / "simulator" / "scenarios" / "bank.yaml"
        path.write_text(fitted_text(), encoding="utf-8")
        return 0
    for name, svg in pictures().items():
        (ROOT / "docs" / "images" / f"{name}.svg").write_text(svg, encoding="utf-8")
    sys.stdout.write(table() + "\n")
    return 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["fit"], ["overlay"]):
        sys.exit("expected fit or overlay")
    sys.exit(main(sys.argv[1]))
