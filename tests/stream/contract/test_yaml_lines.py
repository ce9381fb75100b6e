"""YAML files of models that one of their fields decides: what is read, and where errors lie."""

from __future__ import annotations

from textwrap import dedent
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from stream.contract.yaml_lines import YamlError, parse_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Call(_Strict):
    """One of two ways to tell somebody."""

    kind: Literal["call"]
    number: str
    hours: dict[str, int] = {}


class Mail(_Strict):
    """The other."""

    kind: Literal["mail", "letter"]
    to: list[str] = []
    copies: int = Field(default=1, ge=1)


class Book(_Strict):
    """Ways by name, and one that comes first."""

    ways: dict[str, Annotated[Call | Mail, Field(discriminator="kind")]] = {}
    first: Annotated[Call | Mail, Field(discriminator="kind")] | None = None


def book(text: str) -> Book:
    """The book of an indented text."""
    return parse_yaml(dedent(text), "book.yaml", Book)


def test_what_a_field_decides_is_read_as_that() -> None:
    """Either of a model's tags will do."""
    told = book("ways: {a: {kind: call, number: '1'}, b: {kind: letter}}\nfirst: {kind: mail}")

    assert told == Book(
        ways={"a": Call(kind="call", number="1"), "b": Mail(kind="letter")},
        first=Mail(kind="mail"),
    )


def test_keys_inside_of_it_are_taken_as_written() -> None:
    """YAML would make 7 of 007 and false of `no`; the model that was chosen knows better."""
    told = book("ways: {a: {kind: call, number: '1', hours: {007: 1, no: 2}}}").ways["a"]

    assert told == Call(kind="call", number="1", hours={"007": 1, "no": 2})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("kind: fax", "3: ways.a.kind: expected one of call, mail, letter", id="none"),
        pytest.param("to: [b]", "2: ways.a.kind: expected one of call, mail, letter", id="missing"),
        pytest.param(
            "kind: [mail]", "3: ways.a.kind: expected one of call, mail, letter", id="a list"
        ),
        pytest.param("kind: 3", "3: ways.a.kind: expected one of call, mail, letter", id="number"),
        pytest.param("kind: call", "2: ways.a.number: missing", id="a field of the one chosen"),
        pytest.param(
            "kind: mail\n  copies: 0",
            "4: ways.a.copies: input should be greater than or equal to 1",
            id="a value",
        ),
        pytest.param(
            "kind: mail\n  number: 3",
            "4: ways.a.number: unknown key, expected one of kind, to, copies",
            id="a field of the other",
        ),
        pytest.param(
            "kind: mail\n  mail: 3",
            "4: ways.a.mail: unknown key, expected one of kind, to, copies",
            id="a key by the name of a tag",
        ),
        pytest.param(
            "kind: mail\n  no: 3",
            "4: ways.a.no: unknown key, expected one of kind, to, copies",
            id="a key that YAML reads as false",
        ),
        pytest.param(
            "kind: mail\n  to:\n  - a\n  - 3",
            "6: ways.a.to.1: input should be a valid string",
            id="an item of a list",
        ),
        pytest.param(
            "kind: call\n  number: '1'\n  hours: {am: x}",
            "5: ways.a.hours.am: input should be a valid integer",
            id="a value deep inside",
        ),
    ],
)
def test_an_error_names_the_place_as_the_file_has_it(text: str, expected: str) -> None:
    """Which of the models was tried is no key of the file."""
    with pytest.raises(YamlError) as refused:
        book(f"ways:\n a:\n  {text}")

    assert str(refused.value) == f"book.yaml:{expected}"


def test_one_that_may_be_left_out_is_told_the_same_way() -> None:
    """A choice that may be none is a choice still."""
    with pytest.raises(YamlError) as refused:
        book("first:\n  kind: mail\n  copies: 0")

    assert str(refused.value) == (
        "book.yaml:3: first.copies: input should be greater than or equal to 1"
    )


@pytest.mark.parametrize("text", ["ways: {a: }", "ways: {a: [1]}", "ways: {a: word}"])
def test_what_is_no_mapping_is_none_of_them(text: str) -> None:
    """And is told so, with its line."""
    with pytest.raises(YamlError, match=r"^book\.yaml:1: ways\.a: input should be a valid dict"):
        book(text)


def test_merges_of_merges_are_bounded() -> None:
    """A kilobyte of them stands for more keys than there is memory; reading it would never end."""
    one = "  a0: &a0 {kind: mail}\n"
    more = "".join(f"  a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40))

    with pytest.raises(YamlError) as refused:
        book(f"ways:\n{one}{more}")

    assert str(refused.value) == "book.yaml: its merges (<<) bring in too many keys"


def test_a_merge_is_read_and_what_holds_itself_is_no_endless_one() -> None:
    """What is merged counts as if it were written out."""
    told = book("ways:\n  a: &a {kind: mail, to: [x]}\n  b: {<<: *a, copies: 2}")
    assert told.ways["b"] == Mail(kind="mail", to=["x"], copies=2)

    with pytest.raises(YamlError):
        book("ways: &self {<<: *self, a: {kind: mail}, b: 3}")
