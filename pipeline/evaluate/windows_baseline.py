"""Fixed windows: cut every minute, and name the product whose words are said most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from models.catalogue import Catalogue
from models.highlight import Evidence, EvidenceKind, Highlight
from models.span import Span
from models.transcript import Transcript
from pipeline.evaluate.bm25 import Bm25Index, index_catalogue
from pipeline.evaluate.stretches import Stretch, join_stretches, make_highlights

WINDOW_MS = 60_000
"""A minute: what keyword tools cut broadcasts into."""
LEAST_SHARE = 0.05
"""Share of a product's words that a text must say to be about it: the best F1 at tIoU 0.5 of 0 to
0.4 for tiles on the made-up text broadcasts (0.20), next to the best for windows (0.13)."""


def windows_baseline(transcript: Transcript, catalogue: Catalogue) -> tuple[Highlight, ...]:
    """Return the windows that are about a product, neighbours of one product joined.

    Each window of `WINDOW_MS` gets the product of the highest BM25 score over the utterances that
    begin in it, when at least `LEAST_SHARE` of that product's words are said. The share is the
    confidence. Sorted by start, never overlapping.
    """
    index = index_catalogue(catalogue)
    texts: defaultdict[int, list[str]] = defaultdict(list)
    for utterance in transcript.credible():
        texts[utterance.span.start_ms // WINDOW_MS].append(utterance.text)
    stretches = _iter_windows(texts, index, transcript.duration_ms)
    return make_highlights(join_stretches(stretches, bridge_ms=0), catalogue)


def _iter_windows(
    texts: dict[int, list[str]], index: Bm25Index, duration_ms: int
) -> Iterator[Stretch]:
    for window in sorted(texts):
        span = Span(window * WINDOW_MS, min((window + 1) * WINDOW_MS, duration_ms))
        stretch = label_stretch(" ".join(texts[window]), span, index)
        if stretch is not None:
            yield stretch


def label_stretch(text: str, span: Span, index: Bm25Index) -> Stretch | None:
    """Give a stretch to the product that its text is about; None when it is about none."""
    label = index.label(text)
    if label is None or label.share < LEAST_SHARE:
        return None
    evidence = Evidence(EvidenceKind.NGRAM, text, span.start_ms, weight=label.share)
    return Stretch(label.product_id, span, label.share, (evidence,))
