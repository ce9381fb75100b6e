"""docs/architecture.md says of the modules and their imports what is so."""

from __future__ import annotations

import pytest

from tests.repository.architecture import PAGE, arrows, module_lines, sentence, with_blocks
from tests.repository.sources import PRODUCT, python_sources

TO_MEND = "run: .venv/bin/python -m tests.repository.architecture --write"

SMALL = {
    "command.py": '"""The command."""\nimport wall.app\nfrom stream import worker\n',
    "stream/__init__.py": '"""Events in, figures out."""\n',
    "stream/worker.py": '"""Poll and apply. Then more."""\nfrom stream.floor.life import Life\n',
    "stream/floor/__init__.py": '"""One partition."""\n',
    "stream/floor/life.py": '"""A life."""\nimport json\nfrom stream.floor import agents\n',
    "stream/floor/agents.py": '"""Agents: see EVENTS.md, and\nlife.\n\nMore."""\n',
    "wall/__init__.py": '"""Screens."""\nfrom wall.app import run\n',
    "wall/app.py": '"""Runs."""\ndef f():\n    from stream.floor import life\n',
}


def test_the_page_lists_every_module_and_every_import() -> None:
    """Each module with the first sentence of its docstring, each part with what it imports."""
    page = PAGE.read_text(encoding="utf-8")

    assert with_blocks(page, python_sources(*PRODUCT)) == page, TO_MEND


def test_modules_stand_below_their_packages() -> None:
    """A package's sentence is that of its `__init__`."""
    assert module_lines(SMALL) == [
        "- `command.py`: The command.",
        "- `stream/`: Events in, figures out.",
        "  - `worker.py`: Poll and apply.",
        "- `stream/floor/`: One partition.",
        "  - `agents.py`: Agents: see EVENTS.md, and life.",
        "  - `life.py`: A life.",
        "- `wall/`: Screens.",
        "  - `app.py`: Runs.",
    ]


def test_arrows_lead_from_part_to_part() -> None:
    """The stream is told by its own parts; what is inside a part or not ours is left out, and an
    import inside a function counts."""
    assert arrows(SMALL) == [
        "command → stream.worker, wall",
        "stream.worker → stream.floor",
        "wall → stream.floor",
    ]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"stream/clock.py": '"""Time."""\n'}, id="a new module"),
        pytest.param({"stream/floor/life.py": None}, id="a module that is gone"),
        pytest.param({"stream/worker.py": '"""Apply, then poll."""\n'}, id="another sentence"),
        pytest.param({"stream/floor/__init__.py": '"""Two."""\n'}, id="another package sentence"),
        pytest.param(
            {"stream/floor/life.py": '"""A life."""\nimport stream.worker\n'}, id="a new import"
        ),
        pytest.param({"wall/app.py": '"""Runs."""\n'}, id="an import that is gone"),
    ],
)
def test_each_planted_change_is_found(change: dict[str, str | None]) -> None:
    """The page that was current is not any more."""
    empty = "".join(f"<!-- {name}: begin -->\n<!-- {name}: end -->\n" for name in _BLOCKS)
    page = with_blocks(empty, SMALL)
    changed = {path: text for path, text in {**SMALL, **change}.items() if text is not None}

    assert with_blocks(page, SMALL) == page
    assert with_blocks(page, changed) != page


_BLOCKS = ("modules", "imports")


def test_a_page_without_a_place_for_the_blocks_is_found() -> None:
    """Else the page would be current for ever."""
    with pytest.raises(ValueError, match="modules: begin"):
        with_blocks("# Architecture\n", SMALL)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        pytest.param('"""One. Two."""', "One.", id="the first of two"),
        pytest.param(
            '"""Files in `.jsonl`, 0.5 s\nlong."""', "Files in `.jsonl`, 0.5 s long.", id="dots"
        ),
        pytest.param('"""No end"""', "No end", id="no full stop"),
        pytest.param("x = 1", "", id="no docstring"),
    ],
)
def test_a_sentence_ends_at_its_full_stop(source: str, told: str) -> None:
    """Not at a dot inside a name or a number."""
    assert sentence(source) == told
