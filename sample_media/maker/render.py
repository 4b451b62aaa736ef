"""Draw the live room around the speech: WAV, truth and script in, broadcast.mp4 out.

From the repository's root:

    python -m sample_media.maker.render --wav build/sample.wav
"""

from __future__ import annotations

import argparse
import importlib
import math
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from . import host, overlay, studio
from .icons import icon
from .paint import HEIGHT, WIDTH, Picture, scaled
from .script import Script, load_script
from .timeline import FPS, Timeline, read_timeline

HOME = Path(__file__).resolve().parent.parent
SEED = 20_25

PRODUCT_FOOT = (112, 842)
"""Middle of the foot of the product that stands on the table."""

PRODUCT_SIZE = 0.82
BLINK_S = 0.15
REST_ANGLE, WAVE = -6, 15
"""Degrees: the forearm's rest, and how far talking swings it."""

PICTURE_WIDTH = 540
"""Finished width: sharp enough on a phone and small enough to live in a repository."""

VIDEO_CODING = (
    "-c:v", "libx264", "-preset", "slow", "-tune", "animation", "-crf", "28",
    "-pix_fmt", "yuv420p", "-profile:v", "high",
    # A jump in a player lands on a key frame: one every six seconds keeps jumps quick.
    "-g", "120",
    "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
)  # fmt: skip
AUDIO_CODING = ("-c:a", "aac", "-b:a", "64k", "-ar", "48000", "-ac", "1")

REPRODUCIBLE = (
    "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
    "-flags:a", "+bitexact", "-threads", "2", "-movflags", "+faststart",
)  # fmt: skip
"""No dates or version strings, a fixed number of threads: the same input gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How the host holds herself in one frame."""

    mouth: int
    eyes: str
    tilt: int
    nod: int
    arm: int


@dataclass(frozen=True, slots=True)
class Stage:
    """The layers that never change."""

    ground: Picture
    front: Picture
    bars: Picture
    hearts: tuple[overlay.Heart, ...]


def build_stage(script: Script, timeline: Timeline, seed: int) -> Stage:
    """Draw the still layers once."""
    ground = studio.backdrop(script.room.shop, seed)
    ground.alpha_composite(host.body())
    front = studio.table()
    front.alpha_composite(host.resting_arm())
    bars = overlay.bars(script.room, len(script.catalogue))
    ground.alpha_composite(front)
    ground.alpha_composite(bars)
    return Stage(ground.convert("RGB"), front, bars, overlay.hearts(timeline, seed))


def poses(timeline: Timeline, seed: int) -> Iterator[Pose]:
    """Yield the host's pose for every frame, moved by her own voice only."""
    rng = random.Random(f"{seed}:host")
    blink_s, energy, mouth = 1.5, 0.0, 0
    for frame in range(timeline.frames):
        at_s = frame / FPS
        speaker = timeline.speaker(at_s)
        loud = float(timeline.loudness[frame]) if speaker == "host" else 0.0
        if frame % 2 == 0:  # ten shapes a second look like speech, twenty like chattering teeth
            mouth = _mouth(loud)
        energy += (min(1.0, 2 * loud) - energy) * 0.09
        if at_s > blink_s + BLINK_S:
            blink_s = at_s + rng.uniform(2.2, 5.0)
        eyes = "shut" if at_s >= blink_s else "aside" if speaker == "helper" else "open"
        swing = math.sin(at_s * 2.6) + 0.6 * math.sin(at_s * 4.3 + 1)
        yield Pose(
            mouth=mouth,
            eyes=eyes,
            tilt=round(2.4 * math.sin(at_s * 0.9) * (0.4 + energy)),
            nod=round(2 * math.sin(at_s * 1.7) + 4 * energy * math.sin(at_s * 3.9)),
            arm=round(REST_ANGLE - 16 * energy + WAVE * energy * swing),
        )


def _mouth(loud: float) -> int:
    return 0 if loud < 0.06 else 1 if loud < 0.35 else 2 if loud < 0.7 else 3


def draw(script: Script, timeline: Timeline, stage: Stage, pose: Pose, at_s: float) -> Picture:
    """Compose one frame, back to front."""
    frame = stage.ground.copy()
    x, y = host.HEAD_AT
    _put(frame, host.head(pose.mouth, pose.eyes, pose.tilt), (x, y + pose.nod))
    _put(frame, host.forearm(pose.arm), host.elbow_corner())
    edge = (0, studio.TABLE_TOP, WIDTH, studio.TABLE_TOP + 190)
    _put(frame, _strip(stage, edge), edge[:2])
    showing = timeline.showing(at_s)
    if showing is not None:
        size = overlay.pop(showing, at_s)
        product = script.product(showing.product_id)
        _stand(frame, icon(product.category), PRODUCT_SIZE * size)
        _pop_card(frame, overlay.card(product), size, at_s)
    for picture, corner in overlay.chat(timeline.comments, at_s):
        _put(frame, picture, corner)
    for picture, corner in overlay.flying(stage.hearts, at_s):
        _put(frame, picture, corner)
    viewers = overlay.viewers_at(script.room, at_s)
    _put(frame, overlay.viewer_count(viewers), (98, 86))
    return frame


_STRIPS: dict[int, Picture] = {}


def _strip(stage: Stage, edge: tuple[int, int, int, int]) -> Picture:
    """Return the part of the table that hides the elbow; cut once."""
    return _STRIPS.setdefault(id(stage), stage.front.crop(edge))


def _stand(frame: Picture, picture: Picture, size: float) -> None:
    if size > 0.05:
        small = scaled(picture, size)
        x, y = PRODUCT_FOOT
        _put(frame, small, (x - small.width // 2, y - small.height))


def _pop_card(frame: Picture, picture: Picture, size: float, at_s: float) -> None:
    if size <= 0.05:
        return
    small = picture if size == 1 else scaled(picture, size)
    x, y = overlay.CARD_AT
    dx, dy = overlay.CARD_SIZE[0] - small.width, overlay.CARD_SIZE[1] - small.height
    _put(frame, small, (x + dx // 2, y + dy))
    if size == 1:
        _put(frame, overlay.equalizer(int(at_s * 5)), (x + 117, y + 15))


def _put(frame: Picture, picture: Picture, corner: tuple[int, int]) -> None:
    frame.paste(picture, corner, picture)


def frames(script: Script, timeline: Timeline, seed: int) -> Iterator[Picture]:
    """Yield every frame of the broadcast."""
    stage = build_stage(script, timeline, seed)
    for number, pose in enumerate(poses(timeline, seed)):
        yield draw(script, timeline, stage, pose, number / FPS)


def encode(pictures: Iterator[Picture], wav: Path, size: tuple[int, int], out: Path) -> None:
    """Feed the frames to ffmpeg together with the sound."""
    command = [
        _ffmpeg(), "-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{size[0]}x{size[1]}", "-r", str(FPS), "-i", "pipe:0", "-i", str(wav),
        "-vf", "scale=out_color_matrix=bt709:out_range=tv",
        *VIDEO_CODING, *AUDIO_CODING, *REPRODUCIBLE, str(out),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        if process.stdin is None:
            raise RuntimeError("ffmpeg started without an input pipe")
        for picture in pictures:
            fitted = picture.resize(size, Image.Resampling.LANCZOS)
            process.stdin.write(fitted.tobytes())
        process.stdin.close()
    if process.returncode:
        raise RuntimeError(f"ffmpeg failed with status {process.returncode}")


def _ffmpeg() -> str:
    """Return the pinned ffmpeg of imageio-ffmpeg, or the system's own."""
    try:
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except ImportError:
        found = shutil.which("ffmpeg")
        if found is None:
            raise FileNotFoundError("ffmpeg is missing; pip install imageio-ffmpeg") from None
        return found


def main() -> None:
    """Read the command line and make the video, or one still of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--script", type=Path, default=HOME / "script.yaml")
    parser.add_argument("--truth", type=Path, default=HOME / "truth.json")
    parser.add_argument("--wav", type=Path, required=True, help="speech made by speak")
    parser.add_argument("--out", type=Path, default=HOME / "broadcast.mp4")
    parser.add_argument("--width", type=int, default=PICTURE_WIDTH, help="pixels; height follows")
    parser.add_argument("--still", type=float, help="write one frame at this second as PNG instead")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    script = load_script(args.script)
    timeline = read_timeline(script, args.truth, args.wav, args.seed)
    if args.still is not None:
        wanted = min(round(args.still * FPS), timeline.frames - 1)
        for number, picture in enumerate(frames(script, timeline, args.seed)):
            if number == wanted:
                picture.save(args.out)
                return
    size = (args.width, args.width * HEIGHT // WIDTH)
    encode(frames(script, timeline, args.seed), args.wav, size, args.out)


if __name__ == "__main__":
    main()
