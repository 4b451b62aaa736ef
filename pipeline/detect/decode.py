"""Decode the sequence of products: a hidden Markov model with one state per product and none.

Switching is uniform over the products, so a step costs O(K) and not O(K^2): four hours of speech
over a thousand products take well under a second. State 0 is "no product"; state 1 + k product k.

    potential(path) = sum_t emission[t, state_t] + sum_t move_t(state_{t-1}, state_t)

    move_t(i, j) = log( exp(stay_t) * [i = j] + exp(enter_t[i, j]) )
        enter_t = to_none_t               from any product to none
                  to_product_t - log K    from none, or from a product, to any product
                  none_to_none            0

Viterbi (1967) and forward-backward (Baum et al., 1970), in log space.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NONE_STATE = 0


@dataclass(frozen=True, slots=True)
class Moves:
    """Log weights of the moves into every unit; the first unit's count from "no product"."""

    open_: Floats
    """From no product into some product, one number per unit; shared out over the products."""
    switch: Floats
    """From one product into some product; shared out over the products."""
    close: Floats
    """From a product to no product."""

    def __post_init__(self) -> None:
        if not self.open_.shape == self.switch.shape == self.close.shape:
            raise ValueError("every unit needs all three moves")


def decode_path(emissions: Floats, moves: Moves) -> NDArray[np.int64]:
    """Return the best state of every unit (Viterbi); ties go to staying, then to the lower state.

    Args:
        emissions: log-likelihood ratios, shape (units, 1 + products); column 0 is "no product".
        moves: log weights of the moves, one per unit.
    """
    count, states = emissions.shape
    if count == 0:
        return np.zeros(0, np.int64)
    back = np.zeros((count, states), np.int64)
    own = np.arange(states)
    share = np.log(max(states - 1, 1))
    best = _start(emissions[0], moves, share)
    for t in range(1, count):
        leader = 1 + int(np.argmax(best[1:])) if states > 1 else NONE_STATE
        to_none = best[leader] + moves.close[t] if states > 1 else -np.inf
        from_product = best[leader] + moves.switch[t] - share
        from_none = best[NONE_STATE] + moves.open_[t] - share
        entering, source = (
            (from_product, leader)
            if states > 1 and from_product > from_none
            else (from_none, NONE_STATE)
        )
        stays = best >= entering
        stays[NONE_STATE] = best[NONE_STATE] >= to_none
        back[t] = np.where(stays, own, source)
        back[t, NONE_STATE] = NONE_STATE if stays[NONE_STATE] else leader
        arrived = np.where(stays, best, entering)
        arrived[NONE_STATE] = max(best[NONE_STATE], to_none)
        best = arrived + emissions[t]
    path = np.empty(count, np.int64)
    path[-1] = int(np.argmax(best))
    for t in range(count - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path


def decode_posteriors(emissions: Floats, moves: Moves) -> Floats:
    """Return P(state | everything said) per unit, same shape as `emissions`; rows sum to 1."""
    count, states = emissions.shape
    if count == 0:
        return np.zeros_like(emissions)
    share = np.log(max(states - 1, 1))
    forward = np.empty_like(emissions)
    forward[0] = _start(emissions[0], moves, share)
    for t in range(1, count):
        forward[t] = _step_forward(forward[t - 1], moves, t, share) + emissions[t]
    backward = np.zeros_like(emissions)
    for t in range(count - 2, -1, -1):
        backward[t] = _step_backward(backward[t + 1] + emissions[t + 1], moves, t + 1, share)
    joint = forward + backward
    joint -= joint.max(axis=1, keepdims=True)
    weights = np.exp(joint)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _start(emission: Floats, moves: Moves, share: float) -> Floats:
    start = emission + moves.open_[0] - share
    start[NONE_STATE] = emission[NONE_STATE]
    return np.asarray(start)


def _step_forward(previous: Floats, moves: Moves, t: int, share: float) -> Floats:
    products = _log_sum(previous[1:])
    entering = np.logaddexp(
        previous[NONE_STATE] + moves.open_[t] - share, products + moves.switch[t] - share
    )
    arrived = np.logaddexp(previous, entering)
    arrived[NONE_STATE] = np.logaddexp(previous[NONE_STATE], products + moves.close[t])
    return np.asarray(arrived)


def _step_backward(following: Floats, moves: Moves, t: int, share: float) -> Floats:
    products = _log_sum(following[1:])
    leaving = np.logaddexp(
        following[NONE_STATE] + moves.close[t], products + moves.switch[t] - share
    )
    left = np.logaddexp(following, leaving)
    left[NONE_STATE] = np.logaddexp(following[NONE_STATE], products + moves.open_[t] - share)
    return np.asarray(left)


def _log_sum(values: Floats) -> float:
    if values.size == 0:
        return -np.inf
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).sum()))
