"""Ask `kandian serve` 200 times a second for 10 s on loopback (`make bench-web`).

Questions of every kind come at fixed times, whether or not earlier ones were answered; an error, a
wrong answer or an answer later than 5 s fails the bench. Server and askers share the machine.
"""

from __future__ import annotations

import argparse
import http.client
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tests.bench.clock import kandian, measure

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_media" / "broadcast.mp4"
CATALOGUE = ROOT / "sample_media" / "catalogue.csv"
RATE_PER_S, SECONDS = 200, 10
ASKERS = 16
"""Connections that stay open, as browsers keep them."""
WORST_MS = 5_000
SPEECH = """\
1
00:00:05,000 --> 00:00:30,000
先看一号链接，这个猫砂除臭，猫砂今晚拍一号链接，猫砂真的好用

2
00:00:40,000 --> 00:01:10,000
一号链接猫砂，猫砂吸水快，猫砂没有粉尘
"""


@dataclass(frozen=True, slots=True)
class Question:
    """One request and the status that answers it rightly."""

    kind: str
    address: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one request went."""

    kind: str
    took_ms: float
    """From the time it was due, so that waiting for a free connection counts."""
    problem: str


def make_questions(port: int) -> tuple[Question, ...]:
    """Ask once for each kind of thing, to know what a repeated question answers."""
    base, replay = "/api/recordings/bench", "/media/bench/replay.mp4"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", f"{base}/index")
    response = connection.getresponse()
    response.read()
    etag = response.headers["ETag"]
    connection.close()
    return (
        Question("index", f"{base}/index"),
        Question("index, kept", f"{base}/index", 304, {"If-None-Match": etag}),
        Question("at", f"{base}/at?t=1:05"),
        Question("chapters", f"{base}/chapters.vtt"),
        Question("pitches", "/api/products/YS8101/pitches"),
        Question("search", f"/api/search?q={quote('猫砂')}"),
        Question("recordings", "/api/recordings"),
        Question("range", replay, 206, {"Range": "bytes=100000-165535"}),
        Question("page", "/r/bench/"),
    )


def ask_on_time(port: int, questions: tuple[Question, ...], outcomes: list[Outcome]) -> None:
    """Send every question at its time over a fixed number of connections."""
    begun = time.monotonic() + 0.5
    turns = iter(range(RATE_PER_S * SECONDS))
    lock = threading.Lock()

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                turn = next(turns, None)
            if turn is None:
                connection.close()
                return
            due = begun + turn / RATE_PER_S
            time.sleep(max(0.0, due - time.monotonic()))
            question = questions[turn % len(questions)]
            problem = _ask(connection, question)
            outcomes.append(Outcome(question.kind, 1000 * (time.monotonic() - due), problem))

    askers = [threading.Thread(target=run) for _ in range(ASKERS)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()


def _ask(connection: http.client.HTTPConnection, question: Question) -> str:
    try:
        connection.request("GET", question.address, headers=question.headers)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return f"{type(error).__name__}: {error}"
    right = response.status == question.status
    return "" if right else f"status {response.status}"


def bench(workspace: str) -> int:
    """Serve the workspace, ask, print what happened; return an exit code."""
    command = kandian("--workspace", workspace, "serve", "--port", "0")
    outcomes: list[Outcome] = []
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = re.search(r":(\d+)/", server.stderr.readline() if server.stderr else "")
            if said is None:
                sys.exit("kandian serve did not start")
            port = int(said[1])
            ask_on_time(port, make_questions(port), outcomes)
        finally:
            server.terminate()
    times = sorted(outcome.took_ms for outcome in outcomes)
    problems = Counter(f"{item.kind}: {item.problem}" for item in outcomes if item.problem)
    late = sum(took_ms > WORST_MS for took_ms in times)
    print(
        f"web       {len(outcomes)} requests at {RATE_PER_S} a second: {sum(problems.values())} "
        f"errors, median {statistics.median(times):.0f} ms, "
        f"p99 {times[int(0.99 * len(times))]:.0f} ms, worst {times[-1]:.0f} ms"
    )
    for problem, count in problems.most_common():
        print(f"web       {count} x {problem}")
    return int(bool(problems) or late > 0 or len(outcomes) != RATE_PER_S * SECONDS)


def main() -> None:
    """Index the sample with a transcript that is given, so that no weights are needed, and ask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, default=SAMPLE)
    parser.add_argument("--catalogue", type=Path, default=CATALOGUE)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        speech, workspace = Path(folder, "speech.srt"), str(Path(folder, "workspace"))
        speech.write_text(SPEECH, encoding="utf-8")
        job = ["index", str(asked.media), "--catalogue", str(asked.catalogue)]
        how = ["--transcript", str(speech), "--id", "bench", "--encoder", "lsa"]
        measure(kandian("--workspace", workspace, *job, *how))
        sys.exit(bench(workspace))


if __name__ == "__main__":
    main()
