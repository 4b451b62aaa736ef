"""Recordings that arrive are given once they are whole, and once only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.run.job import Job
from pipeline.run.watch import POLL_S, watch_folder


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class Watch:
    """A folder that is watched, two looks a call."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = Clock()
        self.notes: list[str] = []
        self._plan: Iterator[Job | None] = watch_folder(
            root, catalogue=None, quiet_s=30, note=self.notes.append, clock=self.clock
        )

    def after(self, seconds: float) -> list[str]:
        self.clock.now_s += seconds
        given = []
        for job in self._plan:
            if job is None:
                break
            given.append(job.label)
        return given


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    (tmp_path / "catalogue.csv").write_text("id,title\n")
    return Watch(tmp_path)


def test_a_file_that_still_grows_is_left_alone(watch: Watch) -> None:
    film = watch.root / "a.mp4"
    assert watch.after(0) == []
    film.write_bytes(b"1")
    assert watch.after(POLL_S) == []
    assert watch.after(29) == []
    film.write_bytes(b"12")
    assert watch.after(POLL_S) == []
    assert watch.after(29) == []
    assert watch.after(POLL_S) == ["a.mp4"]
    assert watch.after(100) == []


def test_a_replaced_recording_is_given_again(watch: Watch) -> None:
    film = watch.root / "a.mp4"
    film.write_bytes(b"1")
    watch.after(0)
    assert watch.after(31) == ["a.mp4"]
    film.write_bytes(b"another")
    assert watch.after(31) == []
    assert watch.after(31) == ["a.mp4"]


def test_a_recording_waits_for_its_catalogue(watch: Watch) -> None:
    (watch.root / "catalogue.csv").unlink()
    (watch.root / "a.mp4").write_bytes(b"1")
    watch.after(0)
    assert watch.after(31) == []
    assert len(watch.notes) == 1
    assert "until its catalogue is there" in watch.notes[0]
    (watch.root / "a.catalogue.csv").write_text("id,title\n")
    assert watch.after(31) == ["a.mp4"]


def test_a_folder_with_a_playlist_is_whole_when_all_its_files_are(watch: Watch) -> None:
    show = watch.root / "show"
    show.mkdir()
    (show / "index.m3u8").write_text("#EXTM3U\n")
    watch.after(0)
    (show / "0.ts").write_bytes(b"1")
    assert watch.after(31) == []
    assert watch.after(31) == ["show"]


def test_an_operator_file_that_comes_or_changes_gives_its_recording_again(watch: Watch) -> None:
    watch.root.joinpath("a.mp4").write_bytes(b"1")
    assert watch.after(0) == []
    assert watch.after(31) == ["a.mp4"]
    clicks = watch.root / "a.operator.csv"
    for text in ("product_id,start\n", "product_id,start\nA1,0:05\n"):
        clicks.write_text(text)
        assert watch.after(POLL_S) == []
        assert watch.after(31) == ["a.mp4"]
        assert watch.after(31) == []
