"""Find products by their specification: 三十毫升, 500克, 四十包, "20,000 milliamp", shade 306.

Siblings share every word but this one, so a specification tells them apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, EvidenceKind
from pipeline.detect.findings import Finding, rarity
from pipeline.detect.units import Unit
from pipeline.language.normalise import normalise
from pipeline.language.numerals import Numeral, iter_numerals

SPEC_SHARE = 0.45
"""Share of a specification's rarity that counts; a number with its unit is said of gifts too."""
BARE_SHARE = 0.4
"""The same for a number that the title carries without a unit: a shade, a model."""
FEWEST_BARE = 100
"""A smaller number without a unit is said too often to mean a shade or a model."""

_UNITS = {
    "ml": ("ml", "毫升"),
    "l": ("l", "升", "liter", "litre", "liters"),
    "g": ("g", "克"),
    "kg": ("kg", "公斤", "千克", "kilo"),
    "jin": ("斤",),
    "cm": ("cm", "厘米", "公分"),
    "mm": ("mm", "毫米"),
    "m": ("m", "米"),
    "inch": ("inch", "inches", "寸", "英寸", '"'),
    "ft": ("ft", "feet", "foot"),
    "oz": ("oz", "ounce", "ounces"),
    "lb": ("lb", "lbs", "pound", "pounds"),
    "w": ("w", "瓦", "watt", "watts"),
    "mah": ("mah", "毫安", "milliamp", "milliamps", "milliamp hours"),
    "h": ("h", "小时", "hour", "hours"),
    "percent": ("%", "percent", "per cent"),
    "pack": ("pack", "packs", "包", "袋"),
    "piece": ("pc", "pcs", "piece", "pieces", "count", "片", "枚", "粒", "颗", "个", "只"),
    "pair": ("双", "对", "pair", "pairs"),
    "bottle": ("瓶", "bottle", "bottles"),
    "stick": ("支", "条", "根"),
    "sheet": ("抽", "张", "sheets"),
    "roll": ("卷", "roll", "rolls"),
    "box": ("盒", "箱", "罐", "桶", "box", "boxes"),
    "layer": ("层", "ply", "layer", "layers"),
    "degree": ("度",),
    "momme": ("姆米", "momme"),
    "quart": ("qt", "quart", "quarts"),
    "way": ("合一", "in one", "in 1", "way"),
    "spf": ("倍",),
    "color": ("色", "colors", "colours"),
}
"""How units are written and said; the keys only need to be different."""
_SPELLINGS = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings}
_UNIT = re.compile(
    r"[\s\-]*(?P<unit>"
    + "|".join(re.escape(spelling) for spelling in sorted(_SPELLINGS, key=len, reverse=True))
    + r")(?![a-z])"
)
_COUNTED = frozenset({"piece", "stick", "box", "bottle", "pair", "pack", "layer", "color"})
FEWEST_COUNTED = 3
"""一个, 两支 is how people count anything; from three on it may be a pack size."""
_BEFORE_SUN_FACTOR = re.compile(r"(?:spf|pa)\s*$")

Spec = tuple[str, Decimal]


def find_specs(units: Sequence[Unit], catalogue: Catalogue) -> Iterator[Finding]:
    """Yield a finding for every product whose title carries a quantity that is said."""
    carriers: defaultdict[Spec, set[int]] = defaultdict(set)
    for index, product in enumerate(catalogue):
        for spec in specs_of(product):
            carriers[spec].add(index)
    for index, unit in enumerate(units):
        for spec, start, end in iter_specs(unit.text.text, unit.numerals):
            products = carriers.get(spec, set())
            share = SPEC_SHARE if spec[0] else BARE_SHARE
            weight = share * rarity(len(products), len(catalogue))
            spoken, at_ms = unit.text.spoken(start, end), unit.at_ms(start)
            for carrier in sorted(products):
                evidence = Evidence(EvidenceKind.SPEC, spoken, at_ms, weight)
                yield Finding(index, carrier, start, end, evidence)


def specs_of(product: Product) -> frozenset[Spec]:
    """Return the quantities that a product's title and aliases carry."""
    texts = [normalise(text).text for text in (product.title, *product.aliases)]
    return frozenset(
        spec
        for text in texts
        for spec, _start, _end in iter_specs(text, tuple(iter_numerals(text)))
    )


def iter_specs(text: str, numerals: Sequence[Numeral]) -> Iterator[tuple[Spec, int, int]]:
    """Yield every quantity of a normalised text with its unit, and large numbers without one."""
    for numeral in numerals:
        match = _UNIT.match(text, numeral.end)
        if match:
            unit = _SPELLINGS[match["unit"]]
            if unit in _COUNTED and numeral.value < FEWEST_COUNTED:
                continue
            yield (unit, numeral.value), numeral.start, match.end()
        elif _BEFORE_SUN_FACTOR.search(text, 0, numeral.start):
            yield ("spf", numeral.value), numeral.start, numeral.end
        elif numeral.value >= FEWEST_BARE and numeral.value == numeral.value.to_integral_value():
            yield ("", numeral.value), numeral.start, numeral.end
