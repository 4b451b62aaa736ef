"""Catalogue files: CSV or JSON in, a valid `Catalogue` or one clear error out."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.catalogue import Catalogue, Product
from models.catalogue_json import parse_json_rows
from models.catalogue_row import (
    ALIAS_SEPARATOR,
    COLUMNS,
    REQUIRED,
    Problem,
    Row,
    parse_product,
    quote,
)
from models.errors import InputError
from models.text_file import decode_text, read_text_file

SHOWN_PROBLEMS = 5
"""How many problems one error names; the rest are counted."""
_COMPARED_CHARACTERS = 40
"""A name longer than this resembles no column; comparing takes quadratic time."""


def read_catalogue(path: Path) -> Catalogue:
    """Read a catalogue file.

    Raises:
        InputError: when it cannot be read, or as `parse_catalogue` says.
    """
    return parse_catalogue(read_text_file(path, what="catalogue"), name=str(path))


def parse_catalogue(data: bytes, *, name: str) -> Catalogue:
    """Read a catalogue from CSV or JSON (UTF-8, byte order mark tolerated); the content decides.

    CSV has a header line and commas; a quoted field may hold commas and line ends. JSON is a list
    of objects or `{"products": [...]}`. Only `id` and `title` are required. Two products may share
    a link number, for a number moves from one to the next during a broadcast.

    Raises:
        InputError: naming file, lines and what to do, for up to `SHOWN_PROBLEMS` problems at once.
    """
    text = decode_text(data, name=name)
    if not text.strip():
        raise InputError(f"{name} is empty; a catalogue has a header line and a line per product")
    is_json = text.lstrip()[0] in "[{"
    read = parse_json_rows(text, name=name) if is_json else _parse_csv_rows(text, name=name)
    problems = [item for item in read if isinstance(item, Problem)]
    rows = [item for item in read if isinstance(item, Row)]
    problems += _find_unknown_keys(rows)
    products = _parse_products(rows, problems)
    if problems:
        raise InputError(_format_problems(problems, name=name))
    if not products:
        raise InputError(f"{name} holds no products; write one line for each")
    return Catalogue(tuple(products))


def format_catalogue_csv(catalogue: Catalogue) -> str:
    """Write a catalogue as CSV that `parse_catalogue` reads back unchanged."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_format_row(product) for product in catalogue)
    return sheet.getvalue()


def _format_row(product: Product) -> tuple[str, ...]:
    return (
        product.id,
        product.title,
        product.brand,
        ALIAS_SEPARATOR.join(product.aliases),
        product.category,
        "" if product.price is None else format(product.price, "f"),
        "" if product.link_no is None else str(product.link_no),
        product.url,
        product.image,
        "" if product.listed_at is None else product.listed_at.isoformat(),
        "" if product.delisted_at is None else product.delisted_at.isoformat(),
    )


def _parse_csv_rows(text: str, *, name: str) -> tuple[Row | Problem, ...]:
    """Return a row, or what is wrong with it, for each line that holds anything."""
    records = _parse_csv_records(text, name=name)
    line, cells = records[0] if records else (1, [])
    header = [cell.strip().lower() for cell in cells]
    _check_header(header, name=name, line=line)
    unknown = (_report_unknown(column, line) for column in header if column not in (*COLUMNS, ""))
    return (*unknown, *(_make_row(line, header, cells) for line, cells in records[1:]))


def _parse_csv_records(text: str, *, name: str) -> list[tuple[int, list[str]]]:
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


def _check_header(header: Sequence[str], *, name: str, line: int) -> None:
    """Refuse a header that rows cannot be read by."""
    if missing := [column for column in REQUIRED if column not in header]:
        separator = next((s for s in ";\t|" if len(header) == 1 and s in header[0]), None)
        hint = f"; its columns are separated by {separator!r}, save it with commas"
        raise InputError(
            f"{name}, line {line}: the header has no column {' and no column '.join(missing)}"
            + (hint if separator else f"; the known columns are {', '.join(COLUMNS)}")
        )
    named = [column for column in header if column]
    if repeated := sorted({column for column in named if named.count(column) > 1}):
        raise InputError(f"{name}, line {line}: the column {quote(repeated[0])} is there twice")


def _make_row(line: int, header: Sequence[str], cells: Sequence[str]) -> Row | Problem:
    """Pair cells with columns; missing cells at the end are empty, extra ones are an error."""
    nameless = [cell for column, cell in zip(header, cells, strict=False) if not column]
    if len(cells) > len(header) or any(cell.strip() for cell in nameless):
        named = sum(1 for column in header if column)
        return Problem(
            line,
            f"{len(cells)} fields for {named} columns, put a field that holds a comma in quotes",
        )
    pairs = zip(header, cells, strict=False)
    return Row(line, {column: cell for column, cell in pairs if column in COLUMNS})


def _find_unknown_keys(rows: Iterable[Row]) -> list[Problem]:
    """Name each key that nobody reads where it first occurs."""
    first_lines: dict[str, int] = {}
    for row in rows:
        for key in row.cells:
            if key not in COLUMNS:
                first_lines.setdefault(key, row.line)
    return [_report_unknown(key, line) for key, line in first_lines.items()]


def _report_unknown(column: str, line: int) -> Problem:
    """Say which known column an unknown one is nearest to, or which there are."""
    near = difflib.get_close_matches(column[:_COMPARED_CHARACTERS].lower(), COLUMNS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the known ones are {', '.join(COLUMNS)}"
    return Problem(line, f"unknown column {quote(column)}, {hint}")


def _parse_products(rows: Iterable[Row], problems: list[Problem]) -> list[Product]:
    """Return the products of the good rows, and add what is wrong with the others."""
    products: list[Product] = []
    line_of: dict[str, int] = {}
    for row in rows:
        parsed = parse_product(row)
        problems.extend(parsed.problems)
        product_id = " ".join(row.cells.get("id", "").split())
        if product_id in line_of:
            earlier = line_of[product_id]
            text = f"id {quote(product_id)} is already on line {earlier}, keep one of the two"
            problems.append(Problem(row.line, text))
            continue
        if product_id:
            line_of[product_id] = row.line
        if parsed.product is not None:
            products.append(parsed.product)
    return products


def _format_problems(problems: Sequence[Problem], *, name: str) -> str:
    in_order = sorted(problems, key=lambda problem: problem.line)
    shown = "; ".join(f"line {p.line}: {p.text}" for p in in_order[:SHOWN_PROBLEMS])
    more = len(problems) - SHOWN_PROBLEMS
    rest = f"; and {more} more" if more > 0 else ""
    return f"the catalogue {name} cannot be used: {shown}{rest}"
