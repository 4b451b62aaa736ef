"""Turn spoken scripts into what the field is fitted on: features and true states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from models.highlight import EvidenceKind
from pipeline.detect.cues import find_cues
from pipeline.detect.decode import NONE_STATE
from pipeline.detect.detect import gather_findings, read_broadcast
from pipeline.detect.echo import Likenesses, compare_stretches
from pipeline.detect.emission import (
    MOST_SHARE,
    Reading,
    iter_move_features,
    iter_none_features,
    iter_product_features,
)
from pipeline.detect.encoder import SentenceEncoder
from pipeline.detect.find_meaning import Likeness, read_senses, score_meaning
from pipeline.detect.findings import Finding, surprise
from pipeline.detect.parameters import Weights
from pipeline.detect.scene import Scene
from pipeline.detect.tabulate import remember, tabulate
from pipeline.detect.train.chain import Labelled
from pipeline.detect.train.corpus import Broadcast, Kind, Script, speak
from pipeline.detect.train.noise import NoiseRates, common_characters, mishear
from pipeline.detect.train.scenes import Heard, Scenery
from pipeline.detect.units import Unit, make_units
from pipeline.language.masking import mask_links

AROUND_SHARE = 0.3
"""What the evidence around a unit counts where the trust in that of the unit is learned: about what
the decoder gives it."""
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
RECOGNISED = Hearing("recognised", 0.0)
"""Spoken by a synthetic voice and recognised by Whisper base."""


@dataclass(frozen=True, slots=True)
class Example:
    """One broadcast, heard in one way, with the evidence in it."""

    broadcast: Broadcast
    hearing: Hearing
    scenery: Scenery
    findings: tuple[Finding, ...]
    likeness: Likeness
    alike: Likenesses | None

    @property
    def units(self) -> tuple[Unit, ...]:
        """What was heard, unit by unit."""
        return self.scenery.units

    def read(self, scene: Scene) -> Reading:
        """Return what is weighed at a first look, given what the units were taken for."""
        return read_broadcast(
            self.units,
            self.broadcast.catalogue,
            self.findings,
            self.likeness,
            self.scenery.cues,
            scene,
        )


def make_examples(
    scripts: Sequence[Script],
    rates: NoiseRates,
    encoder: SentenceEncoder,
    *,
    seed: str,
    hearings: Sequence[Hearing] = HEARINGS,
    heard: Sequence[Broadcast] = (),
    progress: Callable[[str], None],
) -> tuple[Example, ...]:
    """Hear every script in every way, and read the evidence; `heard` was recognised before."""
    common = common_characters(line.text for script in scripts for line in script.lines)
    examples: list[Example] = []
    for script in scripts:
        progress(f"reading {script.name}")
        for hearing in hearings:
            texts = [line.text for line in script.lines]
            if hearing.noise:
                key = f"{seed}:{hearing.name}"
                texts = mishear(script, rates.scaled(hearing.noise), common, key)
            if hearing.masked:
                texts = [mask_links(text) for text in texts]
            examples.append(make_example(speak(script, texts), hearing, encoder))
    examples.extend(make_example(broadcast, RECOGNISED, encoder) for broadcast in heard)
    return tuple(examples)


def make_example(broadcast: Broadcast, hearing: Hearing, encoder: SentenceEncoder) -> Example:
    """Read the evidence of one broadcast."""
    units = make_units(broadcast.transcript.credible())
    senses = read_senses(units, broadcast.catalogue, encoder)
    likeness = score_meaning(units, senses)
    findings = gather_findings(units, broadcast.catalogue, None, likeness)
    if hearing.masked:
        findings = [f for f in findings if f.evidence.kind is not EvidenceKind.LINK_NUMBER]
    labels = label_units(units, broadcast)
    kinds = tell_kinds(units, broadcast)
    cues = find_cues(units)
    most = MOST_SHARE * surprise(len(broadcast.catalogue))
    evidence = tabulate(units, findings, cues, len(broadcast.catalogue)).total(most)
    before, after = (np.minimum(part, most) for part in remember(units, evidence))
    heard = Heard(evidence, AROUND_SHARE * (before + after))
    scenery = Scenery(broadcast.name, units, cues, senses.spoken, labels, kinds, heard)
    alike = compare_stretches(units, senses.spoken)
    return Example(broadcast, hearing, scenery, tuple(findings), likeness, alike)


def make_sequence(example: Example, reading: Reading) -> Labelled:
    """Return an example as the field sees it."""
    units, products = example.likeness.near.shape
    states = np.zeros((len(WEIGHT_NAMES), units, 1 + products))
    for name, feature in iter_product_features(reading):
        states[WEIGHT_NAMES.index(name), :, 1:] += feature
    for name, signal in iter_none_features(reading):
        states[WEIGHT_NAMES.index(name), :, NONE_STATE] += signal
    moves = np.zeros((len(WEIGHT_NAMES), 3, units))
    for name, signal, bears_on in iter_move_features(reading):
        moves[WEIGHT_NAMES.index(name)] += np.outer(bears_on, signal)
    return Labelled(states, moves, example.scenery.labels)


def tell_kinds(units: Sequence[Unit], broadcast: Broadcast) -> tuple[Kind, ...]:
    """Return what every unit is: what its middle is; nothing where the script does not tell."""
    if not broadcast.passages:
        return ()
    starts = [passage.span.start_ms for passage in broadcast.passages]
    middles = [(unit.span.start_ms + unit.span.end_ms) // 2 for unit in units]
    places = np.searchsorted(starts, middles, side="right") - 1
    return tuple(broadcast.passages[max(int(place), 0)].kind for place in places)


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
