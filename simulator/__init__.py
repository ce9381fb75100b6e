"""Believable contact-centre traffic, the same for the same seed."""

from simulator.calendar import first_morning, is_open, offset_showing
from simulator.centre import simulate
from simulator.layering import scenario_names
from simulator.pacing import Due, Pace, paced
from simulator.plans import Scenario
from simulator.scenario import (
    ScenarioError,
    floor_plan_of,
    load_scenario,
    parse_scenario,
    scenario_text,
)

__all__ = [
    "Due",
    "Pace",
    "Scenario",
    "ScenarioError",
    "first_morning",
    "floor_plan_of",
    "is_open",
    "load_scenario",
    "offset_showing",
    "paced",
    "parse_scenario",
    "scenario_names",
    "scenario_text",
    "simulate",
]
