"""Laws of the solvers: the slope is the slope, and where a search begins does not matter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.detect.train.chain import Field, Labelled, Prior
from pipeline.detect.train.logistic import LARGE_ODDS, fit_logistic
from pipeline.detect.train.trust import Choices, fit_trust, measure_miss

seeds = st.integers(0, 2**32 - 1)


def make_field(rng: np.random.Generator) -> Field:
    return Field(
        [
            Labelled(
                rng.normal(size=(4, 12, states)),
                rng.normal(size=(4, 3, 12)),
                rng.integers(0, states, 4).repeat(3),
            )
            for states in (3, 4, 6)
        ]
    )


@settings(max_examples=8)
@given(seeds)
def test_the_search_ends_at_the_top_wherever_it_begins(seed: int) -> None:
    rng = np.random.default_rng(seed)
    field, masses = make_field(rng), np.array([1.0, 0.5, 0.25])
    prior = Prior(np.zeros(4), np.array([1.0, 0.5, 0.1, 0.001]))
    found = field.fit(prior, masses)
    again = field.fit(prior, masses, start=rng.normal(size=4) * prior.deviation)
    assert found == pytest.approx(again, abs=0.01)
    _value, slope = field.score(found, masses)
    steepness = (slope - (found - prior.mean) / prior.deviation**2) * prior.deviation
    assert np.abs(steepness).max() < 0.05


def test_a_sequence_without_mass_has_no_say() -> None:
    field = make_field(np.random.default_rng(1))
    alone = make_field(np.random.default_rng(1)).score(np.ones(4), np.array([1.0, 0.0, 0.0]))
    both = field.score(np.ones(4), np.array([1.0, 1.0, 0.0]))
    other = field.score(np.ones(4), np.array([0.0, 1.0, 0.0]))
    assert both[0] == pytest.approx(alone[0] + other[0])
    assert both[1] == pytest.approx(alone[1] + other[1])


def test_questions_side_by_side_are_answered_as_one_by_one() -> None:
    rng = np.random.default_rng(2)
    words = (rng.random((300, 20)) < 0.2).astype(np.float32)
    dense = rng.normal(size=(300, 3)).astype(np.float32)
    odds = words @ rng.normal(size=(20, 2)) + dense @ rng.normal(size=(3, 2)) - 1
    answers = rng.random((300, 2)) < 1 / (1 + np.exp(-odds))
    known = np.ones_like(answers)
    known[200:, 1] = False
    fitted = fit_logistic(csr_matrix(words), dense, answers, known)
    design = np.concatenate([words, dense], axis=1)
    for column, rows in enumerate((300, 200)):
        model = LogisticRegression(C=1.0, tol=1e-8, max_iter=1_000)
        model.fit(design[:rows], answers[:rows, column])
        ours = np.concatenate([fitted.sparse[:, column], fitted.dense[:, column]])
        assert ours == pytest.approx(model.coef_[0], abs=0.01)
        assert fitted.intercepts[column] == pytest.approx(model.intercept_[0], abs=0.01)


@pytest.mark.parametrize(
    ("answers", "known", "odds"),
    [
        pytest.param([True, True], [True, True], LARGE_ODDS, id="always"),
        pytest.param([False, False], [True, True], -LARGE_ODDS, id="never"),
        pytest.param([True, False], [True, False], LARGE_ODDS, id="always-where-known"),
        pytest.param([True, False], [False, False], 0.0, id="nobody-knows"),
    ],
)
def test_what_was_never_seen_otherwise_takes_no_weights(
    answers: list[bool], known: list[bool], odds: float
) -> None:
    words, dense = csr_matrix(np.eye(2, dtype=np.float32)), np.ones((2, 1), np.float32)
    fitted = fit_logistic(words, dense, np.array([answers]).T, np.array([known]).T)
    assert fitted.intercepts.tolist() == [odds]
    assert not fitted.sparse.any()
    assert not fitted.dense.any()


def make_choices(rng: np.random.Generator, units: int) -> Choices:
    return Choices(
        evidence=rng.exponential(size=(units, 4)).astype(np.float32),
        around=rng.normal(size=(units, 4)).astype(np.float32),
        pitched=rng.integers(0, 4, units),
    )


@given(seeds)
def test_the_slope_of_the_trust_is_its_slope(seed: int) -> None:
    rng = np.random.default_rng(seed)
    choices = make_choices(rng, 1)
    trust, step = rng.normal(size=1), 1e-3
    _missed, push = measure_miss(trust, choices)
    rise = measure_miss(trust + step, choices)[0] - measure_miss(trust - step, choices)[0]
    assert rise / (2 * step) == pytest.approx(push[0], abs=1e-2)


def test_words_that_stand_beside_strange_evidence_lose_trust() -> None:
    """In every other unit the evidence is another product's, and one word tells which units."""
    aside = np.arange(400) % 2 == 1
    pitched = np.zeros(400, np.int64)
    evidence = np.zeros((400, 2), np.float32)
    evidence[np.arange(400), aside.astype(int)] = 3.0
    words = csr_matrix(np.column_stack([aside, ~aside]).astype(np.float32))
    fitted = fit_trust(
        words, np.zeros((400, 1), np.float32), Choices(evidence, 0 * evidence, pitched)
    )
    trust = words @ fitted.sparse + fitted.intercept
    assert trust[aside].max() < 0 < trust[~aside].min()
