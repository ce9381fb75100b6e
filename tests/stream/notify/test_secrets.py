"""What is secret in an address: put in where it is sent, taken out of what is told."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.notify.secrets import SecretMissing, with_secrets, without_secrets

TOKENS: Final = st.text("abcXYZ019-_.~", min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://e.org/${FLOORWATCH_SECRET_A}", "https://e.org/p%40ss%2Fw%20d"),
        ("mailto://u:${FLOORWATCH_SECRET_A}@e.org", "mailto://u:p%40ss%2Fw%20d@e.org"),
        ("${FLOORWATCH_SECRET_URL}", "slack://T1/B2/C3?x=y z"),
        ("https://e.org/a%20b", "https://e.org/a%20b"),
    ],
)
def test_secrets_are_put_in(address: str, url: str) -> None:
    """A part is percent-encoded, a whole address is as it is."""
    environment = {
        "FLOORWATCH_SECRET_A": "p@ss/w d",
        "FLOORWATCH_SECRET_URL": "slack://T1/B2/C3?x=y z",
    }

    assert with_secrets(address, environment) == url


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    """As containers are given theirs; the end of its line is not of it."""
    (tmp_path / "token").write_text("t0ken\n", encoding="utf-8")
    environment = {"FLOORWATCH_SECRET_A_FILE": str(tmp_path / "token")}

    assert with_secrets("json://e.org/${FLOORWATCH_SECRET_A}", environment) == "json://e.org/t0ken"


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "FLOORWATCH_SECRET_A is not set"),
        ({"FLOORWATCH_SECRET_A": ""}, "FLOORWATCH_SECRET_A is not set"),
        (
            {"FLOORWATCH_SECRET_A_FILE": "/nowhere/t0ken"},
            "FLOORWATCH_SECRET_A_FILE cannot be read: No such file or directory",
        ),
    ],
)
def test_a_missing_secret_is_named(environment: dict[str, str], told: str) -> None:
    """And not where it should lie."""
    with pytest.raises(SecretMissing) as raised:
        with_secrets("json://e.org/${FLOORWATCH_SECRET_A}", environment)

    assert str(raised.value) == told


@pytest.mark.parametrize(
    ("text", "url", "told"),
    [
        (
            "A Connection error occurred sending to hooks.example.org.",
            "https://hooks.example.org/T0/B0/secret",
            "A Connection error occurred sending to ….",
        ),
        ("Sending to T0KENA/T0KENB failed", "slack://T0KENA/T0KENB/C", "Sending to …/… failed"),
        ("user p@ss/word refused", "mailto://user:p%40ss%2Fword@e.org", "… … refused"),
        ("error=500.", "json://e.org/500", "error=500."),
    ],
)
def test_an_address_is_taken_out_of_what_is_told(text: str, url: str, told: str) -> None:
    """Every part of it but the scheme and what is too short to be a secret."""
    assert without_secrets(text, url) == told


@given(user=TOKENS, password=TOKENS, host=TOKENS, path=TOKENS, value=TOKENS)
def test_no_part_of_an_address_is_left(
    user: str, password: str, host: str, path: str, value: str
) -> None:
    """Wherever it stands, in whatever case it is told."""
    url = f"scheme://{user}:{password}@{host}/{path}?key={value}"
    text = f"no {url} for {user} by {password.upper()} at {host.lower()} {path} {value}"
    left = without_secrets(text, url).lower()

    assert [part for part in (user, password, host, path, value) if part.lower() in left] == []
