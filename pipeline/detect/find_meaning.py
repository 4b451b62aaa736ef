"""Find products by meaning: a sentence nearer to one product than to the rest of the shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, EvidenceKind
from pipeline.detect.encoder import SentenceEncoder, Vectors
from pipeline.detect.findings import Finding
from pipeline.detect.units import Unit

Scores = NDArray[np.float64]
"""One row per unit, one column per product."""

WIDE_SHARE, WIDE_UNITS = 0.75, 5
"""What a neighbour counts against the sentence itself (its neighbour again that much less), and how
many are looked at on either side: "it" is what they speak of. With them the right product is the
nearest one for 60 % of the sentences of a pitch, against 31 % alone (18 text broadcasts)."""
TELLING_FROM = 0.5
"""Nats below which likeness is not worth showing to anybody."""
PRODUCTS_PER_UNIT = 6
SHORTEST_TEXT = 4
"""Characters; "对对对" is near to everything."""


@dataclass(frozen=True, slots=True)
class Senses:
    """The vectors of what is said, unit by unit, and of what is sold, product by product."""

    spoken: Vectors
    sold: Vectors
    encoder: str
    """Name of the encoder that they are of."""


def read_senses(units: Sequence[Unit], catalogue: Catalogue, encoder: SentenceEncoder) -> Senses:
    """Encode a broadcast and its catalogue."""
    spoken, sold = encoder.encode(
        [unit.text.source for unit in units], [describe(product) for product in catalogue]
    )
    return Senses(spoken, sold, encoder.name)


def find_meaning(units: Sequence[Unit], ratios: Scores) -> Iterator[Finding]:
    """Yield an embedding finding for the products that a unit and its neighbours are nearest to."""
    for index, unit in enumerate(units):
        row = ratios[index]
        for product in np.argsort(-row, kind="stable")[:PRODUCTS_PER_UNIT]:
            weight = float(row[product])
            if weight < TELLING_FROM:
                break
            evidence = Evidence(
                EvidenceKind.EMBEDDING, unit.text.source.strip(), unit.span.start_ms, weight
            )
            yield Finding(index, int(product), 0, len(unit.text.text), evidence)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much the meaning of every unit speaks for every product, in nats."""

    near: Scores
    """The unit alone."""
    wide: Scores
    """The stretch around it."""


def score_meaning(units: Sequence[Unit], senses: Senses) -> Likeness:
    """Return, for every unit and product, how much meaning speaks for it, in nats.

    e5's cosines lie in a narrow band and some titles are near to everything, so every product is
    first measured against its own mean over the broadcast, then against the other products: a
    softmax of standard deviations, against the average product. The deviation is that of the whole
    broadcast: a sentence that is near to nothing in particular stays small. At most
    log(number of products).
    """
    count = len(senses.sold)
    if not units or count < 2:
        nothing = np.zeros((len(units), count))
        return Likeness(nothing, nothing)
    likeness = senses.spoken.astype(np.float64) @ senses.sold.astype(np.float64).T
    likeness -= likeness.mean(axis=0, keepdims=True)
    likeness -= likeness.mean(axis=1, keepdims=True)
    likeness[[len(unit.text.text) < SHORTEST_TEXT for unit in units]] = 0.0
    return Likeness(
        _against_average(_standardise(likeness)),
        _against_average(_standardise(_spread(likeness, WIDE_SHARE, WIDE_UNITS))),
    )


def _against_average(deviations: Scores) -> Scores:
    """Return log(softmax / uniform) per row."""
    top = deviations.max(axis=1, keepdims=True)
    average = np.log(np.exp(deviations - top).mean(axis=1, keepdims=True)) + top
    return np.asarray(deviations - average)


def describe(product: Product) -> str:
    """Return the words that stand for a product in the encoder."""
    parts = (" ".join(product.aliases), product.title, product.category)
    return " ".join(part for part in parts if part)


def _spread(likeness: Scores, share: float, reach: int) -> Scores:
    """Add the neighbours' likeness, less with distance."""
    total = likeness.copy()
    for distance in range(1, reach + 1):
        total[distance:] += share**distance * likeness[:-distance]
        total[:-distance] += share**distance * likeness[distance:]
    return total


def _standardise(likeness: Scores) -> Scores:
    """Measure in standard deviations of the whole."""
    return np.asarray(likeness / max(float(likeness.std()), 1e-6))
