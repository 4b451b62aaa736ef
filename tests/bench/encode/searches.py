"""Two ways to find the CRF of a recording, with the same encoder and the same measure.

ours     `pipeline.media.tune`: short windows that stand for their likes, few probes, a budget
ab-av1   one sample of 20 s for every twelve minutes, probes until one lies just above the target

Both end in a whole encode by the product, of which every frame is measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from models.decision import Codec, Metric, Window
from models.recording import MediaInfo
from models.span import Span
from pipeline.media.demux import Scan, scan_packets
from pipeline.media.encoding import EncodeSettings
from pipeline.media.picture import Step, picture_steps
from pipeline.media.probe import probe
from pipeline.media.quality import Lab
from pipeline.media.reel import Reel, Subject, cut_reel
from pipeline.media.source import Source, locate_source
from pipeline.media.tool import Ffmpeg
from pipeline.media.transcode import Encode, Plan, Written, transcode
from pipeline.media.tune import Hints, tune
from tests.bench.encode.candidates import OfProduct
from tests.bench.encode.clips import Clip, look_at, run
from tests.bench.encode.measure import Workbench, count_packets
from tests.bench.encode.rule_ab_av1 import STEPS, Sample, Score, choose_samples, search


@dataclass(frozen=True, slots=True)
class Search:
    """What a search came to."""

    crf: float
    promised: float
    """Quality that it expects."""
    probes: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Reached:
    """A search and the whole encode at its CRF."""

    search: Search
    quality: float
    """Mean VMAF NEG of every frame."""
    bit_rate: float
    encode_cpu_s: float

    @property
    def share(self) -> float:
        """CPU time of the search, of that of the encode."""
        return self.search.cpu_s / self.encode_cpu_s


class Recording:
    """A clip as the product takes it in: with a sound track, probed and scanned.

    Args:
        clip: the clip; its packets are copied.
        bench: what to encode and measure with.
        ffmpeg: the same program, as the product knows it.
        settings: what is aimed at; one thread.
    """

    def __init__(
        self, clip: Clip, bench: Workbench, ffmpeg: Ffmpeg, settings: EncodeSettings
    ) -> None:
        self.clip, self.bench, self.ffmpeg, self.settings = clip, bench, ffmpeg, settings
        self.path = _add_silence(clip, bench)
        self.source: Source = locate_source(self.path)
        self.info: MediaInfo = probe(self.path)
        self.scan: Scan = scan_packets(self.source, audio_index=self.info.audio.index)
        if self.info.video is None or self.scan.video is None:
            raise SystemExit(f"{clip.name} has no picture")
        self.video = self.info.video
        self.track = self.scan.video
        self.subject = Subject(self.source, self.video, settings)
        self.lab = Lab(ffmpeg, Metric.VMAF_NEG, 1)
        self.whole: Reel = self._unroll()
        self.known: dict[float, tuple[float, float, float]] = {}

    def _unroll(self) -> Reel:
        """Return every frame as the encoder will see it: what quality is taken against."""
        # As long as its clock says: a cut clip's last picture may come late.
        window = Window(Span(0, self.track.end_ms), 1.0)
        return cut_reel(self.subject, [window], self.bench.folder / "whole.mkv", self.lab)

    def reach(self, found: Search) -> Reached:
        """Encode the whole at the CRF that was found, and measure every frame."""
        if found.crf not in self.known:
            self.known[found.crf] = self._encode(found.crf)
        quality, bit_rate, cpu_s = self.known[found.crf]
        return Reached(found, quality, bit_rate, cpu_s)

    def _encode(self, crf: float) -> tuple[float, float, float]:
        target = self.bench.folder / "replay.mp4"
        written: list[Written] = []
        transcode(
            self.path,
            self.info,
            target,
            ffmpeg=self.ffmpeg,
            settings=self.settings,
            plan=Plan(Encode(crf), written.append),
        )
        quality = self.bench.quality(target, self.whole.path)
        bits = 8 * count_packets(target)[0] / self.clip.seconds
        return quality, bits, written[0].cpu_s


def _add_silence(clip: Clip, bench: Workbench) -> Path:
    target = bench.folder / f"{clip.path.stem}.sound.mkv"
    silence = ("-f", "lavfi", "-t", f"{clip.seconds:.3f}", "-i", "anullsrc=r=16000:cl=mono")
    copied = ("-map", "0:v:0", "-map", "1:a:0", "-c:v", "copy", "-c:a", "aac", "-b:a", "16k")
    run(bench.ffmpeg, "-i", clip.path, *silence, *copied, target)
    return target


def search_ours(recording: Recording) -> Search:
    """Search as the product does."""
    folder = recording.bench.folder / "search"
    folder.mkdir(exist_ok=True)
    tuned = tune(recording.subject, recording.track, folder, recording.lab, hints=Hints())
    found = tuned.search
    return Search(found.chosen.crf, found.chosen.quality, len(found.probes), found.cpu_s)


def search_ab_av1(recording: Recording) -> Search | None:
    """Search by ab-av1's rule; None when it gives up.

    Every frame is measured, at the picture's own size: by default ab-av1 measures at 1080p, which
    costs three to six times as much. Its limit on the size is left out, because ours has none.
    """
    bench, profile = recording.bench, OfProduct(recording.settings.codec, ())
    cpu_s = 0.0
    samples = [_cut(recording, sample) for sample in choose_samples(recording.clip.seconds)]
    steps = "".join(
        f"{_spell(step)}," for step in picture_steps(recording.video, recording.settings)
    )

    def score(crf: float) -> Score:
        nonlocal cpu_s
        qualities, made_bytes = [], 0
        for sample in samples:
            made = bench.encode(sample, ["-vf", steps.rstrip(","), *profile.arguments(crf, sample)])
            quality, cost_s = bench.measure_quality(made.path, sample.path, prepare_reference=steps)
            qualities.append(quality)
            made_bytes += made.bytes
            cpu_s += made.cpu_s + cost_s
        size = made_bytes / sum(sample.path.stat().st_size for sample in samples)
        return Score(sum(qualities) / len(qualities), size)

    found = search(score, STEPS[profile.encoder], recording.settings.quality, most_size=math.inf)
    if found is None:
        return None
    return Search(found.crf, found.score.quality, found.probes, cpu_s)


def _cut(recording: Recording, sample: Sample) -> Clip:
    target = recording.bench.folder / f"sample-{sample.start_s}.mkv"
    begin, length = ("-ss", str(sample.start_s)), ("-t", f"{sample.length_s:.3f}")
    copied = ("-map", "0:v:0", "-c", "copy")
    run(recording.bench.ffmpeg, *begin, "-i", recording.clip.path, *length, *copied, target)
    return look_at(target)


def _spell(step: Step) -> str:
    """Return a filter as ffmpeg's command line takes it."""
    return f"{step.name}=" + ":".join(
        part if part.partition("=")[0].isidentifier() and "=" in part else f"'{part}'"
        for part in step.arguments
    )


def settings_for(codec: Codec, target: float | None) -> EncodeSettings:
    """Return the product's settings for a codec, with one thread; None = its usual target."""
    if target is None:
        return EncodeSettings(codec=codec, threads=1)
    return EncodeSettings(codec=codec, quality=target, threads=1)
