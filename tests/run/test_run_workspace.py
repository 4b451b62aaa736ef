"""Folders of results take their places whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import ConfigError
from pipeline.run.workspace import place_folder


def fill(folder: Path, **contents: str) -> Path:
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_text(content)
    return folder


def read(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("old", [None, {"a": "1"}, {"a": "0", "gone": ""}, {"a": "1", "b": "2"}])
def test_a_placed_folder_holds_what_its_source_does(tmp_path: Path, old) -> None:
    source, target = fill(tmp_path / "KEY", a="1", b="2"), tmp_path / "recordings" / "晚场" / "hls"
    if old is not None:
        fill(target, **old)
    place_folder(source, target)
    assert read(target) == read(source) == {"a": "1", "b": "2"}
    assert all((target / name).samefile(source / name) for name in "ab") or old == read(source)
    assert [path.name for path in target.parent.iterdir()] == ["hls"]


def test_placing_it_again_does_nothing(tmp_path: Path) -> None:
    source, target = fill(tmp_path / "KEY", a="1"), tmp_path / "hls"
    place_folder(source, target)
    before = target.stat().st_ino
    place_folder(source, target)
    assert target.stat().st_ino == before


def test_a_place_that_is_none_is_told(tmp_path: Path) -> None:
    source = fill(tmp_path / "KEY", a="1")
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="hls"):
        place_folder(source, tmp_path / "file" / "hls")
