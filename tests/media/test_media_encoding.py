"""Sizes, rates and ceilings of the replay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.recording import VideoTrack
from pipeline.media.encoding import (
    EncodeSettings,
    Frame,
    bit_rate_ceiling,
    fit_frame,
    keep_every,
)

SIDES = st.integers(min_value=1, max_value=8192)


def video(width: int, height: int, frame_rate: float = 25.0) -> VideoTrack:
    return VideoTrack("h264", width, height, frame_rate, "yuv420p", 0, None, None)


@given(width=SIDES, height=SIDES)
def test_a_picture_is_even_never_grows_and_fits(width, height):
    frame = fit_frame(video(width, height), EncodeSettings())
    assert frame.width % 2 == frame.height % 2 == 0
    assert min(frame.width, frame.height) <= 720
    # An odd side of a small picture becomes the even one beside it.
    assert frame.width <= max(2, width + 1)
    assert frame.height <= max(2, height + 1)
    if min(width, height) >= 64:
        assert frame.width / frame.height == pytest.approx(width / height, rel=0.05)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1080, 1920), (720, 1280)),
        ((1920, 1080), (1280, 720)),
        ((720, 1280), (720, 1280)),
        ((160, 284), (160, 284)),
        ((1179, 2556), (720, 1560)),
        ((1, 1), (2, 2)),
    ],
)
def test_known_sizes(size, expected):
    frame = fit_frame(video(*size), EncodeSettings())
    assert (frame.width, frame.height) == expected


@given(rate=st.floats(min_value=0, max_value=1000))
def test_frames_kept_stay_below_the_maximum_and_none_are_made(rate):
    every = keep_every(video(100, 100, rate), EncodeSettings())
    assert every >= 1
    assert rate / every <= 30 * 1.02 + 1e-9
    assert rate > 30 * 1.02 or every == 1


@pytest.mark.parametrize(("rate", "every"), [(25, 1), (29.97, 1), (30, 1), (30.3, 1), (50, 2),
                                             (60, 2), (59.94, 2), (120, 4), (0, 1)])  # fmt: skip
def test_known_rates(rate, every):
    assert keep_every(video(100, 100, rate), EncodeSettings()) == every


@given(one=st.builds(Frame, SIDES, SIDES), other=st.builds(Frame, SIDES, SIDES))
def test_smaller_pictures_get_fewer_bits_but_more_a_pixel(one, other):
    small, large = sorted((one, other), key=lambda frame: frame.width * frame.height)
    few, many = (bit_rate_ceiling(frame, EncodeSettings()) for frame in (small, large))
    assert 100_000 <= few <= many
    share = (large.width * large.height) / (small.width * small.height)
    assert few * share >= many * (1 - 1e-5), "rounded to whole bits"


def test_the_reference_picture_gets_the_setting():
    settings = EncodeSettings(max_bit_rate=900_000)
    assert bit_rate_ceiling(fit_frame(video(1080, 1920), settings), settings) == 900_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"short_side": 721},
        {"short_side": 0},
        {"quality": 100},
        {"quality": 39},
        {"max_frame_rate": 0},
        {"max_bit_rate": 0},
        {"audio_bit_rate": -1},
        {"threads": -1},
    ],
    ids=str,
)
def test_settings_out_of_range_cannot_be_made(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong)).split("_")[0] + "|rates"):
        EncodeSettings(**wrong)
