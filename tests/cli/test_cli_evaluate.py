"""`kandian evaluate`: what it prints, what may be asked of it, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from models.highlight import EvidenceKind
from pipeline.cli.evaluate import METHODS
from pipeline.evaluate.baselines import Baseline

QUICK = ("--encoder", "lsa", "--language", "zh")
PITCHES = (("P1", 5_000, 20_000), ("P2", 24_000, 40_000))
"""What tests/conftest.py says that its short broadcast pitches."""


@pytest.fixture
def folder(show, tmp_path: Path) -> Path:
    """The short broadcast with its truth, as a user keeps it."""
    folder = tmp_path / "cases"
    folder.mkdir()
    shutil.copy(show.transcript, folder / "show.srt")
    shutil.copy(show.catalogue, folder / "show.catalogue.csv")
    spoken = {"start_ms": 5_000, "end_ms": 9_000, "text": "先看一号链接", "product_id": "P1"}
    document = {
        "schema": "kandian.truth/1",
        "recording": "show",
        "language": "zh",
        "duration_ms": 41_000,
        "pitches": [
            {"product_id": product_id, "start_ms": start_ms, "end_ms": end_ms}
            for product_id, start_ms, end_ms in PITCHES
        ],
        "utterances": [spoken],
    }
    (folder / "show.truth.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.fixture
def evaluate(kandian, folder: Path):
    """Run `kandian -q evaluate` on the folder; it must succeed."""

    def run(*options: object) -> str:
        ran = kandian("-q", "evaluate", folder, *QUICK, *options)
        assert (ran.code, ran.err) == (0, "")
        return ran.out

    return run


def test_json_has_the_fields_that_were_promised(evaluate) -> None:
    document = json.loads(evaluate("--format", "json"))
    assert document["schema"] == "kandian.evaluation/1"
    (recording,) = document["recordings"]
    assert recording["name"] == "show"
    promised = {"name", "pitches", "with_review", "text"}
    figures = {"boundaries", "pk", "window_diff", "mean_average_precision", "seconds"}
    figures |= {"calibration", "kinds"}
    assert recording.keys() == document["total"].keys() == promised | figures
    assert [each["tiou"] for each in recording["pitches"]["overlaps"]] == [0.3, 0.5, 0.7]
    assert {"matched", "detected", "true", "precision", "recall", "f1"} < set(
        recording["pitches"]["overlaps"][0]
    )
    assert recording["pitches"]["overlaps"][0]["true"] == len(PITCHES)


def test_a_table_has_a_row_per_recording_and_the_total(evaluate) -> None:
    lines = evaluate().splitlines()
    assert lines[0].split()[:4] == ["recording", "F1@0.3", "F1@0.5", "F1@0.7"]
    assert [line.split()[0] for line in lines[1:]] == ["show", "TOTAL"]


def test_the_methods_are_detection_and_the_baselines() -> None:
    assert ("detect", *Baseline) == METHODS


@pytest.mark.parametrize("method", METHODS)
def test_every_method_says_which_it_is(method: str, evaluate) -> None:
    document = json.loads(evaluate("--method", method, "--format", "json"))
    assert document["track"]["method"] == method


def test_baseline_is_another_name_of_the_keyword_method(evaluate) -> None:
    assert evaluate("--baseline") == evaluate("--method", "keyword")
    assert evaluate("--no-baseline") == evaluate("--method", "detect") == evaluate()


OPTIONS = {
    "masked": (("--links", "masked"), {"links": "masked"}),
    "oracle": (("--text", "oracle"), {"text": "oracle"}),
    "large": (("--catalogue-size", "50"), {"catalogue_size": 50}),
    "two-kinds": (
        ("--without", "price", "--without", "alias"),
        {"without": ["alias", "price"]},
    ),
    "all-kinds": (
        tuple(word for kind in EvidenceKind for word in ("--without", kind.value)),
        {"without": [kind.value for kind in EvidenceKind]},
    ),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_change_the_track_and_no_other_part_of_it(name: str, evaluate) -> None:
    options, changed = OPTIONS[name]
    plain = json.loads(evaluate("--format", "json"))["track"]
    asked = json.loads(evaluate(*options, "--format", "json"))["track"]
    assert asked == plain | changed | {"name": asked["name"]}


def test_status_all_counts_what_waits_for_review(evaluate) -> None:
    score = json.loads(evaluate("--status", "all", "--format", "json"))["total"]
    assert score["pitches"] == score["with_review"]


def test_full_prints_one_row_per_track(evaluate) -> None:
    lines = evaluate("--full").splitlines()
    assert lines[0].split()[:4] == ["track", "F1@0.3", "F1@0.5", "F1@0.7"]
    names = [line.split("  ")[0].strip() for line in lines[1:]]
    assert names[:4] == ["detection", "links masked", "true text", "1,000 products"]
    assert names[4:] == [
        *(f"without {kind}" for kind in EvidenceKind),
        *(f"baseline {baseline}" for baseline in Baseline),
    ]


def test_full_json_holds_what_a_plain_run_gives_and_the_tracks(evaluate) -> None:
    document = json.loads(evaluate("--full", "--format", "json"))
    tracks = document.pop("tracks")
    assert document == json.loads(evaluate("--format", "json"))
    assert len(tracks) == 4 + len(EvidenceKind) + len(Baseline)


WRONG_CALLS = {
    "baseline-and-method": (("--baseline", "--method", "tiling"), "--baseline is --method keyword"),
    "without-and-baseline": (("--baseline", "--without", "price"), "--without is for detection"),
    "full-and-masked": (("--full", "--links", "masked"), "--full measures 'links masked'"),
    "full-and-baseline": (("--full", "--baseline"), "--full measures 'baseline keyword'"),
    "no-such-kind": (("--without", "smell"), "smell"),
    "no-products": (("--catalogue-size", "0"), "--catalogue-size"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_what_cannot_be_asked_together_is_told(name: str, kandian, folder: Path) -> None:
    options, told = WRONG_CALLS[name]
    ran = kandian("evaluate", folder, *QUICK, *options)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err


def test_the_true_text_must_be_there(kandian, folder: Path) -> None:
    truth = folder / "show.truth.json"
    document = json.loads(truth.read_text(encoding="utf-8"))
    truth.write_text(json.dumps(document | {"utterances": []}), encoding="utf-8")
    ran = kandian("-q", "evaluate", folder, *QUICK, "--text", "oracle")
    assert (ran.code, ran.out) == (1, "")
    assert "show.truth.json: it has no utterances" in ran.err
    assert kandian("-q", "evaluate", folder, *QUICK, "--full").code == 0


def test_html_is_a_page_beside_the_table(kandian, folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "out" / "report.html"
    ran = kandian("evaluate", folder, *QUICK, "--html", page)
    assert ran.code == 0
    assert str(page) in ran.err
    assert ran.out.startswith("recording")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "羊毛围巾" in text
    assert text.count('class="true') == len(PITCHES)
    again = kandian("evaluate", folder, *QUICK, "--full", "--html", page)
    assert again.code == 0
    assert "baseline tiling" in page.read_text(encoding="utf-8")


def test_measuring_indexes_nothing(evaluate, kandian) -> None:
    evaluate("--full")
    assert json.loads(kandian("recordings", "--format", "json").out) == []
    assert not (kandian.workspace / "recordings").exists()
