"""How a service is asked to end: once in order, twice at once."""

from __future__ import annotations

import signal

import pytest

from stream.commands.terminal import stopping

SIGNALS = [signal.SIGINT, signal.SIGTERM]


@pytest.mark.parametrize("number", SIGNALS)
def test_asked_once_it_ends_by_itself(number: signal.Signals) -> None:
    with stopping() as stopped:
        assert not stopped()
        signal.raise_signal(number)
        assert stopped()


@pytest.mark.parametrize("number", SIGNALS)
def test_asked_twice_whatever_it_waits_for_is_interrupted(number: signal.Signals) -> None:
    """And the third time nothing is asked any more."""
    before = signal.getsignal(number)
    with stopping() as stopped:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert stopped()
        assert signal.getsignal(number) is signal.SIG_DFL
    assert signal.getsignal(number) is before
