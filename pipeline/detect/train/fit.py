"""Fit the weights, the eagerness and the confidence of detection; report what unseen hosts cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.detect.confidence import Support, estimate_confidence, measure_show, measure_support
from pipeline.detect.decode import Floats
from pipeline.detect.echo import no_echo
from pipeline.detect.emission import Reading
from pipeline.detect.look import Look, look_twice
from pipeline.detect.parameters import ConfidenceWeights, Weights
from pipeline.detect.scene import Scene
from pipeline.detect.segment import keep_long
from pipeline.detect.settings import DetectSettings
from pipeline.detect.train.chain import Field, Prior
from pipeline.detect.train.examples import WEIGHT_NAMES, Example, make_sequence
from pipeline.detect.train.scenes import fit_reader
from pipeline.detect.train.surety import fit_surety

PRIORS = {
    "name": (0.3, 0.5),
    "run_written": (0.8, 0.5),
    "run_heard": (0.8, 0.5),
    "pair_written": (0.8, 0.5),
    "pair_heard": (0.8, 0.5),
    "link": (1.0, 0.5),
    "confirmed": (1.0, 0.5),
    "price": (1.0, 0.5),
    "spec": (0.8, 0.5),
    "meaning": (0.4, 0.5),
    "meaning_wide": (0.2, 0.5),
    "before": (0.0, 0.3),
    "after": (0.0, 0.3),
    "enclosed": (0.3, 0.3),
    "lead": (0.0, 0.3),
    "trusted": (0.3, 0.5),
    "told_pitch": (0.0, 0.5),
    "told_opens": (0.0, 0.5),
    "told_closes": (0.0, 0.5),
    "told_chatter": (0.0, 0.5),
    "told_preview": (0.0, 0.5),
    "told_recap": (0.0, 0.5),
    "told_question": (0.0, 0.5),
    "unlinked": (-0.1, 0.1),
    "pitching": (0.0, 0.5),
    "scene": (0.5, 0.5),
    "echo_meaning": (0.5, 0.5),
    "echo_sound": (0.5, 0.5),
    "like_chatter": (0.1, 0.3),
    "like_preview": (0.1, 0.3),
    "like_recap": (0.1, 0.3),
    "like_question": (0.1, 0.3),
    "chatter": (0.5, 0.5),
    "listing": (0.5, 0.5),
    "questions": (0.5, 0.5),
    "call": (0.0, 0.5),
    "many": (0.5, 0.5),
    "open_": (-2.0, 1.0),
    "switch": (-3.0, 1.0),
    "close": (-2.0, 1.0),
    "at_opening": (0.3, 0.5),
    "after_call": (0.3, 0.5),
    "at_chatter": (0.3, 0.5),
    "silence": (1.6, 0.001),
    "opens": (0.5, 0.5),
    "closes": (0.5, 0.5),
}
"""Mean and standard deviation of every weight before any text was seen: evidence speaks for its
product and a move costs something, and that is all that is presumed. Silence stays at its mean:
texts have none. `unlinked` hardly moves: nearly all shops of the corpus number all or nothing.
"""
EAGERNESS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""Nats by which entering a pitch is made cheaper than likelihood has it; the one with the
best F1 on unseen broadcasts is taken: likelihood weighs units, a missed pitch costs all its own."""
ROUNDS = 2
"""Fits one after another: the first hears no echoes, the next those that the one before found."""
FOLDS = 8
"""Parts of the corpus, by broadcast; each is judged by what was fitted on the others."""
RIGHT_FROM = 0.5
"""tIoU with the true pitch of the product from which a stretch is right."""
PUBLISH_PRECISION = 0.9
"""Share of published highlights that must be right on hosts and shops never seen, over all ways of
hearing but the one without link numbers: four in five of these shows are written to be hard."""
PUBLISH_GRID = tuple(round(0.5 + 0.05 * step, 2) for step in range(9))
SETTINGS = DetectSettings(publish_from=1.0, review_from=0.0)
"""Nothing is dropped before its confidence is fitted."""
REVIEW_FROM = 0.3
"""Below, seven of ten would be thrown away by the person who reviews them."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was decoded, and whether it is right."""

    support: Support
    right: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """An example decoded by parameters that never saw its broadcast."""

    example: Example
    stretches: tuple[Stretch, ...]

    @property
    def pitches(self) -> int:
        """How many there were to find."""
        return len(self.example.broadcast.pitches)


@dataclass(frozen=True, slots=True)
class Fit:
    """The fitted parameters and the outcomes that speak for them."""

    weights: Weights
    confidence: ConfidenceWeights
    publish_from: float
    review_from: float
    eagerness: float
    outcomes: tuple[Outcome, ...]
    held_out: tuple[float, ...]
    """Confidence of every stretch of `outcomes`, by a logistic that never saw its broadcast."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """One round of fits, and what those that never saw a broadcast make of it."""

    whole: Floats
    eagerness: float
    looks: tuple[Look, ...]


def fit_all(examples: Sequence[Example], scenes: Sequence[Scene]) -> Fit:
    """Fit everything but the readers of scenes; each broadcast is judged by a fit without it.

    `scenes` are what readers made of the examples that never saw their broadcasts.
    """
    fold_by_name = assign_folds([example.broadcast.name for example in examples])
    readings = [example.read(scene) for example, scene in zip(examples, scenes, strict=True)]
    for _round in range(ROUNDS):
        trial = _try_fit(examples, readings, fold_by_name)
        readings = [look.reading for look in trial.looks]
    outcomes = tuple(
        judge_look(example, look) for example, look in zip(examples, trial.looks, strict=True)
    )
    eagerness = trial.eagerness
    held_out = tuple(_judge_unseen(outcomes, fold_by_name))
    return Fit(
        weights=_name_weights(lean(trial.whole, eagerness)),
        confidence=fit_confidence(outcomes),
        publish_from=choose_threshold(*_pick_usual(outcomes, held_out)),
        review_from=REVIEW_FROM,
        eagerness=eagerness,
        outcomes=outcomes,
        held_out=held_out,
    )


def _try_fit(
    examples: Sequence[Example], readings: Sequence[Reading], fold_by_name: dict[str, int]
) -> _Trial:
    """Fit on all readings, and fold by fold without it; look at each fold's own as if unseen."""
    names = [example.broadcast.name for example in examples]
    field = Field([make_sequence(e, r) for e, r in zip(examples, readings, strict=True)])
    prior = make_prior()
    whole = field.fit(prior, _masses(names, without=frozenset()))
    by_fold = {
        fold: field.fit(
            prior,
            _masses(names, without=frozenset(n for n, f in fold_by_name.items() if f == fold)),
            start=whole,
        )
        for fold in sorted(set(fold_by_name.values()))
    }
    looks_by_step = {
        step: tuple(
            look_unseen(e, r, lean(by_fold[fold_by_name[e.broadcast.name]], step))
            for e, r in zip(examples, readings, strict=True)
        )
        for step in EAGERNESS
    }

    def score(step: float) -> tuple[float, float]:
        judged = [judge_look(e, k) for e, k in zip(examples, looks_by_step[step], strict=True)]
        return f1_of(judged), -step

    eagerness = max(EAGERNESS, key=score)
    return _Trial(whole, eagerness, looks_by_step[eagerness])


def look_unseen(example: Example, reading: Reading, weights: Floats) -> Look:
    """Look at an example as `detect` does."""
    bare = replace(reading, echo=no_echo(*example.likeness.near.shape))
    return look_twice(bare, example.alike, _name_weights(weights), SETTINGS)


def _name_weights(weights: Floats) -> Weights:
    return Weights(**dict(zip(WEIGHT_NAMES, weights.tolist(), strict=True)))


def assign_folds(names: Sequence[str]) -> dict[str, int]:
    """Deal the broadcasts out to the folds, in the order of their names."""
    return {name: place % FOLDS for place, name in enumerate(sorted(set(names)))}


def read_unseen(examples: Sequence[Example], *, with_vectors: bool) -> tuple[Scene, ...]:
    """Return what readers make of the examples, each fitted without the example's fold."""
    fold_by_name = assign_folds([example.broadcast.name for example in examples])
    readers = {
        fold: fit_reader(
            [
                example.scenery
                for example in examples
                if fold_by_name[example.broadcast.name] != fold and not example.hearing.masked
            ],
            with_vectors=with_vectors,
        )
        for fold in sorted(set(fold_by_name.values()))
    }
    return tuple(
        readers[fold_by_name[e.broadcast.name]].read(e.units, e.scenery.cues, e.scenery.spoken)
        for e in examples
    )


def fit_weights(examples: Sequence[Example], scenes: Sequence[Scene]) -> Floats:
    """Return the likeliest weights of some examples, every broadcast counting once."""
    names = [example.broadcast.name for example in examples]
    sequences = [make_sequence(e, e.read(s)) for e, s in zip(examples, scenes, strict=True)]
    field = Field(sequences)
    return field.fit(make_prior(), _masses(names, without=frozenset()))


def make_prior() -> Prior:
    """Return the prior in the order of the weights."""
    table = np.array([PRIORS[name] for name in WEIGHT_NAMES])
    return Prior(table[:, 0], table[:, 1])


def lean(weights: Floats, eagerness: float) -> Floats:
    """Make entering a pitch cheaper."""
    leaning = weights.copy()
    for name in ("open_", "switch"):
        leaning[WEIGHT_NAMES.index(name)] += eagerness
    return leaning


def judge_look(example: Example, look: Look) -> Outcome:
    """Hold what was found against the truth."""
    stretches: list[Stretch] = []
    runs = keep_long(look.decoded.runs, example.units, SETTINGS)
    show = measure_show(runs, look)
    for run in runs:
        span = run.span(example.units)
        product = example.broadcast.catalogue.products[run.product]
        right = any(
            pitch.product_id == product.id and pitch.span.iou(span) >= RIGHT_FROM
            for pitch in example.broadcast.pitches
        )
        support = measure_support(run, show, look, example.findings)
        stretches.append(Stretch(support, right))
    return Outcome(example, tuple(stretches))


def f1_of(outcomes: Sequence[Outcome]) -> float:
    """Return F1 over outcomes: neither side overlaps itself, so a match is one to one."""
    right = sum(stretch.right for outcome in outcomes for stretch in outcome.stretches)
    total = sum(outcome.pitches + len(outcome.stretches) for outcome in outcomes)
    return 2 * right / total if total else 0.0


def _judge_unseen(outcomes: Sequence[Outcome], fold_by_name: dict[str, int]) -> Iterator[float]:
    by_fold = {
        fold: fit_confidence(
            [o for o in outcomes if fold_by_name[o.example.broadcast.name] != fold]
        )
        for fold in sorted(set(fold_by_name.values()))
    }
    for outcome in outcomes:
        weights = by_fold[fold_by_name[outcome.example.broadcast.name]]
        for stretch in outcome.stretches:
            yield estimate_confidence(stretch.support, weights)


def fit_confidence(outcomes: Sequence[Outcome]) -> ConfidenceWeights:
    """Fit the logistic; every way of hearing counts the same."""
    stretches = [stretch for outcome in outcomes for stretch in outcome.stretches]
    heard = [outcome.example.hearing for outcome in outcomes for _stretch in outcome.stretches]
    counts = Counter(heard)
    masses = np.array([len(heard) / len(counts) / counts[hearing] for hearing in heard])
    right = np.array([stretch.right for stretch in stretches])
    return fit_surety([stretch.support for stretch in stretches], right, masses)


def _pick_usual(
    outcomes: Sequence[Outcome], held_out: Sequence[float]
) -> tuple[list[float], list[bool]]:
    """Return confidence and rightness of the stretches whose link numbers were not taken away."""
    stretches = [(o.example.hearing.masked, s.right) for o in outcomes for s in o.stretches]
    usual = [place for place, (masked, _right) in enumerate(stretches) if not masked]
    return [held_out[place] for place in usual], [stretches[place][1] for place in usual]


def choose_threshold(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Return the lowest threshold of the grid above which enough is right."""
    for threshold in PUBLISH_GRID:
        kept = [ok for value, ok in zip(confidences, right, strict=True) if value >= threshold]
        if kept and sum(kept) / len(kept) >= PUBLISH_PRECISION:
            return threshold
    return PUBLISH_GRID[-1]


def _masses(names: Sequence[str], *, without: frozenset[str]) -> Floats:
    """Let every broadcast count once, however often it is heard."""
    return np.array([0.0 if name in without else 1.0 / names.count(name) for name in names])
