"""What an evidence finder hands over, and how rare a word is in a shop."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from models.highlight import Evidence

FEWEST_PRODUCTS = 20
"""A smaller catalogue is treated as this large: two products do not make every word common."""


class Form(StrEnum):
    """How a run of a product's words is said: what it is worth is fitted form by form."""

    WHOLE = "whole"
    """No part of a title, by itself: a name, a number, a sentence."""
    RUN_WRITTEN = "run_written"
    """Three syllables or more, or two words, as the shop writes them."""
    RUN_HEARD = "run_heard"
    """As many, of which only the sounds agree."""
    PAIR_WRITTEN = "pair_written"
    """Two syllables or one word, as the shop writes them."""
    PAIR_HEARD = "pair_heard"
    """As many, of which only the sounds agree: with much ordinary speech, too."""
    CONFIRMED = "confirmed"
    """A link number that the price said with it confirms."""


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
    form: Form = Form.WHOLE


def surprise(product_count: int) -> float:
    """Return how much it tells, in nats, to pick out one product of a catalogue."""
    return math.log(max(product_count, FEWEST_PRODUCTS))


def rarity(carriers: int, product_count: int) -> float:
    """Return how much a word that `carriers` products share tells about one of them, in nats.

    log(N / df): nearly 0 for the brand of the whole shop, log N for a word of one product.
    """
    count = max(product_count, FEWEST_PRODUCTS)
    return math.log(count / min(max(carriers, 1), count))
