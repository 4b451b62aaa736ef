"""The whole job on a text-only recording: done once, kept, and done again only where it must be."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import webvtt

from pipeline.export.index_json import load_schema
from pipeline.run.workspace import Workspace
from pipeline.store.store import open_store


def indexed(kandian, *arguments: object) -> str:
    """Index and return what was said on stderr."""
    ran = kandian(*arguments)
    assert ran.code == 0, ran.err
    return ran.err


def document_of(kandian, recording_id: str) -> dict:
    return json.loads(
        (kandian.workspace / "recordings" / recording_id / "index.json").read_text(encoding="utf-8")
    )


def found(kandian, *arguments: str) -> list[dict]:
    ran = kandian("find", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def ids(kandian) -> list[str]:
    return [item["id"] for item in json.loads(kandian("recordings").out)]


def test_a_transcript_and_a_catalogue_make_an_index(kandian, show) -> None:
    indexed(kandian, *show.job, "--id", "show", "--started-at", "2026-11-11T20:00:00+08:00")
    document = document_of(kandian, "show")
    jsonschema.validate(document, load_schema())
    assert document["recording"]["started_at"] == "2026-11-11T12:00:00Z"
    assert (document["recording"]["duration_ms"], document["recording"]["media"]) == (40_000, [])
    pitched = [item["product_id"] for item in document["highlights"]]
    assert pitched == ["P1", "P2"]
    assert [item["product_id"] for item in found(kandian)] == pitched
    assert [item["product_id"] for item in found(kandian, "--at", "0:30")] == ["P2"]
    assert [item["product_id"] for item in found(kandian, "--text", "围巾")] == ["P1"]
    exported = kandian("export", "show", "--format", "json").out
    assert json.loads(exported) == document
    captions = webvtt.from_buffer(io.StringIO(kandian("export", "show", "--format", "webvtt").out))
    assert [caption.start_in_seconds for caption in captions] == [
        item["start_ms"] // 1000 for item in document["highlights"]
    ]


def test_running_again_changes_nothing(kandian, show) -> None:
    assert "already indexed" not in indexed(kandian, *show.job)
    (recording_id,) = ids(kandian)
    files, document = kandian.files(), document_of(kandian, recording_id)
    assert "already indexed" in indexed(kandian, *show.job)
    assert kandian.files() == files
    assert document_of(kandian, recording_id) == document
    assert document["revision"] == 1


def test_a_renamed_file_is_the_same_recording(kandian, show) -> None:
    indexed(kandian, *show.job)
    before = ids(kandian)
    shutil.move(show.transcript, show.transcript.with_name("renamed.srt"))
    renamed = show.transcript.with_name("renamed.srt")
    arguments = ("--transcript", renamed, "--catalogue", show.catalogue, "--encoder", "lsa")
    assert "already indexed" in indexed(kandian, "index", *arguments, "--language", "zh")
    assert ids(kandian) == before


def test_other_content_under_the_same_name_is_a_new_recording(kandian, show) -> None:
    indexed(kandian, *show.job)
    text = show.transcript.read_text(encoding="utf-8")
    show.transcript.write_text(text.replace("晚上好", "下午好"), encoding="utf-8")
    assert "already indexed" not in indexed(kandian, *show.job)
    assert len(ids(kandian)) == 2


def test_a_taken_id_is_refused_before_any_long_work(
    kandian, show, make_media, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed(kandian, *show.job, "--id", "show")
    before = document_of(kandian, "show")
    # Without weights any transcription would fail, so none was tried.
    monkeypatch.setenv("KANDIAN_WEIGHTS", str(tmp_path / "none"))
    media = make_media("plain.mp4")
    ran = kandian("index", media, "--catalogue", show.catalogue, "--id", "show")
    assert ran.code == 1
    assert "the id 'show' belongs to another recording" in ran.err
    assert "kandian recordings delete show" in ran.err
    assert document_of(kandian, "show") == before


def test_a_started_at_and_a_title_are_kept_until_others_are_given(kandian, show) -> None:
    start = "2026-11-11T20:00:00+08:00"
    indexed(kandian, *show.job, "--id", "a", "--started-at", start, "--title", "晚场")
    assert "already indexed" in indexed(kandian, *show.job)
    recording = document_of(kandian, "a")["recording"]
    assert (recording["started_at"], recording["title"]) == ("2026-11-11T12:00:00Z", "晚场")
    indexed(kandian, *show.job, "--started-at", "2026-11-11T21:00:00+08:00")
    assert document_of(kandian, "a")["recording"]["started_at"] == "2026-11-11T13:00:00Z"


def test_one_recording_may_have_two_ids(kandian, show) -> None:
    indexed(kandian, *show.job, "--id", "a")
    assert "already indexed" not in indexed(kandian, *show.job, "--id", "b")
    assert "already indexed" in indexed(kandian, *show.job, "--id", "b")
    assert ids(kandian) == ["a", "b"]
    a, b = document_of(kandian, "a"), document_of(kandian, "b")
    spans = [[(item["start_ms"], item["end_ms"]) for item in one["highlights"]] for one in (a, b)]
    assert spans[0] == spans[1]


def test_another_catalogue_makes_another_index(kandian, show) -> None:
    indexed(kandian, *show.job, "--id", "show")
    rows = show.catalogue.read_text(encoding="utf-8").splitlines(keepends=True)
    show.catalogue.write_text("".join(row for row in rows if not row.startswith("P2")), "utf-8")
    assert "already indexed" not in indexed(kandian, *show.job)
    document = document_of(kandian, "show")
    assert [item["product_id"] for item in document["highlights"]] == ["P1"]
    assert (document["revision"], len(document["removed"])) == (2, 1)


def test_a_persons_word_outlives_runs_with_another_catalogue(kandian, show) -> None:
    indexed(kandian, *show.job, "--id", "show")
    first, second = found(kandian)
    move = ("move", "show", first["id"], "--from", "0:06", "--author", "Li")
    for arguments in (move, ("remove", "show", second["id"])):
        assert kandian("highlight", *arguments).code == 0
    assert [item["start_ms"] for item in document_of(kandian, "show")["highlights"]] == [6_000]

    row = "P5,竹编收纳篮,,收纳篮,家居,19.90,5\n"
    show.catalogue.write_text(show.catalogue.read_text(encoding="utf-8") + row, encoding="utf-8")
    assert "already indexed" not in indexed(kandian, *show.job)
    (kept,) = document_of(kandian, "show")["highlights"]
    assert (kept["id"], kept["start_ms"], kept["source"]) == (first["id"], 6_000, "corrected")


def test_a_deleted_recording_leaves_no_file_and_can_be_indexed_again(kandian, show) -> None:
    indexed(kandian, *show.job, "--id", "show")
    (removed, _) = found(kandian)
    assert kandian("highlight", "remove", "show", removed["id"]).code == 0
    assert kandian("recordings", "delete", "show").code == 0
    assert ids(kandian) == []
    assert not (kandian.workspace / "recordings/show").exists()
    assert kandian("export", "show").code == 1
    assert show.transcript.exists()
    assert "already indexed" not in indexed(kandian, *show.job, "--id", "show")
    assert [item["product_id"] for item in found(kandian)] == ["P2"]


@pytest.mark.parametrize("name", ["index.json", "index.vtt"])
@pytest.mark.parametrize("damage", ["gone", "truncated"])
def test_a_lost_or_damaged_index_file_is_written_again(
    name: str, damage: str, kandian, show
) -> None:
    indexed(kandian, *show.job, "--id", "show")
    path = kandian.workspace / "recordings/show" / name
    whole = path.read_bytes()
    path.unlink() if damage == "gone" else path.write_bytes(whole[:50])
    assert "already indexed" in indexed(kandian, *show.job)
    assert path.read_bytes() == whole


def test_two_runs_at_once_take_turns_and_agree(kandian, show) -> None:
    command = kandian.command(*show.job, "--id", "show")
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ended = [running.communicate(timeout=120) for running in both]
    assert [running.returncode for running in both] == [0, 0], ended
    assert json.loads(ended[0][0]) == json.loads(ended[1][0])
    said = sorted("already indexed" in err for _, err in ended)
    assert said == [False, True], ended
    assert document_of(kandian, "show")["revision"] == 1


def test_a_second_run_waits_for_the_first_and_says_so(kandian, show) -> None:
    indexed(kandian, *show.job, "--id", "show")
    (lock,) = (kandian.workspace / "locks").iterdir()
    with open_store(Workspace(kandian.workspace).database_url) as store:
        held = store.take_lease(lock.stem, "another machine", for_ms=60_000)
        assert held is not None
        waiting = subprocess.Popen(
            kandian.command(*show.job), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert waiting.stderr is not None
        assert "waiting for it" in waiting.stderr.readline()
        assert waiting.poll() is None
        store.give_lease_back(held)
    _, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert "already indexed" in err
