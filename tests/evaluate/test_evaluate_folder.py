"""Cases found in a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import InputError
from pipeline.evaluate.folder import Case, find_cases


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("names", "media", "transcript", "catalogue"),
    [
        (("d.truth.json", "d.catalogue.csv", "d.mp4"), "d.mp4", None, "d.catalogue.csv"),
        (("d.truth.json", "d.catalogue.json", "d.FLV"), "d.FLV", None, "d.catalogue.json"),
        (("d.truth.json", "d.catalogue.csv", "d.srt"), None, "d.srt", "d.catalogue.csv"),
        (
            ("d.truth.json", "d.catalogue.csv", "d.ogg", "d.transcript.json"),
            *("d.ogg", "d.transcript.json", "d.catalogue.csv"),
        ),
        (
            ("d.truth.json", "d.catalogue.csv", "d.mp4", "d.mp4.bak", "dd.mkv", "notes.txt"),
            *("d.mp4", None, "d.catalogue.csv"),
        ),
    ],
    ids=["video", "JSON catalogue", "text only", "both", "strangers around"],
)
def test_the_parts_of_a_case_share_its_name(
    tmp_path: Path,
    names: tuple[str, ...],
    media: str | None,
    transcript: str | None,
    catalogue: str,
) -> None:
    fill(tmp_path, *names)
    assert find_cases(tmp_path) == (
        Case(
            name="d",
            truth=tmp_path / "d.truth.json",
            catalogue=tmp_path / catalogue,
            media=tmp_path / media if media else None,
            transcript=tmp_path / transcript if transcript else None,
        ),
    )


def test_cases_are_sorted_by_name_and_may_be_called_anything(tmp_path: Path) -> None:
    for name in ("晚场", "-b", "a.b", "a b"):
        fill(tmp_path, f"{name}.truth.json", f"{name}.catalogue.csv", f"{name}.mkv")
    assert [case.name for case in find_cases(tmp_path)] == ["-b", "a b", "a.b", "晚场"]


def test_a_folder_may_be_one_case_itself(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    fill(folder, "truth.json", "catalogue.csv", "broadcast.mp4", "script.yaml")
    (case,) = find_cases(folder)
    assert case == Case(
        "sample", folder / "truth.json", folder / "catalogue.csv", folder / "broadcast.mp4", None
    )


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "holds nothing to evaluate"),
        (("d.catalogue.csv", "d.mp4"), "holds nothing to evaluate"),
        ((".truth.json",), "holds nothing to evaluate"),
        (("d.truth.json", "d.mp4"), "put d.catalogue.csv beside it"),
        (("d.truth.json", "d.catalogue.csv"), "neither media nor transcript; put d.mp4"),
        (
            ("d.truth.json", "d.catalogue.csv", "d.mp4", "d.mkv"),
            "both d.mkv and d.mp4; take one of them away",
        ),
        (("d.truth.json", "d.catalogue.csv", "d.catalogue.json", "d.mp4"), "both d.catalogue.csv"),
        (("truth.json", "catalogue.csv"), "put broadcast.mp4"),
    ],
    ids=[
        *("empty", "no truth", "nameless", "no catalogue", "no media", "two media"),
        *("two catalogues", "whole folder without media"),
    ],
)
def test_an_incomplete_folder_is_refused_with_advice(
    tmp_path: Path, names: tuple[str, ...], words: str
) -> None:
    with pytest.raises(InputError) as caught:
        find_cases(fill(tmp_path, *names))
    assert words in str(caught.value)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, "file")
    for path in (tmp_path / "file", tmp_path / "missing"):
        with pytest.raises(InputError, match="is not a folder"):
            find_cases(path)


def test_a_case_needs_something_to_listen_to_or_to_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither"):
        Case("d", tmp_path, tmp_path, None, None)
