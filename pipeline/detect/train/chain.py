"""Fit a linear-chain conditional random field (Lafferty et al., 2001) with the decoder's moves.

All sequences are computed side by side, padded to the longest, so that a pass over hours of speech
takes a fraction of a second. The potential is that of `pipeline.detect.decode`, linear in the
weights; sequences may weigh differently, so a fold of a cross-validation only zeroes its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.decode import Floats

IMPOSSIBLE = -1e9
"""Log weight of a product that the shop does not have."""
MOST_STEPS = 60


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
        from scipy.optimize import minimize

        def loss(weights: Floats) -> tuple[float, Floats]:
            value, slope = self.score(weights, masses)
            distance = (weights - prior.mean) / prior.deviation
            return (
                -value + 0.5 * float(distance @ distance),
                -slope + distance / prior.deviation,
            )

        begin = prior.mean if start is None else start
        options = {"maxiter": MOST_STEPS}
        best = minimize(loss, begin, jac=True, method="L-BFGS-B", options=options)
        return np.asarray(best.x, dtype=np.float64)

    def score(self, weights: Floats, masses: Floats) -> tuple[float, Floats]:
        """Return the conditional log-likelihood of the labels, and its slope."""
        value, slope = 0.0, np.zeros(len(weights))
        for group, stack in zip(self._groups, self._stacks, strict=True):
            if masses[group].any():
                part, change = stack.score(weights, masses[group])
                value, slope = value + part, slope + change
        return value, slope


class _Stack:
    """Sequences of like size, padded to the largest."""

    def __init__(self, sequences: Sequence[Labelled]) -> None:
        count = len(sequences)
        length = max(s.states.shape[1] for s in sequences)
        width = max(s.states.shape[2] for s in sequences)
        kinds = sequences[0].states.shape[0]
        self._states = np.zeros((kinds, count, length, width))
        self._moves = np.zeros((kinds, count, 3, length))
        self._possible = np.zeros((count, 1, width))
        self._labels = np.zeros((count, length), np.int64)
        self._active = np.zeros((count, length), bool)
        self._share = np.zeros(count)
        for n, one in enumerate(sequences):
            _kinds, units, states = one.states.shape
            self._states[:, n, :units, :states] = one.states
            self._moves[:, n, :, :units] = one.moves
            self._possible[n, 0, states:] = IMPOSSIBLE
            self._labels[n, :units] = one.labels
            self._active[n, :units] = True
            self._share[n] = np.log(max(states - 1, 1))

    def score(self, weights: Floats, masses: Floats) -> tuple[float, Floats]:
        """Return the conditional log-likelihood of the labels, and its slope."""
        emission = np.tensordot(weights, self._states, 1) + self._possible
        opens, switches, closes = np.moveaxis(np.tensordot(weights, self._moves, 1), 1, 0)
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
        chance *= masses[:, None, None]
        slope = np.tensordot(self._states, chance, 3)
        slope += np.tensordot(self._moves, (seen - expected) * masses[:, None, None], 3)
        return float(((gold - total) * masses).sum()), slope

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


def _log_sum(values: Floats) -> Floats:
    top = values.max(axis=-1)
    return np.asarray(top + np.log(np.exp(values - top[..., None]).sum(axis=-1)))
