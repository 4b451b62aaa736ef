"""Put explanations into words and into JSON (schema kandian.explain/1)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from models.catalogue import Catalogue
from models.highlight import Evidence, Highlight, Source
from models.span import format_clock
from pipeline.detect.explain import LABELS, Contribution, Explanation, Judgement, Sentence
from pipeline.detect.scene import Head
from pipeline.run.explain_recording import Explained

SCHEMA = "kandian.explain/1"
TITLE_CHARACTERS = 30
MOST_PARTS = 6
"""Contributions below the sixth move nothing."""
LEAST_NATS = 0.05
BRIEFLY = 3
"""Pieces of evidence that a line names."""
IMPRESSIONS = {
    Head.PITCH: "selling",
    Head.CHATTER: "chatter",
    Head.PREVIEW: "a preview",
    Head.RECAP: "a recap",
    Head.QUESTION: "a quick answer",
}
JUDGED = {
    "low": "sure throughout the stretch",
    "certainty": "the show is plain to follow",
    "rivalry": "its pitches have near rivals",
    "pace": "how long its pitches are",
    "rival": "what speaks for the best other product here",
    "kinds": "kinds of evidence",
    "seconds": "length",
    "brief": "length, up to half a minute",
    "opens": "sounds like a beginning where it begins",
    "mean": "sure on average",
    "last": "sure at its end",
    "proof": "evidence for it",
    "lead": "all that speaks for it against the best other product",
    "echo": "like what is said of it elsewhere in the show",
}
"""Plain words for every part of the confidence."""


def list_lines(explained: Explained, *, at_length: bool) -> Iterator[str]:
    """Yield the lines for people: two a dot, or all that is known about one."""
    if not explained.dots:
        yield "no dots to explain; ask for a moment with --at"
    for highlight, why in explained.dots:
        yield from _head(explained, highlight, why)
        if at_length:
            yield from _body(explained, why)


def _head(explained: Explained, highlight: Highlight | None, why: Explanation) -> Iterator[str]:
    if highlight is not None:
        span, title = highlight.span, _title(explained.catalogue, highlight.product_id)
        yield (
            f"{format_clock(span.start_ms)}-{format_clock(span.end_ms)}  {highlight.product_id}  "
            f"{title}  confidence {highlight.confidence:.2f}, {highlight.status}"
        )
        if highlight.source is not Source.DETECTED:
            yield f"  a person's word ({highlight.source}); what detection makes of it:"
    else:
        yield f"{format_clock(why.at_ms)}  no dot here"
    yield f"  {_reason(explained.catalogue, why)}"


def _reason(catalogue: Catalogue, why: Explanation) -> str:
    said = [e for sentence in why.sentences for e in sentence.own]
    quotes = "; ".join(
        f"{e.kind} “{e.text.strip()}”" for e in sorted(said, key=lambda e: -e.weight)[:BRIEFLY]
    )
    own, rival, none = why.shares
    found = f"{own:.0%} {_title(catalogue, why.product_id)}"
    other = f", {rival:.0%} {_title(catalogue, why.rival_id)}" if why.rival_id else ""
    state = "" if why.pitched else "likeliest: "
    return f"{state}{found}{other}, {none:.0%} nothing" + (f" · {quotes}" if quotes else "")


def _body(explained: Explained, why: Explanation) -> Iterator[str]:
    catalogue = explained.catalogue
    heard = ", ".join(f"{IMPRESSIONS[i.head]} {i.chance:.0%}" for i in why.impressions)
    yield f"  sounds like {heard}"
    span = f"{format_clock(why.span.start_ms)} to {format_clock(why.span.end_ms)}"
    yield f"\nWhat speaks for {why.product_id} from {span}, in nats"
    if why.rival_id is not None:
        yield f"  against {why.rival_id} {_title(catalogue, why.rival_id)}"
        yield from _table(why.over_rival, LABELS)
    yield "  against no product"
    yield from _table(why.over_none, LABELS)
    if why.beginning:
        yield "\nWhy it begins there"
        yield from _table(why.beginning, LABELS)
    if why.ending:
        yield "\nWhy it ends there"
        yield from _table(why.ending, LABELS)
    yield "\nWhat was said"
    for sentence in why.sentences:
        yield from _sentence(sentence, why.rival_id)
    if why.judgement is not None:
        yield from _judgement(why.judgement)
    for correction in explained.corrections:
        if correction.span.holds(why.at_ms) or correction.anchor.holds(why.at_ms):
            yield (
                f"\n{correction.author} on {correction.made_at:%Y-%m-%d}: {correction.action} "
                f"{correction.product_id}"
            )


def _sentence(sentence: Sentence, rival_id: str | None) -> Iterator[str]:
    yield f"  {format_clock(sentence.at_ms)}  {sentence.share:4.0%}  {sentence.text}"
    for whose, evidence in (("", sentence.own), (f"{rival_id}: ", sentence.rival)):
        for piece in evidence[:BRIEFLY]:
            yield f"             {whose}{piece.kind} “{piece.text.strip()}” {piece.weight:+.1f}"


def _judgement(judgement: Judgement) -> Iterator[str]:
    yield (
        f"\nConfidence {judgement.confidence:.2f}; published from {judgement.publish_from:.2f}, "
        f"for review from {judgement.review_from:.2f}. Its parts, in log-odds"
    )
    yield from _table(judgement.parts, JUDGED)


def _table(parts: Sequence[Contribution], labels: Any) -> Iterator[str]:
    for part in parts[: max(MOST_PARTS, len(JUDGED) if labels is JUDGED else 0)]:
        if abs(part.nats) >= LEAST_NATS:
            yield f"    {part.nats:+6.1f}  {labels.get(part.feature, part.feature)}"


def _title(catalogue: Catalogue, product_id: str | None) -> str:
    title = catalogue[product_id].title if product_id is not None else ""
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1] + "…"


def describe(explained: Explained) -> dict[str, Any]:
    """Return the JSON document; contributions in nats, confidence parts in log-odds."""
    return {
        "schema": SCHEMA,
        "recording": explained.recording.id,
        "current": explained.is_current,
        "dots": [_describe_dot(highlight, why) for highlight, why in explained.dots],
    }


def _describe_dot(highlight: Highlight | None, why: Explanation) -> dict[str, Any]:
    own, rival, none = why.shares
    judgement = why.judgement
    return {
        "highlight": None
        if highlight is None
        else {
            "id": highlight.id,
            "product_id": highlight.product_id,
            "start_ms": highlight.span.start_ms,
            "end_ms": highlight.span.end_ms,
            "status": highlight.status.value,
            "source": highlight.source.value,
            "confidence": highlight.confidence,
        },
        "at_ms": why.at_ms,
        "pitched": why.pitched,
        "start_ms": why.span.start_ms,
        "end_ms": why.span.end_ms,
        "product_id": why.product_id,
        "rival_id": why.rival_id,
        "shares": {"product": _round(own), "rival": _round(rival), "none": _round(none)},
        "sounds_like": {i.head.value: _round(i.chance) for i in why.impressions},
        "over_rival": _describe_parts(why.over_rival),
        "over_none": _describe_parts(why.over_none),
        "beginning": _describe_parts(why.beginning),
        "ending": _describe_parts(why.ending),
        "sentences": [_describe_sentence(sentence) for sentence in why.sentences],
        "confidence": None
        if judgement is None
        else {
            "value": _round(judgement.confidence),
            "parts": _describe_parts(judgement.parts),
            "publish_from": judgement.publish_from,
            "review_from": judgement.review_from,
        },
    }


def _describe_parts(parts: Sequence[Contribution]) -> list[dict[str, Any]]:
    return [
        {
            "feature": part.feature,
            "means": LABELS.get(part.feature) or JUDGED.get(part.feature, part.feature),
            "nats": _round(part.nats),
        }
        for part in parts
    ]


def _describe_sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "at_ms": sentence.at_ms,
        "text": sentence.text,
        "share": _round(sentence.share),
        "evidence": [_describe_evidence(piece) for piece in sentence.own],
        "rival_evidence": [_describe_evidence(piece) for piece in sentence.rival],
    }


def _describe_evidence(piece: Evidence) -> dict[str, Any]:
    return {
        "kind": piece.kind.value,
        "text": piece.text,
        "at_ms": piece.at_ms,
        "weight": _round(piece.weight),
    }


def _round(value: float) -> float:
    return round(value, 4) if math.isfinite(value) else 0.0
