"""What an evaluator remembers, as keys and values for the topic `alerts`, beside what screens read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from stream.alerts.life import Life
from stream.alerts.telling import Told
from stream.alerts.watch import Watched
from stream.contract.alerts import Target

LIFE: Final = "life"
TOLD: Final = "told"
WATCH: Final = "watch"

_Struct = TypeVar("_Struct", bound=Struct)


class Key(NamedTuple):
    """One rule on one thing."""

    rule: str
    target: Target


def life_key(key: Key) -> str:
    return f"{LIFE}/{_name([key.rule, key.target.dimension, key.target.name])}"


def watch_key(queue: str | None) -> str:
    return f"{WATCH}/{_name(queue)}"


def told_key(incident: str) -> str:
    return f"{TOLD}/{incident}"


def rule_and_target(key: str) -> Key:
    """Whose life lies under the key. Raises `msgspec.MsgspecError` where it is no such key."""
    rule, dimension, name = _names.decode(key.partition("/")[2])
    return Key(rule, msgspec.convert({"dimension": dimension, "name": name}, Target))


def queue_of(key: str) -> str | None:
    """Whose watch lies under the key; None for the floor's."""
    name: str | None = msgspec.json.decode(key.partition("/")[2], type=str | None)
    return name


def encode(value: Life | Told | Watched) -> bytes:
    return _encoder.encode(value)


def _name(value: object) -> str:
    return msgspec.json.encode(value).decode()


_names: Final = msgspec.json.Decoder(tuple[str, str, str | None])
_encoder: Final = msgspec.msgpack.Encoder()
life_decoder: Final = msgspec.msgpack.Decoder(Life)
told_decoder: Final = msgspec.msgpack.Decoder(Told)
watch_decoder: Final = msgspec.msgpack.Decoder(Watched)


def of_kind(records: Mapping[str, bytes], kind: str, struct: type[_Struct]) -> list[_Struct]:
    """The values of one kind."""
    decoder = msgspec.msgpack.Decoder(struct)
    return [decoder.decode(value) for key, value in records.items() if key.startswith(f"{kind}/")]
