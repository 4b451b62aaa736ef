"""Kept results on their way between a mirror and its depot.

stages/replay/KEY.mp4            first
stages/replay/KEY.files.json     then: sizes and digests of what lies beside the result
stages/replay/KEY.json           then: the result, whose own size and digest stand in its row
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.run.depot import Depot, Proof, digest_of
from pipeline.run.workspace import Workspace, write_atomically

BILL_SUFFIX = ".files.json"


def put_kept(
    depot: Depot, root: Path, artifact: Path, beside: Path | None, *, allow: Callable[[], None]
) -> None:
    """Put a result into the depot, after all that belongs to it; `allow` may refuse each file."""
    paths = []
    if beside is not None:
        paths = [path for path in sorted(beside.rglob("*")) if path.is_file()] or [beside]
        proofs = {
            str(path.relative_to(root)): Proof(path.stat().st_size, digest_of(path))
            for path in paths
        }
        bill = bill_of(artifact)
        write_atomically(bill, _format_bill(proofs))
        paths.append(bill)
    for path in (*paths, artifact):
        allow()
        depot.put(path, str(path.relative_to(root)))


def bring_kept(depot: Depot, root: Path, artifact: Path, proof: Proof, beside: Path | None) -> bool:
    """Have a result in the mirror, fetched where it is not there; False when it cannot be had."""
    old = not proof.holds_for(artifact)
    if old and not depot.fetch(str(artifact.relative_to(root)), artifact, proof):
        return False
    if beside is None:
        return True
    bill = bill_of(artifact)
    # With another result, what lies beside it is another, too, even of the same size.
    if (old or not bill.is_file()) and not depot.fetch(str(bill.relative_to(root)), bill):
        return False
    proofs = parse_bill(bill.read_bytes())
    return bool(proofs) and all(
        _bring_one(depot, root, name, one, doubted=old) for name, one in proofs.items()
    )


def _bring_one(depot: Depot, root: Path, name: str, proof: Proof, *, doubted: bool) -> bool:
    path = root / name
    if not doubted and path.is_file() and path.stat().st_size == proof.size_bytes:
        return True
    return proof.holds_for(path) or depot.fetch(name, path, proof)


def bring_shared(workspace: Workspace, path: Path) -> None:
    """Have the latest of a small file that no row remembers; no-op where the depot has none.

    Its reader tells whether it is damaged, and does without it.
    """
    if workspace.depot is not None:
        workspace.depot.fetch(str(path.relative_to(workspace.root)), path)


def put_shared(workspace: Workspace, path: Path) -> None:
    """Let other machines have such a file; of two that write one, the last one stays."""
    if workspace.depot is not None:
        workspace.depot.put(path, str(path.relative_to(workspace.root)))


def bill_of(artifact: Path) -> Path:
    """Return the file that says what lies beside a result."""
    return artifact.with_name(artifact.name.partition(".")[0] + BILL_SUFFIX)


def parse_bill(content: bytes) -> dict[str, Proof]:
    """Read what lies beside a result, by names below the workspace; nothing when it is damaged."""
    try:
        return {
            str(name): Proof(int(told["bytes"]), str(told["sha256"]))
            for name, told in json.loads(content)["files"].items()
            if _is_ours(name)
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _is_ours(name: str) -> bool:
    steps = name.split("/")
    return steps[0] == "stages" and not {"", ".", ".."} & set(steps)


def _format_bill(proofs: Mapping[str, Proof]) -> str:
    files = {name: {"bytes": one.size_bytes, "sha256": one.sha256} for name, one in proofs.items()}
    return json.dumps({"schema": "kandian.files/1", "files": files}, indent=1) + "\n"
