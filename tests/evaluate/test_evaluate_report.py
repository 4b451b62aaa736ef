"""Scores of recordings and their total: counts add up, then divide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.highlight import Status
from models.span import Span
from models.transcript import Flag, Provenance, Transcript, Utterance
from pipeline.evaluate.cer import TextErrors
from pipeline.evaluate.metrics import ANY_STATUS, THRESHOLDS, OverlapCounts, PitchScore
from pipeline.evaluate.report import (
    HEADERS,
    Evaluation,
    RecordingScore,
    evaluate_recording,
    format_rows,
    total,
)
from pipeline.evaluate.truth import TruthUtterance

Make = Callable[..., object]
counts = st.integers(0, 50)
pitch_scores = st.builds(
    lambda numbers, errors: PitchScore(
        tuple(OverlapCounts(t, *numbers[:3]) for t in THRESHOLDS), tuple(errors), *numbers[3:]
    ),
    st.tuples(*[counts] * 7),
    st.lists(st.integers(-9_000, 9_000), max_size=3),
)
scores = st.builds(
    RecordingScore,
    name=st.sampled_from(["d", "e"]),
    pitches=pitch_scores,
    with_review=pitch_scores,
    text=st.builds(TextErrors, counts, counts),
)


def speak(*texts: str, flag: Flag | None = None) -> Transcript:
    utterances = tuple(
        Utterance(Span(i * 1000, i * 1000 + 900), text, text, flag=flag)
        for i, text in enumerate(texts)
    )
    return Transcript("zh", utterances, Provenance("faster-whisper", "base", "", "{}"))


@given(st.lists(scores, max_size=4))
def test_a_total_is_the_sum_of_its_counts(some: list[RecordingScore]) -> None:
    summed = total(some)
    for position, threshold in enumerate(THRESHOLDS):
        parts = [score.pitches.overlaps[position] for score in some]
        assert summed.pitches.overlaps[position] == OverlapCounts(
            threshold,
            sum(part.matched for part in parts),
            sum(part.detected for part in parts),
            sum(part.true for part in parts),
        )
    assert len(summed.pitches.start_errors_ms) == sum(len(s.pitches.start_errors_ms) for s in some)
    for field in ("points_hit", "products_hit", "products", "mentions_taken"):
        assert getattr(summed.pitches, field) == sum(getattr(s.pitches, field) for s in some)
    assert summed.text.edits == sum(s.text.edits for s in some)
    assert summed.text.tokens == sum(s.text.tokens for s in some)


@given(scores)
def test_the_total_of_one_recording_is_that_recording(score: RecordingScore) -> None:
    assert replace(total([score]), name=score.name) == score


def test_a_total_is_no_mean_of_means(highlight: Make, truth: Make) -> None:
    """One pitch found of one, none of three: 1/4 in all, not the mean 1/2."""
    good = evaluate_recording("good", [highlight("A", 0, 9)], truth(("A", 0, 9)))
    bad = evaluate_recording("bad", [], truth(("A", 0, 9), ("B", 9, 18), ("C", 18, 27)))
    assert total([good, bad]).pitches.headline.recall == 0.25


def test_review_is_reported_beside_what_is_published(highlight: Make, truth: Make) -> None:
    found = [highlight("A", 0, 60), highlight("B", 60, 99, status=Status.REVIEW)]
    score = evaluate_recording("d", found, truth(("A", 0, 60), ("B", 60, 99)))
    assert score.pitches.headline.matched == 1
    assert score.with_review.headline.matched == 2
    asked = evaluate_recording("d", found, truth(("A", 0, 60)), statuses=ANY_STATUS)
    assert asked.pitches == asked.with_review


def test_text_is_compared_when_both_sides_have_it(truth: Make) -> None:
    spoken = replace(truth(), utterances=(TruthUtterance(Span(0, 900), "雾凇洗手液", None),))
    heard = speak("雾松", "洗手液")
    assert evaluate_recording("d", [], spoken, transcript=heard).text == TextErrors(1, 5)
    assert evaluate_recording("d", [], spoken).text == TextErrors()
    assert evaluate_recording("d", [], truth(), transcript=heard).text == TextErrors()


def test_flagged_speech_is_not_counted_as_recognised(truth: Make) -> None:
    spoken = replace(truth(), utterances=(TruthUtterance(Span(0, 900), "雾凇", None),))
    phantom = speak("请不吝点赞", flag=Flag.PHANTOM)
    assert evaluate_recording("d", [], spoken, transcript=phantom).text == TextErrors(2, 2)


def test_rows_have_a_cell_for_every_header_and_end_with_the_total(
    highlight: Make, truth: Make
) -> None:
    one = evaluate_recording("d", [highlight("A", 2.5, 60)], truth(("A", 0, 60), ("B", 60, 99)))
    none = evaluate_recording("e", [], truth())
    rows = format_rows(Evaluation((one, none)))
    assert {len(row) for row in rows} == {len(HEADERS)}
    assert [row[0] for row in rows] == ["d", "e", "TOTAL"]
    assert rows[0] == (
        *("d", "0.67", "0.67", "0.67", "1.00", "0.50", "1.00/0.50", "2.5 s", "2.5 s"),
        *("1/2", "0", "-"),
    )
    assert rows[1] == ("e", *["-"] * 5, "-/-", "-", "-", "0/0", "0", "-")


def test_every_figure_of_a_recording_is_added_up(highlight: Make, truth: Make) -> None:
    """Two recordings with one pitch each: found, and not."""
    good = evaluate_recording("good", [highlight("A", 0, 60)], truth(("A", 0, 60)))
    bad = evaluate_recording("bad", [], truth(("A", 0, 60)))
    both = total([good, bad])
    assert (good.mean_average_precision, both.mean_average_precision) == (1.0, 0.5)
    assert both.seconds.seconds == 1200
    assert both.seconds.right == 600 + 540
    assert [counts.recall for counts in both.boundaries.found] == [0.5] * 4
    assert both.calibration.brier == pytest.approx(0.01)
    assert both.calibration.true == 2
    assert both.boundaries.windows == good.boundaries.windows + bad.boundaries.windows
    assert both.kinds == good.kinds + bad.kinds


def test_boundaries_and_seconds_are_of_the_statuses_asked_for(highlight: Make, truth: Make) -> None:
    """What ranks by confidence needs the doubtful as well, whatever is asked for."""
    found = [highlight("A", 0, 60, status=Status.REVIEW)]
    shown = evaluate_recording("d", found, truth(("A", 0, 60)))
    asked = evaluate_recording("d", found, truth(("A", 0, 60)), statuses=ANY_STATUS)
    assert [score.seconds.pitched_right for score in (shown, asked)] == [0, 60]
    assert [score.boundaries.found[0].matched for score in (shown, asked)] == [0, 2]
    assert shown.average_precisions == asked.average_precisions
    assert shown.calibration == asked.calibration


def test_an_empty_evaluation_has_an_empty_total() -> None:
    assert Evaluation(()).total.pitches == PitchScore()
    assert Evaluation(()).total.pitches.headline.f1 is None
    assert len(format_rows(Evaluation(()))) == 1


def test_thresholds_are_those_of_the_headers() -> None:
    assert [f"F1@{threshold}" for threshold in THRESHOLDS] == list(HEADERS[1:4])
    assert PitchScore().headline == OverlapCounts(pytest.approx(0.5))
