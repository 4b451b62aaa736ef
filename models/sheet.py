"""Tables that people hand in as CSV or JSON: what their rows are, and how they are refused."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from models.text_file import find_forbidden_character

SHOWN_PROBLEMS = 5
"""How many problems one error names; the rest are counted."""
LIST_SEPARATOR = "|"
"""Between the items of a cell that holds several."""

_ROUNDED_ID = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
"""`6.28E+11` is what a spreadsheet makes of a long number; the real id is lost."""
_COMPARED_CHARACTERS = 40
"""A name longer than this resembles no column; comparing takes quadratic time."""
_QUOTED_CHARACTERS = 40

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Layout:
    """What a kind of table holds."""

    what: str
    """Names the file in messages: catalogue."""
    item: str
    """Names what a row is: product."""
    longest: Mapping[str, int]
    """Every column and the characters that its cell may have."""
    required: tuple[str, ...]
    member: str | None = None
    """Of a JSON object, the member that holds the list; None = an object a line, or a list."""
    lists: frozenset[str] = frozenset()
    """Columns that may be lists in JSON."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns in their usual order."""
        return tuple(self.longest)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row, by column name, as text."""

    line: int
    """Where the row starts in its file, counted from 1."""
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file."""

    line: int
    text: str


class RowReader:
    """Reads the cells of one row and keeps all that is wrong with them, not only the first thing.

    Runs of white space inside a cell become one space.
    """

    def __init__(self, row: Row, layout: Layout) -> None:
        self.row = row
        self.problems: list[Problem] = []
        self._layout = layout
        self._cells = {column: self._clean(column) for column in layout.columns}

    def refuse(self, text: str) -> None:
        """Keep one more problem of this row."""
        self.problems.append(Problem(self.row.line, text))

    def require(self) -> None:
        """Refuse the row where a required cell is empty."""
        for column in self._layout.required:
            if not self.row.cells.get(column, "").strip():
                self.refuse(f"{column} is empty, every {self._layout.item} needs one")

    def read_text(self, column: str) -> str:
        """Return the cell."""
        return self._cells[column]

    def read(self, column: str, parse: Callable[[str], Value]) -> Value | None:
        """Return the parsed cell, or None when it is empty or wrong."""
        cell = self._cells[column]
        if not cell:
            return None
        try:
            return parse(cell)
        except ValueError as error:
            self.refuse(f"{column} {quote(cell)} {error}")
            return None

    def _clean(self, column: str) -> str:
        """Return the cell with its white space tidied, empty when it cannot be used."""
        cell, longest = self.row.cells.get(column, ""), self._layout.longest[column]
        if len(cell) > longest:
            self.refuse(f"{column} has {len(cell)} characters, at most {longest} are taken")
            return ""
        if forbidden := find_forbidden_character(cell):
            self.refuse(f"{column} holds the control character {forbidden}, remove it")
            return ""
        return " ".join(cell.split())


def find_unknown_keys(rows: Iterable[Row], layout: Layout) -> list[Problem]:
    """Name each key that nobody reads where it first occurs."""
    first_lines: dict[str, int] = {}
    for row in rows:
        for key in row.cells:
            if key not in layout.longest:
                first_lines.setdefault(key, row.line)
    return [report_unknown(key, line, layout) for key, line in first_lines.items()]


def report_unknown(column: str, line: int, layout: Layout) -> Problem:
    """Say which known column an unknown one is nearest to, or which there are."""
    near = difflib.get_close_matches(column[:_COMPARED_CHARACTERS].lower(), layout.columns, n=1)
    known = ", ".join(layout.columns)
    hint = f"did you mean {near[0]}?" if near else f"the known ones are {known}"
    return Problem(line, f"unknown column {quote(column)}, {hint}")


def format_problems(problems: Sequence[Problem], layout: Layout, *, name: str) -> str:
    """Write one sentence that names up to `SHOWN_PROBLEMS` problems in order of their lines."""
    in_order = sorted(problems, key=lambda problem: problem.line)
    shown = "; ".join(f"line {p.line}: {p.text}" for p in in_order[:SHOWN_PROBLEMS])
    more = len(problems) - SHOWN_PROBLEMS
    rest = f"; and {more} more" if more > 0 else ""
    return f"the {layout.what} {name} cannot be used: {shown}{rest}"


def parse_id(text: str) -> str:
    """Return an id as it is.

    Raises:
        ValueError: when a spreadsheet has lost its digits.
    """
    if _ROUNDED_ID.fullmatch(text):
        raise ValueError("was rounded by a spreadsheet, format the column as text and export again")
    return text


def quote(text: str) -> str:
    """Return text fit for an error message: quoted, escaped, cut short."""
    shown = text if len(text) <= _QUOTED_CHARACTERS else text[: _QUOTED_CHARACTERS - 1] + "…"
    return repr(shown)
