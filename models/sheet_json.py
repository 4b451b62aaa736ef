"""Tables written as JSON: rows with the lines that they start on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from models.errors import InputError
from models.sheet import LIST_SEPARATOR, Layout, Problem, Row, quote

_SPACE = re.compile(r"[ \t\n\r]*")
# Numbers stay text, so that 129.90 keeps its zero and no exponent grows into a gigabyte; objects
# become tuples of pairs, so that a key given twice is seen.
_DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=tuple
)


def parse_json_rows(text: str, layout: Layout, *, name: str) -> tuple[Row | Problem, ...]:
    """Return a row, or what is wrong with it, for each object of a list.

    The list may be a member of an object, where the layout names one; other members beside it are
    left alone. Where it names none, an object a line (JSON lines) is read as well.

    Raises:
        InputError: when the text is no JSON, or JSON of another shape.
    """
    if layout.member is None and text.lstrip()[0] != "[":
        return tuple(_read_lines(text, layout))
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name} is not valid JSON, line {error.lineno}: {error.msg}; mend it or hand in CSV"
        ) from None
    except RecursionError:
        raise InputError(f"{name} is nested too deeply, as no {layout.what} is") from None
    start = _skip_space(text, 0)
    array = start if text[start] == "[" else _find_member(text, start, layout.member)
    if array is None or text[array] != "[":
        example = ", ".join(f'"{column}": ...' for column in layout.required)
        raise InputError(f"{name} holds no list of {layout.item}s; write [{{{example}}}, ...]")
    return tuple(_read_rows(text, array, layout))


def _read_lines(text: str, layout: Layout) -> Iterator[Row | Problem]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield _make_row(number, _DECODER.decode(line), layout)
        except json.JSONDecodeError as error:
            yield Problem(number, f"is not one JSON object ({error.msg})")
        except RecursionError:
            yield Problem(number, f"is nested too deeply, as no {layout.what} is")


def _read_rows(text: str, array: int, layout: Layout) -> Iterator[Row | Problem]:
    line, counted = 1, 0
    for position, value in _iter_elements(text, array):
        line += text.count("\n", counted, position)
        counted = position
        yield _make_row(line, value, layout)


def _make_row(line: int, value: object, layout: Layout) -> Row | Problem:
    if not isinstance(value, tuple):
        return Problem(line, f"a {layout.item} is written as an object, {{...}}")
    cells: dict[str, str] = {}
    for key, member in value:
        if key in cells:
            return Problem(line, f"{quote(key)} is given twice")
        cell = _to_cell(member, may_be_list=key in layout.lists)
        if cell is None:
            return Problem(line, f"{key} must be text or a number")
        cells[key] = cell
    return Row(line, cells)


def _to_cell(member: object, *, may_be_list: bool) -> str | None:
    """Return a JSON value as a CSV cell would hold it, None when no cell could."""
    if member is None:
        return ""
    if isinstance(member, str):
        return member
    if may_be_list and isinstance(member, list):
        texts = [item for item in member if isinstance(item, str)]
        return LIST_SEPARATOR.join(texts) if len(texts) == len(member) else None
    return None


def _iter_elements(text: str, array: int) -> Iterator[tuple[int, object]]:
    """Yield position and value of each element of the (valid) array that starts at `array`."""
    position = _skip_space(text, array + 1)
    while text[position] != "]":
        value, end = _DECODER.raw_decode(text, position)
        yield position, value
        position = _skip_separator(text, end)


def _find_member(text: str, start: int, wanted: str | None) -> int | None:
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
