"""Markup: whatever a shop writes comes out of the page as the text that it is."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup.elements import Markup, escape, join, tag


class Reader(HTMLParser):
    """Notes what a browser would read."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.values: list[str | None] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


printable = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
)


@given(printable)
def test_text_is_read_back_as_it_was(text: str) -> None:
    read = Reader(tag("p", text, title=text))
    assert (read.tags, read.text, read.values) == (["p"], text, [text])


@given(st.text())
def test_any_text_can_be_written_as_utf8_and_makes_no_element(text: str) -> None:
    page = tag("p", text)
    page.encode()
    assert Reader(page).tags == ["p"]
    assert "\x00" not in page


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", '" onload="x', "' x='", "-->", "<!--", "</title>", "&amp;"],
)
def test_hostile_text_stays_text(hostile: str) -> None:
    read = Reader(tag("g", tag("desc", hostile), id=hostile))
    assert (read.tags, read.text, read.values) == (["g", "desc"], hostile, [hostile])


def test_markup_is_not_escaped_twice() -> None:
    once = escape("a < b")
    assert escape(once) is once
    assert join((once, "&", Markup("<i></i>"))) == "a &lt; b&amp;<i></i>"


def test_attributes_are_named_as_in_html() -> None:
    bar = tag("rect", class_="bar", aria_label="x", x=1.0, y=2.346, width=None)
    assert bar == '<rect class="bar" aria-label="x" x="1" y="2.35"></rect>'
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'
