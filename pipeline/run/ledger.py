"""Which recordings failed before, and when to stop trying them.

A failure is remembered by item (which files, under which id) together with a hash of everything
that went in. The hash costs reading the recording, so it is made only for items that failed.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from models.errors import FailureKind, KandianError
from pipeline.media.fingerprint import fingerprint
from pipeline.run.job import Job, JobSettings
from pipeline.run.keys import settings_key, stage_key
from pipeline.run.outcome import Busy, Failed, Outcome, Poisoned, Rejected
from pipeline.store.store import Store
from pipeline.store.tries import RememberedFailure

POISONED_AFTER = 3
"""Failures of the same input that end the trying: once may be bad luck, twice a coincidence."""
CERTAIN = frozenset({FailureKind.INPUT, FailureKind.TOOL, FailureKind.DIED, FailureKind.UNEXPECTED})
"""Kinds that count: the same input most likely fails again."""
NO_RESULT_OF = frozenset({"threads", "weights", "ffmpeg", "listen_again"})
"""Settings that say how, where or how often, not what."""


class Ledger:
    """What is remembered of failures, for one set of settings."""

    def __init__(self, store: Store, settings: JobSettings) -> None:
        self._store = store
        self._settings = settings_key(settings, leave_out=NO_RESULT_OF)

    def find_poisoned(self, job: Job) -> Poisoned | None:
        """Return why a recording is not tried any more; None when it is to be tried."""
        known = self._store.failure(_item(job))
        if known is None or known.times < POISONED_AFTER or known.input != self._input(job):
            return None
        return Poisoned(
            f"passed over: it failed {known.times} times with the same input and settings, last on "
            f"{known.failed_at:%Y-%m-%d %H:%M} UTC ({known.kind}): {known.reason}; mend it, or try "
            "again with --retry-failed",
            known.kind,
        )

    def find_failure(self, job: Job) -> RememberedFailure | None:
        """Return how a recording failed with this very input and settings; None if it did not."""
        known = self._store.failure(_item(job))
        return known if known is not None and known.input == self._input(job) else None

    def note(self, job: Job, outcome: Outcome) -> None:
        """Remember how a recording ended; success wipes out what was remembered."""
        if isinstance(outcome, Busy | Poisoned):
            return
        known = self._store.failure(_item(job))
        if isinstance(outcome, Rejected | Failed):
            self._store.remember_failure(self._failure(job, outcome, known))
        elif known is not None:
            self._store.forget_failure(known.item)

    def _failure(
        self, job: Job, outcome: Rejected | Failed, known: RememberedFailure | None
    ) -> RememberedFailure:
        kind = outcome.kind if isinstance(outcome, Failed) else FailureKind.INPUT
        now = RememberedFailure(
            item=_item(job),
            label=job.label,
            input=self._input(job),
            kind=kind,
            reason=outcome.reason,
            times=1 if kind in CERTAIN else 0,
            failed_at=datetime.now(UTC),
        )
        if known is None or known.input != now.input:
            return now
        return replace(now, times=known.times + now.times)

    def _input(self, job: Job) -> str:
        files = [job.transcript, job.catalogue]
        # Only where there is one: what was remembered of all others keeps its hash.
        files += [] if job.operator is None else [job.operator]
        media = "" if job.media is None else _media_digest(job.media)
        return stage_key("input", "1", self._settings, media, *map(_file_digest, files))


def _item(job: Job) -> str:
    paths = [str(path and path.absolute()) for path in (job.media, job.transcript)]
    remote = () if job.remote is None else (str(job.remote),)
    return stage_key("item", "1", job.recording_id or "", *paths, *remote)


def _media_digest(path: Path) -> str:
    with contextlib.suppress(KandianError, OSError, ValueError):
        return fingerprint(path)
    return "unreadable"


def _file_digest(path: Path | None) -> str:
    if path is None:
        return ""
    with contextlib.suppress(OSError, ValueError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return "unreadable"
