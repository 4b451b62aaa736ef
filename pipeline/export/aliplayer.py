"""Dots for Aliplayer: the option `progressMarkers` (not `progressMakers`, as an article has it).

    [{"offset": 61.2, "text": "护手霜", "isCustomized": true, "coverUrl": "...", "title": "护手霜",
      "describe": "129.00", "productId": "TB1001", "highlightId": "hl_1f"}]

Aliplayer for the web, as of December 2025. Its traps: the player's source is closed, so the texts
are written such that they are harmless as text, as HTML and in an attribute; there are events for
hovering a marker and none for a click; a component of its own shows `coverUrl`, `title` and
`describe`, which the player hands through.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import (
    one_line,
    safe_link,
    script_safe_json,
    seconds,
    without_markup,
)
from pipeline.export.index_json import format_price
from pipeline.export.normalise import normalise_dots
from pipeline.export.report import Exported


def format_aliplayer(document: IndexDocument) -> Exported:
    """Write one marker per highlight at its point; markers too near to hit are merged."""
    dots = normalise_dots(document)
    value = [
        {
            "offset": seconds(mark.at_ms),
            "text": without_markup(mark.text),
            "isCustomized": True,
            "coverUrl": without_markup(safe_link(mark.product.image) or ""),
            "title": without_markup(mark.title),
            "describe": "" if mark.product.price is None else format_price(mark.product.price),
            "productId": without_markup(one_line(mark.product.id)),
            "highlightId": mark.id,
        }
        for mark in dots.marks
    ]
    return Exported(script_safe_json(value), dots.report)
