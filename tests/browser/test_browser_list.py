"""The list: what can be bought, found by any writing, with the current product marked."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, OpenPage, box_of, wait_until
from tests.browser.shows import TEA, Goods, Pitched, Show, make_crowd

TITLES = (
    "北岭羊毛围巾 灰色",
    "铸铁炒锅 无涂层 32cm",
    "保温杯 316不锈钢 500ml",
    "重庆火锅底料",
    "ORRIVO 露营椅",
    "长袖Ｔ恤 白色",
)
SHELF = Show(
    pitches=tuple(
        Pitched(Goods(f"YS{n}", title), n * 9_000, n * 9_000 + 8_000)
        for n, title in enumerate(TITLES)
    )
)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("保温杯", [2]),
        ("bwb", [2]),
        ("BWB", [2]),
        ("b温b", [2]),
        ("bwb 500", [2]),
        ("500 bwb", [2]),
        ("ymwj", [0]),
        ("cqhg", [3]),
        ("zqhg", [3]),
        ("cxt", [5]),
        ("zxt", [5]),
        ("T恤", [5]),
        ("orrivo", [4]),
        ("lyy", [4]),
        ("不锈钢500", [2]),
        ("ys3", [3]),
        ("飞机", []),
        ("<b>", [0, 2, 5]),
    ],
    ids=lambda value: value or "all" if isinstance(value, str) else None,
)
def test_search_finds_words_initials_and_both_mixed(
    open_show: OpenPage, query: str, found: list[int]
) -> None:
    page = open_show(SHELF, size=DESKTOP)
    page.get_by_label("搜索商品").fill(query)
    assert page.locator(".row-title").all_inner_texts() == [TITLES[n] for n in found]
    if not found:
        assert page.get_by_text("没有找到，换个词试试").is_visible()


def test_what_was_found_is_announced(open_show: OpenPage) -> None:
    page = open_show(SHELF, size=DESKTOP)
    page.get_by_label("搜索商品").fill("bwb")
    assert page.locator(".goods > [role=status]").inner_text() == "找到 1 件商品"


def test_a_row_jumps_to_its_pitch_and_its_times_to_theirs(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    page.locator("[data-product=P2] .row-main").click()
    wait_until(page, "document.querySelector('video').currentTime >= 19.9")
    page.locator("[data-product=P1] .chip").last.click()
    wait_until(page, "document.querySelector('video').currentTime >= 47.9")


def test_the_about_button_opens_the_card(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    page.get_by_role("button", name="商品详情：铸铁炒锅").click()
    assert "铸铁炒锅" in page.locator(".card").inner_text()


def test_the_current_product_is_marked_while_playing(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP, where="#t=4.5")
    assert page.locator(".row[aria-current]").count() == 0
    page.keyboard.press("Space")
    page.wait_for_selector("[data-product=P1][aria-current=true]")
    assert page.locator(".dot-now").count() == 1


def test_the_current_product_is_brought_into_sight(open_show: OpenPage) -> None:
    page = open_show(make_crowd(), size=DESKTOP, where="#t=50.2")
    page.wait_for_selector("[data-product=C100][aria-current=true]")
    page.wait_for_timeout(1_000)
    inner, outer = box_of(page, "[data-product=C100]"), box_of(page, ".goods-list")
    assert outer["y"] <= inner["y"] <= outer["y"] + outer["height"] - inner["height"]


def test_the_list_stays_where_the_viewer_scrolled_it(open_show: OpenPage) -> None:
    page = open_show(make_crowd(), size=DESKTOP)
    page.locator(".goods-list").hover()
    page.mouse.wheel(0, 400)
    wait_until(page, "document.querySelector('.goods-list').scrollTop > 300")
    before = page.evaluate("document.querySelector('.goods-list').scrollTop")
    page.evaluate("document.querySelector('video').currentTime = 50.2")
    page.wait_for_selector("[data-product=C100][aria-current=true]")
    page.wait_for_timeout(400)
    assert page.evaluate("document.querySelector('.goods-list').scrollTop") == before


def test_products_that_were_only_mentioned_come_last(open_show: OpenPage) -> None:
    page = open_show(Show(mentions=((TEA, 40_000),), pitches=SHELF.pitches), size=DESKTOP)
    assert page.locator(".row-title").last.inner_text() == TEA.title
    page.locator(".row-mentioned .chip").click()
    wait_until(page, "document.querySelector('video').currentTime >= 39.9")
