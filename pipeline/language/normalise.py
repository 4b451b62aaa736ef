"""Text as matching reads it: one script, one width, one case, no fillers; with a way back."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pipeline.language.script import Script, uniform_script

FILLERS = frozenset("呃嗯唔诶欸")
"""Hesitations that Mandarin recognisers write down; none of them is part of a product's name."""
EVASIONS = frozenset("某")
"""Put inside a word to slip past a platform's word filter: 免某疫 for 免疫."""
DOUBTFUL_EVASIONS = frozenset("母莫摩")
"""What recognisers make of that 某; read as such only where the word is known without it."""
_WORDS_WITH_EVASIONS = re.compile(
    "[父祖外伯姑岳慈老字酵云贝珠益保姨舅师航]母|母[亲婴乳爱鸡牛女子校带语版盘料机猫狗质体]"
    "|[切寂落沙约]莫|莫[非名大过要代兰奈属及如怕急斯桑尔]"
    "|[按揣观抚达萨]摩|摩[托擦登卡丝洛洒根羯天拳尔]"
)
"""Words of their own with these characters."""
_ENGLISH_FILLER = re.compile(r"\b(?:u+h+|u+h*m+|e+r+m*|h+m+|m{2,}(?:-?hm+)?)\b[,.]?\s*")
_STUTTER = re.compile(r"([\u4e00-\u9fff]{2,3})\1+(?=[\u4e00-\u9fff])")
"""A beginning said twice before it goes on: 铁元铁元素."""
_NUMERAL_CHARACTERS = frozenset("零〇一二两三四五六七八九十百千万亿幺")


@dataclass(frozen=True, slots=True)
class NormalText:
    """A text made uniform, and where each of its characters comes from.

    source  "免 某 疫 力 ５ ０ ％"
    text    "免疫力50%"
    origin   0 2 3 4 5 6 ...        non-decreasing indices into the source
    """

    text: str
    origin: tuple[int, ...]
    """For every character of `text`, the index of its source character; never decreases."""
    source: str

    def __post_init__(self) -> None:
        if len(self.text) != len(self.origin):
            raise ValueError("every normalised character needs an origin")

    def spoken(self, start: int, end: int) -> str:
        """Return the piece of the source that `text[start:end]` comes from."""
        if start >= end:
            return ""
        return self.source[self.origin[start] : self.origin[end - 1] + 1]


def normalise(text: str, familiar: Mapping[str, int] | None = None) -> NormalText:
    """Make a text uniform: NFKC, lower case, simplified script, no fillers, infixes or stutter.

    Punctuation stays, because it keeps words apart; characters without width go. `familiar` tells
    how often pairs of characters are said (`count_pairs`): only with it are infixes found that may
    be part of a word.
    """
    characters: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        for piece in unicodedata.normalize("NFKC", character).lower():
            if unicodedata.category(piece) != "Cf":
                characters.append(" " if piece.isspace() else piece)
                origin.append(index)
    simplified = uniform_script("".join(characters), Script.SIMPLIFIED)
    kept = _without_fillers(simplified)
    if familiar:
        kept = _without_infixes(simplified, kept, familiar)
    kept = _without_stutter(simplified, kept)
    return NormalText(
        "".join(simplified[index] for index in kept), tuple(origin[index] for index in kept), text
    )


def count_pairs(texts: Iterable[str]) -> Counter[str]:
    """Count how often two ideographs follow each other, in simplified script."""
    return Counter(
        one + other
        for text in texts
        for one, other in pairwise(uniform_script(text, Script.SIMPLIFIED))
        if is_han(one) and is_han(other)
    )


def is_han(character: str) -> bool:
    """Tell whether a character is a Chinese ideograph of the common block."""
    return "\u4e00" <= character <= "\u9fff"


def _without_fillers(text: str) -> list[int]:
    hidden: set[int] = set()
    for match in _ENGLISH_FILLER.finditer(text):
        hidden.update(range(match.start(), match.end()))
    return [
        index
        for index, character in enumerate(text)
        if index not in hidden and character not in FILLERS and character not in EVASIONS
    ]


def _without_infixes(text: str, kept: list[int], familiar: Mapping[str, int]) -> list[int]:
    """Drop a doubtful character between two that belong together: 免母疫 where 免疫 is said."""
    joined = "".join(text[index] for index in kept)
    own = {
        place for match in _WORDS_WITH_EVASIONS.finditer(joined) for place in range(*match.span())
    }
    dropped: set[int] = set()
    for place in range(1, len(joined) - 1):
        before, character, after = joined[place - 1], joined[place], joined[place + 1]
        if character not in DOUBTFUL_EVASIONS or place in own:
            continue
        apart = max(familiar.get(before + character, 0), familiar.get(character + after, 0))
        if familiar.get(before + after, 0) >= max(apart, 1):
            dropped.add(place)
    return [index for place, index in enumerate(kept) if place not in dropped]


def _without_stutter(text: str, kept: list[int]) -> list[int]:
    """Keep only the last of equal beginnings; repeated numbers are no stutter."""
    joined = "".join(text[index] for index in kept)
    dropped: set[int] = set()
    for match in _STUTTER.finditer(joined):
        if not _NUMERAL_CHARACTERS & set(match[1]):
            dropped.update(range(match.start(), match.end() - len(match[1])))
    return [index for position, index in enumerate(kept) if position not in dropped]
