"""Find products by their price as it sounds: 一败流时把 is 一百六十八.

Recognisers write numbers as whatever sounds alike, and run a price into the link number that
follows it: 一百九十九十五号 is 199 and link 15. So the prices of the catalogue are spelled in
syllables and looked for among those that were heard. Mandarin only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from models.catalogue import Catalogue
from models.highlight import Evidence, EvidenceKind
from pipeline.detect.findings import Finding, rarity
from pipeline.detect.shop import Gram
from pipeline.detect.units import Unit
from pipeline.language.numerals import format_han, parse_han
from pipeline.language.sound import fold, read_syllables

HEARD_SHARE = 0.5
"""Share of a price's rarity that counts when only its sounds agree."""
FEWEST_SYLLABLES = 4
"""A shorter price sounds like too much else; with 块 behind it, one syllable less will do."""
MOST_PRICE = 100_000
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
    keys = tuple(sound.key for sound in unit.sounds)
    written = {numeral.start: numeral for numeral in unit.numerals}
    place = 0
    while place < len(keys):
        grams = (keys[place : place + length] for length in lengths)
        gram = next((gram for gram in grams if gram in spelled), ())
        if not gram:
            place += 1
            continue
        price, length = spelled[gram], len(gram)
        start, end = unit.sounds[place].start, unit.sounds[place + length - 1].end
        numeral = written.get(start)
        whole = numeral is not None and numeral.value == price
        money = keys[place + length : place + length + 1]
        enough = length + (bool(money) and money[0] in _YUAN_KEYS) >= FEWEST_SYLLABLES
        if enough and not whole and not _goes_on(unit.text.text, start, end):
            yield price, start, end
        place += length


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
    variants = {words, words.replace("二百", "两百").replace("二千", "两千")}
    for variant in sorted(variants):
        yield f"{variant}块{format_han(tenths)}" if tenths else variant
