"""Tiny recordings with known truth, made by the real ffmpeg when first asked for.

Picture: black, with a white flash of 200 ms at 1, 3 and 5 s. Sound: silence, with a 1 kHz beep of
200 ms at the same moments. So whatever is done to a clip, flash and beep tell what time it is.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.media.tool import Ffmpeg, find_ffmpeg

SIZE = "160x284"
PICTURE = (
    f"color=c=black:s={SIZE}:r=25:d=6,"
    "drawbox=c=white:t=fill:enable='between(mod(t,2),1,1.199)',format=yuv420p"
)
SOUND = "aevalsrc='0.125*sin(2000*PI*t)*between(mod(t,2),1,1.2)':s=44100:d=6"
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25")
AAC = ("-c:a", "aac", "-b:a", "64k")


class Clips:
    """Makes clips, each once a session."""

    def __init__(self, folder: Path, ffmpeg: Ffmpeg) -> None:
        self.folder = folder
        self.ffmpeg = ffmpeg

    def run(self, *arguments: str | Path) -> None:
        subprocess.run(
            [self.ffmpeg.path, "-nostdin", "-v", "error", "-y", *arguments],
            check=True,
            capture_output=True,
        )

    def cached(self, name: str, make: Callable[[Path], None]) -> Path:
        path = self.folder / name
        if not path.exists():
            make(path)
        return path

    def from_lavfi(self, name: str, *options: str, picture: str = PICTURE, sound: str = SOUND):
        """Encode picture and sound, either left out when empty."""
        inputs = [
            part for source in (picture, sound) if source for part in ("-f", "lavfi", "-i", source)
        ]
        return self.cached(name, lambda path: self.run(*inputs, *options, path))

    @property
    def base(self) -> Path:
        """H.264 without B frames and AAC-LC, starting together at 0."""
        return self.from_lavfi("base.mp4", *H264, "-bf", "0", *AAC)

    def remux(self, name: str, *options: str, source: Path | None = None) -> Path:
        """Copy the packets of a clip into another container."""
        start = source or self.base
        return self.cached(
            name, lambda path: self.run("-i", start, "-map", "0", "-c", "copy", *options, path)
        )

    def hls(self, name: str = "hls", *options: str) -> Path:
        """Cut the base clip into an HLS folder."""

        def make(folder: Path) -> None:
            folder.mkdir()
            self.run(
                "-i", self.base, "-c", "copy", "-hls_time", "2", "-hls_playlist_type", "vod",
                *options, folder / "index.m3u8",
            )  # fmt: skip

        return self.cached(name, make)

    def container(self, kind: str) -> Path:
        """The base clip in one of `CONTAINERS`."""
        if kind == "hls":
            return self.hls()
        if kind == "hls-fmp4":
            return self.hls("hls-fmp4", "-hls_segment_type", "fmp4")
        name, *options = CONTAINERS[kind]
        return self.remux(name, *options)


CONTAINERS: dict[str, tuple[str, ...]] = {
    "mp4": ("plain.mp4",),
    "faststart": ("faststart.mp4", "-movflags", "+faststart"),
    "fragmented": ("fragmented.mp4", "-movflags", "+frag_keyframe+empty_moov"),
    "mov": ("clip.mov",),
    "mkv": ("clip.mkv",),
    "live-mkv": ("live.mkv", "-f", "matroska", "-live", "1"),
    "flv": ("clip.flv",),
    "live-flv": ("live.flv", "-flvflags", "+no_duration_filesize"),
    "ts": ("clip.ts",),
    "m2ts": ("clip.m2ts", "-mpegts_m2ts_mode", "1"),
}

HLS_KINDS = ("hls", "hls-fmp4")


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    """The ffmpeg under test: the one that the commands would use here."""
    return find_ffmpeg()


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    """Made with the ffmpeg that comes along, so that they are the same everywhere."""
    return Clips(tmp_path_factory.mktemp("clips"), find_ffmpeg(environ={}))
