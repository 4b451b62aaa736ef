"""Media that lies in an object storage, brought into the workspace for as long as it is needed.

WORKSPACE/scratch/URL_KEY/CONTENT_KEY/NAME      CONTENT_KEY: names, sizes and etags of all objects
WORKSPACE/locks/URL_KEY.lock                    held from the download until the recording is done
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from models.errors import BusyError, InputError
from models.remote import RemoteUrl
from pipeline.media.artifact import atomic_output, require_space
from pipeline.media.hls import PLAYLIST_SUFFIXES, SEGMENT_SUFFIXES
from pipeline.remote.storage import RemoteFile, Storage, open_storage
from pipeline.run.bench import Bench
from pipeline.run.job import Job, Observer
from pipeline.run.keys import content_key
from pipeline.run.lease import LOOK_S
from pipeline.run.workspace import SCRATCH, make_folder

BYTES_PER_STEP = 1 << 20
"""Progress is told in steps of a mebibyte."""


@dataclass(frozen=True, slots=True)
class _Find:
    """The objects that make up one recording."""

    root: RemoteUrl
    """Folder that their names are told from."""
    files: tuple[RemoteFile, ...]
    entry: str
    """What to open below the root: a file, or "" for the folder itself."""

    @property
    def size_bytes(self) -> int:
        """Bytes of all together."""
        return sum(file.size_bytes for file in self.files)

    @property
    def key(self) -> str:
        """Changes when any object is replaced, added or taken away."""
        told = [[str(file.url), file.size_bytes, file.etag] for file in self.files]
        return content_key(json.dumps(told, ensure_ascii=False))

    def name_of(self, file: RemoteFile) -> str:
        """Return the path of an object below the root."""
        return file.url.key.removeprefix(self.root.key).removeprefix("/")


@contextlib.contextmanager
def at_hand(bench: Bench, job: Job) -> Iterator[Job]:
    """Give the job with its media on this machine; nothing happens where it is there already.

    A download that was interrupted is made again; one that was finished is used, as long as the
    objects have the etags that they had. What was fetched is removed when the block ends well or
    the media cannot be used, and kept for the next attempt otherwise.

    Raises:
        InputError: when there is no such object, or no recording in the folder.
        ConfigError: when s3fs, credentials or rights are missing.
        TransientError: when the storage does not answer, or the object changed meanwhile.
        ResourceError: when the disk cannot hold it.
        BusyError: when another run works on it and this bench does not wait.
    """
    if job.remote is None:
        yield job
        return
    name = content_key(str(job.remote))
    place = bench.workspace.root / SCRATCH / name
    with contextlib.ExitStack() as stack:
        _lock(bench, name, str(job.remote), stack)
        with open_storage() as storage:
            media = _bring(storage, job.remote, place, bench.observer)
        try:
            yield replace(job, media=media)
        except InputError:
            _forget(place)
            raise
        _forget(place)


def _lock(bench: Bench, name: str, label: str, stack: contextlib.ExitStack) -> None:
    told = False
    while not bench.workspace.try_lock(name, stack):
        if not bench.waits:
            raise BusyError(f"{label}: another run is working on this recording")
        if not told:
            bench.observer.note(f"{label}: another run is working on this recording; waiting")
            told = True
        time.sleep(LOOK_S)


def _bring(storage: Storage, url: RemoteUrl, place: Path, observer: Observer) -> Path:
    """Return where the recording lies on this machine, fetched now or before."""
    found = _look(storage, url)
    folder = place / found.key
    for old in place.iterdir() if place.is_dir() else ():
        if old != folder:
            shutil.rmtree(old)
    root = folder / (found.root.name or found.root.bucket)
    missing = [file for file in found.files if not _is_there(root / found.name_of(file), file)]
    if missing:
        make_folder(folder)
        require_space(folder, sum(file.size_bytes for file in missing))
        _fetch_all(storage, found, missing, root, observer)
    return root / found.entry if found.entry else root


def _is_there(path: Path, file: RemoteFile) -> bool:
    # Only whole files get their name, and the folder is named by the etags.
    return path.is_file() and path.stat().st_size == file.size_bytes


def _fetch_all(
    storage: Storage, found: _Find, files: Sequence[RemoteFile], root: Path, observer: Observer
) -> None:
    total, done, told = sum(file.size_bytes for file in files), 0, 0

    def follow(more: int) -> None:
        nonlocal done, told
        done += more
        if done - told >= BYTES_PER_STEP:
            told = done
            observer.follow("fetch", done, total)

    for file in files:
        target = root / found.name_of(file)
        make_folder(target.parent)
        with atomic_output(target) as partial:
            storage.fetch(file, partial, on_bytes=follow)
    observer.follow("fetch", total, total)


def _look(storage: Storage, url: RemoteUrl) -> _Find:
    """Find the objects of a recording: one file, or a playlist and what lies beside it."""
    single = storage.find(url)
    if single is not None and not _is_playlist(url.name):
        return _Find(url.parent, (single,), url.name)
    root, entry = (url, "") if single is None else (url.parent, url.name)
    found = _Find(root, _media_below(storage, root), entry)
    if single is None and not any(_is_playlist(file.url.name) for file in found.files):
        raise InputError(
            f"{url} is neither an object nor a folder with an HLS playlist (.m3u8); check the name"
        )
    return found


def _media_below(storage: Storage, root: RemoteUrl) -> tuple[RemoteFile, ...]:
    wanted = PLAYLIST_SUFFIXES | SEGMENT_SUFFIXES
    return tuple(
        file for file in storage.list_below(root) if Path(file.url.name).suffix.lower() in wanted
    )


def _is_playlist(name: str) -> bool:
    return Path(name).suffix.lower() in PLAYLIST_SUFFIXES


def _forget(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
