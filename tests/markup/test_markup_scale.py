"""Axes: whatever the values, their places lie on the axis and its ticks are round."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.markup.axis import LEAST_STEP, format_moment, list_marks
from pipeline.markup.scale import Scale, fit_scale

numbers = st.floats()
"""Endless ones and NaN among them."""


@given(st.lists(numbers, max_size=6), numbers)
def test_every_value_has_a_place_on_the_axis(values: list[float], other: float) -> None:
    scale = fit_scale(values, start=300, end=20, room=0.1)
    assert all(20 <= scale.at(value) <= 300 for value in (*values, other))


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_greater_values_never_lie_before_smaller_ones(one: float, other: float) -> None:
    scale = fit_scale([one, other], start=0, end=100)
    assert scale.at(min(one, other)) <= scale.at(max(one, other))


@given(st.lists(numbers, max_size=6), st.integers(2, 12))
def test_ticks_are_few_ordered_and_on_the_axis(values: list[float], most: int) -> None:
    scale = fit_scale(values, start=0, end=100)
    ticks = scale.list_ticks(most)
    assert len(ticks) <= most
    assert list(ticks) == sorted(ticks)
    length = scale.high - scale.low
    assert all(scale.low - length / 1e6 <= tick <= scale.high + length / 1e6 for tick in ticks)


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6))
def test_there_are_always_two_ticks_to_read_a_length_from(low: float, length: float) -> None:
    assert len(fit_scale([low, low + length], start=0, end=1).list_ticks(8)) >= 2


def test_values_that_are_equal_lie_in_the_middle() -> None:
    assert fit_scale([93.0, 93.0], start=0, end=100).at(93.0) == pytest.approx(50)


@pytest.mark.parametrize("ends", [(1.0, 1.0), (2.0, 1.0), (math.nan, 1.0)])
def test_an_axis_without_length_is_none(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="has no length"):
        Scale(*ends, 0, 1)


@given(st.integers(1, 48 * 3_600_000), st.floats(200, 5000))
def test_labels_of_moments_do_not_touch(duration_ms: int, room: float) -> None:
    marks = list_marks(duration_ms, room)
    assert (marks[0], marks[-1] <= duration_ms) == (0, True)
    assert len(marks) == 1 or room * marks.step / duration_ms >= LEAST_STEP * 0.999


@pytest.mark.parametrize(
    ("at_ms", "text"), [(0, "0:00"), (65_000, "1:05"), (3_600_000, "1:00:00"), (599_999, "9:59")]
)
def test_moments_are_written_as_players_do(at_ms: int, text: str) -> None:
    assert format_moment(at_ms) == text
