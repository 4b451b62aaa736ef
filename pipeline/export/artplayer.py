"""Dots for ArtPlayer: the option `highlight`.

    [{"time": 61.2, "text": "护手霜"}]

ArtPlayer 5.4. Its traps: it pastes the text into `data-text="..."` as HTML, so quotes and brackets
are escaped; older versions put the tip through `innerHTML` once more, and must not be given titles
of strangers. Drawn once, on `video:loadedmetadata`; a click seeks to the pointer, not to the dot.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import escape_html, script_safe_json, seconds
from pipeline.export.normalise import normalise_dots
from pipeline.export.report import Exported


def format_artplayer(document: IndexDocument) -> Exported:
    """Write one dot per highlight at its point; dots too near to hit are merged."""
    dots = normalise_dots(document)
    value = [{"time": seconds(mark.at_ms), "text": escape_html(mark.text)} for mark in dots.marks]
    return Exported(script_safe_json(value), dots.report)
