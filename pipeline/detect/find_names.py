"""Find products by their names: as written, as they sound, and nearly as they sound."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.highlight import Evidence, EvidenceKind
from pipeline.detect.findings import Finding, rarity
from pipeline.detect.shop import Name, Shop, surface_of
from pipeline.detect.units import Unit
from pipeline.language.sound import Sound, phonetic_code, split_syllable

WRITTEN_TRUST = 1.0
"""Share of a name's rarity that counts when it stands there as the shop writes it."""
HEARD_TRUST = {1: 0.0, 2: 0.45, 3: 0.8}
"""The same when only the syllables agree, by their number; more syllables: `LONG_HEARD_TRUST`.
Measured elsewhere on live speech: exact tone-less pinyin of 2 to 4 syllables has precision 0.94,
but a two-syllable homophone of a rare word is often just a common word."""
LONG_HEARD_TRUST = 0.95
FUZZY_TRUST = 0.6
CODE_TRUST = 0.7
"""The same when an English name only agrees in its phonetic code."""
FUZZY_FROM_SYLLABLES = 4
FUZZY_SIMILARITY = 0.85
"""On shorter names, or below this likeness, fuzzy matching ruins precision (0.92 to 0.60)."""
COVERED_TRUST = 0.25
"""What is left of a name that is only a part of another product's longer name."""


@dataclass(frozen=True, slots=True)
class _Hit:
    name: Name
    first: int
    last: int
    """Indices of the first and last sound."""
    kind: EvidenceKind
    trust: float


def find_names(units: Sequence[Unit], shop: Shop) -> Iterator[Finding]:
    """Yield an alias or pinyin finding for every name that is said."""
    lengths = sorted({len(gram) for gram in shop.names}, reverse=True)
    fuzzy = _index_fuzzy(shop)
    for index, unit in enumerate(units):
        hits = [
            *_iter_exact(unit, shop, lengths),
            *_iter_fuzzy(unit, fuzzy),
            *_iter_coded(unit, shop),
        ]
        for hit in _strongest_per_product(hits):
            covered = any(_covers(other, hit) for other in hits)
            share = hit.trust * (COVERED_TRUST if covered else 1.0)
            yield _make_finding(index, unit, hit, share * _rarity(hit, shop))


def _iter_exact(unit: Unit, shop: Shop, lengths: Sequence[int]) -> Iterator[_Hit]:
    keys = tuple(sound.key for sound in unit.sounds)
    for first in range(len(keys)):
        for length in lengths:
            for name in shop.names.get(keys[first : first + length], ()):
                last = first + length - 1
                if last < len(keys):
                    yield _grade(unit, name, first, last)


def _grade(unit: Unit, name: Name, first: int, last: int) -> _Hit:
    """Tell a name that is written out from one that is only heard."""
    run = unit.sounds[first : last + 1]
    if surface_of(unit.text.text, run) == name.text:
        return _Hit(name, first, last, EvidenceKind.ALIAS, WRITTEN_TRUST)
    trust = HEARD_TRUST.get(len(run), LONG_HEARD_TRUST)
    if any(sound.is_word for sound in run):
        trust = LONG_HEARD_TRUST
    return _Hit(name, first, last, EvidenceKind.PINYIN, trust)


@dataclass(frozen=True, slots=True)
class _FuzzyIndex:
    by_pair: dict[tuple[str, str], tuple[Name, ...]]
    """Long Mandarin names by every pair of neighbouring syllables."""


def _index_fuzzy(shop: Shop) -> _FuzzyIndex:
    by_pair: defaultdict[tuple[str, str], list[Name]] = defaultdict(list)
    for gram, names in shop.names.items():
        if len(gram) < FUZZY_FROM_SYLLABLES or any(s.is_word for s in names[0].sounds):
            continue
        for pair in pairwise(gram):
            by_pair[pair].extend(names)
    return _FuzzyIndex({pair: tuple(dict.fromkeys(names)) for pair, names in by_pair.items()})


def _iter_fuzzy(unit: Unit, index: _FuzzyIndex) -> Iterator[_Hit]:
    """Align long names, syllable by syllable, wherever two neighbouring syllables agree."""
    keys = [sound.key for sound in unit.sounds]
    tried: set[tuple[int, int]] = set()
    for place, pair in enumerate(pairwise(keys)):
        for name in index.by_pair.get(pair, ()):
            gram = name.gram
            for offset in range(len(gram) - 1):
                first = place - offset
                if gram[offset : offset + 2] != pair or first < 0 or (id(name), first) in tried:
                    continue
                tried.add((id(name), first))
                window = keys[first : first + len(gram)]
                if FUZZY_SIMILARITY <= likeness(gram, window) < 1.0:
                    last = first + len(gram) - 1
                    yield _Hit(name, first, last, EvidenceKind.PINYIN, FUZZY_TRUST)


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two runs of folded syllables sound, 0 to 1.

    The share of agreeing halves: a syllable with only its initial or only its final right counts
    half. Runs of different length are not alike: dropped syllables are left to the n-grams.
    """
    if len(one) != len(other) or not one:
        return 0.0
    agreeing = sum(
        (left[0] == right[0]) + (left[1] == right[1])
        for left, right in (
            (split_syllable(a), split_syllable(b)) for a, b in zip(one, other, strict=True)
        )
    )
    return agreeing / (2 * len(one))


def _iter_coded(unit: Unit, shop: Shop) -> Iterator[_Hit]:
    """Match Latin names by phonetic code, over word boundaries: "volt peak" for one word."""
    sounds = unit.sounds
    longest = max((len(code) for code in shop.codes), default=0)
    for first in range(len(sounds)):
        code = ""
        for last in range(first, len(sounds)):
            if not sounds[last].is_word:
                break
            code += phonetic_code(sounds[last].plain)
            if len(code) > longest:
                break
            for name in shop.codes.get(code, ()):
                if _same_onset(name.sounds[0], sounds[first]):
                    yield _Hit(name, first, last, EvidenceKind.PINYIN, CODE_TRUST)


def _same_onset(one: Sound, other: Sound) -> bool:
    """Tell whether two words begin alike; a code alone matches too many words."""
    return phonetic_code(one.plain)[:1] == phonetic_code(other.plain)[:1]


def _strongest_per_product(hits: Iterable[_Hit]) -> list[_Hit]:
    """Keep, of the hits for one product that overlap, the longest and surest."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda h: (-(h.last - h.first), -h.trust, h.first)):
        clash = any(
            k.name.product == hit.name.product and k.first <= hit.last and hit.first <= k.last
            for k in kept
        )
        if not clash:
            kept.append(hit)
    return kept


def _covers(longer: _Hit, hit: _Hit) -> bool:
    inside = longer.first <= hit.first and hit.last <= longer.last
    return (
        inside
        and longer.last - longer.first > hit.last - hit.first
        and longer.name.product != hit.name.product
    )


def _rarity(hit: _Hit, shop: Shop) -> float:
    if hit.kind is EvidenceKind.PINYIN and hit.trust == CODE_TRUST:
        code = "".join(phonetic_code(sound.plain) for sound in hit.name.sounds)
        return rarity(len({name.product for name in shop.codes[code]}), len(shop))
    return shop.rarity_of(hit.name.gram)


def _make_finding(index: int, unit: Unit, hit: _Hit, weight: float) -> Finding:
    start, end = unit.sounds[hit.first].start, unit.sounds[hit.last].end
    evidence = Evidence(hit.kind, unit.text.spoken(start, end), unit.at_ms(start), weight)
    return Finding(index, hit.name.product, start, end, evidence)
