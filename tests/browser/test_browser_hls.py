"""Jumps show the picture of the pitch's start: from a file and from HLS, served and published."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from models.recording import Rendition
from pipeline.media.package import package_hls
from pipeline.media.tool import find_ffmpeg
from pipeline.web.site import HLS_SCRIPT, PAGE
from tests.browser.conftest import DESKTOP, OpenPage, wait_until
from tests.browser.counting import RATE, READ_PICTURES, draw_count
from tests.browser.loopback import serve
from tests.conftest import CATALOGUE, QUICK, Kandian, format_srt
from tests.web.conftest import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

SECONDS = 41
NEAR_MS = 100
KEYFRAMES = "0,5,9,14,20,24,28,34"
"""The pitches begin with one, and sentences do."""
WITHOUT_MSE = "delete window.MediaSource; delete window.ManagedMediaSource;"
AV1 = "MediaSource.isTypeSupported('video/mp4; codecs=\"av01.0.00M.08\"')"
LOADED = "performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop())"
SOURCE = "document.querySelector('video').currentSrc"

MEDIA = {
    "file": ("file",),
    "hls": ("h264",),
    "both": ("file", "h264"),
    "hls-first": ("h264", "file"),
    "av1": ("av1",),
    "two": ("h264+av1",),
}
"""What the recording of this id has, in the index' order."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A running server over one recording under several ids, each with other media."""

    kandian: Kandian
    address: str
    starts_ms: tuple[int, ...]


def run_ffmpeg(*arguments: object) -> None:
    command = [find_ffmpeg().path, "-nostdin", "-v", "error", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)


def use_media(workspace: Path, recording_id: str, media: tuple[Rendition, ...]) -> None:
    """Let the index name these media."""
    with closing(sqlite3.connect(workspace / "kandian.db")) as database, database:
        database.execute("DELETE FROM renditions WHERE recording_id = ?", (recording_id,))
        database.executemany(
            "INSERT INTO renditions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(recording_id, at, *astuple(one)) for at, one in enumerate(media)],
        )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    if not (PAGE / HLS_SCRIPT).is_file():
        pytest.fail("hls.js is not there: `make vendor`", pytrace=False)
    folder = tmp_path_factory.mktemp("shop")
    count, small, transcript, catalogue = (
        folder / name for name in ("count.mp4", "av1.mp4", "a.srt", "c.csv")
    )
    sources = ("-f", "lavfi", "-i", draw_count(), "-f", "lavfi", "-i", "sine=f=440")
    forced = ("-force_key_frames", KEYFRAMES, "-g", 999, "-movflags", "+faststart")
    h264 = ("-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", 0, "-c:a", "aac")
    run_ffmpeg(*sources, "-t", SECONDS, *h264, *forced, count)
    transcript.write_text(format_srt(), encoding="utf-8")
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    kandian = Kandian(folder / "ws")
    job = ("index", count, "--transcript", transcript, "--catalogue", catalogue, *QUICK)
    for name in MEDIA:
        ran = kandian(*job, "--id", name)
        assert ran.code == 0, ran.err
    index = json.loads(kandian("export", "file").out)
    told = Rendition(**index["recording"]["media"][0], duration_ms=SECONDS * 1000)
    av1 = ("-c:v", "libsvtav1", "-preset", "11", "-crf", "40", "-c:a", "copy")
    run_ffmpeg("-i", count, *av1, *forced, small)
    kinds = {"h264": count, "av1": small}
    recordings = kandian.workspace / "recordings"
    for name, media in MEDIA.items():
        given = tuple(
            told
            if kind == "file"
            else package_hls(
                [kinds[codec] for codec in kind.split("+")],
                recordings / name / "hls",
            )
            for kind in media
        )
        use_media(kandian.workspace, name, given)
    with serving(kandian) as running:
        starts_ms = tuple(one["point_ms"] for one in index["highlights"])
        yield Shop(kandian, f"{running.url}/", starts_ms)


def assert_jumps_show_their_moment(page: Page, shop: Shop) -> None:
    """Jump to each pitch, the later one first: the first picture shown is that of its start."""
    for number, start_ms in reversed(list(enumerate(shop.starts_ms))):
        dot = page.locator(".dot").nth(number)
        jumps = page.evaluate("window.jumps")
        dot.click()
        dot.click()
        wait_until(page, f"window.jumps > {jumps} && window.seen.length > 0")
        shown: dict[str, Any] = page.evaluate("window.seen[0]")
        assert shown["clear"], shown
        assert abs(shown["pictureMs"] - start_ms) <= NEAR_MS, (start_ms, shown)
        assert abs(shown["pictureMs"] - shown["mediaMs"]) < 1000 / RATE, "the clock is right"


@pytest.mark.parametrize("name", MEDIA)
def test_a_jump_shows_the_pitchs_first_picture(open_page: OpenPage, shop: Shop, name: str) -> None:
    page = open_page(f"{shop.address}r/{name}/", size=DESKTOP, script=READ_PICTURES)
    page.wait_for_selector(".dot")
    if name == "av1" and not page.evaluate(AV1):
        pytest.skip("this Chromium decodes no AV1")
    assert_jumps_show_their_moment(page, shop)
    loaded = page.evaluate(LOADED)
    if name in {"file", "both"}:  # the first of the index, and nothing of the second
        assert page.evaluate(SOURCE).endswith(f"/media/{name}/replay.mp4")
        assert not [one for one in loaded if "hls" in one or "m3u8" in one]
    else:
        assert page.evaluate(SOURCE).startswith("blob:"), "hls.js plays"
        assert "master.m3u8" in loaded
        assert "replay.mp4" not in loaded
        assert any(one.startswith(("h264-", "av1-")) for one in loaded)
    if name == "av1":
        assert any(one.startswith("av1-") for one in loaded)


def test_a_jump_loads_from_the_pitch_on(open_page: OpenPage, shop: Shop) -> None:
    """The pitch at 24 s has a keyframe, which begins a piece; what is before it is not loaded."""
    page = open_page(f"{shop.address}r/hls/#t=24", size=DESKTOP, script=READ_PICTURES)
    page.wait_for_selector(".dot")
    wait_until(page, "document.querySelector('video').buffered.length > 0")
    wait_until(page, "document.querySelector('video').currentTime >= 24")
    wait_until(page, "!document.querySelector('video').seeking")
    starts = page.evaluate(
        "[...Array(document.querySelector('video').buffered.length).keys()]"
        ".map((at) => document.querySelector('video').buffered.start(at))"
    )
    assert any(start == pytest.approx(24, abs=0.1) for start in starts), starts


def test_who_only_looks_loads_one_piece_and_who_watches_half_a_minute(
    open_page: OpenPage, shop: Shop
) -> None:
    page = open_page(f"{shop.address}r/hls/", size=DESKTOP)
    page.wait_for_selector(".dot")
    end = "document.querySelector('video').buffered.end(0)"
    wait_until(page, "document.querySelector('video').readyState >= 3")
    page.wait_for_timeout(1000)
    assert page.evaluate(end) <= 8.1
    page.locator(".start").click()
    wait_until(page, f"{end} >= 30")
    page.wait_for_timeout(1000)
    assert page.evaluate(end) < SECONDS - 1


def test_a_browser_without_media_sources_plays_hls_itself(open_page: OpenPage, shop: Shop) -> None:
    script = WITHOUT_MSE + READ_PICTURES
    page = open_page(f"{shop.address}r/hls/", size=DESKTOP, script=script)
    page.wait_for_selector(".dot")
    if not page.evaluate("document.createElement('video').canPlayType('audio/mpegurl')"):
        pytest.skip("this Chromium plays no HLS itself")
    assert_jumps_show_their_moment(page, shop)
    assert page.evaluate(SOURCE).endswith("/media/hls/hls/master.m3u8")


@pytest.mark.parametrize("name", ["hls", "both", "two"])
def test_a_published_site_takes_the_package_along(
    open_page: OpenPage, shop: Shop, tmp_path: Path, name: str
) -> None:
    site = tmp_path / "site"
    ran = shop.kandian("export", name, "--format", "site", "-o", site)
    assert ran.code == 0, ran.err
    made = shop.kandian.workspace / "recordings" / name / "hls"
    assert {path.name for path in (site / "hls").iterdir()} == {p.name for p in made.iterdir()}
    with serve(site) as address:
        page = open_page(address, size=DESKTOP, script=READ_PICTURES)
        page.wait_for_selector(".dot")
        assert_jumps_show_their_moment(page, shop)
        assert page.evaluate(SOURCE).startswith("blob:") == (name != "both")
