"""What docs/architecture.md must say of the code: each module's sentence, and who imports whom.

`python -m tests.repository.architecture` prints both blocks, with `--write` it puts them on the
page in the place of what is there.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from tests.repository.sources import PRODUCT, ROOT, python_sources, tree_of

PAGE: Final = ROOT / "docs" / "architecture.md"
# The stream is large enough that its own lines count as parts; the others are one part each.
_DIVIDED: Final = "stream"

Sources = Mapping[str, str]


def sentence(source: str) -> str:
    """The first sentence of a module's docstring, on one line; empty where there is none."""
    docstring = ast.get_docstring(tree_of(source)) or ""
    paragraph = " ".join(docstring.partition("\n\n")[0].split())
    return re.split(r"(?<=\.) ", paragraph, maxsplit=1)[0]


def module_lines(sources: Sources) -> list[str]:
    """A list item for each package, with the sentence of its `__init__`, and below it one for each
    of its other modules."""
    lines = []
    for package, modules in _packages(sources).items():
        indent = ""
        if package:
            init = sources.get(f"{package}/__init__.py", "")
            lines.append(f"- `{package}/`: {sentence(init)}")
            indent = "  "
        lines += [f"{indent}- `{_name(path)}`: {sentence(sources[path])}" for path in modules]
    return lines


def arrows(sources: Sources) -> list[str]:
    """A line `part → parts` for each part of the code, with the other parts that it imports."""
    modules = {_dotted(path) for path in sources}
    found: dict[str, set[str]] = {}
    for path, source in sources.items():
        part = _part(_dotted(path))
        targets = {_part(module) for module in _imported(source, modules)} - {part}
        found.setdefault(part, set()).update(targets)
    return [f"{part} → {', '.join(sorted(found[part]))}" for part in sorted(found) if found[part]]


def with_blocks(page: str, sources: Sources) -> str:
    """The page with both blocks as they should be. Raises `ValueError` where one has no place."""
    page = _replaced(page, "modules", module_lines(sources))
    return _replaced(page, "imports", ["```text", *arrows(sources), "```"])


def _replaced(page: str, name: str, lines: list[str]) -> str:
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the page needs one `{begin.strip()}` and one `{end}`")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return "\n".join([before + begin, *lines, "", end + after])


def _packages(sources: Sources) -> dict[str, list[str]]:
    """The modules of each package; those at the top, which are in none, come first."""
    packages: dict[str, list[str]] = {}
    for path in sorted(sources, key=lambda path: (PurePosixPath(path).parent.parts, path)):
        folder = PurePosixPath(path).parent.as_posix()
        modules = packages.setdefault("" if folder == "." else folder, [])
        if not path.endswith("__init__.py"):
            modules.append(path)
    return packages


def _name(path: str) -> str:
    return PurePosixPath(path).name


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _part(module: str) -> str:
    names = module.split(".")
    return ".".join(names[:2]) if names[0] == _DIVIDED else names[0]


def _imported(source: str, modules: set[str]) -> Iterator[str]:
    """Our own modules that a source imports, wherever in it."""
    for node in ast.walk(tree_of(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in modules else node.module for name in inner]
        yield from (name for name in names if name in modules)


def main() -> None:
    """Print the blocks, or write them."""
    sources = python_sources(*PRODUCT)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(with_blocks(PAGE.read_text(encoding="utf-8"), sources), encoding="utf-8")
        return
    sys.stdout.write("\n".join([*module_lines(sources), "", *arrows(sources)]) + "\n")


if __name__ == "__main__":
    main()
