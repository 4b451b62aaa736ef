"""Fit a linear-chain conditional random field (Lafferty et al., 2001) with the decoder's moves.

All sequences are computed side by side, padded to the longest, so that a pass over hours of speech
takes a fraction of a second. The potential is that of `pipeline.detect.decode`, linear in the
weights; sequences may weigh differently, so a fold of a cross-validation only zeroes its own.

The weights differ in size and bear on each other (a move's own weight on that of the scene's, say),
so that a plain search creeps: it is done in coordinates in which the likelihood is about as steep
in every direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.decode import Floats

IMPOSSIBLE = -1e9
"""Log weight of a product that the shop does not have."""
STAGES = (12, 60)
"""Most steps of the search, stage by stage; every stage measures anew how steep the likelihood is.
The second has converged long before (19 steps over all the text broadcasts)."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One broadcast as the field sees it."""

    states: Floats
    """Features of the states, shape (weights, units, 1 + products)."""
    moves: Floats
    """Features of opening, switching, closing, shape (weights, 3, units)."""
    labels: NDArray[np.int64]
    """The true state of every unit."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Gaussian prior of the weights."""

    mean: Floats
    deviation: Floats


class Field:
    """All sequences, stacked in groups of like size so that padding stays small."""

    GROUP = 12
    """Sequences per stack."""

    def __init__(self, sequences: Sequence[Labelled]) -> None:
        order = sorted(range(len(sequences)), key=lambda n: sequences[n].states.shape[1:])
        self._groups = [order[at : at + self.GROUP] for at in range(0, len(order), self.GROUP)]
        self._stacks = [_Stack([sequences[n] for n in group]) for group in self._groups]

    def fit(self, prior: Prior, masses: Floats, start: Floats | None = None) -> Floats:
        """Return the weights of highest posterior; `masses` says how much each sequence counts.

        The search begins at `start`, else at the mean of the prior.
        """
        weights = prior.mean if start is None else start
        for steps in STAGES:
            weights = self._climb(weights, prior, masses, steps)
        return weights

    def _climb(self, start: Floats, prior: Prior, masses: Floats, steps: int) -> Floats:
        """Search from `start` along axes that are measured there (L-BFGS)."""
        from scipy.optimize import minimize

        axes = self._choose_axes(start, prior, masses)

        def loss(along: Floats) -> tuple[float, Floats]:
            weights = start + axes @ along
            value, slope = self.score(weights, masses)
            distance = (weights - prior.mean) / prior.deviation
            return (
                -value + 0.5 * float(distance @ distance),
                axes.T @ (distance / prior.deviation - slope),
            )

        begin = np.zeros(len(start))
        best = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": steps})
        return np.asarray(start + axes @ best.x, dtype=np.float64)

    def _choose_axes(self, weights: Floats, prior: Prior, masses: Floats) -> Floats:
        """Return axes along which the posterior curves about alike, a column each.

        The curvature is that of the prior and the spread of the slopes from sequence to sequence
        (Berndt, Hall, Hall and Hausman, 1974).
        """
        _values, slopes = self._score_each(weights, masses)
        curvature = (slopes * masses[:, None]).T @ slopes + np.diag(prior.deviation**-2)
        return np.asarray(np.linalg.cholesky(np.linalg.inv(curvature)))

    def score(self, weights: Floats, masses: Floats) -> tuple[float, Floats]:
        """Return the conditional log-likelihood of the labels, and its slope."""
        values, slopes = self._score_each(weights, masses)
        return float(masses @ values), masses @ slopes

    def _score_each(self, weights: Floats, masses: Floats) -> tuple[Floats, Floats]:
        """Return log-likelihood and slope, one row a sequence; stacks without mass are left out."""
        values = np.zeros(len(masses))
        slopes = np.zeros((len(masses), len(weights)))
        for group, stack in zip(self._groups, self._stacks, strict=True):
            if masses[group].any():
                values[group], slopes[group] = stack.score(weights)
        return values, slopes


class _Stack:
    """Sequences of like size, padded to the largest."""

    def __init__(self, sequences: Sequence[Labelled]) -> None:
        count = len(sequences)
        length = max(s.states.shape[1] for s in sequences)
        width = max(s.states.shape[2] for s in sequences)
        kinds = sequences[0].states.shape[0]
        self._states = np.zeros((count, kinds, length, width))
        self._moves = np.zeros((count, kinds, 3, length))
        self._possible = np.zeros((count, 1, width))
        self._labels = np.zeros((count, length), np.int64)
        self._active = np.zeros((count, length), bool)
        self._share = np.zeros(count)
        for n, one in enumerate(sequences):
            _kinds, units, states = one.states.shape
            self._states[n, :, :units, :states] = one.states
            self._moves[n, :, :, :units] = one.moves
            self._possible[n, 0, states:] = IMPOSSIBLE
            self._labels[n, :units] = one.labels
            self._active[n, :units] = True
            self._share[n] = np.log(max(states - 1, 1))

    def score(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the conditional log-likelihood of the labels, and its slope, per sequence."""
        emission = _weigh(weights, self._states) + self._possible
        opens, switches, closes = np.moveaxis(_weigh(weights, self._moves), 1, 0)
        opens, switches = opens - self._share[:, None], switches - self._share[:, None]
        forward = self._forward(emission, opens, switches, closes)
        backward = self._backward(emission, opens, switches, closes)
        total = _log_sum(forward[:, -1])
        chance = np.exp(forward + backward - total[:, None, None]) * self._active[:, :, None]
        expected = self._expected_moves(
            forward, backward + emission, opens, switches, closes, total
        )
        seen, gold = self._seen_moves(opens, switches, closes)
        count, length = self._labels.shape
        rows, columns = np.arange(count)[:, None], np.arange(length)[None, :]
        active = self._active.astype(np.float64)
        gold += (emission[rows, columns, self._labels] * active).sum(axis=1)
        chance *= -1.0
        chance[rows, columns, self._labels] += active
        slope = _add_up(self._states, chance) + _add_up(self._moves, seen - expected)
        return gold - total, slope

    def _forward(self, emission: Floats, opens: Floats, switches: Floats, closes: Floats) -> Floats:
        forward = np.empty_like(emission)
        forward[:, 0] = emission[:, 0] + opens[:, :1]
        forward[:, 0, 0] = emission[:, 0, 0]
        for t in range(1, emission.shape[1]):
            before = forward[:, t - 1]
            products = _log_sum(before[:, 1:])
            entering = np.logaddexp(before[:, 0] + opens[:, t], products + switches[:, t])
            now = np.logaddexp(before, entering[:, None])
            now[:, 0] = np.logaddexp(before[:, 0], products + closes[:, t])
            forward[:, t] = np.where(self._active[:, t, None], now + emission[:, t], before)
        return forward

    def _backward(
        self, emission: Floats, opens: Floats, switches: Floats, closes: Floats
    ) -> Floats:
        backward = np.zeros_like(emission)
        for t in range(emission.shape[1] - 2, -1, -1):
            after = backward[:, t + 1] + emission[:, t + 1]
            products = _log_sum(after[:, 1:])
            leaving = np.logaddexp(after[:, 0] + closes[:, t + 1], products + switches[:, t + 1])
            now = np.logaddexp(after, leaving[:, None])
            now[:, 0] = np.logaddexp(after[:, 0], products + opens[:, t + 1])
            backward[:, t] = np.where(self._active[:, t + 1, None], now, 0.0)
        return backward

    def _expected_moves(
        self,
        forward: Floats,
        after: Floats,
        opens: Floats,
        switches: Floats,
        closes: Floats,
        total: Floats,
    ) -> Floats:
        into = _log_sum(after[:, :, 1:]) - total[:, None]
        out_of = _log_sum(forward[:, :-1, 1:])
        expected = np.zeros((len(total), 3, after.shape[1]))
        expected[:, 0, 0] = np.exp(opens[:, 0] + into[:, 0])
        expected[:, 0, 1:] = np.exp(forward[:, :-1, 0] + opens[:, 1:] + into[:, 1:])
        expected[:, 1, 1:] = np.exp(out_of + switches[:, 1:] + into[:, 1:])
        expected[:, 2, 1:] = np.exp(out_of + closes[:, 1:] + after[:, 1:, 0] - total[:, None])
        return np.asarray(expected * self._active[:, None, :])

    def _seen_moves(self, opens: Floats, switches: Floats, closes: Floats) -> tuple[Floats, Floats]:
        """Return the moves that the labels make, and their log weight per sequence.

        Staying with a product may be a switch to itself; its share of the weight is counted so.
        """
        before = np.concatenate(
            [np.zeros((len(self._labels), 1), np.int64), self._labels[:, :-1]], axis=1
        )
        now = self._labels
        active = self._active
        opening = (active & (before == 0) & (now > 0)).astype(np.float64)
        closing = (active & (before > 0) & (now == 0)).astype(np.float64)
        switching = (active & (before > 0) & (now > 0) & (before != now)).astype(np.float64)
        staying = (active & (before > 0) & (before == now)).astype(np.float64)
        stay = np.logaddexp(0.0, switches)
        gold = opening * opens + closing * closes + switching * switches + staying * stay
        switched = switching + staying * np.exp(switches - stay)
        return np.stack([opening, switched, closing], axis=1), gold.sum(axis=1)


def _weigh(weights: Floats, features: Floats) -> Floats:
    """Return the weighted sum of features of shape (sequences, weights, ...)."""
    count, kinds, *shape = features.shape
    return np.asarray((weights @ features.reshape(count, kinds, -1)).reshape(count, *shape))


def _add_up(features: Floats, shares: Floats) -> Floats:
    """Return what every feature adds up to by the shares, shape (sequences, weights)."""
    count, kinds = features.shape[:2]
    flat = shares.reshape(count, -1, 1)
    return np.asarray((features.reshape(count, kinds, -1) @ flat)[:, :, 0])


def _log_sum(values: Floats) -> Floats:
    top = values.max(axis=-1)
    return np.asarray(top + np.log(np.exp(values - top[..., None]).sum(axis=-1)))
