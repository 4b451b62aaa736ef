"""Catalogue files: CSV or JSON in, a valid `Catalogue` or one clear error out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from models.catalogue import Catalogue, Product
from models.catalogue_row import ALIAS_SEPARATOR, COLUMNS, LAYOUT, parse_product
from models.errors import InputError
from models.sheet import Problem, Row, format_problems, quote
from models.sheet_text import parse_sheet
from models.text_file import decode_text, read_text_file


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
        InputError: naming file, lines and what to do, for several problems at once.
    """
    text = decode_text(data, name=name)
    if not text.strip():
        raise InputError(f"{name} is empty; a catalogue has a header line and a line per product")
    sheet = parse_sheet(text, LAYOUT, name=name)
    problems = list(sheet.problems)
    products = _parse_products(sheet.rows, problems)
    if problems:
        raise InputError(format_problems(problems, LAYOUT, name=name))
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
