"""`kandian export` from a real index: every format, the film, and what is told beside them."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest

from pipeline.cli.export import EXPORT_FORMATS, MP4_CHAPTERS, SITE

TEXT_FORMATS = [name for name, _purpose in EXPORT_FORMATS if name not in (MP4_CHAPTERS, SITE)]


@pytest.fixture
def indexed(kandian, show):
    ran = kandian(*show.job, "--id", "show")
    assert ran.code == 0, ran.err
    return kandian


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_every_format_is_the_same_on_stdout_and_in_a_file(name: str, indexed, tmp_path) -> None:
    target = tmp_path / "out"
    shown = indexed("export", "show", "--format", name)
    written = indexed("export", "show", "--format", name, "-o", target)
    assert (shown.code, written.code, written.out) == (0, 0, "")
    assert target.read_bytes() == shown.out.encode()
    assert shown.out or (name == "youtube" and "there are fewer" in shown.err)
    assert shown.err == written.err


def test_what_a_player_cannot_take_is_told_on_stderr_line_by_line(kandian, show) -> None:
    assert kandian(*show.job, "--id", "show").code == 0
    pitch = ("highlight", "add", "show", "--product", "P3", "--from", "0", "--to", "4")
    assert kandian(*pitch).code == 0
    ran = kandian("export", "show", "--format", "dplayer")
    assert json.loads(ran.out)[0] == {"text": "桂花乌龙茶包 15 包", "time": 0.001}
    (line,) = ran.err.splitlines()
    assert line.startswith("moved hl_")
    assert "at 0:00:00, 桂花乌龙茶包 15 包: from 0 ms to 1 ms" in line
    assert kandian("-q", "export", "show", "--format", "dplayer").err == ""
    assert kandian("export", "show", "--format", "xgplayer").err == ""


def test_help_says_what_each_format_is_for(kandian) -> None:
    shown = kandian("export", "--help").out
    for name, purpose in EXPORT_FORMATS:
        assert any(line.split() == [name, *purpose.split()] for line in shown.splitlines())


def test_the_film_carries_the_index(kandian, show, make_media, tmp_path) -> None:
    job = (*show.job, make_media("film.mp4", seconds=42), "--id", "show")
    assert kandian(*job).code == 0
    target = tmp_path / "new folder" / "film.mp4"
    ran = kandian("export", "show", "--format", MP4_CHAPTERS, "-o", target)
    assert (ran.code, ran.out) == (0, ""), ran.err
    document = json.loads(kandian("export", "show").out)
    with av.open(str(target)) as container:
        titles = [chapter["metadata"]["title"] for chapter in container.chapters()]
        assert container.duration == pytest.approx(42_000_000, abs=200_000)
    pitched = [item["title"] for item in document["highlights"]]
    assert pitched
    assert [title for title in titles if title in pitched] == pitched


def test_a_recording_without_a_replay_has_no_film(indexed, tmp_path: Path) -> None:
    ran = indexed("export", "show", "--format", MP4_CHAPTERS, "-o", tmp_path / "film.mp4")
    assert ran.code == 1
    assert "'show' has no replay to write chapters into" in ran.err
    assert not (tmp_path / "film.mp4").exists()


def test_a_film_does_not_go_to_stdout(kandian) -> None:
    ran = kandian("export", "show", "--format", MP4_CHAPTERS)
    assert (ran.code, ran.out) == (2, "")
    assert "say where to with -o FILE" in ran.err
    assert not kandian.workspace.exists()
