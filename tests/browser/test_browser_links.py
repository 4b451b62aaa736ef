"""Deep links lead to a moment or a product, and follow what is pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import DESKTOP, OpenPage, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _wait_at(page: Page, seconds: float) -> None:
    wait_until(page, f"Math.abs(document.querySelector('video').currentTime - {seconds}) < 0.3")


@pytest.mark.parametrize(
    ("link", "seconds"),
    [
        ("#t=33.5", 33.5),
        ("#t=0:33.5", 33.5),
        ("#t=0:00:33", 33),
        ("#t=33,40", 33),
        ("#t=9999", 60),
        ("#t=nonsense", 0),
        ("#t=-5", 0),
        ("#product=P2", 20),
        ("#product=P1&t=49", 49),
        ("#product=nobody", 0),
        ("", 0),
    ],
    ids=lambda value: value or "none" if isinstance(value, str) else None,
)
def test_a_link_leads_to_its_moment(open_show: OpenPage, link: str, seconds: float) -> None:
    page = open_show(where=link)
    _wait_at(page, seconds)
    assert page.evaluate("document.querySelector('video').paused"), "nothing plays unasked"


def test_a_link_to_a_product_opens_its_card(open_show: OpenPage) -> None:
    page = open_show(where="#product=P2")
    page.wait_for_selector(".card")
    assert "铸铁炒锅" in page.locator(".card").inner_text()


def test_a_link_to_a_later_pitch_opens_that_one(open_show: OpenPage) -> None:
    page = open_show(where="#product=P1&t=48")
    page.wait_for_selector(".card")
    assert "讲解 0:48" in page.locator(".card-span").inner_text()


def test_the_address_follows_what_is_pressed(open_show: OpenPage) -> None:
    page = open_show(size=DESKTOP)
    page.locator(".dot").nth(1).click()
    assert page.url.endswith("#product=P2")
    page.locator(".dot").nth(1).click()
    assert page.url.endswith("#t=20")
    page.locator(".dot").nth(3).click()
    assert page.url.endswith("#product=P1&t=48")


def test_an_edited_address_is_followed(open_show: OpenPage) -> None:
    page = open_show()
    page.evaluate("location.hash = '#t=41'")
    _wait_at(page, 41)


TIMES = """async (text) => (await import("/time.js")).parseTime(text)"""


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("83.5", 83_500),
        ("1:23:45", 5_025_000),
        ("12:03", 723_000),
        ("0", 0),
        ("", None),
        ("1:2:3:4", None),
        ("-1", None),
        ("1e3", None),
        ("1:", None),
    ],
    ids=str,
)
def test_times_are_read_as_people_write_them(modules: Page, text: str, ms: int | None) -> None:
    assert modules.evaluate(TIMES, text) == ms
