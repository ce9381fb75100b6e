"""Checkpoints: what a worker must know of a partition beyond what it has published.

The panes and the health of a partition stand in its frames, which are written in one step with its
position P. A checkpoint holds the rest, the lives that are still open, as of an earlier
position C. To resume, a worker takes the frames, restores the lives, and reads the events from C
to P once more for what they do to the lives alone; their measurements are in the panes already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec
from msgspec import Struct

from stream.contract import frames as fr
from stream.contract.floorplan import FloorPlan
from stream.floor.floor import Floor
from stream.floor.health import Health
from stream.floor.lives import SavedLives
from stream.floor.telling import read_tally
from stream.windows.columns import STRIDE
from stream.windows.panes import Measured, Pane, Piece, Settled

# A piece of a checkpoint is one record; logs dislike records near a megabyte.
PIECE_BYTES: Final = 512 * 1024
FORMAT: Final = 3

HeldCount = tuple[fr.CellKey, int, int]
HeldWait = tuple[fr.CellKey, int]


class Held(Struct, frozen=True, array_like=True):
    """What may be seen only after `until`: counts (cell, column, amount) and waits (cell,
    microseconds) in one pane, or a piece of an agent's time."""

    until: int
    pane: int
    counts: list[HeldCount]
    waits: list[HeldWait]
    piece: tuple[str, str, int, int] | None


class Checkpoint(Struct, frozen=True):
    """The lives of a partition as of `position`, the offset to be read next. `format` counts up
    with every change of what follows it, here and in the structures that it holds."""

    format: Literal[3]
    position: int
    newest: int | None
    lives: SavedLives
    promises: dict[str, list[tuple[str, int]]]
    held: list[Held]


class UnreadableCheckpoint(Exception):
    """A checkpoint of another format, with how many pieces it has.

    Operator: nothing to do. The partition's lives come back from its events, which are read from
    the first one on; that takes as long as reading the whole log does.
    """

    def __init__(self, pieces: int) -> None:
        super().__init__(f"a checkpoint of another format, in {pieces} pieces")
        self.pieces = pieces


class _Piece(Struct, frozen=True, array_like=True):
    position: int
    index: int
    count: int
    content: bytes


_encoder: Final = msgspec.msgpack.Encoder(enc_hook=fr.plain_int)
_decoder: Final = msgspec.msgpack.Decoder(Checkpoint)
_piece_decoder: Final = msgspec.msgpack.Decoder(_Piece)


def take(floor: Floor, position: int) -> Checkpoint:
    """The floor's lives as they are."""
    return Checkpoint(
        format=FORMAT,
        position=position,
        newest=floor.newest,
        lives=floor.lives.save(),
        promises=floor.promises.by_contact,
        held=[_held(floor, until, held) for until, _, held in sorted(floor.ledger.ahead)],
    )


def copied(floor: Floor) -> Checkpoint:
    """The floor's lives as they are, which go on being so whatever the floor reads."""
    return _decoder.decode(_encoder.encode(take(floor, 0)))


def encode_pieces(checkpoint: Checkpoint, partition: int, pieces_before: int) -> Iterator[Told]:
    """The checkpoint as (key, value) records; pieces of a longer one before it are deleted."""
    whole = _encoder.encode(checkpoint)
    parts = [whole[start : start + PIECE_BYTES] for start in range(0, len(whole), PIECE_BYTES)]
    for index, part in enumerate(parts):
        piece = _Piece(checkpoint.position, index, len(parts), part)
        yield _key(partition, index), _encoder.encode(piece)
    for index in range(len(parts), pieces_before):
        yield _key(partition, index), None


Told = tuple[str, bytes | None]


def decode_pieces(values: Iterable[bytes]) -> tuple[Checkpoint | None, int]:
    """The checkpoint and how many pieces it has; None where there was none yet. Raises
    `UnreadableCheckpoint` where another version wrote it."""
    values = list(values)
    if not values:
        return None, 0
    try:
        pieces = sorted(map(_piece_decoder.decode, values), key=lambda piece: piece.index)
        return _decoder.decode(b"".join(piece.content for piece in pieces)), len(pieces)
    except msgspec.DecodeError as error:
        raise UnreadableCheckpoint(len(values)) from error


def restore(
    plan: FloorPlan, checkpoint: Checkpoint | None, frames: Iterable[fr.Frame]
) -> tuple[Floor, fr.HeadFrame | None]:
    """A floor with the lives of the checkpoint and the panes of the frames, and the head that
    says how far the frames reach. The floor is replaying until `finish` is called."""
    floor = Floor(plan)
    head = None
    for frame in frames:
        match frame:
            case fr.PaneFrame():
                tally = read_tally(frame.tally, floor.cells)
                floor.panes.panes[frame.pane] = Pane(tally, frame.pieces)
            case fr.SettledFrame():
                floor.panes.first_kept = frame.first_kept
                for day in frame.days:
                    # A zone that has left the floor plan since is not asked for any more.
                    if day.zone in floor.panes.zones:
                        tally = read_tally(day.tally, floor.cells)
                        floor.panes.days[Settled(day.zone, day.day)] = tally
            case fr.HeadFrame():
                head = frame
            case _:
                pass
    if checkpoint is not None:
        restore_lives(floor, checkpoint)
    floor.panes.replaying = head is not None
    return floor, head


def finish(floor: Floor, head: fr.HeadFrame) -> None:
    """The events up to the head's position are read: from here on measurements count again."""
    floor.panes.replaying = False
    counts = {name: head.health[name] for name in head.health}
    floor.health = Health(
        **counts,
        by_type=dict(head.events_by_type),
        rejected_by_field=dict(head.rejected_by_field),
    )


def restore_lives(floor: Floor, checkpoint: Checkpoint) -> None:
    """Bring the lives of the checkpoint into a floor that has read nothing."""
    floor.newest = checkpoint.newest
    floor.lives.restore(checkpoint.lives)
    for contact, promises in checkpoint.promises.items():
        for queue, due in promises:
            floor.promises.promise(contact, queue, due)
    for held in checkpoint.held:
        if held.piece is not None:
            floor.ledger.hold_piece(Piece(*held.piece))
            continue
        measured = Measured()
        measured.begin(held.pane)
        for cell, column, amount in held.counts:
            measured.sums.extend((floor.ledger.bases[cell] + column, amount))
        for cell, wait_us in held.waits:
            measured.waits.extend((floor.ledger.bases[cell], wait_us))
        floor.ledger.hold(measured, held.until)


def _held(floor: Floor, until: int, held: Measured | Piece) -> Held:
    if isinstance(held, Piece):
        return Held(until, 0, [], [], (held.agent, held.state, held.start, held.end))
    counted = [
        *((code, 1) for code in held.ones),
        *zip(held.sums[::2], held.sums[1::2], strict=True),
    ]
    counts = [(_key_of(floor, code // STRIDE), code % STRIDE, amount) for code, amount in counted]
    waits = [
        (_key_of(floor, base // STRIDE), wait_us)
        for base, wait_us in zip(held.waits[::2], held.waits[1::2], strict=True)
    ]
    (pane,) = held.panes
    return Held(until, pane, counts, waits, None)


def _key_of(floor: Floor, cell: int) -> fr.CellKey:
    queue, channel, agent = floor.cells.cell(cell)
    return queue, channel, agent


def _key(partition: int, index: int) -> str:
    return f"{partition}/{index}"
