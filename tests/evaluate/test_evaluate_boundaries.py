"""Boundary scores: by hand, against brute force, and laws."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import Highlight, Status
from models.span import Span
from pipeline.evaluate.boundaries import (
    SAME_MS,
    TOLERANCES_MS,
    BoundaryCounts,
    BoundaryScore,
    WindowCounts,
    count_windows,
    list_boundaries,
    match_boundaries,
    score_boundaries,
)
from pipeline.evaluate.metrics import ANY_STATUS
from pipeline.evaluate.truth import Truth

MakeHighlight = Callable[..., Highlight]
MakeTruth = Callable[..., Truth]


@pytest.mark.parametrize(
    ("spans", "boundaries"),
    [
        ([], ()),
        ([(0, 5000)], (0, 5000)),
        ([(0, 5000), (5000, 9000)], (0, 5000, 9000)),
        ([(0, 5000), (6000, 9000)], (0, 5000, 9000)),
        ([(0, 5000), (6001, 9000)], (0, 5000, 6001, 9000)),
        ([(5000, 9000), (0, 6000)], (0, 5000, 9000)),
    ],
    ids=["none", "one", "shared", "1 s apart", "further apart", "overlapping"],
)
def test_an_end_and_a_start_within_a_second_count_once(
    spans: list[tuple[int, int]], boundaries: tuple[int, ...]
) -> None:
    assert list_boundaries(Span(*span) for span in spans) == boundaries


def test_an_evening_by_hand(highlight: MakeHighlight, truth: MakeTruth) -> None:
    """True boundaries 60, 120, 200, found 67, 120, 240, 300: three within 7, 0 and 40 s."""
    evening = truth(("A", 60, 120), ("B", 120, 200))
    found = (highlight("C", 67, 120), highlight("B", 240, 300))
    score = score_boundaries(found, evening)
    assert [counts.matched for counts in score.found] == [1, 2, 2, 2]
    assert score.found[1] == BoundaryCounts(10_000, matched=2, detected=4, true=3)
    assert score.found[1].precision == 0.5
    assert score.found[1].recall == pytest.approx(2 / 3)
    assert score.found[1].f1 == pytest.approx(4 / 7)


def test_products_do_not_matter_but_statuses_do(highlight: MakeHighlight, truth: MakeTruth) -> None:
    evening = truth(("A", 60, 120))
    found = (highlight("Z", 60, 120, status=Status.REVIEW),)
    assert score_boundaries(found, evening).found[0].f1 == 0.0
    assert score_boundaries(found, evening, statuses=ANY_STATUS).found[0].f1 == 1.0


def test_nothing_there_and_nothing_found_has_no_rate(truth: MakeTruth) -> None:
    score = score_boundaries((), truth())
    assert [counts.f1 for counts in score.found] == [None] * len(TOLERANCES_MS)
    assert (score.windows.pk, score.windows.window_diff) == (0.0, 0.0)
    assert (WindowCounts().pk, WindowCounts().window_diff) == (None, None)


def test_windows_by_hand() -> None:
    """Ten seconds, true boundary at 5, so k = 2 (half of 5, rounded to even).

    boundary-to-be   1 2 3 4 5 6 7 8 9
    true                     B
    found                    B B            8 windows; [6 7] parts, [5 6] has one too many
    """
    assert count_windows((5000, 6000), (5000,), duration_ms=10_000) == WindowCounts(
        windows=8, parted=1, miscounted=2
    )


def test_counts_of_other_tolerances_do_not_add() -> None:
    with pytest.raises(ValueError, match="do not add"):
        BoundaryCounts(5_000) + BoundaryCounts(10_000)


LENGTH_MS = 60_000
moments = st.lists(st.integers(0, LENGTH_MS), max_size=8).map(lambda times: tuple(sorted(times)))
tolerances = st.sampled_from(TOLERANCES_MS)


@given(moments)
def test_what_is_true_is_found_perfectly(true: tuple[int, ...]) -> None:
    counts = match_boundaries(true, true, tolerance_ms=0)
    assert counts.f1 == (1.0 if true else None)
    assert count_windows(true, true, duration_ms=LENGTH_MS).miscounted == 0


@given(moments, moments, tolerances)
def test_found_and_true_may_change_places(
    found: tuple[int, ...], true: tuple[int, ...], tolerance_ms: int
) -> None:
    one = match_boundaries(found, true, tolerance_ms=tolerance_ms)
    other = match_boundaries(true, found, tolerance_ms=tolerance_ms)
    assert (one.f1, one.precision, one.recall) == (other.f1, other.recall, other.precision)
    assert one.f1 is None or 0 <= one.f1 <= 1


@given(moments, moments)
def test_a_wider_tolerance_never_finds_less(found: tuple[int, ...], true: tuple[int, ...]) -> None:
    matched = [match_boundaries(found, true, tolerance_ms=t).matched for t in TOLERANCES_MS]
    assert matched == sorted(matched)


@given(st.lists(st.integers(0, 20), min_size=1, unique=True), tolerances)
def test_a_shift_beyond_the_tolerance_finds_nothing(places: list[int], tolerance_ms: int) -> None:
    """The true ones lie so far apart that a shifted one comes near to no other."""
    true = [place * 3 * tolerance_ms for place in sorted(places)]
    within = match_boundaries([t + tolerance_ms for t in true], true, tolerance_ms=tolerance_ms)
    beyond = match_boundaries([t + tolerance_ms + 1 for t in true], true, tolerance_ms=tolerance_ms)
    assert (within.f1, beyond.f1) == (1.0, 0.0)


@given(moments, moments)
def test_windows_are_those_of_the_definition(found: tuple[int, ...], true: tuple[int, ...]) -> None:
    """Label every second with its segment, and ask of every pair k apart (Beeferman 1999)."""
    seconds = LENGTH_MS // 1000

    def label(boundaries: tuple[int, ...]) -> list[int]:
        at = {(time + 500) // 1000 for time in boundaries} & set(range(1, seconds))
        return [sum(1 for b in at if b <= second) for second in range(seconds)]

    wanted, seen = label(true), label(found)
    k = max(1, round(seconds / (wanted[-1] + 1) / 2))
    starts = range(seconds - k)
    counts = count_windows(found, true, duration_ms=LENGTH_MS)
    assert counts.windows == len(starts)
    assert counts.parted == sum(
        (wanted[i] == wanted[i + k]) != (seen[i] == seen[i + k]) for i in starts
    )
    assert counts.miscounted == sum(
        wanted[i + k] - wanted[i] != seen[i + k] - seen[i] for i in starts
    )
    assert 0 <= counts.parted <= counts.miscounted <= counts.windows


@given(moments, st.integers(1, 3))
def test_boundaries_are_apart_and_near_what_they_stand_for(
    times: tuple[int, ...], length_s: int
) -> None:
    kept = list_boundaries(Span(t, t + 1000 * length_s) for t in times)
    assert all(b - a > SAME_MS for a, b in itertools.pairwise(kept))
    assert all(any(0 <= t - k <= SAME_MS for k in kept) for t in times)


def test_counts_add_up(highlight: MakeHighlight, truth: MakeTruth) -> None:
    evening, found = truth(("A", 60, 120)), (highlight("A", 63, 150),)
    one = score_boundaries(found, evening)
    both = one + score_boundaries((), evening)
    assert both.found[0] == BoundaryCounts(5_000, matched=1, detected=2, true=4)
    assert both.windows.windows == 2 * one.windows.windows
    assert one + BoundaryScore() == one
