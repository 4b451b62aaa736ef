"""The table of tracks and the JSON of one or many."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from models.catalogue import Catalogue, Product
from models.highlight import Highlight
from pipeline.evaluate.baselines import Baseline
from pipeline.evaluate.report import evaluate_recording
from pipeline.evaluate.report_json import format_json
from pipeline.evaluate.report_tracks import TRACK_HEADERS, format_track_rows
from pipeline.evaluate.tracks import Take, Text, Track, TrackResult
from pipeline.evaluate.truth import Truth

Make = Callable[..., object]
SHOP = Catalogue((Product("A", "围巾"), Product("B", "炒锅")))


def take(name: str, highlights: list[Highlight], truth: Truth) -> Take:
    score = evaluate_recording(name, highlights, truth)
    return Take(truth, SHOP, tuple(highlights), score)


@pytest.fixture
def results(highlight: Make, truth: Make) -> tuple[TrackResult, ...]:
    """Detection finds the one pitch of each evening, 2 s late; the baseline finds nothing."""
    true = truth(("A", 0, 60))
    found = [highlight("A", 2, 60)]
    return (
        TrackResult(Track(), (take("直播", found, true), take("晚场", found, true))),
        TrackResult(Track(text=Text.ORACLE), (take("直播", found, true),)),
        TrackResult(
            Track(baseline=Baseline.KEYWORD), (take("直播", [], true), take("晚场", [], true))
        ),
    )


def test_a_row_per_track_has_a_cell_for_every_header(results: tuple[TrackResult, ...]) -> None:
    rows = format_track_rows(results)
    assert {len(row) for row in rows} == {len(TRACK_HEADERS)}
    assert [row[0] for row in rows] == ["detection", "true text (1 of 2)", "baseline keyword"]
    cells = dict(zip(TRACK_HEADERS, rows[0], strict=True))
    assert cells["F1@0.5"] == cells["precision"] == cells["edges@15s"] == cells["mAP@0.5"] == "1.00"
    assert (cells["start median"], cells["ECE"]) == ("2.0 s", "0.100")
    nothing = dict(zip(TRACK_HEADERS, rows[2], strict=True))
    assert (nothing["recall"], nothing["precision"], nothing["ECE"]) == ("0.00", "-", "-")


def test_json_of_one_track_holds_counts_and_rates(results: tuple[TrackResult, ...]) -> None:
    text = format_json(results[:1])
    document = json.loads(text)
    assert "直播" in text
    assert document["schema"] == "kandian.evaluation/1"
    assert document["track"]["name"] == "detection"
    assert "tracks" not in document
    first, total = document["recordings"][0], document["total"]
    assert first.keys() == total.keys()
    assert total["pitches"]["overlaps"][1] == {
        "tiou": 0.5,
        "matched": 2,
        "detected": 2,
        "true": 2,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
    }
    assert first["pitches"]["start_error_ms"] == {
        "median": 2000.0,
        "p90": 2000,
        "signed": [2000],
    }
    assert total["text"]["rate"] is None


def test_json_holds_every_figure(results: tuple[TrackResult, ...]) -> None:
    total = json.loads(format_json(results[:1]))["total"]
    assert [each["tolerance_ms"] for each in total["boundaries"]] == [5000, 10000, 15000, 30000]
    assert [each["f1"] for each in total["boundaries"]] == [1.0] * 4
    assert total["pk"] == 0  # the windows that see the late start also see the right end
    assert 0 < total["window_diff"] < 1
    assert total["mean_average_precision"][1] == {"tiou": 0.5, "products": 2, "mean": 1.0}
    assert total["seconds"]["right"] == 2 * 598
    calibration = total["calibration"]
    assert calibration["ece"] == pytest.approx(0.1)
    assert calibration["brier"] == pytest.approx(0.01)
    assert sum(each["count"] for each in calibration["bins"]) == calibration["highlights"] == 2
    kinds = {each["kind"]: each for each in total["kinds"]["by_kind"]}
    assert kinds["alias"]["coverage"] == 0.0
    assert kinds["alias"]["conflict"] is None
    assert len(total["kinds"]["overlap"]) == len(kinds) * (len(kinds) - 1) / 2


def test_json_of_many_tracks_adds_their_totals(results: tuple[TrackResult, ...]) -> None:
    one, many = (json.loads(format_json(some)) for some in (results[:1], results))
    tracks = many.pop("tracks")
    assert many == one
    assert [each["method"] for each in tracks] == ["detect", "detect", "keyword"]
    assert [each["recordings"] for each in tracks] == [["直播", "晚场"], ["直播"], ["直播", "晚场"]]
    assert tracks[0]["total"] == one["total"]


def test_nothing_measured_is_no_report() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        format_json(())
