"""How a replay is encoded, as a value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.decision import Codec, Machine
from models.errors import InputError
from models.recording import VideoTrack

QUALITIES: Mapping[str, float] = MappingProxyType({"small": 80.0, "standard": 86.0, "high": 92.0})
"""Named targets in VMAF NEG, chosen by looking at frames of talking heads beside their sources: at
86 no difference is seen without flicking between them, at 80 skin and hair are smoother."""

STANDARD = QUALITIES["standard"]

LEAST_QUALITY, MOST_QUALITY = 40.0, 99.0
"""Below, nobody recognises a product; above, noise is paid for."""

REFERENCE_PIXELS = 720 * 1280
"""The picture that `max_bit_rate` is meant for."""

MIN_BIT_RATE = 100_000
"""Below it a moving picture falls apart, however small it is."""


@dataclass(frozen=True, slots=True)
class EncodeSettings:
    """What decides about the bytes of a replay; part of the key of the transcode stage.

    Raises:
        ValueError: when a value is out of its range.
    """

    short_side: int = 720
    """Pixels of the shorter side at most; never scaled up."""
    max_frame_rate: float = 30.0
    codec: Codec = Codec.H264
    quality: float = STANDARD
    """What the rate search aims at, in points of VMAF NEG."""
    max_bit_rate: int = 1_500_000
    """Ceiling for 720x1280 in bits/s; smaller pictures get less (see `bit_rate_ceiling`)."""
    audio_bit_rate: int = 64_000
    """AAC-LC, mono or stereo; plenty for speech, enough for the music behind it."""
    copy_audio_up_to: int = 96_000
    """AAC-LC of at most this many bits/s is kept as it is."""
    machine: Machine = Machine.CPU
    threads: int = 0
    """CPU threads of the encoder; 0 = as many as there are cores."""

    def __post_init__(self) -> None:
        if self.short_side < 2 or self.short_side % 2:
            raise ValueError(f"short_side is {self.short_side}; it must be even and at least 2")
        if not LEAST_QUALITY <= self.quality <= MOST_QUALITY:
            raise ValueError(
                f"quality is {self.quality}; it must be {LEAST_QUALITY:g} to {MOST_QUALITY:g}"
            )
        rates = (self.max_frame_rate, self.max_bit_rate, self.audio_bit_rate)
        if min(rates) <= 0:
            raise ValueError("rates must be above 0")
        if self.threads < 0:
            raise ValueError(f"threads is {self.threads}; it may not be below 0")


@dataclass(frozen=True, slots=True)
class Frame:
    """Size of the replay's picture in pixels, both even."""

    width: int
    height: int


def read_quality(text: str) -> float:
    """Read what a replay is to aim at: a name, or points of VMAF NEG.

    Raises:
        InputError: when it is neither.
    """
    try:
        quality = QUALITIES[text] if text in QUALITIES else float(text)
    except ValueError:
        quality = math.nan
    if not LEAST_QUALITY <= quality <= MOST_QUALITY:
        raise InputError(
            f"there is no quality {text!r}; choose {', '.join(QUALITIES)}, or points of VMAF from "
            f"{LEAST_QUALITY:g} to {MOST_QUALITY:g}"
        )
    return quality


def fit_frame(video: VideoTrack, settings: EncodeSettings) -> Frame:
    """Return the replay's picture size: the source's, scaled down to the short side, made even."""
    shrink = min(1.0, settings.short_side / min(video.width, video.height))
    return Frame(_even(video.width * shrink), _even(video.height * shrink))


def bit_rate_ceiling(frame: Frame, settings: EncodeSettings) -> int:
    """Return the ceiling of the video bit rate for a picture size, in bits/s.

    Bits per pixel rise as pictures get smaller: details do not shrink as fast as areas do. The
    power 0.75 is the usual rule of thumb for it (Waggoner's power of 0.75 rule).
    """
    share = frame.width * frame.height / REFERENCE_PIXELS
    return max(MIN_BIT_RATE, round(settings.max_bit_rate * float(share**0.75)))


def keep_every(video: VideoTrack, settings: EncodeSettings) -> int:
    """Return n when every n-th frame is to be kept so that the rate stays below the maximum.

    A rate a little above it (30.3 from a drifting clock) is left alone.
    """
    excess = video.frame_rate / (settings.max_frame_rate * 1.02)
    return max(1, -int(-excess // 1))


def encoded_frame_rate(video: VideoTrack, settings: EncodeSettings) -> float:
    """Return the average frame rate of the replay; the maximum when the source's is not known."""
    return video.frame_rate / keep_every(video, settings) or settings.max_frame_rate


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
