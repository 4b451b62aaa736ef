"""List recordings page by page: a list of a million is no answer to a question."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.store.listing import ListedRecording, list_between
from pipeline.store.select import Select
from pipeline.store.standing import RecordingStanding, list_after


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Some of the recordings, deleted ones apart, each sorted by id."""

    recordings: tuple[ListedRecording, ...]
    deleted: tuple[RecordingStanding, ...]
    last: str | None
    """The id after which the next page begins; None when this is the last one."""


def list_page(select: Select, after: str, limit: int) -> ListedPage:
    """List up to `limit` recordings, deleted ones among them, whose ids come after one.

    Pages follow the database's own order of ids, which its index has and which need not be that of
    code points: whoever goes on from `last` meets every recording once, also when others come and
    go meanwhile.
    """
    found = list_after(select, after, limit + 1)
    shown = found[:limit]
    if not shown:
        return ListedPage((), (), None)
    last = shown[-1].recording_id
    deleted = [one for one in shown if one.deleted_at is not None]
    return ListedPage(
        recordings=list_between(select, after, last),
        deleted=tuple(sorted(deleted, key=lambda one: one.recording_id)),
        last=last if len(found) > limit else None,
    )
