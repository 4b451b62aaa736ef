"""Shoppable products for Cloudinary's player: the source's option `shoppable`.

    {"startState": "openOnPlay", "products": [{"productId": "TB1001", "productName": "护手霜",
      "title": "护手霜", "startTime": 61.2, "endTime": 151, "publicId": "...",
      "onClick": {"action": "seek", "args": {"time": "00:01:01"}}}]}

Cloudinary Video Player 4.0.3. Its traps: an entry has one interval, so a product that is pitched
twice has two entries; a start of 0 is passed over, so it becomes 0.001 s; it reads `args.time` as
whole seconds of a clock. `publicId` is the picture's address, or the product's id where the
catalogue has none: upload the picture under that name. Texts are set as text: nothing is escaped.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.clock import format_clock_seconds
from pipeline.export.escaping import one_line, safe_link, script_safe_json, seconds
from pipeline.export.marks import Mark
from pipeline.export.normalise import normalise_pitches
from pipeline.export.report import Exported

EARLIEST_MS = 1
"""The player passes over a start of 0."""

START_STATE = "openOnPlay"
"""The product bar opens when the replay plays, as viewers of a replay expect."""


def format_cloudinary(document: IndexDocument) -> Exported:
    """Write one entry per highlight: shown during its pitch, a click jumps to its point."""
    pitches = normalise_pitches(document, earliest_ms=EARLIEST_MS)
    value = {
        "startState": START_STATE,
        "products": [_entry(mark) for mark in pitches.marks],
    }
    return Exported(script_safe_json(value), pitches.report)


def _entry(mark: Mark) -> dict[str, object]:
    product_id = one_line(mark.product.id) or mark.id
    return {
        "productId": product_id,
        "productName": mark.title,
        "title": mark.title,
        "startTime": seconds(mark.span.start_ms),
        "endTime": seconds(mark.span.end_ms),
        "publicId": safe_link(mark.product.image) or product_id,
        "onClick": {"action": "seek", "args": {"time": format_clock_seconds(mark.at_ms)}},
    }
