"""The date ranges of a playlist in hls.js: each at its time, with what it says."""

from __future__ import annotations

import pytest

from tests.browser.conftest import wait_until
from tests.browser.players.conftest import OpenPlayer
from tests.browser.players.stage import ENDS_MS, SHOWN, STARTS_MS


@pytest.mark.usefixtures("hls")
def test_hls_js_has_every_range_with_its_attributes(open_player: OpenPlayer) -> None:
    page = open_player("hls-daterange", "hls-daterange")
    wait_until(page, "window.ranges !== undefined")
    ranges = page.evaluate("window.ranges")
    assert [told["id"] for told in ranges] == [f"hl_{at:02d}" for at in range(len(SHOWN))]
    assert all(told["valid"] for told in ranges)
    assert [told["start"] * 1000 for told in ranges] == pytest.approx(STARTS_MS, abs=1)
    assert [told["end"] * 1000 for told in ranges] == pytest.approx(ENDS_MS, abs=1)
    # A quoted value of a playlist can hold no quotes, and `{$` would begin a variable.
    titles = [title.replace('"', "”").replace("{$", "{ $") for title in SHOWN]
    assert [told["X-TITLE"] for told in ranges] == titles
    assert {told["X-PRODUCT-ID"] for told in ranges} == {"P1"}
    assert {told["X-CONFIDENCE"] for told in ranges} == {"0.9000"}
