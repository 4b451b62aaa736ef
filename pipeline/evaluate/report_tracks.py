"""One table of many tracks: a row for each, with the total of its recordings."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.evaluate.boundaries import BoundaryScore
from pipeline.evaluate.cells import format_error, format_rate, format_seconds
from pipeline.evaluate.tracks import TrackResult

TOLERANCE_MS = 15_000
"""How far off a boundary may be in the table: the reach of a right point, see `metrics`."""

TRACK_HEADERS = (
    "track",
    "F1@0.3",
    "F1@0.5",
    "F1@0.7",
    "precision",
    "recall",
    "products",
    "start median",
    "p90",
    "edges@15s",
    "Pk",
    "WindowDiff",
    "mAP@0.5",
    "seconds",
    "ECE",
)
"""Precision and recall are those at tIoU 0.5; `products` is product recall, `edges` the F1 of the
boundaries, `seconds` the share of seconds that show the right product or rightly none. Less is
better for the start errors, Pk, WindowDiff and ECE."""


def format_track_rows(results: Iterable[TrackResult]) -> tuple[tuple[str, ...], ...]:
    """Return one row per track; `TRACK_HEADERS` names the cells.

    A track that could not look at all the recordings of the first says how many it did.
    """
    results = tuple(results)
    most = max((len(result.takes) for result in results), default=0)
    return tuple(_format_row(result, most) for result in results)


def boundary_f1(score: BoundaryScore) -> float | None:
    """Return the boundary F1 at `TOLERANCE_MS`."""
    return next(counts.f1 for counts in score.found if counts.tolerance_ms == TOLERANCE_MS)


def _format_row(result: TrackResult, most: int) -> tuple[str, ...]:
    score = result.evaluation.total
    pitches, windows = score.pitches, score.boundaries.windows
    count = len(result.takes)
    return (
        result.track.name if count == most else f"{result.track.name} ({count} of {most})",
        *(format_rate(counts.f1) for counts in pitches.overlaps),
        format_rate(pitches.headline.precision),
        format_rate(pitches.headline.recall),
        format_rate(pitches.product_recall),
        format_seconds(pitches.median_start_error_ms),
        format_seconds(pitches.p90_start_error_ms),
        format_rate(boundary_f1(score.boundaries)),
        format_rate(windows.pk),
        format_rate(windows.window_diff),
        format_rate(score.mean_average_precision),
        format_rate(score.seconds.accuracy),
        format_error(score.calibration.error),
    )
