"""Speak a broadcast script: WAV, truth and catalogue, with every time known by construction.

From the repository's root:

    python -m sample_media.maker.speak --styles package/voices --wav build/sample.wav
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .script import Line, Pause, Product, Script, load_script
from .voice import SAMPLE_RATE, MandarinVoice, Samples, installed_voice

HOME = Path(__file__).resolve().parent.parent
"""The sample_media folder: scripts are read and results written here unless told otherwise."""

SEED = 20_25
LEAD_IN_S = 0.7
"""A recording never starts on the first syllable."""

GRID_MS = 100
"""The length is a multiple of this, so that a whole number of video frames covers it."""

RATE_RANGE = (1.08, 1.3)
"""Live hosts talk faster than the voice's reading speed."""

GAP_RANGE_S = (0.1, 0.5)
LEVEL_RANGE_DB = (-21.5, -19.0)
"""Loudness of a line (RMS below full scale): people move nearer to and away from the microphone."""

PEAK = 0.9
"""Louder samples are scaled down: lossy coding overshoots."""

COLUMNS = (
    "id",
    "title",
    "brand",
    "aliases",
    "category",
    "price",
    "link_no",
    "url",
    "image",
    "listed_at",
    "delisted_at",
)


@dataclass(frozen=True, slots=True)
class Utterance:
    """A spoken line with its place in the recording."""

    line: Line
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Performance:
    """The whole recording and where every line lies in it."""

    samples: Samples
    utterances: tuple[Utterance, ...]

    @property
    def duration_ms(self) -> int:
        """Length of the recording."""
        return _ms(len(self.samples))


def perform(script: Script, voice: MandarinVoice, seed: int) -> Performance:
    """Speak all lines in order; rate, level and gap of a line depend on seed and place alone."""
    parts = [_silence(LEAD_IN_S)]
    cursor = len(parts[0])
    utterances: list[Utterance] = []
    for index, step in enumerate(script.steps):
        if isinstance(step, Pause):
            part = _silence(step.seconds)
        else:
            rng = random.Random(f"{seed}:{index}")
            spoken = voice.speak(step.text, script.voices[step.who], rng.uniform(*RATE_RANGE))
            spoken = _levelled(spoken, rng.uniform(*LEVEL_RANGE_DB))
            utterances.append(Utterance(step, _ms(cursor), _ms(cursor + len(spoken))))
            part = np.concatenate([spoken, _silence(rng.uniform(*GAP_RANGE_S))])
        parts.append(part)
        cursor += len(part)
    grid = SAMPLE_RATE * GRID_MS // 1000
    parts.append(np.zeros(-cursor % grid, np.float32))
    return Performance(np.concatenate(parts), tuple(utterances))


def truth(script: Script, performance: Performance) -> dict[str, Any]:
    """Return the labels in the form `kandian.truth/1`."""
    spoken = performance.utterances
    return {
        "schema": "kandian.truth/1",
        "recording": script.id,
        "language": script.language,
        "duration_ms": performance.duration_ms,
        "pitches": _pitches(spoken),
        "mentions": [
            {"product_id": product_id, "start_ms": said.start_ms}
            for said in spoken
            for product_id in said.line.mentions
        ],
        "utterances": [
            {
                "start_ms": said.start_ms,
                "end_ms": said.end_ms,
                "text": said.line.text,
                "product_id": said.line.product_id,
            }
            for said in spoken
        ],
    }


def write_wav(samples: Samples, path: Path) -> None:
    """Write 16-bit mono PCM."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(np.round(samples * 32_767).astype("<i2").tobytes())


def write_catalogue(products: tuple[Product, ...], path: Path) -> None:
    """Write the shop's catalogue as CSV."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(product) for product in products)


def _row(product: Product) -> dict[str, str]:
    return {
        "id": product.id,
        "title": product.title,
        "brand": product.brand,
        "aliases": "|".join(product.aliases),
        "category": product.category,
        "price": f"{product.price:.2f}",
        "link_no": "" if product.link_no is None else str(product.link_no),
        "url": f"https://shop.example/item/{product.id}",
    }


def _pitches(utterances: tuple[Utterance, ...]) -> list[dict[str, Any]]:
    """Merge neighbouring lines about one product; anything else between them ends the pitch."""
    pitches: list[dict[str, Any]] = []
    previous: str | None = None
    for said in utterances:
        current = said.line.product_id
        if current is not None and current == previous:
            pitches[-1]["end_ms"] = said.end_ms
        elif current is not None:
            pitches.append(
                {"product_id": current, "start_ms": said.start_ms, "end_ms": said.end_ms}
            )
        previous = current
    return pitches


def _levelled(samples: Samples, level_db: float) -> Samples:
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    loudest = float(np.abs(samples).max())
    gain = min(10 ** (level_db / 20) / rms, PEAK / loudest)
    return (samples * gain).astype(np.float32)


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def _ms(samples: int) -> int:
    return round(1000 * samples / SAMPLE_RATE)


def main() -> None:
    """Read the command line and make the three files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--script", type=Path, default=HOME / "script.yaml")
    parser.add_argument("--out", type=Path, default=HOME, help="folder of truth and catalogue")
    parser.add_argument("--wav", type=Path, required=True, help="where the speech is written")
    parser.add_argument("--styles", type=Path, required=True, help="kokoro-js's voices folder")
    parser.add_argument("--seed", type=int, default=SEED)
    args = parser.parse_args()
    script = load_script(args.script)
    performance = perform(script, MandarinVoice(installed_voice(args.styles)), args.seed)
    labels = truth(script, performance)
    write_wav(performance.samples, args.wav)
    text = json.dumps(labels, ensure_ascii=False, indent=1)
    (args.out / "truth.json").write_text(text + "\n", encoding="utf-8")
    write_catalogue(script.catalogue, args.out / "catalogue.csv")
    print(f"{performance.duration_ms / 1000:.1f} s, {len(labels['pitches'])} pitches")


if __name__ == "__main__":
    main()
