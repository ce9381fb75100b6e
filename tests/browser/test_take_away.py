"""What is seen is taken away as it is: tables as CSV, charts and the whole screen as PNG."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64encode
from pathlib import Path

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from tests.browser.conftest import OpenPage, OpenStage
from tests.dashboard.pictures import Q, TableReader

EVIL = '=HYPERLINK("http://x","y")'


def ready(page: Page) -> None:
    """A frame is drawn."""
    page.wait_for_selector('html[data-floor="drawn"]')


def taken(page: Page, button: Locator) -> Download:
    """What the browser saves when the button is pressed."""
    with page.expect_download() as download:
        button.click()
    return download.value


def text(download: Download) -> str:
    return Path(download.path()).read_bytes().decode("utf-8")


def test_a_table_is_taken_as_csv_with_its_exact_values(open_page: OpenPage) -> None:
    """The small button beside it: a name with the floor's time, headings, numbers unrounded."""
    page = open_page("/health")
    ready(page)

    download = taken(page, page.get_by_role("button", name="CSV of Partitions", exact=True))
    told = list(csv.DictReader(io.StringIO(text(download).removeprefix("\ufeff"))))

    assert re.fullmatch(
        r"partitions-\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.csv", download.suggested_filename
    )
    assert text(download).startswith("\ufeffPartition,State,Worker,Age,Read to / end,Unread,Behind")
    assert [row["Partition"] for row in told] == ["0", "1", "2", "3"]
    assert told[0]["Read to / end"] == "12000 / 12000"
    assert float(told[0]["Age"]) >= 0.2


def test_the_walls_queues_are_taken_and_no_name_is_a_formula(
    open_page: OpenPage, reader: TableReader
) -> None:
    """From the dialog, by keyboard, without the mark where it is not wanted."""
    reader.queues = {**reader.queues, EVIL: Q('Wicked, "very"', answered=3, in_target=2)}
    page = open_page("/")
    ready(page)
    page.wait_for_selector(".tile >> nth=12")
    page.get_by_role("button", name="Take away").focus()
    page.keyboard.press("Enter")
    page.get_by_label("For Excel: UTF-8 with a byte order mark").uncheck()

    download = taken(page, page.get_by_role("button", name="CSV of Queues"))
    rows = {row["queue"]: row for row in csv.DictReader(io.StringIO(text(download)))}
    page.keyboard.press("Escape")
    shown = page.evaluate("fetch('/api/v1/floor').then((answer) => answer.json())")

    assert not page.locator("#take-dialog").is_visible()
    assert f"'{EVIL}" in rows
    assert rows[f"'{EVIL}"]["name"] == 'Wicked, "very"'
    figures = shown["queues"]["benefits"]["figures"]
    assert float(rows["benefits"]["service_level"]) == figures["service_level"]
    assert float(rows["benefits"]["csat_low"]) == figures["csat_low"]
    assert rows["night"]["service_level"] == ""


# Where the pixels of a picture differ by much, as a share of all.
_DIFFERENT = """async ([one, other, width = 480, height = 270]) => {
  const read = async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext("2d");
    pen.imageSmoothingQuality = "high";
    pen.drawImage(image, 0, 0, width, height);
    return pen.getImageData(0, 0, width, height).data;
  };
  const [a, b] = [await read(one), await read(other)];
  let different = 0;
  for (let at = 0; at < a.length; at += 4) {
    different += Math.abs(a[at] - b[at]) + Math.abs(a[at + 1] - b[at + 1]) + Math.abs(a[at + 2] - b[at + 2]) > 90;
  }
  return different / (a.length / 4);
}"""
_PAINTED = """async (selector) => {
  const element = document.querySelector(selector), box = element.getBoundingClientRect();
  const canvas = await window.floorwatch.picture.paint(element, "Title", "Note");
  const scale = canvas.width / (Math.ceil(box.width) + 32);
  const cut = new OffscreenCanvas(Math.ceil(box.width), Math.ceil(box.height));
  cut.getContext("2d").drawImage(canvas, 16 * scale, 44 * scale, cut.width * scale, cut.height * scale, 0, 0, cut.width, cut.height);
  const bytes = new Uint8Array(await (await cut.convertToBlob({ type: "image/png" })).arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}"""


def test_a_picture_looks_like_what_is_seen(open_page: OpenPage) -> None:
    """The whole wall, dark and light: nearly every pixel is as on the screen."""
    for scheme in ("dark", "light"):
        page = open_page("/", width=1366, height=768, scheme=scheme)
        ready(page)
        page.wait_for_timeout(500)
        seen = b64encode(page.screenshot()).decode()
        painted = page.evaluate(_PAINTED, "#screen")

        assert page.evaluate(_DIFFERENT, [seen, painted]) < 0.02, scheme


# A part of the whole screen, cut out of its picture.
_PART = """async (selector) => {
  const screen = document.querySelector("#screen"), own = screen.getBoundingClientRect();
  const box = document.querySelector(selector).getBoundingClientRect();
  const canvas = await window.floorwatch.picture.paint(screen, "Title", "Note");
  const scale = canvas.width / (Math.ceil(own.width) + 32);
  const cut = new OffscreenCanvas(box.width, box.height);
  cut.getContext("2d").drawImage(canvas, (16 + box.x - own.x) * scale, (44 + box.y - own.y) * scale,
    box.width * scale, box.height * scale, 0, 0, cut.width, cut.height);
  const bytes = new Uint8Array(await (await cut.convertToBlob({ type: "image/png" })).arrayBuffer());
  return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}"""


def differs(page: Page, selector: str) -> float:
    """How much a part of the screen's picture differs from the part that is seen, as coarse as not
    to look at how letters are smoothed."""
    part = page.locator(selector).first
    box, seen = part.bounding_box(), b64encode(part.screenshot(animations="disabled")).decode()
    assert box is not None
    size = [max(2, round(box[side] / 6)) for side in ("width", "height")]
    told: float = page.evaluate(_DIFFERENT, [seen, page.evaluate(_PART, selector), *size])
    return told


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/", "#sentence"),
        ("/supervisor", "#sentence"),
        *((path, ".head-bar") for path in ("/alerts", "/experience", "/health", "/report")),
    ],
)
def test_a_screens_picture_has_its_head(open_page: OpenPage, path: str, part: str) -> None:
    """The sentence that says how the floor stands, and whose screen it is."""
    page = open_page(path, width=1366, height=768)
    ready(page)
    page.wait_for_timeout(500)

    assert differs(page, part) < 0.12


def test_the_arrow_of_a_sorted_column_is_an_arrow(open_page: OpenPage) -> None:
    """And no black square: what an icon is cut out of is part of its look."""
    page = open_page("/supervisor", width=1366, height=768)
    ready(page)
    page.locator(".ag-header-cell-label").nth(2).click()
    arrow = ".ag-sort-indicator-icon:not(.ag-hidden) .ag-icon"
    page.wait_for_selector(arrow)

    assert differs(page, arrow) < 0.5


def test_a_chart_is_taken_as_png(open_page: OpenPage) -> None:
    """Named by its queue and by the floor's time."""
    page = open_page("/")
    ready(page)
    page.get_by_role("button", name="Take away").click()
    choice = page.get_by_label("Picture of")
    choice.select_option(label="Benefits · Service level over the last hour")

    download = taken(page, page.get_by_role("button", name="PNG", exact=True))

    assert re.fullmatch(
        r"benefits-service-level-over-the-last-hour-.+\.png", download.suggested_filename
    )
    assert Path(download.path()).read_bytes().startswith(b"\x89PNG")


def test_a_picture_has_no_scroll_bar_and_keeps_the_ends(open_page: OpenPage) -> None:
    """What can be scrolled is seen as it stands, and a long identifier by its end."""
    page = open_page("/supervisor")
    ready(page)
    page.evaluate(
        """() => {
          const place = document.createElement("div");
          place.id = "picture-of";
          place.innerHTML = "<div style='overflow-y:scroll;height:40px;width:200px'>line<br>line<br>line<br>line</div>";
          place.append(floorwatch.dom.tail("a-very-long-identifier-of-a-contact-00017"));
          place.lastElementChild.style.width = "90px";
          document.querySelector("main").append(place);
          window.drawn = null;
          const serialise = XMLSerializer.prototype.serializeToString;
          XMLSerializer.prototype.serializeToString = function (root) { window.drawn = root; return serialise.call(this, root); };
        }"""
    )
    page.evaluate(
        "floorwatch.picture.paint(document.getElementById('picture-of'), 'Title', 'Note')"
    )
    styles = page.evaluate(
        """() => [...window.drawn.querySelectorAll("*")].map((one) => one.style && [one.style.overflowY, one.style.direction, one.style.unicodeBidi])"""
    )
    own = page.evaluate(
        """() => { const style = getComputedStyle(document.querySelector("#picture-of > :last-child")); return [style.direction, style.unicodeBidi]; }"""
    )

    assert not [one for one in styles if one and one[0] in {"auto", "scroll"}]
    assert own in [one[1:] for one in styles if one]


def test_the_pain_points_are_offered_as_a_picture(open_stage: OpenStage) -> None:
    """With their bars they are a chart."""
    page = open_stage("ordinary", "/experience")
    expect(page.locator("#experience-pains tbody tr").first).to_be_visible()
    page.click("#take-away")

    expect(page.get_by_label("Picture of")).to_contain_text("Pain points")
