"""Why a replay is as it is: what was tried, what was predicted, what was reached."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.recording import Rendition
from models.span import Span


class Codec(StrEnum):
    """How the picture of a rendition is coded."""

    H264 = "h264"
    """Plays everywhere."""
    AV1 = "av1"
    HEVC = "hevc"


class Machine(StrEnum):
    """What a picture is encoded on."""

    CPU = "cpu"
    NVENC = "nvenc"
    """An NVIDIA card."""


class Metric(StrEnum):
    """How near an encoded picture is to its source, in the order of trust."""

    VMAF_NEG = "vmaf-neg"
    """VMAF without the gain that sharpening would bring, 0 to 100."""
    XPSNR = "xpsnr"
    """Decibels, weighted by what eyes notice."""
    SSIM = "ssim"
    """Structural similarity of the luma, 0 to 1."""


class Verdict(StrEnum):
    """What was done with a recording's picture."""

    COPIED = "copied"
    """It was small enough as it came: the packets were put into another container."""
    ENCODED = "encoded"
    KEPT = "kept"
    """Encoding it again would have saved nothing: the packets were put into another container."""
    ABSENT = "absent"
    """The recording is sound alone."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the recording that stands for others like it.

    Raises:
        ValueError: when the share is not above 0 and at most 1.
    """

    span: Span
    share: float
    """Part of the recording that it stands for; the windows' shares sum to 1."""

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"a window stands for {self.share} of its recording; it must be 0..1")


@dataclass(frozen=True, slots=True)
class Probe:
    """One encode of the sampled windows."""

    crf: float
    quality: float
    """Mean over the windows by their shares, in the metric's unit."""
    worst: float
    """The same of the worst window."""
    bit_rate: int
    """Of the picture, predicted for the whole recording, in bits/s."""


@dataclass(frozen=True, slots=True)
class Search:
    """How the rate was found."""

    metric: Metric
    target: float
    tolerance: float
    windows: tuple[Window, ...]
    probes: tuple[Probe, ...]
    """In the order in which they were made; at least one."""
    chosen: Probe
    """What is expected of the encode; not among `probes` when it lies between two of them."""
    why_stopped: str
    cpu_s: float
    """CPU time of all processes of the search, in seconds."""
    budget_s: float
    """What the search might have used, in seconds of CPU time."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at before a replay counted as done."""

    what: str
    passed: bool
    found: str
    """In words, with numbers."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The record of one rendition."""

    codec: Codec
    verdict: Verdict
    why: str
    """One sentence for people."""
    source_codec: str
    source_bit_rate: int
    """Of the picture, in bits/s, measured over all its packets."""
    bit_rate: int
    """Of the rendition's picture, in bits/s."""
    search: Search | None
    """None when nothing was searched for."""
    reached: float | None
    """Quality of the finished rendition in the same windows; None when it was not measured."""
    checks: tuple[Check, ...]
    encode_cpu_s: float
    verify_cpu_s: float
    keyframes_ms: tuple[int, ...]
    """Where keyframes were asked for."""


@dataclass(frozen=True, slots=True)
class RenditionRecord:
    """One rendition and why it is as it is."""

    rendition: Rendition
    decision: Decision


@dataclass(frozen=True, slots=True)
class MediaRecord:
    """What was made of one recording's media; kept as `media.json` beside the index."""

    recording_id: str
    source: str
    """Path of the original when it was last indexed; it may have been moved since."""
    renditions: tuple[RenditionRecord, ...]
