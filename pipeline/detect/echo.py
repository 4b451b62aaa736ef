"""Hear echoes: what is said now was said of a product before, or will be said of it again.

Hosts return to what sells, and say nearly the same of it each time, often without its name. What a
first look is sure of becomes an example of how this host speaks about that product:

    first look    [== A2 ==]  ?  [== A5 ==]      ?      [= A2 =]
    echoes             '---------------------> A2?  <------'      more than a minute away

It counts as much as the show returns to its products: where every product is sold once, likeness to
another stretch says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.span import MS_PER_MINUTE
from pipeline.detect.decode import Floats
from pipeline.detect.encoder import Vectors
from pipeline.detect.segment import Run
from pipeline.detect.units import Unit

APART_MS = MS_PER_MINUTE
"""Nearer than this it is the same stretch, which the decoder knows already."""
FEW_UNITS = 4.0
"""A product of whom so many sentences are known counts half."""
SCALE = 5.0
"""Brings likenesses near to nats, so that their weights have the size of the others."""
LEAST_MASS = 0.5
"""Sentences that a product must have in all; most of a catalogue has none."""
MEANING_SHARE, MEANING_UNITS = 0.75, 4
SOUND_SHARE, SOUND_UNITS = 0.8, 3
"""What a neighbour counts against the sentence itself (its neighbour again that much less), and how
many on either side: one sentence alone is too short to be like another."""
COMMON_SHARE, FEWEST_COMMON = 0.05, 3
"""A pair of syllables in more of the sentences than this share, and this number, is a habit."""
MOST_UNITS = 8_000
"""Sentences, about twelve hours of speech, up to which all stretches are compared: 7,664 of them
took 6 s and 1.6 GB at the peak on one machine, and both grow with the square."""
FEWEST_LIKE = 3.0
"""Likeness by sound is measured against at least this much: one rare pair in common is chance."""
TINY = 1e-6

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Echo:
    """How much what is said is like what is said of every product elsewhere."""

    meaning: Floats
    """Shape (units, products)."""
    sound: Floats


@dataclass(frozen=True, slots=True)
class Likenesses:
    """How alike the stretches around any two units are; 0 where they are near to each other."""

    meaning: Matrix
    """Shape (units, units)."""
    sound: Matrix
    apart: Matrix
    """1 where two units are far enough from each other, else 0."""


def no_echo(units: int, products: int) -> Echo:
    """Return the echo of a first look: none."""
    nothing = np.zeros((units, products))
    return Echo(nothing, nothing)


def compare_stretches(units: Sequence[Unit], spoken: Vectors) -> Likenesses | None:
    """Compare every stretch of a broadcast with every other; `spoken` has a vector per unit.

    None where there are too many.
    """
    if len(units) > MOST_UNITS:
        return None
    starts = np.array([unit.span.start_ms for unit in units], dtype=np.int64)
    apart = (np.abs(starts[:, None] - starts[None, :]) > APART_MS).astype(np.float32)
    vectors = np.asarray(spoken, dtype=np.float32)
    vectors = _lengthen(_spread(vectors - vectors.mean(axis=0), MEANING_SHARE, MEANING_UNITS), TINY)
    return Likenesses(
        meaning=(vectors @ vectors.T) * apart, sound=_compare_sounds(units) * apart, apart=apart
    )


def find_echo(alike: Likenesses, posteriors: Floats, runs: Sequence[Run]) -> Echo:
    """Return how alike every unit is to the units of every product, by what a first look found.

    Args:
        alike: of the same units.
        posteriors: probability of every state, shape (units, 1 + products).
        runs: what the first look took for pitches, in order.
    """
    chance = posteriors[:, 1:]
    meaning, sound = np.zeros_like(chance), np.zeros_like(chance)
    rate = SCALE * measure_returns(runs)
    told = np.flatnonzero(chance.sum(axis=0) >= LEAST_MASS)
    if rate and len(told):
        shares = chance[:, told].astype(np.float32)
        known = alike.apart @ shares + FEW_UNITS
        meaning[:, told] = rate * (alike.meaning @ shares) / known
        sound[:, told] = rate * (alike.sound @ shares) / known
    return Echo(meaning, sound)


def measure_returns(runs: Sequence[Run]) -> float:
    """Return which share of the pitches goes back to a product pitched before, 0 to 1."""
    return 1.0 - len({run.product for run in runs}) / len(runs) if runs else 0.0


def _compare_sounds(units: Sequence[Unit]) -> Matrix:
    """Return the likeness of the stretches by the pairs of syllables that they share."""
    from scipy.sparse import csr_matrix

    said = [frozenset(pairwise(sound.key for sound in unit.sounds)) for unit in units]
    carriers = Counter(pair for pairs in said for pair in pairs)
    most = max(FEWEST_COMMON, COMMON_SHARE * len(units))
    columns = {
        pair: place
        for place, pair in enumerate(sorted(p for p, n in carriers.items() if 2 <= n <= most))
    }
    places = [
        (row, columns[pair]) for row, pairs in enumerate(said) for pair in pairs if pair in columns
    ]
    if not places:
        return np.zeros((len(units), len(units)), np.float32)
    rarity = np.zeros(len(columns), np.float32)
    for pair, place in columns.items():
        rarity[place] = np.log(len(units) / carriers[pair])
    rows, cells = np.array(places).T
    table = csr_matrix((rarity[cells], (rows, cells)), shape=(len(units), len(columns)))
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    table = csr_matrix(table.multiply((1.0 / np.maximum(lengths, FEWEST_LIKE))[:, None]))
    alike = np.asarray((table @ table.T).todense(), dtype=np.float32)
    alike = _spread(_spread(alike, SOUND_SHARE, SOUND_UNITS).T, SOUND_SHARE, SOUND_UNITS)
    norms = np.sqrt(np.maximum(alike.diagonal(), TINY))
    return np.asarray(alike / norms[:, None] / norms[None, :], dtype=np.float32)


def _spread(rows: Matrix, share: float, reach: int) -> Matrix:
    """Add the neighbours' rows, less with distance."""
    total = rows.copy()
    for distance in range(1, min(reach, len(rows) - 1) + 1):
        total[distance:] += np.float32(share**distance) * rows[:-distance]
        total[:-distance] += np.float32(share**distance) * rows[distance:]
    return total


def _lengthen(rows: Matrix, least: float) -> Matrix:
    """Bring every row to length 1."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, least), dtype=np.float32)
