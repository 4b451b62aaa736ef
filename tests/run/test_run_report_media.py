"""`kandian media report`: a real recording, its replay, a sibling of it, and what may be gone."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from models.decision import MediaRecord, RenditionRecord
from models.decision_json import format_media_record
from models.span import Span
from pipeline.media.report_facts import Pitch
from pipeline.media.tool import find_ffmpeg
from pipeline.run.report_media import MOST_MOMENTS, choose_pitches
from tests.conftest import CATALOGUE, Show, format_srt
from tests.markup.page_reader import Page
from tests.models.records import DECISION, make_rendition

HOSTILE = "</title><script>alert(1)</script>\"'"


@dataclass(frozen=True, slots=True)
class Made:
    """An indexed recording with two renditions and its record."""

    original: Path
    folder: Path

    def write_record(self, source: str | None = None) -> None:
        small = make_rendition("small/replay.mp4", size=(44, 80))
        record = MediaRecord(
            "show",
            str(self.original) if source is None else source,
            (
                RenditionRecord(make_rendition(), DECISION),
                RenditionRecord(small, replace(DECISION, search=None, reached=None)),
            ),
        )
        (self.folder / "media.json").write_text(format_media_record(record), encoding="utf-8")


@pytest.fixture(scope="module")
def indexed(
    kandian_in, make_media: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with a recording and the workspace that it was indexed in; tests copy it."""
    folder = tmp_path_factory.mktemp("indexed")
    original = folder / "tonight.mp4"
    original.write_bytes(make_media("show.mp4", seconds=38).read_bytes())
    (folder / "show.srt").write_text(format_srt(), encoding="utf-8")
    (folder / "catalogue.csv").write_text(CATALOGUE, encoding="utf-8")
    show = Show(folder / "show.srt", folder / "catalogue.csv")
    ran = kandian_in(folder / "ws")(*show.job, original, "--id", "show", "--title", HOSTILE)
    assert ran.code == 0, ran.err
    replay = folder / "ws" / "recordings" / "show" / "replay.mp4"
    small = replay.parent / "small" / "replay.mp4"
    small.parent.mkdir()
    scale = ("-vf", "scale=44:80", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "copy")
    command = [find_ffmpeg().path, "-nostdin", "-v", "error", "-i", str(replay), *scale, str(small)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def made(kandian, indexed: Path, tmp_path: Path) -> Made:
    shutil.copytree(indexed / "ws", kandian.workspace)
    original = Path(shutil.copy(indexed / "tonight.mp4", tmp_path))
    recording = Made(original, kandian.workspace / "recordings" / "show")
    recording.write_record()
    return recording


def report(kandian, *more: object) -> Page:
    ran = kandian("media", "report", "show", *more)
    assert (ran.code, ran.err) == (0, "")
    return Page(Path(ran.out.rstrip("\n")).read_text(encoding="utf-8"))


def pictures(page: Page) -> list[str]:
    return [text for text in page.texts if re.match(r"(recording|replay:.*)$", text)]


def test_the_page_lies_beside_the_index_and_its_path_is_said(kandian, made: Made) -> None:
    ran = kandian("media", "report", "show")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{made.folder / 'media.html'}\n"
    page = Page((made.folder / "media.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert page.classes["quality"] == 1
    assert page.classes["rate"] == page.classes["source"] == page.classes["replay"] == 2
    assert page.classes["pitch"] == 4
    assert {"replay.mp4", "small/replay.mp4", "H.264, 44x80"} <= set(page.texts)


def test_every_pitch_is_shown_before_and_after(kandian, made: Made) -> None:
    del made
    page = report(kandian)
    assert pictures(page) == ["recording", "replay: H.264, 90x160", "replay: H.264, 44x80"] * 2
    assert page.tags["img"] == 6
    assert {"北岭羊毛围巾 灰色", "铸铁炒锅 无涂层 32cm"} <= set(page.texts)


def test_a_hostile_title_is_text(kandian, made: Made) -> None:
    del made
    page = report(kandian)
    assert page.tags["script"] == 0
    assert HOSTILE in page.texts


def test_nothing_but_the_page_is_written(kandian, made: Made, tmp_path: Path) -> None:
    before, original = kandian.files(), made.original.read_bytes()
    target = tmp_path / "elsewhere" / "why.html"
    ran = kandian("media", "report", "show", "-o", target)
    assert (ran.code, ran.out) == (0, f"{target}\n")
    assert target.is_file()
    assert kandian.files() == before
    assert made.original.read_bytes() == original


def test_the_same_page_comes_out_every_time(kandian, made: Made) -> None:
    report(kandian)
    first = (made.folder / "media.html").read_bytes()
    report(kandian)
    assert (made.folder / "media.html").read_bytes() == first


def test_without_the_original_the_replay_is_shown_alone(kandian, made: Made) -> None:
    made.original.unlink()
    page = report(kandian)
    said = "\n".join(page.texts)
    assert "The original cannot be shown beside the replay: tonight.mp4 does not exist" in said
    assert pictures(page) == ["replay: H.264, 90x160", "replay: H.264, 44x80"] * 2
    assert (page.classes["source"], page.classes["replay"]) == (0, 2)


def test_an_original_that_nobody_noted_is_not_guessed(kandian, made: Made) -> None:
    made.write_record(source="")
    page = report(kandian)
    assert "Nobody noted where the original lies" in "\n".join(page.texts)
    assert "recording" not in pictures(page)


def test_an_original_that_was_moved_can_be_named(kandian, made: Made, tmp_path: Path) -> None:
    moved = made.original.rename(tmp_path / "moved.mp4")
    page = report(kandian, "--source", moved)
    assert pictures(page).count("recording") == 2
    assert str(moved) in page.texts


def test_another_recording_in_its_place_is_not_shown(kandian, made: Made, make_media) -> None:
    made.original.write_bytes(make_media("other.mp4", seconds=38, picture="testsrc2").read_bytes())
    assert "tonight.mp4 is not the recording that was indexed" in "\n".join(report(kandian).texts)
    ran = kandian("media", "report", "show", "--source", made.original)
    assert ran.code == 1
    assert "tonight.mp4 is not the recording that was indexed" in ran.err


def test_a_rendition_that_is_gone_is_told_and_the_others_are_shown(kandian, made: Made) -> None:
    (made.folder / "small" / "replay.mp4").unlink()
    page = report(kandian)
    said = "\n".join(page.texts)
    assert "Its file cannot be looked at: replay.mp4 does not exist" in said
    assert page.texts.count("no picture here") == 2
    assert page.classes["replay"] == 1


DAMAGE = {
    "none": (Path.unlink, "has no media.json, which tells how its replay came about"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "is not a kandian.media/1"),
    "no-text": (lambda path: path.write_bytes(b"\xff\xfe\xfa"), "is no text"),
    "another": (lambda path: path.write_text("{}"), "is not a kandian.media/1 document"),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_without_a_record_it_is_said_what_to_do(kandian, made: Made, case: str) -> None:
    damage, words = DAMAGE[case]
    damage(made.folder / "media.json")
    ran = kandian("media", "report", "show")
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.err
    assert "run `kandian index` on the recording again" in ran.err
    assert not (made.folder / "media.html").exists()


def test_text_alone_has_no_replay_to_tell_of(kandian, show) -> None:
    assert kandian(*show.job, "--id", "show").code == 0
    ran = kandian("media", "report", "show")
    assert ran.code == 1
    assert "'show' is text alone" in ran.err


def test_an_unknown_recording_is_told(kandian, show) -> None:
    assert kandian(*show.job, "--id", "show").code == 0
    ran = kandian("media", "report", "nobody")
    assert ran.code == 1
    assert "nobody" in ran.err


@pytest.mark.parametrize("count", [0, 1, 6, 7, 100])
def test_pitches_are_chosen_evenly_with_both_ends(count: int) -> None:
    pitches = tuple(Pitch(Span(n, n + 1), n, "") for n in range(count))
    chosen = choose_pitches(pitches)
    assert len(chosen) == min(count, MOST_MOMENTS)
    assert chosen[:1] == pitches[:1]
    assert chosen[-1:] == pitches[-1:]
    assert len(set(chosen)) == len(chosen)
