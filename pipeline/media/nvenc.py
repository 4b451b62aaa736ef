"""Encode on an NVIDIA card: many times as fast, for more bits at the same quality.

Nobody gets it unasked: replays are stored and sent for months, and encoded once. The rate search
is the same; it asks the card. Cards made for computing alone (A100, H100) have no encoder.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any

from models.decision import Codec
from models.errors import ConfigError, ToolError
from pipeline.media.encoder import Profile, Rate
from pipeline.media.search import CrfRange
from pipeline.media.tool import Ffmpeg
from pipeline.process.run import run_command

TRIAL_TIMEOUT_S = 60.0
"""A card that sleeps takes seconds to wake up."""

TRIAL = "color=c=gray:s=256x256:r=10:d=0.5"
"""Some cards take no smaller picture."""

CQS = CrfRange(low=15, high=45, start=30, step=0.1, slope=1.4)
"""`cq` runs as x264's CRF does, some steps higher for the same quality (NVIDIA's guide to ffmpeg);
the search needs it only to begin."""

SPEAKER = re.compile(r"^\[\w+ @ 0x[0-9a-f]+\] ")
"""Who speaks, with an address in memory that is of no use to anybody."""

COST = 0.003
"""CPU seconds per million pixels: decoding and filters, for the encoder takes none."""


def _nvenc(rate: Rate) -> dict[str, Any]:
    return {
        "preset:v": "p6",
        "tune:v": "hq",
        "rc:v": "vbr",
        "cq:v": rate.crf,
        "b:v": 0,
        "maxrate:v": rate.ceiling,
        "bufsize:v": 2 * rate.ceiling,
        "g:v": rate.gop_frames,
        # Else a keyframe that is asked for is one that nobody can begin at.
        "forced-idr:v": 1,
        "rc-lookahead:v": 32,
        "spatial-aq:v": 1,
        "temporal-aq:v": 1,
    }


NVENC_PROFILES = MappingProxyType(
    {
        Codec.H264: Profile(Codec.H264, "h264_nvenc", "avc1", CQS, COST, _nvenc),
        Codec.AV1: Profile(Codec.AV1, "av1_nvenc", "av01", CQS, COST, _nvenc),
        Codec.HEVC: Profile(Codec.HEVC, "hevc_nvenc", "hvc1", CQS, COST, _nvenc),
    }
)


def require_nvenc(ffmpeg: Ffmpeg, codec: Codec) -> None:
    """Encode half a second of grey on the card, to see that it can.

    Raises:
        ConfigError: when it cannot: no card, no driver, or one that lacks the codec.
    """
    profile = NVENC_PROFILES[codec]
    remedy = "leave --encode-on out to encode on the processor"
    if profile.encoder not in ffmpeg.encoders:
        raise ConfigError(f"the ffmpeg at {ffmpeg.path} lacks {profile.encoder}; {remedy}")
    options = profile.options(Rate(CQS.start, 1_000_000, 10.0, 256 * 256, 0))
    spelled = [part for name, value in options.items() for part in (f"-{name}", str(value))]
    command = [str(ffmpeg.path), "-nostdin", "-v", "error", "-f", "lavfi", "-i", TRIAL]
    try:
        run_command([*command, *spelled, "-f", "null", "-"], timeout_s=TRIAL_TIMEOUT_S).checked()
    except ToolError as error:
        # The first line is the encoder's own; what follows is what that led to.
        first = error.stderr_tail.partition("\n")[0]
        reason = SPEAKER.sub("", first).strip() or str(error)
        raise ConfigError(f"no NVIDIA card here encodes {codec}: {reason}; {remedy}") from error
