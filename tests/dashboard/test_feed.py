"""The feed: a frame a second, a change on a quiet floor at once, and honest when it cannot."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from msgspec import structs
from structlog.testing import capture_logs

from dashboard.build import ScreensFollowed, ScreensTold
from dashboard.feed import Feed
from dashboard.frames import DrillTold
from dashboard.viewers import Viewer
from stream.contract.figures import DrillMark, HourOfQueue, NoPicture, Picture
from tests.dashboard.pictures import START, Q, picture
from tests.simulator.drill.desks import PLAN, Table

FLOOR = {"q": Q("Benefits")}


@dataclass
class Clock:
    """A clock that only its owner moves."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += timedelta(seconds=seconds)


@dataclass
class ScriptedReader:
    """News at given moments; waiting for it makes the clock go on."""

    clock: Clock
    news_at_s: list[float] = field(default_factory=list)
    events: int = 7
    heartbeats: bool = False
    broken: bool = False
    unreadable: bool = False
    age_s: float | None = 0.2
    catching_up: tuple[int, ...] = ()
    nothing_yet: str | None = None
    drill: DrillMark | None = None
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def follow(self, timeout_s: float) -> bool:
        """Wait until the next news or the end of patience."""
        if self.unreadable:
            self.clock.pass_s(timeout_s)
            raise OSError("gone")
        until = self.clock.moment + timedelta(seconds=timeout_s)
        next_at = START + timedelta(seconds=self.news_at_s[0]) if self.news_at_s else None
        if next_at is not None and next_at <= until:
            self.clock.moment = max(self.clock.moment, next_at)
            self.news_at_s.pop(0)
            self.events += 1
            return True
        self.clock.moment = until
        return self.heartbeats

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor at this moment."""
        self.asked.append((window, agents))
        if self.nothing_yet is not None:
            raise NoPicture(self.nothing_yet)
        if self.broken:
            raise ValueError("a secret")
        made = picture(
            FLOOR,
            at=self.clock.moment,
            window=window,
            events=self.events,
            age_s=self.age_s,
            catching_up=self.catching_up,
            behind_s=715.0 if self.catching_up else 0.0,
        )
        return structs.replace(made, drill=self.drill)

    def hour(self, queue: str) -> HourOfQueue | None:
        """No queue is known."""
        assert queue
        return None


@pytest.fixture
def clock() -> Clock:
    """A clock at the morning of the tests."""
    return Clock()


def sent_at_s(feed: Feed, clock: Clock, seconds: float) -> list[float]:
    """When frames went out while this time passed, in seconds since the start."""
    moments: list[float] = []
    while clock.moment < START + timedelta(seconds=seconds):
        before = feed.newest
        feed.step()
        if feed.newest is not before and feed.newest is not None:
            moments.append(round((feed.newest.built_at - START).total_seconds(), 2))
    return moments


def test_a_floor_that_stands_still_is_told_each_second(clock: Clock) -> None:
    """Nothing happened, but the age moves."""
    feed = Feed(ScriptedReader(clock), now=clock)

    assert sent_at_s(feed, clock, 3.05) == [0.0, 1.0, 2.0, 3.0]


def test_a_change_on_a_quiet_floor_goes_out_at_once(clock: Clock) -> None:
    """And the second begins anew from it."""
    feed = Feed(ScriptedReader(clock, news_at_s=[3.4]), now=clock)

    assert sent_at_s(feed, clock, 5.45) == [0.0, 1.0, 2.0, 3.0, 3.4, 4.4, 5.4]


def test_a_busy_floor_is_told_once_a_second(clock: Clock) -> None:
    """However much happens, nobody is sent more than a frame a second."""
    news = [tenth / 10 for tenth in range(1, 40)]
    feed = Feed(ScriptedReader(clock, news_at_s=news), now=clock)

    assert sent_at_s(feed, clock, 3.55) == [0.0, 1.0, 2.0, 3.0]


def test_heartbeats_are_no_change(clock: Clock) -> None:
    """A worker that tells every moment that nothing happened starts no extra frames."""
    feed = Feed(ScriptedReader(clock, heartbeats=True), now=clock)

    assert sent_at_s(feed, clock, 3.05) == [0.0, 1.0, 2.0, 3.0]


def test_a_clock_set_back_stops_nothing(clock: Clock) -> None:
    """Frames go on from the new time."""
    feed = Feed(ScriptedReader(clock), now=clock)
    sent_at_s(feed, clock, 2.05)
    clock.pass_s(-3600)

    feed.step()

    assert feed.newest is not None
    assert feed.newest.built_at < START


def test_frames_are_numbered_on_over_a_restart(clock: Clock) -> None:
    """No viewer of the old process is taken to have a frame of the new one."""
    old = Feed(ScriptedReader(clock), now=clock)
    sent_at_s(old, clock, 4)
    new = Feed(ScriptedReader(clock), now=clock)
    new.step()

    assert old.newest is not None
    assert new.newest is not None
    assert new.newest.seq > old.newest.seq


def test_the_same_bytes_are_made_once(clock: Clock) -> None:
    """One picture a frame, whoever watches; they are one server-sent event."""
    reader = ScriptedReader(clock)
    feed = Feed(reader, now=clock)
    feed.step()

    assert feed.newest is not None
    assert reader.asked == [("30m", False)]
    assert feed.newest.data.startswith(f"id: {feed.newest.seq}\nevent: frame\ndata: {{".encode())
    assert feed.newest.data.endswith(b"}\n\n")
    assert feed.newest.data.count(b"\n") == 4


def test_a_picture_that_cannot_be_built_is_told_and_survived(clock: Clock) -> None:
    """The reason goes to viewers and readiness, without the error's own words; then it mends."""
    reader = ScriptedReader(clock, broken=True)
    feed = Feed(reader, now=clock)
    with capture_logs() as logs:
        sent_at_s(feed, clock, 3.05)
        broken = feed.newest
        reader.broken = False
        sent_at_s(feed, clock, 5.05)

    assert broken is not None
    assert broken.frame.state == "broken"
    assert broken.frame.reason == "the picture of the floor cannot be built (ValueError)"
    assert b"secret" not in broken.data
    assert [log["event"] for log in logs] == ["feed_broken", "feed_mended"]
    assert feed.newest is not None
    assert feed.newest.frame.state == "live"


@pytest.mark.parametrize(
    "words", ["the log cannot be reached yet", "the log cannot be reached yet. "]
)
def test_no_picture_yet_is_told_in_its_own_words(clock: Clock, words: str) -> None:
    """They are meant for a screen. That there is nothing to draw is no failure of the builder, and
    whoever raised it has told the log of the process why."""
    reader = ScriptedReader(clock, nothing_yet=words)
    feed = Feed(reader, now=clock)
    with capture_logs() as logs:
        sent_at_s(feed, clock, 2.05)
        told = feed.newest
        reader.nothing_yet = None
        sent_at_s(feed, clock, 4.05)

    assert told is not None
    assert (told.frame.state, told.frame.reason) == ("broken", "the log cannot be reached yet")
    assert logs == []
    assert feed.meters.figures()["picture_failures"] == 0
    assert feed.unready() is None


def test_a_log_that_cannot_be_followed_is_told(clock: Clock) -> None:
    """Figures that nobody feeds any more are not sent on as if they were live."""
    reader = ScriptedReader(clock, unreadable=True)
    feed = Feed(reader, now=clock)
    sent_at_s(feed, clock, 1.05)

    assert feed.unready() == "the log cannot be followed (OSError)"


@pytest.mark.parametrize(
    ("age_s", "passed_s", "reason"),
    [
        pytest.param(0.2, 0, None, id="fresh"),
        pytest.param(4.9, 0, None, id="just fresh"),
        pytest.param(5.1, 0, "no news from the stream for 5 s", id="stale"),
        pytest.param(0.2, 9, "no news from the stream for 9 s", id="the feed itself stopped"),
        pytest.param(None, 0, "no news from the stream yet: is a worker running?", id="never told"),
    ],
)
def test_readiness_is_the_age_of_the_newest_frame(
    clock: Clock, age_s: float | None, passed_s: float, reason: str | None
) -> None:
    """Its own age and the time since it was built."""
    feed = Feed(ScriptedReader(clock, age_s=age_s), now=clock)
    feed.step()
    clock.pass_s(passed_s)

    assert feed.unready() == reason


def test_a_stream_that_catches_up_is_not_ready(clock: Clock) -> None:
    """However lately it told; and for a while after, so that nothing flaps at the limit."""
    reader = ScriptedReader(clock, catching_up=(0, 1))
    feed = Feed(reader, now=clock)
    feed.step()
    behind = feed.unready()
    reader.catching_up = ()
    sent_at_s(feed, clock, 2.05)
    just_after = feed.unready()
    sent_at_s(feed, clock, 4.05)

    assert behind == "catching up: figures are up to 12\u00a0min behind (2 of 4 partitions)"
    assert just_after == behind
    assert feed.unready() is None


def test_many_questions_within_a_second_cost_one_picture(clock: Clock) -> None:
    """And a question after the second another."""
    reader = ScriptedReader(clock)
    feed = Feed(reader, now=clock)
    asked = [feed.ask("5m") for _ in range(50)]
    feed.step()
    again = feed.ask("5m")
    clock.pass_s(1.0)
    feed.step()

    assert {answer.result().built_at for answer in asked} == {START}
    assert again.result().built_at == START + timedelta(seconds=1)
    assert [window for window, _ in reader.asked].count("5m") == 2


def test_the_frame_answers_for_its_own_window(clock: Clock) -> None:
    """API and wall show the same figures, from the same picture."""
    reader = ScriptedReader(clock)
    feed = Feed(reader, now=clock)
    feed.step()
    asked = feed.ask("30m")
    feed.step()

    assert feed.newest is not None
    assert asked.result().picture is feed.newest.frame.picture


@pytest.fixture
def joined(clock: Clock) -> Iterator[tuple[asyncio.AbstractEventLoop, Feed, Viewer]]:
    """A feed with one viewer, in an event loop that a test runs by itself."""
    feed = Feed(ScriptedReader(clock), now=clock)
    loop = asyncio.new_event_loop()

    async def join() -> Viewer:
        return feed.viewers.join(None)

    yield loop, feed, loop.run_until_complete(join())
    loop.close()


def test_a_slow_viewer_is_skipped_to_the_newest(
    clock: Clock, joined: tuple[asyncio.AbstractEventLoop, Feed, Viewer]
) -> None:
    """It misses frames, which are counted, and holds up nobody."""
    loop, feed, viewer = joined
    sent_at_s(feed, clock, 3.05)

    received = loop.run_until_complete(viewer.next())

    assert feed.newest is not None
    assert received == feed.newest.data
    assert feed.meters.registry.get_sample_value("floorwatch_frames_dropped_total") == 3
    assert feed.meters.registry.get_sample_value("floorwatch_frames_sent_total") == 1


def test_what_a_viewer_has_is_not_sent_again(clock: Clock) -> None:
    """A client that names the newest frame waits for the next."""
    feed = Feed(ScriptedReader(clock), now=clock)
    feed.step()
    newest = feed.newest
    assert newest is not None

    async def first_after_joining() -> bytes | None:
        viewer = feed.viewers.join(newest.seq)
        viewer.hand(newest)
        sent_at_s(feed, clock, 1.05)
        return await viewer.next()

    received = asyncio.run(first_after_joining())

    assert feed.newest is not None
    assert received == feed.newest.data != newest.data


def test_stopping_ends_every_stream(
    joined: tuple[asyncio.AbstractEventLoop, Feed, Viewer],
) -> None:
    """Those open and those that come too late."""
    loop, feed, viewer = joined
    feed.stop()

    async def ended() -> list[bytes | None]:
        late = feed.viewers.join(None)
        return [await viewer.next(), await late.next()]

    assert loop.run_until_complete(ended()) == [None, None]


def test_the_thread_follows_by_itself_and_stops(clock: Clock) -> None:
    """Started twice it runs once; stopped it is gone."""
    feed = Feed(ScriptedReader(clock), now=clock)
    feed.start()
    feed.start()
    answer = feed.ask("60m").result(timeout=5)
    feed.stop()

    assert answer.picture.figures.window == "60m"


def test_a_question_that_cannot_be_answered_says_why(clock: Clock) -> None:
    """The asker gets the error; the feed goes on."""
    reader = ScriptedReader(clock, broken=True)
    feed = Feed(reader, now=clock)
    asked = feed.ask("5m")
    feed.step()

    assert isinstance(asked.exception(), ValueError)
    assert replace(reader).broken


def test_what_was_kept_of_one_floor_is_none_of_another(clock: Clock) -> None:
    """A drill's floor is shown: neither an answer within the second nor that the other floor was
    catching up goes on from the one before."""
    reader = ScriptedReader(clock, catching_up=(0,))
    feed = Feed(reader, now=clock)
    feed.step()
    asked = feed.ask("5m")
    feed.step()
    told = asked.result(0).picture
    assert told.drill is None
    reader.catching_up, reader.drill = (), DrillMark(1, "Ada")
    sent_at_s(feed, clock, 1.05)
    asked = feed.ask("5m")
    feed.step()

    newest = feed.newest
    assert newest is not None
    assert newest.frame.trust is not None
    assert (newest.frame.trust.state, newest.frame.trust.warning) == ("fresh", None)
    assert asked.result(0).picture.drill == DrillMark(1, "Ada")


def test_a_drill_that_turns_is_told_at_once_and_its_old_figures_are_not(clock: Clock) -> None:
    """In short; whoever wants more asks for it. What was built before it turned is not answered."""
    table = Table()
    reader = ScriptedReader(clock)
    feed = Feed(reader, now=clock, training=table.desk)
    assert sent_at_s(feed, clock, 0.05) == [0.0]
    table.desk.start(PLAN)
    version = table.state.version
    asked = feed.ask("30m")
    before = len(reader.asked)
    assert sent_at_s(feed, clock, 0.35) == [0.2]

    newest = feed.newest
    assert newest is not None
    assert newest.frame.training == DrillTold("preparing", version, 1, 0.0)
    assert asked.done()
    # For the one who asked, and for the frame: none of them is from before.
    assert len(reader.asked) == before + 2
    assert b'"training":{"phase":"preparing"' in newest.data


class FailingScreens(ScreensFollowed):
    """How the boards stand cannot be told a few times."""

    def __init__(self, times: int) -> None:
        super().__init__("build", None)
        self.left = times

    def told(self) -> ScreensTold:
        """What a frame carries, or a failure."""
        if self.left:
            self.left -= 1
            raise LookupError("a secret")
        return super().told()


def test_a_turn_that_fails_is_not_the_last(clock: Clock) -> None:
    """It is counted, logged once, and tried again; what it said is nobody's."""
    with capture_logs() as logs:
        feed = Feed(ScriptedReader(clock, heartbeats=True), now=clock, screens=FailingScreens(2))

        async def first() -> bytes | None:
            viewer = feed.viewers.join(None)
            feed.start()
            return await asyncio.wait_for(viewer.next(), 20)

        try:
            sent = asyncio.run(first())
        finally:
            feed.stop()

    assert sent is not None
    assert b'"state":"live"' in sent
    assert [one for one in logs if one["event"] == "feed_failed"] == [
        {"event": "feed_failed", "error": "LookupError", "log_level": "error"}
    ]
    assert feed.meters.figures()["picture_failures"] == 2
