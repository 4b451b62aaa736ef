"""Open files below a folder, and nothing else: no way up, no symbolic link, no device."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import Self

from pipeline.web.library import Folder

_ABSENT = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES, errno.ENAMETOOLONG, errno.ENXIO}
)
"""What opening says about a file that is not there for us; all else is a failure of ours."""
_STEP = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW
# Not blocking: to open a pipe that lies where a file should must not wait for its writer.
_FILE = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class OpenFile:
    """An open regular file; whoever takes it closes it."""

    descriptor: int
    size: int
    modified_ns: int
    inode: int

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.descriptor)

    def read(self, start: int, length: int) -> bytes:
        """Read up to `length` bytes from `start`; fewer only at the end of the file."""
        return os.pread(self.descriptor, length, start)


def open_beneath(folder: Folder, name: str) -> OpenFile | None:
    """Open the file `name` (steps joined by `/`) below the folder; None when there is no such.

    Guaranteed: a regular file, reached without `..` and without any symbolic link below the root,
    also when somebody changes the folders meanwhile (each step is opened from the one before).

    Raises:
        OSError: when the machine fails (no descriptors left, a broken disk).
    """
    steps = (*folder.steps, *name.split("/"))
    if not all(map(_is_plain, steps)):
        return None
    try:
        return _open(folder, steps)
    except OSError as error:
        if error.errno in _ABSENT:
            return None
        raise


def _open(folder: Folder, steps: tuple[str, ...]) -> OpenFile | None:
    here = os.open(folder.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for step in steps[:-1]:
            above, here = here, os.open(step, _STEP, dir_fd=here)
            os.close(above)
        descriptor = os.open(steps[-1], _FILE, dir_fd=here)
    finally:
        os.close(here)
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        os.close(descriptor)
        return None
    return OpenFile(descriptor, about.st_size, about.st_mtime_ns, about.st_ino)


def _is_plain(step: str) -> bool:
    """Tell whether a step names one thing inside its folder."""
    return step not in {"", ".", ".."} and not {"/", "\\", "\x00"} & set(step)
