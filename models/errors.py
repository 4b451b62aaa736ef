"""Errors named by what the caller does about them."""

from __future__ import annotations

from enum import StrEnum


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


class BusyError(TransientError):
    """Another run has this recording under way: come back when it is done."""


class LeaseLostError(TransientError):
    """Another run took this recording over: nothing of ours may be stored any more."""


class ToolError(KandianError):
    """An outside program failed: show its command line and the end of its stderr."""

    def __init__(self, message: str, *, command: str = "", stderr_tail: str = "") -> None:
        super().__init__(message)
        self.command = command
        """The command line as a shell would take it."""
        self.stderr_tail = stderr_tail
        """The last few kilobytes that the program wrote to stderr."""


class FailureKind(StrEnum):
    """What a failure means for the next try."""

    INPUT = "input"
    """The input is bad: the same again until it changes."""
    TOOL = "tool"
    """An outside program failed: most likely the same again."""
    TRANSIENT = "transient"
    """May pass by itself."""
    RESOURCE = "resource"
    """May pass when less is done at once."""
    CONFIG = "config"
    """The environment is wrong, for every recording."""
    DIED = "died"
    """The process that was at it ended."""
    UNEXPECTED = "unexpected"
    """A defect of ours."""


_KINDS: tuple[tuple[type[Exception], FailureKind], ...] = (
    (InputError, FailureKind.INPUT),
    (ToolError, FailureKind.TOOL),
    (TransientError, FailureKind.TRANSIENT),
    (ResourceError, FailureKind.RESOURCE),
    (ConfigError, FailureKind.CONFIG),
    (MemoryError, FailureKind.RESOURCE),
)


def kind_of(error: Exception) -> FailureKind:
    """Sort an error by what the next try can hope for.

    >>> kind_of(ResourceError("the disk is full"))
    <FailureKind.RESOURCE: 'resource'>
    """
    return next((kind for of, kind in _KINDS if isinstance(error, of)), FailureKind.UNEXPECTED)
