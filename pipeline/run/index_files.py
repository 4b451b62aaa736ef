"""The files that players read beside a replay, written from the store."""

from __future__ import annotations

from pipeline.export.formats import format_document
from pipeline.run.workspace import Workspace, write_atomically
from pipeline.store.store import Store

INDEX_FILES = (("json", "index.json"), ("webvtt", "index.vtt"))
"""Format and file name."""


def write_index_files(store: Store, workspace: Workspace, recording_id: str) -> None:
    """Write the index of a recording, as the store has it now, into the recording's folder."""
    folder = workspace.recording_folder(recording_id)
    document = store.document(recording_id, with_review=False)
    for format_name, file_name in INDEX_FILES:
        write_atomically(folder / file_name, format_document(document, format_name))
