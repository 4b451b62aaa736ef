"""The pages against the real `kandian serve`, over a part of the sample that was really indexed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.media.tool import find_ffmpeg
from tests.browser.conftest import (
    DESKTOP,
    PHONE,
    WATCH_FRAMES,
    Complaints,
    OpenPage,
    assert_landed,
    box_of,
    find_barriers,
)
from tests.conftest import CATALOGUE, QUICK, Kandian, format_srt
from tests.web.conftest import serving

HOSTILE = "<img src=x onerror=window.pwned=1>"


@dataclass(frozen=True, slots=True)
class Shop:
    """A running server, and the highlights of its recording `晚场 1`."""

    address: str
    highlights: tuple[dict[str, object], ...]


@pytest.fixture(scope="module")
def shop(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    film, transcript, catalogue = (folder / name for name in ("a.mp4", "a.srt", "c.csv"))
    cut = ("-i", str(sample / "broadcast.mp4"), "-t", "45", "-c", "copy", str(film))
    subprocess.run([find_ffmpeg().path, "-nostdin", "-v", "error", *cut], check=True)
    transcript.write_text(format_srt(), encoding="utf-8")
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    kandian = Kandian(folder / "ws")
    given = ("--transcript", transcript, "--catalogue", catalogue, *QUICK)
    started = ("--started-at", "2026-11-11T20:00:00+08:00")
    ran = kandian("index", film, *given, "--id", "晚场-1", "--title", "周三晚场", *started)
    assert ran.code == 0, ran.err
    transcript.write_text(format_srt() + "\n", encoding="utf-8")
    ran = kandian("index", *given, "--id", "text", "--title", HOSTILE)
    assert ran.code == 0, ran.err
    index = json.loads(kandian("export", "晚场-1").out)
    with serving(kandian) as running:
        yield Shop(f"{running.url}/", tuple(index["highlights"]))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_two_presses_jump_on_the_served_page(
    open_page: OpenPage, shop: Shop, size: dict[str, int]
) -> None:
    page = open_page(f"{shop.address}r/晚场-1/", size=size, script=WATCH_FRAMES)
    page.wait_for_selector(".dot")
    second = shop.highlights[1]
    dot = page.locator(".dot").nth(1)
    dot.click()
    assert "铸铁炒锅" in page.locator(".card").inner_text()
    page.wait_for_selector(f".card .picture-shown img[src$='/covers/{second['id']}.jpg']")
    dot.click()
    assert_landed(page, int(str(second["point_ms"])))


def test_the_served_page_previews_the_moment_under_the_pointer(
    open_page: OpenPage, shop: Shop
) -> None:
    page = open_page(f"{shop.address}r/晚场-1/", size=DESKTOP)
    page.wait_for_selector(".dot")
    box = box_of(page, ".bar-track")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 2)
    page.wait_for_selector(".preview-picture:not([hidden])")
    style = page.locator(".preview-picture").get_attribute("style") or ""
    assert "/thumbnails-1.jpg" in style


def test_a_recording_of_text_alone_asks_for_no_pictures(open_page: OpenPage, shop: Shop) -> None:
    page = open_page(f"{shop.address}r/text/", size=DESKTOP)
    page.wait_for_selector(".dot")
    page.locator(".dot").first.click()
    assert page.locator(".card img").count() == 0
    assert page.title() == HOSTILE
    assert page.evaluate("window.pwned") is None


def test_the_start_lists_the_recordings_and_leads_to_them(open_page: OpenPage, shop: Shop) -> None:
    page = open_page(shop.address)
    page.wait_for_selector(".shelf-row")
    rows = page.locator(".shelf-row")
    assert rows.locator(".shelf-title").all_inner_texts() == ["周三晚场", HOSTILE]
    facts = rows.locator(".shelf-facts").all_inner_texts()
    assert facts == ["2026年11月11日 · 0:45 · 2 个讲解", "0:40 · 2 个讲解"]
    assert find_barriers(page) == []
    page.get_by_role("button", name="Switch to English").click()
    assert page.title() == "Replays"
    assert "2 pitches" in rows.first.inner_text()
    assert page.evaluate("window.pwned") is None
    rows.first.click()
    page.wait_for_selector(".dot")
    assert page.title() == "周三晚场"
    assert page.get_by_role("button", name="切换到中文").is_visible()


def test_an_unknown_recording_is_said_in_the_servers_words(
    open_page: OpenPage, shop: Shop, complaints: Complaints
) -> None:
    page = open_page(f"{shop.address}r/monday/")
    page.wait_for_selector("[role=alert]")
    said = page.locator("[role=alert]").inner_text()
    assert "没有打开" in said
    assert "no recording 'monday' is indexed here" in said
    # The browser tells of the 404 itself, and the page of what it could not do.
    assert len(complaints.console) == 2
    complaints.console.clear()


def test_a_server_without_recordings_says_so(open_page: OpenPage, kandian: Kandian) -> None:
    assert kandian("db", "upgrade").code == 0
    with serving(kandian) as running:
        page = open_page(f"{running.url}/")
        page.wait_for_selector(".shelf-empty")
        assert page.get_by_text("还没有回放").is_visible()
