"""Ways to disturb a batch that runs."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.bench.chaos.databases import Database
from tests.bench.chaos.state import Place

MARK = "KANDIAN_CHAOS"
"""In the environment of everything that we start, and so of all that those start."""
AWAIT_S = 3.0
"""For a victim to appear: ffmpeg is at work for a tenth of the time only."""
FILE_LIMIT = 1_000_000
"""Bytes a file may have in a batch whose disk is "full": enough for the database, not for sound."""


class Victims:
    """The processes of the batches under way, found by their environment."""

    def __init__(self, mark: str) -> None:
        self._mark = f"{MARK}={mark}".encode()

    def find(self, kind: str) -> list[int]:
        """Return the process ids of all, or of `worker`s, or of `ffmpeg`s."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if self._mark in (entry / "environ").read_bytes().split(b"\0"):
                        found += [int(entry.name)] if self._is(entry, kind) else []
        return found

    @staticmethod
    def _is(entry: Path, kind: str) -> bool:
        if (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        command = (entry / "cmdline").read_bytes()
        if kind == "ffmpeg":
            return b"ffmpeg" in command.split(b"\0")[0]
        if kind == "worker":
            return b"spawn_main" in command
        return True


class Havoc:
    """Disturbs at random, by a seed, and counts what it did."""

    def __init__(self, seed: int, database: Database, victims: Victims) -> None:
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self._database = database
        self._victims = victims

    def disturb(self, parents: list[subprocess.Popen[bytes]]) -> None:
        """Do one thing to one of the batches."""
        what = self.random.choices(
            ("kill worker", "kill ffmpeg", "kill parent", "term", "stop", "database"),
            weights=(6, 5, 4, 2, 2, 2),
        )[0]
        alive = [parent for parent in parents if parent.poll() is None]
        if not alive:
            return
        if what in {"kill worker", "kill ffmpeg"}:
            self._signal(what, self._await(what.split()[1]), signal.SIGKILL)
        elif what == "kill parent":
            self._signal(what, [self.random.choice(alive).pid], signal.SIGKILL)
        elif what == "term":
            self._signal(what, [self.random.choice(alive).pid], signal.SIGTERM)
        elif what == "stop":
            self._pause()
        elif done := self._database.disturb(self.random):
            self.done[done] += 1

    def _await(self, kind: str) -> list[int]:
        """Return the processes of a kind as soon as there are some."""
        give_up_at = time.monotonic() + AWAIT_S
        while not (found := self._victims.find(kind)) and time.monotonic() < give_up_at:
            time.sleep(0.02)
        return found

    def _signal(self, what: str, pids: list[int], number: int) -> None:
        if pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.random.choice(pids), number)
                self.done[what] += 1

    def _pause(self) -> None:
        pids = self._victims.find("worker") + self._victims.find("ffmpeg")
        if not pids:
            return
        pid = self.random.choice(pids)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(self.random.uniform(0.2, 3))
            os.kill(pid, signal.SIGCONT)
            self.done["stop"] += 1


def start_batch(
    place: Place, manifest: Path, mark: str, *options: str, full_disk: bool = False
) -> subprocess.Popen[bytes]:
    """Start a batch; with `full_disk` no file of it may grow large."""
    program = "from pipeline.cli.main import main; main()"
    limit = ["prlimit", f"--fsize={FILE_LIMIT}"] if full_disk else []
    where = ["--workspace", place.workspace, "--db", place.database.url]
    arguments = [*where, "batch", manifest, "--jobs", 2, "--threads", 1]
    usual = ["--catalogue", manifest.with_name("catalogue.csv"), "--encoder", "lsa",
             "--language", "zh", "--format", "json"]  # fmt: skip
    command = [*limit, sys.executable, "-c", program, *map(str, (*arguments, *usual, *options))]
    with (place.workspace.parent / "log").open("ab") as log:
        return subprocess.Popen(
            command, stdout=log, stderr=log, env=os.environ | {MARK: mark}, start_new_session=True
        )
