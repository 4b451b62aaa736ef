"""What a person's correction must name, and the id of a highlight that a person adds."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.errors import InputError
from models.highlight import Action, Correction
from models.tables import CorrectionRow, HighlightRow, ProductRow, RecordingRow
from pipeline.store.identity import HIGHLIGHT_ID, make_highlight_id
from pipeline.store.reading import read_removed


def require_row(session: Session, recording_id: str) -> RecordingRow:
    """Return the row of a recording.

    Raises:
        InputError: when no such recording is indexed.
    """
    row = session.get(RecordingRow, recording_id)
    if row is None:
        raise InputError(f"no recording {recording_id!r} is indexed here; see kandian recordings")
    if row.deleted_at is not None:
        raise InputError(
            f"recording {recording_id} was deleted on {row.deleted_at:%Y-%m-%d}; index it again"
        )
    return row


def make_new_id(session: Session, row: RecordingRow, correction: Correction) -> str:
    """Make an id that no highlight of the recording has or had."""
    taken = {item.highlight_id for item in read_removed(session, row.id)}
    for column in (HighlightRow.id, CorrectionRow.highlight_id):
        owner = column.class_.recording_id
        taken |= set(session.scalars(select(column).where(owner == row.id)))
    owner_name = f"{row.fingerprint}/{row.id}/{correction.author}"
    return make_highlight_id(owner_name, correction.product_id, correction.span.start_ms, taken)


def check_correction(session: Session, row: RecordingRow, correction: Correction) -> None:
    """Check that a correction is about something that is there.

    Raises:
        InputError: when its product or highlight is not, or its span ends after the recording.
    """
    if session.get(ProductRow, (row.id, correction.product_id)) is None:
        raise InputError(
            f"product {correction.product_id!r} is not in the catalogue of recording {row.id}"
        )
    if correction.span.end_ms > row.duration_ms:
        raise InputError(
            f"the span ends at {correction.span.end_ms} ms, after recording {row.id} has ended "
            f"({row.duration_ms} ms)"
        )
    if not HIGHLIGHT_ID.fullmatch(correction.highlight_id):
        raise InputError(f"{correction.highlight_id!r} is no highlight id such as hl_0a1b")
    known = session.get(HighlightRow, (row.id, correction.highlight_id)) is not None
    if known is (correction.action is Action.ADD):
        problem = "exists already" if known else "is not there"
        raise InputError(f"highlight {correction.highlight_id} of recording {row.id} {problem}")
