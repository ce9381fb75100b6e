"""Scenario files laid over a base: what counts, and where an error is told."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

import simulator
from simulator import ScenarioError, load_scenario, parse_scenario, scenario_text

WEEKDAY_FILE: Final = Path(simulator.__file__).parent / "scenarios" / "weekday.yaml"
LETTERS_LINE: Final = (
    WEEKDAY_FILE.read_text(encoding="utf-8").split("queues: [email]")[0].count("\n") + 1
)
OWN: Final = "base: weekday\nname: mine\ntitle: Mine\nabout: Something else.\n"


def written(folder: Path, name: str, text: str) -> str:
    """A scenario file; gives its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_over_a_base_says_only_what_differs() -> None:
    """Mappings are merged, lists and scalars replaced, and null takes away."""
    weekday = load_scenario("weekday")
    mine = parse_scenario(
        OWN
        + """
queues:
  benefits: {per_day: 2000, callback: null, intents: {appeal: null, surprise: 7}}
profiles:
  calls: {10:00: 9}
people:
  activities: [{reason: lunch, after_minutes: [200, 300], minutes: 30}]
""",
        "mine.yaml",
    )
    benefits, before = mine.queues["benefits"], weekday.queues["benefits"]

    assert (benefits.per_day, benefits.callback, benefits.talk) == (2000, None, before.talk)
    assert benefits.intents == {
        **{name: share for name, share in before.intents.items() if name != "appeal"},
        "surprise": 7,
    }
    assert mine.profiles["calls"] == weekday.profiles["calls"] | {600: 9}
    assert [one.minutes for one in mine.people.activities] == [30]
    assert mine.people.absent == weekday.people.absent
    assert mine.teams == weekday.teams


def test_what_a_file_says_of_itself_is_its_own(tmp_path: Path) -> None:
    """A base's title and notices are of another day."""
    below = written(tmp_path, "below.yaml", OWN + "notice: [A queue]\nhelps: [People]\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(written(tmp_path, "mine.yaml", "base: below.yaml\nname: mine\n"))
    told = load_scenario(
        written(tmp_path, "whole.yaml", "base: below.yaml\nname: whole\ntitle: t\nabout: a\n")
    )

    assert str(caught.value).splitlines() == [
        f"{tmp_path / 'mine.yaml'}:1: title: missing",
        f"{tmp_path / 'mine.yaml'}:1: about: missing",
    ]
    assert (load_scenario(below).notice, told.notice, told.helps) == (["A queue"], [], [])


def test_a_base_may_have_a_base_of_its_own(tmp_path: Path) -> None:
    """Named from where the file lies, wherever one is."""
    (tmp_path / "deep").mkdir()
    written(tmp_path, "floor.yaml", OWN + "redial: 0.5\ncustomers: 9\n")
    written(tmp_path, "deep/mine.yaml", OWN.replace("weekday", "../floor.yaml") + "redial: 0.7\n")
    told = load_scenario(str(tmp_path / "deep" / "mine.yaml"))

    assert (told.redial, told.customers) == (0.7, 9)


@pytest.mark.parametrize(
    ("below", "above", "said"),
    [
        pytest.param(
            "", "redial: 7\n", "mine.yaml:5: redial: input should be less than or equal to 1",
            id="in the upper file",
        ),
        pytest.param(
            "redial: 7\n", "customers: 9\n",
            "below.yaml:5: redial: input should be less than or equal to 1",
            id="in the base",
        ),
        pytest.param(
            "queues:\n  snap:\n    per_day: many\n", "queues:\n  snap:\n    priority: 2\n",
            "below.yaml:7: queues.snap.per_day: input should be a valid number",
            id="in the base, of what both name",
        ),
        pytest.param(
            "", "queues:\n  snap: {profile: cals}\n",
            "mine.yaml:6: queues.snap.profile: unknown profile, expected one of calls, messages",
            id="between the two",
        ),
        pytest.param(
            "", "teams: {letters: {also: null, quues: null}}\n",
            "mine.yaml:5: teams.letters.quues: unknown key, expected one of name, count, shifts, "
            "shift_minutes, queues, also",
            id="taken away what is not there",
        ),
        pytest.param(
            "", "queues: {email: null}\n",
            f"weekday.yaml:{LETTERS_LINE}: teams.letters.queues.0: unknown queue, expected one of benefits, "
            "medicaid, snap, spanish, records-line, crisis, snap-chat, web-chat, tax-sms, "
            "family-whatsapp, callbacks",
            id="taken away what the base needs",
        ),
        pytest.param(
            "", "notice: [' ']\n", "mine.yaml:5: notice.0: expected some words", id="no words"
        ),
        pytest.param("redial: [\n", "", "below.yaml:6: ", id="no YAML in the base"),
    ],
)  # fmt: skip
def test_an_error_is_told_where_it_stands(
    tmp_path: Path, below: str, above: str, said: str
) -> None:
    """By file, line and field, whichever file that is."""
    written(tmp_path, "below.yaml", OWN + below)
    mine = written(tmp_path, "mine.yaml", OWN.replace("weekday", "below.yaml") + above)
    with pytest.raises(ScenarioError) as caught:
        load_scenario(mine)

    assert str(caught.value).replace(f"{tmp_path}/", "").startswith(said)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("base", "said"),
    [
        pytest.param("mine.yaml", "goes round in a circle, back to mine.yaml", id="itself"),
        pytest.param("other.yaml", "goes round in a circle, back to mine.yaml", id="a circle"),
        pytest.param("nowhere.yaml", "nowhere.yaml: No such file or directory", id="no file"),
        pytest.param("wekday", "expected one of ", id="no such name"),
        pytest.param("[weekday]", "expected text", id="no name"),
    ],
)
def test_a_base_that_cannot_be_is_told(tmp_path: Path, base: str, said: str) -> None:
    """A circle has no bottom."""
    written(tmp_path, "other.yaml", OWN.replace("weekday", "mine.yaml"))
    mine = written(tmp_path, "mine.yaml", "# mine\n" + OWN.replace("weekday", base))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(mine)
    at = "other.yaml:1" if base == "other.yaml" else "mine.yaml:2"

    assert str(caught.value).replace(f"{tmp_path}/", "").startswith(f"{at}: base: {said}")


def test_bases_upon_bases_have_an_end(tmp_path: Path) -> None:
    """Nobody reads nine files to know what a scenario is."""
    for nth in range(9):
        written(tmp_path, f"{nth}.yaml", OWN.replace("weekday", f"{nth + 1}.yaml"))
    written(tmp_path, "9.yaml", OWN)
    with pytest.raises(ScenarioError, match=r"7\.yaml:1: base: expected at most 8 files"):
        load_scenario(str(tmp_path / "0.yaml"))


def test_merges_within_a_file_come_before_what_lies_over_it(tmp_path: Path) -> None:
    """`<<` in either file is written out first."""
    written(
        tmp_path,
        "below.yaml",
        OWN + "busyness: &calm {day_cv: 0.5, within_sigma: 0.5}\n",
    )
    mine = written(
        tmp_path,
        "mine.yaml",
        OWN.replace("weekday", "below.yaml")
        + "hours: &h {drain_minutes: 3}\nbusyness: {<<: {day_cv: 0.1}, within_phi: 0.2}\n",
    )
    told = load_scenario(mine)

    assert (told.busyness.day_cv, told.busyness.within_sigma) == (0.1, 0.5)
    assert (told.busyness.within_phi, told.hours.drain_minutes, told.hours.opens) == (0.2, 3, 480)


def test_the_whole_of_a_scenario_is_a_file_of_its_own(tmp_path: Path) -> None:
    """What is written out reads as the same, without a base."""
    mine = written(
        tmp_path, "mine.yaml", OWN + "queues: {'007': {name: Bond, channel: voice, per_day: 1, "
        "profile: calls, talk: {mean_s: 9}, wrap: {mean_s: 9}, intents: {'no': 1}}}\n"
    )  # fmt: skip
    whole = written(tmp_path, "whole.yaml", scenario_text(mine))

    assert load_scenario(whole) == load_scenario(mine).model_copy(update={"base": None})
    assert "base:" not in scenario_text(mine)
    assert list(load_scenario(whole).queues)[-1] == "007"
