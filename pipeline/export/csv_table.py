"""Highlights as CSV for spreadsheets, one row each.

    highlight_id,product_id,title,start,end,start_ms,end_ms,point_ms,confidence,status,price,url

RFC 4180 with a header, CRLF and a byte order mark, without which Excel takes Chinese for Latin-1.
Its trap: a spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`, so such texts get a `'`.
"""

from __future__ import annotations

import csv
import io

from models.document import IndexDocument
from models.span import format_clock
from pipeline.export.escaping import one_line, safe_link
from pipeline.export.index_json import CONFIDENCE_DIGITS, format_price
from pipeline.export.marks import Mark
from pipeline.export.normalise import normalise_pitches
from pipeline.export.report import Exported

BYTE_ORDER_MARK = "\ufeff"

COLUMNS = (
    "highlight_id",
    "product_id",
    "title",
    "start",
    "end",
    "start_ms",
    "end_ms",
    "point_ms",
    "confidence",
    "status",
    "price",
    "url",
)

FORMULA_SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet compute (OWASP, CSV injection), also as Chinese keyboards write it."""


def format_csv(document: IndexDocument) -> Exported:
    """Write one row per highlight; texts are one line and never computed by a spreadsheet."""
    pitches = normalise_pitches(document)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    writer.writerows(_row(mark) for mark in pitches.marks)
    return Exported(BYTE_ORDER_MARK + buffer.getvalue(), pitches.report)


def guard_cell(text: str) -> str:
    """Write a text as one line that a spreadsheet shows instead of computing it.

    >>> guard_cell("=1+1"), guard_cell("护手霜")
    ("'=1+1", '护手霜')
    """
    line = one_line(text)
    return f"'{line}" if line.startswith(FORMULA_SIGNS) else line


def _row(mark: Mark) -> tuple[str | int, ...]:
    price = mark.product.price
    return (
        guard_cell(mark.id),
        guard_cell(mark.product.id),
        guard_cell(mark.title),
        format_clock(mark.span.start_ms),
        format_clock(mark.span.end_ms),
        mark.span.start_ms,
        mark.span.end_ms,
        mark.at_ms,
        f"{mark.highlight.confidence:.{CONFIDENCE_DIGITS}f}",
        mark.highlight.status.value,
        "" if price is None else format_price(price),
        guard_cell(safe_link(mark.product.url) or ""),
    )
