"""Tell whether two saved indexes would be the same, by a digest of all that would be written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pipeline.store import rows
from pipeline.store.contract import IndexInput


def digest_of(data: IndexInput) -> str:
    """Return `sha256:` and 64 hex digits over everything but the ids of the highlights.

    Equal for equal inputs, whatever the time zone in which a moment is written.
    """
    detection, transcript = data.detection, data.transcript
    value: dict[str, Any] = {
        "recording": asdict(data.recording),
        "media": [asdict(rendition) for rendition in data.media],
        "products": [rows.product_values(product, 0) for product in data.catalogue],
        "language": transcript.language,
        "transcript": asdict(transcript.provenance),
        "utterances": [rows.utterance_values(spoken, 0) for spoken in transcript.utterances],
        "highlights": [rows.detection_values(item) | {"id": ""} for item in detection.highlights],
        "mentions": [asdict(mention) for mention in detection.mentions],
        "provenance": asdict(data.provenance),
    }
    text = json.dumps(value, sort_keys=True, default=_format_value)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _format_value(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a digest")
