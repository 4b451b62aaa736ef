"""What an encoder is told, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from models.decision import Codec
from pipeline.media.search import CrfRange

LONGEST_GOP_S = 10
"""Bounds a group of pictures where no keyframe is asked for."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What an encoder is told about bits and time."""

    crf: float
    ceiling: int
    """Bits/s that no second or two may exceed."""
    frame_rate: float
    pixels: int
    """Of one picture."""
    threads: int
    """0 = as many as there are cores."""

    @property
    def gop_frames(self) -> int:
        """Frames after which a keyframe comes by itself."""
        return max(2, round(LONGEST_GOP_S * self.frame_rate))


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to encode a picture."""

    codec: Codec
    encoder: str
    """As ffmpeg calls it."""
    tag: str
    """Sample entry in MP4; Apple's players want `hvc1`, not `hev1`."""
    crfs: CrfRange
    cost: float
    """CPU seconds per million pixels, about: says how long a reel the search's budget will pay for.
    Only its proportion to the cost of measuring matters, which is much the same on all machines."""
    spell: Callable[[Rate], dict[str, Any]]
    """Says a rate in the encoder's own options."""

    def options(self, rate: Rate) -> dict[str, Any]:
        """Return the options of ffmpeg that encode the picture by this profile, without filters."""
        common = {"c:v": self.encoder, "tag:v": self.tag, "threads:v": rate.threads}
        return common | self.spell(rate)
