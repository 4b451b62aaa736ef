"""The baselines by name: what detection has to beat, from the obvious to the textbook."""

from __future__ import annotations

from enum import StrEnum

from models.catalogue import Catalogue
from models.highlight import Highlight
from models.transcript import Transcript
from pipeline.evaluate.baseline import keyword_baseline
from pipeline.evaluate.embedding_baseline import Encode, embedding_baseline
from pipeline.evaluate.links_baseline import links_baseline
from pipeline.evaluate.tiling_baseline import tiling_baseline
from pipeline.evaluate.windows_baseline import windows_baseline


class Baseline(StrEnum):
    """How a baseline finds pitches."""

    KEYWORD = "keyword"
    """Exact names, held until another is said."""
    WINDOWS = "windows"
    """Fixed minutes, each with its best BM25 label."""
    EMBEDDING = "embedding"
    """The nearest product of a sentence encoder, smoothed."""
    LINKS = "links"
    """Link numbers, held until another is said."""
    TILING = "tiling"
    """TextTiling, each tile with its best BM25 label."""


_TEXT_BASELINES = {
    Baseline.KEYWORD: keyword_baseline,
    Baseline.WINDOWS: windows_baseline,
    Baseline.LINKS: links_baseline,
    Baseline.TILING: tiling_baseline,
}


def run_baseline(
    baseline: Baseline, transcript: Transcript, catalogue: Catalogue, *, encode: Encode
) -> tuple[Highlight, ...]:
    """Return what a baseline finds, sorted by start; only `EMBEDDING` calls `encode`.

    Pure and deterministic, as far as `encode` is.
    """
    if baseline is Baseline.EMBEDDING:
        return embedding_baseline(transcript, catalogue, encode)
    return _TEXT_BASELINES[baseline](transcript, catalogue)
