"""Find what nobody needs any more in a workspace; nothing is changed here.

Results of stages are needed while a living recording shows them: its transcript is the one that
the index was made from, its replays, package and pictures lie in its folder. Everything else that
is old enough is waste. Originals lie outside the workspace and are never looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipeline.run.garbage import PICTURES, UNKEYED_STAGES, Waste, WasteKind
from pipeline.run.kept_far import BILL_SUFFIX
from pipeline.run.waste_far import DepotShown
from pipeline.run.workspace import CHECKPOINT_OWNER, SCRATCH, Workspace
from pipeline.store.contract import StageResult
from pipeline.store.stages import LivingRecording, list_keys, list_living, list_results
from pipeline.store.store import Store

SUFFIXES = ("", ".json", ".mp4", ".m4a", ".jpg", BILL_SUFFIX)
"""Of what a stage keeps under one key; to list a folder of a million files once a key is slow."""


def find_waste_of(
    store: Store, workspace: Workspace, fingerprint: str, *, before: datetime
) -> tuple[Waste, ...]:
    """Find the results and checkpoints of one recording that nobody needs.

    What was made at `before` or later is kept.
    """
    living = list_living(store.select, fingerprint)
    shown = _make_shown(workspace, living)
    found = []
    for result in list_results(store.select, fingerprint):
        if result.created_at < before and not shown.has(result):
            kind = WasteKind.OLD_KEY if living else WasteKind.ORPHAN
            found.append(_result_waste(workspace, result, kind))
    found.extend(
        make_waste(workspace, WasteKind.CHECKPOINT, folder)
        for folder in _list_folder(workspace.root / "checkpoints")
        if read_owner(folder) == fingerprint and is_older(folder, before)
    )
    return tuple(found)


def find_waste_of_nobody(
    store: Store, workspace: Workspace, *, before: datetime, vectors: frozenset[str]
) -> Iterator[Waste]:
    """Find old files that no row tells the recording of; only safe while nobody is at work.

    `vectors` are the names of the files of vectors that living recordings read.
    """
    known = list_keys(store.select)
    for kind, path in (
        *_judge_stage_files(workspace, known, vectors),
        *((WasteKind.TEMPORARY, path) for path in _list_temporaries(workspace)),
        *_list_left_folders(workspace),
        *_list_copies(workspace, known, vectors),
    ):
        if is_older(path, before):
            yield make_waste(workspace, kind, path)


def make_waste(workspace: Workspace, kind: WasteKind, path: Path) -> Waste:
    """Describe one file or folder as waste."""
    return Waste(kind, str(path.relative_to(workspace.root)), (path,), measure_bytes(path))


def read_owner(checkpoint: Path) -> str | None:
    """Return the fingerprint of the recording that a checkpoint belongs to; None when untold."""
    try:
        return (checkpoint / CHECKPOINT_OWNER).read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def is_older(path: Path, before: datetime) -> bool:
    """Tell whether nothing in a file or folder was changed since; False when it is gone."""
    try:
        newest = max(one.lstat().st_mtime for one in (path, *path.rglob("*")))
    except OSError:
        return False
    return newest < before.timestamp()


def measure_bytes(path: Path) -> int:
    """Return the bytes that removing it would free: of a file with other names, none."""
    total = 0
    for one in (path, *path.rglob("*")):
        try:
            facts = one.lstat()
        except OSError:
            continue
        if not one.is_dir() and facts.st_nlink == 1:
            total += facts.st_size
    return total


class _Judge(Protocol):
    """Says what is needed of one recording's results."""

    def has(self, result: StageResult) -> bool:
        """Tell whether a living recording shows this result; True for what is not understood."""


def _make_shown(workspace: Workspace, living: Sequence[LivingRecording]) -> _Judge:
    if workspace.depot is not None:
        return DepotShown(workspace.depot, living)
    return _Shown(workspace, living)


class _Shown:
    """What the folders of living recordings hold."""

    def __init__(self, workspace: Workspace, living: Sequence[LivingRecording]) -> None:
        self._workspace = workspace
        self._transcripts = {one.transcript_key for one in living}
        self._folders = [workspace.recording_folder(one.id) for one in living]
        self._living = bool(living)

    def has(self, result: StageResult) -> bool:
        """Tell whether a living recording shows this result; True for what is not understood."""
        match result.stage:
            case "transcript":
                return result.key in self._transcripts
            case "replay":
                return self._has_replay(result)
            case "hls":
                return self._has_package(result)
            case stage if stage in PICTURES:
                return self._has_picture(result)
            case _:
                return self._living

    def _has_replay(self, result: StageResult) -> bool:
        media = [path for path in _files_of(self._workspace, result) if path.suffix != ".json"]
        return any(
            _same_file(one, other)
            for one in media
            for folder in self._folders
            for other in folder.glob("replay*")
        )

    def _has_package(self, result: StageResult) -> bool:
        names = _names_in(self._workspace.stage_file("hls", result.key, ""))
        return any(names == _names_in(folder / "hls") for folder in self._folders)

    def _has_picture(self, result: StageResult) -> bool:
        return any(
            path.stat().st_size == result.size_bytes
            and hashlib.sha256(path.read_bytes()).hexdigest() == result.sha256
            for folder in self._folders
            for path in (*folder.glob("covers/*.jpg"), *folder.glob("thumbnails*.jpg"))
        )


def _same_file(one: Path, other: Path) -> bool:
    """Tell whether two files are one, or copies as far as their sizes tell."""
    return one.samefile(other) or one.stat().st_size == other.stat().st_size


def _result_waste(workspace: Workspace, result: StageResult, kind: WasteKind) -> Waste:
    paths = _files_of(workspace, result)
    size = sum(map(measure_bytes, paths))
    name = f"stages/{result.stage}/{result.key}"
    files = () if workspace.depot is None else workspace.depot.list_named(name)
    size += sum(file.size_bytes for file in files)
    objects = tuple(file.url for file in files)
    return Waste(kind, name, paths, size, result.key, objects)


def _files_of(workspace: Workspace, result: StageResult) -> tuple[Path, ...]:
    """List what a stage keeps under a key: the artifact that the row names, and what is beside."""
    paths = (workspace.stage_file(result.stage, result.key, end) for end in SUFFIXES)
    return tuple(path for path in paths if path.exists())


def _judge_stage_files(
    workspace: Workspace, known: frozenset[str], vectors: frozenset[str]
) -> Iterator[tuple[WasteKind, Path]]:
    for folder in _list_folder(workspace.root / "stages"):
        for path in _list_folder(folder):
            kind = _judge_stage_file(path, known, vectors)
            if kind is not None:
                yield kind, path


def _judge_stage_file(
    path: Path, known: frozenset[str], vectors: frozenset[str]
) -> WasteKind | None:
    if path.name.startswith("."):
        return WasteKind.TEMPORARY
    if path.parent.name == "vectors":
        return None if path.name in vectors else WasteKind.VECTORS
    if path.parent.name in UNKEYED_STAGES or path.name.split(".")[0] in known:
        return None
    return WasteKind.UNKNOWN


def _list_temporaries(workspace: Workspace) -> Iterator[Path]:
    """List what killed processes left beside what players read."""
    yield from workspace.root.glob(".probe-*")
    for folder in _list_folder(workspace.root / "recordings"):
        yield from sorted(folder.glob(".*"))
        yield from sorted(folder.glob("covers/.*"))


def _list_left_folders(workspace: Workspace) -> Iterator[tuple[WasteKind, Path]]:
    """List what runs fetched, and checkpoints that do not say whose they are."""
    for folder in _list_folder(workspace.root / SCRATCH):
        yield WasteKind.FETCHED, folder
    for folder in _list_folder(workspace.root / "checkpoints"):
        if read_owner(folder) is None:
            yield WasteKind.CHECKPOINT, folder


def _list_copies(
    workspace: Workspace, known: frozenset[str], vectors: frozenset[str]
) -> Iterator[tuple[WasteKind, Path]]:
    """List what a mirror can fetch again; without a depot nothing is a copy."""
    if workspace.depot is None:
        return
    for folder in _list_folder(workspace.root / "stages"):
        for path in _list_folder(folder):
            if _judge_stage_file(path, known, vectors) is None:
                yield WasteKind.COPY, path
    for folder in _list_folder(workspace.root / "recordings"):
        yield WasteKind.COPY, folder


def _names_in(folder: Path) -> set[str]:
    return {path.name for path in _list_folder(folder)}


def _list_folder(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
