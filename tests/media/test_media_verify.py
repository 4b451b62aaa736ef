"""What a finished replay is held against: on made-up scans each fault fails its own check alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import ToolError
from models.recording import AudioTrack, MediaInfo, MediaKind, VideoTrack
from pipeline.media.clock import TrackScan
from pipeline.media.demux import Scan
from pipeline.media.encoding import EncodeSettings, bit_rate_ceiling, fit_frame
from pipeline.media.replay import Replay
from pipeline.media.verify import Expected, check_replay, require_passed

MINUTE_MS = 60_000
SETTINGS = EncodeSettings()
VIDEO = VideoTrack("h264", 720, 1280, 25.0, "yuv420p", 0, MINUTE_MS, None)
AUDIO = AudioTrack("aac", 44_100, 1, 0, MINUTE_MS, None, 1)
INFO = MediaInfo(MediaKind.FILE, "mov", 1, MINUTE_MS, AUDIO, VIDEO)
CEILING_BYTES = bit_rate_ceiling(fit_frame(VIDEO, SETTINGS), SETTINGS) // 8 * 60


def track(packets: int, size: int = 1_000_000) -> TrackScan:
    return TrackScan(
        packets=packets, bytes=size, start_ms=0, end_ms=MINUTE_MS, drift_ms=0, back_ms=0,
        corrupt_packets=0, leading_packets=0, longest_gop_ms=8000, seconds=(),
    )  # fmt: skip


WHOLE = Scan(track(2584), track(1500), MINUTE_MS, 0, None)
EXPECTED = Expected(INFO, WHOLE, SETTINGS, pitches_ms=(), quality=86.0)


def failed(scan: Scan, reached: float = 86.0) -> list[str]:
    replay = Replay("avc1.64001f,mp4a.40.2", 720, 1280, scan)
    checks = check_replay(Path("replay.mp4"), replay, EXPECTED, reached=reached)
    return [check.what for check in checks if not check.passed]


def test_a_good_replay_passes() -> None:
    assert failed(WHOLE) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"end_ms": 57_000}, "length", id="three seconds short"),
        pytest.param({"video": track(1400)}, "frames", id="a frame in fifteen lost"),
        pytest.param(
            {"video": replace(track(1500), start_ms=60)},
            "sound and picture",
            id="picture 60 ms late",
        ),
    ],
)
def test_each_fault_is_found(change, fault) -> None:
    assert failed(replace(WHOLE, **change)) == [fault]


def test_too_poor_a_picture_fails_unless_it_has_all_the_bits_it_may_have() -> None:
    assert failed(WHOLE, reached=84.9) == ["quality"]
    assert failed(WHOLE, reached=85.1) == []
    full = replace(WHOLE, video=track(1500, CEILING_BYTES))
    assert failed(full, reached=70.0) == []


def test_what_failed_is_told_all_at_once() -> None:
    replay = Replay("", 720, 1280, replace(WHOLE, end_ms=57_000, video=track(1400)))
    checks = check_replay(Path("replay.mp4"), replay, EXPECTED, reached=80.0)
    with pytest.raises(ToolError, match=r"show\.mp4 .* length: .*; frames: .*; quality: 80\.0 of"):
        require_passed(checks, "show.mp4")
