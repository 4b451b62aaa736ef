"""Indexes for the page's tests, as JSON text that satisfies the schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import jsonschema

from pipeline.export.index_json import load_schema

DURATION_MS = 60_000


@dataclass(frozen=True, slots=True)
class Goods:
    """A product as the index has it."""

    id: str
    title: str
    price: str | None = "129.00"
    url: str | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Pitched:
    """A highlight as the index has it."""

    product: Goods
    start_ms: int
    end_ms: int
    confidence: float = 0.97
    status: str = "published"
    source: str = "detected"


SCARF = Goods("P1", "北岭羊毛围巾 灰色", "129.00", "https://shop.example/item/P1")
WOK = Goods("P2", "铸铁炒锅 无涂层 32cm", "259.50")
TEA = Goods("P3", "桂花乌龙茶包 15 包", None)
CUP = Goods("P4", "保温杯 316不锈钢 500ml", "89.00")

SHOW = (
    Pitched(SCARF, 5_000, 12_000),
    Pitched(WOK, 20_000, 30_000, confidence=0.8),
    Pitched(CUP, 31_500, 36_000, confidence=0.62),
    Pitched(SCARF, 48_000, 55_000, source="corrected"),
    Pitched(TEA, 56_000, 59_000, status="review"),
)
"""Four published pitches, one that waits for review; 60 s in all."""


@dataclass(frozen=True, slots=True)
class Show:
    """What an index is made of."""

    pitches: Sequence[Pitched] = SHOW
    title: str = "周三晚场"
    duration_ms: int = DURATION_MS
    media: Sequence[tuple[str, str]] = (("replay.mp4", "video/mp4"),)
    mentions: Sequence[tuple[Goods, int]] = field(default_factory=tuple)

    def to_json(self) -> str:
        """Write the index; it satisfies the schema, or the test is wrong."""
        mentioned = [goods for goods, _ in self.mentions]
        products = {one.id: one for one in [*(p.product for p in self.pitches), *mentioned]}
        value = {
            "schema": "kandian.index/1",
            "revision": 1,
            "recording": {
                "id": "show",
                "title": self.title,
                "duration_ms": self.duration_ms,
                "started_at": "2026-11-11T12:00:00Z",
                "media": [
                    {
                        "url": url,
                        "mime": mime,
                        "codecs": "",
                        "width": 180,
                        "height": 320,
                        "bytes": 1,
                    }
                    for url, mime in self.media
                ],
            },
            "products": [
                {"id": p.id, "title": p.title, "price": p.price, "url": p.url, "image": p.image}
                for p in products.values()
            ],
            "highlights": [_highlight(number, pitch) for number, pitch in enumerate(self.pitches)],
            "mentions": [
                {"product_id": goods.id, "at_ms": at_ms} for goods, at_ms in self.mentions
            ],
            "removed": [],
            "provenance": dict.fromkeys(
                ("engine", "model", "weights_sha256", "config", "version", "transcript_key"), ""
            ),
        }
        jsonschema.validate(value, load_schema())
        return json.dumps(value, ensure_ascii=False)


def _highlight(number: int, pitch: Pitched) -> dict[str, object]:
    return {
        "id": f"hl_{number:04x}",
        "product_id": pitch.product.id,
        "title": pitch.product.title,
        "start_ms": pitch.start_ms,
        "end_ms": pitch.end_ms,
        "point_ms": pitch.start_ms,
        "confidence": pitch.confidence,
        "status": pitch.status,
        "source": pitch.source,
        "evidence": [],
    }


def make_crowd(count: int = 120, duration_ms: int = DURATION_MS) -> Show:
    """Make a show of many pitches, evenly spread, each of its own product."""
    step_ms = duration_ms // count
    pitches = tuple(
        Pitched(Goods(f"C{n}", f"商品 {n} 号", f"{n + 1}.00"), n * step_ms, n * step_ms + step_ms)
        for n in range(count)
    )
    return Show(pitches=pitches, duration_ms=duration_ms)
