"""A batch does all it can, skips what is done, and its exit code tells."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from models.errors import FailureKind
from pipeline.run.bench import Bench
from pipeline.run.index_recording import attempt
from pipeline.run.job import Job, JobSettings, Observer
from pipeline.run.outcome import Failed
from pipeline.run.toolbox import Toolbox
from pipeline.run.workspace import Workspace
from pipeline.store.location import make_sqlite_url
from pipeline.store.store import open_store
from tests.conftest import QUICK

ONE = (*QUICK, "--jobs", 1)
"""One worker: each costs a second to start."""


@pytest.fixture
def manifest(tmp_path: Path, show) -> Path:
    """Three text-only recordings; the second one has no catalogue that exists."""
    text = show.transcript.read_text(encoding="utf-8")
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.srt").write_text(text.replace("大家", f"大家{name}"), encoding="utf-8")
    path = tmp_path / "tonight.csv"
    path.write_text(
        "transcript,catalogue,id\na.srt,catalogue.csv,a\nb.srt,gone.csv,b\nc.srt,catalogue.csv,c\n"
    )
    return path


def outcomes(ran) -> list[tuple[str, str]]:
    return [(item["item"], item["outcome"]) for item in json.loads(ran.out)]


def test_one_bad_recording_stops_nothing_and_decides_the_exit_code(kandian, manifest) -> None:
    ran = kandian("batch", manifest, *ONE)
    assert ran.code == 1
    assert outcomes(ran) == [("a", "done"), ("b", "rejected"), ("c", "done")]
    assert "gone.csv" in json.loads(ran.out)[1]["reason"]
    assert ran.err.splitlines()[-1] == "3 recordings, 1 not indexed"
    assert [item["id"] for item in json.loads(kandian("recordings").out)] == ["a", "c"]


def test_a_second_batch_skips_what_is_done_and_does_the_rest(kandian, manifest, show) -> None:
    assert kandian("batch", manifest, *ONE).code == 1
    shutil.copy(show.catalogue, manifest.with_name("gone.csv"))
    ran = kandian("batch", manifest, *ONE)
    assert (ran.code, outcomes(ran)) == (0, [("a", "skipped"), ("b", "done"), ("c", "skipped")])
    ran = kandian("batch", manifest, *ONE)
    assert (ran.code, {outcome for _, outcome in outcomes(ran)}) == (0, {"skipped"})


def test_a_batch_gives_the_indexes_that_single_runs_give(
    kandian, kandian_in, manifest, tmp_path: Path
) -> None:
    assert kandian("batch", manifest, *ONE).code == 1
    alone = kandian_in(tmp_path / "alone")
    arguments = ("--transcript", tmp_path / "a.srt", "--catalogue", tmp_path / "catalogue.csv")
    assert alone("index", *arguments, "--id", "a", *QUICK).code == 0
    assert alone("export", "a").out == kandian("export", "a").out


@pytest.mark.logs_errors
def test_a_defect_in_one_recording_is_its_failure_only(
    show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments, **_options):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("pipeline.run.index_recording.ingest", broken)
    with open_store(make_sqlite_url(tmp_path / "a.db")) as store:
        settings = JobSettings(encoder="lsa", language="zh")
        bench = Bench(Toolbox(settings), Workspace(tmp_path / "ws"), store, Observer())
        outcome = attempt(bench, Job(show.catalogue, transcript=show.transcript))
    assert outcome == Failed("unexpected ZeroDivisionError: a defect", FailureKind.UNEXPECTED)


def test_a_folder_of_media_says_for_each_what_became_of_it(
    kandian, show, tmp_path: Path, make_media
) -> None:
    folder = tmp_path / "tonight"
    folder.mkdir()
    shutil.copy(show.catalogue, folder / "catalogue.csv")
    shutil.copy(make_media("mute.mp4", sound=False), folder / "mute.mp4")
    (folder / "notes.mp4").write_text("not a film")
    ran = kandian("batch", folder, *ONE)
    assert (ran.code, outcomes(ran)) == (1, [("mute.mp4", "rejected"), ("notes.mp4", "rejected")])


@pytest.mark.parametrize("output_format", ["table", "csv", "ndjson"])
def test_the_summary_is_written_in_every_format(output_format: str, kandian, manifest) -> None:
    ran = kandian("batch", manifest, *ONE, "--format", output_format)
    assert [name for name in ("done", "rejected", "gone.csv") if name not in ran.out] == []
