"""Results that stages keep for later runs, found by key and believed only when proven.

work -> temporary name -> fsync -> rename -> (depot) -> manifest row
                                                        '-- only now the stage is done
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pipeline.run.depot import Proof, digest_of
from pipeline.run.kept_far import bring_kept, put_kept
from pipeline.run.workspace import Workspace
from pipeline.store.contract import StageResult
from pipeline.store.store import Store


def find_kept(
    store: Store, workspace: Workspace, key: str, *, beside: Path | None = None
) -> Path | None:
    """Return the artifact with this key, or None when it was never made or is not what was made.

    The size is compared on every run; hashing gigabytes on every run is left to whoever doubts.
    What lies in a depot alone is fetched, and then its content is compared as well.

    Args:
        store: that remembers what was made.
        workspace: where it is kept.
        key: of the result.
        beside: a file or folder that was kept with it; whether that is whole, its reader tells.
    """
    row = store.stage_result(key)
    if row is None:
        return None
    artifact = workspace.root / row.artifact
    if workspace.depot is not None:
        proof = Proof(row.size_bytes, row.sha256)
        whole = bring_kept(workspace.depot, workspace.root, artifact, proof, beside)
        return artifact if whole else None
    if not artifact.is_file() or artifact.stat().st_size != row.size_bytes:
        return None
    return artifact


def keep(
    store: Store,
    workspace: Workspace,
    artifact: Path,
    *,
    key: str,
    stage: str,
    fingerprint: str,
    beside: Path | None = None,
) -> None:
    """Record that the artifact, already renamed into place, is what this key stands for.

    With a depot it lies there before that is recorded, and so does what was made beside it.
    """
    if workspace.depot is not None:
        # A storage knows no leases: whoever lost the recording must not overwrite what is there.
        put_kept(workspace.depot, workspace.root, artifact, beside, allow=store.require_lease)
    store.record_stage(
        StageResult(
            key=key,
            stage=stage,
            fingerprint=fingerprint,
            artifact=str(artifact.relative_to(workspace.root)),
            sha256=digest_of(artifact),
            size_bytes=artifact.stat().st_size,
            created_at=datetime.now(UTC),
        )
    )
