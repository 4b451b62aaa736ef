"""The exam: broadcasts that nothing was fitted on."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.catalogue_file import read_catalogue
from models.highlight import Status
from pipeline.detect.detect import detect
from pipeline.detect.encoder import SentenceEncoder
from pipeline.detect.settings import DetectSettings
from pipeline.detect.train.corpus import read_scripts
from pipeline.evaluate.truth import Truth, read_truth

EXAM = Path(__file__).parents[1] / "exam"
CORPUS = Path(__file__).parent / "broadcasts"
NAMES = ("curtain", "garage_en", "jeans", "joint", "tofu")
LEAST_F1 = 0.75
"""On the true text; 0.91 when this was written. Below, something is broken, not merely unlucky."""
LONG = 12
"""Characters from which a line shared by two broadcasts is no accident."""


def read_exam(name: str) -> Truth:
    return read_truth(EXAM / f"{name}.truth.json")


def test_every_case_of_the_exam_is_here() -> None:
    assert sorted(path.name.partition(".")[0] for path in EXAM.glob("*.truth.json")) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_the_exam_was_learned(name: str) -> None:
    learned = {line.text for script in read_scripts(CORPUS) for line in script.lines}
    titles = {product.title for script in read_scripts(CORPUS) for product in script.catalogue}
    asked = {u.text for u in read_exam(name).utterances if len(u.text) >= LONG}
    assert not asked & learned
    sold = {product.title for product in read_catalogue(EXAM / f"{name}.catalogue.csv")}
    assert not sold & titles


def test_most_of_the_exam_is_found(encoder: SentenceEncoder) -> None:
    right = total = 0
    for name in NAMES:
        truth = read_exam(name)
        highlights = detect(
            truth.to_transcript(),
            read_catalogue(EXAM / f"{name}.catalogue.csv"),
            settings=DetectSettings(),
            started_at=None,
            encoder=encoder,
        ).highlights
        dots = [h for h in highlights if h.status is Status.PUBLISHED]
        right += sum(
            any(h.product_id == p.product_id and h.span.iou(p.span) >= 0.5 for h in dots)
            for p in truth.pitches
        )
        total += len(dots) + len(truth.pitches)
    assert 2 * right / total >= LEAST_F1
