"""Laws of how confidence is fitted."""

from __future__ import annotations

from dataclasses import astuple, fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.confidence import Support, estimate_confidence
from pipeline.detect.train.surety import AGAINST, FOR, fit_surety

NAMES = tuple(field.name for field in fields(Support))
PLAIN = Support(*(0.5 for _name in NAMES))


@pytest.fixture(scope="module")
def drawn() -> tuple[list[Support], np.ndarray]:
    """Four hundred supports, right by chance, the more as `low` is high and `proof` low."""
    random = np.random.default_rng(1)
    supports = [Support(*row) for row in random.uniform(size=(400, len(NAMES))).tolist()]
    odds = np.array([4 * support.low - 4 * support.proof for support in supports])
    return supports, random.uniform(size=400) < 1 / (1 + np.exp(-odds))


def test_what_speaks_for_a_highlight_never_makes_it_less_sure(drawn) -> None:
    supports, right = drawn
    weights = fit_surety(supports, right, np.ones(len(right)))
    assert all(getattr(weights, name) >= 0 for name in FOR)
    assert all(getattr(weights, name) <= 0 for name in AGAINST)
    assert weights.low > 1
    assert weights.proof == 0


@given(st.sampled_from(sorted(FOR | AGAINST)), st.floats(0.01, 3))
def test_more_of_it_moves_confidence_one_way(drawn, name: str, more: float) -> None:
    weights = fit_surety(*drawn, np.ones(400))
    before = estimate_confidence(PLAIN, weights)
    after = estimate_confidence(replace(PLAIN, **{name: 0.5 + more}), weights)
    assert after >= before if name in FOR else after <= before


def test_a_mass_of_two_counts_as_two(drawn) -> None:
    supports, right = drawn
    masses = np.where(np.arange(400) < 100, 2.0, 1.0)
    doubled = fit_surety(supports, right, masses)
    repeated = fit_surety(
        [*supports, *supports[:100]], np.concatenate([right, right[:100]]), np.ones(500)
    )
    # Deviations, and so the prior, differ a little between the two.
    assert astuple(doubled) == pytest.approx(astuple(repeated), abs=0.1)


@pytest.mark.parametrize("answer", [True, False], ids=["all-right", "all-wrong"])
def test_without_both_answers_nothing_is_told(drawn, *, answer: bool) -> None:
    supports, _right = drawn
    weights = fit_surety(supports, np.full(400, answer), np.ones(400))
    assert set(astuple(weights)) == {0.0}
