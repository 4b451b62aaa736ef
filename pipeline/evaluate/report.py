"""Scores of recordings, their total, and the table that shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from models.highlight import Highlight, Status
from models.transcript import Transcript
from pipeline.evaluate.average_precision import (
    AveragePrecisions,
    SecondCounts,
    count_seconds,
    measure_average_precisions,
)
from pipeline.evaluate.boundaries import BoundaryScore, score_boundaries
from pipeline.evaluate.calibration import Calibration, judge_highlights
from pipeline.evaluate.cells import format_percent, format_rate, format_seconds
from pipeline.evaluate.cer import TextErrors, count_text_errors
from pipeline.evaluate.kinds import KindScore, list_rows, score_kinds
from pipeline.evaluate.metrics import (
    ANY_STATUS,
    HEADLINE_THRESHOLD,
    PUBLISHED,
    THRESHOLDS,
    PitchScore,
    score_pitches,
)
from pipeline.evaluate.truth import Truth

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
    boundaries: BoundaryScore = field(default_factory=BoundaryScore)
    """Of the statuses asked for, as are `seconds`."""
    seconds: SecondCounts = field(default_factory=SecondCounts)
    average_precisions: tuple[AveragePrecisions, ...] = tuple(
        AveragePrecisions(threshold) for threshold in THRESHOLDS
    )
    """One for each of `THRESHOLDS`, in that order; with review, for it needs the doubtful too."""
    calibration: Calibration = field(default_factory=Calibration)
    """With review."""
    kinds: KindScore = field(default_factory=KindScore)
    """The evidence of all highlights, with review."""

    @property
    def mean_average_precision(self) -> float | None:
        """MAP at the headline's tIoU; None when nothing is pitched."""
        return next(a.mean for a in self.average_precisions if a.threshold == HEADLINE_THRESHOLD)

    def __add__(self, other: RecordingScore) -> RecordingScore:
        return RecordingScore(
            name=TOTAL,
            pitches=self.pitches + other.pitches,
            with_review=self.with_review + other.with_review,
            text=self.text + other.text,
            boundaries=self.boundaries + other.boundaries,
            seconds=self.seconds + other.seconds,
            average_precisions=tuple(
                a + b
                for a, b in zip(self.average_precisions, other.average_precisions, strict=True)
            ),
            calibration=self.calibration + other.calibration,
            kinds=self.kinds + other.kinds,
        )


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
        boundaries=score_boundaries(highlights, truth, statuses=statuses),
        seconds=count_seconds(highlights, truth, statuses=statuses),
        average_precisions=measure_average_precisions(highlights, truth),
        calibration=judge_highlights(highlights, truth),
        kinds=score_kinds(list_rows(highlights), truth),
    )


def total(scores: Iterable[RecordingScore]) -> RecordingScore:
    """Add up all counts; the rates of the result weigh every pitch alike."""
    nothing = RecordingScore(TOTAL, PitchScore(), PitchScore(), TextErrors())
    return sum(scores, nothing)


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
        *(format_rate(counts.f1) for counts in pitches.overlaps),
        format_rate(pitches.headline.precision),
        format_rate(pitches.headline.recall),
        f"{format_rate(review.precision)}/{format_rate(review.recall)}",
        format_seconds(pitches.median_start_error_ms),
        format_seconds(pitches.p90_start_error_ms),
        f"{pitches.products_hit}/{pitches.products}",
        str(pitches.mentions_taken),
        format_percent(score.text.rate),
    )
