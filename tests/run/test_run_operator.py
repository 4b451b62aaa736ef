"""Operator files through the command line: indexed, imported, changed, run again, killed."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.highlight import Detection
from models.operator_log import OperatorLog, OperatorMark
from models.transcript import Provenance, Transcript
from pipeline.run.job import Job, JobSettings
from pipeline.run.ledger import POISONED_AFTER, Ledger
from pipeline.run.operator import points_of
from pipeline.run.outcome import Rejected
from pipeline.run.replays import plan_moments
from pipeline.store.location import make_sqlite_url
from pipeline.store.store import open_store
from tests.conftest import QUICK, Kandian, Ran, Show
from tests.postgres import Server

ONE = (*QUICK, "--jobs", 1)
CLICKS = "product_id,start,end,title\nP1,0:08,,\nP4,21,23.5,饮水机\nP2,0:26,,\n"
"""P1 and P2 are heard from 5 and 24 s on in the show, P4 is not."""
MENDED = "product_id,start\nP1,0:08\nP3,0:21\n"
Say = Callable[..., Ran]


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    path = tmp_path / "clicks.csv"
    path.write_text(CLICKS, encoding="utf-8")
    return path


@pytest.fixture(params=["sqlite", "postgres"])
def say(request: pytest.FixtureRequest, kandian: Kandian) -> Iterator[Say]:
    """The command on a database of every kind."""
    if request.param == "sqlite":
        yield kandian
        return
    server: Server = request.getfixturevalue("postgres")
    name = server.make()
    yield lambda *arguments: kandian("--db", server.url_of(name), *arguments)
    server.drop(name)


@pytest.fixture
def manifest(tmp_path: Path, show: Show, clicks: Path) -> Path:
    """Two recordings: one with an operator file, one without."""
    text = show.transcript.read_text(encoding="utf-8")
    (tmp_path / "b.srt").write_text(text.replace("大家", "各位"), encoding="utf-8")
    path = tmp_path / "tonight.csv"
    path.write_text(
        "transcript,catalogue,id,operator\n"
        f"{show.transcript.name},catalogue.csv,a,{clicks.name}\nb.srt,catalogue.csv,b,\n"
    )
    return path


def dots(say: Say, recording_id: str = "a") -> list[tuple[str, float, str]]:
    """Return product, start and source of all that is published."""
    index = json.loads(say("export", recording_id).out)
    return [(h["product_id"], h["start_ms"] / 1000, h["source"]) for h in index["highlights"]]


def outcomes(ran: Ran) -> dict[str, str]:
    return {item["item"]: item["outcome"] for item in json.loads(ran.out)}


def due(ran: Ran) -> dict[str, tuple[str, str]]:
    return {item["item"]: (item["would"], item["why"]) for item in json.loads(ran.out)}


HEARD = [("P1", 5.0, "detected"), ("P2", 24.0, "detected")]
CLICKED = [("P1", 5.0, "operator"), ("P4", 21.0, "operator"), ("P2", 24.0, "operator")]
REPLACED = [("P1", 5.0, "operator"), ("P3", 21.0, "operator")]
"""P3 ends at nothing that was clicked, and hides P2, which was heard 3 s later."""


def test_a_batch_takes_operator_files_and_notices_changed_ones(
    say: Say, manifest: Path, clicks: Path
) -> None:
    assert outcomes(say("batch", manifest, *ONE)) == {"a": "done", "b": "done"}
    assert (dots(say), dots(say, "b")) == (CLICKED, HEARD)
    first = say("export", "a").out
    assert due(say("batch", manifest, *QUICK, "--dry-run"))["a"] == ("skip", "")
    assert outcomes(say("batch", manifest, *ONE)) == {"a": "skipped", "b": "skipped"}
    assert say("export", "a").out == first

    clicks.write_text(MENDED, encoding="utf-8")
    told = due(say("batch", manifest, *QUICK, "--dry-run"))
    assert told == {
        "a": ("run", "index: its operator file is new or has changed"),
        "b": ("skip", ""),
    }
    assert say("export", "a").out == first
    assert outcomes(say("batch", manifest, *ONE)) == {"a": "done", "b": "skipped"}
    assert dots(say) == REPLACED
    ids = {item["product_id"]: item["id"] for item in json.loads(first)["highlights"]}
    index = json.loads(say("export", "a").out)
    assert index["highlights"][0]["id"] == ids["P1"]
    assert set(index["removed"]) == {ids["P4"], ids["P2"]}

    clicks.write_text("product_id,start,end\nP9,0:05,\nP1,9:00,\nP1,0:30,0:10\n")
    ran = say("batch", manifest, *ONE)
    assert (ran.code, outcomes(ran)) == (1, {"a": "rejected", "b": "skipped"})
    reason = json.loads(ran.out)[0]["reason"]
    assert [f"line {line}: " in reason for line in (2, 3, 4)] == [True] * 3
    assert due(say("batch", manifest, *QUICK, "--dry-run"))["a"] == ("refuse", reason)
    assert dots(say) == REPLACED


def test_what_a_person_put_right_outlasts_a_changed_file(
    kandian: Kandian, show: Show, clicks: Path
) -> None:
    job = (*show.job, "--id", "a", "--operator", clicks)
    assert kandian(*job).code == 0
    listed = json.loads(kandian("highlight", "list", "a").out)
    names = {item["product_id"]: item["id"] for item in listed}
    assert kandian("highlight", "remove", "a", names["P4"]).code == 0
    assert kandian("highlight", "move", "a", names["P2"], "--from", "0:25").code == 0
    assert dots(kandian) == [("P1", 5.0, "operator"), ("P2", 25.0, "operator")]
    clicks.write_text(CLICKS.replace("0:08", "0:09"), encoding="utf-8")
    assert "indexed 40 s" in kandian(*job).err
    assert dots(kandian) == [("P1", 5.0, "operator"), ("P2", 25.0, "operator")]
    assert json.loads(kandian("export", "a").out)["highlights"][0]["id"] == names["P1"]


def test_import_is_as_index_and_a_run_without_a_file_keeps_it(
    kandian: Kandian, kandian_in: type[Kandian], tmp_path: Path, show: Show, clicks: Path
) -> None:
    assert kandian(*show.job, "--id", "a").code == 0
    assert dots(kandian) == HEARD
    ran = kandian("highlight", "import", "a", clicks)
    assert (ran.code, ran.out) == (0, "")
    assert "a: 3 marks; index revision 2" in ran.err
    assert dots(kandian) == CLICKED
    written = json.loads((kandian.workspace / "recordings/a/index.json").read_text())
    assert written == json.loads(kandian("export", "a").out)

    ran = kandian("highlight", "import", "a", clicks)
    assert (ran.code, "a: nothing new; index revision 2" in ran.err) == (0, True)
    assert "already indexed" in kandian(*show.job, "--id", "a").err
    assert dots(kandian) == CLICKED

    at_once = kandian_in(tmp_path / "at-once")
    assert at_once(*show.job, "--id", "a", "--operator", clicks).code == 0
    indexes = [json.loads(each("export", "a").out) for each in (kandian, at_once)]
    for index in indexes:
        index["revision"] = 0
        for highlight in index["highlights"]:
            del highlight["id"]
    assert indexes[0] == indexes[1]


def test_times_of_day_count_from_the_start_that_was_told(
    kandian: Kandian, tmp_path: Path, show: Show
) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"product_id": "P4", "start": "2026-11-11T20:00:21+08:00", "end": "0:24"}\n')
    ran = kandian(*show.job, "--id", "a", "--operator", log)
    assert (ran.code, "nobody said when the recording began" in ran.err) == (1, True)
    started = ("--started-at", "2026-11-11T20:00:00+08:00")
    assert kandian(*show.job, "--id", "a", "--operator", log, *started).code == 0
    assert ("P4", 21.0, "operator") in dots(kandian)
    assert "nothing new" in kandian("highlight", "import", "a", log).err


@pytest.mark.parametrize(
    ("recording_id", "text", "words"),
    [
        ("b", CLICKS, "no recording 'b' is indexed here"),
        ("a", "product_id,start\nP9,5\n", "line 2: product_id 'P9' is not in the catalogue"),
        ("a", "product_id,start\nP1,0:40\n", "line 2: start '0:40' is beyond the recording"),
    ],
    ids=["recording", "product", "time"],
)
def test_an_import_of_what_is_not_there_is_refused(
    kandian: Kandian, show: Show, clicks: Path, recording_id: str, text: str, words: str
) -> None:
    kandian(*show.job, "--id", "a")
    clicks.write_text(text, encoding="utf-8")
    ran = kandian("highlight", "import", recording_id, clicks)
    assert (ran.code, words in ran.err) == (1, True), ran.err
    assert dots(kandian) == HEARD


def test_an_import_that_is_killed_or_doubled_leaves_the_dots_of_one(
    kandian: Kandian, show: Show, clicks: Path
) -> None:
    kandian(*show.job, "--id", "a")
    command = kandian.command("highlight", "import", "a", clicks)
    for wait_s in (0.4, 0.7, 1.0):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
            time.sleep(wait_s)
            running.kill()
        assert running.returncode in (0, -signal.SIGKILL)
        assert dots(kandian) in (HEARD, CLICKED)
    both = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    assert [running.communicate() and running.returncode for running in both] == [0, 0]
    assert dots(kandian) == CLICKED
    assert json.loads(kandian("export", "a").out)["revision"] == 2
    written = json.loads((kandian.workspace / "recordings/a/index.json").read_text())
    assert written == json.loads(kandian("export", "a").out)


def test_a_changed_file_is_worth_another_try(tmp_path: Path, show: Show, clicks: Path) -> None:
    job = Job(show.catalogue, transcript=show.transcript, operator=clicks)
    with open_store(make_sqlite_url(tmp_path / "a.db")) as store:
        ledger = Ledger(store, JobSettings())
        for _ in range(POISONED_AFTER):
            assert ledger.find_poisoned(job) is None
            ledger.note(job, Rejected("line 2: it is wrong"))
        assert ledger.find_poisoned(job) is not None
        clicks.write_text(MENDED)
        assert ledger.find_poisoned(job) is None


def test_the_replay_has_keyframes_where_marks_begin() -> None:
    heard = Transcript("zh", (), Provenance("import:srt", "", "", "{}"))
    log = OperatorLog((OperatorMark("P1", 8_000), OperatorMark("P2", 30_000, 40_000)))
    nothing = Detection((), ())
    points = points_of(log, nothing, 60_000)
    moments = plan_moments(heard, nothing, 60_000, points)
    assert moments.pitches_ms == (8_000, 30_000)
    assert set(moments.keyframes_ms) >= {8_000, 30_000}
    assert plan_moments(heard, nothing, 60_000, points_of(None, nothing, 60_000)).pitches_ms == ()


@pytest.mark.weights
def test_a_folder_finds_the_file_beside_the_media_and_makes_nothing_anew_for_it(
    kandian: Kandian, show: Show, tmp_path: Path, make_media
) -> None:
    folder = tmp_path / "tonight"
    folder.mkdir()
    shutil.copy(show.catalogue, folder / "catalogue.csv")
    shutil.copy(make_media("hum.mp4"), folder / "hum.mp4")
    (name,) = [item["recording_id"] for item in json.loads(kandian("batch", folder, *ONE).out)]
    assert dots(kandian, name) == []
    made = {path: inode for path, inode in kandian.files().items() if path.startswith("stages")}
    log = folder / "hum.operator.json"
    for start_s in (0.5, 1.5):
        log.write_text(json.dumps([{"product_id": "P3", "start": start_s}]))
        assert outcomes(kandian("batch", folder, *ONE)) == {"hum.mp4": "done"}
        assert dots(kandian, name) == [("P3", start_s, "operator")]
    assert outcomes(kandian("batch", folder, *ONE)) == {"hum.mp4": "skipped"}
    now = kandian.files()
    assert {path: now.get(path) for path in made} == made
    assert (kandian.workspace / "recordings" / name / "covers").is_dir()
