"""The scorer, scored: scenarios computed by hand, and laws."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import Highlight, Source, Status
from models.span import Span
from pipeline.evaluate.matching import match_pitches
from pipeline.evaluate.metrics import (
    ANY_STATUS,
    THRESHOLDS,
    OverlapCounts,
    PitchScore,
    count_mentions_taken,
    is_point_hit,
    score_pitches,
)
from pipeline.evaluate.truth import Truth, TruthPitch

Make = Callable[..., object]


def test_an_evening_by_hand(highlight: Make, truth: Make) -> None:
    """Four pitches, five highlights; every figure worked out on paper.

    A  [10-70) found as [20-70)    tIoU 50/60 = 0.83, 10 s late, point right
    B  [100-160) found as [130-190) tIoU 30/90 = 0.33, point 30 s late
    A  [200-260) found as [198-318) tIoU 60/120 = 0.50, 2 s early, point right
    C  [300-340) never found; its stretch is given to D, which is only mentioned at 330
    D  a mention at 400, 3 s before a highlight of D
    """
    evening = truth(
        ("A", 10, 70), ("B", 100, 160), ("A", 200, 260), ("C", 300, 340),
        mentions=(("D", 330), ("D", 400), ("C", 20)),
    )  # fmt: skip
    found = (
        highlight("A", 20, 70),
        highlight("B", 130, 190),
        highlight("A", 198, 318),
        highlight("D", 318, 340),
        highlight("D", 403, 420),
    )
    score = score_pitches(found, evening)
    assert score.overlaps == (
        OverlapCounts(0.3, matched=3, detected=5, true=4),
        OverlapCounts(0.5, matched=2, detected=5, true=4),
        OverlapCounts(0.7, matched=1, detected=5, true=4),
    )
    assert score.headline.precision == pytest.approx(2 / 5)
    assert score.headline.recall == pytest.approx(2 / 4)
    assert score.headline.f1 == pytest.approx(4 / 9)
    assert score.start_errors_ms == (10_000, -2_000)
    assert score.median_start_error_ms == 6_000
    assert score.p90_start_error_ms == 10_000
    assert (score.points_hit, score.products_hit, score.products) == (2, 1, 3)
    assert score.product_recall == pytest.approx(1 / 3)
    assert score.mentions_taken == 2


def test_greedy_matching_would_lose_a_pair(highlight: Make, truth: Make) -> None:
    """The closest pair of all leaves the first highlight without its only pitch.

    pitches       [0-----------100)[100-----------180)
    highlights    [0--32)[32-------------150)            tIoU 0.32 | 0.45 and 0.34
    """
    evening = truth(("A", 0, 100), ("A", 100, 180))
    found = (highlight("A", 0, 32), highlight("A", 32, 150))
    closest = max(
        itertools.product(found, evening.pitches), key=lambda pair: pair[0].span.iou(pair[1].span)
    )
    assert closest == (found[1], evening.pitches[0])
    assert found[0].span.iou(evening.pitches[1].span) == 0
    assert found[1].span.iou(evening.pitches[1].span) > 0.3
    for order in itertools.permutations(found):
        assert score_pitches(order, evening).overlaps[0].matched == 2


def test_of_two_possible_pitches_the_closer_one_is_matched(highlight: Make, truth: Make) -> None:
    evening = truth(("A", 0, 60), ("A", 60, 110))
    (pair,) = match_pitches([highlight("A", 20, 100)], evening.pitches, threshold=0.3)
    assert pair.pitch == evening.pitches[1]


def test_one_highlight_over_two_pitches_finds_only_one(highlight: Make, truth: Make) -> None:
    score = score_pitches([highlight("A", 0, 100)], truth(("A", 0, 50), ("A", 50, 100)))
    assert [counts.matched for counts in score.overlaps] == [1, 1, 0]


def test_fragments_of_a_pitch_count_once(highlight: Make, truth: Make) -> None:
    score = score_pitches([highlight("A", 0, 50), highlight("A", 50, 100)], truth(("A", 0, 100)))
    assert score.headline == OverlapCounts(0.5, matched=1, detected=2, true=1)


def test_the_right_stretch_of_the_wrong_product_is_wrong(highlight: Make, truth: Make) -> None:
    score = score_pitches([highlight("B", 0, 60)], truth(("A", 0, 60)))
    assert score.headline == OverlapCounts(0.5, matched=0, detected=1, true=1)
    assert score.headline.f1 == 0.0


def test_the_headline_counts_what_viewers_see(highlight: Make, truth: Make) -> None:
    evening = truth(("A", 0, 60), ("B", 60, 99))
    found = (highlight("A", 0, 60), highlight("B", 60, 99, status=Status.REVIEW))
    assert score_pitches(found, evening).headline == OverlapCounts(0.5, 1, 1, 2)
    assert score_pitches(found, evening, statuses=ANY_STATUS).headline == OverlapCounts(
        0.5, 2, 2, 2
    )


@pytest.mark.parametrize(
    ("point_s", "hit"),
    [(94.999, False), (95, True), (100, True), (115, True), (115.001, False)],
    ids=["too early", "5 s early", "exact", "15 s late", "too late"],
)
def test_a_point_is_right_from_5_s_before_to_15_s_after(
    highlight: Make,
    truth: Make,
    point_s: float,
    hit: bool,  # noqa: FBT001
) -> None:
    found = highlight("A", 90, 140, point_s=point_s)
    pitches = truth(("B", 10, 80), ("A", 100, 160)).pitches
    assert is_point_hit(found, pitches) is hit
    assert not is_point_hit(found, pitches[:1])


@pytest.mark.parametrize(
    ("start_s", "end_s", "taken"),
    [
        *((90, 110, 1), (105, 120, 1), (105.001, 120, 0), (80, 95, 1), (80, 94.999, 0)),
        *((100, 200, 1), (100, 200.001, 0)),
    ],
    ids=[
        *("around", "5 s after", "later", "5 s before", "earlier"),
        *("before a real pitch", "into a real pitch"),
    ],
)
def test_a_mention_taken_for_a_pitch(
    highlight: Make, truth: Make, start_s: float, end_s: float, taken: int
) -> None:
    evening = truth(("A", 200, 260), ("B", 90, 120), mentions=(("A", 100), ("B", 300)))
    assert count_mentions_taken([highlight("A", start_s, end_s)], evening) == taken


def test_rates_without_a_denominator_are_unknown_not_zero(highlight: Make, truth: Make) -> None:
    silent = score_pitches([], truth())
    assert silent.headline.precision is silent.headline.recall is silent.headline.f1 is None
    assert silent.product_recall is None
    assert silent.median_start_error_ms is silent.p90_start_error_ms is None
    missed = score_pitches([], truth(("A", 0, 9))).headline
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)
    invented = score_pitches([highlight("A", 0, 9)], truth()).headline
    assert (invented.precision, invented.recall, invented.f1) == (0.0, None, 0.0)


@pytest.mark.parametrize(
    ("errors", "p90"),
    [((5,), 5), ((1, -9), 9), (tuple(range(1, 11)), 9), (tuple(range(1, 12)), 10)],
    ids=["one", "two", "ten", "eleven"],
)
def test_p90_is_the_nearest_rank(errors: tuple[int, ...], p90: int) -> None:
    assert PitchScore(start_errors_ms=errors).p90_start_error_ms == p90


def test_counts_of_different_thresholds_do_not_add() -> None:
    with pytest.raises(ValueError, match="do not add"):
        OverlapCounts(0.3) + OverlapCounts(0.5)


# --- laws -------------------------------------------------------------------------------------

stretches = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(1, 60), st.integers(0, 40)), max_size=6
)
"""Products with the length and the pause after it, in seconds: never overlapping."""


def lay_out(parts: list[tuple[str, int, int]]) -> list[TruthPitch]:
    """Put the stretches one after the other."""
    pitches, cursor_ms = [], 0
    for product_id, length_s, pause_s in parts:
        pitches.append(TruthPitch(product_id, Span(cursor_ms, cursor_ms + length_s * 1000)))
        cursor_ms += (length_s + pause_s) * 1000
    return pitches


def make_truth(pitches: list[TruthPitch]) -> Truth:
    return Truth("evening", "zh", 1_000_000, tuple(pitches))


def make_highlights(pitches: list[TruthPitch]) -> list[Highlight]:
    return [
        Highlight(
            "hl_0", p.product_id, "Tea", p.span, p.span.start_ms, 1.0, Status.PUBLISHED,
            Source.DETECTED, (),
        )
        for p in pitches
    ]  # fmt: skip


@given(stretches)
def test_a_perfect_detection_scores_one(parts: list[tuple[str, int, int]]) -> None:
    pitches = lay_out(parts)
    score = score_pitches(make_highlights(pitches), make_truth(pitches))
    assert all(c == OverlapCounts(c.threshold, *[len(pitches)] * 3) for c in score.overlaps)
    assert score.start_errors_ms == (0,) * len(pitches)
    assert score.products_hit == score.products == len({p.product_id for p in pitches})


@given(stretches, stretches)
def test_swapping_truth_and_detection_swaps_precision_and_recall(
    a: list[tuple[str, int, int]], b: list[tuple[str, int, int]]
) -> None:
    one = score_pitches(make_highlights(lay_out(a)), make_truth(lay_out(b)))
    other = score_pitches(make_highlights(lay_out(b)), make_truth(lay_out(a)))
    for counts, swapped in zip(one.overlaps, other.overlaps, strict=True):
        assert (counts.precision, counts.recall) == (swapped.recall, swapped.precision)
        assert counts.f1 == swapped.f1


@given(stretches, stretches)
def test_a_stricter_threshold_never_finds_more(
    a: list[tuple[str, int, int]], b: list[tuple[str, int, int]]
) -> None:
    score = score_pitches(make_highlights(lay_out(a)), make_truth(lay_out(b)))
    matched = [counts.matched for counts in score.overlaps]
    assert [c.threshold for c in score.overlaps] == list(THRESHOLDS) == sorted(THRESHOLDS)
    assert matched == sorted(matched, reverse=True)


@given(stretches, stretches, st.permutations(range(6)))
def test_the_order_of_highlights_does_not_matter_to_the_counts(
    a: list[tuple[str, int, int]], b: list[tuple[str, int, int]], order: list[int]
) -> None:
    found = make_highlights(lay_out(a))
    shuffled = [found[index] for index in order if index < len(found)]
    truth = make_truth(lay_out(b))
    assert score_pitches(shuffled, truth).overlaps == score_pitches(found, truth).overlaps
