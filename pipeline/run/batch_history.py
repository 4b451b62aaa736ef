"""What the event logs of batches say in sum: ends, failures, stage times, real-time factors.

Reads `kandian.batch-event/1`. A line that a kill cut off, or that is of another kind, is passed
over and counted; so are the times of what was under way when a batch was killed.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from models.errors import InputError
from pipeline.run.event_log import EVENT_SCHEMA

BEFORE_STAGES = "ingest"
"""What a recording is at before its first stage is told: probing, hashing, waiting for a lease."""


@dataclass(slots=True)
class BatchHistory:
    """Sums over all events that were read."""

    batches: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """Recordings by how they ended."""
    failures: Counter[str] = field(default_factory=Counter)
    """Tries that failed, also those that were tried again, by kind."""
    retries: int = 0
    stage_seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    stage_runs: Counter[str] = field(default_factory=Counter)
    took_ms: int = 0
    """Wall-clock time of the recordings that were done."""
    media_ms: int = 0
    """Length of the same recordings."""
    waiting: int = 0
    """Recordings of batches without an end that neither ended nor began."""
    under_way: int = 0
    unread_lines: int = 0
    last_event_s: float = 0
    """Seconds since 1970; 0 without any event."""


def read_history(paths: tuple[Path, ...]) -> BatchHistory:
    """Sum up event logs; a batch may be spread over several of them, in their order.

    Raises:
        InputError: when a file cannot be read.
    """
    reader = _Reader()
    for path in paths:
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    reader.read(line)
        except OSError as error:
            raise InputError(f"{path}: it cannot be read ({error.strerror})") from error
    return reader.close()


@dataclass(slots=True)
class _Item:
    """One recording of one batch, not ended yet."""

    stage: str | None = None
    """None while it waits for a worker."""
    since: float = 0


class _Reader:
    def __init__(self) -> None:
        self.history = BatchHistory()
        self._batches: dict[str, dict[int, _Item]] = {}

    def read(self, line: str) -> None:
        try:
            event = json.loads(line)
            if event["schema"] == EVENT_SCHEMA:
                self._take(event, datetime.fromisoformat(event["at"]).timestamp())
        except (ValueError, KeyError, TypeError):
            self.history.unread_lines += 1

    def close(self) -> BatchHistory:
        left = list(self._left())
        self.history.under_way = sum(item.stage is not None for item in left)
        self.history.waiting = len(left) - self.history.under_way
        return self.history

    def _left(self) -> Iterator[_Item]:
        for items in self._batches.values():
            yield from items.values()

    def _take(self, event: dict[str, Any], at: float) -> None:
        self.history.last_event_s = max(self.history.last_event_s, at)
        name = event["batch"]
        if name not in self._batches:
            self._batches[name] = {}
            self.history.batches += 1
        items = self._batches[name]
        match event["event"]:
            case "planned":
                items[event["number"]] = _Item()
            case "started" | "stage":
                self._move(items, event["number"], event.get("stage", BEFORE_STAGES), at)
            case "retried":
                self._move(items, event["number"], None, at)
                self.history.retries += 1
                self.history.failures[str(event["kind"])] += 1
            case "finished" | "failed":
                self._end(items, event, at)
            case "ended":
                items.clear()

    def _move(self, items: dict[int, _Item], number: int, stage: str | None, at: float) -> None:
        item = items.setdefault(number, _Item())
        if item.stage is not None:
            self.history.stage_seconds[item.stage] += max(0.0, at - item.since)
            self.history.stage_runs[item.stage] += 1
        item.stage, item.since = stage, at

    def _end(self, items: dict[int, _Item], event: dict[str, Any], at: float) -> None:
        self._move(items, event["number"], None, at)
        del items[event["number"]]
        self.history.outcomes[str(event["outcome"])] += 1
        if event["event"] == "failed":
            self.history.failures[str(event["kind"])] += 1
        elif event["outcome"] == "done":
            self.history.took_ms += event["took_ms"]
            self.history.media_ms += event["media_ms"]
