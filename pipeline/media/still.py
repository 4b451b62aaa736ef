"""Which of some pictures in a row is the best still: arithmetic on their grey values.

    score = sharpness * exposure * stillness * earliness        each 0 to 1, the highest wins

Nothing here is fitted: the numbers only have to put a clear picture before a bad one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
"""Pictures, rows, columns; 0 is black."""
Scores = NDArray[np.float64]
"""One number a picture, 0 to 1."""

BLOCKS = 8
"""Sharpness is judged in 8 by 8 parts: else the edges of a banner drown all the rest."""

NOISE_VARIANCE = 20.0
"""Variance of the Laplacian that grain and coding leave in a bare wall."""

DARKEST, BRIGHTEST = 24, 235
"""Grey values beyond which nothing is to be seen."""

LEAST_CONTRAST = 16.0
"""Standard deviation of grey values from which a picture shows something; a fog has 5."""

MOTION_LEVELS = 6.0
"""Mean change of grey values, within 200 ms, at which a picture counts half: a hand that moves
changes 2, a turning camera 10 and more, a cut 30 and more."""

SETTLED_MS = 1000
"""Until then the last product is put away; the fade of a cut is over too."""
NEAR_MS = 4000
"""Until then a cover surely shows what the jump to the pitch will show."""
LATE_MS = 12_000
FIRST_WORTH, LATE_WORTH = 0.85, 0.7
"""How much less the very first picture counts, and one at `LATE_MS`: a little, so that
of two good ones the nearer wins, and a bad one never does."""


def choose_still(pictures: Gray, *, step_ms: int) -> int:
    """Return the place of the best picture; the first one of equals.

    Args:
        pictures: at least one, in order.
        step_ms: time between two of them; the first lies at the start of the pitch.

    Raises:
        ValueError: when there are none.
    """
    if not len(pictures):
        raise ValueError("there is no picture to choose from")
    scores = (
        rate_sharpness(pictures)
        * rate_exposure(pictures)
        * rate_stillness(pictures)
        * rate_earliness(len(pictures), step_ms=step_ms)
    )
    return int(np.argmax(scores))


def rate_sharpness(pictures: Gray) -> Scores:
    """Compare pictures by the variance of their Laplacian, part by part; the sharpest has 1.

    The mean over the parts is geometric: fine detail somewhere does not make up for blur elsewhere.
    """
    variance = _variance_of_parts(_laplacian(pictures))
    sharpness = np.log(variance + NOISE_VARIANCE).mean(axis=1)
    return np.asarray(np.exp(sharpness - sharpness.max()), np.float64)


def rate_exposure(pictures: Gray) -> Scores:
    """Return 1 for a picture that shows something, down to 0 for black, white and fog."""
    seen = ((pictures > DARKEST) & (pictures < BRIGHTEST)).mean(axis=(1, 2))
    contrast = np.minimum(1.0, pictures.std(axis=(1, 2)) / LEAST_CONTRAST)
    return np.asarray(seen * contrast, np.float64)


def rate_stillness(pictures: Gray) -> Scores:
    """Return 1 for a picture like both its neighbours, less the more one of them differs.

    The worse neighbour counts: a picture beside a cut may be half of either scene.
    """
    changes = np.abs(np.diff(pictures.astype(np.float32), axis=0)).mean(axis=(1, 2))
    worst = np.zeros(len(pictures))
    worst[:-1] = changes
    worst[1:] = np.maximum(worst[1:], changes)
    return 1.0 / (1.0 + worst / MOTION_LEVELS)


def rate_earliness(count: int, *, step_ms: int) -> Scores:
    """Return 1 from one to four seconds after the start, a little less before and later."""
    at_ms = np.arange(count) * step_ms
    return np.interp(at_ms, (0, SETTLED_MS, NEAR_MS, LATE_MS), (FIRST_WORTH, 1.0, 1.0, LATE_WORTH))


def _laplacian(pictures: Gray) -> NDArray[np.float32]:
    """Return how much each pixel differs from its four neighbours; beyond the edge it repeats."""
    levels = np.pad(pictures.astype(np.float32), ((0, 0), (1, 1), (1, 1)), mode="edge")
    around = levels[:, :-2, 1:-1] + levels[:, 2:, 1:-1] + levels[:, 1:-1, :-2] + levels[:, 1:-1, 2:]
    return around - 4 * levels[:, 1:-1, 1:-1]


def _variance_of_parts(values: NDArray[np.float32]) -> Scores:
    """Return pictures by parts; a rest of fewer rows or columns than parts is left out."""
    count, height, width = values.shape
    parts = min(BLOCKS, height, width)
    tall, wide = height // parts, width // parts
    blocks = values[:, : parts * tall, : parts * wide].reshape(count, parts, tall, parts, wide)
    return np.asarray(blocks.var(axis=(2, 4)).reshape(count, -1), np.float64)
