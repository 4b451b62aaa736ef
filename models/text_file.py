"""Text files that people hand in: found, of bounded size, and really UTF-8."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from models.errors import InputError

LARGEST_MIB = 64
"""A catalogue of 100,000 products is about 30 MB; more is a mistake (a video, a database dump)."""

_MIB = 1024 * 1024
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SAMPLE_CHARACTERS = 20_000
_COMMON_HAN_SHARE = 0.7
"""Share of Han characters among the 3,755 common ones of GB 2312 above which text reads as GBK.

Chinese prose read rightly lies near 0.99; UTF-8 or Big5 bytes misread as GBK give rare characters,
mostly below 0.4.
"""

_FOREIGN_HEADS = (
    (b"PK\x03\x04", "an Excel workbook or another zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3\x00", "a SQLite database"),
)
_UTF32_MARKS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_HEADER_BYTES = 8
"""Enough for four characters of an ASCII header in UTF-16: every second byte is zero."""


def read_text_file(path: Path, *, what: str, most_mib: int = LARGEST_MIB) -> bytes:
    """Return the bytes of a file that a person named.

    Raises:
        InputError: when it is missing, no ordinary file, unreadable or larger than `most_mib`.
    """
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder; name the {what} file in it")
        if not path.exists():
            raise InputError(f"there is no {what} file {path}; check the path")
        if not path.is_file():
            raise InputError(f"{path} is no ordinary file; copy the {what} file to one")
        if path.stat().st_size > most_mib * _MIB:
            raise InputError(
                f"{path} is larger than {most_mib} MiB, as no {what} file is; check that it is the "
                "right file"
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"the {what} file {path} cannot be read: {reason}") from None


def decode_text(data: bytes, *, name: str) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Raises:
        InputError: naming what the bytes look like (GBK, UTF-16, a workbook ...) when they are
            something else.
    """
    for head, kind in _FOREIGN_HEADS:
        if data.startswith(head):
            raise InputError(f"{name} is {kind}, not text; export it as CSV (UTF-8)")
    if wide := _guess_wide_encoding(data):
        raise InputError(f"{name} is not UTF-8, it looks like {wide}; save it as UTF-8")
    if b"\x00" in data:
        raise InputError(f"{name} is binary data, not text; check that it is the right file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        guess = _guess_chinese_encoding(data)
        looks = f"it looks like {guess}" if guess else f"line {line} holds other bytes"
        raise InputError(f"{name} is not UTF-8, {looks}; save it as UTF-8") from None


def _guess_wide_encoding(data: bytes) -> str | None:
    """Tell UTF-16 and UTF-32 by their marks, or by the zero bytes of a header written wide."""
    if data.startswith(_UTF32_MARKS):
        return "UTF-32"
    if data.startswith(_UTF16_MARKS):
        return "UTF-16"
    even, odd = data[0:_HEADER_BYTES:2], data[1:_HEADER_BYTES:2]
    wide = (not any(even) and all(odd)) or (not any(odd) and all(even))
    return "UTF-16" if wide and odd else None


def _guess_chinese_encoding(data: bytes) -> str | None:
    """Tell GBK and Big5 by whether the characters that come out are the common ones."""
    for encoding, label in (("gb18030", "GBK"), ("big5", "Big5")):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        sample = itertools.islice((c for c in text if "一" <= c <= "鿿"), _SAMPLE_CHARACTERS)
        common = [_is_common(character, encoding) for character in sample]
        if common and sum(common) >= _COMMON_HAN_SHARE * len(common):
            return label
    return None


def _is_common(character: str, encoding: str) -> bool:
    """Tell whether a Han character lies in the frequent part of its national set.

    GB 2312 level 1 has lead bytes B0 to D7, Big5 level 1 A4 to C6.
    """
    lead = character.encode(encoding)[0]
    return 0xA4 <= lead <= 0xC6 if encoding == "big5" else 0xB0 <= lead <= 0xD7


def find_forbidden_character(text: str) -> str | None:
    """Return the name of the first control character or lone surrogate; tabs and line ends pass."""
    match = _FORBIDDEN.search(text)
    return f"U+{ord(match[0]):04X}" if match else None
