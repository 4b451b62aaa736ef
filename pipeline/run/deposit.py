"""Recordings on their way between a mirror and its depot, as players read them.

The depot's recordings/ID/ is what `publish` makes elsewhere, and media.json besides: a depot is
as private as a workspace. Without a depot nothing here does anything.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from dataclasses import replace
from pathlib import Path

from models.errors import InputError, TransientError
from pipeline.run.bench import Bench
from pipeline.run.depot import Depot, fetch_proven
from pipeline.run.index_files import write_index_files
from pipeline.run.lease import lock_name, try_hold
from pipeline.run.outcome import Failed
from pipeline.run.pictures import make_pictures
from pipeline.run.publish import send_recording, withdraw
from pipeline.run.published import Record, read_record
from pipeline.run.workspace import Workspace, told_about
from pipeline.store.store import Store

log = logging.getLogger(__name__)

REPORT_FILES = frozenset({"media.html"})
"""Made when somebody asks for them, on the machine where that is."""


def begin_afresh(workspace: Workspace, recording_id: str) -> None:
    """Forget what the mirror has of a recording: only what the job puts there is deposited."""
    if workspace.depot is not None:
        _forget(workspace.recording_folder(recording_id))


def deposit_recording(bench: Bench, recording_id: str) -> None:
    """Make the depot hold what the mirror has of a recording, its index last.

    Only for who holds the recording: nothing is sent once its lease is lost.

    Raises:
        LeaseLostError: when another run took it over meanwhile.
        TransientError: when the storage does not answer.
        ConfigError: when credentials or rights are missing.
    """
    depot = bench.workspace.depot
    if depot is None:
        return
    revision = bench.store.document(recording_id, with_review=False).revision
    folder = bench.workspace.recording_folder(recording_id)
    place = depot.recording(recording_id)
    send_recording(
        depot.storage,
        bench.store,
        folder,
        place,
        revision,
        own=REPORT_FILES,
        follow=lambda sent, total: bench.observer.follow("deposit", sent, total),
    )


def renew_deposit(bench: Bench, recording_id: str) -> None:
    """Write the index files and pictures anew and deposit them, after a person's correction.

    Raises:
        InputError: when no such recording is indexed, or the depot lacks its files.
        TransientError: when a run works on it: that run will deposit it, or the next one.
        ConfigError: when credentials or rights are missing.
    """
    recording = bench.store.document(recording_id, with_review=False).recording
    with contextlib.ExitStack() as stack:
        held = try_hold(bench.store, bench.workspace, lock_name(recording.fingerprint), stack)
        if held is None:
            raise TransientError(f"a run is working on {recording_id} and renews them at its end")
        bring_held(bench.workspace, recording_id)
        write_index_files(held, bench.workspace, recording_id)
        pictures = make_pictures(replace(bench, store=held), recording_id)
        if isinstance(pictures, Failed):
            log.warning("%s: not all pictures were made: %s", recording_id, pictures.reason)
        deposit_recording(replace(bench, store=held), recording_id)


def bring_recording(store: Store, workspace: Workspace, recording_id: str) -> None:
    """Make the mirror hold exactly what the depot has of a recording.

    Raises:
        InputError: when no such recording is indexed, or the depot lacks its files.
        TransientError: when a run of this machine works on it, or it was deposited meanwhile.
        ConfigError: when credentials or rights are missing.
    """
    if workspace.depot is None:
        return
    recording = store.document(recording_id, with_review=False).recording
    with contextlib.ExitStack() as stack:
        if not workspace.try_lock(lock_name(recording.fingerprint), stack):
            raise TransientError(f"a run is working on {recording_id}; try again when it has ended")
        bring_held(workspace, recording_id)


def bring_held(workspace: Workspace, recording_id: str) -> None:
    """Do the same for who has the recording's lock already."""
    depot = workspace.depot
    if depot is None:
        return
    record = read_record(depot.storage, depot.recording(recording_id))
    if not record.revision:
        raise InputError(
            f"{depot.recording(recording_id)} does not hold all of this recording; index it again"
        )
    folder = workspace.recording_folder(recording_id)
    for name in record.files:
        _bring_file(depot, recording_id, record, name, folder)
    with told_about(folder):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and str(path.relative_to(folder)) not in record.files:
                path.unlink()


def withdraw_deposit(workspace: Workspace, recording_id: str) -> None:
    """Take a recording's folder out of the depot, its index first; no-op when it is not there."""
    depot = workspace.depot
    if depot is None:
        return
    place = depot.recording(recording_id)
    withdraw(depot.storage, place)
    for file in depot.list_named(f"recordings/{recording_id}/"):  # what a killed run left
        depot.storage.remove(file.url)


def _bring_file(depot: Depot, recording_id: str, record: Record, name: str, folder: Path) -> None:
    proof, target, place = record.files[name], folder / name, depot.recording(recording_id)
    url = place.below(name)
    if proof.holds_for(target) or fetch_proven(depot.storage, url, target, proof):
        return
    if read_record(depot.storage, place) != record:
        raise TransientError(f"{recording_id} was indexed while it was fetched; try again")
    raise InputError(f"{url} is missing, or is not what was put there; index the recording again")


def _forget(folder: Path) -> None:
    with told_about(folder, remedy="mend its permissions"):
        if folder.is_dir():
            shutil.rmtree(folder)
