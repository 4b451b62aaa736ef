"""Everything works from the keyboard, and the focus is never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.conftest import DESKTOP, OpenPage, wait_until
from tests.browser.shows import SHOW, make_crowd

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"Tab never reached {selector}")


def _position_ms(page: Page) -> float:
    return float(page.evaluate("document.querySelector('video').currentTime * 1000"))


def test_tab_visits_the_controls_in_the_order_of_the_page(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    seen = []
    for _ in range(9):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    assert seen[0] == "Switch to English"
    assert seen[1:3] == ["播放", "播放进度"]
    assert "羊毛围巾" in seen[3], "one stop for all dots"
    assert seen[4:8] == ["播放", "播放速度 1×", "静音", "全屏"]
    assert page.evaluate("document.activeElement.id") == "query"


def test_enter_tells_and_enter_again_jumps(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    _tab_to(page, ".dot")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert "铸铁炒锅" in page.locator(".card").inner_text()
    page.keyboard.press("Enter")
    wait_until(page, "document.querySelector('video').currentTime >= 19.9")
    assert _position_ms(page) < SHOW[1].start_ms + 5_000
    assert page.evaluate("!document.querySelector('video').paused")


def test_tab_leads_from_the_dot_into_its_card_and_escape_back(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    _tab_to(page, ".dot")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.panel') !== null")
    page.keyboard.press("Escape")
    assert page.locator(".panel").is_hidden()
    assert page.evaluate("document.activeElement.matches('.dot')")


def test_arrows_walk_the_dots_and_stop_at_the_ends(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    _tab_to(page, ".dot")
    for key, place in (
        ("End", 3),
        ("ArrowRight", 3),
        ("ArrowLeft", 2),
        ("Home", 0),
        ("ArrowLeft", 0),
    ):
        page.keyboard.press(key)
        assert page.locator(".dot").nth(place).evaluate("dot => dot === document.activeElement")


def test_arrows_move_the_bar_by_five_seconds(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    _tab_to(page, ".bar-seek")
    for key, at_ms in (("ArrowRight", 5_000), ("ArrowRight", 10_000), ("ArrowLeft", 5_000)):
        page.keyboard.press(key)
        wait_until(
            page, f"Math.abs(document.querySelector('video').currentTime - {at_ms / 1000}) < 0.05"
        )
    page.keyboard.press("End")
    wait_until(page, "document.querySelector('video').currentTime > 59")
    page.keyboard.press("Home")
    wait_until(page, "document.querySelector('video').currentTime === 0")


def test_space_plays_and_pauses_from_anywhere_but_fields(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    paused = "document.querySelector('video').paused"
    page.keyboard.press("Space")
    wait_until(page, f"!{paused}")
    page.keyboard.press("Space")
    wait_until(page, paused)
    page.get_by_label("搜索商品").fill("a")
    page.keyboard.press("Space")
    assert page.evaluate(paused)


def test_a_cluster_is_read_and_left_by_keys(open_show: OpenPage) -> None:
    page = open_show(make_crowd())
    _tab_to(page, ".dot")
    page.keyboard.press("Enter")
    _tab_to(page, ".cluster-row")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('[data-jump]')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.dot-cluster')")


def test_opening_and_jumping_are_announced(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    page.locator(".dot").nth(1).click()
    status = page.locator(".watch > [role=status]")
    assert status.inner_text() == "铸铁炒锅 无涂层 32cm, ¥259.50, 20秒。再按一次跳到讲解。"
    page.locator(".dot").nth(1).click()
    assert "已跳到0:20" in status.inner_text()
