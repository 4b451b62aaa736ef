"""Measuring a folder: every track sees the same recordings, changed only as it asks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import InputError
from models.highlight import EvidenceKind
from pipeline.detect.settings import DetectSettings
from pipeline.evaluate.baselines import Baseline
from pipeline.evaluate.metrics import ANY_STATUS
from pipeline.evaluate.tracks import FULL, Links, Text, Track, TrackResult
from pipeline.run import measure
from pipeline.run.bench import Bench
from pipeline.run.job import JobSettings, Observer
from pipeline.run.keys import settings_key
from pipeline.run.measure import measure_folder
from pipeline.run.toolbox import Toolbox
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store

PITCHES = (("P1", 5_000, 20_000), ("P2", 24_000, 40_000))
"""What tests/conftest.py says that its short broadcast pitches."""
SAID = "先看一号链接，羊毛围巾"

Measure = Callable[..., tuple[TrackResult, ...]]


def write_truth(path: Path, *, spoken: bool) -> None:
    pitches = [
        {"product_id": product_id, "start_ms": start_ms, "end_ms": end_ms}
        for product_id, start_ms, end_ms in PITCHES
    ]
    said = {"start_ms": 5_000, "end_ms": 9_000, "text": SAID, "product_id": "P1"}
    document: dict[str, object] = {
        "schema": "kandian.truth/1",
        "recording": "show",
        "language": "zh",
        "duration_ms": 41_000,
        "pitches": pitches,
    }
    if spoken:
        document["utterances"] = [said]
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture
def folder(show, tmp_path: Path) -> Path:
    """The short broadcast twice: `show` with its true text, `late` without."""
    folder = tmp_path / "cases"
    folder.mkdir()
    for name in ("show", "late"):
        shutil.copy(show.transcript, folder / f"{name}.srt")
        shutil.copy(show.catalogue, folder / f"{name}.catalogue.csv")
        write_truth(folder / f"{name}.truth.json", spoken=name == "show")
    return folder


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def measured(folder: Path, tmp_path: Path, notes: list[str]) -> Measure:
    """Measure the folder on some tracks, with review, by the encoder that loads at once."""
    workspace = Workspace(tmp_path / "ws")
    workspace.prepare()
    toolbox = Toolbox(JobSettings(encoder="lsa", language="zh"))

    def run(*tracks: Track) -> tuple[TrackResult, ...]:
        with open_store(workspace.database_url) as store:
            bench = Bench(toolbox, workspace, store, Observer(note=notes.append))
            return measure_folder(bench, folder, tracks, statuses=ANY_STATUS)

    return run


def found_kinds(result: TrackResult) -> set[EvidenceKind]:
    return {e.kind for take in result.takes for h in take.highlights for e in h.evidence}


def test_detection_finds_what_is_pitched(measured: Measure) -> None:
    (result,) = measured(Track())
    assert [take.name for take in result.takes] == ["late", "show"]
    for take in result.takes:
        assert [h.product_id for h in take.highlights] == ["P1", "P2"]
    assert result.evaluation.total.pitches.headline.true == 4


@pytest.mark.parametrize("kind", [kind for kind in EvidenceKind if kind is not EvidenceKind.CUE])
def test_without_a_kind_no_highlight_shows_it(kind: EvidenceKind, measured: Measure) -> None:
    (result,) = measured(Track(without=(kind,)))
    assert kind not in found_kinds(result)


def test_names_links_and_meaning_show_unless_left_out(measured: Measure) -> None:
    """So that the test above cannot pass for want of evidence."""
    (result,) = measured(Track())
    shown = {EvidenceKind.ALIAS, EvidenceKind.LINK_NUMBER, EvidenceKind.EMBEDDING}
    assert shown <= found_kinds(result)


def test_cues_weigh_unless_left_out(measured: Measure) -> None:
    """They speak for no product, so no highlight shows them; but 接下来 opens a pitch."""
    whole, less = (
        [h.confidence for take in result.takes for h in take.highlights]
        for result in measured(Track(), Track(without=(EvidenceKind.CUE,)))
    )
    assert whole != less


def test_what_is_left_out_is_part_of_the_key_of_detection() -> None:
    keys = {
        settings_key(DetectSettings(without=without))
        for without in ((), (EvidenceKind.ALIAS,), (EvidenceKind.CUE,), tuple(EvidenceKind))
    }
    assert len(keys) == 4


def test_without_every_kind_no_product_is_known(measured: Measure) -> None:
    (result,) = measured(Track(without=tuple(EvidenceKind)))
    assert found_kinds(result) == set()
    assert result.evaluation.total.kinds.of(EvidenceKind.ALIAS).rows == 0


def test_masked_links_are_not_read(measured: Measure) -> None:
    visible, masked = measured(Track(), Track(links=Links.MASKED))
    assert EvidenceKind.LINK_NUMBER in found_kinds(visible)
    assert EvidenceKind.LINK_NUMBER not in found_kinds(masked)
    assert masked.evaluation.total.text == visible.evaluation.total.text


@pytest.mark.parametrize("track", [Track(), Track(baseline=Baseline.LINKS)], ids=lambda t: t.name)
def test_a_large_catalogue_holds_the_real_one(track: Track, measured: Measure) -> None:
    large = Track(catalogue_size=60, baseline=track.baseline)
    small_result, large_result = measured(track, large)
    for small, big in zip(small_result.takes, large_result.takes, strict=True):
        assert len(big.catalogue) == 60
        assert set(small.catalogue) <= set(big.catalogue)


@pytest.mark.parametrize("baseline", Baseline)
def test_every_baseline_runs(baseline: Baseline, measured: Measure) -> None:
    (result,) = measured(Track(baseline=baseline))
    assert {take.name for take in result.takes} == {"show", "late"}
    for take in result.takes:
        assert {h.product_id for h in take.highlights} <= {"P1", "P2", "P3", "P4"}


def test_the_true_text_is_read_where_there_is_one(measured: Measure) -> None:
    _, oracle = measured(Track(), Track(text=Text.ORACLE))
    (take,) = oracle.takes
    assert take.name == "show"
    assert take.score.text.rate == 0.0


def test_the_true_text_asked_for_alone_must_be_there(measured: Measure) -> None:
    with pytest.raises(InputError, match=r"late\.truth\.json: it has no utterances"):
        measured(Track(text=Text.ORACLE))


def test_a_track_that_no_recording_can_have_is_left_out(
    measured: Measure, folder: Path, notes: list[str]
) -> None:
    write_truth(folder / "show.truth.json", spoken=False)
    results = measured(Track(), Track(text=Text.ORACLE))
    assert [result.track.name for result in results] == ["detection"]
    assert "true text: left out, no recording has its true text" in notes


def test_a_full_run_hears_every_recording_once(
    measured: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    make = measure.make_transcript

    def hear(bench, source, catalogue):
        heard.append(source)
        return make(bench, source, catalogue)

    monkeypatch.setattr(measure, "make_transcript", hear)
    results = measured(*FULL)
    assert [result.track for result in results] == list(FULL)
    assert len(heard) == 2


def test_a_full_run_begins_with_what_a_plain_run_gives(measured: Measure) -> None:
    (plain,) = measured(Track())
    assert measured(Track(), Track(baseline=Baseline.KEYWORD))[0] == plain
