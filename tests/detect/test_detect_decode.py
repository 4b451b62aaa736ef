"""Laws of the decoder: it equals brute force, and doubles back to what it is made of."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.decode import Floats, Moves, decode_path, decode_posteriors

LEVEL = st.floats(-4, 4, allow_nan=False)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Floats, Moves]:
    count = draw(st.integers(1, 4))
    states = 1 + draw(st.integers(1, 3))
    emissions = np.array(draw(st.lists(LEVEL, min_size=count * states, max_size=count * states)))
    rows = [
        np.array(draw(st.lists(st.floats(-4, -0.5), min_size=count, max_size=count)))
        for _move in range(3)
    ]
    return emissions.reshape(count, states), Moves(*rows)


def move_weight(moves: Moves, t: int, before: int, after: int, products: int) -> float:
    """Return the log weight of one move, apart from staying."""
    if after == 0:
        return float(moves.close[t]) if before else -np.inf
    row = moves.switch if before else moves.open_
    return float(row[t]) - float(np.log(products))


def paths(emissions: Floats) -> list[tuple[int, ...]]:
    count, states = emissions.shape
    return list(itertools.product(range(states), repeat=count))


def potential(path: tuple[int, ...], emissions: Floats, moves: Moves, *, best: bool) -> float:
    """Return the log weight of a path; staying may also be a move to itself, unless `best`."""
    total = 0.0
    for t, state in enumerate(path):
        before = path[t - 1] if t else 0
        move = move_weight(moves, t, before, state, emissions.shape[1] - 1)
        if t and before == state:
            move = 0.0 if best else float(np.logaddexp(0.0, move))
        elif not t and state == 0:
            move = 0.0
        total += move + float(emissions[t, state])
    return total


@given(cases())
def test_the_path_is_the_best_of_all_paths(case: tuple[Floats, Moves]) -> None:
    emissions, moves = case
    found = tuple(decode_path(emissions, moves).tolist())
    best = max(potential(path, emissions, moves, best=True) for path in paths(emissions))
    assert potential(found, emissions, moves, best=True) == pytest.approx(best)


@given(cases())
def test_posteriors_are_the_shares_of_all_paths(case: tuple[Floats, Moves]) -> None:
    emissions, moves = case
    expected = np.zeros_like(emissions)
    for path in paths(emissions):
        weight = np.exp(potential(path, emissions, moves, best=False))
        for t, state in enumerate(path):
            expected[t, state] += weight
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(decode_posteriors(emissions, moves), expected, atol=1e-9)


@given(cases())
def test_the_order_of_products_does_not_matter(
    case: tuple[Floats, Moves],
) -> None:
    emissions, moves = case
    order = np.arange(1, emissions.shape[1])[::-1]
    swapped = emissions[:, [0, *order]]
    np.testing.assert_allclose(
        decode_posteriors(swapped, moves), decode_posteriors(emissions, moves)[:, [0, *order]]
    )


def test_nothing_said_decodes_to_nothing() -> None:
    nothing = np.zeros((0, 3))
    moves = Moves(np.zeros(0), np.zeros(0), np.zeros(0))
    assert decode_path(nothing, moves).shape == (0,)
    assert decode_posteriors(nothing, moves).shape == (0, 3)


def test_moves_must_fit_each_other() -> None:
    with pytest.raises(ValueError, match="all three moves"):
        Moves(np.zeros(2), np.zeros(2), np.zeros(3))


def test_four_hours_over_a_thousand_products_decode_in_a_second() -> None:
    emissions = np.random.default_rng(0).normal(size=(3000, 1001))
    moves = Moves(*(np.full(3000, level) for level in (-1.0, -2.0, -2.0)))
    path = decode_path(emissions, moves)
    posteriors = decode_posteriors(emissions, moves)
    assert path.max() <= 1000
    np.testing.assert_allclose(posteriors.sum(axis=1), 1.0)
