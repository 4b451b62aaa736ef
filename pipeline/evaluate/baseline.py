"""The honest baseline: search every alias in the text, hold it until another is named."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, EvidenceKind, Highlight, Source, Status
from models.span import Span
from models.transcript import Transcript
from pipeline.language.script import Script, uniform_script

HOLD_MS = 30_000
"""How long a naming speaks for what follows. Hosts pitch for a minute and name the product two or
three times; without holding, a hit lasts one sentence and no pitch is ever matched (F1 0.02 against
0.35 on written-down speech of four made-up broadcasts)."""


@dataclass(frozen=True, slots=True)
class _Naming:
    """One utterance that names one product exactly."""

    product_id: str
    span: Span
    name: str


def keyword_baseline(transcript: Transcript, catalogue: Catalogue) -> tuple[Highlight, ...]:
    """Return a highlight for every stretch in which one product is the last one named.

    What anyone would try first, and what detection has to beat: exact aliases and titles in
    credible utterances, gaps of at most `HOLD_MS` bridged. All are published, for there is no
    confidence to judge by. Sorted by start.

        namings     A    A              B       C
        highlights  [A----------)       [B------[C----------)
                         | HOLD_MS |                | HOLD_MS |
    """
    runs: list[list[_Naming]] = []
    for naming in _iter_namings(transcript, catalogue):
        if runs and _continues(runs[-1][-1], naming):
            runs[-1].append(naming)
        else:
            runs.append([naming])
    limits = [run[0].span.start_ms for run in runs[1:]]
    limits.append(max(transcript.duration_ms, 1))
    return tuple(
        _make_highlight(catalogue[run[0].product_id], run, limit_ms)
        for run, limit_ms in zip(runs, limits, strict=False)
    )


def _iter_namings(transcript: Transcript, catalogue: Catalogue) -> Iterator[_Naming]:
    names = {product.id: _list_names(product) for product in catalogue}
    for utterance in transcript.credible():
        text = _fold(utterance.text)
        for product in catalogue:
            hit = next((name for name in names[product.id] if name in text), None)
            if hit is not None:
                yield _Naming(product.id, utterance.span, hit)


def _continues(last: _Naming, naming: _Naming) -> bool:
    return naming.product_id == last.product_id and naming.span.gap_to(last.span) <= HOLD_MS


def _list_names(product: Product) -> tuple[str, ...]:
    return tuple(_fold(name) for name in (*product.aliases, product.title))


def _fold(text: str) -> str:
    """Return text in one width, case and script, with single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(uniform_script(folded, Script.SIMPLIFIED).split())


def _make_highlight(product: Product, run: Sequence[_Naming], limit_ms: int) -> Highlight:
    """Hold the last naming for `HOLD_MS`, but not beyond `limit_ms`, where the next run begins."""
    start_ms, last_ms = run[0].span.start_ms, run[-1].span.end_ms
    digest = hashlib.sha256(f"{product.id}@{start_ms}".encode()).hexdigest()
    return Highlight(
        id=f"hl_{digest[:16]}",
        product_id=product.id,
        title=product.title,
        span=Span(start_ms, max(last_ms, min(last_ms + HOLD_MS, limit_ms))),
        point_ms=start_ms,
        confidence=1.0,
        status=Status.PUBLISHED,
        source=Source.DETECTED,
        evidence=tuple(
            Evidence(EvidenceKind.ALIAS, naming.name, naming.span.start_ms, weight=1.0)
            for naming in run
        ),
    )
