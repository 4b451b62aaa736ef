"""How a replay is encoded, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from models.recording import VideoTrack

PRESETS = ("superfast", "veryfast", "faster", "fast", "medium", "slow", "slower")
"""Without `ultrafast`, which leaves out what makes H.264 High out of Baseline, and its savings."""

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
    crf: float = 26.0
    """Constant rate factor of x264: 23 is its default, 26 saves about a third on a small screen."""
    preset: str = "veryfast"
    """63 frames/s and core at 720p; `medium` costs 2.5 times that (measured)."""
    max_bit_rate: int = 1_500_000
    """Ceiling for 720x1280 in bits/s; smaller pictures get less (see `bit_rate_ceiling`)."""
    keyframe_interval_ms: int = 4000
    """A jump decodes 2 s on average before it shows a picture; 2 s would cost 5 % more bits."""
    audio_bit_rate: int = 64_000
    """AAC-LC, mono or stereo; plenty for speech, enough for the music behind it."""
    copy_audio_up_to: int = 96_000
    """AAC-LC of at most this many bits/s is kept as it is."""
    threads: int = 0
    """CPU threads of the encoder; 0 = as many as there are cores."""

    def __post_init__(self) -> None:
        if self.short_side < 2 or self.short_side % 2:
            raise ValueError(f"short_side is {self.short_side}; it must be even and at least 2")
        if not 0 <= self.crf <= 51:
            raise ValueError(f"crf is {self.crf}; x264 takes 0 to 51")
        if self.preset not in PRESETS:
            raise ValueError(f"preset is {self.preset!r}; it must be one of {', '.join(PRESETS)}")
        rates = (self.max_frame_rate, self.max_bit_rate, self.audio_bit_rate)
        if min(rates) <= 0 or self.keyframe_interval_ms <= 0:
            raise ValueError("rates and the keyframe interval must be above 0")
        if self.threads < 0:
            raise ValueError(f"threads is {self.threads}; it may not be below 0")


@dataclass(frozen=True, slots=True)
class Frame:
    """Size of the replay's picture in pixels, both even."""

    width: int
    height: int


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
