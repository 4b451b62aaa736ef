"""The frame of a report page: one file of HTML that needs nothing else."""

from __future__ import annotations

from pipeline.markup.elements import Markup, tag
from pipeline.markup.style import BASE_STYLE

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""Nothing is loaded from anywhere and no script runs, whatever stands in the page."""


def format_page(title: str, main: Markup, *, style: str) -> str:
    """Write a whole page: no script, no file, no network; `style` is added to what all have."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=Markup(POLICY)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(BASE_STYLE + style)),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', main), lang='en')}\n"
