"""Dots for Video.js: the options of the plugin videojs-markers, `player.markers(options)`.

    {"markerTip": {"display": true}, "breakOverlay": {"display": false},
     "markers": [{"time": 61.2, "text": "护手霜", "productId": "TB1001", "highlightId": "hl_1f"}]}

videojs-markers 1.0.1, not maintained. Its traps: the tip reads "Break: " and the text unless the
page sets `options.markerTip.text = (marker) => marker.text`, a function, which JSON cannot hold;
`overlayText` is pasted as HTML and never written; dots appear only when `markers` is called before
the film's metadata is there, and a dot's click jumps, yet the bar under it seeks to the pointer
first. It works with Video.js 8.24, which warns that it calls what is deprecated. The tip is set as
text: nothing is escaped. `onMarkerClick` returning false cancels the jump, which makes the first
click a question.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import one_line, script_safe_json, seconds
from pipeline.export.normalise import normalise_dots
from pipeline.export.report import Exported


def format_videojs_markers(document: IndexDocument) -> Exported:
    """Write one marker per highlight at its point; markers too near to hit are merged."""
    dots = normalise_dots(document)
    value = {
        "markerTip": {"display": True},
        "breakOverlay": {"display": False},
        "markers": [
            {
                "time": seconds(mark.at_ms),
                "text": mark.text,
                "productId": one_line(mark.product.id),
                "highlightId": mark.id,
            }
            for mark in dots.marks
        ],
    }
    return Exported(script_safe_json(value), dots.report)
