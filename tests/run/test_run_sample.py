"""The real thing: real speech, real weights, real ffmpeg, from recording to player files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import av
import jsonschema
import pytest
import webvtt

from models.span import Span, parse_clock
from pipeline.export.index_json import load_schema

pytestmark = pytest.mark.weights

KEYS = {
    "": "schema revision recording products highlights mentions removed provenance",
    "recording": "id title duration_ms started_at media",
    "media": "url mime codecs width height bytes",
    "product": "id title price url image",
    "highlight": "id product_id title start_ms end_ms point_ms confidence status source evidence",
    "evidence": "kind text at_ms weight",
    "mention": "product_id at_ms",
    "provenance": "engine model weights_sha256 config version transcript_key",
}
"""What is promised to players; an index may say more."""


@pytest.fixture(scope="session")
def document(undisturbed) -> dict:
    path = undisturbed.workspace / "recordings/demo/index.json"
    return json.loads(path.read_text(encoding="utf-8"))


def span_of(item: dict) -> Span:
    return Span(item["start_ms"], item["end_ms"])


def test_the_first_pitch_is_found_with_its_product(document, sample: Path) -> None:
    pitches = json.loads((sample / "truth.json").read_text(encoding="utf-8"))["pitches"]
    right = [
        highlight
        for highlight in document["highlights"]
        for pitch in pitches
        if highlight["product_id"] == pitch["product_id"]
        and span_of(highlight).overlap_ms(span_of(pitch)) > 0
    ]
    assert len(right) >= 1


def test_the_index_holds_every_promised_key(document) -> None:
    jsonschema.validate(document, load_schema())
    parts = {
        "": [document],
        "recording": [document["recording"]],
        "media": document["recording"]["media"],
        "product": document["products"],
        "highlight": document["highlights"],
        "evidence": [item for one in document["highlights"] for item in one["evidence"]],
        "mention": document["mentions"],
        "provenance": [document["provenance"]],
    }
    missing = {
        (part, key)
        for part, items in parts.items()
        for item in items
        for key in KEYS[part].split()
        if key not in item
    }
    assert missing == set()
    assert all(parts[part] for part in KEYS if part != "mention")
    assert document["provenance"]["engine"] == "faster-whisper"
    assert len(document["provenance"]["weights_sha256"]) == 64


def test_the_webvtt_file_has_the_same_highlights(undisturbed, document) -> None:
    captions = webvtt.read(undisturbed.workspace / "recordings/demo/index.vtt")
    found = [Span(parse_clock(caption.start), parse_clock(caption.end)) for caption in captions]
    assert found == [span_of(item) for item in document["highlights"]]


def test_the_replay_can_be_decoded_to_its_end(undisturbed, document) -> None:
    (media,) = document["recording"]["media"]
    path = undisturbed.workspace / "recordings/demo" / media["url"]
    assert path.stat().st_size == media["bytes"]
    with av.open(str(path)) as container:
        last = [frame.time for frame in container.decode(video=0)][-1]
    with av.open(str(path)) as container:
        sound = sum(frame.samples / frame.sample_rate for frame in container.decode(audio=0))
    seconds = document["recording"]["duration_ms"] / 1000
    # One frame of the picture, and one of the sound.
    assert last == pytest.approx(seconds, abs=0.1)
    assert sound == pytest.approx(seconds, abs=0.1)


def test_running_again_is_quick_and_changes_nothing(undisturbed, sample_job) -> None:
    files = undisturbed.files()
    ran = undisturbed(*sample_job)
    assert ran.code == 0
    assert "already indexed" in ran.err
    assert undisturbed.files() == files


@pytest.fixture
def kandian_of_sample(undisturbed, kandian):
    """A copy of the undisturbed workspace, to be changed."""
    # Not SQLite's passing files: another test process may be reading the original.
    passing = shutil.ignore_patterns("*-wal", "*-shm")
    shutil.copytree(undisturbed.workspace, kandian.workspace, ignore=passing)
    return kandian


def stages(kandian) -> dict[str, int]:
    return {name: inode for name, inode in kandian.files().items() if name.startswith("stages")}


def test_another_catalogue_costs_no_new_transcription_or_transcode(
    kandian_of_sample, sample_job, sample: Path, tmp_path: Path
) -> None:
    kandian, before = kandian_of_sample, stages(kandian_of_sample)
    kinds = {"transcript", "replay", "vectors", "cover", "thumbnails"}
    assert {Path(name).parent.name for name in before} == kinds
    rows = (sample / "catalogue.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    fewer = tmp_path / "fewer.csv"
    fewer.write_text("".join(rows[:-1]), encoding="utf-8")
    ran = kandian(*sample_job, "--catalogue", fewer)
    assert ran.code == 0, ran.err
    assert "already indexed" not in ran.err
    after = stages(kandian)
    assert before.items() <= after.items()
    # A pitch that now begins elsewhere has another cover; nothing else is new.
    assert {Path(name).parent.name for name in after.keys() - before.keys()} <= {"cover"}


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def overwrite(path: Path) -> None:
    """Same size, other content: only reading it tells."""
    path.write_bytes(b"\0" * path.stat().st_size)


@pytest.fixture(scope="module")
def one_sentence(kandian_in, cut_sample, sample: Path, tmp_path_factory):
    """The first sentence indexed, and the arguments that did it."""
    kandian = kandian_in(tmp_path_factory.mktemp("sentence") / "ws")
    options = ("--no-transcode", "--encoder", "lsa", "--language", "zh")
    job = ("index", cut_sample(5), "--catalogue", sample / "catalogue.csv", *options)
    assert kandian(*job).code == 0
    return kandian, job


@pytest.mark.parametrize("damage", [truncate, overwrite])
def test_a_damaged_kept_transcript_is_made_again(damage, one_sentence) -> None:
    kandian, job = one_sentence
    (kept,) = (kandian.workspace / "stages/transcript").iterdir()
    whole = kept.read_bytes()
    assert len(whole) > 200
    damage(kept)
    ran = kandian(*job)
    assert ran.code == 0, ran.err
    assert kept.read_bytes() == whole
    assert "already indexed" in ran.err


def test_other_names_are_listened_for_only_when_that_is_asked_for(
    kandian, cut_sample, sample: Path, tmp_path: Path
) -> None:
    named, renamed = sample / "catalogue.csv", tmp_path / "renamed.csv"
    text = named.read_text(encoding="utf-8")
    renamed.write_text(text.replace("茉莉", "栀子"), encoding="utf-8")
    job = ("index", cut_sample(5), "--no-transcode", "--encoder", "lsa", "--language", "zh")

    def heard(catalogue: Path, *options: str) -> tuple[set[str], str, str]:
        """Return the transcripts that are kept, the one that the index shows, and what was said."""
        ran = kandian(*job, "--catalogue", catalogue, "--id", "demo", *options)
        assert ran.code == 0, ran.err
        kept = {path.stem for path in (kandian.workspace / "stages/transcript").iterdir()}
        path = kandian.workspace / "recordings/demo/index.json"
        shown = json.loads(path.read_text(encoding="utf-8"))["provenance"]["transcript_key"]
        return kept, shown, ran.err

    first, shown, said = heard(named, "--hot-words")
    assert first == {shown}
    assert "--listen-again" not in said
    same, shown, said = heard(renamed, "--hot-words")
    assert (same, {shown}) == (first, first)
    assert "--listen-again" in said
    same, shown, said = heard(named)
    assert (same, {shown}) == (first, first)
    both, shown, said = heard(renamed, "--hot-words", "--listen-again")
    assert both == first | {shown}
    assert len(both) == 2
    assert "--listen-again" not in said
    same, shown, _said = heard(named, "--hot-words")
    assert (same, {shown}) == (both, first)
