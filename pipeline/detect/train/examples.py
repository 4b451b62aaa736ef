"""Turn spoken scripts into what the field is fitted on: features and true states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.cues import Cue, find_cues
from pipeline.detect.decode import NONE_STATE, Floats
from pipeline.detect.detect import gather_findings
from pipeline.detect.emission import (
    iter_move_features,
    iter_none_features,
    iter_product_features,
    tabulate,
)
from pipeline.detect.encoder import SentenceEncoder
from pipeline.detect.find_meaning import score_meaning
from pipeline.detect.findings import Finding
from pipeline.detect.parameters import Weights
from pipeline.detect.train.chain import Labelled
from pipeline.detect.train.corpus import Broadcast, Script, speak
from pipeline.detect.train.noise import NoiseRates, common_characters, mask_links, mishear
from pipeline.detect.units import Unit, make_units

WEIGHT_NAMES = tuple(field.name for field in fields(Weights))


@dataclass(frozen=True, slots=True)
class Hearing:
    """One way in which the corpus is heard."""

    name: str
    noise: float
    """Factor on the measured noise rates; 0 is the text as written."""
    masked: bool = False
    """Whether the numbers of links are taken away: many hosts never say them."""


HEARINGS = (
    Hearing("clean", 0.0),
    Hearing("noisy", 1.0),
    Hearing("masked", 1.0, masked=True),
)
"""As written; as heard on average; as heard without link numbers."""


@dataclass(frozen=True, slots=True)
class Example:
    """One broadcast, heard in one way."""

    broadcast: Broadcast
    hearing: Hearing
    units: tuple[Unit, ...]
    cues: tuple[frozenset[Cue], ...]
    findings: tuple[Finding, ...]
    meaning: Floats
    sequence: Labelled


def make_examples(
    scripts: Sequence[Script],
    rates: NoiseRates,
    encoder: SentenceEncoder,
    *,
    seed: str,
    hearings: Sequence[Hearing] = HEARINGS,
    progress: Callable[[str], None],
) -> tuple[Example, ...]:
    """Hear every script in every way, and read the evidence."""
    common = common_characters(line.text for script in scripts for line in script.lines)
    examples: list[Example] = []
    for script in scripts:
        progress(f"reading {script.name}")
        for hearing in hearings:
            heard = [line.text for line in script.lines]
            if hearing.noise:
                key = f"{seed}:{hearing.name}"
                heard = mishear(script, rates.scaled(hearing.noise), common, key)
            if hearing.masked:
                heard = [mask_links(text) for text in heard]
            examples.append(make_example(speak(script, heard), hearing, encoder))
    return tuple(examples)


def make_example(broadcast: Broadcast, hearing: Hearing, encoder: SentenceEncoder) -> Example:
    """Read the evidence of one broadcast."""
    catalogue = broadcast.catalogue
    units = make_units(broadcast.transcript.utterances)
    meaning = score_meaning(units, catalogue, encoder)
    findings = gather_findings(units, catalogue, None, meaning)
    cues = find_cues(units)
    linked = [product.link_no is not None for product in catalogue]
    table = tabulate(units, findings, cues, len(catalogue))
    states = np.zeros((len(WEIGHT_NAMES), len(units), 1 + len(catalogue)))
    for name, feature in iter_product_features(units, table, meaning, linked):
        states[WEIGHT_NAMES.index(name), :, 1:] += feature
    for name, signal in iter_none_features(cues, table):
        states[WEIGHT_NAMES.index(name), :, NONE_STATE] += signal
    moves = np.zeros((len(WEIGHT_NAMES), 3, len(units)))
    for name, signal, bears_on in iter_move_features(units, cues):
        moves[WEIGHT_NAMES.index(name)] += np.outer(bears_on, signal)
    sequence = Labelled(states, moves, label_units(units, broadcast))
    return Example(broadcast, hearing, units, cues, tuple(findings), meaning, sequence)


def label_units(units: Sequence[Unit], broadcast: Broadcast) -> NDArray[np.int64]:
    """Return the true state of every unit: that of its middle."""
    index = {product.id: 1 + place for place, product in enumerate(broadcast.catalogue)}
    labels = np.zeros(len(units), np.int64)
    for place, unit in enumerate(units):
        middle_ms = (unit.span.start_ms + unit.span.end_ms) // 2
        for pitch in broadcast.pitches:
            if pitch.span.holds(middle_ms):
                labels[place] = index[pitch.product_id]
    return labels
