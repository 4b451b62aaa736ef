"""Calibration: by hand, and laws."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import Highlight, Status
from pipeline.evaluate.calibration import (
    BINS,
    Calibration,
    Judged,
    ReliabilityBin,
    judge_highlights,
)
from pipeline.evaluate.metrics import PUBLISHED, score_pitches
from pipeline.evaluate.truth import Truth

MakeHighlight = Callable[..., Highlight]
MakeTruth = Callable[..., Truth]


def judge(*rows: tuple[float, bool]) -> Calibration:
    return Calibration(tuple(Judged(*row) for row in rows), true=len(rows))


def test_an_evening_by_hand(highlight: MakeHighlight, truth: MakeTruth) -> None:
    """Of two highlights over one pitch the surer is right, though the other fits better."""
    evening = truth(("A", 0, 60), ("B", 100, 160))
    found = (
        replace(highlight("A", 0, 60), confidence=0.6),
        replace(highlight("A", 0, 50), confidence=0.8),
        replace(highlight("B", 140, 200, status=Status.REVIEW), confidence=0.3),
    )
    calibration = judge_highlights(found, evening)
    assert calibration.judged == judge((0.8, True), (0.6, False), (0.3, False)).judged
    assert calibration.true == 2
    assert calibration.brier == pytest.approx((0.04 + 0.36 + 0.09) / 3)
    assert calibration.error == pytest.approx((0.2 + 0.6 + 0.3) / 3)
    operation = calibration.above(0.6)
    assert (operation.kept, operation.right) == (2, 1)
    assert operation.precision == 0.5
    assert operation.coverage == pytest.approx(2 / 3)
    assert operation.recall == 0.5
    assert len(judge_highlights(found, evening, statuses=PUBLISHED).judged) == 2


def test_nothing_judged_has_no_rates() -> None:
    empty = Calibration()
    assert (empty.brier, empty.error, empty.list_bins()) == (None, None, ())
    operation = empty.above(0.5)
    assert (operation.precision, operation.coverage, operation.recall) == (None, None, None)


def test_bins_are_of_equal_mass() -> None:
    calibration = judge(*((i / 40, i >= 20) for i in range(40)))
    bins = calibration.list_bins()
    assert [b.count for b in bins] == [4] * BINS
    assert bins[0] == ReliabilityBin(4, pytest.approx(1.5 / 40), 0.0)
    assert bins[-1].precision == 1.0


def test_equal_confidences_share_a_bin() -> None:
    calibration = judge(*((0.5, i % 2 == 0) for i in range(40)))
    assert calibration.list_bins() == (ReliabilityBin(40, 0.5, 0.5),)
    assert calibration.error == 0.0


judged = st.builds(Judged, st.floats(0, 1), st.booleans())
calibrations = st.builds(
    lambda rows, missed: Calibration(tuple(rows), sum(j.right for j in rows) + missed),
    st.lists(judged, max_size=40),
    st.integers(0, 5),
)


@given(st.lists(st.booleans(), min_size=1))
def test_certainty_that_is_right_costs_nothing(outcomes: list[bool]) -> None:
    right = judge(*((float(outcome), outcome) for outcome in outcomes))
    wrong = judge(*((float(not outcome), outcome) for outcome in outcomes))
    assert (right.brier, right.error) == (0.0, 0.0)
    assert (wrong.brier, wrong.error) == (1.0, 1.0)


@given(calibrations)
def test_bins_hold_every_highlight_once_and_rise(calibration: Calibration) -> None:
    bins = calibration.list_bins()
    assert sum(b.count for b in bins) == len(calibration.judged)
    assert len(bins) <= BINS
    # A mean is rounded, so that bins of nearly equal confidences may lie an ulp the wrong way.
    assert all(a.confidence <= b.confidence + 1e-12 for a, b in itertools.pairwise(bins))
    assert sum(b.count * b.precision for b in bins) == pytest.approx(
        sum(j.right for j in calibration.judged)
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60, unique=True))
def test_bins_without_equals_differ_by_at_most_one(confidences: list[float]) -> None:
    counts = [b.count for b in judge(*((c, True) for c in confidences)).list_bins()]
    assert len(counts) == min(BINS, len(confidences))
    assert max(counts) - min(counts) <= 1


@given(calibrations, st.randoms(use_true_random=False))
def test_figures_are_bounded_and_heed_no_order(
    calibration: Calibration, order: random.Random
) -> None:
    rows = calibration.judged
    shuffled = replace(calibration, judged=tuple(order.sample(rows, len(rows))))
    assert (shuffled.brier, shuffled.error) == (calibration.brier, calibration.error)
    for figure in (calibration.brier, calibration.error):
        assert figure is None or 0 <= figure <= 1 + 1e-12


@given(calibrations, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_keeps_or_finds_more(
    calibration: Calibration, one: float, other: float
) -> None:
    low, high = (calibration.above(threshold) for threshold in sorted((one, other)))
    assert low.kept >= high.kept
    assert low.right >= high.right
    assert calibration.above(0.0).coverage in (None, 1.0)


@given(calibrations, calibrations, st.floats(0, 1))
def test_adding_is_counting_together(
    one: Calibration, other: Calibration, threshold: float
) -> None:
    total = (one + other).above(threshold)
    parts = (one.above(threshold), other.above(threshold))
    assert (total.kept, total.right, total.judged, total.true) == (
        sum(p.kept for p in parts),
        sum(p.right for p in parts),
        sum(p.judged for p in parts),
        sum(p.true for p in parts),
    )


spans = st.tuples(st.sampled_from("AB"), st.integers(0, 50), st.integers(5, 40))


@given(st.lists(st.tuples(spans, st.floats(0, 1)), max_size=8), st.floats(0, 1))
def test_what_lies_above_a_threshold_is_judged_as_if_alone(
    highlight: MakeHighlight,
    truth: MakeTruth,
    rows: list[tuple[tuple[str, int, int], float]],
    threshold: float,
) -> None:
    evening = truth(("A", 0, 20), ("A", 20, 50), ("B", 10, 40))
    found = [
        replace(highlight(product, start, start + length), confidence=confidence)
        for (product, start, length), confidence in rows
    ]
    kept = [h for h in found if h.confidence >= threshold]
    operation = judge_highlights(found, evening).above(threshold)
    assert operation.right == score_pitches(kept, evening).headline.matched


def test_chance_error_is_what_a_perfect_confidence_has_on_few_highlights() -> None:
    few = Calibration(tuple(Judged(0.9, right=place % 10 > 0) for place in range(10)))
    assert few.error == pytest.approx(0.0)  # equal confidences share a bin
    spread = [0.9 + place / 1_000 for place in range(40)]
    many = Calibration(tuple(Judged(c, right=True) for c in spread))
    assert 0.04 < (many.chance_error or 0) < 0.16
    assert Calibration().chance_error is None
