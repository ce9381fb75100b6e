"""The pages say what is so: commands, examples, links, addresses and the names of figures."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

import pytest
import yaml
from prometheus_client.core import CollectorRegistry
from pydantic import TypeAdapter

import floorwatch
from dashboard import status
from dashboard.api.alert_gauges import alert_metrics
from dashboard.app import create_app
from dashboard.order import REST_US
from stream.adapters.registry import ADAPTERS
from stream.alerts.receivers import Receiver, Receivers, problems_of
from stream.contract.alerts import AlertsHead, Board
from stream.contract.boards import parse_boards
from stream.contract.figures import (
    COUNTS,
    FIGURES,
    HEALTH,
    MEANINGLESS_IN_CHANNELS,
    MEANINGLESS_IN_TEAMS,
    NOW,
    SERVICE_LEVEL_VARIANTS,
    Freshness,
)
from stream.contract.floorplan import parse_floor_plan
from stream.contract.instants import DAY_US, SECOND_US
from stream.logs.topics import topics
from stream.meters import WorkerMeters, registry_of
from tests.dashboard.pictures import TableReader, ordinary, wall_clock
from tests.repository.sources import ROOT, text_files

Pages = Mapping[str, str]

_FENCED: Final = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)
_EXAMPLE: Final = r"<!-- example: {} -->\n```\w+\n(.*?)^```"
_COMMAND: Final = re.compile(
    r"(?<![\w-])floorwatch +((?:alerts|topics|dead-letters|scenarios) +[a-z]+|[a-z][a-z-]*)([^|#\n]*)"
)
_OPTION: Final = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_MAKE: Final = re.compile(r"(?<![\w/-])make +([a-z][a-z-]*)")
_ADDRESS: Final = re.compile(
    r"(?:http://127\.0\.0\.1:\d+|(?<![\w./-]))"
    r"(/(?:api/[\w{}/-]*(?:\.[a-z]+)?|healthz|readyz|metrics|docs|openapi\.json)(?:\?[\w=&]*)?)(?![\w/.-])"
)
_METRIC: Final = re.compile(r"\bfloorwatch_[a-z][a-z0-9_]*")


def pages() -> dict[str, str]:
    """Path from the root, and text, of every page."""
    return {path: text for path, text in text_files().items() if path.endswith(".md")}


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def code(page: str) -> str:
    """All that stands in code on a page, a line that goes on being one line."""
    blocks = [block.replace("\\\n", " ") for block in _FENCED.findall(page)]
    return "\n".join([*blocks, *_SPAN.findall(_FENCED.sub("", page))])


def example(page: str, name: str) -> str:
    """The code block of the page that a comment names."""
    found = re.findall(_EXAMPLE.format(re.escape(name)), page, re.DOTALL | re.MULTILINE)
    assert len(found) == 1, f"one example {name}, not {len(found)}"
    return str(found[0])


def table(page: str, heading: str) -> list[dict[str, str]]:
    """The rows of all tables of a page whose first column has the heading, by column."""
    rows: list[dict[str, str]] = []
    columns: list[str] = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            columns = []
        elif not columns:
            columns = cells
        elif columns[0] == heading and set(line) - set("|- :"):
            rows.append(dict(zip(columns, cells, strict=True)))
    return rows


# --- links ------------------------------------------------------------------------------------


def broken_links(files: Pages, exists: Callable[[str], bool]) -> list[str]:
    """Relative links to what is not there, a heading that is not there included."""
    return [
        f"{path}: {link}"
        for path, page in files.items()
        for link in _LINK.findall(_SPAN.sub("", _FENCED.sub("", page)))
        if not re.match(r"[a-z]+:", link) and not _leads_somewhere(files, exists, path, link)
    ]


def _leads_somewhere(files: Pages, exists: Callable[[str], bool], path: str, link: str) -> bool:
    target, _, heading = link.partition("#")
    parts: list[str] = []
    for part in (*PurePosixPath(path).parent.parts, *PurePosixPath(target).parts):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    found = "/".join(parts) if target else path
    if heading:
        return heading in [_anchor(text) for text in _HEADING.findall(files.get(found, ""))]
    return exists(found)


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_every_link_leads_somewhere() -> None:
    """Pages, pictures and headings alike."""
    assert broken_links(pages(), lambda path: (ROOT / path).exists()) == []


# --- commands ---------------------------------------------------------------------------------


def unknown_commands(page: str, options_of: Callable[[str], set[str]]) -> list[str]:
    """Commands on a page that there are not, and options that they do not have."""
    found = []
    for command, rest in _COMMAND.findall(code(page)):
        options = options_of(command)
        found += [command] if not options else []
        found += [f"{command} {name}" for name in _OPTION.findall(rest) if name not in options]
        found += [
            f"import --from {name}"
            for name in re.findall(r"--from ([a-z-]+)", rest)
            if command == "import" and name not in ADAPTERS
        ]
    return found


def unknown_targets(page: str, makefile: str) -> list[str]:
    """What a page says to make that the Makefile does not."""
    known = re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)
    return [target for target in _MAKE.findall(code(page)) if target not in known]


@pytest.fixture
def options_of(capsys: pytest.CaptureFixture[str]) -> Callable[[str], set[str]]:
    """The options of a command as its help tells them; none where there is no such command."""
    known: dict[str, set[str]] = {}

    def options(command: str) -> set[str]:
        if command not in known:
            ended = floorwatch.main([*command.split(), "--help"])
            text = capsys.readouterr().out
            known[command] = set(_OPTION.findall(text)) if ended == 0 else set()
        return known[command]

    return options


def test_every_command_on_a_page_exists(options_of: Callable[[str], set[str]]) -> None:
    """With its options, as `--help` tells them."""
    assert {path: unknown_commands(page, options_of) for path, page in pages().items()} == {
        path: [] for path in pages()
    }


def test_the_readme_tells_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Those that `floorwatch --help` lists."""
    assert floorwatch.main(["--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2]
    told = [_COMMAND.findall(row["command"])[0][0] for row in table(read("README.md"), "command")]
    names = {command.split()[0] for command in told}

    assert len(told) == len(set(told))
    assert sorted(names) == sorted(re.findall(r"^ {2}([\w-]+)", listed, re.MULTILINE))


def test_every_target_on_a_page_exists() -> None:
    """`make X` is in the Makefile."""
    makefile = read("Makefile")

    assert [t for page in pages().values() for t in unknown_targets(page, makefile)] == []


# --- examples ---------------------------------------------------------------------------------


def session(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each command of a terminal session, and the lines that it answers with."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *answer = part.rstrip().splitlines()
        yield shlex.split(command), answer


def test_the_readmes_session_is_what_one_sees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The five events are good, and give the figures that stand there."""
    page = read("README.md")
    (tmp_path / "events.jsonl").write_text(example(page, "events.jsonl"), encoding="utf-8")
    told = list(session(example(page, "a session over events.jsonl")))
    seen = []
    for (_, *arguments), _ in told:
        with contextlib.chdir(tmp_path):
            assert floorwatch.main(arguments) == 0
        lines = [line.rstrip() for line in capsys.readouterr().out.rstrip().splitlines()]
        seen.append(lines)

    assert len(example(page, "events.jsonl").splitlines()) == 5
    assert seen == [answer for _, answer in told]


def test_the_receivers_on_the_page_of_alerts_can_be_used() -> None:
    """Each is what an alerts.yaml may have, and between them nothing is missing."""
    content = yaml.safe_load(example(read("docs/alerts.md"), "receivers"))
    receivers = TypeAdapter(Receivers).validate_python(content["receivers"])

    assert list(receivers) == ["desk", "on call", "ticket system"]
    assert list(problems_of(receivers)) == []
    for name in Receiver.model_fields:
        assert f"| `{name}` |" in read("docs/alerts.md")


def test_the_readmes_floor_yaml_says_what_its_comments_say() -> None:
    """It can be read, and each part has its effect."""
    plan = parse_floor_plan(example(read("README.md"), "floor.yaml"), "floor.yaml")

    assert (plan.time_zone, plan.service_level) == ("America/Denver", "stuck_proof")
    assert plan.short_abandon_us("benefits") == 5 * SECOND_US
    assert plan.name_of("benefits") == "Benefits"
    assert plan.target_us("benefits", "email") == 30 * SECOND_US
    assert plan.target_us("snap", "email") == 3600 * SECOND_US


def test_the_boards_on_their_page_can_be_used() -> None:
    """And every kind of tile is told."""
    page = read("docs/boards.md")
    front = parse_boards(example(page, "boards.yaml"))["front"]

    kinds = {f"`{tile.kind}`" for board_page in front.pages for tile in board_page.tiles}
    assert {row["kind"] for row in table(page, "kind")} == kinds
    assert (front.turn_s, front.thanks, len(front.pages)) == (20, "teams", 2)


# --- addresses and metrics --------------------------------------------------------------------


def unknown_addresses(page: str, known: Mapping[str, set[str]]) -> list[str]:
    """Addresses in a page's code that are not served, or with a parameter that they do not take;
    `known` are the parameters by address."""
    found = []
    for address in _ADDRESS.findall(code(page)):
        path, _, query = address.partition("?")
        parameters = {pair.partition("=")[0] for pair in query.split("&") if pair}
        taken = next((known[one] for one in known if _matches(one, path)), None)
        if taken is None or not parameters <= taken:
            found.append(address)
    return found


def _matches(route: str, path: str) -> bool:
    return route == path or re.fullmatch(re.sub(r"\{\w+\}", r"[\\w-]+", route), path) is not None


def served() -> dict[str, set[str]]:
    """The addresses that the dashboard serves, and the parameters that each takes."""
    schema = create_app(TableReader(ordinary(), wall_clock), now=wall_clock).openapi()
    found: dict[str, set[str]] = {"/docs": set(), "/openapi.json": set()}
    for path, methods in schema["paths"].items():
        parameters = [p for route in methods.values() for p in route.get("parameters", ())]
        found[path] = {p["name"] for p in parameters if p["in"] == "query"}
    return found


def metrics() -> set[str]:
    """The names of all metrics, a dashboard's and a worker's, counters with their `_total`."""
    feed = create_app(TableReader(ordinary(), wall_clock), now=wall_clock).state.feed
    feed.step()
    worker = WorkerMeters("a worker", 0)
    worker.lag_s = 0.0
    registries: list[CollectorRegistry] = [feed.meters.registry, registry_of(worker)]
    head = AlertsHead(0, 0, "an evaluator", 1, 0, evaluated_ms=1.0)
    families = [
        *(family for registry in registries for family in registry.collect()),
        *alert_metrics(Board([], head), age_s=0.0),
    ]
    return {f.name + ("_total" if f.type == "counter" else "") for f in families}


def test_every_address_on_a_page_is_served() -> None:
    """With its parameters, as OpenAPI tells them."""
    known = served()

    assert [one for page in pages().values() for one in unknown_addresses(page, known)] == []


def test_operators_are_told_every_address() -> None:
    """All that OpenAPI knows stands on the page about running it."""
    told = _ADDRESS.findall(code(read("docs/operations.md")))

    assert served().keys() - set(told) == set()


def test_every_metric_on_a_page_exists_and_operators_are_told_all() -> None:
    """Those named for a figure, a count or a «now» are told by docs/metrics.md."""
    figures = {f"floorwatch_{name}" for name in (*COUNTS, *FIGURES, *NOW)}
    told = {name for page in pages().values() for name in _METRIC.findall(page)}

    assert told - metrics() == set()
    assert metrics() - figures - set(_METRIC.findall(read("docs/operations.md"))) == set()


# --- names of figures, topics -----------------------------------------------------------------

NAMES: Final = (
    *COUNTS,
    *FIGURES,
    *SERVICE_LEVEL_VARIANTS,
    *NOW,
    *HEALTH,
    *Freshness.__struct_fields__,
)


def misnamed(page: str) -> list[str]:
    """Names that a page of figures lacks, has twice, or has without their being any."""
    told = [row["name"].strip("`") for row in table(page, "name")]
    return sorted(
        [f"{name}: not on the page" for name in NAMES if name not in told]
        + [f"{name}: no such name" for name in set(told) - set(NAMES)]
        + [f"{name}: {told.count(name)} times" for name in set(told) if told.count(name) > 1]
    )


def wrongly_null(page: str) -> list[str]:
    """Names whose column «null for» is not what the contract says."""
    found = []
    for row in table(page, "name"):
        name = row["name"].strip("`")
        if "null for" in row:
            null_for = ["channels"] if name in MEANINGLESS_IN_CHANNELS else []
            null_for += ["teams", "agents"] if name in MEANINGLESS_IN_TEAMS else []
            found += [name] if row["null for"] != ", ".join(null_for) else []
    return found


def test_every_figure_is_explained_once() -> None:
    """Every count, figure, now and health name, and none that there is not."""
    assert misnamed(read("docs/metrics.md")) == []


def test_the_rules_of_status_are_told_with_their_thresholds() -> None:
    """Each state by its word in their order, and each of its numbers in the order of its rules."""
    page = read("docs/metrics.md")
    told = {row["status"]: row["a queue is that where"] for row in table(page, "status")}
    numbers = {
        word: [float(one) for one in re.findall(r"\d+", text)] for word, text in told.items()
    }
    share = 100.0

    assert numbers == {
        "In trouble": [
            status.TROUBLE_WAIT_IN_TARGETS,
            status.TROUBLE_WAITING_OVER_TARGET,
            share * status.TROUBLE_LEVEL,
        ],
        "Watch": [
            status.WATCH_WAIT_IN_TARGETS,
            status.WATCH_WAITING_OVER_TARGET,
            share * status.GOAL,
            share * status.GOAL,
            status.EVIDENCE_MIN,
            status.WATCH_WAIT_IN_TARGETS,
        ],
        **{word: [] for word in ("Closed", "On target", "Few contacts", "Quiet", "No data")},
    }
    assert f"only of at least {status.EVIDENCE_MIN} contacts" in page
    assert f"were at {share * status.RECOVERED_LEVEL:.0f} % or better" in page
    assert "in\n  them and nobody waits over target" in page
    assert f"until the half hour is at {share * status.GOAL:.0f} %" in page
    assert f"beyond {status.LATE_TOLD_MAX} of them no queue is worse" in page
    assert f"change places every {REST_US // SECOND_US} seconds at most" in page


def test_it_is_told_where_a_name_has_no_meaning() -> None:
    """As the contract has it."""
    page = read("docs/metrics.md")

    assert wrongly_null(page) == []
    assert sum("null for" in row for row in table(page, "name")) == len((*COUNTS, *FIGURES, *NOW))


def test_every_topic_is_told_with_how_long_it_is_kept() -> None:
    """As the log makes them."""
    kept = {
        f"`{topic.name}`": "the newest of each key"
        if topic.compacted
        else f"{(topic.retention_us or 0) // DAY_US} days"
        for topic in topics()
    }

    assert {row["topic"]: row["kept"] for row in table(read("docs/operations.md"), "topic")} == kept


# --- each check finds a planted fault ----------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "broken"),
    [
        pytest.param("metrics.md", False, id="a page beside it"),
        pytest.param("../README.md", False, id="a page above it"),
        pytest.param("metrics.md#to-whom", False, id="a heading"),
        pytest.param("#here", False, id="a heading of its own"),
        pytest.param("https://example.org/x", False, id="elsewhere"),
        pytest.param("figures.md", True, id="a page that is not there"),
        pytest.param("images/wall.png", True, id="a picture that is not there"),
        pytest.param("metrics.md#whom", True, id="a heading that is not there"),
    ],
)
def test_a_planted_link_is_found(link: str, broken: bool) -> None:
    """And one in code is none."""
    files = {
        "README.md": "",
        "docs/metrics.md": "## To whom?\n",
        "docs/a.md": f"# Here\n[b]({link}) `[c](no.md)`\n```text\n[d](no.md)\n```\n",
    }

    assert broken_links(files, files.__contains__) == ([f"docs/a.md: {link}"] if broken else [])


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("floorwatch check FILE", [], id="a command"),
        pytest.param("floorwatch topics check --log URL", [], id="a command of a group"),
        pytest.param("floorwatch topics chekc", ["topics chekc"], id="no such one of a group"),
        pytest.param("floorwatch dead-leters list", ["dead-leters"], id="no such group"),
        pytest.param(
            "floorwatch topics check --partitions 4",
            ["topics check --partitions"],
            id="no such option of one of a group",
        ),
        pytest.param("floorwatch chekc FILE", ["chekc"], id="no such command"),
        pytest.param("floorwatch check a.jsonl --fast", ["check --fast"], id="no such option"),
        pytest.param("floorwatch import --from asterisk", ["import --from asterisk"], id="format"),
        pytest.param("floorwatch check \\\n  --fast", ["check --fast"], id="on the next line"),
    ],
)
def test_a_planted_command_is_found(
    line: str, found: list[str], options_of: Callable[[str], set[str]]
) -> None:
    """In a block of code."""
    assert unknown_commands(f"```sh\n{line}\n```\n", options_of) == found


def test_a_planted_target_is_found() -> None:
    """In code, not in prose."""
    page = "They make do. `make demo PORT=1` and `make tset`\n"

    assert unknown_targets(page, "demo: x\n\ttest\ntest:\n") == ["tset"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("/readyz", [], id="an address"),
        pytest.param("curl http://127.0.0.1:8050/api/v1/queues/benefits", [], id="one queue's"),
        pytest.param("curl 'http://127.0.0.1:8050/api/v1/floor?window=5m'", [], id="a parameter"),
        pytest.param("/api/v1/flor", ["/api/v1/flor"], id="no such address"),
        pytest.param("/api/v1/floor?since=1", ["/api/v1/floor?since=1"], id="no such parameter"),
    ],
)
def test_a_planted_address_is_found(text: str, found: list[str]) -> None:
    """Alone or behind a host."""
    known = {
        "/readyz": set[str](),
        "/api/v1/floor": {"window"},
        "/api/v1/queues/{queue}": {"window"},
    }

    assert unknown_addresses(f"`{text}`", known) == found


def test_planted_names_are_found() -> None:
    """One that is missing, one that is unknown, one that stands twice."""
    page = read("docs/metrics.md")
    row = next(line for line in page.splitlines() if line.startswith("| `csat_mean`"))

    assert misnamed(page.replace(row, row.replace("csat_mean", "csat_maen"))) == [
        "csat_maen: no such name",
        "csat_mean: not on the page",
    ]
    assert misnamed(page.replace(row, f"{row}\n{row}")) == ["csat_mean: 2 times"]


def test_a_planted_column_is_found() -> None:
    """A name that would be said to have a meaning where it has none."""
    page = read("docs/metrics.md").replace("| the longest wait so far | teams, agents |", "| x | |")

    assert wrongly_null(page) == ["oldest_wait_s"]


def test_a_session_is_commands_and_answers() -> None:
    """A wrong figure in an answer is thus compared with what is really answered."""
    text = "$ floorwatch check a b\n5 good\n\nbye\n$ floorwatch demo\n"

    assert list(session(text)) == [
        (["floorwatch", "check", "a", "b"], ["5 good", "", "bye"]),
        (["floorwatch", "demo"], []),
    ]
