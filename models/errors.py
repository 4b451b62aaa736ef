"""Errors named by what the caller does about them."""

from __future__ import annotations


class KandianError(Exception):
    """Base of every error that Kandian raises on purpose; its text is one clear sentence."""


class InputError(KandianError):
    """The input is bad: tell the user what is wrong, where, and what to do."""


class ConfigError(KandianError):
    """The environment or a setting is wrong: stop the batch, it must be mended first."""


class TransientError(KandianError):
    """Something passing went wrong: the same call may succeed later."""


class ResourceError(KandianError):
    """A resource ran out (disk, memory): free some, then run the same command again."""


class ToolError(KandianError):
    """An outside program failed: show its command line and the end of its stderr."""

    def __init__(self, message: str, *, command: str = "", stderr_tail: str = "") -> None:
        super().__init__(message)
        self.command = command
        """The command line as a shell would take it."""
        self.stderr_tail = stderr_tail
        """The last few kilobytes that the program wrote to stderr."""
