"""What the global options say, for every command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.errors import ConfigError
from models.remote import RemoteUrl
from pipeline.run.workspace import Workspace, open_workspace
from pipeline.store.location import parse_location


@dataclass(frozen=True, slots=True)
class GlobalSettings:
    """The options before the command's name."""

    workspace: Workspace
    named_database: str | None
    """URL that was given, if any."""
    verbosity: int
    """-1 quiet, 0 usual, 1 and more: ever more to say."""

    @property
    def database_url(self) -> str:
        """URL of the database: the one given, else SQLite in the workspace.

        Raises:
            ConfigError: when the workspace lies in an object storage, where no SQLite can be.
        """
        url = self.named_database or self.workspace.database_url
        if self.workspace.depot is not None and parse_location(url).path is not None:
            raise ConfigError(
                f"a workspace at {self.workspace.name} needs a PostgreSQL database that all its "
                "machines share; name it with --db postgresql://USER@HOST/NAME or KANDIAN_DB"
            )
        return url

    @property
    def quiet(self) -> bool:
        """Tell whether only errors should reach the person."""
        return self.verbosity < 0


def make_settings(
    workspace: Path | RemoteUrl, database_url: str | None, *, verbose: int, quiet: bool
) -> GlobalSettings:
    """Fill in what was left out."""
    return GlobalSettings(
        workspace=open_workspace(workspace),
        named_database=database_url or None,
        verbosity=-1 if quiet else verbose,
    )
