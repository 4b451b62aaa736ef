"""Where replays are cut, and what playlists say of the pieces."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decision import Codec
from pipeline.media.outline import LEAST, Outline, choose_cuts
from pipeline.media.playlist import (
    MediaPlaylist,
    Segment,
    format_media,
    parse_media,
    peak_bit_rate,
    target_duration,
)

RATE = 25


def outline_of(moments: list[Fraction], *, end: Fraction, rate: int = RATE) -> Outline:
    return Outline(
        path=Path("x"), picture=Codec.H264, codecs="", width=2, height=2, frame_rate=Fraction(rate),
        tracks=(1,), openings=tuple(moments), end=end, digests=(),
    )  # fmt: skip


frames = st.sets(st.integers(1, 60 * RATE), max_size=60).map(
    lambda found: [Fraction(at, RATE) for at in sorted({0, *found})]
)


@given(frames)
def test_every_opening_that_is_far_enough_from_the_last_cut_is_one(openings) -> None:
    end = openings[-1] + Fraction(1, 2)
    (cuts,) = choose_cuts([outline_of(openings, end=end)])
    assert cuts[0] == openings[0]
    assert all(later - earlier >= LEAST for earlier, later in itertools.pairwise([*cuts, end][1:]))
    for opening in openings:
        last = max(cut for cut in cuts if cut <= opening)
        assert opening == last or opening - last < LEAST or end - opening < LEAST


@given(frames, st.sets(st.integers(0, 99), max_size=20), st.integers(-1, 1))
def test_renditions_are_cut_at_the_same_moments_or_each_for_itself(openings, left, jitter) -> None:
    other = [at for number, at in enumerate(openings) if number == 0 or number not in left]
    moved = [at + Fraction(jitter, 3 * RATE) if at else at for at in other]
    outlines = [outline_of(at, end=Fraction(61)) for at in (openings, moved)]
    one, two = choose_cuts(outlines)
    alone = tuple(choose_cuts([outline])[0] for outline in outlines)
    together = len(one) == len(two) and all(
        abs(a - b) < Fraction(1, 2 * RATE) for a, b in zip(one, two, strict=True)
    )
    assert together or (one, two) == alone
    assert set(one) <= set(openings)
    assert set(two) <= set(moved)


def test_a_rendition_without_keyframes_does_not_spoil_the_others() -> None:
    often = [Fraction(at) for at in range(0, 60, 4)]
    seldom = [Fraction(0), Fraction(30)]
    outlines = [outline_of(at, end=Fraction(60)) for at in (often, seldom)]
    assert choose_cuts(outlines) == (tuple(often), tuple(seldom))


pieces = st.lists(st.tuples(st.integers(1, 8000), st.integers(1, 10**6)), min_size=1, max_size=30)


def segments_of(found: list[tuple[int, int]]) -> tuple[Segment, ...]:
    offset, now, made = 100, Fraction(0), []
    for length_ms, size in found:
        made.append(Segment(now, now + Fraction(length_ms, 1000), offset, size))
        offset, now = offset + size, made[-1].end
    return tuple(made)


@given(pieces)
def test_a_playlist_is_read_as_it_was_written(found) -> None:
    playlist = MediaPlaylist("h264-0a.mp4", 100, segments_of(found))
    assert parse_media(format_media(playlist, target_duration(playlist.segments))) == playlist


@given(pieces)
def test_the_peak_is_that_of_the_busiest_run(found) -> None:
    segments = segments_of(found)
    target_s = target_duration(segments)
    runs = (segments[a:b] for a, b in itertools.combinations(range(len(segments) + 1), 2))
    rates = [
        sum(piece.size for piece in run) * 8 / (run[-1].end - run[0].start)
        for run in runs
        if run == segments or target_s <= 2 * (run[-1].end - run[0].start) <= 3 * target_s
    ]
    assert peak_bit_rate(segments, target_s) == -int(-max(rates) // 1)


@pytest.mark.parametrize(
    ("lengths", "target_s"), [([400], 1), ([1499, 900], 1), ([1500], 2), ([7999, 8499], 8)]
)
def test_the_target_is_the_longest_rounded_to_the_nearest(lengths, target_s) -> None:
    assert target_duration(segments_of([(length, 1) for length in lengths])) == target_s
