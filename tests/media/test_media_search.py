"""The search for a CRF on made-up encoders, whose quality is known for every CRF."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Probe
from pipeline.media.search import CrfRange, Goal, search_crf

CRFS = CrfRange(low=14, high=40, start=26, step=0.5, slope=1.0)
GOAL = Goal(target=90, tolerance=0.5, most_probes=4)


class Encoder:
    """Answers probes by a formula and remembers what it was asked."""

    def __init__(self, quality: Callable[[float], float]) -> None:
        self.quality = quality
        self.asked: list[float] = []

    def __call__(self, crf: float) -> Probe:
        self.asked.append(crf)
        return Probe(crf, self.quality(crf), self.quality(crf) - 3, round(2e6 * 2 ** (-crf / 6)))


@pytest.mark.parametrize("at", [15.0, 19.5, 25, 26, 27, 33, 39])
@pytest.mark.parametrize("slope", [0.5, 0.9, 1.4])
def test_a_straight_line_is_hit_within_the_tolerance(at, slope):
    encoder = Encoder(lambda crf: 90 + slope * (at - crf))
    found = search_crf(encoder, CRFS, GOAL)
    assert abs(90 + slope * (at - found.chosen.crf) - 90) <= max(GOAL.tolerance, slope * CRFS.step)


def test_the_first_probe_is_enough_when_it_hits():
    encoder = Encoder(lambda _crf: 90.2)
    found = search_crf(encoder, CRFS, GOAL)
    assert (encoder.asked, found.chosen.crf) == ([26], 26)


def test_a_warm_start_is_where_it_begins():
    encoder = Encoder(lambda crf: 90 + (31 - crf))
    search_crf(encoder, CRFS, GOAL, start=31)
    assert encoder.asked == [31]


def test_two_probes_around_the_target_are_enough():
    encoder = Encoder(lambda crf: 90 + 1.3 * (28.5 - crf) - 0.02 * (28.5 - crf) ** 2)
    found = search_crf(encoder, CRFS, GOAL)
    assert len(encoder.asked) == 2
    assert abs(encoder.quality(found.chosen.crf) - 90) <= 0.5


def test_quality_out_of_reach_ends_at_the_lowest_crf():
    found = search_crf(Encoder(lambda crf: 80 - crf / 100), CRFS, GOAL)
    assert found.chosen.crf == CRFS.low
    assert "lowest" in found.why_stopped


def test_quality_that_never_falls_ends_at_the_highest_crf():
    found = search_crf(Encoder(lambda crf: 99 - crf / 100), CRFS, GOAL)
    assert found.chosen.crf == CRFS.high
    assert "highest" in found.why_stopped


def test_without_budget_the_slope_alone_chooses():
    encoder = Encoder(lambda crf: 90 + (30 - crf))
    found = search_crf(encoder, CRFS, GOAL, may_go_on=lambda: False)
    assert (len(encoder.asked), found.chosen.crf) == (1, 30)
    assert "budget" in found.why_stopped


@given(
    levels=st.lists(st.floats(0, 100, allow_nan=False), min_size=53, max_size=53),
    target=st.floats(0, 100),
    start=st.floats(10, 45),
    most=st.integers(1, 8),
)
def test_any_metric_ends_within_its_probes_and_asks_nothing_twice(levels, target, start, most):
    def quality(crf: float) -> float:
        return levels[round((crf - CRFS.low) / CRFS.step)]

    goal = Goal(target=target, tolerance=0.5, most_probes=most)
    encoder, again = Encoder(quality), Encoder(quality)
    found = search_crf(encoder, CRFS, goal, start=start)
    assert search_crf(again, CRFS, goal, start=start) == found, "the same answers, the same end"
    assert 1 <= len(encoder.asked) <= most
    assert len(set(encoder.asked)) == len(encoder.asked)
    assert CRFS.low <= found.chosen.crf <= CRFS.high
    assert found.chosen.crf == CRFS.snap(found.chosen.crf)


@given(
    edges=st.lists(st.floats(0, 8), min_size=53, max_size=53),
    target=st.floats(40, 95),
    start=st.floats(14, 40),
)
def test_with_probes_to_spare_a_falling_metric_is_bracketed_or_hit(edges, target, start):
    """Falling, with plateaus and cliffs: what is chosen is never a step too far on either side."""
    levels = [100.0]
    for edge in edges:
        levels.append(levels[-1] - edge)

    def quality(crf: float) -> float:
        return levels[round((crf - CRFS.low) / CRFS.step)]

    goal = Goal(target=target, tolerance=0.5, most_probes=53)
    found = search_crf(Encoder(quality), CRFS, goal, start=start)
    probed = {probe.crf: probe.quality for probe in found.probes}
    if found.chosen.crf in probed and "between" not in found.why_stopped:
        met = abs(probed[found.chosen.crf] - target) <= 0.5
        at_edge = found.chosen.crf in (CRFS.low, CRFS.high)
        tight = any(
            abs(crf - found.chosen.crf) <= CRFS.step + 1e-9 and crf != found.chosen.crf
            for crf in probed
        )
        assert met or at_edge or tight
    else:
        good = [crf for crf, reached in probed.items() if reached >= target]
        poor = [crf for crf, reached in probed.items() if reached < target]
        assert max(good, default=CRFS.low) <= found.chosen.crf <= min(poor, default=CRFS.high)
