"""Find products by their price as it sounds: 一败流时把 is 一百六十八.

Recognisers write numbers as whatever sounds alike, and run a price into the link number that
follows it: 一百九十九十五号 is 199 and link 15. So the prices of the catalogue are spelled in
syllables and looked for among those that were heard. Mandarin only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from models.catalogue import Catalogue
from models.highlight import Evidence, EvidenceKind
from pipeline.detect.findings import Finding, rarity
from pipeline.detect.shop import Gram
from pipeline.detect.units import Unit
from pipeline.language.numerals import format_han, parse_han
from pipeline.language.sound import Sound, fold, read_syllables

HEARD_SHARE = 0.5
"""Share of a price's rarity that counts when only its sounds agree."""
FEWEST_SYLLABLES = 4
"""A shorter price sounds like too much else; with 块 behind it, one syllable less will do."""
MOST_PRICE = 100_000
_QUANTITY = re.compile("[1-9][0-9]{1,5}")
_SHORTENED = re.compile(
    "百[一二三四五六七八九]十$|千[一二三四五六七八九]百$|万[一二三四五六七八九]千$"
)
"""Ends of numbers whose last unit people leave out: 四千二百八 is 4280."""
_YUAN_KEYS = frozenset({"kuai", "yuan"})


def find_heard_prices(units: Sequence[Unit], catalogue: Catalogue) -> Iterator[Finding]:
    """Yield a finding for every product whose price is heard but not written as a number."""
    products: defaultdict[Decimal, list[int]] = defaultdict(list)
    for index, product in enumerate(catalogue):
        if product.price:
            products[product.price].append(index)
    spelled = _spell_prices(products)
    lengths = sorted({len(gram) for gram in spelled}, reverse=True)
    for index, unit in enumerate(units):
        for price, start, end in iter_heard_prices(unit, spelled, lengths):
            carriers = products[price]
            weight = HEARD_SHARE * rarity(len(carriers), len(catalogue))
            spoken, at_ms = unit.text.spoken(start, end), unit.at_ms(start)
            for carrier in carriers:
                evidence = Evidence(EvidenceKind.PRICE, spoken, at_ms, weight)
                yield Finding(index, carrier, start, end, evidence)


def iter_heard_prices(
    unit: Unit, spelled: dict[Gram, Decimal], lengths: Sequence[int]
) -> Iterator[tuple[Decimal, int, int]]:
    """Yield (price, start, end) in the unit's text, the longest at every place.

    Not where the price is written as a number: another finder reads those.
    """
    sounds = tuple(_voice(unit))
    keys = tuple(sound.key for sound in sounds)
    written = {numeral.start: numeral for numeral in unit.numerals}
    place = 0
    while place < len(keys):
        grams = (keys[place : place + length] for length in lengths)
        gram = next((gram for gram in grams if gram in spelled), ())
        if not gram:
            place += 1
            continue
        price, length = spelled[gram], len(gram)
        start, end = sounds[place].start, sounds[place + length - 1].end
        numeral = written.get(start)
        whole = numeral is not None and numeral.value == price
        money = keys[place + length : place + length + 1]
        enough = length + (bool(money) and money[0] in _YUAN_KEYS) >= FEWEST_SYLLABLES
        cut = place + length < len(sounds) and sounds[place + length].start < end
        if enough and not whole and not cut and not _goes_on(unit.text.text, start, end):
            yield price, start, end
        place += length


def _voice(unit: Unit) -> Iterator[Sound]:
    """Yield the sounds of a unit, its numbers in digits read as quantities: 260 is 二百六十."""
    quantities = {
        numeral.start: numeral
        for numeral in unit.numerals
        if _QUANTITY.fullmatch(unit.text.text[numeral.start : numeral.end])
    }
    read_to = 0
    for sound in unit.sounds:
        if sound.start < read_to:
            continue
        numeral = quantities.get(sound.start)
        if numeral is None or sound.is_word:
            yield sound
            continue
        read_to = numeral.end
        for plain in read_syllables(format_han(int(numeral.value))):
            yield Sound(fold(plain), plain, numeral.start, numeral.end, is_word=False)


def _goes_on(text: str, start: int, end: int) -> bool:
    """Tell whether the number that is written there is a longer one: 一百二十 of 一百二十九."""
    return end < len(text) and parse_han(text[start : end + 1]) is not None


def _spell_prices(products: dict[Decimal, list[int]]) -> dict[Gram, Decimal]:
    spelled: dict[Gram, Decimal] = {}
    for price in products:
        for words in _say(price):
            gram = tuple(fold(syllable) for syllable in read_syllables(words))
            if len(gram) >= FEWEST_SYLLABLES - 1:
                spelled.setdefault(gram, price)
    return spelled


def _say(price: Decimal) -> Iterator[str]:
    """Yield the ways in which a price is said: 一百二十九, 二十九块九, 二百三十 and 两百三十."""
    whole = int(price)
    if not 0 < whole < MOST_PRICE:
        return
    tenths = int(price * 10) % 10
    words = format_han(whole)
    variants = {
        words,
        words.replace("二百", "两百").replace("二千", "两千").replace("二万", "两万"),
    }
    for variant in sorted(variants):
        yield f"{variant}块{format_han(tenths)}" if tenths else variant
        if not tenths and _SHORTENED.search(variant):
            yield variant[:-1]
