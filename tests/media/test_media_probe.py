"""What probing finds in good recordings, and how it refuses bad ones."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from models.errors import InputError
from models.recording import MediaKind
from pipeline.media.audio import extract_audio
from pipeline.media.probe import probe

TOLERANCE_MS = 60
"""AAC priming and the last, half-filled packet: containers count them or not."""

ALL_KINDS = ["mp4", "faststart", "fragmented", "mov", "mkv", "live-mkv", "flv", "live-flv", "ts",
             "m2ts", "hls", "hls-fmp4"]  # fmt: skip


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_container_tells_the_same_story(clips, kind):
    info = probe(clips.container(kind))
    assert info.kind is (MediaKind.HLS if kind.startswith("hls") else MediaKind.FILE)
    assert abs(info.duration_ms - 6000) <= TOLERANCE_MS
    assert (info.audio.codec, info.audio.sample_rate, info.audio.channels) == ("aac", 44100, 1)
    assert info.video is not None
    assert (info.video.codec, info.video.width, info.video.height) == ("h264", 160, 284)
    assert info.video.frame_rate == pytest.approx(25, rel=0.02)
    assert info.video.pixel_format == "yuv420p"
    assert info.audio.start_ms <= TOLERANCE_MS
    assert info.video.start_ms <= TOLERANCE_MS
    assert info.size_bytes > 10_000


AUDIO_ONLY = {
    "wav": ("sound.wav",),
    "mp3": ("sound.mp3", "-b:a", "64k"),
    "mp3 without index": ("noindex.mp3", "-b:a", "64k", "-write_xing", "0"),
    "m4a": ("sound.m4a",),
    "ogg": ("sound.ogg", "-c:a", "libopus"),
    "flac": ("sound.flac",),
    "aac": ("sound.aac",),
}


@pytest.mark.parametrize("label", AUDIO_ONLY)
def test_sound_alone_is_a_recording(clips, label):
    name, *options = AUDIO_ONLY[label]
    info = probe(clips.from_lavfi(name, *options, picture=""))
    assert info.video is None
    assert abs(info.duration_ms - 6000) <= TOLERANCE_MS + 30


def test_a_playlist_file_is_as_good_as_its_folder(clips):
    folder = clips.container("hls")
    by_file = probe(folder / "index.m3u8")
    assert by_file == probe(folder)


@pytest.mark.parametrize(("turn", "size"), [(0, (160, 284)), (90, (284, 160)), (180, (160, 284)),
                                            (270, (284, 160))])  # fmt: skip
def test_rotation_is_applied(clips, turn, size):
    path = clips.cached(
        f"turned{turn}.mp4",
        lambda path: clips.run(
            "-display_rotation", str(turn), "-i", clips.base, "-c", "copy", path
        ),
    )
    video = probe(path).video
    assert video is not None
    assert (video.width, video.height) == size


def test_pixels_are_made_square(clips):
    path = clips.from_lavfi(
        "wide.mp4", "-vf", "setsar=2/1", "-c:v", "libx264", "-preset", "ultrafast", "-t", "1"
    )
    video = probe(path).video
    assert video is not None
    assert (video.width, video.height) == (320, 284)


def test_a_cover_is_no_picture(clips):
    def make(path: Path) -> None:
        cover = clips.folder / "cover.png"
        clips.run("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", cover)
        clips.run(
            "-i", clips.base, "-i", cover, "-map", "0:a", "-map", "1:v", "-c:a", "copy",
            "-c:v", "png", "-disposition:v", "attached_pic", path,
        )  # fmt: skip

    assert probe(clips.cached("covered.m4a", make)).video is None


def test_the_track_marked_as_default_is_taken(clips):
    path = clips.cached(
        "two.mkv",
        lambda path: clips.run(
            "-i", clips.base, "-f", "lavfi", "-i", "anullsrc=r=48000:d=6", "-map", "0", "-map", "1",
            "-c:v", "copy", "-c:a", "aac", "-disposition:a:0", "0", "-disposition:a:1", "default",
            path,
        ),
    )  # fmt: skip
    assert probe(path).audio.sample_rate == 48000


def test_late_starts_are_told(clips):
    path = clips.from_lavfi(
        "late-sound-probe.mkv",
        "-filter_complex", "[1:a]atrim=start=2[a]", "-map", "0:v", "-map", "[a]",
        "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le",
    )  # fmt: skip
    info = probe(path)
    assert info.video is not None
    assert (info.audio.start_ms, info.video.start_ms) == (2000, 0)


def test_a_clock_that_starts_again_does_not_fool_the_length(clips):
    part = clips.container("ts").read_bytes()
    path = clips.cached("joined-probe.ts", lambda path: path.write_bytes(part * 3))
    assert probe(path).duration_ms == pytest.approx(3 * 6030, abs=100)


def test_a_track_that_begins_in_mid_stream_is_borne(clips, tmp_path, ffmpeg):
    """Live recorders add captions when somebody speaks; PyAV stumbles over them at the end."""

    def text(value: bytes) -> bytes:
        return b"\x02" + len(value).to_bytes(2) + value

    # An AMF object {"text": "hi"} named onTextData, in a script tag at 5.9 s.
    body = text(b"onTextData") + b"\x08\0\0\0\x01\0\x04text" + text(b"hi") + b"\0\0\x09"
    tag = b"\x12" + len(body).to_bytes(3) + b"\0\x17\x0c\0\0\0\0" + body
    path = tmp_path / "captions.flv"
    captions = (tag + len(tag).to_bytes(4)) * 5
    path.write_bytes(clips.container("live-flv").read_bytes() + captions)
    info = probe(path)
    assert info.duration_ms == pytest.approx(6030, abs=TOLERANCE_MS)
    done = extract_audio(path, info, tmp_path / "out.wav", ffmpeg=ffmpeg)
    assert done.duration_ms == pytest.approx(6030, abs=TOLERANCE_MS)


NAMES = [
    "with space.mp4",
    'it\'s "quoted".mp4',
    "看点直播 回放.mp4",
    "-y.mp4",
    "%03d.mp4",
    "new\nline.mp4",
    "http:__host_x.mp4",
    "file:x.mp4",
    "concat:a|b.mp4",
    "[0:v],scale=1;#?.mp4",
    "😀.mp4",
    "no suffix",
    "\\back\\slash.mp4",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_are_only_names(clips, tmp_path, name, monkeypatch):
    shutil.copy(clips.base, tmp_path / name)
    assert probe(tmp_path / name).duration_ms == 6000
    monkeypatch.chdir(tmp_path)
    assert probe(Path(name)).duration_ms == 6000


def noise(count: int) -> bytes:
    return random.Random(7).randbytes(count)


def make_bad(clips, folder: Path, label: str) -> Path:  # noqa: C901, PLR0912  a table
    path = folder / "bad.mp4"
    match label:
        case "missing":
            return path
        case "folder without playlist":
            return folder
        case "empty":
            path.write_bytes(b"")
        case "one byte":
            path.write_bytes(b"x")
        case "text":
            path.write_text("hello, this is no video\n" * 50)
        case "html":
            path.write_text("<!DOCTYPE html><html><body>404</body></html>" * 20)
        case "random":
            path.write_bytes(noise(50_000))
        case "playlist in disguise":
            path.write_text("#EXTM3U\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n")
        case "concat script in disguise":
            path.write_text(f"ffconcat version 1.0\nfile '{clips.base}'\n")
        case "a picture":
            clips.run("-f", "lavfi", "-i", "color=red:s=64x64", "-frames:v", "1", folder / "x.png")
            (folder / "x.png").rename(path)
        case "no audio":
            clips.run("-i", clips.base, "-an", "-c", "copy", path)
        case "audio without samples":
            path = folder / "bad.wav"
            whole = clips.from_lavfi("sound.wav", picture="").read_bytes()
            path.write_bytes(whole[: whole.find(b"data")] + b"data\0\0\0\0")
        case "audio that does not decode":
            clips.run("-i", clips.base, "-c", "copy", "-bsf:a", "noise=amount=1", path)
        case "fifo":
            os.mkfifo(path)
        case "name with a newline":
            path = folder / "two\nlines.mp4"
            path.write_bytes(b"")
        case _:
            raise AssertionError(label)
    return path


BAD = {
    "missing": r"bad\.mp4 does not exist in .*; check the path",
    "folder without playlist": r"is a folder without an HLS playlist \(\.m3u8\); give",
    "empty": r"bad\.mp4 is empty \(0 bytes\); fetch",
    "one byte": r"bad\.mp4 is not a recording that can be read .*; give",
    "text": r"bad\.mp4 is not a recording that can be read .*; give",
    "html": r"bad\.mp4 is not a recording that can be read .*; give",
    "random": r"bad\.mp4 is not a recording that can be read .*; give",
    "playlist in disguise": r"bad\.mp4 is not a recording that can be read .*; give",
    "concat script in disguise": r"bad\.mp4 is not a recording that can be read .*; give",
    "a picture": r"bad\.mp4 is not a recording that can be read .*; give",
    "no audio": r"bad\.mp4 has no audio track, .*; give",
    "audio without samples": r"bad\.wav .*; ",
    "audio that does not decode": r"bad\.mp4 has a track of sound, but nothing in it",
    "fifo": r"bad\.mp4 is not a regular file; give",
    "name with a newline": r"two\\nlines\.mp4 is empty",
}


@pytest.mark.parametrize("label", BAD)
def test_bad_recordings_are_refused_in_one_sentence(clips, tmp_path, label):
    with pytest.raises(InputError, match=BAD[label]) as caught:
        probe(make_bad(clips, tmp_path, label))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300
