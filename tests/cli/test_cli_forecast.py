"""A dry run says of every recording in one short line what would be done, and each reason once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.errors import FailureKind
from pipeline.run.batch_plan import read_plan
from pipeline.run.job import JobSettings
from pipeline.run.ledger import Ledger
from pipeline.run.outcome import Failed
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store
from tests.conftest import CATALOGUE, QUICK, Kandian, format_srt

TERMINAL = 80
"""Columns of the narrowest terminal that people use."""
NAMES = ("done", "changed", "new", "new-too", "failed", "passed", "refused")
SETTINGS = JobSettings(encoder="lsa", language="zh")
"""What QUICK says."""


@pytest.fixture
def evening(tmp_path: Path, kandian: Kandian) -> Path:
    """A manifest of seven recordings, each in another state."""
    lines = []
    for number, name in enumerate(NAMES):
        (tmp_path / f"{name}.srt").write_text(format_srt() + "\n" * number, encoding="utf-8")
        (tmp_path / f"{name}.csv").write_text(CATALOGUE, encoding="utf-8")
        lines.append({"transcript": f"{name}.srt", "catalogue": f"{name}.csv"})
    manifest = tmp_path / "evening.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for line in lines[:2]:
        transcript, catalogue = tmp_path / line["transcript"], tmp_path / line["catalogue"]
        job = ("index", "--transcript", transcript, "--catalogue", catalogue, *QUICK)
        assert kandian(*job).code == 0
    (tmp_path / "changed.csv").write_text(CATALOGUE.replace("129.00", "139.00"), encoding="utf-8")
    (tmp_path / "refused.csv").unlink()
    jobs = read_plan(manifest, catalogue=None)
    with open_store(Workspace(kandian.workspace).database_url) as store:
        ledger = Ledger(store, SETTINGS)
        for place, times in ((4, 1), (5, 3)):
            for _ in range(times):
                ledger.note(jobs[place], Failed("ffmpeg broke", FailureKind.TOOL))
    return manifest


def test_a_row_is_one_short_line_and_a_reason_is_told_once(evening: Path, kandian: Kandian) -> None:
    ran = kandian("batch", evening, "--dry-run", *QUICK, "--format", "table")
    assert ran.code == 0, ran.err
    head, *rows = [line.split() for line in ran.out.splitlines()]
    assert head == ["item", "would", "because", "stages"]
    assert max(map(len, (line.rstrip() for line in ran.out.splitlines()))) <= TERMINAL
    assert [" ".join(row[1:]) for row in rows] == [
        "skip done",
        "run changed index",
        "run new index",
        "run new index",
        "run failed once index",
        "pass over failed 3 times",
        "refuse refused",
    ]
    missing = evening.with_name("refused.csv")
    assert ran.err.splitlines() == [
        "done: all is there, made of the same with the same settings",
        "changed: its catalogue, transcript or the settings have changed",
        "new: not indexed yet",
        "failed once: ffmpeg broke; tried again",
        "failed 3 times: ffmpeg broke; mend it, or try again with --retry-failed",
        f"refused: there is no catalogue file {missing}; check the path",
        "7 recordings: skip 1, run 4, pass over 1, refuse 1",
    ]
    assert kandian("-q", "batch", evening, "--dry-run", *QUICK, "--format", "table").err == ""


def test_programs_read_every_reason_in_full(evening: Path, kandian: Kandian) -> None:
    ran = kandian("batch", evening, "--dry-run", *QUICK, "--format", "ndjson")
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert [list(one) for one in told] == [
        ["item", "would", "recording_id", "stages", "why", "because"]
    ] * len(NAMES)
    assert told[2]["why"] == told[3]["why"] == "index: not indexed yet"
    assert "--retry-failed" in told[5]["why"]
    again = kandian("batch", evening, "--dry-run", "--retry-failed", *QUICK, "--format", "ndjson")
    assert [json.loads(line)["because"] for line in again.out.splitlines()][4:6] == ["new", "new"]
