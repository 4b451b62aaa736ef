"""Dots for DPlayer: the option `highlight`.

    [{"text": "护手霜", "time": 61.2}]

DPlayer 1.27.1. Its traps: a dot at time 0 or without text is left out, so 0 becomes 0.001 s; the
text is pasted as HTML and therefore escaped; `switchVideo` keeps the old dots; a click on the bar
seeks to the pointer.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import escape_html, script_safe_json, seconds
from pipeline.export.normalise import normalise_dots
from pipeline.export.report import Exported

EARLIEST_MS = 1
"""The player takes a time of 0 for none."""


def format_dplayer(document: IndexDocument) -> Exported:
    """Write one dot per highlight at its point; dots too near to hit are merged."""
    dots = normalise_dots(document, earliest_ms=EARLIEST_MS)
    value = [{"text": escape_html(mark.text), "time": seconds(mark.at_ms)} for mark in dots.marks]
    return Exported(script_safe_json(value), dots.report)
