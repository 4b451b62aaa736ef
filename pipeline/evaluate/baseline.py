"""The honest baseline: search every alias in the text, hold it until another is named."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from models.catalogue import Catalogue, Product
from models.highlight import Evidence, EvidenceKind, Highlight
from models.span import Span
from models.transcript import Transcript
from pipeline.evaluate.stretches import Stretch, make_highlights
from pipeline.language.script import Script, uniform_script

HOLD_MS = 30_000
"""How long a naming speaks for what follows. Hosts pitch for a minute and name the product two or
three times; without holding, a hit lasts one sentence and no pitch is ever matched (F1 0.02 against
0.35 on written-down speech of four made-up broadcasts)."""


@dataclass(frozen=True, slots=True)
class Naming:
    """One utterance that names one product exactly."""

    product_id: str
    span: Span
    name: str
    """The words that name it."""


def keyword_baseline(transcript: Transcript, catalogue: Catalogue) -> tuple[Highlight, ...]:
    """Return a highlight for every stretch in which one product is the last one named.

    What anyone would try first, and what detection has to beat: exact aliases and titles in
    credible utterances, gaps of at most `HOLD_MS` bridged. All are published, for there is no
    confidence to judge by. Sorted by start.

        namings     A    A              B       C
        highlights  [A----------)       [B------[C----------)
                         | HOLD_MS |                | HOLD_MS |
    """
    stretches = hold_namings(
        _iter_namings(transcript, catalogue),
        kind=EvidenceKind.ALIAS,
        duration_ms=transcript.duration_ms,
    )
    return make_highlights(stretches, catalogue)


def hold_namings(
    namings: Iterable[Naming], *, kind: EvidenceKind, duration_ms: int
) -> tuple[Stretch, ...]:
    """Let every naming speak for what follows, until another product is named or for `HOLD_MS`.

    Namings come in order of their time; `duration_ms` is where the recording ends.
    """
    runs: list[list[Naming]] = []
    for naming in namings:
        if runs and _continues(runs[-1][-1], naming):
            runs[-1].append(naming)
        else:
            runs.append([naming])
    limits = [run[0].span.start_ms for run in runs[1:]]
    limits.append(max(duration_ms, 1))
    return tuple(_hold(run, limit_ms, kind) for run, limit_ms in zip(runs, limits, strict=False))


def _hold(run: Sequence[Naming], limit_ms: int, kind: EvidenceKind) -> Stretch:
    """Hold the last naming for `HOLD_MS`, but not beyond `limit_ms`, where the next run begins."""
    start_ms, last_ms = run[0].span.start_ms, run[-1].span.end_ms
    return Stretch(
        run[0].product_id,
        Span(start_ms, max(last_ms, min(last_ms + HOLD_MS, limit_ms))),
        confidence=1.0,
        evidence=tuple(
            Evidence(kind, naming.name, naming.span.start_ms, weight=1.0) for naming in run
        ),
    )


def _iter_namings(transcript: Transcript, catalogue: Catalogue) -> Iterator[Naming]:
    names = {product.id: _list_names(product) for product in catalogue}
    for utterance in transcript.credible():
        text = fold(utterance.text)
        for product in catalogue:
            hit = next((name for name in names[product.id] if name in text), None)
            if hit is not None:
                yield Naming(product.id, utterance.span, hit)


def _continues(last: Naming, naming: Naming) -> bool:
    return naming.product_id == last.product_id and naming.span.gap_to(last.span) <= HOLD_MS


def _list_names(product: Product) -> tuple[str, ...]:
    return tuple(fold(name) for name in (*product.aliases, product.title))


def fold(text: str) -> str:
    """Return text in one width, case and script, with single spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(uniform_script(folded, Script.SIMPLIFIED).split())
