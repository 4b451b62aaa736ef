"""Chapters as Apple's JSON for HLS, which the multivariant playlist announces.

    #EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="chapters.json"

    [{"chapter": 1, "start-time": 61.2, "duration": 89.8,
      "titles": [{"language": "und", "title": "护手霜"}],
      "metadata": [{"key": "product-id", "value": "TB1001"}, ...]}]

Apple's "JSON chapters", read by its own players and Shaka Player 5.2. Their traps: a chapter
without titles is skipped; numbers count from 1; a duration is above 0. Pictures need their size in
pixels, which a catalogue does not tell, so their address is metadata. The language is `und`: titles
are the shop's, whatever the show speaks. hls.js parses the announcement and fetches nothing.
"""

from __future__ import annotations

from models.document import IndexDocument
from pipeline.export.escaping import one_line, safe_link, script_safe_json, seconds
from pipeline.export.index_json import format_price
from pipeline.export.marks import Mark
from pipeline.export.normalise import MIN_CHAPTER_MS, normalise_chapters
from pipeline.export.report import Exported

LANGUAGE = "und"
"""BCP 47 for a language that nobody told."""


def format_hls_chapters(document: IndexDocument) -> Exported:
    """Write one chapter per highlight, sorted, none overlapping, its product as metadata."""
    chapters = normalise_chapters(document, min_length_ms=MIN_CHAPTER_MS)
    value = [
        {
            "chapter": number,
            "start-time": seconds(mark.span.start_ms),
            "duration": seconds(mark.span.duration_ms),
            "titles": [{"language": LANGUAGE, "title": mark.title}],
            "metadata": _metadata(mark),
        }
        for number, mark in enumerate(chapters.marks, 1)
    ]
    return Exported(script_safe_json(value), chapters.report)


def _metadata(mark: Mark) -> list[dict[str, str]]:
    product = mark.product
    facts = {
        "highlight-id": mark.id,
        "product-id": one_line(product.id),
        "product-price": None if product.price is None else format_price(product.price),
        "product-url": safe_link(product.url),
        "product-image": safe_link(product.image),
    }
    return [{"key": key, "value": value} for key, value in facts.items() if value]
