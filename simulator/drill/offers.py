"""What can be drilled: recordings and scenarios that are named, and the scenarios that ship."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from simulator.drill.ports import Drillable, Offered
from simulator.drill.recordings import recorded
from simulator.drill.staging import offer_of
from simulator.layering import scenario_names
from simulator.player import Stretch
from simulator.scenario import load_scenario


def offered(
    names: Iterable[str] = (), recordings: Mapping[str, Stretch] | None = None
) -> Mapping[str, Drillable]:
    """What can be drilled by name: what is named first, a scenario's file standing before one that
    ships with its name. Raises `ScenarioError`."""
    found: dict[str, Drillable] = {}
    for name in names:
        made = _of_scenario(name)
        found.setdefault(made.offer.name, made)
    for name, stretch in (recordings or {}).items():
        found.setdefault(name, recorded(name, stretch))
    return _Offers(found)


class _Offers(Mapping[str, Drillable]):
    """What is named, and what ships, which is read when it is first asked for: all of it takes a
    second, and a demo need not wait for it."""

    def __init__(self, found: dict[str, Drillable]) -> None:
        self._found = found
        self._names = list(dict.fromkeys([*found, *scenario_names()]))

    def __getitem__(self, name: str) -> Drillable:
        if name not in self._found and name in self._names:
            self._found[name] = _of_scenario(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _of_scenario(name: str) -> Offered:
    scenario = load_scenario(name)
    return Offered(offer_of(scenario), scenario)
