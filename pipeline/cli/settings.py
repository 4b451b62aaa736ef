"""What the global options say, for every command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.run.workspace import Workspace


@dataclass(frozen=True, slots=True)
class GlobalSettings:
    """The options before the command's name."""

    workspace: Workspace
    database_url: str
    verbosity: int
    """-1 quiet, 0 usual, 1 and more: ever more to say."""

    @property
    def quiet(self) -> bool:
        """Tell whether only errors should reach the person."""
        return self.verbosity < 0


def make_settings(
    workspace: Path, database_url: str | None, *, verbose: int, quiet: bool
) -> GlobalSettings:
    """Fill in what was left out."""
    place = Workspace(workspace.expanduser().absolute())
    return GlobalSettings(
        workspace=place,
        database_url=database_url or place.database_url,
        verbosity=-1 if quiet else verbose,
    )
