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
            _sync_folder(target.parent)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        finally:
            os.close(holder)


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
    try:
        holder = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno in FULL:
            raise
        raise ConfigError(
            f"{target.parent} cannot be written to ({error.strerror}); choose another workspace "
            "or mend its permissions"
        ) from None
    try:
        fcntl.flock(holder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(holder)
        raise TransientError(
            f"another process is writing {target}; run the same command again when it is done"
        ) from None
    return holder


@contextlib.contextmanager
def _full_disk_told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise full_disk_error(target) from error
        raise


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
