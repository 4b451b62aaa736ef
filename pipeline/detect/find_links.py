"""Find products by the number of their link: 三号链接, 拍三号, 链接三, "link three".

Numbers also date, size and shade things; so a bare 三号 counts less than one with 链接, and
三月三号, 三零六号色 or 三号发货 count nothing. A number is read by sound where the word for
"link" follows, because recognisers write 练接, 练结 or 期号.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, EvidenceKind
from pipeline.detect.findings import Finding, surprise
from pipeline.detect.units import Unit
from pipeline.language.numerals import DIGIT_VALUES, Numeral, parse_han

FULL_TRUST = 1.0
"""Share of `surprise` that a number with the word for "link" is worth."""
ORDERED_TRUST = 0.85
"""拍三号, 上三号: told to buy a number."""
BARE_TRUST = 0.6
"""三号 alone, or "the lamp's seven" in a list of links."""
HEARD_TRUST = 0.4
"""起号 for 七号: only the sound of the number is right."""
GLUED_TRUST = 0.4
"""The number only as the end of a longer one: "3066号链接" for 三零六, 六号链接."""

_LINK_KEYS = {("lian", "jie"), ("lian", "jia")}
"""链接 by folded sound, and as it is misheard."""
_NUMBER_KEYS = {"yi": 1, "er": 2, "san": 3, "si": 4, "wu": 5, "liu": 6, "qi": 7, "ba": 8, "jiu": 9}
_HAO = "hao"
_BEFORE_ORDER = re.compile(r"[拍上点抢要开看讲到在是选买去下]\s*$")
_BEFORE_DATE = re.compile(r"(?:月|周|几|型|第)\s*$")
_AFTER_OTHER = re.compile(
    r"^(?:色|码|字|店|线|楼|机|门|馆|前|之前|之后|以后|左右|发货|晚上|早上|电池)"
)
_ENGLISH = re.compile(
    r"\b(?P<word>link|links|item|number|lot|no\.?)\s*(?:number\s*|no\.?\s*|#\s*|is\s*)?$"
)
_ENGLISH_LISTED = re.compile(
    r"\s+(?:on|in|down|along)(?:\s+on)?\s+the\s+(?:list|shelf|page|cart)\b"
)
"""What follows in "fourteen on the list"."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A link number that was said."""

    number: int
    start: int
    end: int
    trust: float


def find_links(
    units: Sequence[Unit], catalogue: Catalogue, started_at: datetime | None
) -> Iterator[Finding]:
    """Yield a finding for every link number said while a product of that number is on the shelf."""
    shelves = _shelves(catalogue)
    for index, unit in enumerate(units):
        said: set[tuple[int, int]] = set()
        for call in iter_calls(unit, shelves):
            for product in shelves.get(call.number, ()):
                at_ms = unit.at_ms(call.start)
                if (product, call.start) in said or not is_on_shelf(
                    catalogue.products[product], at_ms, started_at
                ):
                    continue
                said.add((product, call.start))
                spoken = unit.text.spoken(call.start, call.end)
                weight = call.trust * surprise(len(catalogue)) / len(shelves[call.number])
                yield Finding(
                    index,
                    product,
                    call.start,
                    call.end,
                    Evidence(EvidenceKind.LINK_NUMBER, spoken, at_ms, weight),
                )


def is_on_shelf(product: Product, at_ms: int, started_at: datetime | None) -> bool:
    """Tell whether a product is for sale at a moment of the recording.

    Without the wall-clock start of the broadcast, everything is.
    """
    if started_at is None:
        return True
    moment = started_at + timedelta(milliseconds=at_ms)
    listed = product.listed_at is None or _aware(product.listed_at, moment) <= moment
    still = product.delisted_at is None or moment < _aware(product.delisted_at, moment)
    return listed and still


def iter_calls(unit: Unit, shelves: Mapping[int, object]) -> Iterator[_Call]:
    """Yield the link numbers said in a unit, as far as the shop has such a link."""
    for place, numeral in enumerate(unit.numerals):
        call = _read_mandarin(unit, numeral, shelves) or _read_english(unit, numeral)
        if call is None:
            continue
        if call.number not in shelves and place:
            call = _cut_run(unit, unit.numerals[place - 1], numeral, call, shelves)
        if call.number in shelves:
            yield call
    yield from (call for call in _iter_heard(unit) if call.number in shelves)


def _aware(moment: datetime, like: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=like.tzinfo)


def _shelves(catalogue: Catalogue) -> dict[int, tuple[int, ...]]:
    shelves: defaultdict[int, list[int]] = defaultdict(list)
    for index, product in enumerate(catalogue):
        if product.link_no is not None:
            shelves[product.link_no].append(index)
    return {number: tuple(products) for number, products in shelves.items()}


def _read_mandarin(unit: Unit, numeral: Numeral, shelves: Mapping[int, object]) -> _Call | None:
    """Read 三号链接, 三号, 三链接, 链接三."""
    if numeral.value != numeral.value.to_integral_value():
        return None
    text = unit.text.text
    before, after = text[: numeral.start], text[numeral.end :]
    keys_after = _keys_from(unit, numeral.end, 3)
    number = int(numeral.value)
    if keys_after[:1] == [_HAO] and not _BEFORE_DATE.search(before):
        linked = tuple(keys_after[1:3]) in _LINK_KEYS
        end = _end_of_sounds(unit, numeral.end, 3 if linked else 1)
        if not linked and _AFTER_OTHER.match(text[end:]):
            return None
        if number not in shelves and number > 100:
            number, trust = _glued(number, shelves), GLUED_TRUST
        elif linked:
            trust = FULL_TRUST
        else:
            trust = ORDERED_TRUST if _BEFORE_ORDER.search(before) else BARE_TRUST
        return _Call(number, numeral.start, end, trust)
    if tuple(keys_after[:2]) in _LINK_KEYS:
        return _Call(number, numeral.start, _end_of_sounds(unit, numeral.end, 2), ORDERED_TRUST)
    if re.search(r"(?:链接|小黄车)\s*$", before) and not re.match(r"[个件块元万千点]", after):
        return _Call(number, numeral.start, numeral.end, ORDERED_TRUST)
    return None


def _cut_run(
    unit: Unit, before: Numeral, numeral: Numeral, call: _Call, shelves: Mapping[int, object]
) -> _Call:
    """Cut 一百九十九十五号 into 199 and link 15, where 190 and link 95 make no sense."""
    if before.end != numeral.start:
        return call
    text = unit.text.text
    for cut in range(numeral.start + 1, numeral.end):
        price, number = parse_han(text[before.start : cut]), parse_han(text[cut : numeral.end])
        if price is not None and number is not None and number in shelves:
            return _Call(int(number), cut, call.end, call.trust)
    return call


def _glued(number: int, shelves: Mapping[int, object]) -> int:
    """Take the last one or two digits of an impossible number that are a link."""
    return next((n for n in (number % 10, number % 100) if n in shelves), 0)


def _read_english(unit: Unit, numeral: Numeral) -> _Call | None:
    """Read "link three", "link number three", "item 3", "number three", "three on the list"."""
    if numeral.value != numeral.value.to_integral_value():
        return None
    if _ENGLISH_LISTED.match(unit.text.text, numeral.end):
        return _Call(int(numeral.value), numeral.start, numeral.end, ORDERED_TRUST)
    match = _ENGLISH.search(unit.text.text[: numeral.start])
    if match is None:
        return None
    trust = FULL_TRUST if match["word"].startswith("link") else ORDERED_TRUST
    return _Call(int(numeral.value), match.start(), numeral.end, trust)


def _iter_heard(unit: Unit) -> Iterator[_Call]:
    """Read a number whose character is wrong: 拍期号 for 拍七号, 无号链接 for 五号链接."""
    text, sounds = unit.text.text, unit.sounds
    for place, sound in enumerate(sounds[:-1]):
        number = _NUMBER_KEYS.get(sound.key)
        character = text[sound.start]
        if number is None or character in DIGIT_VALUES or character.isdigit():
            continue
        if sounds[place + 1].key != _HAO:
            continue
        before = text[sounds[place - 1].start] if place else ""
        if before and (before in DIGIT_VALUES or before in "十百" or before.isdigit()):
            continue
        linked = tuple(s.key for s in sounds[place + 2 : place + 4]) in _LINK_KEYS
        last = sounds[place + 3] if linked else sounds[place + 1]
        if linked or before == "拍":
            yield _Call(number, sound.start, last.end, ORDERED_TRUST)
        elif text[last.start] == "号" and not _AFTER_OTHER.match(text[last.end :]):
            yield _Call(number, sound.start, last.end, HEARD_TRUST)


def _keys_from(unit: Unit, start: int, count: int) -> list[str]:
    return [sound.key for sound in unit.sounds if sound.start >= start][:count]


def _end_of_sounds(unit: Unit, start: int, count: int) -> int:
    ends = [sound.end for sound in unit.sounds if sound.start >= start][:count]
    return ends[-1] if ends else start
