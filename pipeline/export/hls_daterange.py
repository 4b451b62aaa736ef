"""Highlights as `EXT-X-DATERANGE` lines for media playlists, before the first segment.

    #EXT-X-PROGRAM-DATE-TIME:2026-11-11T12:00:00.000Z
    #EXT-X-DATERANGE:ID="hl_1f",CLASS="kandian.pitch",START-DATE="2026-11-11T12:01:01.200Z",
     DURATION=89.800,X-PRODUCT-ID="TB1001",X-TITLE="护手霜",X-CONFIDENCE=0.97      (one line)

RFC 8216bis; hls.js 1.7 tells them as `dateRanges` of a level's details. The traps: the cues that it
also makes of them vanish in Chromium 156, which empties a track while it loads; without
`EXT-X-PROGRAM-DATE-TIME` hls.js knows no start, so the snippet brings it, and a playlist that has
one of its own must keep only one; a quoted value can hold neither quotes nor line breaks; hls.js
takes `{$name}` for a variable and gives the playlist up when it is not defined.
"""

from __future__ import annotations

from datetime import UTC, datetime

from models.document import IndexDocument
from pipeline.export.clock import format_decimal_seconds, format_precise_moment
from pipeline.export.escaping import one_line, safe_link
from pipeline.export.index_json import CONFIDENCE_DIGITS, format_price
from pipeline.export.marks import Mark
from pipeline.export.normalise import normalise_pitches
from pipeline.export.report import Exported

CLASS = "kandian.pitch"
"""Ranges of one class share their attributes, as the standard asks."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Where a recording begins that nobody told the start of: only differences count."""


def format_hls_daterange(document: IndexDocument) -> Exported:
    """Write the date of the recording's start, and one range per highlight, sorted by start."""
    pitches = normalise_pitches(document)
    origin = document.recording.started_at or EPOCH
    lines = [f"#EXT-X-PROGRAM-DATE-TIME:{format_precise_moment(origin, after_ms=0)}"]
    lines += [_range(mark, origin) for mark in pitches.marks]
    return Exported("".join(f"{line}\n" for line in lines), pitches.report)


def _range(mark: Mark, origin: datetime) -> str:
    product = mark.product
    start = format_precise_moment(origin, after_ms=mark.span.start_ms)
    attributes = {
        "ID": _quoted(mark.id),
        "CLASS": _quoted(CLASS),
        "START-DATE": _quoted(start),
        "DURATION": format_decimal_seconds(mark.span.duration_ms),
        "X-PRODUCT-ID": _quoted(one_line(product.id)),
        "X-TITLE": _quoted(mark.title),
        "X-CONFIDENCE": f"{mark.highlight.confidence:.{CONFIDENCE_DIGITS}f}",
    }
    if product.price is not None:
        attributes["X-PRICE"] = _quoted(format_price(product.price))
    for name, link in (("X-URL", safe_link(product.url)), ("X-IMAGE", safe_link(product.image))):
        if link is not None:
            attributes[name] = _quoted(link.replace('"', "%22"))
    return "#EXT-X-DATERANGE:" + ",".join(f"{name}={value}" for name, value in attributes.items())


def _quoted(text: str) -> str:
    """Write a quoted-string; there is no escape, so look-alikes and a space stand in."""
    return '"' + text.replace('"', "”").replace("{$", "{ $") + '"'
