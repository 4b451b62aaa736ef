"""Tables written as CSV: rows with the lines that they start on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from models.errors import InputError
from models.sheet import Layout, Problem, Row, quote, report_unknown


def parse_csv_rows(text: str, layout: Layout, *, name: str) -> tuple[Row | Problem, ...]:
    """Return a row, or what is wrong with it, for each line below the header that holds anything.

    Raises:
        InputError: when quotes do not pair up, or the header is none to read rows by.
    """
    records = _parse_records(text, name=name)
    line, cells = records[0] if records else (1, [])
    header = [cell.strip().lower() for cell in cells]
    _check_header(header, layout, name=name, line=line)
    known = (*layout.columns, "")
    unknown = (report_unknown(column, line, layout) for column in header if column not in known)
    return (*unknown, *(_make_row(line, header, cells, layout) for line, cells in records[1:]))


def _parse_records(text: str, *, name: str) -> list[tuple[int, list[str]]]:
    """Return (first line, cells) of each record that is not blank.

    Raises:
        InputError: when quotes do not pair up, or a field is beyond what the csv module takes.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    records: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{name}, line {line}: a quoted field that starts here is broken ({error}); "
            'close every quote, and write a quote inside a field as ""'
        ) from None
    return records


def _check_header(header: Sequence[str], layout: Layout, *, name: str, line: int) -> None:
    """Refuse a header that rows cannot be read by."""
    if missing := [column for column in layout.required if column not in header]:
        separator = next((s for s in ";\t|" if len(header) == 1 and s in header[0]), None)
        hint = f"; its columns are separated by {separator!r}, save it with commas"
        raise InputError(
            f"{name}, line {line}: the header has no column {' and no column '.join(missing)}"
            + (hint if separator else f"; the known columns are {', '.join(layout.columns)}")
        )
    named = [column for column in header if column]
    if repeated := sorted({column for column in named if named.count(column) > 1}):
        raise InputError(f"{name}, line {line}: the column {quote(repeated[0])} is there twice")


def _make_row(
    line: int, header: Sequence[str], cells: Sequence[str], layout: Layout
) -> Row | Problem:
    """Pair cells with columns; missing cells at the end are empty, extra ones are an error."""
    nameless = [cell for column, cell in zip(header, cells, strict=False) if not column]
    if len(cells) > len(header) or any(cell.strip() for cell in nameless):
        named = sum(1 for column in header if column)
        return Problem(
            line,
            f"{len(cells)} fields for {named} columns, put a field that holds a comma in quotes",
        )
    pairs = zip(header, cells, strict=False)
    return Row(line, {column: cell for column, cell in pairs if column in layout.longest})
