"""Find products by meaning: a sentence nearer to one product than to the rest of the shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, EvidenceKind
from pipeline.detect.encoder import SentenceEncoder
from pipeline.detect.findings import Finding
from pipeline.detect.units import Unit

Scores = NDArray[np.float64]
"""One row per unit, one column per product."""

WINDOW_UNITS = 2
"""Units before and after that lend a sentence their meaning: "it" is what they speak of."""
NEIGHBOUR_SHARE = 0.6
"""What a neighbour counts against the sentence itself; its neighbour again that much less."""
TELLING_FROM = 0.5
"""Nats below which likeness is not worth showing to anybody."""
PRODUCTS_PER_UNIT = 6
SHORTEST_TEXT = 4
"""Characters; "对对对" is near to everything."""


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


def score_meaning(units: Sequence[Unit], catalogue: Catalogue, encoder: SentenceEncoder) -> Scores:
    """Return, for every unit and product, how much the unit's meaning speaks for it, in nats.

    e5's cosines lie in a narrow band and some titles are near to everything, so every product is
    first measured against its own mean over the broadcast, then against the other products: a
    softmax of standard deviations, against the average product. At most log(number of products).
    """
    count = len(catalogue)
    if not units or count < 2:
        return np.zeros((len(units), count))
    spoken, sold = encoder.encode(
        [unit.text.source for unit in units], [describe(product) for product in catalogue]
    )
    likeness = spoken.astype(np.float64) @ sold.astype(np.float64).T
    likeness -= likeness.mean(axis=0, keepdims=True)
    likeness[[len(unit.text.text) < SHORTEST_TEXT for unit in units]] = 0.0
    single, wide = _standardise(likeness), _standardise(_spread(likeness))
    return _against_average((single + wide) / 2)


def _against_average(deviations: Scores) -> Scores:
    """Return log(softmax / uniform) per row."""
    top = deviations.max(axis=1, keepdims=True)
    average = np.log(np.exp(deviations - top).mean(axis=1, keepdims=True)) + top
    return np.asarray(deviations - average)


def describe(product: Product) -> str:
    """Return the words that stand for a product in the encoder."""
    parts = (" ".join(product.aliases), product.title, product.category)
    return " ".join(part for part in parts if part)


def _spread(likeness: Scores) -> Scores:
    """Add the neighbours' likeness, less with distance."""
    total = likeness.copy()
    for distance in range(1, WINDOW_UNITS + 1):
        share = NEIGHBOUR_SHARE**distance
        total[distance:] += share * likeness[:-distance]
        total[:-distance] += share * likeness[distance:]
    return total


def _standardise(likeness: Scores) -> Scores:
    """Measure every row in standard deviations from the row's mean, over the products."""
    if likeness.shape[1] < 2:
        return np.zeros_like(likeness)
    centred = likeness - likeness.mean(axis=1, keepdims=True)
    deviation = centred.std(axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(deviation, 1e-6))
