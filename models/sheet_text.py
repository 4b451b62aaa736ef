"""Tables in either form: the content decides whether it is read as CSV or as JSON."""

from __future__ import annotations

from dataclasses import dataclass

from models.sheet import Layout, Problem, Row, find_unknown_keys
from models.sheet_csv import parse_csv_rows
from models.sheet_json import parse_json_rows


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file holds: the rows that can be read, and what is wrong with the others."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    lines: int
    """How many lines, or objects, were read, good and bad."""


def parse_sheet(text: str, layout: Layout, *, name: str) -> Sheet:
    """Read a text that is not empty.

    Raises:
        InputError: when nothing in it can be read as rows.
    """
    parse_rows = parse_json_rows if text.lstrip()[0] in "[{" else parse_csv_rows
    read = parse_rows(text, layout, name=name)
    rows = tuple(item for item in read if isinstance(item, Row))
    problems = [item for item in read if isinstance(item, Problem)]
    return Sheet(rows, (*problems, *find_unknown_keys(rows, layout)), len(read))
