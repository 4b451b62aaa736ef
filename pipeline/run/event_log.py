"""The event log of a batch: one JSON object a line, appended as things happen.

The contract is `batch_events.schema.json` beside this module. Every line is written by one call and
flushed whole, so that a reader that follows the file never sees half an event of a living batch; a
batch that is killed may leave no half line either, as far as the file system writes small appends
whole. Two batches may append to one file.
"""

from __future__ import annotations

import json
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from models.errors import FailureKind
from pipeline.run.batch_events import (
    BatchEvent,
    BatchLine,
    Planned,
    Progressed,
    Remarked,
    Retried,
    Started,
)
from pipeline.run.outcome import Done, Failed, Poisoned, Rejected, Skipped
from pipeline.run.workspace import told_about

EVENT_SCHEMA = "kandian.batch-event/1"
Fields = dict[str, Any]


class EventLog:
    """Appends events to a file; a context manager that closes it.

    Raises:
        ConfigError: when the file cannot be written to.
        ResourceError: when the disk is full.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; a name made here tells this batch's events from others in it."""
        self._path = path
        self._batch = uuid.uuid4().hex
        self._counts: dict[str, int] = {}
        self._stages: dict[int, str] = {}
        with told_about(path):
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the last event and close the file."""
        try:
            self._write("ended", {**self._counts, "interrupted": error is not None})
        finally:
            os.close(self._file)

    def take(self, event: BatchEvent) -> None:
        """Write an event; of a stage that goes on only its beginning is worth a line."""
        match event:
            case Planned():
                self._write("planned", _item(event))
            case Started(tries=tries):
                self._stages.pop(event.number, None)
                self._write("started", {**_item(event), "tries": tries})
            case Progressed(stage=stage):
                if self._stages.get(event.number) != stage:
                    self._stages[event.number] = stage
                    self._write("stage", {**_item(event), "stage": stage})
            case Retried():
                self._write("retried", {**_item(event), **_again(event)})
            case BatchLine():
                self._stages.pop(event.number, None)
                self._take_end(event)
            case Remarked():
                pass

    def _take_end(self, line: BatchLine) -> None:
        word = type(line.outcome).__name__.lower()
        self._counts[word] = self._counts.get(word, 0) + 1
        common = {**_item(line), "tries": line.tries, "outcome": word}
        if isinstance(line.outcome, Done | Skipped):
            self._write("finished", {**common, **_summary(line.outcome)})
        else:
            reason = {"kind": str(kind_of_end(line)), "reason": line.outcome.reason}
            self._write("failed", {**common, **reason})

    def _write(self, event: str, fields: Fields) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head = {"schema": EVENT_SCHEMA, "at": now, "batch": self._batch, "event": event}
        text = json.dumps(head | fields, ensure_ascii=True) + "\n"
        with told_about(self._path):
            os.write(self._file, text.encode("ascii"))


def kind_of_end(line: BatchLine) -> FailureKind | None:
    """Return what kind of failure a recording ended with; None when it did not fail."""
    if isinstance(line.outcome, Failed | Poisoned):
        return line.outcome.kind
    return FailureKind.INPUT if isinstance(line.outcome, Rejected) else None


def _item(event: BatchEvent) -> Fields:
    media = event.job.media or event.job.transcript
    path = os.fsencode(str(media or "")).decode(errors="replace")
    return {"number": event.number, "item": event.job.label, "path": path}


def _again(event: Retried) -> Fields:
    return {
        "tries": event.tries,
        "kind": str(event.kind),
        "reason": event.reason,
        "wait_s": event.wait_s,
        "alone": event.alone,
    }


def _summary(outcome: Done | Skipped) -> Fields:
    summary = outcome.summary
    return {
        "recording_id": summary.recording_id,
        "media_ms": summary.duration_ms,
        "took_ms": round(outcome.elapsed_s * 1000) if isinstance(outcome, Done) else 0,
        "published": summary.published,
        "review": summary.review,
        "degraded": summary.degraded,
    }
