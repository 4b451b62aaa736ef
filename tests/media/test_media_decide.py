"""What becomes of a recording's picture: copied, encoded, kept; and what verification finds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import pytest

from models.decision import Codec, Metric, Verdict
from models.errors import ToolError
from pipeline.media.decide import make_rendition
from pipeline.media.encoding import EncodeSettings
from pipeline.media.probe import probe
from pipeline.media.rendition import Moments, Task

SETTINGS = EncodeSettings(threads=1)
MOVING = "testsrc2=s=160x284:r=15:d=14,noise=alls=12:allf=t+u"
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50")
SOUND = "aevalsrc='0.125*sin(2000*PI*t)':s=44100:d=14"
AAC = ("-c:a", "aac", "-b:a", "64k")


def decide(source: Path, folder: Path, ffmpeg, settings=SETTINGS, **task):
    target = folder / "replay.mp4"
    record = make_rendition(
        Task(source, probe(source), target, **task), ffmpeg=ffmpeg, settings=settings
    )
    assert [path.name for path in folder.iterdir()] == ["replay.mp4"], "nothing else is left"
    return record


@pytest.fixture
def rich(clips) -> Path:
    """Far more bits than it needs."""
    return clips.from_lavfi("rich.mp4", *X264, "-crf", "12", *AAC, picture=MOVING, sound=SOUND)


@pytest.mark.parametrize("codec", Codec)
def test_a_rich_picture_is_encoded_to_the_quality_asked_for(codec, rich, tmp_path, ffmpeg):
    settings = replace(SETTINGS, codec=codec, max_bit_rate=30_000_000)
    decision = decide(rich, tmp_path, ffmpeg, settings).decision
    assert decision.verdict is Verdict.ENCODED
    assert decision.reached == pytest.approx(SETTINGS.quality, abs=1)
    assert decision.bit_rate < decision.source_bit_rate
    assert decision.search is not None
    assert decision.search.cpu_s <= decision.search.budget_s
    assert all(check.passed for check in decision.checks)


def test_what_was_small_already_is_copied_packet_by_packet(clips, tmp_path, ffmpeg):
    small = clips.from_lavfi(
        "small.mp4",
        *X264,
        "-crf",
        "40",
        *AAC,
        picture="color=gray:s=160x284:r=15:d=14",
        sound=SOUND,
    )
    decision = decide(small, tmp_path, ffmpeg).decision
    assert (decision.verdict, decision.search) == (Verdict.COPIED, None)
    with av.open(str(small)) as before, av.open(str(tmp_path / "replay.mp4")) as after:
        assert [bytes(packet) for packet in before.demux(video=0)] == [
            bytes(packet) for packet in after.demux(video=0)
        ]


def test_what_an_encode_would_not_shrink_is_kept(clips, tmp_path, ffmpeg):
    thrifty = clips.from_lavfi(
        "thrifty.mp4", "-c:v", "libx264", "-preset", "medium", "-crf", "33", "-g", "100", *AAC,
        picture=MOVING, sound=SOUND,
    )  # fmt: skip
    decision = decide(thrifty, tmp_path, ffmpeg, replace(SETTINGS, quality=97)).decision
    assert decision.verdict is Verdict.KEPT
    assert decision.bit_rate == pytest.approx(decision.source_bit_rate, rel=0.01)


@pytest.mark.parametrize(
    ("options", "obstacle"),
    [
        (("-pix_fmt", "yuv444p"), "yuv444p"),
        (("-vf", "setsar=4/3"), "become"),
        (("-g", "999", "-sc_threshold", "0"), "keyframes"),
        (("-vf", "scale=900:1600"), "become"),
    ],
    ids=["4:4:4", "wide pixels", "one keyframe in all", "too large"],
)
def test_a_picture_that_players_would_not_show_is_never_copied(
    options, obstacle, clips, tmp_path, ffmpeg
):
    name = f"odd-{abs(hash(options))}.mp4"
    odd = clips.from_lavfi(
        name, "-c:v", "libx264", "-preset", "ultrafast", "-crf", "40", *options, *AAC,
        picture="color=gray:s=160x284:r=15:d=14", sound=SOUND,
    )  # fmt: skip
    decision = decide(odd, tmp_path, ffmpeg).decision
    assert decision.verdict is Verdict.ENCODED
    assert obstacle in decision.why


def test_pitches_begin_with_keyframes_and_it_is_checked(rich, tmp_path, ffmpeg):
    moments = Moments((3310, 7000), (3310, 7000, 11_000))
    decision = decide(rich, tmp_path, ffmpeg, moments=moments).decision
    (check,) = [check for check in decision.checks if check.what == "keyframes"]
    assert check.passed
    assert "2 of 2" in check.found


def test_a_warm_start_is_where_the_search_begins(rich, tmp_path, ffmpeg):
    first = decide(rich, tmp_path, ffmpeg).decision.search
    again = decide(rich, tmp_path, ffmpeg, start_crf=first.chosen.crf).decision.search
    assert again.probes[0].crf == first.chosen.crf
    assert len(again.probes) <= len(first.probes)
    assert abs(again.chosen.quality - SETTINGS.quality) <= 1


@pytest.mark.parametrize("metric", [Metric.XPSNR, Metric.SSIM])
def test_without_vmaf_the_next_best_metric_serves(metric, rich, tmp_path, ffmpeg):
    lacks = {"libvmaf"} | ({"xpsnr"} if metric is Metric.SSIM else set())
    poor = replace(ffmpeg, filters=ffmpeg.filters - lacks)
    decision = decide(rich, tmp_path, poor, replace(SETTINGS, max_bit_rate=30_000_000)).decision
    assert decision.search.metric is metric
    assert decision.verdict is Verdict.ENCODED


def test_a_replay_that_does_not_pass_is_no_replay(rich, tmp_path, ffmpeg, monkeypatch):
    monkeypatch.setattr("pipeline.media.verify.QUALITY_TOLERANCE", -50.0)
    monkeypatch.setattr("pipeline.media.rendition.QUALITY_TOLERANCE", -50.0)
    with pytest.raises(ToolError, match=r"will not do: quality: .* of .* points"):
        decide(rich, tmp_path, ffmpeg)
    assert list(tmp_path.iterdir()) == []


def test_sound_alone_has_nothing_to_decide(clips, tmp_path, ffmpeg):
    sound = clips.from_lavfi("sound.m4a", *AAC, picture="")
    assert decide(sound, tmp_path, ffmpeg).decision.verdict is Verdict.ABSENT


def test_a_bit_rate_ceiling_is_no_failure(clips, tmp_path, ffmpeg):
    """Pure noise: no encode within the ceiling is near it, and a second one would not be either."""
    noise = clips.from_lavfi(
        "noise.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", *AAC,
        picture="color=gray:s=160x284:r=15:d=8,noise=alls=100:allf=t+u", sound=SOUND,
    )  # fmt: skip
    decision = decide(noise, tmp_path, ffmpeg).decision
    assert decision.verdict is Verdict.ENCODED
    (check,) = [check for check in decision.checks if check.what == "quality"]
    assert check.passed
