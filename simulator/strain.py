"""Strain: what hours at work without a break do to an agent."""

from __future__ import annotations

from simulator.causes import Strain
from stream.contract.instants import MINUTE_US


def strain_after(plan: Strain | None, worked_us: int) -> float:
    """How strained somebody is after so long without a break, from 0 to 1."""
    if plan is None:
        return 0.0
    beyond = worked_us / MINUTE_US - plan.begins_after_minutes
    if beyond <= 0:
        return 0.0
    length = plan.full_after_minutes - plan.begins_after_minutes
    return min(1.0, beyond / length) if length > 0 else 1.0
