"""The clips that encoders are compared on: the user's own, or made ones when there are none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

from tests.bench.clock import measure

SUFFIXES = frozenset({".flv", ".mkv", ".mov", ".mp4", ".ts", ".webm"})

MADE_S, MADE_RATE = 8, 25
"""As long as a group of pictures, so that keyframes weigh as they do in a long recording."""

MADE = {
    "host-before-wall": (
        # A soft blob that sways and flickers in front of a gradient, under sensor noise.
        "gradients=s=360x360:c0=0x8899aa:c1=0x556677:x0=0:y0=0:x1=360:y1=360:speed=0.00001"
        ":r={rate}:d={s},"
        "geq=lum='lum(X,Y)+60*exp(-(pow(X-180-15*sin(T*2),2)+pow(Y-165-6*sin(T*5),2))/5000)"
        "*(1+0.2*sin(X/6)*sin(Y/5))':cb='cb(X,Y)':cr='cr(X,Y)',noise=alls=5:allf=t"
    ),
    "pan-over-goods": (
        # Detail that moves as a whole.
        "mandelbrot=s=480x360:r={rate}:end_scale=0.3,trim=duration={s},noise=alls=3:allf=t"
    ),
    "ticker": (
        # Sharp edges and a counter over a moving gradient: price tags and overlays.
        "testsrc2=s=360x480:r={rate}:d={s},gblur=sigma=1.2,noise=alls=4:allf=t"
    ),
    "water": (
        # Nothing that motion search could find again.
        "life=s=180x180:mold=10:r={rate}:ratio=0.1:death_color=#204060:life_color=#c0d0e0,"
        "trim=duration={s},scale=360:360,gblur=sigma=3"
    ),
}
"""What lavfi draws; none of it looks like a person, so that only the order of encoders means much.
"""


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip to encode."""

    name: str
    path: Path
    width: int
    height: int
    frame_rate: float
    seconds: float
    digest: str
    """Of its bytes, so that a measurement is known again."""

    def describe(self) -> str:
        """Return size and length for people."""
        return f"{self.width}x{self.height}, {self.seconds:.1f} s, {self.frame_rate:g} frames/s"


def read_clips(folder: Path, *, limit_s: float | None, ffmpeg: Path, work: Path) -> list[Clip]:
    """Return the clips of a folder, in the order of their names.

    Args:
        folder: where they are; never written to.
        limit_s: what is longer is cut, its packets copied; None = all of it.
        ffmpeg: what cuts.
        work: where cut ones are put.

    Raises:
        SystemExit: when the folder holds no clips.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise SystemExit(f"there are no clips ({', '.join(sorted(SUFFIXES))}) in {folder}")
    clips = [look_at(path) for path in paths]
    if limit_s is None:
        return clips
    return [
        clip if clip.seconds <= limit_s + 0.5 else _cut(clip, limit_s, ffmpeg, work)
        for clip in clips
    ]


def look_at(path: Path) -> Clip:
    """Return what a clip is."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        times = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
        rate = float(stream.average_rate or 0) or MADE_RATE
        return Clip(
            name=path.stem,
            path=path,
            width=stream.width,
            height=stream.height,
            frame_rate=rate,
            seconds=len(times) / rate,
            digest=hashlib.sha256(path.read_bytes()).hexdigest()[:16],
        )


def _cut(clip: Clip, limit_s: float, ffmpeg: Path, work: Path) -> Clip:
    target = work / f"{clip.name}.mkv"
    # Bit-exact: else every file has another random name inside, and is measured anew.
    copied = ("-map", "0:v:0", "-c", "copy", "-t", f"{limit_s:g}", "-fflags", "+bitexact")
    run(ffmpeg, "-i", clip.path, *copied, target)
    return look_at(target)


def make_clips(ffmpeg: Path, work: Path) -> list[Clip]:
    """Draw clips, losslessly: encoders must not be judged on another encoder's faults."""
    return [look_at(path) for path in _iter_made(ffmpeg, work)]


def _iter_made(ffmpeg: Path, work: Path) -> Iterator[Path]:
    for name, graph in MADE.items():
        target = work / f"{name}.mkv"
        drawn = graph.format(rate=MADE_RATE, s=MADE_S)
        lossless = ("-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
        run(ffmpeg, "-f", "lavfi", "-i", drawn, "-t", str(MADE_S), *lossless, target)
        yield target


def join_clips(clips: list[Clip], length_s: float, ffmpeg: Path, work: Path) -> Clip:
    """Make a recording of at least this length out of clips, one after another, over and over.

    All are scaled to the first one's size and rate and coded almost without loss: the joined
    recording is the source that encoders are tried on.
    """
    size = f"{clips[0].width}:{clips[0].height}"
    inputs: list[str | Path] = []
    filters: list[str] = []
    total_s = 0.0
    while total_s < length_s:
        for clip in clips:
            at = len(filters)
            inputs += ["-i", clip.path]
            filters.append(
                f"[{at}:v:0]scale={size}:force_original_aspect_ratio=decrease,pad={size}:-1:-1,"
                f"setsar=1,fps={clips[0].frame_rate:g},format=yuv420p[v{at}]"
            )
            total_s += clip.seconds
            if total_s >= length_s:
                break
    joined = "".join(f"[v{at}]" for at in range(len(filters)))
    graph = ";".join([*filters, f"{joined}concat=n={len(filters)}:v=1:a=0[v]"])
    target = work / "joined.mkv"
    coded = ("-c:v", "libx264", "-crf", "12", "-preset", "superfast", "-g", "60")
    run(ffmpeg, *inputs, "-filter_complex", graph, "-map", "[v]", *coded, target)
    return look_at(target)


def run(ffmpeg: Path, *arguments: str | Path) -> float:
    """Run ffmpeg and return the CPU seconds that it took.

    Raises:
        SystemExit: when it fails.
    """
    head = [str(ffmpeg), "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    return measure([*head, *map(str, arguments)]).cpu_s
