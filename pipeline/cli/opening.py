"""Open the workspace's store for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import InputError
from pipeline.cli.settings import GlobalSettings
from pipeline.store.lookup import Lookup, open_lookup

if TYPE_CHECKING:
    # Importing the store brings SQLAlchemy along, which costs more than a whole look-up.
    from pipeline.store.store import Store


def open_for_lookup(settings: GlobalSettings) -> Lookup:
    """Open what was indexed for quick questions; never makes or changes anything.

    Raises:
        InputError: when nothing was indexed here yet.
        ConfigError: when the database cannot be used.
    """
    return open_lookup(settings.database_url)


def open_for_reading(settings: GlobalSettings) -> Store:
    """Open what was indexed; never makes or changes anything.

    Raises:
        InputError: when nothing was indexed here yet.
        ConfigError: when the database cannot be used.
    """
    from pipeline.store.store import open_store_readonly

    return open_store_readonly(settings.database_url)


def open_for_writing(settings: GlobalSettings) -> Store:
    """Open the store, making the workspace and the tables when they are missing.

    Raises:
        ConfigError: when the workspace or the database cannot be written to.
    """
    from pipeline.store.store import open_store

    url = settings.database_url
    settings.workspace.prepare()
    return open_store(url)


def require_recording(store: Lookup, recording_id: str | None) -> None:
    """Tell "nothing found in it" from "no such recording"; None asks for none.

    Raises:
        InputError: when no such recording is indexed.
    """
    # No recording is indexed without a catalogue, and no catalogue is empty.
    if recording_id is not None and not store.products(recording_id):
        raise InputError(f"no recording {recording_id!r} is indexed here; see kandian recordings")
