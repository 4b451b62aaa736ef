"""Put the files that players read into an object storage, and take away what is deleted.

URL/RECORDING/replay.mp4, covers/..., hls/...     first
URL/RECORDING/index.vtt, index.json               then: they name the others
URL/RECORDING/published.json                      last: only now it is published
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.errors import InputError, TransientError
from models.remote import RemoteUrl
from pipeline.remote.storage import Storage
from pipeline.run.depot import Proof, digest_of
from pipeline.run.published import (
    ASK_AGAIN,
    JSON_MIME,
    NOTHING,
    RECORD_FILE,
    Record,
    read_record,
    write_record,
)
from pipeline.run.workspace import MEDIA_FILE, Workspace
from pipeline.store.standing import list_deleted
from pipeline.store.store import Store

OWN_FILES = frozenset({MEDIA_FILE, "media.html"})
"""They tell where originals lie on this machine: nobody else's business."""

LAST = ("index.vtt", "index.json")

MIMES = {
    ".json": JSON_MIME,
    ".vtt": "text/vtt; charset=utf-8",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".jpg": "image/jpeg",
}
"""Not left to the machine's own table, which differs from one to the next."""


class Verdict(StrEnum):
    """What was done for one recording."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Published:
    """What was done for one recording, in numbers."""

    recording_id: str
    verdict: Verdict
    files: int
    """Sent, or removed."""
    bytes: int
    """Sent."""


def publish_recording(
    storage: Storage, store: Store, workspace: Workspace, url: RemoteUrl, recording_id: str
) -> Published:
    """Make the storage hold exactly the files of one recording; only what changed is sent.

    Guaranteed: an index never appears before the files that it names; killed anywhere, the same
    again ends as if it had never been killed.

    Raises:
        InputError: when no such recording is indexed.
        TransientError: when the storage does not answer, or the recording was indexed meanwhile.
        ConfigError: when credentials or rights are missing.
    """
    revision = store.document(recording_id, with_review=False).revision
    place = url.below(recording_id)
    folder = workspace.recording_folder(recording_id)
    before = read_record(storage, place)
    sizes = {name: path.stat().st_size for name, path in _list_files(folder, OWN_FILES).items()}
    if before.revision == revision and before.sizes == sizes:
        return Published(recording_id, Verdict.UNCHANGED, 0, 0)
    return send_recording(storage, store, folder, place, revision, own=OWN_FILES)


def send_recording(
    storage: Storage,
    store: Store,
    folder: Path,
    place: RemoteUrl,
    revision: int,
    *,
    own: frozenset[str],
    follow: Callable[[int, int], None] = lambda _done, _total: None,
) -> Published:
    """Make the storage hold exactly the files of a folder but its `own`, whatever is there.

    What is there with the same content is not sent again. Where the store was given a lease,
    nothing is sent once that is lost; else as `publish_recording`. `follow` is told bytes sent, and
    in all.

    Raises:
        LeaseLostError: when another run took the recording over meanwhile.
    """
    before, paths = read_record(storage, place), _list_files(folder, own)
    stamps = _stamp_all(paths)
    files = {name: Proof(stamp[0], digest_of(paths[name])) for name, stamp in stamps.items()}
    intact = _list_intact(storage, place, before)
    changed = sorted(files.keys() - {name for name in intact if files.get(name) == intact[name]})
    gone = sorted(before.files.keys() - files.keys())
    if before.revision == revision and not changed and not gone:
        return Published(folder.name, Verdict.UNCHANGED, 0, 0)
    store.require_lease()
    write_record(storage, place, _under_way(before, files, frozenset(changed)))
    sent, total = 0, sum(files[name].size_bytes for name in changed)
    for name in sorted(changed, key=_turn):
        follow(sent, total)
        store.require_lease()
        storage.send(paths[name], place.below(name), mime=_mime_of(name), cache=ASK_AGAIN)
        sent += files[name].size_bytes
    if _stamp_all(_list_files(folder, own)) != stamps:
        raise TransientError(f"{folder.name} was indexed while it was published; publish it again")
    etags = _require_sizes(storage, place, files)
    store.require_lease()
    for name in gone:
        storage.remove(place.below(name))
    write_record(storage, place, Record(revision, files, etags))
    follow(sent, total)
    return Published(folder.name, Verdict.PUBLISHED, len(changed), sent)


def withdraw_deleted(storage: Storage, store: Store, url: RemoteUrl) -> Iterator[Published]:
    """Take away what was published of recordings that are deleted, their index first."""
    for standing in list_deleted(store.select):
        removed = withdraw(storage, url.below(standing.recording_id))
        if removed is not None:
            yield Published(standing.recording_id, Verdict.REMOVED, removed, 0)


def withdraw(storage: Storage, place: RemoteUrl) -> int | None:
    """Take away what was published of one recording; None when nothing was."""
    record = read_record(storage, place)
    for name in sorted(record.files, key=_turn, reverse=True):
        storage.remove(place.below(name))
    if record is NOTHING:
        return None
    storage.remove(place.below(RECORD_FILE))
    return len(record.files)


def _turn(name: str) -> tuple[int, str]:
    """Sort what is named by others before what names it."""
    if name in LAST:
        return (2 + LAST.index(name), name)
    return (1 if Path(name).suffix in {".m3u8", ".vtt"} else 0, name)


def _list_files(folder: Path, own: frozenset[str]) -> dict[str, Path]:
    """Return the files that others may read, by their names below the folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        steps = path.relative_to(folder).parts
        hidden = any(step.startswith(".") for step in steps)
        if path.is_file() and not path.is_symlink() and not hidden and steps[0] not in own:
            found["/".join(steps)] = path
    if "index.json" not in found:
        raise InputError(f"{folder} holds no index; index the recording again")
    return found


def _stamp_all(paths: Mapping[str, Path]) -> dict[str, tuple[int, int, int]]:
    """Return size, time and identity of files: a file that is written anew has another."""
    told = {name: path.stat() for name, path in paths.items()}
    return {name: (one.st_size, one.st_mtime_ns, one.st_ino) for name, one in told.items()}


def _list_intact(storage: Storage, place: RemoteUrl, record: Record) -> dict[str, Proof]:
    """Return the files of a record that nobody damaged, replaced or took away meanwhile."""
    if not record.files:
        return {}
    there = {file.url: file for file in storage.list_below(place)}
    intact = {}
    for name, proof in record.files.items():
        file = there.get(place.below(name))
        etag = record.etags.get(name)
        if file is not None and file.size_bytes == proof.size_bytes and etag in (None, file.etag):
            intact[name] = proof
    return intact


def _under_way(before: Record, files: Mapping[str, Proof], changed: frozenset[str]) -> Record:
    """Say what may be there until all is sent: nothing is forgotten or taken for granted."""
    unknown = {name: Proof(files[name].size_bytes, "") for name in changed}
    etags = {name: etag for name, etag in before.etags.items() if name not in changed}
    return Record(0, {**before.files, **unknown}, etags)


def _mime_of(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return MIMES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _require_sizes(
    storage: Storage, place: RemoteUrl, files: Mapping[str, Proof]
) -> dict[str, str]:
    """Look at what has arrived, and return the etags.

    Raises:
        TransientError: when something is missing or of another size.
    """
    there = {file.url: file for file in storage.list_below(place)}
    for name, proof in files.items():
        arrived = there.get(place.below(name))
        if arrived is None or arrived.size_bytes != proof.size_bytes:
            raise TransientError(f"{place.below(name)} did not arrive whole; publish it again")
    return {name: there[place.below(name)].etag for name in files}
