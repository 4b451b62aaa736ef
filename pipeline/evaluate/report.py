"""Scores of recordings, their total, and the table and JSON that show them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from models.highlight import Highlight, Status
from models.transcript import Transcript
from pipeline.evaluate.cer import TextErrors, count_text_errors
from pipeline.evaluate.metrics import ANY_STATUS, PUBLISHED, PitchScore, score_pitches
from pipeline.evaluate.truth import Truth

SCHEMA = "kandian.evaluation/1"
TOTAL = "TOTAL"


@dataclass(frozen=True, slots=True)
class RecordingScore:
    """What is known about the quality of one recording's index, or of all of them together."""

    name: str
    pitches: PitchScore
    """The headline: highlights of the statuses asked for, the published ones by default."""
    with_review: PitchScore
    """The same with those that wait for review."""
    text: TextErrors
    """Nothing counted when the truth has no text or no transcript was given."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of several recordings, in the order given."""

    scores: tuple[RecordingScore, ...]

    @property
    def total(self) -> RecordingScore:
        """All counts added up, so that a rate of it is no mean of means."""
        return total(self.scores)


def evaluate_recording(
    name: str,
    highlights: Sequence[Highlight],
    truth: Truth,
    *,
    transcript: Transcript | None = None,
    statuses: Collection[Status] = PUBLISHED,
) -> RecordingScore:
    """Score one recording.

    The text that is compared is what matching reads: utterances with a flag are left out. The
    truth's language decides whether characters or words count.
    """
    text = TextErrors()
    if transcript is not None and truth.utterances:
        recognised = " ".join(utterance.text for utterance in transcript.credible())
        true = " ".join(utterance.text for utterance in truth.utterances)
        text = count_text_errors(recognised, true, language=truth.language)
    return RecordingScore(
        name=name,
        pitches=score_pitches(highlights, truth, statuses=statuses),
        with_review=score_pitches(highlights, truth, statuses=ANY_STATUS),
        text=text,
    )


def total(scores: Iterable[RecordingScore]) -> RecordingScore:
    """Add up all counts; the rates of the result weigh every pitch alike."""
    scores = tuple(scores)
    return RecordingScore(
        name=TOTAL,
        pitches=sum((score.pitches for score in scores), PitchScore()),
        with_review=sum((score.with_review for score in scores), PitchScore()),
        text=sum((score.text for score in scores), TextErrors()),
    )


HEADERS = (
    "recording",
    "F1@0.3",
    "F1@0.5",
    "F1@0.7",
    "precision",
    "recall",
    "with review P/R",
    "start error median",
    "p90",
    "products",
    "mentions taken",
    "text errors",
)
"""Precision and recall are those at tIoU 0.5; `with review` adds what waits for review."""


def format_rows(evaluation: Evaluation) -> tuple[tuple[str, ...], ...]:
    """Return one row per recording and a last one for all; `HEADERS` names the cells."""
    return tuple(_format_row(score) for score in (*evaluation.scores, evaluation.total))


def _format_row(score: RecordingScore) -> tuple[str, ...]:
    pitches, review = score.pitches, score.with_review.headline
    return (
        score.name,
        *(_format_rate(counts.f1) for counts in pitches.overlaps),
        _format_rate(pitches.headline.precision),
        _format_rate(pitches.headline.recall),
        f"{_format_rate(review.precision)}/{_format_rate(review.recall)}",
        _format_seconds(pitches.median_start_error_ms),
        _format_seconds(pitches.p90_start_error_ms),
        f"{pitches.products_hit}/{pitches.products}",
        str(pitches.mentions_taken),
        _format_percent(score.text.rate),
    )


def _format_rate(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:.2f}"


def _format_percent(rate: float | None) -> str:
    return "-" if rate is None else f"{100 * rate:.1f} %"


def _format_seconds(duration_ms: float | None) -> str:
    return "-" if duration_ms is None else f"{duration_ms / 1000:.1f} s"


def format_json(evaluation: Evaluation) -> str:
    """Write everything, counts and rates, as JSON; a rate without a denominator is null."""
    document = {
        "schema": SCHEMA,
        "recordings": [_describe(score) for score in evaluation.scores],
        "total": _describe(evaluation.total),
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _describe(score: RecordingScore) -> dict[str, object]:
    return {
        "name": score.name,
        "pitches": _describe_pitches(score.pitches),
        "with_review": _describe_pitches(score.with_review),
        "text": {
            "edits": score.text.edits,
            "tokens": score.text.tokens,
            "rate": score.text.rate,
        },
    }


def _describe_pitches(score: PitchScore) -> dict[str, object]:
    return {
        "overlaps": [
            {
                "tiou": counts.threshold,
                "matched": counts.matched,
                "detected": counts.detected,
                "true": counts.true,
                "precision": counts.precision,
                "recall": counts.recall,
                "f1": counts.f1,
            }
            for counts in score.overlaps
        ],
        "start_error_ms": {
            "median": score.median_start_error_ms,
            "p90": score.p90_start_error_ms,
            "signed": list(score.start_errors_ms),
        },
        "points_hit": score.points_hit,
        "products_hit": score.products_hit,
        "products": score.products,
        "product_recall": score.product_recall,
        "mentions_taken": score.mentions_taken,
    }
