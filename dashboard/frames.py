"""What every screen draws from, and the bytes that all viewers get of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import msgspec
from msgspec import Struct

from dashboard.alerting import AlertsTold
from dashboard.build import ScreensTold
from dashboard.packing import packed
from dashboard.status import Standing
from dashboard.trust import Trust
from stream.contract.drills import Phase
from stream.contract.figures import Picture


class Watched(Struct, frozen=True):
    """How many viewers the dashboard has, of how many at most, and how many it turned away."""

    viewers: int
    most: int
    refused: int


class DrillTold(Struct, frozen=True):
    """How the drill stands, in short: what it is made of is asked for when `version` has risen."""

    phase: Phase
    version: int
    round: int
    progress: float | None = None


class PastTold(Struct, frozen=True):
    """That the frame is of the past: of which instant, how fast it plays, and how far it is from
    being there (see `PastState`). `look` is by which number the API knows it."""

    look: int
    at: str
    speed: float
    ready: bool
    progress: float | None
    left_s: float | None
    ended: bool
    live: bool = False


class Frame(Struct, frozen=True):
    """What every screen draws from. `broken` has no picture but the reason there is none; `alerts`
    are there with and without a picture, unless the dashboard follows none, and so is `training`
    where drills can be run. What has a `past` is not the present."""

    seq: int
    state: Literal["live", "broken"]
    reason: str | None
    picture: Picture | None
    standing: Standing | None
    trust: Trust | None = None
    watched: Watched | None = None
    alerts: AlertsTold | None = None
    training: DrillTold | None = None
    screens: ScreensTold | None = None
    past: PastTold | None = None


@dataclass(frozen=True)
class SentFrame:
    """A frame, the bytes that all viewers get of it, and when it was built."""

    frame: Frame
    data: bytes
    built_at: datetime

    @property
    def seq(self) -> int:
        """The number of the frame."""
        return self.frame.seq

    @cached_property
    def packed(self) -> bytes:
        """The bytes compressed, once for all viewers that take it so."""
        return packed(self.data)


def as_event(frame: Frame, figures_json: bytes | None) -> bytes:
    """The frame as a server-sent event: the figures as `GET /api/v1/floor` has them, and under
    `frame` all that a screen draws beside them. A broken frame has no figures."""
    head = f"id: {frame.seq}\nevent: frame\ndata: ".encode()
    beside = msgspec.json.encode(_beside(frame))
    # The figures are JSON already, and the same bytes: only what stands beside them is written.
    figures = b"{" if figures_json is None else figures_json[:-1] + b","
    return head + figures + b'"frame":' + beside + b"}\n\n"


def _beside(frame: Frame) -> dict[str, Any]:
    told = _fields(frame)
    if frame.picture is not None:
        told["picture"] = _fields(frame.picture)
        del told["picture"]["figures"]
    return told


def _fields(struct: Struct) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}
