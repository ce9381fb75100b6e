"""`/api/v1/experience`: what customers said, and to whom their own words are shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dashboard.api.asked import in_time
from dashboard.api.figures import WindowName, ask_figures
from dashboard.api.known import refuse_unknown
from dashboard.api.models import Problem
from dashboard.api.past import At, LookAsked, look_of
from dashboard.api.shapes import model_of
from dashboard.asking import Asking, Busy
from dashboard.feed import Feed
from dashboard.past import Looks
from dashboard.rights import GRANTED, KEY_LENGTH_MAX, KEY_VARIABLE, Rights, TooManyTries
from stream.contract import experience as ex
from stream.contract.detail import PresentAsked, PresentContacts
from stream.contract.events import CHANNELS, IDENTIFIER_LENGTH_MAX
from stream.contract.figures import Figures, QueueLabel, Section
from stream.contract.instants import format_millis, parse_instant
from stream.contract.past import PastFloor

COOKIE: Final = "floorwatch-comments"
PREFIX: Final = "/api/v1/experience"
DAY: Final = "today"
_JSON: Final = "application/json"
_PERSONAL: Final = {"Cache-Control": "no-store", "Vary": "Cookie, Authorization"}
_UNASKED: Final[dict[int | str, dict[str, object]]] = {
    503: {"model": Problem, "description": "Surveys cannot be read here, or not now."}
}
_PROBLEMS: Final = {
    422: {"model": Problem, "description": "The window, dimension or channel is none there is."},
    **_UNASKED,
}
_NO_QUEUE: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": Problem, "description": "No such queue is on the floor."}
}
_RIGHTS: Final[dict[int | str, dict[str, object]]] = {
    401: {"model": Problem, "description": "Tell the key: they are shown to whoever has it."},
    403: {"model": Problem, "description": "The operator has set no key: nobody may see them."},
    429: {"model": Problem, "description": "Too many wrong keys lately; wait `Retry-After`."},
}
By = Annotated[
    str,
    Query(description=f"By what: {', '.join(ex.BYS)}.", json_schema_extra={"enum": list(ex.BYS)}),
]
ChannelName = Annotated[
    str,
    Query(description="Whose waits.", json_schema_extra={"enum": list(CHANNELS)}),
]
QueueName = Annotated[
    str | None, Query(description="Of one queue alone.", max_length=IDENTIFIER_LENGTH_MAX)
]
Most = Annotated[int, Query(description="How many of the newest.", ge=1, le=ex.COMMENTS_MAX)]


class KeyTold(BaseModel):
    """The key that the operator has set."""

    model_config = ConfigDict(extra="forbid")
    key: str = Field(max_length=KEY_LENGTH_MAX)


class RightTold(BaseModel):
    """Whether comments are shown to anybody, and whether to whoever asks."""

    model_config = ConfigDict(extra="forbid")
    key_set: bool
    may_read: bool


class PromisesOfQueue(msgspec.Struct, frozen=True):
    """A queue's promises that fell due in the window; `broken` are those that were not kept."""

    queue: str
    label: str
    due: int
    kept: int
    broken: int


def experience_router(
    feed: Feed,
    experience: ex.Experience | None,
    rights: Rights,
    looks: Looks,
    *,
    now: Callable[[], datetime],
) -> APIRouter:
    """The routes to what customers said; without `experience` they say that it is not read."""
    router = APIRouter(prefix=PREFIX, tags=["experience"])
    asking = None if experience is None else Asking(experience, now=now)

    async def ask(question: ex.Question) -> ex.Told:
        if asking is None:
            raise HTTPException(503, "this dashboard reads no surveys: it has no log of its own")
        try:
            return await asking.ask(question)
        except Busy:
            raise HTTPException(503, "too many questions at once", {"Retry-After": "2"}) from None
        except ex.NotHeld as error:
            raise HTTPException(422, f"at: {error}") from None
        except ex.NotTold as error:
            raise HTTPException(503, str(error)) from None
        except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
            raise HTTPException(503, f"not read ({type(error).__name__})") from None

    _add_scores(router, ask, feed)
    _add_promises(router, ask, feed, looks)
    _add_words(router, ask, rights, now)
    _add_key(router, rights, now)
    return router


Ask = Callable[[ex.Question], Any]


def _add_scores(router: APIRouter, ask: Ask, feed: Feed) -> None:
    @router.get("", response_model=model_of(ex.Scores), responses=_PROBLEMS)
    async def scores(window: WindowName = DAY, by: By = "queue", at: At = None) -> Response:
        """CSAT, trust, ease, effectiveness, emotion, manner and resolution, each a share with its n
        and its 95 % interval, by a dimension."""
        _check("window", window, ex.WINDOWS)
        _check("by", by, ex.BYS)
        return _answer(await ask(ex.ScoresAsked(window, by, _instant(at))))  # type: ignore[arg-type]  # checked

    @router.get("/curve", response_model=model_of(ex.Curve), responses={**_PROBLEMS, **_NO_QUEUE})
    async def curve(
        window: WindowName = DAY,
        channel: ChannelName = "voice",
        queue: QueueName = None,
        at: At = None,
    ) -> Response:
        """CSAT against the wait, with its band, and whether a longer wait goes with a lower one. No
        claim that the wait is the cause."""
        _check("window", window, ex.WINDOWS)
        _check("channel", channel, CHANNELS)
        told = await ask(ex.CurveAsked(window, channel, queue or None, _instant(at)))
        if queue and not told.channels:
            await refuse_unknown(feed, queue=queue)
        return _answer(told)

    @router.get("/pains", response_model=model_of(ex.Pains), responses=_PROBLEMS)
    async def pains(window: WindowName = DAY, at: At = None) -> Response:
        """What customers named as their pain point, most named first."""
        _check("window", window, ex.WINDOWS)
        return _answer(await ask(ex.PainsAsked(window, _instant(at))))


def _add_promises(router: APIRouter, ask: Ask, feed: Feed, looks: Looks) -> None:
    over: dict[int | str, dict[str, object]] = {
        410: {"model": Problem, "description": "The look is over."}
    }
    counts = {"window": str, "due": int, "kept": int, "broken": int}
    queues: Any = model_of(PromisesOfQueue)
    shape = model_of(ex.OpenPromises, **counts, kept_rate=float | None, queues=list[queues])

    @router.get("/promises", response_model=shape, responses={**_PROBLEMS, **over})
    async def promises(window: WindowName = DAY, look: LookAsked = None) -> Response:
        """Promises to call back: kept and broken in the window, and those that are open, what is
        due first before the others."""
        _check("window", window, ex.WINDOWS)
        if look is None:
            open_, answer = await asyncio.gather(ask(ex.PromisesAsked()), ask_figures(feed, window))
        else:
            then = look_of(looks, look)
            found = then.feed.ask_for(partial(_promised_then, then.floor))
            answer = await ask_figures(then.feed, window)
            open_ = _open_then(*await in_time(found), answer.picture.labels)
        told = msgspec.structs.asdict(open_) | _kept(answer.picture.figures, answer.picture.labels)
        return Response(msgspec.json.encode(told), media_type=_JSON)


def _promised_then(floor: PastFloor) -> tuple[PresentContacts, PresentContacts]:
    """Those that were open at the instant that is shown, and how many of them were overdue."""
    found = floor.contacts(PresentAsked("callbacks_open", most=ex.PROMISES_TOLD_MAX))
    return found, floor.contacts(PresentAsked("callbacks_overdue", most=0))


def _open_then(
    found: PresentContacts, overdue: PresentContacts, labels: dict[str, QueueLabel]
) -> ex.OpenPromises:
    return ex.OpenPromises(
        as_of=format_millis(found.as_of),
        reading=False,
        read_until=None,
        total=found.total,
        overdue=overdue.total,
        promises=[
            ex.OpenPromise(
                contact=one.contact,
                queue=one.queue,
                label=labels[one.queue].name if one.queue in labels else one.queue,
                due=format_millis(one.due),
                overdue=found.as_of > one.due,
            )
            for one in found.contacts
            if one.due is not None
        ],
        more=len(found.contacts) < found.total,
    )


def _add_words(router: APIRouter, ask: Ask, rights: Rights, now: Callable[[], datetime]) -> None:
    @router.get(
        "/comments",
        response_model=model_of(ex.Comments),
        responses={**_PROBLEMS, **_RIGHTS},
    )
    async def comments(request: Request, most: Most = 50, at: At = None) -> Response:
        """What customers wrote, newest first: for whoever has told the key, in this browser or as a
        bearer token."""
        if not rights.is_set:
            raise HTTPException(403, f"comments are shown to nobody: {KEY_VARIABLE} is not set")
        if not _may_read(request, rights, now()):
            raise HTTPException(401, "comments are shown to whoever has the key: tell it")
        return _answer(await ask(ex.CommentsAsked(most, _instant(at))), _PERSONAL)

    @router.get("/thanks", response_model=model_of(ex.ThanksTold), responses=_PROBLEMS)
    async def thanks(request: Request, window: WindowName = DAY, at: At = None) -> Response:
        """Who was thanked by whom; with the reasons for whoever may read comments."""
        _check("window", window, ex.WINDOWS)
        reasons = rights.is_set and _may_read(request, rights, now())
        return _answer(await ask(ex.ThanksAsked(window, reasons, _instant(at))), _PERSONAL)


def _add_key(router: APIRouter, rights: Rights, now: Callable[[], datetime]) -> None:
    @router.get("/right", response_model=RightTold)
    async def right(request: Request) -> RightTold:
        """Whether there is a key, and whether this browser has told it."""
        return RightTold(
            key_set=rights.is_set, may_read=rights.is_set and _may_read(request, rights, now())
        )

    @router.post("/key", status_code=204, responses=_RIGHTS)
    async def tell_key(request: Request, told: KeyTold) -> Response:
        """Let this browser read comments for twelve hours."""
        if not rights.is_set:
            raise HTTPException(403, f"comments are shown to nobody: {KEY_VARIABLE} is not set")
        if not _is_key(request, rights, told.key, now()):
            raise HTTPException(401, "key: not the one that is set")
        answer = Response(status_code=204)
        answer.set_cookie(
            COOKIE,
            rights.grant(now()),
            max_age=int(GRANTED.total_seconds()),
            path=PREFIX,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @router.post("/key/forget", status_code=204)
    async def forget_key() -> Response:
        """Let this browser read comments no more."""
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, path=PREFIX, httponly=True, samesite="strict")
        return answer


def _may_read(request: Request, rights: Rights, now: datetime) -> bool:
    """Whether the request is by somebody with the key: a browser that kept it, or a program."""
    kept = request.cookies.get(COOKIE)
    if kept is not None and rights.is_granted(kept, now):
        return True
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and bool(key) and _is_key(request, rights, key.strip(), now)


def _is_key(request: Request, rights: Rights, told: str, now: datetime) -> bool:
    peer = "" if request.client is None else request.client.host
    try:
        return rights.is_key(told, now, peer=peer)
    except TooManyTries:
        raise HTTPException(
            429, "too many wrong keys: wait a minute", {"Retry-After": "60"}
        ) from None


def _instant(at: str | None) -> int | None:
    if at is None:
        return None
    try:
        return int(parse_instant(at))
    except ValueError as error:
        raise HTTPException(422, f"at: {error}") from None


def _check(name: str, told: str, allowed: tuple[str, ...]) -> None:
    if told not in allowed:
        raise HTTPException(422, f"{name}: expected one of {', '.join(allowed)}")


def _answer(told: ex.Told, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(told), media_type=_JSON, headers=headers)


def _kept(figures: Figures, labels: Any) -> dict[str, Any]:
    """What became of the promises that fell due, as the wall tells it."""
    due, kept = _counts(figures.floor)
    queues = []
    for name, section in figures.queues.items():
        of_due, of_kept = _counts(section)
        if of_due:
            label = labels[name].name if name in labels else name
            queues.append(PromisesOfQueue(name, label, of_due, of_kept, of_due - of_kept))
    queues.sort(key=lambda one: (-one.broken, -one.due, one.label))
    return {
        "window": figures.window,
        "due": due,
        "kept": kept,
        "broken": due - kept,
        "kept_rate": kept / due if due else None,
        "queues": queues,
    }


def _counts(section: Section) -> tuple[int, int]:
    return int(section.counts["callbacks_due"] or 0), int(section.counts["callbacks_kept"] or 0)
