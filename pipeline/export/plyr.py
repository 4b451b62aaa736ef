"""Dots for Plyr: the option `markers`.

    {"enabled": true, "points": [{"time": 61, "label": "护手霜"}]}

Plyr 3.8.4. Its traps: a point needs `0 < time < duration`, so 0 becomes 1; its label shows only
when `time` equals the rounded second under the pointer, so times are whole seconds; the label is
pasted as HTML and therefore escaped; without `tooltips.seek` no label shows; points are built once.
"""

from __future__ import annotations

from models.document import IndexDocument
from models.span import MS_PER_SECOND
from pipeline.export.escaping import escape_html, script_safe_json
from pipeline.export.normalise import normalise_dots
from pipeline.export.report import Exported


def format_plyr(document: IndexDocument) -> Exported:
    """Write one point per highlight, in whole seconds; points too near to hit are merged."""
    dots = normalise_dots(document, earliest_ms=MS_PER_SECOND, grid_ms=MS_PER_SECOND)
    points = [
        {"time": mark.at_ms // MS_PER_SECOND, "label": escape_html(mark.text)}
        for mark in dots.marks
    ]
    return Exported(script_safe_json({"enabled": True, "points": points}), dots.report)
