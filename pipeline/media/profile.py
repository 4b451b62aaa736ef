"""The encoders that a replay can be made with, in one table.

| codec | encoder   | plays                                        | role            |
|-------|-----------|----------------------------------------------|-----------------|
| h264  | libx264   | everywhere                                   | the default     |
| av1   | libsvtav1 | Chrome, Firefox, Edge; new Apple chips       | extra rendition |
| hevc  | libx265   | Apple, Android apps; browsers with hardware  | extra rendition |

All are 8-bit 4:2:0 with capped CRF. The options come from `make bench-encode`, whose table stands
in tests/bench/encode/README.md.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from models.decision import Codec, Machine
from pipeline.media.encoder import Profile, Rate
from pipeline.media.encoding import EncodeSettings
from pipeline.media.nvenc import NVENC_PROFILES
from pipeline.media.search import CrfRange

X264_PARTS = "rc-lookahead=40:trellis=1:aq-strength=0.6"
"""On top of veryfast: a quarter fewer bits at its CPU. VMAF likes adaptive quantisation of 0.4
better still, and eyes find steps on skin and walls. `subme=4` saves 2 % more at 1.5 times that."""

LARGE_PIXELS = 500_000
"""From here on SVT-AV1's preset 9 costs what x264 veryfast costs and saves 55 % (five clips at
720p). On smaller pictures it costs 1.6 times as much; preset 10 saves 47 % there at 1.2 times."""


def _x264(rate: Rate) -> dict[str, Any]:
    return {
        "preset:v": "veryfast",
        "profile:v": "high",
        "crf:v": rate.crf,
        "maxrate:v": rate.ceiling,
        "bufsize:v": 2 * rate.ceiling,
        "g:v": rate.gop_frames,
        # Told, because a guess from the time base (90000 frames/s) ends in level 6.2, which no
        # telephone plays; frame times are not touched by it.
        "x264-params": f"fps={rate.frame_rate:.3f}:{X264_PARTS}",
    }


def _svt_av1(rate: Rate) -> dict[str, Any]:
    settings = [f"mbr={max(1, rate.ceiling // 1000)}", "enable-dlf=2"]
    if rate.threads:
        settings.append(f"lp={min(rate.threads, 6)}")
    return {
        "preset:v": 9 if rate.pixels >= LARGE_PIXELS else 10,
        "crf:v": round(rate.crf),
        "g:v": rate.gop_frames,
        "svtav1-params": ":".join(settings),
    }


def _x265(rate: Rate) -> dict[str, Any]:
    settings = [
        f"fps={rate.frame_rate:.3f}",
        f"vbv-maxrate={rate.ceiling // 1000}",
        f"vbv-bufsize={2 * rate.ceiling // 1000}",
        # Without it a keyframe that is asked for within min-keyint of the last is dropped silently.
        "min-keyint=1",
        "open-gop=0",
        "log-level=error",
    ]
    if rate.threads:
        settings.append(f"pools={rate.threads}")
    return {
        "preset:v": "fast",
        "crf:v": rate.crf,
        "forced-idr:v": 1,
        "g:v": rate.gop_frames,
        "x265-params": ":".join(settings),
    }


PROFILES = MappingProxyType(
    {
        Codec.H264: Profile(
            codec=Codec.H264,
            encoder="libx264",
            tag="avc1",
            crfs=CrfRange(low=15, high=40, start=27, step=0.1, slope=1.4),
            cost=0.012,
            spell=_x264,
        ),
        Codec.AV1: Profile(
            codec=Codec.AV1,
            encoder="libsvtav1",
            tag="av01",
            crfs=CrfRange(low=18, high=60, start=40, step=1, slope=0.5),
            cost=0.011,
            spell=_svt_av1,
        ),
        Codec.HEVC: Profile(
            codec=Codec.HEVC,
            encoder="libx265",
            tag="hvc1",
            crfs=CrfRange(low=15, high=40, start=27, step=0.1, slope=1.4),
            cost=0.045,
            spell=_x265,
        ),
    }
)


def choose_profile(settings: EncodeSettings) -> Profile:
    """Return the profile that settings ask for."""
    table = NVENC_PROFILES if settings.machine is Machine.NVENC else PROFILES
    return table[settings.codec]
