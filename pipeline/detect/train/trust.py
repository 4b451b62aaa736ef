"""Fit how far the evidence in a sentence is to be trusted: a conditional logit (McFadden, 1974).

Inside a pitch, what is said in a unit, times the trust in it, beside what is said around it, should
point to the product being pitched:

    P(product) = exp(trust * evidence[product] + around[product])  /  the sum of that over the shop
    trust = weights . features of the unit + intercept

In an aside ("the other one is 159", "two boxes are cheaper") the evidence points elsewhere, so that
what such sentences have in common lowers the trust. Convex, as any such model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.decode import Floats
from pipeline.detect.train.logistic import NEAR_ENOUGH, STEPS, Singles

USUAL = 0.5
"""Trust where the search begins."""
CAUTION = 30.0
"""Inverse variance of the weights before any text was seen. On unseen broadcasts the log loss of a
unit was 2.174 with this, 2.185 with 10 and 2.180 with 100; in an earlier round 2.19 with 10, 2.23
with 2 and with one trust for all units."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the units of pitches say of every product of their shops, padded to the largest shop."""

    evidence: Singles
    """Shape (units, products), in nats."""
    around: Singles
    """Of the units before and after; where a shop has no such product, minus infinity, nearly."""
    pitched: NDArray[np.int64]
    """Which product is being pitched, by its column."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Fitted weights."""

    sparse: Floats
    dense: Floats
    intercept: float


def fit_trust(sparse: Any, dense: Singles, choices: Choices) -> Trust:
    """Fit the trust in units, of whom there is one at least.

    Args:
        sparse: SciPy's CSR matrix of single floats, shape (units, features).
        dense: shape (units, other features).
        choices: of the same units.
    """
    from scipy.optimize import minimize

    many = sparse.shape[1]
    transposed = sparse.T.tocsr()

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.astype(np.float32)
        trust = sparse @ weights[:many] + dense @ weights[many:-1] + weights[-1]
        missed, push = measure_miss(trust, choices)
        slope = np.concatenate([transposed @ push, dense.T @ push, [push.sum()]])
        size = float(flat[:-1] @ flat[:-1])
        slope = slope.astype(np.float64)
        slope[:-1] += CAUTION * flat[:-1]
        return missed + CAUTION * size / 2, slope

    begin = np.zeros(many + dense.shape[1] + 1)
    begin[-1] = USUAL
    options = {"maxiter": STEPS, "ftol": NEAR_ENOUGH}
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options=options).x
    return Trust(found[:many], found[many:-1], float(found[-1]))


def measure_miss(trust: Singles, choices: Choices) -> tuple[float, Singles]:
    """Return minus the log-likelihood of what is pitched, and its slope by the trust in units."""
    rows = np.arange(len(trust))
    odds = trust[:, None] * choices.evidence + choices.around
    top = odds.max(axis=1, keepdims=True)
    shares = np.exp(odds - top)
    total = shares.sum(axis=1, keepdims=True)
    shares /= total
    missed = np.log(total[:, 0]) + top[:, 0] - odds[rows, choices.pitched]
    own = choices.evidence[rows, choices.pitched]
    push = (shares * choices.evidence).sum(axis=1) - own
    return float(missed.sum(dtype=np.float64)), np.asarray(push, dtype=np.float32)
