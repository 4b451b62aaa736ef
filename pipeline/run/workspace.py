"""The folder that holds everything Kandian makes.

WORKSPACE/
  kandian.db                 the index (unless a database URL was given)
  recordings/ID/             what players read: replay.mp4, index.json, index.vtt,
                             covers/HIGHLIGHT_ID.jpg, thumbnails.vtt, thumbnails-1.jpg ...;
                             media.json and media.html: how the replay came about;
                             hls/ where the replay was packaged: master.m3u8 and what it names
  stages/STAGE/KEY.ext       results kept for later runs, named by what they depend on
  checkpoints/KEY/           pieces of a transcription under way
  scratch/                   media that was fetched from an object storage, for one run
  locks/                     one per recording under way

A workspace in an object storage is such a folder, its mirror, and a depot; see `depot`.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from models.errors import ConfigError, ResourceError
from models.remote import RemoteUrl
from pipeline.media.artifact import replace_folder
from pipeline.process.locks import try_lock
from pipeline.store.location import make_sqlite_url

if TYPE_CHECKING:
    from pipeline.run.depot import Depot

SCRATCH = "scratch"
"""Folder of the workspace with media that was fetched; all of it can be fetched again."""

MEDIA_FILE = "media.json"
"""In a recording's folder: why its replays are as they are."""
CHECKPOINT_OWNER = "recording"
"""In a checkpoint's folder: the fingerprint of the recording that it belongs to."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths inside one workspace; nothing is made until asked for."""

    root: Path
    depot: Depot | None = None
    """Where all that is kept lies for other machines, too; None = this folder is all there is."""

    @property
    def name(self) -> str:
        """What people call it: its folder, or its address."""
        return str(self.root if self.depot is None else self.depot.url)

    @property
    def database_url(self) -> str:
        """URL of the default database."""
        return make_sqlite_url(self.root / "kandian.db")

    def recording_folder(self, recording_id: str) -> Path:
        """Return where the files of one recording lie."""
        return self.root / "recordings" / recording_id

    def stage_file(self, stage: str, key: str, suffix: str) -> Path:
        """Return where a stage keeps the result with this key."""
        return self.root / "stages" / stage / f"{key}{suffix}"

    def checkpoint_folder(self, key: str) -> Path:
        """Return where a long stage keeps its pieces while it runs."""
        return self.root / "checkpoints" / key

    def prepare(self) -> None:
        """Make the folder and check that it can be written to.

        Raises:
            ConfigError: when it cannot, or the depot cannot be looked at.
            ResourceError: when the disk is full.
            TransientError: when the depot does not answer.
        """
        with told_about(self.root, remedy="choose another folder with --workspace"):
            self.root.mkdir(parents=True, exist_ok=True)
            # On Linux it has no name, so that a killed process leaves nothing.
            with tempfile.TemporaryFile(dir=self.root, prefix=".probe-"):
                pass
        if self.depot is not None:
            self.depot.check()

    def lock_file(self, name: str) -> Path:
        """Return the file whose lock says that a recording is under way."""
        return self.root / "locks" / f"{name}.lock"

    def try_lock(self, name: str, stack: contextlib.ExitStack) -> bool:
        """Take the lock of this name until the stack ends; False when another process has it.

        The operating system lets go of it when the process ends, however it ends.
        """
        path = self.lock_file(name)
        make_folder(path.parent)
        return try_lock(path, stack)


def open_workspace(place: Path | RemoteUrl) -> Workspace:
    """Return the workspace at a folder, or at an address with its mirror on this machine."""
    if isinstance(place, RemoteUrl):
        # Here, for every command opens a workspace, and few of them one with a depot.
        from pipeline.run.depot import Depot, mirror_folder

        return Workspace(mirror_folder(place), Depot(place))
    return Workspace(place.expanduser().absolute())


def place_of(workspace: Workspace) -> Path | RemoteUrl:
    """Return what any machine can open the workspace by."""
    return workspace.root if workspace.depot is None else workspace.depot.url


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; no-op when it is there.

    Raises:
        ConfigError: when it cannot be made.
        ResourceError: when the disk is full.
    """
    with told_about(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a whole file or none: temporary name, fsync, rename. No-op when nothing changes.

    A device or a pipe is written into as it is: there is nothing to take the place of.

    Raises:
        ConfigError: when the folder cannot be written to.
        ResourceError: when the disk is full.
    """
    data = content.encode() if isinstance(content, str) else content
    with told_about(path):
        if path.is_file() and path.read_bytes() == data:
            return
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with _claimed(path.with_name(f".{path.name}.tmp")) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)


@contextlib.contextmanager
def _claimed(temporary: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that nobody else writes; removed unless it is renamed meanwhile.

    Its name is always the same, so that what a killed process left is overwritten by the next one;
    two living processes take turns.
    """
    while True:
        with temporary.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_still(temporary, file):  # whoever had it before has renamed it
                continue
            file.truncate(0)
            temporary.chmod(0o644)
            try:
                yield file
            finally:
                if _is_still(temporary, file):
                    temporary.unlink(missing_ok=True)
            return


def _is_still(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def place(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`: a hard link, or a copy where that cannot be.

    No-op when it is that already; a copy is told by its size, and by not being older. Only for who
    holds the recording: what a killed run left half done is removed.

    Raises:
        ConfigError: when the folder cannot be written to.
        ResourceError: when the disk is full.
    """
    with told_about(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.tmp")
        temporary.unlink(missing_ok=True)
        if target.exists() and _holds_the_same(target, source):
            return
        try:
            try:
                temporary.hardlink_to(source)
            except OSError:
                shutil.copyfile(source, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def place_folder(source: Path, target: Path) -> None:
    """Make the folder `target` hold the same files as `source`, each as `place` would.

    No-op when it holds exactly these already; else it is made beside and takes the place of the old
    one whole, so that nobody reads a playlist of one version and the media of another.

    Raises:
        ConfigError: when the folder cannot be written to.
        ResourceError: when the disk is full.
    """
    with told_about(target):
        temporary = target.with_name(f".{target.name}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        names = sorted(path.name for path in source.iterdir())
        there = sorted(path.name for path in target.iterdir()) if target.is_dir() else None
        if there == names and all(_holds_the_same(target / one, source / one) for one in names):
            return
        temporary.mkdir(parents=True)
        try:
            for name in names:
                place(source / name, temporary / name)
            replace_folder(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _holds_the_same(target: Path, source: Path) -> bool:
    there, here = target.stat(), source.stat()
    copied = there.st_size == here.st_size and there.st_mtime_ns >= here.st_mtime_ns
    return target.samefile(source) or copied


@contextlib.contextmanager
def told_about(path: Path, *, remedy: str = "choose another place") -> Iterator[None]:
    """Tell what the operating system says about a path in one sentence.

    Raises:
        ConfigError: when it cannot be written to.
        ResourceError: when the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise ResourceError(
                f"no space left while writing {path}: free some and run the same command again"
            ) from error
        reason = error.strerror or str(error)
        raise ConfigError(f"cannot write to {path}: {reason}; {remedy}") from error
