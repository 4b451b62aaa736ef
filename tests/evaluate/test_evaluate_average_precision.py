"""Average precision and per-second accuracy: by hand, and laws."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import Highlight, Status
from pipeline.evaluate.average_precision import (
    AveragePrecisions,
    SecondCounts,
    area_under_precision,
    count_seconds,
    measure_average_precisions,
    rank,
)
from pipeline.evaluate.metrics import THRESHOLDS
from pipeline.evaluate.truth import Truth

MakeHighlight = Callable[..., Highlight]
MakeTruth = Callable[..., Truth]


@pytest.mark.parametrize(
    ("right", "true", "expected"),
    [
        ([True, False, True, False], 4, (1 + 2 / 3) / 4),
        ([True, True], 2, 1.0),
        ([False, True], 1, 1 / 2),
        ([True, False, True, True], 3, (1 + 3 / 4 + 3 / 4) / 3),
        ([], 2, 0.0),
        ([False], 1, 0.0),
    ],
    ids=["in the docs", "perfect", "second", "precision of later recall", "nothing", "wrong"],
)
def test_area_under_precision(right: list[bool], true: int, expected: float) -> None:
    assert area_under_precision(right, true) == pytest.approx(expected)


rankings = st.lists(st.booleans(), max_size=12)


@given(rankings, st.integers(0, 5))
def test_area_lies_between_0_and_recall(right: list[bool], missed: int) -> None:
    true = sum(right) + missed
    if not true:
        return
    area = area_under_precision(right, true)
    assert 0 <= area <= sum(right) / true + 1e-12
    # Ranking every right one first is the best order there is, and reaches recall.
    assert area_under_precision(sorted(right, reverse=True), true) == pytest.approx(
        sum(right) / true
    )


def test_an_evening_by_hand(highlight: MakeHighlight, truth: MakeTruth) -> None:
    """A: pitched twice, the sure highlight is wrong, the next is right; B: found; D: no class."""
    evening = truth(("A", 0, 60), ("A", 100, 160), ("B", 200, 260))
    found = (
        replace(highlight("A", 300, 360), confidence=0.9),
        replace(highlight("A", 0, 60), confidence=0.5),
        replace(highlight("B", 200, 240), confidence=0.2),
        replace(highlight("D", 400, 460), confidence=0.9),
    )
    at_3, at_5, at_7 = measure_average_precisions(found, evening)
    assert at_3.values == at_5.values == (0.25, 1.0)
    assert at_7.values == (0.25, 0.0)
    assert at_5.mean == 0.625


def test_doubtful_highlights_take_part(highlight: MakeHighlight, truth: MakeTruth) -> None:
    found = [highlight("A", 0, 60, status=Status.REVIEW)]
    (at_3, *_) = measure_average_precisions(found, truth(("A", 0, 60)))
    assert at_3.mean == 1.0


def test_totals_are_means_over_products_of_recordings(
    highlight: MakeHighlight, truth: MakeTruth
) -> None:
    found = [highlight("A", 0, 60)]
    (one, *_) = measure_average_precisions(found, truth(("A", 0, 60)))
    (other, *_) = measure_average_precisions(found, truth(("A", 300, 360), ("B", 0, 60)))
    assert (one + other).mean == pytest.approx(1 / 3)
    assert AveragePrecisions(0.3).mean is None
    with pytest.raises(ValueError, match="do not add"):
        one + AveragePrecisions(0.5)


pitches = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 9), st.integers(1, 5)),
    max_size=6,
    unique_by=lambda pitch: pitch[1],
).map(lambda rows: [(p, 60 * place, 60 * place + 10 * length) for p, place, length in rows])


@given(pitches)
def test_perfect_highlights_score_1(
    highlight: MakeHighlight, truth: MakeTruth, rows: list[tuple[str, float, float]]
) -> None:
    evening = truth(*rows)
    found = [highlight(*row) for row in rows]
    means = [values.mean for values in measure_average_precisions(found, evening)]
    assert means == [1.0 if rows else None] * len(THRESHOLDS)
    seconds = count_seconds(found, evening)
    assert seconds.accuracy == 1.0
    assert seconds.pitched_accuracy == (1.0 if rows else None)


@given(pitches, pitches, st.randoms(use_true_random=False))
def test_the_order_of_highlights_does_not_matter(
    highlight: MakeHighlight,
    truth: MakeTruth,
    rows: list[tuple[str, float, float]],
    found_rows: list[tuple[str, float, float]],
    order: random.Random,
) -> None:
    evening = truth(*rows)
    found = [highlight(*row) for row in found_rows]
    shuffled = order.sample(found, len(found))
    assert rank(found) == rank(shuffled)
    assert measure_average_precisions(found, evening) == measure_average_precisions(
        shuffled, evening
    )
    assert count_seconds(found, evening) == count_seconds(shuffled, evening)


def test_seconds_by_hand(highlight: MakeHighlight, truth: MakeTruth) -> None:
    """Ten minutes, A pitched in 0-60: 20 s of A, 30 s of B and 10 s of nothing shown in it."""
    evening = truth(("A", 0, 60))
    found = (highlight("A", 0, 20), highlight("B", 20, 50), highlight("A", 60, 70))
    counts = count_seconds(found, evening)
    assert counts == SecondCounts(seconds=600, right=550, pitched=60, pitched_right=20)
    assert counts.accuracy == pytest.approx(550 / 600)
    assert counts.pitched_accuracy == pytest.approx(1 / 3)


def test_a_second_is_judged_at_its_middle(highlight: MakeHighlight, truth: MakeTruth) -> None:
    evening = truth(("A", 10.5, 12.5))
    assert count_seconds([], evening).pitched == 2
    assert count_seconds([highlight("A", 10, 12)], evening).pitched_right == 2
    assert count_seconds([highlight("A", 10.6, 12.6)], evening).pitched_right == 1


def test_the_surest_of_several_is_shown(highlight: MakeHighlight, truth: MakeTruth) -> None:
    evening = truth(("A", 0, 60))
    sure = replace(highlight("A", 0, 60), confidence=0.8)
    doubtful = replace(highlight("B", 0, 60), confidence=0.3)
    assert count_seconds([doubtful, sure], evening).pitched_right == 60
    assert count_seconds([replace(doubtful, confidence=0.85), sure], evening).pitched_right == 0


def test_each_of_two_pitches_at_once_may_be_shown(
    highlight: MakeHighlight, truth: MakeTruth
) -> None:
    evening = truth(("A", 0, 60), ("B", 30, 60))
    assert count_seconds([highlight("A", 0, 60)], evening).pitched_right == 60
    assert count_seconds([highlight("B", 0, 60)], evening).pitched_right == 30


def test_seconds_add_up() -> None:
    assert SecondCounts().accuracy is None
    assert SecondCounts().pitched_accuracy is None
    assert SecondCounts(10, 5, 4, 2) + SecondCounts(1, 1, 1, 1) == SecondCounts(11, 6, 5, 3)
