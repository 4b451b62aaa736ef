"""One row of a catalogue file: cells of text in, a `Product` or its problems out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models.catalogue import Product
from models.sheet import LIST_SEPARATOR, Layout, Problem, Row, RowReader, parse_id

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
ALIAS_SEPARATOR = LIST_SEPARATOR
LAYOUT = Layout(
    what="catalogue",
    item="product",
    longest=LONGEST,
    required=("id", "title"),
    member="products",
    lists=frozenset({"aliases"}),
)

_PRICE = re.compile(r"[¥￥$€£]?\s*([0-9]{1,9}(?:\.[0-9]{1,4})?)\s*元?")
_LINK_NUMBER = re.compile(r"([0-9]{1,6})(?:\.0+)?")
"""`3.0` is what data tools write for 3 in a column with empty cells."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):")


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """What a row came to: a product, or why there is none."""

    product: Product | None
    problems: tuple[Problem, ...]


def parse_product(row: Row) -> ParsedRow:
    """Read one row; all that is wrong with it is reported, not only the first thing.

    Runs of white space inside a cell become one space. A price may carry a currency sign or 元.
    """
    reader = RowReader(row, LAYOUT)
    reader.require()
    product_id = reader.read("id", parse_id) or ""
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
        id=product_id,
        title=reader.read_text("title"),
        brand=reader.read_text("brand"),
        aliases=aliases or (),
        category=reader.read_text("category"),
        price=price,
        link_no=link_no,
        url=url or "",
        image=image or "",
        listed_at=listed_at,
        delisted_at=delisted_at,
    )
    return ParsedRow(product, ())


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
