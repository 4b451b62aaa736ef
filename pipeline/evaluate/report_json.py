"""Everything that was measured, counts and rates, as JSON; a rate without denominator is null."""

from __future__ import annotations

import json
from collections.abc import Sequence

from pipeline.evaluate.average_precision import SecondCounts
from pipeline.evaluate.boundaries import BoundaryCounts
from pipeline.evaluate.calibration import Calibration
from pipeline.evaluate.kinds import KindCounts, KindScore, PairCounts
from pipeline.evaluate.metrics import OverlapCounts, PitchScore
from pipeline.evaluate.report import RecordingScore
from pipeline.evaluate.tracks import Track, TrackResult

SCHEMA = "kandian.evaluation/1"

Members = dict[str, object]


def format_json(results: Sequence[TrackResult]) -> str:
    """Write the recordings and total of the first track, and beside them the total of every one.

    `tracks` is there only when there are several.

    Raises:
        ValueError: when there is no result.
    """
    if not results:
        raise ValueError("nothing was measured")
    first = results[0]
    document: Members = {
        "schema": SCHEMA,
        "track": _describe_track(first.track),
        "recordings": [_describe(score) for score in first.evaluation.scores],
        "total": _describe(first.evaluation.total),
    }
    if len(results) > 1:
        document["tracks"] = [_describe_result(result) for result in results]
    return json.dumps(document, ensure_ascii=False, indent=2)


def _describe_result(result: TrackResult) -> Members:
    return {
        **_describe_track(result.track),
        "recordings": [take.name for take in result.takes],
        "total": _describe(result.evaluation.total),
    }


def _describe_track(track: Track) -> Members:
    return {
        "name": track.name,
        "method": track.baseline or "detect",
        "text": track.text,
        "links": track.links,
        "catalogue_size": track.catalogue_size,
        "without": list(track.without),
    }


def _describe(score: RecordingScore) -> Members:
    windows = score.boundaries.windows
    return {
        "name": score.name,
        "pitches": _describe_pitches(score.pitches),
        "with_review": _describe_pitches(score.with_review),
        "text": {
            "edits": score.text.edits,
            "tokens": score.text.tokens,
            "rate": score.text.rate,
        },
        "boundaries": [_describe_boundaries(counts) for counts in score.boundaries.found],
        "pk": windows.pk,
        "window_diff": windows.window_diff,
        "mean_average_precision": [
            {"tiou": each.threshold, "products": len(each.values), "mean": each.mean}
            for each in score.average_precisions
        ],
        "seconds": _describe_seconds(score.seconds),
        "calibration": _describe_calibration(score.calibration),
        "kinds": _describe_kinds(score.kinds),
    }


def _describe_pitches(score: PitchScore) -> Members:
    return {
        "overlaps": [
            {"tiou": counts.threshold, **_describe_counts(counts)} for counts in score.overlaps
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


def _describe_boundaries(counts: BoundaryCounts) -> Members:
    return {"tolerance_ms": counts.tolerance_ms, **_describe_counts(counts)}


def _describe_counts(counts: OverlapCounts | BoundaryCounts) -> Members:
    return {
        "matched": counts.matched,
        "detected": counts.detected,
        "true": counts.true,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
    }


def _describe_seconds(seconds: SecondCounts) -> Members:
    return {
        "seconds": seconds.seconds,
        "right": seconds.right,
        "pitched": seconds.pitched,
        "pitched_right": seconds.pitched_right,
        "accuracy": seconds.accuracy,
        "pitched_accuracy": seconds.pitched_accuracy,
    }


def _describe_calibration(calibration: Calibration) -> Members:
    return {
        "highlights": len(calibration.judged),
        "ece": calibration.error,
        "chance_ece": calibration.chance_error,
        "brier": calibration.brier,
        "bins": [
            {"count": each.count, "confidence": each.confidence, "precision": each.precision}
            for each in calibration.list_bins()
        ],
    }


def _describe_kinds(score: KindScore) -> Members:
    return {
        "by_kind": [_describe_kind(counts) for counts in score.kinds],
        "overlap": [_describe_pair(pair) for pair in score.pairs],
    }


def _describe_kind(counts: KindCounts) -> Members:
    return {
        "kind": counts.kind,
        "rows": counts.rows,
        "inside": counts.inside,
        "right": counts.right,
        "covered": counts.covered,
        "true": counts.true,
        "coverage": counts.coverage,
        "precision": counts.precision,
        "conflict": counts.conflict,
    }


def _describe_pair(pair: PairCounts) -> Members:
    return {
        "first": pair.first,
        "second": pair.second,
        "both": pair.both,
        "true": pair.true,
        "overlap": pair.overlap,
    }
