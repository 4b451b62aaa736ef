"""What to tell when a folder cannot be written to."""

from __future__ import annotations

import errno
from pathlib import Path

from models.errors import ConfigError, KandianError, ResourceError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def explain_write_failure(error: OSError, folder: Path, what: str) -> KandianError:
    """Return the error to raise: ResourceError for a full disk or quota, ConfigError otherwise."""
    if error.errno in _FULL:
        return ResourceError(
            f"the disk is full: {folder} has no room for {what}; "
            "free some space and run the same command again"
        )
    return ConfigError(f"{folder} cannot be written to: {error}")
