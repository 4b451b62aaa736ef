"""Failures remembered from batch to batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.errors import FailureKind
from models.tables import FailureRow


@dataclass(frozen=True, slots=True)
class RememberedFailure:
    """How often, and how, one recording failed since its input last changed."""

    item: str
    """Which recording of which place, hashed."""
    label: str
    """What people call it."""
    input: str
    """Hash of the content and the settings that failed."""
    kind: FailureKind
    reason: str
    times: int
    failed_at: datetime


def read_failure(session: Session, item: str) -> RememberedFailure | None:
    """Return what is remembered of an item, None when it did not fail."""
    row = session.get(FailureRow, item)
    if row is None:
        return None
    return RememberedFailure(
        item=row.item,
        label=row.label,
        input=row.input,
        kind=FailureKind(row.kind),
        reason=row.reason,
        times=row.times,
        failed_at=row.failed_at,
    )


def write_failure(session: Session, failure: RememberedFailure) -> None:
    """Remember a failure, over what was remembered of the same item."""
    session.merge(
        FailureRow(
            item=failure.item,
            label=failure.label,
            input=failure.input,
            kind=str(failure.kind),
            reason=failure.reason,
            times=failure.times,
            failed_at=failure.failed_at,
        )
    )


def delete_failure(session: Session, item: str) -> None:
    """Forget an item's failures."""
    row = session.get(FailureRow, item)
    if row is not None:
        session.delete(row)
