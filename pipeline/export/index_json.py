"""The index as JSON: the documented contract `kandian.index/1`."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

from models.catalogue import Product
from models.document import SCHEMA, IndexDocument, IndexProvenance
from models.highlight import Evidence, Highlight
from models.recording import Recording, Rendition
from pipeline.export.report import Exported, Report

CONFIDENCE_DIGITS = 4
"""Decimals of a probability; more would be noise of the machine that computed it."""
WEIGHT_DIGITS = 3
"""Decimals of a log-likelihood ratio in nats, for the same reason."""

_SCHEMA_FILE = "kandian.index-1.schema.json"
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:")
_WEB_SCHEMES = frozenset({"http:", "https:"})
_IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20]+")
"""Browsers strip these while they read a URL, so that `java\\tscript:` runs (WHATWG URL 4.4)."""


def to_json(document: IndexDocument) -> str:
    """Write the document as `kandian.index/1`, indented, in UTF-8 characters.

    Deterministic: equal documents give equal text. Prices are decimal strings, times integer
    milliseconds, moments UTC with `Z`; what is unknown is null. URLs that a browser would run
    instead of fetch are left out. Titles are as the shop wrote them: whoever puts them into a page
    escapes them.
    """
    value = {
        "schema": SCHEMA,
        "revision": document.revision,
        "recording": _recording(document.recording, document.media),
        "products": [product_value(product) for product in document.products],
        "highlights": [highlight_value(highlight) for highlight in document.highlights],
        "mentions": [
            {"product_id": mention.product_id, "at_ms": mention.at_ms}
            for mention in document.mentions
        ],
        "removed": list(document.removed),
        "provenance": _provenance(document.provenance),
    }
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    # Half a surrogate pair is a str in Python, yet no text in any encoding.
    return text.encode("utf-8", "replace").decode() + "\n"


def format_json(document: IndexDocument) -> Exported:
    """Write the document as `to_json` does; nothing is changed, so nothing is reported."""
    return Exported(to_json(document), Report())


def load_schema() -> dict[str, Any]:
    """Read the JSON Schema (draft 2020-12) that every output of `to_json` satisfies."""
    text = files("pipeline.export").joinpath(_SCHEMA_FILE).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def format_price(price: Decimal) -> str:
    """Write a price in plain digits, every one kept: `129.00`, never `1.29E+2`."""
    return format(price, "f")


def format_moment(moment: datetime) -> str:
    """Write a moment in UTC: `2026-11-11T12:00:00Z`, with milliseconds when there are any."""
    utc = moment.astimezone(UTC)
    timespec = "milliseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


def web_url(url: str) -> str | None:
    """Return the URL when it is relative or of the web, else None.

    Catalogues are hostile input: `javascript:` and `data:` links must not reach a player.
    """
    scheme = _SCHEME.match(_IGNORED_BY_BROWSERS.sub("", url))
    if not url.strip() or (scheme is not None and scheme.group().lower() not in _WEB_SCHEMES):
        return None
    return url.strip()


def _recording(recording: Recording, media: tuple[Rendition, ...]) -> dict[str, Any]:
    started_at = recording.started_at
    return {
        "id": recording.id,
        "title": recording.title,
        "duration_ms": recording.duration_ms,
        "started_at": None if started_at is None else format_moment(started_at),
        "media": [
            {
                "url": rendition.url,
                "mime": rendition.mime,
                "codecs": rendition.codecs,
                "width": rendition.width,
                "height": rendition.height,
                "bytes": rendition.bytes,
            }
            for rendition in media
        ],
    }


def product_value(product: Product) -> dict[str, Any]:
    """Return a product as `kandian.index/1` has it."""
    return {
        "id": product.id,
        "title": product.title,
        "price": None if product.price is None else format_price(product.price),
        "url": web_url(product.url),
        "image": web_url(product.image),
    }


def highlight_value(highlight: Highlight) -> dict[str, Any]:
    """Return a highlight as `kandian.index/1` has it."""
    return {
        "id": highlight.id,
        "product_id": highlight.product_id,
        "title": highlight.title,
        "start_ms": highlight.span.start_ms,
        "end_ms": highlight.span.end_ms,
        "point_ms": highlight.point_ms,
        "confidence": round(highlight.confidence, CONFIDENCE_DIGITS),
        "status": highlight.status.value,
        "source": highlight.source.value,
        "evidence": [_evidence(item) for item in highlight.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "kind": evidence.kind.value,
        "text": evidence.text,
        "at_ms": evidence.at_ms,
        "weight": round(evidence.weight, WEIGHT_DIGITS),
    }


def _provenance(provenance: IndexProvenance) -> dict[str, Any]:
    return {
        "engine": provenance.engine,
        "model": provenance.model,
        "weights_sha256": provenance.weights_sha256,
        "config": provenance.config,
        "version": provenance.version,
        "transcript_key": provenance.transcript_key,
    }
