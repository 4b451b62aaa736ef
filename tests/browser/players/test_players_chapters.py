"""Chapters in their real players: bars cut where pitches begin, menus that name and jump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_until
from tests.browser.players.conftest import OpenPlayer
from tests.browser.players.stage import DURATION_MS, ENDS_MS, SHOWN, STARTS_MS

if TYPE_CHECKING:
    from playwright.sync_api import Page

TOLERANCE = 0.015
"""Of the bar; a pitch of this show takes 6.7 %."""
NEAR_S = 0.3
"""How far from the start of a pitch a jump may end."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that a player cuts into chapters."""

    name: str
    bar: str
    chapter: str
    title: str
    """Names the chapter under the pointer."""


BARS = (
    Bar(
        "artplayer-chapter",
        ".art-control-progress-inner",
        ".art-chapter:not([data-title=''])",  # what lies between and after pitches has no title
        ".art-chapter-title",
    ),
    Bar("vidstack", ".vds-slider-chapters", ".vds-slider-chapter", ".vds-slider-chapter-title"),
)
EDGES = """selector => [...document.querySelectorAll(selector)].map(node => {
  const box = node.getBoundingClientRect();
  return [box.left, box.right, box.top + box.height / 2];
})"""


@pytest.mark.parametrize("player", BARS, ids=lambda player: player.name)
def test_the_bar_is_cut_where_pitches_begin_and_end(open_player: OpenPlayer, player: Bar) -> None:
    page = open_player(player.name, player.name)
    wait_until(page, f'document.querySelectorAll("{player.chapter}").length == {len(SHOWN)}')
    ((left, right, _),) = page.evaluate(EDGES, player.bar)
    edges = page.evaluate(EDGES, player.chapter)
    width = right - left
    begins = [(edge[0] - left) / width for edge in edges]
    ends = [(edge[1] - left) / width for edge in edges]
    assert begins == pytest.approx([at_ms / DURATION_MS for at_ms in STARTS_MS], abs=TOLERANCE)
    assert ends == pytest.approx([at_ms / DURATION_MS for at_ms in ENDS_MS], abs=TOLERANCE)
    for (begin, end, middle), title in zip(edges, SHOWN, strict=True):
        page.mouse.move(begin + 8, middle)
        page.mouse.move((begin + end) / 2, middle, steps=2)
        named = page.locator(player.title).first
        expect(named).to_have_text(title)
        assert named.locator("img, svg, script").count() == 0


def test_video_js_lists_the_chapters_and_jumps(open_player: OpenPlayer) -> None:
    page = open_player("webvtt", "webvtt")
    entries = page.locator(".vjs-chapters-button .vjs-menu-item")
    expect(entries.locator(".vjs-menu-item-text")).to_have_text(list(SHOWN))
    for at, start_ms in enumerate(STARTS_MS):
        entries.nth(at).evaluate("node => node.click()")
        assert_at(page, start_ms)


SHAKA = {
    "a track of chapters": ("webvtt", "?film=hls/plain.m3u8&track=exported"),
    "HLS and its JSON": ("hls-chapters", "?film=hls/multivariant.m3u8"),
}


@pytest.mark.parametrize("case", SHAKA)
@pytest.mark.usefixtures("hls")
def test_shaka_marks_the_bar_names_the_chapters_and_jumps(
    open_player: OpenPlayer, case: str
) -> None:
    format_name, where = SHAKA[case]
    page = open_player("shaka", format_name, where=where)
    assert page.evaluate("window.ready")
    entries = page.locator(".shaka-chapter-item")
    expect(entries).to_have_text(list(SHOWN))
    marks = "document.querySelector('.shaka-chapter-markers').style.background"
    wait_until(page, f"{marks}.includes('px')")
    places = page.evaluate(f"""[...{marks}.matchAll(/([0-9.]+)px center/g)].map(m => +m[1])""")
    width = page.evaluate("document.querySelector('.shaka-seek-bar').offsetWidth")
    # A mark where the film begins would tell nothing, and Shaka draws none.
    expected = [at_ms / DURATION_MS for at_ms in STARTS_MS[1:]]
    assert [place / width for place in places] == pytest.approx(expected, abs=TOLERANCE)
    for at, start_ms in enumerate(STARTS_MS):
        entries.nth(at).evaluate("node => node.click()")
        assert_at(page, start_ms)


def assert_at(page: Page, start_ms: int) -> None:
    """The film is where the pitch begins."""
    now = "document.querySelector('video').currentTime"
    wait_until(page, f"Math.abs({now} - {start_ms / 1000}) <= {NEAR_S}")
