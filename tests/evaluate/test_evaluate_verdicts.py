"""Verdicts: what is right, and one reason for everything that is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.catalogue import Catalogue, Product
from models.highlight import Status
from pipeline.evaluate.metrics import ANY_STATUS, PUBLISHED
from pipeline.evaluate.report import evaluate_recording
from pipeline.evaluate.tracks import Take
from pipeline.evaluate.verdicts import Outcome, judge_take

Make = Callable[..., object]
SHOP = Catalogue((Product("A", "围巾"), Product("B", "炒锅")))
REVIEW = Status.REVIEW

CASES = {
    # name: (found, true, outcomes and reasons of the found, reasons of the true)
    "right": ([("A", 0, 60)], [("A", 0, 60)], [("right", "")], [""]),
    "ends": (
        [("A", 0, 20)],
        [("A", 0, 60)],
        [("wrong", "right product, wrong ends: overlap 0.33")],
        ["right product, wrong ends: overlap 0.33"],
    ),
    "twice": (
        [("A", 0, 60), ("A", 1, 59)],
        [("A", 0, 60)],
        [("right", ""), ("wrong", "this pitch is found already")],
        [""],
    ),
    "other": ([("B", 0, 60)], [("A", 0, 60)], [("wrong", "really 围巾")], ["taken for 炒锅"]),
    "nothing": (
        [("B", 100, 160)],
        [("A", 0, 60)],
        [("wrong", "nothing is pitched here")],
        ["nothing was found here"],
    ),
    "review": (
        [("A", 0, 60, REVIEW)],
        [("A", 0, 60)],
        [("review", "waits for review")],
        ["found, and waits for review"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_everything_wrong_has_one_reason(name: str, highlight: Make, truth: Make) -> None:
    found, true, outcomes, reasons = CASES[name]
    highlights = tuple(
        highlight(*each[:3], status=each[3] if len(each) > 3 else Status.PUBLISHED)
        for each in found
    )
    verdicts = judge_take(_take(highlights, truth(*true)), PUBLISHED)
    assert [(str(h.outcome), h.reason) for h in verdicts.highlights] == outcomes
    assert [pitch.reason for pitch in verdicts.pitches] == reasons


def _take(highlights, truth) -> Take:
    return Take(truth, SHOP, highlights, evaluate_recording("d", highlights, truth))


def test_verdicts_count_what_the_score_counts(highlight: Make, truth: Make) -> None:
    highlights = (
        highlight("A", 0, 60),
        highlight("B", 60, 80),
        highlight("B", 100, 160, status=REVIEW),
    )
    take = _take(highlights, truth(("A", 0, 60), ("B", 100, 160), ("A", 200, 260)))
    for statuses in (PUBLISHED, ANY_STATUS):
        score = evaluate_recording("d", highlights, take.truth, statuses=statuses)
        counts = score.pitches.headline
        verdicts = judge_take(take, statuses)
        outcomes = [h.outcome for h in verdicts.highlights]
        assert outcomes.count(Outcome.RIGHT) == counts.matched
        assert len(verdicts.wrong) == counts.detected - counts.matched
        assert len(verdicts.missed) == counts.true - counts.matched


def test_waiting_highlights_are_right_when_they_are_asked_for(highlight: Make, truth: Make) -> None:
    take = _take((highlight("A", 0, 60, status=REVIEW),), truth(("A", 0, 60)))
    (judged,) = judge_take(take, ANY_STATUS).highlights
    assert judged.outcome is Outcome.RIGHT
