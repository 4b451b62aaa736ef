"""The real players, each in a page of its own, served on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import DESKTOP, OpenPage, find_package
from tests.browser.loopback import serve
from tests.browser.players.stage import set_stage

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
