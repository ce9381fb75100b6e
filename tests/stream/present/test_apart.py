"""Contacts followed in a process of its own: it answers, it keeps up, and it comes back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import TypeVar

import pytest

from stream.contract.behind import TooManyEvents
from stream.contract.detail import PresentAsked, PresentContacts
from stream.logs.port import LogError
from stream.present.apart import Gone, PresentApart
from tests.builders import answered, instant, queued
from tests.stream.behind.test_behind import Ground

Told = TypeVar("Told")


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A floor with two contacts."""
    made = Ground(tmp_path / "log")
    with closing(made.log):
        made.append(queued("c1", 0), queued("c2", 1, "other"))
        yield made


def told(future: Future[Told]) -> Told:
    """The answer, which must come."""
    return future.result(30)


def test_it_answers_and_keeps_up(ground: Ground) -> None:
    """Several who ask get their own answers; what came since is in the next one."""
    with closing(
        PresentApart(ground.url, ground.plan, now=lambda: ground.now, fresh_s=0)
    ) as present:
        every = present.contacts(PresentAsked("waiting"))
        other = present.contacts(PresentAsked("waiting", queue="other"))
        assert [one.contact for one in told(every).contacts] == ["c1", "c2"]
        assert [one.contact for one in told(other).contacts] == ["c2"]
        assert told(present.at_hand()) == []

        ground.append(answered("c1", 30))
        [hand] = told(present.at_hand())
        assert (hand.agent, hand.contact) == ("a1", "c1")
        assert told(present.contacts(PresentAsked("waiting"))).as_of >= instant(30)


def test_who_asks_for_what_is_asked_waits_for_the_same(ground: Ground) -> None:
    """While the first answer is on its way."""
    with closing(
        PresentApart(ground.url, ground.plan, now=lambda: ground.now, fresh_s=0)
    ) as present:
        first = present.contacts(PresentAsked("waiting"))
        assert present.contacts(PresentAsked("waiting")) is first
        assert present.contacts(PresentAsked("wrapping")) is not first
        assert told(first).total == 2
        assert present.contacts(PresentAsked("waiting")) is not first


def test_who_asks_never_waits_for_the_pipe(ground: Ground) -> None:
    """More is asked than a pipe holds while the process reads nothing: all get answers later."""
    asked = [PresentAsked("waiting", queue=f"{number}{'q' * 2_000}") for number in range(150)]
    futures: list[Future[PresentContacts]] = []
    with closing(
        PresentApart(ground.url, ground.plan, now=lambda: ground.now, fresh_s=0)
    ) as present:
        assert told(present.contacts(PresentAsked("waiting"))).total == 2
        assert present._follower is not None
        process = present._follower._process.pid
        assert process is not None
        os.kill(process, signal.SIGSTOP)
        try:
            asking = Thread(
                target=lambda: futures.extend(present.contacts(each) for each in asked), daemon=True
            )
            asking.start()
            asking.join(10)
            assert not asking.is_alive()
        finally:
            os.kill(process, signal.SIGCONT)
        assert [told(future).total for future in futures] == [0] * len(asked)


def test_it_ends_when_nobody_asks_and_begins_again(ground: Ground) -> None:
    """The next who asks gets an answer of another process."""
    with closing(
        PresentApart(ground.url, ground.plan, now=lambda: ground.now, idle_s=0.0, fresh_s=0)
    ) as present:
        assert told(present.contacts(PresentAsked("waiting"))).total == 2
        total = None
        while total is None:
            try:
                total = told(present.contacts(PresentAsked("in_conversation"))).total
            except Gone:
                Event().wait(0.2)
        assert total == 0


def test_what_went_wrong_is_told_to_who_asked(ground: Ground, tmp_path: Path) -> None:
    """A log that is none, and one that is too much."""
    (tmp_path / "file").write_text("no log")
    broken = PresentApart(f"embedded:{tmp_path}/file", ground.plan, now=lambda: ground.now)
    slow = PresentApart(ground.url, ground.plan, now=lambda: ground.now, read_s_max=0.0, fresh_s=0)
    with closing(broken), closing(slow):
        with pytest.raises(LogError):
            told(broken.contacts(PresentAsked("waiting")))
        with pytest.raises(TooManyEvents):
            told(slow.contacts(PresentAsked("waiting")))
        # Not begun again at once: what failed just now fails again, for the same reason while the
        # process is on its way out.
        with pytest.raises((Gone, TooManyEvents)):
            told(slow.contacts(PresentAsked("wrapping")))


def test_who_asks_the_same_within_a_moment_gets_the_same(ground: Ground) -> None:
    """However many they are; a failure is not kept."""
    with closing(
        PresentApart(ground.url, ground.plan, now=lambda: ground.now, fresh_s=60)
    ) as present:
        first = present.contacts(PresentAsked("waiting"))
        assert told(first).total == 2
        ground.append(answered("c1", 30))
        assert present.contacts(PresentAsked("waiting")) is first
        assert told(present.contacts(PresentAsked("waiting", queue="benefits"))).total == 0

    slow = PresentApart(ground.url, ground.plan, now=lambda: ground.now, read_s_max=0, fresh_s=60)
    with closing(slow):
        failed = slow.contacts(PresentAsked("waiting"))
        with pytest.raises(TooManyEvents):
            told(failed)
        assert slow.contacts(PresentAsked("waiting")) is not failed
