"""Titles and addresses come from merchants: none of them runs, breaks the page or leaves it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, OpenPage
from tests.browser.shows import Goods, Pitched, Show

TITLES = {
    "image": '<img src=x onerror="window.__pwned=1">',
    "script": "<script>window.__pwned=1</script>",
    "end-of-script": "</script><script>window.__pwned=1</script>",
    "comment": "<!--<script>",
    "attribute": "\"' onfocus=window.__pwned=1 autofocus x='\"",
    "template": "${window.__pwned=1}`",
    "arrow-and-lines": "a --> b\r\nline\n\nbreak",
    "separators": "a\u2028window.__pwned=1\u2029b",
    "emoji": "👩‍👩‍👧‍👦🎁" * 12,
    "long": "超" * 200,
    "one-word": "W" * 200,
    "backwards": "\u202e反向\u202c",
    "spaces": " \t\u3000 ",
    "prototype": "__proto__",
}


@pytest.mark.parametrize("title", TITLES.values(), ids=list(TITLES))
def test_a_hostile_title_is_only_text(open_show: OpenPage, title: str) -> None:
    goods = Goods(title or "id", title, "1.00", "https://shop.example/?a=<b>&c='\"")
    page = open_show(Show(pitches=(Pitched(goods, 5_000, 12_000),), title=title), size=DESKTOP)
    page.locator(".dot").click()
    assert page.locator(".card-title").evaluate("node => node.textContent") == title
    assert page.locator(".row-title").evaluate("node => node.textContent") == title
    assert page.evaluate("document.querySelector('h1').textContent") == title
    page.locator(".dot").hover()
    page.locator(".bar-seek").hover()
    page.wait_for_timeout(150)
    assert page.evaluate("window.__pwned") is None
    assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"]


@pytest.mark.parametrize(
    "address",
    ["javascript:window.__pwned=1", "java\tscript:window.__pwned=1", "data:text/html,x", "blob:x"],
    ids=["javascript", "tab", "data", "blob"],
)
def test_an_address_that_would_run_is_no_link(open_show: OpenPage, address: str) -> None:
    goods = Goods("P", "围巾", "1.00", url=address, image=address)
    page = open_show(Show(pitches=(Pitched(goods, 5_000, 12_000),)), size=DESKTOP)
    page.locator(".dot").click()
    assert page.locator(".card a").count() == 0
    assert page.locator(".card img").count() == 0
    assert page.evaluate("window.__pwned") is None


def test_an_index_of_another_origin_is_refused(open_page: OpenPage, complaints: object) -> None:
    from pathlib import Path

    from tests.browser.loopback import serve

    folder = Path(__file__).resolve().parents[2] / "pipeline" / "web" / "page"
    with serve(folder) as address:
        page = open_page(f"{address}?index=http://other.example/index.json")
        page.wait_for_selector("[role=alert]")
    said = complaints.console  # type: ignore[attr-defined]
    assert ["another origin" in text for text in said] == [True]
    said.clear()
