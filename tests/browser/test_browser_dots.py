"""The first press on a dot tells, the second jumps; near dots share a number and open to a list."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import (
    DESKTOP,
    PHONE,
    WATCH_FRAMES,
    OpenPage,
    assert_landed,
    box_of,
    wait_until,
)
from tests.browser.shows import DURATION_MS, SHOW, Show, make_crowd

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


def _card_text(page: Page) -> str:
    return page.locator(".card").inner_text()


@SIZES
def test_first_click_tells_and_second_click_jumps(
    open_show: OpenPage, size: dict[str, int]
) -> None:
    page = open_show(size=size, script=WATCH_FRAMES)
    dot = page.locator(".dot").nth(1)
    dot.click()
    assert "铸铁炒锅" in _card_text(page)
    assert page.evaluate("document.querySelector('video').currentTime") == 0
    dot.click()
    assert page.locator(".panel").is_hidden()
    assert_landed(page, SHOW[1].start_ms)


def test_first_tap_tells_and_second_tap_jumps(open_show: OpenPage) -> None:
    page = open_show(script=WATCH_FRAMES)
    dot = page.locator(".dot").last
    dot.tap()
    assert "羊毛围巾" in _card_text(page)
    dot.tap()
    assert_landed(page, SHOW[3].start_ms)


def test_the_cards_button_jumps(open_show: OpenPage) -> None:
    page = open_show(script=WATCH_FRAMES)
    page.locator(".dot").first.click()
    page.get_by_role("button", name="看讲解 0:05", exact=True).click()
    assert_landed(page, SHOW[0].start_ms)


def test_the_card_says_what_the_index_knows(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    page.locator(".dot").first.click()
    text = _card_text(page)
    for words in (
        "北岭羊毛围巾 灰色",
        "129",
        "0:05",
        "0:12",
        "很有把握",
        "本场还在这些时间讲过",
        "0:48",
    ):
        assert words in text
    link = page.get_by_role("link", name="商品页")
    assert link.get_attribute("href") == "https://shop.example/item/P1"
    assert link.get_attribute("rel") == "noopener noreferrer"
    assert page.locator(".mark").get_attribute("title") == "置信度 97%"


@pytest.mark.parametrize(
    ("place", "mark"),
    [(0, "很有把握"), (1, "较有把握"), (2, "可能是"), (3, "人工确认")],
    ids=["0.97", "0.80", "0.62", "corrected"],
)
def test_the_mark_grows_with_confidence(open_show: OpenPage, place: int, mark: str) -> None:
    page = open_show(size=DESKTOP)
    page.locator(".dot").nth(place).click()
    assert mark in page.locator(".mark").inner_text()


def test_pitches_that_wait_for_review_have_no_dot(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    assert page.locator(".dot").count() == 4
    assert page.get_by_text("桂花乌龙").count() == 0


def test_another_dot_shows_another_card(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    page.locator(".dot").first.click()
    page.locator(".dot").nth(2).click()
    assert "保温杯" in _card_text(page)
    assert page.locator(".dot[aria-expanded=true]").count() == 1


def test_escape_closes_and_so_does_a_click_elsewhere(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    dot, panel = page.locator(".dot").first, page.locator(".panel")
    dot.click()
    page.keyboard.press("Escape")
    assert panel.is_hidden()
    assert dot.evaluate("dot => dot === document.activeElement")
    dot.click()
    page.locator(".goods-title").click()
    assert panel.is_hidden()


def test_a_hundred_and_twenty_dots_stay_usable_on_a_phone(open_show: OpenPage) -> None:
    page = open_show(make_crowd())
    boxes = [box_of(page, f".dot >> nth={n}") for n in range(page.locator(".dot").count())]
    centres = [box["x"] + box["width"] / 2 for box in boxes]
    assert all(after - before >= 24 for before, after in pairwise(centres))
    assert min(centres) >= 12
    assert max(centres) <= PHONE["width"] - 12
    assert all(box["width"] >= 24 and box["height"] >= 24 for box in boxes)
    counts = [int(text or 1) for text in page.locator(".dot-face").all_inner_texts()]
    assert sum(counts) == 120
    assert len(counts) >= 5


def test_a_cluster_opens_to_a_list_that_leads_to_cards_and_back(open_show: OpenPage) -> None:
    page = open_show(make_crowd(), script=WATCH_FRAMES)
    cluster = page.locator(".dot-cluster").nth(2)
    count = int(cluster.inner_text())
    cluster.click()
    rows = page.locator(".cluster-row")
    assert rows.count() == count
    name = rows.nth(1).locator(".cluster-name").inner_text()
    rows.nth(1).click()
    assert name in _card_text(page)
    page.get_by_role("button", name="返回").click()
    assert rows.count() == count
    rows.nth(1).click()
    page.locator("[data-jump]").click()
    number = int("".join(filter(str.isdigit, name)))
    assert_landed(page, number * (DURATION_MS // 120))


def test_a_second_press_on_a_cluster_closes_it(open_show: OpenPage) -> None:
    page = open_show(make_crowd())
    cluster = page.locator(".dot-cluster").first
    cluster.click()
    assert page.locator(".panel").is_visible()
    cluster.click()
    assert page.locator(".panel").is_hidden()


def test_dots_are_laid_out_anew_when_the_window_changes(open_show: OpenPage) -> None:
    page = open_show(make_crowd())
    few = page.locator(".dot").count()
    page.set_viewport_size(DESKTOP)
    wait_until(page, f"document.querySelectorAll('.dot').length > {few}")
    page.set_viewport_size(PHONE)
    wait_until(page, f"document.querySelectorAll('.dot').length === {few}")


def test_the_open_card_stays_with_its_dot_when_the_window_changes(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    page.locator(".dot").nth(1).click()
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_timeout(300)
    arrow, dot = box_of(page, ".panel-arrow"), box_of(page, ".dot >> nth=1")
    middle = dot["x"] + dot["width"] / 2
    assert abs(arrow["x"] + arrow["width"] / 2 - middle) < 3


@pytest.mark.parametrize("count", [0, 1, 2, 2_000], ids=str)
def test_any_number_of_pitches_is_shown(open_page: OpenPage, write: object, count: int) -> None:
    show = Show(pitches=()) if count == 0 else make_crowd(count, 3_600_000)
    site = write(show)  # type: ignore[operator]
    page = open_page(f"file://{site}/index.html")
    page.wait_for_selector(".goods-list > *")
    page.wait_for_timeout(200)
    counts = [int(text or 1) for text in page.locator(".dot-face").all_inner_texts()]
    assert sum(counts) == count


GROUPS = """async ([points, width, gap]) => {
  const { groupPitches } = await import("/grouping.js");
  const pitches = points.map((pointMs) => ({ pointMs }));
  return groupPitches(pitches, 1000, width, gap).map(({ x, pitches }) => [x, pitches.length]);
}"""


@pytest.mark.parametrize(
    ("points", "groups"),
    [
        ([], []),
        ([0], [[0, 1]]),
        ([1000], [[500, 1]]),
        ([0, 1000], [[0, 1], [500, 1]]),
        ([100, 104], [[51, 2]]),
        ([100, 152], [[50, 1], [76, 1]]),
        ([100, 151], [[62.75, 2]]),
        ([500, 500, 500], [[250, 3]]),
    ],
    ids=["none", "start", "end", "both-ends", "near", "just-apart", "just-near", "same-place"],
)
def test_only_dots_that_are_too_near_merge(
    modules: Page, points: list[int], groups: list[list[float]]
) -> None:
    assert modules.evaluate(GROUPS, [points, 500, 26]) == groups
