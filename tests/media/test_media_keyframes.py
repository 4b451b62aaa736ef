"""Laws of where keyframes are asked for."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.keyframes import (
    LONGEST_GOP_MS,
    MOST_KEYFRAMES,
    SHORTEST_GOP_MS,
    format_keyframes,
    plan_keyframes,
)

MOMENTS = st.lists(st.integers(0, 400_000), max_size=60)


@given(pitches=MOMENTS, onsets=MOMENTS, duration_ms=st.integers(1, 300_000))
def test_every_pitch_has_one_and_none_is_far(pitches, onsets, duration_ms):
    planned = plan_keyframes(pitches, sorted(onsets), duration_ms)
    assert list(planned) == sorted(set(planned))
    assert all(0 < at < duration_ms for at in planned)
    assert {at for at in pitches if 0 < at < duration_ms} <= set(planned)
    for before, after in itertools.pairwise((0, *planned, duration_ms)):
        assert after - before <= LONGEST_GOP_MS
        if not {before, after} & {*pitches, 0, duration_ms}:
            assert after - before >= SHORTEST_GOP_MS


def test_onsets_are_preferred_to_the_clock():
    assert plan_keyframes([], [900, 3000, 5200, 7100, 9000, 13_000], 18_000) == (7100, 13_000)


def test_a_pitch_pushes_its_neighbours_away():
    assert plan_keyframes([9000], [7400, 8600], 12_000) == (7000, 9000)


def test_two_days_do_not_overflow_the_command_line():
    planned = plan_keyframes([], range(0, 48 * 3_600_000, 700), 48 * 3_600_000)
    assert len(planned) <= 2 * MOST_KEYFRAMES
    assert len(format_keyframes(planned, frame_ms=40)) < 128 * 1024


def test_the_frame_on_show_is_asked_for_not_the_next():
    assert format_keyframes([20, 1000, 61_237], frame_ms=40) == "0.000,0.960,61.197"
