"""Planted faults: small, believable mistakes in the engine that the properties must catch.

Each is one change of text in a copy of the tree, where the properties then run. A check that has
never been seen to fail proves nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parents[2]
PROPERTIES: Final = (
    "tests/properties/test_edges.py",
    "tests/properties/test_engine.py",
    "tests/properties/test_parts.py",
)
# What the properties need of the tree.
_NEEDED: Final = ("stream", "tests/properties", "tests/repository")
_NEEDED_FILES: Final = ("pyproject.toml", "tests/*.py")
# A log may be longer than Hypothesis likes to print; that must not hide what failed in it.
_QUIETLY: Final = "ignore::hypothesis.errors.HypothesisWarning"
RUN_S_MAX: Final = 600
# Every example is new, nothing is shrunk: one that fails is all that is asked for. A planted run
# ends with it, so only a fault that is hard to find costs all the examples.
_EXAMPLES_MAX: Final = 1_000
_CONFTEST: Final = """
from pathlib import Path
from hypothesis import HealthCheck, Phase, settings
import stream
assert Path(stream.__file__).parents[1] == Path(__file__).parents[2], "not the copy's stream"
settings.register_profile(
    "planted", max_examples={examples}, derandomize=True, deadline=None, database=None,
    phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
)
"""


class Fault(NamedTuple):
    """A mistake: in `file`, where `text` stands once, `replacement` is written; `sentence` says
    what then goes wrong."""

    sentence: str
    file: str
    text: str
    replacement: str

    @property
    def is_compiled(self) -> bool:
        """Whether it is planted in the compiled core, which the plain make knows nothing of."""
        return self.file.endswith(".pyx")


class Verdict(NamedTuple):
    """How the properties' run ended: pytest's exit code, and what it printed."""

    code: int
    told: str

    @property
    def differed(self) -> bool:
        """Whether engine and oracle were compared and found to differ; a crash is not that."""
        return self.code == 1 and "assert [] == " in self.told


FAULTS: Final = (
    # --- lives of contacts ---
    Fault(
        "an answer just at the target is not in target",
        "stream/floor/life.py",
        "if wait_us <= self._target_us(contact):\n                self._ones.append(base + ANSWERED",
        "if wait_us < self._target_us(contact):\n                self._ones.append(base + ANSWERED",
    ),
    Fault(
        "an abandonment just at the target is not in target",
        "stream/floor/life.py",
        "if wait_us <= self._target_us(contact):\n                self._ones.append(base + ABANDON",
        "if wait_us < self._target_us(contact):\n                self._ones.append(base + ABANDON",
    ),
    Fault(
        "an abandonment just at the short limit is a short one",
        "stream/floor/life.py",
        "if wait_us < self._short_us(queue):",
        "if wait_us <= self._short_us(queue):",
    ),
    Fault(
        "a hold that lasts until the part ends is talk",
        "stream/floor/life.py",
        "contact.close_hold(now)\n        queue,",
        "queue,",
    ),
    Fault(
        "a contact on its way to an agent may not queue again",
        "stream/floor/life.py",
        "Phase.TO_QUEUE, Phase.TO_AGENT))",
        "Phase.TO_QUEUE))",
    ),
    Fault(
        "the oldest of an agent's open parts is wrapped up, not the newest",
        "stream/floor/life.py",
        "range(len(parts) - 1, -1, -1)",
        "range(len(parts))",
    ),
    Fault(
        "a contact's clock runs back with a late event",
        "stream/floor/steps.py",
        "now = time if time > clock else clock",
        "now = time",
    ),
    Fault(
        "a contact is forgotten at just the end of its time",
        "stream/floor/contacts.py",
        "time - known.clock <= known.kept_us",
        "time - known.clock < known.kept_us",
    ),
    # --- panes and windows ---
    Fault(
        "a window begins one pane early",
        "stream/merge.py",
        "first = last - span.length + 1",
        "first = last - span.length",
    ),
    Fault(
        "a pane that is told again counts twice",
        "stream/merge.py",
        "came = tally if before is None else tally.since(before)",
        "came = tally",
    ),
    Fault(
        "the pane just too old to be held is not too late",
        "stream/floor/steps.py",
        "is_late = pane <= newest_pane - PANES_HELD",
        "is_late = pane < newest_pane - PANES_HELD",
    ),
    Fault(
        "what is too late for the panes settles nowhere",
        "stream/floor/steps.py",
        "panes.measured_late.extend(measured.cut())",
        "measured.cut()",
    ),
    Fault(
        "waits that leave a sliding window stay in its quantiles",
        "stream/windows/blocks.py",
        "np.subtract.at(self.waits.reshape(-1), part.wait_places, waits)",
        "pass",
    ),
    Fault(
        "the longest wait outlives its window",
        "stream/windows/blocks.py",
        "leaving = part.longest_us >= self.longest_us[part.longest_rows]",
        "leaving = part.longest_us > self.longest_us[part.longest_rows]",
    ),
    Fault(
        "a quantile's rank is rounded down",
        "stream/measures/waits.py",
        "-(-totals[some] * percent // 100)",
        "np.maximum(1, totals[some] * percent // 100)",
    ),
    Fault(
        "who waits just as long as the target is over it",
        "stream/now.py",
        "over = waits_us > target_us",
        "over = waits_us >= target_us",
    ),
    # --- agents ---
    Fault(
        "the stretch that a window's beginning cuts counts whole",
        "stream/figures.py",
        "np.subtract.at(times, (rows[here], states[here]), outside_us[here])",
        "pass",
    ),
    Fault(
        "a stretch that ends on a pane's edge lies in the pane after it",
        "stream/windows/panes.py",
        "number = (end - 1) // PANE_US",
        "number = end // PANE_US",
    ),
    Fault(
        "a stretch over midnight is today's as a whole",
        "stream/windows/panes.py",
        "edges = [start, *sorted(cuts), end]",
        "edges = [start, end]",
    ),
    Fault(
        "an agent's clock runs back with a late event",
        "stream/floor/agents.py",
        "now = agent.clock = time if time > clock else clock",
        "now = agent.clock = time",
    ),
    # --- promises, surveys, duplicates ---
    Fault(
        "a call back at just the promised time is not kept",
        "stream/floor/floor.py",
        "if time <= due:",
        "if time < due:",
    ),
    Fault(
        "a promise due just now is overdue",
        "stream/now.py",
        "overdue = kept & (merge.as_of > due)",
        "overdue = kept & (merge.as_of >= due)",
    ),
    Fault(
        "a four is no top score",
        "stream/floor/surveys.py",
        "if data.csat >= TOP_BOX_FROM:",
        "if data.csat > TOP_BOX_FROM:",
    ),
    Fault(
        "the same id from another source is a copy",
        "stream/contract/batch.py",
        'f"{subject}{source}{event.id}"',
        'f"{subject}{event.id}"',
    ),
    Fault(
        "a copy in the batch of its first is none",
        "stream/floor/duplicates.py",
        "len(fresh) == len(marks)",
        "bool(fresh)",
    ),
    Fault(
        "a stretch from yesterday is not cut if the one before it ended in the same pane",
        "stream/windows/panes.py",
        "if low < end <= high and first <= start:",
        "if low < end <= high:",
    ),
    # --- a log in parts ---
    Fault(
        "a part goes by the newest time of its own events alone",
        "stream/compute_parts.py",
        "self._floor.newest = self._newest\n        for place",
        "for place",
    ),
    Fault(
        "what is too late is decided for a whole stretch at once",
        "stream/compute_parts.py",
        "return not ((times >= first_held_us[0]) & (times < first_held_us[1])).any()",
        "return True",
    ),
    Fault(
        "what lies too far ahead is decided for a whole stretch at once",
        "stream/compute_parts.py",
        "return believed if (times[~believed] > latest + AHEAD_IN_FILES_US).all() else None",
        "return believed",
    ),
    Fault(
        "every part counts what none can place",
        "stream/contract/owners.py",
        "owner, time = 0, UNREADABLE",
        "owner, time = part, UNREADABLE",
    ),
    Fault(
        "a bad event moves time on",
        "stream/compute_parts.py",
        "            left[place] = UNREADABLE\n            continue",
        "            return time",
    ),
    # --- the compiled core ---
    Fault(
        "compiled, an answer just at the target is not in target",
        "stream/floor/_lives.pyx",
        "if wait_us <= self._target_us(row.queue, contact.channel):",
        "if wait_us < self._target_us(row.queue, contact.channel):",
    ),
    Fault(
        "compiled, a hold that lasts until the part ends is talk",
        "stream/floor/_lives.pyx",
        "if contact.phase == P_HELD:\n            contact.hold_us +=",
        "if False:\n            contact.hold_us +=",
    ),
    Fault(
        "compiled, the pane just too old to be held is not too late",
        "stream/floor/_lives.pyx",
        "is_late = pane <= newest_pane - PANES_HELD",
        "is_late = pane < newest_pane - PANES_HELD",
    ),
    Fault(
        "compiled, a contact is forgotten at just the end of its time",
        "stream/floor/_lives.pyx",
        "row.micros - contact.clock <= _kept_us(contact)",
        "row.micros - contact.clock < _kept_us(contact)",
    ),
    Fault(
        "compiled, the same id from another source is a copy",
        "stream/floor/_seen.pyx",
        "if memcmp(text, row.source.start, row.source.length):\n        return False",
        "pass",
    ),
    Fault(
        "compiled, digits past the sixth are rounded into the time",
        "stream/contract/_scan.pyx",
        "micros += (at[0] - 48) * unit",
        "micros += (at[0] - 48) * max(unit, 1)",
    ),
    Fault(
        "compiled, an empty name is a name",
        "stream/contract/_scan.pyx",
        "if member.token != STRING or not 1 <= member.value.length <= IDENTIFIER_BYTES_MAX:",
        "if member.token != STRING or not 0 <= member.value.length <= IDENTIFIER_BYTES_MAX:",
    ),
)


def missing(fault: Fault, root: Path = ROOT) -> str | None:
    """Why the fault cannot be planted, or None where its text stands exactly once."""
    found = (root / fault.file).read_text(encoding="utf-8").count(fault.text)
    if found == 1:
        return None
    return f"{fault.file}: expected once, found {found} times: {fault.text!r}"


def run(copy: Path, fault: Fault | None, *, examples: int = _EXAMPLES_MAX) -> Verdict:
    """Copy the tree into the empty folder `copy`, plant the fault, and run the properties there."""
    for folder in _NEEDED:
        ignored = shutil.ignore_patterns("__pycache__", "*.so", "test_planted_faults.py")
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    for pattern in _NEEDED_FILES:
        for path in ROOT.glob(pattern):
            shutil.copy(path, copy / path.relative_to(ROOT))
    if fault is not None:
        _plant(copy, fault)
    if fault is not None and fault.is_compiled:
        _compile(copy)
    conftest = copy / "tests/properties/conftest.py"
    conftest.write_text(_CONFTEST.format(examples=examples), encoding="utf-8")
    options = [
        "-q",
        "-x",
        "-W",
        _QUIETLY,
        "-p",
        "no:cacheprovider",
        "--hypothesis-profile=planted",
        "--timeout=0",
    ]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *PROPERTIES],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_S_MAX,
    )
    return Verdict(result.returncode, result.stdout + result.stderr)


def _compile(copy: Path) -> None:
    (copy / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/compile.py", copy / "scripts")
    subprocess.run(
        [sys.executable, "scripts/compile.py"],
        cwd=copy,
        env={**os.environ, "FLOORWATCH_COMPILED": "1"},
        check=True,
        timeout=RUN_S_MAX,
    )


def _plant(copy: Path, fault: Fault) -> None:
    problem = missing(fault, copy)
    if problem is not None:
        raise ValueError(problem)
    file = copy / fault.file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(fault.text, fault.replacement), encoding="utf-8")
