"""The encoders that are compared, as ffmpeg would be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.decision import Codec
from models.recording import VideoTrack
from pipeline.media.encoder import Rate
from pipeline.media.encoding import EncodeSettings, bit_rate_ceiling, fit_frame
from pipeline.media.profile import PROFILES
from tests.bench.encode.clips import Clip


class Candidate(Protocol):
    """One way to encode."""

    @property
    def name(self) -> str:
        """What it is called in tables."""

    @property
    def encoder(self) -> str:
        """As ffmpeg calls it."""

    @property
    def crfs(self) -> tuple[float, ...]:
        """Where its curve is measured: from better than the baseline's CRF 23 to worse."""

    @property
    def is_profile(self) -> bool:
        """Whether replays are made with it."""

    def arguments(self, crf: float, clip: Clip) -> list[str]:
        """Return what ffmpeg is told between input and output, threads aside."""

    def describe(self) -> str:
        """Return the settings for people."""


NO_NOTE = ("-bsf:v", "filter_units=remove_types=6")
"""Leaves out x264's note of its own settings, 700 bytes at the start of a stream: a percent of a
clip of a few seconds, nothing in a replay of hours."""


@dataclass(frozen=True, slots=True)
class Plain:
    """An encoder with a preset and settings."""

    name: str
    encoder: str
    preset: str
    settings: str
    """`key=value` pairs of the encoder itself, colons between them."""
    crfs: tuple[float, ...]
    is_profile: bool = False

    def arguments(self, crf: float, clip: Clip) -> list[str]:  # noqa: ARG002 - the same for all
        """Return what ffmpeg is told; SVT-AV1's own `crf` takes quarters, ffmpeg's does not."""
        begin = ["-c:v", self.encoder, "-preset", self.preset]
        if self.encoder == "libsvtav1":
            return [*begin, "-svtav1-params", _join("lp=1", self.settings, f"crf={crf:g}")]
        rate = [*begin, "-crf", f"{crf:g}"]
        if self.encoder == "libx265":
            single = "pools=1:frame-threads=1:log-level=error"
            return [*rate, "-x265-params", _join(single, self.settings)]
        own = ["-x264-params", self.settings] if self.settings else []
        return [*rate, *own, *NO_NOTE]

    def describe(self) -> str:
        """Return preset and settings."""
        return f"{self.encoder} {self.preset}" + (f" `{self.settings}`" if self.settings else "")


@dataclass(frozen=True, slots=True)
class OfProduct:
    """The encoder of replays, as `pipeline.media.profile` has it, its ceiling included."""

    codec: Codec
    crfs: tuple[float, ...]
    is_profile: bool = True

    @property
    def name(self) -> str:
        """Return what the profile is called."""
        return f"profile {self.codec}"

    @property
    def encoder(self) -> str:
        """Return the profile's encoder."""
        return PROFILES[self.codec].encoder

    def arguments(self, crf: float, clip: Clip) -> list[str]:
        """Return what the product tells ffmpeg."""
        settings = EncodeSettings(codec=self.codec, threads=1)
        video = VideoTrack(
            codec="",
            width=clip.width,
            height=clip.height,
            frame_rate=clip.frame_rate,
            pixel_format="yuv420p",
            start_ms=0,
            duration_ms=None,
            bit_rate=None,
        )
        frame = fit_frame(video, settings)
        rate = Rate(
            crf,
            bit_rate_ceiling(frame, settings),
            clip.frame_rate,
            frame.width * frame.height,
            settings.threads,
        )
        options = PROFILES[self.codec].options(rate)
        spelt = [part for key, value in options.items() for part in (f"-{key}", str(value))]
        return [*spelt, *(NO_NOTE if self.codec is Codec.H264 else ())]

    def describe(self) -> str:
        """Return where the settings stand."""
        return f"{self.encoder}, as in `pipeline/media/profile.py`"


def _join(*parts: str) -> str:
    return ":".join(part for part in parts if part)


BASELINE_CRF = 23.0
"""x264's own default."""

BASELINE = Plain("veryfast", "libx264", "veryfast", "", (19, BASELINE_CRF, 27))
"""What everybody does who does not think about it."""


def choose(names: Sequence[str], among: Sequence[Candidate]) -> list[Candidate]:
    """Return the named candidates; all when none is named.

    Raises:
        SystemExit: when a name is not known.
    """
    known = {candidate.name: candidate for candidate in among}
    strange = [name for name in names if name not in known]
    if strange:
        raise SystemExit(f"{', '.join(strange)}: not among {', '.join(known)}")
    return [known[name] for name in names] if names else list(among)
