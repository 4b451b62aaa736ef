"""Say why a moment was taken for a pitch of one product and not of another, in nats.

Every number is one that the decoder used. What it weighs is linear, so the parts add up: over a
stretch, the contributions for a product against its rival are the difference of their emissions.

    sum over features of  weight * (feature of the product - feature of the other)
      = sum over units of (emission of the product - emission of the other)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np

from models.highlight import Evidence
from models.span import Span
from pipeline.detect.confidence import (
    Support,
    estimate_confidence,
    measure_show,
    measure_support,
)
from pipeline.detect.decode import NONE_STATE, Floats
from pipeline.detect.detect import Study
from pipeline.detect.emission import iter_move_features, iter_none_features, iter_product_features
from pipeline.detect.scene import Head
from pipeline.detect.segment import Run, keep_long

LABELS: Mapping[str, str] = {
    "name": "its name",
    "run_written": "words of its title, as written",
    "run_heard": "words of its title, as heard",
    "pair_written": "two syllables of its title, as written",
    "pair_heard": "two syllables of its title, as heard",
    "link": "its link number",
    "confirmed": "its link number, confirmed by the price",
    "price": "its price",
    "spec": "its specification",
    "meaning": "meaning of the sentence",
    "meaning_wide": "meaning of the stretch around",
    "before": "evidence just before",
    "after": "evidence just after",
    "enclosed": "evidence before and after",
    "lead": "lead over every other product",
    "trusted": "told where such words can be trusted",
    "told_pitch": "told where it sounds like selling",
    "told_opens": "told where a pitch begins",
    "told_closes": "told where a pitch ends",
    "told_chatter": "told in what sounds like chatter",
    "told_preview": "told in what sounds like a preview",
    "told_recap": "told in what sounds like a recap",
    "told_question": "told in what sounds like a quick answer",
    "unlinked": "it has no link number where others have",
    "pitching": "time goes by",
    "scene": "sounds like selling",
    "echo_meaning": "what is said of it elsewhere in the show",
    "echo_sound": "words said of it elsewhere in the show",
    "like_chatter": "sounds like chatter",
    "like_preview": "sounds like a preview",
    "like_recap": "sounds like a recap",
    "like_question": "sounds like a quick answer",
    "chatter": "greetings, thanks, lotteries",
    "listing": "preview or recap",
    "questions": "round of questions",
    "call": "call to buy",
    "many": "many products named at once",
    "open_": "a pitch has to begin somewhere",
    "switch": "hosts go from product to product",
    "close": "a pitch has to end somewhere",
    "at_opening": "words that open a pitch",
    "after_call": "viewers were just told to buy",
    "at_chatter": "chatter begins",
    "silence": "silence before it",
    "opens": "sounds like the beginning of a pitch",
    "closes": "what came before sounds like an end",
}
"""Plain words for every weight."""
WHAT_IT_IS = (Head.PITCH, Head.CHATTER, Head.PREVIEW, Head.RECAP, Head.QUESTION)
"""The heads that say what a stretch is, not where one begins or ends."""
REACH_UNITS = 3
"""Where nothing is pitched, this many sentences on either side are looked at."""
MOST_SENTENCES = 12
"""A person reads no more; the most telling ones are kept."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature adds to one side, in nats (log-odds for a confidence)."""

    feature: str
    """Name of the weight."""
    nats: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was said, and what was read from it for the product and for its rival."""

    at_ms: int
    text: str
    own: tuple[Evidence, ...]
    rival: tuple[Evidence, ...]
    share: float
    """Probability of the product here."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The confidence of a stretch, and what made it."""

    confidence: float
    parts: tuple[Contribution, ...]
    """Log-odds by part of `Support`; with the intercept they add up to those of the confidence."""
    publish_from: float
    review_from: float


@dataclass(frozen=True, slots=True)
class Impression:
    """What a stretch sounds like, whatever the product."""

    head: Head
    chance: float
    """Mean probability of its sentences, 0 to 1; the heads are asked one by one, so they need not
    add up to 1."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a stretch was taken for a pitch of a product, or for none."""

    at_ms: int
    pitched: bool
    span: Span
    product_id: str
    """The product found; where nothing is pitched, the likeliest."""
    rival_id: str | None
    """The likeliest other product; None in a shop of one."""
    shares: tuple[float, float, float]
    """Mean probability of the product, of its rival, of no product."""
    impressions: tuple[Impression, ...]
    """What the stretch sounds like, the likeliest first."""
    over_rival: tuple[Contribution, ...]
    over_none: tuple[Contribution, ...]
    beginning: tuple[Contribution, ...]
    """What spoke for a move to the product at its first sentence."""
    ending: tuple[Contribution, ...]
    """What spoke for a move away after its last."""
    sentences: tuple[Sentence, ...]
    judgement: Judgement | None
    """None where nothing is pitched."""


def explain_moment(found: Study, at_ms: int) -> Explanation:
    """Explain what the decoder made of a moment."""
    units = found.reading.units
    place = int(np.searchsorted([unit.span.start_ms for unit in units], at_ms, side="right")) - 1
    place = max(place, 0)
    runs = _long_runs(found)
    for run in runs:
        if run.span(units).holds(at_ms):
            return _explain(found, at_ms, run, pitched=True)
    first = max([place - REACH_UNITS, 0, *(r.last + 1 for r in runs if r.last < place)])
    last = min(
        [place + REACH_UNITS, len(units) - 1, *(r.first - 1 for r in runs if r.first > place)]
    )
    likely = found.decoded.posteriors[first : last + 1, 1:].mean(axis=0)
    return _explain(found, at_ms, Run(int(likely.argmax()), first, last), pitched=False)


def _explain(found: Study, at_ms: int, run: Run, *, pitched: bool) -> Explanation:
    posteriors = found.decoded.posteriors[run.first : run.last + 1]
    rival = _find_rival(posteriors, run.product)
    products = found.catalogue.products
    none = float(posteriors[:, NONE_STATE].mean())
    rival_share = float(posteriors[:, 1 + rival].mean()) if rival is not None else 0.0
    return Explanation(
        at_ms=at_ms,
        pitched=pitched,
        span=run.span(found.reading.units),
        product_id=products[run.product].id,
        rival_id=products[rival].id if rival is not None else None,
        shares=(float(posteriors[:, 1 + run.product].mean()), rival_share, none),
        impressions=_impress(found, run),
        over_rival=_rank(_compare(found, run, rival)) if rival is not None else (),
        over_none=_rank(_compare(found, run, None)),
        beginning=_rank(_weigh_move(found, run.first)) if pitched else (),
        ending=_rank(_weigh_move(found, run.last + 1)) if pitched else (),
        sentences=_pick_sentences(found, run, rival),
        judgement=_judge(found, run) if pitched else None,
    )


def _long_runs(found: Study) -> tuple[Run, ...]:
    return keep_long(found.decoded.runs, found.reading.units, found.settings)


def _impress(found: Study, run: Run) -> tuple[Impression, ...]:
    scene, units = found.reading.scene, slice(run.first, run.last + 1)
    impressions = [
        Impression(head, float((1.0 / (1.0 + np.exp(-getattr(scene, head)[units]))).mean()))
        for head in WHAT_IT_IS
    ]
    return tuple(sorted(impressions, key=lambda i: (-i.chance, i.head)))


def _find_rival(posteriors: Floats, product: int) -> int | None:
    likely = posteriors[:, 1:].mean(axis=0)
    if len(likely) < 2:
        return None
    likely[product] = -1.0
    return int(likely.argmax())


def _compare(found: Study, run: Run, other: int | None) -> Iterator[Contribution]:
    """Yield what every feature adds to the product, less what it adds to the other or to none."""
    weights, units = found.parameters.weights, slice(run.first, run.last + 1)
    for name, feature in iter_product_features(found.reading):
        wide = np.broadcast_to(feature, found.reading.likeness.near.shape)[units]
        own = float(wide[:, run.product].sum())
        against = float(wide[:, other].sum()) if other is not None else 0.0
        yield Contribution(name, getattr(weights, name) * (own - against))
    if other is None:
        for name, signal in iter_none_features(found.reading):
            yield Contribution(name, -getattr(weights, name) * float(signal[units].sum()))


def _weigh_move(found: Study, place: int) -> Iterator[Contribution]:
    """Yield what speaks for a change of product at a unit, whichever it is."""
    weights = found.parameters.weights
    if place >= len(found.reading.units):
        return
    for name, signal, (opens, switches, closes) in iter_move_features(found.reading):
        if opens + switches + closes > 1:
            yield Contribution(name, getattr(weights, name) * float(signal[place]))


def _rank(parts: Iterator[Contribution]) -> tuple[Contribution, ...]:
    """Return the contributions that are not nothing, the largest first."""
    return tuple(sorted((p for p in parts if p.nats), key=lambda p: (-abs(p.nats), p.feature)))


def _pick_sentences(found: Study, run: Run, rival: int | None) -> tuple[Sentence, ...]:
    sentences: list[tuple[float, Sentence]] = []
    for place in range(run.first, run.last + 1):
        own = _evidence_of(found, place, run.product)
        other = _evidence_of(found, place, rival)
        unit = found.reading.units[place]
        share = float(found.decoded.posteriors[place, 1 + run.product])
        telling = sum(e.weight for e in (*own, *other))
        sentence = Sentence(unit.span.start_ms, unit.text.source.strip(), own, other, share)
        sentences.append((telling, sentence))
    kept = sorted(sentences, key=lambda pair: (-pair[0], pair[1].at_ms))[:MOST_SENTENCES]
    return tuple(sorted((sentence for _telling, sentence in kept), key=lambda s: s.at_ms))


def _evidence_of(found: Study, place: int, product: int | None) -> tuple[Evidence, ...]:
    evidence = [f.evidence for f in found.findings if (f.unit, f.product) == (place, product)]
    return tuple(sorted(evidence, key=lambda e: (-e.weight, e.at_ms, e.kind)))


def _judge(found: Study, run: Run) -> Judgement:
    show = measure_show(_long_runs(found), found.look)
    support = measure_support(run, show, found.look, found.findings)
    weights = found.parameters.confidence
    parts = [
        Contribution(field.name, getattr(weights, field.name) * getattr(support, field.name))
        for field in fields(Support)
    ]
    return Judgement(
        confidence=estimate_confidence(support, weights),
        parts=tuple(parts),
        publish_from=found.settings.publish_from,
        review_from=found.settings.review_from,
    )
