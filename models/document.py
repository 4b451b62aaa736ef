"""What a replay player reads: the index of one recording (schema kandian.index/1)."""

from __future__ import annotations

from dataclasses import dataclass

from models.catalogue import Product
from models.highlight import Highlight, Mention
from models.recording import Recording, Rendition

SCHEMA = "kandian.index/1"


@dataclass(frozen=True, slots=True)
class IndexProvenance:
    """What made an index: enough to make it again."""

    engine: str
    model: str
    weights_sha256: str
    config: str
    """Key of the detection stage: hash of its inputs, version and settings."""
    version: str
    """Version of Kandian."""
    transcript_key: str


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """The published knowledge about one recording, at one revision.

    Guaranteed: highlights sorted by start and not overlapping; every product that a highlight or
    mention names is in `products`, each once, in catalogue order.
    """

    revision: int
    recording: Recording
    media: tuple[Rendition, ...]
    products: tuple[Product, ...]
    highlights: tuple[Highlight, ...]
    mentions: tuple[Mention, ...]
    removed: tuple[str, ...]
    """Ids of highlights that earlier revisions published and this one no longer does."""
    provenance: IndexProvenance

    def __post_init__(self) -> None:
        known = {product.id for product in self.products}
        named = {highlight.product_id for highlight in self.highlights}
        named |= {mention.product_id for mention in self.mentions}
        if missing := sorted(named - known):
            raise ValueError(f"the index names products that it does not list: {missing}")
        if len(known) != len(self.products):
            raise ValueError("the index lists a product twice")
        for earlier, later in zip(self.highlights, self.highlights[1:], strict=False):
            if later.span.start_ms < earlier.span.end_ms:
                raise ValueError(f"highlights overlap: {earlier.span} and {later.span}")
