"""One row of an operator file: cells of text in, an `OperatorMark` or its problems out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from models.catalogue import Catalogue
from models.catalogue_row import LONGEST as LONGEST_OF_CATALOGUE
from models.catalogue_row import parse_moment
from models.errors import InputError
from models.operator_log import OperatorMark
from models.recording import Recording
from models.sheet import Layout, Problem, Row, RowReader, parse_id, quote
from models.span import format_clock, parse_clock

LAYOUT = Layout(
    what="operator file",
    item="mark",
    longest={
        "product_id": LONGEST_OF_CATALOGUE["id"],
        "start": 40,
        "end": 40,
        "title": LONGEST_OF_CATALOGUE["title"],
    },
    required=("product_id", "start"),
)

_DATE = re.compile(r"[0-9]{4}[-/W]|[0-9]{8}T")
"""How a moment begins, and no time of a recording does."""
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class LineMark:
    """A mark and the line that it is on."""

    line: int
    mark: OperatorMark


@dataclass(frozen=True, slots=True)
class ParsedMark:
    """What a row came to: a mark, or why there is none."""

    mark: OperatorMark | None
    problems: tuple[Problem, ...]


def parse_mark(row: Row, recording: Recording, catalogue: Catalogue) -> ParsedMark:
    """Read one row; all that is wrong with it is reported, not only the first thing."""
    reader = RowReader(row, LAYOUT)
    reader.require()
    product_id = reader.read("product_id", _product_of(catalogue))
    parse_time = _time_of(recording)
    start_ms = reader.read("start", parse_time)
    end_ms = reader.read("end", parse_time)
    if start_ms is not None and start_ms >= recording.duration_ms:
        reader.refuse(_too_late("start", reader, recording))
    if end_ms is not None and end_ms > recording.duration_ms:
        reader.refuse(_too_late("end", reader, recording))
    if start_ms is not None and end_ms is not None and end_ms <= start_ms:
        reader.refuse("end must be later than start")
    if reader.problems or start_ms is None or product_id is None:
        return ParsedMark(None, tuple(reader.problems))
    return ParsedMark(OperatorMark(product_id, start_ms, end_ms, reader.read_text("title")), ())


def _product_of(catalogue: Catalogue) -> Callable[[str], str]:
    """Return what reads the id of a product of this catalogue."""

    def read(text: str) -> str:
        product_id = parse_id(text)
        if product_id not in catalogue:
            raise ValueError("is not in the catalogue")
        return product_id

    return read


def _time_of(recording: Recording) -> Callable[[str], int]:
    """Return what reads a time of this recording as milliseconds from its start."""

    def read(text: str) -> int:
        return _read_moment(text, recording) if _DATE.match(text) else _read_clock(text)

    return read


def _read_clock(text: str) -> int:
    try:
        return parse_clock(text)
    except InputError:
        raise ValueError(
            "is not a time, write it as 83:05, 1:23:45 or 5025.5 (seconds), or as "
            "2026-11-11T20:03:10+08:00"
        ) from None


def _read_moment(text: str, recording: Recording) -> int:
    moment = parse_moment(text)
    if recording.started_at is None:
        raise ValueError(
            "is a time of day, and nobody said when the recording began: give started_at, or "
            "write the time since its start"
        )
    since_ms = (moment - recording.started_at) // _MILLISECOND
    if since_ms < 0:
        raise ValueError(f"is before the recording began ({recording.started_at.isoformat()})")
    return since_ms


def _too_late(column: str, reader: RowReader, recording: Recording) -> str:
    shown = quote(reader.read_text(column))
    ends = format_clock(recording.duration_ms)
    return f"{column} {shown} is beyond the recording, which ends at {ends}"
