"""Curves of encoders, and Bjontegaard's difference between two of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.encode.curve import Curve, Point, bd_rate, gain_at

FOUR = ((20, 94.0, 900_000), (24, 89.0, 520_000), (28, 82.0, 310_000), (32, 73.0, 190_000))


def make_curve(
    points: Sequence[tuple[float, float, float]] = FOUR, *, rate: float = 1.0, cpu: float = 1.0
) -> Curve:
    return Curve(
        Point(crf, quality, rate * bits, cpu * bits / 100_000) for crf, quality, bits in points
    )


rising = st.lists(
    st.tuples(st.floats(1.0, 12.0), st.floats(1.05, 3.0)), min_size=2, max_size=6
).map(
    lambda steps: [
        (
            40.0 - at,
            40.0 + sum(rise for rise, _ in steps[:at]),
            1e5 * math.prod(factor for _, factor in steps[:at]),
        )
        for at in range(len(steps) + 1)
    ]
)


def test_a_curve_against_itself_differs_by_nothing() -> None:
    assert bd_rate(make_curve(), make_curve()) == pytest.approx(0.0)


def test_half_the_bits_at_every_quality_is_minus_fifty_percent() -> None:
    assert bd_rate(make_curve(), make_curve(rate=0.5)) == pytest.approx(-0.5)


@given(points=rising, factor=st.floats(0.05, 20.0))
def test_scaled_bits_scale_the_difference(
    points: list[tuple[float, float, float]], factor: float
) -> None:
    found = bd_rate(make_curve(points), make_curve(points, rate=factor))
    assert found == pytest.approx(factor - 1, rel=1e-6, abs=1e-9)


@given(points=rising, factor=st.floats(0.2, 5.0))
def test_there_and_back_again_is_nothing(
    points: list[tuple[float, float, float]], factor: float
) -> None:
    one, other = make_curve(points), make_curve(points, rate=factor)
    there, back = bd_rate(one, other), bd_rate(other, one)
    assert there is not None
    assert back is not None
    assert (1 + there) * (1 + back) == pytest.approx(1.0)


@given(points=rising, order=st.randoms(use_true_random=False))
def test_the_order_of_encodes_does_not_matter(
    points: list[tuple[float, float, float]], order: object
) -> None:
    shuffled = list(points)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert make_curve(shuffled).points == make_curve(points).points


def test_only_the_qualities_that_both_cover_count() -> None:
    straight = [(30 - at, 70.0 + at, math.exp(11 + 0.1 * at)) for at in range(0, 21, 5)]
    steeper = [(crf, quality + 10, bits) for crf, quality, bits in straight]
    # Where both are known, 80 to 90, the second needs as many bits as the first at ten points less.
    found = bd_rate(make_curve(straight), make_curve(steeper))
    assert found == pytest.approx(math.exp(-1.0) - 1)


def test_curves_that_do_not_overlap_are_not_compared() -> None:
    higher = [(crf, quality + 25, bits) for crf, quality, bits in FOUR]
    assert bd_rate(make_curve(), make_curve(higher)) is None


def test_a_dearer_encode_that_is_no_better_is_left_out() -> None:
    with_waste = [*FOUR, (19, 94.0, 1_400_000)]
    assert make_curve(with_waste).points == make_curve().points


@pytest.mark.parametrize(
    "points",
    [
        pytest.param([], id="none"),
        pytest.param(FOUR[:1], id="one"),
        pytest.param([FOUR[0], FOUR[0]], id="twice the same"),
    ],
)
def test_fewer_than_two_qualities_are_no_curve(points: list[tuple[float, float, float]]) -> None:
    with pytest.raises(ValueError, match="two encodes"):
        make_curve(points)


@pytest.mark.parametrize(("bits", "cpu_s"), [(0, 1), (1, 0), (-1, 1)])
def test_an_encode_costs_something(bits: float, cpu_s: float) -> None:
    with pytest.raises(ValueError, match="cannot take"):
        Point(23, 90, bits, cpu_s)


@given(points=rising)
def test_a_curve_goes_through_its_encodes(points: list[tuple[float, float, float]]) -> None:
    curve = make_curve(points)
    for point in curve.points:
        found = curve.at(point.quality)
        assert found.bit_rate == pytest.approx(point.bit_rate)
        assert found.cpu_s == pytest.approx(point.cpu_s)
        assert found.crf == pytest.approx(point.crf)


@given(points=rising, part=st.floats(0.0, 1.0), other=st.floats(0.0, 1.0))
def test_better_quality_never_costs_fewer_bits(
    points: list[tuple[float, float, float]], part: float, other: float
) -> None:
    curve = make_curve(points)
    low, high = sorted(curve.worst + at * (curve.best - curve.worst) for at in (part, other))
    assert curve.at(low).bit_rate <= curve.at(high).bit_rate * (1 + 1e-9)


def test_nothing_is_said_beyond_the_ends() -> None:
    with pytest.raises(ValueError, match=r"quality 60\.0 lies outside 73\.0 to 94\.0"):
        make_curve().at(60)
    assert gain_at(make_curve(), make_curve(), 60) is None


def test_a_gain_tells_bits_and_time_at_equal_quality() -> None:
    gain = gain_at(make_curve(), make_curve(rate=0.7, cpu=1.6), 85)
    assert gain is not None
    assert gain.saved == pytest.approx(0.3)
    assert gain.cpu_ratio == pytest.approx(1.6)
    assert 24 < gain.crf < 28
