"""The folder that holds everything Kandian makes.

WORKSPACE/
  kandian.db                 the index (unless a database URL was given)
  recordings/ID/             what players read: replay.mp4, index.json, index.vtt,
                             covers/HIGHLIGHT_ID.jpg, thumbnails.vtt, thumbnails-1.jpg ...;
                             media.json and media.html: how the replay came about;
                             hls/ where the replay was packaged: master.m3u8 and what it names
  stages/STAGE/KEY.ext       results kept for later runs, named by what they depend on
  checkpoints/KEY/           pieces of a transcription under way
  locks/                     one per recording under way
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from models.errors import ConfigError, ResourceError
from pipeline.media.artifact import replace_folder
from pipeline.store.location import make_sqlite_url

MEDIA_FILE = "media.json"
"""In a recording's folder: why its replays are as they are."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Paths inside one workspace; nothing is made until asked for."""

    root: Path

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
            ConfigError: when it cannot.
            ResourceError: when the disk is full.
        """
        with told_about(self.root, remedy="choose another folder with --workspace"):
            self.root.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.root, prefix=".probe-"):
                pass

    @contextlib.contextmanager
    def locked(self, name: str, *, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the lock of this name; a second holder, in any process, calls `waiting` and waits.

        The operating system lets go of it when the process ends, however it ends.
        """
        path = self.root / "locks" / f"{name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield


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
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def place(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`: a hard link, or a copy where that cannot be.

    No-op when it is that already; a copy is told by its size, and by not being older.

    Raises:
        ConfigError: when the folder cannot be written to.
        ResourceError: when the disk is full.
    """
    with told_about(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and _holds_the_same(target, source):
            return
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        temporary.unlink(missing_ok=True)
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
        names = sorted(path.name for path in source.iterdir())
        there = sorted(path.name for path in target.iterdir()) if target.is_dir() else None
        if there == names and all(_holds_the_same(target / one, source / one) for one in names):
            return
        temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
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
