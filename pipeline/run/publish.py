"""Put the files that players read into an object storage, and take away what is deleted.

URL/RECORDING/replay.mp4, covers/..., hls/...     first
URL/RECORDING/index.vtt, index.json               then: they name the others
URL/RECORDING/published.json                      last: only now it is published
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from models.errors import InputError, TransientError
from models.remote import RemoteUrl
from pipeline.remote.storage import Storage
from pipeline.run.workspace import Workspace
from pipeline.store.standing import list_deleted
from pipeline.store.store import Store

RECORD_FILE = "published.json"
SCHEMA = "kandian.published/1"

OWN_FILES = frozenset({"media.json", "media.html"})
"""They tell where originals lie on this machine: nobody else's business."""

LAST = ("index.vtt", "index.json")

MIMES = {
    ".json": "application/json",
    ".vtt": "text/vtt; charset=utf-8",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".jpg": "image/jpeg",
}
"""Not left to the machine's own table, which differs from one to the next."""

ASK_AGAIN = "no-cache"
"""Caches may keep every file, and must ask whether it is still the same: names stay, contents do
not, and a player that keeps an old index shows dots that are no more."""


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


@dataclass(frozen=True, slots=True)
class _Record:
    """What a storage holds of one recording, by its own account."""

    revision: int
    """0 = somebody began to publish and did not end."""
    sizes: Mapping[str, int]
    digests: Mapping[str, str]
    """Empty where it is not known which content is there."""


_NOTHING = _Record(0, {}, {})


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
    before, paths = _read_record(storage, place), _list_files(folder)
    stamps = _stamp_all(paths)
    sizes = {name: stamp[0] for name, stamp in stamps.items()}
    if before.revision == revision and before.sizes == sizes:
        return Published(recording_id, Verdict.UNCHANGED, 0, 0)
    digests = {name: _digest(path) for name, path in paths.items()}
    changed = sorted(
        (name for name in paths if digests[name] != before.digests.get(name)), key=_turn
    )
    _write_record(storage, place, _under_way(before, sizes, changed))
    for name in changed:
        storage.send(paths[name], place.below(name), mime=_mime_of(name), cache=ASK_AGAIN)
    if _stamp_all(_list_files(folder)) != stamps:
        raise TransientError(f"{recording_id} was indexed while it was published; publish it again")
    _require_sizes(storage, place, sizes)
    for name in sorted(before.sizes.keys() - paths.keys()):
        storage.remove(place.below(name))
    _write_record(storage, place, _Record(revision, sizes, digests))
    sent = sum(sizes[name] for name in changed)
    return Published(recording_id, Verdict.PUBLISHED, len(changed), sent)


def withdraw_deleted(storage: Storage, store: Store, url: RemoteUrl) -> Iterator[Published]:
    """Take away what was published of recordings that are deleted, their index first."""
    for standing in list_deleted(store.select):
        place = url.below(standing.recording_id)
        record = _read_record(storage, place)
        names = sorted(record.sizes, key=_turn, reverse=True)
        for name in names:
            storage.remove(place.below(name))
        if record is not _NOTHING:
            storage.remove(place.below(RECORD_FILE))
            yield Published(standing.recording_id, Verdict.REMOVED, len(names), 0)


def _turn(name: str) -> tuple[int, str]:
    """Sort what is named by others before what names it."""
    if name in LAST:
        return (2 + LAST.index(name), name)
    return (1 if Path(name).suffix in {".m3u8", ".vtt"} else 0, name)


def _list_files(folder: Path) -> dict[str, Path]:
    """Return the files that players read, by their names below the folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        steps = path.relative_to(folder).parts
        hidden = any(step.startswith(".") for step in steps)
        if path.is_file() and not path.is_symlink() and not hidden and steps[0] not in OWN_FILES:
            found["/".join(steps)] = path
    if "index.json" not in found:
        raise InputError(f"{folder} holds no index; index the recording again")
    return found


def _stamp_all(paths: Mapping[str, Path]) -> dict[str, tuple[int, int, int]]:
    """Return size, time and identity of files: a file that is written anew has another."""
    told = {name: path.stat() for name, path in paths.items()}
    return {name: (one.st_size, one.st_mtime_ns, one.st_ino) for name, one in told.items()}


def _under_way(before: _Record, sizes: Mapping[str, int], changed: Sequence[str]) -> _Record:
    """Say what may be there until all is sent: nothing is forgotten or taken for granted."""
    unknown = dict.fromkeys(changed, "")
    return _Record(0, {**before.sizes, **sizes}, {**before.digests, **unknown})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mime_of(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return MIMES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _require_sizes(storage: Storage, place: RemoteUrl, sizes: Mapping[str, int]) -> None:
    """Look at what has arrived.

    Raises:
        TransientError: when something is missing or of another size.
    """
    there = {file.url: file.size_bytes for file in storage.list_below(place)}
    for name, size in sizes.items():
        if there.get(place.below(name)) != size:
            raise TransientError(f"{place.below(name)} did not arrive whole; publish it again")


def _read_record(storage: Storage, place: RemoteUrl) -> _Record:
    """Return what is published there; what cannot be read counts as nothing."""
    content = storage.read(place.below(RECORD_FILE))
    if content is None:
        return _NOTHING
    try:
        told = json.loads(content)
        files = told["files"]
        return _Record(
            revision=int(told["revision"]),
            sizes={str(name): int(file["bytes"]) for name, file in files.items()},
            digests={str(name): str(file["sha256"]) for name, file in files.items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return _Record(0, {}, {})


def _write_record(storage: Storage, place: RemoteUrl, record: _Record) -> None:
    files = {
        name: {"bytes": size, "sha256": record.digests.get(name, "")}
        for name, size in record.sizes.items()
    }
    told = {"schema": SCHEMA, "revision": record.revision, "files": files}
    content = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    at = place.below(RECORD_FILE)
    storage.write(content.encode(), at, mime=MIMES[".json"], cache=ASK_AGAIN)
