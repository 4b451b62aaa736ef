"""Fit several logistic regressions side by side: many sparse features, some dense ones.

The questions share their features, so one pass over those serves all of them. What is minimised is
the sum over the questions of scikit-learn's loss, `C` = 1:

    sum over known answers of log(1 + exp(-+ odds))  +  |weights|^2 / 2        intercepts are free
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.decode import Floats

Singles = NDArray[np.float32]
Flags = NDArray[np.bool_]

STEPS = 300
NEAR_ENOUGH = 1e-7
"""Relative fall of the loss in a step below which the search ends."""
LARGE_ODDS = 6.0
"""Log-odds of what was never seen otherwise."""


@dataclass(frozen=True, slots=True)
class Logistic:
    """Fitted weights, a column per question."""

    sparse: Floats
    dense: Floats
    intercepts: Floats


def fit_logistic(sparse: Any, dense: Singles, answers: Flags, known: Flags) -> Logistic:
    """Fit every question on the rows whose answer is known.

    Args:
        sparse: SciPy's CSR matrix of single floats, shape (rows, features).
        dense: shape (rows, other features).
        answers: shape (rows, questions).
        known: same shape. A question of whom all known answers are alike (or none is known) gets
            no weights, and log-odds of +-`LARGE_ODDS` (or 0).
    """
    from scipy.optimize import minimize

    told, yes = known.sum(axis=0), (answers & known).sum(axis=0)
    open_ = (yes > 0) & (yes < told)
    intercepts = np.where(told == 0, 0.0, np.where(yes > 0, LARGE_ODDS, -LARGE_ODDS))
    many, few = sparse.shape[1], dense.shape[1]
    weights = np.zeros((many + few, answers.shape[1]))
    if open_.any():
        wanted = answers[:, open_].astype(np.float32)
        counted = known[:, open_].astype(np.float32)
        transposed = sparse.T.tocsr()
        shape = (many + few + 1, int(open_.sum()))

        def loss(flat: Floats) -> tuple[float, Floats]:
            table = flat.reshape(shape).astype(np.float32)
            odds = sparse @ table[:many] + dense @ table[many:-1] + table[-1]
            miss = counted * (np.logaddexp(np.float32(0.0), odds) - odds * wanted)
            push = counted * (1.0 / (1.0 + np.exp(-odds)) - wanted)
            slope = np.concatenate([transposed @ push, dense.T @ push, push.sum(0, keepdims=True)])
            slope = slope.astype(np.float64)
            slope[:-1] += flat.reshape(shape)[:-1]
            size = float((flat.reshape(shape)[:-1] ** 2).sum())
            return float(miss.sum(dtype=np.float64)) + size / 2, slope.ravel()

        begin = np.zeros(shape)
        begin[-1] = np.log(yes[open_] / (told[open_] - yes[open_]))
        options = {"maxiter": STEPS, "ftol": NEAR_ENOUGH}
        best = minimize(loss, begin.ravel(), jac=True, method="L-BFGS-B", options=options)
        table = best.x.reshape(shape)
        weights[:, open_], intercepts[open_] = table[:-1], table[-1]
    return Logistic(weights[:many], weights[many:], intercepts)
