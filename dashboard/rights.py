"""Who may read what customers wrote: whoever has the key that the operator set.

There is no sign-in yet. The key is told once, in a browser for a working day's cookie or by a program
with each request; the cookie says until when, signed with the key, so that it holds on every dashboard
with the same key and on none with another.
"""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

KEY_VARIABLE: Final = "FLOORWATCH_COMMENTS_KEY"
FILE_VARIABLE: Final = "FLOORWATCH_COMMENTS_KEY_FILE"
# Of a floor that is made up: no secret, since nobody wrote what it shows.
DEMO_KEY: Final = "demo-comments"
KEY_LENGTH_MIN: Final = 12
KEY_LENGTH_MAX: Final = 1_000
# A shift, with what comes before and after it.
GRANTED: Final = timedelta(hours=12)
# Whoever guesses is told to wait; a person who mistypes is not.
WRONG_MOST: Final = 10
WRONG_WITHIN: Final = timedelta(minutes=1)
# So many who told wrong keys lately are known apart; of more, who has told none for longest is
# forgotten.
PEERS_MAX: Final = 1_000
_PURPOSE: Final = b"floorwatch comments until "


class BadKey(Exception):
    """The key cannot be used. Operator: the message says what is wrong, never the key."""


class TooManyTries(Exception):
    """Too many wrong keys were told lately. Operator: nothing to do; wait."""


class Rights:
    """Judges keys and cookies. Without a key nobody has any right."""

    def __init__(self, key: str | None = None) -> None:
        self._key = None if key is None else key.encode()
        # By who told them, whoever did so last at the end.
        self._wrong: dict[str, deque[datetime]] = {}

    @property
    def is_set(self) -> bool:
        """Whether the operator has set a key."""
        return self._key is not None

    def is_key(self, told: str, now: datetime, *, peer: str = "") -> bool:
        """Whether what somebody at an address tells is the key. Raises `TooManyTries`: who guesses
        locks out nobody else."""
        wrong = self._wrong.get(peer) or deque(maxlen=WRONG_MOST)
        if len(wrong) == WRONG_MOST and now - wrong[0] < WRONG_WITHIN:
            raise TooManyTries
        if self._key is not None and hmac.compare_digest(told.encode(), self._key):
            return True
        wrong.append(now)
        self._wrong.pop(peer, None)
        self._wrong[peer] = wrong
        if len(self._wrong) > PEERS_MAX:
            del self._wrong[next(iter(self._wrong))]
        return False

    def grant(self, now: datetime) -> str:
        """What a browser keeps: until when it may read, and that somebody with the key said so."""
        until = int((now + GRANTED).timestamp())
        return f"{until}.{self._signed(until)}"

    def is_granted(self, told: str, now: datetime) -> bool:
        """Whether what a browser kept still holds."""
        until, _, signed = told.partition(".")
        if self._key is None or not (until.isascii() and until.isdigit() and len(until) < 12):
            return False
        if not hmac.compare_digest(signed.encode(), self._signed(int(until)).encode()):
            return False
        return now.timestamp() < int(until)

    def _signed(self, until: int) -> str:
        assert self._key is not None
        return hmac.new(self._key, _PURPOSE + str(until).encode(), "sha256").hexdigest()


def rights_of(environ: Mapping[str, str]) -> Rights:
    """By the key in the environment, or in the file that it names. Raises `BadKey`."""
    key, place = environ.get(KEY_VARIABLE), KEY_VARIABLE
    file = environ.get(FILE_VARIABLE)
    if key is not None and file is not None:
        raise BadKey(f"{KEY_VARIABLE} and {FILE_VARIABLE} are both set: set one of them")
    if file is not None:
        place = FILE_VARIABLE
        try:
            key = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise BadKey(f"{FILE_VARIABLE}: the file cannot be read ({why})") from None
    if key is None:
        return Rights()
    if not KEY_LENGTH_MIN <= len(key) <= KEY_LENGTH_MAX:
        expected = f"expected {KEY_LENGTH_MIN} to {KEY_LENGTH_MAX:,}"
        raise BadKey(f"{place}: the key has {len(key):,} characters, {expected}")
    return Rights(key)
