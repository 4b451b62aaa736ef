"""Any name that a file system takes is an ordinary name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

NAMES = {
    "spaces": "my last show .mp4",
    "quotes": 'it\'s "the" `show`.mp4',
    "cjk": "双十一 直播回放【全场】.mp4",
    "leading-dash": "-i show.mp4",
    "percent": "100%d off %03d.mp4",
    "newline": "two\nlines.mp4",
    "escape": "\x1b[2Jshow.mp4",
    "colon": "file:show.mp4",
    "glob": "show[1]*?.mp4",
    "shell": "a;b&c|d$(e).mp4",
    "markup": "[red]show[bold].mp4",
}


@pytest.mark.parametrize("case", NAMES)
def test_any_file_name_is_ordinary(case: str, tmp_path: Path, make_media, kandian_in, show) -> None:
    folder = tmp_path / "录像 %03d 'x'"
    folder.mkdir()
    media = folder / NAMES[case]
    shutil.copy(make_media("plain.mp4"), media)
    transcript = media.with_suffix(".srt")
    transcript.write_text("1\n00:00:00,000 --> 00:00:02,500\n羊毛围巾\n", encoding="utf-8")
    kandian = kandian_in(tmp_path / f"ws {media.stem}")
    options = ("--catalogue", show.catalogue, "--transcript", transcript, "--encoder", "lsa")
    ran = kandian("index", *options, "--id", "r", "--", media)
    assert ran.code == 0, ran.err
    assert (kandian.workspace / "recordings/r/replay.mp4").stat().st_size > 0
    (recording,) = json.loads(kandian("recordings", "--format", "json").out)
    assert recording["title"] == media.stem
    table = kandian("recordings", "--format", "table").out
    assert media.stem.replace("\n", " ").replace("\x1b", " ").strip() in table


def test_a_relative_name_with_a_leading_dash_is_ordinary(
    tmp_path: Path, make_media, kandian, show
) -> None:
    shutil.copy(make_media("plain.mp4"), tmp_path / "-y.mp4")
    (tmp_path / "-y.srt").write_text("1\n00:00:00,000 --> 00:00:02,500\n羊毛围巾\n", "utf-8")
    options = ("--catalogue", show.catalogue, "--transcript", "-y.srt", "--encoder", "lsa")
    ran = kandian.process("index", *options, "--id", "r", "--", "-y.mp4", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert (kandian.workspace / "recordings/r/replay.mp4").stat().st_size > 0


def test_a_transcript_whose_name_is_not_utf_8_gets_a_title_that_is(
    tmp_path: Path, kandian, show
) -> None:
    odd = show.transcript.rename(tmp_path / "\udcffshow.srt")
    ran = kandian("index", "--transcript", odd, "--catalogue", show.catalogue, "--encoder", "lsa")
    assert ran.code == 0, ran.err
    (recording,) = json.loads(kandian("recordings").out)
    assert recording["title"] == "\ufffdshow"
