"""Dots in their real players: as many as there are, where they belong, and titles only as text."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_until
from tests.browser.players.conftest import OpenPlayer
from tests.browser.players.stage import DURATION_MS, SHOWN, STARTS_MS

TOLERANCE = 0.015
"""Of the bar: what a viewer takes for the same place; a pitch of this show takes 6.7 %."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a player draws its dots and says what they are."""

    name: str
    """Of the page and of the export format."""
    bar: str
    dot: str
    tip: str
    """Holds the title of the dot under the pointer."""
    anchor: float = 0.5
    """Which part of the dot stands on the moment: its middle, or 0 for its left edge."""
    first_ms: int = 0
    """Where the dot of a pitch at 0 stands."""


BARS = (
    Bar("xgplayer", "xg-outer", ".xgplayer-spot", ".spot-inner-text", anchor=0),
    Bar(
        "artplayer",
        ".art-control-progress-inner",
        ".art-progress-highlight span",
        ".art-progress-tip",
    ),
    Bar(
        "dplayer",
        ".dplayer-bar-wrap",
        ".dplayer-highlight",
        ".dplayer-highlight:hover .dplayer-highlight-text",
        first_ms=1,
    ),
    Bar(
        "plyr",
        ".plyr__progress",
        ".plyr__progress__marker",
        ".plyr__progress .plyr__tooltip",
        first_ms=1_000,
    ),
    Bar("videojs-markers", ".vjs-progress-holder", ".vjs-marker", ".vjs-tip-inner"),
)

BOXES = """selector => [...document.querySelectorAll(selector)].map(node => {
  const box = node.getBoundingClientRect();
  return [box.left, box.top, box.width, box.height];
})"""


@pytest.mark.parametrize("player", BARS, ids=lambda player: player.name)
def test_dots_stand_in_their_places_and_say_their_titles(
    open_player: OpenPlayer, player: Bar
) -> None:
    page = open_player(player.name, player.name)
    wait_until(page, f"document.querySelectorAll('{player.dot}').length == {len(SHOWN)}")
    ((left, _, width, _),) = page.evaluate(BOXES, player.bar)
    assert width > 300, "the bar is on the screen"
    duration_ms = page.evaluate("document.querySelector('video').duration") * 1000
    assert duration_ms == pytest.approx(DURATION_MS, abs=100)
    boxes = page.evaluate(BOXES, player.dot)
    places = [(box[0] + box[2] * player.anchor - left) / width for box in boxes]
    expected = [max(at_ms, player.first_ms) / duration_ms for at_ms in STARTS_MS]
    assert places == pytest.approx(expected, abs=TOLERANCE)
    for (dot_left, dot_top, dot_width, dot_height), title in zip(boxes, SHOWN, strict=True):
        middle = dot_left + dot_width / 2 + 0.5, dot_top + dot_height / 2
        page.mouse.move(middle[0] + 20, middle[1])  # players look at moves, not at places
        page.mouse.move(*middle, steps=2)
        tip = page.locator(player.tip)
        expect(tip).to_contain_text(title)
        assert tip.locator("img, svg, script").count() == 0
