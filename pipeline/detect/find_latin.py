"""Find brands of Latin letters that were heard as Mandarin: 卢米娃 for Lumeva.

Every brand is spelled in the syllables that Mandarin has for it, and these are aligned with what is
said. What agrees is weighed against how often ordinary speech agrees as well; so a name that much
of it sounds like is never found, and a long one although a part of it is misheard.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.highlight import Evidence, EvidenceKind
from pipeline.detect.findings import Finding, rarity
from pipeline.detect.shop import CUT, SHORTEST_CODE, Shop, iter_latin
from pipeline.detect.units import Unit
from pipeline.language.latin import Beat, spell_beats, weigh
from pipeline.language.normalise import is_han
from pipeline.language.sound import phonetic_code

FEWEST_BEATS = 3
"""Shorter names sound like too much."""
LEAST_NATS = 10.5
"""From this weight on, a run of syllables is the one brand that is looked for. Over 22 hours of our
text broadcasts, 82 invented brands sounded by chance 0.03 times an hour each."""
NATS_PER_LOG = 0.5
"""By how much that grows with the logarithm of the number of brands: false alarms halve with every
half nat, so that those of all brands together grow with about the cube root of their number."""
LATIN_TRUST = 0.7
"""Share of the brand's rarity that counts: that of other names that only agree in their sound."""
LIGHT_COST = 1.0
"""Nats that it costs to miss a syllable that is only the consonant of a cluster."""
LOST_COST = 6.0
"""Nats that it costs to miss any other, or to hear one more."""


@dataclass(frozen=True, slots=True)
class _Brand:
    beats: tuple[Beat, ...]
    code: str
    """Phonetic code: other finders know the brand by it where it is written in Latin letters."""
    products: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A syllable of what is said, at `text[start:end]`."""

    beat: Beat
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Hit:
    brand: _Brand
    nats: float
    start: int
    end: int


def find_latin(units: Sequence[Unit], shop: Shop) -> Iterator[Finding]:
    """Yield a pinyin finding for every Latin brand or alias that is heard in Mandarin.

    Brands of the same sound are found together; of different ones that overlap, the surest. Nothing
    in units without Chinese characters, and nothing that `find_names` finds by its spelling.
    """
    brands = _spell_brands(shop)
    least = LEAST_NATS + NATS_PER_LOG * math.log(max(len(brands), 1))
    for index, unit in enumerate(units):
        hits = [hit for run in _iter_runs(unit) for hit in _iter_hits(run, brands, least)]
        for hit in _surest(hits):
            if _is_spelled(unit, hit):
                continue
            spoken, at_ms = unit.text.spoken(hit.start, hit.end), unit.at_ms(hit.start)
            weight = LATIN_TRUST * rarity(len(hit.brand.products), len(shop))
            for product in hit.brand.products:
                evidence = Evidence(EvidenceKind.PINYIN, spoken, at_ms, weight)
                yield Finding(index, product, hit.start, hit.end, evidence)


def _spell_brands(shop: Shop) -> tuple[_Brand, ...]:
    products: defaultdict[tuple[tuple[Beat, ...], str], list[int]] = defaultdict(list)
    for index, product in enumerate(shop.catalogue):
        for name, words in iter_latin(index, product):
            beats = tuple(beat for word in words for beat in spell_beats(word))
            code = "".join(phonetic_code(sound.plain) for sound in name.sounds)
            products[beats, code].append(index)
    return tuple(
        _Brand(beats, code, tuple(dict.fromkeys(carriers)))
        for (beats, code), carriers in products.items()
        if len(beats) >= FEWEST_BEATS
    )


def _iter_runs(unit: Unit) -> Iterator[list[_Heard]]:
    """Yield the syllables of a Mandarin unit between marks, numbers and abbreviations."""
    text = unit.text.text
    if not any(is_han(character) for character in text):
        return
    run: list[_Heard] = []
    end = 0
    for sound in unit.sounds:
        written = text[sound.start : sound.end]
        if CUT.search(text[end : sound.start]) or written.isdecimal():
            yield run
            run = []
        end = sound.end
        if sound.is_word:
            run.extend(_Heard(beat, sound.start, end) for beat in spell_beats(written))
        elif not written.isdecimal():
            run.append(_Heard(Beat(sound.plain, is_light=False), sound.start, end))
    yield run


def _iter_hits(run: Sequence[_Heard], brands: Sequence[_Brand], least: float) -> Iterator[_Hit]:
    said = {heard.beat.syllable for heard in run}
    for brand in brands:
        if said and _most(brand, said) >= least:
            hit = _align(brand, run)
            if hit.nats >= least:
                yield hit


def _most(brand: _Brand, said: set[str]) -> float:
    """Return what the brand cannot weigh more than, whatever the order of the syllables."""
    return sum(
        max(-_cost(beat), *(weigh(beat.syllable, syllable) for syllable in said))
        for beat in brand.beats
    )


def _cost(beat: Beat) -> float:
    return LIGHT_COST if beat.is_light else LOST_COST


def _align(brand: _Brand, run: Sequence[_Heard]) -> _Hit:
    """Return where in the run the whole brand is heard best (Needleman-Wunsch, free ends)."""
    before = [(0.0, place) for place in range(len(run) + 1)]
    for beat in brand.beats:
        best = [(before[0][0] - _cost(beat), 0)]
        for place, heard in enumerate(run):
            nats, start = before[place]
            unheard, unheard_start = before[place + 1]
            extra, extra_start = best[place]
            best.append(
                max(
                    (nats + weigh(beat.syllable, heard.beat.syllable), start),
                    (unheard - _cost(beat), unheard_start),
                    (extra - _cost(heard.beat), extra_start),
                )
            )
        before = best
    last = max(range(len(before)), key=lambda place: before[place][0])
    nats, first = before[last]
    if first == last:
        return _Hit(brand, -math.inf, 0, 0)
    return _Hit(brand, nats, run[first].start, run[last - 1].end)


def _surest(hits: Sequence[_Hit]) -> list[_Hit]:
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda h: (-h.nats, h.start)):
        clash = any(
            hit.start < other.end and other.start < hit.end and hit.brand.beats != other.brand.beats
            for other in kept
        )
        if not clash:
            kept.append(hit)
    return kept


def _is_spelled(unit: Unit, hit: _Hit) -> bool:
    """Tell whether the brand stands there in Latin letters, as `find_names` finds them."""
    run = [sound for sound in unit.sounds if hit.start <= sound.start < hit.end]
    return (
        len(hit.brand.code) >= SHORTEST_CODE
        and all(sound.is_word for sound in run)
        and "".join(phonetic_code(sound.plain) for sound in run) == hit.brand.code
    )
