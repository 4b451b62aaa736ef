"""Reads a report page as a browser does, and fails where it is not well-formed."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

UNCLOSED = frozenset({"img", "meta"})
"""Elements that have no end tag."""


class Page(HTMLParser):
    """Reads a page, and fails where an element is not closed by its own end tag."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        for word in (dict(attrs).get("class") or "").split():
            self.classes[word] += 1
        if tag not in UNCLOSED:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)
