"""The replay is what every browser plays, whatever went in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import av
import pytest

from models.decision import Codec
from models.errors import InputError, ResourceError, ToolError
from pipeline.media.audio import extract_audio
from pipeline.media.encoding import EncodeSettings
from pipeline.media.fingerprint import fingerprint
from pipeline.media.probe import probe
from pipeline.media.transcode import Encode, Plan, transcode

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25")
AAC = ("-c:a", "aac", "-b:a", "64k")
FAST = EncodeSettings(threads=1)
ROOT = Path(__file__).parents[2]


def make(
    source: Path,
    target: Path,
    ffmpeg,
    settings: EncodeSettings = FAST,
    plan: Plan | None = None,
):
    return transcode(source, probe(source), target, ffmpeg=ffmpeg, settings=settings, plan=plan)


def boxes(path: Path) -> list[str]:
    raw, at, found = path.read_bytes(), 0, []
    while at < len(raw):
        found.append(raw[at + 4 : at + 8].decode())
        at += int.from_bytes(raw[at : at + 4])
    return found


@pytest.mark.parametrize("kind", ["mp4", "fragmented", "mov", "mkv", "live-flv", "ts", "hls",
                                  "hls-fmp4"])  # fmt: skip
def test_every_container_becomes_the_same_replay(clips, tmp_path, ffmpeg, kind):
    target = tmp_path / "replay.mp4"
    rendition = make(clips.container(kind), target, ffmpeg)
    assert (rendition.url, rendition.mime) == ("replay.mp4", "video/mp4")
    assert (rendition.width, rendition.height) == (160, 284)
    assert rendition.bytes == target.stat().st_size
    assert rendition.duration_ms == pytest.approx(6000, abs=60)
    assert rendition.codecs.startswith("avc1.6400")
    assert rendition.codecs.endswith(",mp4a.40.2")
    order = boxes(target)
    assert order.index("moov") < order.index("mdat"), "the index must come first"


SOURCES = {
    "60 frames/s": (("-r", "60"), None),
    "50 frames/s": (("-r", "50"), None),
    "10-bit 4:2:2": (("-pix_fmt", "yuv422p10le"), None),
    "full range": (("-pix_fmt", "yuvj420p"), None),
    "odd size": (("-vf", "scale=161:285", "-pix_fmt", "yuv444p"), (160, 284)),
    "wide pixels": (("-vf", "scale=80:284,setsar=2/1"), (160, 284)),
    "5.1 sound": (("-ac", "6"), None),
    "8 kHz sound": (("-ar", "8000"), None),
    "96 kHz sound": (("-ar", "96000"), None),
    "tiny": (("-vf", "scale=2:2"), (2, 2)),
}


@pytest.mark.parametrize("label", SOURCES)
def test_every_source_becomes_playable(clips, tmp_path, ffmpeg, label):
    options, size = SOURCES[label]
    name = "".join(char if char.isalnum() else "-" for char in label) + ".mov"
    source = clips.from_lavfi(
        name, "-t", "2", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le", *options
    )
    target = tmp_path / "replay.mp4"
    rendition = make(source, target, ffmpeg)
    with av.open(str(target)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        frames = list(container.decode(video))
        assert video.codec_context.pix_fmt == "yuv420p"
        assert video.codec_context.profile == "High"
        assert video.sample_aspect_ratio in {None, 0, 1}
        assert len(frames) / 2 <= 30.5
        assert audio.codec_context.channels <= 2
        assert audio.codec_context.sample_rate <= 48000
    assert (rendition.width, rendition.height) == (size or (160, 284))


def test_rotation_becomes_upright_pixels(clips, tmp_path, ffmpeg):
    source = clips.cached(
        "turned.mp4",
        lambda path: clips.run("-display_rotation", "90", "-i", clips.base, "-c", "copy", path),
    )
    target = tmp_path / "replay.mp4"
    rendition = make(source, target, ffmpeg)
    assert (rendition.width, rendition.height) == (284, 160)
    with av.open(str(target)) as container:
        assert next(container.decode(video=0)).rotation == 0


def test_large_pictures_are_scaled_down(clips, tmp_path, ffmpeg):
    source = clips.from_lavfi(
        "large.mp4", "-t", "0.5", "-vf", "scale=1080:1920,setsar=1", "-c:v", "libx264", "-preset",
        "ultrafast",
    )  # fmt: skip
    rendition = make(source, tmp_path / "replay.mp4", ffmpeg)
    assert (rendition.width, rendition.height) == (720, 1280)
    assert rendition.codecs.startswith("avc1.64001f"), "level 3.1 is what old telephones play"


def test_a_change_of_size_in_mid_stream_is_borne(clips, tmp_path, ffmpeg):
    def make_mixed(path: Path) -> None:
        small = clips.from_lavfi(
            "small.ts", "-vf", "scale=80:142", "-c:v", "libx264", "-preset", "ultrafast",
            "-c:a", "aac",
        )  # fmt: skip
        path.write_bytes(clips.container("ts").read_bytes() + small.read_bytes())

    target = tmp_path / "replay.mp4"
    rendition = make(clips.cached("mixed.ts", make_mixed), target, ffmpeg)
    assert (rendition.width, rendition.height) == (160, 284)
    assert rendition.duration_ms == pytest.approx(12_050, abs=120)


def test_a_recording_that_joins_a_broadcast_in_its_middle_is_borne(clips, tmp_path, ffmpeg):
    """Its first pictures refer to ones that nobody recorded; the first whole one stands in."""

    def make_joining(path: Path) -> None:
        long_gop = clips.from_lavfi(
            "long-gop.ts", "-c:v", "libx264", "-preset", "superfast", "-g", "60", "-sc_threshold",
            "0", "-c:a", "aac",
        )  # fmt: skip
        packets = long_gop.read_bytes()
        path.write_bytes(packets[len(packets) // 188 // 8 * 188 :])

    source = clips.cached("joining.ts", make_joining)
    info = probe(source)
    sound = extract_audio(source, info, tmp_path / "out.wav", ffmpeg=ffmpeg)
    rendition = make(source, tmp_path / "replay.mp4", ffmpeg)
    assert rendition.duration_ms == pytest.approx(sound.media_ms, abs=60)


@pytest.mark.parametrize("codec", Codec)
def test_the_frame_on_show_at_every_asked_moment_is_a_keyframe(codec, clips, tmp_path, ffmpeg):
    """x265 drops them, unless told; a keyframe one frame late would make jumps start far back."""
    asked = (1000, 1810, 2510, 5100)
    source = clips.from_lavfi("moving.mp4", *H264, *AAC, picture="testsrc2=s=160x284:r=25:d=6")
    target = tmp_path / "replay.mp4"
    make(source, target, ffmpeg, replace(FAST, codec=codec), Plan(Encode(30, asked)))
    with av.open(str(target)) as container:
        frames = {
            round(1000 * packet.pts * packet.time_base): packet.is_keyframe
            for packet in container.demux(video=0)
            if packet.pts is not None
        }
    for moment in asked:
        shown = max(at for at in frames if at <= moment)
        assert moment - shown < 40
        assert any(frames.get(at) for at in range(shown - 40, shown + 1)), f"none at {moment} ms"


@pytest.mark.parametrize("codec", Codec)
def test_a_jump_shows_its_picture_at_once(codec, clips, tmp_path, ffmpeg):
    """What a player does: seek, decode from the keyframe before, show the frame of the moment."""
    source = clips.from_lavfi("moving.mp4", *H264, *AAC, picture="testsrc2=s=160x284:r=25:d=6")
    target = tmp_path / "replay.mp4"
    make(source, target, ffmpeg, replace(FAST, codec=codec), Plan(Encode(30, (2500,))))
    with av.open(str(target)) as container:
        container.seek(2_500_000, backward=True)
        first = next(container.decode(video=0))
        assert 0 <= 2500 - first.time * 1000 < 100


def test_small_sound_is_copied_and_large_sound_is_not(clips, tmp_path, ffmpeg):
    target = tmp_path / "replay.mp4"
    copied, encoded = [], []
    for settings, heard in ((FAST, copied), (replace(FAST, copy_audio_up_to=1), encoded)):
        make(clips.base, target, ffmpeg, settings)
        with av.open(str(target)) as container:
            heard += [bytes(packet) for packet in container.demux(audio=0) if packet.size]
    with av.open(str(clips.base)) as container:
        original = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
    assert copied == original
    assert encoded != original


def test_sound_alone_becomes_an_audio_replay(clips, tmp_path, ffmpeg):
    source = clips.from_lavfi("sound.wav", picture="")
    rendition = make(source, tmp_path / "replay.m4a", ffmpeg)
    assert (rendition.mime, rendition.codecs) == ("audio/mp4", "mp4a.40.2")
    assert (rendition.width, rendition.height) == (0, 0)
    assert rendition.duration_ms == pytest.approx(6000, abs=60)


def test_the_same_recording_gives_the_same_replay(clips, tmp_path, ffmpeg):
    prints = set()
    for name in ("one.mp4", "two.mp4"):
        make(clips.base, tmp_path / name, ffmpeg)
        prints.add(fingerprint(tmp_path / name))
    assert len(prints) == 1


@pytest.mark.parametrize("name", ["-y.mkv", "%03d.mkv", 'it\'s "x"\n看.mkv', "a|b:c,d;[0].mkv"])
def test_names_are_only_names(clips, tmp_path, ffmpeg, name):
    source = tmp_path / name
    source.write_bytes(clips.container("mkv").read_bytes())
    out = tmp_path / "out"
    out.mkdir()
    assert make(source, out / f"{name}.mp4", ffmpeg).url == f"{name}.mp4"
    extract_audio(source, probe(source), out / f"{name}.wav", ffmpeg=ffmpeg)
    assert sorted(file.name for file in out.iterdir()) == sorted([f"{name}.mp4", f"{name}.wav"])


def test_progress_rises_to_the_end(clips, tmp_path, ffmpeg):
    told: list[tuple[int, int]] = []
    transcode(
        clips.base, probe(clips.base), tmp_path / "replay.mp4", ffmpeg=ffmpeg, settings=FAST,
        report=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == sorted(told)
    assert told[-1] == (6000, 6000)
    assert {total for _, total in told} == {6000}


def test_a_damaged_picture_is_refused(clips, tmp_path, ffmpeg):
    source = clips.remux("noisy-picture.mkv", "-bsf:v", "noise=amount='if(lt(n,20),0,3)'")
    with pytest.raises(InputError, match=r"is damaged: \d+ errors while decoding it"):
        make(source, tmp_path / "replay.mp4", ffmpeg)
    assert list(tmp_path.iterdir()) == []


WITHOUT_PICTURE = """
kept=()
while [ $# -gt 0 ]; do
  case "$1$2" in -filter_complex*|-map\\[*) shift 2;; *) kept+=("$1"); shift;; esac
done
exec "$REAL" "${kept[@]}"
"""

LYING = {
    "writes nothing": ("exit 0", "reported success"),
    "stops early": ('n=$(($#-1)); exec "$REAL" "${@:1:$n}" -t 2 "${@: -1}"', "ends at"),
    "loses the sound": ('n=$(($#-1)); exec "$REAL" "${@:1:$n}" -an "${@: -1}"', "no sound"),
    "loses the picture": (WITHOUT_PICTURE, "no picture"),
    "writes junk": ('printf junk > "${@: -1}"', "reported success"),
    "fails": ("echo 'it broke' >&2; exit 7", "exit status 7"),
    "crashes": ("kill -SEGV $$", "SIGSEGV"),
}


@pytest.mark.parametrize("label", LYING)
def test_what_ffmpeg_claims_is_checked(clips, tmp_path, ffmpeg, label):
    body, message = LYING[label]
    fake = tmp_path / "ffmpeg"
    body = body.replace('"${@: -1}"', '"${target#file:}"') if "junk" in body else body
    # The target is the last argument but for the global options that ffmpeg-python puts behind it.
    fake.write_text(
        f"#!/bin/bash\nREAL={ffmpeg.path}\n"
        'args=(); target=\nfor a in "$@"; do case "$a" in file:*partial) target="$a";; esac; done\n'
        'for a in "$@"; do [ "$a" = "$target" ] || args+=("$a"); done; '
        'set -- "${args[@]}" "$target"\n'
        f"{body}\n"
    )
    fake.chmod(0o755)
    out = tmp_path / "out"
    out.mkdir()
    # Sound that is encoded: what is copied is decoded beside, into a second output.
    encoding = replace(FAST, copy_audio_up_to=1)
    with pytest.raises(ToolError, match=message):
        make(clips.base, out / "replay.mp4", replace(ffmpeg, path=fake), encoding)
    assert list(out.iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(clips, tmp_path):
    """A limit on file sizes stands in for the disk: ffmpeg and kernel treat both alike."""
    code = (
        "import pathlib, resource, sys\n"
        "from models.errors import ResourceError\n"
        "from pipeline.media.audio import extract_audio\n"
        "from pipeline.media.encoding import EncodeSettings\n"
        "from pipeline.media.probe import probe\n"
        "from pipeline.media.tool import find_ffmpeg\n"
        "from pipeline.media.transcode import transcode\n"
        "source, out = map(pathlib.Path, sys.argv[1:])\n"
        "info, ffmpeg = probe(source), find_ffmpeg()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "for work in (lambda: extract_audio(source, info, out / 'a.wav', ffmpeg=ffmpeg),\n"
        "             lambda: transcode(source, info, out / 'r.mp4', ffmpeg=ffmpeg,\n"
        "                               settings=EncodeSettings())):\n"
        "    try:\n"
        "        work()\n"
        "    except ResourceError as error:\n"
        "        print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, clips.base, tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert [line.split(" in ")[0] for line in lines] == [
        "no space left to write a.wav",
        "no space left to write r.mp4",
    ]
    assert list(tmp_path.iterdir()) == []


def test_too_little_space_is_told_before_starting(clips, tmp_path, ffmpeg, monkeypatch):
    monkeypatch.setattr("pipeline.media.artifact.RESERVE_BYTES", 1 << 60)
    with pytest.raises(ResourceError, match="MiB are needed"):
        make(clips.base, tmp_path / "replay.mp4", ffmpeg)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_job_leaves_no_process_and_goes_through_the_next_time(clips, tmp_path, ffmpeg):
    slow = clips.from_lavfi(
        "slow-to-encode.mp4", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac",
        picture="testsrc2=s=640x360:r=25:d=6,noise=alls=40:allf=t",
    )  # fmt: skip
    target = tmp_path / "replay.mp4"
    code = (
        "import pathlib, sys\n"
        "from models.decision import Codec\n"
        "from pipeline.media.encoding import EncodeSettings\n"
        "from pipeline.media.probe import probe\n"
        "from pipeline.media.tool import find_ffmpeg\n"
        "from pipeline.media.transcode import transcode\n"
        "source, target = map(pathlib.Path, sys.argv[1:])\n"
        "transcode(source, probe(source), target, ffmpeg=find_ffmpeg(),\n"
        "          settings=EncodeSettings(codec=Codec.HEVC, threads=1))\n"
    )
    job = subprocess.Popen([sys.executable, "-c", code, slow, target], cwd=ROOT)
    try:
        partial = tmp_path / ".replay.mp4.partial"
        deadline = time.monotonic() + 20
        while not (partial.exists() and processes_of(partial) and partial.stat().st_size):
            assert time.monotonic() < deadline
            assert job.poll() is None, "it was done before it could be killed"
            time.sleep(0.02)
    finally:
        os.kill(job.pid, signal.SIGKILL)
        job.wait()
    deadline = time.monotonic() + 3
    while processes_of(partial) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert processes_of(partial) == []
    assert not target.exists()
    make(slow, target, ffmpeg)
    assert [file.name for file in tmp_path.iterdir()] == ["replay.mp4"]


def processes_of(partial: Path) -> list[int]:
    """Return the ffmpegs that write to a file."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                arguments = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"file:" + os.fsencode(partial) in arguments:
                found.append(int(folder.name))
    return found
