"""The proof of the oracle: mistakes are planted in a copy of the engine, and the properties fail."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from stream.compiled import is_compiled
from tests.properties import faults
from tests.properties.faults import FAULTS, Fault

# These run with every `make test`; the others, some seconds each, with `make test-long`.
ALWAYS: Final = frozenset(
    {
        "an answer just at the target is not in target",
        "a window begins one pane early",
        "a call back at just the promised time is not kept",
        "compiled, an answer just at the target is not in target",
    }
)


def _marked(fault: Fault) -> object:
    marks = () if fault.sentence in ALWAYS else pytest.mark.slow
    return pytest.param(fault, id=fault.sentence, marks=marks)


@pytest.mark.timeout(faults.RUN_S_MAX)
@pytest.mark.parametrize("fault", [_marked(fault) for fault in FAULTS])
def test_the_properties_catch_a_planted_fault(fault: Fault, tmp_path: Path) -> None:
    """Engine and oracle differ, and the properties say so."""
    if fault.is_compiled and not is_compiled():
        pytest.skip("the core is not compiled here")
    verdict = faults.run(tmp_path / "copy", fault)

    assert verdict.differed, f"not caught: {fault.sentence}\n{verdict.told}"


@pytest.mark.timeout(faults.RUN_S_MAX)
def test_the_properties_pass_on_a_copy_without_a_fault(tmp_path: Path) -> None:
    """What fails in a copy fails because of the fault that was planted there."""
    verdict = faults.run(tmp_path / "copy", None, examples=20)

    assert verdict.code == 0, verdict.told


@pytest.mark.parametrize("fault", [pytest.param(fault, id=fault.sentence) for fault in FAULTS])
def test_every_fault_has_a_place(fault: Fault) -> None:
    """Where the engine was changed, the fault that was planted there must follow."""
    assert faults.missing(fault) is None


def test_those_that_always_run_are_among_the_faults() -> None:
    """Two faults alike in name, or a name that is none, would go unnoticed."""
    names = [fault.sentence for fault in FAULTS]

    assert len(names) == len(set(names))
    assert ALWAYS <= set(names)


def test_a_fault_without_a_place_is_said(tmp_path: Path) -> None:
    """A text that stands nowhere, or twice, is not planted in silence."""
    (tmp_path / "a.py").write_text("x < 1\nx < 1\n", encoding="utf-8")

    told = [faults.missing(Fault("", "a.py", text, ""), tmp_path) for text in ("x < 2", "x < 1")]

    assert told == [
        "a.py: expected once, found 0 times: 'x < 2'",
        "a.py: expected once, found 2 times: 'x < 1'",
    ]
