"""Operator files: CSV or JSON in, a valid `OperatorLog` or one clear error out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.catalogue import Catalogue
from models.errors import InputError
from models.operator_log import OperatorLog, OperatorMark
from models.operator_row import LAYOUT, LineMark, parse_mark
from models.recording import Recording
from models.sheet import Problem, Row, format_problems
from models.sheet_text import parse_sheet
from models.span import format_clock
from models.text_file import decode_text, read_text_file

LARGEST_MIB = 2
"""`MOST_MARKS` lines of 700 bytes; they are counted once all are read."""
MOST_MARKS = 3_000
"""A click every half minute for a whole day is 2,880; more is another kind of log."""


def read_operator_log(path: Path, recording: Recording, catalogue: Catalogue) -> OperatorLog:
    """Read an operator file.

    Raises:
        InputError: when it cannot be read, or as `parse_operator_log` says.
    """
    data = read_text_file(path, what="operator", most_mib=LARGEST_MIB)
    return parse_operator_log(data, recording, catalogue, name=str(path))


def parse_operator_log(
    data: bytes, recording: Recording, catalogue: Catalogue, *, name: str
) -> OperatorLog:
    """Read what was on screen from CSV, a JSON list or JSON lines (UTF-8); the content decides.

    `product_id` and `start` are required, `end` and `title` are not. A time is h:mm:ss, m:ss or
    seconds of the recording, or an ISO 8601 moment where it is known when the recording began.
    Rows may come in any order; one that is there twice counts once. A file without rows says that
    nothing was put on screen.

    Raises:
        InputError: naming file, lines and what to do, for several problems at once.
    """
    text = decode_text(data, name=name)
    if not text.strip():
        raise InputError(f"{name} is empty; an operator file has a header line and a line per mark")
    sheet = parse_sheet(text, LAYOUT, name=name)
    if sheet.lines > MOST_MARKS:
        raise InputError(
            f"{name} has {sheet.lines} lines, and at most {MOST_MARKS} can be the clicks of one "
            "broadcast; check that it is the right file"
        )
    problems = list(sheet.problems)
    found = _parse_marks(sheet.rows, recording, catalogue, problems)
    problems += _find_clashes(found)
    if problems:
        raise InputError(format_problems(problems, LAYOUT, name=name))
    return OperatorLog(tuple(item.mark for item in found))


def _parse_marks(
    rows: Iterable[Row], recording: Recording, catalogue: Catalogue, problems: list[Problem]
) -> list[LineMark]:
    """Return the marks of the good rows by time, each once; add what is wrong with the others."""
    found: dict[OperatorMark, LineMark] = {}
    for row in rows:
        parsed = parse_mark(row, recording, catalogue)
        problems.extend(parsed.problems)
        if parsed.mark is not None:
            found.setdefault(parsed.mark, LineMark(row.line, parsed.mark))
    return sorted(found.values(), key=lambda item: (item.mark.start_ms, item.line))


@dataclass(slots=True)
class _Busy:
    """The stretch that is taken by an earlier mark which says its end."""

    line: int = 0
    until_ms: int = 0


def _find_clashes(found: Sequence[LineMark]) -> list[Problem]:
    """Name marks that begin at one moment, or while an earlier one says that it is still on."""
    problems: list[Problem] = []
    busy = _Busy()
    before: LineMark | None = None
    for item in found:
        start = format_clock(item.mark.start_ms)
        if before is not None and before.mark.start_ms == item.mark.start_ms:
            text = f"begins at {start} as line {before.line} does, keep one of the two"
            problems.append(Problem(item.line, text))
        elif item.mark.start_ms < busy.until_ms:
            until = format_clock(busy.until_ms)
            text = f"begins at {start}, before line {busy.line} ends ({until}), mend one of the two"
            problems.append(Problem(item.line, text))
        if (item.mark.end_ms or 0) > busy.until_ms:
            busy = _Busy(item.line, item.mark.end_ms or 0)
        before = item
    return problems
