"""What an evidence finder hands over, and how rare a word is in a shop."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.highlight import Evidence

FEWEST_PRODUCTS = 20
"""A smaller catalogue is treated as this large: two products do not make every word common."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of evidence that the unit speaks about the product."""

    unit: int
    """Index of the unit."""
    product: int
    """Index of the product in the catalogue."""
    start: int
    """First character of the normalised text that counts."""
    end: int
    """One past the last."""
    evidence: Evidence


def surprise(product_count: int) -> float:
    """Return how much it tells, in nats, to pick out one product of a catalogue."""
    return math.log(max(product_count, FEWEST_PRODUCTS))


def rarity(carriers: int, product_count: int) -> float:
    """Return how much a word that `carriers` products share tells about one of them, in nats.

    log(N / df): nearly 0 for the brand of the whole shop, log N for a word of one product.
    """
    count = max(product_count, FEWEST_PRODUCTS)
    return math.log(count / min(max(carriers, 1), count))
