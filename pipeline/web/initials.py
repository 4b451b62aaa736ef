"""Write the table that lets the page search by pinyin initials: `bwb` finds 保温杯.

Run as `python -m pipeline.web.initials` after an update of pypinyin; the page reads the result,
`page/initials.js`, which is part of the repository.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

TABLE = Path(__file__).parent / "page" / "initials.js"
MAX_BYTES = 30_000
"""A phone loads the table with the page: about 20 kB are the characters themselves, once each."""

_FIRST_ROW, _LAST_ROW = 0xB0, 0xF7
"""The rows of GB 2312 that hold Chinese characters: 6,763 of them in two levels."""


def make_table() -> dict[str, str]:
    """Return for each initial the characters of GB 2312 that some everyday reading gives it.

    The first reading that pypinyin has for a character always counts. Further ones count for the
    3,755 common characters only (level one): rare readings of rare characters find noise.
    """
    from pypinyin import Style, pinyin

    table: dict[str, list[str]] = {}
    for character, common in _iter_characters():
        readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
        kept = readings if common else readings[:1]
        for initial in dict.fromkeys(reading[0] for reading in kept):
            table.setdefault(initial, []).append(character)
    return {initial: "".join(table[initial]) for initial in sorted(table)}


def format_table(table: dict[str, str]) -> str:
    """Write the table as an ES module with its provenance on top."""
    lines = [
        "/**",
        " * Pinyin initials of the characters of GB 2312, each under every initial that it has.",
        " *",
        " * Written by `python -m pipeline.web.initials`; do not edit.",
        f" * Readings: pypinyin {version('pypinyin')} (MIT licence).",
        " */",
        "export const INITIALS = {",
        *(f'  {initial}: "{characters}",' for initial, characters in table.items()),
        "};",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table beside the page's modules."""
    TABLE.write_text(format_table(make_table()), encoding="utf-8")


def _iter_characters() -> Iterator[tuple[str, bool]]:
    """Yield every Chinese character of GB 2312 and whether it is of the common level one."""
    for row in range(_FIRST_ROW, _LAST_ROW + 1):
        for cell in range(0xA1, 0xFF):
            try:
                character = bytes((row, cell)).decode("gb2312")
            except UnicodeDecodeError:
                continue  # five cells of row 0xD7 are empty
            yield character, row <= 0xD7


if __name__ == "__main__":
    main()
