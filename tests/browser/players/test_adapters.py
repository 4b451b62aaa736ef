"""The adapter pages with their players: one press tells and stays, the second one jumps."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from pipeline.export.formats import export_document
from tests.browser.conftest import DESKTOP, OpenPage, wait_until
from tests.browser.loopback import serve
from tests.browser.players.conftest import READY, START
from tests.browser.players.stage import DURATION_MS, HERE, SHOWN, STARTS_MS, TITLES, make_show

if TYPE_CHECKING:
    from playwright.sync_api import Page

ADAPTERS = HERE.parents[2] / "pipeline" / "web" / "adapters"
NOW = "document.querySelector('video').currentTime"
NEAR_S = 0.3
"""How far from the start of a pitch a jump may end."""
PARKED_S = 58
"""Where the film stands before anything is pressed."""
PARK = f"""async () => {{
  const video = document.querySelector("video");
  video.pause();
  video.currentTime = {PARKED_S};
  await new Promise((done) => video.addEventListener("seeked", done, {{ once: true }}));
  window.landed = window.playing = undefined;
  video.onseeked = () => (window.landed = video.currentTime);
  video.addEventListener("playing", () => (window.playing = true), {{ once: true }});
}}"""
"""Stop the film there, and note where the next jump lands and that it plays."""
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

FILES = {
    "index.json": "json",
    "xgplayer.json": "xgplayer",
    "artplayer.json": "artplayer",
    "artplayer-chapter.json": "artplayer-chapter",
    "videojs-markers.json": "videojs-markers",
    "chapters.vtt": "webvtt",
}


@dataclass(frozen=True, slots=True)
class Adapter:
    """A page, and what its player calls its dots and its bar."""

    page: str
    dot: str
    bar: str


PAGES = (
    Adapter("xgplayer", ".xgplayer-spot", "xg-outer"),
    Adapter("artplayer", ".art-progress-highlight span", ".art-control-progress-inner"),
    Adapter("videojs", ".vjs-marker", ".vjs-progress-holder"),
)
every_page = pytest.mark.parametrize("adapter", PAGES, ids=lambda adapter: adapter.page)

OpenAdapter = Callable[..., "Page"]

ANDROID = {
    "size": {"width": 412, "height": 915},
    "has_touch": True,
    "is_mobile": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/150.0.0.0 Mobile Safari/537.36",
}
"""Players ask who the browser is, and then listen to touches instead."""


@pytest.fixture
def open_adapter(open_page: OpenPage, film: Path, tmp_path: Path) -> Iterator[OpenAdapter]:
    shutil.copytree(ADAPTERS, tmp_path, dirs_exist_ok=True)
    (tmp_path / "vendor").symlink_to(HERE.parent / "node_modules")
    shutil.copy(film, tmp_path / "replay.mp4")
    for name, format_name in FILES.items():
        text = export_document(make_show(), format_name).text
        if name == "index.json":  # its pictures lie with a shop that tests do not ask
            text = text.replace("https://shop.example/1.jpg", PIXEL)
        (tmp_path / name).write_text(text, encoding="utf-8")
    with serve(tmp_path) as address:

        def open_adapter_page(adapter: Adapter, **options: Any) -> Page:
            chosen = {"size": DESKTOP, "has_touch": False} | options
            page = open_page(f"{address}{adapter.page}.html", **chosen)
            page.wait_for_function(READY)
            page.evaluate(START)
            expect(page.locator(adapter.dot)).to_have_count(len(TITLES))
            return page

        yield open_adapter_page


def press(page: Page, adapter: Adapter, at: int) -> None:
    """Press a dot near its right edge: the pointer is not where the pitch begins."""
    box = page.locator(adapter.dot).nth(at).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] - 1.5, box["y"] + box["height"] / 2
    page.mouse.move(x + 20, y)
    page.mouse.move(x, y, steps=2)
    page.mouse.down()
    page.mouse.up()


def assert_plays_from(page: Page, at: int) -> None:
    """The film jumped to the start of this pitch, and plays."""
    wait_until(
        page, f"window.playing && Math.abs(window.landed - {STARTS_MS[at] / 1000}) <= {NEAR_S}"
    )


@every_page
def test_the_first_press_tells_and_the_second_jumps(
    open_adapter: OpenAdapter, adapter: Adapter
) -> None:
    page = open_adapter(adapter)
    card = page.locator("#card")
    for at in (4, 8, 13):
        page.evaluate(PARK)
        press(page, adapter, at)
        expect(card.locator("strong")).to_have_text(SHOWN[at])
        page.wait_for_timeout(150)
        assert page.evaluate(NOW) == pytest.approx(PARKED_S, abs=0.05)
        press(page, adapter, at)
        expect(card).to_be_hidden()
        assert_plays_from(page, at)


@every_page
def test_a_thumb_tells_first_and_jumps_next(open_adapter: OpenAdapter, adapter: Adapter) -> None:
    page = open_adapter(adapter, **ANDROID)
    page.touchscreen.tap(200, 40)  # a bar that was hidden shows
    page.wait_for_timeout(500)
    page.evaluate(PARK)
    tap(page, adapter, 8)
    expect(page.locator("#card strong")).to_have_text(SHOWN[8])
    assert page.evaluate(NOW) == pytest.approx(PARKED_S, abs=0.05)
    tap(page, adapter, 8)
    assert_plays_from(page, 8)


def tap(page: Page, adapter: Adapter, at: int) -> None:
    """Touch the middle of a dot."""
    box = page.locator(adapter.dot).nth(at).bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@every_page
def test_another_dot_tells_again_and_escape_closes(
    open_adapter: OpenAdapter, adapter: Adapter
) -> None:
    page = open_adapter(adapter)
    page.evaluate(PARK)
    card = page.locator("#card")
    for at in (1, 5):
        press(page, adapter, at)
        expect(card.locator("strong")).to_have_text(SHOWN[at])
    assert card.locator("strong *").count() == 0
    assert card.locator("button").count() == len(TITLES), "every pitch of the product"
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    assert page.evaluate(NOW) == pytest.approx(PARKED_S, abs=0.05)
    press(page, adapter, 5)
    expect(card).to_be_visible()
    card.locator("button").nth(3).click()
    assert_plays_from(page, 3)
    assert page.evaluate("window.__pwned") is None


@every_page
def test_the_bar_beside_a_dot_still_seeks(open_adapter: OpenAdapter, adapter: Adapter) -> None:
    page = open_adapter(adapter)
    box = page.locator(adapter.bar).first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    middle_s = DURATION_MS / 2_000
    wait_until(page, f"Math.abs({NOW} - {middle_s}) <= 1")
    expect(page.locator("#card")).to_be_hidden()


@every_page
def test_the_page_names_the_versions_that_were_tested(adapter: Adapter) -> None:
    packages = json.loads((HERE.parent / "package.json").read_text(encoding="utf-8"))
    text = (ADAPTERS / f"{adapter.page}.html").read_text(encoding="utf-8")
    named = re.findall(r"([a-z.-]+)@([0-9.]+[0-9])", text)
    assert named
    for name, version in named:
        assert packages["dependencies"][name] == version
