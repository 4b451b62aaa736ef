"""Fit the readers of scenes: what opens, carries and closes a pitch, whatever the product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.detect.cues import Cue
from pipeline.detect.decode import NONE_STATE, Floats
from pipeline.detect.encoder import Vectors
from pipeline.detect.scene import HEADS, Head, SceneReader, describe_plainly, sound_grams, surround
from pipeline.detect.train.corpus import Kind
from pipeline.detect.units import Unit

CARRIER_SHARE = 1 / 12
"""A run of sounds counts when this share of the broadcasts has it: words of products do not, those
of the trade do."""
VECTOR_SCALE = 0.05
"""Standard deviation that every dimension of a vector is given: a thousand of them together should
not shout down the words."""
REGULARISATION = 1.0
"""C of the logistic."""
STEPS = 300
LARGE_ODDS = 6.0
"""Log-odds of what was never seen otherwise."""

Flags = NDArray[np.bool_]

_KIND_OF = {
    Head.CHATTER: Kind.CHATTER,
    Head.PREVIEW: Kind.PREVIEW,
    Head.RECAP: Kind.RECAP,
    Head.QUESTION: Kind.QUESTION,
}


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

    def answer(self, head: Head) -> Flags | None:
        """Return the true answer to a head's question, unit by unit; None when it is not known."""
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
    words = np.concatenate([_mark_grams(scene, grams) for scene in scenery])
    plain = np.concatenate([describe_plainly(s.units, s.cues) for s in scenery])
    parts = [words, plain]
    mean = deviation = np.zeros(0)
    if with_vectors:
        vectors = np.concatenate([surround(s.spoken) for s in scenery])
        mean, deviation = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6)
        parts.append((vectors - mean) / deviation * VECTOR_SCALE)
    design = np.concatenate(parts, axis=1).astype(np.float32)
    columns, intercepts = [], []
    for head in HEADS:
        known, answers = _gather_answers(scenery, head)
        weights, intercept = _fit_head(design[known], answers)
        columns.append(weights)
        intercepts.append(intercept)
    table = np.stack(columns, axis=1)
    offset = np.array(intercepts)
    cuts = np.cumsum([len(grams), plain.shape[1]])
    by_gram, by_mark, by_vector = np.split(table, cuts)
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


def _gather_answers(scenery: Sequence[Scenery], head: Head) -> tuple[Flags, Flags]:
    """Return which units have a known answer, and those answers."""
    answers = [(scene.answer(head), len(scene.units)) for scene in scenery]
    known = [np.full(count, answer is not None) for answer, count in answers]
    told = [np.zeros(0, bool), *(answer for answer, _count in answers if answer is not None)]
    return np.concatenate(known), np.concatenate(told)


def _mark_grams(scene: Scenery, grams: Sequence[str]) -> NDArray[np.float32]:
    places = {gram: place for place, gram in enumerate(grams)}
    rows = np.zeros((len(scene.units), len(grams)), dtype=np.float32)
    for row, unit in zip(rows, scene.units, strict=True):
        known = [places[gram] for gram in sound_grams(unit) if gram in places]
        row[known] = 1.0 / np.sqrt(max(len(known), 1))
    return rows


def _fit_head(design: NDArray[np.float32], answers: Flags) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    if not len(answers):
        return np.zeros(design.shape[1]), 0.0
    if answers.all() or not answers.any():
        return np.zeros(design.shape[1]), LARGE_ODDS if answers.all() else -LARGE_ODDS
    model = LogisticRegression(C=REGULARISATION, max_iter=STEPS).fit(design, answers)
    return model.coef_[0].astype(np.float64), float(model.intercept_[0])
