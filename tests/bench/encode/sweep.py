"""Which settings are compared: what replays are made with, and everything that was tried for it."""

from __future__ import annotations

from collections.abc import Sequence

from models.decision import Codec
from tests.bench.encode.candidates import Candidate, OfProduct, Plain

H264_CRFS = (21.0, 24.0, 27.5)
AV1_CRFS = (31.0, 38.0, 46.0)
HEVC_CRFS = (21.0, 25.0, 29.0)

USUAL: Sequence[Candidate] = (
    OfProduct(Codec.H264, H264_CRFS),
    OfProduct(Codec.AV1, AV1_CRFS),
    OfProduct(Codec.HEVC, HEVC_CRFS),
)

GOP = "keyint=240"
"""Eight seconds at 30 frames/s, about what replays have; SVT-AV1 takes seconds."""


def _x264(name: str, settings: str, preset: str = "veryfast") -> Plain:
    own = f"{GOP}:{settings}" if settings else GOP
    return Plain(f"x264 {name}", "libx264", preset, own, H264_CRFS)


def _svt(name: str, preset: int, settings: str = "") -> Plain:
    own = f"keyint=8s:{settings}" if settings else "keyint=8s"
    return Plain(f"svt {name}", "libsvtav1", str(preset), own, AV1_CRFS)


LOOK = "rc-lookahead=40"
CHEAP = f"{LOOK}:trellis=1"

SWEEP: Sequence[Candidate] = (
    *USUAL,
    _x264("faster", "", "faster"),
    _x264("lookahead", LOOK),
    _x264("+trellis", CHEAP),
    _x264("+trellis aq0.8", f"{CHEAP}:aq-strength=0.8"),
    _x264("+trellis aq0.6", f"{CHEAP}:aq-strength=0.6"),
    _x264("+trellis aq0.4", f"{CHEAP}:aq-strength=0.4"),
    _x264("+trellis aq0.6 subme1", f"{CHEAP}:aq-strength=0.6:subme=1"),
    _x264("+trellis aq0.6 subme4", f"{CHEAP}:aq-strength=0.6:subme=4"),
    _x264("+trellis aq0.8 subme4", f"{CHEAP}:aq-strength=0.8:subme=4"),
    _x264("+trellis aq0.6 b-adapt2", f"{CHEAP}:aq-strength=0.6:bframes=5:b-adapt=2"),
    _x264("+trellis aq-mode2 0.6", f"{CHEAP}:aq-mode=2:aq-strength=0.6"),
    _x264("+trellis aq-mode3 0.6", f"{CHEAP}:aq-mode=3:aq-strength=0.6"),
    _svt("p11", 11),
    _svt("p10", 10),
    _svt("p10 dlf2", 10, "enable-dlf=2"),
    _svt("p10 hl3", 10, "hierarchical-levels=3"),
    _svt("p10 variance-boost", 10, "enable-variance-boost=1"),
    _svt("p10 tune0", 10, "tune=0"),
    _svt("p9", 9),
    _svt("p9 dlf2", 9, "enable-dlf=2"),
    _svt("p9 hl3", 9, "hierarchical-levels=3"),
    _svt("p8", 8),
    _svt("p8 dlf2", 8, "enable-dlf=2"),
)
"""`svt p12` and low delay are left out: more bits than the baseline at these qualities."""
