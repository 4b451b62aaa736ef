"""The workspace as the server reads it: answers from the store, files from its folders."""

from __future__ import annotations

import json
from dataclasses import replace

from pipeline.export.formats import format_document
from pipeline.export.index_json import load_schema
from pipeline.language.script import Script, uniform_script
from pipeline.run.workspace import Workspace
from pipeline.store.find import FindQuery, FoundHighlight
from pipeline.store.listing import ListedRecording
from pipeline.store.shelf import list_page
from pipeline.store.standing import (
    RecordingStanding,
    find_standing,
    is_in_a_catalogue,
    list_removed,
)
from pipeline.store.store import Store
from pipeline.web.library import Folder, Hit, Listing, Page, Standing


class WorkspaceLibrary:
    """Implements `pipeline.web.library.Library`; published highlights only.

    Safe to call from several threads: each question takes a connection of its own.
    """

    def __init__(self, store: Store, workspace: Workspace) -> None:
        self._store = store
        self._workspace = workspace

    def page(self, after: str, limit: int) -> Page:
        """List up to `limit` recordings, deleted ones among them, whose ids come after one."""
        found = list_page(self._store.select, after, limit)
        return Page(
            recordings=tuple(map(_listing_of, found.recordings)),
            deleted=tuple(map(_standing_of, found.deleted)),
            last=found.last,
        )

    def standing(self, recording_id: str) -> Standing | None:
        """Tell how a recording stands; None when there never was one."""
        found = find_standing(self._store.select, recording_id)
        return None if found is None else _standing_of(found)

    def removed(self, recording_id: str) -> tuple[str, ...]:
        """List the highlights that were published once and no longer are."""
        return list_removed(self._store.select, recording_id)

    def index_json(self, recording_id: str, *, media_url: str) -> str:
        """Write the index as `kandian export` does, its media below `media_url`.

        Raises:
            InputError: when no such recording is indexed.
        """
        document = self._store.document(recording_id, with_review=False)
        media = tuple(replace(item, url=f"{media_url}{item.url}") for item in document.media)
        return format_document(replace(document, media=media), "json")

    def chapters_vtt(self, recording_id: str) -> str:
        """Write the highlights as WebVTT chapters.

        Raises:
            InputError: when no such recording is indexed.
        """
        return format_document(self._store.document(recording_id, with_review=False), "webvtt")

    def schema_json(self) -> str:
        """Write the JSON Schema of the index."""
        return json.dumps(load_schema(), ensure_ascii=False, indent=1)

    def at(self, recording_id: str, at_ms: int) -> tuple[Hit, ...]:
        """Find what is on at a moment."""
        return self._find(FindQuery(recording_id=recording_id, at_ms=at_ms))

    def pitches(self, product_id: str) -> tuple[Hit, ...] | None:
        """Find all pitches of a product; None when no catalogue has it."""
        found = self._find(FindQuery(product_id=product_id))
        return found if found or is_in_a_catalogue(self._store.select, product_id) else None

    def search(self, words: str) -> tuple[Hit, ...]:
        """Find stretches by words, in both scripts: a transcript is in one of them.

        Raises:
            InputError: when there are too many words.
        """
        spellings = tuple(uniform_script(words, script) for script in Script)
        return self._find(FindQuery(text=words, spellings=spellings))

    def folder(self, recording_id: str) -> Folder:
        """Tell where the files of a recording lie."""
        root = self._workspace.root
        return Folder(root, self._workspace.recording_folder(recording_id).relative_to(root).parts)

    def _find(self, query: FindQuery) -> tuple[Hit, ...]:
        return tuple(map(_hit_of, self._store.find(query)))


def _listing_of(listed: ListedRecording) -> Listing:
    return Listing(
        recording=listed.recording,
        revision=listed.revision,
        updated_at=listed.updated_at,
        published=listed.published,
        products=listed.products,
    )


def _standing_of(found: RecordingStanding) -> Standing:
    return Standing(found.recording_id, found.revision, found.deleted_at)


def _hit_of(found: FoundHighlight) -> Hit:
    return Hit(
        recording_id=found.recording_id,
        recording_title=found.recording_title,
        highlight_id=found.highlight_id,
        product_id=found.product_id,
        product_title=found.product_title,
        confidence=found.confidence,
        source=found.source,
        span=found.span,
        point_ms=found.point_ms,
        text=found.matching_text,
        text_at_ms=found.matching_at_ms,
    )
