"""Fit how sure a highlight is: a logistic in which what speaks for it never speaks against it.

Many of the measures say nearly the same, so a free fit plays them off against each other: given all
the others, more evidence made a highlight less sure. That fits the broadcasts it was fitted on, and
doubts the plainest shows, which have more of everything than any of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.confidence import Support
from pipeline.detect.decode import Floats
from pipeline.detect.parameters import ConfidenceWeights

FOR = frozenset({"low", "certainty", "kinds", "brief", "mean", "last", "proof", "lead"})
"""Parts of `Support` that may only make surer,"""
AGAINST = frozenset({"rivalry", "rival"})
"""and those that may only make less sure."""
REGULARISATION = 1.0
"""C of scikit-learn's logistic, of features in standard deviations."""
LEAST_DEVIATION = 1e-9


def fit_surety(
    supports: Sequence[Support], right: NDArray[np.bool_], masses: Floats
) -> ConfidenceWeights:
    """Return the likeliest coefficients under their signs; zeros where all are right or none.

    `masses` says how much each highlight counts.
    """
    from scipy.optimize import minimize

    names = [field.name for field in fields(Support)]
    if right.all() or not right.any():
        return ConfidenceWeights(0.0, *(0.0 for _name in names))
    raw = np.array([support.features() for support in supports], dtype=np.float64)
    mean, deviation = raw.mean(axis=0), np.maximum(raw.std(axis=0), LEAST_DEVIATION)
    features = np.column_stack([np.ones(len(raw)), (raw - mean) / deviation])
    shrinking = np.array([0.0, *(1.0 / REGULARISATION for _name in names)])

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = features @ weights
        value = masses @ (np.logaddexp(0.0, odds) - right * odds)
        chance = 1.0 / (1.0 + np.exp(-odds))
        slope = features.T @ (masses * (chance - right)) + shrinking * weights
        return float(value + 0.5 * shrinking @ weights**2), slope

    bounds = [(None, None), *(_bound(name) for name in names)]
    start = np.zeros(len(bounds))
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    slopes = fitted[1:] / deviation
    return ConfidenceWeights(float(fitted[0] - slopes @ mean), *slopes.tolist())


def _bound(name: str) -> tuple[float | None, float | None]:
    return (0.0 if name in FOR else None, 0.0 if name in AGAINST else None)
