"""Take in what the operator put on screen, where a job says so."""

from __future__ import annotations

from models.catalogue import Catalogue
from models.highlight import Detection
from models.operator_file import read_operator_log
from models.operator_log import OperatorLog
from models.recording import Recording
from pipeline.run.job import Job
from pipeline.store.marking import place_marks


def read_log(job: Job, recording: Recording, catalogue: Catalogue) -> OperatorLog | None:
    """Read the operator file of a job; None where it has none.

    Raises:
        InputError: when the file cannot be used; one sentence says why.
    """
    if job.operator is None:
        return None
    return read_operator_log(job.operator, recording, catalogue)


def points_of(
    operator_log: OperatorLog | None, detection: Detection, duration_ms: int
) -> tuple[int, ...]:
    """Return where a viewer will jump to for each mark, in ms."""
    marks = () if operator_log is None else operator_log.marks
    return tuple(mark.point_ms for mark in place_marks(marks, detection.highlights, duration_ms))
