"""One row of a catalogue file: cells of text in, a `Product` or its problems out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from models.catalogue import Product
from models.text_file import find_forbidden_character

REQUIRED = ("id", "title")
LONGEST = {
    "id": 128,
    "title": 1000,
    "brand": 200,
    "aliases": 4000,
    "category": 200,
    "price": 40,
    "link_no": 20,
    "url": 2048,
    "image": 2048,
    "listed_at": 40,
    "delisted_at": 40,
}
"""Every column and the characters that its cell may have: several times what shops write, and
little enough that one row cannot fill a page."""
COLUMNS = tuple(LONGEST)
ALIAS_SEPARATOR = "|"

_PRICE = re.compile(r"[¥￥$€£]?\s*([0-9]{1,9}(?:\.[0-9]{1,4})?)\s*元?")
_LINK_NUMBER = re.compile(r"([0-9]{1,6})(?:\.0+)?")
"""`3.0` is what data tools write for 3 in a column with empty cells."""
_ROUNDED_ID = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
"""`6.28E+11` is what a spreadsheet makes of a long number; the real id is lost."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")
_QUOTED_CHARACTERS = 40

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one product, by column name, as text."""

    line: int
    """Where the row starts in its file, counted from 1."""
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a catalogue file."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """What a row came to: a product, or why there is none."""

    product: Product | None
    problems: tuple[Problem, ...]


def parse_product(row: Row) -> ParsedRow:
    """Read one row; all that is wrong with it is reported, not only the first thing.

    Runs of white space inside a cell become one space. A price may carry a currency sign or 元.
    """
    reader = _RowReader(row)
    fields = reader.read_texts()
    price = reader.read("price", parse_price)
    link_no = reader.read("link_no", parse_link_number)
    url = reader.read("url", parse_link)
    image = reader.read("image", parse_link)
    listed_at = reader.read("listed_at", parse_moment)
    delisted_at = reader.read("delisted_at", parse_moment)
    aliases = reader.read("aliases", parse_aliases)
    if listed_at and delisted_at and delisted_at <= listed_at:
        reader.refuse("delisted_at must be later than listed_at")
    if reader.problems:
        return ParsedRow(None, tuple(reader.problems))
    product = Product(
        id=fields["id"],
        title=fields["title"],
        brand=fields["brand"],
        aliases=aliases or (),
        category=fields["category"],
        price=price,
        link_no=link_no,
        url=url or "",
        image=image or "",
        listed_at=listed_at,
        delisted_at=delisted_at,
    )
    return ParsedRow(product, ())


class _RowReader:
    """Reads the cells of one row and keeps what is wrong with them."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.problems: list[Problem] = []
        self._cells = {column: self._clean(column) for column in COLUMNS}

    def refuse(self, text: str) -> None:
        """Keep one more problem of this row."""
        self.problems.append(Problem(self.row.line, text))

    def read_texts(self) -> dict[str, str]:
        """Return the cells that are plain text, required ones present."""
        missing = [c for c in REQUIRED if not self.row.cells.get(c, "").strip()]
        for column in missing:
            self.refuse(f"{column} is empty, every product needs one")
        if _ROUNDED_ID.fullmatch(self._cells["id"]):
            self.refuse(
                f"id {quote(self._cells['id'])} was rounded by a spreadsheet, "
                "format the column as text and export again"
            )
        return {column: self._cells[column] for column in ("id", "title", "brand", "category")}

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
        cell = self.row.cells.get(column, "")
        if len(cell) > LONGEST[column]:
            self.refuse(f"{column} has {len(cell)} characters, at most {LONGEST[column]} are taken")
            return ""
        if forbidden := find_forbidden_character(cell):
            self.refuse(f"{column} holds the control character {forbidden}, remove it")
            return ""
        return " ".join(cell.split())


def parse_price(text: str) -> Decimal:
    """Read `129`, `129.00`, `¥129` or `129元`; separators of thousands are refused as ambiguous.

    Raises:
        ValueError: when the text is no such price.
    """
    match = _PRICE.fullmatch(text)
    if match is None:
        raise ValueError("is not a price, write it as 129 or 129.00")
    return Decimal(match[1])


def parse_link_number(text: str) -> int:
    """Read a link number, 1 or more.

    Raises:
        ValueError: when the text is no such number.
    """
    match = _LINK_NUMBER.fullmatch(text)
    if match is None or int(match[1]) < 1:
        raise ValueError("is not a link number, write a whole number from 1 on")
    return int(match[1])


def parse_moment(text: str) -> datetime:
    """Read an ISO 8601 time with its offset; without one nobody knows which hour is meant.

    Raises:
        ValueError: when the text is no such time.
    """
    advice = "write it as 2026-11-11T20:00:00+08:00"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"is not a time, {advice}") from None
    if moment.utcoffset() is None:
        raise ValueError(f"has no time zone, {advice}")
    if not 1970 <= moment.year <= 9998:
        raise ValueError("is outside the years 1970 to 9998")
    return moment


def parse_link(text: str) -> str:
    """Read a web address; only http, https and relative ones, for a page will link to it.

    Raises:
        ValueError: when the text is another kind of address or holds a space.
    """
    scheme = _SCHEME.match(text)
    if (scheme and scheme[1].lower() not in {"http", "https"}) or " " in text:
        raise ValueError("is not a web address, begin it with https:// and leave no space in it")
    return text


def parse_aliases(text: str) -> tuple[str, ...]:
    """Split at `|` (or its full-width form), in order, each alias once."""
    pieces = (piece.strip() for piece in text.replace("｜", ALIAS_SEPARATOR).split(ALIAS_SEPARATOR))
    return tuple(dict.fromkeys(piece for piece in pieces if piece))


def quote(text: str) -> str:
    """Return text fit for an error message: quoted, escaped, cut short."""
    shown = text if len(text) <= _QUOTED_CHARACTERS else text[: _QUOTED_CHARACTERS - 1] + "…"
    return repr(shown)
