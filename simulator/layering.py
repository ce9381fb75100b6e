"""Which files a scenario is made of: its own, its base's, the base's of that, and so on."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from stream.contract.yaml_lines import Layer, YamlError, read_text, text_at

# What a file says of itself, and has from no base.
OWN: Final = ("name", "title", "about", "notice", "helps")
# The files of a chain of bases: deep enough for a family of floors, and an end to all else.
LAYERS_MAX: Final = 8

_YAML: Final = frozenset({".yaml", ".yml"})


def scenario_names() -> list[str]:
    """The scenarios that ship with Floorwatch."""
    folder = resources.files("simulator") / "scenarios"
    names = (entry.name for entry in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def layers_of(name_or_path: str) -> list[Layer]:
    """The files of a scenario by its name or path, the lowest base first. Raises `YamlError`."""
    if name_or_path in scenario_names():
        return with_bases(_shipped(name_or_path), None)
    path = Path(name_or_path)
    if path.suffix not in _YAML and not path.exists():
        shipped_names = ", ".join(scenario_names())
        raise YamlError(
            f"{name_or_path}: no such scenario, expected one of {shipped_names} or a .yaml file"
        )
    return with_bases(Layer(read_text(path), str(path)), path)


def with_bases(layer: Layer, path: Path | None) -> list[Layer]:
    """A file after those that it is laid over; `path` is where it lies, None where it ships or is
    no file. A base is a shipped scenario's name, or a path from where the file lies."""
    layers, passed = [layer], [_identity(layer, path)]
    while (base := text_at(layer, "base")) is not None:
        name, line = base
        at = f"{layer.where}:{line}: base"
        layer, path = _base(name, path, at)
        identity = _identity(layer, path)
        if identity in passed:
            raise YamlError(f"{at}: goes round in a circle, back to {layer.where}")
        if len(layers) == LAYERS_MAX:
            raise YamlError(f"{at}: expected at most {LAYERS_MAX} files, each the base of another")
        layers.append(layer)
        passed.append(identity)
    return layers[::-1]


def _base(name: str, path: Path | None, at: str) -> tuple[Layer, Path | None]:
    if name in scenario_names():
        return _shipped(name), None
    below = Path(name) if path is None else path.parent / name
    if below.suffix not in _YAML:
        shipped_names = ", ".join(scenario_names())
        raise YamlError(f"{at}: expected one of {shipped_names} or a .yaml file")
    try:
        return Layer(read_text(below), str(below)), below
    except YamlError as error:
        raise YamlError(f"{at}: {error}") from None


def _shipped(name: str) -> Layer:
    file = resources.files("simulator") / "scenarios" / f"{name}.yaml"
    return Layer(file.read_text(encoding="utf-8"), f"{name}.yaml")


def _identity(layer: Layer, path: Path | None) -> tuple[bool, str]:
    """What tells one file from another: of a shipped one its name."""
    return (False, layer.where) if path is None else (True, str(path.resolve()))
