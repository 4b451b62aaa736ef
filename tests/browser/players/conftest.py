"""The real players, each in a page of its own, served on loopback."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.export.formats import export_document
from pipeline.media.tool import find_ffmpeg
from tests.browser.conftest import DESKTOP, OpenPage, find_package
from tests.browser.loopback import serve
from tests.browser.players.stage import make_show, set_stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

OpenPlayer = Callable[..., "Page"]

READY = "document.querySelector('video')?.duration > 1"
START = """async () => {
  const video = document.querySelector("video");
  video.muted = true;
  await video.play();
  video.pause();
  video.currentTime = 58; // the knob of the bar stands on no dot
  await new Promise((done) => video.addEventListener("seeked", done, { once: true }));
}"""
"""Some players show their bar only after the film was started."""


@pytest.fixture
def open_player(open_page: OpenPage, film: Path, tmp_path: Path) -> Iterator[OpenPlayer]:
    """Open the page of a player with the export of the hostile show in it.

    Whatever ran, complained or asked for another host fails the test when it ends.
    """
    find_package("KANDIAN_XGPLAYER", "xgplayer/dist/index.min.js")
    opened: list[Page] = []
    with ExitStack() as servers:

        def open_player_page(page_name: str, format_name: str, *, where: str = "") -> Page:
            set_stage(tmp_path, page_name, format_name, film)
            address = servers.enter_context(serve(tmp_path))
            page = open_page(address + where, size=DESKTOP, has_touch=False, locale="en-US")
            opened.append(page)
            page.wait_for_function(READY)
            page.evaluate(START)
            return page

        yield open_player_page
        for page in opened:
            assert page.evaluate("window.__pwned") is None, "no title ran"


@pytest.fixture
def hls(film: Path, tmp_path: Path) -> Path:
    """The film as HLS, with what an export adds to its playlists."""
    folder = tmp_path / "hls"
    folder.mkdir()
    cut = [find_ffmpeg().path, "-nostdin", "-v", "error", "-i", str(film), "-c", "copy"]
    cut += ["-hls_time", "10", "-hls_list_size", "0", "plain.m3u8"]
    subprocess.run(cut, cwd=folder, check=True)
    head, first, rest = (folder / "plain.m3u8").read_text(encoding="utf-8").partition("#EXTINF")
    ranges = export_document(make_show(), "hls-daterange").text
    (folder / "media.m3u8").write_text(head + ranges + first + rest, encoding="utf-8")
    (folder / "multivariant.m3u8").write_text(
        "#EXTM3U\n"
        '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="../exported"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=200000,CODECS="avc1.42c00c,mp4a.40.2",RESOLUTION=180x320\n'
        "plain.m3u8\n",
        encoding="utf-8",
    )
    return folder
