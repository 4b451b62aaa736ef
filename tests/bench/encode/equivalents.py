"""Which XPSNR and which SSIM mean the same as a VMAF NEG: prints pairs for `media.quality`.

    python -m tests.bench.encode.equivalents FOLDER

Each clip is encoded at several CRFs and measured by all three; on its curve the value that belongs
to each knot is read off; the pair is the median of the clips. How far clips lie apart says how much
such a translation is worth.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.media.tool import find_ffmpeg
from tests.bench.clock import measure
from tests.bench.encode.candidates import BASELINE
from tests.bench.encode.clips import Clip, read_clips
from tests.bench.encode.measure import Workbench

KNOTS = (50.0, 72.0, 86.0, 92.0, 97.0)
"""Where the relation bends, and what replays aim at between."""

CRFS = (12.0, 18.0, 23.0, 28.0, 34.0, 41.0)
LIMIT_S = 5.0

SAID = {
    "xpsnr": re.compile(r"XPSNR\s+y:\s*([0-9.]+)"),
    "ssim": re.compile(r"SSIM\b.*?Y:([0-9.]+)"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """One encode by all measures."""

    vmaf: float
    other: dict[str, float]


def look(bench: Workbench, clip: Clip) -> list[Look]:
    """Encode a clip from good to poor and measure every encode."""
    looks = []
    for crf in CRFS:
        made = bench.encode(clip, BASELINE.arguments(crf, clip))
        other = {name: _measure(name, bench, made.path, clip.path) for name in SAID}
        looks.append(Look(bench.quality(made.path, clip.path), other))
    return looks


def _measure(name: str, bench: Workbench, made: Path, reference: Path) -> float:
    numbered = "settb=1/1000,setpts=N*40"
    graph = f"[0:v]{numbered}[made];[1:v]{numbered}[reference];[made][reference]{name}"
    head = [str(bench.ffmpeg), "-nostdin", "-hide_banner", "-nostats"]
    inputs = ["-threads", "1", "-i", str(made), "-threads", "1", "-i", str(reference)]
    said = measure([*head, *inputs, "-lavfi", graph, "-f", "null", "-"]).said
    found = SAID[name].findall(said)
    if not found:
        raise SystemExit(f"{name} said nothing of {made}")
    return float(found[-1])


def read_off(looks: Sequence[Look], name: str, knot: float) -> float | None:
    """Return which value of another measure belongs to a VMAF; None beyond what was seen."""
    ranked = sorted((one.vmaf, one.other[name]) for one in looks)
    qualities, values = zip(*ranked, strict=True)
    if not qualities[0] <= knot <= qualities[-1]:
        return None
    return float(np.interp(knot, qualities, values))


def iter_pairs(all_looks: Sequence[Sequence[Look]], name: str) -> Iterator[tuple[float, str]]:
    """Yield for each knot the median of the clips, and how they spread."""
    for knot in KNOTS:
        values = [read_off(looks, name, knot) for looks in all_looks]
        known = sorted(value for value in values if value is not None)
        if known:
            spread = f"{known[0]:.3f} to {known[-1]:.3f}, {len(known)} clips"
            yield statistics.median(known), f"VMAF NEG {knot:g}: {spread}"


def main() -> None:
    """Measure all clips of a folder and print the pairs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    found = find_ffmpeg()
    with tempfile.TemporaryDirectory() as folder:
        bench = Workbench(found.path, found.build_id, Path(folder), None, 1)
        clips = read_clips(asked.folder, limit_s=LIMIT_S, ffmpeg=found.path, work=Path(folder))
        looks = [look(bench, clip) for clip in clips]
        for name in SAID:
            for value, spread in iter_pairs(looks, name):
                print(f"{name:6} {value:8.4f}   {spread}")


if __name__ == "__main__":
    main()
