"""The law: time t of the replay is time t of the transcript's sound, and of the broadcast."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.media.audio import SAMPLE_RATE, extract_audio
from pipeline.media.encoding import EncodeSettings
from pipeline.media.probe import probe
from pipeline.media.transcode import transcode

TOLERANCE_MS = 40
"""One frame at 25 per second; less than anybody notices (ITU-R BT.1359)."""

LOUD = 0.02
"""A full beep has an amplitude of 0.125; AAC's noise around it stays far below this."""

QUIET_MS = 500
"""Events of one kind are 2 s apart; what follows within this belongs to the same one."""


@dataclass(frozen=True)
class Case:
    """A recording, and when its beeps and flashes happen, counted from its start."""

    name: str
    beeps: tuple[int, ...] = (1000, 3000, 5000)
    flashes: tuple[int, ...] = (1000, 3000, 5000)


def onsets(times_ms: np.ndarray) -> list[int]:
    starts = [int(times_ms[0])] if len(times_ms) else []
    for before, after in itertools.pairwise(times_ms):
        if after - before > QUIET_MS:
            starts.append(int(after))
    return starts


def beeps_of_wav(path: Path) -> list[int]:
    samples = np.frombuffer(path.read_bytes()[path.read_bytes().find(b"data") + 8 :], "<i2")
    return onsets(np.flatnonzero(np.abs(samples / 32768) > LOUD) * 1000 / SAMPLE_RATE)


def beeps_of(path: Path) -> list[int]:
    loud: list[np.ndarray] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            level = np.abs(frame.to_ndarray()).max(axis=0)
            loud.append(frame.time * 1000 + np.flatnonzero(level > LOUD) * 1000 / frame.sample_rate)
    return onsets(np.concatenate(loud))


def flashes_of(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        bright = [
            frame.time * 1000
            for frame in container.decode(video=0)
            if np.asarray(frame.to_ndarray(format="gray")).mean() > 128
        ]
    return onsets(np.asarray(bright))


def assert_close(found: Iterable[int], truth: tuple[int, ...], what: str) -> None:
    found = list(found)
    assert len(found) == len(truth), (what, found, truth)
    distance = max((abs(a - b) for a, b in zip(found, truth, strict=True)), default=0)
    assert distance <= TOLERANCE_MS, (what, found, truth)


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25")
AAC = ("-c:a", "aac", "-b:a", "64k")


def make_late(clips, name: str, *, sound_s: float = 0, picture_s: float = 0) -> Path:
    return clips.from_lavfi(
        name,
        "-filter_complex", f"[0:v]trim=start={picture_s}[v];[1:a]atrim=start={sound_s}[a]",
        "-map", "[v]", "-map", "[a]", "-fps_mode", "passthrough", *H264, "-bf", "0", *AAC,
    )  # fmt: skip


def make_vfr(clips, name: str) -> Path:
    # 25 frames/s for a while, then 5, then 12.5: times kept.
    keep = "select='if(lt(t,2),1,if(lt(t,4),not(mod(n,5)),not(mod(n,2))))'"
    return clips.from_lavfi(
        name, "-vf", keep, "-fps_mode", "vfr", "-enc_time_base:v", "1/1000", *H264, *AAC
    )


def make_gap(clips, name: str) -> Path:
    # Packets 70 to 99 are lost: 1.63 to 2.32 s.
    return clips.remux(name, "-bsf:a", "noise=drop='between(n,70,99)'")


def make_joined(clips, name: str) -> Path:
    """Two transport streams one after the other: the clock starts again in the middle."""
    part = clips.container("ts").read_bytes()
    return clips.cached(name, lambda path: path.write_bytes(part * 2))


# The second part follows when the sound of the first has ended, two AAC packets late.
BEEPS_TWICE = (1023, 3023, 5023, 7060, 9060, 11060)
FLASHES_TWICE = (1023, 3023, 5023, 7023, 9023, 11023)
# At 12.5 frames/s there is no frame at 5.00 s; the flash begins with the next one.
VFR_FLASHES = (1000, 3000, 5040)
NO_FIRST = (3000, 5000)
CASES = {
    "plain mp4": (Case("base.mp4"), lambda clips, _name: clips.base),
    "B frames, edit list": (
        Case("bframes.mp4"),
        lambda clips, name: clips.from_lavfi(
            name, "-c:v", "libx264", "-preset", "veryfast", "-bf", "3", *AAC
        ),
    ),
    "mov with PCM": (
        Case("pcm.mov"),
        lambda clips, name: clips.from_lavfi(name, *H264, "-c:a", "pcm_s16le"),
    ),
    "transport stream that starts at 1.4 s": (
        Case("clip.ts"),
        lambda clips, _name: clips.container("ts"),
    ),
    "flv": (Case("clip.flv"), lambda clips, _name: clips.container("flv")),
    "hls": (Case("hls"), lambda clips, _name: clips.hls()),
    "fragmented mp4 far from 0": (
        Case("offset.mp4"),
        lambda clips, name: clips.remux(
            name, "-output_ts_offset", "3600", "-movflags", "+frag_keyframe+empty_moov"
        ),
    ),
    "sound starts 0.7 s late": (
        Case("late-sound.mkv"),
        lambda clips, name: make_late(clips, name, sound_s=0.7),
    ),
    "sound starts 2.5 s late, mp4": (
        Case("later-sound.mp4", beeps=NO_FIRST),
        lambda clips, name: make_late(clips, name, sound_s=2.5),
    ),
    "sound starts 2.5 s late, ts": (
        Case("later-sound.ts", beeps=NO_FIRST),
        lambda clips, name: make_late(clips, name, sound_s=2.5),
    ),
    "picture starts 0.7 s late": (
        Case("late-picture.mkv"),
        lambda clips, name: make_late(clips, name, picture_s=0.7),
    ),
    "picture starts 2.5 s late, mp4": (
        Case("later-picture.mp4", flashes=NO_FIRST),
        lambda clips, name: make_late(clips, name, picture_s=2.5),
    ),
    "variable frame rate": (Case("vfr.mkv", flashes=VFR_FLASHES), make_vfr),
    "variable frame rate, mp4": (Case("vfr.mp4", flashes=VFR_FLASHES), make_vfr),
    "lost sound packets, mkv": (Case("gap.mkv"), make_gap),
    "lost sound packets, ts": (Case("gap.ts"), make_gap),
    "cut by copying: edit list hides 0.5 s": (
        Case("cut-in.mp4", beeps=(1500, 3500), flashes=(1500, 3500)),
        lambda clips, name: clips.cached(
            name, lambda path: clips.run("-ss", "1.5", "-i", clips.base, "-c", "copy", path)
        ),
    ),
    "clock starts again in the middle": (
        Case("joined.ts", BEEPS_TWICE, FLASHES_TWICE),
        make_joined,
    ),
}


@pytest.mark.parametrize("label", CASES)
def test_replay_transcript_and_broadcast_agree(clips, ffmpeg, tmp_path, label):
    case, make = CASES[label]
    source = make(clips, case.name)
    info = probe(source)
    wav, replay = tmp_path / "sound.wav", tmp_path / "replay.mp4"
    extract_audio(source, info, wav, ffmpeg=ffmpeg)
    transcode(source, info, replay, ffmpeg=ffmpeg, settings=EncodeSettings())
    assert_close(beeps_of_wav(wav), case.beeps, "beeps in the transcript's sound")
    assert_close(beeps_of(replay), case.beeps, "beeps in the replay")
    assert_close(flashes_of(replay), case.flashes, "flashes in the replay")
    assert_close(beeps_of(replay), tuple(beeps_of_wav(wav)), "replay against transcript")


def test_the_first_picture_is_shown_from_time_0(clips, ffmpeg, tmp_path):
    source = make_late(clips, "later-picture.mp4", picture_s=2.5)
    replay = tmp_path / "replay.mp4"
    transcode(source, probe(source), replay, ffmpeg=ffmpeg, settings=EncodeSettings())
    with av.open(str(replay)) as container:
        assert next(container.decode(video=0)).pts == 0
