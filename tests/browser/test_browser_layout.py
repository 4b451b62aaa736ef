"""Telephone and desktop, light and dark, Chinese and English; axe-core finds nothing serious."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, PHONE, OpenPage, box_of, find_barriers
from tests.browser.shows import TEA, Show, make_crowd

SIDEWAYS = {"width": 740, "height": 360}
SMALL = {"width": 320, "height": 568}
SIZES = {"phone": PHONE, "desktop": DESKTOP, "sideways": SIDEWAYS, "small": SMALL}


@pytest.mark.parametrize("name", SIZES)
def test_nothing_sticks_out_and_the_card_is_in_sight(open_show: OpenPage, name: str) -> None:
    size = SIZES[name]
    page = open_show(size=size)
    page.locator(".dot").first.click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    card = box_of(page, ".panel")
    assert 0 <= card["x"] <= size["width"] - card["width"]
    assert 0 <= card["y"] <= size["height"] - card["height"]
    dot = box_of(page, ".dot >> nth=0")
    assert card["y"] >= dot["y"] or card["y"] + card["height"] <= dot["y"] + 4, "the dot stays free"


def test_the_list_lies_under_the_video_on_a_phone(open_show: OpenPage) -> None:
    page = open_show(size=PHONE)
    video, goods = box_of(page, ".stage"), box_of(page, ".goods")
    assert goods["y"] >= video["y"] + video["height"]
    assert goods["width"] == PHONE["width"]
    assert page.locator(".row-main").first.is_visible()


@pytest.mark.parametrize("size", [DESKTOP, SIDEWAYS], ids=["desktop", "sideways"])
def test_the_list_lies_beside_the_video_elsewhere(
    open_show: OpenPage, size: dict[str, int]
) -> None:
    page = open_show(size=size)
    video, goods = box_of(page, ".stage"), box_of(page, ".goods")
    assert goods["x"] >= video["x"] + video["width"]


def test_the_whole_picture_is_seen(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    video, stage = box_of(page, "video"), box_of(page, ".stage")
    assert video["height"] <= stage["height"] + 1
    assert page.locator("video").evaluate("video => getComputedStyle(video).objectFit") == "contain"


def test_the_language_follows_the_browser_and_can_be_switched(open_show: OpenPage) -> None:
    page = open_show(locale="en-US")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("heading", name="In this show").is_visible()
    page.locator(".dot").first.click()
    page.locator(".top-language").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.get_by_role("heading", name="本场商品").is_visible()
    page.reload()
    page.wait_for_selector(".dot")
    assert page.get_by_role("heading", name="本场商品").is_visible(), "the choice is remembered"


def test_less_motion_is_respected(open_show: OpenPage) -> None:
    page = open_show(reduced_motion="reduce")
    page.locator(".dot").first.click()
    seconds = page.locator(".panel").evaluate("panel => getComputedStyle(panel).animationDuration")
    assert float(seconds.removesuffix("s")) <= 0.001


def test_light_and_dark_differ(open_show: OpenPage) -> None:
    colours = {
        open_show(color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    }
    assert len(colours) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_serious(open_show: OpenPage, scheme: str, size: dict[str, int]) -> None:
    show = Show(mentions=((TEA, 40_000),))
    page = open_show(show, size=size, color_scheme=scheme, reduced_motion="reduce", where="#t=6")
    assert find_barriers(page) == []
    page.locator(".dot").last.click()
    assert find_barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_label("搜索商品").fill("zzzz")
    assert find_barriers(page) == []


def test_axe_finds_nothing_serious_in_a_cluster(open_show: OpenPage) -> None:
    page = open_show(make_crowd(), reduced_motion="reduce")
    page.locator(".dot").first.click()
    assert find_barriers(page) == []
