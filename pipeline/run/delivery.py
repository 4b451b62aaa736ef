"""Replays packaged as HLS, made once per set of replays."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from models.recording import Rendition
from pipeline.media.package import FOLDER_NAME, package_hls
from pipeline.run.bench import Bench
from pipeline.run.kept import find_kept, keep
from pipeline.run.keys import stage_key
from pipeline.run.replays import KeptReplay
from pipeline.run.workspace import make_folder, write_atomically

log = logging.getLogger(__name__)

PACKAGE_VERSION = "1"
"""Raise it when the same replays would give another package."""


@dataclass(frozen=True, slots=True)
class KeptPackage:
    """A folder with playlists and media, and what players are told about it."""

    folder: Path
    rendition: Rendition


def make_package(bench: Bench, fingerprint: str, replays: Sequence[KeptReplay]) -> KeptPackage:
    """Return the HLS package of some replays, kept or made now.

    Raises:
        InputError: when a replay cannot be cut.
        ResourceError: when the disk is full.
        ToolError: when the package does not pass its checks.
    """
    kept = find_package(bench, replays)
    if kept is not None:
        return kept
    key = _key(replays)
    folder = bench.workspace.stage_file(FOLDER_NAME, key, "")
    make_folder(folder.parent)
    rendition = package_hls(
        [replay.path for replay in replays],
        folder,
        report=lambda done, total: bench.observer.follow("package", done, total),
    )
    facts = bench.workspace.stage_file(FOLDER_NAME, key, ".json")
    write_atomically(facts, json.dumps(asdict(rendition), indent=1) + "\n")
    keep(
        bench.store,
        bench.workspace,
        facts,
        key=key,
        stage=FOLDER_NAME,
        fingerprint=fingerprint,
        beside=folder,
    )
    return KeptPackage(folder, rendition)


def find_package(bench: Bench, replays: Sequence[KeptReplay]) -> KeptPackage | None:
    """Return the package that an earlier run made of exactly these replays; None without one."""
    if not replays:
        return None
    key = _key(replays)
    folder = bench.workspace.stage_file(FOLDER_NAME, key, "")
    facts = find_kept(bench.store, bench.workspace, key, beside=folder)
    if facts is None:
        return None
    try:
        rendition = Rendition(**json.loads(facts.read_text(encoding="utf-8")))
        size = sum(path.stat().st_size for path in folder.iterdir())
    except (OSError, ValueError, TypeError) as error:
        log.warning("the kept package cannot be used and is made again: %s", error)
        return None
    return KeptPackage(folder, rendition) if size == rendition.bytes else None


def _key(replays: Sequence[KeptReplay]) -> str:
    return stage_key(FOLDER_NAME, PACKAGE_VERSION, *(replay.key for replay in replays))
