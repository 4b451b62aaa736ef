"""`make chaos`: disturb batches for some minutes, finish each in peace, compare with peace alone.

Every round has a workspace and a database of its own, by turns in a file and on a PostgreSQL
server: one or two batches at once over the same manifest, started again whenever none is left, are
killed, stopped, paused, kept out of the database and denied disk space at random, and the server
is restarted and crashed. Then one batch runs undisturbed, and everything must be as if nothing had
happened.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path

from tests.bench.chaos.corpus import make_corpus
from tests.bench.chaos.databases import DURABLE, File, OnServer
from tests.bench.chaos.disturb import Havoc, Victims, start_batch
from tests.bench.chaos.state import Place, compare
from tests.postgres import Postmaster, run_postmaster

ROUND_S = 60.0
"""Of disturbance; long enough that some recordings are done and others are not."""
FINISH_S = 600.0
GONE_S = 10.0
"""Until nothing may run any more once the parents have ended."""
ENOUGH_KILLS = 100


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=20261111)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kandian-chaos-"))
    problems: list[str] = []
    try:
        with run_postmaster(*DURABLE) as postmaster:
            done, problems = run_rounds(folder, postmaster, asked.seconds, asked.seed)
    finally:
        if problems:
            print(f"kept to look at: {folder}")
        else:
            shutil.rmtree(folder)
    kills = sum(done[what] for what in done if what.startswith("kill"))
    print(f"{kills} kill -9 in all: {describe(done)}")
    short = asked.seconds >= 600 and kills < ENOUGH_KILLS
    return 1 if problems or short else 0


def run_rounds(
    folder: Path, postmaster: Postmaster, seconds: float, seed: int
) -> tuple[Counter[str], list[str]]:
    """Disturb round after round; return what was done, and what went wrong in the last one."""
    manifest = make_corpus(folder / "corpus")
    calm = [make_place(folder / f"calm{number}", number, postmaster) for number in range(2)]
    for place in calm:
        print(f"undisturbed, {place.database}: {finish(place, manifest):.0f} s", flush=True)
    done: Counter[str] = Counter()
    until = time.monotonic() + seconds
    number = 0
    while time.monotonic() < until:
        place = make_place(folder / f"round{number}", number, postmaster)
        havoc, problems = run_round(place, manifest, seed + number, until)
        problems = problems or compare(calm[number % 2], place)
        done += havoc
        verdict = "; ".join(problems) or "the same"
        print(f"round {number + 1}, {place.database}: {describe(havoc)}; {verdict}", flush=True)
        if problems:
            return done, problems
        shutil.rmtree(place.workspace.parent)
        number += 1
    return done, []


def make_place(folder: Path, number: int, postmaster: Postmaster) -> Place:
    """Make a workspace with a database in a file, and every other one on the server."""
    folder.mkdir()
    workspace = folder / "ws"
    if number % 2:
        return Place(workspace, OnServer(postmaster, postmaster.server.make()))
    return Place(workspace, File(workspace))


def run_round(
    place: Place, manifest: Path, seed: int, until: float
) -> tuple[Counter[str], list[str]]:
    """Disturb for a while, then finish in peace; return what was done and what went wrong."""
    mark = uuid.uuid4().hex
    victims = Victims(mark)
    havoc = Havoc(seed, place.database, victims)
    parents: list[subprocess.Popen[bytes]] = []
    end = min(time.monotonic() + ROUND_S, until)
    while time.monotonic() < end:
        parents = [parent for parent in parents if parent.poll() is None]
        if len(parents) < 1 or (len(parents) < 2 and havoc.random.random() < 0.2):
            full = havoc.random.random() < 0.15
            parents.append(start_batch(place, manifest, mark, "--retry-failed", full_disk=full))
            havoc.done["full disk"] += full
            havoc.done["two at once"] += len(parents) > 1
        time.sleep(havoc.random.uniform(0.05, 0.9))
        havoc.disturb(parents)
    for parent in parents:
        parent.kill()
        parent.wait()
    gone_by = time.monotonic() + GONE_S
    while (left := victims.find("any")) and time.monotonic() < gone_by:
        time.sleep(0.1)
    problems = [f"still runs: {Path(f'/proc/{pid}/cmdline').read_bytes()!r}" for pid in left]
    if not problems:
        finish(place, manifest)
    return havoc.done, problems


def finish(place: Place, manifest: Path) -> float:
    """Run a batch in peace and return how long it took."""
    begun = time.monotonic()
    code = start_batch(place, manifest, "peace", "--retry-failed").wait(FINISH_S)
    if code:
        sys.stderr.write((place.workspace.parent / "log").read_text(errors="replace")[-3000:])
        raise SystemExit(f"the undisturbed batch ended with {code}")
    return time.monotonic() - begun


def describe(done: Counter[str]) -> str:
    return ", ".join(f"{times} {what}" for what, times in sorted(done.items()) if times)


if __name__ == "__main__":
    os.nice(10)
    raise SystemExit(main())
