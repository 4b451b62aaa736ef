"""Records to stdout as a table, JSON, NDJSON or CSV; sentences to stderr."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import click

from pipeline.run.logs import tell_machine

Record = dict[str, Any]
"""One line of output: JSON-ready values by field name, in the order of the columns."""

FORMATS = ("table", "json", "ndjson", "csv")
WIDE = 200
"""Characters of a table line that goes into a pipe."""

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], " ")
"""File names may hold line ends, and escapes that a terminal would obey."""

LONG_COLUMNS = frozenset({"product title", "title"})
"""Shop titles run to sixty characters; a table keeps to a line a record and cuts them."""

LEAST_LONG = 16
"""Characters of a cut title that still say what it is."""
COLUMN_GAP = 2
"""Spaces between columns, as rich draws a table without a box."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


def format_option(command: _Command) -> _Command:
    """Give a command the `--format` option that every listing has."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(FORMATS),
        default=None,
        help="How to write the result.  [default: table on a terminal, json elsewhere]",
    )(command)


def choose_format(asked: str | None) -> str:
    """Return the format that was asked for, else a table on a terminal and JSON elsewhere."""
    return asked or ("table" if sys.stdout.isatty() else "json")


def write_records(
    records: Sequence[Record], output_format: str | None, *, columns: Sequence[str]
) -> None:
    """Write records to stdout; a table shows only the fields that `columns` names."""
    chosen = choose_format(output_format)
    if chosen == "table":
        _write_table(records, columns)
    else:
        click.echo(format_records(records, chosen), nl=False)


def format_records(records: Sequence[Record], output_format: str) -> str:
    """Write records as text in one of the machine formats; ends with a newline unless empty."""
    if output_format == "json":
        return json.dumps(records, ensure_ascii=False, indent=1) + "\n"
    if output_format == "ndjson":
        return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    buffer = io.StringIO()
    if records:
        writer = csv.DictWriter(buffer, list(records[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: _exact_cell(value) for key, value in record.items()} for record in records
        )
    return buffer.getvalue()


def say(sentence: str) -> None:
    """Tell the person something, on stderr; as a record where logs are for machines."""
    if not tell_machine(sentence.strip()):
        click.echo(sentence, err=True)


def write_cells(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    long_ones: frozenset[str] = LONG_COLUMNS,
) -> None:
    """Write a table whose cells are text already, to stdout; long columns are cut to fit."""
    # Only here: machine formats never pay for it.
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Not a terminal: wide enough that nothing is cut, since nobody can widen a pipe.
    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    clean = [[cell.translate(_CONTROLS) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(headers, *clean, strict=True)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header, limit in zip(
        headers, _limit_widths(headers, widths, console.width, long_ones), strict=True
    ):
        cut = header in long_ones
        how: Literal["ellipsis", "fold"] = "ellipsis" if cut else "fold"
        table.add_column(header, overflow=how, no_wrap=cut, max_width=limit)
    for row in clean:
        table.add_row(*map(Text, row))
    console.print(table)


def _limit_widths(
    headers: Sequence[str], widths: Sequence[int], whole: int, long_ones: frozenset[str]
) -> list[int]:
    """Give the long columns what the others leave over, so that a record stays one line."""
    places = [place for place, header in enumerate(headers) if header in long_ones]
    limits = list(widths)
    if places:
        others = sum(widths) - sum(widths[place] for place in places)
        left = whole - others - COLUMN_GAP * (len(headers) - 1)
        for place in places:
            limits[place] = min(widths[place], max(LEAST_LONG, left // len(places)))
    return limits


def _write_table(records: Sequence[Record], columns: Sequence[str]) -> None:
    if not records:
        click.echo("nothing found")
        return
    headers = [column.replace("_", " ") for column in columns]
    write_cells(headers, [[_cell(record[column]) for column in columns] for record in records])


def _cell(value: object) -> str:
    """Write a value for people: numbers rounded."""
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"
    return _exact_cell(value)


def _exact_cell(value: object) -> str:
    """Write a value for programs: nothing is lost."""
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
