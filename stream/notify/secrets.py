"""What is secret in a receiver's address: put in where it is sent, taken out of what is told.

`${FLOORWATCH_SECRET_NAME}` is the environment's variable of that name, or else the content of the
file that `FLOORWATCH_SECRET_NAME_FILE` names, as containers are given their secrets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from stream.alerts.receivers import SECRET

_BETWEEN_PARTS: Final = re.compile(r"[/?&=@:;,#+|\s]+")
# Shorter parts are a port, a country or a switch; taking them out would leave holes in words.
_PART_LENGTH_MIN: Final = 4
_SECRET_LENGTH_MAX: Final = 4_096


class SecretMissing(Exception):
    """A secret that an address names is not there. Operator: the message names the variable."""


def with_secrets(address: str, environment: Mapping[str, str]) -> str:
    """The address with its secrets put in, percent-encoded where they are a part of it; one that
    is a secret as a whole is taken as it is. Raises `SecretMissing`."""
    whole = SECRET.fullmatch(address)
    if whole is not None:
        return _secret(whole[1], environment)
    return SECRET.sub(lambda found: quote(_secret(found[1], environment), safe=""), address)


def without_secrets(text: str, url: str) -> str:
    """The text with every part of the URL but its scheme masked, so that it can be told.

    Everything is masked and not only what is known to be a secret: in `slack://` even the place
    of the host is one.
    """
    _, _, rest = url.partition("://")
    parts = {rest, unquote(rest)}
    parts |= {part for form in list(parts) for part in _BETWEEN_PARTS.split(form)}
    parts |= {unquote(part) for part in list(parts)}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= _PART_LENGTH_MIN:
            text = re.sub(re.escape(part), "…", text, flags=re.IGNORECASE)
    return text


def _secret(name: str, environment: Mapping[str, str]) -> str:
    value = environment.get(name)
    if value is None and f"{name}_FILE" in environment:
        value = _read(name, environment[f"{name}_FILE"])
    if not value:
        raise SecretMissing(f"{name} is not set")
    return value


def _read(name: str, path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(_SECRET_LENGTH_MAX).strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise SecretMissing(f"{name}_FILE cannot be read: {why}") from None
