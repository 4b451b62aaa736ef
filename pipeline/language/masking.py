"""Take the numbers of links away from a text: what is left must be known by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.language.numerals import SMALL_WORDS, TENS_WORDS

_DIGITS = "零〇一二两俩三四五六七八九十百千幺0-9０-９"
_NUMBER = rf"(?<![{_DIGITS}])(?<![0-9０-９][.．])[{_DIGITS}]++"
"""A whole number, never the end of a longer one or its decimals."""
_CALL = rf"第?{_NUMBER}\s*[号號]"
_AND = r"\s*[、,，和跟]?\s*"
_LINK = "链接|鏈接"
_NOT_A_LINK = (
    r"\s*(?:[个件块元万点折%％色码字店线楼机门馆前]|[.．]\d|[之以][前后]|左右|发货|电池|晚上|早上)"
)
"""What follows a number that counts, prices, sizes or dates something."""

_MANDARIN_BEFORE = (
    rf"(?<![万同统唯])(?:{_CALL}{_AND})*(?:第{_NUMBER}\s*个|第?{_NUMBER}\s*[号號]?)\s*"
    rf"(?P<before>{_LINK})"
)
"""三号链接, 13 号链接, 第三个链接, 三号、四号链接; not 万一 or 统一链接."""
_MANDARIN_AFTER = rf"(?<!那个)(?P<after>{_LINK})\s*{_NUMBER}(?:\s*[号號]|(?!{_NOT_A_LINK}))"
"""链接三, 链接3号; not a price: 链接三十块. What was masked before is left alone."""
_MANDARIN_BARE = (
    rf"(?<![月周几型年大小])(?<![月周几型年]\s)(?P<bare>{_CALL}(?:{_AND}{_CALL})*)(?!{_NOT_A_LINK})"
)
"""拍三号, 三号 alone (most calls in Mandarin are), 三号四号; not 三月三号, 大一号 or 三号色."""
_ENGLISH_NUMBER = (
    rf"(?:[0-9]++|(?:{'|'.join(TENS_WORDS)})(?:[-\s](?:one|two|three|four|five|six|seven|eight|nine))?"
    rf"|{'|'.join(sorted(SMALL_WORDS, key=len, reverse=True))})"
)
_ENGLISH = (
    r"(?i:(?<![a-z])(?<!that )"
    r"(?P<english>(?:link|item)s?(?:\s+(?:numbers?|no\.?|is))?|number(?!\s+one\b))\s*\#?\s*"
    rf"{_ENGLISH_NUMBER}(?:\s+(?:and|or)\s+{_ENGLISH_NUMBER})*(?![a-z]|[.][0-9])(?:\s*[号號])?)"
)
"""Link three, item no. 3, links three and four, number three; "number one" is praise."""
_LINKS = re.compile(f"{_MANDARIN_BEFORE}|{_MANDARIN_AFTER}|{_MANDARIN_BARE}|{_ENGLISH}")


@dataclass(frozen=True, slots=True)
class Mask:
    """What stands for `text[start:end]` once its number is taken away."""

    start: int
    end: int
    text: str


def iter_masks(text: str) -> Iterator[Mask]:
    """Yield what to replace so that no link of `text` has its number; in order, not overlapping.

    A bare 三号 counts as a link unless its neighbours make it a date, a size or a shade: 85 % of
    the calls in made-up Mandarin broadcasts are bare, and a mask that leaves them masks nothing.
    The price is that a date may go. Misheard words for "link" are left as they are.
    """
    for match in _LINKS.finditer(text):
        yield Mask(match.start(), match.end(), _stand_in(match))


def mask_links(text: str) -> str:
    """Take the numbers of links away: 三号链接 becomes 那个链接, "link three" "that link".

    Doing it twice changes nothing more.

    >>> mask_links("拍13号, or link three")
    '拍那个, or that link'
    """
    pieces: list[str] = []
    done = 0
    for mask in iter_masks(text):
        pieces += (text[done : mask.start], mask.text)
        done = mask.end
    return "".join((*pieces, text[done:]))


def _stand_in(match: re.Match[str]) -> str:
    if match["english"]:
        return "that link"
    return f"那个{match['before'] or match['after'] or ''}"
