"""Encode a clip and measure it; what was measured once is kept, so that a sweep can go on.

Every encode has one thread, so that CPU time is the encoder's work and not its waiting. VMAF NEG is
taken of every frame at the clip's own size.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import av

from tests.bench.clock import measure
from tests.bench.encode.candidates import Candidate
from tests.bench.encode.clips import Clip
from tests.bench.encode.curve import Point

MODEL = "version=vmaf_v0.6.1neg"
"""NEG: sharpening earns nothing."""

COMPLAINT = re.compile(r"Svt\[(warn|error)\]: (.*)")

BORNE = ("automation tooling", "Screen-content detection")
"""What SVT-AV1 always warns of at its fast presets, and which no setting answers."""


@dataclass(frozen=True, slots=True)
class Made:
    """An encode."""

    path: Path
    bytes: int
    """Of all packets of the picture; no container."""
    seconds: float
    cpu_s: float


class Workbench:
    """Where clips are encoded and measured.

    Args:
        ffmpeg: the program.
        build_id: what tells its build from others.
        folder: for files that may go.
        memory: a file of measurements, one JSON a line; None = nothing is kept.
        threads: of VMAF, whose CPU time counts for nothing here.
    """

    def __init__(
        self, ffmpeg: Path, build_id: str, folder: Path, memory: Path | None, threads: int
    ) -> None:
        self.ffmpeg = ffmpeg
        self.folder = folder
        self._build_id = build_id
        self._memory = memory
        self._threads = threads
        self._known = {} if memory is None else _read_memory(memory)

    def point(self, clip: Clip, candidate: Candidate, crf: float) -> Point:
        """Return what a candidate makes of a clip at a CRF."""
        arguments = candidate.arguments(crf, clip)
        key = " ".join([self._build_id, clip.digest, *arguments])
        if key not in self._known:
            made = self.encode(clip, arguments)
            quality = self.quality(made.path, clip.path)
            found = Point(crf, quality, 8 * made.bytes / made.seconds, made.cpu_s)
            self._known[key] = found
            self._remember(key, found)
        return self._known[key]

    def encode(self, clip: Clip, arguments: list[str]) -> Made:
        """Encode a clip.

        Raises:
            SystemExit: when ffmpeg fails, or SVT-AV1 says that it did not take a setting.
        """
        target = self.folder / "encode.mkv"
        head = [str(self.ffmpeg), "-nostdin", "-hide_banner", "-nostats", "-y", "-threads", "1"]
        chosen = ["-i", str(clip.path), "-map", "0:v:0", "-fps_mode", "passthrough"]
        coded = [*arguments, "-threads", "1", "-pix_fmt", "yuv420p", str(target)]
        cost = measure([*head, *chosen, *coded])
        refused = [
            said[2]
            for said in COMPLAINT.finditer(cost.said)
            if not any(part in said[2] for part in BORNE)
        ]
        if refused:
            raise SystemExit(f"{' '.join(arguments)}: {'; '.join(refused)}")
        size, frames = count_packets(target)
        return Made(target, size, frames / clip.frame_rate, cost.cpu_s)

    def quality(self, made: Path, reference: Path) -> float:
        """Return the mean VMAF NEG of an encode's frames, on as many threads as are allowed."""
        return self.measure_quality(made, reference, threads=self._threads)[0]

    def measure_quality(
        self, made: Path, reference: Path, *, prepare_reference: str = "", threads: int = 1
    ) -> tuple[float, float]:
        """Return the mean VMAF NEG of an encode's frames, and the CPU seconds of looking.

        Frames are paired by their number. `prepare_reference` are the filters that the encoder saw.
        """
        log = self.folder / "vmaf.json"
        numbered = "settb=1/1000,setpts=N*40"
        vmaf = f"libvmaf=model={MODEL}:n_threads={threads}"
        graph = (
            f"[0:v]{numbered}[made];[1:v]{prepare_reference}{numbered}[reference];"
            f"[made][reference]{vmaf}:log_fmt=json:log_path={log}"
        )
        head = [str(self.ffmpeg), "-nostdin", "-hide_banner", "-loglevel", "error"]
        inputs = ["-threads", "1", "-i", str(made), "-threads", "1", "-i", str(reference)]
        cost = measure([*head, *inputs, "-lavfi", graph, "-f", "null", "-"])
        pooled = json.loads(log.read_text(encoding="utf-8"))["pooled_metrics"]
        return float(pooled["vmaf"]["mean"]), cost.cpu_s

    def _remember(self, key: str, point: Point) -> None:
        if self._memory is not None:
            with self._memory.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, **asdict(point)}) + "\n")


def _read_memory(memory: Path) -> dict[str, Point]:
    """Return what was measured before; a line that was cut short is measured again."""
    known: dict[str, Point] = {}
    for line in memory.read_text(encoding="utf-8").splitlines() if memory.exists() else ():
        try:
            row = json.loads(line)
            key = row.pop("key")
            known[key] = Point(**row)
        except (ValueError, KeyError, TypeError):
            continue
    return known


def count_packets(path: Path) -> tuple[int, int]:
    """Return bytes and number of the picture's packets."""
    with av.open(str(path)) as container:
        sizes = [packet.size for packet in container.demux(container.streams.video[0])]
    return sum(sizes), sum(size > 0 for size in sizes)
