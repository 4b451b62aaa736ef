"""Numbers as people say and as recognisers write them, in Mandarin and English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

DIGIT_VALUES = {
    **{digit: value for value, digit in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "幺": 1,
    "两": 2,
    "俩": 2,
}
UNIT_VALUES = {"十": 10, "百": 100, "千": 1000}
MYRIAD_VALUES = {"万": 10_000, "亿": 100_000_000}

_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL_WORDS = {word: value for value, word in enumerate(_BELOW_TWENTY.split())}
TENS_WORDS = {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
SCALE_WORDS = {"hundred": 100, "thousand": 1000, "million": 1_000_000}

_HAN = "零〇一二两俩三四五六七八九十百千万亿幺"
_ENGLISH_WORD = "|".join(sorted([*SMALL_WORDS, *TENS_WORDS, *SCALE_WORDS], key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<arabic>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<scale>[百千万亿])?"
    rf"|(?P<han>[零〇一二两俩三四五六七八九十幺][{_HAN}]*(?:点[零〇一二三四五六七八九幺]+)?)"
    rf"|\b(?P<english>(?:{_ENGLISH_WORD})(?:[\s-]+(?:and[\s-]+)?(?:{_ENGLISH_WORD}))*)\b"
)
_DIGIT = "[零〇一二两俩三四五六七八九幺]"
_COUNT = "[一二两俩三四五六七八九]"
_SECTION = rf"(?:{_COUNT}千)?(?:[零〇]?{_COUNT}百)?(?:[零〇]?{_COUNT}?十)?"
_WELL_FORMED = re.compile(
    rf"(?=.?[十百千万亿])(?:{_SECTION}(?:[零〇]?{_COUNT})?亿)?(?:{_SECTION}(?:[零〇]?{_COUNT})?万)?"
    rf"{_SECTION}(?:[零〇]?{_COUNT}(?![十百千万亿]))?(?:点{_DIGIT}+(?![十百千万亿]))?"
    rf"|{_DIGIT}+(?![十百千万亿])(?:点{_DIGIT}+)?|{_DIGIT}"
)
"""One number at the start of a run: one with units in their order, or digits one by one."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number found in a text, at `text[start:end]`."""

    value: Decimal
    start: int
    end: int


def parse_han(text: str) -> Decimal | None:
    """Read a Mandarin numeral, or return None when it is none.

    Read as a quantity when it holds 十, 百, 千, 万 or 亿, digit by digit otherwise. A last digit
    after 百, 千 or 万 counts in the next lower unit, as people shorten it.

    >>> [int(parse_han(t)) for t in ("一百二十九", "两百三", "三零六", "十六")]
    [129, 230, 306, 16]
    """
    whole, point, fraction = text.partition("点")
    if point and not (fraction and all(character in DIGIT_VALUES for character in fraction)):
        return None
    value = _read_quantity(whole) if _has_unit(whole) else _read_digits(whole)
    if value is None:
        return None
    tail = "".join(str(DIGIT_VALUES[character]) for character in fraction)
    return Decimal(f"{value}.{tail}") if tail else Decimal(value)


def parse_english(text: str) -> tuple[Decimal, ...]:
    """Read a run of English number words as the numbers that it says one after another.

    >>> [int(n) for n in parse_english("forty-nine ninety-nine")]
    [49, 99]
    >>> [int(n) for n in parse_english("two hundred and five")]
    [205]
    """
    return tuple(value for value, _first, _last in _read_words(re.findall(r"[a-z]+", text)))


def iter_numerals(text: str) -> Iterator[Numeral]:
    """Yield every number in a normalised (lower-case, NFKC) text, in order, not overlapping.

    `49.99`, `1,299`, `3百`, 一百二十九, 三零六, 三点五, `forty-nine ninety-nine` (two numbers).
    Without punctuation numbers run together: 八十九一包 is 89 and 1.
    """
    for match in _NUMBER.finditer(text):
        if match["arabic"]:
            value = Decimal(match["arabic"].replace(",", ""))
            yield Numeral(value * _scale_of(match["scale"]), match.start(), match.end())
        elif match["han"]:
            yield from _iter_han(match["han"], match.start())
        else:
            yield from _iter_english(match["english"], match.start())


def format_han(value: int) -> str:
    """Write 0 to 99,999,999 as a Mandarin numeral; `parse_han` reads it back.

    Raises:
        ValueError: when the number lies outside.
    """
    if not 0 <= value < 10_000 * MYRIAD_VALUES["万"]:
        raise ValueError(f"{value} is outside 0 to 99,999,999")
    myriads, rest = divmod(value, MYRIAD_VALUES["万"])
    if not myriads:
        return _format_below_myriad(rest)
    head = _format_below_myriad(myriads) + "万"
    if not rest:
        return head
    tail = ("一" if 10 <= rest < 20 else "") + _format_below_myriad(rest)
    return head + ("零" if rest < 1000 else "") + tail


def _has_unit(text: str) -> bool:
    return any(character in UNIT_VALUES or character in MYRIAD_VALUES for character in text)


def _read_digits(text: str) -> int | None:
    if not text or any(character not in DIGIT_VALUES for character in text):
        return None
    return int("".join(str(DIGIT_VALUES[character]) for character in text))


def _read_quantity(text: str) -> int | None:
    """Sum a numeral with units; None when it is not well formed (e.g. 百搭's 百)."""
    total = section = 0
    digit: int | None = None
    lower_unit, ceiling = 1, max(MYRIAD_VALUES.values())
    for character in text:
        if character in DIGIT_VALUES:
            if digit not in (None, 0):
                return None
            digit = DIGIT_VALUES[character]
            lower_unit = 1 if digit == 0 else lower_unit
            continue
        unit = UNIT_VALUES.get(character)
        if unit is not None:
            if unit >= ceiling:
                return None
            ceiling = unit
            section += (digit or (1 if unit == 10 else 0)) * unit
            lower_unit = unit // 10
        elif character not in MYRIAD_VALUES:
            return None
        else:
            myriad = MYRIAD_VALUES[character]
            total = (total + section + (digit or 0)) * myriad
            section, lower_unit, ceiling = 0, myriad // 10, myriad
        digit = None
    if digit and lower_unit > 1 and text[-2] not in "零〇":
        digit *= lower_unit
    return total + section + (digit or 0)


def _iter_han(text: str, offset: int) -> Iterator[Numeral]:
    """Read a run of numeral characters as one number, else as several in a row."""
    whole = parse_han(text)
    if whole is not None:
        yield Numeral(whole, offset, offset + len(text))
        return
    cursor = 0
    while cursor < len(text):
        match = _WELL_FORMED.match(text, cursor)
        if match is None or not match[0]:
            cursor += 1
            continue
        value = parse_han(match[0])
        if value is not None:
            yield Numeral(value, offset + cursor, offset + match.end())
        cursor = match.end()


def _scale_of(character: str | None) -> int:
    if not character:
        return 1
    return UNIT_VALUES.get(character) or MYRIAD_VALUES[character]


def _iter_english(text: str, offset: int) -> Iterator[Numeral]:
    words = [(match[0], match.start(), match.end()) for match in re.finditer(r"[a-z]+", text)]
    for value, first, last in _read_words([word for word, _start, _end in words]):
        yield Numeral(value, offset + words[first][1], offset + words[last][2])


def _read_words(words: list[str]) -> Iterator[tuple[Decimal, int, int]]:
    """Yield (number, its first word, its last), cutting where no number goes on."""
    cursor = 0
    while cursor < len(words):
        reading = _Reading()
        first = cursor
        while cursor < len(words) and reading.take(words[cursor]):
            cursor += 1
        if reading.started:
            yield Decimal(reading.total + reading.current), first, cursor - 1
        else:
            cursor += 1


@dataclass(slots=True)
class _Reading:
    """A number in English words, as far as it is read."""

    total: int = 0
    """Closed by a thousand or million."""
    current: int = 0
    ceiling: int = 1_000_000_000
    """Only a value below this may follow: twenty (20) may be followed by three, not by ten."""
    started: bool = False

    def take(self, word: str) -> bool:
        """Add a word; False, and nothing changes, when the number cannot go on with it."""
        if word == "and":
            return self.started and self.ceiling >= 100
        value = SMALL_WORDS.get(word, TENS_WORDS.get(word))
        if word in SCALE_WORDS:
            return self._scale(SCALE_WORDS[word])
        if value is None or value >= self.ceiling:
            return False
        self.current += value
        self.ceiling = 10 if word in TENS_WORDS else 1
        self.started = True
        return True

    def _scale(self, scale: int) -> bool:
        if self.started and (not self.current or self.ceiling == scale):
            return False
        self.current = (self.current or 1) * scale
        self.ceiling = scale
        self.started = True
        if scale >= 1000:
            self.total, self.current = self.total + self.current, 0
        return True


def _format_below_myriad(value: int) -> str:
    digits = "零一二三四五六七八九"
    if value < 10:
        return digits[value]
    parts: list[str] = []
    skipped = False
    rest = value
    for character, unit in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, rest = divmod(rest, unit)
        if not digit:
            skipped = bool(parts)
            continue
        if skipped:
            parts.append("零")
            skipped = False
        lead = "" if value < 20 and unit == 10 else digits[digit]
        parts.append(lead + character)
    return "".join(parts)
