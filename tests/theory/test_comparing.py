"""Common random numbers: what one agent more can do to those who wait (Kiefer and Wolfowitz)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from stream.contract.events import ContactAnswered, ContactQueued
from tests.simulator.floors import events_of, floor, law, queue, run_of, team


def waits(
    agents: int, *, per_minute: float, talk_s: float, sigma: float | None, seed: int
) -> dict[str, int]:
    """How long each contact of five hours waited, in microseconds, where nobody hangs up."""
    plan = queue(per_minute, law(talk_s, sigma), wrap=law(20.0, 0.5))
    scenario = floor({"calls": plan}, {"all": team(agents, "calls")})
    came: dict[str, int] = {}
    found = {}
    for event in events_of(run_of(scenario, seed, 300)):
        if isinstance(event, ContactQueued):
            came[event.subject] = event.time
        elif isinstance(event, ContactAnswered):
            found[event.subject] = event.time - came[event.subject]
    return found


@given(
    seed=st.integers(0, 2**32),
    agents=st.integers(1, 8),
    load=st.floats(0.5, 1.3),
    talk_s=st.floats(20.0, 300.0),
    sigma=st.one_of(st.none(), st.floats(0.0, 1.5)),
)
@settings(max_examples=25, deadline=None)
def test_one_agent_more_never_lengthens_a_wait(
    seed: int, agents: int, load: float, talk_s: float, sigma: float | None
) -> None:
    """Whoever it is and whenever they come, if nobody abandons and all take as long as before."""
    rate = load * agents * 60 / (talk_s + 20)
    few = waits(agents, per_minute=rate, talk_s=talk_s, sigma=sigma, seed=seed)
    more = waits(agents + 1, per_minute=rate, talk_s=talk_s, sigma=sigma, seed=seed)

    assert few.keys() <= more.keys()
    assert [name for name, wait in few.items() if more[name] > wait] == []
