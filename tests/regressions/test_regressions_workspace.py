"""Faults that once were, about where things are kept; each test names what used to happen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def test_a_workspace_name_with_url_characters_holds_a_database(
    kandian_in, show, tmp_path: Path
) -> None:
    """`%`, `?` and `#` in the folder's name ended up unescaped in the database URL."""
    kandian = kandian_in(tmp_path / "100%25 ?a=b#c")
    assert kandian(*show.job, "--id", "show").code == 0
    assert (kandian.workspace / "kandian.db").is_file()
    assert [item["id"] for item in json.loads(kandian("recordings").out)] == ["show"]


def test_without_hard_links_the_replay_is_copied_once(
    kandian, show, make_media, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where hard links cannot be made, every run copied the whole replay again."""

    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(1, "hard links cannot be made here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    job = (*show.job, make_media("show.mp4", seconds=38), "--id", "show")
    replay = kandian.workspace / "recordings/show/replay.mp4"
    assert kandian(*job).code == 0
    before = replay.stat()
    assert kandian(*job).code == 0
    assert (replay.stat().st_ino, replay.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    whole = replay.read_bytes()
    replay.write_bytes(whole[:-1])
    assert kandian(*job).code == 0
    assert replay.read_bytes() == whole
