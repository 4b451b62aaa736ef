"""ab-av1's sampling and stopping rule, on qualities that are made up."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.encode.rule_ab_av1 import (
    STEPS,
    Outcome,
    Sample,
    Score,
    Steps,
    choose_samples,
    search,
    tolerance,
)

WHOLE = Steps(10, 46, 1)


def fake(
    quality: Callable[[float], float], *, size: float = 0.5
) -> tuple[Callable[[float], Score], list[float]]:
    asked: list[float] = []

    def probe(crf: float) -> Score:
        asked.append(crf)
        return Score(quality(crf), size)

    return probe, asked


@pytest.mark.parametrize(
    ("duration_s", "starts"),
    [
        pytest.param(15, [0], id="shorter than a sample: the whole"),
        pytest.param(23, [0], id="nearly as short"),
        pytest.param(120, [50], id="the middle of two minutes"),
        pytest.param(720, [350], id="twelve minutes"),
        pytest.param(721, [227, 474], id="a second sample from then on"),
    ],
)
def test_samples_lie_evenly(duration_s: float, starts: list[int]) -> None:
    assert [sample.start_s for sample in choose_samples(duration_s)] == starts


def test_the_whole_is_taken_when_samples_would_be_most_of_it() -> None:
    assert choose_samples(23.0) == (Sample(0, 23.0),)


@given(st.floats(30, 20_000))
def test_samples_do_not_overlap_and_end_in_time(duration_s: float) -> None:
    samples = choose_samples(duration_s)
    ends = [sample.start_s + sample.length_s for sample in samples]
    assert ends[-1] <= duration_s
    assert all(end <= after.start_s for end, after in zip(ends, samples[1:], strict=False))


def test_three_hours_take_fifteen_samples() -> None:
    assert len(choose_samples(3 * 3600)) == 15


@pytest.mark.parametrize(
    ("increment", "expected"),
    [
        pytest.param(1.0, [0.1, 0.2, 0.4, 0.8], id="whole CRF"),
        pytest.param(0.1, [0.1, 0.1, 0.1, 0.1, 0.16], id="tenths"),
    ],
)
def test_the_tolerance_doubles(increment: float, expected: list[float]) -> None:
    found = [tolerance(probe + 1, increment) for probe in range(len(expected))]
    assert found == pytest.approx(expected)


def test_the_search_begins_in_the_middle_and_goes_most_of_the_way_to_a_bound() -> None:
    probe, asked = fake(lambda crf: 100 - crf / 4)
    search(probe, WHOLE, 90.0)
    assert asked[:2] == [28, 39]


def test_a_straight_line_is_found_at_once() -> None:
    probe, asked = fake(lambda crf: 120 - crf)
    outcome = search(probe, WHOLE, 84.95)
    assert asked == [28, 39, 35]
    assert outcome == Outcome(35, Score(85, 0.5), 3)


def test_of_neighbours_the_better_is_taken() -> None:
    probe, asked = fake(lambda crf: 95.0 if crf <= 30 else 70.0)
    outcome = search(probe, WHOLE, 85.0)
    assert outcome is not None
    assert outcome.crf == 30
    assert {30, 31} <= set(asked)


@pytest.mark.parametrize(
    ("quality", "size", "ends_at"),
    [
        pytest.param(99.0, 0.5, 46, id="even the worst is good enough"),
        pytest.param(20.0, 0.5, None, id="even the best is not"),
        pytest.param(20.0, 0.9, None, id="too big and too poor"),
        pytest.param(99.0, 0.9, None, id="good but never small"),
    ],
)
def test_the_ends_of_the_range(quality: float, size: float, ends_at: float | None) -> None:
    probe, _ = fake(lambda _crf: quality, size=size)
    outcome = search(probe, WHOLE, 85.0)
    assert (outcome and outcome.crf) == ends_at


@given(
    top=st.floats(86, 110),
    slope=st.floats(0.2, 3.0),
    bend=st.floats(0.0, 0.05),
    encoder=st.sampled_from(sorted(STEPS)),
)
def test_what_is_found_is_good_enough_and_one_step_more_is_not_by_much(
    top: float, slope: float, bend: float, encoder: str
) -> None:
    steps = STEPS[encoder]

    def quality(crf: float) -> float:
        above = crf - steps.low
        return top - slope * above - bend * above**2

    probe, asked = fake(quality)
    outcome = search(probe, steps, 85.0, most_size=math.inf)
    assert len(asked) == len(set(asked))
    if outcome is None:
        assert quality(steps.low) <= 85
        return
    assert outcome.score.quality > 85
    near = outcome.score.quality < 85 + tolerance(outcome.probes, steps.increment)
    assert near or outcome.crf == steps.high or quality(outcome.crf + steps.increment) <= 85
