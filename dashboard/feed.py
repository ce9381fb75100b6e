"""The feed: figures are computed once, for everybody, by one thread that alone uses the reader."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Final, TypeVar

import msgspec
import structlog
from msgspec import Struct

from dashboard.alerting import AlertsFollowed
from dashboard.build import ScreensFollowed
from dashboard.cadence import PERIOD, Cadence
from dashboard.frames import DrillTold, Frame, PastTold, SentFrame, Watched, as_event
from dashboard.meters import FeedMeters
from dashboard.order import RestedOrder
from dashboard.past_shown import PastShown
from dashboard.past_words import ON_THE_WAY
from dashboard.past_words import TRUST as TRUST_IN_THE_PAST
from dashboard.status import Rested, standing
from dashboard.trust import CatchingUp, trust
from dashboard.viewers import VIEWERS_MAX, Viewers
from stream.contract.alerts import AlertBoard, Board
from stream.contract.drills import DrillDesk
from stream.contract.figures import (
    STALE_US,
    DrillMark,
    HourOfQueue,
    NoPicture,
    Picture,
    PictureReader,
)
from stream.contract.instants import SECOND_US, from_datetime

WINDOW: Final = "30m"
STALE_S: Final = STALE_US / SECOND_US
_RETRY_S: Final = 1.0
_STOP_S_MAX: Final = 5.0
# How often a turn that fails again and again is logged.
_AGAIN_S: Final = 60.0

_log = structlog.get_logger(__name__)


class Answer(Struct, frozen=True):
    """A picture that was asked for, and its figures as JSON."""

    picture: Picture
    figures_json: bytes
    built_at: datetime


Found = TypeVar("Found")


class _Question(Struct):
    window: str
    agents: bool
    future: Future[Answer]


class _Read(Struct):
    read: Callable[[], Any]
    future: Future[Any]


class Feed:
    """Follows the log, builds a frame a second, hands the same bytes to all viewers.

    The reader is touched by the feed's thread alone: who wants another window asks, and is
    answered from what was built within the second.
    """

    def __init__(  # noqa: PLR0913  what is followed here
        self,
        reader: PictureReader,
        *,
        now: Callable[[], datetime],
        viewers_max: int = VIEWERS_MAX,
        alerts: AlertBoard | None = None,
        training: DrillDesk | None = None,
        past: PastShown | None = None,
        screens: ScreensFollowed | None = None,
    ) -> None:
        self.meters = FeedMeters()
        self.viewers = Viewers(self.meters, most=viewers_max)
        self._reader = reader
        self._now = now
        self._alerts = AlertsFollowed(alerts)
        self._training = training
        self._past = past
        self._arrived = False
        self._screens = screens or ScreensFollowed("", None)
        self._drill_told: DrillTold | None = None
        self._drill: DrillMark | None = None
        self._cadence = Cadence()
        self._order = RestedOrder()
        self._questions: SimpleQueue[_Question | _Read] = SimpleQueue()
        self._answers: dict[tuple[str, bool], Answer] = {}
        self._newest: SentFrame | None = None
        self._catching_up = CatchingUp()
        self._news = False
        self._health: dict[str, int] | None = None
        self._unreadable: str | None = None
        self._failure: str | None = None
        self._stumbled: datetime | None = None
        # Frames are numbered on from the clock's milliseconds, so that after a restart no viewer
        # is taken to have a frame that it never saw.
        self._seq = int(now().timestamp() * 1000)
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to follow, in a thread of its own. Doing so twice changes nothing."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="floorwatch-feed", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End all streams and the thread."""
        self._stopping.set()
        self.viewers.close()
        if self._thread is not None:
            self._thread.join(_STOP_S_MAX)

    @property
    def dead(self) -> bool:
        """Whether its thread was started, and has ended: no frame comes any more."""
        return self._thread is not None and not self._thread.is_alive()

    @property
    def look(self) -> int | None:
        """The number of the look at the past that this feed is of; None of now."""
        return None if self._past is None else self._past.look

    @property
    def newest(self) -> SentFrame | None:
        """The newest frame, once there is one."""
        return self._newest

    def forget(self) -> None:
        """Let nobody who comes have the newest frame: it is of another time."""
        self._newest = None
        self._order.forget()

    def age_s(self) -> float | None:
        """How old the newest frame's picture is by now; None where that is not known."""
        newest, since_s = self._newest, self.frame_age_s()
        if newest is None or since_s is None or newest.frame.picture is None:
            return None
        age_s = newest.frame.picture.freshness.age_s
        return None if age_s is None else age_s + since_s

    def board(self) -> Board | None:
        """The board of alerts as it was last seen; None where the dashboard follows none."""
        return self._alerts.newest

    def alerts_age_s(self) -> float | None:
        """How long ago the evaluator of alerts told anything; None where it never did."""
        return self._alerts.age_s(self._now())

    def frame_age_s(self) -> float | None:
        """How long ago the newest frame was built; None while there is none."""
        newest = self._newest
        return None if newest is None else (self._now() - newest.built_at).total_seconds()

    def unready(self) -> str | None:
        """Why the newest frame cannot be trusted to be the present, or None when it can."""
        newest = self._newest
        if newest is None:
            return "no frame yet"
        if newest.frame.picture is None:
            return newest.frame.reason
        age_s = self.age_s()
        if age_s is None:
            return "no news from the stream yet: is a worker running?"
        if age_s > STALE_S:
            return f"no news from the stream for {age_s:.0f} s"
        return newest.frame.trust.warning if newest.frame.trust is not None else None

    def ask(self, window: str, *, agents: bool = False) -> Future[Answer]:
        """The picture of a window, built at most once a second whoever asks."""
        future: Future[Answer] = Future()
        self._questions.put(_Question(window, agents, future))
        return future

    def ask_hour(self, queue: str) -> Future[HourOfQueue | None]:
        """The queue's last hour by the minute; None where no such queue is known."""
        return self.ask_for(lambda: self._reader.hour(queue))

    def ask_for(self, read: Callable[[], Found]) -> Future[Found]:
        """What `read` finds, in the thread that alone uses the reader."""
        future: Future[Found] = Future()
        self._questions.put(_Read(read, future))
        return future

    def step(self) -> None:
        """One turn: follow, answer, and send a frame where one is due."""
        self._follow()
        turned = self._drill_stands() != self._drill_told
        if turned:
            # Another floor may be shown by now, or none.
            self._answers.clear()
        self._answer()
        moment = self._now()
        alarmed = self._alerts.look(moment) or turned or self._arrives()
        if self._cadence.due(moment) or (alarmed and self._cadence.may_alert(moment)):
            self._send(moment, self._frame(moment))
        elif self._news and self._cadence.may_peek(moment):
            self._cadence.peeked(moment)
            self._news = False
            frame = self._frame(moment)
            if self._changed(frame):
                self._send(moment, frame)

    def _arrives(self) -> bool:
        """Whether a look at the past shows by now what it was wound to."""
        return self._past is not None and self._past.state().ready and not self._arrived

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.step()
            except Exception as error:  # noqa: BLE001 - one turn that fails must not be the last
                self._stumble(type(error).__name__)
                self._stopping.wait(_RETRY_S)

    def _stumble(self, error: str) -> None:
        """Count a turn that failed, and log one a minute: it may fail each second."""
        self.meters.failures.inc()
        moment = self._now()
        if self._stumbled is None or not 0 <= (moment - self._stumbled).total_seconds() < _AGAIN_S:
            self._stumbled = moment
            _log.error("feed_failed", error=error)

    def _follow(self) -> None:
        try:
            came = self._reader.follow(self._cadence.wait_s(self._now()))
        except Exception as error:  # noqa: BLE001 - the feed outlives whatever the log does
            self._unreadable = f"the log cannot be followed ({type(error).__name__})"
            self._tell(self._unreadable)
            self._stopping.wait(min(_RETRY_S, self._cadence.wait_s(self._now())))
        else:
            self._unreadable = None
            self._news = self._news or came

    def _answer(self) -> None:
        while True:
            try:
                question = self._questions.get_nowait()
            except Empty:
                return
            if not question.future.set_running_or_notify_cancel():
                continue
            try:
                if isinstance(question, _Read):
                    question.future.set_result(question.read())
                else:
                    answer = self._answered(question.window, question.agents)
                    question.future.set_result(answer)
            except Exception as error:  # noqa: BLE001 - handed to who asked
                question.future.set_exception(error)

    def _answered(self, window: str, agents: bool) -> Answer:
        moment = self._now()
        answer = self._answers.get((window, agents))
        # A look at the past keeps what it found itself, and may be at another instant by now.
        known = answer is not None and moment - PERIOD < answer.built_at <= moment
        if answer is None or not known or self._past is not None:
            picture = self._build(window, agents=agents)
            answer = self._remember(window, agents, picture, moment)
        return answer

    def _remember(self, window: str, agents: bool, picture: Picture, moment: datetime) -> Answer:
        answer = Answer(picture, msgspec.json.encode(picture.figures), moment)
        self._answers[window, agents] = answer
        return answer

    def _frame(self, moment: datetime) -> Frame:
        self._seq += 1
        if self._unreadable is not None:
            return self._broken(self._unreadable, moment)
        try:
            picture = self._build(WINDOW)
            judged = self._alerts.agreed(standing(picture, self._rested(moment)), moment)
            trusted = trust(picture, self._catching_up.look(picture, moment))
            trusted = trusted if self._past is None else TRUST_IN_THE_PAST
        except NoPicture as error:
            # Its words are meant for a screen, whose own stop follows them. Whoever reads the log
            # has told this process's own log more than that.
            reason = str(error).strip().rstrip(".") or "there is no picture of the floor yet"
            return self._broken(reason, moment)
        except Exception as error:  # noqa: BLE001 - a wall that says so beats none
            reason = f"the picture of the floor cannot be built ({type(error).__name__})"
            self._tell(reason)
            return self._broken(reason, moment)
        self._tell(None)
        then = self._then()
        if then is not None and not then.ready:
            # It was wound to another instant meanwhile.
            return self._broken(ON_THE_WAY, moment)
        self._remember(WINDOW, False, picture, moment)
        alerts, drill = self._alerts.told(moment), self._drill_stands()
        watched = self._watched()
        screens = self._screens.told()
        return Frame(
            self._seq, "live", None, picture, judged, trusted, watched, alerts, drill, screens, then
        )

    def _rested(self, moment: datetime) -> Rested:
        at = from_datetime(moment)
        return lambda order, states: self._order.of(order, states, at)

    def _broken(self, reason: str, moment: datetime) -> Frame:
        alerts = self._alerts.told(moment)
        drill = self._drill_stands()
        return Frame(
            self._seq,
            "broken",
            reason,
            None,
            None,
            alerts=alerts,
            training=drill,
            screens=self._screens.told(),
            past=self._then(),
        )

    def _then(self) -> PastTold | None:
        """Of which past the frame is; None of the present."""
        return None if self._past is None else self._past.told()

    def _drill_stands(self) -> DrillTold | None:
        if self._training is None:
            return None
        state = self._training.state()
        return DrillTold(state.phase, state.version, state.round, state.progress)

    def _watched(self) -> Watched:
        return Watched(len(self.viewers), self.viewers.most, self.meters.refused())

    def _build(self, window: str, *, agents: bool = False) -> Picture:
        began = self._now()
        try:
            picture = self._reader.picture(window, agents=agents)
        except NoPicture:
            raise
        except Exception:
            self.meters.failures.inc()
            raise
        finally:
            self.meters.built((self._now() - began).total_seconds())
        if picture.drill != self._drill:
            # Another floor, at another time: what was kept of the one before is none of its.
            self._drill = picture.drill
            self._answers.clear()
            self._order.forget()
            self._catching_up = CatchingUp()
        return picture

    def _changed(self, frame: Frame) -> bool:
        """Whether any event was read since the last frame: each counts somewhere in health."""
        return frame.picture is None or frame.picture.figures.health != self._health

    def _send(self, moment: datetime, frame: Frame) -> None:
        changed = self._changed(frame)
        self._news = False
        self._health = frame.picture.figures.health if frame.picture is not None else None
        figures = self._answers[WINDOW, False].figures_json if frame.picture is not None else None
        sent = SentFrame(frame, as_event(frame, figures), moment)
        self._newest = sent
        self._alerts.sent()
        self._drill_told = frame.training
        self._arrived = frame.past is not None and frame.past.ready
        self._cadence.sent(moment, changed=changed)
        self.meters.frames_built.inc()
        self.viewers.hand_out(sent)

    def _tell(self, failure: str | None) -> None:
        """Log a failure once, when it begins, and once when it is over."""
        if failure == self._failure:
            return
        self._failure = failure
        if failure is not None:
            _log.error("feed_broken", reason=failure)
        else:
            _log.info("feed_mended")
