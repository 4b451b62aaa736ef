"""Dots for xgplayer: the option `progressDot`.

    [{"id": "hl_1f", "time": 61.2, "text": "护手霜", "duration": 1, "productId": "TB1001"}]

xgplayer 3.0.26. Its traps: `id` goes into a class name and a selector; `template` is raw HTML and
never written; a click on a dot seeks to the pointer, so jump from the hook `spotClick`, and the
player keeps keys that it does not know. The tip is set as text: nothing is escaped for HTML.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import one_line, script_safe_json, seconds
from pipeline.export.normalise import normalise_dots
from pipeline.export.report import Exported

DOT_S = 1
"""The width of a dot in seconds of the bar, the player's default: longer ones would cover the bar
and catch the clicks of viewers who mean to seek."""


def format_xgplayer(document: IndexDocument) -> Exported:
    """Write one dot per highlight at its point; dots too near to hit are merged."""
    dots = normalise_dots(document)
    value = [
        {
            "id": mark.id,
            "time": seconds(mark.at_ms),
            "text": mark.text,
            "duration": DOT_S,
            "productId": one_line(mark.product.id),
        }
        for mark in dots.marks
    ]
    return Exported(script_safe_json(value), dots.report)
