"""`kandian batch --watch` as its user runs it: what arrives is done once whole, until told."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import QUICK

PATIENCE_S = 60.0
QUIET_S = 3.0
"""Longer than a look at the folder is away from the next (2 s): what grows is seen to grow."""


class Watched:
    """A folder that a batch watches, and what the batch has said of it."""

    def __init__(self, folder: Path, events: Path) -> None:
        self.folder = folder
        self._events = events

    def said(self) -> list[tuple[str, str]]:
        """Return the events of recordings so far: what happened, to which."""
        lines = self._events.read_text().splitlines() if self._events.exists() else []
        told = [json.loads(line) for line in lines]
        return [(one["event"], one["item"]) for one in told if "item" in one]

    def until(self, event: str, item: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while (event, item) not in self.said():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)


@pytest.fixture
def incoming(show, tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    shutil.copy(show.catalogue, folder / "catalogue.csv")
    return folder


@pytest.fixture
def running(kandian, incoming: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    watching = ("--watch", "--quiet-for", f"{QUIET_S:.0f}s", "--events", tmp_path / "events")
    command = kandian.command("batch", incoming, *watching, "--no-transcode", *QUICK)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        yield process
        process.kill()


def test_what_arrives_is_done_once_whole_and_the_watch_ends_when_told(
    running: subprocess.Popen[str], incoming: Path, tmp_path: Path, make_media, kandian
) -> None:
    watched = Watched(incoming, tmp_path / "events")
    film = make_media("tone.mp4", seconds=42).read_bytes()
    with (incoming / "slow.mp4").open("wb") as file:
        for start in range(0, len(film), len(film) // 4 + 1):
            file.write(film[start : start + len(film) // 4 + 1])
            file.flush()
            assert watched.said() == []
            time.sleep(QUIET_S / 2)
    (incoming / "broken.mp4").write_text("<html>not found</html>")
    watched.until("finished", "slow.mp4")
    watched.until("failed", "broken.mp4")
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=PATIENCE_S)
    lines = {line["item"]: line for line in json.loads(out)}
    assert {item: line["outcome"] for item, line in lines.items()} == {
        "broken.mp4": "rejected",
        "slow.mp4": "done",
    }
    assert running.returncode == 1, err
    assert "Traceback" not in err
    starts = [item for event, item in watched.said() if event == "started"]
    assert sorted(starts) == ["broken.mp4", "slow.mp4"]
    assert kandian("recordings", "show", lines["slow.mp4"]["recording_id"]).code == 0
