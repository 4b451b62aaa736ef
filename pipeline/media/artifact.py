"""Outputs appear whole under their final name, or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from models.errors import ConfigError, ResourceError, TransientError

RESERVE_BYTES = 16 * 1024 * 1024
"""Left free on the disk for the index, logs and everybody else."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""No space, no quota, a file-size limit: the same thing to the caller."""

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC

MIB = 1024 * 1024


@contextlib.contextmanager
def atomic_output(target: Path) -> Iterator[Path]:
    """Give a path to write to; when the block ends well the file appears as `target`.

        .replay.mp4.partial --(written, fsynced)--> replay.mp4      an error: removed, target as was

    Guaranteed: `target` is at all times absent, the old file, or the whole new one; the partial
    file of a killed process is overwritten by the next one, and never shared with a living one.

    Raises:
        ConfigError: when the folder cannot be written to.
        ResourceError: when the disk is full.
        TransientError: when another process is writing the same target.
    """
    partial = target.with_name(f".{target.name}.partial")
    with _full_disk_told(target):
        holder = _claim(partial, target)
        try:
            yield partial
            os.fsync(holder)
            partial.replace(target)
            _sync(target.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        finally:
            os.close(holder)


@contextlib.contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill; when the block ends well it appears as `target`.

        .hls.partial/ --(filled, fsynced)--> hls/      an error: removed, target as was

    Guaranteed: `target` is at all times absent, the old folder, or the whole new one; what a killed
    process left is removed by the next one, and never shared with a living one.

    Raises:
        ConfigError: when the folder around it cannot be written to.
        ResourceError: when the disk is full.
        TransientError: when another process is writing the same target.
    """
    partial = target.with_name(f".{target.name}.partial")
    with _full_disk_told(target):
        holder = _claim_folder(partial, target)
        try:
            for left in partial.iterdir():
                _remove(left)
            yield partial
            for path in (*partial.iterdir(), partial):
                _sync(path)
            replace_folder(partial, target)
        except BaseException:
            _remove(partial)
            raise
        finally:
            os.close(holder)


def replace_folder(made: Path, target: Path) -> None:
    """Put a folder in the place of another, which is removed; both lie in the same folder.

    Between two renames `target` is absent; a process killed there leaves it so.
    """
    old = target.with_name(f".{target.name}.old")
    _remove(old)
    if target.exists():
        target.rename(old)
    made.rename(target)
    _sync(target.parent)
    _remove(old)


def require_space(folder: Path, needed_bytes: int) -> None:
    """Check that a long write has a chance to end well.

    Raises:
        ResourceError: when the disk has less than `needed_bytes` and a reserve free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + RESERVE_BYTES:
        raise ResourceError(
            f"{folder} has {free // MIB} MiB free and about "
            f"{(needed_bytes + RESERVE_BYTES) // MIB} MiB are needed; free some space, then run "
            "the same command again"
        )


def full_disk_error(target: Path) -> ResourceError:
    """Make the error that says that the disk under `target` is full."""
    return ResourceError(
        f"no space left to write {target.name} in {target.parent}; free some space, then run the "
        "same command again"
    )


def _claim(partial: Path, target: Path) -> int:
    """Open the partial file and lock it; ffmpeg truncates and fills this very inode."""
    with _refusal_told(target):
        holder = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    return _lock(holder, target)


def _claim_folder(partial: Path, target: Path) -> int:
    """Open the partial folder and lock it."""
    with _refusal_told(target):
        partial.mkdir(exist_ok=True)
        holder = os.open(partial, FOLDER)
    _lock(holder, target)
    # Whoever held it before may have renamed it while it was opened here.
    if not partial.exists() or not os.path.samestat(partial.stat(), os.fstat(holder)):
        os.close(holder)
        raise _busy_error(target)
    return holder


@contextlib.contextmanager
def _refusal_told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise
        raise ConfigError(
            f"{target.parent} cannot be written to ({error.strerror}); choose another workspace "
            "or mend its permissions"
        ) from None


def _lock(holder: int, target: Path) -> int:
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(holder)
        raise _busy_error(target) from None
    return holder


def _busy_error(target: Path) -> TransientError:
    return TransientError(
        f"another process is writing {target}; run the same command again when it is done"
    )


@contextlib.contextmanager
def _full_disk_told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise full_disk_error(target) from error
        raise


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk, so that a power cut takes nothing."""
    descriptor = os.open(path, FOLDER if path.is_dir() else os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; no-op when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
