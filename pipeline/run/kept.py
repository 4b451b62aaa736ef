"""Results that stages keep for later runs, found by key and believed only when proven.

work -> temporary name -> fsync -> rename -> manifest row
                                             '-- only now the stage is done
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from pipeline.run.workspace import Workspace
from pipeline.store.contract import StageResult
from pipeline.store.store import Store


def find_kept(store: Store, workspace: Workspace, key: str) -> Path | None:
    """Return the artifact with this key, or None when it was never made or is not what was made.

    The size is compared on every run; hashing gigabytes on every run is left to whoever doubts.
    """
    row = store.stage_result(key)
    if row is None:
        return None
    artifact = workspace.root / row.artifact
    if not artifact.is_file() or artifact.stat().st_size != row.size_bytes:
        return None
    return artifact


def keep(
    store: Store, workspace: Workspace, artifact: Path, *, key: str, stage: str, fingerprint: str
) -> None:
    """Record that the artifact, already renamed into place, is what this key stands for."""
    with artifact.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    store.record_stage(
        StageResult(
            key=key,
            stage=stage,
            fingerprint=fingerprint,
            artifact=str(artifact.relative_to(workspace.root)),
            sha256=digest,
            size_bytes=artifact.stat().st_size,
            created_at=datetime.now(UTC),
        )
    )
