"""Shoppable products for ImageKit's player: the source's option `shoppable`.

    {"startState": "openOnPlay", "products": [{"productId": 1, "sku": "TB1001",
      "productName": "护手霜", "imageUrl": "...", "highlightTime": {"start": 61.2, "end": 151},
      "onClick": {"action": "seek", "args": {"time": "00:01:01"}}}]}

ImageKit Video Player 1.0.0-beta.4. Its traps: `productId` must be a number, and the player finds an
entry on its bar by it, so entries are numbered and the shop's own id is `sku`, which the player's
events hand back; an entry has one interval, so a product that is pitched twice has two entries; an
empty `imageUrl` shows a placeholder. Texts are set as text: nothing is escaped.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.clock import format_clock_seconds
from pipeline.export.escaping import one_line, safe_link, script_safe_json, seconds
from pipeline.export.marks import Mark
from pipeline.export.normalise import normalise_pitches
from pipeline.export.report import Exported

START_STATE = "openOnPlay"
"""The product bar opens when the replay plays, as viewers of a replay expect."""


def format_imagekit(document: IndexDocument) -> Exported:
    """Write one entry per highlight: lit during its pitch, a click jumps to its point."""
    pitches = normalise_pitches(document)
    value = {
        "startState": START_STATE,
        "products": [_entry(mark, number) for number, mark in enumerate(pitches.marks, 1)],
    }
    return Exported(script_safe_json(value), pitches.report)


def _entry(mark: Mark, number: int) -> dict[str, object]:
    return {
        "productId": number,
        "sku": one_line(mark.product.id),
        "productName": mark.title,
        "imageUrl": safe_link(mark.product.image) or "",
        "highlightTime": {
            "start": seconds(mark.span.start_ms),
            "end": seconds(mark.span.end_ms),
        },
        "onClick": {"action": "seek", "args": {"time": format_clock_seconds(mark.at_ms)}},
    }
