"""Made-up shops and their broadcasts, as rows of the index, as many as one likes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

BROADCASTS_A_SHOP = 50
"""Nearly a year of weekly shows."""
PRODUCTS_A_SHOP = 12
PRODUCTS_A_BROADCAST = 5
PITCHES_A_PRODUCT = 2
HIGHLIGHTS_A_BROADCAST = PRODUCTS_A_BROADCAST * PITCHES_A_PRODUCT
PITCH_MS = 300_000
LASTS_MS = (HIGHLIGHTS_A_BROADCAST + 2) * PITCH_MS
_MOMENT = "2026-03-01 12:00:00.000000+00:00"
_SHUFFLE = 0x9E3779B97F4A7C15
"""Odd, so that multiplying by it modulo 2**64 gives every number another one: ids without order."""

Columns = tuple[str, ...]
RECORDING: Columns = (
    "id", "fingerprint", "title", "kind", "duration_ms", "started_at", "revision", "created_at",
    "updated_at",
)  # fmt: skip
PRODUCT: Columns = (
    "recording_id", "product_id", "ordinal", "title", "brand", "aliases", "category", "price",
    "link_no", "url", "image", "search_text",
)  # fmt: skip
HIGHLIGHT: Columns = (
    "recording_id", "id", "product_id", "title", "start_ms", "end_ms", "point_ms", "confidence",
    "status", "source", "search_text",
)  # fmt: skip
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Broadcasts:
    """Some number of broadcasts; everything about one follows from its number."""

    count: int

    @property
    def shops(self) -> int:
        """How many shops there are; their broadcasts come by turns."""
        return max(1, self.count // BROADCASTS_A_SHOP)

    def recording(self, number: int) -> Row:
        """Return the row of a recording."""
        name = recording_id(number)
        fingerprint = f"sha256:{number:064x}"
        title = f"店铺{number % self.shops}·第{number // self.shops}场"
        return (name, fingerprint, title, "file", LASTS_MS, _MOMENT, 1, _MOMENT, _MOMENT)

    def product_ids(self, number: int) -> list[str]:
        """Return which products are pitched in a broadcast, in their order."""
        shop = number % self.shops
        chosen = random.Random(number).sample(range(PRODUCTS_A_SHOP), PRODUCTS_A_BROADCAST)
        return [product_id(shop, product) for product in chosen]

    def products(self, number: int) -> Iterator[Row]:
        """Yield the rows of a broadcast's catalogue."""
        name = recording_id(number)
        for ordinal, product in enumerate(self.product_ids(number)):
            title = f"羊毛围巾 {product} 加厚保暖 秋冬新款"
            search_text = f"{title}\n北岭\n围巾"
            yield (
                name, product, ordinal, title, "北岭", '["围巾"]', "服饰", "129.00",
                ordinal + 1, "", "", search_text,
            )  # fmt: skip

    def highlights(self, number: int) -> Iterator[Row]:
        """Yield the rows of a broadcast's highlights: every product once, then all again."""
        name = recording_id(number)
        for place, product in enumerate(self.product_ids(number) * PITCHES_A_PRODUCT):
            start_ms = (place + 1) * PITCH_MS
            serial = number * HIGHLIGHTS_A_BROADCAST + place
            title = f"羊毛围巾 {product}"
            yield (
                name, f"hl_{serial * _SHUFFLE % 2**64:016x}", product, title, start_ms,
                start_ms + PITCH_MS - 60_000, start_ms + 500, 0.9, "published", "detected", title,
            )  # fmt: skip


def recording_id(number: int) -> str:
    """Return the id of a recording."""
    return f"room{number % 997:03d}-{number:08d}"


def product_id(shop: int, product: int) -> str:
    """Return the id of a shop's product."""
    return f"TB{shop * _SHUFFLE % 2**32:010d}{product:02d}"
