"""Measure Kandian against the bare tools, side by side in one run (`make bench`).

overhead   CPU time of the whole job / bare ffmpeg + bare faster-whisper     goal: at most 1.15
find       cold start of `kandian find`, as a process                        goal: at most 250 ms
engines    openai-whisper / faster-whisper on the same sound                 text and speed
detection  seconds of detection / seconds of the show, 1,000 products        goal: at most 2 %
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.clock import kandian, measure

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_media" / "broadcast.mp4"
CATALOGUE = ROOT / "sample_media" / "catalogue.csv"
COLD_STARTS = 15
ENGINES_MS = 120_000
"""Two minutes: what openai-whisper transcribes in about a minute of two cores."""


def bench_overhead(media: Path, catalogue: Path, folder: Path) -> None:
    """Compare the CPU time of the whole job with that of the bare tools."""
    workspace = str(folder / "workspace")
    job = ["index", str(media), "--catalogue", str(catalogue), "--language", "zh"]
    ours = measure(kandian("--workspace", workspace, *job, "--id", "bench"))
    picture = _picture_of(Path(workspace))
    command = [sys.executable, "-m", "tests.bench.bare", str(media), str(folder)]
    bare, same = (measure([*command, windows, picture]) for windows in ("own", "same"))
    print(f"overhead  the picture: {picture}, on both sides")
    again = measure(kandian("--workspace", workspace, *job, "--id", "bench"))
    for label, cost in (("stock windows", bare), ("our windows", same)):
        print(
            f"overhead  bare, {label}: {cost.cpu_s:.1f} CPU s, kandian {ours.cpu_s:.1f} CPU s: "
            f"ratio {ours.cpu_s / cost.cpu_s:.3f} (wall {ours.wall_s / cost.wall_s:.3f})"
        )
    print(f"overhead  the same job again: {again.wall_s:.2f} s")
    _bench_find(workspace)


def _picture_of(workspace: Path) -> str:
    from models.decision import Verdict
    from models.decision_json import parse_media_record

    text = (workspace / "recordings/bench/media.json").read_text(encoding="utf-8")
    decision = parse_media_record(text, name="media.json").renditions[0].decision
    return "encode" if decision.verdict is Verdict.ENCODED else "copy"


def _bench_find(workspace: str) -> None:
    questions: Sequence[Sequence[str]] = (
        ("--product", "YS8101"),
        ("--recording", "bench", "--at", "1:20"),
        ("--text", "猫砂"),
    )
    for question in questions:
        command = kandian("--workspace", workspace, "find", *question, "--format", "json")
        walls = [1000 * measure(command).wall_s for _ in range(COLD_STARTS)]
        print(
            f"find      {' '.join(question):24} median {statistics.median(walls):.0f} ms, "
            f"worst of {COLD_STARTS} {max(walls):.0f} ms"
        )


def bench_engines(media: Path, folder: Path) -> None:
    """Transcribe the same two minutes with both engines; compare text and time."""
    import time

    from rapidfuzz.distance import Levenshtein

    from models.progress import silent
    from pipeline.media.audio import extract_audio
    from pipeline.media.probe import probe
    from pipeline.media.tool import find_ffmpeg
    from pipeline.transcribe.engine import Language, TranscribeSettings, make_transcriber
    from pipeline.transcribe.weights import find_weights

    whole = folder / "whole.wav"
    extract_audio(media, probe(media), whole, ffmpeg=find_ffmpeg(), report=silent)
    audio = folder / "two-minutes.wav"
    _cut_wav(whole, audio, ENGINES_MS)
    texts: dict[str, str] = {}
    walls: dict[str, float] = {}
    for engine in ("faster-whisper", "openai-whisper"):
        settings = TranscribeSettings(language=Language.CHINESE)
        transcriber = make_transcriber(engine, weights=find_weights("base"), settings=settings)
        begun = time.monotonic()
        found = transcriber.transcribe(audio, checkpoints=folder / engine, report=silent)
        walls[engine] = time.monotonic() - begun
        texts[engine] = "".join(utterance.text for utterance in found.utterances)
    alike = Levenshtein.normalized_similarity(*texts.values())
    ratio = walls["openai-whisper"] / walls["faster-whisper"]
    print(
        f"engines   the same text to {100 * alike:.1f} %; faster-whisper "
        f"{walls['faster-whisper']:.1f} s, openai-whisper {walls['openai-whisper']:.1f} s: "
        f"{ratio:.1f} times as fast"
    )


def _print_detection() -> None:
    from tests.bench.detection import bench_detection

    for line in bench_detection():
        print(line, flush=True)


def _cut_wav(source: Path, target: Path, length_ms: int) -> None:
    import wave

    with wave.open(str(source)) as whole, wave.open(str(target), "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(whole.getframerate() * length_ms // 1000))


def main() -> None:
    """Run the benches asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, default=SAMPLE)
    parser.add_argument("--catalogue", type=Path, default=CATALOGUE)
    parser.add_argument("--only", choices=("overhead", "engines", "detection"))
    asked = parser.parse_args()
    benches: dict[str, Callable[[Path], None]] = {
        "overhead": lambda folder: bench_overhead(asked.media, asked.catalogue, folder),
        "engines": lambda folder: bench_engines(asked.media, folder),
        "detection": lambda _folder: _print_detection(),
    }
    for name, bench in benches.items():
        if asked.only in {None, name}:
            with tempfile.TemporaryDirectory() as folder:
                bench(Path(folder))


if __name__ == "__main__":
    main()
