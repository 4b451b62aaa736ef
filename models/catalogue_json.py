"""Catalogues written as JSON: rows with the lines that they start on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from models.catalogue_row import ALIAS_SEPARATOR, Problem, Row, quote
from models.errors import InputError

_SPACE = re.compile(r"[ \t\n\r]*")
# Numbers stay text, so that 129.90 keeps its zero and no exponent grows into a gigabyte; objects
# become tuples of pairs, so that a key given twice is seen.
_DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=tuple
)


def parse_json_rows(text: str, *, name: str) -> tuple[Row | Problem, ...]:
    """Return a row, or what is wrong with it, for each product of `[...]` or `{"products": [...]}`.

    Other members beside `products` are left alone.

    Raises:
        InputError: when the text is no JSON, or JSON of another shape.
    """
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name} is not valid JSON, line {error.lineno}: {error.msg}; mend it or hand in CSV"
        ) from None
    except RecursionError:
        raise InputError(f"{name} is nested too deeply for a catalogue") from None
    start = _skip_space(text, 0)
    array = start if text[start] == "[" else _find_member(text, start, "products")
    if array is None or text[array] != "[":
        raise InputError(
            f'{name} holds no list of products; write [{{"id": ..., "title": ...}}, ...]'
        )
    return tuple(_read_rows(text, array))


def _read_rows(text: str, array: int) -> Iterator[Row | Problem]:
    line, counted = 1, 0
    for position, value in _iter_elements(text, array):
        line += text.count("\n", counted, position)
        counted = position
        yield _make_row(line, value)


def _make_row(line: int, value: object) -> Row | Problem:
    if not isinstance(value, tuple):
        return Problem(line, "a product is written as an object, {...}")
    cells: dict[str, str] = {}
    for key, member in value:
        if key in cells:
            return Problem(line, f"{quote(key)} is given twice")
        cell = _to_cell(key, member)
        if cell is None:
            return Problem(line, f"{key} must be text or a number")
        cells[key] = cell
    return Row(line, cells)


def _to_cell(key: str, member: object) -> str | None:
    """Return a JSON value as a CSV cell would hold it, None when no cell could."""
    if member is None:
        return ""
    if isinstance(member, str):
        return member
    if key == "aliases" and isinstance(member, list):
        texts = [alias for alias in member if isinstance(alias, str)]
        return ALIAS_SEPARATOR.join(texts) if len(texts) == len(member) else None
    return None


def _iter_elements(text: str, array: int) -> Iterator[tuple[int, object]]:
    """Yield position and value of each element of the (valid) array that starts at `array`."""
    position = _skip_space(text, array + 1)
    while text[position] != "]":
        value, end = _DECODER.raw_decode(text, position)
        yield position, value
        position = _skip_separator(text, end)


def _find_member(text: str, start: int, wanted: str) -> int | None:
    """Return where the value of a key starts in the (valid) object at `start`."""
    if text[start] != "{":
        return None
    position = _skip_space(text, start + 1)
    while text[position] != "}":
        key, end = _DECODER.raw_decode(text, position)
        position = _skip_space(text, _skip_space(text, end) + 1)
        if key == wanted:
            return position
        _, end = _DECODER.raw_decode(text, position)
        position = _skip_separator(text, end)
    return None


def _skip_separator(text: str, position: int) -> int:
    position = _skip_space(text, position)
    return _skip_space(text, position + 1) if text[position] == "," else position


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
