"""Laws of which windows stand for a recording."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.clock import Second, TrackScan
from pipeline.media.sample import SLACK_MS, WINDOW_S, choose_windows


def track(sizes: list[int], *, end_ms: int | None = None, empty: int = 0) -> TrackScan:
    """A picture with as many bytes in every second; frames come 20 ms after every full second."""
    seconds = [Second(size, at * 1_000_000 + 20_000) for at, size in enumerate(sizes)]
    return TrackScan(
        packets=25 * len(sizes),
        bytes=sum(sizes),
        start_ms=20,
        end_ms=len(sizes) * 1000 if end_ms is None else end_ms,
        drift_ms=0,
        back_ms=0,
        corrupt_packets=0,
        leading_packets=0,
        longest_gop_ms=1000,
        seconds=(*seconds, *[Second(0, None)] * empty),
    )


@given(
    sizes=st.lists(st.integers(1, 10**6), min_size=1, max_size=400),
    pitches=st.lists(st.integers(0, 400_000), max_size=10),
    count=st.integers(1, 12),
)
def test_windows_are_apart_in_order_and_stand_for_all(sizes, pitches, count):
    windows = choose_windows(track(sizes), pitches, count=count, frame_ms=40)
    assert windows == choose_windows(track(sizes), pitches, count=count, frame_ms=40)
    assert sum(window.share for window in windows) == pytest.approx(1)
    for before, after in itertools.pairwise(windows):
        assert before.span.end_ms <= after.span.start_ms
    assert 1 <= len(windows) <= max(1, min(count, len(sizes) // WINDOW_S))
    assert len({window.span.duration_ms for window in windows}) == 1


@pytest.mark.parametrize("end_ms", [300, 3_100, 4_050, 5_000, 7_250, 7_960])
@pytest.mark.parametrize("count", [1, 2, 8])
def test_a_window_ends_with_the_picture(end_ms, count):
    """A last picture that stands still to fill a window would look better than the show."""
    sizes = [5000] * -(-end_ms // 1000)
    windows = choose_windows(track(sizes, end_ms=end_ms), [], count=count, frame_ms=40)
    assert windows[-1].span.end_ms <= end_ms + SLACK_MS
    if end_ms < count * WINDOW_S * 1000:
        (whole,) = windows
        assert whole.span.duration_ms == end_ms - 20


def test_quiet_and_busy_parts_are_both_looked_at():
    """Three quarters of talk before a wall, one quarter of waving, in one piece."""
    sizes = [1000] * 15 * WINDOW_S + [50_000] * 5 * WINDOW_S
    windows = choose_windows(track(sizes), [], count=4, frame_ms=40)
    busy = [window for window in windows if window.span.start_ms >= (15 * WINDOW_S - 1) * 1000]
    assert len(busy) == 1
    assert sum(window.share for window in busy) == pytest.approx(0.25)


def test_a_constant_bit_rate_spreads_them_over_the_time():
    windows = choose_windows(track([5000] * 240), [], count=4, frame_ms=40)
    assert [window.span.start_ms // 60_000 for window in windows] == [0, 1, 2, 3]


def test_a_pitch_draws_a_window_to_it():
    (window,) = choose_windows(track([5000] * 60), [32_000], count=1, frame_ms=40)
    assert window.span.start_ms <= 32_000 < window.span.end_ms


def test_a_cut_begins_half_a_frame_before_a_frame():
    (window,) = choose_windows(track([5000] * 10), [], count=1, frame_ms=40)
    # Frames come 20 ms after every full second.
    assert window.span.start_ms % 1000 == 0


def test_seconds_that_show_nothing_new_hold_no_window():
    windows = choose_windows(track([5000] * 12, empty=30), [], count=8, frame_ms=40)
    assert all(window.span.end_ms <= 12_100 for window in windows)
