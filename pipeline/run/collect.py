"""Collect the garbage of a workspace, or say what would go.

What belongs to a recording goes under that recording's lock and lease, judged again under them; a
recording that a run works on is left alone. What belongs to nobody goes only while no run is at
work. Rows go before their files, so that a kill in between leaves files that the next collection
finds; SIGTERM and Ctrl-C wait until both are gone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Never

from models.errors import InputError, TransientError
from pipeline.detect.encoder import make_encoder
from pipeline.process.stopping import unbroken
from pipeline.run.deposit import withdraw_deposit
from pipeline.run.depot import Depot
from pipeline.run.garbage import Waste, WasteKind
from pipeline.run.lease import lock_name, try_hold
from pipeline.run.vectors import name_vectors
from pipeline.run.waste import (
    find_waste_of,
    find_waste_of_nobody,
    make_waste,
    read_owner,
)
from pipeline.run.waste_far import find_depot_waste
from pipeline.run.workspace import Workspace, told_about
from pipeline.store.stages import list_fingerprints, list_keys, list_living, list_tombstones
from pipeline.store.store import Store

GONE_SUFFIX = ".gone"
"""Of what is being removed: a run never finds half of it under its name."""


UPLOAD = timedelta(days=1)
"""Between an object and the row that remembers it lies the upload of one result at most."""

BUSY = "a run is working on this recording"


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Something that could not be looked at, because a run is working on it."""

    name: str
    reason: str


def expire(
    store: Store, workspace: Workspace, *, before: datetime, remove: bool
) -> Iterator[Waste | LeftAlone]:
    """Delete, or only list, the recordings that were broadcast before a moment, oldest first."""
    old = [one for one in list_living(store.select) if one.broadcast_at < before]
    for one in sorted(old, key=lambda one: (one.broadcast_at, one.id)):
        expired = _recording_waste(workspace, WasteKind.EXPIRED, one.id)
        try:
            if remove:
                delete_recording(store, workspace, one.id)
        except TransientError as error:
            yield LeftAlone(one.id, str(error))
        else:
            yield expired


def delete_recording(store: Store, workspace: Workspace, recording_id: str) -> int:
    """Delete a recording from the index and its folder; return the revision that says so.

    Its row stays as a tombstone, which the API tells players of; corrections stay as well.

    Raises:
        InputError: when no such recording is indexed.
        TransientError: when a run is working on it.
    """
    recording = store.find_recording(recording_id)
    with contextlib.ExitStack() as stack:
        held = store
        if recording is not None:
            name = lock_name(recording.fingerprint)
            held = try_hold(store, workspace, name, stack) or _refuse(recording_id)
        with unbroken():
            revision = held.delete_recording(recording_id)
            _remove(workspace.recording_folder(recording_id))
        withdraw_deposit(workspace, recording_id)
    return revision


def _refuse(recording_id: str) -> Never:
    raise TransientError(f"a run is working on {recording_id}; delete it when that run has ended")


def collect(
    store: Store, workspace: Workspace, *, before: datetime, remove: bool
) -> Iterator[Waste | LeftAlone]:
    """Remove, or only list, what nobody needs and was made before a moment.

    Raises:
        InputError: when the database knows none of what lies here.
        ConfigError: when something cannot be removed.
    """
    _check_database(store, workspace)
    owners = {read_owner(folder) for folder in workspace.root.glob("checkpoints/*")} - {None}
    for fingerprint in sorted({*list_fingerprints(store.select), *filter(None, owners)}):
        yield from _sweep_recording(store, workspace, fingerprint, before=before, remove=remove)
    deposited = _list_deposited(workspace)
    for recording_id, fingerprint in sorted(list_tombstones(store.select).items()):
        folder = workspace.recording_folder(recording_id)
        if folder.is_dir() or recording_id in deposited:
            yield from _sweep_folder(store, workspace, folder, fingerprint, remove=remove)
    yield from _sweep_the_rest(store, workspace, before=before, remove=remove)


def _sweep_recording(
    store: Store, workspace: Workspace, fingerprint: str, *, before: datetime, remove: bool
) -> Iterator[Waste | LeftAlone]:
    found = find_waste_of(store, workspace, fingerprint, before=before)
    if not found:
        return
    with contextlib.ExitStack() as stack:
        held = _hold(store, workspace, fingerprint, stack, remove=remove)
        if held is None:
            yield LeftAlone(fingerprint, BUSY)
            return
        # Again: a run may have ended in between.
        for waste in find_waste_of(held, workspace, fingerprint, before=before):
            if remove:
                _dispose(held, workspace, waste)
            yield waste


def _sweep_folder(
    store: Store, workspace: Workspace, folder: Path, fingerprint: str, *, remove: bool
) -> Iterator[Waste | LeftAlone]:
    """Remove the folder of a recording that is deleted: a deletion that was killed left it."""
    with contextlib.ExitStack() as stack:
        held = _hold(store, workspace, fingerprint, stack, remove=remove)
        if held is None:
            yield LeftAlone(folder.name, BUSY)
        elif held.find_recording(folder.name) is None:
            waste = _recording_waste(workspace, WasteKind.DELETED, folder.name)
            if remove:
                _dispose(held, workspace, waste)
                withdraw_deposit(workspace, folder.name)
            yield waste


def _hold(
    store: Store,
    workspace: Workspace,
    fingerprint: str,
    stack: contextlib.ExitStack,
    *,
    remove: bool,
) -> Store | None:
    """Hold a recording; only to look, the file lock is enough, and nothing is written."""
    name = lock_name(fingerprint)
    if remove:
        return try_hold(store, workspace, name, stack)
    return store if workspace.try_lock(name, stack) else None


def _sweep_the_rest(
    store: Store, workspace: Workspace, *, before: datetime, remove: bool
) -> Iterator[Waste | LeftAlone]:
    vectors = _list_vectors(store, workspace)
    if workspace.depot is not None:
        for waste in _find_in_depot(store, workspace.depot, vectors, before=before):
            if remove:
                _dispose(store, workspace, waste)
            yield waste
    if busy := _find_busy(workspace):
        reason = "files of no known recording are left while a run is at work"
        yield LeftAlone(busy, reason)
        return
    for waste in find_waste_of_nobody(store, workspace, before=before, vectors=vectors):
        if remove:
            _dispose(store, workspace, waste)
        yield waste


def _find_in_depot(
    store: Store, depot: Depot, vectors: frozenset[str], *, before: datetime
) -> Iterator[Waste]:
    """Find objects of no known recording; while some machine works, only those that are old."""
    if store.held_leases():  # in a cluster there always are some
        before = min(before, datetime.now(UTC) - UPLOAD)
    known = list_keys(store.select)
    return find_depot_waste(depot, known, vectors, before=before)


def _check_database(store: Store, workspace: Workspace) -> None:
    """Refuse to judge a workspace by the database of another: all of it would look like waste."""
    if list_living(store.select) or list_tombstones(store.select):
        return
    held = any(workspace.root.glob("recordings/*")) or _list_deposited(workspace)
    if list_fingerprints(store.select) or not held:
        return
    raise InputError(
        f"this database knows no recording, but {workspace.name} holds some; name the database "
        "that belongs to it with --db"
    )


def _list_deposited(workspace: Workspace) -> frozenset[str]:
    """List the ids of the recordings that the depot has a folder of."""
    if workspace.depot is None:
        return frozenset()
    place = workspace.depot.url.below("recordings")
    return frozenset(workspace.depot.storage.iter_folders(place))


def _recording_waste(workspace: Workspace, kind: WasteKind, recording_id: str) -> Waste:
    waste = make_waste(workspace, kind, workspace.recording_folder(recording_id))
    if workspace.depot is None:
        return waste
    files = workspace.depot.list_named(f"recordings/{recording_id}/")
    return replace(waste, size_bytes=waste.size_bytes + sum(file.size_bytes for file in files))


def _find_busy(workspace: Workspace) -> str | None:
    """Return the name of a lock that is held, None when nobody is at work."""
    for path in sorted(workspace.root.glob("locks/*.lock")):
        with contextlib.ExitStack() as stack:
            if not workspace.try_lock(path.stem, stack):
                return path.stem
    return None


def _list_vectors(store: Store, workspace: Workspace) -> frozenset[str]:
    """List the files of vectors that living recordings read with the encoder of this machine."""
    fingerprints = {one.fingerprint for one in list_living(store.select)}
    return name_vectors(make_encoder(), workspace, fingerprints)


def _dispose(store: Store, workspace: Workspace, waste: Waste) -> None:
    with unbroken():
        if waste.key is not None:
            store.forget_stage(waste.key)
        if workspace.depot is not None:
            for url in waste.objects:
                workspace.depot.storage.remove(url)
        for path in waste.paths:
            _remove(path)


def _remove(path: Path) -> None:
    """Rename it away, then remove it, whatever it is; no-op when it is not there."""
    with told_about(path, remedy="mend its permissions"):
        if not os.path.lexists(path):
            return
        gone = path
        if not path.name.endswith(GONE_SUFFIX):
            gone = path.with_name(f".{path.name.lstrip('.')}{GONE_SUFFIX}")
            _delete(gone)
            path.rename(gone)
        _delete(gone)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
