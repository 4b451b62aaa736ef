"""Okapi BM25 over character n-grams: the product whose words a text says."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.catalogue import Catalogue, Product
from pipeline.evaluate.baseline import fold

SATURATION = 1.5
"""How much a repeated n-gram still adds (k1), the usual value."""
LENGTH_PENALTY = 0.75
"""How much long product texts are discounted (b), the usual value."""
_SIZES = (2, 3)
"""Two characters make most Chinese words; three tell English ones apart."""
_RUN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Label:
    """The product whose words a text says most."""

    product_id: str
    share: float
    """Its score over the score of its own text, 0 to 1: how much of the product was said."""


@dataclass(frozen=True, slots=True)
class Bm25Index:
    """The products' n-grams with their weights (Robertson and Zaragoza 2009).

    Every n-gram of a query counts once, so that a text scores highest for the product of which it
    says the most, and a product's own text scores the most that there is.
    """

    product_ids: tuple[str, ...]
    postings: dict[str, tuple[tuple[int, float], ...]]
    """For every n-gram the products that hold it, with its weight."""
    own: tuple[float, ...]
    """The score of every product's own text."""

    def label(self, text: str) -> Label | None:
        """Return the product with the highest score, the first of equals; None when all are 0."""
        scores: defaultdict[int, float] = defaultdict(float)
        for gram in sorted(set(iter_grams(text))):
            for product, weight in self.postings.get(gram, ()):
                scores[product] += weight
        if not scores:
            return None
        best = min(scores, key=lambda product: (-scores[product], product))
        return Label(self.product_ids[best], min(scores[best] / self.own[best], 1.0))


def index_catalogue(catalogue: Catalogue) -> Bm25Index:
    """Return the index of all products: titles, brands, aliases and categories."""
    counts = [Counter(iter_grams(describe(product))) for product in catalogue]
    holders = Counter(gram for grams in counts for gram in grams)
    mean_length = max(sum(grams.total() for grams in counts) / len(counts), 1.0)
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    own: list[float] = []
    for product, grams in enumerate(counts):
        norm = 1 - LENGTH_PENALTY + LENGTH_PENALTY * grams.total() / mean_length
        total = 0.0
        for gram in sorted(grams):
            rarity = math.log1p((len(counts) - holders[gram] + 0.5) / (holders[gram] + 0.5))
            count = grams[gram]
            weight = rarity * count * (SATURATION + 1) / (count + SATURATION * norm)
            postings[gram].append((product, weight))
            total += weight
        own.append(total)
    ids = tuple(product.id for product in catalogue)
    return Bm25Index(ids, {gram: tuple(rows) for gram, rows in postings.items()}, tuple(own))


def describe(product: Product) -> str:
    """Return all words that a shop has for a product."""
    return " ".join((product.title, product.brand, *product.aliases, product.category))


def iter_grams(text: str) -> Iterable[str]:
    """Yield the character n-grams of every run of letters and digits, folded."""
    for run in _RUN.findall(fold(text)):
        for size in _SIZES:
            yield from _slide(run, size)


def _slide(run: Sequence[str], size: int) -> Iterable[str]:
    return ("".join(run[start : start + size]) for start in range(len(run) - size + 1))
