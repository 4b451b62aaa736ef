"""Fit the readers of scenes: what opens, carries and closes a pitch, whatever the product."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.cues import Cue
from pipeline.detect.decode import NONE_STATE, Floats
from pipeline.detect.encoder import Vectors
from pipeline.detect.scene import HEADS, Head, SceneReader, describe_plainly, sound_grams, surround
from pipeline.detect.train.corpus import Kind
from pipeline.detect.train.logistic import Flags, Singles, fit_logistic
from pipeline.detect.train.trust import Choices, Trust, fit_trust
from pipeline.detect.units import Unit

CARRIER_SHARE = 1 / 12
"""A run of sounds counts when this share of the broadcasts has it: words of products do not, those
of the trade do."""
ASKED = tuple(head for head in HEADS if head is not Head.TRUST)
"""Heads that answer yes or no; trust comes last."""
NOT_SOLD = -1e9
"""Log-odds of a product that the shop does not have."""
VECTOR_SCALE = 0.05
"""Standard deviation that every dimension of a vector is given: a thousand of them together should
not shout down the words."""
_KIND_OF = {
    Head.CHATTER: Kind.CHATTER,
    Head.PREVIEW: Kind.PREVIEW,
    Head.RECAP: Kind.RECAP,
    Head.QUESTION: Kind.QUESTION,
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What speaks for every product, in nats, shape (units, products)."""

    within: Floats
    """In the unit itself."""
    around: Floats
    """In those before and after it."""


@dataclass(frozen=True, slots=True)
class Scenery:
    """One broadcast, heard in one way, as the readers see it."""

    broadcast: str
    units: tuple[Unit, ...]
    cues: tuple[frozenset[Cue], ...]
    spoken: Vectors
    labels: NDArray[np.int64]
    """The true state of every unit."""
    kinds: tuple[Kind, ...] = ()
    """What every unit is; none where nobody told."""
    heard: Heard | None = None
    """The evidence in every unit and around it; None where nobody looked."""

    def answer(self, head: Head) -> Flags | None:
        """Return the true answer to a head's question, unit by unit; None when it is not known.

        How far to trust, nobody knows: see `trust`.
        """
        if head is Head.TRUST:
            return None
        if head in _KIND_OF:
            wanted = _KIND_OF[head]
            return np.array([kind is wanted for kind in self.kinds]) if self.kinds else None
        pitched = self.labels != NONE_STATE
        if head is Head.PITCH:
            return np.asarray(pitched)
        changed = self.labels[1:] != self.labels[:-1]
        if head is Head.OPENS:
            return np.asarray(pitched & np.concatenate(([True], changed)))
        return np.asarray(pitched & np.concatenate((changed, [True])))


def fit_reader(scenery: Sequence[Scenery], *, with_vectors: bool) -> SceneReader:
    """Fit all heads on some broadcasts; each broadcast counts as much as it has units."""
    grams = choose_grams(scenery)
    plain = np.concatenate([describe_plainly(s.units, s.cues) for s in scenery])
    parts = [plain]
    mean = deviation = np.zeros(0)
    if with_vectors:
        vectors = np.concatenate([surround(s.spoken) for s in scenery])
        mean, deviation = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6)
        parts.append((vectors - mean) / deviation * VECTOR_SCALE)
    dense = np.concatenate(parts, axis=1).astype(np.float32)
    known, answers = _gather_answers(scenery)
    words = _mark_grams(scenery, grams)
    fitted = fit_logistic(words, dense, answers, known)
    trust = _fit_trust(words, dense, scenery)
    by_gram = np.column_stack([fitted.sparse, trust.sparse])
    by_mark, by_vector = np.split(np.column_stack([fitted.dense, trust.dense]), [plain.shape[1]])
    offset = np.append(fitted.intercepts, trust.intercept)
    if with_vectors:
        by_vector = by_vector * (VECTOR_SCALE / deviation)[:, None]
        offset = offset - mean @ by_vector
    return SceneReader(
        intercepts=offset,
        grams=dict(zip(grams, by_gram, strict=True)),
        plain=by_mark,
        vectors=by_vector if with_vectors else None,
    )


def choose_grams(scenery: Sequence[Scenery]) -> tuple[str, ...]:
    """Return the runs of sounds that enough broadcasts have, sorted."""
    fewest = CARRIER_SHARE * len({scene.broadcast for scene in scenery})
    carriers: defaultdict[str, set[str]] = defaultdict(set)
    for scene in scenery:
        for unit in scene.units:
            for gram in sound_grams(unit):
                carriers[gram].add(scene.broadcast)
    return tuple(sorted(g for g, names in carriers.items() if len(names) >= max(fewest, 2)))


def _gather_answers(scenery: Sequence[Scenery]) -> tuple[Flags, Flags]:
    """Return which answers are known, and those answers, each of shape (units, heads)."""
    known, answers = [], []
    for scene in scenery:
        told = [scene.answer(head) for head in ASKED]
        nothing = np.zeros(len(scene.units), bool)
        known.append(np.stack([nothing if one is None else ~nothing for one in told], axis=1))
        answers.append(np.stack([nothing if one is None else one for one in told], axis=1))
    return np.concatenate(known), np.concatenate(answers)


def _fit_trust(words: Any, dense: Singles, scenery: Sequence[Scenery]) -> Trust:
    """Fit the trust in evidence on the units of pitches that have any; without such, none."""
    widest = max((s.heard.within.shape[1] for s in scenery if s.heard is not None), default=0)
    padded = [_pad(scene, widest) for scene in scenery]
    evidence, around = (np.concatenate(parts) for parts in zip(*padded, strict=True))
    labels = np.concatenate([scene.labels for scene in scenery])
    used = (labels != NONE_STATE) & (evidence.max(axis=1, initial=0.0) > 0)
    if not used.any():
        return Trust(np.zeros(words.shape[1]), np.zeros(dense.shape[1]), 0.0)
    choices = Choices(evidence[used], around[used], labels[used] - 1)
    return fit_trust(words[used], dense[used], choices)


def _pad(scene: Scenery, widest: int) -> tuple[Singles, Singles]:
    """Return the evidence within and around units, as wide as in the largest shop."""
    evidence = np.zeros((len(scene.units), widest), np.float32)
    around = np.full_like(evidence, NOT_SOLD)
    if scene.heard is not None:
        count = scene.heard.within.shape[1]
        evidence[:, :count], around[:, :count] = scene.heard.within, scene.heard.around
    return evidence, around


def _mark_grams(scenery: Sequence[Scenery], grams: Sequence[str]) -> Any:
    """Return the grams of every unit as SciPy's CSR matrix; each unit has length 1."""
    from scipy.sparse import csr_matrix

    places = {gram: place for place, gram in enumerate(grams)}
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for unit in (unit for scene in scenery for unit in scene.units):
        known = sorted(places[gram] for gram in sound_grams(unit) if gram in places)
        columns.extend(known)
        values.extend([1.0 / math.sqrt(len(known))] * len(known) if known else ())
        ends.append(len(columns))
    shape = (len(ends) - 1, len(grams))
    return csr_matrix((np.array(values, np.float32), columns, ends), shape=shape)
