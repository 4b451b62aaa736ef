"""What the encode profiles are worth on clips (`make bench-encode [CLIPS=folder]`).

frontier   bits saved and CPU time against veryfast, at the quality of its CRF 23 (VMAF NEG)
reached    how near the rate search comes to its target, every frame of the whole encode measured
searches   the same beside ab-av1's sampling and stopping rule, on a recording of four minutes too

Without CLIPS made pictures are used, which look like nobody: only the order of encoders means much.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from models.decision import Codec
from pipeline.media.tool import find_ffmpeg
from tests.bench.encode.candidates import choose
from tests.bench.encode.clips import Clip, join_clips, make_clips, read_clips
from tests.bench.encode.frontier import compare, format_clips, format_table
from tests.bench.encode.measure import Workbench
from tests.bench.encode.picture import draw
from tests.bench.encode.searches import Recording, search_ab_av1, search_ours, settings_for
from tests.bench.encode.sweep import SWEEP, USUAL
from tests.bench.encode.verdict import Pair, conclude, describe, format_pairs

PARTS = ("frontier", "reached", "searches")
LIMIT_S = 8.0
"""Of a clip: as long as a group of pictures; the order of encoders does not change beyond."""

LONG_S = 245.0
"""More than twelve of the search's windows, and enough for ab-av1 to take a sample of 20 s."""


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=Path, help="folder of clips")
    parser.add_argument("--only", choices=PARTS, action="append", help="part to run; default: all")
    parser.add_argument("--sweep", action="store_true", help="all encoder settings, whole clips")
    parser.add_argument("--names", nargs="+", default=[], help="settings to compare, by name")
    parser.add_argument("--limit", type=float, help=f"seconds of a clip (default {LIMIT_S:g})")
    parser.add_argument("--codec", type=Codec, default=Codec.H264, help="of the searches")
    parser.add_argument("--target", type=float, help="of the searches, in VMAF NEG")
    parser.add_argument(
        "--memory", type=Path, help="file that keeps what was measured, CPU time too"
    )
    parser.add_argument("--long", type=float, default=LONG_S, help="seconds of the joined clips")
    parser.add_argument("--svg", type=Path, help="where to write the frontier as a picture")
    parser.add_argument("--threads", type=int, help="of VMAF (default: all cores)")
    asked = parser.parse_args()
    found = find_ffmpeg()
    if "libvmaf" not in found.filters:
        sys.exit(f"the ffmpeg at {found.path} has no libvmaf; the one of imageio-ffmpeg has")
    parts = asked.only or PARTS
    with tempfile.TemporaryDirectory() as folder:
        threads = asked.threads or os.cpu_count() or 1
        bench = Workbench(found.path, found.build_id, Path(folder), asked.memory, threads)
        print(f"encode    ffmpeg {found.version}, {threads} cores", flush=True)
        limit_s = asked.limit or (None if asked.sweep else LIMIT_S)
        clips = _clips(asked.clips, limit_s, bench)
        if "frontier" in parts:
            _print_frontier(bench, clips, asked)
        if "reached" in parts or "searches" in parts:
            settings = settings_for(asked.codec, asked.target)

            def make(clip: Clip) -> Recording:
                return Recording(clip, bench, found, settings)

            beside = "searches" in parts
            longer = (
                join_clips(list(clips), asked.long, bench.ffmpeg, bench.folder) if beside else None
            )
            _print_searches(clips, longer, make)


def _clips(folder: Path | None, limit_s: float | None, bench: Workbench) -> list[Clip]:
    if folder is not None:
        return read_clips(folder, limit_s=limit_s, ffmpeg=bench.ffmpeg, work=bench.folder)
    print("encode    no CLIPS=folder: made pictures, which look like nobody")
    return make_clips(bench.ffmpeg, bench.folder)


def _print_frontier(bench: Workbench, clips: Sequence[Clip], asked: argparse.Namespace) -> None:
    candidates = choose(asked.names, SWEEP if asked.sweep or asked.names else USUAL)
    rows = compare(bench, clips, candidates, tell=_tell)
    print(f"\n{format_table(rows)}\n\n{format_clips(rows)}\n", flush=True)
    if asked.svg:
        title = f"{len(clips)} clips, against x264 veryfast crf 23 at its VMAF NEG"
        asked.svg.write_text(draw([row.spot() for row in rows], title=title), "utf-8")


def _print_searches(
    clips: Sequence[Clip],
    longer: Clip | None,
    make: Callable[[Clip], Recording],
) -> None:
    """Print how near searches come; with a long recording, beside ab-av1's rule."""
    pairs = []
    for clip in [*clips, *([] if longer is None else [longer])]:
        recording = make(clip)
        theirs = None if longer is None else search_ab_av1(recording)
        ours = search_ours(recording)
        pair = Pair(
            clip.name,
            recording.settings.quality,
            recording.reach(ours),
            None if theirs is None else recording.reach(theirs),
        )
        pairs.append(pair)
        _tell(describe(pair))
    target = pairs[0].target
    print(f"\n{format_pairs(pairs)}\n")
    print(conclude("ours", [pair.ours for pair in pairs], target))
    others = [pair.theirs for pair in pairs if pair.theirs is not None]
    if others:
        print(conclude("ab-av1's rule", others, target))


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
